"""A person's week, day by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.shared.periods import WEEKDAYS
from tests.rollups.frames import (
    SHEET,
    Row,
    assert_same,
    assert_same_dtypes,
    cells,
    entry,
    entry_rows,
    frame_of,
    oddly_indexed,
    tracked,
    typed_by_hand,
    users_of,
)


def sheets_of(*rows: Row) -> pd.DataFrame:
    return frame_of(SHEET, ({"gid": str(n), **row} for n, row in enumerate(rows, 90)))


def sheet(person: str, start: str, status: str) -> Row:
    end = dt.date.fromisoformat(start) + dt.timedelta(days=6)
    return {
        "user_gid": person,
        "start_date": start,
        "end_date": end,
        "approval_status": status,
    }


def test_a_week_has_its_seven_days_the_total_and_a_row_for_each_person() -> None:
    # The week from Monday 2 March 2026; Ana 60 + 30 minutes on Monday and 45 on Sunday.
    entries = tracked(
        entry("11", "2026-03-02", 60),
        entry("11", "2026-03-02", 30),
        entry("11", "2026-03-08", 45),
        entry("12", "2026-03-03", 90),
        entry("12", "2026-03-09", 600),
        entry("12", "2026-03-01", 600),
    )

    table = af.rollups.timesheet(entries, "2026-03-05")

    days = [f"2026-03-0{day}" for day in range(2, 9)]
    compared = ["expected_hours", "missing", "overtime"]
    keys = ["person_gid", "person_name"]
    assert list(table.columns) == [*keys, *days, "total", *compared, "approval_status"]
    assert table[compared].isna().all(axis=None)
    assert table["person_name"].tolist() == ["Ana", "Bo", "Total"]
    assert table[days].values.tolist() == [
        [1.5, 0, 0, 0, 0, 0, 0.75],
        [0, 1.5, 0, 0, 0, 0, 0],
        [1.5, 1.5, 0, 0, 0, 0, 0.75],
    ]
    assert table["total"].tolist() == [2.25, 1.5, 3.75]
    assert table["person_gid"].isna().tolist() == [False, False, True]


def test_a_status_is_the_one_that_all_entries_have_or_mixed() -> None:
    entries = tracked(
        entry("11", approval_status="APPROVED"),
        entry("11", approval_status="DRAFT"),
        entry("12", approval_status="SUBMITTED"),
        entry("12", approval_status="SUBMITTED"),
        entry("14"),
    )

    table = af.rollups.timesheet(entries, "2026-03-02", margins=False)

    assert cells(table[["person_name", "approval_status"]]) == [
        {"person_name": "Ana", "approval_status": "mixed"},
        {"person_name": "Bo", "approval_status": "submitted"},
        {"person_name": "Cy", "approval_status": None},
    ]


def test_the_status_of_the_timesheet_counts_before_that_of_entries() -> None:
    entries = tracked(
        entry("11", approval_status="DRAFT"), entry("12", approval_status="SUBMITTED")
    )
    statuses = sheets_of(
        sheet("11", "2026-03-02", "REJECTED"),
        sheet("12", "2026-03-09", "APPROVED"),
        sheet("14", "2026-03-02", "APPROVED"),
    )

    table = af.rollups.timesheet(entries, "2026-03-02", statuses=statuses, margins=False)

    assert table["approval_status"].tolist() == ["rejected", "submitted"]


def test_of_a_timesheet_that_is_there_twice_the_one_read_last_counts() -> None:
    statuses = sheets_of(
        {**sheet("11", "2026-03-02", "APPROVED"), "gid": "1"},
        {**sheet("11", "2026-03-02", "REJECTED"), "gid": "1"},
    )

    table = af.rollups.timesheet(tracked(entry("11")), "2026-03-02", statuses=statuses)

    assert table["approval_status"].iloc[0] == "rejected"


def test_people_of_one_name_have_a_row_each_and_a_new_name_makes_no_new_person() -> None:
    entries = tracked(
        entry("11"),
        entry("13"),
        entry("12"),
        entry("12", created_by_name="Bo Li"),
        entry("12", created_by_name=None),
    )

    table = af.rollups.timesheet(entries, "2026-03-02", margins=False)

    assert table[["person_gid", "person_name", "total"]].values.tolist() == [
        ["11", "Ana", 1.0],
        ["13", "Ana", 1.0],
        ["12", "Bo Li", 3.0],
    ]


def test_entries_of_deleted_users_and_without_minutes_or_a_day() -> None:
    entries = tracked(
        entry(None, minutes=30),
        entry("11", minutes=None),
        entry("11", minutes=-15),
        entry("12", minutes=0),
        entry("14", day=None),
    )

    table = af.rollups.timesheet(entries, "2026-03-02", margins=False)

    assert table["person_gid"].fillna("nobody").tolist() == ["11", "12", "nobody"]
    assert table["total"].tolist() == [-0.25, 0.0, 0.5]


def test_a_moment_with_a_zone_is_a_day_in_the_zone_that_is_asked_for() -> None:
    # Sunday 23:30 in UTC is Monday 00:30 in Berlin.
    moment = "2026-03-01T23:30:00Z"

    in_berlin = af.rollups.timesheet(tracked(), moment, tz="Europe/Berlin")
    in_london = af.rollups.timesheet(tracked(), moment, tz=dt.UTC)

    assert in_berlin.columns[2] == "2026-03-02"
    assert in_london.columns[2] == "2026-02-23"
    with pytest.raises(af.InvalidArgument, match="in which time zone"):
        af.rollups.timesheet(tracked(), moment)


@pytest.mark.parametrize("week", ["soon", None, pd.NaT, 20260302, 2026.5, [2026]])
def test_what_names_no_day_is_refused(week: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="week="):
        af.rollups.timesheet(tracked(), week)


@pytest.mark.parametrize("every", ["D", "MS", "MON", "SUN", "W-", "W-W", "", None])
def test_what_is_no_week_is_refused(every: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"every=.*W-SUN"):
        af.rollups.timesheet(tracked(), "2026-03-02", every=every)


@pytest.mark.parametrize(
    ("column", "given"),
    [
        ("duration_minutes", "entries"),
        ("entered_on", "entries"),
        ("user_gid", "statuses"),
        ("start_date", "statuses"),
        ("approval_status", "statuses"),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {"entries": tracked(entry()), "statuses": sheets_of()}
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.timesheet .*{column}.*fields="):
        af.rollups.timesheet(frames["entries"], "2026-03-02", statuses=frames["statuses"])


def test_days_that_are_unclear_or_in_a_zone_are_refused() -> None:
    entries = tracked(entry())

    for days, why in (
        (["3/4/2026"], r"entered_on, row 1: .*two months"),
        (pd.to_datetime(["2026-03-02"], utc=True), r"needs days in entered_on"),
    ):
        with pytest.raises(af.InvalidArgument, match=why):
            af.rollups.timesheet(entries.assign(entered_on=days), "2026-03-02")


@pytest.mark.parametrize("margins", [True, False])
@pytest.mark.parametrize(
    "statuses", [None, sheets_of(), sheets_of(sheet("11", "2026-03-02", "X"))]
)
def test_no_entries_give_the_columns_and_dtypes_of_some(
    margins: bool, statuses: pd.DataFrame | None
) -> None:
    some, none = (
        af.rollups.timesheet(entries, "2026-03-02", statuses=statuses, margins=margins)
        for entries in (tracked(entry("11"), entry(None)), tracked())
    )

    assert_same_dtypes(none, some)
    assert len(none) == margins


def test_a_time_of_day_moves_no_entry_out_of_its_day() -> None:
    entries = tracked(entry()).assign(entered_on=[pd.Timestamp("2026-03-08 18:00")])

    table = af.rollups.timesheet(entries, "2026-03-02")

    assert table["2026-03-08"].tolist() == [1.0, 1.0]


@settings(max_examples=20, deadline=None)
@given(
    entry_rows(),
    st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 10)),
    st.sampled_from(WEEKDAYS),
)
def test_a_timesheet_is_that_of_a_loop_over_the_entries(
    rows: list[dict[str, Any]], week: dt.date, weekday: str
) -> None:
    entries = typed_by_hand(oddly_indexed(tracked(*rows)))

    found = cells(af.rollups.timesheet(entries, week, every=f"W-{weekday}"))

    begin = week - dt.timedelta(days=(week.weekday() - WEEKDAYS.index(weekday)) % 7)
    days = [begin + dt.timedelta(days=n) for n in range(7)]
    hours: dict[Any, float] = defaultdict(float)
    statuses = defaultdict(set)
    for row in rows:
        if row["entered_on"] in days:
            hours[row["created_by_gid"], row["entered_on"]] += (row["duration_minutes"] or 0) / 60
            statuses[row["created_by_gid"]] |= {row["approval_status"]} - {None}
    *people, total = found
    assert {row["person_gid"] for row in people} == statuses.keys()
    assert len(people) == len(statuses)
    for row in people:
        gid = row["person_gid"]
        mine = [hours.get((gid, day), 0) for day in days]
        assert [row[day.isoformat()] for day in days] == pytest.approx(mine)
        assert row["total"] == pytest.approx(sum(mine))
        states = sorted(statuses[gid])
        agreed = states[0].lower() if len(states) == 1 else "mixed" if states else None
        assert row["approval_status"] == agreed
    assert total["total"] == pytest.approx(sum(hours.values()))
    names = [row["person_name"] for row in people]
    assert names == sorted(names, key=lambda name: (name is None, name or ""))


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tracked(entry("11"), entry("12", "2026-03-04", 30), entry(None), entry("11", minutes=9)),
        sheets_of(sheet("12", "2026-03-02", "DRAFT"), sheet("11", "2026-03-02", "APPROVED")),
    ]

    def made(entries: pd.DataFrame, statuses: pd.DataFrame) -> pd.DataFrame:
        return af.rollups.timesheet(entries, "2026-03-02", statuses=statuses)

    assert_same(made(*map(oddly_indexed, frames)), made(*frames))
    assert_same(made(*map(typed_by_hand, frames)), made(*frames))


def test_on_the_sandbox_the_weeks_add_up_to_the_entries(asana: af.Asana) -> None:
    entries = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date="2026-08-03", entered_on_end_date="2026-08-30"
    )
    statuses = asana.timesheet_approval_statuses.list(workspace="Acme")

    weeks = [
        af.rollups.timesheet(entries, day, statuses=statuses)
        for day in ("2026-08-03", "2026-08-12", "2026-08-23", "2026-08-30")
    ]

    total = sum(float(week["total"].iloc[-1]) for week in weeks)
    assert total * 60 == pytest.approx(entries["duration_minutes"].sum())
    assert all(not week["person_gid"].iloc[:-1].duplicated().any() for week in weeks)


def test_several_weeks_have_a_row_for_each_person_and_week_and_name_the_weekdays() -> None:
    entries = tracked(
        entry("11", "2026-03-03", 60),
        entry("11", "2026-03-08", 30),
        entry("12", "2026-03-09", 90),
        entry("12", "2026-03-01", 600),
        entry("12", "2026-03-11", 600),
    )

    table = af.rollups.timesheet(entries, start="2026-03-03", end="2026-03-10", every="W-SUN")

    week = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    assert list(table.columns[2:11]) == ["period", *week, "total"]
    assert [list(row.values()) for row in cells(table[["person_name", "period", *week]])] == [
        ["Ana", dt.date(2026, 3, 1), 0, 0, 1, 0, 0, 0, 0],
        ["Ana", dt.date(2026, 3, 8), 0.5, 0, 0, 0, 0, 0, 0],
        ["Bo", dt.date(2026, 3, 8), 0, 1.5, 0, 0, 0, 0, 0],
        ["Total", None, 0.5, 1.5, 1, 0, 0, 0, 0],
    ]


def test_what_is_expected_stands_in_one_row_of_a_person_and_week() -> None:
    entries = tracked(
        entry("11", "2026-03-03", 60, project="31"),
        entry("11", "2026-03-04", 30, project="32"),
        entry("11", "2026-03-04", 30, project=None),
        entry("14", "2026-03-04", 30, project="32"),
    )

    table = af.rollups.timesheet(
        entries, "2026-03-02", by="project", users=users_of("11", "12"), now="2026-03-03"
    )

    columns = ["person_name", "project_name", "total", "expected_hours", "missing", "overtime"]
    assert [list(row.values()) for row in cells(table[columns])] == [
        ["Ana", "Website", 1.0, 16.0, 15.0, 0.0],
        ["Ana", "Shop", 0.5, None, None, None],
        ["Ana", None, 0.5, None, None, None],
        ["Bo", None, 0.0, 16.0, 16.0, 0.0],
        ["Cy", "Shop", 0.5, None, None, None],
        ["Total", None, 2.5, 32.0, 31.0, 0.0],
    ]


def test_timesheets_of_another_weekday_and_unlike_ones_are_found_by_their_days() -> None:
    entries = tracked(
        entry("11", "2026-03-02", approval_status="DRAFT"),
        entry("12", "2026-03-02", approval_status="DRAFT"),
        entry("12", "2026-03-08", approval_status="DRAFT"),
    )
    statuses = sheets_of(
        sheet("11", "2026-03-01", "APPROVED"),
        sheet("12", "2026-03-01", "APPROVED"),
        sheet("12", "2026-03-08", "SUBMITTED"),
        sheet("14", "2026-03-01", "REJECTED"),
    )

    table = af.rollups.timesheet(
        entries, "2026-03-02", statuses=statuses, users=users_of("14"), margins=False
    )

    assert table[["person_name", "approval_status"]].values.tolist() == [
        ["Ana", "approved"],
        ["Bo", "mixed"],
        ["Cy", "rejected"],
    ]


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"start": "2026-03-02"},
        {"end": "2026-03-02"},
        {"week": "2026-03-02", "end": "2026-03-02"},
    ],
)
def test_a_week_or_both_bounds_are_needed(days: dict[str, str]) -> None:
    with pytest.raises(af.InvalidArgument, match=r"a day of one week, .* or both start= and end="):
        af.rollups.timesheet(tracked(), **days)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [None, "project", "task", ["project", "billable_status"]])
@pytest.mark.parametrize("users", [None, users_of("11"), users_of()])
def test_no_entries_of_several_weeks_give_the_columns_and_dtypes_of_some(
    by: Any, users: pd.DataFrame | None
) -> None:
    some, none = (
        af.rollups.timesheet(
            entries, start="2026-03-02", end="2026-03-20", by=by, users=users_of("11")
        )
        for entries in (tracked(entry("11"), entry(None)), tracked())
    )
    others = af.rollups.timesheet(
        tracked(entry("11")), start="2026-03-02", end="2026-03-20", by=by, users=users
    )

    assert_same_dtypes(none, some)
    assert_same_dtypes(others, some)


@settings(max_examples=20, deadline=None)
@given(
    entry_rows(),
    st.dates(dt.date(2025, 12, 15), dt.date(2026, 1, 10)),
    st.integers(0, 40),
    st.sampled_from(WEEKDAYS),
    st.sampled_from([None, "project", ["project", "billable_status"]]),
    st.booleans(),
)
def test_the_hours_of_several_weeks_are_those_of_a_loop(
    rows: list[dict[str, Any]],
    start: dt.date,
    length: int,
    weekday: str,
    by: Any,
    with_users: bool,
) -> None:
    end = start + dt.timedelta(days=length)
    entries = typed_by_hand(oddly_indexed(tracked(*rows)))
    users = users_of("11", "12") if with_users else None

    found = cells(
        af.rollups.timesheet(
            entries, start=start, end=end, every=f"W-{weekday}", by=by, users=users, now=end
        )
    )

    *people, total = found
    inside = [row for row in rows if row["entered_on"] and start <= row["entered_on"] <= end]
    minutes: dict[Any, float] = defaultdict(float)
    weeks: dict[Any, float] = defaultdict(float)
    for row in inside:
        day = row["entered_on"]
        first = day - dt.timedelta(days=(day.weekday() - WEEKDAYS.index(weekday)) % 7)
        project = None if by is None else row["attributable_to_gid"]
        minutes[row["created_by_gid"], first, project, f"{day:%a}"] += row["duration_minutes"] or 0
        weeks[row["created_by_gid"], first] += row["duration_minutes"] or 0
    told = {
        (row["person_gid"], row["period"], row.get("project_gid"), day.title()): row[day.title()]
        for row in people
        for day in WEEKDAYS
    }
    assert {key: value for key, value in told.items() if value} == pytest.approx(
        {key: value / 60 for key, value in minutes.items() if value}
    )
    assert total["total"] == pytest.approx(sum(minutes.values()) / 60)
    for name in ("missing", "overtime", "expected_hours"):
        known = [row[name] for row in people if row[name] is not None]
        assert total[name] == (pytest.approx(sum(known)) if known else None)
    if with_users:
        days = [start + dt.timedelta(days=n) for n in range(length + 1)]
        assert total["expected_hours"] == 2 * 8 * sum(day.weekday() < 5 for day in days)
        for row in people:
            if row["expected_hours"] is not None:
                over = weeks[row["person_gid"], row["period"]] / 60 - row["expected_hours"]
                assert row["overtime"] - row["missing"] == pytest.approx(over)
                assert min(row["overtime"], row["missing"]) == 0
