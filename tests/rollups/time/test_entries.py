"""The table that questions about tracked time are asked of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    PROJECT,
    TASK,
    USER,
    Row,
    assert_same,
    assert_same_dtypes,
    cells,
    entry,
    entry_rows,
    frame_of,
    monday,
    oddly_indexed,
    tracked,
    typed_by_hand,
    users_of,
)


def task(
    gid: str, parent: str | None = None, *homes: tuple[str, str], name: str | None = None
) -> Row:
    return {
        "gid": gid,
        "name": name or f"Task {gid}",
        "parent_gid": parent,
        "parent_name": parent and f"Task {parent}",
        "memberships_project_gids": tuple(project for project, _ in homes),
        "memberships_project_names": tuple(f"Project {project}" for project, _ in homes),
        "memberships_section_gids": tuple(section for _, section in homes),
        "memberships_section_names": tuple(f"Section {section}" for _, section in homes),
    }


def tasks_of(*rows: Row) -> pd.DataFrame:
    return frame_of(TASK, rows)


def projects_of(*gids: str) -> pd.DataFrame:
    rows = (
        {"gid": gid, "name": f"Project {gid}", "team_gid": f"T{gid}", "team_name": f"Team {gid}"}
        for gid in gids
    )
    return frame_of(PROJECT, rows)


def first(table: pd.DataFrame) -> dict[str, Any]:
    return cells(table)[0]


def test_an_entry_tells_days_hours_and_states() -> None:
    # 4 March 2026 is a Wednesday.
    entries = tracked(
        entry(day="2026-03-04", minutes=45, billable_status="nonBillable", approval_status="DRAFT")
    ).assign(categories_gids=[("71", "72")], categories_names=[("Travel", "Call")])

    row = first(af.rollups.entries(entries))

    assert row["entered_on"] == dt.date(2026, 3, 4)
    assert row["week"] == dt.date(2026, 3, 2)
    assert row["month"] == dt.date(2026, 3, 1)
    assert (row["duration_minutes"], row["hours"]) == (45, 0.75)
    assert (row["billable"], row["billable_status"]) == (False, "nonBillable")
    assert row["approval_status"] == "draft"
    assert (row["category_gid"], row["category_name"]) == ("71", "Travel")


@pytest.mark.parametrize(
    ("status", "billable"),
    [("billable", True), ("nonBillable", False), ("notApplicable", None), (None, None)],
)
def test_billable_is_yes_no_or_missing(status: str | None, billable: bool | None) -> None:
    table = af.rollups.entries(tracked(entry(billable_status=status)))

    assert first(table)["billable"] is billable


def test_a_subtask_has_the_root_and_the_projects_of_the_tasks_above_it() -> None:
    tasks = tasks_of(task("1", None, ("31", "41")), task("2", "1"), task("3", "2"))

    row = first(af.rollups.entries(tracked(entry(project=None, task="3")), tasks))

    assert (row["root_task_gid"], row["root_task_name"]) == ("1", "Task 1")
    assert (row["project_gid"], row["project_name"]) == ("31", "Project 31")
    assert (row["section_gid"], row["section_name"]) == ("41", "Section 41")
    assert row["project_from"] == "task"
    assert (row["project_gids"], row["section_gids"]) == (("31",), ("41",))


def test_a_task_in_several_projects_lists_them_and_shows_the_one_that_is_attributable() -> None:
    tasks = tasks_of(task("1", None, ("31", "41"), ("32", "42")))

    row = first(
        af.rollups.entries(tracked(entry(project="32", task="1")), tasks, projects_of("31", "32"))
    )

    assert (row["project_gid"], row["project_from"]) == ("32", "attributable_to")
    assert (row["section_gid"], row["team_gid"]) == ("42", "T32")
    assert row["project_gids"] == ("31", "32")
    assert row["team_names"] == ("Team 31", "Team 32")


def test_a_project_that_the_task_is_not_in_has_no_section() -> None:
    tasks = tasks_of(task("1", None, ("31", "41")))

    row = first(
        af.rollups.entries(tracked(entry(project="39", task="1")), tasks, projects_of("39"))
    )

    assert (row["project_gid"], row["project_name"]) == ("39", "Project 39")
    assert (row["section_gid"], row["section_name"]) == (None, None)
    assert row["project_gids"] == ("31",)


def test_above_a_task_whose_parent_was_not_read_that_parent_is_the_root() -> None:
    table = af.rollups.entries(tracked(entry(task="2")), tasks_of(task("2", "1")))

    assert (first(table)["root_task_gid"], first(table)["root_task_name"]) == ("1", "Task 1")


@pytest.mark.parametrize(
    "rows", [[task("1", "1")], [task("1", "2"), task("2", "1")], [*map(task, "123", "231")]]
)
def test_parents_in_a_cycle_are_refused(rows: list[Row]) -> None:
    with pytest.raises(af.InvalidArgument, match=r"Task [123] is its own parent"):
        af.rollups.entries(tracked(entry(task="1")), tasks_of(*rows))


def test_a_chain_of_a_thousand_parents_has_one_root() -> None:
    chain = [task("1"), *(task(str(n), str(n - 1)) for n in range(2, 1_001))]

    row = first(af.rollups.entries(tracked(entry(task="1000")), tasks_of(*chain)))

    assert row["root_task_gid"] == "1"


def test_names_that_entries_lack_are_taken_from_users_tasks_and_projects() -> None:
    entries = tracked(entry(task="1", project="31")).drop(
        columns=["created_by_name", "task_name", "attributable_to_name"]
    )
    users = frame_of(USER, [{"gid": "11", "name": "Ana", "email": "ana@example.com"}])

    row = first(af.rollups.entries(entries, tasks_of(task("1")), projects_of("31"), users))

    assert (row["person_name"], row["person_email"]) == ("Ana", "ana@example.com")
    assert (row["task_name"], row["project_name"]) == ("Task 1", "Project 31")


def test_of_a_deleted_user_nothing_is_known_and_the_time_is_there() -> None:
    row = first(af.rollups.entries(tracked(entry(person=None)), None, None, users_of("11")))

    assert (row["person_gid"], row["person_name"], row["person_email"]) == (None, None, None)
    assert row["hours"] == 1.0


def test_an_entry_without_a_task_is_on_none_of_those_without_a_gid() -> None:
    tasks = tasks_of(task("1"), {**task("2"), "gid": None, "name": "Lost"})

    row = first(af.rollups.entries(tracked(entry(task=None, project=None)), tasks))

    assert (row["task_name"], row["root_task_name"], row["project_gids"]) == (None, None, ())


def test_an_entry_that_is_there_twice_counts_once_as_it_was_read_last() -> None:
    entries = tracked(entry(minutes=10), entry(minutes=20), {**entry(minutes=30), "gid": "1"})

    table = af.rollups.entries(entries)

    assert table["gid"].tolist() == ["2", "1"]
    assert table["duration_minutes"].tolist() == [20, 30]


@pytest.mark.parametrize("names", [{}, {"memberships_project_names": [("Website",), None]}])
def test_a_subtask_whose_projects_are_missing_is_where_its_parent_is(names: Any) -> None:
    tasks = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "name": ["Relaunch", "Text"],
            "parent_gid": [None, "1"],
            "memberships_project_gids": [("31",), None],
            **names,
        }
    )

    row = first(af.rollups.entries(tracked(entry(project=None, task="2")), tasks))

    assert (row["project_gid"], row["project_gids"]) == ("31", ("31",))
    assert row["project_name"] == ("Website" if names else None)


def test_a_project_that_is_there_twice_is_as_it_was_read_last() -> None:
    projects = projects_of("31", "31").assign(team_gid=["51", "52"])

    row = first(af.rollups.entries(tracked(entry(project="31")), None, projects))

    assert row["team_gid"] == "52"


def test_entries_without_a_gid_do_not_repeat_each_other() -> None:
    entries = tracked({**entry(minutes=10), "gid": None}, {**entry(minutes=20), "gid": None})

    table = af.rollups.entries(entries)

    assert table["duration_minutes"].tolist() == [10, 20]


def test_minutes_of_nought_below_nought_and_missing_stay_what_they_are() -> None:
    table = af.rollups.entries(tracked(entry(minutes=0), entry(minutes=-30), entry(minutes=None)))

    assert table["hours"].fillna(99).tolist() == [0.0, -0.5, 99.0]


def test_columns_of_tasks_and_projects_come_along_when_asked_for() -> None:
    tasks = tasks_of(task("1"), task("2")).assign(cf_Size=pd.array([3, None], "Int64"))
    projects = projects_of("31").assign(archived=pd.array([True], "boolean"))

    table = af.rollups.entries(
        tracked(entry(task="1"), entry(task="9", project="99")),
        tasks,
        projects,
        task_columns=["cf_Size"],
        project_columns=["archived"],
    )

    assert table["task_cf_Size"].fillna(-1).tolist() == [3, -1]
    assert table["project_archived"].fillna(False).tolist() == [True, False]
    assert str(table["project_archived"].dtype) == "boolean"
    assert table.columns[-2:].tolist() == ["task_cf_Size", "project_archived"]


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((column, "entries") for column in ("gid", "entered_on", "duration_minutes")),
        *((column, "entries") for column in ("created_by_gid", "task_gid")),
        *(("gid", frame) for frame in ("tasks", "projects", "users")),
        ("name", "tasks"),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {
        "entries": tracked(entry(task="1")),
        "tasks": tasks_of(task("1")),
        "projects": projects_of("31"),
        "users": users_of("11"),
    }
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.entries .*{column}.*fields="):
        af.rollups.entries(**frames)


def test_a_column_to_come_along_that_is_not_there_is_named() -> None:
    with pytest.raises(af.InvalidArgument, match="cf_Size"):
        af.rollups.entries(tracked(entry()), tasks_of(), task_columns=["cf_Size"])
    with pytest.raises(af.InvalidArgument, match="colour"):
        af.rollups.entries(tracked(), None, projects_of(), project_columns=["colour"])


def test_days_that_are_unclear_or_in_a_zone_are_refused() -> None:
    entries = tracked(entry())

    for days, why in (
        (["3/4/2026"], r"entered_on, row 1: .*two months"),
        (pd.to_datetime(["2026-03-02"], utc=True), r"needs days in entered_on"),
    ):
        with pytest.raises(af.InvalidArgument, match=why):
            af.rollups.entries(entries.assign(entered_on=days))


@pytest.mark.parametrize("known", [0, 1])
def test_no_entries_give_the_columns_and_dtypes_of_some(known: int) -> None:
    tasks = tasks_of(*[task("1", None, ("31", "41"))][:known])
    others = (tasks, projects_of("31")[:known], users_of("11")[:known])

    some = af.rollups.entries(tracked(entry(task="1"), entry(None, task=None)), *others)

    assert_same_dtypes(af.rollups.entries(tracked(), *others), some)
    assert_same_dtypes(af.rollups.entries(tracked()), some)


TREE = [
    task("1", None, ("31", "41"), ("32", "42")),
    task("2", "1"),
    task("3", "2", ("33", "43")),
    task("4", "3"),
    task("5", "99"),
    task("6", "5", ("32", "44")),
    task("7"),
]


def walk(gid: str) -> list[Row]:
    """Return a task and those above it, as far up as the tree goes."""
    known = {row["gid"]: row for row in TREE}
    path = []
    while gid in known:
        path.append(known[gid])
        gid = known[gid]["parent_gid"] or ""
    return path


@settings(max_examples=20, deadline=None)
@given(entry_rows(["31", "32", "33", "39"], [*"1234567", "nowhere"]), st.booleans())
def test_the_table_is_that_of_a_loop_over_entries_and_their_parents(
    rows: list[dict[str, Any]], is_odd: bool
) -> None:
    frames = [tracked(*rows), tasks_of(*TREE), projects_of("31", "32", "33")]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = cells(af.rollups.entries(*frames))

    assert len(found) == len(rows)
    for row, given_row in zip(found, rows, strict=True):
        path = walk(given_row["task_gid"] or "")
        homes = next((r for r in path if r["memberships_project_gids"]), task("0"))
        places = homes["memberships_project_gids"]
        project = given_row["attributable_to_gid"] or (places[0] if places else None)
        at = places.index(project) if project in places else None
        section = None if at is None else homes["memberships_section_gids"][at]
        root = path[-1]["parent_gid"] or path[-1]["gid"] if path else None
        day = given_row["entered_on"]
        assert row["root_task_gid"] == root
        assert (row["project_gid"], row["section_gid"]) == (project, section)
        assert row["project_gids"] == places
        assert row["team_gids"] == tuple(f"T{place}" for place in places)
        assert row["team_gid"] == (f"T{project}" if project in ("31", "32", "33") else None)
        assert row["week"] == (day and monday(day))
        assert row["month"] == (day and day.replace(day=1))


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tracked(*(entry(task=str(n), project=None) for n in range(1, 8))),
        tasks_of(*TREE),
        projects_of("31", "32", "33"),
        users_of("11", "12", "13"),
    ]

    expected = af.rollups.entries(*frames)

    assert_same(af.rollups.entries(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.entries(*map(typed_by_hand, frames)), expected)


def test_what_was_given_is_left_as_it_was() -> None:
    entries, tasks = tracked(entry(task="1")), tasks_of(*TREE)
    before = entries.copy(), tasks.copy()

    af.rollups.entries(entries, tasks)

    assert_same(entries, before[0])
    assert_same(tasks, before[1])


def test_on_the_sandbox_each_entry_is_there_with_its_project_and_root(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    entries = asana.time_tracking_entries.list(attributable_to=projects)

    table = af.rollups.entries(entries, None, projects, asana.users.list(workspace="Acme"))

    assert table["gid"].tolist() == entries["gid"].tolist()
    assert float(table["hours"].sum()) * 60 == pytest.approx(entries["duration_minutes"].sum())
    assert table["project_gid"].tolist() == entries["attributable_to_gid"].tolist()
    assert table["person_email"].notna().all()
    by_team = af.rollups.hours(table, by="team", every=None)
    assert float(by_team["hours"].sum()) == pytest.approx(float(table["hours"].sum()))
