"""Reads on the sandbox: fan-out, parents, custom fields, partial results, limits."""

from __future__ import annotations

import json
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.calls.last_call import parse_date
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply


def test_a_read_of_many_parents_has_the_columns_of_a_read_of_one(asana: af.Asana) -> None:
    one = asana.tasks.list(project="Website relaunch")
    many = asana.tasks.list(project=["Website relaunch", "Mobile app"])

    assert [c for c in one if not c.startswith("cf_")] == [
        c for c in many if not c.startswith("cf_")
    ]


def test_a_task_in_several_projects_is_one_row_that_lists_them(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")

    tasks = asana.tasks.list(project=projects)

    assert tasks["gid"].is_unique
    homes = tasks["memberships_project_gids"].map(set)
    assert (homes == tasks["project_gids"].map(set)).all()
    assert tasks["project_gids"].map(len).max() == 2


def test_stories_say_whose_they_are(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Office move").head(5)

    stories = asana.stories.list_for_task(tasks)

    assert set(stories["task_gid"]) == set(tasks["gid"])
    assert (stories["task_gid"] == stories["target_gid"]).all()


def test_subtasks_name_their_parent(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Mobile app").query("num_subtasks > 0")

    subtasks = asana.tasks.list_subtasks(tasks)

    assert subtasks["parent_gid"].isin(tasks["gid"]).all()
    assert len(subtasks) == tasks["num_subtasks"].sum()


def test_counts_without_a_gid_name_their_project(asana: af.Asana) -> None:
    counts = asana.projects.get_task_counts(asana.projects.list(workspace="Acme"))

    assert len(counts) == 12
    assert (counts["num_completed_tasks"] <= counts["num_tasks"]).all()
    assert counts["project_gid"].notna().all()


def test_an_empty_project_has_the_columns_of_its_custom_fields(asana: af.Asana) -> None:
    empty = asana.tasks.list(project="Someday maybe")

    assert empty.empty
    dtypes = empty.filter(like="cf_").dtypes.astype(str).to_dict()
    assert dtypes["cf_Priority"] == "category"
    assert dtypes["cf_Story points"] == "Float64"
    assert empty["cf_Priority"].cat.categories.tolist() == ["Low", "Medium", "High", "Urgent"]


def test_enum_options_have_the_order_of_their_definition_and_are_read_once(
    asana: af.Asana,
) -> None:
    first = asana.tasks.list(project="Office move")
    requests = asana.last.requests
    again = asana.tasks.list(project="Office move")

    assert first["cf_Priority"].cat.categories.tolist() == ["Low", "Medium", "High", "Urgent"]
    assert asana.last.requests < requests
    pd.testing.assert_frame_equal(first, again)


def test_fields_shrink_request_and_frame(recorder: Recorder, recorded: af.Asana) -> None:
    frame = recorded.tasks.list(project="12", fields=["name", "assignee.email"])

    assert recorder.asked[0].query["opt_fields"] == "gid,name,assignee.email"
    assert list(frame.columns)[:3] == ["gid", "name", "assignee_email"]


def test_all_fields_can_be_asked_for_of_every_resource(asana: af.Asana) -> None:
    goals = asana.goals.list(workspace="Acme", fields="all")

    assert {"likes_user_gids", "html_notes", "metric_gid"} <= set(goals.columns)


def test_a_refused_parent_is_recorded_and_warned_of(asana: af.Asana) -> None:
    workspace = asana.workspaces.list()["gid"].iloc[0]

    with pytest.warns(
        af.PartialResultWarning, match="Could not read 2 of 3 projects; first: project 1"
    ):
        tasks = asana.tasks.list(project=["Office move", "1", workspace])

    assert len(tasks) > 50
    assert tasks.attrs["asana"]["failed"] == 2
    failures = asana.last.failures.sort_values("status")
    assert failures["status"].tolist() == [403, 404]
    assert failures["parent_gid"].tolist() == [workspace, "1"]
    assert "Not a recognized ID" in failures["message"].iloc[1]


def test_errors_raise_stops_at_once(asana: af.Asana) -> None:
    named = r"tasks\.list: project 1: 404 project: Not a recognized ID: 1"
    with pytest.raises(af.NotFound, match=named):
        asana.tasks.list(project=["Office move", "1"], errors="raise")


def test_one_parent_that_is_refused_is_an_error(asana: af.Asana) -> None:
    with pytest.raises(af.NotFound):
        asana.tasks.list(project="1")


def test_a_page_that_fails_never_yields_a_short_frame(
    recorder: Recorder, recorded: af.Asana
) -> None:
    page = {"data": [{"gid": "1"}], "next_page": {"offset": "x", "path": "", "uri": ""}}

    def reply(asked: Asked) -> Reply:
        return Reply(500, {"errors": []}) if "offset" in asked.query else Reply(body=page)

    recorder.reply = reply

    with pytest.raises(af.ServerError):
        recorded.tasks.list(project="12")


@pytest.mark.parametrize("limit", [0, -1, 1.5, "3", True])
def test_a_limit_that_is_none_is_refused(asana: af.Asana, limit: object) -> None:
    with pytest.raises(af.InvalidArgument, match="limit="):
        asana.tasks.list(project="Office move", limit=limit)


@pytest.mark.parametrize("limit", [1, 7, 100, 101, 150])
def test_a_limit_means_that_many_rows(asana: af.Asana, limit: int) -> None:
    whole = asana.tasks.list(project="Website relaunch", fields=["name"])

    some = asana.tasks.list(project="Website relaunch", fields=["name"], limit=limit)

    assert some["gid"].tolist() == whole["gid"].tolist()[:limit]
    assert asana.last.requests == (limit + 99) // 100


def test_a_frame_remembers_its_making_in_small_json(asana: af.Asana) -> None:
    asana.users.get("me")
    tags = asana.tags.list(workspace="Acme")

    made = tags.attrs["asana"]
    assert made["operation"] == "tags.list"
    assert made["rows"] == len(tags) == 8
    assert made["requests"] == asana.last.requests
    assert len(json.dumps(made)) < 300


def test_events_begin_with_a_token_and_go_on_from_it(asana: af.Asana) -> None:
    first = asana.events.list(resource="Website relaunch")
    token = first.attrs["asana"]["sync"]

    again = asana.events.list(resource="Website relaunch", sync=token)

    assert first.empty
    assert again.attrs["asana"]["sync"]
    with pytest.raises(af.SyncExpired) as caught:
        asana.events.list(resource="Website relaunch", sync="too-old")
    assert caught.value.sync


def test_events_are_read_until_there_are_no_more(recorder: Recorder, recorded: af.Asana) -> None:
    event = {"action": "changed", "resource": {"gid": "5"}}
    recorder.replies(
        Reply(body={"data": [event], "sync": "b", "has_more": True}),
        Reply(body={"data": [event, event], "sync": "c", "has_more": False}),
    )

    events = recorded.events.list(resource="5", sync="a")

    assert len(events) == 3
    assert [asked.query["sync"] for asked in recorder.asked] == ["a", "b"]
    assert events.attrs["asana"]["sync"] == "c"
    assert events["watched_gid"].tolist() == ["5"] * 3


def test_the_audit_log_ends_though_its_next_page_never_does() -> None:
    asana = af.sandbox(now=NOW)

    events = asana.audit_log.list_events("Acme")

    assert len(events) == 250
    assert events["gid"].is_unique
    assert asana.last.requests <= 6


def test_a_connection_is_not_pickled_with_its_token(asana: af.Asana) -> None:
    with pytest.raises(TypeError, match="token"):
        pickle.dumps(asana.http)


@pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")
def test_calls_in_several_threads_have_a_record_each(asana: af.Asana) -> None:
    project = asana.projects.list(workspace="Acme")["gid"].iloc[0]
    workspace = asana.workspaces.list()["gid"].iloc[0]

    def call(number: int) -> dict[str, object]:
        if number % 2:
            made = asana.projects.get(["999", project], fields=["name"]).attrs["asana"]
        else:
            made = asana.tags.list(workspace=workspace).attrs["asana"]
        return {name: made[name] for name in ("operation", "requests", "rows", "failed")}

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(call, range(40)))

    tags = {"operation": "tags.list", "requests": 1, "rows": 8, "failed": 0}
    projects = {"operation": "projects.get", "requests": 2, "rows": 1, "failed": 1}
    assert made == [tags, projects] * 20


@pytest.mark.parametrize("nobody", [[], pd.DataFrame({"gid": []})])
def test_an_empty_collection_as_a_filter_finds_nothing(asana: af.Asana, nobody: object) -> None:
    assert asana.tasks.search("Acme", assignee_any=nobody).empty
    assert len(asana.tasks.search("Acme", assignee_any="me")) > 0


def test_a_parent_that_breaks_off_brings_no_rows(recorder: Recorder, recorded: af.Asana) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.query["project"] == "1":
            return Reply(body={"data": [{"gid": "10"}], "next_page": None})
        if "offset" in asked.query:
            return Reply(404, {"errors": [{"message": "gone"}]})
        return Reply(body={"data": [{"gid": "20"}, {"gid": "10"}], "next_page": {"offset": "x"}})

    recorder.reply = reply

    with pytest.warns(af.PartialResultWarning):
        frame = recorded.tasks.list(project=["2", "1"], fields=["name"])

    assert frame["gid"].tolist() == ["10"]
    assert frame["project_gids"].tolist() == [("1",)]
    assert recorded.last.failures["parent_gid"].tolist() == ["2"]


@pytest.mark.parametrize("slow", ["1", "2"])
def test_custom_fields_come_in_the_order_asked_whoever_answers_first(
    recorder: Recorder, recorded: af.Asana, slow: str
) -> None:
    def reply(asked: Asked) -> Reply:
        if "custom_fields" in asked.path:
            return Reply(404, {"errors": []})
        number = asked.query["project"]
        if number == slow:
            time.sleep(0.2)
        field = {"gid": f"4{number}", "name": f"F{number}", "representation_type": "number"}
        enum = {"gid": "7", "name": "E", "representation_type": "enum"}
        fields = [field, enum | {"enum_value": {"name": f"option {number}"}}]
        return Reply(body={"data": [{"gid": number, "custom_fields": fields}]})

    recorder.reply = reply

    frame = recorded.tasks.list(project=["2", "1"], fields=["custom_fields"])

    assert [name for name in frame if name.startswith("cf_")] == ["cf_F2", "cf_E", "cf_F1"]
    assert frame["cf_E"].cat.categories.tolist() == ["option 2", "option 1"]


def test_an_empty_section_has_the_columns_of_its_projects_fields(asana: af.Asana) -> None:
    none = asana.tasks.list(section="Website relaunch/Review", modified_since="2099-01-01")

    assert none.empty
    assert none["cf_Priority"].cat.categories.tolist() == ["Low", "Medium", "High", "Urgent"]


def test_a_definition_that_cannot_be_read_loses_no_frame(
    recorder: Recorder, recorded: af.Asana
) -> None:
    enum = {"gid": "7", "name": "P", "representation_type": "enum", "enum_value": {"name": "Hi"}}
    definition = {"gid": "7", "enum_options": [{"name": "Lo"}, {"name": "Hi"}]}
    answers = [Reply(403, {"errors": []}), Reply(body={"data": definition})]

    def reply(asked: Asked) -> Reply:
        if "custom_fields" in asked.path:
            return answers.pop(0)
        return Reply(body={"data": [{"gid": "1", "custom_fields": [enum]}]})

    recorder.reply = reply

    first = recorded.tasks.list(project="5", fields=["custom_fields"])
    second = recorded.tasks.list(project="5", fields=["custom_fields"])

    assert first["cf_P"].cat.categories.tolist() == ["Hi"]
    assert second["cf_P"].cat.categories.tolist() == ["Lo", "Hi"]


@pytest.mark.parametrize("word", ["Lo", "\xff"])
@pytest.mark.parametrize("which", ["custom_fields/7", "custom_field_settings", "sections"])
def test_definitions_that_are_not_text_lose_no_frame(
    recorder: Recorder, recorded: af.Asana, which: str, word: str
) -> None:
    enum = {"gid": "7", "name": "P", "representation_type": "enum"}
    content: dict[str, object] = {
        "custom_fields/7": enum | {"enum_options": [{"name": "Lo"}, {"name": "Hi"}]},
        "custom_field_settings": [{"custom_field": enum}],
        "sections": {"project": {"gid": "4Lo" if which == "sections" else "4"}},
    }

    def reply(asked: Asked) -> Reply:
        found = next((data for path, data in content.items() if path in asked.path), [])
        body = json.dumps({"data": found, "next_page": None}).encode()
        return Reply(
            body=body.replace(b"Lo", word.encode("latin-1")) if which in asked.path else body
        )

    recorder.reply = reply

    frame = recorded.tasks.list(section="5", fields=["custom_fields"])

    assert frame.empty
    assert list(frame.filter(like="cf_")) == ["cf_P"]


@pytest.mark.parametrize(
    "parents", [{"section": "5"}, {"assignee": "6", "workspace": "1"}, {"project": ["4", "5"]}]
)
def test_default_columns_do_not_depend_on_the_filter(
    recorded: af.Asana, parents: dict[str, object]
) -> None:
    whole = recorded.tasks.list(project="4")

    found = recorded.tasks.list(**parents)

    pd.testing.assert_frame_equal(found, whole)
    assert {"project_gids", "section_gids", "assignee_gid"} <= set(found.columns)


def test_the_record_of_a_call_tells_how_it_went(recorder: Recorder, recorded: af.Asana) -> None:
    assert repr(recorded.last) == "<no call has been made yet>"
    assert recorded.last.fetched_at == ""
    recorder.reply = lambda asked: (
        Reply(403, {}) if asked.query["project"] == "2" else Reply(body={"data": [{"gid": "1"}]})
    )

    with pytest.warns(af.PartialResultWarning):
        recorded.tasks.list(project=["1", "2"], fields=["gid"])
    whole = repr(recorded.last)
    with pytest.raises(af.Forbidden):
        recorded.tasks.list(project="2")

    assert whole == "<tasks.list: 1 rows, 2 requests, 0 retries, 1 failures>"
    assert repr(recorded.last) == (
        "<tasks.list: 0 rows, 1 requests, 0 retries, 0 failures, ended early: see .partial>"
    )


def test_a_frame_was_fetched_by_the_clock_of_the_server() -> None:
    with af.sandbox(now="2026-03-02 09:30") as asana:
        found = asana.goals.list(workspace="Acme")

    assert found.attrs["asana"]["fetched_at"] == "2026-03-02T09:30:00+00:00"
    assert asana.last.fetched_at == "2026-03-02T09:30:00+00:00"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Mon, 02 Mar 2026 09:30:00 GMT", "2026-03-02T09:30:00+00:00"),
        ("Mon, 02 Mar 2026 09:30:00 -0000", "2026-03-02T09:30:00+00:00"),
        ("Mon, 02 Mar 2026 09:30:00 +0200", "2026-03-02T07:30:00+00:00"),
        ("yesterday", None),
        ("Mon, 99 Mar 2026 09:30:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_of_a_server_that_is_none_is_left_out(date: str | None, moment: str | None) -> None:
    found = parse_date(date)

    assert (found and found.isoformat()) == moment


@pytest.mark.parametrize("path", ["parent.custom_fields", "memberships.project.custom_fields"])
def test_custom_fields_of_a_reference_are_refused(asana: af.Asana, path: str) -> None:
    with pytest.raises(af.InvalidArgument, match="custom_fields cannot be columns"):
        asana.tasks.list(project="Office move", fields=[path])


def test_me_is_a_gid_in_the_columns_that_name_parents(asana: af.Asana) -> None:
    zoe = asana.users.get("Zoe Ng")["gid"].iloc[0]

    mine = asana.tasks.list(assignee="me", workspace="Acme", fields=["name"])
    teams = asana.teams.list_for_user(["me", zoe, "zoe.ng@acme.example"], organization="Acme")

    assert set(mine["assignee_gid"]) == {zoe}
    assert set(teams["user_gids"]) == {(zoe,)}


def test_tokens_of_several_streams_are_told_apart(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = lambda asked: Reply(
        body={"data": [], "sync": f"token of {asked.query['resource']}", "has_more": False}
    )

    events = recorded.events.list(resource=["1", "2"], sync="x")

    assert events.attrs["asana"]["sync"] == {"1": "token of 1", "2": "token of 2"}


@pytest.mark.parametrize("body", [{}, {"data": None}, {"errors": []}])
def test_an_answer_without_data_is_an_error(
    recorder: Recorder, recorded: af.Asana, body: dict[str, object]
) -> None:
    recorder.replies(Reply(body=body))

    with pytest.raises(af.ConnectionFailed, match=r"no data"):
        recorded.tasks.list(project="1")


@pytest.mark.parametrize("data", [[1, 2], {"gid": "1"}, [{"gid": "1"}, "x"]])
def test_data_that_is_no_list_of_records_is_an_error(
    recorder: Recorder, recorded: af.Asana, data: object
) -> None:
    recorder.replies(Reply(body={"data": data}))

    with pytest.raises(af.ConnectionFailed, match="not a list"):
        recorded.tags.list(workspace="1")


def test_a_list_in_the_place_of_a_record_is_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": [{"gid": "1"}]}))

    with pytest.raises(af.ConnectionFailed, match="does not contain the object"):
        recorded.tags.get("1")


def test_fields_leave_out_the_parents_that_were_not_asked_about(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Office move", fields=["name"])
    section = asana.tasks.list(section="Office move/Done", fields=["name", "assignee"])

    assert list(tasks.columns) == ["gid", "name", "project_gids"]
    assert list(section.columns) == [
        "gid",
        "name",
        "assignee_gid",
        "assignee_name",
        "section_gids",
    ]
    assert section["assignee_gid"].notna().any()


@pytest.mark.parametrize("fields", [123, [1], [""], ""])
def test_fields_that_are_none_are_refused(asana: af.Asana, fields: object) -> None:
    with pytest.raises(af.InvalidArgument, match="fields="):
        asana.tasks.list(project="Office move", fields=fields)


def test_expired_offset_with_a_limit_gives_each_row_once(
    recorder: Recorder, recorded: af.Asana
) -> None:
    expired = [Reply(400, {"errors": [{"message": "Your pagination token has expired."}]})]

    def reply(asked: Asked) -> Reply:
        start = int(asked.query.get("offset", "1000"))
        if start == 1100 and expired:
            return expired.pop()
        rows = [{"gid": str(number)} for number in range(start, start + 100)]
        return Reply(body={"data": rows, "next_page": {"offset": str(start + 100)}})

    recorder.reply = reply

    tasks = recorded.tasks.list(project="1", limit=250, fields=["gid"])

    assert tasks["gid"].tolist() == [str(number) for number in range(1000, 1250)]
    assert not expired


def test_object_of_two_parents_is_one_row_that_names_both(
    recorder: Recorder, recorded: af.Asana
) -> None:
    own = {"1": "11", "2": "22"}
    recorder.reply = lambda asked: Reply(
        body={
            "data": [{"gid": "7"}, {"gid": own[asked.query["project"]]}],
            "next_page": None,
        }
    )

    tasks = recorded.tasks.list(project=["1", "2"], fields=["gid"])

    assert tasks["gid"].tolist() == ["7", "11", "22"]
    assert tasks["project_gids"].tolist() == [("1", "2"), ("1",), ("2",)]


def test_wrong_argument_is_not_a_refusal_of_asana(recorder: Recorder, recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument) as caught:
        recorded.tasks.list(project="1", limit=0)

    assert not isinstance(caught.value, af.RequestRefused)
    assert recorder.asked == []


def test_missing_column_is_not_caught_as_a_refusal_of_asana() -> None:
    with pytest.raises(af.InvalidArgument) as caught:
        af.rollups.hours(pd.DataFrame({"gid": ["1"]}), by="person")

    assert not isinstance(caught.value, af.RequestRefused)
