"""How many open tasks each person has, by when they are due."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

import asana_frames as af
from tests.rollups.flows import task, task_rows, tasks_of
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    monday,
    oddly_indexed,
    typed_by_hand,
)

ESTIMATE = "cf_Estimated time"
FOUR = (
    task(due="2026-03-04", person="12", **{ESTIMATE: 90}),
    task(due="2026-03-08", person="12", **{ESTIMATE: 30}),
    task(due="2026-03-09", person="11"),
    task("2026-03-02T09:00Z", "2026-03-03T09:00Z", due="2026-03-04", person="12"),
)


def test_open_tasks_are_counted_by_person_and_week_with_their_hours() -> None:
    table = af.rollups.load(tasks_of(*FOUR), estimate=ESTIMATE)

    # 90 and 30 minutes are 2 hours; the one that is done counts no more.
    assert [list(row.values()) for row in cells(table)] == [
        ["11", "Ana", dt.date(2026, 3, 9), 1, None],
        ["12", "Bo", dt.date(2026, 3, 2), 2, 2.0],
    ]


def test_the_days_of_a_load_go_on_after_today_as_far_as_tasks_count() -> None:
    table = af.rollups.load(tasks_of(*FOUR), now="2026-03-09T12:00Z")

    assert table.attrs["end"] == "2026-03-15"
    assert table.attrs["every"] == "W"


def test_an_estimate_may_be_in_hours() -> None:
    table = af.rollups.load(tasks_of(*FOUR), estimate=ESTIMATE, unit="hours")

    assert table["hours"].sum() == 120.0


def test_only_tasks_due_between_the_bounds_count_and_those_without_a_due_date() -> None:
    rows = [task(due=f"2026-03-{day:02}", person="11") for day in (2, 3, 4, 5)]

    table = af.rollups.load(
        tasks_of(*rows, task(person="11")), "D", start="2026-03-03", end="2026-03-04"
    )

    assert [row["period"] for row in cells(table)] == [
        dt.date(2026, 3, 3),
        dt.date(2026, 3, 4),
        None,
    ]


def test_two_people_of_one_name_stay_apart_and_nobody_is_the_last() -> None:
    rows = [task(due="2026-03-02", person=person) for person in (None, "13", "11")]

    assert af.rollups.load(tasks_of(*rows))["person_gid"].fillna("-").tolist() == ["11", "13", "-"]


@settings(max_examples=40, deadline=None)
@given(task_rows())
def test_counts_are_what_a_loop_finds(rows: list[dict[str, Any]]) -> None:
    table = af.rollups.load(tasks_of(*rows))

    expected = Counter(
        (row["assignee_gid"], row["due_on"] and monday(row["due_on"]))
        for row in rows
        if row["completed_at"] is None
    )
    assert {(row["person_gid"], row["period"]): row["tasks"] for row in cells(table)} == expected


def test_the_input_may_be_odd() -> None:
    tasks = tasks_of(*FOUR)
    older = tasks.assign(due_on=pd.Timestamp("2020-01-01"))

    odd = typed_by_hand(oddly_indexed(pd.concat([older, tasks])))

    expected = af.rollups.load(tasks, estimate=ESTIMATE)
    assert_same(af.rollups.load(odd, estimate=ESTIMATE), expected)
    assert_same_dtypes(af.rollups.load(tasks_of(), estimate=ESTIMATE), expected)
    assert_same_dtypes(af.rollups.load(tasks), expected)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"needs the column\(s\) cf_Estimate"):
        af.rollups.load(tasks_of(*FOUR), estimate="cf_Estimate")
    with pytest.raises(af.InvalidArgument, match="unit='days' is not valid"):
        af.rollups.load(tasks_of(*FOUR), unit="days")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="every='M' is not a valid period"):
        af.rollups.load(tasks_of(*FOUR), every="M")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match=r"assignee_gid.*add 'assignee.gid'"):
        af.rollups.load(tasks_of(*FOUR).drop(columns="assignee_gid"))
