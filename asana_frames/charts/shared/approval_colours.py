"""Colours of the statuses of timesheets, and of the states of weeks."""

from __future__ import annotations

_GREY, _BLUE, _GREEN, _RED, _YELLOW = "#c9c9c9", "#3f90da", "#1b7f5c", "#b03060", "#e0a100"
#: Status or state -> colour; they differ in lightness too.
APPROVAL_COLOURS = {
    "draft": _GREY,
    "not handed in": _GREY,
    "submitted": _BLUE,
    "pending": _BLUE,
    "approved": _GREEN,
    "rejected": _RED,
    "mixed": _YELLOW,
}
