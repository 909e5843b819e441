"""Chart of when tasks were blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_notes_and_legend_below,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_title,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.ink import find_background
from asana_frames.charts.shared.labels import format_number, unique_labels
from asana_frames.charts.shared.rows import label_rows

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    *("task_gid", "task_name", "blocked_at", "days_blocked", "days_counted"),
    *("is_current", "is_certain"),
)
_MOST_TASKS = 40
_TITLE = "When tasks were blocked"
_HATCH = "//////"
#: Whether it still is -> colour, and words in the legend.
_LOOKS = {False: (SERIES[0], "blocked"), True: (ALARM, "still blocked")}


def blocked_times(blocked_times: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw when each task was blocked, those blocked longest first.

    Parameters
    ----------
    blocked_times
        What ``rollups.blocked_times`` returns: ``task_gid``, ``task_name``, ``blocked_at``,
        ``days_blocked``, ``days_counted``, ``is_current`` and ``is_certain``.
    ax
        Where to draw; a new figure as high as the tasks need otherwise.

    Returns
    -------
    Axes
        A row per task, at most 40, with a bar for each time in which it was blocked, hatched
        where that is not certain, and the days in all beside it. Days with several dependencies
        count once.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    blocked_times = read_input(blocked_times, _NEEDED, chart="blocked_times", ax=ax)
    rows = drop_missing(blocked_times, "blocked_at", "days_blocked")
    days = column_numbers(rows, "days_counted")
    labels = unique_labels(rows, ["task_gid", "task_name"], 40)
    total = pd.Series(np.nan_to_num(days)).groupby(labels.to_numpy()).sum()
    total = total.sort_values(ascending=False, kind="stable")
    if ax is None:
        ax = new_axes(height=0.26 * min(len(total), _MOST_TASKS) + 1.8)
    if rows.empty:
        set_title(ax, _TITLE)
        return draw_empty(ax, "No blocked tasks")
    shown = total.head(count_fitting_rows(ax, _MOST_TASKS, reserved=0.9))
    is_shown = labels.isin(shown.index).to_numpy()
    legend = _draw_bars(ax, rows[is_shown], labels[is_shown], list(shown.index))
    longest = max_name_length(ax)
    set_plain_style(ax, grid="x")
    names = [name if len(name) <= longest else f"{name[: longest - 1]}…" for name in shown.index]
    label_rows(ax, names)
    label_date_axis(ax)
    for place, value in enumerate(shown):
        write_beside_axes(ax, f"{format_number(round(value, 1))} d", place)
    set_title(ax, _TITLE)
    add_notes_and_legend_below(ax, [count_hidden(len(total) - len(shown))], legend)
    return make_room(ax)


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
    for is_current, (colour, words) in _LOOKS.items():
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
            facecolor=SERIES[0], edgecolor=find_background(ax), hatch=_HATCH, linewidth=0
        )
    return legend
