"""Chart of how old open tasks are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    WIDE,
    axes_width,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import shade
from asana_frames.charts.shared.labels import NONE
from asana_frames.rollups.flow.aging import BUCKETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "open tasks by age"


def aging(
    aging: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the number of open tasks by age.

    Parameters
    ----------
    aging
        What ``rollups.aging`` returns: ``bucket`` and ``days_overdue``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per bucket, the youngest first, the overdue tasks at its foot and the number of tasks
        on top. The subtitle counts the overdue tasks, and names the bucket with most tasks.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    aging = read_input(aging, ["bucket", "days_overdue"], chart="aging", ax=ax, titles=titles)
    if ax is None:
        ax = new_axes(height=3.8)
    if aging.empty:
        set_heading(ax, aging, _WHAT, titles)
        return draw_empty(ax, "No open tasks")
    names = aging["bucket"].astype(object).where(aging["bucket"].notna().to_numpy(), NONE)
    order = list(dict.fromkeys([*BUCKETS.values(), *names]))
    is_overdue = aging["days_overdue"].notna().to_numpy()
    total = names.value_counts().reindex(order, fill_value=0)
    overdue = names[is_overdue].value_counts().reindex(order, fill_value=0)
    places = range(len(order))
    lower = ax.bar(places, overdue, 0.72, color=shade(ax, ALARM))
    upper = ax.bar(places, total - overdue, 0.72, overdue, color=shade(ax, SERIES[0]))
    ax.bar_label(upper, [f"{count:,}" for count in total], padding=2, fontsize=font_size(ax))
    # A letter is a little more than half as wide as high.
    letters = max(map(len, order)) * len(order)
    is_wide = axes_width(ax) >= max(WIDE, letters * 0.6 * font_size(ax) / 72)
    labels = order if is_wide else ["\n".join(name.rsplit(" ", 1)) for name in order]
    ax.set_xticks(places, labels)
    ax.margins(y=0.1)
    set_count_axis(ax, "Tasks")
    ax.tick_params(axis="x", which="both", length=0)
    drawn = {"overdue": (overdue, lower), "not overdue": (total - overdue, upper)}
    set_heading(
        ax,
        aging,
        _WHAT,
        titles,
        finding=f"{is_overdue.sum():,} of {len(aging):,} open tasks are overdue; the largest "
        f"group is {total.idxmax()} old ({total.max():,}).",
        legend={name: bars[0] for name, (counts, bars) in drawn.items() if counts.any()},
    )
    return make_room(ax)
