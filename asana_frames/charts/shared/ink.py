"""Colours of a style: what is drawn between the data must be seen on any background."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Parts of ink: of lines and marks, of words that matter less, of grids.
_LINE, MUTED, GRID = 0.87, 0.6, 0.106


def find_background(ax: Axes) -> str:
    """Find the colour of the background of axes, that of their figure if they have none."""
    from matplotlib.colors import to_hex, to_rgba

    colours = [ax.get_facecolor(), ax.figure.get_facecolor(), "white"]
    return to_hex(next(colour for colour in colours if to_rgba(colour)[3] > 0))


def mix_ink(ax: Axes, share: float = _LINE) -> str:
    """Mix the colour of text with that of the background of axes.

    Parameters
    ----------
    ax
        The axes; their style decides.
    share
        The part of ink, from 0 (the background) to 1 (as text).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> mix_ink(Figure().subplots(), 0.6)
    '#666666'
    """
    from matplotlib.colors import to_hex, to_rgb

    ink, paper = to_rgb(ax.title.get_color()), to_rgb(find_background(ax))
    red, green, blue = (
        share * dark + (1 - share) * light for dark, light in zip(ink, paper, strict=True)
    )
    return to_hex((red, green, blue))
