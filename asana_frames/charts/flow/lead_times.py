"""Chart of how long tasks took, from creation to completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    axes_height,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
    set_span,
    set_title,
    write_beside_axes,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions, label_date_axis
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number
from asana_frames.rollups.flow.close_times import close_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Share of the tasks -> style of the line that marks it.
PERCENTILE_STYLES = {0.5: ":", 0.85: "--", 0.95: "-"}
#: The end of the axis of days, as a multiple of the last percentile.
_FAR = 3.0
#: With more points they are drawn as one picture.
_MANY_POINTS = 5_000
#: Days that the axis of dates shows at least.
_FEWEST_DAYS = 5.0


def lead_times(lead_times: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each completed task as a dot: when it was completed, and how long it took.

    Parameters
    ----------
    lead_times
        What ``rollups.lead_times`` returns: ``completed_on`` and ``days_open``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Horizontal lines show in how many days 50, 85 and 95 % of the tasks are done. Tasks that
        took more than three times as long as the highest line are counted in a note.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    lead_times = read_input(lead_times, ["completed_on", "days_open"], chart="lead_times", ax=ax)
    rows = drop_missing(lead_times, "completed_on", "days_open")
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_title(ax, "Days from creation to completion")
        return draw_empty(ax, "No completed tasks")
    completed = day_positions(rows["completed_on"].to_numpy("datetime64[D]")) + 0.5
    days = column_numbers(rows, "days_open")
    is_raster = len(rows) > _MANY_POINTS
    ax.scatter(
        completed, days, s=14, alpha=0.45, linewidth=0, color=SERIES[0], rasterized=is_raster
    )
    percentiles = close_times(rows, percentiles=tuple(PERCENTILE_STYLES)).iloc[0, 2:]
    marks = percentiles.astype("float64").tolist()
    top = max(1.0, min(1.05 * float(days.max()), _FAR * marks[-1] or 1.0))
    ax.set_ylim(0, top)
    first, last = float(completed.min()), float(completed.max())
    set_span(ax, first, last, margin=0.01 * (last - first), least=_FEWEST_DAYS)
    label_date_axis(ax, "Completed on")
    set_plain_style(ax, grid="y")
    ax.set_ylabel("Days", fontsize=font_size(ax) + 1)
    _draw_percentiles(ax, marks, top)
    beyond = int((days > top).sum())
    longest = format_number(float(days.max()))
    note = f"… {beyond:,} took longer, up to {longest} days" if beyond else ""
    set_title(ax, "Days from creation to completion", [note])
    return make_room(ax)


def _draw_percentiles(ax: Axes, marks: list[float], top: float) -> None:
    """Draw a line per percentile, and its label at the right where it covers no other label."""
    label_height = 3.4 * font_size(ax) / 72 / axes_height(ax) * top
    lowest = -np.inf
    for (share, style), days in zip(PERCENTILE_STYLES.items(), marks, strict=True):
        ax.axhline(days, color=mix_ink(ax), linewidth=1.2, linestyle=style)
        lowest = max(days, lowest + label_height)
        label = f"{100 * share:.0f} % within\n{format_number(round(days, 1))} days"
        write_beside_axes(ax, label, lowest)
