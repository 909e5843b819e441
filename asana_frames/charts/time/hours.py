"""Chart of tracked hours, over time or in total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    add_legend_beside,
    count_fitting_rows,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_span,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import (
    Numbers,
    check_own_rows,
    drop_missing,
    list_keys,
    read_input,
)
from asana_frames.charts.shared.dates import (
    Step,
    day_positions,
    fill_periods,
    find_step,
    label_period_axis,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import QUIET_TEXT, find_background, mix_ink, shade
from asana_frames.charts.shared.labels import (
    find_leaders,
    key_heading,
    name_by_keys,
    name_leaders,
    shorten_name,
    unique_labels,
)
from asana_frames.charts.shared.partial import note_partial
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.shared.stacked_bars import (
    FEW_POINTS,
    draw_stacked_bars,
    limit_others,
    merge_smallest,
    other_style,
    pivot_series,
    series_looks,
)
from asana_frames.display.sentences import format_figure, format_share
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Kind = Literal["bar", "line"]
#: Arguments of `set_heading`.
_Around: TypeAlias = dict[str, Any]
_WHAT = "tracked hours"
#: Bars of more series have their legend beside the axes.
_FEW_SERIES = 4
#: The fewest series of which one is named as that with most hours.
_FEWEST = 2
#: The most bars of totals; one more is "other".
_MOST_BARS = 30


def hours(
    hours: pd.DataFrame,
    *,
    kind: Kind = "bar",
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
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
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        With periods: the largest series at the bottom of the stack and first in the legend; what
        is beyond ten is "other", cut where it is more than twice as high as they are. Up to four
        lines are named where they end. Without periods: a bar per series, the largest at the top;
        what is beyond thirty is "other", cut where it is more than 1.5 times as long as the
        longest. A note tells hours without a day. The subtitle names the
        series with most hours, and gives their part of all, unless some are below 0.

    Raises
    ------
    InvalidArgument
        ``hours`` is missing, ``kind`` is unknown, or ``ax``, ``title`` or ``subtitle`` cannot be
        used.
    """
    titles = Titles(title, subtitle)
    hours = read_input(hours, ["hours"], chart="hours", ax=ax, titles=titles)
    if "period" in hours.columns:
        # Refuse a column ``period`` that holds anything but days.
        hours = read_input(hours, ["hours", "period"], chart="hours", ax=ax, titles=titles)
    check_choice(kind, _KINDS, name="kind")
    keys = list_keys(hours, ("hours", "period"))
    amounts = hours["hours"].astype("float64").fillna(0)
    rows = hours.assign(hours=amounts).reset_index(drop=True)
    has_periods = "period" in rows.columns and not rows.empty
    if not has_periods:
        check_own_rows(ax)
    if ax is None:
        ax = new_axes(height=4.4 if has_periods else _find_height(rows))
    around: _Around = {"finding": _find_most(rows, keys)}
    if has_periods:
        around |= _draw_over_time(ax, rows, keys, kind)
    else:
        _draw_totals(ax, rows, keys)
    set_heading(ax, hours, name_by_keys(_WHAT, keys), titles, **around)
    return make_room(ax)


def _draw_over_time(ax: Axes, hours: pd.DataFrame, keys: Sequence[str], kind: Kind) -> _Around:
    """Draw hours by period; return what stands around the axes."""
    dated = drop_missing(hours, "period")
    undated = float(hours.loc[hours["period"].isna(), "hours"].sum())
    notes = [f"+ {format_figure(undated)} h without a date" if abs(undated) > TINY else ""]
    if dated.empty:
        draw_empty(ax, "No hours with a date")
        return {"notes": notes}
    days = unique_days(dated["period"])
    step = find_step(days, dated.attrs.get("every"))
    table = pivot_series(dated, keys, "hours", step, max_name_length(ax, 28))
    drawn = dict(zip(map(str, table), _KINDS[kind](ax, table, step), strict=True))
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Hours", fontsize=font_size(ax) + 1)
    notes += [
        *note_partial(dated, days, step),
        limit_others(ax, table, "h", highest=_find_highest(table, kind)),
        suggest_weeks(fill_periods(days, step), step),
    ]
    legend: dict[str, Artist] = {}
    if keys:
        legend = _label_series(ax, table, drawn, kind, key_heading(keys))
    return {
        "notes": notes,
        "legend": legend,
        "days": (days[0], period_ends(days, step)[-1] - 1),
    }


def _label_series(
    ax: Axes, table: pd.DataFrame, drawn: dict[str, Artist], kind: Kind, heading: str
) -> dict[str, Artist]:
    """Name few lines where they end; return the legend of few bars, and add that of many."""
    if kind == "line":
        looks = series_looks(len(table.columns))
        ends = {
            name: End(float(table[name].iloc[-1]), artist, colour)
            for (name, artist), (colour, _) in zip(drawn.items(), looks, strict=True)
        }
        drawn = label_ends(ax, ends)
    if not drawn or len(drawn) <= _FEW_SERIES:
        return drawn
    # shorten_name escapes dollar signs, which a legend's title reads as mathematics too.
    add_legend_beside(ax, drawn, title=shorten_name(heading))
    return {}


def _find_highest(table: pd.DataFrame, kind: Kind) -> float:
    """Return how high the series reach that are drawn on their own."""
    own = table.iloc[:, : len(SERIES)].clip(lower=0)
    return float((own.sum(axis=1) if kind == "bar" else own.max(axis=1)).max())


def _find_most(hours: pd.DataFrame, keys: Sequence[str]) -> str:
    """Return a sentence on the series with most hours, if there are several."""
    totals = _sum_by_size(hours["hours"], unique_labels(hours, keys, LONGEST_NAME))
    whole = float(totals.sum())
    if len(totals) < _FEWEST or whole <= TINY:
        return ""
    most = float(totals.iloc[0])
    name = name_leaders(totals.index, totals)
    if (totals < -TINY).any():
        # What is taken off elsewhere makes one of them more than the whole.
        return f"Most: {name}, {format_figure(most)} h."
    share = format_share(most / whole)
    each = " each" if find_leaders(totals).sum() > 1 else ""
    told = f"{format_figure(most)} of {format_figure(whole)} h{each}"
    return f"Most: {name}, {told} ({share})."


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
            color=mix_ink(ax, QUIET_TEXT) if hatch else shade(ax, colour),
            linestyle=":" if hatch else "-",
            marker="o" if len(table) <= FEW_POINTS else "",
            markersize=4,
            # The largest is drawn last, so that smaller ones do not cover it.
            zorder=3 - at / 100,
        )
    hours = table.to_numpy("float64")
    ax.set_ylim(1.05 * min(hours.min(), 0.0), 1.05 * (max(hours.max(), 0.0) or 1.0))
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
    if (table < -TINY).any(axis=None):
        ax.axhline(0, color=mix_ink(ax), linewidth=0.8)
    return places


def _find_height(hours: pd.DataFrame) -> float:
    return 0.3 * min(len(hours), _MOST_BARS + 1) + 1.4


def _draw_totals(ax: Axes, hours: pd.DataFrame, keys: Sequence[str]) -> None:
    """Draw a bar per series."""
    if hours.empty:
        draw_empty(ax, "No hours")
        return
    totals = _sum_by_size(hours["hours"], unique_labels(hours, keys, max_name_length(ax)))
    names = merge_smallest(totals, count_fitting_rows(ax, _MOST_BARS, reserved=0.5))
    drawn = totals.groupby(totals.index.map(names)).sum()
    drawn = drawn.reindex(list(dict.fromkeys(names.values())))
    _draw_total_bars(ax, drawn, has_other=len(set(names.values()) - set(names)) > 0)
    set_plain_style(ax, grid="x")
    label_rows(ax, list(drawn.index))
    ax.set_xlabel("Hours", fontsize=font_size(ax) + 1)


def _draw_total_bars(ax: Axes, totals: pd.Series, *, has_other: bool) -> None:
    """Draw a bar per series with its number; the last may be that of all others."""
    bars = ax.barh(range(len(totals)), totals, height=0.72, color=shade(ax, SERIES[0]))
    texts = [format_figure(value) for value in totals]
    ax.margins(x=0.12)
    if has_other:
        bars[-1].set(**other_style(ax))
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
