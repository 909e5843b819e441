"""Chart of how old tasks in progress are, section by section."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.flow.dots import list_percentiles, percentile_kinds, percentile_style
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    add_legend_below,
    axes_width,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
    set_title,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import format_number, unique_labels
from asana_frames.charts.shared.sections import SECTION

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Inches that a section needs at least.
_COLUMN = 0.75
#: The half of the width in which the dots of a section lie.
_SPREAD = 0.3
#: Of the name of a section.
_MOST_LINES = 3


def aging_wip(aging_wip: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each task in progress as a dot: its section, and its age.

    Parameters
    ----------
    aging_wip
        What ``rollups.aging_wip`` returns: ``project_gid``, ``project_name``, ``section_gid``,
        ``section_name``, ``section_order``, ``days_age``, and columns of percentiles such as
        ``days_p85``.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The sections in their order from left to right, with the number of tasks below the name.
        Lines in each section show at which age parts of the finished tasks had left it; a task
        above the highest line is red. The scale is linear up to one day and logarithmic from there
        on. Sections of several projects are named with their project.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    needed = ["project_gid", "project_name", *SECTION, "section_order", "days_age"]
    kinds = percentile_kinds(aging_wip)
    aging_wip = read_input(aging_wip, [*needed, *kinds], chart="aging_wip", ax=ax, kinds=kinds)
    rows = drop_missing(aging_wip, "days_age")
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_title(ax, "Age of work in progress")
        return draw_empty(ax, "No tasks in progress")
    order = ["project_name", "project_gid", "section_order", "section_gid"]
    rows = rows.sort_values([*order, "days_age"], ignore_index=True)
    is_one = rows["project_gid"].nunique(dropna=False) <= 1
    count = len(rows[["project_gid", "section_gid"]].drop_duplicates())
    drawn = min(count, max(1, int(axes_width(ax) / _COLUMN)))
    # A letter is a little more than half as wide as high.
    letters = max(6, int(axes_width(ax) / drawn * 72 / (0.62 * font_size(ax))))
    keys = SECTION if is_one else [*SECTION, "project_name"]
    labels = unique_labels(rows, keys, min(LONGEST_NAME, _MOST_LINES * letters))
    names = list(dict.fromkeys(labels))
    shown = names[:drawn]
    rows, labels = rows[labels.isin(shown)], labels[labels.isin(shown)]
    place = pd.Index(shown).get_indexer(pd.Index(labels))
    hidden = count_hidden(len(names) - len(shown), "sections")
    set_title(ax, "Age of work in progress", [hidden])
    legend = _draw_levels(ax, rows, place)
    legend |= _draw_tasks(ax, rows, place)
    lines = _label_sections(ax, shown, place, letters)
    add_legend_below(ax, legend, points=14 + 1.4 * font_size(ax) * lines)
    return make_room(ax)


def _draw_levels(ax: Axes, rows: pd.DataFrame, place: np.ndarray) -> dict[str, Artist]:
    """Draw a line per percentile in each section; return label -> line."""
    legend: dict[str, Artist] = {}
    first = pd.Series(np.arange(len(rows))).groupby(place).first()
    for column, share in list_percentiles(rows).items():
        level = column_numbers(rows, column)[first.to_numpy()]
        known = first.index.to_numpy()[~np.isnan(level)]
        if not len(known):
            continue
        label = f"{format_number(100 * share)} %"
        legend[label] = ax.hlines(
            level[~np.isnan(level)],
            known - 0.45,
            known + 0.45,
            color=mix_ink(ax),
            linewidth=1.2,
            linestyle=percentile_style(share),
        )
    return legend


def _draw_tasks(ax: Axes, rows: pd.DataFrame, place: np.ndarray) -> dict[str, Artist]:
    """Draw the tasks side by side, from the youngest to the oldest; return label -> dots."""
    ages = column_numbers(rows, "days_age")
    count = np.bincount(place)[place]
    number = pd.Series(place).groupby(place).cumcount().to_numpy()
    across = place + np.where(count > 1, (2 * (number + 0.5) / count - 1) * _SPREAD, 0.0)
    shares = list_percentiles(rows)
    highest = column_numbers(rows, list(shares)[-1]) if shares else np.full(len(rows), np.nan)
    is_late = ages > highest
    legend: dict[str, Artist] = {}
    for label, where, colour in (
        ("in progress", ~is_late, SERIES[0]),
        ("older than all these", is_late, ALARM),
    ):
        if where.any():
            legend[label] = ax.scatter(
                across[where], ages[where], s=20, alpha=0.7, linewidth=0, color=colour
            )
    levels = [column_numbers(rows, column) for column in shares]
    known = [float(np.nanmax(values)) for values in levels if not np.isnan(values).all()]
    _set_scale(ax, max([float(ages.max()), *known]))
    return legend


def _set_scale(ax: Axes, oldest: float) -> None:
    """Scale ages logarithmically from 1 on: most are short, and a few very long."""
    ax.set_yscale("symlog", linthresh=1.0, linscale=0.5)
    oldest = max(2.0, oldest)
    ax.set_ylim(0, 1.25 * oldest)
    steps = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    ticks = [0, *(step for step in steps if step <= 1.25 * oldest)]
    ax.set_yticks(ticks, [format_number(tick) for tick in ticks])
    ax.minorticks_off()


def _label_sections(ax: Axes, names: list[str], place: np.ndarray, letters: int) -> int:
    """Write the names of sections and the number of their tasks; return the most lines."""
    count = np.bincount(place, minlength=len(names))
    wrapped = [textwrap.wrap(name, letters)[:_MOST_LINES] for name in names]
    texts = ["\n".join([*lines, f"{n:,}"]) for lines, n in zip(wrapped, count, strict=True)]
    set_plain_style(ax, grid="y")
    ax.set_xticks(range(len(names)), texts)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel("Days since the start", fontsize=font_size(ax) + 1)
    return 1 + max(map(len, wrapped))
