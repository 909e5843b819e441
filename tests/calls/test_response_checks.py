"""A response is about what was requested: another object, or none, is an error and never a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import Operation, load
from tests.calls.test_operations import body_of
from tests.recorder import Asked, Recorder, Reply

NOT_AN_OBJECT: dict[str, Any] = {
    "an empty envelope": {},
    "errors": {"errors": [{"message": "no"}]},
    "a message": {"message": "login required"},
    "null": {"data": None},
    "a number": {"data": 5},
    "a text": {"data": "done"},
    "nothing": b"",
}
#: Also wrong where an object must be in the response.
NO_RECORD = NOT_AN_OBJECT | {
    "an empty object": {"data": {}},
    "a list": {"data": [{"gid": "1"}]},
    "an object without a gid": {"data": {"message": "login required"}},
}
#: Calls that act on the object 1.
GETS_AND_PUTS: dict[str, Callable[[af.Asana], Any]] = {
    "tasks.get": lambda a: a.tasks.get("1"),
    "projects.get": lambda a: a.projects.get("1"),
    "users.get": lambda a: a.users.get("1"),
    "goals.update": lambda a: a.goals.update("1", name="x"),
    "tasks.update": lambda a: a.tasks.update("1", name="x"),
    "memberships.update": lambda a: a.memberships.update("1", access_level="editor"),
}
CREATIONS: dict[str, Callable[[af.Asana], Any]] = {
    "tasks.create": lambda a: a.tasks.create(name="x", workspace="1"),
    "tasks.add_project": lambda a: a.tasks.add_project("1", project="2"),
    "tasks.delete": lambda a: a.tasks.delete("1"),
    "tasks.duplicate": lambda a: a.tasks.duplicate("1", name="x"),
}
ABOUT_ONE = [
    operation
    for operation in load().operations
    if operation.http in ("GET", "PUT") and operation.path.endswith("_gid}")
]


def call(asana: af.Asana, operation: Operation) -> Any:
    path = ["90"] * operation.path.count("{")
    method = getattr(getattr(asana, operation.resource), operation.method)
    return method(*path, **body_of(operation))


@pytest.mark.parametrize("operation", ABOUT_ONE, ids=lambda operation: operation.name)
def test_a_response_about_another_object_is_an_error(
    recorder: Recorder, recorded: af.Asana, operation: Operation
) -> None:
    recorder.replies(Reply(body={"data": {"gid": "999"}}))

    with pytest.raises(af.ConnectionFailed, match="the response is about 999") as caught:
        call(recorded, operation)

    assert caught.value.may_be_done == (operation.http == "PUT")
    assert len(recorder.asked) == 1


@pytest.mark.parametrize("gid", [None, "None", "", "11", {"gid": "1"}])
def test_a_response_with_another_gid_is_none(
    recorder: Recorder, recorded: af.Asana, gid: object
) -> None:
    recorder.replies(Reply(body={"data": {"gid": gid, "name": "x"}}))

    with pytest.raises(af.ConnectionFailed, match="requested 1, but the response is about"):
        recorded.tasks.get("1")
    with pytest.raises(af.ConnectionFailed) as caught:
        recorded.tasks.update("1", name="x")

    assert caught.value.may_be_done


def test_an_object_beside_errors_is_no_response(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": {"gid": "1"}, "errors": [{"message": "No."}]}))

    with pytest.raises(af.ConnectionFailed, match="an object and errors") as caught:
        recorded.tasks.update("1", name="x")

    assert caught.value.may_be_done


@pytest.mark.parametrize("gid", ["1", 1])
def test_a_response_about_the_object_is_a_row(
    recorder: Recorder, recorded: af.Asana, gid: object
) -> None:
    recorder.replies(Reply(body={"data": {"gid": gid, "name": "x"}}))

    assert recorded.tasks.get("1")["name"].tolist() == ["x"]
    assert recorded.tasks.update("1", name="x")["name"].tolist() == ["x"]


@pytest.mark.parametrize("who", ["me", "ada@example.com"])
def test_people_are_answered_with_their_gid(
    recorder: Recorder, recorded: af.Asana, who: str
) -> None:
    recorder.replies(Reply(body={"data": {"gid": "7", "name": "Ada"}}))

    assert recorded.users.get(who)["gid"].tolist() == ["7"]


def test_ids_of_other_systems_and_counts_are_not_compared(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": {"gid": "7", "num_tasks": 3}}))

    assert recorded.tasks.get_by_custom_id("1", custom_id="12")["gid"].tolist() == ["7"]
    assert recorded.projects.get_task_counts("1")["num_tasks"].tolist() == [3]


@pytest.mark.parametrize("body", NO_RECORD.values(), ids=NO_RECORD)
@pytest.mark.parametrize("name", GETS_AND_PUTS)
def test_a_response_without_the_object_is_an_error(
    recorder: Recorder, recorded: af.Asana, name: str, body: Any
) -> None:
    recorder.replies(Reply(body=body))

    with pytest.raises(af.ConnectionFailed) as caught:
        GETS_AND_PUTS[name](recorded)

    assert caught.value.may_be_done == name.endswith("update")


@pytest.mark.parametrize("name", CREATIONS)
def test_a_write_without_a_response_of_asana_may_be_done(
    recorder: Recorder, recorded: af.Asana, name: str
) -> None:
    is_answered_nothing = name in ("tasks.delete", "tasks.add_project")
    for body in (NOT_AN_OBJECT if is_answered_nothing else NO_RECORD).values():
        recorder.replies(Reply(body=body))

        with pytest.raises(af.ConnectionFailed) as caught:
            CREATIONS[name](recorded)

        assert caught.value.may_be_done


def test_an_empty_object_is_the_response_of_deletes_and_additions(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": {}}))

    assert recorded.tasks.delete("1") is None
    assert recorded.tasks.add_project("1", project="2") is None


@pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")
@pytest.mark.parametrize("body", [*NO_RECORD.values(), {"data": {"gid": "999"}}])
def test_rows_without_their_object_are_unknown_and_the_others_done(
    recorder: Recorder, recorded: af.Asana, body: Any
) -> None:
    def reply(asked: Asked) -> Reply:
        gid = asked.path[-1]
        return Reply(body=body if gid == "2" else {"data": {"gid": gid}})

    recorder.reply = reply

    changed = recorded.tasks.update(["1", "2", "3"], name="x")

    assert changed["write_outcome"].tolist() == ["done", "unknown", "done"]
    assert changed["gid"].tolist() == ["1", "2", "3"]
    assert len(recorded.last.failures) == 1


def test_no_row_of_many_is_about_another_object(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = lambda asked: Reply(
        body={"data": {"gid": {"2": "3", "3": "2"}.get(asked.path[-1], asked.path[-1])}}
    )

    with pytest.raises(af.ConnectionFailed, match=r"tasks\.get: requested"):
        recorded.tasks.get(["1", "2", "3", "4"])


def test_a_page_that_does_not_say_whether_another_follows_is_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body=b'{"data": [{"gid": "1"}]}'))

    with pytest.raises(af.ConnectionFailed, match="no next_page"):
        recorded.tags.list(workspace="1")
    with pytest.raises(af.ConnectionFailed, match="no next_page"):
        recorded.tasks.list(project=["1", "2"])
    with pytest.raises(af.ConnectionFailed, match="no next_page"):
        recorded.tags.list(workspace="1", limit=1)


@pytest.mark.parametrize(
    "read",
    [
        # The spec's task templates have no next_page; searches have no pages; users take no limit.
        lambda a: a.task_templates.list(project="1"),
        lambda a: a.tasks.search("1", text="x"),
        lambda a: a.users.list_for_workspace("1"),
        lambda a: a.goals.list_parents("1"),
    ],
)
def test_lists_that_need_not_say_so_end_with_their_page(
    recorder: Recorder, recorded: af.Asana, read: Callable[[af.Asana], pd.DataFrame]
) -> None:
    recorder.replies(Reply(body=b'{"data": [{"gid": "1"}]}'))

    assert read(recorded)["gid"].tolist() == ["1"]


def test_events_that_lead_back_to_where_they_began_are_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    tokens = {"a": "b", "b": "c", "c": "a"}
    recorder.reply = lambda asked: Reply(
        body={"data": [], "sync": tokens[asked.query["sync"]], "has_more": True}
    )

    with pytest.raises(af.ConnectionFailed, match="same events"):
        recorded.events.list(resource="1", sync="a")
    assert len(recorder.asked) == 3
