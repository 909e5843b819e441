"""What groups of tasks completed, and what came to them, in each past period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded
from asana_frames.rollups.shared.inputs import (
    check_keys,
    drop_duplicates,
    read_frame,
    read_list_columns,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.moments import local_days, resolve_today
from asana_frames.rollups.shared.periods import (
    Every,
    check_every,
    list_periods,
    period_starts,
)
from asana_frames.rollups.shared.tasks import (
    TaskTree,
    check_aligned_memberships,
    parse_task_times,
)
from asana_frames.rollups.shared.weights import check_weight, read_weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_LIFE = ("gid", "created_at", "completed_at")
_PLACES = ("project", "section")
_PEOPLE = {"person_gid": "assignee_gid", "person_name": "assignee_name"}
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


def read_past_tasks(
    tasks: pd.DataFrame,
    moment: pd.Timestamp,
    *,
    by: str | Sequence[str] | None,
    weight: str | None,
    exclude: Exclude | None,
    stories: pd.DataFrame | None,
    what: str,
) -> pd.DataFrame:
    """Return each task once, as it was known at a moment, without those that are excluded.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.
    """
    check_keys(by)
    check_weight(weight)
    tasks = read_frame(tasks, _LIFE, what=what, record="task")
    reads = {
        "keys": by is not None,
        "weights": weight is not None,
        "exclusions": exclude is not None,
    }
    uses = " and ".join(name for name, is_read in reads.items() if is_read)
    known = select_known(tasks, moment, stories, what=what, uses=uses)
    return drop_excluded(drop_duplicates(known), exclude, what=what)


def count_past_periods(
    tasks: pd.DataFrame,
    by: str | Sequence[str] | None,
    every: Every,
    moment: pd.Timestamp,
    *,
    history: int | None,
    weight: str | None,
    tz: str,
    reserved: Iterable[str],
    what: str,
) -> PastPeriods:
    """Add up what groups of tasks completed in each whole period before a moment.

    Parameters
    ----------
    tasks
        What ``read_past_tasks`` returns.
    by, every, weight, tz
        As in ``rollups.forecast``.
    moment
        The present, in UTC; its period is not over.
    history
        The number of periods; None for all from the first task on.
    reserved
        Columns of the result, which cannot be keys.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A key is unknown or reserved, a weight is negative, or there would be too many numbers.
    """
    check_every(every)
    rows, group, keys = _group_tasks(tasks, by, reserved, what)
    weights = read_weights(rows, weight, what=what)
    weigh = np.ones(len(rows)) if weights.values is None else weights.values
    if (weigh < 0).any():
        raise InvalidArgument(
            f"{what}: {weight} is below 0 in {int((weigh < 0).sum()):,} task(s); use weights from "
            f"0 on."
        )
    completed = local_days(parse_task_times(rows, "completed_at", what=what), tz)
    created = local_days(parse_task_times(rows, "created_at", what=what), tz)
    # Imports create tasks that were completed before.
    born = pd.Series(np.fmin(created.to_numpy(), completed.to_numpy()))
    periods = _list_whole_periods(born, resolve_today(moment, tz), every, history)
    shape = (len(keys), len(periods))
    if shape[0] * shape[1] > _MOST:
        raise InvalidArgument(
            f"{what}: by= makes {shape[0]:,} groups in {shape[1]:,} periods. Use fewer keys or a "
            f"longer period."
        )
    done_at, born_at = (_find_cells(group, days, periods, every) for days in (completed, born))
    is_open = completed.isna().to_numpy()
    lacks = weights.is_missing
    return PastPeriods(
        keys,
        periods,
        _find_first(group, born, periods, every, len(keys)),
        done=_sum_cells(done_at, weigh, shape),
        added=_sum_cells(born_at, weigh, shape),
        tasks=_sum_cells(done_at, np.ones(len(rows)), shape).astype("int64"),
        unweighted=_sum_cells(done_at, lacks.astype("float64"), shape).astype("int64"),
        remaining=_sum_open(group[is_open], weigh[is_open], lacks[is_open], len(keys)),
        open_unweighted=np.bincount(group[is_open & lacks], minlength=len(keys)),
    )


def _group_tasks(
    tasks: pd.DataFrame, by: str | Sequence[str] | None, reserved: Iterable[str], what: str
) -> tuple[pd.DataFrame, Ints, pd.DataFrame]:
    """Return the rows that count, the number of each row's group, and the groups' keys."""
    if by is None:
        return (
            tasks,
            np.zeros(len(tasks), dtype="int64"),
            pd.DataFrame(index=range(len(tasks) > 0)),
        )
    rows = _place_tasks(tasks, by, what)
    named = {key.name: rows[key.column] for key in resolve_keys(rows, by, what=what)}
    for name in set(reserved).intersection(named):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    keys = pd.DataFrame(named)
    numbers = keys.groupby(list(named), dropna=False, observed=True).ngroup()
    group = np.asarray(numbers, dtype="int64")
    first = np.unique(group, return_index=True)[1]
    return rows, group, keys.iloc[first].reset_index(drop=True)


def _place_tasks(tasks: pd.DataFrame, by: str | Sequence[str], what: str) -> pd.DataFrame:
    """Return a row per task, or per task and membership where these are asked for.

    A subtask in no project has the memberships of the nearest task above it.
    """
    known = {name: own for name, own in _PEOPLE.items() if own in tasks.columns}
    tasks = tasks.assign(**{name: text_column(tasks, own) for name, own in known.items()})
    names = [name for name in list_texts(by, name="by", like="person") if name not in tasks]
    places = [p for p in _PLACES if {p, f"{p}_gid", f"{p}_name"}.intersection(names)]
    if not places:
        return tasks
    tasks = read_frame(tasks, ["memberships_project_gids"], what=what, record="task")
    read = [f"memberships_{place}_{end}s" for place in _PLACES for end in ("gid", "name")]
    tasks = read_list_columns(tasks, read)
    check_aligned_memberships(tasks, [name for name in read if name in tasks.columns])
    # Rows that users add have no gid; they are not duplicates of each other.
    numbers = pd.Series(tasks.index.astype(str), index=tasks.index)
    lists = TaskTree(tasks.assign(gid=tasks["gid"].fillna("row " + numbers))).memberships()
    columns = [f"{place}_{end}s" for place in places for end in ("gid", "name")]
    singles = lists[columns].explode(columns).rename(columns=lambda name: name[:-1]).astype(STR)
    return tasks.loc[singles.index].assign(**singles).reset_index(drop=True)


def _list_whole_periods(
    born: pd.Series[Any], today: pd.Timestamp, every: Every, history: int | None
) -> pd.DatetimeIndex:
    """Return the first days of the periods that are over."""
    first = born.min()
    over = list_periods(min(first, today) if pd.notna(first) else today, today, every)[:-1]
    return over if history is None else over[-history:]


def _find_cells(
    group: Ints, days: pd.Series[Any], periods: pd.DatetimeIndex, every: Every
) -> Ints:
    """Return the place of each row in a table of groups and periods; -1 where it has none."""
    at = periods.get_indexer(pd.DatetimeIndex(period_starts(days, every)))
    return np.where(at < 0, -1, group * len(periods) + at)


def _sum_cells(cells: Ints, values: Floats, shape: tuple[int, int]) -> Floats:
    counts = cells >= 0
    sums = np.bincount(cells[counts], values[counts], minlength=shape[0] * shape[1])
    return sums.astype("float64").reshape(shape)


def _sum_open(group: Ints, weigh: Floats, lacks: npt.NDArray[np.bool_], count: int) -> Floats:
    """Return the weight of each group's open tasks; NaN where all of them lack one."""
    sums = np.bincount(group, weigh, minlength=count).astype("float64")
    missing = np.bincount(group[lacks], minlength=count)
    sums[(missing > 0) & (missing == np.bincount(group, minlength=count))] = np.nan
    return sums


def _find_first(
    group: Ints, born: pd.Series[Any], periods: pd.DatetimeIndex, every: Every, count: int
) -> Ints:
    """Return the position of the period of each group's first task."""
    first = born.groupby(group).min().reindex(range(count))
    at = periods.searchsorted(pd.DatetimeIndex(period_starts(first, every)))
    return np.where(first.isna(), len(periods), at).astype("int64")
