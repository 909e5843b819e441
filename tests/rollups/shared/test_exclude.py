"""Tasks that are left out, and tasks as they were known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.exclude import drop_excluded
from tests.rollups import stories as told
from tests.rollups.flows import task, tasks_of
from tests.rollups.frames import assert_same, assert_same_dtypes

NOW = pd.Timestamp("2026-03-10", tz="UTC")


def kept(tasks: pd.DataFrame, **exclude: Any) -> list[str]:
    return drop_excluded(tasks, exclude, what="rollups.x")["gid"].tolist()


def test_options_tags_and_lists_of_files_are_excluded_by_name_or_gid() -> None:
    tasks = tasks_of(task(), task(), task()).assign(
        cf_Kind=pd.Categorical(["Bug", "Idea", None]),
        cf_Areas=[("Web", "App"), (), ("App",)],
        tags_gids=["['7']", "[]", "['8']"],
        tags_names=["Old; New", "", "New"],
    )

    assert kept(tasks, cf_Kind="Bug") == ["2", "3"]
    assert kept(tasks, cf_Areas=["Web"]) == ["2", "3"]
    assert kept(tasks.drop(columns="tags_gids"), tag="New") == ["2"]
    assert kept(tasks.assign(tags_gids=[("7",), (), ("8",)]), tag="8") == ["1", "2"]


def test_nothing_excluded_is_the_frame_itself() -> None:
    tasks = tasks_of(task(project="31"))

    assert drop_excluded(tasks, None, what="rollups.x") is tasks
    with pytest.warns(af.AsanaWarning, match="has 'Elsewhere', which no task has"):
        assert drop_excluded(tasks, {"section": "Elsewhere"}, what="rollups.x") is tasks
    # An option that no task has is known all the same.
    options = tasks.assign(cf_Kind=pd.Categorical([None], categories=["Bug"]))
    assert kept(options, cf_Kind="Bug") == ["1"]
    assert drop_excluded(tasks.head(0), {"section": "Done"}, what="rollups.x").empty


def test_tasks_of_the_present_and_of_as_of_stay_as_they_are() -> None:
    tasks = tasks_of(task(modified_at="2026-03-20T09:00Z"))
    then = tasks.copy()
    then.attrs["as_of"] = {"moment": NOW.isoformat()}

    now = pd.Timestamp.now("UTC")
    assert select_known(tasks, now, what="rollups.x", uses="due dates") is tasks
    assert select_known(then, NOW, what="rollups.x", uses="due dates") is then


def test_later_tasks_are_left_out_and_later_completions_are_open() -> None:
    tasks = tasks_of(
        task("2026-03-01T09:00Z", "2026-03-05T09:00Z"),
        task("2026-03-01T09:00Z", "2026-03-15T09:00Z"),
        task("2026-03-12T09:00Z"),
    ).assign(completed=[True, True, False])

    found = select_known(tasks, NOW, what="rollups.x")

    assert found["gid"].tolist() == ["1", "2"]
    assert found["completed_at"].notna().tolist() == [True, False]
    assert found["completed"].tolist() == [True, False]
    assert_same_dtypes(found, tasks)
    assert tasks["completed"].tolist() == [True, True, False]


def test_only_what_is_read_and_was_modified_since_is_warned_of() -> None:
    modified = tasks_of(task(modified_at="2026-03-20T09:00Z"))
    new = tasks_of(task("2026-03-12T09:00Z", modified_at="2026-03-20T09:00Z"))

    with pytest.warns(af.PastStateWarning, match=r"1 task\(s\) .* their due dates then"):
        select_known(modified, NOW, what="rollups.x", uses="due dates")
    # Neither warns, or the tests would end here.
    assert len(select_known(modified, NOW, what="rollups.x")) == 1
    assert select_known(new, NOW, what="rollups.x", uses="due dates").empty


def test_stories_after_the_moment_are_undone() -> None:
    tasks = told.tasks_of(told.task("5", ("1", "12"), due_on="2026-03-20"))
    stories = told.stories_of(told.due("5", "2026-03-12T09:00Z", "2026-03-09", "2026-03-20"))

    found = select_known(tasks, NOW, stories, what="rollups.x", uses="due dates")
    before = select_known(tasks, NOW, stories.iloc[:0], what="rollups.x", uses="due dates")

    assert found["due_on"].tolist() == [pd.Timestamp("2026-03-09")]
    assert_same(before, tasks)
