"""Chart of the tasks that are completed in each period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
    set_span,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import list_keys, read_input, sort_dated
from asana_frames.charts.shared.dates import (
    Days,
    Step,
    day_positions,
    find_step,
    label_period_axis,
    name_period,
    period_ends,
    say_when,
    suggest_weeks,
    unique_days,
)
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import (
    format_tenths,
    key_heading,
    name_leaders,
    shorten_name,
)
from asana_frames.charts.shared.partial import note_partial
from asana_frames.charts.shared.stacked_bars import (
    draw_stacked_bars,
    limit_others,
    pivot_series,
    series_looks,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_OWN = ("period", "done", "unweighted", "partial")
_WHAT = "completed tasks"


def throughput(
    throughput: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many tasks are completed in each period, with their mean.

    Parameters
    ----------
    throughput
        What ``rollups.throughput`` returns: ``period``, ``done``, ``partial``, and the key columns
        (all others but ``unweighted``).
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A bar per period, stacked by the keys, the largest at the bottom; groups beyond ten are
        merged into "other", cut where it is more than twice as high as they are. A dashed line is
        the mean of the whole periods, unless "other" is cut. A first or last period that is not
        over, or is cut by ``start`` or ``end``, does not count in the mean; a note names it. The
        subtitle gives this mean, and the whole period with most.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    titles = Titles(title, subtitle)
    needed = ["period", "done", "partial"]
    throughput = read_input(throughput, needed, chart="throughput", ax=ax, titles=titles)
    rows = sort_dated(throughput, "period")
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_heading(ax, throughput, _WHAT, titles)
        return draw_empty(ax, "No tasks")
    step = find_step(unique_days(rows["period"]), throughput.attrs.get("every"))
    keys = list_keys(rows, _OWN)
    table = pivot_series(rows, keys, "done", step, max_name_length(ax, 28))
    days = table.index.to_numpy("datetime64[D]")
    bars = _draw_bars(ax, table, step)
    whole = table.sum(axis=1)[_find_whole(rows, days)]
    set_count_axis(ax, "Tasks")
    if not table.to_numpy().any():
        ax.set_ylim(0, 1)
    own = float(table.iloc[:, : len(SERIES)].sum(axis=1).max())
    others = limit_others(ax, table, "tasks", highest=own)
    # The mean is one of all tasks, which are beyond the axis where most of them are cut.
    mean = {} if others else _draw_mean(ax, whole, step)
    legend = _label_series(ax, dict(zip(table.columns, bars, strict=True)), mean, keys)
    set_heading(
        ax,
        throughput,
        f"{_WHAT} per {name_period(step)}",
        titles,
        finding=_summarise(whole, step),
        notes=[*note_partial(rows, days, step), others, suggest_weeks(days, step)],
        days=(days[0], period_ends(days, step)[-1] - 1),
        legend=legend,
    )
    return make_room(ax)


def _find_whole(rows: pd.DataFrame, days: Days) -> NDArray[np.bool_]:
    """Return a mask of periods that are over and counted in full; periods without rows are."""
    is_partial = rows["partial"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    return ~np.isin(days, unique_days(rows["period"][is_partial]))


def _draw_bars(ax: Axes, table: pd.DataFrame, step: Step) -> list[Artist]:
    days = table.index.to_numpy("datetime64[D]")
    label_period_axis(ax, days, step)
    places = day_positions(days)
    set_span(ax, places[0], places[-1], margin=0.7 * step.days, least=5 * step.days)
    return draw_stacked_bars(ax, table, step, series_looks(len(table.columns)))


def _draw_mean(ax: Axes, whole: pd.Series[Any], step: Step) -> dict[str, End]:
    """Draw the mean of the whole periods; return its name and where it ends."""
    if whole.empty:
        return {}
    mean = float(whole.mean())
    places = day_positions(whole.index.to_numpy("datetime64[D]"))
    line = ax.hlines(
        mean,
        places[0] - step.days / 2,
        places[-1] + step.days / 2,
        color=mix_ink(ax),
        linewidth=1.2,
        linestyle="--",
    )
    return {f"mean {format_tenths(mean)}": End(mean, line, mix_ink(ax))}


def _label_series(
    ax: Axes, bars: Mapping[str, Artist], mean: dict[str, End], keys: Sequence[str]
) -> dict[str, Artist]:
    """Name the mean at its end, or in the legend of the keys; return what has no name yet."""
    if not keys:
        return label_ends(ax, mean)
    ends = {name: end.artist for name, end in mean.items()}
    # shorten_name escapes dollar signs, which a legend's title reads as mathematics too.
    add_legend_beside(ax, {**bars, **ends}, title=shorten_name(key_heading(keys)))
    return {}


def _summarise(whole: pd.Series[Any], step: Step) -> str:
    """Give the mean of the whole periods, and the one with most."""
    if whole.empty or not whole.any():
        return ""
    period = name_period(step)
    most = name_leaders([say_when(day, step) for day in whole.index], whole)
    mean, highest = (format_tenths(float(n)) for n in (whole.mean(), whole.max()))
    return f"{mean} per {period} on average; most, {highest}, {most}."
