"""What was estimated, and what it took."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    TASK,
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
)


def task(
    gid: str, parent: str | None = None, estimate: float | None = None, **more: Any
) -> dict[str, Any]:
    row = {"gid": gid, "name": f"Task {gid}", "parent_gid": parent, "cf_Estimated time": estimate}
    return {**row, **more}


def tasks_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(TASK, rows)


def test_subtasks_count_to_the_task_at_the_top() -> None:
    # Estimated 60 + 120 minutes = 3 hours; tracked 30 + 240 = 4.5 hours. Task 3 has no estimate of
    # its own, but the tasks above it have.
    tasks = tasks_of(task("1", None, 60), task("2", "1", 120), task("3", "2"))
    entries = tracked(entry(task="2", minutes=30), entry(task="3", minutes=240))

    table = af.rollups.estimates(tasks, entries)

    assert cells(table) == [
        {
            "task_gid": "1",
            "task_name": "Task 1",
            "tasks": 3,
            "estimated": 3.0,
            "actual": 4.5,
            "unestimated": 0.0,
            "difference": 1.5,
            "ratio": 1.5,
        }
    ]


def test_without_roots_each_task_stands_for_itself() -> None:
    tasks = tasks_of(task("1", None, 60), task("2", "1", 120), task("3", "2", 0))
    entries = tracked(entry(task="1", minutes=30), entry(task="3", minutes=15))

    table = af.rollups.estimates(tasks, entries, to_root=False)

    columns = ["task_gid", "estimated", "actual", "difference", "ratio"]
    assert [list(row.values()) for row in cells(table[columns])] == [
        ["1", 1.0, 0.5, -0.5, 0.5],
        ["2", 2.0, 0.0, -2.0, 0.0],
        # Nothing was estimated: how many times as long it took nobody can say.
        ["3", 0.0, 0.25, 0.25, None],
    ]


def test_hours_without_an_estimate_are_not_compared() -> None:
    # An estimate on a subtask is none of its parent, of its siblings or of other tasks.
    tasks = tasks_of(task("1"), task("2", "1", 60), task("3", "2"), task("4", "1"), task("5"))
    entries = tracked(*(entry(task=gid, minutes=30 * int(gid)) for gid in "12345"))

    (root, _) = cells(af.rollups.estimates(tasks, entries))
    (total,) = cells(af.rollups.estimates(tasks, entries, by=None))
    (own,) = cells(af.rollups.estimates(tasks, entries, by=None, to_root=False))

    columns = ["tasks", "estimated", "actual", "unestimated", "difference", "ratio"]
    assert [root[name] for name in columns] == [4, 1.0, 5.0, 2.5, 1.5, 2.5]
    assert [total[name] for name in columns] == [5, 1.0, 7.5, 5.0, 1.5, 2.5]
    assert [own[name] for name in columns] == [5, 1.0, 7.5, 6.5, 0.0, 1.0]


def test_without_tasks_and_entries_one_total_is_nothing() -> None:
    (row,) = cells(af.rollups.estimates(tasks_of(), tracked(), by=None))

    assert row == {
        "tasks": 0,
        "estimated": None,
        "actual": 0.0,
        "unestimated": 0.0,
        "difference": None,
        "ratio": None,
    }


def test_time_on_tasks_that_are_not_there_and_on_none_has_rows_of_its_own() -> None:
    entries = tracked(
        entry(task="1", minutes=60), entry(task="9", minutes=30), entry(task=None, minutes=15)
    )

    by_task = af.rollups.estimates(tasks_of(task("1", None, 60)), entries)
    by_person = af.rollups.estimates(
        tasks_of(task("1", assignee_gid="11")), entries, by="assignee"
    )

    columns = ["task_gid", "task_name", "tasks", "estimated", "actual", "unestimated"]
    assert [list(row.values()) for row in cells(by_task[columns])] == [
        ["1", "Task 1", 1, 1.0, 1.0, 0.0],
        ["9", "Task 9", 1, None, 0.5, 0.5],
        [None, None, 0, None, 0.25, 0.25],
    ]
    assert [(row["assignee_gid"], row["actual"]) for row in cells(by_person)] == [
        ("11", 1.0),
        (None, 0.75),
    ]


def test_without_entries_the_actual_time_is_that_of_the_tasks() -> None:
    tasks = tasks_of(
        task("1", None, 60, actual_time_minutes=45), task("2", None, 30, actual_time_minutes=None)
    )

    table = af.rollups.estimates(tasks)

    assert table["actual"].tolist() == [0.75, 0.0]


def test_an_estimate_in_hours_is_not_divided() -> None:
    tasks = tasks_of(task("1", None, 2)).rename(columns={"cf_Estimated time": "cf_Effort"})

    table = af.rollups.estimates(tasks, tracked(), estimate="cf_Effort", unit="hours")

    assert table["estimated"].tolist() == [2.0]
    with pytest.raises(af.InvalidArgument, match=r"unit='days'.*'hours'"):
        af.rollups.estimates(tasks, tracked(), estimate="cf_Effort", unit="days")  # type: ignore[arg-type]


def test_by_project_a_subtask_counts_where_the_nearest_task_above_it_is() -> None:
    tasks = tasks_of(
        task("1", None, 60, memberships_project_gids=("31", "32")),
        task("2", "1", 30),
        task("3", "2", 15, memberships_project_gids=("33",)),
        task("4", None, 90),
    )

    own = af.rollups.estimates(tasks, tracked(), by="project_gid", to_root=False)
    of_roots = af.rollups.estimates(tasks, tracked(), by="project_gid")

    assert [(row["project_gid"], row["estimated"]) for row in cells(own)] == [
        ("31", 1.5),
        ("33", 0.25),
        (None, 1.5),
    ]
    assert [(row["project_gid"], row["estimated"]) for row in cells(of_roots)] == [
        ("31", 1.75),
        (None, 1.5),
    ]


def test_time_on_other_tasks_is_in_no_project_where_only_gids_were_read() -> None:
    tasks = tasks_of(task("1", None, 60, memberships_project_gids=("31",))).drop(
        columns=[name for name in TASK if name.startswith(("memberships_section", "parent"))]
    )
    bare = tasks.drop(columns="memberships_project_names")

    table = af.rollups.estimates(bare, tracked(entry(task="1"), entry(task="9")), by="project_gid")

    assert [(row["project_gid"], row["actual"]) for row in cells(table)] == [
        ("31", 1.0),
        (None, 1.0),
    ]


def test_a_task_that_is_there_twice_counts_once() -> None:
    tasks = tasks_of(task("1", None, 60), task("1", None, 90))

    table = af.rollups.estimates(tasks, tracked(entry(task="1")))

    assert cells(table[["tasks", "estimated", "actual"]]) == [
        {"tasks": 1, "estimated": 1.5, "actual": 1.0}
    ]


def test_a_task_whose_name_differs_between_entries_is_one_task() -> None:
    entries = tracked(entry(task="9"), entry(task="9", task_name="Old name"))

    table = af.rollups.estimates(tasks_of(), entries)

    assert table["actual"].tolist() == [2.0]


def test_a_parent_that_is_not_there_leaves_the_task_at_the_top() -> None:
    table = af.rollups.estimates(tasks_of(task("2", "1", 60)), tracked(entry(task="2")))

    assert table["task_gid"].tolist() == ["2"]


def test_parents_in_a_cycle_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="its own parent"):
        af.rollups.estimates(tasks_of(task("1", "2"), task("2", "1")), tracked())


def test_whole_numbers_flags_and_text_typed_by_hand_bear_time_on_other_tasks() -> None:
    tasks = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "name": ["Relaunch", "Text"],
            "parent_gid": [None, "1"],
            "completed": [True, True],
            "cf_Estimated time": [60, 120],
        }
    )

    entries = tracked(entry(task="1", minutes=60), entry(task="9", minutes=30))
    by_task = af.rollups.estimates(tasks, entries)
    by_flag = af.rollups.estimates(tasks, entries, by="completed")

    assert by_task["task_gid"].tolist() == ["1", "9"]
    assert by_task["estimated"].fillna(-1).tolist() == [3.0, -1.0]
    assert by_task["actual"].tolist() == [1.0, 0.5]
    # Whether a task that was not read is complete nobody knows.
    assert [(row["completed"], row["actual"]) for row in cells(by_flag)] == [
        (True, 1.0),
        (None, 0.5),
    ]


tree = st.lists(
    st.tuples(
        st.integers(0, 9), st.none() | st.integers(0, 300), st.sampled_from([None, "11", "12"])
    ),
    max_size=10,
)


def tasks_in(drawn: list[tuple[int, int | None, str | None]]) -> list[dict[str, Any]]:
    """Return tasks, each below an earlier one, below one that is not there, or below none."""
    rows = []
    for number, (above, estimate, assignee) in enumerate(drawn):
        parent = str(above) if above < number else "gone" if above == 9 else None
        rows.append(task(str(number), parent, estimate, assignee_gid=assignee))
    return rows


@settings(max_examples=20, deadline=None)
@given(tree, entry_rows(tasks=[*"0123456", "far"]), st.booleans(), st.booleans())
def test_estimates_are_those_of_a_loop_over_tasks_and_entries(
    drawn: list[Any], rows: list[dict[str, Any]], to_root: bool, is_odd: bool
) -> None:
    made = tasks_in(drawn)
    frames = [tasks_of(*made), tracked(*rows)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = cells(af.rollups.estimates(*frames, to_root=to_root))

    known = {row["gid"]: row for row in made}
    actual: dict[Any, float] = defaultdict(float)
    for row in rows:
        actual[row["task_gid"]] += (row["duration_minutes"] or 0) / 60
    sums: dict[Any, dict[str, Any]] = {}
    for gid in [*known, *(actual.keys() - known.keys())]:
        above = [gid]
        while to_root and above[-1] in known and known[above[-1]]["parent_gid"] in known:
            above.append(known[above[-1]]["parent_gid"])
        top = above[-1]
        given_above = [known[g]["cf_Estimated time"] for g in above if g in known]
        is_estimated = any(value is not None for value in given_above)
        estimate = known[gid]["cf_Estimated time"] if gid in known else None
        mine = sums.setdefault(top, {"tasks": 0, "estimated": None, "actual": 0.0, "un": 0.0})
        mine["tasks"] += gid is not None
        mine["actual"] += actual.get(gid, 0)
        mine["un"] += 0 if is_estimated else actual.get(gid, 0)
        if estimate is not None:
            mine["estimated"] = (mine["estimated"] or 0) + estimate / 60
    told = {row["task_gid"]: row for row in found}
    assert len(told) == len(found)
    assert told.keys() == sums.keys()
    for gid, mine in sums.items():
        assert told[gid]["tasks"] == mine["tasks"]
        assert told[gid]["estimated"] == pytest.approx(mine["estimated"])
        assert told[gid]["actual"] == pytest.approx(mine["actual"])
        assert told[gid]["unestimated"] == pytest.approx(mine["un"])


@settings(max_examples=20, deadline=None)
@given(
    tree,
    entry_rows(tasks=[*"0123456", "far"]),
    st.sampled_from([None, "task", "assignee", "project", "section", ["project", "assignee"]]),
    st.booleans(),
)
def test_the_actual_hours_are_those_of_the_entries_whatever_the_keys(
    drawn: list[Any], rows: list[dict[str, Any]], by: Any, to_root: bool
) -> None:
    table = af.rollups.estimates(
        tasks_of(*tasks_in(drawn)), tracked(*rows), by=by, to_root=to_root
    )

    minutes = sum(row["duration_minutes"] or 0 for row in rows)
    assert float(table["actual"].sum()) * 60 == pytest.approx(minutes, abs=1e-6)
    compared = table["actual"] - table["unestimated"]
    differs = compared - table["estimated"] - table["difference"]
    assert float(differs.abs().sum()) == pytest.approx(0)


@pytest.mark.parametrize("by", [None, "task", "assignee", "project", ["section", "assignee"]])
@pytest.mark.parametrize("to_root", [True, False])
def test_no_tasks_give_the_columns_and_dtypes_of_some(by: Any, to_root: bool) -> None:
    tasks = tasks_of(task("1", None, 60, memberships_project_gids=("31",)))
    some = af.rollups.estimates(tasks, tracked(entry(task="1")), by=by, to_root=to_root)

    for none in (
        af.rollups.estimates(tasks_of(), tracked(), by=by, to_root=to_root),
        af.rollups.estimates(tasks_of(), by=by, to_root=to_root),
        af.rollups.estimates(tasks_of(), tracked(entry(task="7")), by=by, to_root=to_root),
        af.rollups.estimates(tasks, tracked(), by=by, to_root=to_root),
    ):
        assert_same_dtypes(none, some)


@pytest.mark.parametrize("column", ["gid", "name", "cf_Estimated time", "actual_time_minutes"])
def test_a_missing_column_of_tasks_is_named_with_the_function(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.estimates .*{column}"):
        af.rollups.estimates(tasks_of().drop(columns=column))


@pytest.mark.parametrize("column", ["task_gid", "duration_minutes"])
def test_a_missing_column_of_entries_is_named_with_the_fields(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\..* {column}.*fields="):
        af.rollups.estimates(tasks_of(), tracked().drop(columns=column))


def test_an_unknown_key_comes_with_the_nearest_ones() -> None:
    with pytest.raises(af.InvalidArgument, match=r"rollups\.estimates.*'asignee'.*'assignee'"):
        af.rollups.estimates(tasks_of(), tracked(), by="asignee")


def test_projects_that_became_text_are_refused() -> None:
    tasks = tasks_of(task("1")).astype({"memberships_project_gids": "string"})

    with pytest.raises(af.InvalidArgument, match=r"_project_gids, row 1: .* is not a list"):
        af.rollups.estimates(tasks, tracked(), by="project")


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tasks_of(task("1", None, 60), task("2", "1", 30), task("3", assignee_gid="11")),
        tracked(entry(task="1"), entry(task="2"), entry(task="8"), entry(task=None)),
    ]

    expected = af.rollups.estimates(*frames)

    assert_same(af.rollups.estimates(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.estimates(*map(typed_by_hand, frames)), expected)


def test_on_the_sandbox_the_actual_hours_are_those_of_the_entries(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    entries = asana.time_tracking_entries.list(attributable_to=projects)
    tasks = asana.tasks.list(project=projects)

    by_task = af.rollups.estimates(tasks, entries)
    by_project = af.rollups.estimates(tasks, entries, by="project")

    hours = entries["duration_minutes"].sum() / 60
    assert float(by_task["actual"].sum()) == pytest.approx(hours)
    assert float(by_project["actual"].sum()) == pytest.approx(hours)
    estimated = tasks.drop_duplicates("gid")["cf_Estimated time"].sum() / 60
    assert float(by_project["estimated"].sum()) == pytest.approx(estimated)


def test_a_wide_table_has_the_hours_of_each_period_beside_the_estimates() -> None:
    tasks = tasks_of(
        task("1", None, 120, assignee_gid="11"),
        task("2", None, None, assignee_gid="11"),
        task("3", None, 60),
    )
    entries = tracked(
        entry(task="1", day="2026-03-02", minutes=60),
        entry(task="1", day="2026-04-02", minutes=90),
        entry(task="2", day="2026-04-02", minutes=30),
        entry(task=None, day=None, minutes=15),
    )

    def wide(by: Any, **more: Any) -> tuple[list[str], list[list[Any]]]:
        table = af.rollups.estimates(
            tasks, entries, by=by, every="MS", wide=True, now="2026-04-20", **more
        )
        return list(table.columns), [list(row.values()) for row in cells(table)]

    columns, rows = wide("assignee_gid", totals=True)
    months = ["2026-03-01", "2026-04-01 (part)", "no date"]
    compared = ["estimated", "unestimated", "difference", "ratio"]
    assert columns == ["assignee_gid", *months, "total", *compared]
    assert rows == [
        ["11", 1.0, 2.0, 0.0, 3.0, 2.0, 0.5, 0.5, 1.25],
        ["(none)", 0.0, 0.0, 0.25, 0.25, 1.0, 0.25, -1.0, 0.0],
        ["Total", 1.0, 2.0, 0.25, 3.25, 3.0, 0.75, -0.5, pytest.approx(2.5 / 3)],
    ]
    assert wide(None) == ([*months, *compared], [[1.0, 2.0, 0.25, 3.0, 0.75, -0.5, 2.5 / 3]])
    none = af.rollups.estimates(
        tasks_of(), tracked(), every="MS", wide=True, totals=True, by="assignee"
    )
    assert none[["total", "estimated", "unestimated", "difference"]].values.tolist() == [
        [0.0, pd.NA, 0.0, pd.NA]
    ]
    by_task = wide("task", none="?")[1]
    assert [row[1:5] for row in by_task] == [
        ["Task 1", 1.0, 1.5, 0.0],
        ["Task 2", 0.0, 0.5, 0.0],
        ["Task 3", 0.0, 0.0, 0.0],
        ["?", 0.0, 0.0, 0.25],
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": "MS"}, "every= is for wide=True"),
        ({"wide": True}, "wide=True needs periods"),
        ({"wide": True, "every": "MS", "entries": None}, "wide=True needs entries="),
        ({"totals": True}, "pass wide=True"),
        ({"wide": True, "every": "M"}, "every='M'"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.estimates(**{"tasks": tasks_of(), "entries": tracked(), **arguments})


@settings(max_examples=20, deadline=None)
@given(
    tree,
    entry_rows(tasks=[*"0123456", "far"]),
    st.sampled_from([None, "task", "assignee", "project"]),
    st.booleans(),
)
def test_the_hours_of_a_wide_table_are_those_of_the_entries(
    drawn: list[Any], rows: list[dict[str, Any]], by: Any, to_root: bool
) -> None:
    frames = [tasks_of(*tasks_in(drawn)), tracked(*rows)]

    table = af.rollups.estimates(
        *frames, by=by, to_root=to_root, every="W", wide=True, totals=by is not None
    )

    total = table.tail(1) if by is not None else table
    minutes: dict[str, float] = defaultdict(float)
    for row in rows:
        day = row["entered_on"]
        minutes[str(monday(day)) if day else "no date"] += row["duration_minutes"] or 0
    for name, amount in minutes.items():
        assert float(total[name].iloc[0]) * 60 == pytest.approx(amount, abs=1e-6)
        if by is not None:
            assert float(table[name].sum()) * 60 == pytest.approx(2 * amount, abs=1e-6)
    narrow = af.rollups.estimates(*frames, by=None, to_root=to_root)
    assert float(total["unestimated"].iloc[0]) == pytest.approx(
        float(narrow["unestimated"].iloc[0])
    )


@pytest.mark.parametrize("name", ["ratio", "difference", "tasks", "actual", "_mine"])
def test_a_key_that_is_called_like_a_column_of_the_result_is_refused(name: str) -> None:
    tasks = tasks_of(task("1", None, 60)).assign(**{name: "x"})

    with pytest.raises(af.InvalidArgument, match=rf"{name}.* cannot be a key.*tasks\.rename"):
        af.rollups.estimates(tasks, by=name)


def test_a_period_is_no_key_of_a_wide_table() -> None:
    tasks = tasks_of(task("1", None, 60)).assign(period="x")

    assert af.rollups.estimates(tasks, by="period")["period"].tolist() == ["x"]
    with pytest.raises(af.InvalidArgument, match="'period' is a column of the result"):
        af.rollups.estimates(tasks, tracked(entry(task="1")), by="period", wide=True, every="MS")


@pytest.mark.parametrize("value", ["no", 1.5, [None], pd.NA, pd.Series([True])])
def test_flags_are_true_or_false(value: Any) -> None:
    entries = tracked(entry())

    for name, call in {
        "to_root": lambda: af.rollups.estimates(tasks_of(), to_root=value),
        "fill": lambda: af.rollups.hours(entries, fill=value),
        "margins": lambda: af.rollups.timesheet(entries, "2026-03-02", margins=value),
    }.items():
        with pytest.raises(af.InvalidArgument, match=f"{name}= takes True or False"):
            call()
