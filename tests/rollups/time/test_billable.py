"""Which part of tracked time is billable."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    absence,
    absences_of,
    assert_same,
    assert_same_dtypes,
    cells,
    entry,
    entry_rows,
    monday,
    oddly_indexed,
    tracked,
    typed_by_hand,
    users_of,
)

#: Status -> the column of hours that it counts to.
COLUMNS = {"billable": "billable_hours", "nonBillable": "non_billable_hours"}
HOURS = [*COLUMNS.values(), "unclassified_hours"]
statuses = st.sampled_from(["billable", "nonBillable", "notApplicable", None])


def test_each_hour_is_billable_or_not_or_neither() -> None:
    entries = tracked(
        entry(minutes=150),
        entry(minutes=50, billable_status="nonBillable"),
        entry(minutes=40, billable_status="notApplicable"),
        entry(minutes=20, billable_status=None),
        entry("12", minutes=30, billable_status=None),
    )

    found = cells(af.rollups.billable(entries))

    # 150 of 200 minutes are three quarters; of Bo's nothing is known.
    assert found == [
        {
            "person_gid": "11",
            "person_name": "Ana",
            "period": dt.date(2026, 3, 2),
            "billable_hours": 2.5,
            "non_billable_hours": pytest.approx(50 / 60),
            "share": 0.75,
            "unclassified_hours": 1.0,
        },
        {
            "person_gid": "12",
            "person_name": "Bo",
            "period": dt.date(2026, 3, 2),
            "billable_hours": 0.0,
            "non_billable_hours": 0.0,
            "share": None,
            "unclassified_hours": 0.5,
        },
    ]


@settings(max_examples=20, deadline=None)
@given(
    st.data(),
    entry_rows(),
    st.sampled_from([None, "person", ["project", "person"]]),
    st.sampled_from([None, "D", "W", "MS"]),
)
def test_the_hours_are_those_of_the_entries_and_add_up_to_hours(
    data: st.DataObject, rows: list[dict[str, Any]], by: Any, every: Any
) -> None:
    rows = [{**row, "billable_status": data.draw(statuses)} for row in rows]
    entries = tracked(*rows)

    found = af.rollups.billable(entries, by, every)

    minutes: dict[str, int] = defaultdict(int)
    for row in rows:
        column = COLUMNS.get(row["billable_status"], "unclassified_hours")
        minutes[column] += row["duration_minutes"] or 0
    for name in HOURS:
        assert float(found[name].sum()) == pytest.approx(minutes[name] / 60, abs=1e-9)
    keys = [name for name in found if name not in (*HOURS, "share")]
    hours = af.rollups.hours(entries, by, every, attribution="asana")
    assert_same(found[keys], hours[keys])
    summed = found[HOURS].sum(axis=1).tolist()
    assert summed == pytest.approx(hours["hours"].tolist(), abs=1e-9)


def test_available_hours_are_those_of_capacity_and_utilisation_is_their_billable_part() -> None:
    entries = tracked(
        entry("11", minutes=480), entry("11", minutes=480, billable_status="nonBillable")
    )
    off = absences_of(absence("11", "2026-03-03", "2026-03-03"))

    found = af.rollups.billable(
        entries, users=users_of("11", "12"), ooo=off, holidays=["2026-03-06"]
    )

    # Five days less a holiday, and Ana's day off; Bo tracked nothing.
    assert found["available"].tolist() == [24.0, 32.0]
    assert found["billable_utilisation"].tolist() == [pytest.approx(8 / 24), 0.0]
    assert found["person_name"].tolist() == ["Ana", "Bo"]
    assert found[HOURS].iloc[1].tolist() == [0.0, 0.0, 0.0]
    assert found["share"].isna().tolist() == [False, True]


def test_without_keys_available_hours_are_those_of_all_users() -> None:
    entries = tracked(entry("11", minutes=600), entry("11", "2026-03-10", minutes=60))

    weekly = af.rollups.billable(entries, None, users=users_of("11", "12"))
    total = af.rollups.billable(
        entries, None, None, start="2026-03-02", end="2026-03-06", users=users_of("11", "12")
    )

    assert weekly["available"].tolist() == [80.0, 80.0]
    assert cells(total) == [
        {
            "billable_hours": 10.0,
            "non_billable_hours": 0.0,
            "share": 1.0,
            "unclassified_hours": 0.0,
            "available": 80.0,
            "billable_utilisation": 0.125,
        }
    ]


def test_days_that_start_and_end_leave_out_are_not_available() -> None:
    found = af.rollups.billable(
        tracked(entry("11")), start="2026-03-02", end="2026-03-03", users=users_of("11")
    )

    assert found["available"].tolist() == [16.0]


def test_people_who_are_no_users_and_entries_without_a_day_have_no_available_hours() -> None:
    entries = tracked(entry("11"), entry("12"), entry(None), entry("11", None))

    found = af.rollups.billable(entries, users=users_of("11"))

    known = zip(found["person_gid"].fillna("-"), found["available"].fillna(-1), strict=True)
    assert list(known) == [("11", 40.0), ("11", -1.0), ("12", -1.0), ("-", -1.0)]
    assert float(found["billable_hours"].sum()) == 4.0


def test_the_name_of_a_user_is_that_of_today() -> None:
    entries = tracked(entry("11", created_by_name="Anna"))

    found = af.rollups.billable(entries, users=users_of("11"))

    assert found["person_name"].tolist() == ["Ana"]


def test_the_result_says_which_working_time_was_assumed() -> None:
    found = af.rollups.billable(
        tracked(entry()), users=users_of("11"), hours_per_day={"11": 6}, workdays="Sun-Thu"
    )

    assert found["available"].tolist() == [30.0]
    assert found.attrs["assumptions"] == [
        "available: the given hours of each person, 8 hours of all others, on each working day "
        "(Sun-Thu)"
    ]


@pytest.mark.parametrize("by", ["project", ["person", "task"], "person_name"])
def test_only_people_have_working_time(by: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="use by='person'"):
        af.rollups.billable(tracked(entry()), by, users=users_of("11"))


def test_without_periods_working_time_needs_days() -> None:
    with pytest.raises(af.InvalidArgument, match="pass start= and end=, or every='W'"):
        af.rollups.billable(tracked(entry()), every=None, end="2026-03-06", users=users_of("11"))


@pytest.mark.parametrize("by", [None, "person", ["person_gid"]])
@pytest.mark.parametrize("every", [None, "W"])
@pytest.mark.parametrize("with_users", [False, True])
def test_nothing_gives_the_columns_and_dtypes_of_something(
    by: Any, every: Any, with_users: bool
) -> None:
    days = {"start": "2026-03-02", "end": "2026-03-08"}
    users = {"users": users_of("11")} if with_users else {}
    some = af.rollups.billable(tracked(entry(), entry(None)), by, every, **days, **users)

    assert_same_dtypes(af.rollups.billable(tracked(), by, every, **days, **users), some)
    if every:
        assert_same_dtypes(af.rollups.billable(tracked(), by, every, **users), some)
        assert_same_dtypes(af.rollups.billable(tracked(entry(day=None)), by, every, **users), some)


def test_draft_and_rejected_entries_are_left_out_on_request() -> None:
    states = ["DRAFT", "SUBMITTED", "APPROVED", "REJECTED", None]
    entries = tracked(*(entry(minutes=60, approval_status=state) for state in states))

    found = af.rollups.billable(entries, approval="submitted")

    assert found["billable_hours"].tolist() == [2.0]


def test_weeks_are_those_of_hours() -> None:
    days = [dt.date(2026, 3, 1) + dt.timedelta(days=n) for n in range(20)]

    found = af.rollups.billable(tracked(*(entry(day=day) for day in days)))

    assert [row["period"] for row in cells(found)] == sorted({monday(day) for day in days})


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    entries = tracked(entry("11"), entry("12", billable_status="nonBillable"), entry(None))
    users = users_of("12", "11")
    expected = af.rollups.billable(entries, users=users)

    for twist in (oddly_indexed, typed_by_hand):
        assert_same(af.rollups.billable(twist(entries), users=twist(users)), expected)


@pytest.mark.parametrize("column", ["duration_minutes", "entered_on", "billable_status"])
def test_a_missing_column_is_named_with_the_function_and_the_fields(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.billable .*{column}.*fields="):
        af.rollups.billable(tracked().drop(columns=column))


@pytest.mark.parametrize("by", [pd.Series(["a"]), {"person": "a"}, "persn", "entered_on", []])
def test_a_key_that_is_none_is_refused(by: Any) -> None:
    with pytest.raises(af.InvalidArgument):
        af.rollups.billable(tracked(entry()), by)


def test_billable_hours_are_compared_with_those_of_the_period_before() -> None:
    entries = tracked(
        entry(minutes=120), entry(day="2026-03-09", minutes=180), entry("12", minutes=60)
    )

    found = af.rollups.billable(entries, None, compare="previous", now="2026-04-01")

    assert found["billable_hours"].tolist() == [3.0, 3.0]
    assert found["billable_hours_previous"].fillna(-1).tolist() == [-1.0, 3.0]
    assert found["share"].tolist() == [1.0, 1.0]
    with pytest.raises(af.InvalidArgument, match="leave out compare="):
        af.rollups.billable(entries, compare="previous", users=users_of("11"))


@pytest.mark.parametrize("users", [None, users_of("11")])
def test_missing_people_have_a_name_on_request(users: Any) -> None:
    found = af.rollups.billable(tracked(entry("11"), entry(None)), none="(none)", users=users)

    assert found["person_name"].tolist() == ["Ana", "(none)"]
