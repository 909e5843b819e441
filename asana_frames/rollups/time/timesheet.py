"""Timesheets: hours per person and day of one week or of several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from asana_frames._arguments import check_flag, list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import parse_timestamp
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import (
    WEEKDAYS,
    parse_day,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.shared.spans import Span
from asana_frames.rollups.shared.workdays import Holidays, HoursPerDay, Workdays, WorkingTime
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.person_days import (
    find_days,
    list_people,
    read_loaded,
    read_tracked_hours,
)
from asana_frames.rollups.time.sheets import (
    WEEK,
    add_expected,
    check_week,
    expand_sheets,
    find_weeks,
    list_user_weeks,
    mark_days,
    merge_texts,
    name_people,
    read_sheets,
    sum_expected,
)
from asana_frames.types import When

_WHAT = "rollups.timesheet"
_COMPARED = ("expected_hours", "missing", "overtime")
_DAYS_OF_WEEK = 7


def timesheet(
    entries: pd.DataFrame,
    week: str | dt.date | None = None,
    tz: str | dt.tzinfo | None = None,
    *,
    start: Any = None,
    end: Any = None,
    by: str | Sequence[str] | None = None,
    every: str = "W-MON",
    attribution: Attribution = "asana_or_first",
    statuses: pd.DataFrame | None = None,
    users: pd.DataFrame | None = None,
    ooo: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    now: When | None = None,
    hours_per_day: HoursPerDay = 8.0,
    workdays: Workdays = "Mon-Fri",
    holidays: Holidays = (),
    margins: bool = True,
) -> pd.DataFrame:
    """Sum the hours of each person on each day of a week, or of the weeks from start to end.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them. Of repeated gids the last one counts.
    week
        Any day of the week: ISO 8601 text, a date, or a moment.
    tz
        The time zone of the days of ``now`` and ``memberships`` (UTC if not given), and in which
        a moment that has a zone is a day of ``week``. Entries are booked on days and are never
        shifted.
    start, end
        In place of ``week``: the first and the last day that count, both included, of several
        weeks. Weeks that they cut are shorter.
    by
        ``"project"``, ``"task"`` or other keys as in ``rollups.hours``; None for one row per
        person and week.
    every
        ``"W-MON"`` for weeks that begin on Monday, ``"W-SUN"`` on Sunday, or another weekday.
    attribution
        As in ``rollups.hours``.
    statuses
        Timesheets, as ``asana.timesheet_approval_statuses.list(...)`` returns them; the status of
        the one that covers the day of an entry then counts, else that of the entry.
    users
        Users, as ``asana.users.list(...)`` returns them: hours are expected of them, and they are
        listed for each week, also without an entry.
    ooo, memberships, now, hours_per_day, workdays, holidays
        As in ``rollups.approvals``.
    margins
        Add a last row of totals, named ``Total``, without a ``person_gid``.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name``; ``period`` (datetime64[us], the first day of the week)
        with ``start`` and ``end``; the columns of ``by``; a column of hours for each of the seven
        days, named ``2026-03-02`` and so on for one week, ``Mon`` to ``Sun`` in the order of the
        week for several; ``total``, ``expected_hours``, ``missing`` and ``overtime`` (all Float64,
        the last three as in ``rollups.approvals``, missing for those who are not among the users);
        ``approval_status`` (str: draft, submitted, approved, rejected; ``mixed`` where entries
        differ).

        One row per person, week and key with an entry, by name. What is expected belongs to the
        person and week: it stands in the first of their rows and is missing in the others, so
        that every column can be added up. Entries without a day are in no week.

    Raises
    ------
    InvalidArgument
        A column or key is missing, neither a week nor ``start`` and ``end`` are given, one is
        not a day, or ``every`` is not a week.

    Examples
    --------
    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "11", "12"],
    ...         "created_by_name": ["Ana", "Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...         "duration_minutes": [60, 30, 90],
    ...         "approval_status": ["APPROVED", "DRAFT", "DRAFT"],
    ...     }
    ... )
    >>> columns = ["person_name", "2026-03-02", "2026-03-08", "total", "approval_status"]
    >>> timesheet(entries, "2026-03-04", margins=False)[columns]
      person_name  2026-03-02  2026-03-08  total approval_status
    0         Ana         1.0         0.5    1.5           mixed

    Of several weeks, with what is expected:

    >>> users = pd.DataFrame({"gid": ["11", "12"], "name": ["Ana", "Bo"]})
    >>> columns = ["person_name", "period", "Mon", "total", "expected_hours", "missing"]
    >>> timesheet(entries, start="2026-03-08", end="2026-03-10", users=users)[columns]
      person_name     period  Mon  total  expected_hours  missing
    0         Ana 2026-03-02  0.0    0.5             0.0      0.0
    1         Ana 2026-03-09  0.0    0.0            16.0     16.0
    2          Bo 2026-03-02  0.0    0.0             0.0      0.0
    3          Bo 2026-03-09  1.5    1.5            16.0     14.5
    4       Total        NaT  1.5    2.0            32.0     30.5
    """
    check_week(every)
    check_flag(margins, name="margins")
    days = _find_days(week, tz, start, end, every)
    keys = [] if by is None else list_texts(by, name="by", like="project")
    today = resolve_today(now, "UTC" if tz is None else str(tz))
    tracked = read_tracked_hours(
        entries,
        keys,
        what=_WHAT,
        attribution=attribution,
        taken=(*(day.title() for day in WEEKDAYS), "total", *_COMPARED),
    )
    rows = tracked[Span(days[0], days[-1]).select_days(tracked["day"])].reset_index(drop=True)
    sheets = read_sheets(statuses, what=_WHAT)
    if users is not None:
        users = read_loaded(users, ["gid", "name"], what=_WHAT, record="user")
    people = list_people(users, rows)
    rows = name_people(rows, people).assign(period=period_starts(rows["day"], every))
    expected = sum_expected(
        people,
        days,
        every,
        WorkingTime(hours_per_day, workdays, holidays),
        ooo=ooo,
        memberships=memberships,
        today=today,
        # Also of other weeks: who left later was still there.
        last_days=tracked.groupby("person_gid")["day"].max(),
        what=_WHAT,
    )
    table = _sum_weekdays(rows, list_user_weeks(people, days, every), days, every)
    marks = mark_days(rows, expand_sheets(sheets, days), people, every)
    table = table.merge(_find_statuses(marks), how="left", on=[*WEEK])
    table = _add_week_columns(table, expected, _sum_weeks(rows[is_true(rows["day"] <= today)]))
    table = _finish_table(table, week is not None, days, every, margins)
    return write_about(table, entries, start=days[0], end=days[-1], now=today)


def _find_days(
    week: object, tz: str | dt.tzinfo | None, start: Any, end: Any, every: str
) -> pd.DatetimeIndex:
    """Find the days to show, of one week or from start to end."""
    if (week is None) == (start is None and end is None) or (start is None) != (end is None):
        raise InvalidArgument(
            "rollups.timesheet takes a day of one week, such as week='2026-03-02', or both start= "
            "and end= of several weeks."
        )
    if week is None:
        return find_days(pd.Series([], dtype="datetime64[us]"), start, end, every)
    moment = parse_timestamp(week, name="week")
    if moment.tzinfo is not None:
        if tz is None:
            raise InvalidArgument(
                f"week={week!r} is a moment; say in which time zone to find its day, for example "
                f"tz='Europe/Berlin', or pass a day."
            )
        moment = moment.tz_convert(tz).tz_localize(None)
    first = period_start(parse_day(moment, name="week"), every)
    return pd.date_range(first, period_end(first, every)).as_unit("us")


def _sum_weekdays(
    rows: pd.DataFrame, user_weeks: pd.DataFrame, days: pd.DatetimeIndex, every: str
) -> pd.DataFrame:
    """Sum hours by person, week and key, with a column for each day of the week, from 0 to 6."""
    keys = [name for name in rows if name not in ("day", "approval_status", "hours")]
    into = (rows["day"] - rows["period"]).dt.days
    by = [*(rows[name] for name in keys), into.rename("_into")]
    sums = rows["hours"].groupby(by, dropna=False, observed=True).sum().unstack("_into")
    sums = sums.reindex(columns=range(_DAYS_OF_WEEK)).fillna(0).astype("Float64")
    sums["total"] = sums.sum(axis="columns")
    table = sums.reset_index().astype({name: rows[name].dtype for name in keys})
    hours = dict.fromkeys([*range(_DAYS_OF_WEEK), "total"], 0.0)
    both = pd.concat([table, user_weeks[~find_weeks(user_weeks, table)]], ignore_index=True)
    return both.fillna(hours).astype(table.dtypes.to_dict())[list(table.columns)]


def _find_statuses(marks: pd.DataFrame) -> pd.DataFrame:
    """Find the status of each person and week: of timesheets, else of entries."""
    status = marks["sheet_status"].fillna(marks["approval_status"])
    found = merge_texts(status, marks).rename("approval_status")
    return found.reset_index().astype(dict.fromkeys(PERSON, STR))


def _sum_weeks(rows: pd.DataFrame) -> pd.Series[Any]:
    """Sum the hours of each person and week."""
    sums: pd.Series[Any] = rows.groupby(["person_gid", "period"])["hours"].sum()
    return sums


def _add_week_columns(
    table: pd.DataFrame, expected: pd.DataFrame, so_far: pd.Series[Any]
) -> pd.DataFrame:
    """Add what is expected of a person and week to the first of their rows."""
    keys = [str(name) for name in table if name not in (*range(_DAYS_OF_WEEK), "total")]
    order = list(dict.fromkeys(["person_name", "person_gid", "period", *keys]))
    table = table.sort_values(order, kind="stable", ignore_index=True)
    weeks = table[[*WEEK]].drop_duplicates()
    weeks = weeks.merge(so_far.reset_index(), how="left", on=["person_gid", "period"])
    weeks["hours"] = weeks["hours"].astype("Float64").fillna(0.0)
    compared = add_expected(weeks, expected, "hours")[[*WEEK, *_COMPARED]]
    table = table.merge(compared, how="left", on=[*WEEK])
    is_first = ~table.duplicated([*WEEK])
    return table.assign(**{name: table[name].where(is_first) for name in _COMPARED})


def _finish_table(
    table: pd.DataFrame, is_one_week: bool, days: pd.DatetimeIndex, every: str, margins: bool
) -> pd.DataFrame:
    """Name and order the columns, and add the totals."""
    first = period_start(days[0], every)
    week = pd.date_range(first, periods=_DAYS_OF_WEEK)
    weekdays = [WEEKDAYS[day].title() for day in week.day_of_week]
    shown = week.strftime("%Y-%m-%d") if is_one_week else weekdays
    numbers = [*range(_DAYS_OF_WEEK), "total", *_COMPARED]
    keys = [name for name in table if name not in (*WEEK, *numbers, "approval_status")]
    period = [] if is_one_week else ["period"]
    table = table[[*PERSON, *period, *keys, *numbers, "approval_status"]]
    table = table.astype(dict.fromkeys(numbers, "Float64"))
    table = table.rename(columns=dict(enumerate(shown)))
    return pd.concat([table, _build_total_row(table)], ignore_index=True) if margins else table


def _build_total_row(sheet: pd.DataFrame) -> pd.DataFrame:
    numbers = sheet.columns[-(_DAYS_OF_WEEK + len(_COMPARED) + 2) : -1]
    # What is expected is unknown, not 0, where it is known of nobody.
    sums = {name: sheet[name].sum(min_count=name in _COMPARED) for name in numbers}
    row = pd.DataFrame(sums, index=[0]).astype("Float64")
    row["person_name"] = pd.Series(["Total"], dtype=STR)
    return row.reindex(columns=sheet.columns).astype(sheet.dtypes.to_dict())
