"""Rollups of projects say what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixed_day import NOW
from tests.public_calls import Calls, Frames

pytestmark = pytest.mark.filterwarnings("ignore")

ROLLUPS = ["blocked_times", "dependencies", "portfolio"]
#: Those that look from a moment, which they say.
AS_OF = ["blocked_times", "dependencies", "portfolio"]
#: Rollup -> the frame whose rows are counted, unless they are tasks.
SOURCES = {"portfolio": "items"}


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Frames().calls("_rollups", Path())


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_says_whose_rows_it_counts(name: str, calls: Calls) -> None:
    rollup, given = calls[f"rollups.{name}"]
    source = SOURCES.get(name, "tasks")
    named = given[source].copy()
    named.attrs["asana"] = {"subject": "Website relaunch"}

    table = rollup(**given | {source: named})

    assert table.attrs["subject"] == "Website relaunch"
    assert named.attrs == {"asana": {"subject": "Website relaunch"}}


@pytest.mark.parametrize("name", AS_OF)
def test_a_rollup_says_as_of_when(name: str, calls: Calls) -> None:
    rollup, given = calls[f"rollups.{name}"]

    table = rollup(**given | {"now": NOW})

    assert table.attrs["now"].startswith("2026-11-02T")
