"""Which keys close times can be grouped by."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af
from tests.rollups.flows import task, tasks_of
from tests.rollups.frames import cells

NOW = "2026-04-01T12:00Z"


def test_groups_of_categories_are_those_that_have_a_task() -> None:
    ages = af.rollups.aging(tasks_of(task("2026-03-30T12:00Z")), now=NOW)

    table = af.rollups.close_times(ages, by="bucket")

    assert cells(table[["bucket", "tasks"]]) == [{"bucket": "under a week", "tasks": 1}]


@pytest.mark.parametrize("name", ["tasks", "p50_days"])
def test_a_key_of_close_times_that_is_a_column_of_the_result_is_refused(name: str) -> None:
    rows = pd.DataFrame({"days_open": [1.0], name: ["a"]})

    with pytest.raises(af.InvalidArgument, match=f"'{name}' is a column of the result"):
        af.rollups.close_times(rows, by=name)
