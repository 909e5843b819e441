"""Chart of how many completed tasks are opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes, set_title
from asana_frames.charts.shared.columns import list_keys, read_input
from asana_frames.charts.shared.rates import (
    draw_rate_lines,
    draw_rate_rows,
    list_period_columns,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATE = "reopening_rate"
_NUMBERS = ("period", "partial", "done", "reopenings", _RATE)
_TITLE = "Reopenings per completed task"


def reopenings(reopenings: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often completed tasks are opened again.

    Parameters
    ----------
    reopenings
        What ``rollups.reopenings`` returns: ``done``, ``reopenings``, ``reopening_rate``, with
        periods ``period`` and ``partial``, and the key columns (all others).
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Over time a line per group, of at most eight, those with the most completions; a hollow
        point where the period is not over. Without periods a bar per group, the highest rate at
        the top.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["done", "reopenings", _RATE, *list_period_columns(reopenings)]
    reopenings = read_input(reopenings, needed, chart="reopenings", ax=ax)
    has_periods = "period" in reopenings.columns
    rows = reopenings.reset_index(drop=True)
    keys = list_keys(rows, _NUMBERS)
    if ax is None:
        ax = new_axes(height=4.2 if has_periods else 0.3 * min(len(rows), 40) + 1.4)
    if rows[_RATE].isna().all():
        set_title(ax, _TITLE)
        return draw_empty(ax, "No completed tasks")
    if has_periods:
        draw_rate_lines(ax, rows, keys, _RATE, "done", _TITLE)
    else:
        counts = rows[["reopenings", "done"]].astype("float64")
        texts = [f"{part:,.0f} of {whole:,.0f}" for part, whole in counts.to_numpy()]
        draw_rate_rows(ax, rows, keys, _RATE, pd.Series(texts, index=rows.index), _TITLE)
    return make_room(ax)
