"""Draw a chart on a figure that needs no display: for files and widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Inches; the width of a page.
_WIDTH = 9.0


def draw_figure(draw: Callable[..., object], *, height: float) -> Figure:
    """Draw a chart on a new figure that pyplot does not know.

    Parameters
    ----------
    draw
        Called as ``draw(ax=ax)`` with the only axes of the figure, such as
        ``partial(charts.hours, hours)``.
    height
        Inches; the width is that of a page.

    Returns
    -------
    Figure
        With one pair of axes; pyplot neither shows nor keeps it.
    """
    from matplotlib import figure as figures
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = figures.Figure(figsize=(_WIDTH, height), layout="constrained")
    # Without it, each text that is measured makes a canvas of its own.
    FigureCanvasAgg(figure)
    draw(ax=figure.add_subplot())
    return figure
