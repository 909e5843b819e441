"""Colours that charts share, chosen to be told apart with any eyes."""

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
#: What is no series of its own: light, and hatched, so that no eyes take it for one.
OTHER = "#e2e2e2"
OTHER_HATCH = "////"
HATCH = "#8a8a8a"
#: Cells of which nothing is known.
MISSING = "#dedede"
DARK = "#222222"


def readable_on(colour: ColorType) -> str:
    """Return the colour of a text that can be read on another colour.

    Examples
    --------
    >>> readable_on("#08306b"), readable_on("#fff5eb")
    ('white', '#222222')
    """
    from matplotlib.colors import to_rgb

    # Relative luminance as WCAG defines it; near 0.2 both contrasts are the same.
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.2 else DARK
