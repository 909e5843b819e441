"""Moments in UTC, and their days in a time zone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import parse_timestamp
from asana_frames.frames.arrays import UTC_DATETIME
from asana_frames.frames.cells import read_cells
from asana_frames.rollups.shared.inputs import check_has_zone
from asana_frames.types import When

Ints = npt.NDArray[np.int64]
#: A missing moment, in microseconds.
NEVER = np.iinfo("int64").min
_SECONDS_OF_DAY = 86_400
_NOW = {"what": "moment", "like": "2026-03-02 09:00"}


def check_zone(tz: str) -> None:
    """Raise an error unless a time zone is known.

    Raises
    ------
    InvalidArgument
        The message shows what one looks like.
    """
    try:
        if not isinstance(tz, str):
            raise TypeError("a time zone is text")
        pd.Timestamp(0, tz=tz)
    # The libraries below raise a different error for each kind of invalid name.
    except (TypeError, ValueError, LookupError, OSError) as cause:
        raise InvalidArgument(f"tz={tz!r} is not a time zone; use tz='Europe/Berlin'.") from cause


def parse_moment(now: When | None, tz: str = "UTC", *, name: str = "now") -> pd.Timestamp:
    """Parse an argument as a moment in UTC; None is the present.

    Parameters
    ----------
    now
        ISO 8601 text, a date or a moment; one without a zone is read in ``tz``. A time that
        clocks show twice in autumn is the first of the two; one that they skip in spring is the
        next existing moment.
    tz
        A time zone, such as ``"Europe/Berlin"``.
    name
        The name of the argument, for the message.

    Raises
    ------
    InvalidArgument
        It is not a moment, or the time zone is unknown.

    Examples
    --------
    >>> parse_moment("2026-11-02 09:00", "Europe/Berlin")
    Timestamp('2026-11-02 08:00:00+0000', tz='UTC')
    """
    check_zone(tz)
    moment = pd.Timestamp.now("UTC") if now is None else parse_timestamp(now, name=name, **_NOW)
    if moment.tzinfo is None:
        moment = moment.tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
    return moment.tz_convert("UTC").as_unit("us")


def resolve_today(now: When | None, tz: str = "UTC") -> pd.Timestamp:
    """Return the day of a moment in a time zone, naive; None is the present.

    Examples
    --------
    >>> resolve_today("2026-11-02T23:30Z", "Europe/Berlin")
    Timestamp('2026-11-03 00:00:00')
    """
    return parse_moment(now, tz).tz_convert(tz).tz_localize(None).normalize()


def parse_moments(moments: pd.Series[Any], *, what: str) -> pd.Series[Any]:
    """Return a column of moments, or of their text, as ``datetime64[us, UTC]``.

    Raises
    ------
    InvalidArgument
        The column holds anything else; one without any value may have any dtype.
    """
    if isinstance(moments.dtype, pd.DatetimeTZDtype):
        is_utc = moments.dtype == UTC_DATETIME
        return moments if is_utc else moments.dt.tz_convert("UTC").astype(UTC_DATETIME)
    check_has_zone(moments, what=what)
    return read_cells(moments, "datetime", what=what)


def to_microseconds(moments: pd.Series[Any]) -> Ints:
    """Return moments in UTC as microseconds since 1970, a missing one as ``NEVER``."""
    return moments.to_numpy("datetime64[us]").astype("int64")


def days_between(start: pd.Series[Any], end: pd.Series[Any]) -> pd.Series[Any]:
    """Return the days of 24 hours between moments in UTC, row by row (Float64).

    Examples
    --------
    >>> begun = pd.Series(pd.to_datetime(["2026-03-02T12:00Z", None]))
    >>> days_between(begun, begun + pd.Timedelta(hours=36)).tolist()
    [1.5, <NA>]
    """
    first, last = to_microseconds(start), to_microseconds(end)
    is_known = (first != NEVER) & (last != NEVER)
    days = np.where(is_known, (last - first) / 1e6 / _SECONDS_OF_DAY, np.nan)
    return pd.Series(days, index=start.index).astype("Float64")


def convert_zone(moments: pd.Series[Any], tz: str = "UTC") -> pd.Series[Any]:
    """Convert moments to the local time of a time zone, as ``datetime64[us]``, naive.

    Raises
    ------
    InvalidArgument
        The time zone is unknown.
    """
    check_zone(tz)
    shown: pd.Series[Any] = moments.dt.tz_convert(tz).dt.tz_localize(None)
    return shown.astype("datetime64[us]")


def local_days(moments: pd.Series[Any], tz: str = "UTC") -> pd.Series[Any]:
    """Return the day of each moment in a time zone, as ``datetime64[us]``, naive.

    Examples
    --------
    >>> late = pd.Series(pd.to_datetime(["2026-03-02T23:30Z", None]))
    >>> local_days(late, "Europe/Berlin").tolist()
    [Timestamp('2026-03-03 00:00:00'), NaT]

    Raises
    ------
    InvalidArgument
        The time zone is unknown.
    """
    # Twice as fast as .dt.normalize().
    days = local_dates(moments, tz).astype("datetime64[us]")
    return pd.Series(days, index=moments.index, name=moments.name)


def local_dates(moments: pd.Series[Any], tz: str = "UTC") -> npt.NDArray[np.datetime64]:
    """Return the day of each moment in a time zone, as ``datetime64[D]``.

    Raises
    ------
    InvalidArgument
        The time zone is unknown.
    """
    return convert_zone(moments, tz).to_numpy().astype("datetime64[D]")


def ends_of_days(days: pd.DatetimeIndex, tz: str = "UTC") -> npt.NDArray[np.datetime64]:
    """Return the moments, in UTC, at which days end in a time zone: the starts of the next days.

    Raises
    ------
    InvalidArgument
        The time zone is unknown.

    Examples
    --------
    >>> ends_of_days(pd.to_datetime(["2026-03-02"]), "Europe/Berlin").tolist()
    [datetime.datetime(2026, 3, 2, 23, 0)]
    """
    check_zone(tz)
    following = days + pd.Timedelta(days=1)
    # Where clocks skip midnight, the day begins at the first existing moment.
    twice = np.ones(len(following), dtype=bool)
    begun = following.tz_localize(tz, ambiguous=twice, nonexistent="shift_forward")
    return begun.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
