"""How long rollups of tracked time take: ``python -m tests.benchmarks.rollups``.

Ratios within one run, each the least and the most of ``ROUNDS``: a rollup against a bare
``groupby.sum`` of pandas on the same columns of the same 1,000,000 entries.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from asana_frames import rollups
from asana_frames.frames.arrays import STR

ROWS = 1_000_000
ROUNDS = 5
#: After the last entry.
_NOW = "2026-12-31"
_KEYS = ["created_by_gid", "attributable_to_gid", "billable_status"]


def entries_of(rows: int) -> pd.DataFrame:
    """Return entries of 200 people in 300 projects and 20,000 tasks over three years."""
    random = np.random.default_rng(7)

    def names(kind: str, at: Any) -> pd.Series[Any]:
        known = pd.Series([f"12090000000{kind}{n:05}" for n in range(at.max() + 1)], dtype=STR)
        return known.take(at).reset_index(drop=True)

    task = random.integers(0, 20_000, rows)
    days = np.datetime64("2024-01-01") + random.integers(0, 1_095, rows)
    frame = pd.DataFrame(
        {
            "gid": pd.Series(np.arange(rows), dtype="int64").astype(STR),
            "created_by_gid": names("1", random.integers(0, 200, rows)),
            "attributable_to_gid": names("2", task % 300),
            "task_gid": names("3", task),
            "billable_status": pd.Series(["billable", "nonBillable"], dtype=STR)
            .take(random.integers(0, 2, rows))
            .reset_index(drop=True),
            "entered_on": days.astype("datetime64[us]"),
            "duration_minutes": pd.array(random.integers(1, 33, rows) * 15, dtype="Int64"),
        }
    )
    return frame.assign(
        attributable_to_gid=frame["attributable_to_gid"].where(frame.index % 20 > 0)
    )


def rates_of(entries: pd.DataFrame) -> pd.DataFrame:
    """Return a rate for each person in each project."""
    pairs = entries[["attributable_to_gid", "created_by_gid"]].drop_duplicates().dropna()
    named = pairs.set_axis(["parent_gid", "resource_gid"], axis="columns")
    return named.assign(rate=80.0, currency_code="EUR").reset_index(drop=True)


def sheets_of(users: pd.DataFrame) -> pd.DataFrame:
    """Return an approved timesheet for each person and week of three years."""
    weeks = pd.DataFrame({"start_date": pd.date_range("2024-01-01", periods=157, freq="7D")})
    sheets = users.set_axis(["user_gid", "user_name"], axis="columns").merge(weeks, how="cross")
    return sheets.assign(
        gid=sheets.index.astype(STR),
        end_date=sheets["start_date"] + pd.Timedelta(days=6),
        approval_status="APPROVED",
    )


def plans_of(rates: pd.DataFrame) -> pd.DataFrame:
    """Return 2,000 allocations of three months."""
    some = rates.head(2_000).assign(assignee_name="Ana", effort_type="percent", effort_value=10.0)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(some)) % 900, unit="D")
    return some.rename(columns={"resource_gid": "assignee_gid"}).assign(
        start_date=start, end_date=start + pd.Timedelta(days=90)
    )


def budgets_of(entries: pd.DataFrame) -> pd.DataFrame:
    """Return a budget for each project, of time and of money in turn."""
    project = entries["attributable_to_gid"].dropna().drop_duplicates().reset_index(drop=True)
    is_money = pd.Series(project.index % 2 == 1)
    return pd.DataFrame(
        {
            "gid": project,
            "parent_gid": project,
            "parent_name": project,
            "budget_type": is_money.map({True: "cost", False: "time"}),
            "total_value": 1e6,
            "total_units": is_money.map({True: "EUR", False: "minutes"}),
            "actual_value": 0.0,
        }
    )


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ratios(work: Callable[[], object], bare: Callable[[], object]) -> list[float]:
    """Return how many times as long as ``bare`` the work takes, in rounds side by side."""
    bare()
    return sorted(seconds(work) / seconds(bare) for _ in range(ROUNDS))


def main() -> None:
    """Print the table."""
    entries = entries_of(ROWS)
    rates = rates_of(entries)
    budgets = budgets_of(entries)
    tasks = pd.DataFrame({"gid": entries["task_gid"].drop_duplicates().reset_index(drop=True)})
    tasks = tasks.assign(name="Task", parent_gid=None, **{"cf_Estimated time": 240.0})
    users = pd.DataFrame({"gid": entries["created_by_gid"].drop_duplicates()}).assign(name="Ana")
    members = users.rename(columns={"gid": "user_gid"}).assign(
        created_at=pd.Timestamp("2024-06-01", tz="UTC")
    )
    sheets, plans = sheets_of(users), plans_of(rates)

    def bare(keys: list[str]) -> Callable[[], object]:
        return lambda: entries.groupby(keys, dropna=False)["duration_minutes"].sum()

    by_three = bare([*_KEYS, "entered_on"])
    table = {
        "hours by 3 keys and week": (lambda: rollups.hours(entries, _KEYS, "W"), by_three),
        "hours by 3 keys and month": (lambda: rollups.hours(entries, _KEYS, "MS"), by_three),
        "hours by person and day": (
            lambda: rollups.hours(entries, "person", "D"),
            bare(["created_by_gid", "entered_on"]),
        ),
        "wide hours by person and week": (
            lambda: rollups.hours(entries, "person", "W", wide=True, totals=True),
            by_three,
        ),
        "hours by person and week, compared": (
            lambda: rollups.hours(entries, "person", "W", compare=["previous", "share"]),
            by_three,
        ),
        "billable by 3 keys and week": (lambda: rollups.billable(entries, _KEYS, "W"), by_three),
        "cost by 3 keys and week": (lambda: rollups.cost(entries, rates, _KEYS, "W"), by_three),
        "burn of 300 budgets": (
            lambda: rollups.budget_burn(budgets, entries, rates, now=_NOW),
            by_three,
        ),
        "status of 300 budgets": (
            lambda: rollups.budget_status(budgets, entries, rates, now=_NOW),
            by_three,
        ),
        "estimates of 20,000 tasks": (
            lambda: rollups.estimates(tasks, entries),
            bare(["task_gid"]),
        ),
        "timesheet of three years": (
            lambda: rollups.timesheet(entries, start="2024-01-01", end="2026-12-30"),
            bare(["created_by_gid", "entered_on"]),
        ),
        "approvals of three years": (
            lambda: rollups.approvals(entries, sheets, users, memberships=members),
            bare(["created_by_gid", "entered_on"]),
        ),
        "plan_vs_actual by week": (
            lambda: rollups.plan_vs_actual(entries, plans, users),
            by_three,
        ),
        "the analysis table": (lambda: rollups.entries(entries, tasks), by_three),
    }
    print(f"{ROWS:,} entries; times a bare groupby.sum, least and most of {ROUNDS}")
    for name, (work, other) in table.items():
        found = ratios(work, other)
        print(f"  {name:<28}{found[0]:>7.2f}{found[-1]:>7.2f}", flush=True)


if __name__ == "__main__":
    main()
