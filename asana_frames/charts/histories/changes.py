"""Chart of the changes of tasks, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    add_legend_beside,
    draw_empty,
    make_room,
    new_axes,
    set_count_axis,
)
from asana_frames.charts.shared.colours import OTHER, OTHER_HATCH, SERIES
from asana_frames.charts.shared.columns import drop_missing, read_input
from asana_frames.charts.shared.dates import (
    Step,
    day_positions,
    find_step,
    label_period_axis,
    name_period,
    period_ends,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.labels import name_leaders
from asana_frames.charts.shared.stacked_bars import draw_stacked_bars, pivot_periods
from asana_frames.rollups.shared.moments import local_days
from asana_frames.rollups.shared.periods import Every, check_every, period_starts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Kinds of changes in the order in which they are stacked.
_KINDS = (
    "section",
    "completed",
    "reopened",
    "due date",
    "assignee",
    "added to project",
    "removed from project",
    "field",
    "name",
)
_WHAT = "changes of tasks"
#: A legend of more kinds stands beside the axes.
_FEW_KINDS = 4


def changes(
    changes: pd.DataFrame,
    *,
    every: Every = "W",
    tz: str = "UTC",
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the number of changes in each period, by kind.

    Parameters
    ----------
    changes
        What ``rollups.changes`` returns: ``changed_at`` and ``change``.
    every
        A period as in ``rollups.hours``.
    tz
        The time zone in which days begin.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by kind. A kind has the same colour in every chart; unknown kinds
        are "other". The subtitle names the most frequent kind.

    Raises
    ------
    InvalidArgument
        A column is missing, ``every`` is not a valid period, ``tz`` is not a time zone, or
        ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    changes = read_input(changes, ["changed_at", "change"], chart="changes", ax=ax, titles=titles)
    check_every(every)
    rows = drop_missing(changes, "changed_at")
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_heading(ax, changes, _WHAT, titles)
        return draw_empty(ax, "No changes")
    kinds = rows["change"].where(rows["change"].isin(_KINDS), "other").astype(object)
    periods = period_starts(local_days(rows["changed_at"], tz), every)
    step = find_step(unique_days(periods), every)
    table = pivot_periods(periods, kinds, pd.Series(1, index=rows.index), step)
    present = [kind for kind in (*_KINDS, "other") if kind in table]
    bars = _draw_change_bars(ax, table[present], step)
    set_count_axis(ax, "Changes")
    label_period_axis(ax, table.index.to_numpy("datetime64[D]"), step)
    days = table.index.to_numpy("datetime64[D]")
    # The legend reads from the top of the stack down.
    legend = dict(zip(present[::-1], bars[::-1], strict=True))
    if len(legend) > _FEW_KINDS:
        add_legend_beside(ax, legend)
        legend = {}
    counts = kinds.value_counts()
    most = f"{name_leaders(counts.index, counts)}, {counts.iloc[0]:,}"
    set_heading(
        ax,
        changes,
        f"{_WHAT} per {name_period(step)}",
        titles,
        finding=f"Most often: {most} of {len(rows):,} changes.",
        notes=[suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _draw_change_bars(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    """Stack the kinds, the first at the bottom, and return one artist per kind."""
    colours = dict(zip(_KINDS, SERIES, strict=False))
    looks = [(colours[kind], "") if kind in colours else (OTHER, OTHER_HATCH) for kind in table]
    bars = draw_stacked_bars(ax, table, step, looks, gap=0.4)
    # Few bars keep the width that bars of many have.
    places = day_positions(table.index.to_numpy("datetime64[D]"))
    middle, half = float(places.mean()), 3 * step.days
    left, right = ax.get_xlim()
    ax.set_xlim(min(left, middle - half), max(right, middle + half))
    return bars
