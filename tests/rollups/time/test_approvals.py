"""Who has not handed in a timesheet, and what waits for approval."""

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
    PEOPLE,
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

STATES = {
    "DRAFT": "not handed in",
    "SUBMITTED": "pending",
    "APPROVED": "approved",
    "REJECTED": "rejected",
}


def sheet(person: str, start: dt.date | str, status: str | None = "SUBMITTED") -> dict[str, Any]:
    start = dt.date.fromisoformat(start) if isinstance(start, str) else start
    return {
        "user_gid": person,
        "user_name": PEOPLE[person],
        "start_date": start,
        "end_date": start + dt.timedelta(days=6),
        "approval_status": status,
    }


def sheets_of(*rows: Row) -> pd.DataFrame:
    return frame_of(SHEET, ({"gid": str(n), **row} for n, row in enumerate(rows, 90)))


def test_each_week_of_each_person_has_its_hours_and_its_state() -> None:
    statuses = sheets_of(
        sheet("11", "2026-03-02", "SUBMITTED"),
        sheet("12", "2026-03-02", "REJECTED"),
        sheet("11", "2026-03-09", "DRAFT"),
    )
    # Ana 60 + 30 minutes in the first week; Cy has no timesheet.
    entries = tracked(
        entry("11", "2026-03-02", 60),
        entry("11", "2026-03-08", 30),
        entry("14", "2026-03-11", 45),
    )

    table = af.rollups.approvals(statuses, entries)

    columns = ["person_name", "week", "hours", "timesheet_gid", "approval_status", "state"]
    assert [list(row.values()) for row in cells(table[columns])] == [
        ["Ana", dt.date(2026, 3, 2), 1.5, "90", "submitted", "pending"],
        ["Bo", dt.date(2026, 3, 2), 0.0, "91", "rejected", "rejected"],
        ["Ana", dt.date(2026, 3, 9), 0.0, "92", "draft", "not handed in"],
        ["Cy", dt.date(2026, 3, 9), 0.75, None, None, "not handed in"],
    ]


@pytest.mark.parametrize(("status", "state"), [*STATES.items(), ("ARCHIVED", "archived")])
def test_a_status_says_who_waits_and_an_unknown_one_is_told_as_it_is(
    status: str, state: str
) -> None:
    table = af.rollups.approvals(sheets_of(sheet("11", "2026-03-02", status)), tracked())

    assert table["state"].tolist() == [state]


def test_users_with_neither_hours_nor_a_timesheet_are_listed_for_each_week() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02"), sheet("11", "2026-03-16"))

    table = af.rollups.approvals(statuses, tracked(), users_of("11", "12"))

    # Bo in three weeks; Ana in that between her two timesheets, too.
    rows = [(row["person_name"], row["week"].day, row["state"]) for row in cells(table)]
    assert rows == [
        ("Ana", 2, "pending"),
        ("Bo", 2, "not handed in"),
        ("Ana", 9, "not handed in"),
        ("Bo", 9, "not handed in"),
        ("Ana", 16, "pending"),
        ("Bo", 16, "not handed in"),
    ]
    assert table["hours"].tolist() == [0.0] * 6


def test_a_timesheet_tells_its_own_week() -> None:
    # From Sunday 1 March to Saturday 7 March, whatever weeks others have.
    statuses = sheets_of(sheet("11", "2026-03-01"))
    entries = tracked(
        entry("11", "2026-03-01", 60), entry("11", "2026-03-07", 60), entry("11", "2026-03-08", 60)
    )

    table = af.rollups.approvals(statuses, entries)

    assert [(row["week"], row["hours"]) for row in cells(table)] == [
        (dt.date(2026, 3, 1), 2.0),
        (dt.date(2026, 3, 2), 1.0),
    ]


def test_who_has_a_timesheet_of_another_weekday_is_not_listed_for_that_week_again() -> None:
    statuses = sheets_of(sheet("11", "2026-03-01"))

    table = af.rollups.approvals(statuses, tracked(), users_of("11"))

    assert table["week"].tolist() == [pd.Timestamp("2026-03-01")]


def test_weeks_without_a_timesheet_begin_on_the_day_that_is_asked_for() -> None:
    table = af.rollups.approvals(
        sheets_of(), tracked(entry("11", "2026-03-03")), users_of("12"), every="W-SUN"
    )

    assert table["week"].tolist() == [pd.Timestamp("2026-03-01")] * 2


def test_the_time_of_deleted_users_and_without_a_day_is_there() -> None:
    entries = tracked(entry(None, "2026-03-03", 30), entry("11", None, 20), entry(None, None, 10))

    table = af.rollups.approvals(sheets_of(), entries)

    found = {(row["person_gid"], row["week"]): round(row["hours"] * 60) for row in cells(table)}
    assert found == {(None, dt.date(2026, 3, 2)): 30, ("11", None): 20, (None, None): 10}


def test_of_two_timesheets_of_a_week_the_newer_one_counts() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02", "APPROVED"), sheet("11", "2026-03-02", "DRAFT"))
    made = pd.to_datetime(["2026-03-10", "2026-03-09"], utc=True)

    table = af.rollups.approvals(statuses.assign(created_at=made), tracked(entry("11")))

    assert table["approval_status"].tolist() == ["approved"]
    assert table["hours"].tolist() == [1.0]


def test_a_name_comes_from_wherever_it_is_known() -> None:
    entries = tracked(entry("11", created_by_name=None), entry("12", created_by_name=None))
    statuses = sheets_of(sheet("12", "2026-03-02"))

    table = af.rollups.approvals(statuses, entries, users_of("11"))

    assert table["person_name"].tolist() == ["Ana", "Bo"]


@settings(max_examples=20, deadline=None)
@given(
    entry_rows(),
    st.lists(
        st.builds(
            sheet,
            st.sampled_from([*PEOPLE]),
            st.integers(0, 8).map(lambda n: dt.date(2025, 12, 15) + dt.timedelta(weeks=n)),
            st.sampled_from([*STATES]),
        ),
        max_size=8,
        unique_by=lambda row: (row["user_gid"], row["start_date"]),
    ),
    st.sampled_from(WEEKDAYS),
    st.booleans(),
)
def test_hours_are_kept_and_each_week_of_a_person_is_listed_once(
    rows: list[dict[str, Any]], sheets: list[dict[str, Any]], weekday: str, with_users: bool
) -> None:
    frames = [typed_by_hand(oddly_indexed(f)) for f in (sheets_of(*sheets), tracked(*rows))]
    users = users_of(*PEOPLE) if with_users else None

    found = cells(af.rollups.approvals(*frames, users, every=f"W-{weekday}"))

    def week_of(gid: str | None, day: dt.date | None) -> dt.date | None:
        if day is None:
            return None
        for row in sheets:
            if row["user_gid"] == gid and row["start_date"] <= day <= row["end_date"]:
                return row["start_date"]  # type: ignore[no-any-return]
        return day - dt.timedelta(days=(day.weekday() - WEEKDAYS.index(weekday)) % 7)

    hours: dict[Any, float] = defaultdict(float)
    for row in rows:
        gid, day = row["created_by_gid"], row["entered_on"]
        hours[gid, week_of(gid, day)] += (row["duration_minutes"] or 0) / 60
    states = {(row["user_gid"], row["start_date"]): row["approval_status"] for row in sheets}
    told = {(row["person_gid"], row["week"]): row for row in found}
    assert len(told) == len(found)
    assert told.keys() >= hours.keys() | states.keys()
    for key, row in told.items():
        assert row["hours"] == pytest.approx(hours.get(key, 0))
        assert row["state"] == STATES[states.get(key, "DRAFT")]
        assert (row["timesheet_gid"] is None) == (key not in states)
    if not with_users:
        assert told.keys() == hours.keys() | states.keys()


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((c, "entries") for c in ("duration_minutes", "entered_on", "created_by_gid")),
        *((c, "statuses") for c in ("gid", "user_gid", "start_date", "end_date")),
        ("approval_status", "statuses"),
        *((c, "users") for c in ("gid", "name")),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {
        "statuses": sheets_of(sheet("11", "2026-03-02")),
        "entries": tracked(entry()),
        "users": users_of("11"),
    }
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.approvals .*{column}.*fields="):
        af.rollups.approvals(**frames)


@pytest.mark.parametrize("every", ["D", "MS", "MON", None])
def test_what_is_no_week_is_refused(every: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"every=.*W-SUN"):
        af.rollups.approvals(sheets_of(), tracked(), every=every)


def test_text_that_is_not_a_day_is_refused() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02"))

    with pytest.raises(af.InvalidArgument, match=r"approvals: start_date, row 1: 'Monday'"):
        af.rollups.approvals(statuses.assign(start_date=["Monday"]), tracked())


@pytest.mark.parametrize("users", [None, users_of(), users_of("11", "12")])
def test_nothing_gives_the_columns_and_dtypes_of_something(users: pd.DataFrame | None) -> None:
    sheets, entries = sheets_of(sheet("11", "2026-03-02")), tracked(entry("12"), entry(None))

    some = af.rollups.approvals(sheets, entries, users)

    for statuses, tracked_time in ((sheets_of(), tracked()), (sheets, tracked())):
        assert_same_dtypes(af.rollups.approvals(statuses, tracked_time, users), some)
    assert_same_dtypes(af.rollups.approvals(sheets_of(), entries, users), some)


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        sheets_of(sheet("12", "2026-03-02"), sheet("11", "2026-03-09"), sheet("11", "2026-03-02")),
        tracked(entry("11"), entry("12", "2026-03-04"), entry(None), entry("14", None)),
        users_of("11", "12", "13", "14"),
    ]

    expected = af.rollups.approvals(*frames)

    assert_same(af.rollups.approvals(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.approvals(*map(typed_by_hand, frames)), expected)


def test_on_the_sandbox_each_timesheet_is_there_once_and_the_hours_are_kept(
    asana: af.Asana,
) -> None:
    statuses = asana.timesheet_approval_statuses.list(workspace="Acme")
    entries = asana.time_tracking_entries.list(
        attributable_to=asana.projects.list(workspace="Acme")
    )
    users = asana.users.list(workspace="Acme")

    table = af.rollups.approvals(statuses, entries, users)

    assert float(table["hours"].sum()) * 60 == pytest.approx(entries["duration_minutes"].sum())
    assert sorted(table["timesheet_gid"].dropna()) == sorted(statuses["gid"])
    assert not table.duplicated(["person_gid", "week"]).any()
    handed_in = statuses["approval_status"].str.lower().value_counts()
    assert (table["state"] == "pending").sum() == handed_in["submitted"]
