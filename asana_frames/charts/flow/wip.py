"""Chart of work in progress: open tasks per section over time, against limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_beside,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_count_axis,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import (
    day_positions,
    find_step,
    label_period_axis,
    unique_days,
)
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.sections import SECTION

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Red is for what is above a limit.
_COLOURS = [colour for colour in SERIES if colour != ALARM]


def wip(wip: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many open tasks are in each section over time, and the limits of these.

    Parameters
    ----------
    wip
        What ``rollups.wip`` returns: ``period``, ``section_gid``, ``section_name``, ``tasks``,
        ``limit``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per section, at most nine, and a dashed line of its colour for its limit. Where a
        section is above its limit, its line has red dots. If some sections have limits, only these
        are drawn; a note counts the others.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    wip = read_input(wip, ["period", *SECTION, "tasks", "limit"], chart="wip", ax=ax)
    rows = drop_missing(wip, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_title(ax, "Work in progress")
        return draw_empty(ax, "No tasks")
    labels = unique_labels(rows, SECTION, max_name_length(ax, 28))
    names = list(dict.fromkeys(labels))
    limited = list(dict.fromkeys(labels[rows["limit"].notna().to_numpy(dtype=bool)]))
    drawn = [name for name in names if name in limited or not limited][: len(_COLOURS)]
    set_title(ax, "Work in progress", [count_hidden(len(names) - len(drawn), "sections")])
    days = unique_days(rows["period"])
    step = find_step(days)
    legend = _draw_sections(ax, rows, labels, drawn)
    places = day_positions(days)
    set_span(ax, places[0], places[-1], margin=0.3 * step.days, least=3 * step.days)
    top = float(rows.loc[labels.isin(drawn).to_numpy(), ["tasks", "limit"]].max().max())
    ax.set_ylim(0, max(1.0, 1.08 * top))
    set_count_axis(ax, "Open tasks")
    label_period_axis(ax, days, step)
    add_legend_beside(ax, legend, title="Section")
    return make_room(ax)


def _draw_sections(
    ax: Axes, rows: pd.DataFrame, labels: pd.Series, names: list[str]
) -> dict[str, Artist]:
    """Draw lines of tasks and of limits; return label -> line."""
    legend: dict[str, Artist] = {}
    late: Artist | None = None
    for name, colour in zip(names, _COLOURS, strict=False):
        own = rows[(labels == name).to_numpy()].sort_values("period")
        at = day_positions(own["period"].to_numpy("datetime64[D]"))
        tasks, limit = column_numbers(own, "tasks"), column_numbers(own, "limit")
        marker = "o" if len(at) == 1 else ""
        (legend[name],) = ax.plot(at, tasks, color=colour, linewidth=1.8, marker=marker)
        if np.isnan(limit).all():
            continue
        ax.hlines(float(np.nanmax(limit)), 0, 1, color=colour, linewidth=1.2, linestyle="--",
                  transform=ax.get_yaxis_transform())  # fmt: skip
        is_over = tasks > limit
        if is_over.any():
            late = ax.scatter(at[is_over], tasks[is_over], s=16, color=ALARM, zorder=3)
    if late is not None:
        legend["above the limit"] = late
    return legend
