"""Fixed fees: the days that they fall on, and the groups of hours that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicate_gids, is_true, read_frame
from asana_frames.rollups.shared.periods import check_days

#: The project of fees, and of the hours that they are split by.
PROJECT = "_project"
_NEEDED = ("project_gid", "amount", "currency_code")


def spread_fees(
    fees: pd.DataFrame | None, projects: pd.DataFrame | None, *, what: str
) -> pd.DataFrame:
    """Spread fixed fees over days.

    Parameters
    ----------
    fees
        ``project_gid``, ``amount``, ``currency_code`` and, where it is known, ``date``.
    projects
        ``gid``, ``start_on`` and ``due_on``, for fees without a date.
    what
        The name of the calling function, for messages.

    Returns
    -------
    DataFrame
        ``project_gid``, ``currency_code``, ``day``, ``amount``: a fee with a date is one row, any
        other has equal parts on all days from ``start_on`` to ``due_on``.

    Raises
    ------
    InvalidArgument
        A column or cell is missing, or the days of a fee are not known.
    """
    if fees is None:
        fees = pd.DataFrame(columns=_NEEDED)
    kinds = {"amount": "number", "date": "date"}
    fees = read_frame(fees, _NEEDED, what=f"{what} (fees=)", kinds=kinds).reset_index(drop=True)
    bare = int(is_true(fees[list(_NEEDED)].isna().any(axis=1)).sum())
    if bare:
        raise InvalidArgument(
            f"{what}: {bare} row(s) of fees= lack a {', '.join(_NEEDED[:-1])} or {_NEEDED[-1]}."
        )
    first = last = _read_days(fees, "date", what)
    if first.isna().any():
        planned = _find_planned_days(fees[first.isna()], projects, what)
        first, last = (first.fillna(planned["start_on"]), last.fillna(planned["due_on"]))
    days = [pd.date_range(*span).as_unit("us") for span in zip(first, last, strict=True)]
    count = np.array([len(span) for span in days], dtype="int64")
    amount = fees["amount"].astype("Float64") / count
    table = pd.DataFrame(
        {
            "project_gid": fees["project_gid"].astype(STR),
            "currency_code": fees["currency_code"].astype(STR),
            "amount": amount,
        }
    ).loc[np.repeat(fees.index, count)]
    none = pd.DatetimeIndex([]).as_unit("us")
    return table.assign(day=none.append(days)).reset_index(drop=True)


def _read_days(frame: pd.DataFrame, name: str, what: str) -> pd.Series[Any]:
    if name not in frame or frame[name].isna().all():
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    check_days(frame[name], what=what)
    return frame[name].astype("datetime64[us]").dt.normalize()


def _find_planned_days(
    fees: pd.DataFrame, projects: pd.DataFrame | None, what: str
) -> pd.DataFrame:
    """Find the first and the last day of the project of each fee."""
    gids = fees["project_gid"].astype(STR)
    if projects is None:
        raise InvalidArgument(
            f"{what}: {len(fees)} row(s) of fees= have no date. Add it, or pass projects= to "
            f"spread them from start_on to due_on."
        )
    needed = ["gid", "start_on", "due_on"]
    projects = read_frame(projects, needed, what=what, record="project")
    dates = drop_duplicate_gids(projects).set_index("gid")[needed[1:]]
    dates = dates.apply(lambda column: _read_days(dates, str(column.name), what))
    planned = dates.reindex(gids).set_axis(fees.index)
    is_lost = ~is_true(planned["start_on"] <= planned["due_on"])
    if is_lost.any():
        raise InvalidArgument(
            f"{what}: the fee of project {gids[is_lost].iloc[0]} has no date, and the project no "
            f"start_on and due_on in projects=. Add a date to fees=."
        )
    return planned


def split_fees(
    fees: pd.DataFrame, hours: pd.DataFrame, keys: Sequence[str], *, project_key: str | None
) -> pd.DataFrame:
    """Split fees by the hours of their projects in their periods.

    Parameters
    ----------
    fees
        ``_project``, ``currency_code``, ``amount`` and, where there are periods, ``period``.
    hours
        ``_project``, ``period`` likewise, the keys and ``hours``.
    keys
        The names of the keys.
    project_key
        The key that holds the gid of the project, None without.

    Returns
    -------
    DataFrame
        The keys, ``period`` likewise, ``currency_code`` and ``amount``: one row for each group
        with hours. A fee without hours is a row whose keys are missing, except its project.
    """
    place = [name for name in (PROJECT, "period") if name in fees]
    known = hours[is_true(hours[PROJECT].notna())]
    groups = [*place, *(name for name in keys if name not in place)]
    sums = known.groupby(groups, dropna=False, observed=True)["hours"].sum().reset_index()
    total = sums.groupby(place, dropna=False, observed=True)["hours"].transform("sum")
    sums = sums.assign(_share=sums["hours"] / total)[is_true(total > 0)].drop(columns="hours")
    split = fees.merge(sums, how="left", on=place)
    split["amount"] = split["amount"] * split.pop("_share").fillna(1.0)
    if project_key is not None:
        split[project_key] = split[PROJECT].astype(STR)
    return split.drop(columns=PROJECT)
