"""Colours and words of the statuses of goals, projects and portfolios."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NamedTuple

from asana_frames.charts.shared.colours import BAD, GOOD, UNKNOWN, WARNING
from asana_frames.charts.shared.labels import format_value, shorten_name
from asana_frames.display.words import humanize_status


class StatusLook(NamedTuple):
    """How a status is shown."""

    colour: str
    words: str


#: Colours of the statuses of goals and of status updates.
_COLOURS = {
    **dict.fromkeys(("green", "on_track"), GOOD),
    **dict.fromkeys(("yellow", "at_risk"), WARNING),
    **dict.fromkeys(("red", "off_track"), BAD),
    "achieved": "#12507b",
    "partial": "#5b9bd5",
    "missed": "#6b24b2",
    "dropped": "#6f6f6f",
}
#: Of the statuses that only projects and portfolios have.
_PROJECT_COLOURS = {"on_hold": "#5b9bd5", "complete": "#12507b"}
#: Of the statuses of goals that are closed.
_FINAL = frozenset({"achieved", "partial", "missed", "dropped"})
_NO_STATUS = StatusLook("#b8b8b8", "no status")
_LONGEST = 14


def goal_status_look(status: Any) -> StatusLook:
    """Return colour and words of a goal's status; an unknown one counts as none.

    Examples
    --------
    >>> goal_status_look("red").words, goal_status_look("on_hold").words
    ('off track', 'no status')
    """
    value = _find_value(status, _COLOURS)
    return _NO_STATUS if value is None else StatusLook(_COLOURS[value], humanize_status(value))


def project_status_look(status: Any) -> StatusLook:
    """Return colour and words of a project's status; an unknown one keeps its own words.

    Examples
    --------
    >>> project_status_look("on_hold").words, project_status_look("on_time").words
    ('on hold', 'on time')
    >>> project_status_look(None)
    StatusLook(colour='#b8b8b8', words='no status')
    """
    if not isinstance(status, str):
        return _NO_STATUS
    known = {**_COLOURS, **_PROJECT_COLOURS}
    value = _find_value(status, known)
    if value is not None:
        return StatusLook(known[value], humanize_status(value))
    return StatusLook(UNKNOWN, shorten_name(format_value(humanize_status(status)), _LONGEST))


def is_final_status(status: Any) -> bool:
    """Return whether a goal with a status is closed."""
    return _find_value(status, _FINAL) is not None


def _find_value(status: Any, known: Container[str]) -> str | None:
    """Return the value that a status is, also where a file has it in words for people."""
    if not isinstance(status, str):
        return None
    value = "_".join(status.lower().split())
    return value if value in known else None
