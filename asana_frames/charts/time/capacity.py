"""Chart of how busy persons are, by person and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
)
from asana_frames.charts.shared.columns import Numbers, column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import (
    Days,
    Step,
    fill_periods,
    find_step,
    name_period,
    period_edges,
    period_ends,
    say_when,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.heat_map import (
    AWAY,
    MOST_DAYS,
    build_balance_scale,
    build_cell_legend,
    build_load_scale,
    draw_periods,
    hatch_cells,
)
from asana_frames.charts.shared.labels import (
    find_leaders,
    find_named,
    format_tenths,
    name_leaders,
    unique_labels,
)
from asana_frames.charts.shared.rows import name_rows, select_branches
from asana_frames.display.sentences import count_noun, format_figure, format_share
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from numpy.typing import NDArray

Show = Literal["load", "free", "utilisation"]


class _Measure(NamedTuple):
    """How a column of capacity is shown."""

    what: str
    #: The column whose ratio to the available hours orders the persons.
    amount: str
    scale: float
    centre: float
    unit: str


# Red means too much work in all of them.
_MEASURES = {
    "load": _Measure("load in % of available hours", "allocated", 100, 100, " %"),
    "free": _Measure("free hours", "allocated", 1, 0, " h"),
    "utilisation": _Measure("utilisation in % of available hours", "tracked", 100, 100, " %"),
}
_MOST_PERSONS = 40
_PERSON = ["person_gid", "person_name"]


def capacity(
    capacity: pd.DataFrame,
    *,
    show: Show = "load",
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how busy persons are, period by period, as coloured cells.

    Parameters
    ----------
    capacity
        What ``rollups.capacity`` returns: ``person_gid``, ``person_name``, ``period``,
        ``available``, ``allocated`` or, for the utilisation, ``tracked``, and the column that is
        shown.
    show
        ``"load"``, ``"free"`` or ``"utilisation"``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the persons need otherwise.

    Returns
    -------
    Axes
        Persons with the greatest load of all periods (for ``"utilisation"``: the greatest
        utilisation) at the top; at most 40, a note counts the others. Colours part at 100 %, or
        at 0 hours. Cells without available hours are hatched; unknown ones are grey. Numbers are
        left out when they do not fit; then a colour bar tells the scale. Rows of the same person
        and period are added up. The subtitle counts the persons above 100 %, or below 0 hours, in
        any period, and names the one with most work, or the fewest free hours, in a period; of
        three or more, the first and how many more. Those named are always drawn.

    Raises
    ------
    InvalidArgument
        A column is missing, ``show`` is unknown, or ``ax``, ``title`` or ``subtitle`` cannot be
        used.
    """
    titles = Titles(title, subtitle)
    check_choice(show, _MEASURES, name="show")
    measure = _MEASURES[show]
    needed = ["person_gid", "person_name", "period", "available", measure.amount, show]
    capacity = read_input(capacity, needed, chart="capacity", ax=ax, titles=titles, has_rows=True)
    dated = _add_repeated(drop_missing(capacity, "period"), show)
    if ax is None:
        persons = len(dated[_PERSON].drop_duplicates())
        ax = new_axes(height=0.3 * min(persons, _MOST_PERSONS) + 2.0)
    if dated.empty:
        set_heading(ax, capacity, measure.what, titles)
        return draw_empty(ax, "No capacity")
    dated = dated.assign(person=unique_labels(dated, _PERSON, max_name_length(ax)))
    ordered = _sort_by_load(dated, measure)
    dated = dated.sort_values("person", key=lambda names: names.map(ordered.index), kind="stable")
    work = _find_most_work(_find_work(dated, show))
    fits = count_fitting_rows(ax, _MOST_PERSONS, reserved=0.9)
    named = [ordered.index(work.index[at]) for at in find_named(work)]
    drawn = [ordered[at] for at in select_branches([0] * len(ordered), fits, named)]
    step = find_step(unique_days(dated["period"]), dated.attrs.get("every"))
    days = fill_periods(unique_days(dated["period"]), step)
    legend = _draw_capacity(ax, dated, drawn, show, (days, step))
    name_rows(ax, range(len(drawn)), drawn)
    undated = len(capacity) - len(dated)
    undated_note = f"+ {count_noun(undated, 'row')} without a period" if undated else ""
    set_heading(
        ax,
        capacity,
        measure.what,
        titles,
        finding=_name_busiest(dated, show),
        notes=[
            count_hidden(len(ordered) - len(drawn), "person", "people"),
            undated_note,
            suggest_weeks(days, step, MOST_DAYS),
        ],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _add_repeated(rows: pd.DataFrame, show: Show) -> pd.DataFrame:
    """Add up rows that repeat a person and period, as in two concatenated tables."""
    measure = _MEASURES[show]
    by = [unique_labels(rows, _PERSON, LONGEST_NAME), rows["period"]]
    is_first = ~pd.concat(by, axis="columns", ignore_index=True).duplicated()
    if is_first.all():
        return rows
    names = list(dict.fromkeys(["available", measure.amount, show]))
    sums = rows[names].astype("float64").groupby(by).transform("sum", min_count=1)
    if measure.centre:
        sums[show] = sums[measure.amount] / sums["available"].where(sums["available"] > 0)
    added = {name: sums[name] for name in names}
    return rows.assign(**added)[is_first].reset_index(drop=True)


def _sort_by_load(capacity: pd.DataFrame, measure: _Measure) -> list[str]:
    """Return the persons, those with most work in their available hours first."""
    hours = capacity[[measure.amount, "available"]].astype("float64").fillna(0)
    sums = hours.groupby(capacity["person"], sort=False).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums[measure.amount].to_numpy() / sums["available"].to_numpy()
    load = pd.Series(ratio, sums.index)
    return list(load.sort_values(ascending=False, kind="stable", na_position="last").index)


def _find_work(rows: pd.DataFrame, show: Show) -> pd.DataFrame:
    """Return the rows with available hours, and as ``work`` how busy each is."""
    measure = _MEASURES[show]
    there = rows[(rows["available"] > 0).fillna(False) & rows[show].notna()].reset_index(drop=True)
    values = measure.scale * column_numbers(there, show)
    return there.assign(work=values if measure.centre else -values)


def _find_most_work(there: pd.DataFrame) -> pd.Series[float]:
    """Return how busy each person is in the busiest period, in the order of the rows."""
    return there.groupby("person", sort=False)["work"].max()


def _name_busiest(rows: pd.DataFrame, show: Show) -> str:
    """Return a sentence that counts the persons with too much work, and names the busiest."""
    measure = _MEASURES[show]
    labels = unique_labels(rows, _PERSON, LONGEST_NAME)
    there = _find_work(rows.assign(person=labels), show)
    if there.empty:
        return ""
    is_over = (there["work"] > measure.centre + TINY).to_numpy(dtype=bool)
    busy, all_of = there["person"][is_over].nunique(), there["person"].nunique()
    limit = "over 100 %" if measure.centre else "below 0 hours"
    step = find_step(unique_days(rows["period"]), rows.attrs.get("every"))
    most = _describe_busiest(there, measure, step)
    leads = "busiest" if measure.centre else "least free"
    if all_of == 1:
        return f"{leads.capitalize()}: {most}." if most else ""
    counted = f"{busy:,}" if busy else "None"
    verb = "is" if busy <= 1 else "are"
    where = f"in {'at least one' if busy else 'any'} {name_period(step)}"
    busiest = f"; {leads}: {most}" if most else ""
    return f"{counted} of {all_of:,} people {verb} {limit} {where}{busiest}."


def _describe_busiest(there: pd.DataFrame, measure: _Measure, step: Step) -> str:
    """Return who is busiest and how busy, if anybody has any work."""
    work = column_numbers(there, "work")
    most = float(work.max())
    if measure.centre and most <= TINY:
        return ""
    value = format_share(most / 100) if measure.centre else f"{format_tenths(-most)} h"
    periods = there["period"][find_leaders(work)].unique()
    when = f" {say_when(periods[0], step)}" if len(periods) == 1 else ""
    by_person = _find_most_work(there)
    return f"{name_leaders(by_person.index, by_person)}, {value}{when}"


def _draw_capacity(
    ax: Axes, rows: pd.DataFrame, persons: list[str], show: Show, periods: tuple[Days, Step]
) -> dict[str, Artist]:
    """Draw the cells of periods; return the handles of the legend."""
    days, step = periods
    values, available = (
        _pivot_persons(rows, column, persons, days) for column in (show, "available")
    )
    is_away = available == 0
    measure = _MEASURES[show]
    values = np.where(is_away, np.nan, values * measure.scale)
    draw_periods(
        ax,
        values,
        _capacity_texts(values, is_away, show),
        days,
        step,
        colours=build_load_scale(ax) if measure.centre else build_balance_scale(ax),
        norm=_colour_norm(values, measure),
        scale=_choose_scale(values, measure),
    )
    hatch_cells(ax, is_away, period_edges(days, step))
    is_missing = np.isnan(values) & ~is_away
    return build_cell_legend(
        ax,
        away="off: no available hours" if is_away.any() else "",
        missing="no data" if is_missing.any() else "",
    )


def _pivot_persons(rows: pd.DataFrame, column: str, persons: list[str], days: Days) -> Numbers:
    """Return one row per person and one column per period, missing values where there is none."""
    periods = rows["period"].astype("datetime64[us]")
    firsts = rows[column].astype("float64").groupby([rows["person"], periods]).first()
    table = firsts.unstack().reindex(index=persons, columns=days.astype("datetime64[us]"))
    return table.to_numpy("float64")


def _choose_scale(values: Numbers, measure: _Measure) -> dict[str, Any]:
    """Return how the colour bar ends: with what there is, or with an arrow if that is more."""
    most = float(np.nanmax(values, initial=measure.centre))
    if not measure.centre or most > _reach(measure):
        return {"extend": "max" if measure.centre else "neither"}
    return {"top": most}


def _reach(measure: _Measure) -> float:
    """Return the end of a scale of percent; what is just full is still blue."""
    return 2.02 * measure.centre


def _colour_norm(values: Numbers, measure: _Measure) -> Normalize:
    from matplotlib.colors import Normalize, TwoSlopeNorm

    if measure.centre:
        return Normalize(0, _reach(measure), clip=True)
    reach = max(1.0, float(np.nanmax(np.abs(values), initial=0.0)))
    return TwoSlopeNorm(0, -reach, reach)


def _format_percent(percent: float) -> str:
    return format_share(percent / 100).removesuffix(" %")


def _capacity_texts(values: Numbers, is_away: NDArray[np.bool_], show: Show) -> list[list[str]]:
    format_cell = format_figure if show == "free" else _format_percent
    return [
        [
            AWAY if away else "" if np.isnan(value) else format_cell(value)
            for value, away in zip(row, row_away, strict=True)
        ]
        for row, row_away in zip(values, is_away, strict=True)
    ]
