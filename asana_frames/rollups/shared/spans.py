"""The days that count, and which periods they cut."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import parse_day, period_end
from asana_frames.types import When

#: What a period can be compared with.
COMPARISONS = ("previous", "last_year", None)
_DAY = pd.Timedelta(days=1)


class Span(NamedTuple):
    """The first and last day that count, both included, and the present day; None is no bound."""

    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    today: pd.Timestamp | None = None

    @property
    def last_day(self) -> pd.Timestamp | None:
        """The last day that counts and is not ahead."""
        known = [day for day in (self.end, self.today) if day is not None]
        return min(known, default=None)

    def cuts_start(self, period: pd.Timestamp) -> bool:
        """Return whether days at the beginning of a period do not count."""
        return self.start is not None and bool(period < self.start)

    def find_last_day(self, period: pd.Timestamp, every: str) -> pd.Timestamp:
        """Return the last day of a period that counts and is not ahead."""
        last = period_end(period, every)
        if self.today is not None and period <= self.today:
            last = min(last, self.today)
        return last if self.end is None else min(last, self.end)

    def cuts_end(self, period: pd.Timestamp, every: str) -> bool:
        """Return whether days at the end of a period do not count, or are ahead."""
        return bool(self.find_last_day(period, every) < period_end(period, every))

    def select_days(self, days: pd.Series[Any]) -> pd.Series[Any]:
        """Return which days count; one that is missing does not if there is a bound."""
        counts = pd.Series(True, index=days.index)
        if self.start is not None:
            counts &= days >= self.start
        if self.end is not None:
            counts &= days < self.end + _DAY
        return counts


def parse_span(start: Any = None, end: Any = None, now: When | None = None) -> Span:
    """Parse the arguments ``start``, ``end`` and ``now``.

    Raises
    ------
    InvalidArgument
        One of them is not a day, or ``start`` lies after ``end``.

    Examples
    --------
    >>> parse_span("2026-03-02", "2026-03-08", "2026-04-01").end
    Timestamp('2026-03-08 00:00:00')
    """
    first = None if start is None else parse_day(start, name="start")
    last = None if end is None else parse_day(end, name="end")
    if first is not None and last is not None and first > last:
        raise InvalidArgument(f"start={first:%Y-%m-%d} lies after end={last:%Y-%m-%d}.")
    return Span(first, last, resolve_today(now))


def parse_compared_spans(
    start: Any, end: Any, compare: str | None, now: When | None, tz: str
) -> tuple[Span, Span | None]:
    """Parse the days of a summary in a time zone, and find those they are compared with.

    Raises
    ------
    InvalidArgument
        As by ``parse_span``, or ``compare`` is unknown.
    """
    check_choice(compare, COMPARISONS, name="compare")
    span = parse_span(start, end)._replace(today=resolve_today(now, tz))
    return span, find_previous(span, compare)


def find_previous(span: Span, compare: str | None) -> Span | None:
    """Return the days that a span is compared with; None where there are none.

    Parameters
    ----------
    span
        The days, until today if they have no last one; with a first one, not in the future.
    compare
        ``"previous"``: as many whole months before where the span is whole months, else as many
        days before. ``"last_year"``: the same dates a year before. None for no comparison.

    Returns
    -------
    Span or None
        A span that is not over is compared with as many days, from the beginning of the other one.

    Examples
    --------
    >>> quarter = parse_span("2026-04-01", "2026-06-30", "2026-07-14")
    >>> [f"{day:%Y-%m-%d}" for day in find_previous(quarter, "previous")[:2]]
    ['2026-01-01', '2026-03-31']
    """
    if compare is None or span.start is None or span.today is None or span.start > span.today:
        return None
    end = span.today if span.end is None else span.end
    following = end + _DAY
    months = 12 * (following.year - span.start.year) + following.month - span.start.month
    shift: Any = following - span.start
    if span.start.day == following.day == 1:
        shift = pd.DateOffset(months=months)
    if compare == "last_year":
        shift = pd.DateOffset(years=1)
    first, last = span.start - shift, following - shift - _DAY
    if end > span.today:
        last = min(last, first + (span.today - span.start))
    return Span(first, last, span.today)
