"""Shares by group: lines over time, or a bar per group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    add_legend_beside,
    annotate_right,
    count_fitting_rows,
    count_hidden,
    font_size,
    max_name_length,
    set_plain_style,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import column_numbers
from asana_frames.charts.shared.dates import (
    day_positions,
    find_step,
    label_period_axis,
    period_ends,
    unique_days,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.ink import find_background, shade
from asana_frames.charts.shared.labels import (
    find_leaders,
    find_named,
    name_leaders,
    unify_names,
    unique_labels,
)
from asana_frames.charts.shared.partial import note_partial
from asana_frames.charts.shared.rows import label_rows, select_branches

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More lines cannot be told apart.
_MOST_LINES = 8
_MOST_ROWS = 40
_FEWEST_ROWS = 4
#: The end of an axis of percent, if all are smaller.
_LEAST_PERCENT = 10.0


def list_period_columns(frame: Any) -> list[str]:
    """Return ``period`` and ``partial`` if the frame has periods, else nothing."""
    has_periods = isinstance(frame, pd.DataFrame) and "period" in frame.columns
    return ["period", "partial"] if has_periods else []


def add_repeated(
    rows: pd.DataFrame, keys: Sequence[str], counts: Sequence[str], rate: tuple[str, str, str]
) -> pd.DataFrame:
    """Sum rows that repeat a group and period, as in two concatenated tables.

    Parameters
    ----------
    rows
        The keys, the counts and, with ``period``, ``partial``.
    keys
        The columns that tell the groups; of a gid with several names the last is kept.
    counts
        The columns that are added up.
    rate
        The names of the rate, of its numerator and of its denominator.

    Examples
    --------
    >>> rows = pd.DataFrame({"team": ["Web", "Web"], "late": [1, 2], "due": [2, 4], "rate": 0.5})
    >>> add_repeated(rows, ["team"], ["late", "due"], ("rate", "late", "due"))
      team  late  due  rate
    0  Web   3.0  6.0   0.5
    """
    rows = unify_names(rows, keys)
    by = [*keys, *(["period"] if "period" in rows else [])]
    is_repeated = rows.duplicated(by) if by else pd.Series(range(len(rows))) > 0
    if not is_repeated.any():
        return rows
    groups = [rows[name] for name in by] or [pd.Series(0, index=rows.index)]
    how = dict.fromkeys(counts, "sum") | ({"partial": "max"} if "partial" in rows else {})
    numbers = rows.astype(dict.fromkeys(counts, "float64"))
    sums = numbers.groupby(groups, dropna=False, observed=True, sort=False).agg(how)
    sums = sums.reset_index() if by else sums.reset_index(drop=True)
    name, part, whole = rate
    sums[name] = sums[part] / sums[whole].where(sums[whole] != 0)
    sums.attrs = rows.attrs
    return sums


def sort_groups(rows: pd.DataFrame, keys: Sequence[str], rate: str, size: str) -> pd.DataFrame:
    """Return the rows in the order in which their groups are drawn and named.

    Over time the group with the greatest sum of ``size`` comes first, else that with the highest
    rate; equal ones are in the order of their names.
    """
    labels = unique_labels(rows, keys, LONGEST_NAME)
    values = rows[rate].astype("float64")
    if "period" in rows:
        values = rows[size].astype("float64").groupby(labels).transform("sum")
    order = pd.DataFrame({"value": values, "label": labels})
    order = order.sort_values(["value", "label"], ascending=[False, True], kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


def draw_rate_lines(
    ax: Axes, rows: pd.DataFrame, keys: Sequence[str], rate: str, part: pd.Series
) -> list[str]:
    """Draw a line per group over time; return notes on periods, and on groups left out.

    The first groups are drawn, and those that `find_most` names. A period that is not over, or of
    which not all days count, has a hollow point; one without a rate has none.
    """
    labels = unique_labels(rows, keys, max_name_length(ax, 28))
    parts = part.astype("float64").groupby(labels, sort=False).sum()
    shown = parts.index[select_branches([0] * len(parts), _MOST_LINES, find_named(parts))]
    ends: dict[str, End] = {}
    for label, usual in zip(shown, SERIES, strict=False):
        colour = shade(ax, usual)
        own = rows[(labels == label).to_numpy()].sort_values("period")
        own = own[own[rate].notna().to_numpy(dtype=bool)]
        if own.empty:
            continue
        places = day_positions(own["period"].to_numpy("datetime64[D]"))
        percent = 100 * column_numbers(own, rate)
        (line,) = ax.plot(places, percent, color=colour, linewidth=1.8)
        ends[label] = End(percent[-1], line, usual)
        partial = own["partial"].fillna(False).to_numpy(dtype=bool)
        faces = np.where(partial, find_background(ax), colour).tolist()
        ax.scatter(places, percent, s=22, c=faces, edgecolor=colour, linewidth=1.2, zorder=3)
    days = unique_days(rows["period"])
    step = find_step(days, rows.attrs.get("every"))
    label_period_axis(ax, days, step)
    set_percent_axis(ax)
    if keys and (legend := label_ends(ax, ends)):
        add_legend_beside(ax, legend)
    return [*note_partial(rows, days, step), count_hidden(len(parts) - len(shown), "group")]


def draw_rate_rows(
    ax: Axes,
    rows: pd.DataFrame,
    keys: Sequence[str],
    rate: str,
    texts: pd.Series[Any],
    part: pd.Series,
) -> str:
    """Draw a bar per group, the first at the top, and write a text beside each.

    Where not all fit, those that `find_most` names do. Return a note that counts the groups left
    out.
    """
    labels = unique_labels(rows, keys, max_name_length(ax))
    table = pd.DataFrame(
        {"label": labels, "rate": 100 * column_numbers(rows, rate), "text": texts}
    )
    fits = count_fitting_rows(ax, _MOST_ROWS, reserved=0.8)
    named = find_named(part.astype("float64").fillna(0))
    drawn = table.iloc[select_branches([0] * len(table), fits, named)]
    percent = drawn["rate"].fillna(0.0).to_numpy("float64")
    ax.barh(range(len(drawn)), percent, height=0.62, color=shade(ax, SERIES[0]))
    for place, (width, text) in enumerate(zip(percent, drawn["text"], strict=True)):
        annotate_right(ax, text, (width, place))
    set_plain_style(ax, grid="x")
    label_rows(ax, drawn["label"].tolist())
    if len(drawn) < _FEWEST_ROWS:
        # A single bar is not as high as the axes.
        ax.set_ylim(_FEWEST_ROWS - 1.4, -0.6 - (_FEWEST_ROWS - len(drawn)) / 2)
    ax.xaxis.set_major_formatter("{x:,.10g} %")
    # The texts stand to the right of the bars.
    end = 1.35 * max(float(percent.max(initial=0)), _LEAST_PERCENT)
    ax.set_xlim(0, end)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= 100 or percent.max() > 100])
    # Ticks beyond the limits widen them.
    ax.set_xlim(0, end)
    return count_hidden(len(table) - len(drawn), "group")


def find_span(rows: pd.DataFrame) -> tuple[Any, Any] | None:
    """Return the first and the last day of the periods of rows, if they have any."""
    if "period" not in rows.columns:
        return None
    days = unique_days(rows["period"])
    if not len(days):
        return None
    return days[0], period_ends(days, find_step(days, rows.attrs.get("every")))[-1] - 1


def set_percent_axis(ax: Axes) -> None:
    """Label the vertical axis with percent, from 0 on."""
    set_plain_style(ax, grid="y")
    top = max(ax.get_ylim()[1], 100.0 if ax.get_ylim()[1] > 50 else _LEAST_PERCENT)
    ax.set_ylim(0, 1.04 * top)
    ax.yaxis.set_major_formatter("{x:,.10g} %")
    ax.tick_params(labelsize=font_size(ax))


def find_most(
    rows: pd.DataFrame, keys: Sequence[str], part: pd.Series, whole: pd.Series
) -> tuple[str, float, float | None]:
    """Return the group with the greatest sum of a part, this sum, and that of the whole.

    If several groups have the greatest sum, they are named as `name_leaders` does, and the sum of
    the whole is None.
    The rows are those that are drawn, in the order of `sort_groups`.

    Examples
    --------
    >>> rows = pd.DataFrame({"team": ["Web", "App"], "late": [3, 1], "due": [4, 9]})
    >>> find_most(rows, ["team"], rows["late"], rows["due"])
    ('Web', 3.0, 4.0)
    """
    labels = unique_labels(rows, keys, LONGEST_NAME)
    sums = pd.DataFrame({"part": part, "whole": whole}).astype("float64")
    sums = sums.groupby(labels, sort=False).sum()
    parts = column_numbers(sums, "part")
    wholes = column_numbers(sums, "whole")[find_leaders(parts)]
    only = float(wholes[0]) if len(wholes) == 1 else None
    return name_leaders(sums.index, parts), float(parts.max()), only
