"""Chart of how many forecasts came true, beside the probability they gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    add_legend_beside,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import MUTED, mix_ink, shade
from asana_frames.display.sentences import format_figure, format_share

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = ["horizon", "probability", "forecasts", "came_true"]
_WHAT = "how many forecasts came true"
#: The probability of the subtitle is the one nearest to this.
_USUAL = 0.85
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")


def backtest(
    backtest: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of past forecasts that came true against the probability they gave.

    Parameters
    ----------
    backtest
        What ``rollups.backtest`` returns: ``horizon``, ``probability``, ``forecasts``,
        ``came_true``; the forecasts of all groups are counted together.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per horizon, at most ten, with the number of its forecasts in the legend. On the
        dashed line, forecasts come true as often as they say; below it, they promise too much. The
        subtitle says how many of those with the probability nearest to 85 % came true.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    backtest = read_input(backtest, _NEEDED, chart="backtest", ax=ax, titles=titles)
    if ax is None:
        ax = new_axes(height=4.2)
    counts = backtest.groupby(["horizon", "probability"], observed=True)[_NEEDED[2:]].sum()
    checked = counts[counts["forecasts"] > 0].reset_index()
    if checked.empty:
        set_heading(ax, backtest, _WHAT, titles)
        return draw_empty(ax, "No forecasts: too few past periods")
    lines = _draw_horizons(ax, list(checked.groupby("horizon"))[: len(_MARKERS)])
    lowest = 100 * float(checked["probability"].min())
    first = max(0.0, 10 * np.floor(lowest / 10) - 10)
    (promise,) = ax.plot(
        [first, 100], [first, 100], color=mix_ink(ax, MUTED), linewidth=1.2, linestyle="--"
    )
    true = 100 * float((checked["came_true"] / checked["forecasts"]).min())
    ax.set(xlim=(first, 100), ylim=(max(-2.0, min(first, 10 * np.floor(true / 10))), 103))
    set_plain_style(ax, grid="y")
    ax.set_xlabel("Probability given (%)", fontsize=font_size(ax) + 1)
    ax.set_ylabel("Came true (%)", fontsize=font_size(ax) + 1)
    add_legend_beside(ax, {**lines, "as they say": promise}, title="Ahead (forecasts)")
    set_heading(
        ax,
        backtest,
        _WHAT,
        titles,
        finding=_summarise(checked),
    )
    return make_room(ax)


def _draw_horizons(ax: Axes, drawn: Sequence[tuple[Any, pd.DataFrame]]) -> dict[str, Artist]:
    """Draw a line per horizon; return label -> line."""
    legend: dict[str, Artist] = {}
    for (horizon, own), colour, marker in zip(drawn, SERIES, _MARKERS, strict=False):
        promised = 100 * own["probability"].to_numpy("float64")
        true = 100 * (own["came_true"] / own["forecasts"]).to_numpy("float64")
        periods = "period" if horizon == 1 else "periods"
        label = f"{horizon} {periods} ({int(own['forecasts'].max()):,})"
        (legend[label],) = ax.plot(
            promised, true, color=shade(ax, colour), marker=marker, linewidth=1.4
        )
    return legend


def _summarise(checked: pd.DataFrame) -> str:
    """Say how many forecasts of the usual probability came true, over all horizons."""
    sums = checked.groupby("probability")[["forecasts", "came_true"]].sum()
    usual = min(sums.index, key=lambda share: abs(share - _USUAL))
    forecasts, true = sums.loc[usual, ["forecasts", "came_true"]].to_numpy("float64")
    return (
        f"Of {forecasts:,.0f} forecasts given with {format_figure(100 * usual)} %, "
        f"{format_share(true / forecasts)} came true."
    )
