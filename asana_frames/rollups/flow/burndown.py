"""What remains of a sprint or project at the end of each working day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.rollups.flow.counting import By, build_grid, parse_selection
from asana_frames.rollups.flow.scope import read_scope
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.workdays import workday_shares
from asana_frames.types import When


def burndown(
    tasks: pd.DataFrame,
    by: By = None,
    *,
    start: Any = None,
    end: Any = None,
    weight: str | None = None,
    exclude: Exclude | None = None,
    stories: pd.DataFrame | None = None,
    project: str | None = None,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Count what remains at the end of each working day, beside an ideal line.

    Parameters
    ----------
    tasks
        The tasks of a sprint or project, as in ``rollups.throughput``: needs ``gid``,
        ``created_at`` and ``completed_at``.
    by, weight, exclude, now, tz
        As in ``rollups.throughput``.
    start, end
        The first and the last day; otherwise that of the first task, and today. An ``end`` ahead
        gives rows up to it, in which only ``ideal`` is known.
    stories, project
        As in ``rollups.burnup``: with stories a task is in scope while it is in the project.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us]), a row for every working day, days
        without change too; Int64, or Float64 with ``weight``: ``remaining`` (open at the end of
        the day, or now) and, since the row before, ``done``, ``scope_added`` and
        ``scope_removed``, all missing on days ahead; what happens on a day off counts on the next
        working day; ``ideal`` (Float64, missing without ``end``: falls with each working day, by
        its share, from what is in scope on the first one, what is done on it included, to 0 at the
        end of the last);
        ``unweighted`` (Int64: how many tasks in scope have no weight); ``partial`` (boolean: the
        day is not over).

    Raises
    ------
    InvalidArgument
        A column or key is missing, an argument cannot be read, or there are stories of several
        projects.

    Examples
    --------
    Of 4 tasks one is done on Monday and one on Saturday, which counts on Monday:

    >>> import pandas as pd
    >>> done = ["2026-03-05T15:00Z", "2026-03-07T11:00Z", None, None]
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3", "4"],
    ...         "created_at": pd.to_datetime(["2026-03-04T09:00Z"] * 4),
    ...         "completed_at": pd.to_datetime(done),
    ...     }
    ... )
    >>> table = burndown(tasks, start="2026-03-05", end="2026-03-10", now="2026-03-09T18:00Z")
    >>> table[["period", "remaining", "ideal", "done", "partial"]]
          period  remaining  ideal  done  partial
    0 2026-03-05          3    3.0     1    False
    1 2026-03-06          3    2.0     0    False
    2 2026-03-09          2    1.0     1     True
    3 2026-03-10       <NA>    0.0  <NA>     True
    """
    selection = parse_selection(by, weight, exclude, now, tz, what="rollups.burndown")
    scope = read_scope(tasks, selection, stories, project)
    last = parse_span(start, end).end
    grid = build_grid(scope.counted, selection, "D", start, end)
    is_empty = not len(scope.counted.task)
    days = pd.date_range(grid.first, selection.today if last is None else last, unit="us")
    days = days[:0] if is_empty else days
    shares = workday_shares(days, workdays, holidays)
    at = np.flatnonzero(shares > 0)
    found = scope.add_up(grid)
    done = _take(found["done_then"].cumsum(axis=1), at)
    remaining = _take(found["open"], at)
    columns = {
        "remaining": remaining,
        "ideal": _draw_ideal(remaining + done, shares[at], has_end=last is not None),
        "done": np.diff(done, prepend=0.0),
        **{
            name: np.diff(_take(found[name].cumsum(axis=1), at), prepend=0.0)
            for name in ("scope_added", "scope_removed")
        },
        "unweighted": _take(found["unweighted"], at),
    }
    is_partial = np.asarray(days[at] >= selection.today)
    calendar = grid._replace(
        periods=days[at], is_partial=is_partial, last=grid.last if last is None else last
    )
    dtypes = dict.fromkeys(columns, scope.counted.weights.dtype)
    table: pd.DataFrame = calendar.build(
        columns, dtypes | {"ideal": "Float64", "unweighted": "Int64"}
    )
    return calendar.write_about(table, tasks, selection)


def _take(values: npt.NDArray[Any], at: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return the values of some days; of days ahead they are missing."""
    known = at[at < values.shape[1]]
    ahead = np.full((len(values), len(at) - len(known)), np.nan)
    return np.concatenate([values[:, known], ahead], axis=1)


def _draw_ideal(
    amounts: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], *, has_end: bool
) -> npt.NDArray[np.float64]:
    """Return what remains if the amount of the first day is done evenly until the last."""
    if not has_end or not len(shares):
        return np.full(amounts.shape, np.nan)
    left: npt.NDArray[np.float64] = amounts[:, :1] * (1 - shares.cumsum() / shares.sum())
    return left
