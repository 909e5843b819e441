"""Chart of estimated and tracked hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
)
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.compared_bars import (
    MOST_ROWS,
    ComparedHours,
    Words,
    draw_compared_rows,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.labels import (
    name_by_keys,
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
    more="took longer than estimated",
)


def estimates(
    estimates: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the hours that were tracked over those that were estimated, a bar of each per row.

    Parameters
    ----------
    estimates
        What ``rollups.estimates`` returns: ``estimated``, ``actual``, ``unestimated``,
        ``difference`` and ``ratio``; all other columns but ``tasks`` are keys. Of a pair like
        ``task_gid``, ``task_name`` the gid identifies and the name is shown.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        The largest difference from the estimate at the top, rows without one at the bottom; at
        most 25, the one that the subtitle names among them, a note counts the others. What was
        tracked on tasks without an estimate follows hatched and is not compared. The label tells
        an over-run by its sign, the bar by its colour. The subtitle counts the rows above their
        estimate, and names the farthest.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    estimates = read_input(
        estimates, _MEASURES[1:], chart="estimates", ax=ax, titles=titles, has_rows=True
    )
    keys = [column for column in estimates.columns if column not in _MEASURES]
    what = name_by_keys("tracked and estimated hours", keys)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(estimates), MOST_ROWS) + 1.9)
    if estimates.empty:
        set_heading(ax, estimates, what, titles)
        return draw_empty(ax, "No estimates")
    rows = estimates.reset_index(drop=True)
    rows = rows.loc[_sort_by_difference(rows)]
    # Labels are unique among all rows, so that the size of the axes never changes a label.
    names, whole = (
        list(unique_labels(rows, keys, most)) for most in (max_name_length(ax), LONGEST_NAME)
    )
    columns = ("estimated", "actual", "unestimated")
    hours = ComparedHours(*(column_numbers(rows, name) for name in columns))
    around = draw_compared_rows(ax, hours, names, whole, _WORDS)
    set_heading(ax, estimates, what, titles, **around)
    return make_room(ax)


def _sort_by_difference(rows: pd.DataFrame) -> pd.Index:
    """Return the rows by the size of the difference, those without an estimate by their hours."""
    sizes = rows[["difference", "actual"]].astype("float64").abs()
    return sizes.sort_values(["difference", "actual"], ascending=False, kind="stable").index
