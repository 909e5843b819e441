"""How many tasks were in which section when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, frame_of, oddly_indexed
from tests.rollups.stories import NAMES, added, moved, stories_of, task, tasks_of

VISIT = {
    **dict.fromkeys(("project_gid", "project_name", "section_gid", "section_name"), "text"),
    **dict.fromkeys(("enter", "leave"), "datetime"),
    "hours": "number",
}
NOW = pd.Timestamp("2026-03-06 12:00", tz="UTC")


def visit(section: str | None, enter: str | None, leave: str | None = None, project: str = "1"):
    hours = enter and (pd.Timestamp(leave or "2026-03-06 12:00") - pd.Timestamp(enter)) / (
        pd.Timedelta(hours=1)
    )
    return {
        "project_gid": project,
        "project_name": NAMES[project],
        "section_gid": section,
        "section_name": section and NAMES[section],
        "enter": enter,
        "leave": leave,
        "hours": hours,
    }


def visits_of(*rows: Any) -> pd.DataFrame:
    return frame_of(VISIT, rows)


def counts(table: pd.DataFrame) -> dict[str, list[int]]:
    """Return section -> tasks, period by period."""
    wide = table.pivot(index="period", columns="section_gid", values="tasks")
    return {str(name): wide[name].tolist() for name in table["section_gid"].unique()}


def test_a_visit_that_ended_before_the_first_known_beginning_is_never_counted() -> None:
    table = af.rollups.cumulative_flow(
        visits_of(visit("11", None, "2026-03-02 09:00"), visit("12", "2026-03-05 09:00"))
    )

    assert counts(table) == {"12": [1, 1], "11": [0, 0]}


def test_tasks_are_counted_where_they_are_at_the_end_of_each_day() -> None:
    # The first task is in 12 for an hour of the 3rd only, which no end of a day sees.
    table = af.rollups.cumulative_flow(
        visits_of(
            visit("11", "2026-03-02 10:00", "2026-03-03 09:00"),
            visit("12", "2026-03-03 09:00", "2026-03-03 10:00"),
            visit("13", "2026-03-03 10:00"),
            visit("11", "2026-03-04 23:59", "2026-03-06 00:00"),
            visit("12", "2026-03-06 00:00"),
        )
    )

    assert counts(table) == {
        "11": [1, 0, 1, 1, 0],
        "12": [0, 0, 0, 0, 1],
        "13": [0, 1, 1, 1, 1],
    }
    assert cells(table.head(2)) == [
        {"period": dt.date(2026, 3, 2), "section_gid": "11", "section_name": "To do", "tasks": 1},
        {"period": dt.date(2026, 3, 2), "section_gid": "12", "section_name": "Doing", "tasks": 0},
    ]


def test_days_begin_in_the_zone_and_periods_go_up_to_the_present() -> None:
    # 23:30 UTC on Sunday is Monday in Berlin; the present is on Friday the 6th.
    row = visit("11", "2026-03-01 23:30", "2026-03-02 08:00")
    other = visit("12", "2026-02-20 08:00")

    weeks = af.rollups.cumulative_flow(visits_of(row, other), "W", "Europe/Berlin")

    assert weeks["period"].dt.day.unique().tolist() == [16, 23, 2]
    assert counts(weeks) == {"12": [1, 1, 1], "11": [0, 0, 0]}
    utc = af.rollups.cumulative_flow(visits_of(row, other), "W")
    assert counts(utc) == {"12": [1, 1, 1], "11": [0, 1, 0]}


def test_a_missing_beginning_counts_from_the_first_period_on() -> None:
    table = af.rollups.cumulative_flow(
        visits_of(visit("11", None, "2026-03-03"), visit(None, "2026-03-02", "2026-03-04"))
    )

    assert counts(table.fillna({"section_gid": "none"})) == {"none": [1, 1, 0], "11": [1, 0, 0]}


def test_several_projects_are_refused_unless_one_is_meant() -> None:
    visits = visits_of(visit("11", "2026-03-02"), visit("21", "2026-03-02", project="2"))

    with pytest.raises(af.InvalidArgument, match=r"project= .*1 \(Shop\), 2 \(Site\)"):
        af.rollups.cumulative_flow(visits)
    with pytest.raises(af.InvalidArgument, match=r"project='3' is not one of .*1 \(Shop\)"):
        af.rollups.cumulative_flow(visits, project="3")
    for project in ("2", "Site"):
        assert set(af.rollups.cumulative_flow(visits, project=project)["section_gid"]) == {"21"}


def test_projects_of_one_name_are_told_apart_by_their_gids() -> None:
    visits = visits_of(visit("11", "2026-03-02"), visit("21", "2026-03-02", project="2"))
    visits["project_name"] = "Site"

    with pytest.raises(af.InvalidArgument, match=r"1 \(Site\), 2 \(Site\)"):
        af.rollups.cumulative_flow(visits, project="Site")


@pytest.mark.parametrize("column", ["project_gid", "section_gid", "enter", "leave", "hours"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.cumulative_flow .*{column}"):
        af.rollups.cumulative_flow(visits_of().drop(columns=column))


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="every='fortnight'"):
        af.rollups.cumulative_flow(visits_of(), "fortnight")  # type: ignore[arg-type]


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    some = af.rollups.cumulative_flow(visits_of(visit("11", "2026-03-02")))

    for none in (visits_of(), visits_of(visit("11", None))):
        found = af.rollups.cumulative_flow(none)
        assert found.empty
        assert_same_dtypes(found, some)


def test_labels_of_rows_and_their_order_change_nothing() -> None:
    visits = visits_of(
        visit("12", "2026-03-02", "2026-03-05"),
        visit("11", "2026-03-02"),
        visit("11", "2026-03-04"),
    )

    expected = af.rollups.cumulative_flow(visits)

    assert_same(af.rollups.cumulative_flow(oddly_indexed(visits.iloc[::-1])), expected)


hours = st.integers(0, 24 * 40)
drawn_visits = st.lists(
    st.tuples(st.sampled_from(["11", "12", None]), hours, st.none() | st.integers(0, 300)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(drawn_visits, st.sampled_from(["D", "W", "MS"]))
def test_counts_are_those_of_a_loop_over_the_visits(drawn: list[Any], every: Any) -> None:
    start, now = pd.Timestamp("2026-01-20"), pd.Timestamp("2026-03-06 12:00")
    spans = [
        (section, start + pd.Timedelta(hours=h), start + pd.Timedelta(hours=h + (n or 9_000)))
        for section, h, n in drawn
    ]
    rows = [visit(s, str(a), str(b) if b <= now else None) for s, a, b in spans]

    table = af.rollups.cumulative_flow(visits_of(*rows), every)

    days = {"D": pd.Timedelta(days=1), "W": pd.Timedelta(days=7), "MS": pd.DateOffset(months=1)}
    for row in table.itertuples():
        end = row.period + days[every]
        there = [
            r
            for r in rows
            if r["section_gid"] == (None if pd.isna(row.section_gid) else row.section_gid)
            and pd.Timestamp(r["enter"]) < end
            and (r["leave"] is None or pd.Timestamp(r["leave"]) >= end)
        ]
        assert row.tasks == len(there)
    assert len(table) == table["period"].nunique() * len({s for s, _, _ in drawn})


def test_the_last_period_counts_the_tasks_that_are_there_now() -> None:
    stories = stories_of(
        added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12"), added("6", "2026-03-04")
    )
    tasks = tasks_of(task("5", ("1", "12")), task("6", ("1", "11")))

    times = af.rollups.section_times(stories, tasks, NOW)

    assert counts(af.rollups.cumulative_flow(times)) == {
        "11": [1, 1, 1, 1, 1],
        "12": [0, 0, 1, 1, 1],
    }


def test_on_the_sandbox_all_tasks_of_a_project_are_somewhere(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)
    times = af.rollups.section_times(stories, tasks, "2026-11-02T09:00Z")
    gid = next(iter(tasks["project_gids"].iloc[0]))

    flow = af.rollups.cumulative_flow(times, "MS", project=gid)

    assert flow["period"].max() == pd.Timestamp("2026-11-01")
    assert flow[flow["period"] == flow["period"].max()]["tasks"].sum() == len(tasks)
