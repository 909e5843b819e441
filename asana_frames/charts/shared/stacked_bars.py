"""Series of periods, stacked: which are drawn, how they look, and their bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.colours import OTHER, OTHER_HATCH, SERIES
from asana_frames.charts.shared.dates import (
    Step,
    day_positions,
    fill_periods,
    period_edges,
    unique_days,
)
from asana_frames.charts.shared.ink import find_background, mix_ink, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Colour, and hatch or "".
SeriesLook = tuple[str, str]
#: The most periods for which a line shows its points, and bars a gap between their parts.
FEW_POINTS = 60
#: Parts of ink of the bars of all others and of their hatches.
_OTHER_INK, _HATCH_INK = 0.1, 0.5
#: How many times as high as the series all others may be before they are cut, and where.
_DWARFED, _CUT = 2.0, 1.35
#: With more periods a series is one outline, because thousands of bars take many seconds.
_MANY_PERIODS = 200


def merge_smallest(totals: pd.Series, most: int) -> dict[str, str]:
    """Map the labels of series to what they are drawn as: the smallest become one "other".

    Parameters
    ----------
    totals
        The size of each series, by label; the result has the same order, "other" last.
    most
        Series that are drawn on their own.

    Examples
    --------
    >>> merge_smallest(pd.Series({"a": 1, "b": 3, "c": 2}), 1)
    {'b': 'b', 'c': 'other (2)', 'a': 'other (2)'}
    >>> merge_smallest(pd.Series({"a": 1, "b": 3, "c": 2}), 2)
    {'b': 'b', 'c': 'c', 'a': 'a'}
    """
    smallest = totals.sort_values(ascending=False, kind="stable").index[most:]
    if len(smallest) == 1:
        # It takes no more room than "other", and says more.
        return {label: label for label in [*totals.index.drop(smallest), *smallest]}
    kept = {label: label for label in totals.index if label not in smallest}
    return kept | dict.fromkeys(smallest, f"other ({len(smallest)})")


def pivot_periods(
    periods: pd.Series, labels: pd.Series, amounts: pd.Series, step: Step
) -> pd.DataFrame:
    """Sum amounts into one column per label and one row per period, gaps filled with 0."""
    starts = periods.astype("datetime64[us]")
    sums = amounts.astype("float64").groupby([starts, labels]).sum().unstack(fill_value=0)
    days = fill_periods(unique_days(periods), step).astype("datetime64[us]")
    return sums.reindex(days, fill_value=0.0)


def pivot_series(
    rows: pd.DataFrame, keys: Sequence[str], column: str, step: Step, longest: int
) -> pd.DataFrame:
    """Sum a column into one column per series and one row per period without gaps.

    Parameters
    ----------
    rows
        Has ``period``, the keys and the column.
    keys
        The columns that tell the series.
    column
        The column that is summed.
    step
        The length of the periods.
    longest
        The most letters of a label.

    Returns
    -------
    DataFrame
        The largest series first; what is beyond ten is the last one, "other".
    """
    labels = unique_labels(rows, keys, longest)
    totals = rows[column].astype("float64").groupby(labels).sum()
    names = merge_smallest(totals.sort_values(ascending=False, kind="stable"), len(SERIES))
    table = pivot_periods(rows["period"], labels.map(names), rows[column], step)
    return table[list(dict.fromkeys(names.values()))]


def limit_others(ax: Axes, table: pd.DataFrame, unit: str, *, highest: float) -> str:
    """End the axis above the series where all others would dwarf them; return a note of it.

    ``highest`` is where the series end, or what else is to be seen.
    """
    others = float(table.iloc[:, -1].max()) if len(table.columns) > len(SERIES) else 0.0
    if others <= _DWARFED * highest:
        return ""
    ax.set_ylim(top=_CUT * highest)
    return f"{table.columns[-1]} is cut: up to {format_figure(others)} {unit}"


def series_looks(count: int) -> list[SeriesLook]:
    """Return the looks of as many series; an eleventh is "other"."""
    return [*((colour, "") for colour in SERIES), (OTHER, OTHER_HATCH)][:count]


def draw_stacked_bars(
    ax: Axes, table: pd.DataFrame, step: Step, looks: Sequence[SeriesLook], *, gap: float = 0.5
) -> list[Artist]:
    """Draw stacked bars, or outlines for many periods; return one artist per series.

    Series below 0 are stacked downwards, so that none hides another.

    Parameters
    ----------
    table
        One column per series, the first at the bottom, and one row per period without gaps.
    looks
        One per series.
    gap
        Points between the parts of a bar, if there are few bars.
    """
    days = table.index.to_numpy("datetime64[D]")
    heights = table.to_numpy("float64")
    above = np.clip(heights, 0, None).cumsum(axis=1) - np.clip(heights, 0, None)
    below = np.clip(heights, None, 0).cumsum(axis=1) - np.clip(heights, None, 0)
    bottoms = np.where(heights < 0, below, above)
    width = gap if len(table) <= FEW_POINTS else 0
    drawn: list[Artist] = []
    for look, height, bottom in zip(looks, heights.T, bottoms.T, strict=True):
        style = {**_bar_style(ax, *look), "linewidth": width}
        if len(table) > _MANY_PERIODS:
            edges = period_edges(days, step)
            drawn.append(ax.stairs(height + bottom, edges, baseline=bottom, fill=True, **style))
            continue
        drawn.append(ax.bar(day_positions(days), height, 0.9 * step.days, bottom, **style)[0])
    return drawn


def _bar_style(ax: Axes, colour: str, hatch: str) -> dict[str, Any]:
    if hatch:
        return other_style(ax) | {"hatch": hatch}
    return {"facecolor": shade(ax, colour), "edgecolor": find_background(ax)}


def other_style(ax: Axes) -> dict[str, Any]:
    """Return the look of bars of all others: pale and hatched, unlike any series."""
    pale, lines = mix_ink(ax, _OTHER_INK), mix_ink(ax, _HATCH_INK)
    return {"facecolor": pale, "edgecolor": lines, "hatch": OTHER_HATCH}
