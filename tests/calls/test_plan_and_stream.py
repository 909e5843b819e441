"""What a read would take, reads in batches, and other ways to make a call."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import AsanaWarning, LargeReadWarning
from asana_frames.sandbox_server import Server
from tests.benchmarks.company import Company
from tests.recorder import Asked, Recorder, Reply

TASKS, SECTIONS, PROJECTS = 1_000, 2, 2


@pytest.fixture(scope="module")
def company() -> Iterator[str]:
    """Projects long enough to be read by their sections; their gids are ``20...0`` and on."""
    with Server(
        lambda url: Company(PROJECTS, TASKS, SECTIONS, "lean", 0.0, 0)  # type: ignore[arg-type, return-value]
    ) as running:
        yield running.url


@pytest.fixture(scope="module")
def whole(company: str) -> pd.DataFrame:
    """The tasks of all projects, read at once."""
    with af.connect("t", base_url=company) as asana:
        frame = asana.tasks.list(project=projects(PROJECTS))
    assert len(frame) == PROJECTS * TASKS
    return frame


@pytest.fixture
def big(company: str) -> Iterator[af.Asana]:
    with af.connect("t", base_url=company) as connected:
        yield connected


def projects(count: int) -> list[str]:
    return [f"2{number:08d}" for number in range(count)]


def counting(asked: Asked) -> Reply:
    """Answer that every project has as many tasks as its gid says."""
    if asked.path.endswith("/task_counts"):
        count = int(asked.path.split("/")[-2])
        return Reply(body={"data": {"num_tasks": count, "num_incomplete_tasks": count // 10}})
    return Reply(body={"data": []})


# ---------------------------------------------------------------------------------------- plan


def test_a_plan_tells_what_a_read_of_one_project_takes(asana: af.Asana) -> None:
    plan = asana.plan(asana.tasks.list, project="Website relaunch")

    tasks = asana.tasks.list(project="Website relaunch", fields=["name"])
    assert plan.name == "tasks.list"
    assert plan["rows"] == len(tasks)
    assert plan["requests"] == asana.last.requests
    assert plan["minutes"] == round(plan["requests"] / 1_455, 2)


def test_a_plan_of_all_projects_adds_up_their_tasks(asana: af.Asana) -> None:
    every = asana.projects.list(workspace="Acme")

    plan = asana.plan(asana.tasks.list, project=every)

    counts = asana.projects.get_task_counts(every)["num_tasks"]
    assert plan["rows"] == counts.sum()
    assert plan["requests"] == (-(-counts // 100)).clip(lower=1).sum()


def test_of_more_than_twenty_projects_some_stand_for_all(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = counting

    plan = recorded.plan(recorded.tasks.list, project=[str(1_000 + n) for n in range(100)])

    assert len(recorder.asked) == 20
    assert plan["rows"] == pytest.approx(100 * 1_050, rel=0.03)
    assert plan["requests"] == pytest.approx(100 * 11, rel=0.05)


def test_only_what_is_incomplete_is_counted_if_that_is_asked_for(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = counting

    plan = recorded.plan(recorded.tasks.list, project=["2500"], completed_since="now")

    assert plan[["requests", "rows"]].tolist() == [3, 250]


def test_a_project_that_may_not_be_counted_counts_as_the_others(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = lambda a: Reply(403, {"errors": []}) if "/7/" in a.path else counting(a)

    plan = recorded.plan(recorded.tasks.list, project=["400", "7"])

    assert plan[["requests", "rows"]].tolist() == [8, 800]


def test_a_plan_of_subtasks_is_made_from_their_number(
    recorder: Recorder, recorded: af.Asana
) -> None:
    tasks = pd.DataFrame({"gid": ["1", "2", "3"], "num_subtasks": [0, 3, 201]}, dtype=object)

    plan = recorded.plan(recorded.tasks.list_subtasks, tasks)

    assert plan[["requests", "rows"]].tolist() == [4, 204]
    assert recorder.asked == []


def test_a_plan_of_subtasks_asks_for_those_of_unknown_number(
    recorder: Recorder, recorded: af.Asana
) -> None:
    tasks = pd.DataFrame(
        {"gid": ["1", "2", "3", "3"], "num_subtasks": pd.array([0, None, 3, 3], "Int64")}
    )

    plan = recorded.plan(recorded.tasks.list_subtasks, tasks)
    by_gid = recorded.plan(recorded.tasks.list_subtasks, ["1", "2"])
    without = recorded.plan(recorded.tasks.list_subtasks, tasks[["gid"]])

    assert plan[["requests", "rows"]].tolist() == [2, 3]
    assert by_gid[["requests", "rows"]].tolist() == [2, pd.NA]
    assert without[["requests", "rows"]].tolist() == [3, pd.NA]
    assert recorder.asked == []


def test_the_number_of_subtasks_tells_nothing_of_other_lists(recorded: af.Asana) -> None:
    tasks = pd.DataFrame({"gid": ["1", "2"], "num_subtasks": [0, 300]})

    plan = recorded.plan(recorded.stories.list_for_task, tasks)

    assert plan[["requests", "rows"]].tolist() == [2, pd.NA]


def test_a_plan_of_single_objects_has_a_request_each(
    recorder: Recorder, recorded: af.Asana
) -> None:
    plan = recorded.plan(recorded.tasks.get, ["1", "2", "3"])

    assert plan[["requests", "rows"]].tolist() == [3, 3]
    assert recorder.asked == []


def test_where_nothing_tells_the_rows_are_missing(recorder: Recorder, recorded: af.Asana) -> None:
    plan = recorded.plan(recorded.stories.list_for_task, ["1", "2"])

    assert plan["requests"] == 2
    assert plan["rows"] is pd.NA
    assert recorder.asked == []


def test_a_plan_knows_the_limit(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = counting

    plan = recorded.plan(recorded.tasks.list, project="2500", limit=150)

    assert plan[["requests", "rows"]].tolist() == [2, 150]


def test_a_plan_of_nothing_takes_nothing(recorded: af.Asana) -> None:
    plan = recorded.plan(recorded.tasks.list, project=[])

    assert plan[["requests", "rows", "minutes"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize("what", ["plan", "stream"])
@pytest.mark.parametrize(
    ("method", "says"),
    [
        (lambda a: a.tasks.update, r"tasks\.update writes; .*asana\.tasks\.list"),
        (lambda a: a.tasks.delete, r"tasks\.delete writes"),
        (lambda a: a.tasks.list(project="1"), "without parentheses"),
        (lambda a: a.tasks.info, "sends no request"),
        (lambda a: len, "without parentheses"),
        (lambda a: a.close, "without parentheses"),
        (lambda a: "tasks.list", "without parentheses"),
    ],
)
def test_what_does_not_read_is_refused_with_what_to_type(
    recorded: af.Asana, what: str, method: Any, says: str
) -> None:
    arguments = ["1"] if says.startswith("tasks") else []
    asked = method(recorded)

    with pytest.raises(af.InvalidArgument, match=says):
        getattr(recorded, what)(asked, *arguments)


def test_a_large_read_says_so_once(
    recorder: Recorder, recorded: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asana_frames.calls.read.LARGE_READ_REQUESTS", 20)
    many = [str(number) for number in range(21)]

    recorded.tags.list_for_task(many[:20])
    with pytest.warns(LargeReadWarning, match=r"at least 21 requests.*asana\.plan") as told:
        recorded.tags.list_for_task(many)
    recorded.tags.list_for_task(many)
    with pytest.warns(LargeReadWarning, match=r"stories\.list_for_task"):
        recorded.stories.list_for_task(many)

    assert issubclass(told[0].category, AsanaWarning)
    assert told[0].filename == __file__


# -------------------------------------------------------------------------------------- stream


def union(parts: list[pd.DataFrame]) -> list[str]:
    return sorted(gid for part in parts for gid in part["gid"])


@pytest.mark.parametrize("rows", [1, 333, 10**6])
def test_the_parts_of_a_stream_are_the_whole_read(asana: af.Asana, rows: int) -> None:
    every = asana.projects.list(workspace="Acme", fields=["name"]).head(5)
    whole = asana.tasks.list(project=every)

    parts = list(asana.stream(asana.tasks.list, project=every, rows=rows))

    assert union(parts) == sorted(whole["gid"])
    # Fields that no row of a part has come as columns of their own accord; kinds never differ.
    for part in parts:
        pd.testing.assert_series_equal(part.dtypes.astype(str), parts[0].dtypes.astype(str))
        kinds = part.dtypes.astype(str)
        assert kinds.to_dict() == whole.dtypes.astype(str)[kinds.index].to_dict()


@pytest.mark.parametrize(("count", "rows"), [(1, 100), (PROJECTS, 250), (PROJECTS, 10**6)])
def test_a_stream_of_projects_read_by_sections_is_whole(
    big: af.Asana, whole: pd.DataFrame, count: int, rows: int
) -> None:
    parents = whole.set_index("gid")["project_gids"].str[0]
    expected = parents[parents.isin(projects(count))]

    parts = list(big.stream(big.tasks.list, project=projects(count), rows=rows))

    assert len(expected) == count * TASKS
    assert union(parts) == sorted(expected.index)
    for part in parts:
        assert part["project_gids"].tolist() == [(gid,) for gid in expected[part["gid"]]]
        assert 0 < len(part) <= rows + 100
        assert part.attrs["asana"]["operation"] == "tasks.list"


@pytest.mark.parametrize(("limit", "sizes"), [(250, [100, 100, 50]), (100, [100]), (7, [7])])
def test_a_stream_has_a_limit(big: af.Asana, limit: int, sizes: list[int]) -> None:
    parts = list(big.stream(big.tasks.list, project=projects(1), rows=100, limit=limit))

    assert [len(part) for part in parts] == sizes
    assert big.last.rows == limit


def test_a_stream_that_has_reached_its_limit_asks_for_no_more(
    recorder: Recorder, recorded: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(body={"data": [{"gid": asked.path.split("/")[-2], "name": "a"}]})

    recorder.reply = reply
    tasks = [str(number) for number in range(1, 1_001)]

    parts = list(
        recorded.stream(recorded.tags.list_for_task, tasks, fields=["name"], rows=1, limit=3)
    )

    assert [len(part) for part in parts] == [1, 1, 1]
    # Those under way when the third one arrived, and no more.
    assert len(recorder.asked) < 500


def test_a_stream_of_nothing_is_one_empty_frame(recorded: af.Asana) -> None:
    (part,) = recorded.stream(recorded.tags.list, workspace="1")

    assert part.empty
    assert list(part.columns) == list(recorded.tags.list(workspace="1").columns)


@pytest.mark.parametrize("rows", [0, -1, 1.5, "many", True, None])
def test_rows_that_are_no_number_are_refused(recorded: af.Asana, rows: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"rows= takes a whole number"):
        recorded.stream(recorded.tasks.list, project="1", rows=rows)


def test_events_are_not_streamed(recorded: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="sync token"):
        recorded.stream(recorded.events.list, resource="1")


def test_a_parent_that_is_refused_is_warned_of_at_the_end(asana: af.Asana) -> None:
    stream = asana.stream(asana.tasks.list, project=["Office move", "1"], rows=20)

    with pytest.warns(af.PartialResultWarning, match="project 1"):
        parts = list(stream)

    assert sum(map(len, parts)) > 50
    assert asana.last.failures["parent_gid"].tolist() == ["1"]


def test_calls_between_the_parts_are_calls_of_their_own(big: af.Asana) -> None:
    stream = big.stream(big.tasks.list, project=projects(1), rows=100)

    next(stream)
    names = big.workspaces.list()

    assert names.attrs["asana"]["requests"] == 1
    assert big.last.operation == "workspaces.list"
    assert len(list(stream)) >= 8
    assert big.last.operation == "tasks.list"


def test_breaking_off_leaves_no_thread_behind(big: af.Asana) -> None:
    for part in big.stream(big.tasks.list, project=projects(PROJECTS), rows=100):
        assert len(part)
        break

    ends = time.monotonic() + 5
    while time.monotonic() < ends and _threads():
        time.sleep(0.01)
    assert _threads() == []


def _threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "asana-frames"]


# ------------------------------------------------------------------------------------- options


def test_other_options_share_last_and_names(recorder: Recorder, recorded: af.Asana) -> None:
    workspaces = {"data": [{"gid": "1", "name": "Acme"}]}
    recorder.reply = lambda a: Reply(
        body=workspaces if a.path.endswith("/workspaces") else {"data": []}
    )
    quick = recorded.with_options(timeout=5, deadline=30, progress=False)

    quick.tags.list(workspace="Acme")

    assert recorded.last.operation == "tags.list"
    recorded.teams.list_for_workspace("Acme")
    assert quick.last.operation == "teams.list_for_workspace"
    assert sum(asked.path.endswith("/workspaces") for asked in recorder.asked) == 1
    assert quick.http is recorded.http
    assert quick.settings == (5, 30, False)
    assert recorded.settings == (None, None, True)
    assert quick.with_options(timeout=7).settings == (7, 30, False)


@pytest.mark.parametrize("name", ["timeout", "deadline"])
@pytest.mark.parametrize("seconds", [0, -1, "5", True, float("inf"), float("nan")])
def test_times_that_are_none_are_refused(recorded: af.Asana, name: str, seconds: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=f"{name}= takes seconds above 0"):
        recorded.with_options(**{name: seconds})


def test_a_timeout_is_that_of_the_next_bytes(recorder: Recorder, recorded: af.Asana) -> None:
    answers = [1.0, 0.0]

    def reply(asked: Asked) -> Reply:
        time.sleep(answers.pop(0))
        return Reply(body={"data": []})

    recorder.reply = reply

    recorded.with_options(timeout=0.2).tags.list(workspace="1")

    assert recorded.last.retries == 1


def test_tasks_without_subtasks_are_not_asked_about(
    recorder: Recorder, recorded: af.Asana
) -> None:
    tasks = pd.DataFrame({"gid": list("1234"), "num_subtasks": pd.array([0, 2, None, 0], "Int64")})

    found = recorded.tasks.list_subtasks(tasks, fields=["name"])
    none = recorded.tasks.list_subtasks(tasks.head(1), fields=["name"])

    assert sorted(asked.path.split("/")[-2] for asked in recorder.asked) == ["2", "3"]
    pd.testing.assert_frame_equal(found, none, check_index_type=False)


def test_what_a_frame_of_a_stream_remembers_is_small(big: af.Asana) -> None:
    *_, final = big.stream(big.tasks.list, project=projects(1), rows=500)

    told = dict(final.attrs["asana"])
    # As large as the definitions of the fields, however many rows there are.
    assert len(told.pop("custom_fields")) < 2_000
    assert len(json.dumps(told)) < 300
    assert told["rows"] == TASKS
