"""How far the projects of portfolios are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    assert_same,
    assert_same_dtypes,
    cells,
    frame_of,
    oddly_indexed,
    typed_by_hand,
)

NOW = "2026-03-06T12:00Z"
TODAY = dt.date(2026, 3, 6)
ITEM = {
    **dict.fromkeys(("gid", "name", "resource_type", "owner_name", "team_name"), "text"),
    **dict.fromkeys(("start_on", "due_on"), "date"),
    "completed": "boolean",
    "portfolio_gids": "tuple",
}
TASK = {
    **dict.fromkeys(("gid", "assignee_gid", "parent_gid"), "text"),
    "completed": "boolean",
    "due_on": "date",
    "memberships_project_gids": "tuple",
}
STATUS = {
    **dict.fromkeys(("gid", "parent_gid", "status_type", "title"), "text"),
    "created_at": "datetime",
}


def project(gid: str | None, *portfolios: str, **more: Any) -> dict[str, Any]:
    usual = {"gid": gid, "name": f"Project {gid}", "resource_type": "project"}
    return usual | {"portfolio_gids": portfolios} | more


def holder(gid: str, *portfolios: str) -> dict[str, Any]:
    return project(gid, *portfolios, name=f"Portfolio {gid}", resource_type="portfolio")


def task(
    gid: str | None,
    projects: str = "1",
    done: bool | None = False,
    due: dt.date | str | None = None,
    assignee: str | None = "11",
    **more: Any,
) -> dict[str, Any]:
    places = {"memberships_project_gids": tuple(projects)}
    return {"gid": gid, "completed": done, "due_on": due, "assignee_gid": assignee} | places | more


def status(parent: str | None, at: str | None, kind: str | None, **more: Any) -> dict[str, Any]:
    return {
        **{"gid": f"s{parent}{at}", "parent_gid": parent, "created_at": at},
        **{"status_type": kind, "title": f"It is {kind}"},
        **more,
    }


def items_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(ITEM, rows)


def tasks_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(TASK, rows)


def statuses_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(STATUS, rows)


def found(*frames: Any, **options: Any) -> dict[str, Any]:
    table = af.rollups.portfolio(*frames, **{"now": NOW, **options})
    return {row["project_gid"]: row for row in cells(table)}


def test_a_project_is_told_by_its_tasks_its_days_and_its_last_status() -> None:
    # 5 of 10 days are over; 1 of 4 tasks is done: 0.25 < 0.5 - 0.1. The open task of 14 March is
    # 3 days after the project; the done one of 20 March no longer matters.
    one = project("1", owner_name="Ana", team_name="Web", start_on="2026-03-02")
    tasks = tasks_of(
        task("a", done=True, due="2026-03-20", assignee=None),
        task("b", due="2026-03-05"),
        task("c", due="2026-03-14", assignee=None),
        task("d", due="2026-03-06"),
    )
    statuses = statuses_of(
        status("1", "2026-03-05T00:00:00Z", "at_risk"),
        status("1", "2026-03-01T00:00:00Z", "on_track"),
    )

    rows = found(items_of(one | {"due_on": "2026-03-11"}), tasks, statuses)

    assert rows["1"] == {
        **{"project_gid": "1", "project_name": "Project 1"},
        **{"owner_name": "Ana", "team_name": "Web"},
        "path": (),
        **{"start_on": dt.date(2026, 3, 2), "due_on": dt.date(2026, 3, 11)},
        **{"tasks": 4, "done": 1, "open": 3, "overdue": 1, "unassigned": 1},
        "share_done": 0.25,
        "slip_days": 3,
        "last_status": "at_risk",
        "last_status_at": dt.date(2026, 3, 5),
        "last_status_title": "It is at_risk",
        "days_since_status": 1.5,
        "expected_share": 0.5,
        "is_behind": True,
    }


def test_a_task_counts_once_in_each_project_that_it_is_itself_in() -> None:
    below = {"parent_gid": "a"}
    tasks = tasks_of(
        task("a", "12"), task("b", "11"), task("c", "", **below), task("d", "2", **below)
    )

    rows = found(items_of(project("1"), project("2"), project("3")), tasks)

    # a is in both, b twice in one, c only below a.
    assert {gid: row["tasks"] for gid, row in rows.items()} == {"1": 2, "2": 2, "3": 0}
    assert rows["3"]["share_done"] is None


def test_memberships_may_be_given_instead_of_the_column() -> None:
    tasks = tasks_of(task("a", "12"), task("b", "1", done=True))
    items = items_of(project("1"), project("2"))

    memberships = af.bridge(tasks, "memberships", key="task_gid")

    rows = found(items, tasks.drop(columns="memberships_project_gids"), memberships=memberships)
    assert rows == found(items, tasks)
    assert (rows["1"]["tasks"], rows["1"]["done"], rows["2"]["tasks"]) == (2, 1, 1)


def test_portfolios_are_no_rows_and_their_projects_count_once_on_the_shortest_way() -> None:
    # A holds B and 1; B holds 1, 2 and C; C holds 2 and 3. Nothing tells the name of X.
    items = items_of(
        holder("A", "X"),
        holder("B", "A"),
        project("1", "B", "A"),
        project("2", "B"),
        holder("C", "B"),
        project("2", "C"),
        project("3", "C"),
        project("4"),
    )

    rows = found(items, tasks_of(task("a", "2")))

    assert {gid: row["path"] for gid, row in rows.items()} == {
        "1": ("Portfolio A",),
        "2": ("Portfolio A", "Portfolio B"),
        "3": ("Portfolio A", "Portfolio B", "Portfolio C"),
        "4": (),
    }
    assert rows["2"]["tasks"] == 1


def test_a_holder_of_others_is_a_portfolio_even_if_nothing_says_so() -> None:
    items = items_of(holder("A"), project("1", "A")).drop(columns="resource_type")

    assert [*found(items, tasks_of())] == ["1"]


def test_portfolios_in_a_cycle_are_refused_by_name() -> None:
    items = items_of(holder("A", "B"), holder("B", "A"), project("1", "A"))

    with pytest.raises(af.InvalidArgument, match=r"cycle: Portfolio .*Portfolio") as refused:
        af.rollups.portfolio(items, tasks_of())

    assert "Project 1" not in str(refused.value)


@pytest.mark.parametrize(
    ("due", "task_due", "done", "slip"),
    [
        ("2026-03-11", "2026-03-14", False, 3),
        ("2026-03-11", "2026-03-09", False, 0),
        ("2026-03-11", "2026-03-14", True, None),
        ("2026-03-11", None, False, None),
        (None, "2026-03-14", False, None),
    ],
)
def test_a_slip_is_how_much_later_than_the_project_its_last_open_task_is_due(
    due: str | None, task_due: str | None, done: bool, slip: int | None
) -> None:
    rows = found(items_of(project("1", due_on=due)), tasks_of(task("a", due=task_due, done=done)))

    assert rows["1"]["slip_days"] == slip


@pytest.mark.parametrize(
    ("start", "due", "expected"),
    [
        ("2026-03-06", "2026-03-06", 1.0),
        ("2026-03-07", "2026-03-09", 0.0),
        ("2026-02-01", "2026-03-05", 1.0),
        ("2026-03-03", "2026-03-07", 0.8),
        ("2026-03-07", "2026-03-05", None),
        (None, "2026-03-07", None),
        ("2026-03-03", None, None),
    ],
)
def test_expected_is_the_share_of_days_that_are_over_when_today_ends(
    start: str | None, due: str | None, expected: float | None
) -> None:
    row = found(items_of(project("1", start_on=start, due_on=due)), tasks_of(task("a")))["1"]

    assert row["expected_share"] == pytest.approx(expected)
    assert row["is_behind"] is (None if expected is None else expected > 0)


@pytest.mark.parametrize(("done", "is_behind"), [(6, True), (7, False), (8, False)])
def test_a_tenth_less_than_expected_is_not_yet_behind(done: int, is_behind: bool) -> None:
    # 4 of 5 days are over, and 7 of 10 tasks are a tenth less than 0.8.
    items = items_of(project("1", start_on="2026-03-03", due_on="2026-03-07"))
    tasks = tasks_of(*(task(str(n), done=n < done) for n in range(10)))

    assert found(items, tasks)["1"]["is_behind"] is is_behind


def test_a_completed_project_is_not_behind() -> None:
    days = {"start_on": "2026-03-01", "due_on": "2026-03-05"}
    items = items_of(project("1", completed=True, **days), project("2", completed=None, **days))

    rows = found(items, tasks_of(task("a", "12")))

    assert (rows["1"]["is_behind"], rows["2"]["is_behind"]) == (False, True)


def test_the_last_status_is_the_latest_and_unknown_ones_stay_as_they_are() -> None:
    statuses = statuses_of(
        status("1", "2026-03-07T12:00:00Z", "sideways"),
        status("1", "2026-03-05T12:00:00Z", "on_track"),
        status("1", None, "off_track"),
        status("2", "2026-03-05T12:00:00Z", "at_risk", gid="8"),
        status("2", "2026-03-05T12:00:00Z", "off_track", gid="9"),
        status(None, "2026-03-05T12:00:00Z", "dropped"),
    )

    rows = found(items_of(project("1"), project("2"), project("3")), tasks_of(), statuses)

    assert [row["last_status"] for row in rows.values()] == ["sideways", "off_track", None]
    assert [row["days_since_status"] for row in rows.values()] == [-1.0, 1.0, None]


def test_now_is_a_day_of_the_time_zone() -> None:
    items, tasks = items_of(project("1")), tasks_of(task("a", due="2026-03-06"))

    counts = [
        found(items, tasks, now="2026-03-06T23:30Z", tz=tz)["1"]["overdue"]
        for tz in ("UTC", "Europe/Berlin")
    ]

    assert counts == [0, 1]


def test_what_is_there_twice_counts_once_and_rows_without_a_gid_are_no_projects() -> None:
    items = items_of(project("1"), project(None), project("1", name="New"))
    tasks = tasks_of(task("a"), task("a", done=True), task(None), task("b", done=None))

    rows = found(items, tasks)

    assert [*rows] == ["1"]
    assert rows["1"]["project_name"] == "New"
    assert (rows["1"]["tasks"], rows["1"]["done"], rows["1"]["open"]) == (2, 1, 1)


def test_projects_may_have_only_gid_and_name() -> None:
    row = found(items_of(project("1"))[["gid", "name"]], tasks_of(task("a", done=True)))["1"]

    assert (row["share_done"], row["path"], row["owner_name"]) == (1.0, (), None)


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        *((0, name) for name in ("gid", "name")),
        *((1, name) for name in ("gid", "completed", "due_on", "assignee_gid")),
        (1, "memberships_project_gids"),
        *((2, name) for name in ("parent_gid", "status_type", "created_at")),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    frame: int, column: str
) -> None:
    frames = [items_of(), tasks_of(), statuses_of()]
    frames[frame] = frames[frame].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.portfolio .*{column}.*fields="):
        af.rollups.portfolio(*frames)


def test_bad_arguments_are_refused() -> None:
    frames = [items_of(project("1")), tasks_of(task("a"))]
    with pytest.raises(af.InvalidArgument, match="now='soon'"):
        af.rollups.portfolio(*frames, now="soon")
    with pytest.raises(af.InvalidArgument, match="Mars"):
        af.rollups.portfolio(*frames, now=NOW, tz="Mars/Olympus")
    with pytest.raises(af.InvalidArgument, match="due_on, row 1: 'soon'"):
        af.rollups.portfolio(frames[0], frames[1].assign(due_on=["soon"]))
    with pytest.raises(af.InvalidArgument, match="project_gid"):
        af.rollups.portfolio(*frames, memberships=pd.DataFrame({"task_gid": ["a"]}))


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    update = statuses_of(status("1", "2026-03-05T12:00:00Z", "at_risk"))
    some = af.rollups.portfolio(items_of(project("1", "A")), tasks_of(task("a")), update)

    assert_same_dtypes(af.rollups.portfolio(items_of(), tasks_of(), statuses_of()), some)
    assert_same_dtypes(af.rollups.portfolio(items_of(holder("A")), tasks_of(task("a"))), some)
    assert_same_dtypes(af.rollups.portfolio(items_of(project("1")), tasks_of()), some)


A_DAY = st.none() | st.dates(dt.date(2026, 2, 25), dt.date(2026, 3, 15))
tasks_drawn = st.lists(
    st.builds(
        task,
        st.sampled_from("abcdefgh"),
        st.sampled_from(["", "1", "12", "21", "23"]),
        st.sampled_from([False, True, None]),
        A_DAY,
        st.sampled_from([None, "11"]),
    ),
    max_size=12,
    unique_by=lambda row: row["gid"],
)


@settings(max_examples=40, deadline=None)
@given(tasks_drawn, st.tuples(A_DAY, A_DAY, A_DAY), st.booleans())
def test_every_count_is_that_of_a_loop_over_the_tasks(
    rows: list[dict[str, Any]], dues: tuple[dt.date | None, ...], is_odd: bool
) -> None:
    items = items_of(*(project(gid, due_on=due) for gid, due in zip("123", dues, strict=True)))
    frames = [items, tasks_of(*rows)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    told = found(*frames)

    for gid, due in zip("123", dues, strict=True):
        mine = [row for row in rows if gid in row["memberships_project_gids"]]
        left = [row for row in mine if not row["completed"]]
        last = max((row["due_on"] for row in left if row["due_on"]), default=None)
        assert (
            told[gid]
            | {
                "tasks": len(mine),
                "done": len(mine) - len(left),
                "open": len(left),
                "overdue": sum(bool(row["due_on"] and row["due_on"] < TODAY) for row in left),
                "unassigned": sum(row["assignee_gid"] is None for row in left),
                "share_done": (len(mine) - len(left)) / len(mine) if mine else None,
                "slip_days": max(0, (last - due).days) if last and due else None,
            }
            == told[gid]
        )


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        items_of(holder("A"), project("1", "A", start_on="2026-03-02"), project("2")),
        tasks_of(task("a", "12"), task("b", "2", done=True), task("c", "")),
        statuses_of(status("1", "2026-03-05T12:00:00Z", "at_risk")),
    ]
    expected = af.rollups.portfolio(*frames, now=NOW)

    assert_same(af.rollups.portfolio(*map(oddly_indexed, frames), now=NOW), expected)
    assert_same(af.rollups.portfolio(*map(typed_by_hand, frames), now=NOW), expected)


def test_on_the_sandbox_counts_are_those_of_asana(asana: af.Asana) -> None:
    portfolios = asana.portfolios.list(
        workspace="Acme", owner="me", fields=["name", "resource_type"]
    )
    items = pd.concat([portfolios, asana.portfolios.list_items(portfolios)])
    projects = items[items["resource_type"] == "project"]
    tasks, updates = asana.tasks.list(project=projects), asana.status_updates.list(parent=projects)

    table = af.rollups.portfolio(items, tasks, updates, now="2026-11-02T09:00Z")

    counts = asana.projects.get_task_counts(projects)
    assert sorted(table["project_gid"]) == sorted(projects["gid"])
    assert int(table["tasks"].sum()) == int(counts["num_tasks"].sum())
    assert int(table["done"].sum()) == int(counts["num_completed_tasks"].sum())
    assert ("All of Acme", "Growth") in table["path"].tolist()
    assert table["last_status"].notna().all()
