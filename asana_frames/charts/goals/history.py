"""Charts of goals over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.goals.progress import status_of
from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    rows_that_fit,
    titled,
)
from asana_frames.charts.shared.colours import DARK
from asana_frames.charts.shared.dates import date_axis, in_words, place_of
from asana_frames.charts.shared.labels import labelled
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 40
_LANE = 0.62
_PALE = "#e9edf1"
_SPAN = 0.8
#: Progress that a lane shows, from its lower to its upper edge.
_LOWEST, _HIGHEST = 0.0, 1.0
_LEGEND = "progress from 0 % at the lower to 100 % at the upper edge of a lane"


def goal_history(history: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what became of goals: a lane for each, with its statuses and its progress.

    Parameters
    ----------
    history
        What ``rollups.goal_history`` returns: ``goal_gid``, ``goal_name``, ``at``, ``event``,
        ``status`` and ``progress``.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        A lane per goal, in the order given, at most 40: coloured by status from each update to
        the next; the line is progress, 0 at the lower edge of the lane and 100 % at the upper,
        where it stays when it is beyond. The legend tells the statuses in words.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["goal_gid", "goal_name", "at", "event", "status", "progress"]
    require_columns(history, needed, what="charts.goal_history")
    rows = history[history["at"].notna()].reset_index(drop=True)
    goals = list(rows["goal_gid"].drop_duplicates())
    if ax is None:
        ax = new_axes(height=_LANE * min(len(goals), _MOST) + 1.6)
    if rows.empty:
        return empty(ax, "No history")
    shown = goals[: rows_that_fit(ax, _MOST, beside=0.9)]
    names = labelled(rows, ["goal_gid", "goal_name"], longest_name(ax))
    named = dict(zip(rows["goal_gid"], names, strict=True))
    seen: dict[str, Any] = {}
    for place, goal in enumerate(reversed(shown)):
        seen |= _lane(ax, rows[rows["goal_gid"] == goal], place)
    _set_lanes(ax, [named[goal] for goal in reversed(shown)])
    more = len(goals) - len(shown)
    notes = [_LEGEND, *([f"… {more} more"] if more else [])]
    titled(ax, "Status and progress of goals", notes)
    date_axis(ax)
    legend_below(ax, list(seen.values()), list(seen))
    return made_room(ax)


def _lane(ax: Axes, rows: pd.DataFrame, place: int) -> dict[str, Any]:
    """Draw one goal; return the handles of the legend."""
    seen: dict[str, Any] = {}
    floor = place - _SPAN / 2
    times = rows["at"].dt.tz_localize(None)
    told = rows["status"].notna()
    starts = times[told]
    ends = starts.shift(-1).fillna(times.iloc[-1])
    for start, end, status in zip(starts, ends, rows["status"][told], strict=True):
        colour, words = status_of(status)
        # A span of no length would not be seen.
        seen[words] = ax.barh(
            place,
            max(end - start, pd.Timedelta(days=1)),
            left=start,
            height=_SPAN,
            color=colour,
            alpha=0.45,
            linewidth=0,
        )
    values = rows["progress"].astype("float64")
    known = values.notna()
    if known.any():
        at = floor + _SPAN * values[known].clip(_LOWEST, _HIGHEST)
        (line,) = ax.plot(times[known], at, color=DARK, linewidth=1.6, marker="o", markersize=3)
        seen["progress"] = line
    return seen


def _set_lanes(ax: Axes, names: list[str]) -> None:
    size = font_size(ax)
    ax.set_yticks(range(len(names)), names, fontsize=size + 1)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=size)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.spines[["top", "right", "left"]].set_visible(False)


def goal_timeline(progress: pd.DataFrame, *, now: Any = None, ax: Axes | None = None) -> Axes:
    """Draw when goals are, and how far: a bar from start to due, filled as far as the goal is.

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
        is the progress, coloured by status; the label tells both. Goals without days are counted
        in a note.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["gid", "name", "status", "progress", "start_on", "due_on"]
    require_columns(progress, needed, what="charts.goal_timeline")
    is_dated = progress["start_on"].notna() & (progress["due_on"] >= progress["start_on"])
    rows = progress[is_dated].sort_values(["due_on", "start_on"], kind="stable", ignore_index=True)
    if ax is None:
        ax = new_axes(height=0.36 * min(len(rows), _MOST) + 1.6)
    if rows.empty:
        return empty(ax, "No goals" if progress.empty else "No goals with dates")
    drawn = rows.head(rows_that_fit(ax, _MOST, beside=0.6)).iloc[::-1]
    _periods(ax, drawn)
    names = labelled(rows, ["gid", "name"], longest_name(ax)).loc[drawn.index]
    _set_lanes(ax, list(names))
    notes = [
        f"… {len(rows) - len(drawn)} more" if len(rows) > len(drawn) else "",
        f"+ {len(progress) - len(rows)} without dates" if len(progress) > len(rows) else "",
    ]
    titled(ax, "Goals in time", [note for note in notes if note])
    if now is not None:
        day = pd.Timestamp(now)
        ax.axvline(place_of(day), color=DARK, linewidth=1.2, linestyle=":")
        legend_below(ax, [ax.lines[-1]], [in_words(day)])
    date_axis(ax)
    return made_room(ax)


def _periods(ax: Axes, rows: pd.DataFrame) -> None:
    places = np.arange(len(rows))
    # Days as numbers: matplotlib counts its dates in days.
    lengths = ((rows["due_on"] - rows["start_on"]).dt.days + 1).astype("float64")
    ax.barh(places, lengths, left=rows["start_on"], height=0.62, color=_PALE)
    share = rows["progress"].astype("float64").fillna(0).clip(0, 1)
    looks = [status_of(status) for status in rows["status"]]
    colours = [colour for colour, _ in looks]
    ax.barh(places, lengths * share, left=rows["start_on"], height=0.62, color=colours)
    for place, end, value, (_, words) in zip(
        places, rows["due_on"], rows["progress"], looks, strict=True
    ):
        told = "no progress" if pd.isna(value) else f"{100 * float(value):.0f} %"
        ax.annotate(
            f"{told}  {words}",
            (end + pd.Timedelta(days=1), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=font_size(ax),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
    # Room for the label of a bar that ends last.
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + 0.28 * (high - low))
