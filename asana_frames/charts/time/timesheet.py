"""Chart of a timesheet: the hours of each person and day of a week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    GREY,
    WIDE,
    annotate_right,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_title,
    write_beside_axes,
    write_notes_below,
)
from asana_frames.charts.shared.colours import DARK
from asana_frames.charts.shared.columns import column_numbers, read_input
from asana_frames.charts.shared.dates import format_day
from asana_frames.charts.shared.heat_map import NOTHING, draw_cells, fit_text_size, write_cells
from asana_frames.charts.shared.labels import format_number, shorten_name, unique_labels
from asana_frames.exceptions import InvalidArgument

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PERSONS = 60
#: Hours of the darkest cell, unless a day has more.
_FULL_DAY = 10.0
_SMALLEST_PRINT = 5.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Status of a timesheet -> colour.
_APPROVAL_COLOURS = {
    "draft": "#c9c9c9",
    "submitted": "#3f90da",
    "approved": "#1b7f5c",
    "rejected": "#b03060",
    "mixed": "#e0a100",
}


def timesheet(timesheet: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the hours of a week as a table of coloured cells, one row per person.

    Parameters
    ----------
    timesheet
        What ``rollups.timesheet`` returns: ``person_gid``, ``person_name``, a column per day
        that is named by its date (``2026-11-02``), ``total`` and ``approval_status``. A last row
        named Total, without a gid, is drawn as the sums.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons in the order of the frame, as many as can be read; a note counts the others. The
        sums stand outside the colours, and the approval status at the right in words too.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["person_gid", "person_name", "total", "approval_status"]
    timesheet = read_input(timesheet, needed, chart="timesheet", ax=ax)
    days = [column for column in timesheet.columns if _DAY.fullmatch(str(column))]
    if not days:
        raise InvalidArgument(
            "charts.timesheet needs a column per day, named by its date such as '2026-11-02'."
        )
    timesheet = timesheet.reset_index(drop=True)
    is_total = _is_total_row(timesheet)
    persons = timesheet[~is_total]
    if ax is None:
        ax = new_axes(height=0.3 * min(len(timesheet), _MOST_PERSONS + 1) + 1.3)
    if persons.empty:
        return draw_empty(ax, "No timesheets")
    # One line is kept for the totals.
    drawn = persons.head(max(1, count_fitting_rows(ax, _MOST_PERSONS + 1, reserved=0.2) - 1))
    texts = _day_texts(drawn, days)
    totals = _day_texts(timesheet[is_total], [*days, "total"])
    size = fit_text_size(ax, [*texts, *totals], len(days) + 2) or _SMALLEST_PRINT
    _draw_days(ax, drawn, days, texts, size)
    _write_totals(ax, drawn, totals, len(days), size)
    _write_approvals(ax, drawn["approval_status"], len(days))
    first, last = (format_day(pd.Timestamp(day)) for day in (min(days), max(days)))
    set_title(ax, f"Timesheet in hours, {first} to {last}")
    write_notes_below(ax, [count_hidden(len(persons) - len(drawn))])
    return make_room(ax)


def _is_total_row(timesheet: pd.DataFrame) -> pd.Series:
    """Return which row has the totals: the last, if it is named so and is not a person."""
    is_last = pd.Series(np.arange(len(timesheet)) == len(timesheet) - 1, index=timesheet.index)
    is_named = timesheet["person_name"].eq("Total").fillna(False).astype(bool)
    return is_last & is_named & timesheet["person_gid"].isna()


def _draw_days(
    ax: Axes,
    persons: pd.DataFrame,
    days: Sequence[str],
    texts: Sequence[Sequence[str]],
    size: float,
) -> None:
    from matplotlib.colors import Normalize

    values = np.asarray(persons[list(days)].astype("float64"), dtype="float64")
    # A fixed scale: a short day is pale even in a week of short days.
    norm = Normalize(0, max(_FULL_DAY, float(np.nanmax(values, initial=0.0))), clip=True)
    edges = np.arange(-0.5, len(days), dtype="float64")
    mesh = draw_cells(ax, np.nan_to_num(values), edges, colours="Blues", norm=norm)
    write_cells(ax, mesh, np.nan_to_num(values), texts, range(len(days)), size=size)
    separator = " " if axes_width(ax) >= WIDE else "\n"
    dates = [pd.Timestamp(day) for day in days]
    labels = [f"{_WEEKDAYS[date.weekday()]}{separator}{date.day}" for date in dates]
    ax.xaxis.tick_top()
    ax.set_xticks([*range(len(days)), len(days) + 0.1], [*labels, "Total"])
    ax.set_xlim(-0.5, len(days) + 0.9)


def _day_texts(rows: pd.DataFrame, columns: Sequence[str]) -> list[list[str]]:
    numbers = rows[list(columns)].astype("float64").to_numpy()
    return [[_format_hours(value) for value in row] for row in numbers]


def _format_hours(value: float) -> str:
    return NOTHING if np.isnan(value) or value == 0 else format_number(value)


def _write_totals(
    ax: Axes, persons: pd.DataFrame, totals: Sequence[Sequence[str]], width: int, size: float
) -> None:
    """Write the totals of persons beside the cells, and those of days, if any, below them."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "weight": "bold"}
    for row, value in enumerate(column_numbers(persons, "total")):
        ax.text(width + 0.1, row, _format_hours(value), **style)
    names = list(unique_labels(persons, ["person_gid", "person_name"], max_name_length(ax)))
    places = [float(row) for row in range(len(names))]
    below = len(names) + 0.1
    for texts in totals:
        names, places = [*names, "Total"], [*places, below]
        for place, text in zip([*range(width), width + 0.1], texts, strict=True):
            ax.text(place, below, text, **style)
        ax.set_ylim(below + 0.5, -0.5)
    ax.set_yticks(places, names)


def _write_approvals(ax: Axes, statuses: pd.Series, width: int) -> None:
    """Write the approval status of each person to the right of the axes."""
    heading: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (4, 3.5), "va": "bottom"}
    annotate_right(ax, "Approval", (1.0, 1.0), **heading)
    texts = statuses.astype(object).where(statuses.notna(), "no status")
    colours = {row: _APPROVAL_COLOURS.get(text) for row, text in enumerate(texts)}
    for (row, colour), text in zip(colours.items(), texts, strict=True):
        style = {"color": DARK if colour else GREY}
        write_beside_axes(ax, shorten_name(text, 14), row, points=4, **style)
    known = {row: colour for row, colour in colours.items() if colour}
    if known:
        places = [width + 0.8] * len(known)
        swatches = list(known.values())
        ax.scatter(places, list(known), c=swatches, marker="s", s=font_size(ax) * 5)
