"""Chart of the dates on which all tasks may be completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.flow.lead_times import PERCENTILE_STYLES
from asana_frames.charts.shared.axes import (
    annotate_right,
    axes_width,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
    set_span,
    set_title,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions, format_day, label_date_axis
from asana_frames.charts.shared.ink import find_background, mix_ink
from asana_frames.charts.shared.labels import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: With more dates the bars are one outline.
_MANY_BARS = 200


def forecast(forecast: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the probability of each completion date.

    Parameters
    ----------
    forecast
        What ``rollups.forecast`` returns: ``date``, ``probability``, ``cumulative``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per date, in percent of the trials. Lines mark the dates by which 50, 85 and 95 % of
        them are done; a note gives the share that never is.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    forecast = read_input(forecast, ["date", "probability", "cumulative"], chart="forecast", ax=ax)
    dated = drop_missing(forecast, "date").sort_values("date", kind="stable")
    never = float(forecast["probability"].sum()) - float(dated["probability"].sum())
    note = f"{format_number(100 * never)} % of the trials were given up" if never > 1e-9 else ""
    if ax is None:
        ax = new_axes(height=4.2)
    set_title(ax, "When all is done", [note])
    if dated.empty:
        return draw_empty(ax, "No date" if len(forecast) else "No forecast")
    dates = day_positions(dated["date"].to_numpy("datetime64[D]"))
    chances = 100 * column_numbers(dated, "probability")
    step = float(np.diff(dates).min()) if len(dates) > 1 else 1.0
    _draw_chances(ax, dates, chances, step)
    set_span(ax, dates[0], dates[-1], margin=step, least=5 * step)
    ax.set_ylim(0, 1.4 * float(chances.max()))
    # The marks need room above the bars, but no chance is above 100 %.
    ax.set_yticks([tick for tick in ax.get_yticks() if tick <= min(100, ax.get_ylim()[1])])
    label_date_axis(ax)
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Chance (%)", fontsize=font_size(ax) + 1)
    _mark_dates(ax, dated, dates)
    return make_room(ax)


def _draw_chances(ax: Axes, dates: Numbers, chances: Numbers, step: float) -> None:
    if len(dates) > _MANY_BARS:
        edges = np.append(dates - step / 2, dates[-1] + step / 2)
        ax.stairs(chances, edges, fill=True, color=SERIES[0])
    else:
        ax.bar(dates, chances, 0.9 * step, color=SERIES[0])


def _mark_dates(ax: Axes, dated: pd.DataFrame, dates: Numbers) -> None:
    """Mark the dates by which parts of the trials are done; labels stand one below the other."""
    cumulative = column_numbers(dated, "cumulative")
    # Sums of probabilities may miss a percentile by a rounding error.
    found = {share: int(np.searchsorted(cumulative, share - 1e-9)) for share in PERCENTILE_STYLES}
    marks = {share: at for share, at in found.items() if at < len(dates)}
    low, high = ax.get_xlim()
    # A letter is a little more than half as wide as high; all labels are on the same side.
    label_width = 24 * 0.55 * font_size(ax) / 72 / axes_width(ax)
    is_left = bool(marks) and (dates[max(marks.values())] - low) / (high - low) > 1 - label_width
    for row, (share, at) in enumerate(marks.items()):
        ax.axvline(
            float(dates[at]), color=mix_ink(ax), linewidth=1.2, linestyle=PERCENTILE_STYLES[share]
        )
        annotate_right(
            ax,
            f"{100 * share:.0f} % by {format_day(dated['date'].iloc[at])}",
            (float(dates[at]), 0.97 - 0.085 * row),
            points=-4 if is_left else 4,
            xycoords=ax.get_xaxis_transform(),
            ha="right" if is_left else "left",
            va="top",
            bbox={"facecolor": find_background(ax), "edgecolor": "none", "pad": 1.0},
        )
