"""Gantt chart of tasks and their dependencies."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, copy_attrs_as_of, read_about
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import drop_repeated, read_input
from asana_frames.charts.shared.dates import day_position, day_positions, label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import GRID, find_background, mix_ink, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.rows import name_rows
from asana_frames.charts.shared.today import find_today, mark_today
from asana_frames.display.sentences import count_noun, format_day
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.list_cells import read_lists
from asana_frames.types import When

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    *("task_gid", "task_name", "project_gid", "project_name", "start_on", "due_on", "completed"),
    *("depends_on_gids", "is_blocked", "is_critical", "conflict", "is_late", "earliest_finish"),
)
_DATES = ("start_on", "due_on")
_FLAGS = ("completed", "is_blocked", "is_critical", "conflict", "is_late")
_MOST_TASKS = 40
#: The most lines, if every task has a heading because it is in a project of its own.
_MOST_LINES = 2 * _MOST_TASKS
_WHAT = "tasks and what they wait for"
#: State of a task -> its colour, None for grey, and its words in the legend; the first that
#: applies.
_LOOKS = {
    "completed": (None, "completed"),
    "is_critical": (SERIES[4], "critical"),
    "open": (SERIES[0], "open"),
}
_BLOCKED_HATCH = "/////"
_BAR_HEIGHT = 0.62
#: Parts of ink of completed tasks, and of arrows and hatches.
_PALE, _ARROW = 0.45, 0.5


class _TaskBar(NamedTuple):
    """A bar or, for a point in time, a diamond: its line from the top, start and end."""

    place: int
    start: float
    end: float
    is_point: bool


def gantt(
    dependencies: pd.DataFrame,
    *,
    now: When | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw tasks as bars from start to due, with arrows from their dependencies.

    Parameters
    ----------
    dependencies
        What ``rollups.dependencies`` returns: ``task_gid``, ``task_name``, ``project_gid``,
        ``project_name``, ``start_on``, ``due_on``, ``completed``, ``depends_on_gids``,
        ``is_blocked``, ``is_critical``, ``conflict``, ``is_late`` and ``earliest_finish``.
    now
        The day to mark; default: ``now`` of the table, else today. Only for a table without
        ``now`` in its ``attrs``, such as one of a file: what is late or blocked is so on that day.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the tasks need otherwise.

    Returns
    -------
    Axes
        Tasks under their projects by date; a diamond if a task does not start before its due day.
        Colours, named in the legend, say what is critical and what is completed; blocked tasks are
        hatched, and a red line leads from the due day to the earliest finish of late ones. An
        arrow is red if a task starts or is due too early for its dependency. At
        most 40 tasks: critical and blocked ones first, then their dependencies, other open ones,
        completed ones, each by date. Notes count the others and those without a due day. The
        subtitle counts the tasks that end late, are blocked, or start too early.

    Raises
    ------
    InvalidArgument
        A column is missing, ``now`` is not a valid time or another day than that of the table, or
        ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    dependencies = read_input(
        dependencies,
        _NEEDED,
        chart="gantt",
        ax=ax,
        titles=titles,
        has_rows=True,
        source="rollups.dependencies",
        kinds={"completed": "boolean"},
    )
    day = _find_day(dependencies, now)
    stated = copy_attrs_as_of(dependencies, now=None if now is None else day)
    ordered = _sort_by_weight(_select_dated(dependencies))
    if ax is None:
        ax = new_axes(height=0.26 * max(_count_lines(ordered)[:_MOST_TASKS], default=0) + 2.0)
    if ordered.empty:
        set_heading(ax, stated, _WHAT, titles)
        return draw_empty(ax, "No tasks" if dependencies.empty else "No tasks with a due day")
    fits = _count_lines(ordered) <= max(2, count_fitting_rows(ax, _MOST_LINES, reserved=1.1))
    drawn = _sort_by_project(ordered[fits.to_numpy()].head(_MOST_TASKS))
    tasks = _place_tasks(drawn)
    legend = _draw_tasks(ax, drawn, tasks) | _draw_arrows(ax, drawn, tasks)
    legend |= _draw_late_finishes(ax, drawn, tasks)
    _label_tasks(ax, drawn, tasks)
    today_note = _mark_today(ax, _add_finishes(drawn, tasks), day)
    undated = int(drop_repeated(dependencies, "task_gid")["due_on"].isna().sum())
    undated_note = f"+ {undated} without a due day" if undated else ""
    set_heading(
        ax,
        stated,
        _WHAT,
        titles,
        finding=_summarise(ordered),
        notes=[today_note, count_hidden(len(ordered) - len(drawn), "task"), undated_note],
        legend=legend,
    )
    return make_room(ax)


def _select_dated(dependencies: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks that have a due day, with what tells their project from others."""
    dependencies = drop_repeated(dependencies, "task_gid")
    dated = dependencies[dependencies["due_on"].notna()].reset_index(drop=True)
    gid = dated["project_gid"]
    # Files that Asana exports have no gids of projects; their names tell them apart.
    home = gid.where(gid.notna(), dated["project_name"])
    flags = {name: dated[name].fillna(False).astype(bool) for name in _FLAGS}
    return dated.assign(home=home, **flags)


def _find_day(dependencies: pd.DataFrame, now: When | None) -> pd.Timestamp:
    """Return the day to mark, which is that of the flags where the table tells it."""
    own, day = find_today(dependencies), find_today(dependencies, now)
    if read_about(dependencies).now is not None and day != own:
        raise InvalidArgument(
            f"charts.gantt(now=) was {format_day(day)}, but the table says what is late and "
            f"blocked as of {format_day(own)}. Leave out now=, or pass it to "
            f"rollups.dependencies(now=)."
        )
    return day


def _summarise(tasks: pd.DataFrame) -> str:
    """Return a sentence that counts the tasks that end late, are blocked, or start too early."""
    counts = {name: int(tasks[name].sum()) for name in ("is_late", "is_blocked", "conflict")}
    late, blocked, conflicts = counts.values()
    parts = [
        f"{late:,} end{'s' * (late == 1)} after the due day" if late else "",
        f"{blocked:,} {'is' if blocked == 1 else 'are'} blocked" if blocked else "",
        f"{conflicts:,} start{'s' * (conflicts == 1)} too early" if conflicts else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"Of {count_noun(len(tasks), 'task')}, {told}." if told else ""


def _sort_by_weight(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks in the order in which they are chosen: those that matter first."""
    is_urgent = tasks["is_critical"] | tasks["is_blocked"]
    gids = read_lists(tasks.loc[is_urgent, "depends_on_gids"]).explode()
    is_awaited = tasks["task_gid"].isin(gids) & ~tasks["completed"]
    ranks = [is_urgent, is_awaited, ~tasks["completed"]]
    ranked = tasks.assign(rank=np.select(ranks, range(len(ranks)), len(ranks)))
    return ranked.sort_values(["rank", "due_on", "task_gid"], kind="stable", ignore_index=True)


def _count_lines(tasks: pd.DataFrame) -> pd.Series[Any]:
    """Count the lines down to each task, a heading per project included."""
    is_new = ~tasks["home"].duplicated()
    return is_new.cumsum() + np.arange(1, len(tasks) + 1)


def _sort_by_project(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return tasks in the order in which they are drawn: the first project at the top."""
    begin = tasks["start_on"].fillna(tasks["due_on"])
    first = begin.groupby(tasks["home"], dropna=False).transform("min")
    columns = ["first", "home", "begin", "due_on", "task_gid"]
    ordered = tasks.assign(first=first, begin=begin).sort_values(columns, kind="stable")
    return ordered.reset_index(drop=True)


def _place_tasks(tasks: pd.DataFrame) -> dict[str, _TaskBar]:
    starts, dues = (day_positions(tasks[name].to_numpy("datetime64[D]")) for name in _DATES)
    is_point = ~(starts < dues)
    # A bar ends with the last of its days; a diamond is in the middle of its own.
    begins = np.where(is_point, dues + 0.5, starts)
    ends = np.where(is_point, dues + 0.5, dues + 1)
    columns = (_count_lines(tasks) - 1, begins, ends, is_point)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(tasks["task_gid"], map(_TaskBar._make, rows), strict=True))


def _draw_tasks(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _TaskBar]) -> dict[str, Artist]:
    """Draw a bar or diamond per task; return the handles of the legend."""
    from matplotlib.patches import Patch

    states = np.select([rows["completed"], rows["is_critical"]], list(_LOOKS)[:2], "open")
    is_blocked = rows["is_blocked"] & ~rows["completed"]
    for task, state, blocked in zip(tasks.values(), states, is_blocked, strict=True):
        _draw_task(ax, task, _find_colour(ax, state), _BLOCKED_HATCH if blocked else "")
    legend: dict[str, Artist] = {
        words: Patch(color=_find_colour(ax, state))
        for state, (_, words) in _LOOKS.items()
        if state in states
    }
    if is_blocked.any():
        legend["blocked"] = Patch(
            facecolor=find_background(ax),
            edgecolor=mix_ink(ax, _ARROW),
            hatch=_BLOCKED_HATCH,
            lw=0,
        )
    return legend


def _find_colour(ax: Axes, state: str) -> str:
    colour, _ = _LOOKS[state]
    return shade(ax, mix_ink(ax, _PALE) if colour is None else colour)


def _add_finishes(rows: pd.DataFrame, tasks: dict[str, _TaskBar]) -> list[_TaskBar]:
    """Return the bars of tasks, those of late ones until their earliest finish."""
    finishes = day_positions(rows["earliest_finish"].to_numpy("datetime64[D]")) + 1
    return [
        bar._replace(end=float(finish)) if is_late and finish > bar.end else bar
        for bar, is_late, finish in zip(tasks.values(), rows["is_late"], finishes, strict=True)
    ]


def _draw_late_finishes(
    ax: Axes, rows: pd.DataFrame, tasks: dict[str, _TaskBar]
) -> dict[str, Artist]:
    """Draw a line from the due day of each late task to its earliest finish."""
    legend: dict[str, Artist] = {}
    for bar, longer in zip(tasks.values(), _add_finishes(rows, tasks), strict=True):
        if longer.end > bar.end:
            (line,) = ax.plot(
                [bar.end, longer.end], [bar.place] * 2, color=shade(ax, ALARM), lw=1.4, marker="|"
            )
            legend["late finish"] = line
    return legend


def _draw_task(ax: Axes, task: _TaskBar, colour: str, hatch: str) -> None:
    paper = find_background(ax)
    if not task.is_point:
        width = task.end - task.start
        stripes: dict[str, Any] = {"edgecolor": paper, "hatch": hatch, "linewidth": 0}
        ax.barh(task.place, width, _BAR_HEIGHT, left=task.start, facecolor=colour, **stripes)
        return
    # Pale stripes on a coloured diamond would hide its shape.
    face = paper if hatch else colour
    style: dict[str, Any] = {"facecolor": face, "edgecolor": colour, "hatch": hatch}
    ax.scatter(task.start, task.place, s=52, marker="D", linewidth=0.8, zorder=2, **style)


def _draw_arrows(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _TaskBar]) -> dict[str, Artist]:
    """Draw an arrow per dependency between drawn tasks; return the handles of the legend."""
    legend: dict[str, Artist] = {}
    for gid, gids, conflict in zip(
        rows["task_gid"], read_lists(rows["depends_on_gids"]), rows["conflict"], strict=True
    ):
        for awaited in (tasks[other] for other in gids if other in tasks):
            # In a conflict, some of the tasks that it waits for may still be in time.
            is_conflict = bool(conflict) and _starts_too_early(tasks[gid], awaited)
            label = "conflict" if is_conflict else "waited for"
            colour = shade(ax, ALARM) if is_conflict else mix_ink(ax, _ARROW)
            legend[label] = _draw_arrow(ax, awaited, tasks[gid], colour)
    return legend


def _starts_too_early(task: _TaskBar, awaited: _TaskBar) -> bool:
    """Return whether a task starts or ends before the last day of a task that it waits for."""
    last = np.ceil(awaited.end) - 1
    return bool(min(np.floor(task.start), np.ceil(task.end) - 1) < last)


def _draw_arrow(ax: Axes, awaited: _TaskBar, task: _TaskBar, colour: str) -> Artist:
    from matplotlib.lines import Line2D

    style: dict[str, Any] = {
        "arrowstyle": "-|>,head_width=0.18,head_length=0.35",
        "connectionstyle": "arc3,rad=0.18",
        "color": colour,
        "linewidth": 1.1,
        "shrinkA": 5.0 if awaited.is_point else 0.0,
        "shrinkB": 5.0 if task.is_point else 0.0,
    }
    ax.annotate("", (task.start, task.place), (awaited.end, awaited.place), arrowprops=style)
    return Line2D([], [], color=colour, linewidth=1.1, marker=">", markersize=4)


def _label_tasks(ax: Axes, rows: pd.DataFrame, tasks: dict[str, _TaskBar]) -> None:
    """Write the names of the tasks, and the name of each project above its tasks."""
    longest = max_name_length(ax)
    names = list(unique_labels(rows, ["task_gid", "task_name"], longest))
    places = [task.place for task in tasks.values()]
    projects = unique_labels(rows, ["project_gid", "project_name"], longest)
    is_first = ~rows["home"].duplicated()
    heads = projects[is_first].replace("(none)", "In no project")
    above = [place - 1 for place, first in zip(places, is_first, strict=True) if first]
    set_plain_style(ax, grid="x")
    name_rows(ax, [*places, *above], [*names, *heads])
    for label in ax.get_yticklabels()[len(names) :]:
        label.set_fontweight("bold")
    ax.tick_params(axis="y", which="both", length=0)
    ax.set_ylim(max(places) + 0.7, -0.7)
    for place in above[1:]:
        ax.axhline(place - 0.5, color=mix_ink(ax, GRID), linewidth=0.7, zorder=0)


def _mark_today(ax: Axes, tasks: Collection[_TaskBar], day: pd.Timestamp) -> str:
    """Mark a day between or near the tasks; else return a note that it is too far off."""
    low, high = min(task.start for task in tasks), max(task.end for task in tasks)
    # The middle of the day, as for diamonds.
    at = day_position(day) + 0.5
    # A day that is far off would squeeze all tasks into a corner.
    is_near = low - (high - low) / 2 <= at <= high + (high - low) / 2
    if is_near:
        low, high = min(low, at), max(high, at)
    margin = max(0.02 * (high - low), 1.0)
    ax.set_xlim(low - margin, high + margin)
    label_date_axis(ax)
    if not is_near:
        return f"today, {format_day(day)}, is beyond the chart"
    mark_today(ax, day + pd.Timedelta(hours=12))
    return ""
