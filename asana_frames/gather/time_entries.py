"""Time tracking entries of a workspace, window by window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.bodies import format_datetime
from asana_frames.calls.read import Read
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument, InvalidRequest
from asana_frames.fetch import is_set_too_large
from asana_frames.gather.shared import add_attrs, record_gather, resolve_workspace
from asana_frames.types import Fields, Ref, When

#: Days of a window at first; fewer where Asana finds too much in it.
_DAYS = 31


def time_entries(
    asana: Asana,
    workspace: Ref,
    start: When,
    end: When | None = None,
    *,
    fields: Fields = None,
) -> pd.DataFrame:
    """Read the time tracking entries of a workspace between two days, windows side by side.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    start, end
        First and last day on which time was entered for, both included; today if no end is
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
        A day is none, or the end lies before the start.

    Examples
    --------
    >>> import asana_frames as af
    >>> entries = time_entries(af.sandbox(), "Acme", "2026-01-01", "2026-06-30")
    >>> entries["entered_on"].between("2026-01-01", "2026-06-30").all()
    np.True_
    """
    first, final = _day("start", start), _day("end", end or dt.datetime.now(dt.UTC).date())
    if final < first:
        raise InvalidArgument(f"end={final} lies before start={first}.")
    with record_gather(asana, "time_entries") as last:
        gid = resolve_workspace(asana, workspace)
        operation = load().operation("getTimeTrackingEntries")
        days = _DAYS
        while True:
            read = Read(asana, operation, fields, None, "warn")
            try:
                frame = read.fetch_frame(*_windows(gid, first, final, days))
            except InvalidRequest as error:
                if not is_set_too_large(error):
                    raise
                if days == 1:
                    raise InvalidRequest(
                        "Asana lists not even the entries of one day to their end. Read them by "
                        "person: asana.time_tracking_entries.list(user=people, workspace=..., "
                        "entered_on_start_date=..., entered_on_end_date=...)."
                    ) from error
                days = max(days // 4, 1)
            else:
                break
        last.add_failures(asana.last)
    return add_attrs(frame, last, record="time_tracking_entry")


def _windows(
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


def _day(name: str, value: When | None) -> dt.date:
    asked = f"gather.time_entries({name}=)"
    day = pd.to_datetime(format_datetime("date", value, asked), errors="coerce")
    if not isinstance(day, pd.Timestamp):
        raise InvalidArgument(f'{asked} takes a day such as "2026-01-31", not {value!r}.')
    return day.date()
