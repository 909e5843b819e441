"""Colours that charts share, distinguishable with any kind of colour vision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asana_frames.charts.shared.luminance import measure_luminance

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

#: One colour per series. Each has a contrast of 3 to a white background, and any two of them
#: differ by at least 25 (CIE 1976) also for people who see no red, no green or no blue.
SERIES = (
    "#4697e9",
    "#db7c09",
    "#7f0d02",
    "#849799",
    "#5d0094",
    "#72634d",
    "#3a576c",
    "#bc8852",
    "#1d1946",
    "#410018",
)
#: Their counterparts on a dark background: M. Petroff, "Accessible Color Sequences for Data
#: Visualization", 2021.
SERIES_ON_DARK = (
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
    # Near 0.2 both contrasts are the same.
    return "white" if measure_luminance(colour) < 0.2 else DARK
