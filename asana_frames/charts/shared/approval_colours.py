"""Colours of the statuses of timesheets, and of the states of weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asana_frames.charts.shared.colours import BAD, GOOD, UNKNOWN, WARNING
from asana_frames.charts.shared.ink import mix_ink, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE = "#3f90da"
#: Status or state -> colour.
_COLOURS = {
    "submitted": _BLUE,
    "pending": _BLUE,
    "approved": GOOD,
    "rejected": BAD,
    "mixed": WARNING,
}
#: The status and the state of those who have handed in nothing, and their parts of ink.
_DRAFT, _NOTHING = "draft", "not handed in"
_DRAFT_INK, _NOTHING_INK = 0.45, 0.2


def find_approval_colour(ax: Axes, state: str) -> str:
    """Return the colour of a status or state on the background of axes."""
    if state == _NOTHING:
        # It fills cells, which may be as pale as those without data.
        return mix_ink(ax, _NOTHING_INK)
    if state == _DRAFT:
        return shade(ax, mix_ink(ax, _DRAFT_INK))
    return shade(ax, _COLOURS.get(state, UNKNOWN))


def is_approval_state(state: str) -> bool:
    """Return whether a status or state is known, and has a colour of its own."""
    return state in _COLOURS or state in (_DRAFT, _NOTHING)
