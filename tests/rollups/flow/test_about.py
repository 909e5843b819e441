"""What the tables of flow say of themselves: whose they are, from when to when, as of when."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af
from tests.charts.samples import Company
from tests.fixed_day import NOW

MOMENTS = ["aging", "aging_wip", "backtest", "control_chart", "cycle_times", "forecast"]
MOMENTS += ["lead_times", "velocity"]
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
OTHERS = ["burndown", "load"]


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


@pytest.mark.parametrize("name", [*MOMENTS, *PERIODS, *OTHERS])
def test_a_table_says_as_of_when_it_is(name: str, company: Company) -> None:
    assert company.makers()[name]().attrs["now"] == f"{NOW}T00:00+00:00"


@pytest.mark.parametrize("name", PERIODS)
def test_a_table_of_periods_says_its_first_and_its_last_day(name: str, company: Company) -> None:
    table = company.makers()[name]()

    begin = pd.Timestamp(table.attrs["start"])
    first = table["period"].min()
    assert first <= begin < first + pd.Timedelta(days=PERIODS[name])
    assert table.attrs["end"] == NOW


@pytest.mark.parametrize("name", MOMENTS)
def test_a_table_without_periods_says_no_days(name: str, company: Company) -> None:
    assert {"start", "end"}.isdisjoint(company.makers()[name]().attrs)


@pytest.mark.parametrize("name", [*MOMENTS, *PERIODS, "burndown"])
def test_a_table_has_the_name_of_what_was_read(name: str, company: Company) -> None:
    if name in ("cumulative_flow", "wip"):
        company.visits.attrs["subject"] = "Website relaunch"

    assert company.makers()[name]().attrs["subject"] == "Website relaunch"


def test_a_burndown_says_the_days_of_the_sprint(company: Company) -> None:
    attrs = company.makers()["burndown"]().attrs

    assert (attrs["start"], attrs["end"]) == ("2026-09-01", "2026-11-20")


def test_load_goes_on_to_the_last_due_day(company: Company) -> None:
    table = company.makers()["load"]()

    assert pd.Timestamp(table.attrs["end"]) == table["period"].max() + pd.Timedelta(days=6)


def test_days_that_were_asked_for_are_told(company: Company) -> None:
    counted = af.rollups.throughput(company.tasks, start="2026-08-05", end="2026-09-10", now=NOW)

    assert (counted.attrs["start"], counted.attrs["end"]) == ("2026-08-05", "2026-09-10")


def test_the_moment_is_told_in_the_time_zone(company: Company) -> None:
    aging = af.rollups.aging(company.tasks, now="2026-11-02 09:30", tz="Europe/Berlin")

    assert aging.attrs["now"] == "2026-11-02T09:30+01:00"


def test_of_no_tasks_no_days_are_told(company: Company) -> None:
    attrs = af.rollups.daily(company.tasks.head(0), now=NOW).attrs

    assert {"start", "end"}.isdisjoint(attrs)
