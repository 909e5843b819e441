"""What the tables of rollups say of themselves: whose they are, from when to when, as of when."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames import rollups
from asana_frames.rollups.shared.about import ABOUT
from tests.charts.samples import Company
from tests.fixed_day import NOW
from tests.public_calls import Calls, Frames

pytestmark = pytest.mark.filterwarnings("ignore")

SUBJECT = "Quality assurance"
#: Not a table about tasks but the tasks themselves, which keep what was read.
TASKS_THEMSELVES = {"as_of"}
#: The frame whose rows are counted is not the first.
SOURCES = {"portfolio": "items"}
#: A subject is told only if it is the one of all persons.
OF_PEOPLE = {"capacity"}
#: They count one project, and say its name.
OF_A_PROJECT = {"cumulative_flow", "wip"}
NAMES = sorted(set(rollups.__all__) - TASKS_THEMSELVES)
WITH_NOW = [
    name for name in NAMES if "now" in inspect.signature(getattr(rollups, name)).parameters
]
#: Rollup -> the longest of its periods, in days.
PERIODS = {
    "burnup": 7,
    "cumulative_flow": 7,
    "daily": 7,
    "on_time": 31,
    "reopenings": 31,
    "throughput": 7,
    "wip": 1,
}


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Frames().calls("_rollups", Path())


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


def call(calls: Calls, name: str, attrs: dict[str, Any], **more: Any) -> tuple[Any, Any]:
    """Return the result of a rollup of a frame with these attrs, and the frame."""
    rollup, given = calls[f"rollups.{name}"]
    argument = SOURCES.get(name, next(iter(given)))
    source = given[argument].copy()
    source.attrs = dict(attrs)
    return rollup(**given | {argument: source} | more), source


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_PEOPLE - OF_A_PROJECT))
def test_a_table_has_the_name_of_what_was_read(name: str, calls: Calls) -> None:
    told = {"asana": {"subject": SUBJECT}}

    table, source = call(calls, name, {"subject": SUBJECT} | told)

    assert table.attrs["subject"] == SUBJECT
    assert source.attrs == {"subject": SUBJECT} | told


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_A_PROJECT))
def test_a_table_of_what_has_no_name_has_none(name: str, calls: Calls) -> None:
    table, _ = call(calls, name, {})

    assert "subject" not in table.attrs


@pytest.mark.parametrize("name", WITH_NOW)
def test_a_table_says_as_of_when_it_is(name: str, calls: Calls) -> None:
    table, _ = call(calls, name, {}, now=NOW)

    assert table.attrs["now"] == f"{NOW}T00:00+00:00"


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_told_is_text(name: str, calls: Calls) -> None:
    table, _ = call(calls, name, {})

    assert all(isinstance(table.attrs[key], str) for key in ABOUT if key in table.attrs)


@pytest.mark.parametrize("name", PERIODS)
def test_a_table_of_periods_says_its_first_and_its_last_day(name: str, company: Company) -> None:
    table = company.makers()[name]()

    assert table.attrs["every"]
    begin = pd.Timestamp(table.attrs["start"])
    first = table["period"].min()
    assert first <= begin < first + pd.Timedelta(days=PERIODS[name])
    assert table.attrs["end"] == NOW


@pytest.mark.parametrize("name", ["aging", "cycle_times", "forecast", "lead_times", "velocity"])
def test_a_table_without_periods_says_no_days(name: str, company: Company) -> None:
    assert {"start", "end"}.isdisjoint(company.makers()[name]().attrs)


def test_a_burndown_says_the_days_of_the_sprint(company: Company) -> None:
    attrs = company.makers()["burndown"]().attrs

    assert (attrs["start"], attrs["end"]) == ("2026-09-01", "2026-11-20")


def test_load_goes_on_to_the_last_due_day(company: Company) -> None:
    table = company.makers()["load"]()

    assert pd.Timestamp(table.attrs["end"]) == table["period"].max() + pd.Timedelta(days=6)


@pytest.mark.parametrize("name", ["throughput", "hours"])
def test_days_that_were_asked_for_are_told(name: str, calls: Calls) -> None:
    table, _ = call(calls, name, {}, start="2026-10-12", end="2026-10-31", now=NOW)

    assert (table.attrs["start"], table.attrs["end"]) == ("2026-10-12", "2026-10-31")


def test_hours_without_bounds_say_the_days_of_their_periods(calls: Calls) -> None:
    table, _ = call(calls, "hours", {}, now="2026-12-31")

    last = table["period"].max() + pd.Timedelta(days=6)
    assert table.attrs["start"] == f"{table['period'].min():%Y-%m-%d}"
    assert table.attrs["end"] == f"{last:%Y-%m-%d}"


def test_a_timesheet_says_its_week(calls: Calls) -> None:
    table, _ = call(calls, "timesheet", {})

    assert (table.attrs["start"], table.attrs["end"]) == ("2026-10-26", "2026-11-01")


def test_the_moment_is_told_in_the_time_zone(company: Company) -> None:
    aging = af.rollups.aging(company.tasks, now="2026-11-02 09:30", tz="Europe/Berlin")

    assert aging.attrs["now"] == "2026-11-02T09:30+01:00"


@pytest.mark.parametrize("name", sorted(OF_A_PROJECT))
def test_a_table_of_a_project_has_its_name(name: str, calls: Calls) -> None:
    table, _ = call(calls, name, {})

    assert table.attrs["subject"] == "Website relaunch"


def test_a_table_is_not_as_of_a_later_moment_than_its_source(company: Company) -> None:
    then = af.rollups.as_of(company.tasks, company.stories, "2026-09-01")

    burnup = af.rollups.burnup(then, now=NOW)
    flow = af.rollups.wip(company.visits, project=company.home, now="2026-11-09")
    earlier = af.rollups.wip(company.visits, project=company.home, now="2026-10-05")

    assert pd.Timestamp(burnup.attrs["now"]) < pd.Timestamp("2026-09-02", tz="UTC")
    assert pd.Timestamp(flow.attrs["now"]) == pd.Timestamp(NOW, tz="UTC")
    assert pd.Timestamp(earlier.attrs["now"]) == pd.Timestamp("2026-10-05", tz="UTC")


def test_of_no_tasks_no_days_are_told(company: Company) -> None:
    attrs = af.rollups.daily(company.tasks.head(0), now=NOW).attrs

    assert {"start", "end"}.isdisjoint(attrs)


def test_capacity_is_of_the_team_only_if_all_persons_are_its_users(calls: Calls) -> None:
    rollup, given = calls["rollups.capacity"]
    team = pd.DataFrame({"gid": ["11"], "name": ["Ana"]})
    team.attrs["asana"] = {"subject": "Web team"}

    everybody = rollup(**given | {"users": team, "by": "person"})
    alone = rollup(team, start="2026-03-02", end="2026-03-08")

    assert not everybody["person_gid"].isin(team["gid"]).all()
    assert "subject" not in everybody.attrs
    assert alone.attrs["subject"] == "Web team"
