"""Chart of estimated and tracked hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.axes import (
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
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.compared_bars import (
    Words,
    draw_compared_bars,
    write_compared_labels,
)
from asana_frames.charts.shared.labels import (
    key_heading,
    shorten_name,
    unique_labels,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = ("tasks", "estimated", "actual", "unestimated", "difference", "ratio")
_WORDS = Words(
    target="estimated",
    over="tracked, over the estimate",
    without="tracked without an estimate",
    nothing="no estimate",
    rest="not estimated",
)
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
        most 25, a note counts the others. What was tracked on tasks without an estimate follows
        hatched and is not compared. The label tells an over-run by its sign, the bar by its
        colour.

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
    estimated, actual, without = (
        column_numbers(drawn, name) for name in ("estimated", "actual", "unestimated")
    )
    draw_compared_bars(ax, estimated, actual, without, _WORDS)
    write_compared_labels(ax, estimated, actual, without, _WORDS)
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
