"""The same sums over a frame of Dask, whatever its partitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import asana_frames as af
from tests.rollups.frames import (
    PROJECT,
    RATE,
    TASK,
    budget,
    budgets_of,
    entry,
    frame_of,
    tracked,
    users_of,
)

dask = pytest.importorskip("dask")
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

PARTITIONS = [1, 4]


@pytest.fixture(autouse=True)
def _tuples_stay_tuples() -> Iterator[None]:
    with dask.config.set({"dataframe.convert-string": False, "scheduler": "sync"}):
        yield


def task(gid: str, parent: str | None, estimate: float | None, *projects: str) -> dict[str, Any]:
    return {
        "gid": gid,
        "name": f"Task {gid}",
        "parent_gid": parent,
        "cf_Estimated time": estimate,
        "memberships_project_gids": projects,
        "memberships_project_names": tuple(f"Project {gid}" for gid in projects),
        "memberships_section_gids": tuple(f"S{gid}" for gid in projects),
        "memberships_section_names": tuple(f"Section {gid}" for gid in projects),
    }


TASKS = frame_of(
    TASK,
    [task("1", None, 60, "31", "32"), task("2", "1", 30), task("3", None, None, "33")],
)
PROJECTS = frame_of(PROJECT, [{"gid": "31", "team_gid": "51"}, {"gid": "32", "team_gid": "52"}])
RATES = frame_of(
    RATE,
    [
        {
            "gid": "501",
            "parent_gid": "31",
            "resource_gid": "11",
            "rate": 80,
            "currency_code": "EUR",
        },
        {
            "gid": "502",
            "parent_gid": "31",
            "resource_gid": "12",
            "rate": 90,
            "currency_code": "USD",
        },
        {"gid": "503", "parent_gid": "32", "rate": 40, "currency_code": "EUR"},
    ],
)
ENTRIES = tracked(
    *(
        entry(
            [None, "11", "12", "13"][n % 4],
            None if n == 7 else dt.date(2026, 2, 20) + dt.timedelta(days=n),
            None if n == 11 else 15 + n,
            [None, "31", "32"][n % 3],
            [None, "1", "2", "3", "9"][n % 5],
        )
        for n in range(30)
    )
)


def parted(frame: pd.DataFrame, partitions: int) -> Any:
    return dd.from_pandas(frame, npartitions=partitions)


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize(
    ("by", "every", "fill"),
    [("person", "W", False), (["project", "person"], "MS", True), ("task", None, False)],
)
def test_hours_are_those_of_pandas(partitions: int, by: Any, every: Any, fill: bool) -> None:
    found = af.rollups.hours(parted(ENTRIES, partitions), by, every, fill=fill)

    assert_frame_equal(found, af.rollups.hours(ENTRIES, by, every, fill=fill))


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize("attribution", ["asana", "asana_or_first", "split", "first"])
def test_hours_of_projects_are_those_of_pandas(partitions: int, attribution: Any) -> None:
    table = af.rollups.entries(ENTRIES, TASKS, PROJECTS)
    by = ["project", "section", "team"]

    found = af.rollups.hours(parted(table, partitions), by, attribution=attribution)

    assert_frame_equal(found, af.rollups.hours(table, by, attribution=attribution))


def test_no_entries_make_an_empty_frame_of_the_same_columns() -> None:
    none = af.rollups.hours(parted(ENTRIES.iloc[:0], 1))

    assert list(none.dtypes.items()) == list(af.rollups.hours(ENTRIES).dtypes.items())
    assert none.empty


def test_tuples_that_dask_made_text_of_are_refused() -> None:
    table = af.rollups.entries(ENTRIES, TASKS)

    with dask.config.set({"dataframe.convert-string": True}):
        texts = parted(table, 2)
        with pytest.raises(af.InvalidArgument, match=r"project_gids holds text.*convert-string"):
            af.rollups.hours(texts, by="project_gid", attribution="split")
        assert_frame_equal(
            af.rollups.hours(texts, by="person_gid", every=None),
            af.rollups.hours(table, by="person_gid", every=None),
            check_dtype=False,
        )


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize(
    ("by", "every"), [("project", None), (["person", "project"], "W"), ("task", "MS")]
)
def test_cost_is_that_of_pandas(partitions: int, by: Any, every: Any) -> None:
    found = af.rollups.cost(parted(ENTRIES, partitions), RATES, by, every)

    assert_frame_equal(found, af.rollups.cost(ENTRIES, RATES, by, every))


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize(("by", "users"), [("project", None), ("person", users_of("11", "14"))])
def test_billable_hours_are_those_of_pandas(partitions: int, by: Any, users: Any) -> None:
    found = af.rollups.billable(parted(ENTRIES, partitions), by, users=users)

    assert_frame_equal(found, af.rollups.billable(ENTRIES, by, users=users))


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize("by", [None, ["project", "person"]])
def test_margin_and_invoice_are_those_of_pandas(partitions: int, by: Any) -> None:
    entries = parted(ENTRIES, partitions)
    fees = pd.DataFrame({"project_gid": ["31"], "amount": [90.0], "currency_code": ["EUR"]})
    fees = fees.assign(date=pd.to_datetime(["2026-03-02"]))
    worth = pd.DataFrame({"currency_code": ["USD"], "rate": [0.9]})
    money = {"fees": fees, "currency": "EUR", "exchange_rates": worth}
    costs = RATES.assign(rate=20.0)

    assert_frame_equal(
        af.rollups.margin(entries, RATES, costs, by, "W", **money),
        af.rollups.margin(ENTRIES, RATES, costs, by, "W", **money),
    )
    assert_frame_equal(
        af.rollups.invoice(entries, RATES, by), af.rollups.invoice(ENTRIES, RATES, by)
    )


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_a_row_per_entry_stays_lazy_and_is_that_of_pandas(partitions: int) -> None:
    found = af.rollups.cost(parted(ENTRIES, partitions), RATES, by="entry")

    assert type(found).__module__.startswith("dask")
    expected = af.rollups.cost(ENTRIES, RATES, by="entry")
    assert list(found.dtypes.items()) == list(expected.dtypes.items())
    assert_frame_equal(found.compute().reset_index(drop=True), expected)


@pytest.mark.filterwarnings("ignore:1 budget.s. have hours without a rate")
@pytest.mark.parametrize("name", ["budget_burn", "budget_status"])
def test_budgets_are_those_of_pandas(name: str) -> None:
    rollup = getattr(af.rollups, name)
    budgets = budgets_of(budget("cost", 1_000), budget("time", 600, "32"))

    found = rollup(budgets, parted(ENTRIES, 4), RATES, now="2026-03-08")

    assert_frame_equal(found, rollup(budgets, ENTRIES, RATES, now="2026-03-08"))


@pytest.mark.parametrize("by", ["task", ["section", "assignee"]])
def test_estimates_are_those_of_pandas(by: Any) -> None:
    expected = af.rollups.estimates(TASKS, ENTRIES, by=by)

    both = af.rollups.estimates(parted(TASKS, 2), parted(ENTRIES, 4), by=by)
    of_tasks = af.rollups.estimates(parted(TASKS, 3), ENTRIES, by=by)
    of_entries = af.rollups.estimates(TASKS, parted(ENTRIES, 1), by=by)

    for found in (both, of_tasks, of_entries):
        assert_frame_equal(found, expected)


def test_a_missing_column_or_key_is_named() -> None:
    entries = parted(ENTRIES, 2)

    with pytest.raises(af.InvalidArgument, match=r"rollups\.hours .*duration_minutes.*fields="):
        af.rollups.hours(entries.drop(columns="duration_minutes"))
    with pytest.raises(af.InvalidArgument, match=r"'persn'.*'person'"):
        af.rollups.hours(entries, by="persn")


def test_the_processes_of_a_cluster_give_what_one_gives() -> None:
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster),
        dask.config.set({"scheduler": None}),
    ):
        entries = parted(ENTRIES, 4)
        found = (
            af.rollups.hours(entries, ["project", "person"]),
            af.rollups.cost(entries, RATES, "project"),
            af.rollups.cost(entries, RATES, by="entry").compute().reset_index(drop=True),
            af.rollups.estimates(TASKS, entries),
        )

    expected = (
        af.rollups.hours(ENTRIES, ["project", "person"]),
        af.rollups.cost(ENTRIES, RATES, "project"),
        af.rollups.cost(ENTRIES, RATES, by="entry"),
        af.rollups.estimates(TASKS, ENTRIES),
    )
    for mine, theirs in zip(found, expected, strict=True):
        assert_frame_equal(mine, theirs)
