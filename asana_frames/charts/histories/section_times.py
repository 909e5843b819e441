"""The chart of how long tasks stay in each section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, copy_attrs_as_of
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    WIDE,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers, read_input
from asana_frames.charts.shared.days_scale import set_days_scale
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import QUIET_TEXT, mix_ink, shade
from asana_frames.charts.shared.labels import (
    find_leaders,
    find_named,
    format_tenths,
    format_value,
    name_leaders,
    unique_labels,
)
from asana_frames.charts.shared.rows import label_rows, select_branches
from asana_frames.charts.shared.sections import SECTION, order_sections
from asana_frames.display.sentences import count_noun, cut_name
from asana_frames.rollups.shared.inputs import is_true

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The most sections that have a box; a note counts the others.
_MOST_BOXES = 30
_WHAT = "working days in each section"
#: The opacity of boxes, and the part of ink of dots beyond their whiskers.
_BOX, _DOT = 0.3, 0.5
#: The part of the width that boxes have beside names, and that a tick needs in heights.
_BOXES, _TICK = 0.45, 2.6
#: Letters that a name of a project has at least.
_SHORTEST = 6
#: The fewest sections of which one is named as the longest.
_FEWEST = 2
#: The visits without which a section is not named, if others have as many.
_ENOUGH = 5
_SCALE_NOTE = "boxes: half of the visits that have ended; scale logarithmic from 1 day on"
#: Columns that are read where they exist.
_OPTIONAL = ("section_order", "leave", "is_completed")


def section_times(
    times: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many working days tasks stay in each section, as boxes.

    Parameters
    ----------
    times
        What ``rollups.section_times`` returns: ``project_gid``, ``project_name``,
        ``section_gid``, ``section_name``, ``enter``, ``is_current``, ``days_working``.
    order
        Sections (gids or names) in the order in which tasks go through them; others follow. By
        default, by ``section_order`` where it is known, else in the order in which they were first
        entered.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the sections need otherwise.

    Returns
    -------
    Axes
        The first section at the top. Boxes show visits that have ended, as in a Tukey box plot:
        quartiles, median, whiskers up to one and a half box lengths, and dots beyond; the scale is
        linear up to one day and logarithmic from there on. At the right are the numbers of these
        visits and of the tasks that are still there. Sections of several projects are named with
        their project. Visits of tasks that came completed do not count. Visits that are not
        certain do; leave them out with ``times[times["is_certain"]]``. The subtitle names the
        section with the longest median, which is always drawn, among those with at least five
        visits; if none has, those with the most visits. There is none for fewer than two such
        sections.

    Raises
    ------
    InvalidArgument
        A column is missing, ``order`` names a section that is not in the frame, or ``ax``,
        ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["project_gid", "project_name", *SECTION, "enter", "is_current", "days_working"]
    columns = times.columns if isinstance(times, pd.DataFrame) else ()
    needed += [name for name in _OPTIONAL if name in columns]
    times = read_input(times, needed, chart="section_times", ax=ax, titles=titles, has_rows=True)
    if {"is_completed", "leave"} <= {*times.columns}:
        times = times[~is_true(times["is_completed"] & (times["enter"] == times["leave"]))]
    # The sections of a project stay together; projects are in the order of their first visits.
    first = times.groupby("project_gid", dropna=False)["enter"].transform("min")
    place = times.get("section_order", pd.Series(pd.NA, index=times.index, dtype="Int64"))
    order_of = ["_first", "project_gid", "_place", "enter", "section_gid"]
    rows = times.assign(_first=first, _place=place).sort_values(order_of, ignore_index=True)
    is_one = rows["project_gid"].nunique(dropna=False) <= 1
    if ax is None:
        count = len(rows[["project_gid", "section_gid"]].drop_duplicates())
        ax = new_axes(height=0.4 * min(count, _MOST_BOXES) + 1.9)
    stated = _state_project(times, rows) if is_one else times
    if rows.empty:
        set_heading(ax, stated, _WHAT, titles)
        return draw_empty(ax, "No visits")
    labels = _label_sections(rows, max_name_length(ax), is_one)
    names = order_sections(rows, labels, order)
    ended = _list_ended(rows, labels, names)
    fits = count_fitting_rows(ax, _MOST_BOXES, reserved=0.8)
    named = find_named(_measure_medians(ended))
    drawn = [names[at] for at in select_branches([0] * len(names), fits, named)]
    whole = dict(zip(labels, _label_sections(rows, LONGEST_NAME, is_one), strict=True))
    _draw_boxes(ax, rows, labels, {name: ended[name] for name in drawn})
    set_heading(
        ax,
        stated,
        _WHAT,
        titles,
        finding=_name_longest({whole[name]: days for name, days in ended.items()}),
        notes=[count_hidden(len(names) - len(drawn), "section"), _SCALE_NOTE],
    )
    return make_room(ax)


def _state_project(times: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return an empty frame that says what a table of one project is about."""
    stated = copy_attrs_as_of(times)
    names = rows["project_name"].dropna()
    if len(names):
        stated.attrs["subject"] = str(names.iloc[0])
    return stated


def _label_sections(rows: pd.DataFrame, longest: int, is_one: bool) -> pd.Series:
    """Return labels of sections; of several projects, with these, which are shortened first."""
    if is_one:
        return unique_labels(rows, SECTION, longest)
    sections = rows["section_name"].map(format_value)
    projects = rows["project_name"].map(format_value)
    names = [
        f"{cut_name(project, max(_SHORTEST, longest - len(section) - 3))} · {section}"
        for project, section in zip(projects, sections, strict=True)
    ]
    # The sections of files have no gids; one of a project that has none is told by its names.
    gids = rows["project_gid"].astype("string") + "/" + rows["section_gid"].astype("string")
    return unique_labels(rows.assign(section_gid=gids, section_name=names), SECTION, longest)


def _list_ended(rows: pd.DataFrame, labels: pd.Series, names: Sequence[str]) -> dict[str, Numbers]:
    """Return the working days of the visits of each section that have ended."""
    days = rows["days_working"].astype("float64")
    known = ~is_true(rows["is_current"]) & days.notna()
    found = {name: part.to_numpy() for name, part in days[known].groupby(labels[known])}
    return {name: found.get(name, np.array([])) for name in names}


def _measure_medians(ended: Mapping[str, Numbers]) -> Numbers:
    """Return the median of each section that has enough visits to be named; NaN for others.

    All are NaN where fewer than two have.
    """
    enough = max(1, min(_ENOUGH, max(map(len, ended.values()), default=0)))
    known = [len(days) >= enough for days in ended.values()]
    medians = [
        float(np.median(days)) if is_known and sum(known) >= _FEWEST else np.nan
        for days, is_known in zip(ended.values(), known, strict=True)
    ]
    return np.array(medians, dtype="float64")


def _name_longest(ended: Mapping[str, Numbers]) -> str:
    """Return a sentence on the section with the longest median of visits that have ended."""
    medians = _measure_medians(ended)
    if np.isnan(medians).all():
        return ""
    name, days = name_leaders(ended, medians), format_tenths(float(np.nanmax(medians)))
    if find_leaders(medians).sum() > 1:
        return f"Longest: {name}, {days} working days (median)."
    count = len(ended[name])
    return f"Longest: {name}, {days} working days (median of {count_noun(count, 'visit')})."


def _draw_boxes(
    ax: Axes, rows: pd.DataFrame, labels: pd.Series, ended: Mapping[str, Numbers]
) -> None:
    is_current = is_true(rows["is_current"])
    present = [int((is_current & (labels == name)).sum()) for name in ended]
    places = list(range(len(ended)))
    colour = shade(ax, SERIES[0])
    ax.boxplot(
        list(ended.values()),
        **_horizontal_option(ax),
        positions=places,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": (colour, _BOX), "edgecolor": colour, "linewidth": 1},
        whiskerprops={"color": colour},
        capprops={"color": colour},
        medianprops={"color": mix_ink(ax), "linewidth": 1.8},
        flierprops={"marker": ".", "markersize": 3, "markeredgecolor": mix_ink(ax, _DOT)},
    )
    set_plain_style(ax, grid="x")
    label_rows(ax, list(ended))
    longest = max((float(days.max()) for days in ended.values() if len(days)), default=1.0)
    set_days_scale(ax.xaxis, longest, room=_TICK * font_size(ax) / 72 / (_BOXES * axes_width(ax)))
    is_wide = axes_width(ax) >= WIDE
    ax.set_xlabel("Working days", fontsize=font_size(ax) + 1)
    for place, values, count in zip(places, ended.values(), present, strict=True):
        visits = count_noun(len(values), "visit") if is_wide else f"{len(values):,}"
        now = f", {count:,} {'there ' if is_wide else ''}now" if count else ""
        write_beside_axes(ax, f"{visits}{now}", place, color=mix_ink(ax, QUIET_TEXT))


def _horizontal_option(ax: Axes) -> dict[str, Any]:
    """Return the option for horizontal boxes, which has another name before matplotlib 3.10."""
    is_known = "orientation" in signature(ax.boxplot).parameters
    return {"orientation": "horizontal"} if is_known else {"vert": False}
