"""Chart of the tasks of each day: created, completed, open, overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
    set_plain_style,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.ink import mix_ink

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: The share of the height that the bars of days take; the open tasks are above them.
_BAR_SHARE = 0.4
#: With more days the bars are one outline.
_MANY_DAYS = 200
#: Days that the axis shows at least.
_FEWEST_DAYS = 5.0


def daily(daily: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tasks created and completed on each day, and above them the open tasks.

    Parameters
    ----------
    daily
        What ``rollups.daily`` returns: ``day``, ``created``, ``completed``, ``open``,
        ``overdue``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Bars of days, created ones upwards and completed ones downwards; above them, with a scale
        of its own, the open tasks as a line and the overdue among them as an area.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["day", "created", "completed", "open", "overdue"]
    daily = read_input(daily, needed, chart="daily", ax=ax)
    rows = sort_dated(daily, "day")
    if ax is None:
        ax = new_axes(height=4.8)
    set_title(ax, "Created, completed and open tasks")
    if rows.empty:
        return draw_empty(ax, "No tasks")
    middles = day_positions(rows["day"].to_numpy("datetime64[D]")) + 0.5
    created, completed, open_tasks, overdue = (column_numbers(rows, name) for name in needed[1:])
    legend = _draw_daily_bars(ax, middles, created, completed)
    set_span(ax, middles[0], middles[-1], margin=0.6, least=_FEWEST_DAYS)
    label_date_axis(ax)
    above = ax.inset_axes((0.0, _BAR_SHARE + 0.06, 1.0, 0.94 - _BAR_SHARE))
    legend |= _draw_open(above, middles, open_tasks, overdue)
    above.set_xlim(ax.get_xlim())
    above.tick_params(labelsize=font_size(ax))
    above.set_ylabel("Open", fontsize=font_size(ax) + 1)
    above.tick_params(axis="x", length=0, labelbottom=False)
    add_legend_below(ax, legend)
    return make_room(ax)


def _draw_daily_bars(
    ax: Axes, middles: Numbers, created: Numbers, completed: Numbers
) -> dict[str, Artist]:
    """Draw bars in the lower part of the axes, and label their scale only there."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    legend: dict[str, Artist] = {}
    series = {"created": (created, SERIES[0]), "completed": (-completed, SERIES[1])}
    for label, (heights, colour) in series.items():
        if len(middles) > _MANY_DAYS:
            edges = np.append(middles - 0.5, middles[-1] + 0.5)
            legend[label] = ax.stairs(heights, edges, fill=True, color=colour)
        else:
            legend[label] = ax.bar(middles, heights, 0.9, color=colour)[0]
    low, high = -max(1.0, float(np.nanmax(completed))), max(1.0, float(np.nanmax(created)))
    ax.set_ylim(1.05 * low, 1.05 * low + 1.05 * (high - low) / _BAR_SHARE)
    set_plain_style(ax, grid="y")
    ticks = MaxNLocator(4, integer=True).tick_values(low, high)
    ax.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    ax.axhline(0, color=mix_ink(ax), linewidth=0.8)
    ax.spines["left"].set_bounds(1.05 * low, 1.05 * high)
    ax.set_ylabel("Per day", fontsize=font_size(ax) + 1, y=_BAR_SHARE / 2)
    return legend


def _draw_open(
    ax: Axes, middles: Numbers, open_tasks: Numbers, overdue: Numbers
) -> dict[str, Artist]:
    if len(middles) == 1:
        # A single day is drawn as wide as a day, because a point has no width.
        middles = np.array([middles[0] - 0.5, middles[0] + 0.5])
        open_tasks, overdue = np.repeat(open_tasks, 2), np.repeat(overdue, 2)
    line = ax.plot(middles, open_tasks, color=mix_ink(ax), linewidth=1.6)[0]
    area = ax.fill_between(middles, 0, overdue, color=ALARM, alpha=0.35, linewidth=0)
    ax.set_ylim(0, max(1.0, 1.1 * float(np.nanmax(open_tasks))))
    set_count_axis(ax, "Open")
    ax.set_facecolor("none")
    return {"open": line, "overdue": area}
