"""Charts of tracked hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

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
    Numbers,
    Step,
    days_of,
    filled,
    in_words,
    period_axis,
    places_of,
    step_of,
)
from asana_frames.charts.shared.heat_map import NOTHING, cells, fitting_size, write
from asana_frames.charts.shared.labels import heading, labelled, number
from asana_frames.charts.shared.stacked_bars import FEW_POINTS, Look, stacked_bars
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import require_columns

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Kind = Literal["bar", "line"]
_TITLE = "Tracked hours"
#: Bars of totals; the rest is one more.
_MOST_BARS = 30
_MOST_PERSONS = 60
#: Hours that are as dark as the scale goes, unless a day has more.
_FULL_DAY = 10.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Status of a timesheet -> colour.
APPROVAL = {
    "draft": "#c9c9c9",
    "submitted": "#3f90da",
    "approved": "#1b7f5c",
    "rejected": "#b03060",
    "mixed": "#e0a100",
}


def hours(hours: pd.DataFrame, *, kind: Kind = "bar", ax: Axes | None = None) -> Axes:
    """Draw tracked hours per period, or their totals if there are no periods.

    Parameters
    ----------
    hours
        What ``rollups.hours`` returns: ``hours``, mostly ``entered_on`` (the first day of a
        period), and the keys, which are all other columns. Of a pair like ``person_gid``,
        ``person_name`` the gid identifies and the name is shown.
    kind
        ``"bar"`` stacks the series of a period, ``"line"`` draws each from period to period; a
        period without a row is 0. Totals are bars always.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        With periods: the largest series at the bottom of the stack and first in the legend; what
        is beyond ten is "other". Hours without a day are named under the title. Without periods:
        a bar per series, the largest at the top; what is beyond thirty is "other".

    Raises
    ------
    InvalidArgument
        ``hours`` is missing, or ``kind`` is unknown.
    """
    require_columns(hours, ["hours"], what="charts.hours")
    if kind not in _KINDS:
        raise InvalidArgument(f"kind= takes {' or '.join(_KINDS)}, not {kind!r}.")
    keys = [column for column in hours.columns if column not in ("hours", "entered_on")]
    draw = _over_time if "entered_on" in hours.columns and not hours.empty else _totals
    return draw(hours.reset_index(drop=True), keys, kind, ax)


def _over_time(hours: pd.DataFrame, keys: Sequence[str], kind: Kind, ax: Axes | None) -> Axes:
    if ax is None:
        ax = new_axes(height=4.2)
    amounts = hours["hours"].astype("float64").fillna(0)
    is_dated = hours["entered_on"].notna()
    undated = float(amounts[~is_dated].sum())
    titled(ax, _TITLE, [f"+ {number(undated)} h without a date"] if undated else [])
    if not is_dated.any():
        return empty(ax, "No hours with a date")
    days = days_of(hours["entered_on"])
    step = step_of(days)
    table = _table(hours.assign(hours=amounts)[is_dated], keys, step, longest_name(ax, 28))
    drawn = _KINDS[kind](ax, table, step)
    plain(ax, grid="y")
    ax.set_ylabel("Hours", fontsize=font_size(ax) + 1)
    if keys:
        # In the legend as much as in a title, an underscore or a dollar is a letter.
        legend_beside(ax, drawn, list(table.columns), title=shortened(heading(keys)))
    return made_room(ax)


def _table(hours: pd.DataFrame, keys: Sequence[str], step: Step, longest: int) -> pd.DataFrame:
    """Return one column per series, the largest first, and one row per period, none left out."""
    labels = labelled(hours, keys, longest)
    names = _largest(hours["hours"].groupby(labels).sum(), len(SERIES))
    starts = hours["entered_on"].astype("datetime64[us]")
    sums = hours["hours"].groupby([starts, labels.map(names)]).sum().unstack(fill_value=0)
    days = filled(days_of(starts), step).astype("datetime64[us]")
    return sums.reindex(index=days, columns=list(dict.fromkeys(names.values())), fill_value=0.0)


def _largest(totals: pd.Series, most: int) -> dict[str, str]:
    """Return series -> what it is drawn as, the largest first; beyond ``most`` they are other."""
    ordered = list(totals.sort_index().sort_values(ascending=False, kind="stable").index)
    rest = ordered[most:]
    return {name: name for name in ordered[:most]} | dict.fromkeys(rest, f"other ({len(rest)})")


def _looks(table: pd.DataFrame) -> list[Look]:
    """Return the colour and hatch of each series; an eleventh is "other"."""
    plain_ones = [(colour, "") for colour in SERIES]
    return [*plain_ones, (OTHER, OTHER_HATCH)][: len(table.columns)]


def _stacked(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    _places(ax, table, step)
    return stacked_bars(ax, table, step, _looks(table))


def _lines(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    places = _places(ax, table, step)
    drawn: list[Artist] = []
    for at, (colour, hatch) in enumerate(_looks(table)):
        drawn += ax.plot(
            places,
            table.to_numpy("float64")[:, at],
            color=HATCH if hatch else colour,
            linestyle=":" if hatch else "-",
            marker="o" if len(table) <= FEW_POINTS else "",
            markersize=4,
            # The largest is drawn last: smaller ones must not cut it up.
            zorder=3 - at / 100,
        )
    ax.margins(y=0.05)
    return drawn


_KINDS: dict[str, Callable[[Axes, pd.DataFrame, Step], list[Artist]]] = {
    "bar": _stacked,
    "line": _lines,
}


def _places(ax: Axes, table: pd.DataFrame, step: Step) -> Numbers:
    """Label the axis by the periods and return where they are on it."""
    days = table.index.to_numpy("datetime64[D]")
    period_axis(ax, days, step)
    places = places_of(days)
    # Few periods keep the width that bars of many have.
    middle, half = (places[0] + places[-1]) / 2, (places[-1] - places[0]) / 2
    half = max(half + 0.7 * step.days, 2.5 * step.days)
    ax.set_xlim(middle - half, middle + half)
    # Hours below 0 are odd; a line tells where they begin.
    if (table < 0).any(axis=None):
        ax.axhline(0, color="black", linewidth=0.8)
    return places


def _totals(hours: pd.DataFrame, keys: Sequence[str], _: Kind, ax: Axes | None) -> Axes:
    if ax is None:
        ax = new_axes(height=0.3 * min(len(hours), _MOST_BARS + 1) + 1.2)
    if hours.empty:
        return empty(ax, "No hours")
    labels = labelled(hours, keys, longest_name(ax))
    totals = hours["hours"].astype("float64").fillna(0).groupby(labels).sum()
    names = _largest(totals, rows_that_fit(ax, _MOST_BARS))
    order = list(dict.fromkeys(names.values()))
    drawn = totals.groupby(totals.index.map(names)).sum().reindex(order)
    is_other = [name not in totals.index for name in drawn.index]
    places = range(len(drawn))
    bars = ax.barh(places, drawn, height=0.72, color=SERIES[0])
    for bar in (bar for bar, other in zip(bars, is_other, strict=True) if other):
        bar.set(facecolor=OTHER, hatch=OTHER_HATCH, edgecolor=HATCH)
    texts = [number(value) for value in drawn]
    ax.margins(x=0.12, y=0.01)
    largest = float(drawn[[not other for other in is_other]].max())
    if is_other[-1] and drawn.iloc[-1] > 1.5 * largest > 0:
        texts[-1] = _cut(ax, len(drawn) - 1, texts[-1], largest)
    ax.bar_label(bars, labels=texts, padding=4, fontsize=font_size(ax))
    ax.set_yticks(places, list(drawn.index))
    ax.invert_yaxis()
    plain(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)
    ax.set_ylabel(shortened(heading(keys)), fontsize=font_size(ax) + 1)
    titled(ax, _TITLE)
    return made_room(ax)


def _cut(ax: Axes, row: int, text: str, largest: float) -> str:
    """End the bar of all others at the edge: whole, it would dwarf those that have a name."""
    ax.set_xlim(right=1.25 * largest)
    ax.text(
        1.22 * largest,
        row,
        f"{text} (bar is cut)",
        ha="right",
        va="center",
        fontsize=font_size(ax),
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )
    return ""


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
    require_columns(timesheet, needed, what="charts.timesheet")
    days = _days(timesheet)
    if not days:
        raise InvalidArgument("charts.timesheet needs the column(s) of days, named 2026-11-02.")
    timesheet = timesheet.reset_index(drop=True)
    is_sum = _is_sum(timesheet)
    persons = timesheet[~is_sum]
    if ax is None:
        ax = new_axes(height=0.3 * min(len(timesheet), _MOST_PERSONS + 1) + 1.3)
    if persons.empty:
        return empty(ax, "No timesheets")
    drawn = persons.head(max(1, rows_that_fit(ax, _MOST_PERSONS + 1, beside=0.2) - 1))
    sums = timesheet.loc[is_sum, [*days, "total"]].astype("float64").to_numpy()
    written = [[_amount(value) for value in row] for row in sums]
    size = fitting_size(ax, [*_texts(drawn, days), *written], len(days) + 2) or 5.0
    _sheet(ax, drawn, days, size)
    _sums(ax, drawn, written, size)
    _approvals(ax, drawn["approval_status"], len(days))
    first, last = (in_words(pd.Timestamp(day)) for day in (min(days), max(days)))
    titled(ax, f"Timesheet in hours, {first} to {last}")
    noted_below(ax, [f"… {len(persons) - len(drawn)} more"] if len(drawn) < len(persons) else [])
    return made_room(ax)


def _is_sum(timesheet: pd.DataFrame) -> pd.Series:
    """Return which row is the sum: the last, if it says so; a person may be called Total too."""
    is_last = pd.Series(np.arange(len(timesheet)) == len(timesheet) - 1, index=timesheet.index)
    says_so = timesheet["person_name"].eq("Total").fillna(False).astype(bool)
    return is_last & says_so & timesheet["person_gid"].isna()


def _sheet(ax: Axes, persons: pd.DataFrame, days: Sequence[str], size: float) -> None:
    from matplotlib.colors import Normalize

    values = np.asarray(persons[list(days)].astype("float64"), dtype="float64")
    # A short day stays pale even in a week of short days.
    norm = Normalize(0, max(_FULL_DAY, float(np.nanmax(values, initial=0.0))), clip=True)
    edges = np.arange(-0.5, len(days), dtype="float64")
    mesh = cells(ax, np.nan_to_num(values), edges, colours="Blues", norm=norm)
    write(ax, mesh, np.nan_to_num(values), _texts(persons, days), range(len(days)), size=size)
    between = " " if width_of(ax) >= 4.5 else "\n"
    starts = [pd.Timestamp(day) for day in days]
    labels = [f"{_WEEKDAYS[day.weekday()]}{between}{day.day}" for day in starts]
    ax.xaxis.tick_top()
    ax.set_xticks([*range(len(days)), len(days) + 0.1], [*labels, "Total"])
    ax.set_xlim(-0.5, len(days) + 0.9)


def _texts(persons: pd.DataFrame, days: Sequence[str]) -> list[list[str]]:
    numbers = persons[list(days)].astype("float64").to_numpy()
    return [[_amount(value) for value in row] for row in numbers]


def _amount(value: float) -> str:
    return NOTHING if np.isnan(value) or value == 0 else number(value)


def _sums(ax: Axes, persons: pd.DataFrame, sums: Sequence[Sequence[str]], size: float) -> None:
    """Write the sums of persons beside the cells, and those of days, if any, below them."""
    width = len(_days(persons))
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "weight": "bold"}
    for row, value in enumerate(persons["total"].astype("float64")):
        ax.text(width + 0.1, row, _amount(value), **look)
    names = list(labelled(persons, ["person_gid", "person_name"], longest_name(ax)))
    places = [float(row) for row in range(len(names))]
    below = len(names) + 0.1
    for texts in sums:
        names, places = [*names, "Total"], [*places, below]
        for place, text in zip([*range(width), width + 0.1], texts, strict=True):
            ax.text(place, below, text, **look)
        ax.set_ylim(below + 0.5, -0.5)
    ax.set_yticks(places, names)


def _days(timesheet: pd.DataFrame) -> list[str]:
    return [column for column in timesheet.columns if _DAY.fullmatch(str(column))]


def _approvals(ax: Axes, statuses: pd.Series, width: int) -> None:
    looks = [("", "no status") if pd.isna(s) else (APPROVAL.get(s, ""), s) for s in statuses]
    size = font_size(ax)
    # Outside the axes, so that the layout makes the room that the words need.
    _outside(ax, "Approval", -1, size)
    for row, (colour, words) in enumerate(looks):
        _outside(ax, shortened(words, 14), row, size, color=DARK if colour else GREY)
    rows = [row for row, (colour, _) in enumerate(looks) if colour]
    swatches = [colour for colour, _ in looks if colour]
    if swatches:
        ax.scatter([width + 0.8] * len(rows), rows, c=swatches, marker="s", s=size * 5)


def _outside(ax: Axes, text: str, row: int, size: float, **look: Any) -> None:
    is_head = row < 0
    ax.annotate(
        text,
        (1.0, 1.0 if is_head else row),
        xycoords="axes fraction" if is_head else ax.get_yaxis_transform(),
        xytext=(4, 3.5 if is_head else 0),
        textcoords="offset points",
        va="bottom" if is_head else "center",
        fontsize=size,
        **look,
    )
