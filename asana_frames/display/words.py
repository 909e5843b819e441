"""Labels for Asana's values: ``on track`` for ``on_track``."""

from __future__ import annotations

#: gid of the text of a chart that says what it shows; alternative texts are made of it.
FINDING_GID = "finding"
#: Words of the statuses that are not read as they are written.
_STATUS_WORDS = {
    "green": "on track",
    "yellow": "at risk",
    "red": "off track",
    "partial": "partly achieved",
}


def humanize(value: str) -> str:
    """Return the label of a value of an enumeration.

    Examples
    --------
    >>> humanize("changes_requested")
    'changes requested'
    """
    return value.replace("_", " ")


def humanize_status(status: str) -> str:
    """Return the label of a status of a goal, project or portfolio.

    Examples
    --------
    >>> humanize_status("on_hold"), humanize_status("red")
    ('on hold', 'off track')
    """
    return _STATUS_WORDS.get(status, humanize(status))
