"""How long rollups of the flow of tasks take: ``python -m tests.benchmarks.flow``.

Ratios within one run, each the least and the most of ``ROUNDS``: a rollup against one pass of
``floor("D").value_counts()`` over the moments of completion of the same 1,000,000 tasks.
Forecasts of 200 projects with 10,000 runs each are in seconds of one core.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from asana_frames import rollups
from asana_frames.frames.arrays import STR
from tests.benchmarks.rollups import ROUNDS, ratios

ROWS = 1_000_000
NOW = "2026-11-02T09:00Z"
_DAY = 86_400e6
_ORIGIN = np.datetime64("2023-11-01T00:00:00", "us")


def tasks_of(rows: int) -> pd.DataFrame:
    """Return tasks of 200 people in 300 projects over three years; one in ten is a subtask."""
    random = np.random.default_rng(7)

    def moments(days: Any) -> Any:
        return _ORIGIN + (days * _DAY).astype("timedelta64[us]")

    def names(kind: str, count: int) -> pd.Series[Any]:
        known = pd.Series([f"12090000000{kind}{n:05}" for n in range(count)], dtype=STR)
        return known.take(random.integers(0, count, rows)).reset_index(drop=True)

    gid = pd.Series(np.arange(rows) + 1_210_000_000_000_000).astype(STR)
    created = random.random(rows) * 1_000
    completed = moments(created + random.exponential(20, rows))
    completed[random.random(rows) < 0.2] = np.datetime64("NaT")
    is_subtask = random.random(rows) < 0.1
    is_subtask[0] = False
    places = np.empty(301, dtype=object)
    places[:] = [*((f"1208{n:012}",) for n in range(300)), ()]
    place = places[np.where(is_subtask, 300, random.integers(0, 300, rows))]
    due = (moments(created + 10).astype("datetime64[D]")).astype("datetime64[us]")
    return pd.DataFrame(
        {
            "gid": gid,
            "name": gid,
            "assignee_gid": names("1", 200),
            "assignee_name": names("2", 200),
            "parent_gid": gid.shift(1).where(is_subtask),
            "created_at": pd.Series(moments(created)).dt.tz_localize("UTC"),
            "completed_at": pd.Series(completed).dt.tz_localize("UTC"),
            "due_on": due,
            "points": random.integers(0, 9, rows).astype("float64"),
            **{
                f"memberships_{what}_{end}": place
                for what in ("project", "section")
                for end in ("gids", "names")
            },
        }
    )


def main() -> None:
    """Print the table."""
    tasks = tasks_of(ROWS)
    whole = tasks.assign(completed=tasks["completed_at"].notna())
    gids = [f"1208{n:012}" for n in range(300)]
    items = pd.DataFrame({"gid": ["9", *gids], "portfolio_gids": [(), *[("9",)] * 300]})
    items = items.assign(name=items["gid"])
    table = {
        "burnup by day": lambda: rollups.burnup(tasks),
        "daily": lambda: rollups.daily(tasks),
        "daily in a time zone": lambda: rollups.daily(tasks, tz="Europe/Berlin"),
        "throughput by week": lambda: rollups.throughput(tasks),
        "burnup of points": lambda: rollups.burnup(tasks, weight="points"),
        "throughput by project": lambda: rollups.throughput(tasks, by="project"),
        "lead times": lambda: rollups.lead_times(tasks),
        "ages of open tasks": lambda: rollups.aging(tasks, now=NOW),
        "portfolio of 300 projects": lambda: rollups.portfolio(whole, items, now="2027-12-01"),
    }
    print(f"{ROWS:,} tasks; times a value_counts of their days, least and most of {ROUNDS}")
    for name, work in table.items():
        found = ratios(work, lambda: tasks["completed_at"].dt.floor("D").value_counts())
        print(f"  {name:<28}{found[0]:>7.2f}{found[-1]:>7.2f}", flush=True)
    measure_forecasts(tasks)


def measure_forecasts(tasks: pd.DataFrame) -> None:
    """Print how long forecasts of 200 projects take."""
    projects = tasks["memberships_project_gids"].map(
        lambda gids: int(gids[0][-3:]) if gids else 999
    )
    few = tasks[(projects < 200) & (np.arange(len(tasks)) % 50 == 0)]
    for scope in ("fixed", "past"):
        begun = time.process_time()
        rollups.forecast(few, by="project", scope=scope, dates="2026-12-31", now=NOW)
        took = time.process_time() - begun
        print(f"  forecasts of 200 projects, scope={scope!r}: {took:.2f} s", flush=True)


if __name__ == "__main__":
    main()
