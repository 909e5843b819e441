"""Chart of goals from start to due, filled as far as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    annotate_right,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.dates import day_position, format_day, label_date_axis
from asana_frames.charts.shared.ink import find_background, mix_ink
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.shared.statuses import goal_status_look
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_GOALS = 40
_PALE = "#e9edf1"
_BAR_HEIGHT = 0.62


def goal_timeline(
    progress: pd.DataFrame, *, now: When | None = None, ax: Axes | None = None
) -> Axes:
    """Draw goals over time: a bar from start to due day, filled according to progress.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``gid``, ``name``, ``status``, ``progress``,
        ``start_on`` and ``due_on``.
    now
        The day that is marked, if any.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        A bar per goal that has both days, the earliest due at the top, at most 40; the filled part
        is the progress, coloured by status; the label shows both. Goals without days are counted
        in a note.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``now`` is not a valid time.
    """
    needed = ["gid", "name", "status", "progress", "start_on", "due_on"]
    progress = read_input(
        progress, needed, chart="goal_timeline", ax=ax, source="rollups.goal_progress"
    )
    is_dated = progress["start_on"].notna() & (progress["due_on"] >= progress["start_on"])
    rows = progress[is_dated].sort_values(["due_on", "start_on"], kind="stable", ignore_index=True)
    if ax is None:
        ax = new_axes(height=0.36 * min(len(rows), _MOST_GOALS) + 1.6)
    if rows.empty:
        return draw_empty(ax, "No goals" if progress.empty else "No goals with dates")
    drawn = rows.head(count_fitting_rows(ax, _MOST_GOALS, reserved=0.6)).iloc[::-1]
    _draw_goals(ax, drawn)
    labels = unique_labels(rows, ["gid", "name"], max_name_length(ax))
    label_rows(ax, list(labels.loc[drawn.index]), upwards=True)
    ax.spines["left"].set_visible(False)
    undated = len(progress) - len(rows)
    undated_note = f"+ {undated} without dates" if undated else ""
    set_title(ax, "Goals in time", [count_hidden(len(rows) - len(drawn)), undated_note])
    if now is not None:
        day = resolve_today(now)
        line = ax.axvline(day_position(day), color=mix_ink(ax), linewidth=1.2, linestyle=":")
        add_legend_below(ax, {format_day(day): line})
    label_date_axis(ax)
    return make_room(ax)


def _draw_goals(ax: Axes, goals: pd.DataFrame) -> None:
    places = range(len(goals))
    # Days as numbers: matplotlib counts its dates in days.
    days = ((goals["due_on"] - goals["start_on"]).dt.days + 1).astype("float64")
    reached = days * goals["progress"].astype("float64").fillna(0).clip(0, 1)
    looks = [goal_status_look(status) for status in goals["status"]]
    style: dict[str, Any] = {"left": goals["start_on"], "height": _BAR_HEIGHT}
    ax.barh(places, days, color=_PALE, **style)
    ax.barh(places, reached, color=[look.colour for look in looks], **style)
    ends = goals["due_on"] + pd.Timedelta(days=1)
    for place, end, value, look in zip(places, ends, goals["progress"], looks, strict=True):
        percent = "no progress" if pd.isna(value) else f"{100 * float(value):.0f} %"
        background = {"facecolor": find_background(ax), "edgecolor": "none", "pad": 0.6}
        annotate_right(ax, f"{percent}  {look.words}", (end, place), bbox=background)
    # Room for the label of the bar that ends last.
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + 0.28 * (high - low))
