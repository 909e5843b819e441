"""Chart of what remains of a sprint or project, beside an ideal line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    make_room,
    new_axes,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import day_positions, format_day, label_date_axis
from asana_frames.charts.shared.ink import MUTED, mix_ink
from asana_frames.charts.shared.labels import format_number
from asana_frames.charts.shared.stacked_bars import FEW_POINTS
from asana_frames.charts.shared.up_down_bars import add_panel, draw_up_down_bars, sum_periods

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_LINES = ("remaining", "ideal")
_CHANGES = ("scope_added", "scope_removed")
_FEWEST_DAYS = 5.0
_BAR_SHARE = 0.22


def burndown(burndown: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what remains at the end of each working day, beside the ideal line.

    Parameters
    ----------
    burndown
        What ``rollups.burndown`` returns: ``period``, ``remaining``, ``ideal``, ``scope_added``,
        ``scope_removed``. Groups are added up.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line of what remains, up to now, and a dashed one that falls to 0. Bars below show what
        was added to the scope on each day, upwards, and what was removed, downwards. A note tells
        what remains, and what should.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    burndown = read_input(burndown, ["period", *_LINES, *_CHANGES], chart="burndown", ax=ax)
    rows = sum_periods(sort_dated(burndown, "period"), [*_LINES, *_CHANGES])
    if ax is None:
        ax = new_axes(height=4.6)
    if rows.empty:
        set_title(ax, "Remaining")
        return draw_empty(ax, "No tasks")
    # Each value is that of the end of its day, and stands at the label of the day.
    days = day_positions(rows["period"].to_numpy("datetime64[D]"))
    added, removed = (column_numbers(rows, name) for name in _CHANGES)
    legend = draw_up_down_bars(
        ax,
        days,
        1.0,
        ("added", np.nan_to_num(added), SERIES[3]),
        ("removed", np.nan_to_num(removed), SERIES[2]),
        label="Scope",
        share=_BAR_SHARE,
    )
    set_span(ax, days[0], days[-1], margin=0.6, least=_FEWEST_DAYS)
    label_date_axis(ax)
    legend = _draw_lines(add_panel(ax, "Remaining", share=_BAR_SHARE), days, rows) | legend
    set_title(ax, "Remaining", [_summarise(rows)])
    add_legend_below(ax, legend)
    return make_room(ax)


def _draw_lines(ax: Axes, days: np.ndarray, rows: pd.DataFrame) -> dict[str, Artist]:
    remaining, ideal = (column_numbers(rows, name) for name in _LINES)
    # Points show single days, and where the line ends.
    size = 3 if len(rows) <= FEW_POINTS else 0
    line = ax.plot(days, remaining, color=SERIES[0], linewidth=1.8, marker="o", markersize=size)
    drawn: dict[str, Artist] = {"remaining": line[0]}
    if not np.isnan(ideal).all():
        line = ax.plot(days, ideal, color=mix_ink(ax, MUTED), linewidth=1.4, linestyle="--")
        drawn["ideal"] = line[0]
    known = [values[~np.isnan(values)] for values in (remaining, ideal)]
    ax.set_ylim(0, max(1.0, *(1.08 * float(values.max()) for values in known if len(values))))
    return drawn


def _summarise(rows: pd.DataFrame) -> str:
    """Say what remains on the last day that is known, and what should."""
    known = rows[rows["remaining"].notna()]
    if known.empty:
        return ""
    last = known.iloc[-1]
    ideal = "" if pd.isna(last["ideal"]) else f", ideally {format_number(float(last['ideal']))}"
    remaining = format_number(float(last["remaining"]))
    return f"{remaining} remaining on {format_day(last['period'])}{ideal}"
