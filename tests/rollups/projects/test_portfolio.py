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
    """Return the rows of projects, by gid."""
    rows = all_rows(*frames, **options)
    return {row["project_gid"]: row for row in rows if row["kind"] == "project"}


def all_rows(*frames: Any, **options: Any) -> list[dict[str, Any]]:
    return cells(af.rollups.portfolio(*frames, **{"now": NOW, **options}))


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

    rows = found(tasks, items_of(one | {"due_on": "2026-03-11"}), statuses)

    assert rows["1"] == {
        **{"kind": "project", "portfolio_gid": None, "portfolio_name": None},
        **{"project_gid": "1", "project_name": "Project 1"},
        **{"owner_name": "Ana", "team_name": "Web", "projects": 1},
        "path": (),
        **{"start_on": dt.date(2026, 3, 2), "due_on": dt.date(2026, 3, 11)},
        **{"tasks": 4, "done": 1, "open": 3, "overdue": 1, "unassigned": 1},
        "progress": 0.25,
        "days_slipped": 3,
        "last_status": "at_risk",
        "last_status_at": dt.date(2026, 3, 5),
        "last_status_title": "It is at_risk",
        "days_since_status": 1.5,
        "expected": 0.5,
        "is_behind": True,
    }


def test_a_task_counts_once_in_each_project_that_it_is_itself_in() -> None:
    below = {"parent_gid": "a"}
    tasks = tasks_of(
        task("a", "12"), task("b", "11"), task("c", "", **below), task("d", "2", **below)
    )

    rows = found(tasks, items_of(project("1"), project("2"), project("3")))

    # a is in both, b twice in one, c only below a.
    assert {gid: row["tasks"] for gid, row in rows.items()} == {"1": 2, "2": 2, "3": 0}
    assert rows["3"]["progress"] is None


def test_memberships_may_be_given_instead_of_the_column() -> None:
    tasks = tasks_of(task("a", "12"), task("b", "1", done=True))
    items = items_of(project("1"), project("2"))

    memberships = af.bridge(tasks, "memberships", key="task_gid")

    rows = found(tasks.drop(columns="memberships_project_gids"), items, memberships=memberships)
    assert rows == found(tasks, items)
    assert (rows["1"]["tasks"], rows["1"]["done"], rows["2"]["tasks"]) == (2, 1, 1)


def test_projects_in_several_portfolios_have_one_row_on_the_shortest_way() -> None:
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

    rows = found(tasks_of(task("a", "2")), items)

    assert {gid: row["path"] for gid, row in rows.items()} == {
        "1": ("Portfolio A",),
        "2": ("Portfolio A", "Portfolio B"),
        "3": ("Portfolio A", "Portfolio B", "Portfolio C"),
        "4": (),
    }
    assert rows["2"]["tasks"] == 1


def test_a_holder_of_others_is_a_portfolio_even_if_nothing_says_so() -> None:
    items = items_of(holder("A"), project("1", "A")).drop(columns="resource_type")

    assert [*found(tasks_of(), items)] == ["1"]


def test_portfolios_in_a_cycle_are_refused_by_name() -> None:
    items = items_of(holder("A", "B"), holder("B", "A"), project("1", "A"))

    with pytest.raises(af.InvalidArgument, match=r"cycle: Portfolio .*Portfolio") as refused:
        af.rollups.portfolio(tasks_of(), items)

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
    rows = found(tasks_of(task("a", due=task_due, done=done)), items_of(project("1", due_on=due)))

    assert rows["1"]["days_slipped"] == slip


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
    row = found(tasks_of(task("a")), items_of(project("1", start_on=start, due_on=due)))["1"]

    assert row["expected"] == pytest.approx(expected)
    assert row["is_behind"] is (None if expected is None else expected > 0)


@pytest.mark.parametrize(("done", "is_behind"), [(6, True), (7, False), (8, False)])
def test_a_tenth_less_than_expected_is_not_yet_behind(done: int, is_behind: bool) -> None:
    # 4 of 5 days are over, and 7 of 10 tasks are a tenth less than 0.8.
    items = items_of(project("1", start_on="2026-03-03", due_on="2026-03-07"))
    tasks = tasks_of(*(task(str(n), done=n < done) for n in range(10)))

    assert found(tasks, items)["1"]["is_behind"] is is_behind


def test_a_completed_project_is_not_behind() -> None:
    days = {"start_on": "2026-03-01", "due_on": "2026-03-05"}
    items = items_of(project("1", completed=True, **days), project("2", completed=None, **days))

    rows = found(tasks_of(task("a", "12")), items)

    assert (rows["1"]["is_behind"], rows["2"]["is_behind"]) == (False, True)


def test_the_last_status_is_the_latest_and_unknown_ones_stay_as_they_are() -> None:
    statuses = statuses_of(
        status("1", "2026-03-07T12:00:00Z", "dropped"),
        status("1", "2026-03-06T12:00:00Z", "sideways"),
        status("1", "2026-03-05T12:00:00Z", "on_track"),
        status("1", None, "off_track"),
        status("2", "2026-03-05T12:00:00Z", "at_risk", gid="8"),
        status("2", "2026-03-05T12:00:00Z", "off_track", gid="9"),
        status(None, "2026-03-05T12:00:00Z", "dropped"),
    )

    rows = found(tasks_of(), items_of(project("1"), project("2"), project("3")), statuses)

    assert [row["last_status"] for row in rows.values()] == ["sideways", "off_track", None]
    assert [row["days_since_status"] for row in rows.values()] == [0.0, 1.0, None]


def test_now_is_a_day_of_the_time_zone() -> None:
    items, tasks = items_of(project("1")), tasks_of(task("a", due="2026-03-06"))

    counts = [
        found(tasks, items, now="2026-03-06T23:30Z", tz=tz)["1"]["overdue"]
        for tz in ("UTC", "Europe/Berlin")
    ]

    assert counts == [0, 1]


def test_what_is_there_twice_counts_once_and_rows_without_a_gid_are_no_projects() -> None:
    items = items_of(project("1"), project(None), project("1", name="New"))
    tasks = tasks_of(task("a"), task("a", done=True), task(None), task("b", done=None))

    rows = found(tasks, items)

    assert [*rows] == ["1"]
    assert rows["1"]["project_name"] == "New"
    assert (rows["1"]["tasks"], rows["1"]["done"], rows["1"]["open"]) == (2, 1, 1)


def test_projects_may_have_only_gid_and_name() -> None:
    row = found(tasks_of(task("a", done=True)), items_of(project("1"))[["gid", "name"]])["1"]

    assert (row["progress"], row["path"], row["owner_name"]) == (1.0, (), None)


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        *((1, name) for name in ("gid", "name")),
        *((0, name) for name in ("gid", "completed", "due_on", "assignee_gid")),
        (0, "memberships_project_gids"),
        *((2, name) for name in ("parent_gid", "status_type", "created_at")),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    frame: int, column: str
) -> None:
    frames = [tasks_of(), items_of(), statuses_of()]
    frames[frame] = frames[frame].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.portfolio .*{column}.*fields="):
        af.rollups.portfolio(*frames)


def test_bad_arguments_are_refused() -> None:
    frames = [tasks_of(task("a")), items_of(project("1"))]
    with pytest.raises(af.InvalidArgument, match="now='soon'"):
        af.rollups.portfolio(*frames, now="soon")
    with pytest.raises(af.InvalidArgument, match="Mars"):
        af.rollups.portfolio(*frames, now=NOW, tz="Mars/Olympus")
    with pytest.raises(af.InvalidArgument, match="due_on, row 1: 'soon'"):
        af.rollups.portfolio(frames[0].assign(due_on=["soon"]), frames[1])
    with pytest.raises(af.InvalidArgument, match="project_gid"):
        af.rollups.portfolio(*frames, memberships=pd.DataFrame({"task_gid": ["a"]}))


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    update = statuses_of(status("1", "2026-03-05T12:00:00Z", "at_risk"))
    some = af.rollups.portfolio(tasks_of(task("a")), items_of(project("1", "A")), update)

    assert_same_dtypes(af.rollups.portfolio(tasks_of(), items_of(), statuses_of()), some)
    assert_same_dtypes(af.rollups.portfolio(tasks_of(task("a")), items_of(holder("A"))), some)
    assert_same_dtypes(af.rollups.portfolio(tasks_of(), items_of(project("1"))), some)


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
    frames = [tasks_of(*rows), items]
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
                "progress": (len(mine) - len(left)) / len(mine) if mine else None,
                "days_slipped": max(0, (last - due).days) if last and due else None,
            }
            == told[gid]
        )


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tasks_of(task("a", "12"), task("b", "2", done=True), task("c", "")),
        items_of(holder("A"), project("1", "A", start_on="2026-03-02"), project("2")),
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

    table = af.rollups.portfolio(tasks, items, updates, now="2026-11-02T09:00Z")

    counts = asana.projects.get_task_counts(projects)
    mine = table[table["kind"] == "project"]
    assert sorted(mine["project_gid"]) == sorted(projects["gid"])
    assert int(mine["tasks"].sum()) == int(counts["num_tasks"].sum())
    assert int(mine["done"].sum()) == int(counts["num_completed_tasks"].sum())
    assert ("All of Acme", "Growth") in mine["path"].tolist()
    assert mine["last_status"].notna().all()
    held = table[table["kind"] == "portfolio"].set_index("portfolio_name")
    assert sorted(held.index) == sorted(portfolios["name"])
    whole = asana.portfolios.list_items("Growth")
    growth = asana.tasks.list(project=whole)
    assert (held.at["Growth", "tasks"], held.at["Growth", "projects"]) == (len(growth), len(whole))
    assert table["tasks"].iloc[-1] == tasks["gid"].nunique()


def test_portfolios_and_the_total_count_each_task_once() -> None:
    # a is in all three projects, b in two of them.
    items = items_of(
        project("1", "A"), holder("B", "A"), project("2", "B"), project("3", "B"), holder("A")
    )
    tasks = tasks_of(
        task("a", "123", done=True), task("b", "23", due="2026-03-20"), task("c", "4")
    )

    rows = all_rows(tasks, items)

    shown = [
        (row["kind"], row["portfolio_gid"], row["project_gid"], row["projects"], row["tasks"])
        for row in rows
    ]
    assert shown == [
        ("portfolio", "A", None, 3, 2),
        ("project", "A", "1", 1, 1),
        ("portfolio", "B", None, 2, 2),
        ("project", "B", "2", 1, 2),
        ("project", "B", "3", 1, 2),
        ("total", None, None, 3, 2),
    ]
    assert [row["progress"] for row in rows] == [0.5, 1.0, 0.5, 0.5, 0.5, 0.5]
    assert rows[2]["path"] == ("Portfolio A",)


def test_a_portfolio_has_its_own_statuses_and_days_or_those_of_its_projects() -> None:
    items = items_of(
        holder("A") | {"due_on": "2026-03-31"},
        holder("B", "A"),
        project("1", "B", start_on="2026-03-02", due_on="2026-03-11"),
        project("2", "B", start_on="2026-03-04"),
        holder("C"),
    )
    tasks = tasks_of(task("a", "2", due="2026-04-02"))
    statuses = statuses_of(
        status("A", "2026-03-05T12:00:00Z", "at_risk"), status("1", "2026-03-01", "on_track")
    )

    rows = {row["portfolio_gid"]: row for row in all_rows(tasks, items, statuses)[::-1]}

    assert [rows[gid]["last_status"] for gid in "ABC"] == ["at_risk", None, None]
    march = [dt.date(2026, 3, day) for day in (2, 11, 31)]
    assert (rows["A"]["start_on"], rows["A"]["due_on"]) == (march[0], march[2])
    assert (rows["B"]["start_on"], rows["B"]["due_on"]) == (march[0], march[1])
    assert (rows["C"]["start_on"], rows["C"]["tasks"], rows["C"]["progress"]) == (None, 0, None)
    assert [rows[gid]["days_slipped"] for gid in "ABC"] == [2, 22, None]
    assert (rows["B"]["expected"], rows["B"]["is_behind"]) == (0.5, True)


def test_what_came_after_now_does_not_exist() -> None:
    late, later = "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"
    items = items_of(project("1", completed=True), project("2")).assign(
        created_at=pd.to_datetime(["2026-03-01T00:00:00Z", late]),
        completed_at=pd.to_datetime([late, None], utc=True),
    )
    items["start_on"], items["due_on"] = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-05")
    tasks = tasks_of(task("a", done=True), task("b", done=True), task("c")).assign(
        created_at=pd.to_datetime(["2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", late]),
        completed_at=pd.to_datetime(["2026-03-02T00:00:00Z", later, None], utc=True),
    )
    statuses = statuses_of(status("1", late, "off_track"))

    rows = all_rows(tasks, items, statuses)

    assert [row["kind"] for row in rows] == ["project", "total"]
    assert (rows[0]["tasks"], rows[0]["done"], rows[0]["open"]) == (2, 1, 1)
    assert (rows[0]["last_status"], rows[0]["is_behind"]) == (None, True)
    assert (all_rows(tasks, items, statuses, now=later)[0]["done"]) == 2


def test_due_dates_that_changed_after_now_are_warned_of() -> None:
    tasks = tasks_of(task("a")).assign(modified_at=pd.to_datetime(["2026-03-08"], utc=True))

    with pytest.warns(af.PastStateWarning, match="due dates, assignees and projects"):
        af.rollups.portfolio(tasks, items_of(project("1")), now=NOW)


def test_excluded_tasks_count_nowhere() -> None:
    tasks = tasks_of(task("a", done=True), task("b", done=True)).assign(
        memberships_section_names=[("Cancelled",), ("Done",)]
    )

    rows = all_rows(tasks, items_of(project("1")), exclude={"section": "Cancelled"})

    assert [row["tasks"] for row in rows] == [1, 1]


@settings(max_examples=60, deadline=None)
@given(
    tasks_drawn,
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("BC123")), max_size=8),
)
def test_every_portfolio_counts_the_distinct_tasks_of_a_walk_through_it(
    rows: list[dict[str, Any]], pairs: list[tuple[str, str]]
) -> None:
    pairs = [(above, below) for above, below in pairs if above < below or below in "123"]

    def inside(node: str) -> set[str]:
        below = [gid for above, gid in pairs if above == node]
        return {gid for one in below for gid in ({one} if one in "123" else inside(one))}

    holders = {gid: [above for above, below in pairs if below == gid] for gid in "ABC123"}
    items = items_of(
        *(holder(gid, *holders[gid]) for gid in "ABC"),
        *(project(gid, *holders[gid]) for gid in "123"),
    )

    found_rows = all_rows(tasks_of(*rows), items)

    for row in found_rows:
        within = {"project": {row["project_gid"]}, "total": set("123")}.get(
            row["kind"], inside(row["portfolio_gid"] or "")
        )
        mine = [one for one in rows if within & set(one["memberships_project_gids"])]
        assert (row["projects"], row["tasks"]) == (len(within), len(mine))
        assert row["done"] == sum(bool(one["completed"]) for one in mine)
    assert sorted(row["kind"] for row in found_rows).count("portfolio") == 3


def test_portfolios_alone_are_not_taken_for_projects(asana: af.Asana) -> None:
    portfolios = asana.portfolios.list(workspace="Acme", owner="me")

    with pytest.raises(af.InvalidArgument, match=r"gather\.portfolio_items\(asana, portfolios"):
        af.rollups.portfolio(tasks_of(task("a")), portfolios)


def test_a_portfolio_counts_what_is_in_the_portfolios_in_it(asana: af.Asana) -> None:
    every = asana.portfolios.list(workspace="Acme", owner="me")
    top = every.loc[every["name"] == "All of Acme"]
    tasks = asana.tasks.list(project=asana.projects.list(workspace="Acme"))

    tables = [
        af.rollups.portfolio(tasks, af.gather.portfolio_items(asana, given, portfolios=True))
        for given in (every, top)
    ]

    for table in tables:
        rows = table[table["kind"] == "portfolio"].set_index("portfolio_name")
        total = table[table["kind"] == "total"].iloc[0]
        assert rows.loc["All of Acme", "tasks"] == total["tasks"] == len(tasks)
        assert rows.loc["Growth", "path"] == ("All of Acme",)
        inside = rows.loc["Growth", "projects"] + rows.loc["Running the company", "projects"]
        assert rows.loc["All of Acme", "projects"] == inside
