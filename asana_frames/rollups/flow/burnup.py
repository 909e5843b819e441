"""The scope of a project and the done part of it, by period."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.rollups.flow.counting import By, build_grid, parse_selection
from asana_frames.rollups.flow.scope import read_scope
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.periods import Every
from asana_frames.types import When

_COLUMNS = ("scope", "done", "open", "scope_added", "scope_removed", "unweighted")


def burnup(
    tasks: pd.DataFrame,
    by: By = None,
    every: Every = "D",
    *,
    start: Any = None,
    end: Any = None,
    weight: str | None = None,
    exclude: Exclude | None = None,
    stories: pd.DataFrame | None = None,
    project: str | None = None,
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Count all tasks and completed tasks at the end of each period.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.throughput``: needs ``gid``, ``created_at`` and ``completed_at``.
    by, every, weight, exclude, now, tz
        As in ``rollups.throughput``.
    start, end
        The first and the last day that count; otherwise that of the first task, and today. What
        was before is in ``scope`` and ``done``.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them: a task is in
        scope while it is in the project. Without them it is in scope since its creation, also if
        it came into the project later, and none ever leaves.
    project
        With ``stories``, the gid or name of the project, if the tasks were in several and ``by``
        is not ``"project"``.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us], its first day), a row for every one
        from the first task up to the present; Int64, or Float64 with ``weight``, at the end of
        the period, or now: ``scope``, ``done`` (completed in scope, never more) and ``open``
        (scope - done); in the period: ``scope_added`` and ``scope_removed``; ``unweighted``
        (Int64: how many tasks in scope have no weight); ``partial`` (boolean: the period is not
        over, or ``start`` or ``end`` cuts it). Tasks that were deleted, and those that left the
        project and are not in ``tasks``, are not known and not counted. The ``attrs`` are as those
        of ``rollups.throughput``.

    Raises
    ------
    InvalidArgument
        A column or key is missing, an argument cannot be read, or there are stories of several
        projects.

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
    >>> table = burnup(tasks, every="W", now="2026-03-24")
    >>> table[["period", "scope", "done", "open", "scope_added", "partial"]]
          period  scope  done  open  scope_added  partial
    0 2026-03-02      1     0     1            1    False
    1 2026-03-09      2     0     2            1    False
    2 2026-03-16      2     1     1            0    False
    3 2026-03-23      2     1     1            0     True
    """
    selection = parse_selection(by, weight, exclude, now, tz, what="rollups.burnup")
    scope = read_scope(tasks, selection, stories, project)
    grid = build_grid(scope.counted, selection, every, start, end)
    found = scope.add_up(grid)
    columns = {name: found[name] for name in _COLUMNS}
    dtypes = dict.fromkeys(columns, scope.counted.weights.dtype) | {"unweighted": "Int64"}
    table: pd.DataFrame = grid.build(columns, dtypes)
    return grid.write_about(table, tasks, selection)
