"""Chart of how many completed tasks are opened again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import draw_empty, make_room, new_axes
from asana_frames.charts.shared.columns import drop_missing, list_keys, read_input
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.rates import (
    add_repeated,
    draw_rate_lines,
    draw_rate_rows,
    find_most,
    find_span,
    list_period_columns,
    sort_groups,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATE = "reopening_rate"
_NUMBERS = ("period", "partial", "done", "reopenings", _RATE)
_WHAT = "reopenings per completed task"


def reopenings(
    reopenings: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often completed tasks are opened again.

    Parameters
    ----------
    reopenings
        What ``rollups.reopenings`` returns: ``done``, ``reopenings``, ``reopening_rate``, with
        periods ``period`` and ``partial``, and the key columns (all others).
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Over time a line per group, of at most eight, those with the most completions; a hollow
        point where the period is not over or not all its days count, which a note tells. Without
        periods a bar per group, the highest rate at the top. Rows of the same group and period
        are added up. The subtitle names the group with most reopenings, which is always drawn.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    periods = list_period_columns(reopenings)
    needed = ["done", "reopenings", _RATE, *periods]
    titles = Titles(title, subtitle)
    reopenings = read_input(
        reopenings, needed, chart="reopenings", ax=ax, titles=titles, has_rows=not periods
    )
    has_periods = "period" in reopenings.columns
    rows = drop_missing(reopenings, *(["period"] if has_periods else []))
    keys = list_keys(rows, _NUMBERS)
    counts = ("reopenings", "done")
    rows = sort_groups(add_repeated(rows, keys, counts, (_RATE, *counts)), keys, _RATE, "done")
    if ax is None:
        ax = new_axes(height=4.2 if has_periods else 0.3 * min(len(rows), 40) + 1.4)
    if rows[_RATE].isna().all():
        set_heading(ax, reopenings, _WHAT, titles)
        return draw_empty(ax, "No completed tasks")
    if has_periods:
        notes = draw_rate_lines(ax, rows, keys, _RATE, rows["reopenings"])
    else:
        pairs = rows[[*counts]].astype("float64").to_numpy()
        texts = pd.Series([f"{part:,.0f} of {whole:,.0f}" for part, whole in pairs], rows.index)
        notes = [draw_rate_rows(ax, rows, keys, _RATE, texts, rows["reopenings"])]
    set_heading(
        ax,
        reopenings,
        _WHAT,
        titles,
        finding=_summarise(rows, keys),
        notes=notes,
        days=find_span(rows),
    )
    return make_room(ax)


def _summarise(rows: pd.DataFrame, keys: Sequence[str]) -> str:
    """Name the group with most reopenings, or give those of the only one."""
    most, reopened, done = find_most(rows, keys, rows["reopenings"], rows["done"])
    if not reopened:
        return "No completed task was opened again."
    if done is None:
        return f"Most reopenings: {most}, {reopened:,.0f} each."
    counted = f"{reopened:,.0f} for {done:,.0f} completed tasks"
    return f"Most reopenings: {most}, {counted}." if keys else f"Reopenings: {counted}."
