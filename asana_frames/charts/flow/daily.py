"""Chart of the tasks of each day: created, completed, open, overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    make_room,
    new_axes,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import label_date_axis
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.up_down_bars import (
    add_panel,
    draw_up_down_bars,
    find_middles,
    sum_periods,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_COUNTS = ("created", "done", "open", "overdue")
#: Periods that the axis shows at least.
_FEWEST = 5.0


def daily(daily: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tasks created and completed in each period, and above them the open tasks.

    Parameters
    ----------
    daily
        What ``rollups.daily`` returns: ``period``, ``created``, ``done``, ``open``, ``overdue``.
        Groups are added up.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Bars of days or periods, created ones upwards and done ones downwards; above them, with a
        scale of its own, the open tasks as a line and the overdue among them as an area.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    daily = read_input(daily, ["period", *_COUNTS], chart="daily", ax=ax)
    rows = sum_periods(sort_dated(daily, "period"), _COUNTS)
    if ax is None:
        ax = new_axes(height=4.8)
    set_title(ax, "Created, done and open tasks")
    if rows.empty:
        return draw_empty(ax, "No tasks")
    middles, width = find_middles(rows["period"].to_numpy("datetime64[D]"))
    created, done, open_tasks, overdue = (column_numbers(rows, name) for name in _COUNTS)
    legend = draw_up_down_bars(
        ax,
        middles,
        width,
        ("created", created, SERIES[0]),
        ("done", done, SERIES[1]),
        label="Per day" if width == 1 else "Per period",
    )
    set_span(ax, middles[0], middles[-1], margin=0.6 * width, least=_FEWEST * width)
    label_date_axis(ax)
    legend |= _draw_open(add_panel(ax, "Open"), middles, width, open_tasks, overdue)
    add_legend_below(ax, legend)
    return make_room(ax)


def _draw_open(
    ax: Axes, middles: Numbers, width: float, open_tasks: Numbers, overdue: Numbers
) -> dict[str, Artist]:
    if len(middles) == 1:
        # A single period is drawn as wide as a period, because a point has no width.
        middles = np.array([middles[0] - width / 2, middles[0] + width / 2])
        open_tasks, overdue = np.repeat(open_tasks, 2), np.repeat(overdue, 2)
    line = ax.plot(middles, open_tasks, color=mix_ink(ax), linewidth=1.6)[0]
    area = ax.fill_between(middles, 0, overdue, color=ALARM, alpha=0.35, linewidth=0)
    ax.set_ylim(0, max(1.0, 1.1 * float(np.nanmax(open_tasks))))
    return {"open": line, "overdue": area}
