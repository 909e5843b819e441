"""Chart of how long tasks took from the start of work to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.flow.dots import (
    STYLES,
    draw_dots,
    draw_percentiles,
    summarise_percentiles,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions
from asana_frames.charts.shared.headings import set_heading
from asana_frames.rollups.flow.service_levels import service_levels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "cycle times"


def cycle_times(
    cycle_times: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each finished task as a dot: when it was finished, and its cycle time.

    Parameters
    ----------
    cycle_times
        What ``rollups.cycle_times`` returns: ``finished_on`` and ``days_cycle``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Horizontal lines show the service levels: in how many days 50, 70, 85 and 95 % of the tasks
        were finished. Tasks that took more than three times as long as the highest line are
        counted in a note. The subtitle says in how many days half of the tasks were finished, and
        85 % of them.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["finished_on", "days_cycle"]
    cycle_times = read_input(cycle_times, needed, chart="cycle_times", ax=ax, titles=titles)
    rows = drop_missing(cycle_times, *needed)
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_heading(ax, cycle_times, _WHAT, titles)
        return draw_empty(ax, "No finished tasks")
    finished = day_positions(rows["finished_on"].to_numpy("datetime64[D]")) + 0.5
    levels = service_levels(rows, percentiles=tuple(STYLES)).iloc[0, 1:].astype("float64")
    marks = dict(zip(STYLES, levels, strict=True))
    days = column_numbers(rows, "days_cycle")
    note = draw_dots(ax, finished, days, marks[0.95], label="Finished on")
    draw_percentiles(ax, marks)
    days_drawn = rows["finished_on"].min(), rows["finished_on"].max()
    set_heading(
        ax,
        cycle_times,
        _WHAT,
        titles,
        finding=summarise_percentiles(marks, len(rows), "finished"),
        notes=[note],
        days=days_drawn,
    )
    return make_room(ax)
