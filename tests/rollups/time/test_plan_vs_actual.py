"""Allocated against tracked hours."""

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
    PROJECTS,
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

COMPARED = ["planned", "tracked", "difference", "ratio"]


def test_each_person_and_project_has_what_was_planned_and_what_was_tracked() -> None:
    # Ana: half of 8 hours on four of five days, for one of which she is away.
    plans = plans_of(
        plan("11", "2026-03-02", "2026-03-05", "percent", 50, project="31"),
        plan("12", "2026-03-06", "2026-03-09", "hours", 3, project="32"),
        plan("dev", "2026-03-02", "2026-03-02", "hours", 2, project=None),
    )
    entries = tracked(
        entry("11", "2026-03-02", 900, project="31"), entry("11", "2026-03-09", 60, project="32")
    )

    table = af.rollups.plan_vs_actual(
        entries, plans, ooo=absences_of(absence("11", "2026-03-03", "2026-03-03"))
    )

    columns = ["person_name", "project_name", "period", *COMPARED]
    week = [dt.date(2026, 3, 2), dt.date(2026, 3, 9)]
    assert [list(row.values()) for row in cells(table[columns])] == [
        ["Ana", "Website", week[0], 12.0, 15.0, 3.0, 1.25],
        ["Ana", "Shop", week[1], 0.0, 1.0, 1.0, None],
        ["Bo", "Shop", week[0], 3.0, 0.0, -3.0, 0.0],
        ["Bo", "Shop", week[1], 3.0, 0.0, -3.0, 0.0],
        ["Placeholder", None, week[0], 2.0, 0.0, -2.0, 0.0],
    ]


def test_people_and_projects_that_were_renamed_are_one_row() -> None:
    plans = plans_of(plan("11", "2026-03-02", "2026-03-02", "hours", 3, project="31"))
    entries = tracked(
        entry("11", attributable_to_name="New site", created_by_name="Ana Li"),
        entry("11", minutes=30),
        entry("11", minutes=30, attributable_to_name="New site", created_by_name="Ana Li"),
    )

    of_entries = af.rollups.plan_vs_actual(entries, plans)
    of_users = af.rollups.plan_vs_actual(entries, plans, users_of("11"))

    columns = ["person_name", "project_name", "planned", "tracked"]
    assert of_entries[columns].values.tolist() == [["Ana Li", "New site", 3.0, 2.0]]
    assert of_users[columns].values.tolist() == [["Ana", "New site", 3.0, 2.0]]


def test_bounds_cut_both_and_entries_without_a_day_are_a_period_of_their_own() -> None:
    plans = plans_of(plan("11", "2026-01-01", "2026-12-31", "hours", 1, project="31"))
    entries = tracked(
        entry("11", "2026-03-04"),
        entry("11", "2026-03-05"),
        entry("11", None),
        entry("11", "2027-01-01"),
    )

    cut = af.rollups.plan_vs_actual(entries, plans, start="2026-03-05", end="2026-03-09", by=None)
    whole = af.rollups.plan_vs_actual(entries, plans, by="project", every=None)
    undated = af.rollups.plan_vs_actual(entries, plans, by=None).iloc[-1]

    assert [list(row.values())[1:3] for row in cells(cut)] == [[2.0, 1.0], [1.0, 0.0]]
    assert [list(row.values())[2:4] for row in cells(whole)] == [[261.0, 4.0]]
    assert pd.isna(undated["period"])
    assert (undated["planned"], undated["tracked"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "persons"}, "by='persons' is not valid; use 'person', 'project' or None"),
        ({"by": {"person": 1}}, "by="),
        ({"by": pd.Series([1])}, "by="),
        ({"by": "entered_on"}, "by='entered_on'"),
        ({"every": "M"}, "every='M'"),
        ({"compare": "before"}, "compare='before' is not a comparison"),
        ({"compare": "previous", "every": None}, "compare= needs periods"),
        ({"none": 0}, "none= takes the name"),
        ({"attribution": "mine"}, "attribution="),
        ({"start": "2026-03-03", "end": "2026-03-02"}, "start=2026-03-03 lies after"),
        ({"hours_per_day": {"Anna": 6}}, "hours_per_day= .*'Anna'. Did you mean 'Ana'"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.plan_vs_actual(tracked(entry()), plans_of(), **arguments)


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((name, "allocations") for name in ("assignee_gid", "parent_gid", "effort_value")),
        *((name, "entries") for name in ("duration_minutes", "entered_on", "created_by_gid")),
        *((name, "users") for name in ("gid", "name")),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {"allocations": plans_of(), "entries": tracked(), "users": users_of("11")}
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.plan_vs_actual .*{column}.*fields="):
        af.rollups.plan_vs_actual(**frames)


@pytest.mark.parametrize("by", [None, "person", "project", ("person", "project")])
@pytest.mark.parametrize("every", [None, "W", "MS"])
def test_nothing_gives_the_columns_and_dtypes_of_something(by: Any, every: Any) -> None:
    plans, entries = plans_of(plan("11", "2026-03-02", "2026-03-04")), tracked(entry("12"))

    some = af.rollups.plan_vs_actual(entries, plans, by=by, every=every)

    for rows, planned in ((tracked(), plans), (entries, plans_of()), (tracked(), plans_of())):
        none = af.rollups.plan_vs_actual(rows, planned, by=by, every=every)
        assert_same_dtypes(none, some)


A_DAY = st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
drawn_plans = st.lists(
    st.builds(
        plan,
        st.sampled_from([None, *PEOPLE, "dev"]),
        A_DAY,
        A_DAY,
        st.sampled_from(["hours", "percent", None]),
        st.none() | st.integers(0, 150),
        st.sampled_from([None, *PROJECTS]),
    ).filter(lambda row: row["effort_type"] or row["effort_value"] is None),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(
    drawn_plans,
    entry_rows(),
    st.sampled_from([None, "person", "project", ("person", "project"), ("project", "person")]),
    st.sampled_from([None, "W", "MS"]),
    st.booleans(),
)
def test_both_sums_are_those_of_a_loop_over_days_and_entries(
    plans: list[dict[str, Any]], rows: list[dict[str, Any]], by: Any, every: Any, is_odd: bool
) -> None:
    frames = [tracked(*rows), plans_of(*plans)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = cells(af.rollups.plan_vs_actual(*frames, by=by, every=every))

    stems = [] if by is None else [by] if isinstance(by, str) else list(by)

    def key_of(person: Any, project: Any, day: dt.date | None) -> tuple[Any, ...]:
        values = {"person": person, "project": project}
        periods = {"W": day and monday(day), "MS": day and day.replace(day=1)}
        return (*(values[stem] for stem in stems), *([periods[every]] if every else []))

    planned: dict[Any, float] = defaultdict(float)
    spent: dict[Any, float] = defaultdict(float)
    for row in plans:
        day = row["start_date"]
        while day <= row["end_date"]:
            hours = row["effort_value"] or 0
            hours = hours * 8 / 100 if row["effort_type"] == "percent" else hours
            key = key_of(row["assignee_gid"], row["parent_gid"], day)
            planned[key] += hours if day.weekday() < 5 else 0
            day += dt.timedelta(days=1)
    for row in rows:
        key = key_of(row["created_by_gid"], row["attributable_to_gid"], row["entered_on"])
        spent[key] += (row["duration_minutes"] or 0) / 60
    names = [f"{stem}_gid" for stem in stems] + (["period"] if every else [])
    told = {tuple(row[name] for name in names): row for row in found}
    assert len(told) == len(found)
    if names:
        assert told.keys() == planned.keys() | spent.keys()
    for key, row in told.items():
        assert row["planned"] == pytest.approx(planned.get(key, 0.0), abs=1e-9)
        assert row["tracked"] == pytest.approx(spent.get(key, 0.0), abs=1e-9)
        assert row["difference"] == pytest.approx(row["tracked"] - row["planned"], abs=1e-9)
        assert (row["ratio"] is None) == (row["planned"] == 0)


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tracked(entry("11"), entry("12", project="32"), entry(None), entry("14", project=None)),
        plans_of(
            plan("11", "2026-03-02", "2026-03-06", project="31"),
            plan("dev", "2026-03-02", "2026-03-20", project="32"),
        ),
        users_of("11", "12"),
    ]
    expected = af.rollups.plan_vs_actual(*frames)

    assert_same(af.rollups.plan_vs_actual(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.plan_vs_actual(*map(typed_by_hand, frames)), expected)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [("days", 4, "'days' is not a valid effort_type"), (None, 4, "effort_type is missing in 1")],
)
def test_an_effort_of_an_unknown_type_is_refused(
    kind: str | None, value: float, message: str
) -> None:
    plans = plans_of(plan("11", "2026-03-02", "2026-03-06", kind, value, project="31"))

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.plan_vs_actual: {message}"):
        af.rollups.plan_vs_actual(tracked(entry()), plans)


def test_the_type_of_an_effort_may_be_in_capitals() -> None:
    dates = ("2026-03-02", "2026-03-06")
    plans = plans_of(plan("11", *dates, "Percent", 50, project="31"))

    assert af.rollups.plan_vs_actual(tracked(), plans)["planned"].tolist() == [20.0]


@pytest.mark.parametrize("by", [None, "person", "project", ("person", "project")])
def test_hours_stand_beside_those_of_other_periods(by: Any) -> None:
    entries = tracked(
        entry("11", "2026-03-03", 120), entry("11", "2026-03-10", 30), entry("12", "2026-02-26")
    )
    plans = plans_of(plan("11", "2026-03-02", "2026-03-20", "hours", 2, project="31"))
    words = ["previous", "cumulative", "share", "moving_average:2"]

    for start in (None, "2026-03-09"):
        plain = af.rollups.plan_vs_actual(entries, plans, by=by, start=start)
        table = af.rollups.plan_vs_actual(entries, plans, by=by, start=start, compare=words)

        rows = table[table["period"] == "2026-03-09"]
        ana = rows[rows["planned"] > 0].iloc[0]
        own = table[list(plain.columns)].merge(plain, how="inner")
        assert_same(own, plain)
        assert table.columns.tolist()[: len(plain.columns)] == list(plain.columns)
        assert (ana["planned_previous"], ana["planned_change"]) == (10.0, 0.0)
        assert (ana["tracked_previous"], ana["tracked_change"]) == (2.0, -1.5)
        assert (ana["planned_moving_average"], ana["tracked_moving_average"]) == (10.0, 1.25)
        assert ana["planned_cumulative"] == (20.0 if start is None else 10.0)
        assert rows["tracked_share"].sum() == pytest.approx(1.0)


def test_a_present_week_is_compared_whole_because_plans_reach_ahead() -> None:
    today = pd.Timestamp.now().normalize()
    monday_before = today - pd.Timedelta(days=today.weekday() + 7)
    end = monday_before + pd.Timedelta(days=13)
    plans = plans_of(plan("11", f"{monday_before:%Y-%m-%d}", f"{end:%Y-%m-%d}", "hours", 4))

    table = af.rollups.plan_vs_actual(tracked(), plans, compare="previous")

    assert table["planned"].tolist() == [20.0, 20.0]
    assert table["planned_change"].tolist()[1:] == [0.0]


def test_missing_people_and_projects_have_a_name_where_it_is_asked_for() -> None:
    table = af.rollups.plan_vs_actual(tracked(entry(None, project=None)), plans_of(), none="?")

    names = ["person_gid", "person_name", "project_gid", "project_name"]
    assert table[names].values.tolist() == [["?"] * 4]


def test_on_the_sandbox_the_sums_are_those_of_capacity_and_hours(asana: af.Asana) -> None:
    entries = asana.time_tracking_entries.list(
        attributable_to=asana.projects.list(workspace="Acme")
    )
    users, plans = asana.users.list(workspace="Acme"), asana.allocations.list(workspace="Acme")

    table = af.rollups.plan_vs_actual(entries, plans, users, every="MS")

    room = af.rollups.capacity(users, plans, None, entries, every="MS", by=None)
    by_month = table.groupby("period")[["planned", "tracked"]].sum()
    assert by_month["planned"].tolist() == pytest.approx(room["allocated"].tolist())
    assert by_month["tracked"].tolist() == pytest.approx(room["tracked"].tolist())
    by_project = table.groupby("project_gid")["tracked"].sum()
    hours = af.rollups.hours(entries, "project", None).set_index("project_gid")["hours"]
    assert by_project[hours.index].tolist() == pytest.approx(hours.tolist())
