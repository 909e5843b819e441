"""Allocations of people to projects, spread over the days that they cover."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import is_true, read_words
from asana_frames.rollups.shared.workdays import expand_days
from asana_frames.rollups.time.person_days import PersonDays, read_loaded, standardise_ranges

_NEEDED = ("assignee_gid", "start_date", "end_date", "effort_type", "effort_value")
_EFFORTS = ("hours", "percent")
_NAMED = {
    "person_gid": "assignee_gid",
    "person_name": "assignee_name",
    "project_gid": "parent_gid",
    "project_name": "parent_name",
}


def read_allocations(allocations: pd.DataFrame | None, *, what: str) -> pd.DataFrame:
    """Read person, project, dates and effort of allocations; each counts once.

    Raises
    ------
    InvalidArgument
        A column is missing or not understood, or an effort is neither of hours nor of percent.
    """
    if allocations is None:
        allocations = pd.DataFrame(columns=list(_NEEDED)).astype({"effort_value": "float64"})
    rows = read_loaded(allocations, _NEEDED, what=what, record="allocation")
    rows = standardise_ranges(rows, _NAMED, what=what)[[*_NAMED, *_NEEDED[1:]]]
    kinds = read_words(rows, "effort_type", _EFFORTS, what=what, any_case=True)
    is_bare = is_true(kinds.isna()) & is_true(rows["effort_value"].notna())
    if is_bare.any():
        raise InvalidArgument(
            f"{what}: effort_type is missing in {is_bare.sum()} allocation(s) that have an "
            f"effort_value; use 'hours' or 'percent'."
        )
    return rows.assign(effort_type=kinds)


def spread_allocations(plans: pd.DataFrame, grid: PersonDays) -> pd.DataFrame:
    """Spread allocations over days.

    Nothing is planned on days without available hours; hours stay hours on a part day, and
    percent are of what the person is available.

    Parameters
    ----------
    plans
        What ``read_allocations`` returned.
    grid
        The people and days.

    Returns
    -------
    DataFrame
        Positions in ``plans`` and of the grid: ``row``, ``person``, ``day``; and ``hours``, NaN
        for an allocation without an effort. One row per allocation and day.
    """
    row, person, day = expand_days(plans, grid.days, grid.gids)
    value = plans["effort_value"].to_numpy(dtype="float64", na_value=np.nan)[row]
    is_percent = is_true(plans["effort_type"] == "percent")[row]
    works = grid.available[person, day]
    amount = np.where(works > 0, value, np.where(np.isnan(value), np.nan, 0.0))
    hours = np.where(is_percent, value / 100 * works, amount)
    return pd.DataFrame({"row": row, "person": person, "day": day, "hours": hours})
