"""Who has room."""

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
    PEOPLE,
    absence,
    absences_of,
    assert_same,
    assert_same_dtypes,
    cells,
    entry,
    entry_rows,
    monday,
    oddly_indexed,
    plan,
    plans_of,
    tracked,
    typed_by_hand,
    users_of,
)

SUMS = ("available", "out_of_office", "allocated", "tracked", "unsized")


def test_a_week_of_work_less_what_is_planned_leaves_what_is_free() -> None:
    # Ana: 5 days of 8 hours less Monday; planned are half of the other four and 2 hours of Friday.
    table = af.rollups.capacity(
        users_of("11"),
        plans_of(
            plan("11", "2026-03-02", "2026-03-08", "percent", 50),
            plan("11", "2026-03-06", "2026-03-07", "hours", 2),
        ),
        absences_of(absence("11", "2026-02-27", "2026-03-02")),
        tracked(entry("11", "2026-03-03", 360), entry("11", "2026-03-07", 120)),
    )

    assert cells(table) == [
        {
            "person_gid": "11",
            "person_name": "Ana",
            "period": dt.date(2026, 3, 2),
            "available": 32.0,
            "out_of_office": 8.0,
            "allocated": 18.0,
            "tracked": 8.0,
            "free": 14.0,
            "load": 18 / 32,
            "utilisation": 0.25,
            "unsized": 0,
        }
    ]


def test_hours_stay_hours_on_a_part_day_and_percent_are_of_what_is_worked() -> None:
    # Monday to Thursday, and half of Friday: 4 * 6 + 3 = 27 hours.
    week = ("2026-03-02", "2026-03-08")
    table = af.rollups.capacity(
        users_of("11", "12"),
        plans_of(plan("11", *week, "hours", 2), plan("12", *week, "percent", 50)),
        hours_per_day=6,
        workdays="Mon-Thu, Fri:0.5",
    )

    assert table["available"].tolist() == [27.0, 27.0]
    assert table["allocated"].tolist() == [10.0, 13.5]


def test_some_hours_off_leave_the_others_and_no_day_is_off_twice() -> None:
    table = af.rollups.capacity(
        users_of("11"),
        plans_of(plan("11", "2026-03-02", "2026-03-03", "percent", 100)),
        absences_of(
            absence("11", "2026-03-02", "2026-03-02", 3),
            absence("11", "2026-03-03", "2026-03-03"),
            absence("11", "2026-03-03", "2026-03-04"),
        ),
        start="2026-03-02",
        end="2026-03-04",
    )

    # 3 of 8 hours off on Monday, all of Tuesday and Wednesday; of Monday 5 hours are planned.
    row = cells(table)[0]
    assert (row["available"], row["out_of_office"], row["allocated"]) == (5.0, 19.0, 5.0)


def test_a_period_that_the_bounds_cut_is_shorter() -> None:
    table = af.rollups.capacity(
        users_of("11"),
        plans_of(plan("11", "2026-01-01", "2026-12-31", "percent", 100)),
        start="2026-03-05",
        end="2026-03-09",
    )

    # Thursday and Friday of the first week, Monday of the second.
    assert [(row["period"], row["available"], row["allocated"]) for row in cells(table)] == [
        (dt.date(2026, 3, 2), 16.0, 16.0),
        (dt.date(2026, 3, 9), 8.0, 8.0),
    ]


def test_without_bounds_the_periods_are_whole() -> None:
    table = af.rollups.capacity(
        users_of("11"), plans_of(plan("11", "2026-03-04", "2026-03-04")), every="MS"
    )

    # March 2026 has 22 working days.
    assert cells(table[["period", "available"]]) == [
        {"period": dt.date(2026, 3, 1), "available": 176.0}
    ]


def test_an_allocation_without_an_effort_is_counted_in_each_period_it_touches() -> None:
    table = af.rollups.capacity(
        users_of("11"),
        plans_of(
            plan("11", "2026-03-06", "2026-03-10", None, None),
            plan("11", "2026-03-09", "2026-03-10", "hours", None),
        ),
    )

    assert table["unsized"].tolist() == [1, 2]
    assert table["allocated"].tolist() == [0.0, 0.0]


def test_deleted_people_and_placeholders_follow_and_what_they_can_do_is_missing() -> None:
    table = af.rollups.capacity(
        users_of("12", "11"),
        plans_of(plan("dev", "2026-03-02", "2026-03-02", "hours", 3)),
        None,
        tracked(entry("13", minutes=30), entry(None, minutes=15)),
    )

    assert table["person_gid"].fillna("nobody").tolist() == ["11", "12", "13", "dev", "nobody"]
    assert table["tracked"].tolist() == [0, 0, 0.5, 0, 0.25]
    assert table["allocated"].tolist() == [0, 0, 0, 3, 0]
    for name in ("available", "free", "load", "utilisation"):
        assert (
            table[name].isna().tolist()
            == [name in ("load", "utilisation") and False] * 2 + [True] * 3
        )


def test_where_nothing_is_available_there_is_no_load() -> None:
    table = af.rollups.capacity(
        users_of("11"), plans_of(plan("11", "2026-03-07", "2026-03-08")), start="2026-03-07"
    )

    row = cells(table)[0]
    assert (row["available"], row["allocated"], row["load"]) == (0.0, 0.0, None)


def test_people_of_one_name_stay_apart() -> None:
    entries = tracked(entry("11", minutes=60), entry("13", minutes=30))

    table = af.rollups.capacity(users_of("13", "11"), plans_of(), None, entries)

    assert table["person_name"].tolist() == ["Ana", "Ana"]
    assert dict(zip(table["person_gid"], table["tracked"], strict=True)) == {"11": 1.0, "13": 0.5}


def test_an_allocation_that_is_there_twice_counts_once_and_own_ones_without_a_gid_all_count() -> (
    None
):
    one = {**plan("11", "2026-03-02", "2026-03-02", "hours", 1), "gid": "7"}
    mine = {**plan("11", "2026-03-03", "2026-03-03", "hours", 2), "gid": None}

    table = af.rollups.capacity(users_of("11"), plans_of(one, one, mine, mine))

    assert table["allocated"].tolist() == [5.0]


def test_one_missing_end_is_the_other_and_a_range_turned_round_is_none() -> None:
    table = af.rollups.capacity(
        users_of("11"),
        plans_of(
            plan("11", "2026-03-02", None),
            plan("11", None, "2026-03-03"),
            plan("11", "2026-03-05", "2026-03-04"),
            plan("11", None, None),
        ),
    )

    assert table["allocated"].tolist() == [8.0]


def test_hours_differ_by_person_where_they_are_given() -> None:
    table = af.rollups.capacity(
        users_of("11", "12"),
        plans_of(plan("11", "2026-03-02", "2026-03-02")),
        hours_per_day={"12": 5},
    )

    assert dict(zip(table["person_gid"], table["available"], strict=True)) == {"11": 40, "12": 25}


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((name, "users") for name in ("gid", "name")),
        *((name, "allocations") for name in ("assignee_gid", "start_date", "effort_value")),
        *((name, "ooo") for name in ("user_gid", "end_date")),
        *((name, "entries") for name in ("duration_minutes", "entered_on", "created_by_gid")),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {
        "users": users_of("11"),
        "allocations": plans_of(),
        "ooo": absences_of(),
        "entries": tracked(),
    }
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.capacity .*{column}.*fields="):
        af.rollups.capacity(**frames)


def test_hours_of_absences_that_are_text_are_read_or_refused() -> None:
    absences = pd.DataFrame(
        {"user_gid": ["11"], "start_date": ["2026-03-02"], "end_date": ["02.03.2026"]}
    )

    table = af.rollups.capacity(
        users_of("11"),
        plans_of(plan("11", "2026-03-02", "2026-03-02")),
        ooo=absences.assign(hours=["4"]),
    )

    assert table["out_of_office"].tolist() == [4.0]
    with pytest.raises(af.InvalidArgument, match=r"rollups\.capacity: hours, row 1: 'half'"):
        af.rollups.capacity(users_of("11"), plans_of(), ooo=absences.assign(hours=["half"]))


def test_text_that_is_not_a_day_is_refused() -> None:
    plans = plans_of(plan("11", "2026-03-02", "2026-03-02"))

    with pytest.raises(af.InvalidArgument, match=r"rollups\.capacity: end_date, row 1: 'Friday'"):
        af.rollups.capacity(users_of("11"), plans.assign(end_date=["Friday"]))


def test_a_time_of_day_moves_no_entry_out_of_its_day() -> None:
    entries = tracked(entry()).assign(entered_on=[pd.Timestamp("2026-03-08 18:00")])

    assert af.rollups.capacity(users_of("11"), plans_of(), None, entries)["tracked"].sum() == 1.0


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    plans = plans_of(plan("11", "2026-03-02", "2026-03-04"), plan("dev", "2026-03-02", None))
    some = af.rollups.capacity(users_of("11"), plans, absences_of(), tracked(entry()))

    for none in (
        af.rollups.capacity(users_of(), plans_of(), absences_of(), tracked()),
        af.rollups.capacity(users_of("11"), plans_of()),
        af.rollups.capacity(users_of(), plans_of(), start="2026-03-02", end="2026-03-08"),
        af.rollups.capacity(users_of("11"), plans_of(), start="2026-03-02", end="2026-03-08"),
        af.rollups.capacity(users_of(), plans),
    ):
        assert_same_dtypes(none, some)


A_DAY = st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
plans_drawn = st.lists(
    st.builds(
        plan,
        st.sampled_from([None, *PEOPLE, "dev"]),
        st.none() | A_DAY,
        st.none() | A_DAY,
        st.sampled_from(["hours", "percent", None]),
        st.none() | st.integers(0, 150),
    ).filter(lambda row: row["effort_type"] or row["effort_value"] is None),
    max_size=8,
)
absences_drawn = st.lists(
    st.builds(absence, st.sampled_from([*PEOPLE]), A_DAY, A_DAY, st.none() | st.integers(0, 9)),
    max_size=6,
)
SHARES = {"Mon-Fri": [1, 1, 1, 1, 1, 0, 0], "Mon-Thu, Sun:0.5": [1, 1, 1, 1, 0, 0, 0.5]}
FREE_DAYS = [dt.date(2026, 1, 6), dt.date(2026, 1, 10)]


def span_of(row: dict[str, Any]) -> tuple[dt.date, dt.date] | None:
    days = [row["start_date"] or row["end_date"], row["end_date"] or row["start_date"]]
    return None if days[0] is None else (days[0], days[1])


def is_in(day: dt.date, row: dict[str, Any]) -> bool:
    span = span_of(row)
    return span is not None and span[0] <= day <= span[1]


def looped(
    person: str | None,
    days: list[dt.date],
    plans: list[dict[str, Any]],
    absences: list[dict[str, Any]],
    shares: list[float],
) -> dict[str, float]:
    """Return the sums of one person over some days, day by day."""
    sums: dict[str, float] = defaultdict(float)
    for day in days:
        whole = 0.0 if day in FREE_DAYS else 8 * shares[day.weekday()]
        gone = [row["hours"] for row in absences if row["user_gid"] == person and is_in(day, row)]
        off = min(whole, sum(whole if hours is None else hours for hours in gone))
        sums["out_of_office"] += off
        sums["available"] += whole - off
        for row in plans:
            if row["assignee_gid"] != person or not is_in(day, row) or row["effort_value"] is None:
                continue
            is_percent = row["effort_type"] == "percent"
            planned = (
                row["effort_value"] * (whole - off) / 100 if is_percent else row["effort_value"]
            )
            sums["allocated"] += planned if whole - off > 0 else 0
    unsized = [r for r in plans if r["assignee_gid"] == person and r["effort_value"] is None]
    sums["unsized"] = sum(any(is_in(day, row) for day in days) for row in unsized)
    return sums


@settings(max_examples=20, deadline=None)
@given(
    plans_drawn,
    absences_drawn,
    entry_rows(max_size=10),
    st.sampled_from([*SHARES]),
    st.sampled_from(["W", "MS"]),
    st.booleans(),
)
def test_capacity_is_that_of_a_loop_over_the_days(
    plans: list[Any], absences: list[Any], rows: list[Any], workdays: str, every: Any, is_odd: bool
) -> None:
    # Both ends cut a week, and the last one a month.
    start, end = dt.date(2026, 1, 1), dt.date(2026, 2, 5)
    frames = [users_of("11", "12"), plans_of(*plans), absences_of(*absences), tracked(*rows)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = af.rollups.capacity(
        *frames, every, workdays=workdays, start=start, end=end, holidays=FREE_DAYS
    )

    days: dict[dt.date, list[dt.date]] = defaultdict(list)
    for day in (start + dt.timedelta(days=n) for n in range((end - start).days + 1)):
        days[monday(day) if every == "W" else day.replace(day=1)].append(day)
    people = (
        {"11", "12"} | {r["assignee_gid"] for r in plans} | {r["created_by_gid"] for r in rows}
    )
    told = {(row["person_gid"], row["period"]): row for row in cells(found)}
    assert len(told) == len(found)
    assert told.keys() == {(person, period) for person in people for period in days}
    for (person, period), row in told.items():
        sums = looped(person, days[period], plans, absences, SHARES[workdays])
        mine = [
            r for r in rows if r["created_by_gid"] == person and r["entered_on"] in days[period]
        ]
        sums["tracked"] = sum(r["duration_minutes"] or 0 for r in mine) / 60
        is_known = person in ("11", "12")
        for name in SUMS:
            expected = None if name == "available" and not is_known else sums[name]
            assert row[name] == pytest.approx(expected, abs=1e-9)
        if is_known:
            assert row["free"] == pytest.approx(sums["available"] - sums["allocated"])
            assert (row["load"] is None) == (row["available"] == 0)


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        users_of("11", "12"),
        plans_of(plan("11", "2026-03-02", "2026-03-06"), plan("dev", "2026-03-02", "2026-03-20")),
        absences_of(absence("12", "2026-03-03", "2026-03-04")),
        tracked(entry("11"), entry("12"), entry(None), entry("14")),
    ]
    expected = af.rollups.capacity(*frames)

    assert_same(af.rollups.capacity(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.capacity(*map(typed_by_hand, frames)), expected)


def test_on_the_sandbox_what_was_tracked_adds_up_to_the_entries(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    entries = asana.time_tracking_entries.list(attributable_to=projects)
    users, plans = asana.users.list(workspace="Acme"), asana.allocations.list(workspace="Acme")

    table = af.rollups.capacity(users, plans, None, entries, every="MS")

    assert float(table["tracked"].sum()) * 60 == pytest.approx(entries["duration_minutes"].sum())
    assert not table.duplicated(["person_gid", "period"]).any()
    assert table["person_gid"].nunique() == len(users)
    assert float(table["allocated"].sum()) > 0


def test_one_total_per_period_is_the_sum_of_the_people(asana: af.Asana) -> None:
    users = asana.users.list(workspace="Acme")
    plans = asana.allocations.list(workspace="Acme")
    entries = asana.time_tracking_entries.list(
        attributable_to=asana.projects.list(workspace="Acme")
    )

    by_person = af.rollups.capacity(users, plans, None, entries, every="MS")
    in_all = af.rollups.capacity(users, plans, None, entries, every="MS", by=None)

    assert list(in_all.columns) == list(by_person.columns[2:])
    sums = by_person.groupby("period")[[*SUMS]].sum()
    for name in SUMS:
        assert in_all[name].tolist() == pytest.approx(sums[name].tolist())
    assert in_all["load"].tolist() == pytest.approx(
        (sums["allocated"] / sums["available"]).tolist()
    )
    with pytest.raises(af.InvalidArgument, match="by='team' is not valid; use 'person' or None"):
        af.rollups.capacity(users, by="team")  # type: ignore[arg-type]


def test_without_people_one_total_has_the_columns_and_dtypes_of_some() -> None:
    some = af.rollups.capacity(
        users_of("11"), plans_of(plan("11", "2026-03-02", "2026-03-04")), by=None
    )

    assert_same_dtypes(af.rollups.capacity(users_of(), by=None), some)
    assert len(some) == 1


def test_a_wide_table_has_the_hours_of_each_period_and_totals() -> None:
    frames = [
        users_of("11", "12"),
        plans_of(
            plan("11", "2026-03-02", "2026-03-20", "percent", 50),
            plan("dev", "2026-03-09", "2026-03-09", "hours", 3),
        ),
        None,
        tracked(entry("11", "2026-03-03"), entry(None, "2026-03-12", 30)),
    ]

    def wide(**more: Any) -> list[list[Any]]:
        table = af.rollups.capacity(*frames, wide=True, **more)  # type: ignore[arg-type]
        weeks = ["2026-03-02", "2026-03-09", "2026-03-16"]
        return [list(row.values()) for row in cells(table[[*table.columns[1:2], *weeks]])]

    assert wide(show="allocated", totals=True) == [
        ["Ana", 20.0, 20.0, 20.0],
        ["Bo", 0.0, 0.0, 0.0],
        ["Placeholder", 0.0, 3.0, 0.0],
        ["(none)", 0.0, 0.0, 0.0],
        ["Total", 20.0, 23.0, 20.0],
    ]
    assert wide(show="available", none="nobody", totals=True)[2:] == [
        ["Placeholder", None, None, None],
        ["nobody", None, None, None],
        ["Total", 80.0, 80.0, 80.0],
    ]
    assert wide()[:2] == [["Ana", 20.0, 20.0, 20.0], ["Bo", 40.0, 40.0, 40.0]]
    with pytest.raises(af.InvalidArgument, match="show='load' is not valid"):
        wide(show="load")


@pytest.mark.parametrize("by", ["person", None])
def test_comparisons_stand_beside_the_hours_and_leave_them_as_they_are(by: Any) -> None:
    frames = [
        users_of("11", "12"),
        plans_of(plan("11", "2026-03-02", "2026-03-20", "percent", 50)),
        None,
        tracked(entry("11", "2026-03-03"), entry(None, "2026-03-12", 30)),
    ]
    days = {"start": "2026-03-09", "end": "2026-03-22"}

    plain = af.rollups.capacity(*frames, by=by, **days)  # type: ignore[arg-type]
    table = af.rollups.capacity(*frames, by=by, compare=["previous", "share"], **days)  # type: ignore[arg-type]

    assert_same(table[list(plain.columns)], plain)
    ana = table.iloc[0]
    assert (ana["tracked"], ana["tracked_previous"], ana["allocated_change"]) == (
        0.0 if by else 0.5,
        1.0,
        0.0,
    )
    assert table["free_share"].sum() == pytest.approx(2.0)


def test_a_present_period_is_compared_whole_because_plans_reach_ahead() -> None:
    today = pd.Timestamp.now().normalize()
    monday = today - pd.Timedelta(days=today.weekday())
    start, end = monday - pd.Timedelta(days=7), monday + pd.Timedelta(days=6)

    table = af.rollups.capacity(
        users_of("11"),
        plans_of(plan("11", f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", "hours", 4)),
        compare="previous",
    )

    assert table["allocated"].tolist() == [20.0, 20.0]
    assert table["available_change"].tolist()[1:] == [0.0]
    assert table["free_change"].tolist()[1:] == [0.0]


def test_missing_people_have_a_name_where_it_is_asked_for() -> None:
    entries = tracked(entry(None))

    table = af.rollups.capacity(users_of("11"), None, None, entries, none="nobody")

    assert table["person_name"].tolist() == ["Ana", "nobody"]
    assert table["person_gid"].tolist() == ["11", "nobody"]
    assert table["tracked"].tolist() == [0.0, 1.0]
