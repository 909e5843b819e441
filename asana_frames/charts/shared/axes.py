"""What all charts share: new axes, empty charts, titles, legends, names short enough."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: Inches; what fits a notebook.
_WIDTH = 8.0
_TALLEST = 40.0
_LONGEST = 40
#: Inches that a row of a chart needs for its name to be read.
_ROW = 0.14
GREY = "#666666"


def new_axes(height: float) -> Axes:
    """Return axes of a new figure, registered with pyplot so that a notebook shows them."""
    # Imported here: matplotlib costs more than all the rest of an import.
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(_WIDTH, min(height, _TALLEST)), layout="constrained")
    return ax


def empty(ax: Axes, words: str) -> Axes:
    """Draw a chart of nothing that says so."""
    ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, color=GREY)
    ax.set(xticks=[], yticks=[])
    return ax


def shortened(name: object, longest: int = _LONGEST) -> str:
    """Return a name that fits an axis, its dollar signs kept from being read as mathematics."""
    text = str(name)
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return short.replace("$", r"\$")


def width_of(ax: Axes) -> float:
    """Return the inches that axes are wide, before names and legends take their share."""
    return float(ax.get_window_extent().width) / float(ax.figure.dpi)


def longest_name(ax: Axes, most: int = _LONGEST) -> int:
    """Return how many letters of a name leave most of the axes to the data."""
    return max(12, min(int(width_of(ax) * 6.5), most))


def rows_that_fit(ax: Axes, most: int, *, beside: float = 0.0) -> int:
    """Return how many rows can be read in the axes, at most ``most``.

    ``beside`` is the inches that a legend and notes take from them.
    """
    inches = float(ax.get_window_extent().height) / float(ax.figure.dpi)
    return max(1, min(most, int((inches - beside) / _ROW)))


def font_size(ax: Axes) -> float:
    """Return the points of the small print: labels of bars, cells and legends."""
    return 8.0 if width_of(ax) >= 4.5 else 7.0


def titled(ax: Axes, title: str, notes: Sequence[str] = (), *, across: float = 0.5) -> None:
    """Set the title; below it, in small grey print, the notes, so far across the axes."""
    lines = _wrapped(ax, notes)
    size = font_size(ax)
    ax.set_title(title, pad=6 + len(lines) * size * 1.3, fontsize=size + 3)
    side = "left" if across < 0.3 else "right" if across > 0.7 else "center"
    _beside(ax, lines, (across, 1.0), (0.0, 4.0), ha=side, va="bottom")


def noted_below(ax: Axes, notes: Sequence[str], points: float = 6.0) -> None:
    """Write the notes in small grey print so many points under the axes."""
    _beside(ax, _wrapped(ax, notes), (0.0, 0.0), (0.0, -points), ha="left", va="top")


def _wrapped(ax: Axes, notes: Sequence[str]) -> list[str]:
    """Return the lines that the notes take at the width of the axes."""
    # A letter is a little more than half as wide as high.
    letters = int(width_of(ax) * 72 / (0.55 * font_size(ax)))
    return [line for note in notes for line in textwrap.wrap(note, letters)]


def _beside(
    ax: Axes,
    lines: Sequence[str],
    place: tuple[float, float],
    points: tuple[float, float],
    **alignment: str,
) -> None:
    if lines:
        look: dict[str, Any] = {"fontsize": font_size(ax), "color": GREY, **alignment}
        ax.annotate(
            "\n".join(lines),
            place,
            xycoords="axes fraction",
            xytext=points,
            textcoords="offset points",
            **look,
        )


def legend_beside(
    ax: Axes, handles: Sequence[Artist], labels: Sequence[str], *, title: str = ""
) -> None:
    """Set the legend to the right of the axes, where it covers nothing."""
    size = font_size(ax)
    # A legend higher than the axes would squeeze them to nothing.
    size = min(size, max(4.0, 72 * _ROW * rows_that_fit(ax, 99) / (len(labels) + 2) / 1.5))
    _legend(
        ax,
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
        fontsize=size,
        title=title or None,
        title_fontsize=size,
        alignment="left",
    )


def legend_below(
    ax: Axes, handles: Sequence[Artist], labels: Sequence[str], *, points: float = 36.0
) -> None:
    """Set the legend so many points under the axes, where it covers nothing."""
    from matplotlib.transforms import ScaledTranslation

    below = ScaledTranslation(0, -points / 72, ax.figure.dpi_scale_trans)
    _legend(
        ax,
        handles,
        labels,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=ax.transAxes + below,
        borderaxespad=0.0,
        fontsize=font_size(ax),
        ncols=len(labels) if width_of(ax) >= 4.5 else 2,
    )


def _legend(ax: Axes, handles: Sequence[Artist], labels: Sequence[str], **options: Any) -> None:
    legend = ax.legend(handles, ["?"] * len(labels), frameon=False, handlelength=1.4, **options)
    # Set afterwards: matplotlib leaves out labels that begin with an underscore.
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)


def plain(ax: Axes, *, grid: str) -> None:
    """Take away what is no data: two spines, the ticks of names; draw a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    across: Any = grid
    ax.grid(axis=across, color="#e4e4e4", linewidth=0.7)
    ax.tick_params(labelsize=font_size(ax))
    values = ax.yaxis if grid == "y" else ax.xaxis
    values.set_major_formatter("{x:,.10g}")


def made_room(ax: Axes) -> Axes:
    """Move the axes so that names and legend are inside the figure, unless its layout does.

    It is done once: what the caller sets afterwards (``tight_layout``, ``subplots_adjust``) wins.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    figure = ax.figure
    if not isinstance(figure, Figure):
        return ax
    engine = figure.get_layout_engine()
    is_free = engine is None or isinstance(engine, PlaceHolderLayoutEngine)
    if is_free and all(beside.get_subplotspec() is not None for beside in figure.axes):
        with warnings.catch_warnings():
            # A figure too small for its names is the best that can be had.
            warnings.simplefilter("ignore", UserWarning)
            figure.tight_layout()
    return ax
