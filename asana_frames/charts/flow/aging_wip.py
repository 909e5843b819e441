"""Chart of how old tasks in progress are, section by section."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asana_frames.charts.flow.dots import (
    list_percentiles,
    percentile_kinds,
    percentile_style,
    scatter_tasks,
)
from asana_frames.charts.shared.about import Titles
from asana_frames.charts.shared.axes import (
    LONGEST_NAME,
    axes_height,
    axes_width,
    count_hidden,
    draw_empty,
    font_size,
    make_room,
    new_axes,
    set_plain_style,
)
from asana_frames.charts.shared.colours import ALARM, SERIES
from asana_frames.charts.shared.columns import column_numbers, drop_missing, read_input
from asana_frames.charts.shared.days_scale import set_days_scale
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.headings import set_heading
from asana_frames.charts.shared.ink import TEXT_CONTRAST, mix_ink, shade
from asana_frames.charts.shared.labels import unique_labels
from asana_frames.charts.shared.sections import SECTION
from asana_frames.display.sentences import count_noun, format_figure
from asana_frames.rollups.shared.key_figures import TINY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WHAT = "age of work in progress"
_NOTE = "lines: the age at which that part of the finished tasks had left the section"
_AGE = "Days since the start"
#: Inches that a section needs at least.
_COLUMN = 0.75
#: The share of the axes' height left for data: names of sections have several lines.
_DRAWN = 0.5
#: The height that the label of a tick needs, in heights of its letters.
_TICK = 0.9
#: The half of the width in which the dots of a section lie.
_SPREAD = 0.3
#: Of the name of a section.
_MOST_LINES = 3


def aging_wip(
    aging_wip: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each task in progress as a dot: its section, and its age.

    Parameters
    ----------
    aging_wip
        What ``rollups.aging_wip`` returns: ``project_gid``, ``project_name``, ``section_gid``,
        ``section_name``, ``section_order``, ``days_age``, and columns of percentiles such as
        ``days_p85``.
    title, subtitle
        Texts in place of the usual ones; ``""`` for none.
    ax
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The sections in their order from left to right, with the number of tasks below the name.
        Lines in each section show at which age parts of the finished tasks had left it; a task
        above the highest line is red. The scale is linear up to one day and logarithmic from there
        on. Sections of several projects are named with their project. The subtitle counts the
        tasks above the highest line in all sections.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``ax``, ``title`` or ``subtitle`` cannot be used.
    """
    needed = ["project_gid", "project_name", *SECTION, "section_order", "days_age"]
    kinds = percentile_kinds(aging_wip)
    titles = Titles(title, subtitle)
    aging_wip = read_input(
        aging_wip, [*needed, *kinds], chart="aging_wip", ax=ax, kinds=kinds, titles=titles
    )
    rows = drop_missing(aging_wip, "days_age")
    if ax is None:
        ax = new_axes(height=4.4)
    if rows.empty:
        set_heading(ax, aging_wip, _WHAT, titles)
        return draw_empty(ax, "No tasks in progress")
    order = ["project_name", "project_gid", "section_order", "section_gid"]
    rows = rows.sort_values([*order, "days_age"], ignore_index=True)
    is_one = rows["project_gid"].nunique(dropna=False) <= 1
    count = len(rows[["project_gid", "section_gid"]].drop_duplicates())
    drawn = min(count, max(1, int(axes_width(ax) / _COLUMN)))
    # A letter is a little more than half as wide as high.
    letters = max(6, int(axes_width(ax) / drawn * 72 / (0.62 * font_size(ax))))
    keys = SECTION if is_one else [*SECTION, "project_name"]
    labels = _name_sections(rows, keys, letters)
    names = list(dict.fromkeys(labels))
    shown, finding = names[:drawn], _summarise(rows)
    rows, labels = rows[labels.isin(shown)], labels[labels.isin(shown)]
    place = pd.Index(shown).get_indexer(pd.Index(labels))
    hidden = count_hidden(len(names) - len(shown), "section")
    legend = _draw_tasks(ax, rows, place)
    _label_sections(ax, shown, place, letters)
    lines = _draw_levels(ax, rows, place)
    set_heading(
        ax,
        aging_wip,
        _WHAT,
        titles,
        finding=finding,
        notes=[_NOTE if kinds else "", hidden],
        legend=legend | lines,
    )
    return make_room(ax)


def _name_sections(rows: pd.DataFrame, keys: Sequence[str], letters: int) -> pd.Series:
    """Label tasks by their sections, cut until each fits its lines with what tells it apart."""
    sections = rows.drop_duplicates(keys)
    longest = min(LONGEST_NAME, _MOST_LINES * letters)
    while longest > letters:
        names = unique_labels(sections, keys, longest)
        if all(len(textwrap.wrap(name, letters)) <= _MOST_LINES for name in names):
            break
        longest -= 1
    return unique_labels(rows, keys, longest)


def _draw_levels(ax: Axes, rows: pd.DataFrame, place: np.ndarray) -> dict[str, Artist]:
    """Draw a line per percentile in each section, named at the right of the last section.

    Returns the lines that could not be named there, by their labels, for the legend.
    """
    ends: dict[str, End] = {}
    first = pd.Series(np.arange(len(rows))).groupby(place).first()
    for column, share in list_percentiles(rows).items():
        level = column_numbers(rows, column)[first.to_numpy()]
        known = first.index.to_numpy()[~np.isnan(level)]
        if not len(known):
            continue
        line = ax.hlines(
            level[~np.isnan(level)],
            known - 0.45,
            known + 0.45,
            color=mix_ink(ax),
            linewidth=1.2,
            linestyle=percentile_style(share),
        )
        ends[f"{format_figure(100 * share)} %"] = End(float(level[-1]), line, mix_ink(ax))
    if any(np.isnan(end.value) for end in ends.values()):
        return {name: end.artist for name, end in ends.items()}
    return label_ends(ax, ends)


def _draw_tasks(ax: Axes, rows: pd.DataFrame, place: np.ndarray) -> dict[str, Artist]:
    """Draw the tasks side by side, from the youngest to the oldest; return label -> dots."""
    ages = column_numbers(rows, "days_age")
    count = np.bincount(place)[place]
    number = pd.Series(place).groupby(place).cumcount().to_numpy()
    across = place + np.where(count > 1, (2 * (number + 0.5) / count - 1) * _SPREAD, 0.0)
    is_late = _find_late(rows)
    legend: dict[str, Artist] = {}
    for label, where, colour in (
        ("in progress", ~is_late, SERIES[0]),
        ("above all lines", is_late, ALARM),
    ):
        if where.any():
            colour = shade(ax, colour, TEXT_CONTRAST)
            legend[label] = scatter_tasks(ax, across[where], ages[where], colour, size=24)
    levels = [column_numbers(rows, column) for column in list_percentiles(rows)]
    known = [float(np.nanmax(values)) for values in levels if not np.isnan(values).all()]
    room = _TICK * font_size(ax) / 72 / (_DRAWN * axes_height(ax))
    set_days_scale(ax.yaxis, max([float(ages.max()), *known]), room=room)
    return legend


def _find_late(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which tasks are older than their section's highest percentile."""
    shares = list_percentiles(rows)
    highest = column_numbers(rows, list(shares)[-1]) if shares else np.full(len(rows), np.nan)
    return np.asarray(column_numbers(rows, "days_age") > highest + TINY)


def _summarise(rows: pd.DataFrame) -> str:
    """Count the tasks above the highest percentile."""
    shares = list_percentiles(rows)
    if not shares:
        return f"{count_noun(len(rows), 'task')} in progress."
    most = format_figure(100 * max(shares.values()))
    late = int(_find_late(rows).sum())
    counted = f"{late:,} of {count_noun(len(rows), 'task')}"
    verb = "is" if late == 1 else "are"
    return (
        f"{counted} {verb} older than {most} % of finished tasks were when they left the same "
        f"section."
    )


def _label_sections(ax: Axes, names: list[str], place: np.ndarray, letters: int) -> None:
    """Write the names of sections and the number of their tasks."""
    count = np.bincount(place, minlength=len(names))
    wrapped = [textwrap.fill(name, letters) for name in names]
    texts = [f"{name}\n{n:,}" for name, n in zip(wrapped, count, strict=True)]
    set_plain_style(ax, grid="y")
    ax.set_xticks(range(len(names)), texts)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.tick_params(axis="x", which="both", length=0)
    size = font_size(ax) + 1
    has_room = _DRAWN * axes_height(ax) * 72 >= 0.56 * size * len(_AGE)
    ax.set_ylabel(_AGE if has_room else "Days", fontsize=size)
