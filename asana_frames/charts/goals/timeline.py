"""Chart of goals from start to due, filled as far as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, copy_attrs_as_of
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    write_beside_axes,
)
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.dates import label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink, shade
from asana_frames.charts.shared.labels import format_value, unique_labels
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.shared.statuses import goal_status_look, is_final_status
from asana_frames.charts.shared.today import find_today, mark_today
from asana_frames.display.sentences import count_noun, format_day, format_share
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_GOALS = 40
_WHAT = "goals in time"
#: Parts of ink of what is not reached yet, and of its edge.
_PALE, _EDGE = 0.1, 0.45
_BAR_HEIGHT = 0.62


def goal_timeline(
    progress: pd.DataFrame,
    *,
    now: When | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw goals over time: a bar from start to due day, filled according to progress.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``gid``, ``name``, ``status``, ``progress``,
        ``start_on`` and ``due_on``.
    now
        The day to mark; default: ``now`` of the table, else today.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        A bar per goal that has both days, the earliest due at the top, at most 40; the filled part
        is the progress, coloured by status; the label shows both. Goals without days are counted
        in a note. The subtitle counts the goals that were due before the day that is marked, and
        whose status is not a final one (achieved, partial, missed, dropped), and names the one
        that was due first.

    Raises
    ------
    InvalidArgument
        A column is missing, ``now`` is not a valid time, or ``ax``, ``title`` or ``subtitle``
        cannot be used.
    """
    needed = ["gid", "name", "status", "progress", "start_on", "due_on"]
    titles = Titles(title, subtitle)
    progress = read_input(
        progress,
        needed,
        chart="goal_timeline",
        ax=ax,
        source="rollups.goal_progress",
        titles=titles,
        has_rows=True,
    )
    today = find_today(progress, now)
    # Due days are compared with the day that was given.
    stated = progress if now is None else copy_attrs_as_of(progress, now=today)
    is_dated = progress["start_on"].notna() & (progress["due_on"] >= progress["start_on"])
    rows = progress[is_dated].sort_values(["due_on", "start_on"], kind="stable", ignore_index=True)
    if ax is None:
        ax = new_axes(height=0.36 * min(len(rows), _MOST_GOALS) + 1.6)
    if rows.empty:
        set_heading(ax, stated, _WHAT, titles)
        return draw_empty(ax, "No goals" if progress.empty else "No goals with dates")
    drawn = rows.head(count_fitting_rows(ax, _MOST_GOALS, reserved=0.6)).iloc[::-1]
    _draw_goals(ax, drawn)
    labels = unique_labels(rows, ["gid", "name"], max_name_length(ax))
    label_rows(ax, list(labels.loc[drawn.index]), upwards=True)
    ax.spines["left"].set_visible(False)
    undated = len(progress) - len(rows)
    undated_note = f"+ {undated} without dates" if undated else ""
    mark_today(ax, today)
    label_date_axis(ax)
    set_heading(
        ax,
        stated,
        _WHAT,
        titles,
        finding=_count_overdue(rows, today),
        notes=[count_hidden(len(rows) - len(drawn)), undated_note],
    )
    return make_room(ax)


def _count_overdue(goals: pd.DataFrame, today: pd.Timestamp) -> str:
    is_open = np.array([not is_final_status(status) for status in goals["status"]], dtype=bool)
    late = goals[(goals["due_on"] < today).to_numpy(dtype=bool) & is_open]
    if late.empty:
        return "No open goal is past its due day."
    counted = f"{len(late):,} of {count_noun(len(goals), 'goal')}"
    verb = "is" if len(late) == 1 else "are"
    first = f"{format_value(late['name'].iloc[0])} since {format_day(late['due_on'].iloc[0])}"
    return f"{counted} {verb} open past the due day; the first due: {first}."


def _draw_goals(ax: Axes, goals: pd.DataFrame) -> None:
    places = range(len(goals))
    # Days as numbers: matplotlib counts its dates in days.
    days = ((goals["due_on"] - goals["start_on"]).dt.days + 1).astype("float64")
    reached = days * goals["progress"].astype("float64").fillna(0).clip(0, 1)
    looks = [goal_status_look(status) for status in goals["status"]]
    style: dict[str, Any] = {"left": goals["start_on"], "height": _BAR_HEIGHT}
    pale, edge = mix_ink(ax, _PALE), mix_ink(ax, _EDGE)
    ax.barh(places, days, facecolor=pale, edgecolor=edge, linewidth=0.7, **style)
    ax.barh(places, reached, color=[shade(ax, look.colour) for look in looks], **style)
    for place, value, look in zip(places, goals["progress"], looks, strict=True):
        percent = "no progress" if pd.isna(value) else format_share(value)
        write_beside_axes(ax, f"{percent}  {look.words}", place)
