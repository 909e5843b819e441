"""How long tasks take from the start of work to its end, and how old those in progress are."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    oddly_indexed,
    typed_by_hand,
)
from tests.rollups.stories import (
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

NOW = "2026-03-31"
#: In the order in which tasks go through them.
SECTIONS = pd.DataFrame(
    {"gid": ["11", "12", "13"], "name": ["To do", "Doing", "Done"], "project_gid": "1"}
)


def times_of(tasks: pd.DataFrame, *stories: Any, **options: Any) -> pd.DataFrame:
    """Return the visits of tasks."""
    given_options = {"now": NOW, "sections": SECTIONS, **options}
    return af.rollups.section_times(tasks, stories_of(*stories), **given_options)


def cycle(*stories: Any, done: str | None = None, at: str = "13", **options: Any) -> Any:
    """Return start, end and days of one task, or None where it is not finished."""
    # The other task is in the section where work begins, and open.
    tasks = tasks_of(task("5", ("1", at), completed_at=done), task("6", ("1", "12")))
    stories = (*stories, added("6", "2026-03-01"))
    options = {"started": "Doing", "now": NOW, "sections": SECTIONS, **options}
    table = af.rollups.cycle_times(tasks, times_of(tasks, *stories), **options)
    shown = table[["started_at", "finished_at", "days_cycle"]].itertuples(index=False, name=None)
    return next(((f"{a:%d}", f"{b:%d}", days) for a, b, days in shown), None)


@pytest.mark.parametrize(
    ("stories", "done", "options", "expected"),
    [
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")],
            "2026-03-06", {}, ("03", "06", 3.0), id="from the first entry to completion",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")],
            "2026-03-06", {"finished": "Done"}, ("03", "05", 2.0), id="to the arrival in finished",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")],
            None, {"finished": "Done"}, ("03", "05", 2.0), id="never completed in Asana",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")],
            "2026-03-04", {"finished": "Done"}, ("03", "04", 1.0), id="completed before arrival",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")],
            None, {}, None, id="open",
        ),
        pytest.param(
            [moved("5", "2026-03-04", "11", "13")], "2026-03-06", {}, ("04", "06", 2.0),
            id="a later section counts as started",
        ),
        pytest.param([], "2026-03-06", {"at": "11"}, None, id="never started"),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-04", "12", "11"),
             moved("5", "2026-03-07", "11", "12")],
            "2026-03-09", {"at": "12"}, ("03", "09", 6.0), id="put back: the first start counts",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), completed("5", "2026-03-04"),
             reopened("5", "2026-03-06"), completed("5", "2026-03-08")],
            "2026-03-08", {"at": "12"}, ("03", "08", 5.0), id="the last completion counts",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), completed("5", "2026-03-04"),
             reopened("5", "2026-03-06")],
            None, {"at": "12"}, None, id="reopened: not finished",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "13"), completed("5", "2026-03-04"),
             reopened("5", "2026-03-06")],
            None, {"finished": "Done"}, None, id="reopened where it is finished: not finished",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-04", "12", "13"),
             moved("5", "2026-03-05", "13", "12")],
            "2026-03-08", {"at": "12", "finished": "Done"}, ("03", "08", 5.0),
            id="taken back from finished: completion counts",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-04", "12", "13"),
             moved("5", "2026-03-05", "13", "12"), moved("5", "2026-03-07", "12", "13")],
            "2026-03-08", {"finished": "Done"}, ("03", "07", 4.0), id="the last arrival counts",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12"), completed("5", "2026-03-04"),
             reopened("5", "2026-03-10")],
            None, {"at": "12", "now": "2026-03-06"}, ("03", "04", 1.0),
            id="reopened after now: finished then",
        ),
        pytest.param(
            [moved("5", "2026-03-03", "11", "12")], "2026-03-10",
            {"at": "12", "now": "2026-03-06"}, None, id="completed after now",
        ),
    ],
)  # fmt: skip
def test_when_work_begins_and_ends(
    stories: list[Any], done: str | None, options: dict[str, Any], expected: Any
) -> None:
    found = cycle(added("5", "2026-03-01"), *stories, done=done, **options)

    assert found == expected


def test_a_move_from_one_finished_section_to_another_does_not_count() -> None:
    tasks = tasks_of(task("5", ("1", "13")))
    moves = [moved("5", "2026-03-03", "11", "12"), moved("5", "2026-03-05", "12", "13")]
    times = times_of(tasks, added("5", "2026-03-01"), *moves)

    table = af.rollups.cycle_times(
        tasks, times, started="To do", finished=["Doing", "Done"], now=NOW
    )

    assert table["days_cycle"].tolist() == [2.0]


def test_days_are_elapsed_or_both_ends_and_working_days() -> None:
    # From Friday the 6th at 18:00 to Monday the 9th at 6:00.
    stories = [added("5", "2026-03-01"), moved("5", "2026-03-06 18:00", "11", "12")]
    tasks = tasks_of(task("5", ("1", "12"), completed_at="2026-03-09 06:00"))
    times = times_of(tasks, *stories)

    for count, expected in (("elapsed", [2.5, 0.5]), ("both_ends", [4.0, 2.0])):
        table = af.rollups.cycle_times(tasks, times, started="Doing", count=count, now=NOW)  # type: ignore[arg-type]
        assert table[["days_cycle", "days_working"]].iloc[0].tolist() == expected
    # In Tokyo that is from Saturday to Monday.
    table = af.rollups.cycle_times(
        tasks, times, started="Doing", count="both_ends", now=NOW, tz="Asia/Tokyo"
    )
    assert table[["days_cycle", "days_working"]].iloc[0].tolist() == [3.0, 1.0]
    assert table["finished_on"].dt.day.tolist() == [9]


def test_active_days_are_those_in_active_sections_and_not_while_completed() -> None:
    stories = [
        added("5", "2026-03-01"), moved("5", "2026-03-02", "11", "12"),
        moved("5", "2026-03-03", "12", "13"), moved("5", "2026-03-05", "13", "12"),
        completed("5", "2026-03-06"), reopened("5", "2026-03-09"), completed("5", "2026-03-10"),
    ]  # fmt: skip
    tasks = tasks_of(task("5", ("1", "12"), completed_at="2026-03-10"))
    times = times_of(tasks, *stories)

    table = af.rollups.cycle_times(tasks, times, started="Doing", active=["12"], now=NOW)

    # The 2nd, the 5th and the 9th, of the 2nd to the 10th.
    shown = ["days_cycle", "days_active", "flow_efficiency", "reopenings"]
    assert table[shown].iloc[0].tolist() == [8.0, 3.0, 0.375, 1]
    plain = af.rollups.cycle_times(tasks, times, started="Doing", now=NOW)
    assert plain[["days_active", "flow_efficiency"]].isna().all(axis=None)
    assert_same_dtypes(plain, table)
    moves = times_of(tasks, *stories, ends="moved")
    kept = af.rollups.cycle_times(tasks, moves, started="Doing", now=NOW)
    assert kept["reopenings"].isna().all()
    assert kept["days_cycle"].tolist() == [8.0]


def test_texts_are_those_of_the_task_and_of_the_section_where_it_was_finished() -> None:
    who = {"assignee_gid": "51", "assignee_name": "Ana", "completed_at": "2026-03-06"}
    tasks = tasks_of(
        task("5", ("1", "13"), **who), task("6", ("1", "12"), completed_at="2026-03-05")
    )
    times = times_of(
        tasks, added("5", "2026-03-01"), moved("5", "2026-03-03", "11", "12"),
        moved("5", "2026-03-04", "12", "13"), added("6", "2026-03-02"),
    )  # fmt: skip

    table = af.rollups.cycle_times(tasks, times, started="Doing", now=NOW)

    shown = ["task_name", "assignee_name", "project_name", "section_name"]
    assert [list(row.values()) for row in cells(table[shown])] == [
        ["Task 6", None, "Shop", "Doing"],
        ["Task 5", "Ana", "Shop", "Done"],
    ]
    # Only the tasks that are given count.
    assert len(af.rollups.cycle_times(tasks.head(1), times, started="Doing", now=NOW)) == 1


def test_a_section_that_nobody_entered_is_told() -> None:
    tasks = tasks_of(task("5", ("1", "12")))
    times = times_of(tasks, added("5", "2026-03-01"), moved("5", "2026-03-03", "11", "12"))

    with pytest.raises(
        af.InvalidArgument, match=r"no task was in a section 'In progress' .*'To do'"
    ):
        af.rollups.cycle_times(tasks, times, now=NOW)
    for name in ("finished", "active"):
        with pytest.raises(af.InvalidArgument, match=rf"'Doin' \({name}=\).*Did you mean 'Doing'"):
            af.rollups.cycle_times(tasks, times, started="Doing", **{name: "Doin"}, now=NOW)
    with pytest.raises(af.InvalidArgument, match="finished='To do' comes before started='Doing'"):
        af.rollups.cycle_times(tasks, times, started="Doing", finished="To do", now=NOW)
    with pytest.raises(af.InvalidArgument, match="count='days' is not valid; use 'elapsed' or"):
        af.rollups.cycle_times(tasks, times, started="Doing", count="days")  # type: ignore[arg-type]


def test_a_start_section_of_the_project_that_nobody_entered_is_a_warning() -> None:
    tasks = tasks_of(task("5", ("1", "13"), completed_at="2026-03-06"))
    times = times_of(tasks, added("5", "2026-03-01"), moved("5", "2026-03-03", "11", "13"))

    with pytest.warns(af.AsanaWarning, match="no task was in a section 'Doing'"):
        table = af.rollups.cycle_times(tasks, times, started="Doing", sections=SECTIONS, now=NOW)

    assert table["days_cycle"].tolist() == [3.0]


def test_projects_count_each_for_themselves() -> None:
    tasks = tasks_of(task("5", ("1", "12"), ("2", "22"), completed_at="2026-03-09"))
    times = times_of(
        tasks, added("5", "2026-03-01"), moved("5", "2026-03-03", "11", "12"),
        added("5", "2026-03-04", "2"), moved("5", "2026-03-05", "21", "22", "2"),
    )  # fmt: skip

    table = af.rollups.cycle_times(tasks, times, started=["Doing", "Live"], now=NOW)

    assert table["project_name"].tolist() == ["Shop", "Site"]
    assert table["days_cycle"].tolist() == [6.0, 4.0]
    # A project without the section is left out.
    table = af.rollups.cycle_times(tasks, times, started="Doing", now=NOW)
    assert table["project_name"].tolist() == ["Shop"]


def test_an_unknown_start_leaves_the_days_missing() -> None:
    tasks = tasks_of(task("5", ("1", "12"), created=None, completed_at="2026-03-09"))

    table = af.rollups.cycle_times(
        tasks, times_of(tasks), started="Doing", active="Doing", now=NOW
    )

    assert len(table) == 1
    assert table[["started_at", "days_cycle", "days_working"]].isna().all(axis=None)
    assert table[["days_active", "flow_efficiency"]].isna().all(axis=None)


def some() -> tuple[pd.DataFrame, pd.DataFrame]:
    tasks = tasks_of(
        task("5", ("1", "13"), completed_at="2026-03-06"), task("6", ("1", "12")),
        task("7", ("1", "13"), completed_at="2026-03-06"),
    )  # fmt: skip
    times = times_of(
        tasks, added("5", "2026-03-01"), moved("5", "2026-03-03", "11", "12"),
        moved("5", "2026-03-05", "12", "13"), added("6", "2026-03-02"),
        moved("6", "2026-03-03", "11", "12"), moved("7", "2026-03-04", "11", "13"),
    )  # fmt: skip
    return tasks, times


@pytest.mark.parametrize("made", [af.rollups.cycle_times, af.rollups.aging_wip])
class TestTheInput:
    def test_may_have_any_labels_order_and_texts_as_objects(self, made: Any) -> None:
        tasks, times = some()
        expected = made(tasks, times, started="Doing", now=NOW)
        shuffled = typed_by_hand(oddly_indexed(times.iloc[::-1]))

        found = made(typed_by_hand(oddly_indexed(tasks)), shuffled, started="Doing", now=NOW)

        assert len(expected) > 0
        assert_same(found, expected)

    def test_without_rows_gives_the_same_columns(self, made: Any) -> None:
        tasks, times = some()
        expected = made(tasks, times, started="Doing", now=NOW)

        for few, none in ((tasks.head(0), times), (tasks, times.head(0)), (tasks[:0], times[:0])):
            found = made(few, none, started="Doing", now=NOW)
            assert found.empty
            assert_same_dtypes(found, expected)

    @pytest.mark.parametrize("column", ["task_gid", "section_name", "enter", "completed_at"])
    def test_without_a_column_is_refused(self, made: Any, column: str) -> None:
        tasks, times = some()

        with pytest.raises(af.InvalidArgument, match=rf"{column}.*rollups\.section_times"):
            made(tasks, times.drop(columns=column), started="Doing")

    def test_is_not_changed(self, made: Any) -> None:
        tasks, times = some()
        copies = tasks.copy(), times.copy()

        made(tasks, times, started="Doing", now=NOW)

        assert_same(tasks, copies[0])
        assert_same(times, copies[1])


@settings(max_examples=120, deadline=None)
@given(st.lists(events, min_size=1, max_size=3), st.booleans(), st.integers(0, 500))
# A task that left the project comes to the finished section again when it is back.
@example([[(1, "12"), (21, "13"), (28, "out"), (20, "13")]], True, 116)
# What happens to a task outside of the project does not undo that it came to its end there.
@example([[(1, "12"), (1, "13"), (1, "out"), (1, "done"), (1, "open")]], True, 306)
def test_cycles_are_those_of_a_walk_through_what_was_done(
    drawn: list[Any], has_end: bool, hours: int
) -> None:
    lives = {str(gid): live(one, str(gid)) for gid, one in enumerate(drawn, 5)}
    now = START + dt.timedelta(hours=hours, minutes=30)
    told = [row for rows, _ in lives.values() for row in rows]
    seen = {s["section"] for _, states in lives.values() for at, s in states if at <= now}
    tasks = tasks_of(*(last_row(gid, states) for gid, (_, states) in lives.items()))
    times = times_of(tasks, *told, now=now.isoformat())
    visited = set(times["section_gid"])
    options: dict[str, Any] = {"started": "Doing"} | ({"finished": "Done"} if has_end else {})
    if not {"12", *(["13"] if has_end else [])} <= visited or not seen:
        return

    table = af.rollups.cycle_times(tasks, times, now=now.isoformat(), **options)

    expected = {
        gid: found
        for gid, (_, states) in lives.items()
        if (found := walk(states, now, has_end)) is not None
    }
    found_cycles = {row.task_gid: (row.started_at, row.finished_at) for row in table.itertuples()}
    zoned = {g: tuple(pd.Timestamp(at, tz="UTC") for at in pair) for g, pair in expected.items()}
    assert found_cycles == zoned


def last_row(gid: str, states: list[Any]) -> dict[str, Any]:
    end = states[-1][1]
    places = [("1", end["section"])] if end["section"] else []
    over = [at for (at, s), (_, b) in zip(states[1:], states, strict=False)
            if s["done"] and not b["done"]]  # fmt: skip
    done = over[-1].isoformat() if end["done"] else None
    return task(gid, *places, created=START.isoformat(), completed_at=done)


def walk(states: list[Any], now: dt.datetime, has_end: bool) -> tuple[Any, Any] | None:
    """Return when a task was started and finished, or None."""
    started = arrived = done = None
    before = {"section": None, "done": False}
    for at, state in (pair for pair in states if pair[0] <= now):
        section, was = state["section"], before["section"]
        if not state["done"]:
            if before["done"]:
                done, is_reopening = None, True
                arrived = arrived if section is None else None
            else:
                is_reopening = False
            if section in ("12", "13") and started is None:
                started = at
            if section in ("11", "12"):
                arrived = None
            if section == "13" and not is_reopening and was != section:
                arrived = at
        elif not before["done"]:
            done = at
        before = state
    ends = [end for end in (done, arrived if has_end else None) if end is not None]
    return (started, min(ends)) if started is not None and ends else None


def days(*values: float | None, **more: Any) -> pd.DataFrame:
    return pd.DataFrame({"days_cycle": pd.array(list(values), dtype="Float64"), **more})


def test_service_levels_are_the_fewest_days_of_most_tasks() -> None:
    table = af.rollups.service_levels(days(*range(1, 21), None))

    assert cells(table) == [
        {"tasks": 20, "days_p50": 10.0, "days_p70": 14.0, "days_p85": 17.0, "days_p95": 19.0}
    ]
    assert cells(af.rollups.service_levels(days(), percentiles=[0.5])) == [
        {"tasks": 0, "days_p50": None}
    ]
    by = af.rollups.service_levels(
        days(1, 3, 2, assignee_gid=["2", "1", "1"], assignee_name=["Bo", "Ana", "Ana"]),
        by="assignee", percentiles=[0, 1],
    )  # fmt: skip
    assert cells(by) == [
        {
            "assignee_gid": "1",
            "assignee_name": "Ana",
            "tasks": 2,
            "days_p0": 2.0,
            "days_p100": 3.0,
        },
        {"assignee_gid": "2", "assignee_name": "Bo", "tasks": 1, "days_p0": 1.0, "days_p100": 1.0},
    ]
    with pytest.raises(af.InvalidArgument, match="'tasks' is a column of the result"):
        af.rollups.service_levels(days(1, tasks=["a"]), by="tasks")
    with pytest.raises(af.InvalidArgument, match=r"days_cycle.*rollups\.cycle_times"):
        af.rollups.service_levels(days(1).rename(columns={"days_cycle": "days"}))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(1, 100))
def test_a_service_level_is_reached_by_that_part_and_by_no_fewer_days(
    values: list[int], percent: int
) -> None:
    table = af.rollups.service_levels(days(*values), percentiles=[percent / 100])

    level = table.iloc[0, 1]
    reached = [sum(value <= limit for value in values) for limit in (level, level - 1)]
    # In whole numbers, for 0.55 * 20 is not 11.
    assert 100 * reached[0] >= percent * len(values) > 100 * reached[1]


def test_flow_efficiency_is_that_of_all_days_together() -> None:
    tasks, times = some()
    table = af.rollups.cycle_times(tasks, times, started="Doing", active="Doing", now=NOW)

    # Two of three days, and none of two.
    found = af.rollups.flow_efficiency(table)

    assert cells(found) == [
        {"tasks": 2, "days_active": 2.0, "days_waiting": 3.0, "flow_efficiency": 0.4}
    ]
    by = af.rollups.flow_efficiency(table, by="task_name")
    assert by["flow_efficiency"].tolist() == [pytest.approx(2 / 3), 0.0]
    unknown = af.rollups.cycle_times(tasks, times, started="Doing", now=NOW)
    assert cells(af.rollups.flow_efficiency(unknown)) == [
        {"tasks": 0, "days_active": 0.0, "days_waiting": 0.0, "flow_efficiency": None}
    ]
    assert cells(af.rollups.flow_efficiency(table.head(0))) == cells(
        af.rollups.flow_efficiency(unknown)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 8))
def test_rolling_percentiles_are_those_of_the_last_tasks(values: list[int], window: int) -> None:
    at = pd.Series(pd.date_range("2026-03-01", periods=len(values), freq="h", tz="UTC"))
    frame = days(*values).assign(finished_at=at).iloc[::-1]

    table = af.rollups.control_chart(frame, window)

    for name, share in (("days_p50", 0.5), ("days_p85", 0.85)):
        expected = [
            sorted(values[end - window : end])[math.ceil(share * window - 1e-9) - 1]
            if end >= window else None
            for end in range(1, len(values) + 1)
        ]  # fmt: skip
        assert [None if pd.isna(x) else x for x in table[name]] == expected


def test_a_window_of_no_tasks_is_refused() -> None:
    frame = days(1).assign(finished_at=pd.to_datetime(["2026-03-02T09:00Z"]))

    with pytest.raises(af.InvalidArgument, match="window= takes a whole number of at least 1"):
        af.rollups.control_chart(frame, 0)


def test_tasks_in_progress_have_their_age_beside_the_past_of_their_section() -> None:
    tasks, times = some()

    table = af.rollups.aging_wip(tasks, times, started="Doing", now="2026-03-10")

    shown = [
        "task_gid",
        "section_name",
        "section_order",
        "days_age",
        "days_in_section",
        "days_p50",
    ]
    # The finished task left the section two days after its start.
    assert [list(row.values()) for row in cells(table[shown])] == [
        ["6", "Doing", 2, 7.0, 7.0, 2.0]
    ]
    # On the 4th nobody had finished anything.
    early = af.rollups.aging_wip(tasks, times, started="Doing", now="2026-03-04 12:00")
    assert early["task_gid"].tolist() == ["5", "6", "7"]
    assert early["days_age"].tolist() == [1.5, 1.5, 0.5]
    assert early["days_p85"].isna().all()
    whole = af.rollups.aging_wip(
        tasks, times, started="Doing", count="both_ends", now="2026-03-10"
    )
    assert whole[["days_age", "days_working", "days_p50"]].iloc[0].tolist() == [8.0, 6.0, 3.0]


def test_on_the_sandbox_each_started_task_is_finished_or_in_progress(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    sections = asana.sections.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)
    now = "2026-11-02T09:00Z"
    times = af.rollups.section_times(tasks, stories, now=now, sections=sections)
    mine = times[times["project_name"] == "Website relaunch"]

    table = af.rollups.cycle_times(tasks, mine, active=["In progress", "Review"], now=now)
    still = af.rollups.aging_wip(tasks, mine, now=now)

    begun = mine.loc[mine["section_name"] != "Backlog", "task_gid"]
    assert sorted([*table["task_gid"], *still["task_gid"]]) == sorted(set(begun))
    lead = af.rollups.lead_times(tasks).set_index("task_gid")["days_open"]
    assert (table["days_cycle"] <= lead.reindex(table["task_gid"]).to_numpy() + 1e-9).all()
    assert table["flow_efficiency"].between(0, 1).all()
    assert mine["section_order"].between(1, 4).all()
    levels = af.rollups.service_levels(table)
    assert levels["tasks"].tolist() == [len(table)]


def test_the_last_arrival_where_work_ends_counts_unless_completion_is_earlier() -> None:
    # In progress, Review, Done, and Review again.
    steps = [
        ("11", "2026-03-01"),
        ("12", "2026-03-03"),
        ("13", "2026-03-05"),
        ("12", "2026-03-10"),
    ]
    visits = pd.DataFrame(
        {
            "task_gid": "5",
            "project_gid": "1",
            "project_name": "Shop",
            "section_gid": [gid for gid, _ in steps],
            "section_name": ["In progress", "Review", "Done", "Review"],
            "enter": pd.to_datetime([day for _, day in steps], utc=True),
            "leave": pd.to_datetime([*(day for _, day in steps[1:]), None], utc=True),
            "completed_at": pd.Series([pd.NaT] * 4, dtype="datetime64[us, UTC]"),
        }
    )
    order = pd.DataFrame(
        {
            "gid": ["11", "12", "13"],
            "name": ["In progress", "Review", "Done"],
            "project_gid": "1",
            "project_name": "Shop",
        }
    )
    tasks = pd.DataFrame({"gid": ["5"], "name": ["Logo"]})
    given: dict[str, Any] = {"finished": "Review", "sections": order, "now": "2026-04-01"}

    once = af.rollups.cycle_times(tasks, visits, **given)
    twice = af.rollups.cycle_times(tasks, pd.concat([visits, visits]), **given)

    assert once["days_cycle"].tolist() == [9.0]
    # Frames that overlap have visits twice, which count once.
    pd.testing.assert_frame_equal(twice, once)
    for name in ("started", "finished", "active"):
        with pytest.raises(af.InvalidArgument, match=f"{name}= is empty"):
            af.rollups.cycle_times(tasks, visits, **{**given, name: []})


def test_keys_of_summaries_are_text_and_lists_are_tuples() -> None:
    cycles = pd.DataFrame(
        {
            "days_cycle": [1.0, 3.0],
            "project_gid": pd.Categorical(["1", "1"]),
            "project_name": pd.Series(["Shop", "Shop"], dtype=object),
            "tags": [["a"], ["a"]],
        }
    )

    levels = af.rollups.service_levels(cycles, "project")

    assert {str(levels[name].dtype) for name in ("project_gid", "project_name")} == {"str"}
    assert af.rollups.service_levels(cycles, "tags")["tasks"].tolist() == [2]
    for wrong in ([], [True], [2]):
        with pytest.raises(af.InvalidArgument, match="use numbers from 0 to 1"):
            af.rollups.service_levels(cycles, percentiles=wrong)
