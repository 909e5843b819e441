"""Chart of the scope of a project and the done part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    draw_empty,
    make_room,
    new_axes,
    set_count_axis,
    set_span,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input, sort_dated
from asana_frames.charts.shared.dates import (
    day_positions,
    find_step,
    label_date_axis,
    period_ends,
    suggest_weeks,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import QUIET_TEXT, mix_ink, shade
from asana_frames.charts.shared.up_down_bars import add_panel, draw_up_down_bars, sum_periods
from asana_frames.display.sentences import format_figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: The part of ink of the area of open tasks.
_OPEN = 0.14
_LEVELS = ("scope", "done", "open")
_CHANGES = ("scope_added", "scope_removed")
_WHAT = "scope and done"
#: Days that the axis shows at least.
_FEWEST_DAYS = 5.0
#: The part of the height that bars of changes of the scope take.
_BAR_SHARE = 0.22


def burnup(
    burnup: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the scope, and how much of it is done, over time.

    Parameters
    ----------
    burnup
        What ``rollups.burnup`` returns: ``period``, ``scope``, ``done``, ``open``,
        ``scope_added``, ``scope_removed``. Groups are added up.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A line for the scope and an area for what is done, at the end of each period; the gap
        between them shows what is open; each is named where it ends. Bars below show what was
        added to the scope in each period, upwards, and what was removed, downwards. The subtitle
        gives the values at the end of the last period: how many of the tasks in scope are done.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["period", *_LEVELS, *_CHANGES]
    burnup = read_input(burnup, needed, chart="burnup", ax=ax, titles=titles)
    rows = sum_periods(sort_dated(burnup, "period"), [*_LEVELS, *_CHANGES])
    if ax is None:
        ax = new_axes(height=4.6)
    if rows.empty:
        set_heading(ax, burnup, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    days = rows["period"].to_numpy("datetime64[D]")
    step = find_step(np.unique(days), burnup.attrs.get("every"))
    begins, ends = day_positions(days), day_positions(period_ends(days, step))
    added, removed = (column_numbers(rows, name) for name in _CHANGES)
    legend = draw_up_down_bars(
        ax,
        (begins + ends) / 2,
        step.days,
        ("added", added, shade(ax, SERIES[3])),
        ("removed", removed, shade(ax, SERIES[2])),
        label="Scope",
        share=_BAR_SHARE,
    )
    set_span(ax, begins[0], ends[-1], least=_FEWEST_DAYS)
    label_date_axis(ax)
    panel = add_panel(ax, "Tasks", share=_BAR_SHARE)
    levels = [column_numbers(rows, name) for name in _LEVELS]
    legend = _draw_levels(panel, begins, ends, levels) | legend
    set_heading(
        ax,
        burnup,
        _WHAT,
        titles,
        finding=_summarise_counts(rows.iloc[-1]),
        notes=[suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _draw_levels(
    ax: Axes, begins: Numbers, ends: Numbers, levels: list[Numbers]
) -> dict[str, Artist]:
    scope, done, _ = levels
    if len(ends) == 1:
        # A single period is drawn from its first day, because a point has no width.
        ends = np.concatenate([begins, ends])
        scope, done = np.repeat(scope, 2), np.repeat(done, 2)
    set_count_axis(ax, "Tasks")
    ax.set_ylim(0, max(1.0, 1.08 * float(np.nanmax(scope))))
    line = ax.plot(ends, scope, color=mix_ink(ax), linewidth=1.8)[0]
    gap = ax.fill_between(ends, done, scope, color=mix_ink(ax, _OPEN), linewidth=0)
    area = ax.fill_between(ends, 0, done, color=SERIES[0], alpha=0.75, linewidth=0)
    middles = np.nan_to_num([done[-1] / 2, (done[-1] + scope[-1]) / 2])
    return label_ends(
        ax,
        {
            "scope": End(scope[-1], line, mix_ink(ax)),
            "open": End(middles[1], gap, mix_ink(ax, QUIET_TEXT)),
            "done": End(middles[0], area, SERIES[0]),
        },
    )


def _summarise_counts(row: pd.Series[Any]) -> str:
    done, scope, still_open = (
        "?" if pd.isna(row[name]) else format_figure(float(row[name]))
        for name in ("done", "scope", "open")
    )
    return f"{done} of {scope} done, {still_open} open."
