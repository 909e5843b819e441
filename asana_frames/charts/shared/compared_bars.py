"""Bars of what was tracked, over wider ones of what was to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from asana_frames.charts.shared.axes import (
    cell_width,
    count_fitting_rows,
    count_hidden,
    font_size,
    set_plain_style,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.ink import find_background, mix_ink, shade
from asana_frames.charts.shared.labels import find_named, name_leaders
from asana_frames.charts.shared.rows import label_rows, select_branches
from asana_frames.display.sentences import format_change, format_figure
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: The most rows that are drawn.
MOST_ROWS = 25
_HATCHED: dict[str, Any] = {"hatch": "//////", "linewidth": 0.8}
#: Parts of ink of the wide bars and of their edges.
_FILL, _EDGE = 0.14, 0.5
#: The part of the width that labels may take.
_WIDEST = 0.36


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
    #: What is said of rows above their target.
    more: str


class ComparedHours(NamedTuple):
    """Hours of each row."""

    #: The wide bars; NaN where there is none.
    target: Numbers
    #: The narrow bars: all hours.
    actual: Numbers
    #: The part of ``actual`` that has no target and is hatched.
    without: Numbers

    def take(self, places: Sequence[int]) -> ComparedHours:
        """Return the hours of some rows."""
        return ComparedHours(*(hours[list(places)] for hours in self))

    def measure_excess(self) -> Numbers:
        """Return how far each row is above its target; NaN where it has none."""
        target, actual, without = self
        excess: Numbers = np.nan_to_num(actual) - np.nan_to_num(without) - target
        return excess


def draw_compared_rows(
    ax: Axes, hours: ComparedHours, names: Sequence[str], whole: Sequence[str], words: Words
) -> dict[str, Any]:
    """Draw the rows that fit, with their names; return what stands around the axes.

    Parameters
    ----------
    ax
        Where to draw.
    hours
        All rows, the first at the top.
    names, whole
        The name of each row beside the axes, and in the finding.
    words
        How the parts of the bars are called.

    Returns
    -------
    dict
        Arguments of `set_heading`.
    """
    places = _select_rows(hours, count_fitting_rows(ax, MOST_ROWS, reserved=0.8))
    drawn = hours.take(places)
    legend = _draw_bars(ax, drawn, words)
    _write_labels(ax, drawn, words)
    set_plain_style(ax, grid="x")
    label_rows(ax, [names[at] for at in places])
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)
    return {
        "finding": _summarise(whole, hours, words),
        "notes": [count_hidden(len(names) - len(places))],
        "legend": legend,
    }


def _draw_bars(ax: Axes, hours: ComparedHours, words: Words) -> dict[str, Artist]:
    """Draw two bars per row; return the handles of the legend."""
    from matplotlib.patches import Patch

    target, actual, without = hours
    places = np.arange(len(actual))
    actual = np.nan_to_num(actual)
    without = np.clip(np.nan_to_num(without), 0, np.clip(actual, 0, None))
    is_over = np.nan_to_num(hours.measure_excess()) > TINY
    usual, alarm, paper = shade(ax, SERIES[0]), shade(ax, ALARM), find_background(ax)
    wide: dict[str, Any] = {
        "facecolor": mix_ink(ax, _FILL),
        "edgecolor": shade(ax, mix_ink(ax, _EDGE)),
        "linewidth": 0.8,
    }
    colours = np.where(is_over, alarm, usual)
    known = ~np.isnan(target)
    ax.barh(places[known], target[known], height=0.78, **wide)
    ax.barh(places, actual - without, height=0.4, color=colours)
    part = without > 0
    left = (actual - without)[part]
    hatched: dict[str, Any] = {"facecolor": paper, **_HATCHED}
    ax.barh(places[part], without[part], 0.4, left, edgecolor=colours[part], **hatched)
    legend = {
        "tracked": Patch(color=usual) if (~is_over).any() else None,
        words.over: Patch(color=alarm) if is_over.any() else None,
        words.target: Patch(**wide) if known.any() else None,
        words.without: Patch(edgecolor=usual, **hatched) if part.any() else None,
    }
    return {text: patch for text, patch in legend.items() if patch is not None}


def _write_labels(ax: Axes, hours: ComparedHours, words: Words) -> None:
    """Write both amounts and the change to the right of each row.

    Where the axes are too narrow for that, without the rest, or the change alone.
    """
    rows = list(zip(*hours, strict=True))
    most = _WIDEST * 72 * cell_width(ax) / (0.52 * font_size(ax))
    labels = [""]
    for describe in _DESCRIPTIONS:
        labels = [describe(*row, words) for row in rows]
        if max(map(len, labels)) <= most:
            break
    for place, label in enumerate(labels):
        write_beside_axes(ax, label, place)


def _summarise(names: Sequence[str], hours: ComparedHours, words: Words) -> str:
    """Return a sentence that counts the rows above their target, and names the farthest.

    Examples
    --------
    >>> words = Words("planned", "over", "unplanned", "no plan", "not planned", "took more")
    >>> hours = ComparedHours(np.array([10.0, 4]), np.array([12.5, 4]), np.array([0.0, 0]))
    >>> _summarise(["Site", "App"], hours, words)
    '1 of 2 took more; the most: Site (+2.5 h).'
    """
    excess = hours.measure_excess()
    known = int((~np.isnan(excess)).sum())
    if not known:
        return ""
    over = int((excess > TINY).sum())
    if not over:
        return f"None of {known:,} {words.more}."
    most = f"{name_leaders(names, excess)} (+{format_figure(float(np.nanmax(excess)))} h)"
    return f"{over:,} of {known:,} {words.more}; the most: {most}."


def _select_rows(hours: ComparedHours, most: int) -> list[int]:
    """Return the places of the rows that fit: the first, and those named as farthest over."""
    excess = hours.measure_excess()
    is_over = np.nanmax(excess, initial=0.0) > TINY
    return select_branches([0] * len(excess), most, find_named(excess) if is_over else ())


def _describe_row(target: float, actual: float, without: float, words: Words) -> str:
    """Return tracked and intended hours as text.

    Examples
    --------
    >>> words = Words("planned", "over", "unplanned", "no plan", "not planned", "took more")
    >>> _describe_row(10, 12.5, 0, words), _describe_row(float("nan"), 3, 3, words)
    ('12.5 h of 10 h (+25 %)', '3 h, no plan')
    >>> _describe_row(10, 12.5, 4.5, words), _describe_row(0, 0.5, 0, words)
    ('8 h of 10 h (-20 %), 4.5 h not planned', '0.5 h of 0 h')
    """
    rest = float(np.nan_to_num(without))
    label = _describe_both(target, actual, without, words)
    is_told = rest and not np.isnan(target)
    return f"{label}, {format_figure(rest)} h {words.rest}" if is_told else label


def _describe_both(target: float, actual: float, without: float, words: Words) -> str:
    actual, rest = float(np.nan_to_num(actual)), float(np.nan_to_num(without))
    if np.isnan(target):
        return f"{format_figure(actual)} h, {words.nothing}"
    compared = actual - rest
    change = f" ({_describe_change(target, compared)})" if target else ""
    return f"{format_figure(compared)} h of {format_figure(target)} h{change}"


def _describe_change(target: float, compared: float) -> str:
    return format_change(compared / target - 1)


def _describe_shortly(target: float, actual: float, without: float, words: Words) -> str:
    actual, rest = float(np.nan_to_num(actual)), float(np.nan_to_num(without))
    is_compared = not np.isnan(target) and target != 0
    return _describe_change(target, actual - rest) if is_compared else f"{format_figure(actual)} h"


#: From the longest label to the shortest.
_DESCRIPTIONS: tuple[Callable[[float, float, float, Words], str], ...] = (
    _describe_row,
    _describe_both,
    _describe_shortly,
)
