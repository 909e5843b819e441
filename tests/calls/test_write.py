"""Writes: what is sent, and what is refused before sending."""

from __future__ import annotations

import copy
import datetime as dt
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import load
from tests.conftest import SkippingClock
from tests.fixed_day import NOW
from tests.recorder import Recorder, Reply

TASK = {"gid": "5", "name": "Write", "due_on": "2026-03-02"}


def test_what_was_written_comes_back_as_a_frame(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(201, {"data": TASK}))

    task = recorded.tasks.create(name="Write", projects=["12"], due_on=dt.date(2026, 3, 2))

    sent = recorder.asked[0]
    assert sent.json == {"data": {"name": "Write", "projects": ["12"], "due_on": "2026-03-02"}}
    assert task["due_on"].tolist() == [pd.Timestamp("2026-03-02")]


@pytest.mark.parametrize(
    "names", [("A", "B"), iter("AB"), {"A": 1, "B": 2}.keys(), pd.Index(["A", "B"])]
)
def test_any_collection_of_values_is_a_row_each(
    recorder: Recorder, recorded: af.Asana, names: Any
) -> None:
    recorder.replies(Reply(201, {"data": TASK}))

    recorded.tasks.create(name=names, workspace="1")

    assert sorted(asked.json["data"]["name"] for asked in recorder.asked) == ["A", "B"]


def test_an_update_clears_and_sends_only_what_is_given(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": TASK}))

    recorded.tasks.update("5", due_on=af.CLEAR, completed=False, notes=None)

    assert recorder.asked[0].json == {"data": {"due_on": None, "completed": False}}


@pytest.mark.parametrize("field", ["name", "notes"])
def test_numbers_in_text_fields_are_sent_as_text(
    recorder: Recorder, recorded: af.Asana, field: str
) -> None:
    recorder.replies(Reply(201, {"data": TASK}))

    recorded.tasks.create(workspace="1", **{field: pd.Series([4711, None, 1.5])})
    recorded.tasks.create(workspace="1", **{field: 12})

    sent = {asked.json["data"].get(field) for asked in recorder.asked}
    assert sent == {"4711", None, "1.5", "12"}


def test_numbers_in_custom_fields_of_text_are_sent_as_text() -> None:
    with af.sandbox(now=NOW) as asana:
        tasks = asana.tasks.list(project="Website relaunch").head(3)
        asana.tasks.update(tasks, **{"cf_Agency notes": pd.Series([4711, None, 12])})

        told = asana.tasks.list(project="Website relaunch").set_index("gid")["cf_Agency notes"]

    assert told[tasks["gid"].tolist()[::2]].tolist() == ["4711", "12"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [("yes", True), ("no", False), ("TRUE", True), ("false", False), (1, True), (0.0, False)],
)
def test_flags_are_read_as_in_a_table_of_changes(
    recorder: Recorder, recorded: af.Asana, given: Any, sent: bool
) -> None:
    recorder.replies(Reply(body={"data": TASK}))

    recorded.tasks.update("5", completed=given)

    assert recorder.asked[0].json == {"data": {"completed": sent}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("completed", "maybe"),
        ("completed", 2),
        ("due_on", 1.5e18),
        ("due_on", True),
        ("name", True),
    ],
)
def test_values_of_another_kind_are_problems_before_anything_is_sent(
    recorder: Recorder, recorded: af.Asana, field: str, value: Any
) -> None:
    with pytest.raises(af.InvalidArgument, match=f"{field}=") as caught:
        recorded.tasks.update(["5", "6"], **{field: [value, None]})

    problems = caught.value.problems
    assert problems is not None
    assert problems[["row", "column"]].to_numpy().tolist() == [[0, field]]
    assert recorder.asked == []


def test_a_copy_of_clear_is_clear() -> None:
    pickled = pickle.loads(pickle.dumps(af.CLEAR))

    assert copy.copy(af.CLEAR) is copy.deepcopy(af.CLEAR) is pickled is af.CLEAR
    assert repr(af.CLEAR) == "<CLEAR>"


def test_lists_are_cleared_by_a_list_without_items(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": TASK}))

    recorded.time_tracking_entries.update("5", categories=af.CLEAR, duration_minutes=7)
    recorded.tasks.update("5", custom_fields={"44": af.CLEAR, "45": 3})

    assert recorder.asked[0].json == {"data": {"categories": [], "duration_minutes": 7}}
    assert recorder.asked[1].json == {"data": {"custom_fields": {"44": None, "45": 3}}}


def test_a_flag_cannot_be_cleared(recorder: Recorder, recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match=r"completed=.* takes True or False"):
        recorded.tasks.update("5", completed=af.CLEAR)

    assert recorder.asked == []


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("due_at", dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), "2026-03-02T09:00:00.000Z"),
        (
            "due_at",
            pd.Timestamp("2026-03-02 10:00", tz="Europe/Berlin"),
            "2026-03-02T09:00:00.000Z",
        ),
        ("due_on", pd.Timestamp("2026-03-02"), "2026-03-02"),
        ("assignee", {"gid": "7", "name": "Zoe"}, "7"),
        ("assignee", pd.Series({"gid": "7", "name": "Zoe"}), "7"),
        ("custom_fields", {"44": pd.Timestamp("2026-03-02"), "45": 3}, None),
        ("completed", pd.Series([True])[0], True),
        ("custom_fields", {"44": dt.datetime(2026, 3, 2), "45": np.int64(3)}, None),
    ],
)
def test_values_of_frames_are_sent_as_json(
    recorder: Recorder, recorded: af.Asana, name: str, value: Any, sent: Any
) -> None:
    recorder.replies(Reply(body={"data": TASK}))

    recorded.tasks.update("5", **{name: value})

    data = recorder.asked[0].json["data"][name]
    assert data == (sent or {"44": "2026-03-02T00:00:00.000Z", "45": 3})


@pytest.mark.parametrize("missing", [np.nan, np.float32("nan"), pd.NA, pd.NaT, None])
def test_a_missing_value_is_not_sent(recorder: Recorder, recorded: af.Asana, missing: Any) -> None:
    recorder.replies(Reply(body={"data": TASK}))

    recorded.sections.create_for_project("9", name="A", insert_before=missing)
    recorded.tasks.update("5", notes=missing, name="B")
    recorded.tasks.update("5", custom_fields={"44": missing, "45": 3})

    assert recorder.asked[0].json == {"data": {"name": "A"}}
    assert recorder.asked[1].json == {"data": {"name": "B"}}
    assert recorder.asked[2].json == {"data": {"custom_fields": {"45": 3}}}


@pytest.mark.parametrize("nothing", [{}, {"due_on": None}, {"due_on": pd.NaT, "notes": None}])
def test_an_update_without_a_value_is_refused_and_says_how_to_empty_a_field(
    recorder: Recorder, recorded: af.Asana, nothing: dict[str, Any]
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"None leaves a field alone; af\.CLEAR empties"):
        recorded.tasks.update("5", **nothing)

    assert recorder.asked == []


def test_a_number_that_json_cannot_hold_is_refused(recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="inf is not a number"):
        recorded.rates.update("5", rate=float("inf"))


def test_an_unknown_field_is_refused_with_the_nearest(
    recorder: Recorder, recorded: af.Asana
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"argument 'due_onn'\. Did you mean 'due_on'"):
        recorded.tasks.update("5", due_onn="2026-03-02")

    assert recorder.asked == []


def test_a_day_that_is_none_is_refused_before_sending(recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match=r"tasks\.update\(due_on=\) takes a date"):
        recorded.tasks.update("5", due_on="2026-13-45")


def test_a_required_field_that_is_missing_is_named(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": TASK}))
    with pytest.raises(af.InvalidArgument, match=r"projects\.duplicate: name is missing"):
        recorded.projects.duplicate("5", name=None)
    with pytest.raises(af.InvalidArgument, match=r"parent is missing\. Pass af\.CLEAR for none"):
        recorded.tasks.set_parent("5", parent=None)  # type: ignore[arg-type]
    recorded.tasks.set_parent("5", parent=af.CLEAR)

    assert [asked.json for asked in recorder.asked] == [{"data": {"parent": None}}]


def test_a_file_is_uploaded_by_path_or_stream(
    recorder: Recorder, recorded: af.Asana, tmp_path: Path
) -> None:
    file = tmp_path / "grüße.txt"
    file.write_bytes(b"hello")
    recorder.replies(Reply(body={"data": {"gid": "9"}}))

    recorded.attachments.create(parent="5", file=file)
    recorded.attachments.create(parent="5", file=io.BytesIO(b"there"), name="notes.txt")
    recorded.attachments.create(
        parent="5", resource_subtype="external", name="Board", url="https://example.com"
    )

    first, second, third = (asked.body for asked in recorder.asked)
    assert b'filename="gr%C3%BC%C3%9Fe.txt"' in first
    assert b"hello" in first
    assert b'filename="notes.txt"' in second
    assert b'name="url"\r\n\r\nhttps://example.com' in third
    assert {a.headers["Content-Type"].split(";")[0] for a in recorder.asked} == {
        "multipart/form-data"
    }


def test_a_stream_is_uploaded_under_its_own_name(
    recorder: Recorder, recorded: af.Asana, tmp_path: Path
) -> None:
    file = tmp_path / "own.txt"
    file.write_bytes(b"hello")
    recorder.replies(Reply(body={"data": {"gid": "9"}}))

    for parent in ("5", ["5", "6"]):
        with file.open("rb") as stream:
            recorded.attachments.create(parent=parent, file=stream)
            assert not stream.closed
    recorded.attachments.create(parent="5", file=io.BytesIO(b"hello"))
    recorded.attachments.create(parent="5", file=io.StringIO("hello"), name="other.txt")

    names = [b"own.txt", b"own.txt", b"own.txt", b"file", b"other.txt"]
    for asked, name in zip(recorder.asked, names, strict=True):
        assert b'filename="%s"' % name in asked.body
        assert b"\r\n\r\nhello\r\n" in asked.body


def test_an_upload_is_sent_whole_again_after_a_429(
    recorder: Recorder, recorded: af.Asana, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"the whole content")
    recorder.replies(Reply(429, {"errors": []}), Reply(body={"data": {"gid": "9"}}))

    recorded.attachments.create(parent="5", file=file)

    assert b"the whole content" in recorder.asked[1].body


class Pipe(io.RawIOBase):
    """A stream that can be read once."""

    def __init__(self) -> None:
        self._left = [b"the whole ", b"content"]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size < 0
        left, self._left = self._left, []
        return b"".join(left)


def test_a_stream_that_can_be_read_once_is_sent_whole_again(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(429, {"errors": []}), Reply(body={"data": {"gid": "9"}}))

    recorded.attachments.create(parent="5", file=Pipe(), name="a.txt")

    assert [b"the whole content" in asked.body for asked in recorder.asked] == [True, True]


def test_a_stream_that_cannot_be_read_is_refused(recorded: af.Asana) -> None:
    closed = io.BytesIO(b"x")
    closed.close()

    with pytest.raises(af.InvalidArgument, match="the stream cannot be read"):
        recorded.attachments.create(parent="5", file=closed)


def test_jobs_of_an_iterator_are_polled_until_they_end(
    recorder: Recorder, recorded: af.Asana
) -> None:
    states = ["in_progress", "in_progress", "succeeded"]
    recorder.replies(*(Reply(body={"data": {"gid": "3", "status": state}}) for state in states))

    assert recorded.wait(iter(["3"]))["status"].tolist() == ["succeeded"]


def test_a_file_that_is_not_there_is_refused(recorded: af.Asana, tmp_path: Path) -> None:
    with pytest.raises(af.InvalidArgument, match="cannot be read"):
        recorded.attachments.create(parent="5", file=tmp_path / "missing.txt")


def test_a_job_is_waited_for(recorder: Recorder, recorded: af.Asana, clock: SkippingClock) -> None:
    states = ["not_started", "not_started", "in_progress", "succeeded"]
    recorder.replies(*(Reply(body={"data": {"gid": "3", "status": state}}) for state in states))

    job = recorded.wait(recorded.projects.duplicate("5", name="Copy"))

    assert job["status"].tolist() == ["succeeded"]
    assert [round(seconds, 1) for seconds in clock.waits] == [0.2, 0.3]
    assert (recorded.last.operation, recorded.last.requests) == ("wait", 3)


def test_a_failed_job_is_an_error(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": {"gid": "3", "status": "failed"}}))

    with pytest.raises(af.JobFailed, match="job 3"):
        recorded.wait("3")


def test_a_job_that_takes_too_long_times_out(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": {"gid": "3", "status": "in_progress"}}))

    with pytest.raises(TimeoutError, match="job 3"):
        recorded.wait("3", timeout=0)
    with pytest.raises(af.DeadlineExceeded, match="deadline of 2 s"):
        recorded.with_options(deadline=2).wait("3")
    with pytest.raises(af.InvalidArgument, match="timeout= takes a number"):
        recorded.wait("3", timeout="1 h")  # type: ignore[arg-type]


def test_the_sandbox_refuses_bad_writes_in_words(asana: af.Asana) -> None:
    with pytest.raises(af.InvalidRequest, match="start_on: You must also provide a due date"):
        asana.tasks.create(name="x", workspace=asana.workspaces.list(), start_on="2026-01-01")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda a: a.tasks.list(project="12", completed_since=5), "takes a date"),
        (lambda a: a.tasks.list(project="12", completed_since="soon"), "takes a date"),
        (lambda a: a.projects.list(workspace="12", archived="no"), "True or False"),
        (lambda a: a.typeahead.search("12", resource_type="task", count="x"), "takes a number"),
        (lambda a: a.tasks.list(project="12", errors="ignore"), "errors="),
        (lambda a: a.tasks.list(project="12", fields=[]), "fields="),
        (lambda a: a["taks"], "Did you mean 'tasks'"),
    ],
)
def test_bad_arguments_are_refused_before_sending(
    recorder: Recorder, recorded: af.Asana, call: Any, says: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=says):
        call(recorded)

    assert recorder.asked == []


def test_moments_are_sent_in_utc(recorder: Recorder, recorded: af.Asana) -> None:
    moments = [
        "now",
        "2026-03-02",
        dt.date(2026, 3, 2),
        pd.Timestamp("2026-03-02 10:00", tz="Europe/Berlin"),
    ]
    for moment in moments:
        recorded.tasks.list(project="12", completed_since=moment, fields=["name"])

    assert [asked.query["completed_since"] for asked in recorder.asked] == [
        "now",
        "2026-03-02",
        "2026-03-02T00:00:00.000Z",
        "2026-03-02T09:00:00.000Z",
    ]


def test_search_takes_dotted_filters_and_joins_references(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorded.tasks.search(
        "12", assignee_any=["7", "8"], due_on_before=dt.date(2026, 3, 2), completed=False
    )

    query = recorder.asked[0].query
    assert query["assignee.any"] == "7,8"
    assert query["due_on.before"] == "2026-03-02"
    assert query["completed"] == "false"
    assert "resource_subtype" not in query
    assert query["limit"] == "100"


def test_an_attribute_that_is_no_resource_suggests_one(recorded: af.Asana) -> None:
    with pytest.raises(AttributeError, match="Did you mean 'tasks'"):
        recorded.taskz  # noqa: B018


def test_a_frame_of_one_row_is_a_custom_field_to_add(own: af.Asana) -> None:
    workspace = own.workspaces.list()
    project = own.projects.create(name="Pilot", workspace=workspace)
    field = own.custom_fields.create(
        name="Effort of the pilot", workspace=workspace, resource_subtype="number"
    )

    setting = own.projects.add_custom_field_setting(project, custom_field=field)

    assert setting["custom_field_gid"].tolist() == field["gid"].tolist()
    own.projects.delete(project)
    own.custom_fields.delete(field)


def test_parameters_of_writes_are_references_to_one_object() -> None:
    writes = [operation for operation in load().operations if operation.http != "GET"]

    others = {
        f"{operation.name}({parameter.argument}=)"
        for operation in writes
        for parameter in operation.parameters
        if not parameter.refers or parameter.many
    }

    assert writes
    assert others == set()


def test_a_field_that_is_called_like_the_target_is_one_value_per_row() -> None:
    asana = af.sandbox(now=NOW)
    rates = asana.rates.list(parent=asana.projects.list(workspace="Acme")).head(2)

    asana.rates.update(rates, rate=[11.5, 12.5])

    assert asana.rates.get(rates)["rate"].tolist() == [11.5, 12.5]
    asana.rates.update(rates["gid"].iloc[0], rate=13)
    assert asana.rates.get(rates)["rate"].tolist() == [13, 12.5]
