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
from tests.rollups.stories import (
    NAMES,
    START,
    added,
    completed,
    events,
    live,
    moved,
    reopened,
    stories_of,
    task,
    tasks_of,
)

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
    assert set(table["period"].head(3).dt.date) == {dt.date(2026, 3, 2)}
    assert cells(table.head(2).drop(columns="period")) == [
        {"section_gid": "11", "section_name": "To do", "is_completed": False, "tasks": 1},
        {"section_gid": "12", "section_name": "Doing", "is_completed": False, "tasks": 0},
    ]


def test_days_begin_in_the_zone_and_periods_go_up_to_the_present() -> None:
    # 23:30 UTC on Sunday is Monday in Berlin; the present is on Friday the 6th.
    row = visit("11", "2026-03-01 23:30", "2026-03-02 08:00")
    other = visit("12", "2026-02-20 08:00")

    weeks = af.rollups.cumulative_flow(visits_of(row, other), "W", tz="Europe/Berlin")

    assert weeks["period"].dt.day.unique().tolist() == [16, 23, 2]
    assert counts(weeks) == {"12": [1, 1, 1], "11": [0, 0, 0]}
    utc = af.rollups.cumulative_flow(visits_of(row, other), "W")
    assert counts(utc) == {"12": [1, 1, 1], "11": [0, 1, 0]}


def test_a_missing_beginning_counts_from_the_first_period_on() -> None:
    table = af.rollups.cumulative_flow(
        visits_of(visit("11", None, "2026-03-03"), visit(None, "2026-03-02", "2026-03-04")),
        now="2026-03-04 12:00",
    )

    assert counts(table.fillna({"section_gid": "none"})) == {"none": [1, 1, 0], "11": [1, 0, 0]}


def test_several_projects_are_refused_unless_one_is_meant() -> None:
    visits = visits_of(visit("11", "2026-03-02"), visit("21", "2026-03-02", project="2"))

    with pytest.raises(af.InvalidArgument, match=r"project= .*1 \(Shop\), 2 \(Site\)"):
        af.rollups.cumulative_flow(visits)
    with pytest.raises(af.InvalidArgument, match=r"project='3' is not one of .*1 \(Shop\)"):
        af.rollups.cumulative_flow(visits, project="3")
    for project in ("2", "Site"):
        table = af.rollups.cumulative_flow(visits, project=project)
        assert set(table["section_gid"]) == {"21"}
        assert table.attrs["subject"] == "Site"


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

    table = af.rollups.cumulative_flow(visits_of(*rows), every, now=now)

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

    times = af.rollups.section_times(tasks, stories, now=NOW)

    assert counts(af.rollups.cumulative_flow(times)) == {
        "11": [1, 1, 1, 1, 1],
        "12": [0, 0, 1, 1, 1],
        "nan": [0, 0, 0, 0, 0],
    }


def test_on_the_sandbox_all_tasks_of_a_project_are_somewhere(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)
    times = af.rollups.section_times(tasks, stories, now="2026-11-02T09:00Z")
    gid = next(iter(tasks["project_gids"].iloc[0]))

    flow = af.rollups.cumulative_flow(times, "MS", project=gid)

    assert flow["period"].max() == pd.Timestamp("2026-11-01")
    assert flow[flow["period"] == flow["period"].max()]["tasks"].sum() == len(tasks)


def test_completed_tasks_close_the_flow_until_they_are_reopened_or_leave() -> None:
    # Completed on the 4th where it was; reopened on the 6th, and completed again on the 7th.
    stories = stories_of(
        added("5", "2026-03-02"), moved("5", "2026-03-03", "11", "12"),
        completed("5", "2026-03-04"), reopened("5", "2026-03-06"), completed("5", "2026-03-07"),
    )  # fmt: skip
    tasks = tasks_of(task("5", ("1", "12"), completed_at="2026-03-07"))
    times = af.rollups.section_times(tasks, stories, now="2026-03-09")

    table = af.rollups.cumulative_flow(times, now="2026-03-09 09:00")

    assert table["section_name"].head(3).tolist() == ["To do", "Doing", "completed"]
    assert table["is_completed"].head(3).tolist() == [False, False, True]
    wide = table.pivot(index="period", columns="section_name", values="tasks")
    assert wide["To do"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert wide["Doing"].tolist() == [0, 1, 0, 0, 1, 0, 0, 0]
    # Time goes on after the last event, up to now.
    assert wide["completed"].tolist() == [0, 0, 1, 1, 0, 1, 1, 1]


def test_an_earlier_now_knows_nothing_of_later() -> None:
    stories = stories_of(
        added("5", "2026-03-02"), completed("5", "2026-03-04"), reopened("5", "2026-03-07"),
        added("6", "2026-03-08"),
    )  # fmt: skip
    tasks = tasks_of(task("5", ("1", "12")), task("6", ("1", "11")))
    late = af.rollups.section_times(tasks, stories, now="2026-03-09")
    early = af.rollups.section_times(tasks, stories, now="2026-03-05")

    expected = af.rollups.cumulative_flow(early, now="2026-03-05")

    assert_same(af.rollups.cumulative_flow(late, now="2026-03-05"), expected)
    # What the visits do not know is not made up.
    flow = af.rollups.cumulative_flow(late, now="2026-03-20")
    assert flow["period"].max() == pd.Timestamp("2026-03-09")


def test_sections_are_in_the_order_of_the_project_or_in_which_most_tasks_went() -> None:
    moves = [("5", "11", "12"), ("5", "12", "13"), ("6", "11", "13"), ("7", "13", "11")]
    stories = stories_of(
        *(added(gid, "2026-03-02") for gid in "567"),
        # The first task of all goes backwards.
        *(moved(gid, f"2026-03-0{9 - int(gid)}", old, new) for gid, old, new in moves),
    )
    tasks = tasks_of(
        *(task(gid, ("1", end)) for gid, end in (("5", "13"), ("6", "13"), ("7", "11")))
    )
    sections = pd.DataFrame(
        {"gid": ["12", "13", "11"], "name": ["B", "C", "A"], "project_gid": "1"}
    )

    plain = af.rollups.section_times(tasks, stories, now=NOW)
    listed = af.rollups.section_times(tasks, stories, now=NOW, sections=sections)

    flow = af.rollups.cumulative_flow(plain)
    assert flow["section_name"].head(4).tolist() == ["To do", "Doing", "Done", "completed"]
    flow = af.rollups.cumulative_flow(listed)
    assert flow["section_name"].head(4).tolist() == ["B", "C", "A", "completed"]


@settings(max_examples=60, deadline=None)
@given(events, events)
def test_the_bands_add_up_to_the_tasks_in_the_project(one: Any, two: Any) -> None:
    lives = {"5": live(one), "6": live(two, "6")}
    told = [row for rows, _ in lives.values() for row in rows]
    ends = {gid: states[-1][1] for gid, (_, states) in lives.items()}
    tasks = tasks_of(
        *(
            task(
                gid,
                *([("1", end["section"])] if end["section"] else []),
                created=START.isoformat(),
                completed_at=_last_completion(lives[gid][1]) if end["done"] else None,
            )
            for gid, end in ends.items()
        )
    )
    times = af.rollups.section_times(tasks, stories_of(*told), now="2026-05-20")

    flow = af.rollups.cumulative_flow(times, now="2026-05-20")

    for row in flow.itertuples():
        states = [
            _state_at(states, row.period + pd.Timedelta(days=1)) for _, states in lives.values()
        ]
        there = [state for state in states if state["section"]]
        if row.is_completed:
            assert row.tasks == sum(state["done"] for state in there)
        else:
            found = [s for s in there if not s["done"] and s["section"] == row.section_gid]
            assert row.tasks == len(found)
    kept = af.rollups.section_times(tasks, stories_of(*told), now="2026-05-20", ends="moved")
    scope = af.rollups.cumulative_flow(kept, now="2026-05-20").groupby("period")["tasks"].sum()
    assert flow.groupby("period")["tasks"].sum().tolist() == scope.tolist()


def _last_completion(states: list[Any]) -> str:
    pairs = zip(states, [(None, {"done": False}), *states], strict=False)
    return max(at for (at, now), (_, old) in pairs if now["done"] and not old["done"]).isoformat()


def _state_at(states: list[Any], end: pd.Timestamp) -> dict[str, Any]:
    return [state for at, state in states if at < end][-1]


def test_a_project_that_begins_later_has_no_rows_yet() -> None:
    visits = pd.DataFrame(
        {
            "project_gid": ["1", "2"],
            "project_name": ["Shop", "Site"],
            "section_gid": ["11", "21"],
            "section_name": ["To do", "Ideas"],
            "enter": pd.to_datetime(["2026-03-02", "2026-06-01"], utc=True),
            "leave": pd.to_datetime([None, None], utc=True),
            "hours": [24.0, 24.0],
            "is_completed": False,
        }
    )

    assert af.rollups.cumulative_flow(visits, project="2", now="2026-03-10").empty
    assert af.rollups.wip(visits, project="Site", limits={"Live": 3}, now="2026-03-10").empty
    with pytest.warns(af.AsanaWarning, match="'Live', in which no task has been"):
        af.rollups.wip(visits, project="Site", limits={"Live": 3}, now="2026-06-03")
