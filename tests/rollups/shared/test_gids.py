"""Gids that are looked for among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.gids import find_positions
from asana_frames.rollups.shared.inputs import drop_duplicates
from tests.rollups.flows import task, tasks_of
from tests.rollups.frames import assert_same, cells


def texts(*values: str | None) -> pd.Series[Any]:
    return pd.Series(values, dtype=STR)


@pytest.mark.parametrize("dtype", [STR, object])
def test_gids_are_found_where_they_are_and_missing_ones_nowhere(dtype: Any) -> None:
    known = texts("30", None, "10", None, "20").astype(dtype)

    found = find_positions(known, texts("20", None, "40", "30", "30").astype(dtype))

    assert found.tolist() == [4, -1, -1, 0, 0]
    assert find_positions(texts(), texts("1")).tolist() == [-1]


def test_gids_that_are_no_numbers_are_found_too() -> None:
    assert find_positions(texts("a", "1", "b"), texts("b", "1", "c")).tolist() == [2, 1, -1]


def test_texts_of_one_number_are_different_gids() -> None:
    assert find_positions(texts("1", "2"), texts("01", "0x2")).tolist() == [-1, -1]
    assert find_positions(texts("1", "01"), texts("01", "1")).tolist() == [1, 0]
    assert len(drop_duplicates(pd.DataFrame({"gid": texts("1", "01", "0x1")}))) == 3


def test_of_a_gid_that_is_there_twice_the_last_row_stays_and_all_without_one() -> None:
    rows = pd.DataFrame({"gid": texts("1", None, "2", "1", None), "row": range(5)})

    assert drop_duplicates(rows.set_axis([7] * 5))["row"].tolist() == [1, 2, 3, 4]


def test_a_cycle_through_a_task_in_a_project_is_refused() -> None:
    tasks = tasks_of(
        task(parent_gid="2", completed="2026-03-04"),
        task(parent_gid="1", completed="2026-03-04", project="31"),
    )

    with pytest.raises(af.InvalidArgument, match="Task 1 is its own parent"):
        af.rollups.lead_times(tasks)


@pytest.mark.parametrize(
    "name",
    [f"memberships_{what}_{end}" for what in ("project", "section") for end in ("gids", "names")],
)
def test_memberships_as_text_are_refused(name: str) -> None:
    tasks = tasks_of(task(completed="2026-03-04", project="31"))

    with pytest.raises(af.InvalidArgument, match=rf"{name}, row 1: .* is not a list"):
        af.rollups.lead_times(tasks.assign(**{name: texts("('31',)")}))


def test_tuples_that_are_equal_but_not_the_same_object_are_one_place() -> None:
    rows = [task(completed=f"2026-03-0{day}", project="31") for day in range(3, 9)]
    tasks = tasks_of(*rows)
    copied = tasks.assign(
        **{
            name: pd.Series([tuple(np.array(place)) for place in tasks[name]], dtype=object)
            for name in tasks.columns
            if name.startswith("memberships_")
        }
    )

    assert_same(af.rollups.lead_times(copied), af.rollups.lead_times(tasks))
    assert {row["project_gid"] for row in cells(af.rollups.lead_times(copied))} == {"31"}
