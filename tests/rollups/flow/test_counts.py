"""How many tasks are created, completed and open."""

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
    monday,
    oddly_indexed,
    typed_by_hand,
)

ZONES = ["UTC", "America/St_Johns", "Pacific/Kiritimati"]
THREE = (
    task("2026-03-02T09:00Z", "2026-03-04T15:00Z"),
    task("2026-03-02T23:30Z", None, due="2026-03-02"),
    task("2026-03-04T08:00Z", None, due="2026-03-05"),
)


def test_each_day_has_its_counts_and_what_is_open_at_its_end() -> None:
    # 2 on Monday; on Wednesday one more and one done: 2 open, of which the one due Monday is late.
    table = af.rollups.daily(tasks_of(*THREE), end="2026-03-06")

    assert dates_of(table["day"]) == [dt.date(2026, 3, day) for day in range(2, 7)]
    assert table["created"].tolist() == [2, 0, 1, 0, 0]
    assert table["completed"].tolist() == [0, 0, 1, 0, 0]
    assert table["open"].tolist() == [2, 2, 2, 2, 2]
    # From Tuesday the one due on Monday, on Friday the one due on Thursday too.
    assert table["overdue"].tolist() == [0, 1, 1, 1, 2]


def test_the_days_are_those_of_the_zone() -> None:
    # 23:30 in London is after midnight in Berlin.
    table = af.rollups.daily(tasks_of(*THREE), "Europe/Berlin")

    assert table["created"].tolist() == [1, 1, 1]


def test_a_start_leaves_what_was_before_in_the_count_of_open_ones() -> None:
    whole = af.rollups.daily(tasks_of(*THREE))

    cut = af.rollups.daily(tasks_of(*THREE), start="2026-03-03", end="2026-03-04")

    assert_same(cut, whole[1:3].reset_index(drop=True))


def test_days_before_the_first_task_have_none() -> None:
    table = af.rollups.daily(tasks_of(*THREE), start="2026-02-27", end="2026-03-02")

    assert table["open"].tolist() == [0, 0, 0, 2]


def test_a_task_that_was_completed_before_it_was_created_was_created_then() -> None:
    rows = [task("2026-03-05T09:00Z", "2026-03-03T09:00Z"), task(None, "2026-03-04T09:00Z")]

    table = af.rollups.daily(tasks_of(*rows))

    assert cells(table[["created", "completed", "open"]]) == [
        {"created": 1, "completed": 1, "open": 0},
        {"created": 1, "completed": 1, "open": 0},
    ]


def test_a_task_done_on_its_due_day_was_never_overdue_and_one_done_later_was_until_then() -> None:
    rows = [
        task("2026-03-02T09:00Z", "2026-03-03T09:00Z", due="2026-03-03"),
        task("2026-03-02T09:00Z", "2026-03-05T09:00Z", due="2026-03-03"),
        # Due before it was there: overdue from its first day on.
        task("2026-03-04T09:00Z", None, due="2026-02-01"),
    ]

    assert af.rollups.daily(tasks_of(*rows))["overdue"].tolist() == [0, 0, 2, 1]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(ZONES))
def test_days_are_what_a_loop_over_tasks_finds(rows: list[dict[str, Any]], tz: str) -> None:
    table = af.rollups.daily(tasks_of(*rows), tz)

    lives = spans(rows, ZoneInfo(tz))
    days = dates_of(table["day"])
    assert len(days) == len(set(days))
    for day, row in zip(days, cells(table), strict=True):
        assert day is not None
        is_open = [
            due for first, done, due in lives if first <= day and (done is None or done > day)
        ]
        assert row["created"] == sum(first == day for first, _, _ in lives)
        assert row["completed"] == sum(done == day for _, done, _ in lives)
        assert row["open"] == len(is_open)
        assert row["overdue"] == sum(due is not None and due < day for due in is_open)
    if lives:
        assert days[0] == min(first for first, _, _ in lives)
        assert table["created"].sum() == len(lives)


@pytest.mark.parametrize("every", ["D", "W", "W-SUN", "MS", "QS"])
def test_a_period_has_what_its_last_day_has(every: Any) -> None:
    tasks = tasks_of(*THREE, task("2026-05-20T09:00Z", "2026-04-30T10:00Z"), task(None, None))
    days = af.rollups.daily(tasks, end="2026-07-31")

    table = af.rollups.burnup(tasks, every)

    for row in cells(table):
        following = (table["period"] > pd.Timestamp(row["period"])).idxmax()
        ends = (
            table["period"][following] - pd.Timedelta(days=1)
            if following
            else pd.Timestamp("2026-05-31")
        )
        assert row["open"] == days.loc[days["day"] == ends, "open"].item()
        assert row["scope"] == days.loc[days["day"] <= ends, "created"].sum()


def test_scope_and_done_add_up_over_periods_without_gaps() -> None:
    table = af.rollups.burnup(tasks_of(*THREE, task("2026-03-17T09:00Z")), every="W")

    assert cells(table) == [
        {"period": dt.date(2026, 3, 2), "scope": 3, "done": 1, "open": 2},
        {"period": dt.date(2026, 3, 9), "scope": 3, "done": 1, "open": 2},
        {"period": dt.date(2026, 3, 16), "scope": 4, "done": 1, "open": 3},
    ]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(["D", "W", "MS"]), st.sampled_from(ZONES))
def test_done_never_is_more_than_the_scope_and_neither_shrinks(
    rows: list[dict[str, Any]], every: Any, tz: str
) -> None:
    table = af.rollups.burnup(tasks_of(*rows), every, tz)

    assert (table["done"] <= table["scope"]).all()
    assert (table["open"] == table["scope"] - table["done"]).all()
    assert table["scope"].is_monotonic_increasing
    assert table["done"].is_monotonic_increasing
    if len(table):
        assert table["scope"].iloc[-1] == len(spans(rows, ZoneInfo(tz)))


@pytest.mark.parametrize("made", [af.rollups.daily, af.rollups.burnup, af.rollups.throughput])
class TestTheInput:
    def test_may_have_any_labels_texts_as_objects_and_rows_twice(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        older = tasks.assign(completed_at=pd.Timestamp("2025-01-01", tz="UTC"))

        odd = typed_by_hand(oddly_indexed(pd.concat([older, tasks])))

        assert_same(made(odd), made(tasks))

    def test_without_rows_gives_the_same_columns(self, made: Any) -> None:
        assert_same_dtypes(made(tasks_of()), made(tasks_of(*THREE)))

    def test_of_which_all_is_missing_counts_nothing(self, made: Any) -> None:
        tasks = tasks_of(task(None, None), task(None, None)).astype(
            {"created_at": object, "completed_at": object}
        )

        assert made(tasks).empty

    def test_is_not_changed(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        before = tasks.copy(deep=True)

        made(tasks)

        assert_same(tasks, before)

    def test_without_a_column_is_refused_with_the_fields_to_add(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match=r"completed_at.*add 'completed_at'"):
            made(tasks_of().drop(columns="completed_at"))

    def test_in_an_unknown_zone_is_refused(self, made: Any) -> None:
        with pytest.raises(af.InvalidArgument, match="use tz='Europe/Berlin'"):
            made(tasks_of(*THREE), tz="Mars/Base")

    def test_with_moments_as_text_gives_the_same(self, made: Any) -> None:
        tasks = tasks_of(*THREE)

        pd.testing.assert_frame_equal(made(tasks.astype({"completed_at": str})), made(tasks))

    def test_with_moments_without_a_zone_is_refused(self, made: Any) -> None:
        tasks = tasks_of(*THREE)
        tasks["completed_at"] = tasks["completed_at"].dt.tz_localize(None)

        with pytest.raises(af.InvalidArgument, match=r"utc=True"):
            made(tasks)


def test_bad_days_and_periods_are_refused() -> None:
    tasks = tasks_of(*THREE)

    with pytest.raises(af.InvalidArgument, match="start=2026-03-09 is after end=2026-03-02"):
        af.rollups.daily(tasks, start="2026-03-09", end="2026-03-02")
    with pytest.raises(af.InvalidArgument, match="end='soon' is not a day"):
        af.rollups.daily(tasks, end="soon")
    with pytest.raises(af.InvalidArgument, match="every='M' is not a valid period"):
        af.rollups.burnup(tasks, every="M")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="every='week' is not a valid period"):
        af.rollups.throughput(tasks, every="week")  # type: ignore[arg-type]


def test_a_period_in_which_nothing_is_completed_has_a_row() -> None:
    rows = [task(completed="2026-03-03T09:00Z"), task(completed="2026-03-17T09:00Z"), task()]

    table = af.rollups.throughput(tasks_of(*rows), end="2026-03-29")

    assert dates_of(table["period"]) == [dt.date(2026, 3, day) for day in (2, 9, 16, 23)]
    assert table["completed"].tolist() == [1, 0, 1, 0]


def test_what_is_completed_after_the_end_does_not_count() -> None:
    rows = [task(completed="2026-03-03T09:00Z"), task(completed="2026-03-17T09:00Z")]

    assert len(af.rollups.throughput(tasks_of(*rows), end="2026-03-16")) == 3
    assert af.rollups.throughput(tasks_of(*rows), end="2026-03-16")["completed"].sum() == 1
    assert af.rollups.throughput(tasks_of(*rows), end="2026-03-02").empty


def test_groups_have_the_periods_of_all_and_nobody_is_one() -> None:
    rows = [
        task(completed="2026-03-03T09:00Z", person="11", project="31"),
        task(completed="2026-03-10T09:00Z", person="13", project="31"),
        task(completed="2026-03-10T09:00Z"),
    ]

    table = af.rollups.throughput(tasks_of(*rows), by=["project", "person"])

    # Two people are called Ana.
    assert table.fillna("-").to_numpy().tolist() == [
        ["31", "Website", "11", "Ana", pd.Timestamp("2026-03-02"), 1],
        ["31", "Website", "11", "Ana", pd.Timestamp("2026-03-09"), 0],
        ["31", "Website", "13", "Ana", pd.Timestamp("2026-03-02"), 0],
        ["31", "Website", "13", "Ana", pd.Timestamp("2026-03-09"), 1],
        ["-", "-", "-", "-", pd.Timestamp("2026-03-02"), 0],
        ["-", "-", "-", "-", pd.Timestamp("2026-03-09"), 1],
    ]


def test_a_subtask_counts_to_the_project_above_it() -> None:
    rows = [
        task(project="32"),
        task(parent_gid="1"),
        task(parent_gid="2", completed="2026-03-03T09:00Z"),
    ]

    table = af.rollups.throughput(tasks_of(*rows), by="project")

    assert table["project_name"].tolist() == ["Shop"]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(["project", "person", "section_name"]))
def test_groups_add_up_to_all_week_by_week(rows: list[dict[str, Any]], by: str) -> None:
    table = af.rollups.throughput(tasks_of(*rows), by=by)

    weeks: dict[dt.date, int] = {}
    for _, done, _ in spans(rows, dt.UTC):
        if done is not None:
            weeks[monday(done)] = weeks.get(monday(done), 0) + 1
    sums = table.groupby("period")["completed"].sum()
    assert {day.date(): n for day, n in sums.items() if n} == weeks
    assert len(table) == len(sums) * len(
        table.drop(columns=["period", "completed"]).drop_duplicates()
    )
    assert_same(
        sums.reset_index() if len(table) else af.rollups.throughput(tasks_of()),
        af.rollups.throughput(tasks_of(*rows)),
    )


def test_an_unknown_key_and_one_of_the_result_are_refused() -> None:
    tasks = tasks_of(*THREE)

    with pytest.raises(af.InvalidArgument, match="does not know the key 'persn'"):
        af.rollups.throughput(tasks, by="persn")
    with pytest.raises(af.InvalidArgument, match="'period' is a column of the result"):
        af.rollups.throughput(tasks.assign(period="spring"), by="period")


def test_the_flow_of_a_sandbox_adds_up_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)

    days = af.rollups.daily(tasks, "Europe/Berlin")
    weeks = af.rollups.burnup(tasks, "W", "Europe/Berlin")
    done = af.rollups.throughput(tasks, by="project", tz="Europe/Berlin")

    assert days["created"].sum() == len(tasks) == weeks["scope"].iloc[-1]
    assert days["open"].iloc[-1] == (~tasks["completed"]).sum() == weeks["open"].iloc[-1]
    assert done["completed"].sum() == tasks["completed"].sum()
    assert done["project_name"].isin(asana.projects.list(workspace="Acme")["name"]).any()
