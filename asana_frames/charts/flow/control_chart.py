"""Chart of cycle times with their rolling median and percentiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.flow.dots import (
    draw_dots,
    list_percentiles,
    percentile_kinds,
    percentile_style,
)
from asana_frames.charts.shared.axes import (
    add_legend_below,
    draw_empty,
    make_room,
    new_axes,
    set_title,
)
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


def control_chart(control_chart: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each finished task as a dot, and the median and percentiles of the last tasks.

    Parameters
    ----------
    control_chart
        What ``rollups.control_chart`` returns: ``finished_at``, ``days_cycle`` or
        ``days_working``, and columns of percentiles such as ``days_p50``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per percentile, of the tasks up to each one. Tasks that took more than three times
        as long as the highest point of the lines are counted in a note.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    columns = list(control_chart.columns) if isinstance(control_chart, pd.DataFrame) else []
    is_working = "days_working" in columns and "days_cycle" not in columns
    name = "days_working" if is_working else "days_cycle"
    needed = ["finished_at", name]
    kinds = percentile_kinds(control_chart)
    rows = read_input(control_chart, [*needed, *kinds], chart="control_chart", ax=ax, kinds=kinds)
    rows = drop_missing(rows, *needed).sort_values("finished_at", kind="stable")
    if ax is None:
        ax = new_axes(height=4.4)
    title = "Cycle times in working days" if is_working else "Cycle times"
    if rows.empty:
        set_title(ax, title)
        return draw_empty(ax, "No finished tasks")
    finished = day_positions(rows["finished_at"].to_numpy("datetime64[us]"))
    shares = list_percentiles(rows)
    levels = {column: column_numbers(rows, column) for column in shares}
    days = column_numbers(rows, name)
    highest = max((float(np.nanmax(line)) for line in levels.values() if not np.isnan(line).all()),
                  default=float(days.max()))  # fmt: skip
    note = draw_dots(ax, finished, days, highest, label="Finished on")
    legend: dict[str, Artist] = {}
    for column, share in shares.items():
        (line,) = ax.plot(
            finished,
            levels[column],
            color=mix_ink(ax),
            linewidth=1.4,
            linestyle="-" if share == 0.5 else percentile_style(share),
        )
        part = f"{format_number(100 * share)} %"
        legend["rolling median" if share == 0.5 else f"rolling {part}"] = line
    set_title(ax, title, [note])
    if legend:
        add_legend_below(ax, legend)
    return make_room(ax)
