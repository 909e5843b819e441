"""Chart of how long tasks took, from creation to completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.flow.dots import STYLES, draw_dots, draw_percentiles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes, set_title
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions
from asana_frames.rollups.flow.close_times import close_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Share of the tasks -> style of the line that marks it.
PERCENTILE_STYLES = {share: style for share, style in STYLES.items() if share != 0.7}


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
    percentiles = close_times(rows, percentiles=tuple(PERCENTILE_STYLES)).iloc[0, 2:]
    marks = dict(zip(PERCENTILE_STYLES, percentiles.astype("float64"), strict=True))
    note = draw_dots(ax, completed, days, marks[0.95], label="Completed on")
    draw_percentiles(ax, marks)
    set_title(ax, "Days from creation to completion", [note])
    return make_room(ax)
