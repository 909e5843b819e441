"""Chart of the tasks that are due, by person and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.about import Titles, read_about
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    axes_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
)
from asana_frames.charts.shared.colours import ALARM
from asana_frames.charts.shared.columns import read_input, sort_dated
from asana_frames.charts.shared.dates import (
    Days,
    Step,
    fill_periods,
    find_step,
    name_period,
    period_edges,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.heat_map import MOST_DAYS, NOTHING, build_scale, draw_periods
from asana_frames.charts.shared.ink import TEXT_CONTRAST, shade
from asana_frames.charts.shared.labels import NONE, find_named, say_who_leads, unique_labels
from asana_frames.charts.shared.rows import name_rows, select_branches
from asana_frames.display.sentences import count_noun, format_figure, format_hours
from asana_frames.rollups.shared.key_figures import TINY
from asana_frames.rollups.shared.periods import shift_periods

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["tasks", "hours"]
_PERSON = ["person_gid", "person_name"]
#: Quantity shown -> what it is.
_WHAT = {"tasks": "open tasks by due date", "hours": "estimated hours by due date"}
_EARLIER = "earlier"
#: The part of the width of axes that is left beside the names.
_CELLS_SHARE = 0.75
_MOST_PERSONS = 40


def load(
    load: pd.DataFrame,
    *,
    show: Show = "tasks",
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the work due for each person in each period, as coloured cells.

    Parameters
    ----------
    load
        What ``rollups.load`` returns: ``person_gid``, ``person_name``, ``period``, and the column
        that is shown.
    show
        ``"tasks"``, or ``"hours"``, the estimated ones.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        The people with most work are at the top, at most 40; a note counts the others and the
        tasks without a due date. A colour bar replaces the numbers if they do not fit. Where the
        ``attrs`` say as of when the table is, the first column of cells is the present period;
        what was due in those that are over is one number before it. The subtitle names the person
        with most work in all periods, also those that are over or not drawn; tasks of nobody do
        not count.

    Raises
    ------
    InvalidArgument
        A column is missing, ``show`` is unknown, or ``ax``, ``title`` or ``subtitle`` cannot be
        used.
    """
    check_choice(show, _WHAT, name="show")
    titles = Titles(title, subtitle)
    needed = [*_PERSON, "period", show]
    load = read_input(load, needed, chart="load", ax=ax, titles=titles, has_rows=True)
    rows = sort_dated(load, "period")
    if ax is None:
        persons = len(rows[_PERSON].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 1.8)
    undated = float(load.loc[load["period"].isna(), show].sum())
    told = abs(undated) > TINY
    undated_note = f"+ {_describe_amount(undated, show)} without a due date" if told else ""
    if rows.empty:
        set_heading(ax, load, _WHAT[show], titles, notes=[undated_note])
        return draw_empty(ax, "No tasks with a due date")
    labels = unique_labels(rows, _PERSON, max_name_length(ax))
    sums = _sum_by_person(rows, show, labels)
    total = sums.sum(axis="columns")
    named = find_named(total.mask(total.index == NONE))
    fits = count_fitting_rows(ax, _MOST_PERSONS, reserved=1.0)
    drawn = sums.iloc[select_branches([0] * len(sums), fits, named)]
    step = find_step(unique_days(rows["period"]), load.attrs.get("every"))
    days = _list_days(unique_days(rows["period"]), step, read_about(load).now)
    notes = [
        _draw_persons(ax, drawn, show, days, step),
        undated_note,
        count_hidden(len(sums) - len(drawn), "person", "people"),
        suggest_weeks(days, step, MOST_DAYS),
    ]
    set_heading(
        ax,
        load,
        _WHAT[show],
        titles,
        finding=_summarise(_name_whole(total, rows, labels), show),
        notes=notes,
        days=(days[0], period_ends(days, step)[-1] - 1),
    )
    return make_room(ax)


def _name_whole(total: pd.Series[Any], rows: pd.DataFrame, labels: pd.Series) -> pd.Series[Any]:
    """Return the sums by names that are not cut for the axes."""
    whole = dict(zip(labels, unique_labels(rows, _PERSON, LONGEST_NAME), strict=True))
    return total.rename(whole)


def _sum_by_person(rows: pd.DataFrame, show: Show, labels: pd.Series) -> pd.DataFrame:
    """Return a row per person, those with most work first, and a column per period."""
    sums = rows[show].astype("float64").groupby([labels, rows["period"]]).sum().unstack()
    order = sums.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return sums.reindex(order)


def _draw_persons(ax: Axes, sums: pd.DataFrame, show: Show, days: Days, step: Step) -> str:
    """Draw the work of each person; return a note if periods that are over have any."""
    _draw_cells(ax, sums, show, days, step)
    is_earlier = pd.DatetimeIndex(sums.columns) < pd.Timestamp(days[0])
    earlier: pd.Series[Any] = sums.loc[:, is_earlier].sum(axis="columns")
    if not earlier.any():
        return ""
    _write_earlier(ax, earlier, days, step)
    return f"earlier: in a {name_period(step)} that is over"


def _list_days(known: Days, step: Step, now: pd.Timestamp | None) -> Days:
    """Return the first days of the periods that are drawn: those that are over are not."""
    if now is None:
        return fill_periods(known, step)
    today = np.array([now.tz_localize(None)], dtype="datetime64[D]")
    current = shift_periods(today, step.every, 0)
    return fill_periods(np.unique([*current, max(known[-1], current[0])]), step)


def _summarise(sums: pd.Series[Any], show: Show) -> str:
    """Name the person with most work."""
    known = sums.drop(labels=NONE, errors="ignore")
    if known.empty or not known.iloc[0]:
        return ""
    most = float(known.iloc[0])
    return f"{say_who_leads(known.index, known)}: {_describe_amount(most, show)}."


def _describe_amount(amount: float, show: Show) -> str:
    return format_hours(amount) if show == "hours" else count_noun(int(amount), "task")


def _write_earlier(ax: Axes, earlier: pd.Series[Any], days: Days, step: Step) -> None:
    """Write what was due in periods that are over into a column before the cells."""
    from matplotlib import rcParams

    edges, size = period_edges(days, step), font_size(ax)
    low, high = edges[0], ax.get_xlim()[1]
    share = 0.62 * size * max(len(_EARLIER), *map(len, map(format_figure, earlier)))
    share = min(0.4, share / (72 * _CELLS_SHARE * axes_width(ax)))
    width = max(step.days, (high - low) * share / (1 - share))
    ax.set_xlim(low - width, high)
    colour = shade(ax, ALARM, TEXT_CONTRAST)
    style: dict[str, Any] = {"ha": "center", "fontsize": size, "color": colour}
    for row, value in enumerate(earlier):
        text = format_figure(value) if value else ""
        ax.text(low - width / 2, row, text, va="center", weight="bold", **style)
    ax.annotate(
        _EARLIER,
        (low - width / 2, 0),
        (0, -rcParams["xtick.major.pad"]),
        xycoords=ax.get_xaxis_transform(),
        textcoords="offset points",
        va="top",
        **style,
    )


def _draw_cells(ax: Axes, sums: pd.DataFrame, show: Show, days: Days, step: Step) -> None:
    from matplotlib.colors import Normalize
    from matplotlib.ticker import MaxNLocator

    table = sums.reindex(columns=days.astype("datetime64[us]"), fill_value=0).fillna(0)
    values = table.to_numpy("float64")
    draw_periods(
        ax,
        values,
        [[format_figure(value) if value else NOTHING for value in row] for row in values],
        days,
        step,
        colours=build_scale(ax),
        norm=Normalize(0, max(1.0, float(values.max()))),
        scale={"label": show.capitalize(), "ticks": MaxNLocator(integer=True)},
    )
    name_rows(ax, range(len(table)), list(table.index))
