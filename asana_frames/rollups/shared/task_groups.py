"""Groups of tasks by keys, and their counts in each period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import resolve_keys
from asana_frames.rollups.shared.periods import (
    list_periods,
    parse_day,
    period_end,
    period_starts,
)
from asana_frames.rollups.shared.tasks import add_memberships, unique_tasks

#: The most rows of a table of all groups and periods.
_MOST = 20_000_000


class TaskGroups(NamedTuple):
    """Tasks, each once, and the group of each by the keys that were asked for."""

    tasks: pd.DataFrame
    #: The position of the group of each task.
    code: npt.NDArray[np.int64]
    #: The keys of each group, sorted.
    groups: pd.DataFrame


def group_tasks(
    tasks: pd.DataFrame, by: str | Sequence[str] | None, *, what: str, taken: Sequence[str]
) -> TaskGroups:
    """Group tasks by columns, by ``person``, or by their first ``project`` or ``section``.

    Parameters
    ----------
    tasks
        Tasks; a task that is there twice counts once.
    by
        The keys; None for one group.
    what
        The name of the calling function, for messages.
    taken
        The names of the columns of its result that are not keys.

    Raises
    ------
    InvalidArgument
        A key is not known, or has the name of another column of the result.
    """
    rows = unique_tasks(tasks, tasks.columns)
    if by is None:
        one = pd.DataFrame(index=pd.RangeIndex(min(len(rows), 1)))
        return TaskGroups(rows, np.zeros(len(rows), dtype="int64"), one)
    rows = add_memberships(rows, np.arange(len(rows)))
    keys = resolve_keys(rows, by, what=what)
    for key in keys:
        if key.name in taken:
            raise InvalidArgument(f"{key.name!r} is a column of the result; use another key.")
    named = pd.DataFrame({key.name: rows[key.column] for key in keys})
    grouped = named.groupby(list(named.columns), dropna=False, observed=True)
    code = grouped.ngroup().to_numpy().astype("int64")
    _, first = np.unique(code, return_index=True)
    return TaskGroups(rows, code, named.iloc[first].reset_index(drop=True))


class PeriodBounds(NamedTuple):
    """The first day that counts, the last one, and the present one."""

    start: pd.Timestamp | None
    end: pd.Timestamp
    today: pd.Timestamp


def parse_bounds(start: Any, end: Any, today: pd.Timestamp) -> PeriodBounds:
    """Parse the arguments ``start`` and ``end``; the last day is the present one by default.

    Raises
    ------
    InvalidArgument
        One of them is not a day, or ``start`` is after ``end`` or after the present day.
    """
    first = None if start is None else parse_day(start, name="start")
    last = today if end is None else parse_day(end, name="end")
    if first is not None and first > last:
        raise InvalidArgument(
            f"start={first:%Y-%m-%d} is after end={last:%Y-%m-%d}; give an earlier start."
        )
    return PeriodBounds(first, last, today)


def count_by_period(
    groups: pd.DataFrame,
    code: npt.NDArray[np.int64],
    days: pd.Series[Any],
    counts: Mapping[str, npt.NDArray[Any]],
    *,
    every: str | None,
    bounds: PeriodBounds,
) -> pd.DataFrame:
    """Add up counts by group and period, 0 where there is nothing.

    Parameters
    ----------
    groups
        The keys of each group.
    code
        The group of each row that counts.
    days
        The day of each of them; those outside of ``bounds`` do not count.
    counts
        Name -> what each of them adds.
    every
        The period; None for one row per group.
    bounds
        Periods run from the first day, or else the first of ``days``, to the last.

    Returns
    -------
    DataFrame
        The keys; with periods ``period`` and ``partial`` (boolean: days of it do not count, or
        are still to come); the counts (Int64).

    Raises
    ------
    InvalidArgument
        There would be too many rows.
    """
    counts_here = days <= bounds.end
    if bounds.start is not None:
        counts_here &= days >= bounds.start
    at = np.flatnonzero(counts_here.to_numpy(dtype=bool))
    table, cell, size = groups, code[at], len(groups)
    if every is not None:
        first = days.iloc[at].min() if bounds.start is None else bounds.start
        first = bounds.end if pd.isna(first) else first
        periods = list_periods(first, max(first, bounds.end), every) if len(groups) else None
        table = _cross_periods(groups, periods, every, bounds)
        size = len(table)
        place = pd.DatetimeIndex(period_starts(days.iloc[at], every))
        count = 0 if periods is None else len(periods)
        cell = cell if periods is None else cell * count + periods.get_indexer(place)
    sums = {
        name: pd.array(
            np.bincount(cell, values[at].astype("float64"), minlength=size).astype("int64"),
            dtype="Int64",
        )
        for name, values in counts.items()
    }
    return table.assign(**sums)


def _cross_periods(
    groups: pd.DataFrame, periods: pd.DatetimeIndex | None, every: str, bounds: PeriodBounds
) -> pd.DataFrame:
    """Return a row for each group and period."""
    if periods is None:
        periods = pd.DatetimeIndex([]).as_unit("us")
    if len(groups) * len(periods) > _MOST:
        raise InvalidArgument(
            f"by= makes {len(groups) * len(periods):,} rows: {len(groups):,} groups in "
            f"{len(periods):,} periods. Use fewer keys or a longer period."
        )
    last = min(bounds.end, bounds.today)
    partial = [
        period_end(period, every) > last or (bounds.start is not None and period < bounds.start)
        for period in periods
    ]
    rows = groups.loc[groups.index.repeat(len(periods))].reset_index(drop=True)
    return rows.assign(
        period=pd.Series(np.tile(periods.to_numpy("datetime64[us]"), len(groups))).astype(
            "datetime64[us]"
        ),
        partial=pd.array(np.tile(np.array(partial, dtype=bool), len(groups)), dtype="boolean"),
    )
