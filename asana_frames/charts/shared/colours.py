"""Colours that charts share, distinguishable with any kind of colour vision."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

#: One colour per series: M. Petroff, "Accessible Color Sequences for Data Visualization", 2021.
SERIES = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
#: The series "other": light and hatched, so that it never looks like a series of its own.
OTHER = "#e2e2e2"
OTHER_HATCH = "////"
HATCH = "#8a8a8a"
#: Cells without data.
MISSING = "#dedede"
DARK = "#222222"
#: Overdue, over budget, in conflict.
ALARM = "#bd1f01"


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
