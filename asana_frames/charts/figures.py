"""Figures without a window, whatever the machine's display: for files and for widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches; what fits a page.
_WIDTH = 9.0


def draw_figure(draw: Callable[[Axes], object], *, height: float) -> Figure:
    """Return a figure, without pyplot, on whose only axes something was drawn.

    Parameters
    ----------
    draw
        Draws on the axes it is given.
    height
        Inches; the width is that of a page.
    """
    from matplotlib import figure as figures

    figure = figures.Figure(figsize=(_WIDTH, height), layout="constrained")
    draw(figure.add_subplot())
    return figure
