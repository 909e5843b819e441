"""Chart of how old open tasks are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.axes import (
    WIDE,
    add_legend_below,
    axes_width,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.labels import NONE
from asana_frames.rollups.flow.aging import BUCKETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def aging(aging: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the number of open tasks by age.

    Parameters
    ----------
    aging
        What ``rollups.aging`` returns: ``bucket`` and ``days_overdue``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per bucket, the youngest first, the overdue tasks at its foot and the number of tasks
        on top.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    aging = read_input(aging, ["bucket", "days_overdue"], chart="aging", ax=ax)
    if ax is None:
        ax = new_axes(height=3.8)
    set_title(ax, "Open tasks by age")
    if aging.empty:
        return draw_empty(ax, "No open tasks")
    names = aging["bucket"].astype(object).where(aging["bucket"].notna().to_numpy(), NONE)
    order = list(dict.fromkeys([*BUCKETS.values(), *names]))
    is_overdue = aging["days_overdue"].notna().to_numpy()
    total = names.value_counts().reindex(order, fill_value=0)
    overdue = names[is_overdue].value_counts().reindex(order, fill_value=0)
    places = range(len(order))
    lower = ax.bar(places, overdue, 0.72, color=ALARM)
    upper = ax.bar(places, total - overdue, 0.72, overdue, color=SERIES[0])
    ax.bar_label(upper, [f"{count:,}" for count in total], padding=2, fontsize=font_size(ax))
    is_wide = axes_width(ax) >= WIDE
    labels = order if is_wide else ["\n".join(name.rsplit(" ", 1)) for name in order]
    ax.set_xticks(places, labels)
    ax.margins(y=0.1)
    set_count_axis(ax, "Tasks")
    ax.tick_params(axis="x", length=0)
    add_legend_below(ax, {"overdue": lower[0], "not overdue": upper[0]})
    return make_room(ax)
