"""Chart of the tasks that are due, by person and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.axes import (
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.columns import read_input, sort_dated
from asana_frames.charts.shared.dates import fill_periods, find_step, unique_days
from asana_frames.charts.shared.heat_map import NOTHING, draw_periods
from asana_frames.charts.shared.labels import format_number, unique_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["tasks", "hours"]
#: Quantity shown -> the title.
_TITLES = {"tasks": "Open tasks by due date", "hours": "Estimated hours by due date"}
_MOST_PERSONS = 40


def load(load: pd.DataFrame, *, show: Show = "tasks", ax: Axes | None = None) -> Axes:
    """Draw the work due for each person in each period, as coloured cells.

    Parameters
    ----------
    load
        What ``rollups.load`` returns: ``person_gid``, ``person_name``, ``period``, and the column
        that is shown.
    show
        ``"tasks"``, or ``"hours"``, the estimated ones.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        The people with most work are at the top, at most 40; a note counts the others and the
        tasks without a due date. A colour bar replaces the numbers if they do not fit.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``show`` is unknown.
    """
    check_choice(show, _TITLES, name="show")
    load = read_input(load, ["person_gid", "person_name", "period", show], chart="load", ax=ax)
    rows = sort_dated(load, "period")
    if ax is None:
        persons = len(rows[["person_gid", "person_name"]].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 1.8)
    undated = float(load[show].sum()) - float(rows[show].sum())
    undated_note = f"+ {format_number(undated)} {show} without a due date" if undated else ""
    if rows.empty:
        set_title(ax, _TITLES[show], [undated_note])
        return draw_empty(ax, "No tasks with a due date")
    labels = unique_labels(rows, ["person_gid", "person_name"], max_name_length(ax))
    sums = rows[show].astype("float64").groupby([labels, rows["period"]]).sum().unstack()
    order = sums.sum(axis=1).sort_values(ascending=False, kind="stable").index
    drawn = order[: count_fitting_rows(ax, _MOST_PERSONS, reserved=0.6)]
    _draw_load(ax, sums.reindex(drawn), show)
    set_title(ax, _TITLES[show], [undated_note, count_hidden(len(order) - len(drawn), "persons")])
    return make_room(ax)


def _draw_load(ax: Axes, sums: pd.DataFrame, show: Show) -> None:
    from matplotlib.colors import Normalize
    from matplotlib.ticker import MaxNLocator

    known_days = unique_days(sums.columns.to_series())
    step = find_step(known_days)
    days = fill_periods(known_days, step)
    table = sums.reindex(columns=days.astype("datetime64[us]"), fill_value=0).fillna(0)
    values = table.to_numpy("float64")
    draw_periods(
        ax,
        values,
        [[format_number(value) if value else NOTHING for value in row] for row in values],
        days,
        step,
        colours="Blues",
        norm=Normalize(0, max(1.0, float(values.max()))),
        scale={"label": show.capitalize(), "ticks": MaxNLocator(integer=True)},
    )
    ax.set_yticks(range(len(table)), list(table.index))
