"""Chart of the tasks that are done by their due day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    axes_width,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
    set_span,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, list_keys, read_input
from asana_frames.charts.shared.dates import (
    day_positions,
    fill_periods,
    find_step,
    label_period_axis,
    unique_days,
)
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.partial import note_partial
from asana_frames.charts.shared.rates import (
    add_repeated,
    draw_rate_lines,
    draw_rate_rows,
    find_most,
    find_span,
    list_period_columns,
    sort_groups,
)
from asana_frames.charts.shared.stacked_bars import draw_stacked_bars
from asana_frames.display.sentences import count_noun, format_share

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_LOOKS = {
    "done_on_time": ("done on time", SERIES[0]),
    "done_late": ("done late", SERIES[1]),
    "open_late": ("late and open", ALARM),
}
_RATE = "on_time_rate"
_NUMBERS = ("period", "partial", *_LOOKS, "not_due", "undated", _RATE, "judged")
#: The part of the width of axes that is left beside the labels.
_BARS_SHARE = 0.85
_WHAT = "tasks done on time"


def on_time(
    on_time: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many tasks are done by their due day.

    Parameters
    ----------
    on_time
        What ``rollups.on_time`` returns: ``done_on_time``, ``done_late``, ``open_late``,
        ``on_time_rate``, with periods ``period`` and ``partial``, and the key columns (all
        others).
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Over time a bar per period, in which the tasks due are stacked, with the rate on top; with
        keys a line per group, of at most eight, with a hollow point where the period is not over
        or not all its days count, which a note tells.
        Without periods a bar per group, the highest rate at the top. Tasks without a due date are
        not drawn. Rows of the same group and period are added up. The subtitle counts the due
        tasks that were done on time; with keys, it names the group with most that were not, which
        is always drawn.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    periods = list_period_columns(on_time)
    needed = [*_LOOKS, _RATE, *periods]
    titles = Titles(title, subtitle)
    on_time = read_input(
        on_time, needed, chart="on_time", ax=ax, titles=titles, has_rows=not periods
    )
    has_periods = "period" in on_time.columns
    rows = on_time.assign(judged=on_time[[*_LOOKS]].astype("float64").sum(axis="columns"))
    if has_periods:
        rows = rows[rows["period"].notna().to_numpy(dtype=bool)]
    rows = rows.reset_index(drop=True)
    keys = list_keys(rows, _NUMBERS)
    rate = (_RATE, "done_on_time", "judged")
    rows = sort_groups(add_repeated(rows, keys, [*_LOOKS, "judged"], rate), keys, _RATE, "judged")
    missed = rows["judged"] - rows["done_on_time"].astype("float64")
    if ax is None:
        ax = new_axes(height=4.2 if has_periods else 0.3 * min(len(rows), 40) + 1.4)
    if not rows["judged"].any():
        set_heading(ax, on_time, _WHAT, titles)
        return draw_empty(ax, "No tasks that were due")
    legend: dict[str, Artist] = {}
    if not has_periods:
        notes = [draw_rate_rows(ax, rows, keys, _RATE, _describe_rates(rows), missed)]
    elif keys:
        notes = draw_rate_lines(ax, rows, keys, _RATE, missed)
    else:
        notes, legend = _draw_bars(ax, rows)
    set_heading(
        ax,
        on_time,
        _WHAT,
        titles,
        finding=_summarise(rows, keys),
        notes=notes,
        days=find_span(rows),
        legend=legend,
    )
    return make_room(ax)


def _describe_rates(rows: pd.DataFrame) -> pd.Series[Any]:
    done = rows["done_on_time"].astype("float64")
    texts = [
        f"{format_share(part / whole)} of {whole:,.0f}" if whole else "none due"
        for part, whole in zip(done, rows["judged"], strict=True)
    ]
    return pd.Series(texts, index=rows.index)


def _summarise(rows: pd.DataFrame, keys: Sequence[str]) -> str:
    """Count the tasks done on time, or name the group with most that were not."""
    if not keys:
        counts = rows[[*_LOOKS]].astype("float64").sum()
        total, on_time = counts.sum(), counts["done_on_time"]
        late, still_open = (f"{counts[name]:,.0f}" for name in ("done_late", "open_late"))
        were, was_late = (
            "was" if number == 1 else "were" for number in (total, counts["done_late"])
        )
        is_open = "is" if counts["open_late"] == 1 else "are"
        return (
            f"{on_time:,.0f} of {count_noun(int(total), 'due task')} {were} done on time; {late} "
            f"{was_late} late, {still_open} {is_open} late and open."
        )
    missed = rows["judged"] - rows["done_on_time"].astype("float64")
    most, number, due = find_most(rows, keys, missed, rows["judged"])
    if not number:
        return "All due tasks were done on time."
    if due is None:
        return f"Most not on time: {most}, {count_noun(int(number), 'due task')} each."
    return f"Most not on time: {most}, {number:,.0f} of {due:,.0f} due tasks."


def _draw_bars(ax: Axes, rows: pd.DataFrame) -> tuple[list[str], dict[str, Artist]]:
    """Stack the tasks of each period, and write the rate above them; return notes and legend."""
    step = find_step(unique_days(rows["period"]), rows.attrs.get("every"))
    days = fill_periods(unique_days(rows["period"]), step)
    partial = note_partial(rows, days, step)
    rows = rows.set_index("period").reindex(days.astype("datetime64[us]"))
    table = rows[[*_LOOKS]].astype("float64").fillna(0.0)
    looks = [(colour, "") for _, colour in _LOOKS.values()]
    bars = draw_stacked_bars(ax, table, step, looks)
    places = day_positions(days)
    set_span(ax, places[0], places[-1], margin=0.7 * step.days, least=5 * step.days)
    has_rates = _write_rates(ax, places, table.sum(axis="columns"), column_numbers(rows, _RATE))
    # Room for the rates above the bars.
    ax.set_ylim(0, 1.12 * max(1.0, float(table.sum(axis="columns").max())))
    label_period_axis(ax, days, step)
    set_count_axis(ax, "Tasks due")
    names = [name for name, _ in _LOOKS.values()]
    drawn = zip(names, bars, table.any(), strict=True)
    note = "above the bars: percent done on time" if has_rates else ""
    return [*partial, note], {name: bar for name, bar, is_drawn in drawn if is_drawn}


def _write_rates(ax: Axes, places: Numbers, heights: pd.Series[Any], rates: Numbers) -> bool:
    """Write rates above bars, if they are wide enough."""
    letters = axes_width(ax) * 72 * _BARS_SHARE / (0.6 * font_size(ax)) / max(len(places), 5)
    texts = ["" if np.isnan(rate) else format_share(rate) for rate in rates]
    if letters < max(map(len, texts)):
        texts = [text.removesuffix(" %") for text in texts]
    if letters < max(map(len, texts)):
        return False
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": font_size(ax)}
    for place, height, text in zip(places, heights, texts, strict=True):
        if text:
            ax.annotate(text, (place, height), (0, 2), ha="center", **style)
    return True
