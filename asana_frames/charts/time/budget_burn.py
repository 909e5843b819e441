"""Charts of budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    empty,
    font_size,
    legend_below,
    legend_beside,
    longest_name,
    made_room,
    new_axes,
    plain,
    shortened,
    titled,
)
from asana_frames.charts.shared.colours import DARK, SERIES
from asana_frames.charts.shared.dates import (
    Numbers,
    Step,
    date_axis,
    days_of,
    ends_of,
    in_words,
    place_of,
    places_of,
    step_of,
)
from asana_frames.charts.shared.labels import labelled, number, shown
from asana_frames.rollups.shared.inputs import require_columns

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
_LIMIT = "#bd1f01"
_PLAN = "#717581"
#: Budgets that a note names; it counts the others.
_NAMED = 4


def budget_burn(burn: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how a budget is used up, or how several are.

    Parameters
    ----------
    burn
        What ``rollups.budget_burn`` returns, one row per budget and period: ``budget_gid``,
        ``project_name``, ``budget_type``, ``units``, ``period``, ``is_forecast``, ``used``,
        ``used_total``, ``used_low``, ``used_high``, ``total``, ``planned_to_date``,
        ``unpriced_hours``, ``exhausted_on``, ``exhausted_earliest`` and ``exhausted_latest``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Of one budget, in its units: what is used at the end of each period, the forecast dashed
        in its band, the budget as a line across, the plan, and the day on which it is used up.
        A note counts the hours that have no rate and so are in none of this.
        Of several: the used part of each in percent, at most ten, the furthest on first; a note
        counts the others and names those that have no total.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    require_columns(burn, _NEEDED, what="charts.budget_burn")
    if ax is None:
        ax = new_axes(height=4.4)
    burn = burn.reset_index(drop=True)
    dated = burn[burn["period"].notna()].sort_values("period", kind="stable")
    if dated.empty:
        return empty(ax, "No budgets" if burn.empty else "Nothing used yet")
    step = step_of(days_of(dated["period"]))
    if burn["budget_gid"].nunique(dropna=False) > 1:
        _several(ax, burn, dated, step)
    else:
        _one(ax, dated, step)
    plain(ax, grid="y")
    return made_room(ax)


def _numbers(rows: pd.DataFrame, column: str) -> Numbers:
    return np.asarray(rows[column].astype("float64"), dtype="float64")


def _one(ax: Axes, rows: pd.DataFrame, step: Step) -> None:
    total = float(_numbers(rows, "total")[0])
    units = shown(rows["units"].iloc[0])
    drawn = {**_used(ax, rows, step), **_plan(ax, rows, step)}
    if not np.isnan(total):
        line = ax.axhline(total, color=_LIMIT, linewidth=1.4)
        drawn[f"budget: {number(total)} {shortened(units)}"] = line
    words, across = _exhaustion(ax, rows, step)
    date_axis(ax)
    name = shortened(shown(rows["project_name"].iloc[0]), longest_name(ax))
    kind = shortened(shown(rows["budget_type"].iloc[0]))
    notes = [note for note in (words, _unpriced(rows)) if note]
    titled(ax, f"{name}: {kind} used", notes, across=across)
    if (_numbers(rows, "used_total") >= 0).all():
        ax.set_ylim(bottom=0)
    ax.set_ylabel(shortened(units[:1].upper() + units[1:]), fontsize=font_size(ax) + 1)
    ax.yaxis.set_major_formatter("{x:,.6g}")
    legend_below(ax, list(drawn.values()), list(drawn), points=30)


def _unpriced(rows: pd.DataFrame) -> str:
    hours = float(np.nansum(_numbers(rows, "unpriced_hours")))
    return f"+ {number(hours)} h without a rate" if hours else ""


def _points(rows: pd.DataFrame, column: str, step: Step) -> tuple[Numbers, Numbers]:
    """Return days and amounts, from what was used before the first period on."""
    starts = rows["period"].to_numpy("datetime64[D]")
    days = places_of(np.concatenate([starts[:1], ends_of(starts, step)]))
    amounts = _numbers(rows, column)
    before = _numbers(rows, "used_total")[:1] - np.nan_to_num(_numbers(rows, "used")[:1])
    return days, np.concatenate([before, amounts])


def _used(ax: Axes, rows: pd.DataFrame, step: Step) -> dict[str, Artist]:
    """Draw what is used and, from where that ends, what is forecast."""
    days, amounts = _points(rows, "used_total", step)
    known = _known(rows)
    drawn: dict[str, Artist] = {}
    if known:
        drawn["used"] = ax.plot(days[: known + 1], amounts[: known + 1], color=SERIES[0], lw=2.2)[
            0
        ]
    if known < len(rows):
        drawn["forecast"] = ax.plot(
            days[known:], amounts[known:], color=SERIES[0], lw=1.8, linestyle="--"
        )[0]
        low, high = (_points(rows, side, step)[1] for side in ("used_low", "used_high"))
        drawn["range of the forecast"] = ax.fill_between(
            days[known:], low[known:], high[known:], color=SERIES[0], alpha=0.2, linewidth=0
        )
    return drawn


def _known(rows: pd.DataFrame) -> int:
    """Return how many rows come before the forecast."""
    return int((~rows["is_forecast"].fillna(False).astype(bool)).sum())


def _plan(ax: Axes, rows: pd.DataFrame, step: Step) -> dict[str, Artist]:
    planned = _numbers(rows, "planned_to_date")
    if np.isnan(planned).all():
        return {}
    days = places_of(ends_of(rows["period"].to_numpy("datetime64[D]"), step))
    # A line of one point would not be seen.
    dot = "." if np.isfinite(planned).sum() == 1 else ""
    return {"plan": ax.plot(days, planned, color=_PLAN, lw=1.1, ls="-.", marker=dot)[0]}


def _exhaustion(ax: Axes, rows: pd.DataFrame, step: Step) -> tuple[str, float]:
    """Mark the day on which the budget is used up; return it in words and where it is across."""
    columns = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
    day, earliest, latest = (rows[column].iloc[0] for column in columns)
    starts = rows["period"].to_numpy("datetime64[D]")
    first, *ends = (pd.Timestamp(at) for at in [starts[0], *ends_of(starts, step)])
    known = [first, *ends][_known(rows)]
    # A day far off would squeeze all that is known into a corner.
    last = max(ends[-1], min(day, ends[-1] + (ends[-1] - first) / 2) if pd.notna(day) else first)
    _span(ax, first, last)
    words = _in_words(day, earliest, latest, known)
    if pd.isna(day):
        return words, 0.5
    if day > last:
        return f"{words}, beyond the chart", 1.0
    if day >= known and pd.notna(earliest):
        until = min(latest, last) if pd.notna(latest) else last
        ax.axvspan(
            place_of(max(earliest, first)), place_of(until), color=DARK, alpha=0.08, linewidth=0
        )
    ax.axvline(place_of(max(day, first)), color=DARK, linewidth=1.2, linestyle=":")
    low, high = ax.get_xlim()
    return words, (place_of(max(day, first)) - low) / (high - low)


def _span(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Show the days from the first to the last, with a little air."""
    air = 0.02 * (place_of(last) - place_of(first))
    ax.set_xlim(place_of(first) - air, place_of(last) + air)


def _in_words(
    day: pd.Timestamp, earliest: pd.Timestamp, latest: pd.Timestamp, known: pd.Timestamp
) -> str:
    """Return when the budget is used up, or since when it is, seen from the day ``known``.

    Examples
    --------
    >>> days = map(pd.Timestamp, ["2027-03-14", "2027-03-01", "2027-04-02", "2026-11-30"])
    >>> _in_words(*days)
    'used up on 14 Mar 2027 (1 Mar 2027 to 2 Apr 2027)'
    """
    if pd.isna(day):
        return f"may be used up from {in_words(earliest)} on" if pd.notna(earliest) else ""
    if day < known:
        return f"over budget since {in_words(day)}"
    words = f"used up on {in_words(day)}"
    if pd.isna(earliest):
        return words
    if pd.isna(latest):
        return f"{words} (not before {in_words(earliest)})"
    return f"{words} ({in_words(earliest)} to {in_words(latest)})"


def _several(ax: Axes, burn: pd.DataFrame, dated: pd.DataFrame, step: Step) -> None:
    longest = longest_name(ax, 32)
    # The name is shortened before, so that its units stay whole.
    named = _named(burn, longest - len(" (hours)"))
    names = labelled(named, ["budget_gid", "budget_name"], longest)
    totals = burn["total"].astype("float64").groupby(names).first()
    rows = {str(name): part for name, part in dated.groupby(names.loc[dated.index])}
    known = [name for name in totals.index if totals[name] > 0]
    ordered = sorted(
        (name for name in known if name in rows),
        key=lambda name: -_numbers(rows[name], "used_total")[-1] / totals[name],
    )
    drawn = {
        name: _percent(ax, rows[name], totals[name], colour, step)
        for name, colour in zip(ordered, SERIES, strict=False)
    }
    more = len(ordered) - len(drawn)
    notes = [
        f"… {more} more" if more else "",
        _list("without a total", [name for name in totals.index if name not in known]),
        _list("nothing used yet", [name for name in known if name not in rows]),
        _unpriced(dated),
    ]
    titled(ax, "Budgets used", [note for note in notes if note])
    drawn["whole budget"] = ax.axhline(100, color=_LIMIT, linewidth=1.4)
    if dated["is_forecast"].fillna(False).any():
        drawn["forecast"] = ax.plot([], [], color=DARK, linestyle="--")[0]
    starts = days_of(dated["period"])
    _span(ax, pd.Timestamp(starts[0]), pd.Timestamp(ends_of(starts, step)[-1]))
    date_axis(ax)
    ax.set_ylabel("Used (% of the budget)", fontsize=font_size(ax) + 1)
    legend_beside(ax, list(drawn.values()), list(drawn))


def _named(burn: pd.DataFrame, longest: int) -> pd.DataFrame:
    """Return the budgets with names: a project may have one of time and one of cost."""
    pairs = zip(burn["project_name"], burn["units"], strict=True)
    names = [f"{_cut(shown(project), longest)} ({shown(units)})" for project, units in pairs]
    return pd.DataFrame({"budget_gid": burn["budget_gid"], "budget_name": names}, index=burn.index)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _percent(ax: Axes, rows: pd.DataFrame, total: float, colour: str, step: Step) -> Artist:
    days, amounts = _points(rows, "used_total", step)
    known, percent = _known(rows), 100 * amounts / total
    ax.plot(days[known:], percent[known:], color=colour, lw=1.6, linestyle="--")
    return ax.plot(days[: known + 1], percent[: known + 1], color=colour, lw=2)[0]


def _list(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what}: {', '.join(names[:_NAMED])}{more}"
