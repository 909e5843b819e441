"""Chart of where budgets stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_iterable, check_share
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    cell_width,
    count_fitting_rows,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    max_name_length,
    new_axes,
    set_plain_style,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import ALARM, HATCH, SERIES, WARNING
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import QUIET_TEXT, find_background, mix_ink, shade
from asana_frames.charts.shared.labels import (
    format_exact,
    format_value,
    name_leaders,
    shorten_name,
)
from asana_frames.charts.shared.rows import label_rows
from asana_frames.charts.time.budget_names import label_budgets
from asana_frames.display.sentences import count_noun, format_share
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NEEDED = (
    *("budget_gid", "project_name", "units", "used", "total", "share"),
    *("forecast_share", "state"),
)
#: The states, the worst first, and their colours.
_COLOURS = {
    "over": ALARM,
    "at risk": WARNING,
    "unpriced": SERIES[3],
    "ok": SERIES[0],
    "no total": HATCH,
}
_WHAT = "use of budgets"
_MOST_ROWS = 25
#: Percent from which a bar is cut, so that one budget does not squeeze all others.
_FARTHEST = 200.0


def budget_status(
    status: pd.DataFrame,
    *,
    alerts: Iterable[float] = (0.75, 0.9, 1.0),
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how much of each budget is used, and will be at its end.

    Parameters
    ----------
    status
        What ``rollups.budget_status`` returns, one row per budget: ``budget_gid``,
        ``project_name``, ``units``, ``used``, ``total``, ``share``, ``forecast_share`` and
        ``state``.
    alerts
        Shares that are marked by a line across; pass those of ``rollups.budget_status``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        A bar per budget, in percent of its total, in the colour of its state, hatched where it
        is beyond the total; a hollow diamond for the forecast at the end. What is used and the
        state are written beside it. The worst state is at the top, then the most used; at most
        25, a note counts the others. Bars and forecasts end at 200 %, with an arrow. The subtitle
        counts the budgets that are over and at risk, and names the most used of those over.

    Raises
    ------
    InvalidArgument
        A column is missing, an alert is not a number, or ``ax``, ``title`` or ``subtitle`` cannot
        be used.
    """
    titles = Titles(title, subtitle)
    status = read_input(
        status, _NEEDED, chart="budget_status", ax=ax, titles=titles, has_rows=True
    )
    check_iterable(alerts, name="alerts", like="(0.75, 0.9, 1.0)")
    marks = list(alerts)
    for share in marks:
        check_share(share, name="alerts", like=0.75)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(status), _MOST_ROWS) + 1.9)
    if status.empty:
        set_heading(ax, status, _WHAT, titles)
        return draw_empty(ax, "No budgets")
    status = _sort_by_state(status)
    most = count_fitting_rows(ax, _MOST_ROWS, reserved=0.8)
    rows = status.head(most)
    ends = _draw_bars(ax, rows)
    forecasts = _draw_forecasts(ax, rows)
    lines = _draw_alerts(ax, marks)
    _write_words(ax, rows)
    names = label_budgets(status, max_name_length(ax, 30))
    set_plain_style(ax, grid="x")
    label_rows(ax, list(names.loc[rows.index]))
    ax.set_xlim(
        min(0.0, ends.min()),
        max(110.0, ends.max(), *(100 * share for share in marks), *forecasts) + 6,
    )
    ax.set_xlabel("Used (% of the budget)", fontsize=font_size(ax) + 1)
    set_heading(
        ax,
        status,
        _WHAT,
        titles,
        finding=_summarise_states(status),
        notes=[count_hidden(len(status) - len(rows), "budget")],
        legend=lines | _list_handles(ax, rows, bool(len(forecasts))),
    )
    return make_room(ax)


def _summarise_states(status: pd.DataFrame) -> str:
    """Return a sentence that counts the budgets that are over and at risk."""
    over, at_risk = (status["state"] == state for state in ("over", "at risk"))
    counts = int(over.sum()), int(at_risk.sum())
    budgets = count_noun(len(status), "budget")
    if not sum(counts):
        return f"None of {budgets} is over or at risk."
    most = ""
    if counts[0]:
        share = np.nan_to_num(column_numbers(status[over.fillna(False)], "share"))
        names = label_budgets(status, LONGEST_NAME)[over.fillna(False)]
        most = f"; the most: {name_leaders(names, share)}, {format_share(float(share.max()))}"
    verb = "is" if counts[0] == 1 else "are"
    at_risk_part = f"; {counts[1]:,} at risk" if counts[1] else ""
    return f"{counts[0]:,} of {budgets} {verb} over{most}{at_risk_part}."


def _sort_by_state(status: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by state, the worst first, then by the share that is used."""
    known = {state: rank for rank, state in enumerate(_COLOURS)}
    ranks = [known.get(state, len(known)) for state in status["state"]]
    order = np.lexsort([-np.nan_to_num(column_numbers(status, "share")), np.array(ranks)])
    return status.iloc[order].reset_index(drop=True)


def _read_percent(rows: pd.DataFrame, column: str) -> Numbers:
    return 100 * column_numbers(rows, column)


def _draw_bars(ax: Axes, rows: pd.DataFrame) -> Numbers:
    """Draw what is used, cut where it is far beyond the total; return the ends of the bars."""
    used = np.nan_to_num(_read_percent(rows, "share"))
    ends = np.minimum(used, _FARTHEST)
    places = np.arange(len(rows))
    colours = [shade(ax, _COLOURS.get(state, HATCH)) for state in rows["state"]]
    ax.barh(places, np.minimum(ends, 100), height=0.55, color=colours)
    beyond = ends > 100 + TINY
    ax.barh(
        places[beyond],
        ends[beyond] - 100,
        left=100,
        height=0.55,
        **_hatched_style(ax),
    )
    cut = used > _FARTHEST
    ax.plot(ends[cut] + 1, places[cut], linestyle="", marker=5, color=shade(ax, ALARM), ms=7)
    return ends


def _hatched_style(ax: Axes) -> dict[str, Any]:
    """Return the look of what is beyond the total."""
    colours = {"facecolor": find_background(ax), "edgecolor": shade(ax, ALARM)}
    return {"hatch": "//////", "linewidth": 0.8, **colours}


def _draw_forecasts(ax: Axes, rows: pd.DataFrame) -> Numbers:
    """Mark what is used at the end where it is known; return the places of the marks."""
    percent = _read_percent(rows, "forecast_share")
    known = np.flatnonzero(~np.isnan(percent))
    ends = np.minimum(percent, _FARTHEST)
    used = np.minimum(np.nan_to_num(_read_percent(rows, "share")), _FARTHEST)
    ax.hlines(
        known, used[known], ends[known], color=mix_ink(ax, QUIET_TEXT), linestyle=":", linewidth=1
    )
    is_cut = percent[known] > _FARTHEST
    for marker, drawn in (("D", known[~is_cut]), (">", known[is_cut])):
        ax.plot(ends[drawn], drawn, **_hollow_style(ax, marker))
    return ends[known]


def _hollow_style(ax: Axes, marker: str) -> dict[str, Any]:
    colours = {"markerfacecolor": find_background(ax), "markeredgecolor": mix_ink(ax)}
    return {"linestyle": "", "marker": marker, "markersize": 5, "markeredgewidth": 1.2, **colours}


def _draw_alerts(ax: Axes, alerts: list[float]) -> dict[str, Artist]:
    """Draw a line at each alert, that of the total the strongest; return the legend."""
    legend: dict[str, Artist] = {}
    style: dict[str, Any] = {"color": mix_ink(ax, QUIET_TEXT), "linestyle": "--", "linewidth": 0.9}
    parts = sorted({*alerts} - {1.0})
    for share in parts:
        told = " and ".join(f"{100 * part:.10g} %" for part in parts)
        legend[f"{told} used"] = ax.axvline(100 * share, zorder=0.5, **style)
    legend["all used"] = ax.axvline(100, zorder=0.5, color=shade(ax, ALARM), linewidth=1.4)
    return legend


def _write_words(ax: Axes, rows: pd.DataFrame) -> None:
    """Write what is used and the state to the right of each row."""
    numbers = (column_numbers(rows, name) for name in ("used", "total", "share"))
    for place, values in enumerate(zip(rows["units"], rows["state"], *numbers, strict=True)):
        write_beside_axes(ax, _describe_use(*values, is_short=cell_width(ax) < 6), place)


def _describe_use(
    units: Any, state: Any, used: float, total: float, share: float, *, is_short: bool
) -> str:
    """Return what is used, and the state, in words.

    Examples
    --------
    >>> _describe_use("hours", "at risk", 54.0, 60.0, 0.9, is_short=False)
    '54 of 60 hours, 90 %: at risk'
    >>> _describe_use("EUR", "no total", 54.0, float("nan"), float("nan"), is_short=False)
    '54 EUR: no total'
    """
    told = shorten_name(format_value(state), 12)
    percent = "" if np.isnan(share) else format_share(share)
    if is_short:
        return f"{percent}: {told}" if percent else told
    whole = "" if np.isnan(total) else f" of {format_exact(total)}"
    amount = f"{format_exact(float(np.nan_to_num(used)))}{whole}"
    unit = shorten_name(format_value(units), 8)
    return f"{', '.join(filter(None, [f'{amount} {unit}', percent]))}: {told}"


def _list_handles(ax: Axes, rows: pd.DataFrame, has_forecast: bool) -> dict[str, Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    # The states are written beside the bars.
    handles: dict[str, Artist] = {}
    if (column_numbers(rows, "share") > 1 + TINY).any():
        handles["beyond the total"] = Patch(**_hatched_style(ax))
    if has_forecast:
        handles["forecast at the end"] = Line2D([], [], **_hollow_style(ax, "D"))
    return handles
