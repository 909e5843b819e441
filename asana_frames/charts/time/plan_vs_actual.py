"""Chart of planned and tracked hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    draw_empty,
    make_room,
    max_name_length,
    new_axes,
)
from asana_frames.charts.shared.columns import column_numbers, list_keys, read_input
from asana_frames.charts.shared.compared_bars import (
    MOST_ROWS,
    ComparedHours,
    Words,
    draw_compared_rows,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.labels import name_by_keys, unify_names, unique_labels
from asana_frames.charts.shared.rates import find_span
from asana_frames.display.sentences import format_day
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = ("planned", "tracked", "difference", "ratio")
_WORDS = Words(
    target="planned",
    over="tracked, more than planned",
    without="tracked without a plan",
    nothing="nothing planned",
    rest="not planned",
    more="took more than planned",
)


def plan_vs_actual(
    plan_vs_actual: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the hours that were tracked over those that were planned, a bar of each per row.

    Parameters
    ----------
    plan_vs_actual
        What ``rollups.plan_vs_actual`` returns: ``planned`` and ``tracked``; ``period``,
        ``difference`` and ``ratio`` where they are there; all other columns but those of
        ``compare=`` are keys. Of a pair like ``project_gid``, ``project_name`` the gid identifies
        and the name is shown.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure as high as the rows need otherwise.

    Returns
    -------
    Axes
        One row per person and project, of all periods together, the largest difference from the
        plan at the top; without keys one row per period, the first at the top. At most 25, the one
        that the subtitle names among them, a note counts the others. What was tracked where
        nothing was planned is hatched. The subtitle counts the rows above their plan, and names
        the farthest.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = _MEASURES[:2]
    has_periods = isinstance(plan_vs_actual, pd.DataFrame) and "period" in plan_vs_actual
    columns = [*needed, "period"] if has_periods else needed
    table = read_input(
        plan_vs_actual, columns, chart="plan_vs_actual", ax=ax, titles=titles, has_rows=True
    )
    keys = list_keys(table, (*_MEASURES, "period"))
    what = name_by_keys("planned and tracked hours", keys)
    rows = _sum_rows(table, keys)
    if ax is None:
        ax = new_axes(height=0.34 * min(len(rows), MOST_ROWS) + 1.9)
    if rows.empty:
        set_heading(ax, plan_vs_actual, what, titles)
        return draw_empty(ax, "Nothing planned or tracked")
    names, whole = (
        list(unique_labels(rows, keys, longest) if keys else _period_labels(rows))
        for longest in (max_name_length(ax), LONGEST_NAME)
    )
    planned, tracked = (column_numbers(rows, name) for name in needed)
    # Where nothing is planned, there is no percentage to show.
    is_unplanned = planned <= TINY
    without = np.where(is_unplanned, tracked, 0.0)
    hours = ComparedHours(np.where(is_unplanned, np.nan, planned), tracked, without)
    around = draw_compared_rows(ax, hours, names, whole, _WORDS)
    set_heading(ax, plan_vs_actual, what, titles, days=find_span(table), **around)
    return make_room(ax)


def _sum_rows(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up the periods of each key, the largest difference first; without keys keep them."""
    measures = list(_MEASURES[:2])
    if not keys:
        return table.reset_index(drop=True)
    table = unify_names(table, keys)
    by = [table[name] for name in keys]
    numbers = table[measures].astype("float64")
    rows = numbers.groupby(by, dropna=False, observed=True, sort=False).sum().reset_index()
    size = (rows["tracked"] - rows["planned"]).abs()
    return rows.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _period_labels(rows: pd.DataFrame) -> pd.Series:
    if "period" not in rows:
        return pd.Series("all", index=rows.index, dtype=object)
    return rows["period"].map(
        lambda day: "no date" if pd.isna(day) else format_day(pd.Timestamp(day))
    )
