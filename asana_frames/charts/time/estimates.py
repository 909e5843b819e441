"""Charts of estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    plain,
    rows_that_fit,
    shortened,
    titled,
)
from asana_frames.charts.shared.dates import Numbers
from asana_frames.charts.shared.labels import heading, labelled, number
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = ("tasks", "estimated", "actual", "unestimated", "difference", "ratio")
_WITHIN = "#3f90da"
_OVER = "#bd1f01"
_ESTIMATE = "#d9d9d9"
_MOST = 25


def estimates(estimates: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the hours that were tracked over those that were estimated, a bar of each per row.

    Parameters
    ----------
    estimates
        What ``rollups.estimates`` returns: ``estimated``, ``actual``, ``unestimated``,
        ``difference`` and ``ratio``; all other columns but ``tasks`` are keys. Of a pair like
        ``task_gid``, ``task_name`` the gid identifies and the name is shown.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        The largest difference from the estimate at the top, rows without one at the bottom; at
        most 25, a note counts the others. What was tracked on tasks without an estimate is
        hatched. The label tells an over-run by its sign, the bar by its colour.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(estimates, _MEASURES[1:], what="charts.estimates")
    if ax is None:
        ax = new_axes(height=0.34 * min(len(estimates), _MOST) + 1.6)
    if estimates.empty:
        return empty(ax, "No estimates")
    keys = [column for column in estimates.columns if column not in _MEASURES]
    rows = estimates.reset_index(drop=True)
    drawn = rows.loc[_order(rows)[: rows_that_fit(ax, _MOST, beside=0.6)]]
    _bars(ax, drawn)
    _labels(ax, drawn)
    # Names are told apart among all rows, so that more room never changes a name.
    names = labelled(rows, keys, longest_name(ax))
    ax.set_yticks(range(len(drawn)), list(names.loc[drawn.index]))
    ax.invert_yaxis()
    ax.margins(y=0.01)
    plain(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)
    ax.set_ylabel(shortened(heading(keys)), fontsize=font_size(ax) + 1)
    more = len(estimates) - len(drawn)
    titled(ax, "Tracked and estimated hours", [f"… {more} more"] if more else [])
    return made_room(ax)


def _order(rows: pd.DataFrame) -> pd.Index:
    """Return the rows by the size of the difference; those without an estimate by their hours."""
    sizes = rows[["difference", "actual"]].astype("float64").abs()
    return sizes.sort_values(["difference", "actual"], ascending=False, kind="stable").index


def _numbers(rows: pd.DataFrame, column: str) -> Numbers:
    return np.asarray(rows[column].astype("float64"), dtype="float64")


def _bars(ax: Axes, rows: pd.DataFrame) -> None:
    from matplotlib.patches import Patch

    places = np.arange(len(rows))
    actual = np.nan_to_num(_numbers(rows, "actual"))
    estimated = _numbers(rows, "estimated")
    without = np.clip(np.nan_to_num(_numbers(rows, "unestimated")), 0, np.clip(actual, 0, None))
    is_over = np.nan_to_num(_numbers(rows, "difference")) > 0
    colours = np.where(is_over, _OVER, _WITHIN)
    outline: dict[str, Any] = {"facecolor": _ESTIMATE, "edgecolor": "#6f6f6f", "linewidth": 0.8}
    known = ~np.isnan(estimated)
    ax.barh(places[known], estimated[known], height=0.78, **outline)
    ax.barh(places, actual - without, height=0.4, color=colours)
    part = without > 0
    hatched: dict[str, Any] = {"hatch": "//////", "linewidth": 0.8}
    ax.barh(
        places[part],
        without[part],
        left=(actual - without)[part],
        height=0.4,
        facecolor="white",
        edgecolor=colours[part],
        **hatched,
    )
    legend = {
        "tracked": Patch(color=_WITHIN) if (~is_over).any() else None,
        "tracked, over the estimate": Patch(color=_OVER) if is_over.any() else None,
        "estimated": Patch(**outline) if known.any() else None,
        "tracked without an estimate": (
            Patch(facecolor="white", edgecolor=_WITHIN, **hatched) if part.any() else None
        ),
    }
    told = {words: patch for words, patch in legend.items() if patch is not None}
    legend_below(ax, list(told.values()), list(told))


def _labels(ax: Axes, rows: pd.DataFrame) -> None:
    measures = (_numbers(rows, column) for column in ("actual", "estimated", "ratio"))
    for place, (actual, estimated, ratio) in enumerate(zip(*measures, strict=True)):
        ax.annotate(
            _in_words(actual, estimated, ratio),
            (max(np.nan_to_num(actual), np.nan_to_num(estimated), 0.0), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=font_size(ax),
        )


def _in_words(actual: float, estimated: float, ratio: float) -> str:
    """Return how much was tracked of what was estimated.

    Examples
    --------
    >>> _in_words(12.5, 10, 1.25), _in_words(3, float("nan"), float("nan"))
    ('12.5 h of 10 h (+25 %)', '3 h, no estimate')
    """
    tracked = f"{number(np.nan_to_num(actual))} h"
    if np.isnan(estimated):
        return f"{tracked}, no estimate"
    change = f" ({100 * (ratio - 1) + 0.0:+,.0f} %)" if np.isfinite(ratio) else ""
    return f"{tracked} of {number(estimated)} h{change}"
