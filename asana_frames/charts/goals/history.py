"""Chart of the statuses and the progress of goals over time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    remove_grid,
)
from asana_frames.charts.shared.columns import drop_missing, read_input
from asana_frames.charts.shared.dates import label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.shared.statuses import goal_status_look

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_MOST_GOALS = 40
#: Inches of a lane, and the share of it that is drawn in.
_LANE_HEIGHT, _LANE_SHARE = 0.62, 0.8
_ALPHA = 0.45
_WHAT = "status and progress of goals"
_SCALE_NOTE = "progress from 0 % at the lower to 100 % at the upper edge of a lane"


def goal_history(
    history: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the history of goals: a lane for each, with its statuses and its progress.

    Parameters
    ----------
    history
        What ``rollups.goal_history`` returns: ``goal_gid``, ``goal_name``, ``at``, ``event``,
        ``status`` and ``progress``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        A lane per goal, in the order given, at most 40: coloured by status from each update to the
        next; the line is progress, from 0 at the lower edge of the lane to 100 % at the upper
        edge, where it is clipped. The legend names the statuses; the subtitle counts the last
        status of each goal, the most frequent first.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = ["goal_gid", "goal_name", "at", "event", "status", "progress"]
    titles = Titles(title, subtitle)
    history = read_input(
        history, needed, chart="goal_history", ax=ax, titles=titles, has_rows=True
    )
    rows = drop_missing(history, "at")
    goals = list(rows["goal_gid"].drop_duplicates())
    # Each event lasts until the next.
    rows = rows.sort_values("at", kind="stable")
    if ax is None:
        ax = new_axes(height=_LANE_HEIGHT * min(len(goals), _MOST_GOALS) + 1.6)
    if rows.empty:
        set_heading(ax, history, _WHAT, titles)
        return draw_empty(ax, "No history")
    drawn = goals[: count_fitting_rows(ax, _MOST_GOALS, reserved=0.9)]
    labels = unique_labels(rows, ["goal_gid", "goal_name"], max_name_length(ax))
    names = dict(zip(rows["goal_gid"], labels, strict=True))
    legend: dict[str, Artist] = {}
    upwards = drawn[::-1]
    for place, goal in enumerate(upwards):
        legend |= _draw_lane(ax, rows[rows["goal_gid"] == goal], place)
    remove_grid(ax)
    label_rows(ax, [names[goal] for goal in upwards], upwards=True)
    ax.spines["left"].set_visible(False)
    label_date_axis(ax)
    set_heading(
        ax,
        history,
        _WHAT,
        titles,
        finding=_count_statuses(rows),
        notes=[_SCALE_NOTE, count_hidden(len(goals) - len(drawn))],
        legend=legend,
    )
    return make_room(ax)


def _count_statuses(rows: pd.DataFrame) -> str:
    last = rows.groupby("goal_gid", sort=False)["status"].last()
    counts = Counter(goal_status_look(status).words for status in last)
    return "Now: " + ", ".join(f"{count} {words}" for words, count in counts.most_common()) + "."


def _draw_lane(ax: Axes, rows: pd.DataFrame, place: int) -> dict[str, Artist]:
    """Draw one goal; return the handles of the legend."""
    legend: dict[str, Artist] = {}
    times = rows["at"].dt.tz_localize(None)
    has_status = rows["status"].notna()
    starts = times[has_status]
    ends = starts.shift(-1).fillna(times.iloc[-1])
    for start, end, status in zip(starts, ends, rows["status"][has_status], strict=True):
        colour, words = goal_status_look(status)
        (legend[words],) = ax.barh(
            place,
            # A bar without a length would not be seen.
            max(end - start, pd.Timedelta(days=1)),
            left=start,
            height=_LANE_SHARE,
            color=colour,
            alpha=_ALPHA,
            linewidth=0,
        )
    progress = rows["progress"].astype("float64")
    is_known = progress.notna()
    if is_known.any():
        heights = place + _LANE_SHARE * (progress[is_known].clip(0, 1) - 0.5)
        (line,) = ax.plot(
            times[is_known], heights, color=mix_ink(ax), linewidth=1.6, marker="o", markersize=3
        )
        legend["progress"] = line
    return legend
