"""Days on which people work: weekdays, holidays, absences."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_iterable
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.moments import NEVER, Ints, ends_of_days, local_days
from asana_frames.rollups.shared.people import match_people
from asana_frames.rollups.shared.periods import WEEKDAYS, parse_day

Floats = npt.NDArray[np.float64]
#: Hours of a working day, of all or by person (gid or name).
HoursPerDay = float | Mapping[str, float]
#: Working days as in ``parse_workdays``, of all or by person.
Workdays = str | Mapping[str, str]
#: Days, or a calendar of the ``holidays`` library, of all or by person.
Holidays = Iterable[Any]
#: An assumption, for Asana does not tell the working hours of a person.
HOURS_PER_DAY = 8.0


class WorkingTime(NamedTuple):
    """When people work: the arguments that say so, unchecked."""

    hours_per_day: HoursPerDay = HOURS_PER_DAY
    workdays: Workdays = "Mon-Fri"
    holidays: Holidays = ()


def parse_workdays(workdays: str) -> Floats:
    """Parse ``workdays`` into the share of each weekday that is worked, Monday first.

    Parameters
    ----------
    workdays
        Days and ranges of days, joined by commas, each with a share after a colon if it is not a
        whole day: ``"Mon-Fri"``, ``"Sun-Thu"``, ``"Mon-Thu, Fri:0.5"``.

    Raises
    ------
    InvalidArgument
        It cannot be parsed.

    Examples
    --------
    >>> parse_workdays("Mon-Thu, Fri:0.5").tolist()
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    shares = np.zeros(len(WEEKDAYS))
    for part in workdays.split(",") if isinstance(workdays, str) else [""]:
        found = re.fullmatch(r"\s*([A-Za-z]+)\s*(?:-\s*([A-Za-z]+))?\s*(?::\s*([\d.]+))?\s*", part)
        names = [name[:3].upper() for name in found.group(1, 2) if name] if found else []
        share = found.group(3) if found else None
        if not names or not set(names) <= set(WEEKDAYS) or not _is_share(share):
            raise InvalidArgument(
                f"workdays={workdays!r} is not valid. Use 'Mon-Fri', 'Sun-Thu' or "
                f"'Mon-Thu, Fri:0.5', for example."
            )
        first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
        # A range such as Sun-Thu goes past the end of the week.
        for day in range(first, first + (last - first) % len(WEEKDAYS) + 1):
            shares[day % len(WEEKDAYS)] = float(share or 1)
    return shares


def _is_share(text: str | None) -> bool:
    return text is None or (text.count(".") <= 1 and text != "." and 0 <= float(text) <= 1)


def workday_shares(days: pd.DatetimeIndex, workdays: str, holidays: Iterable[Any] = ()) -> Floats:
    """Return the share of each day that is worked: 0 on days off and holidays.

    Parameters
    ----------
    days
        The days, without a time zone.
    workdays
        As in ``parse_workdays``.
    holidays
        Days, or a calendar of the ``holidays`` library.

    Raises
    ------
    InvalidArgument
        ``workdays`` or a holiday cannot be parsed.
    """
    is_free = _find_holidays(days, holidays)
    return np.where(is_free, 0.0, parse_workdays(workdays)[days.day_of_week.to_numpy()])


def _find_holidays(days: pd.DatetimeIndex, holidays: Any) -> npt.NDArray[np.bool_]:
    """Return which days are in a list or a calendar of holidays."""
    if isinstance(holidays, str):
        raise InvalidArgument(f"holidays= takes a list of days; use holidays=[{holidays!r}].")
    check_iterable(holidays, name="holidays", like='["2026-12-25"]')
    free = pd.DatetimeIndex([parse_day(day, name="holidays") for day in holidays])
    is_free: npt.NDArray[np.bool_] = days.isin(free)
    if isinstance(holidays, Mapping) and type(holidays) is not dict:
        # A calendar of the library knows a year once it is asked for a day of it; the one that
        # was passed stays as it is.
        calendar = copy.deepcopy(holidays)
        is_free = is_free | np.array([day in calendar for day in days.date], dtype=bool)
    return is_free


def count_workdays(
    start: Ints, end: Ints, tz: str, workdays: str, holidays: Iterable[Any] = ()
) -> Floats:
    """Count the working days between moments; 0 where ``end`` is before ``start``.

    Parameters
    ----------
    start, end
        Microseconds since 1970 in UTC, or ``NEVER``.
    tz
        The time zone of the days. Work is spread evenly over a day, also over one of 23 or 25
        hours.
    workdays, holidays
        As in ``workday_shares``.

    Returns
    -------
    numpy.ndarray
        NaN where a moment is missing.

    Raises
    ------
    InvalidArgument
        ``workdays``, a holiday or the time zone is not valid.
    """
    is_known = (start != NEVER) & (end != NEVER)
    both = (start[is_known], end[is_known])
    # Without any moments, any day will do.
    span = (min(map(np.min, both)), max(map(np.max, both))) if is_known.any() else (0, 0)
    moments = pd.Series(np.array(span).view("datetime64[us]")).dt.tz_localize("UTC")
    first, last = local_days(moments, tz)
    # One day more, because the first day begins where that one ends.
    days = pd.date_range(first - pd.Timedelta(days=1), last, unit="us")
    edges = ends_of_days(days, tz).astype("float64")
    total = np.concatenate([[0.0], workday_shares(days[1:], workdays, holidays).cumsum()])
    worked = np.interp(end, edges, total) - np.interp(start, edges, total)
    return np.where(is_known, worked.clip(0), np.nan)


def working_hours(people: pd.DataFrame, days: pd.DatetimeIndex, work: WorkingTime) -> Floats:
    """Return the working hours of each person (a row) on each day (a column).

    Parameters
    ----------
    people
        ``person_gid`` and ``person_name``, one row per person.
    days
        The days, without a time zone.
    work
        The hours of a working day, the working days and the holidays.

    Raises
    ------
    InvalidArgument
        One of them is not valid, or names a person who is not among ``people``.
    """
    weekday = days.day_of_week.to_numpy()
    usual, own = _split_people(work.workdays, people, name="workdays", usual="Mon-Fri")
    shares: Floats = np.tile(parse_workdays(usual)[weekday], (len(people), 1))
    for at, workdays in own.items():
        shares[at] = parse_workdays(workdays)[weekday]
    holidays = work.holidays
    if isinstance(holidays, Mapping) and _has_people(holidays):
        free: dict[int, npt.NDArray[np.bool_]] = {}
        for at, calendar in match_people(holidays, people, name="holidays").items():
            # Many people share one calendar.
            if id(calendar) not in free:
                free[id(calendar)] = _find_holidays(days, calendar)
            shares[at, free[id(calendar)]] = 0.0
    else:
        shares[:, _find_holidays(days, holidays)] = 0.0
    hours: Floats = daily_hours(people, work.hours_per_day)[:, None] * shares
    return hours


def _split_people(
    given: Any, people: pd.DataFrame, *, name: str, usual: Any
) -> tuple[Any, dict[int, Any]]:
    """Return the value of most people, and position of a person -> value of those who differ."""
    if isinstance(given, Mapping):
        return usual, match_people(given, people, name=name)
    return given, {}


def _has_people(holidays: Mapping[Any, Any]) -> bool:
    """Return whether holidays are given by person, and not as a calendar of day -> name."""
    return (
        len(holidays) > 0
        and all(isinstance(key, str) for key in holidays)
        and not any(isinstance(value, str) for value in holidays.values())
    )


def daily_hours(
    people: pd.DataFrame, hours_per_day: HoursPerDay, usual: float = HOURS_PER_DAY
) -> Floats:
    """Return the hours of each person's working day.

    Parameters
    ----------
    people
        ``person_gid`` and ``person_name``, one row per person.
    hours_per_day
        Hours, or gid or name of a person -> hours.
    usual
        The hours of those who are not in the mapping.

    Raises
    ------
    InvalidArgument
        They are not numbers from 0 to 24, or a person is unknown.
    """
    message = "hours_per_day= takes a number from 0 to 24, or a dict of person to such a number."
    most, own = _split_people(hours_per_day, people, name="hours_per_day", usual=usual)
    if any(isinstance(value, bool | str) for value in (most, *own.values())):
        raise InvalidArgument(message)
    try:
        hours = np.full(len(people), float(most))
        for at, value in own.items():
            hours[at] = float(value)
    except (TypeError, ValueError) as cause:
        raise InvalidArgument(message) from cause
    if not ((hours >= 0) & (hours <= 24)).all():
        raise InvalidArgument(message)
    return hours


def expand_days(
    rows: pd.DataFrame, days: pd.DatetimeIndex, people: pd.Index[Any]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Expand rows from ``start_date`` to ``end_date`` to one item per row and day.

    Parameters
    ----------
    rows
        ``person_gid``, ``start_date`` and ``end_date``, both days included; if one is missing,
        the row is a single day. Rows of people who are not in ``people`` are left out.
    days
        The days to keep, without gaps.
    people
        Unique gids.

    Returns
    -------
    tuple of numpy.ndarray
        The positions of the row, of the person and of the day of each item.
    """
    if days.empty:
        nothing = np.array([], dtype=np.intp)
        return nothing, nothing, nothing
    first, last = days[0], days[-1]
    start = rows["start_date"].fillna(rows["end_date"])
    start = start.where(~(start < first), first)
    end = rows["end_date"].fillna(rows["start_date"])
    end = end.where(~(end > last), last)
    count = ((end - start).dt.days + 1).fillna(0).clip(lower=0).to_numpy(dtype="int64")
    person = people.get_indexer(pd.Index(rows["person_gid"]))
    count = np.where(person < 0, 0, count)
    row = np.repeat(np.arange(len(rows)), count)
    # Days since the start of each range: the running number minus that of the range's first day.
    into = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    begin = (start - first).dt.days.fillna(0).to_numpy(dtype="int64")
    return row, person[row], np.repeat(begin, count) + into
