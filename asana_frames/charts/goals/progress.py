"""Bar chart of goal progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.axes import (
    WIDE,
    axes_width,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.labels import format_value, shorten_name
from asana_frames.charts.shared.rows import OPTIONAL_KINDS, mark_expected
from asana_frames.charts.shared.statuses import goal_status_look
from asana_frames.frames.list_cells import read_lists

if TYPE_CHECKING:
    from matplotlib.axes import Axes

By = Literal["parent", "period"]
#: Inches of a row.
ROW_HEIGHT = 0.36
#: The end of the axis, in percent: beyond 100 is room for the labels of full bars.
_AXIS_END = 165
#: Where these labels begin.
_LABEL_START = 103


class ProgressRow(NamedTuple):
    """A row of the chart: a goal, or the heading of a group when it has no row number."""

    name: str
    number: int | None
    #: A goal whose name is that of a group.
    is_heading: bool = False


def goal_progress(progress: pd.DataFrame, *, by: By | None = None, ax: Axes | None = None) -> Axes:
    """Draw one bar per goal, from 0 to 100 % of the way to its target.

    Parameters
    ----------
    progress
        What ``rollups.goal_progress`` returns: ``name``, ``status`` and ``progress``; a mark shows
        ``expected`` and the label shows ``ahead`` if these columns exist.
    by
        ``"parent"`` groups the goals by the first they support, ``"period"`` by their time period.
    ax
        Where to draw; a new figure as high as the goals need otherwise.

    Returns
    -------
    Axes
        Goals sorted by progress, the highest at the top, coloured by status, which the label
        names as well. Goals without progress are named at the bottom without a bar; bars beyond 0
        or 100 % end at the edge and keep their number.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``by`` is unknown.
    """
    needed = ["name", "status", "progress", *_group_columns(by)]
    progress = read_input(progress, needed, chart="goal_progress", ax=ax, kinds=OPTIONAL_KINDS)
    goals = progress.reset_index(drop=True)
    rows = _order_rows(goals, by)
    if ax is None:
        ax = new_axes(height=ROW_HEIGHT * len(rows) + 1.6)
    if goals.empty:
        return draw_empty(ax, "No goals")
    return draw_progress_bars(ax, goals, rows, "Goal progress")


def _group_columns(by: By | None) -> list[str]:
    columns: dict[str | None, list[str]] = {
        "parent": ["parent_names"],
        "period": ["time_period_display_name"],
        None: [],
    }
    check_choice(by, columns, name="by")
    return columns[by]


def _order_rows(goals: pd.DataFrame, by: By | None) -> list[ProgressRow]:
    """Return the rows from the bottom up: lowest progress first, by group if there are any."""
    ordered = goals.sort_values("progress", na_position="first", kind="stable")
    numbers = [int(number) for number in ordered.index]
    names = map(format_value, ordered["name"])
    rows = [ProgressRow(name, number) for name, number in zip(names, numbers, strict=True)]
    if by is None:
        return rows
    groups = _goal_groups(goals, by)
    grouped: list[ProgressRow] = []
    for group in reversed(groups.drop_duplicates().tolist()):
        grouped += [row for row, at in zip(rows, numbers, strict=True) if groups[at] == group]
        grouped.append(ProgressRow(str(group), None))
    return grouped


def _goal_groups(goals: pd.DataFrame, by: By) -> pd.Series[Any]:
    """Return the group of each goal; groups are in the order in which they are drawn."""
    if by == "parent":
        first = read_lists(goals["parent_names"]).str[0]
        return first.map(format_value, na_action="ignore").fillna("At the top")
    periods = goals["time_period_display_name"].map(format_value)
    columns = [name for name in ("start_on", "due_on") if name in goals]
    order = goals.sort_values(columns, kind="stable").index if columns else goals.index
    return periods.loc[order]


def draw_progress_bars(
    ax: Axes,
    goals: pd.DataFrame,
    rows: Sequence[ProgressRow],
    title: str,
    *,
    notes: Sequence[str] = (),
    labels: Sequence[str] | None = None,
    axis_end: int = _AXIS_END,
) -> Axes:
    """Draw the rows from the bottom up: goals with a bar, headings in bold.

    ``labels`` are the texts beside the bars, one per goal; progress and status if not given.
    ``axis_end`` is where the axis ends, in percent, so that they fit.
    """
    places = {row.number: place for place, row in enumerate(rows) if row.number is not None}
    ordered = goals.loc[list(places)]
    at = np.array(list(places.values()))
    percent = ordered["progress"].astype("float64").mul(100).fillna(0).clip(0, 100)
    colours = [goal_status_look(status).colour for status in ordered["status"]]
    ax.barh(at, percent, color=colours, height=0.7)
    given = pd.Series(_progress_labels(goals) if labels is None else labels, index=goals.index)
    for place, label in zip(at, given.loc[list(places)], strict=True):
        # All start at the same position, where no mark crosses them.
        ax.text(_LABEL_START, place, label, va="center", fontsize=font_size(ax))
    if "expected" in ordered:
        mark_expected(ax, at, 100 * column_numbers(ordered, "expected"))
    longest = max_name_length(ax)
    ax.set_yticks(range(len(rows)), [shorten_name(row.name, longest) for row in rows])
    for tick_label, row in zip(ax.get_yticklabels(), rows, strict=True):
        is_bold = row.number is None or row.is_heading
        tick_label.set_fontweight("bold" if is_bold else "normal")
    ax.tick_params(axis="y", length=0, labelsize=font_size(ax) + 1)
    ax.set(xlim=(0, axis_end), xticks=percent_ticks(ax), xlabel="Progress (%)")
    ax.set_ylim(-0.6, len(rows) - 0.4)
    set_title(ax, title, notes)
    ax.spines[["top", "right"]].set_visible(False)
    return make_room(ax)


def percent_ticks(ax: Axes) -> range:
    """Return as many ticks from 0 to 100 % as axes have room for."""
    return range(0, 101, 20 if axes_width(ax) >= WIDE else 50)


def _progress_labels(goals: pd.DataFrame) -> list[str]:
    ahead = goals["ahead"] if "ahead" in goals else pd.Series(pd.NA, index=goals.index)
    kinds = goals["kind"] if "kind" in goals else pd.Series("goal", index=goals.index)
    columns = zip(goals["progress"], goals["status"], ahead, kinds, strict=True)
    return [_progress_label(*values) for values in columns]


def _progress_label(progress: Any, status: Any, ahead: Any, kind: Any = "goal") -> str:
    """Return progress and status as text.

    Examples
    --------
    >>> _progress_label(0.5, "red", -0.25), _progress_label(pd.NA, "green", pd.NA)
    ('50 %  off track, 25 points behind', 'no progress, on track')
    """
    if kind != "goal":
        return "" if pd.isna(progress) else f"{100 * float(progress):.0f} %  done"
    words = goal_status_look(status).words
    if pd.isna(progress):
        return f"no progress, {words}"
    points = 0.0 if pd.isna(ahead) else 100 * float(ahead)
    side = "ahead" if points > 0 else "behind"
    difference = f", {abs(points):.0f} points {side}" if abs(points) > 0.5 else ""
    return f"{100 * float(progress):.0f} %  {words}{difference}"
