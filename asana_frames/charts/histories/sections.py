"""Charts of what happened to tasks: where they were, how long, what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.flow.burnup import count_axis
from asana_frames.charts.shared.axes import (
    GREY,
    empty,
    font_size,
    legend_beside,
    longest_name,
    made_room,
    new_axes,
    noted_below,
    plain,
    rows_that_fit,
    shortened,
    titled,
    width_of,
)
from asana_frames.charts.shared.colours import DARK, HATCH, OTHER, OTHER_HATCH, SERIES
from asana_frames.charts.shared.dates import (
    Step,
    days_of,
    edges_of,
    filled,
    period_axis,
    places_of,
    step_of,
)
from asana_frames.charts.shared.labels import labelled, number
from asana_frames.charts.shared.stacked_bars import stacked_bars
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import require_columns
from asana_frames.rollups.shared.moments import local_days
from asana_frames.rollups.shared.periods import Every, check_every, period_starts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SECTION = ["section_gid", "section_name"]
#: Sections that have a box; the others are counted in a note.
_MOST_BOXES = 30
_BOX = "#c5def4"
#: Inches from which there is room for words.
_WIDE = 4.5


def cumulative_flow(
    flow: pd.DataFrame, *, order: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many tasks are in each section, as areas one upon the other.

    Parameters
    ----------
    flow
        What ``rollups.cumulative_flow`` returns: ``period``, ``section_gid``, ``section_name``,
        ``tasks``.
    order
        Sections (gids or names) in the order in which tasks go through them; those that are not
        named follow. Without it, the order in which they come in the frame.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The first section on top and the last at the bottom, so that what is done grows from
        below; the legend reads as the areas lie. Beyond ten sections, those with fewest tasks
        are "other", at the very bottom.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``order`` names no section of the frame.
    """
    require_columns(flow, ["period", *_SECTION, "tasks"], what="charts.cumulative_flow")
    rows = flow[flow["period"].notna().to_numpy(dtype=bool)].reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=4.2)
    titled(ax, "Cumulative flow")
    if rows.empty:
        return empty(ax, "No tasks")
    labels = labelled(rows, _SECTION, longest_name(ax, 28))
    names = _drawn_as(rows["tasks"].groupby(labels).sum(), _ordered(rows, labels, order))
    days = days_of(rows["period"])
    step = step_of(days)
    table = _table(rows["period"], labels.map(names), rows["tasks"], days, step)
    table = table[list(dict.fromkeys(names.values()))]
    areas = _areas(ax, table, step)
    count_axis(ax, "Tasks")
    period_axis(ax, table.index.to_numpy("datetime64[D]"), step)
    legend_beside(ax, areas, list(table.columns), title="Section")
    return made_room(ax)


def _ordered(rows: pd.DataFrame, labels: pd.Series, order: Sequence[str] | None) -> list[str]:
    """Return the labels of sections as they come, or as the user orders them.

    Raises
    ------
    InvalidArgument
        The order names none of the sections.
    """
    found = list(dict.fromkeys(labels))
    wanted: list[str] = []
    for name in [order] if isinstance(order, str) else order or ():
        is_meant = (rows["section_gid"] == name) | (rows["section_name"] == name)
        meant = labels[is_meant.to_numpy(dtype=bool, na_value=False)]
        if meant.empty:
            raise InvalidArgument(f"order= names {name!r}, which is none of {', '.join(found)}.")
        wanted += list(dict.fromkeys(meant))
    return list(dict.fromkeys([*wanted, *found]))


def _drawn_as(totals: pd.Series, order: list[str]) -> dict[str, str]:
    """Return label -> what it is drawn as, in their order; the least beyond ten are other."""
    least = totals.reindex(order).sort_values(ascending=False, kind="stable")[len(SERIES) :].index
    named = {label: label for label in order if label not in least}
    return named | dict.fromkeys(least, f"other ({len(least)})")


def _table(
    periods: pd.Series, series: pd.Series, counts: pd.Series, days: Any, step: Step
) -> pd.DataFrame:
    """Return one column per series and one row per period, none left out."""
    sums = counts.astype("float64").groupby([periods.astype("datetime64[us]"), series]).sum()
    whole = filled(days, step).astype("datetime64[us]")
    return sums.unstack(fill_value=0).reindex(whole, fill_value=0.0)


def _areas(ax: Axes, table: pd.DataFrame, step: Step) -> list[Any]:
    """Stack the columns, the first on top, and return the areas in their order."""
    days = table.index.to_numpy("datetime64[D]")
    upwards = table.to_numpy("float64").T[::-1]
    places = places_of(days)
    if len(days) == 1:
        # One moment has no width; it is drawn as wide as its period.
        places, upwards = edges_of(days, step), np.repeat(upwards, 2, axis=1)
    looks: list[tuple[str, str | None]] = [
        (SERIES[at], None) for at in range(min(len(table.columns), len(SERIES)))
    ]
    looks += [(OTHER, OTHER_HATCH)] * (len(table.columns) - len(looks))
    tops = upwards.cumsum(axis=0)
    areas = [
        ax.fill_between(
            places,
            top - height,
            top,
            facecolor=colour,
            hatch=hatch,
            edgecolor=HATCH if hatch else "white",
            linewidth=0.6,
        )
        for top, height, (colour, hatch) in zip(tops, upwards, looks[::-1], strict=True)
    ]
    ax.set_xlim(places[0], places[-1])
    ax.set_ylim(0, max(1.0, 1.05 * float(tops[-1].max())))
    return areas[::-1]


def section_times(
    times: pd.DataFrame, *, order: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many working days tasks stay in each section, as boxes.

    Parameters
    ----------
    times
        What ``rollups.section_times`` returns: ``project_gid``, ``project_name``,
        ``section_gid``, ``section_name``, ``enter``, ``is_current``, ``working_days``.
    order
        Sections (gids or names) in the order in which tasks go through them; those that are not
        named follow. Without it, those that were entered first come first.
    ax
        Where to draw; a new figure as high as the sections need otherwise.

    Returns
    -------
    Axes
        The first section at the top. A box is of visits that have ended: half of them lie in
        it, the line is the median, the whiskers end with the last visit within one and a half
        lengths of the box, dots are the others; the scale is linear up to one day and logarithmic
        from there on. At the right the number of those visits, and of the tasks that are there
        still. Sections of several projects are named with their project. Visits that are not
        certain count too; leave them out with ``times[times["is_certain"]]``.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``order`` names no section of the frame.
    """
    needed = ["project_gid", "project_name", *_SECTION, "enter", "is_current", "working_days"]
    require_columns(times, needed, what="charts.section_times")
    # Sections of a project stay together; its first visit says where.
    first = times.groupby("project_gid", dropna=False)["enter"].transform("min")
    order_of = ["_first", "project_gid", "enter", "section_gid"]
    rows = times.assign(_first=first).sort_values(order_of, ignore_index=True)
    is_one = rows["project_gid"].nunique(dropna=False) <= 1
    if ax is None:
        count = len(rows[["project_gid", "section_gid"]].drop_duplicates())
        ax = new_axes(height=0.4 * min(count, _MOST_BOXES) + 1.5)
    named = rows["project_name"].dropna()[:1] if is_one else ()
    titled(ax, " · ".join(["Time in sections", *(shortened(name) for name in named)]))
    if rows.empty:
        return empty(ax, "No visits")
    keys = _SECTION if is_one else ["project_name", *_SECTION]
    labels = labelled(rows, keys, longest_name(ax))
    names = _ordered(rows, labels, order)
    shown = names[: rows_that_fit(ax, _MOST_BOXES, beside=0.6)]
    _boxes(ax, rows, labels, shown)
    more = len(names) - len(shown)
    noted_below(ax, [f"… {more} more sections"] if more else [], points=34)
    return made_room(ax)


def _boxes(ax: Axes, rows: pd.DataFrame, labels: pd.Series, names: Sequence[str]) -> None:
    is_current = rows["is_current"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    days = rows["working_days"].astype("float64")
    ended = [days[~is_current & (labels == name)].dropna().to_numpy() for name in names]
    there = [int((is_current & (labels == name)).sum()) for name in names]
    places = list(range(len(names)))
    ax.boxplot(
        ended,
        **_horizontal(ax),
        positions=places,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": _BOX, "edgecolor": SERIES[0], "linewidth": 1},
        whiskerprops={"color": SERIES[0]},
        capprops={"color": SERIES[0]},
        medianprops={"color": DARK, "linewidth": 1.8},
        flierprops={"marker": ".", "markersize": 3, "markeredgecolor": HATCH, "alpha": 0.6},
    )
    ax.set_yticks(places, list(names))
    ax.set_ylim(len(names) - 0.5, -0.5)
    plain(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    _long_scale(ax, max((float(values.max()) for values in ended if len(values)), default=1.0))
    is_wide = width_of(ax) >= _WIDE
    words = "Working days of visits that have ended (logarithmic from 1 on)"
    ax.set_xlabel(words if is_wide else "Working days", fontsize=font_size(ax) + 1)
    for place, values, count in zip(places, ended, there, strict=True):
        visits = f" visit{'' if len(values) == 1 else 's'}" if is_wide else ""
        now = f", {count:,} {'there ' if is_wide else ''}now" if count else ""
        _beside(ax, f"{len(values):,}{visits}{now}", place)


def _horizontal(ax: Axes) -> dict[str, Any]:
    """Return what lays boxes on their side: older versions of matplotlib have another word."""
    is_known = "orientation" in signature(ax.boxplot).parameters
    return {"orientation": "horizontal"} if is_known else {"vert": False}


def _long_scale(ax: Axes, longest: float) -> None:
    """Give hours as much room as months: most visits are short, and a few very long."""
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.5)
    longest = max(2.0, longest)
    ax.set_xlim(0, longest * 1.15)
    steps = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    ticks = [0, 0.5, *(step for step in steps if step <= longest)]
    if width_of(ax) < _WIDE:
        ticks = [tick for tick in ticks if tick in (0, 1, 10, 100, 1_000, 10_000)]
    ax.set_xticks(ticks, [number(tick) for tick in ticks])
    ax.minorticks_off()


def _beside(ax: Axes, text: str, place: float) -> None:
    """Write a text to the right of a row, where the layout makes room for it."""
    ax.annotate(
        text,
        (1.0, place),
        xycoords=ax.get_yaxis_transform(),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=font_size(ax),
        color=GREY,
    )


#: Kinds of changes in the order in which they are stacked.
_KINDS = (
    "section",
    "completed",
    "reopened",
    "due date",
    "assignee",
    "added to project",
    "removed from project",
    "field",
    "name",
)


def changes(
    changes: pd.DataFrame, *, every: Every = "W", tz: str = "UTC", ax: Axes | None = None
) -> Axes:
    """Draw how many changes there were in each week, by kind.

    Parameters
    ----------
    changes
        What ``rollups.changes`` returns: ``changed_at`` and ``change``.
    every
        A period as in ``rollups.hours``.
    tz
        The time zone in which days begin.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by kind. A kind has the same colour in every chart; those that
        are not known are "other".

    Raises
    ------
    InvalidArgument
        A column is missing, or ``every`` is no known period.
    """
    require_columns(changes, ["changed_at", "change"], what="charts.changes")
    check_every(every)
    rows = changes[changes["changed_at"].notna().to_numpy(dtype=bool)].reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=4.2)
    titled(ax, "Changes")
    if rows.empty:
        return empty(ax, "No changes")
    kinds = rows["change"].where(rows["change"].isin(_KINDS), "other").astype(object)
    periods = period_starts(local_days(rows["changed_at"], tz), every)
    days = days_of(periods)
    step = step_of(days)
    table = _table(periods, kinds, pd.Series(1, index=rows.index), days, step)
    present = [kind for kind in (*_KINDS, "other") if kind in table]
    bars = _bars(ax, table[present], step)
    count_axis(ax, "Changes")
    period_axis(ax, table.index.to_numpy("datetime64[D]"), step)
    # The legend reads from the top of the stack down.
    legend_beside(ax, bars[::-1], present[::-1], title="Change")
    return made_room(ax)


def _bars(ax: Axes, table: pd.DataFrame, step: Step) -> list[Any]:
    """Stack the columns, the first at the bottom, and return a bar of each."""
    colours = dict(zip(_KINDS, SERIES, strict=False))
    looks = [(colours[kind], "") if kind in colours else (OTHER, OTHER_HATCH) for kind in table]
    drawn = stacked_bars(ax, table, step, looks, gap=0.4)
    # Few bars keep the width that bars of many have.
    places = places_of(table.index.to_numpy("datetime64[D]"))
    middle, half = float(places.mean()), 3 * step.days
    left, right = ax.get_xlim()
    ax.set_xlim(min(left, middle - half), max(right, middle + half))
    return drawn
