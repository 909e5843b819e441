"""Charts of the flow of tasks: created, completed, open, due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    longest_name,
    made_room,
    new_axes,
    plain,
    rows_that_fit,
    titled,
)
from asana_frames.charts.shared.colours import DARK, SERIES
from asana_frames.charts.shared.dates import (
    FEW,
    Numbers,
    date_axis,
    days_of,
    edges_of,
    ends_of,
    filled,
    in_words,
    period_axis,
    places_of,
    step_of,
)
from asana_frames.charts.shared.heat_map import NOTHING, cells, fitting_size, write
from asana_frames.charts.shared.labels import labelled, number
from asana_frames.charts.time.hours import hours as stacked
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

Show = Literal["tasks", "hours"]
_SHOWN = {"tasks": "Open tasks by due date", "hours": "Estimated hours by due date"}
_OPEN = "#dfe3e8"
_LATE = "#bd1f01"
#: How much of the height the bars of days take; above them are the tasks that are open.
_BARS = 0.4
#: Days beyond which bars are one outline.
_MANY_DAYS = 200
_MOST_PERSONS = 40
#: Days that an axis has at least.
_FEWEST_DAYS = 5.0


def burnup(burnup: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tasks there are and how many of them are done.

    Parameters
    ----------
    burnup
        What ``rollups.burnup`` returns: ``period``, ``scope``, ``done``, ``open``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line for the scope, an area for what is done, and between them what is open, at the end
        of each period. The note tells the last.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(burnup, ["period", "scope", "done", "open"], what="charts.burnup")
    rows = _dated(burnup, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        titled(ax, "Scope and done")
        return empty(ax, "No tasks")
    days = rows["period"].to_numpy("datetime64[D]")
    step = step_of(np.unique(days))
    places = places_of(ends_of(days, step))
    scope, done = _numbers(rows, "scope"), _numbers(rows, "done")
    if len(places) == 1:
        # One moment has no width; it is drawn from the beginning of its period.
        places = np.concatenate([places_of(days), places])
        scope, done = np.repeat(scope, 2), np.repeat(done, 2)
    drawn = [
        ax.plot(places, scope, color=DARK, linewidth=1.8)[0],
        ax.fill_between(places, done, scope, color=_OPEN, linewidth=0),
        ax.fill_between(places, 0, done, color=SERIES[0], alpha=0.75, linewidth=0),
    ]
    _span(ax, places[0], places[-1])
    ax.set_ylim(0, max(1.0, 1.08 * float(np.nanmax(scope))))
    date_axis(ax)
    count_axis(ax, "Tasks")
    last = rows.iloc[-1]
    words = f"{_count(last['done'])} of {_count(last['scope'])} done, {_count(last['open'])} open"
    # The last period may go on still, so its last day would not be true.
    when = "on" if step.days == 1 else "in the period from"
    titled(ax, "Scope and done", [f"{words} {when} {in_words(last['period'])}"])
    legend_below(ax, drawn, ["scope", "open", "done"])
    return made_room(ax)


def _span(ax: Axes, first: float, last: float) -> None:
    """Show the days from the first to the last, and around few of them some more."""
    more = max(0.0, _FEWEST_DAYS - (last - first)) / 2
    ax.set_xlim(first - more, last + more)


def _dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    dated = frame[frame[column].notna().to_numpy(dtype=bool)]
    return dated.sort_values(column, kind="stable", ignore_index=True)


def _numbers(rows: pd.DataFrame, column: str) -> Numbers:
    return np.asarray(rows[column].astype("float64"), dtype="float64")


def _count(value: Any) -> str:
    return "?" if pd.isna(value) else number(float(value))


def count_axis(ax: Axes, words: str) -> None:
    """Label an axis of counts, which has whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    plain(ax, grid="y")
    ax.yaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    ax.set_ylabel(words, fontsize=font_size(ax) + 1)


def daily(daily: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what is created and completed on each day, and above it what is open.

    Parameters
    ----------
    daily
        What ``rollups.daily`` returns: ``day``, ``created``, ``completed``, ``open``,
        ``overdue``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Bars of days, created ones upwards and completed ones downwards; above them, with a scale
        of its own, the open tasks as a line and the overdue among them as an area.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["day", "created", "completed", "open", "overdue"]
    require_columns(daily, needed, what="charts.daily")
    rows = _dated(daily, "day")
    if ax is None:
        ax = new_axes(height=4.8)
    titled(ax, "Created, completed and open tasks")
    if rows.empty:
        return empty(ax, "No tasks")
    days = rows["day"].to_numpy("datetime64[D]")
    middle = places_of(days) + 0.5
    bars = _up_and_down(ax, middle, _numbers(rows, "created"), _numbers(rows, "completed"))
    _span(ax, middle[0] - 0.6, middle[-1] + 0.6)
    date_axis(ax)
    above = ax.inset_axes((0.0, _BARS + 0.06, 1.0, 0.94 - _BARS))
    lines = _open(above, middle, _numbers(rows, "open"), _numbers(rows, "overdue"))
    above.set_xlim(ax.get_xlim())
    above.tick_params(labelsize=font_size(ax))
    above.set_ylabel("Open", fontsize=font_size(ax) + 1)
    above.tick_params(axis="x", length=0, labelbottom=False)
    legend_below(ax, [*bars, *lines], ["created", "completed", "open", "overdue"])
    return made_room(ax)


def _up_and_down(ax: Axes, places: Numbers, created: Numbers, completed: Numbers) -> list[Any]:
    """Draw bars in the lower part of the axes and label their scale there only."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    drawn: list[Any] = []
    for heights, colour in ((created, SERIES[0]), (-completed, SERIES[1])):
        if len(places) > _MANY_DAYS:
            edges = np.append(places - 0.5, places[-1] + 0.5)
            drawn.append(ax.stairs(heights, edges, fill=True, color=colour))
            continue
        drawn.append(ax.bar(places, heights, 0.9, color=colour)[0])
    low, high = -max(1.0, float(np.nanmax(completed))), max(1.0, float(np.nanmax(created)))
    ax.set_ylim(1.05 * low, 1.05 * low + 1.05 * (high - low) / _BARS)
    plain(ax, grid="y")
    ticks = MaxNLocator(4, integer=True).tick_values(low, high)
    ax.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    ax.axhline(0, color=DARK, linewidth=0.8)
    ax.spines["left"].set_bounds(1.05 * low, 1.05 * high)
    ax.set_ylabel("Per day", fontsize=font_size(ax) + 1, y=_BARS / 2)
    return drawn


def _open(ax: Axes, places: Numbers, still: Numbers, late: Numbers) -> list[Any]:
    if len(places) == 1:
        # One moment has no width; it is drawn as wide as its day.
        places = np.array([places[0] - 0.5, places[0] + 0.5])
        still, late = np.repeat(still, 2), np.repeat(late, 2)
    line = ax.plot(places, still, color=DARK, linewidth=1.6)[0]
    area = ax.fill_between(places, 0, late, color=_LATE, alpha=0.35, linewidth=0)
    ax.set_ylim(0, max(1.0, 1.1 * float(np.nanmax(still))))
    count_axis(ax, "Open")
    ax.set_facecolor("none")
    return [line, area]


def throughput(throughput: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tasks are completed in each period, with their mean.

    Parameters
    ----------
    throughput
        What ``rollups.throughput`` returns: ``period``, ``completed``, and the keys, which are
        all other columns.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by the keys, the largest at the bottom; what is beyond ten is
        "other". A line across, named in the note, is the mean of all periods.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(throughput, ["period", "completed"], what="charts.throughput")
    rows = _dated(throughput, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        titled(ax, "Completed tasks")
        return empty(ax, "No completed tasks")
    ax = stacked(rows.rename(columns={"period": "entered_on", "completed": "hours"}), ax=ax)
    periods = filled(days_of(rows["period"]), step_of(days_of(rows["period"])))
    mean = float(_numbers(rows, "completed").sum()) / len(periods)
    ax.axhline(mean, color=DARK, linewidth=1.2, linestyle="--")
    count_axis(ax, "Tasks")
    titled(ax, "Completed tasks", [f"dashed: {number(mean)} per period on average"])
    return made_room(ax)


def load(load: pd.DataFrame, *, show: Show = "tasks", ax: Axes | None = None) -> Axes:
    """Draw how much of each person is due in each period, as coloured cells.

    Parameters
    ----------
    load
        What ``rollups.load`` returns: ``person_gid``, ``person_name``, ``period``, and what is
        shown.
    show
        ``"tasks"``, or ``"hours"``, the estimated ones.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons with most to do at the top; at most 40, a note counts the others, and what has no
        due date. Numbers are left out when they do not fit; then a colour bar tells the scale.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``show`` is unknown.
    """
    if show not in _SHOWN:
        raise InvalidArgument(f"show= takes {' or '.join(_SHOWN)}, not {show!r}.")
    require_columns(load, ["person_gid", "person_name", "period", show], what="charts.load")
    rows = _dated(load, "period")
    if ax is None:
        persons = len(rows[["person_gid", "person_name"]].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 1.8)
    undated = float(load[show].sum()) - float(rows[show].sum())
    notes = [f"+ {number(undated)} {show} without a due date"] if undated else []
    if rows.empty:
        titled(ax, _SHOWN[show], notes)
        return empty(ax, "No tasks with a due date")
    names = labelled(rows, ["person_gid", "person_name"], longest_name(ax))
    sums = rows[show].astype("float64").groupby([names, rows["period"]]).sum().unstack()
    order = sums.sum(axis=1).sort_values(ascending=False, kind="stable").index
    drawn = order[: rows_that_fit(ax, _MOST_PERSONS, beside=0.6)]
    _map(ax, sums.reindex(drawn), show)
    more = len(order) - len(drawn)
    notes += [f"… {more} more persons"] if more else []
    titled(ax, _SHOWN[show], notes)
    return made_room(ax)


def _map(ax: Axes, sums: pd.DataFrame, show: Show) -> None:
    from matplotlib.colors import Normalize

    step = step_of(days_of(sums.columns.to_series()))
    days = filled(days_of(sums.columns.to_series()), step)
    table = sums.reindex(columns=days.astype("datetime64[us]"), fill_value=0).fillna(0)
    values = table.to_numpy("float64")
    edges = edges_of(days, step)
    norm = Normalize(0, max(1.0, float(values.max())))
    mesh = cells(ax, values, edges, colours="Blues", norm=norm)
    # Few periods keep the width that cells of many have.
    ax.set_xlim(edges[0], max(edges[-1], edges[0] + 5 * step.days))
    period_axis(ax, days, step)
    ax.set_yticks(range(len(table)), list(table.index))
    texts = [[number(value) if value else NOTHING for value in row] for row in values]
    size = fitting_size(ax, texts) if len(days) <= FEW else 0.0
    if size:
        write(ax, mesh, values, texts, places_of(days), size=size)
    else:
        _scale(ax, mesh, show)


def _scale(ax: Axes, mesh: QuadMesh, show: Show) -> None:
    """Tell the scale beside the axes, in axes of its own that the layout takes for a label."""
    from matplotlib.ticker import MaxNLocator

    beside = ax.inset_axes((1.015, 0.0, 0.02, 1.0))
    bar = ax.figure.colorbar(mesh, cax=beside, ticks=MaxNLocator(integer=True))
    bar.outline.set_visible(False)
    bar.set_label(show.capitalize(), size=font_size(ax))
    beside.tick_params(labelsize=font_size(ax), length=2)
