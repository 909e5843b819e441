"""Cycle times one after the other, with median and percentiles of the last of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_number
from asana_frames.frames.arrays import STR
from asana_frames.rollups.flow.cycles import find_rank
from asana_frames.rollups.flow.service_levels import DAYS
from asana_frames.rollups.flow.task_groups import name_percentiles
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import read_frame, text_column
from asana_frames.rollups.shared.moments import parse_moments

#: Windows that are sorted at once.
_MANY = 100_000


def control_chart(
    cycle_times: pd.DataFrame,
    window: int = 20,
    *,
    percentiles: Sequence[float] = (0.5, 0.85),
    days: str = "days_cycle",
) -> pd.DataFrame:
    """Return cycle times in the order of completion, with rolling median and percentiles.

    Cycle times are not normally distributed, so no limits of standard deviations are drawn.

    Parameters
    ----------
    cycle_times
        The result of ``rollups.cycle_times``: needs ``finished_at`` and the column of ``days``.
    window
        The number of tasks in each percentile, the last one included.
    percentiles
        Parts of the tasks, from 0 to 1.
    days
        The column to use: ``"days_cycle"`` or ``"days_working"``.

    Returns
    -------
    DataFrame
        One row per task with known days, by ``finished_at``: ``task_gid``, ``task_name`` (str);
        ``finished_at`` (datetime64[us, UTC]); the column of ``days`` (Float64); and a column per
        percentile, named ``days_p50`` for 0.5 (Float64): the fewest days of a task within which
        that part of the last ``window`` tasks was finished (nearest rank), missing for the first
        tasks, before there are as many.

    Raises
    ------
    InvalidArgument
        ``days`` is another column, one is missing, ``window`` is not a positive whole number, or a
        percentile is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.DataFrame(
    ...     {
    ...         "finished_at": pd.to_datetime(["2026-03-02T09:00Z"] * 4),
    ...         "days_cycle": [1.0, 5.0, 2.0, 3.0],
    ...     }
    ... )
    >>> control_chart(times, window=3)[["days_cycle", "days_p50", "days_p85"]]
       days_cycle  days_p50  days_p85
    0         1.0      <NA>      <NA>
    1         5.0      <NA>      <NA>
    2         2.0       2.0       5.0
    3         3.0       3.0       5.0
    """
    what = "rollups.control_chart"
    check_choice(days, DAYS, name="days")
    check_number(window, name="window", like=20, is_whole=True, least=1)
    cycle_times = read_frame(
        cycle_times,
        ["finished_at", days],
        what=what,
        source="rollups.cycle_times",
        kinds={days: "number"},
    )
    names = name_percentiles(percentiles)
    finished = parse_moments(cycle_times["finished_at"], what=what)
    rows = cycle_times.assign(finished_at=finished)
    rows = rows[(finished.notna() & rows[days].notna()).to_numpy(dtype=bool)]
    rows = rows.sort_values("finished_at", kind="stable", ignore_index=True)
    values = rows[days].to_numpy(dtype="float64")
    levels = {name: _roll(values, int(window), share) for name, share in names.items()}
    table = pd.DataFrame(
        {
            **{name: text_column(rows, name).astype(STR) for name in ("task_gid", "task_name")},
            "finished_at": rows["finished_at"],
            days: pd.array(values, dtype="Float64"),
            **levels,
        }
    )
    return copy_about(table, cycle_times)


def _roll(values: Any, window: int, share: float) -> pd.api.extensions.ExtensionArray:
    """Return the percentile of the last values at each of them, by nearest rank."""
    found = np.full(len(values), np.nan)
    rank = find_rank(window, share)
    if len(values) >= window:
        views = np.lib.stride_tricks.sliding_window_view(values, window)
        for start in range(0, len(views), _MANY):
            part = np.sort(views[start : start + _MANY], axis=1)[:, rank]
            found[window - 1 + start : window - 1 + start + len(part)] = part
    return pd.arrays.FloatingArray(found, np.isnan(found))
