"""Counts of tasks created, completed, open and due, by day or period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import (
    Key,
    drop_duplicates,
    read_frame,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.moments import local_days, parse_moments
from asana_frames.rollups.shared.periods import (
    Every,
    check_every,
    list_periods,
    parse_day,
    period_end,
    period_starts,
)
from asana_frames.rollups.shared.tasks import (
    Days,
    add_memberships,
    parse_task_dates,
    task_lifespans,
    unique_tasks,
)
from asana_frames.rollups.shared.totals import sum_by

_LIFE = ("gid", "created_at", "completed_at")
_DAILY = ("created", "completed", "open", "overdue")
_BURNUP = ("scope", "done", "open")
_ASSIGNEE = {"assignee_gid": "person_gid", "assignee_name": "person_name"}
_UNITS = {"minutes": 60.0, "hours": 1.0}
#: Limit on the rows of a table of all groups and periods.
_MAX_ROWS = 20_000_000


def daily(
    tasks: pd.DataFrame, tz: str = "UTC", *, start: Any = None, end: Any = None
) -> pd.DataFrame:
    """Count the tasks created and completed on each day, and those open at its end.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them: needs ``gid``, ``created_at``, ``completed_at`` and ``due_on``. A task is completed
        from its ``completed_at`` on; one that was completed, opened and completed again counts
        as open until the last time, as Asana keeps only that. One that was completed before it
        was created (imports do that) counts as created when it was completed.
    tz
        The time zone of the days.
    start, end
        The first and the last day; otherwise those of the first creation and of the last creation
        or completion. What was before is in ``open``.

    Returns
    -------
    DataFrame
        ``day`` (datetime64[us]), a row for every day; Int64: ``created`` and ``completed`` (on
        that day), ``open`` (at its end) and ``overdue`` (open at its end, and due before that
        day, by the due date of now: Asana keeps only that).

    Raises
    ------
    InvalidArgument
        A column is missing, ``start`` is after ``end``, or an argument cannot be read.

    Examples
    --------
    Of two tasks one is done two days later, the other, due on the first day, still open:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "created_at": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T10:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-04T15:00Z", None]),
    ...         "due_on": pd.to_datetime(["2026-03-06", "2026-03-02"]),
    ...     }
    ... )
    >>> daily(tasks)
             day  created  completed  open  overdue
    0 2026-03-02        2          0     2        0
    1 2026-03-03        0          0     2        1
    2 2026-03-04        0          1     1        1
    """
    tasks = read_frame(tasks, [*_LIFE, "due_on"], what="rollups.daily", record="task")
    life = task_lifespans(tasks, tz, what="rollups.daily")
    days = _list_days(life, start, end)
    created, completed = life["created"].to_numpy(), life["completed"].to_numpy()
    late_from = np.maximum(created, life["due"].to_numpy() + np.timedelta64(1, "D"))
    was_late = ~(late_from >= completed) & life["due"].notna().to_numpy()
    counts = {
        "created": _count_by_day(created, days),
        "completed": _count_by_day(completed, days),
        "open": _count_up_to_day(created, days) - _count_up_to_day(completed, days),
        "overdue": _count_up_to_day(late_from[was_late], days)
        - _count_up_to_day(completed[was_late], days),
    }
    return _cast_counts(pd.DataFrame({"day": days, **counts}), _DAILY)


def _list_days(life: pd.DataFrame, start: Any, end: Any) -> pd.DatetimeIndex:
    """Return all days from the first to the last; none if there is nothing to count.

    Raises
    ------
    InvalidArgument
        ``start`` is after ``end``.
    """
    first = life["created"].min() if start is None else parse_day(start, name="start")
    last = (
        life[["created", "completed"]].max().max() if end is None else parse_day(end, name="end")
    )
    if start is not None and end is not None and first > last:
        raise InvalidArgument(
            f"start={first:%Y-%m-%d} is after end={last:%Y-%m-%d}; give an earlier start."
        )
    if pd.isna(first) or pd.isna(last):
        return pd.DatetimeIndex([]).as_unit("us")
    return pd.date_range(first, last, unit="us")


def _get_day_offsets(events: Days, days: pd.DatetimeIndex) -> Any:
    """Return the days between the first of ``days`` and each event, without missing events."""
    known = events[~np.isnat(events)].astype("datetime64[D]")
    return (known - days.to_numpy()[:1].astype("datetime64[D]")).astype("int64")


def _count_by_day(events: Days, days: pd.DatetimeIndex) -> Any:
    """Count the events on each of consecutive days."""
    if days.empty:
        return np.zeros(0, dtype="int64")
    at = _get_day_offsets(events, days)
    return np.bincount(at[(at >= 0) & (at < len(days))], minlength=len(days))


def _count_up_to_day(events: Days, days: pd.DatetimeIndex) -> Any:
    """Count the events up to the end of each of consecutive days."""
    if days.empty:
        return np.zeros(0, dtype="int64")
    at = np.maximum(_get_day_offsets(events, days), 0)
    return np.bincount(at[at < len(days)], minlength=len(days)).cumsum()


def burnup(tasks: pd.DataFrame, every: Every = "D", tz: str = "UTC") -> pd.DataFrame:
    """Count all tasks and completed tasks at the end of each period.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.daily``: needs ``gid``, ``created_at`` and ``completed_at``.
    every
        A period as in ``rollups.hours``.
    tz
        The time zone of the days.

    Returns
    -------
    DataFrame
        ``period`` (datetime64[us], its first day), a row for every period from the first creation
        to the last creation or completion; Int64, at the end of the period: ``scope`` (created so
        far), ``done`` (completed so far, never more) and ``open`` (scope - done). Tasks that were
        deleted are not counted: Asana no longer returns them.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``every`` is not a valid period.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "created_at": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-09T10:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-16T15:00Z", None]),
    ...     }
    ... )
    >>> burnup(tasks, every="W")
          period  scope  done  open
    0 2026-03-02      1     0     1
    1 2026-03-09      2     0     2
    2 2026-03-16      2     1     1
    """
    tasks = read_frame(tasks, _LIFE, what="rollups.burnup", record="task")
    check_every(every)
    life = task_lifespans(tasks[list(_LIFE)], tz, what="rollups.burnup")
    known = _list_days(life, None, None)
    if known.empty:
        nothing = dict.fromkeys(_BURNUP, 0)
        return _cast_counts(pd.DataFrame({"period": known, **nothing}), _BURNUP)
    periods = list_periods(known[0], known[-1], every)
    days = pd.date_range(periods[0], period_end(periods[-1], every), unit="us")
    # The last day of a period is the one before the next begins.
    ends = np.append(days.get_indexer(periods[1:]), len(days)) - 1
    scope = _count_up_to_day(life["created"].to_numpy(), days)[ends]
    done = _count_up_to_day(life["completed"].to_numpy(), days)[ends]
    table = pd.DataFrame({"period": periods, "scope": scope, "done": done, "open": scope - done})
    return _cast_counts(table, _BURNUP)


def _cast_counts(table: pd.DataFrame, counts: Sequence[str]) -> pd.DataFrame:
    return table.astype(dict.fromkeys(counts, "Int64"))


def throughput(
    tasks: pd.DataFrame,
    every: Every = "W",
    by: str | Sequence[str] | None = None,
    tz: str = "UTC",
    end: Any = None,
) -> pd.DataFrame:
    """Count the tasks that are completed in each period.

    Parameters
    ----------
    tasks
        Tasks: needs ``gid`` and ``completed_at``, and the columns of ``by``.
    every
        A period as in ``rollups.hours``.
    by
        Keys: columns of ``tasks``, the beginning of a pair such as ``person`` (the assignee), or
        ``project`` and ``section`` (the first that the task, or the nearest above it, is in).
        None for one count per period.
    tz
        The time zone of the days.
    end
        The last day that counts; without it that of the last completion. The last period is as
        whole as this day makes it: for a forecast, give the last day of a period that is over.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us], its first day); ``completed`` (Int64).
        A row for every group in which a task is completed, and for it one for every period from
        the first completion of all groups to the last, 0 where there is none; sorted by the keys,
        then by period.

    Raises
    ------
    InvalidArgument
        A column or key is missing, an argument cannot be read, or the table would have too
        many rows.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "completed_at": pd.to_datetime(
    ...             ["2026-03-02T09:00Z", "2026-03-08T09:00Z", "2026-03-16T09:00Z"]
    ...         ),
    ...     }
    ... )
    >>> throughput(tasks)
          period  completed
    0 2026-03-02          2
    1 2026-03-09          0
    2 2026-03-16          1
    """
    tasks = read_frame(tasks, ["gid", "completed_at"], what="rollups.throughput", record="task")
    check_every(every)
    last = None if end is None else parse_day(end, name="end")
    rows, keys = _select_completed(tasks, by, what="rollups.throughput")
    day = local_days(parse_moments(rows["completed_at"], what="rollups.throughput"), tz)
    counts = day.notna() & (True if last is None else day <= last)
    named = {key.name: rows.loc[counts, key.column] for key in keys}
    groups = pd.DataFrame(named, index=rows.index[counts])
    return _count_by_period(groups, day[counts], every, last)


def _select_completed(
    tasks: pd.DataFrame, by: str | Sequence[str] | None, *, what: str
) -> tuple[pd.DataFrame, list[Key]]:
    """Return each completed task once, with the columns of the keys."""
    if by is None:
        return drop_duplicates(tasks[["gid", "completed_at"]]), []
    rows = unique_tasks(tasks, tasks.columns)
    rows = add_memberships(rows, np.flatnonzero(rows["completed_at"].notna()))
    return rows, resolve_keys(rows, by, what=what)


def _count_by_period(
    groups: pd.DataFrame, days: pd.Series[Any], every: Every, last: pd.Timestamp | None
) -> pd.DataFrame:
    """Count the completions of each group and period, 0 where there are none.

    Raises
    ------
    InvalidArgument
        The table would have more rows than the limit.
    """
    for name in {"period", "completed"}.intersection(groups.columns):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    periods = pd.DatetimeIndex([]).as_unit("us")
    if not days.empty:
        periods = list_periods(days.min(), days.max() if last is None else last, every)
    table = pd.DataFrame(index=pd.RangeIndex(int(not days.empty)))
    code = np.zeros(len(days), dtype="int64")
    if not groups.columns.empty:
        grouped = groups.groupby(list(groups.columns), dropna=False, observed=True)
        code = grouped.ngroup().to_numpy()
        table = groups.iloc[np.unique(code, return_index=True)[1]].reset_index(drop=True)
    if len(table) * len(periods) > _MAX_ROWS:
        raise InvalidArgument(
            f"by= makes {len(table) * len(periods):,} rows: {len(table):,} groups in "
            f"{len(periods):,} periods. Use fewer keys or a longer period."
        )
    at = periods.get_indexer(pd.DatetimeIndex(period_starts(days, every)))
    completed = np.bincount(code * len(periods) + at, minlength=len(table) * len(periods))
    rows = table.loc[table.index.repeat(len(periods))].reset_index(drop=True)
    period = np.tile(periods.to_numpy(), len(table))
    return _cast_counts(rows.assign(period=period, completed=completed), ["completed"])


def load(
    tasks: pd.DataFrame,
    every: Every = "W",
    *,
    start: Any = None,
    end: Any = None,
    estimate: str | None = None,
    unit: Literal["minutes", "hours"] = "minutes",
) -> pd.DataFrame:
    """Count the open tasks of each person by the period in which they are due.

    Parameters
    ----------
    tasks
        Tasks: needs ``gid``, ``completed_at``, ``due_on``, ``assignee_gid`` and
        ``assignee_name``. Open are those without a ``completed_at``.
    every
        A period as in ``rollups.hours``.
    start, end
        The first and the last due date that count; all of them otherwise.
    estimate
        The column of ``tasks`` that holds the estimate, such as ``"cf_Estimated time"``.
    unit
        What the estimate is in. Asana's field "Estimated time" holds minutes.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str, missing for unassigned tasks), ``period``
        (datetime64[us], its first day, missing for tasks without a due date), ``tasks`` (Int64)
        and ``hours`` (Float64, estimated; missing where no task has an estimate). One row per
        person and period in which a task is due, by name, gid and period.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "completed_at": pd.to_datetime([None, None], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-04", "2026-03-06"]),
    ...         "assignee_gid": ["11", "11"],
    ...         "assignee_name": ["Ana", "Ana"],
    ...         "cf_Estimated time": [90.0, None],
    ...     }
    ... )
    >>> load(tasks, estimate="cf_Estimated time")
      person_gid person_name     period  tasks  hours
    0         11         Ana 2026-03-02      2    1.5
    """
    check_every(every)
    check_choice(unit, _UNITS, name="unit")
    if estimate is not None:
        check_text(estimate, name="estimate", like="cf_Estimated time")
    columns = ["gid", "completed_at", "due_on", *_ASSIGNEE, *([estimate] if estimate else [])]
    kinds = {estimate: "minutes" if unit == "minutes" else "number"} if estimate else {}
    tasks = read_frame(tasks, columns, what="rollups.load", record="task", kinds=kinds)
    rows = drop_duplicates(tasks[columns])
    due = parse_task_dates(rows, "due_on", what="rollups.load")
    counts = rows["completed_at"].isna()
    counts &= ~(due < parse_day(start, name="start")) if start is not None else True
    counts &= ~(due > parse_day(end, name="end")) if end is not None else True
    rows, due = rows[counts], due[counts]
    hours = rows[estimate].astype("Float64") / _UNITS[unit] if estimate else pd.NA
    names = {name: text_column(rows, own) for own, name in _ASSIGNEE.items()}
    values = pd.DataFrame({"tasks": 1, "hours": hours}, index=rows.index).astype("Float64")
    table = sum_by(
        pd.DataFrame({**names, "period": period_starts(due, every)}, index=rows.index),
        {name: values[name] for name in ("tasks", "hours")},
    )
    order = ["person_name", "person_gid", "period"]
    return _cast_counts(table.sort_values(order, ignore_index=True), ["tasks"])
