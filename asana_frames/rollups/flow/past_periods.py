"""What groups of tasks completed, and what came to them, in each past period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.flow.counting import (
    CountedTasks,
    Grid,
    Selection,
    count_tasks,
    read_known_tasks,
)
from asana_frames.rollups.shared.periods import (
    Every,
    check_every,
    list_periods,
    number_periods,
    period_end,
)
from asana_frames.rollups.shared.tasks import parse_task_times
from asana_frames.rollups.shared.weights import check_weight

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Limit on the numbers of a table of all groups and periods.
_MOST = 20_000_000


class PastPeriods(NamedTuple):
    """The work of groups in periods that are over, and what is left.

    Attributes
    ----------
    keys
        The keys of the groups, one row each, in order.
    periods
        The first days of the periods, up to the last that is over.
    first
        The position among the periods of that of each group's first task; beyond the last where
        that one is not over, or nothing is known of any.
    done, added
        The weight that was completed and created: a row per group, a column per period.
    tasks, unweighted
        The number of completed tasks, and of those without a weight: rows and columns likewise.
    remaining
        The weight of each group's open tasks; NaN where all of them lack one.
    open_unweighted
        The number of each group's open tasks without a weight.
    """

    keys: pd.DataFrame
    periods: pd.DatetimeIndex
    first: Ints
    done: Floats
    added: Floats
    tasks: Ints
    unweighted: Ints
    remaining: Floats
    open_unweighted: Ints


def count_past_periods(
    tasks: pd.DataFrame,
    selection: Selection,
    every: Every,
    *,
    history: int | None,
    stories: pd.DataFrame | None,
    reserved: Iterable[str],
) -> PastPeriods:
    """Add up what groups of tasks completed in each whole period before the present.

    Parameters
    ----------
    tasks
        Tasks, with ``gid``, ``created_at`` and ``completed_at``.
    selection
        Which tasks are counted, by what, as of when.
    every
        A period as in ``rollups.hours``.
    history
        The number of periods; None for all from the first task on.
    stories
        All stories of the tasks, for what they were at that time.
    reserved
        Columns of the result, which cannot be keys.

    Raises
    ------
    InvalidArgument
        An argument is not valid, a key is reserved, a weight is negative, or there would be too
        many numbers.
    """
    check_every(every)
    check_weight(selection.weight)
    counted = _read_counted(tasks, selection, stories, reserved)
    grid = _build_grid(counted, selection, every, history)
    group, done, weights = counted.group, counted.completed, counted.weights
    lacks, is_open = weights.is_missing, np.isnat(done)
    weigh = np.ones(len(group)) if weights.values is None else weights.values
    rows = len(grid.groups)
    return PastPeriods(
        grid.groups,
        grid.periods,
        _find_first(counted, grid),
        done=grid.add_up(group, done, weigh).astype("float64"),
        added=grid.add_up(group, counted.created, weigh).astype("float64"),
        tasks=grid.add_up(group, done),
        unweighted=grid.add_up(group[lacks], done[lacks]),
        remaining=_sum_open(group[is_open], weigh[is_open], lacks[is_open], rows),
        open_unweighted=np.bincount(group[is_open & lacks], minlength=rows),
    )


def _read_counted(
    tasks: pd.DataFrame,
    selection: Selection,
    stories: pd.DataFrame | None,
    reserved: Iterable[str],
) -> CountedTasks:
    """Return the tasks that count, by group.

    Raises
    ------
    InvalidArgument
        An argument is not valid, a key is reserved, or a weight is negative.
    """
    what = selection.what
    life = ["created_at", "completed_at"]
    rows = read_known_tasks(tasks, life, selection, stories)
    created, completed = (parse_task_times(rows, name, what=what) for name in life)
    # A task of unknown creation is open, but tells nothing of the past.
    began = created.where(created.notna() | completed.notna(), selection.now)
    counted = count_tasks(rows.assign(created_at=began), selection)
    for name in counted.groups.columns.intersection(list(reserved)):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    values = counted.weights.values
    if values is not None and (values < 0).any():
        raise InvalidArgument(
            f"{what}: {selection.weight} is below 0 in {int((values < 0).sum()):,} task(s); use "
            f"weights from 0 on."
        )
    return counted


def _build_grid(
    counted: CountedTasks, selection: Selection, every: Every, history: int | None
) -> Grid:
    """Return the groups that have a task, and the periods that are over.

    Raises
    ------
    InvalidArgument
        There would be too many numbers.
    """
    today = selection.today
    begin = pd.Timestamp(counted.created.min()) if len(counted.task) else today
    periods = list_periods(min(begin, today), today, every)[:-1]
    periods = periods if history is None else periods[-history:]
    groups = counted.groups
    if len(groups) * len(periods) > _MOST:
        raise InvalidArgument(
            f"{selection.what}: by= makes {len(groups):,} groups in {len(periods):,} periods. Use "
            f"fewer keys or a longer period."
        )
    first, last = (periods[0], periods[-1]) if len(periods) else (today, today)
    is_partial = np.zeros(len(periods), dtype=bool)
    return Grid(groups, periods, every, first, period_end(last, every), is_partial)


def _sum_open(group: Ints, weigh: Floats, lacks: npt.NDArray[np.bool_], count: int) -> Floats:
    """Return the weight of each group's open tasks; NaN where all of them lack one."""
    sums = np.bincount(group, weigh, minlength=count).astype("float64")
    missing = np.bincount(group[lacks], minlength=count)
    sums[(missing > 0) & (missing == np.bincount(group, minlength=count))] = np.nan
    return sums


def _find_first(counted: CountedTasks, grid: Grid) -> Ints:
    """Return the position of the period of each group's first task."""
    rows, columns = grid.shape
    if not columns:
        return np.zeros(rows, dtype="int64")
    number, begin = (
        number_periods(days.astype("datetime64[D]"), grid.every)
        for days in (counted.created, grid.periods[:1].to_numpy())
    )
    first = np.full(rows, columns)
    np.minimum.at(first, counted.group, np.maximum(number - begin, 0))
    return first
