"""How many tasks are completed in each period."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.flows import spans, task, task_rows, tasks_of
from tests.rollups.frames import assert_same, cells, dates_of, monday

NOW = "2026-03-25T12:00Z"
POINTS = "cf_Estimated time"


def done(table: pd.DataFrame) -> list[Any]:
    return list(table["done"])


def test_periods_go_on_to_the_present_and_the_unfinished_one_is_marked() -> None:
    rows = [task(completed="2026-03-03T09:00Z"), task(completed="2026-03-10T09:00Z"), task()]

    table = af.rollups.throughput(tasks_of(*rows), now=NOW)

    assert dates_of(table["period"]) == [dt.date(2026, 3, day) for day in (2, 9, 16, 23)]
    assert done(table) == [1, 1, 0, 0]
    assert list(table["partial"]) == [False, False, False, True]


def test_a_stalled_project_has_a_row_of_zeros_for_each_period() -> None:
    rows = [task(project="31"), task(completed="2026-03-10T09:00Z", project="32")]

    table = af.rollups.throughput(tasks_of(*rows), "project", now=NOW)

    assert table.groupby("project_gid")["done"].agg(list).to_dict() == {
        "31": [0, 0, 0, 0],
        "32": [0, 1, 0, 0],
    }


def test_the_day_of_now_is_not_over() -> None:
    table = af.rollups.throughput(tasks_of(task()), every="D", now="2026-03-04T23:59Z")

    assert list(table["partial"]) == [False, False, True]
    # On Sunday evening the week is not over; on Monday it is.
    for now, is_partial in (("2026-03-08T23:00Z", True), ("2026-03-09", False)):
        assert af.rollups.throughput(tasks_of(task()), now=now)["partial"].iloc[0] == is_partial


def test_start_and_end_cut_periods_and_say_so() -> None:
    rows = [task(completed=f"2026-03-{day:02}T09:00Z") for day in (3, 5, 10, 17)]

    table = af.rollups.throughput(tasks_of(*rows), start="2026-03-04", end="2026-03-17", now=NOW)

    assert done(table) == [1, 1, 1]
    assert list(table["partial"]) == [True, False, True]


def test_an_end_ahead_of_now_ends_with_now() -> None:
    tasks = tasks_of(task(completed="2026-03-03T09:00Z"))

    assert_same(
        af.rollups.throughput(tasks, end="2027-01-01", now=NOW),
        af.rollups.throughput(tasks, now=NOW),
    )


def test_nothing_that_happens_after_now_is_known() -> None:
    rows = [
        task(completed="2026-03-03T09:00Z", project="31"),
        task(completed="2026-03-17T09:00Z", project="31"),
        task("2026-03-20T09:00Z", "2026-03-21T09:00Z", project="32"),
    ]

    table = af.rollups.throughput(tasks_of(*rows), "project", now="2026-03-12")

    assert table["project_gid"].unique().tolist() == ["31"]
    assert done(table) == [1, 0]


def test_a_task_counts_in_each_of_its_projects_and_once_in_all() -> None:
    both: dict[str, Any] = {
        "memberships_project_gids": ("31", "32"),
        "memberships_project_names": ("Website", "Shop"),
        "memberships_section_gids": ("31-Done", "32-Done"),
        "memberships_section_names": ("Done", "Done"),
    }
    tasks = tasks_of(
        task(completed="2026-03-03T09:00Z", **both),
        task(completed="2026-03-03T09:00Z", project="32", section="Done"),
        task(completed="2026-03-03T09:00Z"),
    )

    projects = af.rollups.throughput(tasks, "project", now="2026-03-08")
    sections = af.rollups.throughput(tasks, "section_name", now="2026-03-08")

    assert projects.fillna({"project_name": "-"})[
        ["project_name", "done"]
    ].to_numpy().tolist() == [
        ["Website", 1],
        ["Shop", 2],
        ["-", 1],
    ]
    # The task is in two sections of one name, and counts once among them.
    assert sections["done"].tolist() == [2, 1]
    assert done(af.rollups.throughput(tasks, now="2026-03-08")) == [3]


def test_a_subtask_counts_in_the_projects_above_it() -> None:
    rows = [
        task(project="32"),
        task(parent_gid="1"),
        task(parent_gid="2", completed="2026-03-03T09:00Z"),
    ]

    table = af.rollups.throughput(tasks_of(*rows), "project", now="2026-03-08")

    assert table[["project_name", "done"]].to_numpy().tolist() == [["Shop", 1]]


def test_weights_are_added_up_and_tasks_without_one_are_counted() -> None:
    rows = [
        task(completed="2026-03-03T09:00Z", **{POINTS: 0.1}),
        task(completed="2026-03-04T09:00Z", **{POINTS: 0.2}),
        task(completed="2026-03-04T10:00Z"),
        task(completed="2026-03-10T10:00Z"),
    ]

    table = af.rollups.throughput(tasks_of(*rows), weight=POINTS, now="2026-03-15")

    assert table["done"].dtype == "Float64"
    assert done(table) == [0.3, 0.0]
    assert table["unweighted"].tolist() == [1, 1]
    assert done(af.rollups.throughput(tasks_of(*rows), now="2026-03-15")) == [3, 1]


def test_excluded_tasks_are_left_out() -> None:
    rows = [
        task(completed="2026-03-03T09:00Z", project="31", section="Cancelled"),
        task(completed="2026-03-03T09:00Z", project="31", section="Done"),
        task(completed="2026-03-03T09:00Z", project="31", **{"cf_Notes": "Duplicate"}),
    ]
    tasks = tasks_of(*rows)

    def count(**exclude: Any) -> int:
        table = af.rollups.throughput(tasks, exclude=exclude, now="2026-03-08")
        return int(table["done"].sum())

    assert count(section="Cancelled") == 2
    assert count(section=["31-Cancelled", "Done"]) == 1
    assert count(section="Cancelled", cf_Notes=["Duplicate"]) == 1
    # Nobody is there today; that is not an error, and is told.
    with pytest.warns(af.AsanaWarning, match="has 'Rejected', which no task has"):
        assert count(section="Rejected") == 3


def test_a_misspelt_section_or_column_in_exclude_is_refused() -> None:
    tasks = tasks_of(task(project="31", section="Cancelled"))

    with pytest.raises(af.InvalidArgument, match=r"'Canceled'.*Did you mean 'Cancelled'"):
        af.rollups.throughput(tasks, exclude={"section": "Canceled"})
    with pytest.raises(af.InvalidArgument, match=r"needs the column cf_Nots.*'cf_Notes'"):
        af.rollups.throughput(tasks, exclude={"cf_Nots": "x"})
    with pytest.raises(af.InvalidArgument, match="exclude= takes a mapping"):
        af.rollups.throughput(tasks, exclude="Cancelled")  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(task_rows(), st.sampled_from(["project", "person", "section_name"]))
def test_groups_add_up_to_all_week_by_week(rows: list[dict[str, Any]], by: str) -> None:
    now = "2026-04-30"
    table = af.rollups.throughput(tasks_of(*rows), by, now=now)

    weeks: dict[dt.date, int] = {}
    lives = spans(rows, dt.UTC)
    for _, completed, _ in lives:
        if completed is not None:
            weeks[monday(completed)] = weeks.get(monday(completed), 0) + 1
    sums = table.groupby("period")["done"].sum()
    assert {day.date(): n for day, n in sums.items() if n} == weeks
    if lives:
        assert sums.index[0].date() == monday(min(first for first, _, _ in lives))
        assert sums.index[-1] == pd.Timestamp("2026-04-27")
    whole = af.rollups.throughput(tasks_of(*rows), now=now)
    assert sums.tolist() == whole["done"].tolist()


def test_an_unknown_key_and_one_of_the_result_are_refused() -> None:
    tasks = tasks_of(task())

    with pytest.raises(af.InvalidArgument, match="does not know the key 'persn'"):
        af.rollups.throughput(tasks, "persn")
    with pytest.raises(af.InvalidArgument, match="'period' is a column of the result"):
        af.rollups.throughput(tasks.assign(period="spring"), "period")
    with pytest.raises(af.InvalidArgument, match="weight= takes text"):
        af.rollups.throughput(tasks, weight=3)  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match=r"needs the column.*cf_Points"):
        af.rollups.throughput(tasks, weight="cf_Points")


def test_a_period_beyond_all_bounds_of_rows_is_refused() -> None:
    tasks = tasks_of(task("1970-01-01T00:00Z"))
    many = pd.concat([tasks] * 1_000, ignore_index=True).assign(gid=lambda t: t.index.astype(str))

    with pytest.raises(af.InvalidArgument, match="Use fewer keys or a longer period"):
        af.rollups.throughput(many, "gid", "D", now=NOW)


def test_the_throughput_of_a_project_is_what_its_task_counts_say(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    tasks = asana.tasks.list(project=projects)

    table = af.rollups.throughput(tasks, "project", now="2026-11-02T09:00Z")

    counts = asana.projects.get_task_counts(projects).set_index("project_gid")
    found = table.groupby("project_gid")["done"].sum()
    expected = counts["num_completed_tasks"].reindex(found.index)
    # A project without tasks has no row.
    assert found.tolist() == expected.tolist()
    assert set(counts.index[counts["num_tasks"] > 0]) <= set(found.index)


def test_cells_of_a_row_are_plain() -> None:
    table = af.rollups.throughput(tasks_of(task(completed="2026-03-03T09:00Z")), now="2026-03-08")

    assert cells(table) == [
        {"period": dt.date(2026, 3, 2), "done": 1, "unweighted": 0, "partial": True}
    ]
