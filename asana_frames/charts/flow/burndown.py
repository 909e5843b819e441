"""Chart of what remains of a sprint or project, beside an ideal line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes, set_span
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import day_position, day_positions, label_date_axis
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import MUTED, mix_ink, shade
from asana_frames.charts.shared.labels import format_tenths
from asana_frames.charts.shared.stacked_bars import FEW_POINTS
from asana_frames.charts.shared.today import find_today, mark_today
from asana_frames.charts.shared.up_down_bars import add_panel, draw_up_down_bars, sum_periods
from asana_frames.display.sentences import format_day, format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WHAT = "remaining work"
_LINES = ("remaining", "ideal")
_CHANGES = ("scope_added", "scope_removed")
_FEWEST_DAYS = 5.0
_BAR_SHARE = 0.22


def burndown(
    burndown: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what remains at the end of each working day, beside the ideal line.

    Parameters
    ----------
    burndown
        What ``rollups.burndown`` returns: ``period``, ``remaining``, ``ideal``, ``scope_added``,
        ``scope_removed``. Groups are added up.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line of what remains, up to now, and a dashed one that falls to 0. Bars below show what
        was added to the scope on each day, upwards, and what was removed, downwards. Today is
        marked where the axis goes on after it. The subtitle tells what remains on the last day
        that is known, and where the ideal line is then.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["period", *_LINES, *_CHANGES]
    burndown = read_input(burndown, needed, chart="burndown", ax=ax, titles=titles)
    rows = sum_periods(sort_dated(burndown, "period"), [*_LINES, *_CHANGES])
    if ax is None:
        ax = new_axes(height=4.6)
    if rows.empty:
        set_heading(ax, burndown, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    # Each value is that of the end of its day, and stands at the label of the day.
    days = day_positions(rows["period"].to_numpy("datetime64[D]"))
    added, removed = (column_numbers(rows, name) for name in _CHANGES)
    legend = draw_up_down_bars(
        ax,
        days,
        1.0,
        ("added", np.nan_to_num(added), shade(ax, SERIES[3])),
        ("removed", np.nan_to_num(removed), shade(ax, SERIES[2])),
        label="Scope",
        share=_BAR_SHARE,
    )
    set_span(ax, days[0], days[-1], margin=0.6, least=_FEWEST_DAYS)
    label_date_axis(ax)
    panel = add_panel(ax, "Remaining", share=_BAR_SHARE)
    legend = _draw_lines(panel, days, rows) | legend
    today = find_today(burndown)
    if day_position(today) < days[-1]:
        mark_today(panel, today)
    set_heading(
        ax,
        burndown,
        _WHAT,
        titles,
        finding=_summarise(rows),
        days=(rows["period"].iloc[0], rows["period"].iloc[-1]),
        legend=legend,
    )
    return make_room(ax)


def _draw_lines(ax: Axes, days: np.ndarray, rows: pd.DataFrame) -> dict[str, Artist]:
    remaining, ideal = (column_numbers(rows, name) for name in _LINES)
    # Points show single days, and where the line ends.
    size = 3 if len(rows) <= FEW_POINTS else 0
    colour = shade(ax, SERIES[0])
    line = ax.plot(days, remaining, color=colour, linewidth=1.8, marker="o", markersize=size)
    drawn: dict[str, Artist] = {"remaining": line[0]}
    if not np.isnan(ideal).all():
        line = ax.plot(days, ideal, color=mix_ink(ax, MUTED), linewidth=1.4, linestyle="--")
        drawn["ideal"] = line[0]
    known = [values[~np.isnan(values)] for values in (remaining, ideal)]
    # The word for today stands above the lines.
    ax.set_ylim(0, max(1.0, *(1.2 * float(values.max()) for values in known if len(values))))
    return drawn


def _summarise(rows: pd.DataFrame) -> str:
    """Say what remains on the last day that is known, and what should."""
    known = rows[rows["remaining"].notna()]
    if known.empty:
        return ""
    last = known.iloc[-1]
    remaining = format_figure(float(last["remaining"]))
    told = f"{remaining} remaining on {format_day(last['period'])}"
    if pd.isna(last["ideal"]):
        return f"{told}."
    return f"{told}; the ideal line is at {format_tenths(float(last['ideal']))}."
