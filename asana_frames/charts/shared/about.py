"""What a chart is about, in the words of its title: whose it is, from when to when, as of when."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asana_frames.rollups.shared.about import ABOUT, find_subject


class About(NamedTuple):
    """What the ``attrs`` of a table say of it; what they do not say is empty or None."""

    subject: str = ""
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    now: pd.Timestamp | None = None


class Titles(NamedTuple):
    """Texts in place of those that a chart has: None for none passed, empty to have none."""

    title: str | None = None
    subtitle: str | None = None


#: No texts were passed.
USUAL = Titles()


def read_about(frame: pd.DataFrame) -> About:
    """Return what the ``attrs`` of a table say; what cannot be read is not known."""
    told = {name: frame.attrs.get(name) for name in ABOUT}
    subject = told.pop("subject")
    told.pop("every")
    known = {name: _parse_moment(text) for name, text in told.items()}
    # The days that are drawn have no zone either.
    days = {
        name: None if day is None else day.tz_localize(None)
        for name, day in known.items()
        if name != "now"
    }
    return About(subject if isinstance(subject, str) else "", **(known | days))


def restate_about(frame: pd.DataFrame, *, now: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return an empty frame with the subject and the dates that a table has in its ``attrs``.

    The subject of a frame that was read from Asana is copied to where rollups have theirs. ``now``
    replaces the moment of the table.
    """
    stated = frame.head(0)
    stated.attrs = {name: frame.attrs[name] for name in ABOUT if name in frame.attrs}
    stated.attrs["subject"] = find_subject(frame)
    if now is not None:
        stated.attrs["now"] = now.isoformat(timespec="minutes")
    return stated


def _parse_moment(text: Any) -> pd.Timestamp | None:
    moment = pd.to_datetime(text, errors="coerce") if isinstance(text, str) else pd.NaT
    return moment if isinstance(moment, pd.Timestamp) else None


def compose_title(what: str, about: About) -> str:
    """Return a title that says what a chart shows, of what, and when.

    Examples
    --------
    >>> days = pd.Timestamp("2025-05-01"), pd.Timestamp("2026-11-28")
    >>> compose_title("scope and done", About("Website relaunch", *days))
    'Website relaunch: scope and done, May 2025 to Nov 2026'
    >>> compose_title("tracked hours", About())
    'Tracked hours'
    """
    when = format_span(about.start, about.end)
    parts = f"{what}, {when}" if when else what
    return f"{about.subject}: {parts}" if about.subject else parts[:1].upper() + parts[1:]


def format_span(start: pd.Timestamp | None, end: pd.Timestamp | None) -> str:
    """Return days from one to another as text; within two months with their days.

    Examples
    --------
    >>> format_span(pd.Timestamp("2026-05-01"), pd.Timestamp("2026-11-28"))
    'May to Nov 2026'
    >>> format_span(pd.Timestamp("2026-11-02"), pd.Timestamp("2026-11-28"))
    '2 to 28 Nov 2026'
    >>> format_span(None, pd.Timestamp("2026-11-28"))
    'until 28 Nov 2026'
    """
    if start is None or end is None:
        only = start if end is None else end
        word = "since" if end is None else "until"
        return "" if only is None else f"{word} {only.day} {only:%b %Y}"
    start, end = start.tz_localize(None).normalize(), end.tz_localize(None).normalize()
    if start == end:
        return f"{end.day} {end:%b %Y}"
    is_long = (end - start).days > 62
    first = f"{start:%b}" if is_long else f"{start.day} {start:%b}"
    last = f"{end:%b %Y}" if is_long else f"{end.day} {end:%b %Y}"
    if start.year != end.year:
        first = f"{first} {start.year}"
    elif start.month == end.month:
        first = f"{start.day}"
    return f"{first} to {last}"


def format_now(now: pd.Timestamp | None) -> str:
    """Return a note that says as of when a chart is, or an empty text.

    Examples
    --------
    >>> format_now(pd.Timestamp("2026-11-28T10:05+01:00"))
    'As of 28 Nov 2026, 10:05 (UTC+1)'
    >>> format_now(pd.Timestamp("2026-11-28T00:00Z")), format_now(None)
    ('As of 28 Nov 2026', '')
    """
    if now is None:
        return ""
    day = f"As of {now.day} {now:%b %Y}"
    offset = now.utcoffset()
    if offset is None or (now.hour, now.minute) == (0, 0):
        return day
    hours = offset.total_seconds() / 3600
    return f"{day}, {now:%H:%M} {f'(UTC{hours:+g})' if hours else 'UTC'}"
