"""Time tracking entries of a workspace, read in windows of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.read import Read
from asana_frames.calls.subject import name_subject
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidRequest
from asana_frames.fetch import is_set_too_large
from asana_frames.gather.shared import add_attrs, parse_days, record_gather, resolve_workspace
from asana_frames.rollups.shared.periods import parse_day
from asana_frames.types import Fields, Ref, When

#: Days of the first windows; fewer if Asana refuses them as too large.
_DAYS = 31


def time_entries(
    asana: Asana,
    workspace: Ref,
    start: When,
    end: When | None = None,
    *,
    fields: Fields = None,
) -> pd.DataFrame:
    """Read the time tracking entries of a workspace between two days.

    Windows of a month are read concurrently; smaller ones if Asana refuses a month as too large.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    start, end
        First and last day that time was entered for, both included; ``end`` is today if not
        given.
    fields
        Asana paths, ``"all"`` or None for the default columns.

    Returns
    -------
    DataFrame
        One row per entry with the columns of ``time_tracking_entries.list``, ordered by window.
        Source: ``GET /time_tracking_entries``.

    Raises
    ------
    InvalidArgument
        ``start`` or ``end`` is not a day, or ``end`` lies before ``start``.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> entries = time_entries(asana, "Acme", "2026-01-01", "2026-06-30")
    >>> entries["entered_on"].between("2026-01-01", "2026-06-30").all()
    np.True_
    """
    first, final = parse_days(parse_day(start, name="start"), end)
    with record_gather(asana, "time_entries") as last:
        gid = resolve_workspace(asana, workspace)
        operation = load().operation("getTimeTrackingEntries")
        days = _DAYS
        while True:
            read = Read(asana, operation, fields, None, "warn")
            try:
                frame = read.fetch_frame(*_split_span(gid, first, final, days))
            except InvalidRequest as error:
                if not is_set_too_large(error):
                    raise
                if days == 1:
                    raise InvalidRequest(
                        "Asana cannot list all entries of a single day. Read them by "
                        "person: asana.time_tracking_entries.list(user=people, workspace=..., "
                        "entered_on_start_date=..., entered_on_end_date=...)."
                    ) from error
                days = max(days // 4, 1)
            else:
                break
        last.add_failures(asana.last)
    named = name_subject(workspace)
    return add_attrs(frame, last, record="time_tracking_entry", **named)


def _split_span(
    workspace: str, first: dt.date, final: dt.date, days: int
) -> Iterator[dict[str, Any]]:
    while first <= final:
        until = min(first + dt.timedelta(days=days - 1), final)
        yield {
            "workspace": workspace,
            "entered_on_start_date": first,
            "entered_on_end_date": until,
        }
        first = until + dt.timedelta(days=1)
