"""Luminance and contrast of colours, as WCAG defines them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

#: The luminance with the same contrast to black and to white.
MIDDLE = 0.18


def measure_contrast(one: ColorType, other: ColorType) -> float:
    """Return the contrast of two colours, from 1 to 21.

    Examples
    --------
    >>> measure_contrast("black", "white")
    21.0
    """
    low, high = sorted((measure_luminance(one), measure_luminance(other)))
    return round((high + 0.05) / (low + 0.05), 9)


def measure_luminance(colour: ColorType) -> float:
    """Return the relative luminance of a colour, from 0 to 1."""
    from matplotlib.colors import to_rgb

    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
