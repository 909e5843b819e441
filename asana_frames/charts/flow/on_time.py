"""Chart of the tasks that are done by their due day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, list_keys, read_input
from asana_frames.charts.shared.dates import (
    FEW,
    day_positions,
    fill_periods,
    find_step,
    label_period_axis,
    unique_days,
)
from asana_frames.charts.shared.rates import (
    draw_rate_lines,
    draw_rate_rows,
    list_period_columns,
)
from asana_frames.charts.shared.stacked_bars import draw_stacked_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {
    "done_on_time": ("done on time", SERIES[0]),
    "done_late": ("done late", SERIES[1]),
    "open_late": ("late and open", ALARM),
}
_RATE = "on_time_rate"
_NUMBERS = ("period", "partial", *_LOOKS, "not_due", "undated", _RATE, "judged")
_TITLE = "Tasks done on time"


def on_time(on_time: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tasks are done by their due day.

    Parameters
    ----------
    on_time
        What ``rollups.on_time`` returns: ``done_on_time``, ``done_late``, ``open_late``,
        ``on_time_rate``, with periods ``period`` and ``partial``, and the key columns (all
        others).
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Over time a bar per period, in which the tasks due are stacked, with the rate on top; with
        keys a line per group, of at most eight, with a hollow point where the period is not over.
        Without periods a bar per group, the highest rate at the top. Tasks without a due date are
        not drawn.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = [*_LOOKS, _RATE, *list_period_columns(on_time)]
    on_time = read_input(on_time, needed, chart="on_time", ax=ax)
    has_periods = "period" in on_time.columns
    rows = on_time.assign(judged=on_time[[*_LOOKS]].astype("float64").sum(axis="columns"))
    if has_periods:
        rows = rows[rows["period"].notna().to_numpy(dtype=bool)]
    rows = rows.reset_index(drop=True)
    keys = list_keys(rows, _NUMBERS)
    if ax is None:
        ax = new_axes(height=4.2 if has_periods else 0.3 * min(len(rows), 40) + 1.4)
    if not rows["judged"].any():
        set_title(ax, _TITLE)
        return draw_empty(ax, "No tasks that were due")
    if not has_periods:
        done = rows["done_on_time"].astype("float64")
        texts = [
            f"{100 * part / whole:.0f} % of {whole:,.0f}" if whole else "none due"
            for part, whole in zip(done, rows["judged"], strict=True)
        ]
        draw_rate_rows(ax, rows, keys, _RATE, pd.Series(texts, index=rows.index), _TITLE)
    elif keys:
        draw_rate_lines(ax, rows, keys, _RATE, "judged", _TITLE)
    else:
        _draw_bars(ax, rows)
    return make_room(ax)


def _draw_bars(ax: Axes, rows: pd.DataFrame) -> None:
    """Stack the tasks of each period, and write the rate above them."""
    step = find_step(unique_days(rows["period"]))
    days = fill_periods(unique_days(rows["period"]), step)
    table = rows.set_index("period")[[*_LOOKS]].astype("float64")
    table = table.reindex(days.astype("datetime64[us]"), fill_value=0.0)
    looks = [(colour, "") for _, colour in _LOOKS.values()]
    bars = draw_stacked_bars(ax, table, step, looks)
    if len(days) <= FEW:
        percent = rows.set_index("period")[_RATE].reindex(table.index)
        rates = 100 * column_numbers(percent.to_frame(), _RATE)
        for place, height, rate in zip(
            day_positions(days), table.sum(axis="columns"), rates, strict=True
        ):
            text = (
                ""
                if np.isnan(rate)
                else f"{rate:.0f} %"
                if len(days) <= FEW / 2
                else f"{rate:.0f}"
            )
            ax.annotate(
                text,
                (place, height),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=font_size(ax),
            )
    ax.margins(y=0.1)
    label_period_axis(ax, days, step)
    set_count_axis(ax, "Tasks due")
    set_title(ax, _TITLE, ["above the bars: percent done on time"] if len(days) <= FEW else [])
    names = [name for name, _ in _LOOKS.values()]
    add_legend_below(ax, dict(zip(names, bars, strict=True)))
