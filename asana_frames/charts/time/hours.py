"""Chart of tracked hours, over time or in total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.axes import (
    add_legend_beside,
    count_fitting_rows,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import HATCH, OTHER, OTHER_HATCH, SERIES
from asana_frames.charts.shared.columns import Numbers, drop_missing, list_keys, read_input
from asana_frames.charts.shared.dates import (
    Step,
    day_positions,
    find_step,
    label_period_axis,
    unique_days,
)
from asana_frames.charts.shared.ink import find_background, mix_ink
from asana_frames.charts.shared.labels import (
    format_number,
    key_heading,
    shorten_name,
    unique_labels,
)
from asana_frames.charts.shared.stacked_bars import (
    FEW_POINTS,
    draw_stacked_bars,
    merge_smallest,
    pivot_periods,
    series_looks,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Kind = Literal["bar", "line"]
_TITLE = "Tracked hours"
#: The most bars of totals; one more is "other".
_MOST_BARS = 30


def hours(hours: pd.DataFrame, *, kind: Kind = "bar", ax: Axes | None = None) -> Axes:
    """Draw tracked hours per period, or their totals if there are no periods.

    Parameters
    ----------
    hours
        What ``rollups.hours`` returns: ``hours``, mostly ``period`` (its first day), and the
        keys, which are all other columns but those of ``compare=``. Of a pair like
        ``person_gid``, ``person_name`` the gid identifies and the name is shown.
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
    hours = read_input(hours, ["hours"], chart="hours", ax=ax)
    if "period" in hours.columns:
        # Not a column of somebody's own, which may mean anything.
        hours = read_input(hours, ["hours", "period"], chart="hours", ax=ax)
    check_choice(kind, _KINDS, name="kind")
    keys = list_keys(hours, ("hours", "period"))
    amounts = hours["hours"].astype("float64").fillna(0)
    rows = hours.assign(hours=amounts).reset_index(drop=True)
    if "period" in rows.columns and not rows.empty:
        return _draw_over_time(rows, keys, kind, ax)
    return _draw_totals(rows, keys, ax)


def _draw_over_time(hours: pd.DataFrame, keys: Sequence[str], kind: Kind, ax: Axes | None) -> Axes:
    if ax is None:
        ax = new_axes(height=4.2)
    dated = drop_missing(hours, "period")
    undated = float(hours.loc[hours["period"].isna(), "hours"].sum())
    set_title(ax, _TITLE, [f"+ {format_number(undated)} h without a date" if undated else ""])
    if dated.empty:
        return draw_empty(ax, "No hours with a date")
    step = find_step(unique_days(dated["period"]))
    table = _pivot_series(dated, keys, step, max_name_length(ax, 28))
    drawn = _KINDS[kind](ax, table, step)
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Hours", fontsize=font_size(ax) + 1)
    if keys:
        # shorten_name escapes dollar signs, which a legend's title reads as mathematics too.
        title = shorten_name(key_heading(keys))
        add_legend_beside(ax, dict(zip(table.columns, drawn, strict=True)), title=title)
    return make_room(ax)


def _pivot_series(
    hours: pd.DataFrame, keys: Sequence[str], step: Step, longest: int
) -> pd.DataFrame:
    """Return one column per series, the largest first, and one row per period without gaps."""
    labels = unique_labels(hours, keys, longest)
    names = merge_smallest(_sum_by_size(hours["hours"], labels), len(SERIES))
    table = pivot_periods(hours["period"], labels.map(names), hours["hours"], step)
    return table[list(dict.fromkeys(names.values()))]


def _sum_by_size(amounts: pd.Series, labels: pd.Series) -> pd.Series:
    """Return the total of each label, the largest first, equal ones by label."""
    return amounts.groupby(labels).sum().sort_values(ascending=False, kind="stable")


def _draw_bars(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    _set_period_axis(ax, table, step)
    return draw_stacked_bars(ax, table, step, series_looks(len(table.columns)))


def _draw_lines(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    places = _set_period_axis(ax, table, step)
    drawn: list[Artist] = []
    for at, (colour, hatch) in enumerate(series_looks(len(table.columns))):
        drawn += ax.plot(
            places,
            table.to_numpy("float64")[:, at],
            color=HATCH if hatch else colour,
            linestyle=":" if hatch else "-",
            marker="o" if len(table) <= FEW_POINTS else "",
            markersize=4,
            # The largest is drawn last, so that smaller ones do not cover it.
            zorder=3 - at / 100,
        )
    ax.margins(y=0.05)
    return drawn


_KINDS: dict[str, Callable[[Axes, pd.DataFrame, Step], list[Artist]]] = {
    "bar": _draw_bars,
    "line": _draw_lines,
}


def _set_period_axis(ax: Axes, table: pd.DataFrame, step: Step) -> Numbers:
    """Label the axis by periods, and return their positions on it."""
    days = table.index.to_numpy("datetime64[D]")
    label_period_axis(ax, days, step)
    places = day_positions(days)
    set_span(ax, places[0], places[-1], margin=0.7 * step.days, least=5 * step.days)
    # Hours below 0 are unusual; a line shows where they begin.
    if (table < 0).any(axis=None):
        ax.axhline(0, color=mix_ink(ax), linewidth=0.8)
    return places


def _draw_totals(hours: pd.DataFrame, keys: Sequence[str], ax: Axes | None) -> Axes:
    if ax is None:
        ax = new_axes(height=0.3 * min(len(hours), _MOST_BARS + 1) + 1.2)
    if hours.empty:
        return draw_empty(ax, "No hours")
    totals = _sum_by_size(hours["hours"], unique_labels(hours, keys, max_name_length(ax)))
    names = merge_smallest(totals, count_fitting_rows(ax, _MOST_BARS))
    drawn = totals.groupby(totals.index.map(names)).sum()
    drawn = drawn.reindex(list(dict.fromkeys(names.values())))
    _draw_total_bars(ax, drawn, has_other=len(set(names.values()) - set(names)) > 0)
    ax.set_yticks(range(len(drawn)), list(drawn.index))
    ax.invert_yaxis()
    set_plain_style(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)
    ax.set_ylabel(shorten_name(key_heading(keys)), fontsize=font_size(ax) + 1)
    set_title(ax, _TITLE)
    return make_room(ax)


def _draw_total_bars(ax: Axes, totals: pd.Series, *, has_other: bool) -> None:
    """Draw a bar per series with its number; the last may be that of all others."""
    bars = ax.barh(range(len(totals)), totals, height=0.72, color=SERIES[0])
    texts = [format_number(value) for value in totals]
    ax.margins(x=0.12, y=0.01)
    if has_other:
        bars[-1].set(facecolor=OTHER, hatch=OTHER_HATCH, edgecolor=HATCH)
        largest = float(totals.iloc[:-1].max())
        if totals.iloc[-1] > 1.5 * largest > 0:
            _cut_other_bar(ax, len(totals) - 1, texts[-1], largest)
            texts[-1] = ""
    ax.bar_label(bars, labels=texts, padding=4, fontsize=font_size(ax))


def _cut_other_bar(ax: Axes, row: int, text: str, largest: float) -> None:
    """End the bar of all others at the edge, where it does not dwarf the bars of series."""
    ax.set_xlim(right=1.25 * largest)
    ax.text(
        1.22 * largest,
        row,
        f"{text} (bar is cut)",
        ha="right",
        va="center",
        fontsize=font_size(ax),
        bbox={"facecolor": find_background(ax), "edgecolor": "none", "pad": 1.5},
    )
