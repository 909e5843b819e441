"""Colours of a style: what is drawn between the data must be seen on any background."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from asana_frames.charts.shared.colours import SERIES, SERIES_ON_DARK
from asana_frames.charts.shared.luminance import MIDDLE, measure_contrast, measure_luminance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

RGB: TypeAlias = tuple[float, float, float]
#: Contrasts with which lines, bars and marks are seen, and words read: WCAG 2.2, 1.4.11 and 1.4.3.
LINE_CONTRAST, TEXT_CONTRAST = 3.0, 4.5
_ON_DARK = dict(zip(SERIES, SERIES_ON_DARK, strict=True))

#: Parts of ink: of lines and marks, of words that matter less and of marks that do, of grids.
_LINE, QUIET_TEXT, MUTED, GRID = 0.87, 0.68, 0.6, 0.106


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
    return to_hex(_mix_colours(ink, paper, share))


def shade(ax: Axes, colour: ColorType, contrast: float = LINE_CONTRAST) -> str:
    """Return the shade of a colour that is seen on the background of axes.

    A colour of ``SERIES`` on a dark background is its counterpart there.

    Parameters
    ----------
    ax
        The axes; their style decides.
    colour
        The colour as it is on a background on which it is seen.
    contrast
        The least contrast that is wanted, as WCAG defines it: 3 for lines, bars and marks, 4.5
        for words.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shade(Figure().subplots(), "#ffa90e"), shade(Figure().subplots(), "#bd1f01")
    ('#c7840b', '#bd1f01')
    """
    from matplotlib.colors import to_hex

    paper, asked = find_background(ax), to_hex(colour)
    own = asked if measure_luminance(paper) > MIDDLE else _ON_DARK.get(asked, asked)
    return _find_shade(own, paper, contrast)


@cache
def _find_shade(colour: str, paper: str, contrast: float) -> str:
    from matplotlib.colors import to_hex, to_rgb

    end = (0.0, 0.0, 0.0) if measure_luminance(paper) > MIDDLE else (1.0, 1.0, 1.0)
    shades = (to_hex(_mix_colours(end, to_rgb(colour), step / 50)) for step in range(51))
    return next((one for one in shades if measure_contrast(one, paper) >= contrast), to_hex(end))


def _mix_colours(ink: RGB, paper: RGB, share: float) -> RGB:
    red, green, blue = (
        share * dark + (1 - share) * light for dark, light in zip(ink, paper, strict=True)
    )
    return red, green, blue
