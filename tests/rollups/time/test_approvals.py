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
    absence,
    absences_of,
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

    table = af.rollups.approvals(entries, statuses)

    columns = ["person_name", "period", "hours", "timesheet_gid", "approval_status", "state"]
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
    table = af.rollups.approvals(tracked(), sheets_of(sheet("11", "2026-03-02", status)))

    assert table["state"].tolist() == [state]


def test_users_with_neither_hours_nor_a_timesheet_are_listed_for_each_week() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02"), sheet("11", "2026-03-16"))

    table = af.rollups.approvals(tracked(), statuses, users_of("11", "12"))

    # Bo in three weeks; Ana in that between her two timesheets, too.
    rows = [(row["person_name"], row["period"].day, row["state"]) for row in cells(table)]
    assert rows == [
        ("Ana", 2, "pending"),
        ("Bo", 2, "not handed in"),
        ("Ana", 9, "not handed in"),
        ("Bo", 9, "not handed in"),
        ("Ana", 16, "pending"),
        ("Bo", 16, "not handed in"),
    ]
    assert table["hours"].tolist() == [0.0] * 6


def test_a_timesheet_of_another_weekday_counts_for_the_days_that_it_covers() -> None:
    # From Sunday 1 to Saturday 7 March; the week shown is from Monday to Sunday.
    statuses = sheets_of(sheet("11", "2026-03-01", "APPROVED"), sheet("11", "2026-03-08", "DRAFT"))
    entries = tracked(
        entry("11", "2026-03-01", 15), entry("11", "2026-03-07", 60), entry("11", "2026-03-08", 30)
    )

    table = af.rollups.approvals(entries, statuses, end="2026-03-08")

    columns = ["period", "hours", "approved_hours", "open_hours", "timesheet_gid", "state"]
    assert [list(row.values()) for row in cells(table[columns])] == [
        [dt.date(2026, 2, 23), 0.25, 0.25, 0.0, "90", "approved"],
        [dt.date(2026, 3, 2), 1.5, 1.0, 0.5, "90", "mixed"],
    ]
    assert table["approval_status"].tolist() == ["approved", "mixed"]


def test_only_days_with_entries_tell_the_state_of_a_week() -> None:
    statuses = sheets_of(sheet("11", "2026-03-01", "APPROVED"), sheet("11", "2026-03-08", "DRAFT"))

    def state(*rows: Row) -> list[str]:
        table = af.rollups.approvals(
            tracked(*rows), statuses, users_of("11"), start="2026-03-02", end="2026-03-08"
        )
        return table["state"].tolist()  # type: ignore[no-any-return]

    assert state(entry("11", "2026-03-04")) == ["approved"]
    assert state(entry("11", "2026-03-08")) == ["not handed in"]
    assert state() == ["mixed"]


@pytest.mark.parametrize("members", [0, 1])
def test_without_entries_or_members_hours_are_expected_all_the_same(members: int) -> None:
    known = pd.DataFrame(
        {
            "user_gid": pd.Series(["11"], dtype="str"),
            "created_at": pd.to_datetime(["2020-01-01"], utc=True),
            "is_active": [True],
        }
    ).head(members)

    table = af.rollups.approvals(
        *[tracked(), sheets_of(), users_of("11")],
        start="2026-03-02",
        end="2026-03-08",
        memberships=known,
    )

    assert table["expected_hours"].tolist() == [40.0]


def test_leave_future_days_and_days_before_joining_are_not_expected() -> None:
    members = pd.DataFrame(
        {
            "user_gid": ["11", "12", "14"],
            "created_at": pd.to_datetime(["2020-01-01", "2026-03-12", "2020-01-01"], utc=True),
            "is_active": [True, True, False],
        }
    )
    entries = tracked(entry("11", "2026-03-02", 2400), entry("14", "2026-03-04", 600))

    table = af.rollups.approvals(
        entries,
        sheets_of(),
        users_of("11", "12", "14"),
        start="2026-03-02",
        end="2026-03-22",
        ooo=absences_of(absence("11", "2026-03-09", "2026-03-13")),
        memberships=members,
        now="2026-03-18",
        hours_per_day={"Bo": 6},
    )

    # Ana works on Monday to Wednesday of the third week; Bo joined on a Thursday; Cy left.
    columns = ["person_name", "period", "hours", "expected_hours", "missing", "overtime", "state"]
    day = dt.date(2026, 3, 1)
    assert [list(row.values()) for row in cells(table[columns])] == [
        ["Ana", day.replace(day=2), 40.0, 40.0, 0.0, 0.0, "not handed in"],
        ["Bo", day.replace(day=2), 0.0, 0.0, 0.0, 0.0, "away"],
        ["Cy", day.replace(day=2), 10.0, 24.0, 14.0, 0.0, "not handed in"],
        ["Ana", day.replace(day=9), 0.0, 0.0, 0.0, 0.0, "away"],
        ["Bo", day.replace(day=9), 0.0, 12.0, 12.0, 0.0, "not handed in"],
        ["Cy", day.replace(day=9), 0.0, 0.0, 0.0, 0.0, "away"],
        ["Ana", day.replace(day=16), 0.0, 24.0, 24.0, 0.0, "not handed in"],
        ["Bo", day.replace(day=16), 0.0, 18.0, 18.0, 0.0, "not handed in"],
        ["Cy", day.replace(day=16), 0.0, 0.0, 0.0, 0.0, "away"],
    ]


def test_who_is_away_and_hands_in_an_empty_timesheet_waits_for_approval() -> None:
    table = af.rollups.approvals(
        tracked(),
        sheets_of(sheet("11", "2026-03-02", "SUBMITTED"), sheet("12", "2026-03-02", "DRAFT")),
        users_of("11", "12"),
        holidays=pd.date_range("2026-03-02", "2026-03-08"),
    )

    assert table["state"].tolist() == ["pending", "away"]


def test_the_day_of_now_is_that_of_its_time_zone() -> None:
    arguments: dict[str, Any] = {"start": "2026-03-02", "end": "2026-03-08"}

    def expected(**more: Any) -> list[float]:
        table = af.rollups.approvals(
            tracked(), sheets_of(), users_of("11"), now="2026-03-03T23:30Z", **arguments, **more
        )
        return table["expected_hours"].tolist()  # type: ignore[no-any-return]

    assert expected() == [16.0]
    assert expected(tz="Europe/Berlin") == [24.0]


def test_of_repeated_entries_the_last_counts_and_a_new_name_makes_no_new_person() -> None:
    entries = tracked(
        entry("11", minutes=30),
        entry("11", minutes=60, created_by_name="Ana Li"),
        entry("11", minutes=90, created_by_name="Ana Li"),
    ).assign(gid=["1", "2", "1"])

    table = af.rollups.approvals(entries, sheets_of())

    assert table[["person_name", "hours"]].values.tolist() == [["Ana Li", 2.5]]


def test_weeks_without_a_timesheet_begin_on_the_day_that_is_asked_for() -> None:
    table = af.rollups.approvals(
        tracked(entry("11", "2026-03-03")), sheets_of(), users_of("12"), every="W-SUN"
    )

    assert table["period"].tolist() == [pd.Timestamp("2026-03-01")] * 2


def test_the_time_of_deleted_users_and_without_a_day_is_there() -> None:
    entries = tracked(entry(None, "2026-03-03", 30), entry("11", None, 20), entry(None, None, 10))

    table = af.rollups.approvals(entries, sheets_of())

    found = {(row["person_gid"], row["period"]): round(row["hours"] * 60) for row in cells(table)}
    assert found == {(None, dt.date(2026, 3, 2)): 30, ("11", None): 20, (None, None): 10}


def test_of_two_timesheets_of_a_week_the_newer_one_counts() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02", "APPROVED"), sheet("11", "2026-03-02", "DRAFT"))
    made = pd.to_datetime(["2026-03-10", "2026-03-09"], utc=True)

    table = af.rollups.approvals(tracked(entry("11")), statuses.assign(created_at=made))

    assert table["approval_status"].tolist() == ["approved"]
    assert table["hours"].tolist() == [1.0]


def test_a_name_comes_from_wherever_it_is_known() -> None:
    entries = tracked(entry("11", created_by_name=None), entry("12", created_by_name=None))
    statuses = sheets_of(sheet("12", "2026-03-02"))

    table = af.rollups.approvals(entries, statuses, users_of("11"))

    assert table["person_name"].tolist() == ["Ana", "Bo"]


DAY = dt.timedelta(days=1)


@settings(max_examples=40, deadline=None)
@given(
    entry_rows(),
    st.lists(
        st.builds(
            sheet,
            st.sampled_from([*PEOPLE]),
            st.integers(0, 60).map(lambda n: dt.date(2025, 12, 15) + n * DAY),
            st.sampled_from([*STATES]),
        ),
        max_size=8,
    ),
    st.lists(
        st.builds(
            lambda person, start, days: absence(person, start, start + days * DAY),
            st.sampled_from([*PEOPLE]),
            st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 10)),
            st.integers(0, 20),
        ),
        max_size=3,
    ),
    st.sampled_from(WEEKDAYS),
    st.booleans(),
    st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 20)),
)
def test_weeks_are_those_of_a_loop_over_the_days(
    rows: list[dict[str, Any]],
    sheets: list[dict[str, Any]],
    absences: list[dict[str, Any]],
    weekday: str,
    with_users: bool,
    now: dt.date,
) -> None:
    frames = [typed_by_hand(oddly_indexed(f)) for f in (tracked(*rows), sheets_of(*sheets))]
    users = users_of("11", "12") if with_users else None

    found = cells(
        af.rollups.approvals(
            *frames, users, every=f"W-{weekday}", ooo=absences_of(*absences), now=now
        )
    )

    def week_of(day: dt.date | None) -> dt.date | None:
        return day and day - (day.weekday() - WEEKDAYS.index(weekday)) % 7 * DAY

    by_start = sorted(range(len(sheets)), key=lambda n: sheets[n]["start_date"])

    def sheet_of(gid: str | None, day: dt.date | None) -> dict[str, Any] | None:
        mine = [sheets[n] for n in by_start if sheets[n]["user_gid"] == gid]
        covering = [row for row in mine if day and row["start_date"] <= day <= row["end_date"]]
        return covering[-1] if covering else None

    def state_of(row: dict[str, Any] | None) -> str:
        return STATES[row["approval_status"]] if row else "not handed in"

    hours: dict[Any, float] = defaultdict(float)
    so_far: dict[Any, float] = defaultdict(float)
    states: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        gid, day = row["created_by_gid"], row["entered_on"]
        state = state_of(sheet_of(gid, day))
        hours[gid, week_of(day), state] += (row["duration_minutes"] or 0) / 60
        if day and day <= now:
            so_far[gid, week_of(day)] += (row["duration_minutes"] or 0) / 60
        states[gid, week_of(day)].add(state)
    tracked_weeks = set(states)
    for row in sheets:
        for n in range(7):
            day = row["start_date"] + n * DAY
            key = (row["user_gid"], week_of(day))
            if key not in tracked_weeks:
                states[key].add(state_of(sheet_of(row["user_gid"], day)))
    told = {(row["person_gid"], row["period"]): row for row in found}
    assert len(told) == len(found)
    assert told.keys() >= states.keys()
    assert with_users or told.keys() == states.keys()
    assert sum(row["hours"] for row in found) == pytest.approx(sum(hours.values()))
    for (gid, week), row in told.items():
        mine = {state: hours.get((gid, week, state), 0.0) for state in STATES.values()}
        assert row["hours"] == pytest.approx(sum(mine.values()))
        assert row["open_hours"] == pytest.approx(mine["not handed in"])
        for state in ("pending", "approved", "rejected"):
            assert row[f"{state}_hours"] == pytest.approx(mine[state])
        expected = None
        if with_users and gid in ("11", "12") and week is not None:
            days = [week + n * DAY for n in range(7)]
            gone = [a for a in absences if a["user_gid"] == gid]
            expected = 8.0 * sum(
                day.weekday() < 5
                and day <= now
                and not any(a["start_date"] <= day <= a["end_date"] for a in gone)
                for day in days
            )
            assert row["missing"] == pytest.approx(max(expected - so_far[gid, week], 0))
            assert row["overtime"] == pytest.approx(max(so_far[gid, week] - expected, 0))
        else:
            assert row["missing"] is None
            assert row["overtime"] is None
        assert row["expected_hours"] == expected
        known = states.get((gid, week), {"not handed in"})
        state = known.copy().pop() if len(known) == 1 else "mixed"
        is_away = expected == 0 and row["hours"] == 0 and state == "not handed in"
        assert row["state"] == ("away" if is_away else state)


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
        af.rollups.approvals(tracked(), sheets_of(), every=every)


def test_text_that_is_not_a_day_is_refused() -> None:
    statuses = sheets_of(sheet("11", "2026-03-02"))

    with pytest.raises(af.InvalidArgument, match=r"approvals: start_date, row 1: 'Monday'"):
        af.rollups.approvals(tracked(), statuses.assign(start_date=["Monday"]))


@pytest.mark.parametrize("users", [None, users_of(), users_of("11", "12")])
def test_nothing_gives_the_columns_and_dtypes_of_something(users: pd.DataFrame | None) -> None:
    sheets, entries = sheets_of(sheet("11", "2026-03-02")), tracked(entry("12"), entry(None))

    some = af.rollups.approvals(entries, sheets, users)

    for statuses, tracked_time in ((sheets_of(), tracked()), (sheets, tracked())):
        assert_same_dtypes(af.rollups.approvals(tracked_time, statuses, users), some)
    assert_same_dtypes(af.rollups.approvals(entries, sheets_of(), users), some)


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tracked(entry("11"), entry("12", "2026-03-04"), entry(None), entry("14", None)),
        sheets_of(sheet("12", "2026-03-02"), sheet("11", "2026-03-09"), sheet("11", "2026-03-02")),
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

    table = af.rollups.approvals(entries, statuses, users)

    assert float(table["hours"].sum()) * 60 == pytest.approx(entries["duration_minutes"].sum())
    assert sorted(table["timesheet_gid"].dropna()) == sorted(statuses["gid"])
    parts = [f"{state}_hours" for state in ("approved", "pending", "rejected", "open")]
    assert float(table[parts].sum().sum()) == pytest.approx(float(table["hours"].sum()))
    assert table["expected_hours"].gt(0).any()
    assert not table.duplicated(["person_gid", "period"]).any()
    handed_in = statuses["approval_status"].str.lower().value_counts()
    assert (table["state"] == "pending").sum() == handed_in["submitted"]


@pytest.mark.parametrize("given", ["statuses", "users", "ooo", "memberships"])
def test_a_dask_frame_of_few_rows_is_refused(given: str) -> None:
    dask = pytest.importorskip("dask.dataframe")
    frames: dict[str, Any] = {
        "entries": tracked(entry()),
        "statuses": sheets_of(),
        "users": users_of("11"),
        "ooo": absences_of(),
        "memberships": pd.DataFrame({"user_gid": ["11"], "created_at": ["2026-01-01T00:00Z"]}),
    }
    expected = af.rollups.approvals(**frames)

    assert_same(
        af.rollups.approvals(
            **frames | {"entries": dask.from_pandas(frames["entries"], npartitions=1)}
        ),
        expected,
    )
    frames[given] = dask.from_pandas(frames[given], npartitions=1)
    with pytest.raises(af.InvalidArgument, match=r"rollups\.approvals takes .* compute\(\)"):
        af.rollups.approvals(**frames)


def test_weeks_that_have_not_begun_are_neither_away_nor_expected() -> None:
    entries = tracked(entry("11", "2026-03-03"), entry("11", "2026-03-17"))

    table = af.rollups.approvals(
        entries,
        sheets_of(sheet("12", "2026-03-23")),
        users_of("11", "12"),
        start="2026-03-02",
        end="2026-04-05",
        now="2026-03-11",
    )

    told = [(row["person_name"], row["period"].day, row["state"]) for row in cells(table)]
    assert told == [
        ("Ana", 2, "not handed in"),
        ("Bo", 2, "not handed in"),
        ("Ana", 9, "not handed in"),
        ("Bo", 9, "not handed in"),
        # These have hours or a timesheet ahead of the present day.
        ("Ana", 16, "not handed in"),
        ("Bo", 23, "pending"),
    ]


def members_of(*rows: tuple[str, str, bool]) -> pd.DataFrame:
    """Memberships of gid, day of joining and whether it is active."""
    table = pd.DataFrame(rows, columns=["user_gid", "created_at", "is_active"])
    return table.assign(created_at=pd.to_datetime(table["created_at"], utc=True))


def test_who_left_was_expected_until_the_last_entry_whatever_days_are_shown() -> None:
    entries = tracked(entry("11", "2026-03-03", 480), entry("11", "2026-03-19", 480))
    given: dict[str, Any] = {
        "users": users_of("11"),
        "memberships": members_of(("11", "2026-01-01", False)),
        "now": "2026-11-01",
    }

    for end in ("2026-03-08", "2026-03-22"):
        days = {"start": "2026-03-02", "end": end}
        first = af.rollups.approvals(entries, sheets_of(), **days, **given).iloc[0]
        sheet = af.rollups.timesheet(entries, **days, **given).iloc[0]
        assert (first["expected_hours"], first["missing"]) == (40.0, 32.0)
        assert (sheet["expected_hours"], sheet["missing"]) == (40.0, 32.0)
    week = af.rollups.timesheet(entries, "2026-03-09", **given).iloc[0]
    assert (week["expected_hours"], week["missing"]) == (40.0, 40.0)


def test_of_several_memberships_the_first_begins_and_an_active_one_goes_on() -> None:
    rows = [("11", "2026-01-01", False), ("11", "2026-03-12", True)]

    for members in (members_of(*rows), members_of(*reversed(rows))):
        table = af.rollups.approvals(
            tracked(),
            sheets_of(),
            users_of("11"),
            start="2026-03-02",
            end="2026-03-15",
            memberships=members,
            now="2026-04-01",
        )
        assert table["expected_hours"].tolist() == [40.0, 40.0]
