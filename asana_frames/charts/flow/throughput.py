"""Chart of the tasks that are completed in each period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.axes import (
    draw_empty,
    make_room,
    new_axes,
    set_count_axis,
    set_title,
)
from asana_frames.charts.shared.columns import column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import day_positions, find_step, unique_days
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number
from asana_frames.charts.time.hours import hours as draw_hours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN = ["unweighted", "partial"]


def throughput(throughput: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tasks are completed in each period, with their mean.

    Parameters
    ----------
    throughput
        What ``rollups.throughput`` returns: ``period``, ``done``, ``partial``, and the key columns
        (all others but ``unweighted``).
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by the keys, the largest at the bottom; groups beyond ten are
        merged into "other". A dashed line, explained in a note, is the mean of the whole periods;
        it ends where a period that is not over begins.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    throughput = read_input(throughput, ["period", "done", "partial"], chart="throughput", ax=ax)
    rows = sort_dated(throughput, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_title(ax, "Completed tasks")
        return draw_empty(ax, "No tasks")
    # The same stacked bars as those of hours, with other labels.
    shown = rows.drop(columns=_OWN, errors="ignore").rename(columns={"done": "hours"})
    draw_hours(shown, ax=ax)
    set_count_axis(ax, "Tasks")
    set_title(ax, "Completed tasks", [_draw_mean(ax, rows)])
    return make_room(ax)


def _draw_mean(ax: Axes, rows: pd.DataFrame) -> str:
    """Draw the mean of the whole periods, and return a note about it."""
    is_whole = ~rows["partial"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    days = unique_days(rows["period"][is_whole])
    if not len(days):
        return "no period is over"
    mean = float(column_numbers(rows[is_whole], "done").sum()) / len(days)
    half = find_step(unique_days(rows["period"])).days / 2
    places = day_positions(days)
    ax.hlines(
        mean, places[0] - half, places[-1] + half, color=mix_ink(ax), linewidth=1.2, linestyle="--"
    )
    note = f"dashed: {format_number(mean)} per period on average"
    last = rows["period"].iloc[-1]
    return note if is_whole[-1] else f"{note}; the period from {last.day} {last:%b} is not over"
