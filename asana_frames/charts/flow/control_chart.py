"""Chart of cycle times with their rolling median and percentiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.flow.dots import (
    draw_dots,
    list_percentiles,
    percentile_kinds,
    percentile_style,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes
from asana_frames.charts.shared.columns import Numbers, column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import day_positions
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Column of days -> what it shows.
_WHAT = {"days_cycle": "cycle times", "days_working": "cycle times in working days"}


def control_chart(
    control_chart: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each finished task as a dot, and the median and percentiles of the last tasks.

    Parameters
    ----------
    control_chart
        What ``rollups.control_chart`` returns: ``finished_at``, ``days_cycle`` or
        ``days_working``, and columns of percentiles such as ``days_p50``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per percentile, of the tasks up to each one. Tasks that took more than three times
        as long as the highest point of the lines are counted in a note. The subtitle gives the
        first and the last value of the median; there is none without two values of ``days_p50``.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    name = _find_days(control_chart)
    needed = ["finished_at", name]
    kinds = percentile_kinds(control_chart)
    control_chart = read_input(
        control_chart,
        [*needed, *kinds],
        chart="control_chart",
        ax=ax,
        kinds=kinds,
        titles=titles,
    )
    rows = drop_missing(control_chart, *needed).sort_values("finished_at", kind="stable")
    if ax is None:
        ax = new_axes(height=4.4)
    what = _WHAT[name]
    if rows.empty:
        set_heading(ax, control_chart, what, titles)
        return draw_empty(ax, "No finished tasks")
    moments = rows["finished_at"].to_numpy("datetime64[us]")
    finished = day_positions(moments)
    shares = list_percentiles(rows)
    levels = {column: column_numbers(rows, column) for column in shares}
    days = column_numbers(rows, name)
    highest = max((float(np.nanmax(line)) for line in levels.values() if not np.isnan(line).all()),
                  default=float(days.max()))  # fmt: skip
    note = draw_dots(ax, finished, days, highest, label="Finished on")
    set_heading(
        ax,
        control_chart,
        what,
        titles,
        finding=_summarise(levels),
        notes=[note],
        days=(moments[0], moments[-1]),
        legend=_draw_levels(ax, finished, shares, levels),
    )
    return make_room(ax)


def _find_days(frame: object) -> str:
    """Return the column of days that a frame has."""
    columns = list(frame.columns) if isinstance(frame, pd.DataFrame) else []
    found = [name for name in _WHAT if name in columns]
    return found[0] if found else "days_cycle"


def _draw_levels(
    ax: Axes, finished: Numbers, shares: Mapping[str, float], levels: Mapping[str, Numbers]
) -> dict[str, Artist]:
    """Draw a line per percentile; return names of lines for which there is no room."""
    ends: dict[str, End] = {}
    for column, share in shares.items():
        if np.isnan(levels[column]).all():
            continue
        (line,) = ax.plot(
            finished,
            levels[column],
            color=mix_ink(ax),
            linewidth=1.4,
            linestyle="-" if share == 0.5 else percentile_style(share),
        )
        name = "median" if share == 0.5 else f"{format_figure(100 * share)} %"
        ends[f"rolling {name}"] = End(float(levels[column][-1]), line, mix_ink(ax))
    return label_ends(ax, ends)


def _summarise(levels: Mapping[str, Numbers]) -> str:
    """Say where the rolling median began and where it ended."""
    median = levels.get("days_p50", np.array([]))
    known = np.round(median[~np.isnan(median)], 1)
    if len(known) < 2:
        return ""
    first, last = (f"{format_figure(float(value))} days" for value in known[[0, -1]])
    if first == last:
        return f"The rolling median is unchanged at {last}."
    way = "up" if known[-1] > known[0] else "down"
    return f"The rolling median went {way} from {first} to {last}."
