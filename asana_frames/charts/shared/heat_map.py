"""Cells of a heat map with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from asana_frames.charts.shared.axes import font_size, legend_below, width_of
from asana_frames.charts.shared.colours import HATCH, MISSING, readable_on
from asana_frames.charts.shared.dates import Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import Normalize
    from numpy.typing import NDArray

#: What stands in a cell in which there is nothing.
NOTHING = "·"
AWAY = "off"
_LINES = "#c4c4c4"
_AWAY_HATCH = "/////"
_SMALLEST = 5.0


def cells(
    ax: Axes,
    values: Numbers,
    edges: Numbers,
    *,
    colours: str,
    norm: Normalize,
) -> QuadMesh:
    """Draw values as coloured cells, row 0 at the top; missing ones are grey."""
    from matplotlib import colormaps

    mesh = ax.pcolormesh(
        edges,
        np.arange(len(values) + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=colormaps[colours].with_extremes(bad=MISSING),
        norm=norm,
        edgecolors="white",
        # Thin between thin cells, of which nothing would be left.
        linewidth=min(1.0, 4 * width_of(ax) / values.shape[1]),
    )
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=font_size(ax))
    return mesh


def fitting_size(ax: Axes, texts: Sequence[Sequence[str]], columns: float | None = None) -> float:
    """Return the points in which all texts fit their cells, 0 if nobody could read that."""
    letters = max((len(text) for row in texts for text in row), default=0)
    # Names take a share of the width; a digit is about 0.7 of its height wide.
    share = 0.85 if width_of(ax) >= 4.5 else 0.75
    inches = share * width_of(ax) / (columns or max(len(texts[0]), 1))
    size = min(font_size(ax), 72 * inches / (0.7 * letters + 0.3))
    return size if size >= _SMALLEST else 0.0


def write(
    ax: Axes,
    mesh: QuadMesh,
    values: Numbers,
    texts: Sequence[Sequence[str]],
    places: Iterable[float],
    *,
    size: float,
) -> None:
    """Write a text into each cell, in a colour that can be read on the colour of the cell."""
    across, colours = list(places), mesh.to_rgba(values)
    for row, (under, words) in enumerate(zip(colours, texts, strict=True)):
        for place, colour, text in zip(across, under, words, strict=True):
            ax.text(
                place,
                row,
                text,
                ha="center",
                va="center",
                fontsize=size,
                color=HATCH if text in (NOTHING, AWAY) else readable_on(tuple(colour)),
            )


def hatched(ax: Axes, where: NDArray[np.bool_], edges: Numbers) -> None:
    """Hatch the cells that are true."""
    rows, columns = np.nonzero(where)
    ax.bar(
        edges[columns],
        1.0,
        width=np.diff(edges)[columns],
        bottom=rows - 0.5,
        align="edge",
        color=MISSING,
        hatch=_AWAY_HATCH,
        edgecolor=_LINES,
        linewidth=0,
    )


def key(ax: Axes, *, away: str, missing: str) -> None:
    """Tell under the axes what hatched and grey cells are; what has no words is not there."""
    from matplotlib.patches import Patch

    words: Mapping[str, str] = {_AWAY_HATCH: away, "": missing}
    told = {hatch: text for hatch, text in words.items() if text}
    patches = [Patch(facecolor=MISSING, hatch=hatch, edgecolor=_LINES) for hatch in told]
    if patches:
        legend_below(ax, patches, list(told.values()))
