"""What stands around axes: title, finding and legend above them, notes below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from asana_frames.charts.shared.about import About, Titles, compose_title, format_now, read_about
from asana_frames.charts.shared.axes import (
    axes_height,
    build_legend,
    cell_width,
    font_size,
    title_size,
)
from asana_frames.charts.shared.cells import refit_cell
from asana_frames.charts.shared.columns import HEADING_GID
from asana_frames.charts.shared.corners import corner_transform, forget_edges
from asana_frames.charts.shared.ink import QUIET_TEXT, mix_ink
from asana_frames.display.sentences import cut_name
from asana_frames.display.words import FINDING_GID

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from asana_frames.charts.shared.wrapped_text import WrappedText

#: The part of ink of the finding, which is read after the title.
_FINDING = 0.8
#: Points between the parts.
_GAP = 4.0
#: The part of the height of axes that headings may take before the finding is left out.
_MOST = 0.45
#: Letters of the name of what a chart is about, the most first, until a title fits.
_NAMES = (120, 60, 40, 24, 12)
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
        First and last day drawn; the title names these instead of the days of the table.
    legend
        Label -> artist.
    """
    about = _narrow_days(read_about(frame), days)
    height = _GAP
    if legend:
        height += _add_legend(ax, legend, height) + _GAP
    title, subtitle = titles
    shown = _write_lines(ax, finding if subtitle is None else subtitle, "top", height)
    if shown and subtitle is None and not _fits_axes(ax, height + shown.measure_height()):
        shown.remove()
        shown = None
    _set_title(ax, _list_titles(what, about) if title is None else [title])
    _reserve_height(ax, height, shown)
    known = [note[:1].upper() + note[1:] for note in (*notes, format_now(about.now)) if note]
    _write_lines(ax, " · ".join(known), "bottom", -_GAP)


def _narrow_days(about: About, days: tuple[Any, Any] | None) -> About:
    """Return what is known, with the days of that part which is drawn."""
    if days is None:
        return about
    first, last = (pd.Timestamp(day) for day in days)
    start = first if about.start is None else max(first, about.start)
    end = last if about.end is None else min(last, about.end)
    if start > end:
        # The drawn days lie outside those of ``attrs``: use the drawn ones.
        start, end = first, last
    return about._replace(start=start, end=end)


def _list_titles(what: str, about: About) -> list[str]:
    """Return titles, the longest first: a long name leaves room for what is shown, and when.

    The last one leaves out when: axes show it, too.
    """
    named = [about._replace(subject=cut_name(about.subject, letters)) for letters in _NAMES]
    shortest = named[-1]._replace(start=None, end=None)
    return list(dict.fromkeys(compose_title(what, each) for each in [*named, shortest]))


def _set_title(ax: Axes, choices: Sequence[str]) -> None:
    from matplotlib import rcParams

    from asana_frames.charts.shared.wrapped_text import wrap_title

    locs: tuple[Literal["left", "center", "right"], ...] = ("left", "center", "right")
    titles = {str(loc): ax.set_title("", loc=loc) for loc in locs}
    # The one that ``ax.set_title(...)`` writes to, and ``ax.get_title()`` mostly reads.
    chosen = rcParams["axes.titlelocation"]
    titles[chosen].set_fontsize(title_size(ax))
    # From the edge of the labels, not of the axes: names may take half of a figure.
    wrap_title(titles, chosen, choices, _LINES["title"], corner_transform(ax, "title", _GAP))


def _reserve_height(ax: Axes, height: float, finding: WrappedText | None) -> None:
    """Add an invisible inset as high as the legend and the finding.

    matplotlib places titles, later ones too, above inset axes.
    """
    strut = ax.inset_axes((0, 0, 1, 1))
    strut.set(visible=False, xticks=[], yticks=[], gid=HEADING_GID)
    strut.set_axes_locator(_Strut(ax, height, finding))


class _Strut:
    """Finds the place of axes that are as high as the legend and the finding, when asked.

    matplotlib asks when a drawing begins.
    """

    def __init__(self, ax: Axes, points: float, finding: WrappedText | None) -> None:
        self._ax, self._corner = ax, corner_transform(ax, "top", 0)
        self._points, self._finding = points, finding

    def __call__(self, axes: Any, renderer: object) -> Any:
        from matplotlib.transforms import Bbox, TransformedBbox

        forget_edges(self._ax)
        refit_cell(self._ax)
        lines = self._finding.measure_height() + _GAP if self._finding else 0
        box = Bbox.from_bounds(0, 0, 1, self._points + lines)
        return TransformedBbox(box, self._corner - axes.figure.transSubfigure)


def _write_lines(ax: Axes, words: str, edge: Any, points: float) -> WrappedText | None:
    """Write a finding at the top of axes, or notes at the bottom, if there are words."""
    from asana_frames.charts.shared.wrapped_text import LINE, wrap_when_drawn

    if not words.strip():
        return None
    is_finding = edge == "top"
    text = ax.text(
        0,
        0,
        "",
        transform=corner_transform(ax, edge, points),
        color=mix_ink(ax, _FINDING if is_finding else QUIET_TEXT),
        va="bottom" if is_finding else "top",
        ha="left",
        fontsize=font_size(ax) + is_finding,
        linespacing=LINE,
    )
    if is_finding:
        text.set_gid(FINDING_GID)
    return wrap_when_drawn(text, [words], _LINES["subtitle" if is_finding else "notes"])


def _add_legend(ax: Axes, handles: Mapping[str, Artist], points: float) -> float:
    """Add a legend above axes, in as many columns as fit; return its height in points."""
    point = ax.figure.dpi / 72
    for columns in range(len(handles), 0, -1):
        legend = build_legend(
            ax,
            handles,
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


def _fits_axes(ax: Axes, points: float) -> bool:
    from asana_frames.charts.shared.wrapped_text import LINE

    taken = points + title_size(ax) * LINE
    return taken <= _MOST * 72 * axes_height(ax)
