"""Rollups of tracked time say what they are about."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.fixed_day import NOW
from tests.public_calls import Calls, Frames

pytestmark = pytest.mark.filterwarnings("ignore")

ROLLUPS = [
    "approvals",
    "billable",
    "budget_burn",
    "budget_status",
    "cost",
    "entries",
    "estimates",
    "hours",
    "invoice",
    "margin",
    "plan_vs_actual",
    "timesheet",
]
#: Those that look from a moment, which they say.
AS_OF = ["approvals", "budget_burn", "budget_status", "timesheet"]
#: Rollup -> the frame whose rows are counted, unless they are entries.
SOURCES = {
    "budget_burn": "budgets",
    "budget_status": "budgets",
    "estimates": "tasks",
}


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Frames().calls("_rollups", Path())


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_says_whose_rows_it_counts(name: str, calls: Calls) -> None:
    rollup, given = calls[f"rollups.{name}"]
    source = SOURCES.get(name, "entries")
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


def test_hours_say_the_days_that_were_asked_for(calls: Calls) -> None:
    rollup, given = calls["rollups.hours"]

    table = rollup(**given, start="2026-10-12", end="2026-10-31")

    assert (table.attrs["start"], table.attrs["end"]) == ("2026-10-12", "2026-10-31")


def test_hours_without_bounds_say_the_days_of_their_periods(calls: Calls) -> None:
    rollup, given = calls["rollups.hours"]

    table = rollup(**given, now="2026-12-31")

    last = table["period"].max() + pd.Timedelta(days=6)
    assert table.attrs["start"] == f"{table['period'].min():%Y-%m-%d}"
    assert table.attrs["end"] == f"{last:%Y-%m-%d}"


def test_a_timesheet_says_its_week(calls: Calls) -> None:
    rollup, given = calls["rollups.timesheet"]

    assert rollup(**given).attrs["start"] == "2026-10-26"
    assert rollup(**given).attrs["end"] == "2026-11-01"


def test_capacity_is_of_the_team_only_if_all_persons_are_its_users(calls: Calls) -> None:
    rollup, given = calls["rollups.capacity"]
    team = pd.DataFrame({"gid": ["11"], "name": ["Ana"]})
    team.attrs["asana"] = {"subject": "Web team"}

    everybody = rollup(**given | {"users": team, "by": "person"})
    alone = rollup(team, start="2026-03-02", end="2026-03-08")

    assert not everybody["person_gid"].isin(team["gid"]).all()
    assert "subject" not in everybody.attrs
    assert alone.attrs["subject"] == "Web team"
