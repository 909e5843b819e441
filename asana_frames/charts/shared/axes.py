"""Axes that all charts share: titles, notes, legends, spans, names that fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asana_frames.charts.shared.cells import fit_cell, has_layout_engine
from asana_frames.charts.shared.fonts import use_fallback_fonts
from asana_frames.charts.shared.ink import GRID, MUTED, mix_ink
from asana_frames.display.sentences import count_noun

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

#: Inches; what fits a notebook.
_WIDTH = 8.0
_TALLEST = 40.0
#: Letters of the longest name.
LONGEST_NAME = 40
#: The height of a row of a chart, in heights of the letters of its name.
_ROW = 1.26
#: Inches that titles, findings and notes take.
_HEADING = 0.8
#: Points of the labels of ticks in the usual style.
_USUAL_SIZE = 10.0
#: The part of its cell that axes fill with all around them: layouts keep a margin.
_FILLED = 0.94
#: Inches from which axes have room for full-size print.
WIDE = 4.5
#: The share of the axes' height left for data once titles and labels are drawn.
DATA_SHARE = 0.6


def new_axes(height: float) -> Axes:
    """Return axes of a new figure, registered with pyplot so that a notebook shows them."""
    # Imported here: matplotlib costs more than all the rest of an import.
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(_WIDTH, min(height, _TALLEST)), layout="constrained")
    return ax


def draw_empty(ax: Axes, words: str) -> Axes:
    """Write a message in the middle of axes that have nothing to show."""
    ax.text(
        0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, color=mix_ink(ax, MUTED)
    )
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_color(mix_ink(ax, GRID))
    remove_grid(ax)
    ax.minorticks_off()
    # Its title has the name of a project, too.
    use_fallback_fonts(ax)
    return ax


def axes_width(ax: Axes) -> float:
    """Return the width of the axes in inches, before names and legends take their share."""
    return float(ax.get_window_extent().width) / float(ax.figure.dpi)


def cell_width(ax: Axes) -> float:
    """Return the width in inches that the axes and all around them have in their figure."""
    spec = ax.get_subplotspec()
    if spec is None:
        return axes_width(ax)
    # A part of a figure has a width of its own, and no method that tells it.
    figure: Any = ax.figure
    margins = figure.subplotpars
    part = spec.get_position(figure).width / (margins.right - margins.left)
    # The width of a figure changes while a part of it is saved; this transform does not.
    (left, _), (right, _) = figure.transSubfigure.transform([(0, 0), (1, 1)])
    return _FILLED * float(min(part, 1.0)) * float(right - left) / float(figure.dpi)


def axes_height(ax: Axes) -> float:
    """Return the height of the axes in inches, before titles and legends take their share."""
    return float(ax.get_window_extent().height) / float(ax.figure.dpi)


def max_name_length(ax: Axes, most: int = LONGEST_NAME) -> int:
    """Return the longest name, in letters, that leaves most of the axes to the data."""
    return max(12, min(int(axes_width(ax) * 6.5 / font_scale()), most))


def count_fitting_rows(ax: Axes, most: int, *, reserved: float = 0.0) -> int:
    """Return how many rows fit the axes and can still be read, at most ``most``.

    ``reserved`` is the height in inches that a legend and notes take in the usual style.
    """
    row = _ROW * font_size(ax) / 72
    return max(1, min(most, int((axes_height(ax) - reserved * font_scale()) / row)))


def font_size(ax: Axes) -> float:
    """Return the size in points of small print, which follows that of tick labels in the style."""
    return _USUAL_SIZE * font_scale() * (0.8 if axes_width(ax) >= WIDE else 0.7)


def font_scale() -> float:
    """Return how large the letters of the style are, compared with the usual style."""
    from matplotlib import rcParams

    return _to_points(rcParams["xtick.labelsize"]) / _USUAL_SIZE


def title_size(ax: Axes) -> float:
    """Return the size in points of the title, which follows that of the style."""
    from matplotlib import rcParams

    return _to_points(rcParams["axes.titlesize"]) * (1.0 if axes_width(ax) >= WIDE else 0.85)


def _to_points(size: Any) -> float:
    """Return a size of a style in points; styles have words for some, such as "large"."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size).get_size_in_points()


def count_hidden(hidden: int, noun: str = "", plural: str | None = None) -> str:
    """Return a note that counts the rows that are not drawn, or an empty text for none.

    Examples
    --------
    >>> count_hidden(3), count_hidden(1, "task"), count_hidden(2, "person", "people")
    ('… 3 more', '… 1 more task', '… 2 more people')
    >>> count_hidden(0)
    ''
    """
    if not hidden:
        return ""
    if not noun:
        return f"… {hidden:,} more"
    return f"… {count_noun(hidden, f'more {noun}', plural and f'more {plural}')}"


def annotate_right(
    ax: Axes, text: str, position: tuple[Any, float], points: float = 4.0, **style: Any
) -> None:
    """Write a text in small print, some points to the right of a position."""
    ax.annotate(
        text,
        position,
        **{
            "xytext": (points, 0),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": font_size(ax),
            **style,
        },
    )


def clear_right(ax: Axes) -> None:
    """Label the vertical axis on the left only, where a style labels it on both sides."""
    if ax.yaxis.get_tick_params()["labelleft"]:
        ax.tick_params(axis="y", labelright=False)


def write_beside_axes(ax: Axes, text: str, y: float, points: float = 5.0, **style: Any) -> None:
    """Write a text to the right of the axes, where the layout makes room for it."""
    clear_right(ax)
    annotate_right(ax, text, (1.0, y), points, xycoords=ax.get_yaxis_transform(), **style)


def add_legend_beside(ax: Axes, handles: Mapping[str, Artist], *, title: str = "") -> None:
    """Add a legend, label -> artist, to the right of the axes, where it covers nothing."""
    clear_right(ax)
    size = font_size(ax)
    # A legend higher than the axes would squeeze them to nothing.
    rows = count_fitting_rows(ax, 99, reserved=_HEADING)
    size = min(size, max(4.0, size * _ROW * rows / (len(handles) + 2) / 1.5))
    build_legend(
        ax,
        handles,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
        fontsize=size,
        title=title or None,
        title_fontsize=size,
        alignment="left",
    )


def build_legend(ax: Axes, handles: Mapping[str, Artist], **options: Any) -> Legend:
    """Add a legend, label -> artist, with options of ``Axes.legend``."""
    placeholders = ["?"] * len(handles)
    legend = ax.legend(
        list(handles.values()), placeholders, frameon=False, handlelength=1.4, **options
    )
    # Set afterwards: matplotlib leaves out labels that begin with an underscore.
    for text, label in zip(legend.get_texts(), handles, strict=True):
        text.set_text(label)
    return legend


def remove_grid(ax: Axes) -> None:
    """Remove the grid that a style draws, which would strike through numbers and labels."""
    ax.grid(visible=False, which="both")


def set_plain_style(ax: Axes, *, grid: str) -> None:
    """Hide two spines, draw a faint grid along ``"x"`` or ``"y"``, and format its numbers."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    remove_grid(ax)
    grid_axis: Any = grid
    ax.grid(axis=grid_axis, color=mix_ink(ax, GRID), linewidth=0.7)
    ax.tick_params(labelsize=font_size(ax))
    values = ax.yaxis if grid == "y" else ax.xaxis
    values.set_major_formatter("{x:,.10g}")


def set_count_axis(ax: Axes, label: str) -> None:
    """Label the vertical axis with whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    set_plain_style(ax, grid="y")
    ax.yaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    ax.set_ylabel(label, fontsize=font_size(ax) + 1)


def set_span(
    ax: Axes, first: float, last: float, *, margin: float = 0.0, least: float = 0.0
) -> None:
    """Show the horizontal axis from first to last, in the middle if that is less than ``least``.

    ``margin`` is added on both sides. Few bars then keep the width that bars of many have.
    """
    middle, half = (first + last) / 2, (last - first) / 2
    half = max(half + margin, least / 2)
    ax.set_xlim(middle - half, middle + half)


def make_room(ax: Axes) -> Axes:
    """Keep names, legend and headings within the cell of axes, unless a layout engine does so.

    No other axes are moved; a layout that the caller sets later (``subplots_adjust``) counts.
    """
    use_fallback_fonts(ax)
    if not has_layout_engine(ax.figure):
        fit_cell(ax)
    return ax
