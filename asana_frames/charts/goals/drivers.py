"""Chart of what goals that are behind depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.charts.goals.progress import ROW_HEIGHT, ProgressRow, label_goal_rows
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    WIDE,
    annotate_right,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_scale,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    remove_grid,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import shade
from asana_frames.charts.shared.labels import find_leaders, format_value, unique_labels
from asana_frames.charts.shared.rows import OPTIONAL_KINDS, label_rows, select_branches
from asana_frames.display.sentences import format_points, format_share
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "what the goals depend on"
_MOST_ROWS = 60


class _Row(NamedTuple):
    """A goal as a heading, or one of its drivers."""

    name: str
    owed: float
    label: str
    is_heading: bool
    #: Identifies the goal or driver among those of the same name, if it is known.
    gid: Any = None


def goal_drivers(
    drivers: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what goals depend on, by how much of their progress it lacks.

    Parameters
    ----------
    drivers
        What ``rollups.goal_drivers`` returns: ``goal_gid``, ``goal_name``, ``ahead``,
        ``driver_name``, ``kind``, ``progress``, ``weight`` and ``owed``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        Goals in bold, each followed by what it depends on, in the order given, at most 60 rows,
        the one that the subtitle names among them.
        The bar is the progress of the goal that a driver lacks, in percentage points; the label
        has the progress of the driver and its weight (on narrow axes the former alone). What does
        not count for the goal's progress is left out, and counted in a note. The subtitle names
        the driver whose goal lacks most progress because of it (the greatest ``owed``).

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = [
        *("goal_gid", "goal_name", "ahead", "driver_name", "kind"),
        *("progress", "weight", "owed"),
    ]
    titles = Titles(title, subtitle)
    drivers = read_input(
        drivers,
        needed,
        chart="goal_drivers",
        ax=ax,
        kinds=OPTIONAL_KINDS,
        titles=titles,
        has_rows=True,
    )
    counted = drivers[(drivers["weight"] > 0).fillna(False).to_numpy(dtype=bool)]
    rows = _list_rows(counted.reset_index(drop=True), is_wide=ax is None or axes_width(ax) >= WIDE)
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * min(len(rows), _MOST_ROWS) + 1.6)
    if not rows:
        set_heading(ax, drivers, _WHAT, titles)
        return draw_empty(ax, "No goals that are behind" if drivers.empty else "Nothing counts")
    drawn = _select_rows(rows, count_fitting_rows(ax, _MOST_ROWS, reserved=1.0))
    _draw_rows(ax, drawn[::-1])
    idle = len(drivers) - len(counted)
    idle_note = f"+ {idle} that support a goal without counting for its progress" if idle else ""
    notes = [count_hidden(len(rows) - len(drawn)), idle_note]
    finding = _name_greatest(counted.reset_index(drop=True))
    set_heading(ax, drivers, _WHAT, titles, finding=finding, notes=notes)
    return make_room(ax)


def _name_greatest(drivers: pd.DataFrame) -> str:
    """Return what holds a goal back the most, in a sentence."""
    owed = np.nan_to_num(column_numbers(drivers, "owed"))
    if not (owed > TINY).any():
        return ""
    both = {
        end: [*drivers[f"goal_{end}"], *drivers.get(f"driver_{end}", [None] * len(drivers))]
        for end in ("gid", "name")
    }
    labels = unique_labels(pd.DataFrame(both), ["gid", "name"], LONGEST_NAME).tolist()
    goals, names = labels[: len(drivers)], labels[len(drivers) :]
    pairs = [f"{name} holds {goal}" for name, goal in zip(names, goals, strict=True)]
    first, *others = [pair for pair, leads in zip(pairs, find_leaders(owed), strict=True) if leads]
    alike = f"; {len(others)} more as much" if others else ""
    return f"{first} back the most: by {format_points(100 * float(owed.max()))}{alike}."


def _select_rows(rows: list[_Row], most: int) -> list[_Row]:
    """Return the rows that fit, in their order; the driver that the finding names is one."""
    owed = np.array([row.owed for row in rows])
    first = np.flatnonzero(find_leaders(owed))[:1].tolist() if (owed > TINY).any() else []
    return [rows[at] for at in select_branches([not r.is_heading for r in rows], most, first)]


def _list_rows(drivers: pd.DataFrame, *, is_wide: bool) -> list[_Row]:
    """Return the rows from the top down; without weights in their labels unless ``is_wide``."""
    rows: list[_Row] = []
    columns = (drivers[c] for c in ("goal_gid", "goal_name", "ahead"))
    gids = drivers.get("driver_gid", [None] * len(drivers))
    rest = (drivers[c] for c in ("driver_name", "kind", "progress", "weight", "owed"))
    last: object = None
    for gid, name, ahead, own, driver, *cells in zip(*columns, gids, *rest, strict=True):
        key = name if pd.isna(gid) else gid
        if key != last:
            rows.append(_Row(format_value(name), 0.0, _describe_goal(ahead), True, gid))
            last = key
        row = _describe_driver(driver, *cells)._replace(gid=own)
        rows.append(row if is_wide else row._replace(label=row.label.partition(",")[0]))
    return rows


def _describe_goal(ahead: Any) -> str:
    if pd.isna(ahead):
        return ""
    points = 100 * float(ahead)
    return f"{format_points(points)} {'behind' if points <= 0 else 'ahead'}"


def _describe_driver(name: Any, kind: Any, progress: Any, weight: Any, owed: Any) -> _Row:
    sign = "" if format_value(kind) == "goal" else f"[{format_value(kind)}] "
    done = "no progress" if pd.isna(progress) else f"{format_share(progress)} done"
    part = f"{format_share(weight)} of the goal"
    shown = f"{sign}{format_value(name)}"
    return _Row(shown, 0.0 if pd.isna(owed) else float(owed), f"{done}, {part}", is_heading=False)


def _draw_rows(ax: Axes, rows: list[_Row]) -> None:
    places = np.arange(len(rows))
    lacks = np.array([100 * row.owed for row in rows])
    ax.barh(places, lacks, height=0.62, color=shade(ax, SERIES[0]))
    for place, row in enumerate(rows):
        annotate_right(ax, row.label, (float(lacks[place]), place))
    longest = max_name_length(ax)
    named = [ProgressRow(r.name, None, gid=r.gid, depth=int(not r.is_heading)) for r in rows]
    remove_grid(ax)
    label_rows(ax, label_goal_rows(named, longest), upwards=True)
    for label, row in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row.is_heading else "normal")
    # Room for the label of the longest bar.
    ax.set_xlim(0, max(1.0, 1.9 * float(lacks.max())))
    is_wide = axes_width(ax) >= WIDE * font_scale()
    what = "Progress that the goal lacks (points)" if is_wide else "Points lacking"
    ax.set_xlabel(what, fontsize=font_size(ax) + 1)
