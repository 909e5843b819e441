"""Rows of tasks with their assignee and first place, for rollups of how long tasks take."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import text_column
from asana_frames.rollups.shared.moments import days_between
from asana_frames.rollups.shared.tasks import (
    MEMBERSHIP,
    first_memberships,
    parse_task_times,
    unique_tasks,
)

#: Columns that are needed.
LIFE = ("gid", "created_at", "completed_at")
_TEXTS = ("task_gid", "task_name", "assignee_gid", "assignee_name", *MEMBERSHIP)
_OWN = {"task_gid": "gid", "task_name": "name"}
_READ = (*LIFE, "name", "assignee_gid", "assignee_name", "due_on", "modified_at")


def read_rows(tasks: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return each task once, with moments in UTC."""
    rows = unique_tasks(tasks, _READ)
    return rows.assign(
        created_at=parse_task_times(rows, "created_at", what=what),
        completed_at=parse_task_times(rows, "completed_at", what=what),
    )


def select_rows(rows: pd.DataFrame, at: Positions) -> pd.DataFrame:
    """Return the tasks at these positions, with the first place of each."""
    known = [name for name in _READ if name in rows.columns]
    return rows[known].take(at).reset_index(drop=True).assign(**first_memberships(rows, at))


def build_text_columns(rows: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return gid and name of tasks, of their assignees and of their first place, as text."""
    return {name: text_column(rows, _OWN.get(name, name)) for name in _TEXTS}


def measure_days(start: pd.Series[Any], end: pd.Series[Any]) -> pd.Series[Any]:
    """Return the days of 24 hours between moments, 0 at least (Float64)."""
    return days_between(start, end).clip(lower=0)


def to_whole_days(between: pd.Series[Any]) -> pd.Series[Any]:
    """Return differences between days as numbers (Int64)."""
    days: pd.Series[Any] = between.dt.days.astype("Int64")
    return days
