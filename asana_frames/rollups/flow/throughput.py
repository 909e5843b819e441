"""Completed tasks by period."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.rollups.flow.counting import (
    By,
    build_grid,
    count_tasks,
    parse_selection,
    read_known_tasks,
)
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.periods import Every
from asana_frames.types import When


def throughput(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every = "W",
    *,
    start: Any = None,
    end: Any = None,
    weight: str | None = None,
    exclude: Exclude | None = None,
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Count the tasks that are completed in each period.

    Parameters
    ----------
    tasks
        Tasks, as ``asana.tasks.list(...)`` or ``gather.all_tasks(..., subtasks=True)`` return
        them: needs ``gid`` and ``completed_at``, and the columns of ``by``. With ``created_at``
        periods begin with the first task, and not with the first completion. The rows given are
        counted, subtasks too.
    by
        Keys: columns of ``tasks``, the beginning of a pair such as ``person`` (the assignee), or
        ``project`` and ``section``: a task counts in each of its own, a subtask in no project in
        those of the nearest task above it. None for one count per period, in which each task
        counts once.
    every
        A period as in ``rollups.hours``.
    start, end
        The first and the last day that count; otherwise that of the first task, and today.
    weight
        A column of numbers, such as ``"cf_Story points"``, that is added up in place of tasks. A
        task without one adds 0.
    exclude
        Tasks to leave out, such as those that were closed as not done: ``"section"``, ``"tag"``
        or a column -> a name or gid, or several: ``{"section": "Cancelled",
        "cf_Resolution": ["Duplicate", "Won't do"]}``.
    now
        The moment up to which completions are known; the present if not given. No period begins
        after it.
    tz
        The time zone of the days.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us], its first day); ``done`` (Int64, or
        Float64 with ``weight``); ``unweighted`` (Int64, how many of the completed tasks have no
        weight); ``partial`` (boolean: the period is not over, or ``start`` or ``end`` cuts it). A
        row for every group of the tasks and every period up to the present, 0 where nothing was
        completed; sorted by the keys, then by period. The ``attrs`` hold, where known,
        ``subject``, ``start``, ``end``, ``now`` and ``every`` as text.

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
    >>> throughput(tasks, now="2026-03-25")
          period  done  unweighted  partial
    0 2026-03-02     2           0    False
    1 2026-03-09     0           0    False
    2 2026-03-16     1           0    False
    3 2026-03-23     0           0     True
    """
    selection = parse_selection(by, weight, exclude, now, tz, what="rollups.throughput")
    rows = read_known_tasks(tasks, ["completed_at"], selection)
    counted = count_tasks(rows, selection)
    grid = build_grid(counted, selection, every, start, end)
    without = counted.weights.is_missing
    columns = {
        "done": grid.add_up(counted.group, counted.completed, counted.weights.values),
        "unweighted": grid.add_up(counted.group[without], counted.completed[without]),
    }
    table: pd.DataFrame = grid.build(
        columns, {"done": counted.weights.dtype, "unweighted": "Int64"}
    )
    return grid.write_about(table, tasks, selection)
