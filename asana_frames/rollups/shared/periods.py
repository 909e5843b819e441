"""Days, weeks, months: the period of a day, its start and its end."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import parse_timestamp

Every = Literal[
    "D", "W", "W-MON", "W-TUE", "W-WED", "W-THU", "W-FRI", "W-SAT", "W-SUN", "MS", "QS", "YS"
]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: Periods of weeks -> the weekday they begin on, Monday being 0.
_WEEKS = {"W": 0} | {f"W-{day}": number for number, day in enumerate(WEEKDAYS)}
#: Periods of months -> how many.
MONTHS_OF_PERIOD = {"MS": 1, "QS": 3, "YS": 12}
#: The weekday of 1 January 1970, from which numpy counts days: a Thursday.
_EPOCH_WEEKDAY = 3
_DAYS_OF_YEAR = 365.2425
_DAY = pd.Timedelta(days=1)


def check_every(every: object) -> None:
    """Raise an error unless a period is known.

    Raises
    ------
    InvalidArgument
        The message lists the valid periods.
    """
    if not isinstance(every, str) or every not in ("D", *_WEEKS, *MONTHS_OF_PERIOD):
        given = repr(every) if every is None or isinstance(every, str) else type(every).__name__
        raise InvalidArgument(
            f"every={given} is not a valid period. Use 'D' (days), 'W' or 'W-MON' (weeks from "
            f"Monday), 'W-SUN' (from Sunday; likewise any weekday), 'MS' (months), 'QS' "
            f"(quarters) or 'YS' (years)."
        )


def check_days(days: pd.Series[Any], *, what: str) -> None:
    """Raise an error unless a column holds calendar days.

    Raises
    ------
    InvalidArgument
        It holds text, or moments with a time zone, whose day depends on the zone.
    """
    if not pd.api.types.is_datetime64_dtype(days.dtype):
        raise InvalidArgument(
            f"{what} needs days in {days.name}, as datetime64, not {days.dtype}. Convert "
            f"text with pd.to_datetime(frame[{days.name!r}]), moments with a time zone with "
            f"frame[{days.name!r}].dt.tz_convert('Europe/Berlin').dt.tz_localize(None)."
        )


def parse_day(day: object, *, name: str) -> pd.Timestamp:
    """Parse an argument as a day.

    Parameters
    ----------
    day
        ISO 8601 text, a date, or a moment without a zone.
    name
        The name of the argument, for the message.

    Raises
    ------
    InvalidArgument
        It is not a day, or has a time zone, on which the day would depend.
    """
    moment = parse_timestamp(day, name=name)
    if moment.tzinfo is not None:
        raise InvalidArgument(
            f"{name}={day!r} has a time zone; pass a day, such as {name}='2026-03-02'."
        )
    return moment.normalize()


def period_starts(days: pd.Series[Any], every: str) -> pd.Series[Any]:
    """Return the first day of each day's period, as ``datetime64[us]``.

    Parameters
    ----------
    days
        Calendar days, naive.
    every
        One of the periods of ``rollups.hours``.
    """
    at = days.to_numpy().astype("datetime64[D]")
    return pd.Series(
        _floor_days(at, every).astype("datetime64[us]"), index=days.index, name=days.name
    )


def _floor_days(days: npt.NDArray[np.datetime64], every: str) -> npt.NDArray[np.datetime64]:
    if every == "D":
        return days
    missing = np.isnat(days)
    if every in _WEEKS:
        number = days.astype("int64")
        into = np.mod(number + (_EPOCH_WEEKDAY - _WEEKS[every]), 7)
        first = (number - np.where(missing, 0, into)).astype("datetime64[D]")
    else:
        number = days.astype("datetime64[M]").astype("int64")
        into = np.mod(number, MONTHS_OF_PERIOD[every])
        first = (number - np.where(missing, 0, into)).astype("datetime64[M]").astype(days.dtype)
    first[missing] = np.datetime64("NaT")
    return first


def period_start(day: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the first day of a day's period."""
    return pd.Timestamp(period_starts(pd.Series([day]), every).iloc[0])


def list_periods(start: pd.Timestamp, end: pd.Timestamp, every: str) -> pd.DatetimeIndex:
    """Return the first days of all periods from that of ``start`` to that of ``end``."""
    frequency = "7D" if every in _WEEKS else every
    days = pd.date_range(period_start(start, every), period_start(end, every), freq=frequency)
    return days.as_unit("us")


def period_end(first: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the last day of a period, given its first."""
    return first + _period_length(every) - pd.Timedelta(days=1)


def _period_length(every: str) -> pd.Timedelta | pd.DateOffset:
    if every in MONTHS_OF_PERIOD:
        return pd.DateOffset(months=MONTHS_OF_PERIOD[every])
    return pd.Timedelta(days=7 if every in _WEEKS else 1)


def mean_days(every: str) -> float:
    """Return the mean length of a period in days."""
    if every in MONTHS_OF_PERIOD:
        return MONTHS_OF_PERIOD[every] * _DAYS_OF_YEAR / 12
    return 7.0 if every in _WEEKS else 1.0


def elapsed_share(start: Any, end: Any, day: Any) -> pd.Series[Any]:
    """Return the share of the days from ``start`` to ``end`` that are over when ``day`` ends.

    Parameters
    ----------
    start, end, day
        Days; at least one of them a Series, aligned with the others. ``start`` and ``end`` are
        both included.

    Returns
    -------
    Series
        Float64 from 0 to 1; missing where a day is missing, or ``end`` lies before ``start``.
    """
    length = (end - start) / _DAY + 1
    share: pd.Series[Any] = ((day - start) / _DAY + 1) / length
    return share.where(length > 0).astype("Float64").clip(0, 1)
