"""Bars of what was tracked, over wider ones of what was to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from asana_frames.charts.shared.axes import (
    add_legend_below,
    annotate_right,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.ink import find_background
from asana_frames.charts.shared.labels import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE: dict[str, Any] = {"facecolor": "#d9d9d9", "edgecolor": "#6f6f6f", "linewidth": 0.8}
_HATCHED: dict[str, Any] = {"hatch": "//////", "linewidth": 0.8}


class Words(NamedTuple):
    """How the legend and the labels call the parts of the bars."""

    target: str
    #: Tracked above the target.
    over: str
    #: The legend of hours tracked without a target, such as a plan or an estimate.
    without: str
    #: The label of a row that has no target at all.
    nothing: str
    #: The label of hours without a target, beside others.
    rest: str


def draw_compared_bars(
    ax: Axes, target: Numbers, actual: Numbers, without: Numbers, words: Words
) -> None:
    """Draw two bars per row, with a legend.

    Parameters
    ----------
    ax
        Where to draw.
    target
        The wide bars; NaN where there is none.
    actual
        The narrow bars: all hours.
    without
        The part of ``actual`` that has no target and is hatched.
    words
        The words of the legend.
    """
    from matplotlib.patches import Patch

    places = np.arange(len(actual))
    actual = np.nan_to_num(actual)
    without = np.clip(np.nan_to_num(without), 0, np.clip(actual, 0, None))
    is_over = np.nan_to_num(actual - without - target) > 0
    colours = np.where(is_over, ALARM, SERIES[0])
    known = ~np.isnan(target)
    ax.barh(places[known], target[known], height=0.78, **_WIDE)
    ax.barh(places, actual - without, height=0.4, color=colours)
    part = without > 0
    ax.barh(
        places[part],
        without[part],
        left=(actual - without)[part],
        height=0.4,
        facecolor=find_background(ax),
        edgecolor=colours[part],
        **_HATCHED,
    )
    hatched = Patch(facecolor=find_background(ax), edgecolor=SERIES[0], **_HATCHED)
    legend = {
        "tracked": Patch(color=SERIES[0]) if (~is_over).any() else None,
        words.over: Patch(color=ALARM) if is_over.any() else None,
        words.target: Patch(**_WIDE) if known.any() else None,
        words.without: hatched if part.any() else None,
    }
    add_legend_below(ax, {text: patch for text, patch in legend.items() if patch is not None})


def write_compared_labels(
    ax: Axes, target: Numbers, actual: Numbers, without: Numbers, words: Words
) -> None:
    """Write both amounts and the change to the right of each row; parameters as above."""
    for place, (wanted, tracked, rest) in enumerate(zip(target, actual, without, strict=True)):
        end = max(np.nan_to_num(tracked), np.nan_to_num(wanted), 0.0)
        annotate_right(ax, compared_label(wanted, tracked, rest, words), (end, place))


def compared_label(target: float, actual: float, without: float, words: Words) -> str:
    """Return tracked and intended hours as text.

    Examples
    --------
    >>> words = Words("planned", "over", "unplanned", "no plan", "not planned")
    >>> compared_label(10, 12.5, 0, words), compared_label(float("nan"), 3, 3, words)
    ('12.5 h of 10 h (+25 %)', '3 h, no plan')
    >>> compared_label(10, 12.5, 4.5, words), compared_label(0, 0.5, 0, words)
    ('8 h of 10 h (-20 %), 4.5 h not planned', '0.5 h of 0 h')
    """
    actual, without = float(np.nan_to_num(actual)), float(np.nan_to_num(without))
    if np.isnan(target):
        return f"{format_number(actual)} h, {words.nothing}"
    compared = actual - without
    change = f" ({100 * (compared / target - 1) + 0.0:+,.0f} %)" if target else ""
    rest = f", {format_number(without)} h {words.rest}" if without else ""
    return f"{format_number(compared)} h of {format_number(target)} h{change}{rest}"
