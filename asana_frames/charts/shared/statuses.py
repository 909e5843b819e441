"""Colours and words of the statuses of goals, projects and portfolios."""

from __future__ import annotations

from typing import Any, NamedTuple

from asana_frames.charts.shared.labels import format_value, shorten_name


class StatusLook(NamedTuple):
    """How a status is shown."""

    colour: str
    words: str


_ON_TRACK = StatusLook("#1b7f5c", "on track")
_AT_RISK = StatusLook("#e0a100", "at risk")
_OFF_TRACK = StatusLook("#b03060", "off track")
#: Statuses of goals and of status updates; colours differ in lightness too.
_LOOKS = {
    "green": _ON_TRACK,
    "yellow": _AT_RISK,
    "red": _OFF_TRACK,
    "on_track": _ON_TRACK,
    "at_risk": _AT_RISK,
    "off_track": _OFF_TRACK,
    "achieved": StatusLook("#12507b", "achieved"),
    "partial": StatusLook("#5b9bd5", "partly achieved"),
    "missed": StatusLook("#7a1f2b", "missed"),
    "dropped": StatusLook("#8c8c8c", "dropped"),
}
#: Statuses that only projects and portfolios have.
_PROJECT_LOOKS = {
    "on_hold": StatusLook("#5b9bd5", "on hold"),
    "complete": StatusLook("#12507b", "complete"),
}
_NO_STATUS = StatusLook("#b8b8b8", "no status")
#: The colour of any other status.
_UNKNOWN = "#a96b59"
_LONGEST = 14


def goal_status_look(status: Any) -> StatusLook:
    """Return colour and words of a goal's status; an unknown one counts as none.

    Examples
    --------
    >>> goal_status_look("red").words, goal_status_look("on_hold").words
    ('off track', 'no status')
    """
    return _LOOKS.get(status, _NO_STATUS) if isinstance(status, str) else _NO_STATUS


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
    words = shorten_name(format_value(status).replace("_", " "), _LONGEST)
    return {**_LOOKS, **_PROJECT_LOOKS}.get(status, StatusLook(_UNKNOWN, words))
