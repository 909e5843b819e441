"""Chart of work in progress: open tasks per section over time, against limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    add_legend_beside,
    count_hidden,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_count_axis,
    set_span,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.dates import (
    day_positions,
    find_step,
    label_period_axis,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import shade
from asana_frames.charts.shared.labels import find_named, say_who_leads, unique_labels
from asana_frames.charts.shared.rows import select_branches
from asana_frames.charts.shared.sections import SECTION
from asana_frames.display.sentences import list_some

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WHAT = "work in progress"
#: With more points lines are thin.
_MANY = 150
#: Red is for what is above a limit.
_COLOURS = [*SERIES[:2], *SERIES[3:]]


def wip(
    wip: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many open tasks are in each section over time, and the limits of these.

    Parameters
    ----------
    wip
        What ``rollups.wip`` returns: ``period``, ``section_gid``, ``section_name``, ``tasks``,
        ``limit``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line per section, at most nine, those that the subtitle names among them, and a dashed
        line of its colour for its limit. Where a section is above its limit, its line has red
        dots. If some sections have limits, only these are drawn; a note counts the others. The
        subtitle names the sections that are above their limits in the last period; without
        limits, that with most tasks then.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["period", *SECTION, "tasks", "limit"]
    wip = read_input(wip, needed, chart="wip", ax=ax, titles=titles)
    rows = drop_missing(wip, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_heading(ax, wip, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    labels = unique_labels(rows, SECTION, max_name_length(ax, 28))
    names = list(dict.fromkeys(labels))
    is_last = (rows["period"] == rows["period"].max()).to_numpy(dtype=bool)
    drawn = _select_sections(rows, labels, is_last)
    days = unique_days(rows["period"])
    step = find_step(days, wip.attrs.get("every"))
    ends, legend = _draw_sections(ax, rows, labels, drawn)
    places = day_positions(days)
    set_span(ax, places[0], places[-1], margin=0.3 * step.days, least=3 * step.days)
    top = float(rows.loc[labels.isin(drawn).to_numpy(), ["tasks", "limit"]].max().max())
    ax.set_ylim(0, max(1.0, 1.08 * top))
    set_count_axis(ax, "Open tasks")
    label_period_axis(ax, days, step)
    if unnamed := label_ends(ax, ends):
        add_legend_beside(ax, unnamed | legend, title="Section")
        # Axes have one legend.
        legend = {}
    set_heading(
        ax,
        wip,
        _WHAT,
        titles,
        finding=_summarise(rows[is_last], list(labels[is_last])),
        notes=[count_hidden(len(names) - len(drawn), "section"), suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _select_sections(
    rows: pd.DataFrame, labels: pd.Series, is_last: NDArray[np.bool_]
) -> list[str]:
    """Return the sections that are drawn: those with limits, or all, if there are none."""
    limited = list(dict.fromkeys(labels[rows["limit"].notna().to_numpy(dtype=bool)]))
    names = limited or list(dict.fromkeys(labels))
    last = rows[is_last]
    tasks = column_numbers(last, "tasks")
    named = np.flatnonzero(_find_over(last)).tolist() if limited else find_named(tasks)
    places = [names.index(name) for name in labels[is_last].iloc[named]]
    return [names[at] for at in select_branches([0] * len(names), len(_COLOURS), places)]


def _find_over(last: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which sections are above their limits."""
    return np.asarray(column_numbers(last, "tasks") > column_numbers(last, "limit"))


def _draw_sections(
    ax: Axes, rows: pd.DataFrame, labels: pd.Series, names: list[str]
) -> tuple[dict[str, End], dict[str, Artist]]:
    """Draw lines of tasks and of limits; return where they end, and what a legend explains."""
    ends: dict[str, End] = {}
    legend: dict[str, Artist] = {}
    for name, usual in zip(names, _COLOURS, strict=False):
        colour = shade(ax, usual)
        own = rows[(labels == name).to_numpy()].sort_values("period")
        at = day_positions(own["period"].to_numpy("datetime64[D]"))
        tasks, limit = column_numbers(own, "tasks"), column_numbers(own, "limit")
        marker = "o" if len(at) == 1 else ""
        width = 1.8 if len(at) <= _MANY else 1.2
        (line,) = ax.plot(at, tasks, color=colour, linewidth=width, marker=marker)
        ends[name] = End(tasks[-1], line, usual)
        if np.isnan(limit).all():
            continue
        most = float(np.nanmax(limit))
        legend["limit"] = ax.axhline(most, color=colour, linewidth=1.2, linestyle="--")
        is_over = tasks > limit
        if is_over.any():
            legend["above the limit"] = ax.scatter(
                at[is_over], tasks[is_over], s=16, color=shade(ax, ALARM), zorder=3
            )
    return ends, legend


def _summarise(last: pd.DataFrame, names: Sequence[str]) -> str:
    """Name the sections above their limits in the last period, or that with most tasks."""
    tasks, limits = column_numbers(last, "tasks"), column_numbers(last, "limit")
    is_over = _find_over(last)
    if is_over.any():
        told = [
            f"{names[at]} has {tasks[at]:,.0f} of {limits[at]:,.0f}"
            for at in np.flatnonzero(is_over).tolist()
        ]
        # As many as lines; one more takes no more space than its number.
        return f"Above the limit: {list_some(told, len(_COLOURS) - 1)}."
    if not np.isnan(limits).all():
        return "No section is above its limit."
    if not np.nansum(tasks):
        return "0 open at the end."
    total, highest = (f"{number:,.0f}" for number in (np.nansum(tasks), np.nanmax(tasks)))
    return f"{total} open at the end; {say_who_leads(names, tasks)} ({highest})."
