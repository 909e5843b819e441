"""Chart of goals from start to due, filled as far as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, copy_attrs_as_of
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    remove_grid,
    write_beside_axes,
)
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.dates import label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import label_rows, select_branches
from asana_frames.charts.shared.statuses import goal_status_look, is_final_status
from asana_frames.charts.shared.today import find_today, mark_today
from asana_frames.display.sentences import count_noun, format_day, format_share
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

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
        that was due first, which is always drawn.

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
    late = np.flatnonzero(_find_late(rows, today))
    fits = count_fitting_rows(ax, _MOST_GOALS, reserved=0.6)
    drawn = rows.iloc[select_branches([0] * len(rows), fits, late[:1].tolist())[::-1]]
    labels = unique_labels(rows, ["gid", "name"], max_name_length(ax))
    _draw_goals(ax, drawn, list(labels.loc[drawn.index]))
    undated = len(progress) - len(rows)
    undated_note = f"+ {undated} without dates" if undated else ""
    mark_today(ax, today)
    label_date_axis(ax)
    set_heading(
        ax,
        stated,
        _WHAT,
        titles,
        finding=_count_overdue(rows, late),
        notes=[count_hidden(len(rows) - len(drawn)), undated_note],
    )
    return make_room(ax)


def _find_late(goals: pd.DataFrame, today: pd.Timestamp) -> NDArray[np.bool_]:
    """Return which goals are open and were due before a day."""
    is_open = np.array([not is_final_status(status) for status in goals["status"]], dtype=bool)
    is_late: NDArray[np.bool_] = (goals["due_on"] < today).to_numpy(dtype=bool) & is_open
    return is_late


def _count_overdue(goals: pd.DataFrame, late: NDArray[np.int64]) -> str:
    """Count the goals at the places ``late``, and name the first of them."""
    if not len(late):
        return "No open goal is past its due day."
    counted = f"{len(late):,} of {count_noun(len(goals), 'goal')}"
    verb = "is" if len(late) == 1 else "are"
    name = unique_labels(goals, ["gid", "name"], LONGEST_NAME).iloc[late[0]]
    first = f"{name} since {format_day(goals['due_on'].iloc[late[0]])}"
    return f"{counted} {verb} open past the due day; the first due: {first}."


def _draw_goals(ax: Axes, goals: pd.DataFrame, names: list[str]) -> None:
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
    remove_grid(ax)
    label_rows(ax, names, upwards=True)
    ax.spines["left"].set_visible(False)
