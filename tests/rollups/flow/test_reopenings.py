"""How many completed tasks are opened again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed
from tests.rollups.stories import stories_of, story, task, tasks_of

NOW = "2026-03-20 12:00"


def told(table: Any) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("done", "reopenings", "reopening_rate"))
            for row in cells(table)]  # fmt: skip


STORIES = (
    story("5", "2026-03-02", "marked_complete"),
    story("5", "2026-03-03", "marked_incomplete"),
    story("5", "2026-03-17", "marked_complete"),
    story("6", "2026-03-18", "marked_incomplete"),
    # This task is not asked for.
    story("9", "2026-03-02", "marked_complete"),
)
TASKS = (
    task("5", completed_at="2026-03-17", assignee_gid="51", assignee_name="Ana"),
    task("6", assignee_gid="52", assignee_name="Bo"),
    # No story tells of its completion.
    task("7", completed_at="2026-03-10", assignee_gid="51", assignee_name="Ana"),
)


def test_reopenings_are_counted_per_completion_until_now() -> None:
    tasks, stories = tasks_of(*TASKS), stories_of(*STORIES)

    weeks = af.rollups.reopenings(tasks, stories, every="W", now=NOW)

    assert told(weeks) == [(1, 1, 1.0), (1, 0, 0.0), (1, 1, 1.0)]
    assert weeks["partial"].tolist() == [False, False, True]
    people = af.rollups.reopenings(tasks, stories, "assignee", now=NOW)
    assert people["assignee_name"].tolist() == ["Ana", "Bo"]
    assert told(people) == [(3, 1, 1 / 3), (0, 1, None)]
    assert_same(
        af.rollups.reopenings(tasks, af.rollups.changes(stories), every="W", now=NOW), weeks
    )
    both = af.rollups.reopenings(tasks, stories, "assignee", "W", now=NOW)
    assert len(both) == 2 * 3


def test_what_happens_later_or_outside_of_the_days_does_not_count() -> None:
    tasks, stories = tasks_of(*TASKS), stories_of(*STORIES)

    assert told(af.rollups.reopenings(tasks, stories, now="2026-03-16")) == [(2, 1, 0.5)]
    some = af.rollups.reopenings(tasks, stories, start="2026-03-03", end="2026-03-10", now=NOW)
    assert told(some) == [(1, 1, 1.0)]
    with pytest.raises(af.InvalidArgument, match=r"rollups\.reopenings needs .*resource_subtype"):
        af.rollups.reopenings(tasks, stories.drop(columns="resource_subtype"))


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    tasks, stories = tasks_of(*TASKS), stories_of(*STORIES)

    for arguments in ({}, {"every": "W"}, {"by": "assignee", "every": "W"}):
        some = af.rollups.reopenings(tasks, stories, now=NOW, **arguments)
        none = af.rollups.reopenings(tasks_of(), stories_of(), now=NOW, **arguments)
        assert_same_dtypes(none, some)
        odd = [oddly_indexed(tasks), oddly_indexed(stories.iloc[::-1])]
        assert_same(af.rollups.reopenings(*odd, now=NOW, **arguments), some)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("56"), st.integers(1, 28), st.booleans()), max_size=12))
def test_periods_add_up_to_all_stories(drawn: list[tuple[str, int, bool]]) -> None:
    rows = [
        story(gid, f"2026-03-{day:02}", "marked_complete" if done else "marked_incomplete")
        for gid, day, done in drawn
    ]

    table = af.rollups.reopenings(
        tasks_of(task("5"), task("6")), stories_of(*rows), every="W", now="2026-04-01"
    )

    assert table["done"].sum() == sum(done for *_, done in drawn)
    assert table["reopenings"].sum() == sum(not done for *_, done in drawn)


def test_on_the_sandbox_every_completion_counts(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)

    table = af.rollups.reopenings(tasks, stories, every="MS", now="2026-11-02")

    assert table["done"].sum() >= tasks["completed"].sum() > 0
    assert table["period"].iloc[-1].month == 11
