"""Chart of a timesheet: the hours of each person and day of a week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.approval_colours import (
    find_approval_colour,
    is_approval_state,
)
from asana_frames.charts.shared.axes import (
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
    write_beside_axes,
)
from asana_frames.charts.shared.columns import read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.heat_map import (
    NOTHING,
    SMALLEST_PRINT,
    build_scale,
    draw_cells,
    fit_text_size,
    write_cells,
)
from asana_frames.charts.shared.ink import QUIET_TEXT, mix_ink
from asana_frames.charts.shared.labels import format_exact, shorten_name, unique_labels
from asana_frames.charts.shared.rows import name_rows
from asana_frames.display.sentences import format_day
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.periods import WEEKDAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Column beside the days -> its heading.
_HEADINGS = {"total": "Total", "expected_hours": "Expected"}
_MOST_PERSONS = 60
_WHAT = "hours by person and day"
#: The order in which statuses are told.
_STATUSES = ("rejected", "draft", "submitted", "approved", "mixed")
#: Hours of the darkest cell, unless a day has more.
_FULL_DAY = 10.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEKDAYS = tuple(day.title() for day in WEEKDAYS)


def timesheet(
    timesheet: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the hours of a week or of several as a table of coloured cells.

    Parameters
    ----------
    timesheet
        What ``rollups.timesheet`` returns: ``person_gid``, ``person_name``, a column per day
        that is named by its date (``2026-11-02``) or, of several weeks, by its weekday (``Mon``),
        ``total`` and ``approval_status``; ``expected_hours`` where it is known. The columns before
        the days are keys. A row named Total, without a gid, is drawn as the sums.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        The rows in the order of the frame, as many as can be read; a note counts the others. The
        sums and what is expected stand outside the colours, and the approval status at the right
        in words too. Totals are those of the rows that the table has. The subtitle gives the hours
        of these (of a table that was filtered, of how many), and counts them by status.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    timesheet, days = _read_timesheet(timesheet, ax, titles)
    is_total = _is_total_row(timesheet)
    persons = timesheet[~is_total]
    if ax is None:
        ax = new_axes(height=0.3 * min(len(timesheet), _MOST_PERSONS + 1) + 1.7)
    if persons.empty:
        set_heading(ax, timesheet, _WHAT, titles)
        return draw_empty(ax, "No timesheets")
    # One line is kept for the totals.
    drawn = persons.head(max(1, count_fitting_rows(ax, _MOST_PERSONS + 1, reserved=0.6) - 1))
    sums = _list_sums(timesheet)
    texts = _day_texts(drawn, days)
    beside = _day_texts(drawn, sums)
    # Added up here: those of a table that was filtered since are the totals of more rows.
    totals = _day_texts(_add_up(persons, [*days, *sums]), [*days, *sums]) if is_total.any() else []
    size = fit_text_size(ax, [*texts, *totals], len(days) + len(sums) + 1) or SMALLEST_PRINT
    _draw_days(ax, drawn, days, texts, size)
    _label_columns(ax, days, sums)
    _label_rows(ax, drawn, list(timesheet.columns[: timesheet.columns.get_loc(days[0])]))
    _write_totals(ax, beside, totals, len(days), size)
    _write_approvals(ax, drawn["approval_status"], len(days) + len(sums) - 1)
    set_heading(
        ax,
        timesheet,
        _WHAT,
        titles,
        finding=_summarise(persons, timesheet[is_total]),
        notes=[count_hidden(len(persons) - len(drawn), "row")],
        days=_find_days(timesheet, days),
    )
    return make_room(ax)


def _read_timesheet(
    timesheet: Any, ax: Axes | None, titles: Titles
) -> tuple[pd.DataFrame, list[str]]:
    """Return the table, its rows numbered from 0, and the names of the columns of days."""
    # Names such as "Mon" may be a user's own where they are not asked for.
    given = getattr(timesheet, "columns", ())
    used = [name for name in given if _is_day(name) or name in ("expected_hours", "period")]
    needed = ["person_gid", "person_name", *used, "total", "approval_status"]
    table = read_input(timesheet, needed, chart="timesheet", ax=ax, titles=titles, has_rows=True)
    days = [str(name) for name in table.columns if _is_day(name)]
    if not days:
        raise InvalidArgument(
            "charts.timesheet needs a column per day, named by its date such as '2026-11-02', or "
            "by its weekday such as 'Mon'."
        )
    return table.reset_index(drop=True), days


def _is_day(name: object) -> bool:
    return name in _WEEKDAYS or _DAY.fullmatch(str(name)) is not None


def _list_sums(timesheet: pd.DataFrame) -> list[str]:
    """Return the columns beside the days; what is expected only where it is known."""
    is_known = "expected_hours" in timesheet and timesheet["expected_hours"].notna().any()
    return ["total", *(["expected_hours"] if is_known else [])]


def _find_days(timesheet: pd.DataFrame, days: Sequence[str]) -> tuple[Any, Any] | None:
    """Return the first and the last day of a timesheet, if they are known."""
    if days[0] not in _WEEKDAYS:
        return min(days), max(days)
    weeks = timesheet["period"].dropna() if "period" in timesheet else pd.Series([])
    if weeks.empty:
        return None
    return weeks.min(), weeks.max() + pd.Timedelta(days=len(days) - 1)


def _add_up(persons: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return a row with the sums of columns; the sum of what is not known is missing."""
    return persons[columns].astype("float64").sum(min_count=1).to_frame().T


def _summarise(persons: pd.DataFrame, totals: pd.DataFrame) -> str:
    """Return a sentence with the hours of all rows, and how many have each status."""
    hours = float(persons["total"].astype("float64").sum())
    whole = float(totals["total"].astype("float64").max()) if len(totals) else np.nan
    is_part = not np.isnan(whole) and not np.isclose(hours, whole)
    total = f"of {format_exact(whole)} h" if is_part else "h in all"
    counts = persons["approval_status"].astype(object).value_counts()
    parts = [f"{counts[status]:,} {status}" for status in _STATUSES if status in counts]
    told = f"; timesheets: {', '.join(parts)}" if parts else ""
    return f"{format_exact(hours)} {total}{told}."


def _is_total_row(timesheet: pd.DataFrame) -> pd.Series:
    """Return which row has the totals: the last, if it is named so and is not a person."""
    is_named = timesheet["person_name"].eq("Total").fillna(False).astype(bool)
    is_total = is_named & timesheet["person_gid"].isna()
    if is_total.any() and not is_total.iloc[-1]:
        # It was sorted to another place, where the sums alone tell it from a person. Rows may
        # have been filtered out, so that it is more than the others.
        hours = timesheet["total"].astype("float64").fillna(0.0)
        is_total &= (2 * hours > hours.sum()) | np.isclose(2 * hours, hours.sum())
    return is_total & ~is_total[::-1].cumsum()[::-1].gt(1)


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
    mesh = draw_cells(ax, np.nan_to_num(values), edges, colours=build_scale(ax), norm=norm)
    write_cells(ax, mesh, np.nan_to_num(values), texts, range(len(days)), size=size)


def _label_columns(ax: Axes, days: Sequence[str], sums: Sequence[str]) -> None:
    separator = " " if axes_width(ax) >= WIDE * font_scale() else "\n"
    labels = [_label_day(day, separator) for day in days]
    places = [len(days) + 0.1 + at for at in range(len(sums))]
    ax.xaxis.tick_top()
    ax.set_xticks([*range(len(days)), *places], [*labels, *(_HEADINGS[name] for name in sums)])
    ax.set_xlim(-0.5, places[-1] + 0.8)


def _label_day(day: str, separator: str) -> str:
    if day in _WEEKDAYS:
        return day
    date = pd.Timestamp(day)
    return f"{_WEEKDAYS[date.weekday()]}{separator}{date.day}"


def _label_rows(ax: Axes, rows: pd.DataFrame, keys: list[str]) -> None:
    shown = rows
    if "period" in keys:
        dated = rows["period"].map(
            lambda day: "" if pd.isna(day) else format_day(pd.Timestamp(day))
        )
        shown = rows.assign(period=dated)
    names = unique_labels(shown, keys, max_name_length(ax))
    name_rows(ax, range(len(names)), list(names))


def _day_texts(rows: pd.DataFrame, columns: Sequence[str]) -> list[list[str]]:
    numbers = rows[list(columns)].astype("float64").to_numpy()
    return [[_format_hours(value) for value in row] for row in numbers]


def _format_hours(value: float) -> str:
    return NOTHING if np.isnan(value) or value == 0 else format_exact(value)


def _write_totals(
    ax: Axes,
    beside: Sequence[Sequence[str]],
    totals: Sequence[Sequence[str]],
    width: int,
    size: float,
) -> None:
    """Write the sums of rows beside the cells, and those of columns, if any, below them."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size}
    for row, texts in enumerate(beside):
        for at, text in enumerate(texts):
            ax.text(width + 0.1 + at, row, text, weight="normal" if at else "bold", **style)
    below = len(beside) + 0.1
    for texts in totals:
        ticks = [*ax.get_yticks(), below]
        ax.set_yticks(ticks, [*(text.get_text() for text in ax.get_yticklabels()), "Total"])
        places = [*range(width), *(width + 0.1 + at for at in range(len(texts) - width))]
        for place, text in zip(places, texts, strict=True):
            ax.text(place, below, text, weight="bold", **style)
        ax.set_ylim(below + 0.5, -0.5)


def _write_approvals(ax: Axes, statuses: pd.Series, width: int) -> None:
    """Write the approval status of each person to the right of the axes."""
    heading: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (4, 3.5), "va": "bottom"}
    annotate_right(ax, "Approval", (1.0, 1.0), **heading)
    texts = statuses.astype(object).where(statuses.notna(), "no status")
    known = {
        row: find_approval_colour(ax, text)
        for row, text in enumerate(texts)
        if is_approval_state(text)
    }
    for row, text in enumerate(texts):
        # What is known has the colour of text, whatever the style of the figure.
        style: dict[str, Any] = {} if row in known else {"color": mix_ink(ax, QUIET_TEXT)}
        write_beside_axes(ax, shorten_name(text, 14), row, points=4, **style)
    if known:
        places = [width + 0.8] * len(known)
        swatches = list(known.values())
        ax.scatter(places, list(known), c=swatches, marker="s", s=font_size(ax) * 5)
