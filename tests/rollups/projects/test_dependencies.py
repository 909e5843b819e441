"""Tasks that wait for each other."""

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

TODAY = dt.date(2026, 3, 2)
TASK = {
    **dict.fromkeys(("gid", "name", "assignee_name", "parent_gid"), "text"),
    "completed": "boolean",
    **dict.fromkeys(("start_on", "due_on"), "date"),
    **dict.fromkeys(("memberships_project_gids", "memberships_project_names"), "tuple"),
}
EDGE = {"task_gid": "text", "dependency_gid": "text"}


def task(
    gid: str | None,
    start: dt.date | str | None = None,
    due: dt.date | str | None = None,
    done: bool | None = False,
    projects: str = "",
    **more: Any,
) -> dict[str, Any]:
    return {
        "gid": gid,
        "name": f"Task {gid}",
        "completed": done,
        "start_on": start,
        "due_on": due,
        "memberships_project_gids": tuple(projects),
        "memberships_project_names": tuple(f"Project {one}" for one in projects),
        **more,
    }


def lasting(gid: str, days: int, **more: Any) -> dict[str, Any]:
    return task(gid, TODAY, TODAY + dt.timedelta(days=days - 1), **more)


def tasks_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(TASK, rows)


def edges_of(*pairs: str) -> pd.DataFrame:
    """Return dependencies: ``"ba"`` says that b waits for a."""
    return frame_of(EDGE, ({"task_gid": p[0], "dependency_gid": p[1]} for p in pairs))


def found(tasks: pd.DataFrame, edges: pd.DataFrame, **options: Any) -> dict[str, Any]:
    options = {"workdays": "Mon-Sun"} | options
    table = af.rollups.dependencies(tasks, edges, now="2026-03-02 12:00", **options)
    return {row["task_gid"]: row for row in cells(table)}


def column(rows: dict[str, Any], name: str) -> dict[str, Any]:
    return {gid: row[name] for gid, row in rows.items()}


def test_the_longest_chain_is_critical_and_the_others_have_slack() -> None:
    # a 3 days, then b 2 days and c 4 days, then d 1 day: a c d takes 3 + 4 + 1 = 8 days, from
    # 2 to 9 March; b may end 2 days later than it can. e is in no chain, so
    # that it has no slack.
    tasks = tasks_of(
        *(lasting(gid, days) for gid, days in zip("abcde", (3, 2, 4, 1, 5), strict=True))
    )

    rows = found(tasks, edges_of("ba", "ca", "db", "dc"))

    assert column(rows, "days_planned") == {"a": 3, "b": 2, "c": 4, "d": 1, "e": 5}
    assert column(rows, "chain") == {"a": 1, "b": 2, "c": 2, "d": 3, "e": 0}
    assert column(rows, "chain_gid") == {**dict.fromkeys("abcd", "d"), "e": None}
    assert [row["earliest_start"].day for row in rows.values()] == [2, 5, 5, 9, 2]
    assert [row["earliest_finish"].day for row in rows.values()] == [4, 6, 8, 9, 6]
    assert column(rows, "days_slack") == {"a": 0, "b": 2, "c": 0, "d": 0, "e": None}
    assert rows["b"]["latest_finish"] == dt.date(2026, 3, 8)
    assert [gid for gid, row in rows.items() if row["is_critical"]] == ["a", "c", "d"]
    assert rows["d"]["depends_on_gids"] == ("b", "c")
    assert rows["a"]["blocks_gids"] == ("b", "c")


def test_what_is_completed_holds_nothing_up_and_has_no_schedule() -> None:
    tasks = tasks_of(lasting("a", 3), lasting("b", 9, done=True), lasting("c", 2))

    rows = found(tasks, edges_of("ba", "cb"))

    assert column(rows, "chain") == {"a": 0, "b": 0, "c": 0}
    assert column(rows, "is_blocked") == {"a": False, "b": False, "c": False}
    # b stands after a, which is open, but is done all the same.
    assert column(rows, "open_dependencies") == {"a": 0, "b": 1, "c": 0}
    assert rows["c"]["earliest_start"] == TODAY
    assert column(rows, "days_slack") == {"a": None, "b": None, "c": None}
    assert rows["b"]["earliest_start"] is rows["b"]["latest_finish"] is None
    assert not rows["b"]["is_critical"]
    assert rows["b"]["days_planned"] == 9


def test_an_unknown_task_counts_as_open_and_keeps_the_order_without_taking_time() -> None:
    tasks = tasks_of(lasting("a", 3), lasting("b", 2))

    rows = found(tasks, edges_of("xa", "bx"))

    # b waits for x, which waits for a: b begins after a's 3 days.
    assert rows["b"]["depends_on_gids"] == ("x",)
    assert rows["a"]["blocks_gids"] == ("x",)
    assert (rows["b"]["open_dependencies"], rows["b"]["unknown_dependencies"]) == (1, 1)
    assert (rows["a"]["open_dependencies"], rows["a"]["unknown_dependencies"]) == (0, 0)
    assert rows["b"]["is_blocked"]
    assert rows["b"]["chain"] == 2
    assert rows["b"]["earliest_start"] == dt.date(2026, 3, 5)
    assert [*rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("start", "due", "days"),
    [
        ("2026-03-02", "2026-03-02", 1),
        (None, "2026-03-02", 5),
        ("2026-03-02", None, 5),
        (None, None, 5),
        ("2026-03-02", "2026-03-01", 5),
    ],
)
def test_a_task_lasts_from_start_to_due_else_as_long_as_is_told(
    start: str | None, due: str | None, days: int
) -> None:
    rows = found(tasks_of(task("a", start, due)), edges_of(), default_days=5)

    assert rows["a"]["days_planned"] == days
    assert rows["a"]["earliest_finish"] == TODAY + dt.timedelta(days=days - 1)


@pytest.mark.parametrize(
    ("start", "due", "is_conflict"),
    [
        ("2026-03-10", "2026-03-12", False),
        ("2026-03-09", "2026-03-12", True),
        (None, "2026-03-10", False),
        (None, "2026-03-09", True),
        (None, None, False),
    ],
)
def test_a_conflict_is_to_start_or_be_due_before_what_comes_first_is_due(
    start: str | None, due: str | None, is_conflict: bool
) -> None:
    tasks = tasks_of(task("a", None, "2026-03-10"), task("b", start, due))

    assert column(found(tasks, edges_of("ba")), "conflict") == {"a": False, "b": is_conflict}


def test_a_dependency_crosses_projects_if_none_is_shared() -> None:
    tasks = tasks_of(
        task("a", projects="12"),
        task("b", projects="23"),
        task("c", projects="3"),
        task("d", projects=""),
        task("e", projects="", parent_gid="c"),
    )

    rows = found(tasks, edges_of("ba", "ca", "da", "ea"))

    # d is in no project, so in no other; e is where the task above it is.
    assert [gid for gid, row in rows.items() if row["crosses_projects"]] == ["c", "e"]
    assert column(rows, "project_gid") == {"a": "1", "b": "2", "c": "3", "d": None, "e": "3"}
    assert rows["e"]["project_name"] == "Project 3"


def test_a_cycle_is_refused_and_names_its_tasks_even_if_they_are_done() -> None:
    tasks = tasks_of(task("a", done=True), task("b", done=True), task("c"))

    with pytest.raises(af.InvalidArgument, match=r"cycle: ") as refused:
        af.rollups.dependencies(tasks, edges_of("ba", "ax", "xb", "ca"))

    for name in ("Task a (a)", "Task b (b)", "x"):
        assert name in str(refused.value)
    assert "Task c" not in str(refused.value)


def test_a_task_that_waits_for_itself_is_a_cycle() -> None:
    with pytest.raises(af.InvalidArgument, match=r"cycle: Task a \(a\) > Task a \(a\)\."):
        af.rollups.dependencies(tasks_of(task("a")), edges_of("aa"))


def test_a_chain_of_thousands_is_no_trouble() -> None:
    count = 3000
    gids = [f"{n:05}" for n in range(count)]
    tasks = tasks_of(*map(task, gids))
    edges = pd.DataFrame({"task_gid": gids[1:], "dependency_gid": gids[:-1]})

    table = af.rollups.dependencies(tasks, edges)

    assert table["chain"].tolist() == list(range(1, count + 1))
    assert table["is_critical"].all()


def test_what_is_there_twice_counts_once_and_what_is_missing_not() -> None:
    edges = edges_of("ba", "ba").set_index(pd.Index([7, 7]))
    edges = pd.concat([edges, frame_of(EDGE, [{"task_gid": "b"}, {"dependency_gid": "a"}])])
    tasks = tasks_of(task("a", done=True), task(None), task("a"), task("b", done=None))

    rows = found(tasks, edges)

    assert [*rows] == ["a", "b"]
    assert (rows["b"]["depends_on_gids"], rows["b"]["open_dependencies"]) == (("a",), 1)
    assert rows["b"]["completed"] is None
    assert rows["b"]["is_blocked"]


def test_now_is_a_day_of_the_time_zone() -> None:
    tasks = tasks_of(task("a"))

    days = [
        af.rollups.dependencies(tasks, edges_of(), now="2026-03-02T23:30Z", tz=tz)[
            "earliest_start"
        ][0]
        for tz in ("UTC", "Europe/Berlin")
    ]

    assert days == [pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-03")]


def test_optional_columns_may_be_missing() -> None:
    tasks = tasks_of(task("a", "2026-03-01", "2026-03-03"))[["gid", "name", "completed", "due_on"]]

    row = found(tasks, edges_of())["a"]

    assert (row["days_planned"], row["start_on"], row["project_gid"]) == (1, None, None)
    assert row["assignee_name"] is None


@pytest.mark.parametrize("name", ["gid", "name", "completed", "due_on"])
def test_a_missing_column_is_named_with_the_function_and_the_fields(name: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.dependencies .*{name}.*fields="):
        af.rollups.dependencies(tasks_of().drop(columns=name), edges_of())
    with pytest.raises(af.InvalidArgument, match=r"rollups\.dependencies .*dependency_gid"):
        af.rollups.dependencies(tasks_of(), edges_of().drop(columns="dependency_gid"))


@pytest.mark.parametrize(
    "options",
    [
        {"default_days": 0},
        {"default_days": True},
        {"default_days": 1.5},
        {"default_days": "1"},
        {"workdays": "Mon-Foo"},
        {"workdays": "Mon:0"},
        {"holidays": "2026-03-02"},
        {"now": "soon"},
        {"tz": "Mars/Olympus"},
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(af.InvalidArgument, match=next(iter(options))):
        af.rollups.dependencies(
            tasks_of(task("a")), edges_of(), **{"now": "2026-03-02", **options}
        )


def test_text_that_is_not_a_day_is_refused() -> None:
    tasks = tasks_of(task("a")).assign(due_on=["soon"])

    with pytest.raises(af.InvalidArgument, match=r"rollups\.dependencies: due_on, row 1: 'soon'"):
        af.rollups.dependencies(tasks, edges_of())


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    some = af.rollups.dependencies(tasks_of(task("a"), task("b")), edges_of("ba"))

    assert_same_dtypes(af.rollups.dependencies(tasks_of(), edges_of()), some)
    assert_same_dtypes(af.rollups.dependencies(tasks_of(), edges_of("ba")), some)
    assert_same_dtypes(af.rollups.dependencies(tasks_of(task("a")), edges_of()), some)


A_DAY = st.none() | st.dates(dt.date(2026, 2, 25), dt.date(2026, 3, 9))
GIDS = "abcdefgh"
#: What waits comes later in the alphabet, so that there is no cycle; y and z are unknown.
PAIRS = [f"{after}{before}" for after in GIDS + "yz" for before in GIDS + "yz" if before < after]


@st.composite
def drawn_tasks(draw: st.DrawFn) -> list[dict[str, Any]]:
    done = st.sampled_from([False, False, True, None])
    return [
        task(
            gid, draw(A_DAY), draw(A_DAY), draw(done), draw(st.sampled_from(["", "1", "12", "2"]))
        )
        for gid in draw(st.permutations(GIDS))
    ]


def looped(rows: list[dict[str, Any]], pairs: set[str]) -> dict[str, dict[str, Any]]:
    """Return what is expected, task by task and way by way."""
    by_gid = {row["gid"]: row for row in rows}
    is_open = {gid: gid not in by_gid or not by_gid[gid]["completed"] for gid in GIDS + "yz"}
    days = {
        row["gid"]: (row["due_on"] - row["start_on"]).days + 1
        if row["start_on"] and row["due_on"] and row["start_on"] <= row["due_on"]
        else 1
        for row in rows
    }
    binding = {pair for pair in pairs if is_open[pair[0]] and is_open[pair[1]]}

    def longest(gid: str, weights: dict[str, int], end: int) -> int:
        others = [pair[end] for pair in binding if pair[1 - end] == gid]
        own = weights.get(gid, 0)
        return own + max((longest(other, weights, end) for other in others), default=0)

    def connected(gid: str) -> set[str]:
        found, waiting = {gid}, [gid]
        while waiting:
            one = waiting.pop()
            for pair in binding:
                if one in pair:
                    waiting += set(pair) - found
                    found |= set(pair)
        return found

    def begin(gid: str) -> dt.date:
        ends = [end(pair[1]) for pair in binding if pair[0] == gid]
        start = by_gid[gid]["start_on"] if gid in by_gid else None
        return max([TODAY, *ends, *([start] if start else [])])

    def left(gid: str) -> int:
        if gid not in by_gid:
            return 0
        row = by_gid[gid]
        start, due = row["start_on"], row["due_on"]
        waits = any(pair[0] == gid for pair in binding)
        if start and due and start <= due and start < TODAY and not waits:
            return int(max((due - TODAY).days + 1, 1))
        return days[gid]

    def end(gid: str) -> dt.date:
        """Return the day after the last one."""
        return begin(gid) + dt.timedelta(days=left(gid))

    def latest_end(gid: str, own: Any) -> dt.date | None:
        """Return the day after the last one that keeps what is to be kept."""
        after = [pair[0] for pair in binding if pair[1] == gid]
        limits = [own(gid)] + [
            limit - dt.timedelta(days=left(g)) for g in after if (limit := latest_end(g, own))
        ]
        return min((limit for limit in limits if limit), default=None)

    def due_end(gid: str) -> dt.date | None:
        due = by_gid[gid]["due_on"] if gid in by_gid else None
        return due and due + dt.timedelta(days=1)

    ones = dict.fromkeys(by_gid, 1)
    expected = {}
    for gid, row in by_gid.items():
        waits = sorted(pair[1] for pair in pairs if pair[0] == gid)
        ahead = [by_gid[g] for g in waits if g in by_gid and is_open[g] and is_open[gid]]
        chain = [g for g in connected(gid) if g in by_gid and is_open[g]]
        is_chain = is_open[gid] and len(chain) > 1
        last = max(end(g) for g in chain) if is_chain else None
        slack = (latest_end(gid, lambda _: last) - end(gid)).days if is_chain else None  # type: ignore[operator]  # noqa: B023
        limit = latest_end(gid, due_end) if is_open[gid] else None
        late = (end(gid) - dt.timedelta(days=1) - row["due_on"]).days if row["due_on"] else 0
        expected[gid] = {
            "depends_on_gids": tuple(waits),
            "blocks_gids": tuple(sorted(pair[0] for pair in pairs if pair[1] == gid)),
            "open_dependencies": sum(is_open[g] for g in waits),
            "unknown_dependencies": sum(g not in by_gid for g in waits),
            "is_blocked": is_open[gid] and any(is_open[g] for g in waits),
            "chain": longest(gid, ones, 1) if is_chain else 0,
            "days_planned": days[gid],
            "days_left": left(gid) if is_open[gid] else None,
            "days_slack": slack,
            "days_slack_due": limit and (limit - end(gid)).days,
            "days_late": late if is_open[gid] and late > 0 else None,
            "is_late": is_open[gid] and late > 0,
            "is_critical": slack == 0,
            "earliest_start": begin(gid) if is_open[gid] else None,
            "earliest_finish": end(gid) - dt.timedelta(days=1) if is_open[gid] else None,
            "conflict": any(
                day and other["due_on"] and day < other["due_on"]
                for other in ahead
                for day in (row["start_on"], row["due_on"])
            ),
            "crosses_projects": any(
                (mine := set(row["memberships_project_gids"]))
                and (theirs := set(by_gid[g]["memberships_project_gids"]))
                and not mine & theirs
                for g in waits
                if g in by_gid
            ),
        }
    return expected


@settings(max_examples=40, deadline=None)
@given(drawn_tasks(), st.sets(st.sampled_from(PAIRS), max_size=14), st.randoms(), st.booleans())
def test_every_figure_is_that_of_a_loop_over_all_ways(
    rows: list[dict[str, Any]], pairs: set[str], random: Any, is_odd: bool
) -> None:
    order = sorted(pairs)
    random.shuffle(order)
    frames = [tasks_of(*rows), edges_of(*order)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    told = found(*frames)

    assert [*told] == [row["gid"] for row in rows]
    for gid, expected in looped(rows, pairs).items():
        assert {name: told[gid][name] for name in expected} == expected
        if expected["days_slack"] is not None:
            latest, finish = told[gid]["latest_finish"], told[gid]["earliest_finish"]
            assert (latest - finish).days == expected["days_slack"]


def test_a_schedule_leaves_out_weekends_and_holidays_and_tells_late_finishes() -> None:
    # Text takes Thursday, Friday and Tuesday, since Monday the 9th is a holiday; the layout, of
    # 2 days and due on Wednesday, takes Wednesday and Thursday.
    tasks = tasks_of(
        task("a", "2026-03-05", "2026-03-10"),
        task("b", "2026-03-05", "2026-03-06"),
        task("c", "2026-03-20", "2026-03-20"),
        task("d", None, "2026-03-11"),
    )
    options = {"workdays": "Mon-Fri", "holidays": ["2026-03-09"]}

    rows = found(tasks, edges_of("ba", "cb"), **options)

    assert column(rows, "days_planned") == {"a": 3, "b": 2, "c": 1, "d": 1}
    assert rows["a"]["earliest_start"] == dt.date(2026, 3, 5)
    assert rows["a"]["earliest_finish"] == dt.date(2026, 3, 10)
    assert rows["b"]["earliest_finish"] == dt.date(2026, 3, 12)
    # From Friday the 6th to Thursday the 12th.
    assert column(rows, "days_late") == {"a": None, "b": 6, "c": None, "d": None}
    assert [gid for gid, row in rows.items() if row["is_late"]] == ["b"]
    # The chain ends on its start day, Friday the 20th; before it there are 5 free days.
    assert column(rows, "days_slack") == {"a": 5, "b": 5, "c": 0, "d": None}
    assert rows["b"]["latest_finish"] == dt.date(2026, 3, 19)
    # b is 3 working days late: 10, 11 and 12 March; so is a for it.
    assert column(rows, "days_slack_due") == {"a": -3, "b": -3, "c": 0, "d": 6}


def test_a_task_under_way_takes_the_days_that_are_left() -> None:
    tasks = tasks_of(
        task("a", "2026-02-26", "2026-03-04"),
        task("b", "2026-02-20", "2026-02-24"),
        task("c", "2026-02-26", "2026-03-04"),
    )

    rows = found(tasks, edges_of("ca"), workdays="Mon-Fri")

    # a began on Thursday, and c cannot have begun.
    assert column(rows, "days_planned") == {"a": 5, "b": 3, "c": 5}
    assert column(rows, "days_left") == {"a": 3, "b": 1, "c": 5}
    assert rows["c"]["earliest_finish"] == dt.date(2026, 3, 11)


def test_at_an_earlier_moment_later_tasks_and_dependencies_do_not_exist() -> None:
    kinds = TASK | dict.fromkeys(("created_at", "completed_at", "modified_at"), "datetime")
    known = {"created_at": "2026-02-01T09:00Z"}
    tasks = frame_of(
        kinds,
        [
            lasting("a", 3, done=True) | known | {"completed_at": "2026-03-04T09:00Z"},
            lasting("b", 2) | known,
            lasting("c", 2) | {"created_at": "2026-03-03T09:00Z"},
        ],
    )
    stories = pd.DataFrame(
        {
            "gid": ["7", "8", "9"],
            "task_gid": ["b", "b", "a"],
            "created_at": pd.to_datetime(["2026-03-03", "2026-03-04", "2026-03-04"], utc=True),
            "resource_subtype": ["dependency_added", "dependency_removed", "marked_complete"],
            "dependency_gid": ["x", "a", None],
        }
    )

    rows = found(tasks, edges_of("bx", "bc"), stories=stories)

    assert [*rows] == ["a", "b"]
    assert rows["b"]["depends_on_gids"] == ("a",)
    assert rows["b"]["is_blocked"]


def test_the_order_and_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tasks_of(task("a", projects="1"), task("b", projects="2"), task("c")),
        edges_of("ca", "cb", "ba"),
    ]
    expected = af.rollups.dependencies(*frames, now=TODAY)

    assert_same(af.rollups.dependencies(*map(oddly_indexed, frames), now=TODAY), expected)
    assert_same(af.rollups.dependencies(*map(typed_by_hand, frames), now=TODAY), expected)
    assert_same(af.rollups.dependencies(frames[0], frames[1][::-1], now=TODAY), expected)


def test_on_the_sandbox_both_ways_to_dependencies_tell_the_same(asana: af.Asana) -> None:
    fields = ["name", "completed", "start_on", "due_on", "assignee.name", "memberships"]
    tasks = asana.tasks.list(project="Website relaunch", fields=[*fields, "dependencies"])
    edges = af.bridge(tasks, "dependencies", key="task_gid")
    waiting = tasks[tasks["gid"].isin(edges["task_gid"])]

    table = af.rollups.dependencies(tasks, edges, now="2026-11-02T09:00Z")
    listed = af.bridge(asana.tasks.list_dependencies(waiting), "task", key="dependency_gid")

    assert_same(af.rollups.dependencies(tasks, listed, now="2026-11-02T09:00Z"), table)
    assert table["depends_on_gids"].str.len().sum() == len(edges) > 0
    assert (table["is_blocked"] <= ~table["completed"]).all()
    assert table["is_late"].any()
    assert (table["is_critical"] <= (table["chain"] > 0)).all()
