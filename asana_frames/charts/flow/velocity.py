"""Chart of what each sprint committed to and completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    axes_width,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_count_axis,
    set_span,
)
from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.columns import Numbers, column_numbers, read_input
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import MUTED, find_background, mix_ink, shade
from asana_frames.charts.shared.labels import format_tenths, shorten_name
from asana_frames.display.sentences import format_figure
from asana_frames.rollups.shared.inputs import text_column

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WHAT = "committed and done by sprint"
#: The most sprints that are drawn: the last ones.
_MOST = 26
#: Sprints that the axis has room for at least.
_FEWEST = 4.0
#: Letters of the longest name.
_LONGEST = 18
#: The part of ink of what was committed.
_COMMITTED = 0.48


def velocity(
    velocity: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each sprint committed to beside what it completed.

    Parameters
    ----------
    velocity
        What ``rollups.velocity`` returns: ``name``, ``start``, ``committed``, ``done``,
        ``partial``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Two bars per sprint, in the order of their starts, at most the last 26. A dashed line is
        the mean of what all sprints that are over completed; a sprint that is not over has hollow
        bars and does not count in it. The subtitle gives this mean, and what the last sprint that
        is over completed of what it committed to.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = ["name", "start", "committed", "done", "partial"]
    titles, kinds = Titles(title, subtitle), {"start": "date"}
    velocity = read_input(velocity, needed, chart="velocity", ax=ax, kinds=kinds, titles=titles)
    known = velocity.sort_values("start", kind="stable")
    rows = known.tail(_MOST).reset_index(drop=True)
    if ax is None:
        ax = new_axes(height=4.2)
    if rows.empty:
        set_heading(ax, velocity, _WHAT, titles)
        return draw_empty(ax, "No sprints")
    over = known[_find_over(known)]
    legend = _draw_pairs(ax, rows, _find_over(rows))
    set_count_axis(ax, "Per sprint")
    legend |= _draw_mean(ax, column_numbers(over, "done"))
    labels = [shorten_name(name, _LONGEST) for name in text_column(rows, "name").fillna("?")]
    ax.set_xticks(range(len(rows)), labels)
    letters = (max(map(len, labels)) + 1) * len(rows)
    if letters * 0.6 * font_size(ax) / 72 > axes_width(ax):
        ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(axis="x", which="both", length=0)
    set_span(ax, 0, len(rows) - 1, margin=0.6, least=_FEWEST)
    set_heading(
        ax,
        velocity,
        _WHAT,
        titles,
        finding=_summarise(over),
        notes=[count_hidden(len(velocity) - len(rows), "sprint before", "sprints before")],
        legend=legend,
    )
    return make_room(ax)


def _find_over(rows: pd.DataFrame) -> np.ndarray:
    """Return which sprints are over."""
    return ~rows["partial"].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _draw_mean(ax: Axes, done: Numbers) -> dict[str, Artist]:
    """Draw the mean of what was done, named at its end, or else by what is returned."""
    if not len(done):
        return {}
    mean = float(done.mean())
    line = ax.axhline(mean, color=mix_ink(ax), linewidth=1.2, linestyle="--")
    return label_ends(ax, {f"mean {format_tenths(mean)}": End(mean, line, mix_ink(ax))})


def _summarise(over: pd.DataFrame) -> str:
    """Give the mean of sprints that are over, and what the last one completed."""
    if over.empty:
        return ""
    mean = format_tenths(float(column_numbers(over, "done").mean()))
    last = over.iloc[-1]
    name = text_column(over, "name").fillna("?").iloc[-1]
    done, committed = (format_figure(float(last[part])) for part in ("done", "committed"))
    return f"{mean} done per sprint on average; {name}: {done} done, {committed} committed."


def _draw_pairs(ax: Axes, rows: pd.DataFrame, is_over: np.ndarray) -> dict[str, Artist]:
    """Draw the bars of each sprint, hollow where it is not over."""
    from matplotlib.patches import Patch

    places = np.arange(len(rows))
    colours = {"committed": shade(ax, mix_ink(ax, _COMMITTED)), "done": shade(ax, SERIES[0])}
    for (name, colour), shift in zip(colours.items(), (-0.2, 0.2), strict=True):
        heights = column_numbers(rows, name)
        bars = ax.bar(places + shift, heights, 0.38, color=colour, edgecolor=colour)
        for at in np.flatnonzero(~is_over):
            bars[int(at)].set(facecolor=find_background(ax), hatch="////")
        texts = [format_figure(value) for value in heights]
        if len(rows) <= axes_width(ax) * 2:
            ax.bar_label(bars, texts, padding=2, fontsize=font_size(ax))
    ax.margins(y=0.1)
    legend: dict[str, Artist] = {name: Patch(color=colour) for name, colour in colours.items()}
    if not is_over.all():
        edge = mix_ink(ax, MUTED)
        legend["not over"] = Patch(facecolor="none", edgecolor=edge, hatch="////")
    return legend
