"""Subject, dates and "as of" note in the titles of charts."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asana_frames.display.sentences import MONTHS, format_day, format_span
from asana_frames.rollups.shared.about import ABOUT, read_subject


class About(NamedTuple):
    """Subject, dates and moment in the ``attrs`` of a table; unknown ones are empty or None."""

    subject: str = ""
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    now: pd.Timestamp | None = None


class Titles(NamedTuple):
    """The arguments ``title`` and ``subtitle``: None keeps the default, "" removes it."""

    title: str | None = None
    subtitle: str | None = None


DEFAULT_TITLES = Titles()
#: The longest span, in days, whose first and last day a title names.
_MOST_DAYS = 62


def read_about(frame: pd.DataFrame) -> About:
    """Parse the ``attrs`` of a table; values that cannot be parsed are unknown."""
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


def copy_attrs_as_of(frame: pd.DataFrame, *, now: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return an empty frame with the subject and the dates in the ``attrs`` of a table.

    For a frame read from Asana, the subject comes from ``attrs["asana"]``. ``now`` replaces the
    moment of the table.
    """
    stated = frame.head(0)
    stated.attrs = {name: frame.attrs[name] for name in ABOUT if name in frame.attrs}
    stated.attrs["subject"] = read_subject(frame)
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
    when = format_title_span(about.start, about.end)
    parts = f"{what}, {when}" if when else what
    return f"{about.subject}: {parts}" if about.subject else parts[:1].upper() + parts[1:]


def format_title_span(start: pd.Timestamp | None, end: pd.Timestamp | None) -> str:
    """Return the days of a title: of more than two months the months alone.

    Examples
    --------
    >>> format_title_span(pd.Timestamp("2026-05-01"), pd.Timestamp("2026-11-28"))
    'May to Nov 2026'
    >>> format_title_span(pd.Timestamp("2026-11-02"), pd.Timestamp("2026-11-28"))
    '2 to 28 Nov 2026'
    >>> format_title_span(None, pd.Timestamp("2026-11-28"))
    'until 28 Nov 2026'
    """
    if start is None or end is None:
        only, word = (end, "until") if start is None else (start, "since")
        return "" if only is None else f"{word} {format_day(only)}"
    start, end = start.tz_localize(None).normalize(), end.tz_localize(None).normalize()
    if (end - start).days <= _MOST_DAYS:
        return format_span(start, end)
    first, last = (f"{MONTHS[day.month - 1]} {day.year}" for day in (start, end))
    return f"{first.removesuffix(f' {end.year}')} to {last}"


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
    day = f"As of {format_day(now)}"
    offset = now.utcoffset()
    if offset is None or (now.hour, now.minute) == (0, 0):
        return day
    hours = offset.total_seconds() / 3600
    return f"{day}, {now:%H:%M} {f'(UTC{hours:+g})' if hours else 'UTC'}"
