"""What all reports have, whatever they are about."""

from __future__ import annotations

import datetime as dt
from typing import Protocol, runtime_checkable

import pandas as pd

from asana_frames.display.sentences import format_day, format_span


@runtime_checkable
class Report(Protocol):
    """A report: what it finds, its figures, and the tables that matter most."""

    @property
    def findings(self) -> pd.DataFrame:
        """What is found, in sentences."""

    @property
    def tiles(self) -> pd.DataFrame:
        """The main figures."""

    @property
    def as_of(self) -> dt.date:
        """The day of the present moment."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables for a summary, by title, the most important rows first."""


def list_days(report: Report) -> list[str]:
    """Return the days that a report is about, and as of when it is if that is none of them.

    Both are for its head. A report without days of its own is about those up to the present.
    """
    days = []
    first, final = (getattr(report, name, None) for name in ("start", "end"))
    if hasattr(report, "end"):
        days.append(format_span(first, final))
        is_within = (first is None or first <= report.as_of) and (
            final is None or report.as_of <= final
        )
        if is_within:
            return days
    return [*days, describe_state(report.as_of)]


def describe_state(as_of: dt.date, end: dt.date | None = None) -> str:
    """Return as of when something is so; empty if the days of its report go on until then.

    Examples
    --------
    >>> describe_state(dt.date(2026, 11, 28), dt.date(2026, 9, 30))
    'as of 28 Nov 2026'
    >>> describe_state(dt.date(2026, 11, 28), dt.date(2026, 11, 30))
    ''
    """
    return "" if end is not None and as_of <= end else f"as of {format_day(as_of)}"
