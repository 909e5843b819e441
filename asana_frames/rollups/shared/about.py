"""What a table is about, as text in its attrs: whose it is, from when to when, as of when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.rollups.shared.spans import Span
from asana_frames.types import When

#: Keys that describe a table in ``attrs``, all texts; unknown ones are left out.
ABOUT = ("subject", "start", "end", "now", "every")


def write_about(
    table: pd.DataFrame,
    source: pd.DataFrame,
    *,
    every: str | None = None,
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    now: When | None = None,
    tz: str = "UTC",
    ahead: bool = False,
) -> pd.DataFrame:
    """Write what a table is about into its ``attrs``, and return it.

    ``subject`` is the name of the project, portfolio or other object that the rows of ``source``
    were read of; ``start`` and ``end`` are the first and the last day that count, ``now`` is the
    moment as of which they were counted, and ``every`` is the length of the periods.

    Parameters
    ----------
    table
        What is returned to the user; has ``period`` if it has periods.
    source
        The frame whose rows are counted, as it was passed.
    every
        The length of the periods of ``table``; they tell the days where ``start`` and ``end`` are
        missing.
    start, end
        The days that were asked for.
    now
        The moment of the rollup; None if it has none. Where ``source`` is itself as of an earlier
        one, as the result of another rollup may be, that is written.
    tz
        The time zone in which it is written.
    ahead
        Whether days after ``now`` count too.
    """
    moment = None if now is None else _limit_moment(parse_moment(now, tz), source).tz_convert(tz)
    today = None if moment is None else moment.tz_localize(None).normalize()
    if every is not None and "period" in table.columns and table["period"].notna().any():
        periods = table["period"]
        start = periods.min() if start is None else start
        end = Span(start, end, None if ahead else today).find_last_day(periods.max(), every)
    texts = {
        "subject": read_subject(source),
        "start": "" if start is None else f"{start:%Y-%m-%d}",
        "end": "" if end is None else f"{end:%Y-%m-%d}",
        "now": "" if moment is None else moment.isoformat(timespec="minutes"),
        "every": every if isinstance(every, str) and "period" in table.columns else "",
    }
    table.attrs.update({name: text for name, text in texts.items() if text})
    return table


def _limit_moment(moment: pd.Timestamp, source: Any) -> pd.Timestamp:
    """Return a moment, or that as of which a frame says it is, if that is earlier."""
    given = [getattr(source, "attrs", {}).get("now"), find_replayed(source)]
    texts = [text for text in given if isinstance(text, str)]
    moments = [pd.to_datetime(text, errors="coerce", utc=True) for text in texts]
    return min([moment, *(at for at in moments if isinstance(at, pd.Timestamp))])


def copy_about(table: pd.DataFrame, source: pd.DataFrame) -> pd.DataFrame:
    """Write into the ``attrs`` of a table what another is about, and return it.

    For tables that count all rows of another one, as of its moment.
    """
    table.attrs.update({name: source.attrs[name] for name in ABOUT if name in source.attrs})
    return table


def find_replayed(source: Any) -> Any:
    """Return the moment to which ``rollups.as_of`` took tasks back, as text, or None."""
    replayed = getattr(source, "attrs", {}).get("as_of")
    return replayed.get("moment") if isinstance(replayed, Mapping) else None


def read_subject(source: Any) -> str:
    """Return the name of the object that the rows were read from, or an empty text.

    A read writes it into ``attrs["asana"]``, a rollup beside it.
    """
    attrs = getattr(source, "attrs", {})
    read = attrs.get("asana")
    known = [attrs.get("subject"), read.get("subject") if isinstance(read, Mapping) else None]
    return next((name for name in known if isinstance(name, str)), "")
