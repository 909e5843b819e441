"""When tasks were in which section, and how many were there when."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, oddly_indexed, typed_by_hand
from tests.rollups.stories import (
    START,
    added,
    completed,
    events,
    live,
    moved,
    removed,
    reopened,
    stories_of,
    task,
    tasks_of,
)

NOW = "2026-03-10 00:00"
Visit = tuple[str | None, str | None, str | None, bool]


def visits(table: pd.DataFrame) -> list[Visit]:
    """Return section, day of enter and of leave (with the hour, if it is not 0), certainty."""

    def told(moment: Any) -> str | None:
        return None if pd.isna(moment) else f"{moment:%d %H}".removesuffix(" 00")

    return [
        (None if pd.isna(row.section_gid) else row.section_gid, told(row.enter), told(row.leave),
         bool(row.is_certain))
        for row in table.itertuples()
    ]  # fmt: skip


def test_a_task_is_in_a_section_from_one_move_to_the_next() -> None:
    # Monday the 2nd to Friday the 6th at 6:00 are 4.25 working days, of 102 hours; from there to
    # the end of Monday the 9th 0.75 and 1.
    table = af.rollups.section_times(
        tasks_of(task("5", ("1", "12"))),
        stories_of(added("5", "2026-03-02"), moved("5", "2026-03-06 06:00", "11", "12")),
        now=NOW,
    )

    assert visits(table) == [("11", "02", "06 06", True), ("12", "06 06", None, True)]
    assert table["hours"].tolist() == [102.0, 90.0]
    assert table["days_working"].tolist() == [4.25, 1.75]
    assert table["is_current"].tolist() == [False, True]
    named = table[["task_gid", "task_name", "project_name", "section_name"]].iloc[0].tolist()
    assert named == ["5", "Task 5", "Shop", "To do"]


@pytest.mark.parametrize(
    ("stories", "places", "expected"),
    [
        pytest.param(
            [added("5", "2026-03-02")], [("1", "12")], [("12", "02", None, True)],
            id="never moved: the present section",
        ),
        pytest.param(
            [], [("1", "12")], [("12", "01", None, False)], id="nothing told: since created"
        ),
        pytest.param(
            [moved("5", "2026-03-04", "11", "12")], [("1", "12")],
            [("11", "01", "04", False), ("12", "04", None, True)],
            id="no story of joining: since created",
        ),
        pytest.param(
            [added("5", "2026-03-02"), removed("5", "2026-03-04")], [],
            [(None, "02", "04", False)], id="left without a move: no section",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-03", "11", "12"),
             removed("5", "2026-03-04"), added("5", "2026-03-06"),
             moved("5", "2026-03-07", "12", "13")],
            [("1", "13")],
            [("11", "02", "03", True), ("12", "03", "04", True), ("12", "06", "07", True),
             ("13", "07", None, True)],
            id="left and joined again: nowhere in between",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12")], [("1", "13")],
            [("11", "02", "04", True), ("12", "04", "07", False), ("13", "07", None, False)],
            id="elsewhere now: half way between the last move and now",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12"),
             moved("5", "2026-03-08", "13", "11")],
            [("1", "11")],
            [("11", "02", "04", True), ("12", "04", "06", False), ("13", "06", "08", False),
             ("11", "08", None, True)],
            id="elsewhere at the next move: half way between the two",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12")], [],
            [("11", "02", "04", True), ("12", "04", "07", False)], id="no longer there",
        ),
        pytest.param(
            [added("5", "2026-03-02"), removed("5", "2026-03-04")], [("1", "12")],
            [(None, "02", "04", False), ("12", "07", None, False)], id="there again",
        ),
        pytest.param(
            [moved("5", "2026-02-20", "11", "12")], [("1", "12")],
            [("11", "20", "20", False), ("12", "20", None, True)],
            id="a story before the task was created",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-12", "11", "12")], [("1", "13")],
            [("11", "02", None, True)],
            id="a story after now: still where it was then",
        ),
    ],
)  # fmt: skip
def test_the_rules_of_beginnings_and_ends(
    stories: list[Any], places: list[Any], expected: list[Visit]
) -> None:
    table = af.rollups.section_times(tasks_of(task("5", *places)), stories_of(*stories), now=NOW)

    assert visits(table) == expected
    assert (table["hours"] >= 0).all()


def test_a_task_of_two_projects_has_visits_in_both() -> None:
    stories = stories_of(
        added("5", "2026-03-02", "1"), added("5", "2026-03-03", "2"),
        moved("5", "2026-03-04", "21", "22", "2"), moved("5", "2026-03-05", "11", "12", "1"),
    )  # fmt: skip

    table = af.rollups.section_times(
        tasks_of(task("5", ("2", "22"), ("1", "12"))), stories, now=NOW
    )

    assert table["project_gid"].tolist() == ["1", "1", "2", "2"]
    assert visits(table) == [
        ("11", "02", "05", True), ("12", "05", None, True),
        ("21", "03", "04", True), ("22", "04", None, True),
    ]  # fmt: skip


def test_a_move_without_a_project_belongs_to_the_project_of_its_sections() -> None:
    # 12 is in project 1 as the task says, hence 11 too, and by the third move 13.
    stories = stories_of(
        added("5", "2026-03-02"), moved("5", "2026-03-03", "13", "11", None),
        moved("5", "2026-03-04", "11", "12", None), moved("5", "2026-03-05", "91", "92", None),
    )  # fmt: skip

    table = af.rollups.section_times(tasks_of(task("5", ("1", "12"))), stories, now=NOW)

    assert visits(table) == [
        ("13", "02", "03", True), ("11", "03", "04", True), ("12", "04", None, True)
    ]  # fmt: skip


def test_names_are_those_of_now_and_of_deleted_sections_the_last_ones() -> None:
    stories = stories_of(
        added("5", "2026-03-02") | {"project_name": "Old shop"},
        moved("5", "2026-03-03", "11", "12") | {"old_section_name": "Open"},
        moved("5", "2026-03-04", "12", "11") | {"new_section_name": "Opened"},
        moved("5", "2026-03-05", "11", "13") | {"new_section_name": "Finished"},
    )

    table = af.rollups.section_times(tasks_of(task("5", ("1", "13"))), stories, now=NOW)

    assert table["section_name"].tolist() == ["To do", "Doing", "To do", "Done"]
    assert set(table["project_name"]) == {"Shop"}


def test_moves_of_one_moment_happen_in_the_order_of_their_gids() -> None:
    at = "2026-03-03 12:00"
    stories = stories_of(
        moved("5", at, "12", "13") | {"gid": "1000"}, moved("5", at, "11", "12") | {"gid": "999"},
        added("5", at) | {"gid": "998"},
    )  # fmt: skip

    table = af.rollups.section_times(tasks_of(task("5", ("1", "13"))), stories, now=NOW)

    assert table["section_gid"].tolist() == ["11", "12", "13"]
    assert table["is_certain"].all()


def test_a_missing_moment_of_creation_leaves_the_beginning_missing() -> None:
    table = af.rollups.section_times(
        tasks_of(task("5", ("1", "12"), created=None)), stories_of(), now=NOW
    )

    assert visits(table) == [("12", None, None, False)]
    assert table[["hours", "days_working"]].isna().all(axis=None)


def test_odd_rows_are_left_out_and_repeated_ones_count_once() -> None:
    one, two = added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12")
    good = {"gid": "1"}
    stories = stories_of(
        two, one | good, one | good, added(None, "2026-03-02"), added("5", None),
        added("6", "2026-03-03"), added("5", "2026-03-03", None), one | {"resource_subtype": None},
    )  # fmt: skip
    mine = task("5", ("1", "12"))

    table = af.rollups.section_times(
        tasks_of(mine, mine, task(None, ("1", "12"))), stories, now=NOW
    )

    assert visits(table) == [("11", "02", "04", True), ("12", "04", None, True)]


def test_days_off_and_part_days_of_the_zone_are_no_working_days() -> None:
    # In Berlin: from Thursday 5 March 12:00, a holiday, over a Friday of which half is worked.
    table = af.rollups.section_times(
        tasks_of(task("5", ("1", "12"))), stories_of(added("5", "2026-03-05 11:00")),
        now="2026-03-09 06:00", tz="Europe/Berlin", workdays="Mon-Thu, Fri:0.5",
        holidays=["2026-03-05"],
    )  # fmt: skip

    assert table["days_working"].tolist() == [0.75]
    # From 11:00 UTC on the 5th to 5:00 UTC on the 9th.
    assert table["hours"].tolist() == [90.0]


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    some = af.rollups.section_times(
        tasks_of(task("5", ("1", "12"))), stories_of(added("5", "2026-03-02")), now=NOW
    )

    for none in (
        af.rollups.section_times(tasks_of(), stories_of(), now=NOW),
        af.rollups.section_times(tasks_of(), stories_of(), now=NOW, ends="moved"),
        af.rollups.section_times(tasks_of(task("5")), stories_of(), now=NOW),
        af.rollups.section_times(tasks_of(), stories_of(added("7", "2026-03-02")), now=NOW),
    ):
        assert none.empty
        assert_same_dtypes(none, some)


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((name, "stories") for name in ("gid", "task_gid", "created_at", "old_section_gid")),
        *((name, "tasks") for name in ("gid", "name", "completed_at", "memberships_section_gids")),
    ],
)
def test_a_missing_column_is_named(column: str, given: str) -> None:
    frames = {"stories": stories_of(), "tasks": tasks_of()}
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.section_times .*{column}"):
        af.rollups.section_times(**frames)


def test_projects_and_sections_that_do_not_go_together_are_refused() -> None:
    tasks = tasks_of(task("5", ("1", "12")) | {"memberships_section_gids": ()})

    with pytest.raises(af.InvalidArgument, match="memberships_section_gids"):
        af.rollups.section_times(tasks, stories_of(), now=NOW)


#: Stories of another task, which tell the project of each section.
OTHERS = [moved("9", "2026-03-01", old, new) for old, new in (("11", "12"), ("12", "13"))]
OTHERS += [moved("9", "2026-03-01", "21", "22", "2")]
SECTIONS = {"1": ["11", "12", "13"], "2": ["21", "22"]}
steps = st.lists(
    st.tuples(
        st.sampled_from(["5", "6"]), st.sampled_from(["1", "2"]), st.integers(0, 3),
        st.integers(1, 100), st.booleans(), st.booleans(),
    ),
    max_size=25,
)  # fmt: skip


def lived(drawn: list[Any]) -> tuple[list[Any], list[bool], list[Any], dict[Any, str]]:
    """Return stories of what tasks did, which of them are kept, their visits, where they are."""
    at, here, told, kept, done = START, {}, [], [], []
    since: dict[Any, dt.datetime] = {}
    for gid, project, choice, hours, has_project, is_kept in drawn:
        key, old = (gid, project), here.get((gid, project))
        new = None if choice == 3 else SECTIONS[project][choice % len(SECTIONS[project])]
        if new == old:
            continue
        at += dt.timedelta(hours=hours)
        when = at.isoformat()
        if old is not None:
            done.append((*key, old, since.pop(key), at))
        if old is None:
            # Asana tells the first section of a task by its first move only.
            told.append(added(gid, when, project))
        elif new is None:
            told.append(removed(gid, when, project))
        else:
            told.append(moved(gid, when, old, new, project if has_project else None))
        kept.append(is_kept)
        here = {**here, key: new} if new else {k: v for k, v in here.items() if k != key}
        if new:
            since[key] = at
    current = [(*key, here[key], begin, None) for key, begin in since.items()]
    return told, kept, done + current, here


def tasks_at(here: dict[Any, str]) -> pd.DataFrame:
    places = {gid: [(p, s) for (t, p), s in here.items() if t == gid] for gid in ("5", "6")}
    created = START.isoformat()
    return tasks_of(*(task(gid, *at, created=created) for gid, at in places.items()))


def key_of(visit: Any) -> tuple[Any, ...]:
    return tuple(map(str, (*visit[:2], visit[3])))


@settings(max_examples=40, deadline=None)
@given(steps, st.randoms())
def test_what_stories_tell_is_what_was_done(drawn: list[Any], random: Any) -> None:
    told, _, expected, here = lived(drawn)
    rows = stories_of(*told, *OTHERS)
    shuffled = rows.iloc[random.sample(range(len(rows)), len(rows))]

    table = af.rollups.section_times(tasks_at(here), shuffled, now="2026-12-01")

    found = [
        (row.task_gid, row.project_gid, row.section_gid, row.enter.to_pydatetime(warn=False),
         None if row.is_current else row.leave.to_pydatetime(warn=False), bool(row.is_certain))
        for row in table.itertuples()
    ]  # fmt: skip
    # Where a task left without a move, nothing tells the section.
    certain = [visit[:5] for visit in found if visit[5]]
    zoned = [(*v[:3], *(at and at.replace(tzinfo=dt.UTC) for at in v[3:])) for v in expected]
    assert len(found) == len(zoned)
    assert set(certain) <= set(zoned)
    assert {visit[3:5] for visit in found} == {visit[3:5] for visit in zoned}


@settings(max_examples=40, deadline=None)
@given(steps)
def test_with_stories_missing_visits_still_do_not_overlap_and_end_where_tasks_are(
    drawn: list[Any],
) -> None:
    told, kept, _, here = lived(drawn)
    rows = stories_of(*told)[pd.Series(kept, dtype=bool)]

    table = af.rollups.section_times(tasks_at(here), rows, now="2026-12-01")

    current = table[table["is_current"]]
    assert current["leave"].isna().all()
    places = current[["task_gid", "project_gid", "section_gid"]].itertuples(index=False)
    assert sorted(map(tuple, places)) == sorted((*key, section) for key, section in here.items())
    told_at = {
        kind: set(rows.loc[rows["resource_subtype"] == f"{kind}_project", "created_at"])
        for kind in ("removed_from", "added_to")
    }
    for _, visits in table.groupby(["task_gid", "project_gid"]):
        for leave, enter in zip(visits["leave"].iloc[:-1], visits["enter"].iloc[1:], strict=True):
            assert leave <= enter
            # A gap is where a story says that the task left or joined.
            is_told = leave in told_at["removed_from"] or enter in told_at["added_to"]
            assert leave == enter or is_told


@settings(max_examples=30, deadline=None)
@given(st.datetimes(dt.datetime(2026, 3, 20), dt.datetime(2026, 11, 10)), st.integers(0, 2_000))
def test_working_days_are_those_of_a_loop_over_the_days_of_the_zone(
    begin: dt.datetime, hours: int
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = begin.replace(tzinfo=dt.UTC, microsecond=0)
    end = start + dt.timedelta(hours=hours)
    day, expected = start.astimezone(berlin).date(), 0.0
    while day <= end.astimezone(berlin).date():
        edges = [dt.datetime.combine(d, dt.time(), berlin) for d in (day, day + dt.timedelta(1))]
        first, last = (edge.astimezone(dt.UTC) for edge in edges)
        inside = max(dt.timedelta(), min(end, last) - max(start, first)) / (last - first)
        expected += inside if day.weekday() < 5 else 0
        day += dt.timedelta(days=1)

    table = af.rollups.section_times(
        tasks_of(task("5", ("1", "12"))), stories_of(added("5", start.isoformat())), now=end,
        tz="Europe/Berlin",
    )  # fmt: skip

    assert float(table["days_working"].iloc[0]) == pytest.approx(expected, abs=1e-9)
    assert float(table["hours"].iloc[0]) == pytest.approx(hours)


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    stories = stories_of(
        added("5", "2026-03-02"), moved("5", "2026-03-04", "11", "12"), added("6", "2026-03-04")
    )
    tasks = tasks_of(task("5", ("1", "12")), task("6", ("1", "11")))
    expected = af.rollups.section_times(tasks, stories, now=NOW)

    odd = af.rollups.section_times(oddly_indexed(tasks), oddly_indexed(stories), now=NOW)
    by_hand = af.rollups.section_times(typed_by_hand(tasks), typed_by_hand(stories), now=NOW)

    assert_same(odd, expected)
    assert_same(by_hand, expected)


def test_on_the_sandbox_tasks_are_now_where_their_last_visits_are(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    stories = af.gather.stories(asana, tasks)

    table = af.rollups.section_times(tasks, stories, now="2026-11-02T09:00Z", ends="moved")

    current = table[table["is_current"]]
    members = tasks[["gid", "memberships_project_gids", "memberships_section_gids"]]
    places = members.explode(["memberships_project_gids", "memberships_section_gids"])
    found = current[["task_gid", "project_gid", "section_gid"]].itertuples(index=False)
    assert sorted(map(tuple, found)) == sorted(map(tuple, places.itertuples(index=False)))
    assert table["is_certain"].mean() > 0.9


def test_text_that_is_not_a_moment_of_completion_is_refused() -> None:
    tasks = tasks_of(task("5", ("1", "12"))).assign(completed_at="done")

    with pytest.raises(af.InvalidArgument, match="completed_at, row 1: 'done' is not a moment"):
        af.rollups.section_times(tasks, stories_of(added("5", "2026-03-02")), now=NOW)


def ends_of(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return section, enter, leave, whether it ended with completion, until when, reopened."""
    days = {
        name: table[name].dt.strftime("%d").astype(object).where(table[name].notna(), None)
        for name in ("enter", "leave", "completed_until")
    }
    shown = table[["section_gid", "is_completed", "is_reopened"]].assign(**days)
    columns = ["section_gid", "enter", "leave", "is_completed", "completed_until", "is_reopened"]
    return [tuple(row) for row in shown[columns].itertuples(index=False, name=None)]


@pytest.mark.parametrize(
    ("stories", "done", "expected"),
    [
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-03", "11", "12")], "2026-03-05",
            [("11", "02", "03", False, None, False), ("12", "03", "05", True, None, False)],
            id="completed where it is",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-06", "11", "12")], "2026-03-05",
            [("11", "02", "05", True, None, False)],
            id="moved on after completion",
        ),
        pytest.param(
            [added("5", "2026-03-02"), completed("5", "2026-03-04"), reopened("5", "2026-03-06"),
             moved("5", "2026-03-07", "11", "12"), completed("5", "2026-03-09")],
            "2026-03-09",
            [("11", "02", "04", True, "06", False), ("11", "06", "07", False, None, True),
             ("12", "07", "09", True, None, False)],
            id="reopened: goes on in the same section",
        ),
        pytest.param(
            [added("5", "2026-03-02"), completed("5", "2026-03-04"),
             moved("5", "2026-03-05", "11", "12"), reopened("5", "2026-03-06")],
            None,
            [("11", "02", "04", True, "06", False), ("12", "06", None, False, None, True)],
            id="reopened where it was moved to while completed",
        ),
        pytest.param(
            [added("5", "2026-03-06"), moved("5", "2026-03-07", "11", "12")], "2026-03-05",
            [("11", "06", "06", True, None, False)],
            id="came completed",
        ),
        pytest.param(
            [added("5", "2026-03-02"), moved("5", "2026-03-03", "11", "12"),
             removed("5", "2026-03-07")],
            "2026-03-05",
            [("11", "02", "03", False, None, False), ("12", "03", "05", True, "07", False)],
            id="left the project after completion",
        ),
        pytest.param(
            [added("5", "2026-03-02"), completed("5", "2026-03-12")], "2026-03-12",
            [("12", "02", None, False, None, False)],
            id="completed after now",
        ),
        pytest.param(
            [added("5", "2026-03-02"), completed("5", "2026-03-04"), reopened("5", "2026-03-12")],
            None,
            [("12", "02", "04", True, None, False)],
            id="reopened after now",
        ),
    ],
)  # fmt: skip
def test_completion_ends_a_visit(
    stories: list[Any], done: str | None, expected: list[Any]
) -> None:
    is_out = any(row["resource_subtype"] == "removed_from_project" for row in stories)
    places = [] if is_out else [("1", "12")]

    table = af.rollups.section_times(
        tasks_of(task("5", *places, completed_at=done)), stories_of(*stories), now=NOW
    )

    assert ends_of(table) == expected
    assert table["is_current"].tolist() == [row[2] is None for row in expected]


def test_a_reopening_without_a_completion_makes_the_visit_uncertain() -> None:
    stories = stories_of(added("5", "2026-03-02"), reopened("5", "2026-03-04"))

    table = af.rollups.section_times(tasks_of(task("5", ("1", "12"))), stories, now=NOW)

    assert visits(table) == [("12", "02", None, False)]


def test_completion_may_be_left_out_of_account() -> None:
    tasks = tasks_of(task("5", ("1", "12"), completed_at="2026-03-05"))

    table = af.rollups.section_times(
        tasks, stories_of(added("5", "2026-03-02")), now=NOW, ends="moved"
    )

    assert visits(table) == [("12", "02", None, True)]
    assert table[["is_completed", "is_reopened"]].isna().all(axis=None)
    assert table["completed_at"].tolist() == [pd.Timestamp("2026-03-05", tz="UTC")]
    with pytest.raises(af.InvalidArgument, match="ends='done' is not valid; use 'completed' or"):
        af.rollups.section_times(tasks, stories_of(), ends="done")  # type: ignore[arg-type]


def test_sections_give_names_and_their_order() -> None:
    rows = [("13", "Finished", "1"), ("11", "Open", "1"), ("22", "Out", "2"), ("12", "Busy", "1")]
    sections = pd.DataFrame(rows, columns=["gid", "name", "project_gid"])
    stories = stories_of(
        added("5", "2026-03-02", None), moved("5", "2026-03-03", "11", "12", None),
        moved("5", "2026-03-04", "12", "21", None),
    )  # fmt: skip
    tasks = tasks_of(task("5", ("1", "13")))

    table = af.rollups.section_times(tasks, stories, now=NOW, sections=sections)

    assert table["section_name"].tolist() == ["Open", "Busy", "Ideas", "Finished"]
    assert table["section_order"].fillna(0).tolist() == [2, 3, 0, 1]
    plain = af.rollups.section_times(tasks, stories, now=NOW)
    assert plain["section_order"].isna().all()
    with pytest.raises(af.InvalidArgument, match=r"sections=\) needs the column\(s\) project_gid"):
        af.rollups.section_times(tasks, stories, sections=sections.drop(columns="project_gid"))


def states_of(table: pd.DataFrame, at: dt.datetime) -> list[tuple[Any, bool]]:
    """Return where the visits say that a task was at a moment, and whether it was completed."""
    moment = pd.Timestamp(at, tz="UTC")
    is_open = (table["enter"] <= moment) & ~(table["leave"] <= moment)
    is_done = table["is_completed"] & (table["leave"] <= moment)
    is_done &= ~(table["completed_until"] <= moment)
    return [*((gid, False) for gid in table.loc[is_open, "section_gid"]),
            *(("done", True) for _ in range(int(is_done.sum())))]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(events, st.integers(0, 400))
def test_visits_and_times_of_completion_are_what_was_done_as_far_as_known_then(
    drawn: list[tuple[int, str]], hours: int
) -> None:
    told, states = live(drawn)
    now = START + dt.timedelta(hours=hours, minutes=30)
    last = states[-1][1]
    is_over = [at for (at, state), (_, before) in zip(states[1:], states, strict=False)
               if state["done"] and not before["done"]]  # fmt: skip
    places = [("1", last["section"])] if last["section"] else []
    done = is_over[-1].isoformat() if last["done"] else None
    tasks = tasks_of(task("5", *places, created=START.isoformat(), completed_at=done))

    table = af.rollups.section_times(tasks, stories_of(*told), now=now.isoformat())

    for number, (begin, state) in enumerate(states):
        end = states[number + 1][0] if number + 1 < len(states) else now
        if begin > now or begin == end:
            continue
        middle = begin + (min(end, now) - begin) / 2
        expected = [] if state["section"] is None else [
            ("done", True) if state["done"] else (state["section"], False)
        ]  # fmt: skip
        assert states_of(table, middle) == expected
    leave, enter = table["leave"].iloc[:-1], table["enter"].iloc[1:]
    assert all(a <= b for a, b in zip(leave, enter, strict=True))
    assert not (table["enter"] > pd.Timestamp(now, tz="UTC")).any()
