"""The days that count, and which periods they cut."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import parse_day, period_end
from asana_frames.types import When


class Span(NamedTuple):
    """The first and last day that count, both included, and the present day; None is no bound."""

    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    today: pd.Timestamp | None = None

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
            counts &= days < self.end + pd.Timedelta(days=1)
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
