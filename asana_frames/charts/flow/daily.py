"""Chart of the tasks of each day: created, completed, open, overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes, set_span
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import (
    find_step,
    label_date_axis,
    name_period,
    period_ends,
    suggest_weeks,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink, shade
from asana_frames.charts.shared.up_down_bars import (
    add_panel,
    draw_up_down_bars,
    find_middles,
    sum_periods,
)
from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WHAT = "created, done and open tasks"
_COUNTS = ("created", "done", "open", "overdue")
#: Periods that the axis shows at least.
_FEWEST = 5.0


def daily(
    daily: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the tasks created and completed in each period, and above them the open tasks.

    Parameters
    ----------
    daily
        What ``rollups.daily`` returns: ``period``, ``created``, ``done``, ``open``, ``overdue``.
        Groups are added up.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Bars of days or periods, created ones upwards and done ones downwards; above them, with a
        scale of its own, the open tasks as a line and the overdue among them as an area. The
        subtitle gives both at the end of the last period.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    daily = read_input(daily, ["period", *_COUNTS], chart="daily", ax=ax, titles=titles)
    rows = sum_periods(sort_dated(daily, "period"), _COUNTS)
    if ax is None:
        ax = new_axes(height=4.8)
    if rows.empty:
        set_heading(ax, daily, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    days = rows["period"].to_numpy("datetime64[D]")
    step = find_step(days, daily.attrs.get("every"))
    middles, width = find_middles(days, step)
    created, done, open_tasks, overdue = (column_numbers(rows, name) for name in _COUNTS)
    legend = draw_up_down_bars(
        ax,
        middles,
        width,
        ("created", created, shade(ax, SERIES[0])),
        ("done", done, shade(ax, SERIES[1])),
        label=f"Per {name_period(step)}",
    )
    set_span(ax, middles[0], middles[-1], margin=0.6 * width, least=_FEWEST * width)
    label_date_axis(ax)
    panel = add_panel(ax, "Open")
    legend = _draw_open(panel, middles, width, open_tasks, overdue) | legend
    set_heading(
        ax,
        daily,
        _WHAT,
        titles,
        finding=_summarise(rows.iloc[-1]),
        notes=[suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _draw_open(
    ax: Axes, middles: Numbers, width: float, open_tasks: Numbers, overdue: Numbers
) -> dict[str, Artist]:
    if len(middles) == 1:
        # A single period is drawn as wide as a period, because a point has no width.
        middles = np.array([middles[0] - width / 2, middles[0] + width / 2])
        open_tasks, overdue = np.repeat(open_tasks, 2), np.repeat(overdue, 2)
    line = ax.plot(middles, open_tasks, color=mix_ink(ax), linewidth=1.6)[0]
    ax.set_ylim(0, max(1.0, 1.1 * float(np.nanmax(open_tasks))))
    ends = {"open": End(open_tasks[-1], line, mix_ink(ax))}
    if np.nanmax(overdue) > 0:
        colour = shade(ax, ALARM)
        area = ax.fill_between(middles, 0, overdue, color=colour, alpha=0.5, linewidth=0)
        ends["overdue"] = End(overdue[-1] / 2, area, colour)
    return label_ends(ax, ends)


def _summarise(row: pd.Series[Any]) -> str:
    open_tasks, overdue = (
        "?" if pd.isna(row[name]) else format_figure(float(row[name]))
        for name in ("open", "overdue")
    )
    return f"{open_tasks} open at the end, {overdue} of them overdue."
