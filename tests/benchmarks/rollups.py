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
    tasks = pd.DataFrame({"gid": entries["task_gid"].drop_duplicates().reset_index(drop=True)})
    tasks = tasks.assign(name="Task", parent_gid=None, **{"cf_Estimated time": 240.0})

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
        "cost by 3 keys and week": (lambda: rollups.cost(entries, rates, _KEYS, "W"), by_three),
        "estimates of 20,000 tasks": (
            lambda: rollups.estimates(tasks, entries),
            bare(["task_gid"]),
        ),
        "the analysis table": (lambda: rollups.entries(entries, tasks), by_three),
    }
    print(f"{ROWS:,} entries; times a bare groupby.sum, least and most of {ROUNDS}")
    for name, (work, other) in table.items():
        found = ratios(work, other)
        print(f"  {name:<28}{found[0]:>7.2f}{found[-1]:>7.2f}", flush=True)


if __name__ == "__main__":
    main()
