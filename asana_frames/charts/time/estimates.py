"""Chart of estimated and tracked hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    annotate_right,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.labels import (
    format_number,
    key_heading,
    shorten_name,
    unique_labels,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = ("tasks", "estimated", "actual", "unestimated", "difference", "ratio")
_ESTIMATE = "#d9d9d9"
_MOST_ROWS = 25


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
    estimates = read_input(estimates, _MEASURES[1:], chart="estimates", ax=ax)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(estimates), _MOST_ROWS) + 1.6)
    if estimates.empty:
        return draw_empty(ax, "No estimates")
    keys = [column for column in estimates.columns if column not in _MEASURES]
    rows = estimates.reset_index(drop=True)
    drawn = rows.loc[_sort_by_difference(rows)[: count_fitting_rows(ax, _MOST_ROWS, reserved=0.6)]]
    _draw_estimate_bars(ax, drawn)
    _write_estimate_labels(ax, drawn)
    # Labels are unique among all rows, so that the size of the axes never changes a label.
    names = unique_labels(rows, keys, max_name_length(ax))
    ax.set_yticks(range(len(drawn)), list(names.loc[drawn.index]))
    ax.invert_yaxis()
    ax.margins(y=0.01)
    set_plain_style(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)
    ax.set_ylabel(shorten_name(key_heading(keys)), fontsize=font_size(ax) + 1)
    set_title(ax, "Tracked and estimated hours", [count_hidden(len(rows) - len(drawn))])
    return make_room(ax)


def _sort_by_difference(rows: pd.DataFrame) -> pd.Index:
    """Return the rows by the size of the difference, those without an estimate by their hours."""
    sizes = rows[["difference", "actual"]].astype("float64").abs()
    return sizes.sort_values(["difference", "actual"], ascending=False, kind="stable").index


def _draw_estimate_bars(ax: Axes, rows: pd.DataFrame) -> None:
    from matplotlib.patches import Patch

    places = np.arange(len(rows))
    actual = np.nan_to_num(column_numbers(rows, "actual"))
    estimated = column_numbers(rows, "estimated")
    without = np.clip(
        np.nan_to_num(column_numbers(rows, "unestimated")), 0, np.clip(actual, 0, None)
    )
    is_over = np.nan_to_num(column_numbers(rows, "difference")) > 0
    colours = np.where(is_over, ALARM, SERIES[0])
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
        "tracked": Patch(color=SERIES[0]) if (~is_over).any() else None,
        "tracked, over the estimate": Patch(color=ALARM) if is_over.any() else None,
        "estimated": Patch(**outline) if known.any() else None,
        "tracked without an estimate": (
            Patch(facecolor="white", edgecolor=SERIES[0], **hatched) if part.any() else None
        ),
    }
    add_legend_below(ax, {text: patch for text, patch in legend.items() if patch is not None})


def _write_estimate_labels(ax: Axes, rows: pd.DataFrame) -> None:
    measures = (column_numbers(rows, column) for column in ("actual", "estimated", "ratio"))
    for place, (actual, estimated, ratio) in enumerate(zip(*measures, strict=True)):
        end = max(np.nan_to_num(actual), np.nan_to_num(estimated), 0.0)
        annotate_right(ax, _estimate_label(actual, estimated, ratio), (end, place))


def _estimate_label(actual: float, estimated: float, ratio: float) -> str:
    """Return tracked and estimated hours as text.

    Examples
    --------
    >>> _estimate_label(12.5, 10, 1.25), _estimate_label(3, float("nan"), float("nan"))
    ('12.5 h of 10 h (+25 %)', '3 h, no estimate')
    """
    tracked = f"{format_number(np.nan_to_num(actual))} h"
    if np.isnan(estimated):
        return f"{tracked}, no estimate"
    change = f" ({100 * (ratio - 1) + 0.0:+,.0f} %)" if np.isfinite(ratio) else ""
    return f"{tracked} of {format_number(estimated)} h{change}"
