"""Colours that charts share, distinguishable with any kind of colour vision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asana_frames.display.palette import OTHER, SERIES

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

#: Hatched as well, so that the series "other" never looks like a series of its own.
OTHER_HATCH = "////"
HATCH = "#8a8a8a"
#: Cells without data.
MISSING = "#dedede"
DARK = "#222222"
#: Overdue, over budget, in conflict.
ALARM = "#bd1f01"
__all__ = ["ALARM", "DARK", "HATCH", "MISSING", "OTHER", "OTHER_HATCH", "SERIES", "text_colour_on"]


def text_colour_on(colour: ColorType) -> str:
    """Return white or a dark grey, whichever can be read on a colour.

    Examples
    --------
    >>> text_colour_on("#08306b"), text_colour_on("#fff5eb")
    ('white', '#222222')
    """
    from matplotlib.colors import to_rgb

    # Relative luminance as WCAG defines it; near 0.2 both contrasts are the same.
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.2 else DARK
