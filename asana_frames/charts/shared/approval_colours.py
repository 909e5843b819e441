"""Colours of the statuses of timesheets, and of the states of weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asana_frames.charts.shared.ink import mix_ink, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE, _GREEN, _RED, _YELLOW = "#3f90da", "#1b7f5c", "#b03060", "#e0a100"
#: Status or state -> colour; they differ in lightness too.
_COLOURS = {
    "submitted": _BLUE,
    "pending": _BLUE,
    "approved": _GREEN,
    "rejected": _RED,
    "mixed": _YELLOW,
}
#: Nothing was handed in: colours as pale as the background, by parts of ink.
_NOTHING = {"draft": 0.45, "not handed in": 0.2}
_OTHER = "#a96b59"


def find_approval_colour(ax: Axes, state: str) -> str:
    """Return the colour of a status or state on the background of axes."""
    if state in _NOTHING:
        return mix_ink(ax, _NOTHING[state])
    return shade(ax, _COLOURS.get(state, _OTHER))


def is_approval_state(state: str) -> bool:
    """Return whether a status or state is known, and has a colour of its own."""
    return state in _COLOURS or state in _NOTHING
