"""Chart of how many forecasts came true, beside the probability they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_beside,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
    set_title,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.ink import MUTED, mix_ink

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = ["horizon", "probability", "forecasts", "came_true"]
_TITLE = "How many forecasts came true"
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")


def backtest(backtest: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of past forecasts that came true against the probability they gave.

    Parameters
    ----------
    backtest
        What ``rollups.backtest`` returns: ``horizon``, ``probability``, ``forecasts``,
        ``came_true``; the forecasts of all groups are counted together.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per horizon, at most ten, with the number of its forecasts in the legend. On the
        dashed line, forecasts come true as often as they say; below it, they promise too much.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    backtest = read_input(backtest, _NEEDED, chart="backtest", ax=ax)
    if ax is None:
        ax = new_axes(height=4.2)
    set_title(ax, _TITLE)
    counts = backtest.groupby(["horizon", "probability"], observed=True)[_NEEDED[2:]].sum()
    checked = counts[counts["forecasts"] > 0].reset_index()
    if checked.empty:
        return draw_empty(ax, "No forecasts: too few past periods")
    legend: dict[str, Artist] = {}
    drawn = list(checked.groupby("horizon"))[: len(_MARKERS)]
    for (horizon, own), colour, marker in zip(drawn, SERIES, _MARKERS, strict=False):
        promised = 100 * own["probability"].to_numpy("float64")
        true = 100 * (own["came_true"] / own["forecasts"]).to_numpy("float64")
        periods = "period" if horizon == 1 else "periods"
        label = f"{horizon} {periods} ({int(own['forecasts'].max()):,})"
        (legend[label],) = ax.plot(promised, true, color=colour, marker=marker, linewidth=1.4)
    lowest = 100 * float(checked["probability"].min())
    first = max(0.0, 10 * np.floor(lowest / 10) - 10)
    ax.plot([first, 100], [first, 100], color=mix_ink(ax, MUTED), linewidth=1.2, linestyle="--")
    ax.set(xlim=(first, 100), ylim=(-2, 103))
    set_plain_style(ax, grid="y")
    ax.set_xlabel("Probability given (%)", fontsize=font_size(ax) + 1)
    ax.set_ylabel("Came true (%)", fontsize=font_size(ax) + 1)
    add_legend_beside(ax, legend, title="Ahead (forecasts)")
    return make_room(ax)
