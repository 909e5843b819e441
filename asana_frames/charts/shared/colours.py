"""Colours that charts share, distinguishable with any kind of colour vision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asana_frames.charts.shared.luminance import measure_luminance
from asana_frames.display.palette import OTHER as OTHER
from asana_frames.display.palette import SERIES as SERIES

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

#: Counterparts of ``SERIES`` on a dark background: M. Petroff, "Accessible Color Sequences for
#: Data Visualization", 2021.
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
#: Hatches the series "other", which is light, so that it never looks like a series of its own.
OTHER_HATCH = "////"
HATCH = "#8a8a8a"
DARK = "#222222"
#: Overdue, over budget, in conflict.
ALARM = "#bd1f01"
#: Of statuses and states. What is good is lighter than what is bad, also for people who see no red
#: or no green; to them a bluish green would be grey.
GOOD, WARNING, BAD, UNKNOWN = "#6ea653", "#e0a100", "#a01f3d", "#995c1f"


def text_colour_on(colour: ColorType) -> str:
    """Return white or a dark grey, whichever can be read on a colour.

    Examples
    --------
    >>> text_colour_on("#08306b"), text_colour_on("#fff5eb")
    ('white', '#222222')
    """
    # Near 0.2 both contrasts are the same.
    return "white" if measure_luminance(colour) < 0.2 else DARK
