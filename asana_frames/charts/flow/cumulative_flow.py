"""The chart of how many tasks are in each section over time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    add_legend_beside,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
    set_count_axis,
)
from asana_frames.charts.shared.colours import HATCH, SERIES
from asana_frames.charts.shared.columns import drop_missing, read_input
from asana_frames.charts.shared.dates import (
    Step,
    day_positions,
    find_step,
    label_period_axis,
    period_edges,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import find_background, mix_ink, shade
from asana_frames.charts.shared.labels import find_named, say_who_leads, unique_labels
from asana_frames.charts.shared.sections import SECTION, order_sections
from asana_frames.charts.shared.stacked_bars import merge_smallest, pivot_periods, series_looks
from asana_frames.display.sentences import count_noun
from asana_frames.rollups.shared.inputs import is_true

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WHAT = "cumulative flow"
#: The part of ink of completed tasks: most of the area, and least to be done with.
_DONE = 0.3


def cumulative_flow(
    flow: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many tasks are in each section, as stacked areas.

    Parameters
    ----------
    flow
        What ``rollups.cumulative_flow`` returns: ``period``, ``section_gid``, ``section_name``,
        ``tasks``, and ``is_completed`` where it exists.
    order
        Sections (gids or names) in the order in which tasks go through them; others follow. By
        default, the order in which they appear in the frame.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The first section on top and the last at the bottom, so that completed tasks grow from
        below; the legend has the same order. At most ten bands are drawn; the smallest of the
        others are merged into "other". Completed tasks are always at the very bottom. The subtitle
        counts the tasks that are not completed at the end, and names the section with most of
        them, which has a band of its own.

    Raises
    ------
    InvalidArgument
        A column is missing, ``order`` names a section that is not in the frame, or ``ax``,
        ``title`` or ``subtitle`` cannot be used.
    """
    is_frame = isinstance(flow, pd.DataFrame)
    optional = ["is_completed"] if is_frame and "is_completed" in flow.columns else []
    needed = ["period", *SECTION, "tasks", *optional]
    titles = Titles(title, subtitle)
    flow = read_input(flow, needed, chart="cumulative_flow", ax=ax, titles=titles)
    rows = drop_missing(flow, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_heading(ax, flow, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    labels = unique_labels(rows, SECTION, max_name_length(ax, 28))
    totals = rows["tasks"].groupby(labels).sum().reindex(order_sections(rows, labels, order))
    done, last = _find_completed(rows, labels), _count_last(rows, labels)
    leaders = last.index[find_named(last.mask(last.index.isin(done)))]
    is_kept = totals.index.isin([*done, *leaders])
    names = merge_smallest(totals.astype("float64").mask(is_kept, np.inf), len(SERIES))
    names = {label: name for label, name in names.items() if label not in done} | {
        label: label for label in done
    }
    step = find_step(unique_days(rows["period"]), flow.attrs.get("every"))
    table = pivot_periods(rows["period"], labels.map(names), rows["tasks"], step)
    table = table[list(dict.fromkeys(names.values()))]
    legend = _draw_areas(ax, table, step, done)
    set_count_axis(ax, "Tasks")
    days = table.index.to_numpy("datetime64[D]")
    label_period_axis(ax, days, step)
    add_legend_beside(ax, legend, title="Section")
    set_heading(
        ax,
        flow,
        _WHAT,
        titles,
        finding=_summarise(last, done),
        notes=[suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
    )
    return make_room(ax)


def _count_last(rows: pd.DataFrame, labels: pd.Series) -> pd.Series[float]:
    """Return the number of tasks in each section at the end."""
    is_last = (rows["period"] == rows["period"].max()).to_numpy(dtype=bool)
    tasks = rows["tasks"][is_last].astype("float64")
    sums: pd.Series[float] = tasks.groupby(labels[is_last], sort=False).sum()
    return sums


def _summarise(last: pd.Series[float], done: Collection[str]) -> str:
    """Count the tasks in sections at the end, and name the section with most of them."""
    waiting = last[~last.index.isin(done)]
    if not waiting.any():
        return _say_all_are_completed(int(last.sum())) if done else ""
    most = say_who_leads(waiting.index, waiting)
    total = f"{waiting.sum():,.0f} of {last.sum():,.0f} are not completed"
    total = total if done else count_noun(int(waiting.sum()), "task")
    return f"{total} at the end; {most} ({waiting.max():,.0f})."


def _say_all_are_completed(count: int) -> str:
    if not count:
        return "No tasks at the end."
    return f"All {count:,} tasks are completed." if count > 1 else "The only task is completed."


def _find_completed(rows: pd.DataFrame, labels: pd.Series) -> list[str]:
    """Return the label of the band of completed tasks, if there is one."""
    if "is_completed" not in rows.columns:
        return []
    return list(dict.fromkeys(labels[is_true(rows["is_completed"])]))


def _draw_areas(
    ax: Axes, table: pd.DataFrame, step: Step, done: Collection[str]
) -> dict[str, Artist]:
    """Stack the columns, the first on top, and return the area of each in their order."""
    days = table.index.to_numpy("datetime64[D]")
    upwards = table.to_numpy("float64").T[::-1]
    places = day_positions(days)
    if len(days) == 1:
        # A single period is drawn as wide as a period, because a point has no width.
        places, upwards = period_edges(days, step), np.repeat(upwards, 2, axis=1)
    looks = [
        (mix_ink(ax, _DONE), "")
        if name in done
        else (colour if hatch else shade(ax, colour), hatch)
        for name, (colour, hatch) in zip(table, series_looks(len(table.columns)), strict=True)
    ]
    tops = upwards.cumsum(axis=0)
    areas = [
        ax.fill_between(
            places,
            top - height,
            top,
            facecolor=colour,
            hatch=hatch or None,
            edgecolor=HATCH if hatch else find_background(ax),
            linewidth=0.4,
        )
        for top, height, (colour, hatch) in zip(tops, upwards, looks[::-1], strict=True)
    ]
    ax.set_xlim(places[0], places[-1])
    ax.set_ylim(0, max(1.0, 1.05 * float(tops[-1].max())))
    return dict(zip(table.columns, areas[::-1], strict=True))
