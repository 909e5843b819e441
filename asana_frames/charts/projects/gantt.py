"""Charts of tasks in time, and of what they wait for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    noted_below,
    plain,
    rows_that_fit,
    titled,
)
from asana_frames.charts.shared.colours import DARK, HATCH, SERIES
from asana_frames.charts.shared.dates import date_axis, in_words, place_of, places_of
from asana_frames.charts.shared.labels import labelled
from asana_frames.rollups.shared.inputs import require_columns
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    *("task_gid", "task_name", "project_gid", "project_name", "start_on", "due_on", "completed"),
    *("depends_on_gids", "is_blocked", "is_critical", "conflict"),
)
_DATES = ("start_on", "due_on")
_FLAGS = ("completed", "is_blocked", "is_critical", "conflict")
_MOST = 40
#: Lines that a chart of the most tasks has, when each is in a project of its own.
_MOST_LINES = 2 * _MOST
_TITLE = "Tasks and what they wait for"
#: What a task is -> its colour and its words, the first that holds.
_LOOKS = {
    "completed": ("#c6d5e3", "completed"),
    "is_critical": ("#832db6", "critical"),
    "open": (SERIES[0], "open"),
}
_BLOCKED, _BLOCKED_HATCH = "blocked", "/////"
_CONFLICT = "#bd1f01"
_THICK = 0.62


class _Task(NamedTuple):
    """A bar or a diamond: its place from the top, where it begins and ends."""

    place: int
    start: float
    end: float
    is_point: bool


def gantt(dependencies: pd.DataFrame, *, now: When | None = None, ax: Axes | None = None) -> Axes:
    """Draw tasks as bars from start to due, with arrows from what each waits for.

    Parameters
    ----------
    dependencies
        What ``rollups.dependencies`` returns: ``task_gid``, ``task_name``, ``project_gid``,
        ``project_name``, ``start_on``, ``due_on``, ``completed``, ``depends_on_gids``,
        ``is_blocked``, ``is_critical`` and ``conflict``.
    now
        The moment whose day, in UTC, is marked; the present where not given.
    ax
        Where to draw; a new figure as high as the tasks need otherwise.

    Returns
    -------
    Axes
        Tasks under their projects by date; a diamond where there is no start before the due day.
        Colours, which the legend tells in words, say what is critical and what is completed;
        blocked tasks are hatched. An arrow is red where a task does not wait long enough. At most
        40 tasks: critical and blocked ones first, then what these wait for, other open ones,
        completed ones, each by date. Notes count the others and those without a due day.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``now`` is no moment.
    """
    require_columns(dependencies, _NEEDED, what="charts.gantt")
    day = resolve_today(now)
    dated = dependencies[dependencies["due_on"].notna()].reset_index(drop=True)
    dated = dated.assign(**{name: dated[name].fillna(False).astype(bool) for name in _FLAGS})
    ordered = _by_weight(dated)
    if ax is None:
        ax = new_axes(height=0.26 * max(_lines(ordered)[:_MOST], default=0) + 1.8)
    if dated.empty:
        return empty(ax, "No tasks" if dependencies.empty else "No tasks with a due day")
    fits = _lines(ordered) <= max(2, rows_that_fit(ax, _MOST_LINES, beside=0.9))
    drawn = _by_project(ordered[fits.to_numpy()].head(_MOST))
    tasks = _placed(drawn)
    legend = _bars(ax, drawn, tasks) | _arrows(ax, drawn, tasks)
    _named(ax, drawn, tasks)
    note = _today(ax, tasks.values(), day)
    more, undated = len(dated) - len(drawn), len(dependencies) - len(dated)
    notes = [
        note,
        f"… {more} more" if more else "",
        f"+ {undated} without a due day" if undated else "",
    ]
    told = " · ".join(filter(None, notes))
    noted_below(ax, [told] if told else [], points=26)
    legend_below(ax, list(legend.values()), list(legend), points=42 if told else 30)
    return made_room(ax)


def _by_weight(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks, those first that must be seen."""
    is_first = tasks["is_critical"] | tasks["is_blocked"]
    gids = [gid for gids in tasks.loc[is_first, "depends_on_gids"] for gid in gids]
    is_awaited = tasks["task_gid"].isin(gids) & ~tasks["completed"]
    ranks = [is_first, is_awaited, ~tasks["completed"]]
    weighed = tasks.assign(rank=np.select(ranks, range(len(ranks)), len(ranks)))
    return weighed.sort_values(["rank", "due_on", "task_gid"], kind="stable", ignore_index=True)


def _lines(tasks: pd.DataFrame) -> pd.Series[Any]:
    """Return how many lines the chart has as far as each task, with a heading per project."""
    is_new = ~tasks["project_gid"].duplicated()
    return is_new.cumsum() + np.arange(1, len(tasks) + 1)


def _by_project(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return tasks in the order in which they are drawn, the project that is due first on top."""
    begin = tasks["start_on"].fillna(tasks["due_on"])
    first = begin.groupby(tasks["project_gid"], dropna=False).transform("min")
    columns = ["first", "project_gid", "begin", "due_on", "task_gid"]
    ordered = tasks.assign(first=first, begin=begin).sort_values(columns, kind="stable")
    return ordered.reset_index(drop=True)


def _placed(tasks: pd.DataFrame) -> dict[str, _Task]:
    starts, dues = (places_of(tasks[name].to_numpy("datetime64[D]")) for name in _DATES)
    is_point = ~(starts < dues)
    # A bar ends with the last of its days; a diamond is in the middle of its own.
    begins = np.where(is_point, dues + 0.5, starts)
    ends = np.where(is_point, dues + 0.5, dues + 1)
    columns = (_lines(tasks) - 1, begins, ends, is_point)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(tasks["task_gid"], map(_Task._make, rows), strict=True))


def _bars(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _Task]) -> dict[str, Artist]:
    """Draw the tasks; return the handles of the legend."""
    from matplotlib.patches import Patch

    is_look = [rows["completed"], rows["is_critical"]]
    looks = np.select(is_look, list(_LOOKS)[:2], "open")
    is_blocked = rows["is_blocked"] & ~rows["completed"]
    for task, look, blocked in zip(tasks.values(), looks, is_blocked, strict=True):
        _bar(ax, task, _LOOKS[look][0], _BLOCKED_HATCH if blocked else "")
    seen: dict[str, Artist] = {
        words: Patch(color=colour) for look, (colour, words) in _LOOKS.items() if look in looks
    }
    if is_blocked.any():
        seen[_BLOCKED] = Patch(facecolor="white", edgecolor=HATCH, hatch=_BLOCKED_HATCH, lw=0)
    return seen


def _bar(ax: Axes, task: _Task, colour: str, hatch: str) -> None:
    look: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "hatch": hatch}
    if not task.is_point:
        width = task.end - task.start
        ax.barh(task.place, width, left=task.start, height=_THICK, linewidth=0, **look)
        return
    if hatch:
        # White stripes would leave nothing of the shape.
        look |= {"facecolor": "white", "edgecolor": colour}
    ax.scatter(task.start, task.place, s=52, marker="D", linewidth=0.8, zorder=2, **look)


def _arrows(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _Task]) -> dict[str, Artist]:
    """Draw an arrow for each dependency of which both ends are there; return the handles."""
    seen: dict[str, Artist] = {}
    for gid, gids, conflict in zip(
        rows["task_gid"], rows["depends_on_gids"], rows["conflict"], strict=True
    ):
        for awaited in (tasks[other] for other in gids if other in tasks):
            # Of several that a task waits for, the others may be in time.
            is_late = bool(conflict) and _is_early(tasks[gid], awaited)
            words = "conflict" if is_late else "waited for"
            seen[words] = _arrow(ax, awaited, tasks[gid], _CONFLICT if is_late else HATCH)
    return seen


def _is_early(task: _Task, awaited: _Task) -> bool:
    """Return whether a task begins or ends before the last day of what it waits for."""
    last = np.ceil(awaited.end) - 1
    return bool(min(np.floor(task.start), np.ceil(task.end) - 1) < last)


def _arrow(ax: Axes, awaited: _Task, task: _Task, colour: str) -> Artist:
    from matplotlib.lines import Line2D

    reach = 5.0 if task.is_point else 0.0
    look: dict[str, Any] = {
        "arrowstyle": "-|>,head_width=0.18,head_length=0.35",
        "connectionstyle": "arc3,rad=0.18",
        "color": colour,
        "linewidth": 1.1,
        "shrinkA": 5.0 if awaited.is_point else 0.0,
        "shrinkB": reach,
    }
    ax.annotate("", (task.start, task.place), (awaited.end, awaited.place), arrowprops=look)
    return Line2D([], [], color=colour, linewidth=1.1, marker=">", markersize=4)


def _named(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _Task]) -> None:
    """Write the names of tasks and, above those of each, the name of the project."""
    longest = longest_name(ax)
    names = list(labelled(rows, ["task_gid", "task_name"], longest))
    places = [task.place for task in tasks.values()]
    projects = labelled(rows, ["project_gid", "project_name"], longest)
    is_first = ~rows["project_gid"].duplicated()
    heads = projects[is_first].replace("(none)", "In no project")
    above = [place - 1 for place, first in zip(places, is_first, strict=True) if first]
    plain(ax, grid="x")
    ax.set_yticks([*places, *above], [*names, *heads])
    for label in ax.get_yticklabels()[len(names) :]:
        label.set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(places) + 0.7, -0.7)
    for place in above[1:]:
        ax.axhline(place - 0.5, color="#e4e4e4", linewidth=0.7, zorder=0)


def _today(ax: Axes, tasks: Collection[_Task], day: pd.Timestamp) -> str:
    """Show all tasks and mark a day; return words for a note where it is too far off."""
    low, high = min(task.start for task in tasks), max(task.end for task in tasks)
    # The middle of the day, as that of a diamond.
    at = place_of(day) + 0.5
    # A day far off would squeeze all tasks into a corner.
    is_near = low - (high - low) / 2 <= at <= high + (high - low) / 2
    if is_near:
        ax.axvline(at, color=DARK, linewidth=1.2, linestyle=":", zorder=1)
        low, high = min(low, at), max(high, at)
    air = max(0.02 * (high - low), 1.0)
    ax.set_xlim(low - air, high + air)
    date_axis(ax)
    words = f"today, {in_words(day)}"
    across = (at - low + air) / (high - low + 2 * air)
    titled(ax, _TITLE, [words] if is_near else [], across=across)
    return "" if is_near else f"{words}, is beyond the chart"
