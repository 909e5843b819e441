"""Days, weeks, months: the period of a day, its start and its end."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import parse_timestamp

Every = Literal[
    "D", "W", "W-MON", "W-TUE", "W-WED", "W-THU", "W-FRI", "W-SAT", "W-SUN", "4W", "SMS-16", "MS",
    "QS", "QS-JAN", "QS-FEB", "QS-MAR", "QS-APR", "QS-MAY", "QS-JUN",
    "QS-JUL", "QS-AUG", "QS-SEP", "QS-OCT", "QS-NOV", "QS-DEC",
    "YS", "YS-JAN", "YS-FEB", "YS-MAR", "YS-APR", "YS-MAY", "YS-JUN",
    "YS-JUL", "YS-AUG", "YS-SEP", "YS-OCT", "YS-NOV", "YS-DEC",
]  # fmt: skip
Days: TypeAlias = npt.NDArray[np.datetime64]
Numbers: TypeAlias = npt.NDArray[np.int64]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS_OF_YEAR = 365.2425
_DAY = pd.Timedelta(days=1)


class _Rule(NamedTuple):
    """Periods that are all as long: of so many days or months, one of which begins there."""

    unit: Literal["D", "M"]
    size: int
    #: A day or month with which a period begins, counted from 1 January 1970.
    first: int = 0


#: 1 January 1970, from which numpy counts days, was a Thursday; the 5th was a Monday.
_MONDAY = 4
_HALF_MONTHS = "SMS-16"
_RULES = {
    "D": _Rule("D", 1),
    "W": _Rule("D", 7, _MONDAY),
    **{f"W-{day}": _Rule("D", 7, _MONDAY + number) for number, day in enumerate(WEEKDAYS)},
    "4W": _Rule("D", 28, _MONDAY),
    "MS": _Rule("M", 1),
    "QS": _Rule("M", 3),
    **{f"QS-{month}": _Rule("M", 3, number) for number, month in enumerate(MONTHS)},
    "YS": _Rule("M", 12),
    **{f"YS-{month}": _Rule("M", 12, number) for number, month in enumerate(MONTHS)},
}


def check_every(every: object) -> None:
    """Raise an error unless a period is known.

    Raises
    ------
    InvalidArgument
        The message lists the valid periods.
    """
    if not isinstance(every, str) or every not in (_HALF_MONTHS, *_RULES):
        given = repr(every) if every is None or isinstance(every, str) else type(every).__name__
        raise InvalidArgument(
            f"every={given} is not a valid period. Use 'D' (days), 'W' or 'W-MON' (weeks from "
            f"Monday), 'W-SUN' (from Sunday; likewise any weekday), '4W' (four weeks), 'SMS-16' "
            f"(half months, from the 1st and the 16th), 'MS' (months), 'QS' (quarters), 'QS-FEB' "
            f"(from February, May ...; likewise any month), 'YS' (years) or 'YS-JUL' (fiscal "
            f"years from July; likewise any month)."
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
    first = shift_periods(at, every, 0).astype("datetime64[us]")
    return pd.Series(first, index=days.index, name=days.name)


def shift_periods(days: Days, every: str, count: int) -> Days:
    """Return the first day of the period that is ``count`` periods after that of each day."""
    if every == "D":
        return days + count
    first = _first_days(number_periods(days, every) + count, every)
    first[np.isnat(days)] = np.datetime64("NaT")
    return first


def number_periods(days: Days, every: str) -> Numbers:
    """Return the numbers of the periods of days; those of neighbours differ by 1."""
    if every == _HALF_MONTHS:
        month = days.astype("datetime64[M]")
        is_second = (days - month.astype(days.dtype)).astype("int64") >= 15
        return 2 * month.astype("int64") + is_second
    rule = _RULES[every]
    number = days.astype(f"datetime64[{rule.unit}]").astype("int64")
    return (number - rule.first) // rule.size


def _first_days(numbers: Numbers, every: str) -> Days:
    """Return the first days of the periods with these numbers."""
    if every == _HALF_MONTHS:
        first: Days = (numbers // 2).astype("datetime64[M]").astype("datetime64[D]")
        return first + 15 * (numbers % 2)
    rule = _RULES[every]
    first = (numbers * rule.size + rule.first).astype(f"datetime64[{rule.unit}]")
    return first.astype("datetime64[D]")


def period_start(day: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the first day of a day's period."""
    return pd.Timestamp(period_starts(pd.Series([day]), every).iloc[0])


def list_periods(start: pd.Timestamp, end: pd.Timestamp, every: str) -> pd.DatetimeIndex:
    """Return the first days of all periods from that of ``start`` to that of ``end``."""
    days = np.array([start, end], dtype="datetime64[D]")
    first, last = number_periods(days, every)
    return pd.DatetimeIndex(_first_days(np.arange(first, last + 1), every)).as_unit("us")


def period_end(first: pd.Timestamp, every: str) -> pd.Timestamp:
    """Return the last day of a period, given its first.

    Periods of weeks and months may begin on any day; then they are as long as others.
    """
    if every == _HALF_MONTHS:
        day = np.array([first], dtype="datetime64[D]")
        return pd.Timestamp(shift_periods(day, every, 1)[0]) - _DAY
    rule = _RULES[every]
    length = pd.DateOffset(months=rule.size) if rule.unit == "M" else rule.size * _DAY
    return first + length - _DAY


def period_ends(first: pd.Timestamp, counts: Numbers, every: str) -> Days:
    """Return the last day of the first so many periods, the first beginning on any day.

    A period from the 31st ends with the last day of a shorter month. Half months end where the
    calendar's end.
    """
    day = np.datetime64(first, "D")
    if every == _HALF_MONTHS:
        return _first_days(number_periods(np.array([day]), every) + counts, every) - 1
    rule = _RULES[every]
    if rule.unit == "D":
        return day + counts * rule.size - 1
    month = day.astype("datetime64[M]")
    after = month + counts * rule.size
    longest = ((after + 1).astype(day.dtype) - after.astype(day.dtype)).astype("int64") - 1
    into = np.minimum((day - month.astype(day.dtype)).astype("int64"), longest)
    last: Days = after.astype(day.dtype) + into - 1
    return last


def mean_days(every: str) -> float:
    """Return the mean length of a period in days."""
    if every == _HALF_MONTHS:
        return _DAYS_OF_YEAR / 24
    rule = _RULES[every]
    return rule.size * (_DAYS_OF_YEAR / 12 if rule.unit == "M" else 1.0)


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
