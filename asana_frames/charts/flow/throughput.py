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
from asana_frames.charts.shared.dates import fill_periods, find_step, unique_days
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number
from asana_frames.charts.time.hours import hours as draw_hours

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def throughput(throughput: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tasks are completed in each period, with their mean.

    Parameters
    ----------
    throughput
        What ``rollups.throughput`` returns: ``period``, ``completed``, and the key columns (all
        others).
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by the keys, the largest at the bottom; groups beyond ten are
        merged into "other". A horizontal line, explained in a note, is the mean of all periods.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    throughput = read_input(throughput, ["period", "completed"], chart="throughput", ax=ax)
    rows = sort_dated(throughput, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_title(ax, "Completed tasks")
        return draw_empty(ax, "No completed tasks")
    # The same stacked bars as those of hours, with other labels.
    draw_hours(rows.rename(columns={"completed": "hours"}), ax=ax)
    days = unique_days(rows["period"])
    periods = len(fill_periods(days, find_step(days)))
    mean = float(column_numbers(rows, "completed").sum()) / periods
    ax.axhline(mean, color=mix_ink(ax), linewidth=1.2, linestyle="--")
    set_count_axis(ax, "Tasks")
    note = f"dashed: {format_number(mean)} per period on average"
    set_title(ax, "Completed tasks", [note])
    return make_room(ax)
