"""Whole workspaces, trees of subtasks, time entries by window, stories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.gather import all_tasks, stories, subtasks, time_entries
from asana_frames.sandbox_server import Server, serve
from tests.recorder import Asked, Recorder, Reply


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A sandbox to write to."""
    with serve() as running:
        yield running


@pytest.fixture
def own(own_server: Server) -> Iterator[af.Asana]:
    with af.connect("sandbox", base_url=own_server.url) as connected:
        yield connected


# ----------------------------------------------------------------------------------- all tasks


def test_all_tasks_are_those_of_the_store_that_can_be_listed(
    asana: af.Asana, server: Server
) -> None:
    tasks = all_tasks(asana, "Acme", subtasks=True)

    store = {task["gid"]: task for task in server.application.store.all("task")}
    assert tasks["gid"].is_unique
    assert set(tasks["gid"]) <= set(store)
    for gid in set(store) - set(tasks["gid"]):
        assert store[gid]["assignee"] is None
        assert store[gid]["projects"] == []


def test_the_statement_of_completeness_is_true(asana: af.Asana, server: Server) -> None:
    tasks = all_tasks(asana, "Acme", fields=["name"])

    said = tasks.attrs["asana"]["completeness"]
    counts = {kind: len(list(server.application.store.all(kind))) for kind in ("project", "user")}
    assert said.startswith(f"Tasks of {counts['project']} projects and of {counts['user']} people")
    assert "not covered: unassigned tasks in no project, among them subtasks" in said
    found = set(tasks["gid"])
    missing = [t for t in server.application.store.all("task") if t["gid"] not in found]
    assert all(task["assignee"] is None and not task["projects"] for task in missing)


def test_all_tasks_say_where_they_were_found(asana: af.Asana) -> None:
    tasks = all_tasks(asana, "Acme")

    assert asana.last.operation == "gather.all_tasks"
    listed = asana.tasks.list(project="Website relaunch", fields=["name"])
    found = tasks[tasks["gid"].isin(listed["gid"])]
    assert list(tasks.columns[:3]) == list(asana.tasks.list(project=[]).columns[:3])
    project = asana.projects.list(workspace="Acme").set_index("name")["gid"]["Website relaunch"]
    assert found["project_gids"].map(lambda gids: project in gids).all()
    assert tasks["assignee_gid"].notna().any()


def test_only_incomplete_tasks_if_that_is_asked_for(asana: af.Asana) -> None:
    tasks = all_tasks(asana, "Acme", completed_since="now", fields=["completed"])

    assert len(tasks) > 100
    assert not tasks["completed"].any()


def test_projects_that_are_refused_are_told_of(server: Server) -> None:
    project = server.application.store.first("project")["gid"]
    with (
        serve(faults=f"refuse={project}:403") as refusing,
        af.connect("sandbox", base_url=refusing.url) as asana,
    ):
        with pytest.warns(af.PartialResultWarning):
            tasks = all_tasks(asana, "Acme", fields=["name"])

        assert (
            "; 1 of these could not be read (asana.last.failures)"
            in (tasks.attrs["asana"]["completeness"])
        )
        assert asana.last.failures["parent_gid"].tolist() == [project]
        with pytest.raises(af.Forbidden):
            all_tasks(asana, "Acme", fields=["name"], errors="raise")


def test_all_tasks_take_one_workspace(recorded: af.Asana) -> None:
    with pytest.raises(af.AmbiguousReference, match="Give one workspace; 2 were given"):
        all_tasks(recorded, ["1", "2"])


# ------------------------------------------------------------------------------------ subtasks


@pytest.fixture(scope="module")
def tree(own_server: Server) -> dict[str, str]:
    """A task with four levels below it: name -> gid; "ab" is below "a"."""
    gids: dict[str, str] = {}
    with af.connect("sandbox", base_url=own_server.url) as asana:
        top = asana.tasks.create(name="a", workspace="1209000000000001", fields=["name"])
        gids["a"] = top["gid"].iloc[0]
        for name in ("ab", "ac", "abd", "abe", "abdf", "abdfg"):
            made = asana.tasks.create_subtask(gids[name[:-1]], name=name, fields=["name"])
            gids[name] = made["gid"].iloc[0]
    return gids


def test_subtasks_of_any_depth_know_parent_root_depth_and_path(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, tree["a"])

    names = {gid: name for name, gid in tree.items()}
    assert sorted(below["name"]) == ["ab", "abd", "abdf", "abdfg", "abe", "ac"]
    assert set(below["root_gid"]) == {tree["a"]}
    for row in below.itertuples():
        assert row.depth == len(row.name) - 1
        assert names[row.parent_gid] == row.name[:-1]
        assert [names[gid] for gid in row.path] == [
            row.name[:size] for size in range(1, len(row.name) + 1)
        ]
    assert below["depth"].dtype == "Int64"


@pytest.mark.parametrize(("depth", "count"), [(1, 2), (2, 4), (3, 5), (4, 6), (9, 6)])
def test_a_depth_is_that_many_levels(
    own: af.Asana, tree: dict[str, str], depth: int, count: int
) -> None:
    below = subtasks(own, [tree["a"]], depth=depth)

    assert len(below) == count
    assert below["depth"].max() == min(depth, 4)


def test_what_is_below_one_that_was_given_has_the_topmost_as_its_root(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, [tree["abd"], tree["a"], tree["ab"]])

    assert below["gid"].is_unique
    assert len(below) == 6
    assert set(below["root_gid"]) == {tree["a"]}


def test_a_generator_of_tasks_is_read_whole(own: af.Asana, tree: dict[str, str]) -> None:
    below = subtasks(own, (tree[name] for name in ("a", "ab")))

    assert len(below) == 6


def test_tasks_known_to_have_none_are_not_asked_about(own: af.Asana, tree: dict[str, str]) -> None:
    frame = own.tasks.get(list(tree.values()), fields=["num_subtasks"])

    subtasks(own, frame, fields=["name"])
    with_counts = own.last.requests
    subtasks(own, list(tree.values()), fields=["name"])

    assert with_counts == 4
    assert own.last.requests == 7


def test_fields_of_subtasks_are_those_asked_for_and_their_place(
    own: af.Asana, tree: dict[str, str]
) -> None:
    below = subtasks(own, tree["a"], fields=["name"])
    none = subtasks(own, tree["ac"], fields=["name"])

    assert list(below.columns) == ["gid", "name", "parent_gid", "root_gid", "depth", "path"]
    assert none.empty
    pd.testing.assert_series_equal(none.dtypes, below.dtypes)


def test_subtasks_of_nothing_are_none(recorder: Recorder, recorded: af.Asana) -> None:
    below = subtasks(recorded, [])

    assert below.empty
    assert list(below.columns[-3:]) == ["root_gid", "depth", "path"]
    assert recorder.asked == []


def test_a_task_that_is_refused_is_recorded(own: af.Asana, tree: dict[str, str]) -> None:
    with pytest.warns(af.PartialResultWarning):
        below = subtasks(own, [tree["a"], "1"], fields=["name"])

    assert len(below) == 6
    assert own.last.failures["parent_gid"].tolist() == ["1"]


@pytest.mark.parametrize("depth", [0, -1, 1.5, "2", True])
def test_a_depth_that_is_none_is_refused(recorded: af.Asana, depth: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="depth="):
        subtasks(recorded, "1", depth=depth)


# -------------------------------------------------------------------------------- time entries


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-01", "2026-12-31"),
        (dt.date(2026, 3, 1), pd.Timestamp("2026-03-31")),
        ("2026-03-02", "2026-03-02"),
    ],
)
def test_windows_are_the_whole_span(asana: af.Asana, start: Any, end: Any) -> None:
    entries = time_entries(asana, "Acme", start, end)

    whole = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=start, entered_on_end_date=end
    )
    assert entries["gid"].is_unique
    assert set(entries["gid"]) == set(whole["gid"])
    assert entries["duration_minutes"].sum() == whole["duration_minutes"].sum()
    pd.testing.assert_series_equal(entries.dtypes, whole.dtypes)


def test_windows_that_are_cut_are_made_smaller() -> None:
    with (
        serve(faults="most=100") as cutting,
        af.connect("sandbox", base_url=cutting.url) as asana,
        serve() as whole,
        af.connect("sandbox", base_url=whole.url) as plain,
    ):
        entries = time_entries(asana, "Acme", "2026-08-01", "2026-10-31", fields=["entered_on"])
        expected = time_entries(plain, "Acme", "2026-08-01", "2026-10-31", fields=["entered_on"])

    assert len(expected) > 100
    assert set(entries["gid"]) == set(expected["gid"])


def test_a_day_that_is_cut_too_is_an_error(recorder: Recorder, recorded: af.Asana) -> None:
    truncated = {"errors": [{"message": "The data set is truncated."}]}
    recorder.reply = lambda asked: Reply(400, truncated)

    with pytest.raises(af.InvalidRequest, match="entries of a single day"):
        time_entries(recorded, "1", "2026-03-02", "2026-04-02")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-02", "2026-03-01"),
        ("soon", None),
        (None, None),
        (2026, None),
        ("null", None),
        ("2026-03-02", pd.NaT),
    ],
)
def test_days_that_are_none_are_refused(
    recorder: Recorder, recorded: af.Asana, start: Any, end: Any
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"lies before|takes a da"):
        time_entries(recorded, "1", start, end)

    assert recorder.asked == []


# ------------------------------------------------------------------------------------- stories


def test_stories_are_those_made_since(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Office move", fields=["name"]).head(20)

    recent = stories(asana, tasks, "2026-06-01")
    every = stories(asana, tasks)

    assert 0 < len(recent) < len(every)
    assert set(recent["gid"]) == set(every["gid"][every["created_at"] > "2026-06-01"])
    pd.testing.assert_frame_equal(
        every, asana.stories.list_for_task(tasks), check_index_type=False
    )


def test_a_server_that_ignores_the_filter_is_not_believed(
    recorder: Recorder, recorded: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        moments = ("2026-02-01T00:00:00.000Z", "2026-03-02T09:00:00.000Z")
        rows = [{"gid": str(n), "created_at": at, "text": "x"} for n, at in enumerate(moments)]
        return Reply(body={"data": rows})

    recorder.reply = reply
    since = pd.Timestamp("2026-03-01 10:00", tz="Europe/Berlin")

    found = stories(recorded, ["5"], since, fields=["text"])

    assert found["gid"].tolist() == ["1"]
    assert list(found.columns) == ["gid", "text", "task_gid"]


def test_defaults_of_gathered_reads_are_those_of_the_plain_ones(recorded: af.Asana) -> None:
    names = [column.name for column in columns_of("task") if column.kind != "custom_fields"]

    below = subtasks(recorded, [])

    assert [name for name in names if name not in below.columns] == []
