"""How long histories of many tasks take: ``python -m tests.benchmarks.histories [rows]``.

Ratios within one run: a rollup against one ``sort_values`` of pandas of the same stories by task
and time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from asana_frames import rollups
from asana_frames.frames.arrays import STR
from tests.benchmarks.rollups import seconds

ROWS = 5_000_000
_PROJECTS = 500
_SECTIONS = 5
_NOW = "2026-11-02T09:00Z"
_START = np.datetime64("2024-01-01", "us")
_HOUR = np.timedelta64(3_600_000_000, "us")
_YEARS = 3 * 365 * 86_400_000_000


def _gids(kind: int, numbers: Any) -> pd.Series[Any]:
    """Return gids as long as Asana's."""
    return pd.Series(1_209_000_000_000_000 + kind * 10_000_000_000 + numbers).astype(STR)


def history_of(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return stories and tasks: each task is added to a project and moves on four times."""
    random = np.random.default_rng(7)
    count = rows // _SECTIONS
    task = np.repeat(np.arange(count), _SECTIONS)
    step = np.tile(np.arange(_SECTIONS), count)
    project = random.integers(0, _PROJECTS, count)
    times = np.sort(random.integers(0, _YEARS, (count, _SECTIONS)), axis=1)
    section = project[task] * _SECTIONS + step
    is_move = step > 0
    stories = pd.DataFrame(
        {
            "gid": _gids(9, np.arange(rows)),
            "task_gid": _gids(3, task),
            "created_at": pd.Series(_START + times.ravel()).dt.tz_localize("UTC"),
            "resource_subtype": pd.Series(["added_to_project", "section_changed"], dtype=STR)
            .take(is_move.astype(int))
            .array,
            "project_gid": _gids(1, project[task]),
            "old_section_gid": _gids(2, section - 1).where(is_move),
            "new_section_gid": _gids(2, section).where(is_move),
        }
    )
    last = _gids(2, project * _SECTIONS + _SECTIONS - 1)
    tasks = pd.DataFrame(
        {
            "gid": _gids(3, np.arange(count)),
            "name": _gids(3, np.arange(count)),
            "created_at": pd.Series(_START + times[:, 0]).dt.tz_localize("UTC"),
            # Every second task was completed an hour after its last move.
            "completed_at": pd.Series(_START + times[:, -1] + _HOUR)
            .where(np.arange(count) % 2 == 0)
            .dt.tz_localize("UTC"),
            "memberships_project_gids": list(zip(_gids(1, project), strict=True)),
            "memberships_section_gids": list(zip(last, strict=True)),
        }
    )
    return stories.sample(frac=1, random_state=7).reset_index(drop=True), tasks


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    stories, tasks = history_of(rows)
    bare = seconds(lambda: stories.sort_values(["task_gid", "created_at"]))
    print(
        f"{len(stories):,} stories of {len(tasks):,} tasks; times one sort_values ({bare:.1f} s)"
    )
    times = rollups.section_times(tasks, stories, now=_NOW)
    one = str(times["project_gid"].iloc[0])
    work: dict[str, Callable[[], object]] = {
        "section_times": lambda: rollups.section_times(tasks, stories, now=_NOW),
        "cumulative_flow of a project": lambda: rollups.cumulative_flow(times, project=one),
        "changes": lambda: rollups.changes(stories, tasks),
        "as_of a year ago": lambda: rollups.as_of(tasks, stories, "2025-11-02"),
    }
    for name, job in work.items():
        print(f"  {name:<30}{seconds(job) / bare:>6.2f}", flush=True)


if __name__ == "__main__":
    main()
