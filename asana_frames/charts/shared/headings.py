"""What stands around axes: title, finding and legend above them, notes below."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.charts.shared.about import About, Titles, compose_title, format_now, read_about
from asana_frames.charts.shared.axes import (
    axes_height,
    axes_width,
    build_legend,
    cell_width,
    font_size,
    max_name_length,
    title_size,
)
from asana_frames.charts.shared.corners import Remeasuring, corner_transform
from asana_frames.charts.shared.fonts import find_missing
from asana_frames.charts.shared.ink import mix_ink
from asana_frames.charts.shared.labels import cut_name, shorten_name
from asana_frames.display.words import FINDING_GID

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text

#: Parts of ink of the finding and of the notes: words that are read after the title.
_FINDING, _NOTE = 0.8, 0.68
#: Points between the parts.
_GAP = 4.0
#: The part of the height of axes that headings may take before the finding is left out.
_MOST = 0.45
#: The part of a width that lines may take: letters are wider where pixels are few.
_SPARE = 0.97
#: Letters that a line has at least.
_FEWEST = 8
#: Most lines of a title, of a finding, and of notes.
_LINES = {"title": 2, "subtitle": 3, "notes": 3}


def set_heading(
    ax: Axes,
    frame: pd.DataFrame,
    what: str,
    titles: Titles,
    *,
    finding: str = "",
    notes: Sequence[str] = (),
    days: tuple[Any, Any] | None = None,
    legend: Mapping[str, Artist] | None = None,
) -> None:
    """Write the title, the finding and the legend above axes, and the notes below them.

    All begin at the left edge of the labels. Call it once, when all else is drawn.

    Parameters
    ----------
    ax
        The axes.
    frame
        The table that is drawn, as it was passed: its ``attrs`` say whose it is and when.
    what
        What the chart shows, in lower case: ``"scope and done"``.
    titles
        As the user passed them; an empty text leaves one out, None takes what is known.
    finding
        What the chart shows to be the case, in a sentence; the subtitle unless another is given.
    notes
        What is left out or assumed; empty ones are dropped. As of when the chart is, is added.
    days
        The first day and the last day that are drawn. A part of a table is then not said to be
        all of it.
    legend
        Label -> artist.
    """
    about = _narrow(read_about(frame), days)
    height = _GAP
    if legend:
        height += _add_legend(ax, legend, height) + _GAP
    title, subtitle = titles
    shown = finding if subtitle is None else subtitle
    lines = _wrap(ax, shown, font_size(ax) + 1, _LINES["subtitle"])
    if lines and subtitle is None and not _fits(ax, height, len(lines)):
        lines = []
    if lines:
        size = font_size(ax) + 1
        finding_text = _write(ax, lines, "top", height, va="bottom", size=size, ink=_FINDING)
        finding_text.set_gid(FINDING_GID)
        height += len(lines) * size * 1.25 + _GAP
    # A long name leaves room for what is shown, and when.
    named = about._replace(subject=cut_name(about.subject, max_name_length(ax)))
    _set_title(ax, compose_title(what, named) if title is None else title, height)
    known = [note[:1].upper() + note[1:] for note in (*notes, format_now(about.now)) if note]
    note = _wrap(ax, " · ".join(known), font_size(ax), _LINES["notes"])
    if note:
        # The dot between two notes does not begin a line.
        note = [line.removeprefix("· ") for line in note]
        _write(ax, note, "bottom", -_GAP, va="top", size=font_size(ax), ink=_NOTE)


def _narrow(about: About, days: tuple[Any, Any] | None) -> About:
    """Return what is known, with the days of that part which is drawn."""
    if days is None:
        return about
    first, last = (pd.Timestamp(day) for day in days)
    start = first if about.start is None else max(first, about.start)
    end = last if about.end is None else min(last, about.end)
    if start > end:
        # What is drawn lies before or after what is told: the days that are drawn are true.
        start, end = first, last
    return about._replace(start=start, end=end)


def _set_title(ax: Axes, title: str, height: float) -> None:
    from matplotlib import rcParams

    size = title_size(ax)
    text = "\n".join(_wrap(ax, title, size, _LINES["title"], rcParams["axes.titleweight"]))
    _reserve(ax, height)
    # The place that ``ax.set_title(...)`` writes to, so that it replaces this one.
    made = ax.set_title(text, loc=rcParams["axes.titlelocation"], fontsize=size)
    # From the edge of the labels, not of the axes: names may take half of a figure.
    made.set_transform(corner_transform(ax, "title", _GAP))
    made.set_horizontalalignment("left")


def _reserve(ax: Axes, height: float) -> None:
    """Keep a title that is set later, too, above what stands on the axes.

    matplotlib moves titles above the axes that are within others.
    """
    strut = ax.inset_axes((0, 0, 1, height), transform=corner_transform(ax, "top", 0))
    strut.set(visible=False, xticks=[], yticks=[])
    strut.set_axes_locator(Remeasuring(ax, strut.get_axes_locator()))


def _write(
    ax: Axes, lines: Sequence[str], edge: Any, points: float, *, va: str, size: float, ink: float
) -> Text:
    style: dict[str, Any] = {"va": va, "ha": "left", "fontsize": size, "linespacing": 1.25}
    return ax.text(
        0,
        0,
        "\n".join(lines),
        transform=corner_transform(ax, edge, points),
        color=mix_ink(ax, ink),
        **style,
    )


def _add_legend(ax: Axes, handles: Mapping[str, Artist], points: float) -> float:
    """Add a legend above axes, in as many columns as fit; return its height in points."""
    point = ax.figure.dpi / 72
    for columns in range(len(handles), 0, -1):
        legend = build_legend(
            ax,
            {shorten_name_of_series(label): artist for label, artist in handles.items()},
            loc="lower left",
            bbox_to_anchor=(0, 0),
            bbox_transform=corner_transform(ax, "top", points),
            borderaxespad=0.0,
            borderpad=0.0,
            fontsize=font_size(ax),
            ncols=columns,
            columnspacing=1.4,
        )
        size = legend.get_window_extent()
        if size.width <= cell_width(ax) * 72 * point:
            break
    return float(size.height) / point


def shorten_name_of_series(label: str) -> str:
    """Cut the label of a series to what a legend has room for."""
    return cut_name(label, 40)


def _fits(ax: Axes, height: float, lines: int) -> bool:
    taken = height + lines * (font_size(ax) + 1) * 1.25 + title_size(ax) * 1.25
    return taken <= _MOST * 72 * axes_height(ax)


def _wrap(ax: Axes, text: str, size: float, most: int, weight: Any = "normal") -> list[str]:
    """Break a text into lines that fit; what is too long for ``most`` ends in an ellipsis."""
    # Names that are labels too have their dollar signs escaped already.
    words = shorten_name(" ".join(text.split()).replace(r"\$", "$"), 400)
    if not words:
        return []
    points = _SPARE * 72 * _find_width(ax)
    letters = max(_FEWEST, int(len(words) * points / _measure(words, size, weight)))
    lines = textwrap.wrap(words, letters)
    while letters > _FEWEST and max(_measure(line, size, weight) for line in lines) > points:
        letters -= 1
        lines = textwrap.wrap(words, letters)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut_name(" ".join(lines[most - 1 :]), letters)]
    return lines


def _find_width(ax: Axes) -> float:
    """Return the width in inches that lines may take, from the left edge of the labels."""
    spec = ax.get_subplotspec()
    if spec is None or spec.get_gridspec().ncols == 1:
        return cell_width(ax)
    # Labels of other columns may take the room that this one would have had.
    names = ax.yaxis.get_tightbbox()
    own = 0.0 if names is None else max(0.0, float(ax.bbox.x0 - names.x0))
    return min(cell_width(ax), axes_width(ax) + own / float(ax.figure.dpi))


def _measure(text: str, size: float, weight: Any) -> float:
    """Return the width of a text in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight=weight)
    missing = find_missing(text, font)
    known = "".join(letter for letter in text if letter not in missing)
    width, _, _ = text_to_path.get_text_width_height_descent(known or " ", font, False)
    # Letters of other fonts are mostly as wide as they are high.
    return float(width) + (len(text) - len(known)) * size
