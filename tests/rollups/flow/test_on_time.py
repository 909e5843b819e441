"""Which tasks are done by the day on which they are due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings

import asana_frames as af
from tests.rollups.flows import day_in, task, task_rows, tasks_of
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed
from tests.rollups.stories import due as due_story
from tests.rollups.stories import stories_of

NOW = "2026-03-20T12:00Z"
COUNTS = ["done_on_time", "done_late", "open_late", "not_due", "undated"]


def test_tasks_are_done_in_time_or_late_by_the_period_in_which_they_are_due() -> None:
    rows = [
        task(completed="2026-03-03T23:00Z", due="2026-03-03"),
        task(completed="2026-03-04T01:00Z", due="2026-03-03"),
        task(due="2026-03-19"),
        task(due="2026-03-20"),
        # Nobody can tell yet how many of those due later will be late.
        task(completed="2026-03-10T09:00Z", due="2026-03-21"),
        task(due="2026-04-30"),
        task(),
    ]

    table = af.rollups.on_time(tasks_of(*rows), every="W", now=NOW)

    assert [[row[name] for name in COUNTS] for row in cells(table)] == [
        [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1],
    ]  # fmt: skip
    assert [row["period"] and row["period"].day for row in cells(table)] == [2, 9, 16, None]
    assert table["partial"].tolist() == [False, False, True, False]
    assert [row["on_time_rate"] for row in cells(table)] == [0.5, None, 0.0, None]
    total = af.rollups.on_time(tasks_of(*rows), now=NOW)
    assert total[COUNTS].iloc[0].tolist() == [1, 1, 1, 3, 1]
    # In Berlin the first is done on the 4th.
    berlin = af.rollups.on_time(tasks_of(*rows), now=NOW, tz="Europe/Berlin")
    assert berlin[COUNTS].iloc[0].tolist() == [0, 2, 1, 3, 1]


def test_the_first_due_date_is_that_before_all_changes() -> None:
    tasks = tasks_of(
        *[task(completed="2026-03-12T09:00Z", due="2026-03-13", person="11")] * 3,
    )
    stories = stories_of(
        due_story("1", "2026-03-05", "2026-03-10", "2026-03-12"),
        due_story("1", "2026-03-06", "2026-03-12", "2026-03-13"),
        # This one had none before.
        due_story("2", "2026-03-05", None, "2026-03-12"),
    )

    last, first = (
        af.rollups.on_time(tasks, due=due, stories=stories, now=NOW) for due in ("last", "first")
    )

    assert last[COUNTS].iloc[0].tolist() == [3, 0, 0, 0, 0]
    assert first[COUNTS].iloc[0].tolist() == [2, 1, 0, 0, 0]
    with pytest.raises(af.InvalidArgument, match="needs stories="):
        af.rollups.on_time(tasks, due="first")


def test_every_group_has_every_period_and_excluded_tasks_do_not_count() -> None:
    rows = [
        task(due="2026-03-03", person="11", project="31"),
        task(due="2026-03-10", person="12", project="31", section="Cancelled"),
        task(completed="2026-03-03T09:00Z", due="2026-03-04", project="32"),
    ]

    table = af.rollups.on_time(tasks_of(*rows), "person", "W", now=NOW)
    assert len(table) == 3 * 3
    assert table["open_late"].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 0]
    kept = af.rollups.on_time(
        tasks_of(*rows), "project", exclude={"section": "Cancelled"}, now=NOW
    )
    assert kept["open_late"].tolist() == [1, 0]
    with pytest.raises(af.InvalidArgument, match="'undated' is a column of the result"):
        af.rollups.on_time(tasks_of(*rows).assign(undated="a"), "undated")
    with pytest.raises(af.InvalidArgument, match=r"start=2026-04-01 lies after end=2026-03-20"):
        af.rollups.on_time(tasks_of(*rows), start="2026-04-01", end="2026-03-20", now=NOW)


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    some = tasks_of(task(due="2026-03-03", person="11"), task())
    for arguments in ({}, {"every": "W"}, {"by": "person"}, {"by": "person", "every": "MS"}):
        found = af.rollups.on_time(some, now=NOW, **arguments)
        assert_same_dtypes(af.rollups.on_time(tasks_of(), now=NOW, **arguments), found)
        assert_same(af.rollups.on_time(oddly_indexed(some), now=NOW, **arguments), found)


def looped(rows: list[dict[str, Any]], today: dt.date) -> list[int]:
    counts = dict.fromkeys(COUNTS, 0)
    for row in rows:
        due, done = row["due_on"], day_in(row, "completed_at", dt.UTC)
        if due is None:
            counts["undated"] += 1
        elif due > today or (due == today and done is None):
            counts["not_due"] += 1
        elif done is None:
            counts["open_late"] += 1
        else:
            counts["done_on_time" if done <= due else "done_late"] += 1
    return list(counts.values())


@settings(max_examples=40, deadline=None)
@given(task_rows())
def test_totals_are_those_of_a_loop_and_of_the_periods(rows: list[dict[str, Any]]) -> None:
    tasks = tasks_of(*rows)

    total = af.rollups.on_time(tasks, now="2026-05-01T12:00Z")
    periods = af.rollups.on_time(tasks, "project", "W", now="2026-05-01T12:00Z")

    if rows:
        assert total[COUNTS].iloc[0].tolist() == looped(rows, dt.date(2026, 5, 1))
        assert periods[COUNTS].sum().tolist() == total[COUNTS].iloc[0].tolist()
    assert total["on_time_rate"].dropna().between(0, 1).all()


def test_all_tasks_of_the_sandbox_are_counted(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    table = af.rollups.on_time(tasks, "person", now="2026-11-03")

    assert table[COUNTS].to_numpy().sum() == len(tasks)
