"""Heat maps: coloured cells with their numbers, by day or by period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from asana_frames.charts.shared.axes import WIDE, axes_width, font_size, remove_grid
from asana_frames.charts.shared.colours import text_colour_on
from asana_frames.charts.shared.columns import Numbers
from asana_frames.charts.shared.dates import (
    FEW,
    Days,
    Step,
    day_positions,
    label_period_axis,
    period_edges,
)
from asana_frames.charts.shared.ink import QUIET_TEXT, find_background, mix_ink
from asana_frames.charts.shared.luminance import MIDDLE, measure_luminance

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import Colormap, Normalize
    from numpy.typing import NDArray

#: The text of a cell with nothing in it, and of one without available hours.
NOTHING = "·"
AWAY = "off"
#: Parts of ink: of cells without data, and of their hatches.
_EMPTY, _LINES = 0.13, 0.3
#: Colours of scales after that of the background: from little to much of a thing.
_LIGHT_SCALE, _DARK_SCALE = ("#7db8da", "#2e7ebc", "#08306b"), ("#1c4f7c", "#3f90da", "#cfe6fb")
#: The same, of too much.
_LIGHT_ALARM, _DARK_ALARM = ("#f6b093", "#ca4842", "#67001f"), ("#6b1e1e", "#d0564a", "#ffc9b8")
_AWAY_HATCH = "/////"
#: Points of the narrowest cells that have lines between them.
_LINED = 6.0
#: With more days than these a day is a few pixels wide, and weeks are suggested.
MOST_DAYS = 120
#: Points of the smallest print that can be read.
SMALLEST_PRINT = 5.0


def build_scale(ax: Axes) -> Colormap:
    """Return the colours of amounts, from that of the background for nothing to a strong one."""
    from matplotlib.colors import LinearSegmentedColormap

    paper, amounts, _ = _choose_scales(ax)
    return LinearSegmentedColormap.from_list("amounts", [paper, *amounts])


def build_load_scale(ax: Axes) -> Colormap:
    """Return the colours of a load: blue up to the middle, which is full, and red beyond it."""
    from matplotlib.colors import LinearSegmentedColormap

    paper, few, many = _choose_scales(ax)
    up_to_full = [(0.0, paper), (0.25, few[0]), (0.5, few[1])]
    beyond = [(0.5, many[0]), (0.75, many[1]), (1.0, many[2])]
    return LinearSegmentedColormap.from_list("load", [*up_to_full, *beyond])


def build_balance_scale(ax: Axes) -> Colormap:
    """Return red for what is missing, blue for what is left, and the background for neither."""
    from matplotlib.colors import LinearSegmentedColormap

    paper, few, many = _choose_scales(ax)
    return LinearSegmentedColormap.from_list("balance", [*many[::-1], paper, *few])


def _choose_scales(ax: Axes) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return the colour of the background, and the scales of amounts and of too much on it."""
    paper = find_background(ax)
    is_light = measure_luminance(paper) > MIDDLE
    return paper, *((_LIGHT_SCALE, _LIGHT_ALARM) if is_light else (_DARK_SCALE, _DARK_ALARM))


def draw_cells(
    ax: Axes,
    values: Numbers,
    edges: Numbers,
    *,
    colours: str | Colormap,
    norm: Normalize,
) -> QuadMesh:
    """Draw values as coloured cells, row 0 at the top; missing values are grey."""
    from matplotlib import colormaps

    colormap = colormaps[colours] if isinstance(colours, str) else colours
    line = _fit_line(72 * axes_width(ax) / values.shape[1])
    mesh = ax.pcolormesh(
        edges,
        np.arange(len(values) + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=colormap.with_extremes(bad=mix_ink(ax, _EMPTY)),
        norm=norm,
        edgecolors=find_background(ax) if line else "none",
        linewidth=line,
    )
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.spines[:].set_visible(False)
    remove_grid(ax)
    ax.tick_params(which="both", length=0)
    ax.tick_params(labelsize=font_size(ax))
    return mesh


def _fit_line(cell: float) -> float:
    """Return the width of lines between cells of so many points: none where cells are narrow.

    A line is at least a pixel wide, whatever its width, which hides cells of a pixel or two.
    """
    return min(1.0, cell / 8) if cell >= _LINED else 0.0


def fit_text_size(ax: Axes, texts: Sequence[Sequence[str]], columns: float | None = None) -> float:
    """Return the size in points at which all texts fit their cells, 0 if that is too small."""
    letters = max((len(text) for row in texts for text in row), default=0)
    # Names take a share of the width; a digit is about 0.7 of its height wide.
    share = 0.85 if axes_width(ax) >= WIDE else 0.75
    inches = share * axes_width(ax) / (columns or max(len(texts[0]), 1))
    size = min(font_size(ax), 72 * inches / (0.7 * letters + 0.3))
    return size if size >= SMALLEST_PRINT else 0.0


def write_cells(
    ax: Axes,
    mesh: QuadMesh,
    values: Numbers,
    texts: Sequence[Sequence[str]],
    positions: Iterable[float],
    *,
    size: float,
) -> None:
    """Write a text into each cell, light on dark cells and dark on light ones."""
    columns, colours = list(positions), mesh.to_rgba(values)
    words = mix_ink(ax, QUIET_TEXT)
    for row, (row_colours, row_texts) in enumerate(zip(colours, texts, strict=True)):
        for column, colour, text in zip(columns, row_colours, row_texts, strict=True):
            ax.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=size,
                color=words if text in (NOTHING, AWAY) else text_colour_on(tuple(colour)),
            )


def hatch_cells(ax: Axes, where: NDArray[np.bool_], edges: Numbers) -> None:
    """Hatch the cells where a mask is true."""
    rows, columns = np.nonzero(where)
    ax.bar(
        edges[columns],
        1.0,
        width=np.diff(edges)[columns],
        bottom=rows - 0.5,
        align="edge",
        color=mix_ink(ax, _EMPTY),
        hatch=_AWAY_HATCH,
        edgecolor=mix_ink(ax, _LINES),
        linewidth=0,
    )


def build_cell_legend(ax: Axes, *, away: str = "", missing: str = "") -> dict[str, Artist]:
    """Return what explains hatched and grey cells; an empty text leaves its entry out."""
    from matplotlib.patches import Patch

    texts = {_AWAY_HATCH: away, "": missing}
    return {
        text: Patch(facecolor=mix_ink(ax, _EMPTY), hatch=hatch, edgecolor=mix_ink(ax, _LINES))
        for hatch, text in texts.items()
        if text
    }


def draw_periods(
    ax: Axes,
    values: Numbers,
    texts: Sequence[Sequence[str]],
    days: Days,
    step: Step,
    *,
    colours: str | Colormap,
    norm: Normalize,
    scale: Mapping[str, Any],
) -> None:
    """Draw a cell per row and period with its text, or with a colour bar if texts do not fit.

    Parameters
    ----------
    values, texts
        One row per row, one column per period.
    days
        The first days of all periods, of the length ``step``.
    colours
        A colormap, or its name.
    norm
        Value -> position on the colormap.
    scale
        Options of the colour bar, its ``label``, and its ``top`` where that is not the greatest
        value of ``norm``.
    """
    edges = period_edges(days, step)
    mesh = draw_cells(ax, values, edges, colours=colours, norm=norm)
    # Cells of few periods are as wide as those of five.
    ax.set_xlim(edges[0], max(edges[-1], edges[0] + 5 * step.days))
    label_period_axis(ax, days, step)
    size = fit_text_size(ax, texts) if len(days) <= FEW else 0.0
    if size:
        write_cells(ax, mesh, values, texts, day_positions(days), size=size)
    else:
        _add_colour_bar(ax, mesh, **scale)


def _add_colour_bar(
    ax: Axes, mesh: QuadMesh, *, label: str = "", top: float | None = None, **options: Any
) -> None:
    """Draw the scale in inset axes, for which the layout makes room as for a label."""
    inset = ax.inset_axes((1.015, 0.0, 0.02, 1.0))
    bar = ax.figure.colorbar(mesh, cax=inset, **options)
    if top is not None:
        inset.set_ylim(top=top)
    bar.outline.set_visible(False)
    if label:
        bar.set_label(label, size=font_size(ax))
    inset.tick_params(labelsize=font_size(ax), length=2)
