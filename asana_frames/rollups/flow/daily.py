"""Tasks created, completed, open and overdue, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
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


def daily(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every = "D",
    *,
    start: Any = None,
    end: Any = None,
    weight: str | None = None,
    exclude: Exclude | None = None,
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Count the tasks created and completed on each day, and those open at its end.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.throughput``: needs ``gid``, ``created_at``, ``completed_at`` and
        ``due_on``. A task is completed from its ``completed_at`` on; one that was completed,
        opened and completed again counts as open until the last time, as Asana keeps only that.
        One that was completed before it was created (imports do that) counts as created when it
        was completed.
    by, every, weight, exclude, tz
        As in ``rollups.throughput``.
    start, end
        The first and the last day that count; otherwise that of the first task, and today. What
        was before is in ``open``.
    now
        The moment up to which tasks and completions are known; the present if not given.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us], the day, or the first of the period), a
        row for every one up to the present; Int64, or Float64 with ``weight``: ``created`` and
        ``done`` (in the period), ``open`` (at its end, or now) and ``overdue`` (open then, and due
        before the last day, by the due date of now: Asana keeps only that); ``unweighted`` (Int64:
        how many of the tasks open at the end, or completed in the period, have no weight);
        ``partial`` (boolean: the period is not over, or ``start`` or ``end`` cuts it).

    Raises
    ------
    InvalidArgument
        A column or key is missing, ``start`` is after ``end``, or an argument cannot be read.

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
    >>> table = daily(tasks, now="2026-03-05T18:00Z")
    >>> table[["period", "created", "done", "open", "overdue", "partial"]]
          period  created  done  open  overdue  partial
    0 2026-03-02        2     0     2        0    False
    1 2026-03-03        0     0     2        1    False
    2 2026-03-04        0     1     1        1    False
    3 2026-03-05        0     0     1        1     True
    """
    selection = parse_selection(by, weight, exclude, now, tz, what="rollups.daily")
    rows = read_known_tasks(tasks, ["created_at", "completed_at", "due_on"], selection)
    counted = count_tasks(rows, selection)
    grid = build_grid(counted, selection, every, start, end)
    group, created, done = counted.group, counted.created, counted.completed
    values, without = counted.weights
    late_from = np.maximum(created, counted.due + 1)
    was_late = np.flatnonzero(~(late_from >= done) & ~np.isnat(late_from))
    late = None if values is None else values[was_late]
    born, closed = (grid.bin(group, days, values) for days in (created, done))
    missing = [grid.bin(group[without], days[without]) for days in (created, done)]
    columns = {
        "created": born.within,
        "done": closed.within,
        "open": born.until - closed.until,
        "overdue": grid.bin(group[was_late], late_from[was_late], late).until
        - grid.bin(group[was_late], done[was_late], late).until,
        "unweighted": missing[0].until - missing[1].until + missing[1].within,
    }
    dtypes = dict.fromkeys(columns, counted.weights.dtype) | {"unweighted": "Int64"}
    table: pd.DataFrame = grid.build(columns, dtypes)
    return grid.write_about(table, tasks, selection)
