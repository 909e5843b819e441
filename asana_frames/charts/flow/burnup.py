"""Chart of the scope of a project and the completed part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    make_room,
    new_axes,
    set_count_axis,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import (
    day_positions,
    find_step,
    format_day,
    label_date_axis,
    period_ends,
)
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OPEN = "#dfe3e8"
#: Days that the axis shows at least.
_FEWEST_DAYS = 5.0


def burnup(burnup: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the number of tasks, and how many of them are done, over time.

    Parameters
    ----------
    burnup
        What ``rollups.burnup`` returns: ``period``, ``scope``, ``done``, ``open``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line for the scope and an area for completed tasks, at the end of each period; the gap
        between them shows the open tasks. A note gives the last values.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    burnup = read_input(burnup, ["period", "scope", "done", "open"], chart="burnup", ax=ax)
    rows = sort_dated(burnup, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_title(ax, "Scope and done")
        return draw_empty(ax, "No tasks")
    days = rows["period"].to_numpy("datetime64[D]")
    step = find_step(np.unique(days))
    ends = day_positions(period_ends(days, step))
    scope, done = column_numbers(rows, "scope"), column_numbers(rows, "done")
    if len(ends) == 1:
        # A single period is drawn from its first day, because a point has no width.
        ends = np.concatenate([day_positions(days), ends])
        scope, done = np.repeat(scope, 2), np.repeat(done, 2)
    legend = {
        "scope": ax.plot(ends, scope, color=mix_ink(ax), linewidth=1.8)[0],
        "open": ax.fill_between(ends, done, scope, color=_OPEN, linewidth=0),
        "done": ax.fill_between(ends, 0, done, color=SERIES[0], alpha=0.75, linewidth=0),
    }
    set_span(ax, ends[0], ends[-1], least=_FEWEST_DAYS)
    ax.set_ylim(0, max(1.0, 1.08 * float(np.nanmax(scope))))
    label_date_axis(ax)
    set_count_axis(ax, "Tasks")
    # The last period may not be over, so its last day is not named.
    when = "on" if step.days == 1 else "in the period from"
    counts = _summarise_counts(rows.iloc[-1])
    set_title(ax, "Scope and done", [f"{counts} {when} {format_day(rows['period'].iloc[-1])}"])
    add_legend_below(ax, legend)
    return make_room(ax)


def _summarise_counts(row: pd.Series[Any]) -> str:
    done, scope, still_open = (
        "?" if pd.isna(row[name]) else format_number(float(row[name]))
        for name in ("done", "scope", "open")
    )
    return f"{done} of {scope} done, {still_open} open"
