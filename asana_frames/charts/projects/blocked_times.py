"""Chart of when tasks were blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import find_background, shade
from asana_frames.charts.shared.labels import format_tenths, name_leaders, unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.display.sentences import format_decimals

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    *("task_gid", "task_name", "blocked_at", "days_blocked", "days_counted"),
    *("is_current", "is_certain"),
)
_TASK = ("task_gid", "task_name")
_MOST_TASKS = 40
_WHAT = "when tasks were blocked"
_HATCH = "////"
#: From so many days on, whole ones are told.
_WHOLE = 10
#: Bars of fewer tasks are not as high as the axes.
_FEWEST_ROWS = 3
#: Whether it still is -> colour, and words in the legend.
_LOOKS = {False: (SERIES[0], "blocked"), True: (ALARM, "still blocked")}


def blocked_times(
    blocked_times: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw when each task was blocked, those blocked longest first.

    Parameters
    ----------
    blocked_times
        What ``rollups.blocked_times`` returns: ``task_gid``, ``task_name``, ``blocked_at``,
        ``days_blocked``, ``days_counted``, ``is_current`` and ``is_certain``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the tasks need otherwise.

    Returns
    -------
    Axes
        A row per task, at most 40, with a bar for each time in which it was blocked, hatched
        where that is not certain, and the days in all beside it. Days with several dependencies
        count once. The subtitle names the task that was blocked longest, and counts those that
        still are.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    blocked_times = read_input(
        blocked_times, _NEEDED, chart="blocked_times", ax=ax, titles=titles, has_rows=True
    )
    rows = drop_missing(blocked_times, "blocked_at", "days_blocked")
    days = column_numbers(rows, "days_counted")
    labels = unique_labels(rows, _TASK, LONGEST_NAME)
    total = pd.Series(np.nan_to_num(days)).groupby(labels.to_numpy()).sum()
    total = total.sort_values(ascending=False, kind="stable")
    if ax is None:
        ax = new_axes(height=0.26 * min(len(total), _MOST_TASKS) + 2.0)
    if rows.empty:
        set_heading(ax, blocked_times, _WHAT, titles)
        return draw_empty(ax, "No blocked tasks")
    shown = total.head(count_fitting_rows(ax, _MOST_TASKS, reserved=0.9))
    is_shown = labels.isin(shown.index).to_numpy()
    legend = _draw_bars(ax, rows[is_shown], labels[is_shown], list(shown.index))
    set_plain_style(ax, grid="x")
    # Shortened before equal names have the endings that tell them apart.
    short = dict(zip(labels, unique_labels(rows, _TASK, max_name_length(ax)), strict=True))
    label_rows(ax, [short[name] for name in shown.index])
    label_date_axis(ax)
    if len(shown) < _FEWEST_ROWS:
        ax.set_ylim(_FEWEST_ROWS - 0.4, -0.6)
    for place, value in enumerate(shown):
        write_beside_axes(ax, _format_days(value), place)
    set_heading(
        ax,
        blocked_times,
        _WHAT,
        titles,
        finding=_name_longest(total, rows, labels),
        notes=[count_hidden(len(total) - len(shown), "task")],
        days=_find_days(rows[is_shown]),
        legend=legend,
    )
    return make_room(ax)


def _format_days(days: float) -> str:
    """Return a number of days as text.

    Examples
    --------
    >>> _format_days(255.83), _format_days(1.0), _format_days(0.25)
    ('256 days', '1 day', '0.3 days')
    """
    shown = format_decimals(days, 0) if days >= _WHOLE else format_tenths(days)
    return f"{shown} {'day' if shown == '1' else 'days'}"


def _name_longest(total: pd.Series, rows: pd.DataFrame, labels: pd.Series) -> str:
    """Return a sentence on the task that was blocked longest, and how many still are."""
    still = labels[rows["is_current"].fillna(False).to_numpy(dtype=bool)].nunique()
    verb = "is" if still == 1 else "are"
    counted = f"; {still:,} of {len(total):,} still {verb}" if still else ""
    name = name_leaders(total.index, total)
    return f"Longest: {name}, {_format_days(total.iloc[0])}{counted}."


def _find_days(rows: pd.DataFrame) -> tuple[Any, Any]:
    starts = rows["blocked_at"].dt.tz_convert("UTC").dt.tz_localize(None)
    ends = starts + pd.to_timedelta(rows["days_blocked"].astype("float64"), unit="D")
    return starts.min(), ends.max()


def _draw_bars(
    ax: Axes, rows: pd.DataFrame, labels: pd.Series[str], order: list[str]
) -> dict[str, Artist]:
    """Draw a bar for each time; return the handles of the legend."""
    from matplotlib.patches import Patch

    places = pd.Index(order).get_indexer(pd.Index(labels))
    starts = day_positions(rows["blocked_at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    widths = column_numbers(rows, "days_blocked")
    legend: dict[str, Artist] = {}
    flags = rows[["is_current", "is_certain"]].fillna(False).astype(bool)
    for is_current, (usual, words) in _LOOKS.items():
        colour = shade(ax, usual)
        for is_certain in (True, False):
            where = (flags["is_current"] == is_current) & (flags["is_certain"] == is_certain)
            at = np.flatnonzero(where)
            style: dict[str, Any] = {
                "facecolor": colour,
                "edgecolor": find_background(ax),
                "linewidth": 0,
            }
            hatch = "" if is_certain else _HATCH
            ax.barh(places[at], widths[at], 0.62, starts[at], hatch=hatch, **style)
            if len(at):
                legend[words] = Patch(color=colour)
    if not flags["is_certain"].all():
        legend["since when is not certain"] = Patch(
            facecolor=shade(ax, SERIES[0]),
            edgecolor=find_background(ax),
            hatch=_HATCH,
            linewidth=0,
        )
    return legend
