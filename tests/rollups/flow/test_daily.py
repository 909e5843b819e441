"""How many tasks are created, completed, open and overdue, and how many a project has."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.flows import spans, task, task_rows, tasks_of
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    dates_of,
    oddly_indexed,
    typed_by_hand,
)

ZONES = ["UTC", "America/St_Johns", "Pacific/Kiritimati"]
NOW = "2026-03-06T18:00Z"
POINTS = "cf_Estimated time"
THREE = (
    task("2026-03-02T09:00Z", "2026-03-04T15:00Z"),
    task("2026-03-02T23:30Z", None, due="2026-03-02"),
    task("2026-03-04T08:00Z", None, due="2026-03-05"),
)


def test_each_day_has_its_counts_and_what_is_open_at_its_end() -> None:
    # 2 on Monday; on Wednesday one more and one done: 2 open, of which the one due Monday is late.
    table = af.rollups.daily(tasks_of(*THREE), now=NOW)

    assert dates_of(table["period"]) == [dt.date(2026, 3, day) for day in range(2, 7)]
    assert table["created"].tolist() == [2, 0, 1, 0, 0]
    assert table["done"].tolist() == [0, 0, 1, 0, 0]
    assert table["open"].tolist() == [2, 2, 2, 2, 2]
    # From Tuesday the one due on Monday, on Friday the one due on Thursday too.
    assert table["overdue"].tolist() == [0, 1, 1, 1, 2]
    assert table["partial"].tolist() == [False] * 4 + [True]


def test_the_days_are_those_of_the_zone() -> None:
    # 23:30 in London is after midnight in Berlin.
    table = af.rollups.daily(tasks_of(*THREE), tz="Europe/Berlin", now="2026-03-04T20:00Z")

    assert table["created"].tolist() == [1, 1, 1]


def test_a_start_leaves_what_was_before_in_the_count_of_open_ones() -> None:
    whole = af.rollups.daily(tasks_of(*THREE), now=NOW)

    cut = af.rollups.daily(tasks_of(*THREE), start="2026-03-03", end="2026-03-04", now=NOW)

    assert_same(cut, whole[1:3].reset_index(drop=True))


def test_days_before_the_first_task_have_none() -> None:
    table = af.rollups.daily(tasks_of(*THREE), start="2026-02-27", end="2026-03-02", now=NOW)

    assert table["open"].tolist() == [0, 0, 0, 2]


def test_a_task_that_was_completed_before_it_was_created_was_created_then() -> None:
    rows = [task("2026-03-05T09:00Z", "2026-03-03T09:00Z"), task(None, "2026-03-04T09:00Z")]

    table = af.rollups.daily(tasks_of(*rows), end="2026-03-04", now=NOW)

    assert cells(table[["created", "done", "open"]]) == [
        {"created": 1, "done": 1, "open": 0},
        {"created": 1, "done": 1, "open": 0},
    ]


def test_a_task_done_on_its_due_day_was_never_overdue_and_one_done_later_was_until_then() -> None:
    rows = [
        task("2026-03-02T09:00Z", "2026-03-03T09:00Z", due="2026-03-03"),
        task("2026-03-02T09:00Z", "2026-03-05T09:00Z", due="2026-03-03"),
        # Due before it was there: overdue from its first day on.
        task("2026-03-04T09:00Z", None, due="2026-02-01"),
    ]

    table = af.rollups.daily(tasks_of(*rows), end="2026-03-05", now=NOW)

    assert table["overdue"].tolist() == [0, 0, 2, 1]


def test_weights_count_in_place_of_tasks() -> None:
    rows = [
        task("2026-03-02T09:00Z", "2026-03-04T15:00Z", **{POINTS: 3}),
        task("2026-03-02T09:00Z", due="2026-03-02", **{POINTS: 0.5}),
        task("2026-03-03T09:00Z", "2026-03-03T15:00Z"),
    ]

    table = af.rollups.daily(tasks_of(*rows), weight=POINTS, end="2026-03-05", now=NOW)

    assert table["created"].tolist() == [3.5, 0, 0, 0]
    assert table["done"].tolist() == [0, 0, 3, 0]
    assert table["open"].tolist() == [3.5, 3.5, 0.5, 0.5]
    assert table["overdue"].tolist() == [0, 0.5, 0.5, 0.5]
    assert table["unweighted"].tolist() == [0, 1, 0, 0]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(ZONES))
def test_days_are_what_a_loop_over_tasks_finds(rows: list[dict[str, Any]], tz: str) -> None:
    table = af.rollups.daily(tasks_of(*rows), tz=tz, now="2026-04-20T12:00Z")

    lives = spans(rows, ZoneInfo(tz))
    days = dates_of(table["period"])
    assert len(days) == len(set(days))
    for day, row in zip(days, cells(table), strict=True):
        assert day is not None
        is_open = [
            due for first, done, due in lives if first <= day and (done is None or done > day)
        ]
        assert row["created"] == sum(first == day for first, _, _ in lives)
        assert row["done"] == sum(done == day for _, done, _ in lives)
        assert row["open"] == len(is_open)
        assert row["overdue"] == sum(due is not None and due < day for due in is_open)
    if lives:
        assert days[0] == min(first for first, _, _ in lives)
        assert days[-1] in (dt.date(2026, 4, 20), dt.date(2026, 4, 21))
        assert table["created"].sum() == len(lives)


@settings(max_examples=30, deadline=None)
@given(task_rows(), st.sampled_from(["W", "MS", "QS"]), st.sampled_from([None, "person"]))
def test_a_period_has_the_sums_of_its_days_and_what_its_last_day_has(
    rows: list[dict[str, Any]], every: Any, by: Any
) -> None:
    tasks = tasks_of(*rows)
    days = af.rollups.daily(tasks, by, now="2026-04-20T12:00Z")

    table = af.rollups.daily(tasks, by, every, now="2026-04-20T12:00Z")

    keys = [name for name in table if str(name).startswith("person")]
    rule = {"W": "W-SUN", "MS": "M", "QS": "Q"}[every]
    days["period"] = days["period"].dt.to_period(rule).dt.start_time.astype("datetime64[us]")
    grouped = days.groupby([*keys, "period"], dropna=False)
    for name in ("created", "done"):
        assert grouped[name].sum().tolist() == table[name].tolist()
    for name in ("open", "overdue"):
        assert grouped[name].last().tolist() == table[name].tolist()


@pytest.mark.parametrize(
    "made", [af.rollups.daily, af.rollups.burnup, af.rollups.throughput, af.rollups.burndown]
)
class TestTheInput:
    def test_may_have_any_labels_texts_as_objects_and_rows_twice(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        older = tasks.assign(completed_at=pd.Timestamp("2025-01-01", tz="UTC"))

        odd = typed_by_hand(oddly_indexed(pd.concat([older, tasks])))

        assert_same(made(odd, now=NOW), made(tasks, now=NOW))

    def test_without_rows_gives_the_same_columns(self, made: Any) -> None:
        assert_same_dtypes(made(tasks_of()), made(tasks_of(*THREE), now=NOW))
        assert_same_dtypes(
            made(tasks_of(), "project", weight=POINTS),
            made(tasks_of(*THREE), "project", weight=POINTS, now=NOW),
        )

    def test_of_which_all_is_missing_counts_nothing(self, made: Any) -> None:
        tasks = tasks_of(task(None, None), task(None, None)).astype(
            {"created_at": object, "completed_at": object}
        )

        assert made(tasks).empty

    def test_is_not_changed(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        before = tasks.copy(deep=True)

        made(tasks, "person", now="2026-03-03")

        assert_same(tasks, before)

    def test_without_a_column_is_refused_with_the_fields_to_add(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match=r"completed_at.*add 'completed_at'"):
            made(tasks_of().drop(columns="completed_at"))

    def test_in_an_unknown_zone_is_refused(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match="use tz='Europe/Berlin'"):
            made(tasks_of(*THREE), tz="Mars/Base")

    def test_with_moments_as_text_gives_the_same(self, made: Any) -> None:
        tasks = tasks_of(*THREE)

        text = tasks.astype({"completed_at": str})

        pd.testing.assert_frame_equal(made(text, now=NOW), made(tasks, now=NOW))

    def test_with_moments_without_a_zone_is_refused(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        tasks["completed_at"] = tasks["completed_at"].dt.tz_localize(None)

        with pytest.raises(af.InvalidArgument, match=r"utc=True"):
            made(tasks)

    def test_that_was_created_after_now_counts_nothing(self, made: Any) -> None:
        assert made(tasks_of(*THREE), now="2026-03-01").empty


def test_bad_days_and_periods_are_refused() -> None:
    tasks = tasks_of(*THREE)

    with pytest.raises(af.InvalidArgument, match="start=2026-03-09 lies after end=2026-03-02"):
        af.rollups.daily(tasks, start="2026-03-09", end="2026-03-02")
    with pytest.raises(af.InvalidArgument, match="end='soon' is not a day"):
        af.rollups.daily(tasks, end="soon")
    with pytest.raises(af.InvalidArgument, match="every='M' is not a valid period"):
        af.rollups.burnup(tasks, every="M")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="every='week' is not a valid period"):
        af.rollups.throughput(tasks, every="week")  # type: ignore[arg-type]


def test_the_flow_of_a_sandbox_adds_up_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)
    now = {"tz": "Europe/Berlin", "now": "2026-11-02T09:00Z"}

    days = af.rollups.daily(tasks, **now)  # type: ignore[arg-type]
    weeks = af.rollups.burnup(tasks, every="W", **now)  # type: ignore[arg-type]

    assert days["created"].sum() == len(tasks) == weeks["scope"].iloc[-1]
    assert days["open"].iloc[-1] == (~tasks["completed"]).sum() == weeks["open"].iloc[-1]
    assert days["done"].sum() == tasks["completed"].sum()
