"""How many open tasks are in each section, against limits."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed
from tests.rollups.stories import added, moved, stories_of, task, tasks_of

NOW = "2026-03-05 12:00"


def visits(**options: Any) -> pd.DataFrame:
    """Two tasks in Doing from the 3rd; one of them is completed on the 4th."""
    tasks = tasks_of(
        task("5", ("1", "12"), completed_at="2026-03-04 09:00"), task("6", ("1", "12")),
        task("7", ("1", "11")),
    )  # fmt: skip
    stories = stories_of(
        added("5", "2026-03-02"), moved("5", "2026-03-03", "11", "12"), added("6", "2026-03-02"),
        moved("6", "2026-03-03", "11", "12"), added("7", "2026-03-04"),
    )  # fmt: skip
    return af.rollups.section_times(tasks, stories, now=NOW, **options)


def test_open_tasks_are_counted_and_compared_with_limits() -> None:
    table = af.rollups.wip(visits(), limits={"Doing": 1, "11": 2}, now=NOW)

    doing = table[table["section_name"] == "Doing"]
    assert [list(row.values()) for row in cells(doing[["tasks", "limit", "is_over"]])] == [
        [0, 1, False],
        [2, 1, True],
        [1, 1, False],
        [1, 1, False],
    ]
    todo = table[table["section_name"] == "To do"]
    assert todo["tasks"].tolist() == [2, 0, 1, 1]
    assert set(todo["limit"]) == {2}
    assert "completed" not in set(table["section_name"])


def test_without_limits_nothing_is_over() -> None:
    table = af.rollups.wip(visits(), now=NOW)

    assert table[["limit", "is_over"]].isna().all(axis=None)
    assert_same_dtypes(table, af.rollups.wip(visits(), limits={"Doing": 1}, now=NOW))
    assert_same(af.rollups.wip(oddly_indexed(visits()), now=NOW), table)


def test_nothing_gives_the_columns_and_dtypes_of_something() -> None:
    none = af.rollups.wip(visits().head(0), limits={"Doing": 1}, now=NOW)

    assert none.empty
    assert_same_dtypes(none, af.rollups.wip(visits(), now=NOW))


def test_visits_that_do_not_end_with_completion_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="ends='completed'"):
        af.rollups.wip(visits(ends="moved"), now=NOW)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"Doin": 1}, r"limits= has no section 'Doin'\. Did you mean 'Doing'\?"),
        ({"Doing": -1}, r"limits\['Doing'\]= takes a whole number of at least 0"),
        ({"Doing": "3"}, r"limits\['Doing'\]= takes a whole number"),
        ({"Doing": True}, r"limits\['Doing'\]= takes a whole number"),
        ([3], "limits= takes a mapping"),
    ],
)
def test_limits_that_cannot_be_are_refused(limits: Any, message: str) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.wip(visits(), limits=limits, now=NOW)


def test_on_the_sandbox_the_last_counts_are_those_of_the_open_tasks(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    now = "2026-11-02T09:00Z"
    times = af.rollups.section_times(tasks, af.gather.stories(asana, tasks), now=now)

    table = af.rollups.wip(times, "W", project="Website relaunch", limits={"Review": 1}, now=now)

    last = table[table["period"] == table["period"].max()]
    assert last["tasks"].sum() == (~tasks["completed"]).sum()
    assert table["is_over"].any()
