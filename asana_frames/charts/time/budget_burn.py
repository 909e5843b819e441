"""Chart of how budgets are used up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles, read_about
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    add_legend_beside,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    set_span,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input
from asana_frames.charts.shared.dates import (
    Days,
    Step,
    day_position,
    day_positions,
    find_step,
    label_date_axis,
    period_ends,
    unique_days,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import MUTED, mix_ink, shade
from asana_frames.charts.shared.labels import (
    format_exact,
    format_value,
    name_leaders,
    shorten_name,
)
from asana_frames.charts.shared.today import mark_today
from asana_frames.charts.time.budget_names import label_budgets
from asana_frames.display.sentences import format_day, format_figure, format_share, list_some
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    "budget_gid",
    "project_name",
    "budget_type",
    "units",
    "period",
    "is_forecast",
    "used",
    "used_total",
    "used_low",
    "used_high",
    "total",
    "planned_to_date",
    "unpriced_hours",
    "exhausted_on",
    "exhausted_earliest",
    "exhausted_latest",
)
#: Arguments of `set_heading`.
_Around: TypeAlias = dict[str, Any]
#: The most budgets that a note names; it counts the others.
_MOST_NAMES = 4


def budget_burn(
    burn: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how one or several budgets are used up.

    Parameters
    ----------
    burn
        What ``rollups.budget_burn`` returns, one row per budget and period: ``budget_gid``,
        ``project_name``, ``budget_type``, ``units``, ``period``, ``is_forecast``, ``used``,
        ``used_total``, ``used_low``, ``used_high``, ``total``, ``planned_to_date``,
        ``unpriced_hours``, ``exhausted_on``, ``exhausted_earliest`` and ``exhausted_latest``.
        Where ``until`` is there, it is the last day that a row covers; else a row covers all of
        its period.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        For one budget, in its units: the amount used by the end of each period, the forecast
        dashed in its band, the budget as a horizontal line, the plan, and the day on which it is
        used up. The subtitle tells what is used, and when all is. A note counts the hours that
        are left out because they have no rate.
        For several: the used part of each in percent, at most ten, those most used by now first;
        a note counts the others and names those that have no total. The subtitle names the most
        used, and counts those that are used up. Today is marked where a forecast goes on.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    burn = read_input(
        burn, _NEEDED, chart="budget_burn", ax=ax, titles=titles, kinds={"until": "date"}
    )
    if ax is None:
        ax = new_axes(height=4.8)
    burn = burn.reset_index(drop=True)
    # Of the present period comes first what is used until now, then what is left of it.
    dated = burn[burn["period"].notna()].sort_values(["period", "is_forecast"], kind="stable")
    if dated.empty:
        set_heading(ax, burn, "use of budgets", titles)
        return draw_empty(ax, "No budgets" if burn.empty else "Nothing used yet")
    step = find_step(unique_days(dated["period"]), burn.attrs.get("every"))
    set_plain_style(ax, grid="y")
    if burn["budget_gid"].nunique(dropna=False) > 1:
        what, around = "use of budgets", _draw_several_budgets(ax, burn, dated, step)
    else:
        what, around = _name_budget(burn), _draw_one_budget(ax, dated, step)
    label_date_axis(ax)
    if (now := read_about(burn).now) is not None:
        mark_today(ax, now.tz_localize(None).normalize())
    starts = dated["period"].to_numpy("datetime64[D]")
    days = (starts.min(), _row_ends(dated, step).max() - 1)
    set_heading(ax, burn, what, titles, days=days, **around)
    return make_room(ax)


def _name_budget(burn: pd.DataFrame) -> str:
    """Return what is used of which project, unless the table is known to be about that one."""
    name, kind = (format_value(burn[column].iloc[0]) for column in ("project_name", "budget_type"))
    return f"{kind} used" if read_about(burn).subject == name else f"{kind} used by {name}"


def _draw_one_budget(ax: Axes, rows: pd.DataFrame, step: Step) -> _Around:
    total = float(column_numbers(rows, "total")[0])
    units = format_value(rows["units"].iloc[0])
    legend, ends = _draw_used(ax, rows, step)
    ends |= _draw_plan(ax, rows, step)
    if not np.isnan(total):
        line = ax.axhline(total, color=shade(ax, ALARM), linewidth=1.4)
        label = f"budget: {format_exact(total)} {shorten_name(units)}"
        ends[label] = End(total, line, ALARM)
    exhaustion = _mark_exhaustion(ax, rows, step)
    if (column_numbers(rows, "used_total") >= 0).all():
        ax.set_ylim(bottom=0)
    ax.set_ylabel(shorten_name(units[:1].upper() + units[1:]), fontsize=font_size(ax) + 1)
    ax.yaxis.set_major_formatter("{x:,.6g}")
    return {
        "finding": _summarise_use(rows, total, units, exhaustion),
        "notes": [_unpriced_note(rows)],
        "legend": legend | label_ends(ax, ends),
    }


def _summarise_use(rows: pd.DataFrame, total: float, units: str, exhaustion: str) -> str:
    known = _count_known_rows(rows)
    if not known:
        return f"{exhaustion[:1].upper()}{exhaustion[1:]}." if exhaustion else ""
    used = format_exact(float(column_numbers(rows, "used_total")[known - 1]))
    whole = "" if np.isnan(total) else f" of {format_exact(total)}"
    return f"{used}{whole} {units} used{f'; {exhaustion}' if exhaustion else ''}."


def _unpriced_note(rows: pd.DataFrame) -> str:
    hours = float(np.nansum(column_numbers(rows, "unpriced_hours")))
    return f"+ {format_figure(hours)} h without a rate" if hours else ""


def _amount_points(rows: pd.DataFrame, column: str, step: Step) -> tuple[Numbers, Numbers]:
    """Return days and amounts, starting with what was used before the first period."""
    starts = rows["period"].to_numpy("datetime64[D]")
    days = day_positions(np.concatenate([starts[:1], _row_ends(rows, step)]))
    amounts = column_numbers(rows, column)
    first_used = np.nan_to_num(column_numbers(rows, "used")[:1])
    before = column_numbers(rows, "used_total")[:1] - first_used
    return days, np.concatenate([before, amounts])


def _row_ends(rows: pd.DataFrame, step: Step) -> Days:
    """Return the first day after what each row covers."""
    ends = period_ends(rows["period"].to_numpy("datetime64[D]"), step)
    if "until" not in rows:
        return ends
    until = rows["until"].to_numpy("datetime64[D]")
    return np.where(np.isnat(until), ends, until + 1)


def _draw_used(
    ax: Axes, rows: pd.DataFrame, step: Step
) -> tuple[dict[str, Artist], dict[str, End]]:
    """Draw what is used and its forecast; return handles of the legend, and the line's end."""
    days, amounts = _amount_points(rows, "used_total", step)
    known, colour = _count_known_rows(rows), shade(ax, SERIES[0])
    legend: dict[str, Artist] = {}
    ends: dict[str, End] = {}
    if known:
        (line,) = ax.plot(days[: known + 1], amounts[: known + 1], color=colour, lw=2.2)
        legend["used"] = line
    if known < len(rows):
        (line,) = ax.plot(days[known:], amounts[known:], color=colour, lw=1.8, ls="--")
        ends["forecast"] = End(float(amounts[-1]), line, SERIES[0])
        low, high = (_amount_points(rows, side, step)[1] for side in ("used_low", "used_high"))
        legend["range of the forecast"] = ax.fill_between(
            days[known:], low[known:], high[known:], color=SERIES[0], alpha=0.2, linewidth=0
        )
    elif known:
        ends["used"] = End(float(amounts[-1]), legend.pop("used"), SERIES[0])
    return legend, ends


def _count_known_rows(rows: pd.DataFrame) -> int:
    """Return how many rows come before the forecast."""
    return int((~rows["is_forecast"].fillna(False).astype(bool)).sum())


def _draw_plan(ax: Axes, rows: pd.DataFrame, step: Step) -> dict[str, End]:
    planned = column_numbers(rows, "planned_to_date")
    if np.isnan(planned).all():
        return {}
    days = day_positions(_row_ends(rows, step))
    # A line through a single point would not be seen.
    dot = "." if np.isfinite(planned).sum() == 1 else ""
    (line,) = ax.plot(days, planned, color=mix_ink(ax, MUTED), lw=1.1, ls="-.", marker=dot)
    return {"plan": End(float(planned[np.isfinite(planned)][-1]), line, mix_ink(ax, MUTED))}


def _mark_exhaustion(ax: Axes, rows: pd.DataFrame, step: Step) -> str:
    """Mark the day on which the budget is used up, and return when that is."""
    columns = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
    day, earliest, latest = (rows[column].iloc[0] for column in columns)
    starts = rows["period"].to_numpy("datetime64[D]")
    first, *ends = (pd.Timestamp(at) for at in [starts[0], *_row_ends(rows, step)])
    known = [first, *ends][_count_known_rows(rows)]
    # A day that is far off would squeeze all periods into a corner.
    last = max(ends[-1], min(day, ends[-1] + (ends[-1] - first) / 2) if pd.notna(day) else first)
    _show_days(ax, first, last)
    note = _describe_exhaustion(day, earliest, latest, known)
    if pd.isna(day):
        return note
    if day > last:
        return f"{note}, beyond the chart"
    if day >= known and pd.notna(earliest):
        until = min(latest, last) if pd.notna(latest) else last
        ax.axvspan(
            day_position(max(earliest, first)),
            day_position(until),
            color=mix_ink(ax),
            alpha=0.08,
            linewidth=0,
        )
    ax.axvline(day_position(max(day, first)), color=mix_ink(ax), linewidth=1.2, linestyle=":")
    return note


def _show_days(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Show the days from first to last with a small margin."""
    low, high = day_position(first), day_position(last)
    set_span(ax, low, high, margin=0.02 * (high - low))


def _describe_exhaustion(
    day: pd.Timestamp, earliest: pd.Timestamp, latest: pd.Timestamp, known: pd.Timestamp
) -> str:
    """Return a note of when the budget is used up, seen from the day ``known``.

    Examples
    --------
    >>> days = map(pd.Timestamp, ["2027-03-14", "2027-03-01", "2027-04-02", "2026-11-30"])
    >>> _describe_exhaustion(*days)
    'used up on 14 Mar 2027 (1 Mar 2027 to 2 Apr 2027)'
    """
    if pd.isna(day):
        return f"may be used up from {format_day(earliest)} on" if pd.notna(earliest) else ""
    if day < known:
        return f"over budget since {format_day(day)}"
    words = f"used up on {format_day(day)}"
    if pd.isna(earliest):
        return words
    if pd.isna(latest):
        return f"{words} (not before {format_day(earliest)})"
    return f"{words} ({format_day(earliest)} to {format_day(latest)})"


def _draw_several_budgets(
    ax: Axes, burn: pd.DataFrame, dated: pd.DataFrame, step: Step
) -> _Around:
    names = label_budgets(burn, max_name_length(ax, 32))
    totals = burn["total"].astype("float64").groupby(names).first()
    rows = {str(name): part for name, part in dated.groupby(names.loc[dated.index])}
    known = [name for name in totals.index if totals[name] > 0]
    shares = _measure_shares({name: rows[name] for name in known if name in rows}, totals)
    ordered = sorted(shares, key=lambda name: -np.nan_to_num(shares[name]))
    shares = {name: shares[name] for name in ordered}
    lines = {
        name: _draw_percent(ax, rows[name], totals[name], shade(ax, colour), step)
        for name, colour in zip(ordered, SERIES, strict=False)
    }
    notes = [
        count_hidden(len(ordered) - len(lines), "budget"),
        _list_names("without a total", [name for name in totals.index if name not in known]),
        _list_names("nothing used yet", [name for name in known if name not in rows]),
        _unpriced_note(dated),
    ]
    legend: dict[str, Artist] = {}
    legend["whole budget"] = ax.axhline(100, color=mix_ink(ax), linewidth=1.4)
    if dated["is_forecast"].fillna(False).any():
        legend["forecast"] = ax.plot([], [], color=mix_ink(ax), lw=1.6, linestyle="--")[0]
    # A budget that is not drawn does not stretch the axis.
    shown = dated[names.loc[dated.index].isin(ordered[: len(SERIES)])] if ordered else dated
    starts = unique_days(shown["period"])
    _show_days(ax, pd.Timestamp(starts[0]), pd.Timestamp(_row_ends(shown, step).max()))
    ax.set_ylabel("Used (%)", fontsize=font_size(ax) + 1)
    whole = dict(zip(names, label_budgets(burn, LONGEST_NAME), strict=True))
    around = {"notes": notes, "finding": _summarise_several(shares, whole)}
    ends = {
        name: End(100 * column_numbers(rows[name], "used_total")[-1] / totals[name], line, colour)
        for (name, line), colour in zip(lines.items(), SERIES, strict=False)
    }
    lines = label_ends(ax, ends)
    if not lines:
        return around | {"legend": legend}
    add_legend_beside(ax, lines | legend)
    return around


def _measure_shares(rows: Mapping[str, pd.DataFrame], totals: pd.Series) -> dict[str, float]:
    """Return the part of each budget that is used by now; NaN where all rows are a forecast."""
    shares = {}
    for name, part in rows.items():
        known = _count_known_rows(part)
        used = float(column_numbers(part, "used_total")[known - 1]) if known else np.nan
        shares[name] = used / float(totals[name])
    return shares


def _summarise_several(shares: Mapping[str, float], whole: Mapping[str, str]) -> str:
    """Return a sentence that names the most used budget, and counts those that are used up."""
    shares = {name: share for name, share in shares.items() if not np.isnan(share)}
    if not shares:
        return ""
    used = np.array(list(shares.values()), dtype="float64")
    most = name_leaders([whole[name] for name in shares], used)
    over = int((used >= 1 - TINY).sum())
    counted = f"; {over} of {len(shares)} {'is' if over == 1 else 'are'} used up" if over else ""
    return f"Most used: {most}, {format_share(float(used.max()))}{counted}."


def _draw_percent(ax: Axes, rows: pd.DataFrame, total: float, colour: str, step: Step) -> Artist:
    days, amounts = _amount_points(rows, "used_total", step)
    known, percent = _count_known_rows(rows), 100 * amounts / total
    ax.plot(days[known:], percent[known:], color=colour, lw=1.6, linestyle="--")
    return ax.plot(days[: known + 1], percent[: known + 1], color=colour, lw=2)[0]


def _list_names(heading: str, names: list[str]) -> str:
    return f"{heading}: {list_some(names, _MOST_NAMES)}" if names else ""
