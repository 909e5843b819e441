"""How many tasks are done by the day on which they are due."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.flow.counting import (
    By,
    check_names,
    count_events,
    find_groups,
    parse_selection,
    read_known_tasks,
)
from asana_frames.rollups.histories.due_dates import find_first_due_days
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.moments import local_dates
from asana_frames.rollups.shared.periods import Days, Every, check_every
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.tasks import parse_task_dates, parse_task_times
from asana_frames.types import When

_WHAT = "rollups.on_time"
_COUNTS = ("done_on_time", "done_late", "open_late", "not_due")


def on_time(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every | None = None,
    *,
    due: Literal["last", "first"] = "last",
    stories: pd.DataFrame | None = None,
    start: Any = None,
    end: Any = None,
    now: When | None = None,
    tz: str = "UTC",
    exclude: Exclude | None = None,
) -> pd.DataFrame:
    """Count the tasks that are done by their due day, and those that are late.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them: needs ``gid``, ``completed_at`` and ``due_on``, and the columns of ``by``.
    by
        Keys: columns of ``tasks``, the beginning of a pair such as ``person`` (the assignee), or
        ``project`` and ``section``: a task counts in each of its own, a subtask in no project in
        those of the nearest task above it. None for one group.
    every
        A period as in ``rollups.hours``, of the due day; None for all periods in one row.
    due
        ``"last"``: the due date as it is; ``"first"``: the one that the task had first, which
        takes ``stories``.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them, for
        ``due="first"`` and for an earlier ``now``.
    start, end
        The first and the last due day that count; otherwise the first due day and the day of
        ``now``.
    now
        The present if not given. At an earlier moment, tasks created later do not exist, and
        tasks completed later are open.
    tz
        The time zone of days.
    exclude
        Tasks to leave out, such as those that were closed as not done:
        ``{"section": "Cancelled"}``; ``"section"``, ``"tag"`` or a column -> names or gids.

    Returns
    -------
    DataFrame
        The columns of ``by``; with ``every`` also ``period`` (datetime64[us], its first day) and,
        at the end, ``partial`` (boolean: it is not over, or ``start`` or ``end`` cuts it). Int64:
        ``done_on_time`` (completed on the due day or before), ``done_late`` (completed later),
        ``open_late`` (open, and the due day is over), ``not_due`` (due on the day of ``now`` and
        open, or due later, which counts without ``every`` only) and ``undated`` (without a due
        date). ``on_time_rate`` (Float64): ``done_on_time`` / (``done_on_time`` + ``done_late`` +
        ``open_late``), missing where there is none. A row for every group, and for it one for
        every period from the first due day to ``end``, 0 where nothing is due; sorted. Tasks
        without a due date have a row of their own with a missing ``period``, the last of its
        group. Days are compared, not times of day.

    Raises
    ------
    InvalidArgument
        A column or key is missing, or an argument is not valid.

    Examples
    --------
    Of four tasks that were due in February one is done in time, one late and one is still open;
    the last one has no due date:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3", "4"],
    ...         "completed_at": pd.to_datetime(
    ...             ["2026-02-03T09:00Z", "2026-02-20T09:00Z", None, None]
    ...         ),
    ...         "due_on": pd.to_datetime(["2026-02-03", "2026-02-18", "2026-02-27", None]),
    ...     }
    ... )
    >>> found = on_time(tasks, every="MS", now="2026-03-02")
    >>> found[["period", "done_on_time", "done_late", "open_late", "undated", "on_time_rate"]]
          period  done_on_time  done_late  open_late  undated  on_time_rate
    0 2026-02-01             1          1          1        0      0.333333
    1 2026-03-01             0          0          0        0          <NA>
    2        NaT             0          0          0        1          <NA>
    """
    check_choice(due, ["last", "first"], name="due")
    if every is not None:
        check_every(every)
    if due == "first" and stories is None:
        raise InvalidArgument(
            f"{_WHAT}(due='first') needs stories=gather.stories(asana, tasks): tasks have their "
            f"last due date only."
        )
    selection = parse_selection(by, None, exclude, now, tz, what=_WHAT)
    span = parse_span(start, end)
    uses = "due dates and assignees"
    needed = ["completed_at", "due_on"]
    rows = read_known_tasks(tasks, needed, selection, stories, uses=uses)
    days = parse_task_dates(rows, "due_on", what=_WHAT)
    if due == "first" and stories is not None:
        known = find_first_due_days(stories, selection.now, tz, what=_WHAT)
        first = pd.Series(known.reindex(rows["gid"]).array, index=rows.index)
        days = first.where(first.notna(), days)
    completed = local_dates(parse_task_times(rows, "completed_at", what=_WHAT), tz)
    groups, group, task = find_groups(rows, selection)
    check_names(groups, ["undated", "on_time_rate"])
    due_days = days.to_numpy().astype("datetime64[D]")[task]
    flags = _find_states(due_days, completed[task], selection.today)
    is_undated = np.isnat(due_days)
    if every is None:
        # Those without a due date count, whatever the days are that count.
        dated = count_events(groups, group, due_days, flags, selection, None, span)
        undated = np.bincount(group[is_undated], minlength=len(groups))
        table = _add_rate(dated.assign(undated=undated))
        return write_about(table, tasks, start=span.start, end=span.end, now=selection.now, tz=tz)
    head = groups.head(len(task))
    table = count_events(head, group, due_days, flags, selection, every, span)
    table.insert(len(table.columns) - 1, "undated", 0)
    table = _add_rate(_add_undated(table, head, group[is_undated]))
    return write_about(
        table, tasks, every=every, start=span.start, end=span.end, now=selection.now, tz=tz
    )


def _find_states(last: Days, done: Days, today: pd.Timestamp) -> dict[str, Any]:
    """Return which tasks are done in time, done late, open and late, and not due yet."""
    now = np.datetime64(today, "D")
    is_open = np.isnat(done)
    # Nobody can tell yet how many of those that are due later will be late.
    is_ahead = (last > now) | ((last == now) & is_open)
    return {
        "done_on_time": ~is_ahead & (done <= last),
        "done_late": ~is_ahead & (done > last),
        "open_late": ~is_ahead & is_open & (last < now),
        "not_due": is_ahead,
    }


def _add_undated(table: pd.DataFrame, groups: pd.DataFrame, undated: Any) -> pd.DataFrame:
    """Add a row without a period for the tasks of each group that have no due date."""
    count = np.bincount(undated, minlength=len(groups))
    rows = groups.assign(period=np.datetime64("NaT"), partial=False, **dict.fromkeys(_COUNTS, 0))
    rows = rows.assign(undated=count)[count > 0].astype(table.dtypes.to_dict())
    each = len(table) // max(len(groups), 1)
    order = np.concatenate([np.repeat(np.arange(len(groups)), each), np.flatnonzero(count > 0)])
    both = pd.concat([table, rows], ignore_index=True) if len(rows) else table
    return both.take(np.argsort(order, kind="stable")).reset_index(drop=True)


def _add_rate(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype(dict.fromkeys([*_COUNTS, "undated"], "Int64"))
    judged = table["done_on_time"] + table["done_late"] + table["open_late"]
    rate = table["done_on_time"].astype("Float64") / judged.where(judged > 0).astype("Float64")
    at = list(table.columns).index("undated") + 1
    table.insert(at, "on_time_rate", rate.astype("Float64"))
    return table
