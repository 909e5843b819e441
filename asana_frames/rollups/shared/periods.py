"""Days, weeks, months: which period a day lies in, where it begins and ends."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument

Every = Literal[
    "D", "W", "W-MON", "W-TUE", "W-WED", "W-THU", "W-FRI", "W-SAT", "W-SUN", "MS", "QS", "YS"
]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: Periods of weeks -> the weekday they begin on, Monday being 0.
_WEEKS = {"W": 0} | {f"W-{day}": number for number, day in enumerate(WEEKDAYS)}
#: Periods of months -> how many.
_MONTHS = {"MS": 1, "QS": 3, "YS": 12}
#: 1 January 1970, from which numpy counts days, was a Thursday.
_EPOCH = 3
_DAYS_OF_YEAR = 365.2425


def check_every(every: object) -> None:
    """Refuse a period that is not known.

    Raises
    ------
    InvalidArgument
        The message lists those that are.
    """
    if every != "D" and every not in _WEEKS and every not in _MONTHS:
        raise InvalidArgument(
            f"every={every!r} is no period. It takes 'D' (days), 'W' or 'W-MON' (weeks that begin "
            f"on Monday), 'W-SUN' (on Sunday; any weekday so), 'MS' (months), 'QS' (quarters), "
            f"'YS' (years)."
        )


def check_days(days: pd.Series[Any], *, what: str) -> None:
    """Refuse a column that holds anything but calendar days.

    Raises
    ------
    InvalidArgument
        It is text, or moments of a time zone, whose day depends on where one stands.
    """
    if not pd.api.types.is_datetime64_dtype(days.dtype):
        raise InvalidArgument(
            f"{what} needs days in {days.name}, as datetime64, not {days.dtype}. "
            f"Text: pd.to_datetime(frame[{days.name!r}]). Moments with a zone: "
            f"frame[{days.name!r}].dt.tz_convert('Europe/Berlin').dt.tz_localize(None)."
        )


def parse_day(day: object, *, name: str) -> pd.Timestamp:
    """Return the day that an argument names.

    Parameters
    ----------
    day
        ISO 8601 text, a date, or a moment without a zone.
    name
        The argument, for the message.

    Raises
    ------
    InvalidArgument
        It cannot be read, or is a moment of a time zone, whose day depends on where one stands.
    """
    moment = parse_timestamp(day, name=name)
    if moment.tzinfo is not None:
        raise InvalidArgument(
            f"{name}={day!r} is a moment of a time zone, no day; type {name}='2026-03-02'."
        )
    return moment.normalize()


def parse_timestamp(
    value: object, *, name: str, what: str = "day", like: str = "2026-03-02"
) -> pd.Timestamp:
    """Return the day or moment that an argument names, with a time zone if it has one.

    Parameters
    ----------
    value
        ISO 8601 text, a date or a moment.
    name, what, like
        The argument, what it ought to be and what that looks like, for the message.

    Raises
    ------
    InvalidArgument
        It cannot be read, or is missing.
    """
    hint = f"type {name}={like!r}."
    try:
        # pandas takes a number for the nanoseconds since 1970.
        if isinstance(value, int | float):
            raise TypeError("a number")
        moment = pd.Timestamp(value)  # type: ignore[arg-type]  # what it cannot read it refuses
        if pd.isna(moment):
            raise ValueError("missing")
    except (TypeError, ValueError) as cause:
        raise InvalidArgument(f"{name}={value!r} is no {what}; {hint}") from cause
    return moment


def period_starts(days: pd.Series[Any], every: str) -> pd.Series[Any]:
    """Return the first day of the period that each day lies in, as ``datetime64[us]``.

    Parameters
    ----------
    days
        Calendar days, naive.
    every
        One of the periods of ``rollups.hours``.
    """
    at = days.to_numpy().astype("datetime64[D]")
    return pd.Series(_first(at, every).astype("datetime64[us]"), index=days.index, name=days.name)


def _first(days: npt.NDArray[np.datetime64], every: str) -> npt.NDArray[np.datetime64]:
    if every == "D":
        return days
    missing = np.isnat(days)
    if every in _WEEKS:
        number = days.astype("int64")
        into = np.mod(number + (_EPOCH - _WEEKS[every]), 7)
        first = (number - np.where(missing, 0, into)).astype("datetime64[D]")
    else:
        number = days.astype("datetime64[M]").astype("int64")
        # Counted from January, as 1970 began with one.
        into = np.mod(number, _MONTHS[every])
        first = (number - np.where(missing, 0, into)).astype("datetime64[M]").astype(days.dtype)
    first[missing] = np.datetime64("NaT")
    return first


def period_start(day: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the first day of the period that a day lies in."""
    return pd.Timestamp(period_starts(pd.Series([day]), every).iloc[0])


def list_periods(start: pd.Timestamp, end: pd.Timestamp, every: str) -> pd.DatetimeIndex:
    """Return the first days of all periods from the one of ``start`` to the one of ``end``."""
    frequency = "7D" if every in _WEEKS else every
    days = pd.date_range(period_start(start, every), period_start(end, every), freq=frequency)
    return days.as_unit("us")


def period_end(first: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the last day of the period that begins with a day."""
    return first + _length(every) - pd.Timedelta(days=1)


def _length(every: str) -> pd.Timedelta | pd.DateOffset:
    if every in _MONTHS:
        return pd.DateOffset(months=_MONTHS[every])
    return pd.Timedelta(days=7 if every in _WEEKS else 1)


def mean_days(every: str) -> float:
    """Return how many days a period has in the long run."""
    if every in _MONTHS:
        return _MONTHS[every] * _DAYS_OF_YEAR / 12
    return 7.0 if every in _WEEKS else 1.0
