"""Bars of what comes and goes in each period, in the lower part of axes, below another panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    DATA_SHARE,
    axes_height,
    font_size,
    set_count_axis,
    set_plain_style,
)
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.dates import Days, Step, day_positions, period_ends
from asana_frames.charts.shared.ink import mix_ink

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: The share of the height that the bars take; the panel is above them.
BAR_SHARE = 0.4
#: With more periods the bars are one outline.
_MANY = 200
#: The least part of the height between bars and panel.
_GAP = 0.06


def sum_periods(rows: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the sums of columns in each period, over all groups; missing ones stay missing."""
    names = list(columns)
    numbers = rows[["period", *names]].astype(dict.fromkeys(names, "float64"))
    return numbers.groupby("period", as_index=False)[names].sum(min_count=1)


def find_middles(days: Days, step: Step) -> tuple[Numbers, float]:
    """Return the positions of the middles of periods, and the shortest distance between them."""
    edges = day_positions(days), day_positions(period_ends(days, step))
    return (edges[0] + edges[1]) / 2, step.days


def draw_up_down_bars(
    ax: Axes,
    middles: Numbers,
    width: float,
    up: tuple[str, Numbers, str],
    down: tuple[str, Numbers, str],
    *,
    label: str,
    share: float = BAR_SHARE,
) -> dict[str, Artist]:
    """Draw bars upwards and downwards in the lower part of axes, and label their scale only there.

    Parameters
    ----------
    ax
        Where to draw.
    middles
        The positions of the periods.
    width
        The shortest distance between them.
    up, down
        Word of the legend, heights, colour.
    label
        The label of the scale.
    share
        The part of the height that the bars take.

    Returns
    -------
    dict
        Word -> artist, for the legend; those that have no bar are left out.
    """
    from asana_frames.charts.shared.locators import PartLocator

    legend: dict[str, Artist] = {}
    for (word, heights, colour), sign in ((up, 1.0), (down, -1.0)):
        if not _highest(heights):
            continue
        if len(middles) > _MANY:
            edges = np.append(middles - width / 2, middles[-1] + width / 2)
            legend[word] = ax.stairs(sign * heights, edges, fill=True, color=colour)
        else:
            legend[word] = ax.bar(middles, sign * heights, 0.9 * width, color=colour)[0]
    low, high = -_highest(down[1]), _highest(up[1])
    high = high if low < 0 < high else max(high, 1.0)
    ax.set_ylim(1.05 * low, 1.05 * low + 1.05 * (high - low) / share)
    set_plain_style(ax, grid="y")
    ax.yaxis.set_major_locator(PartLocator(low, high, share))
    # A function of the module: figures are pickled with it.
    ax.yaxis.set_major_formatter(_format_size)
    ax.axhline(0, color=mix_ink(ax), linewidth=0.8)
    ax.spines["left"].set_bounds(1.05 * low, 1.05 * high)
    ax.set_ylabel(label, fontsize=font_size(ax) + 1, y=share / 2)
    return legend


def _format_size(value: float, _: float) -> str:
    return f"{abs(value):,.0f}"


def _highest(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.max(initial=0.0))


def add_panel(ax: Axes, label: str, *, share: float = BAR_SHARE) -> Axes:
    """Add a panel above the bars, with a scale of its own and the same periods.

    Call it once the horizontal axis of ``ax`` is set.
    """
    # The lowest number of the panel stands above the highest one of the bars.
    gap = max(_GAP, font_size(ax) / 72 / (DATA_SHARE * axes_height(ax)))
    above = ax.inset_axes((0.0, share + gap, 1.0, 1.0 - share - gap))
    above.set_xlim(ax.get_xlim())
    set_count_axis(above, label)
    above.set_ylabel(label, fontsize=font_size(ax) + 1)
    above.tick_params(labelsize=font_size(ax))
    above.tick_params(axis="x", which="both", length=0, labelbottom=False, labeltop=False)
    above.set_facecolor(ax.get_facecolor())
    return above
