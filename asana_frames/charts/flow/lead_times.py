"""Chart of how long tasks took, from creation to completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.flow.dots import (
    draw_dots,
    draw_percentiles,
    summarise_percentiles,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions
from asana_frames.charts.shared.headings import set_heading
from asana_frames.rollups.flow.cycles import nearest_rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHAT = "days from creation to completion"
#: Shares of the tasks that are marked by a line.
_SHARES = (0.5, 0.85, 0.95)


def lead_times(
    lead_times: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each completed task as a dot: when it was completed, and how long it took.

    Parameters
    ----------
    lead_times
        What ``rollups.lead_times`` returns: ``completed_on`` and ``days_open``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Horizontal lines show in how many days at least 50, 85 and 95 % of the tasks are done.
        Tasks that took more than three times as long as the highest line are counted in a note.
        The subtitle says in how many days half of the tasks were completed, and 85 % of them.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["completed_on", "days_open"]
    lead_times = read_input(lead_times, needed, chart="lead_times", ax=ax, titles=titles)
    rows = drop_missing(lead_times, *needed)
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_heading(ax, lead_times, _WHAT, titles)
        return draw_empty(ax, "No completed tasks")
    completed = day_positions(rows["completed_on"].to_numpy("datetime64[D]")) + 0.5
    days = column_numbers(rows, "days_open")
    # In as many days that share of the tasks was done; a value between two tasks would be less.
    marks = {share: nearest_rank(pd.Series(days), share) for share in _SHARES}
    note = draw_dots(ax, completed, days, marks[0.95], label="Completed on")
    draw_percentiles(ax, marks)
    days_drawn = rows["completed_on"].min(), rows["completed_on"].max()
    set_heading(
        ax,
        lead_times,
        _WHAT,
        titles,
        finding=summarise_percentiles(marks, len(rows), "completed"),
        notes=[note],
        days=days_drawn,
    )
    return make_room(ax)
