"""The chart of how long tasks stay in each section."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.charts.shared.axes import (
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
    set_title,
    write_beside_axes,
    write_notes_below,
)
from asana_frames.charts.shared.colours import DARK, HATCH, SERIES
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.ink import MUTED, mix_ink
from asana_frames.charts.shared.labels import format_number, shorten_name, unique_labels
from asana_frames.charts.shared.sections import SECTION, order_sections
from asana_frames.rollups.shared.inputs import is_true

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The most sections that have a box; a note counts the others.
_MOST_BOXES = 30
_BOX = "#c5def4"
#: Columns that are read where they exist.
_OPTIONAL = ("section_order", "leave", "is_completed")


def section_times(
    times: pd.DataFrame, *, order: Sequence[str] | None = None, ax: Axes | None = None
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
        certain do; leave them out with ``times[times["is_certain"]]``.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``order`` names a section that is not in the frame.
    """
    needed = ["project_gid", "project_name", *SECTION, "enter", "is_current", "days_working"]
    columns = times.columns if isinstance(times, pd.DataFrame) else ()
    needed += [name for name in _OPTIONAL if name in columns]
    times = read_input(times, needed, chart="section_times", ax=ax)
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
        ax = new_axes(height=0.4 * min(count, _MOST_BOXES) + 1.5)
    project = rows["project_name"].dropna()[:1] if is_one else ()
    set_title(ax, " · ".join(["Time in sections", *map(shorten_name, project)]))
    if rows.empty:
        return draw_empty(ax, "No visits")
    keys = SECTION if is_one else ["project_name", *SECTION]
    labels = unique_labels(rows, keys, max_name_length(ax))
    names = order_sections(rows, labels, order)
    drawn = names[: count_fitting_rows(ax, _MOST_BOXES, reserved=0.6)]
    _draw_boxes(ax, rows, labels, drawn)
    write_notes_below(ax, [count_hidden(len(names) - len(drawn), "sections")], points=34)
    return make_room(ax)


def _draw_boxes(ax: Axes, rows: pd.DataFrame, labels: pd.Series, names: Sequence[str]) -> None:
    is_current = rows["is_current"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    days = rows["days_working"].astype("float64")
    ended = [days[~is_current & (labels == name)].dropna().to_numpy() for name in names]
    present = [int((is_current & (labels == name)).sum()) for name in names]
    places = list(range(len(names)))
    ax.boxplot(
        ended,
        **_horizontal_option(ax),
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
    set_plain_style(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    _set_long_scale(ax, max((float(values.max()) for values in ended if len(values)), default=1.0))
    is_wide = axes_width(ax) >= WIDE
    label = "Working days of visits that have ended (logarithmic from 1 on)"
    ax.set_xlabel(label if is_wide else "Working days", fontsize=font_size(ax) + 1)
    for place, values, count in zip(places, ended, present, strict=True):
        visits = f" visit{'' if len(values) == 1 else 's'}" if is_wide else ""
        now = f", {count:,} {'there ' if is_wide else ''}now" if count else ""
        write_beside_axes(ax, f"{len(values):,}{visits}{now}", place, color=mix_ink(ax, MUTED))


def _horizontal_option(ax: Axes) -> dict[str, Any]:
    """Return the option for horizontal boxes, which has another name before matplotlib 3.10."""
    is_known = "orientation" in signature(ax.boxplot).parameters
    return {"orientation": "horizontal"} if is_known else {"vert": False}


def _set_long_scale(ax: Axes, longest: float) -> None:
    """Scale days logarithmically from 1 on: most visits are short, and a few very long."""
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.5)
    longest = max(2.0, longest)
    ax.set_xlim(0, longest * 1.15)
    steps = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    ticks = [0, 0.5, *(step for step in steps if step <= longest)]
    if axes_width(ax) < WIDE:
        ticks = [tick for tick in ticks if tick in (0, 1, 10, 100, 1_000, 10_000)]
    ax.set_xticks(ticks, [format_number(tick) for tick in ticks])
    ax.minorticks_off()
