"""Capacity of people: available, allocated and tracked hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.layout import Layout, SumAgain, parse_layout
from asana_frames.rollups.shared.periods import Every, check_every, period_starts
from asana_frames.rollups.shared.wide import name_missing
from asana_frames.rollups.shared.workdays import (
    Floats,
    Holidays,
    HoursPerDay,
    Workdays,
    WorkingTime,
)
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.person_days import (
    PersonDays,
    build_person_days,
    find_days,
    list_people,
    read_absences,
    read_loaded,
    read_tracked_hours,
    require_person_gids,
)
from asana_frames.rollups.time.planned import read_allocations, spread_allocations

_WHAT = "rollups.capacity"
_SUMS = ("available", "out_of_office", "allocated", "tracked", "unsized")
_NUMBERS = ("available", "out_of_office", "allocated", "tracked", "free", "load", "utilisation")
_COLUMNS = (*PERSON, "period", *_NUMBERS, "unsized")
#: Columns that can be added up and compared.
_HOURS = ("available", "out_of_office", "allocated", "tracked", "free")
Show = Literal["available", "out_of_office", "allocated", "tracked", "free"]


class _Frames(NamedTuple):
    """The frames, read."""

    users: pd.DataFrame
    plans: pd.DataFrame
    tracked: pd.DataFrame
    absences: pd.DataFrame

    def list_people(self) -> pd.DataFrame:
        """List the users, then the others who have allocations or entries."""
        return list_people(self.users, self.plans, self.tracked)


def capacity(
    users: pd.DataFrame,
    allocations: pd.DataFrame | None = None,
    ooo: pd.DataFrame | None = None,
    entries: pd.DataFrame | None = None,
    every: Every = "W",
    hours_per_day: HoursPerDay = 8.0,
    workdays: Workdays = "Mon-Fri",
    *,
    by: Literal["person"] | None = "person",
    start: Any = None,
    end: Any = None,
    holidays: Holidays = (),
    compare: str | Sequence[str] | None = None,
    wide: bool = False,
    show: Show = "free",
    totals: bool = False,
    none: str | None = None,
) -> pd.DataFrame:
    """Compute available, allocated and tracked hours by person and period.

    Parameters
    ----------
    users
        As ``asana.users.list(...)`` returns them.
    allocations
        As ``asana.allocations.list(...)`` returns them. ``hours`` are hours on each working day
        of the allocation, ``percent`` are percent of the hours that the person works on it; one
        without an effort adds nothing and is counted in ``unsized``.
    ooo
        Days out of office, as ``asana.ooo_entries.list(user=users, ...)`` returns them: whole
        days. Add a column ``hours`` if only that many hours of each day are off.
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them.
    every
        A period as in ``rollups.hours``.
    hours_per_day
        Hours of a working day, which Asana does not tell; for people who differ, gid or exact
        name -> hours, 8 for all others: ``{"Zoe Ng": 6}``.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``; for people who
        differ, gid or exact name -> days, Monday to Friday for all others.
    by
        ``"person"``, or None for one total of all people per period.
    start, end
        The first and the last day that count, both included; a period that they cut is shorter.
        Without them whole periods, from the one of the first to the one of the last day with an
        allocation or entry.
    holidays
        Days on which nobody works: a list, or a calendar of the ``holidays`` library, such as
        ``holidays.country_holidays("DE")``; or gid or exact name -> list or calendar of that
        person, in which all others have none.
    compare
        As in ``rollups.hours``, of the hours: ``free_previous`` and so on. Plans reach ahead, so
        whole periods are compared, also the present one.
    wide, totals, none
        As in ``rollups.hours``: a column per period, with totals. Of the present day no period is
        cut.
    show
        The hours that a wide table has: ``"free"``, ``"available"``, ``"out_of_office"``,
        ``"allocated"`` or ``"tracked"``. Its totals are those of ``by=None``: what placeholders
        are allocated makes the free hours of all less, too.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str); ``period`` (datetime64[us], its first day); Float64
        in hours: ``available`` (hours of working days minus hours out of office),
        ``out_of_office``, ``allocated``, ``tracked``, ``free`` (available - allocated, negative
        where too much is planned); ``load`` (allocated / available) and ``utilisation`` (tracked /
        available), missing where nothing is available; ``unsized`` (Int64, allocations without an
        effort). One row per person and period, by name. Nothing is allocated on days off; hours
        stay hours on a part day. Of repeated gids the last one counts.
        People who have allocations or entries and are not among the
        users (deleted ones, placeholders) follow, with missing ``available``; entries without a
        person are a row of their own, and those without a day are not counted. With ``by=None``
        a row per period, without the columns of people; ``available`` is that of the users. With
        ``wide`` the keys and a column per period (Float64).

    Raises
    ------
    InvalidArgument
        A column is missing, an argument cannot be read, or a mapping names a person who is not in
        the frames, or whom others share the name with; the message says what to type.

    Examples
    --------
    Ana is away on Monday; half of the other four days is allocated, and she tracked six hours:

    >>> import pandas as pd
    >>> users = pd.DataFrame({"gid": ["11"], "name": ["Ana"]})
    >>> allocations = pd.DataFrame(
    ...     {
    ...         "assignee_gid": ["11"],
    ...         "assignee_name": ["Ana"],
    ...         "start_date": pd.to_datetime(["2026-03-02"]),
    ...         "end_date": pd.to_datetime(["2026-03-08"]),
    ...         "effort_type": ["percent"],
    ...         "effort_value": [50.0],
    ...     }
    ... )
    >>> ooo = pd.DataFrame(
    ...     {
    ...         "user_gid": ["11"],
    ...         "start_date": pd.to_datetime(["2026-03-02"]),
    ...         "end_date": pd.to_datetime(["2026-03-02"]),
    ...     }
    ... )
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11"],
    ...         "created_by_name": ["Ana"],
    ...         "entered_on": pd.to_datetime(["2026-03-03"]),
    ...         "duration_minutes": [360],
    ...     }
    ... )
    >>> capacity(users, allocations, ooo, entries)[
    ...     ["period", "available", "allocated", "tracked", "free", "load"]
    ... ]
          period  available  allocated  tracked  free  load
    0 2026-03-02       32.0       16.0      6.0  16.0   0.5
    """
    layout = parse_layout(
        every, compare=compare, wide=wide, totals=totals, none=none, start=start, end=end, now=None
    )
    layout = layout._replace(span=layout.span._replace(today=None))
    check_every(every)
    check_choice(by, ("person", None), name="by")
    check_choice(show, get_args(Show), name="show")
    known = read_loaded(users, ["gid", "name"], what=_WHAT, record="user")
    entries = None if entries is None else require_person_gids(entries, what=_WHAT)
    frames = _Frames(
        known,
        read_allocations(allocations, what=_WHAT),
        read_tracked_hours(entries, what=_WHAT),
        read_absences(ooo, what=_WHAT),
    )
    work = WorkingTime(hours_per_day, workdays, holidays)

    def add_up(by: Any, start: Any, end: Any) -> pd.DataFrame:
        return _add_up(frames, work, every, by, start, end)

    table = _arrange(add_up(by, start, end), layout, show, by, add_up)
    table = layout.write_about(table, users)
    if not frames.list_people()["is_user"].all():
        # The users may be of one team, and the hours of everybody.
        table.attrs.pop("subject", None)
    return table


def _arrange(
    table: pd.DataFrame, layout: Layout, show: str, by: str | None, again: SumAgain
) -> pd.DataFrame:
    """Lay out the hours as they were asked for; ratios stand beside them as they are."""
    names = [name for name in table if name in PERSON]
    keys = [*names, "period"]

    def add_up_again(by: Any, start: Any, end: Any) -> pd.DataFrame:
        return again(by, start, end)[[*(names if by else []), "period", *_HOURS]]

    hours = layout.arrange(
        table[[*keys, *_HOURS]], values=_HOURS, value=show, by=by, again=add_up_again
    )
    if layout.wide:
        return hours
    table = name_missing(table, names, layout.none)
    compared = [name for name in hours if name not in table]
    return hours.merge(table.drop(columns=[*_HOURS]), how="left", on=keys)[[*table, *compared]]


def _add_up(
    frames: _Frames, work: WorkingTime, every: str, by: str | None, start: Any, end: Any
) -> pd.DataFrame:
    """Add up the hours between two days, or of whole periods."""
    plans, tracked = frames.plans, frames.tracked
    # The index of an empty frame may have another dtype.
    bounds = [plans["start_date"], plans["end_date"], tracked["day"]]
    days = find_days(pd.concat(bounds, ignore_index=True), start, end, every)
    people = frames.list_people()
    grid = build_person_days(people, days, work, frames.absences)
    table = grid.sum_periods(_sum_days(grid, plans, tracked, every), every)
    return _build_result(table, people, by)


def _sum_days(
    grid: PersonDays, plans: pd.DataFrame, tracked: pd.DataFrame, every: str
) -> dict[str, Floats]:
    """Sum the hours of each person and day."""
    is_user = grid.people["is_user"].to_numpy(dtype=bool)
    return {
        "available": np.where(is_user[:, None], grid.available, np.nan),
        "out_of_office": grid.out_of_office,
        **_sum_allocations(plans, grid, every),
        "tracked": grid.sum_values(tracked["person_gid"], tracked["day"], tracked["hours"]),
    }


def _sum_allocations(plans: pd.DataFrame, grid: PersonDays, every: str) -> dict[str, Floats]:
    """Sum the allocated hours, and count allocations without an effort."""
    spread = spread_allocations(plans, grid)
    allocated, unsized = grid.make_zeros(), grid.make_zeros()
    np.add.at(allocated, (spread["person"], spread["day"]), spread["hours"].fillna(0))
    # An allocation without an effort counts once in a period, on its first day there.
    seen = spread[spread["hours"].isna()]
    period = period_starts(pd.Series(grid.days), every).to_numpy()[seen["day"]]
    seen = seen.assign(period=period).drop_duplicates(["row", "period"])
    np.add.at(unsized, (seen["person"].to_numpy(), seen["day"].to_numpy()), 1.0)
    return {"allocated": allocated, "unsized": unsized}


def _build_result(table: pd.DataFrame, names: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Add names and ratios, and cast and order the columns."""
    kinds: dict[str, Any] = dict.fromkeys(_SUMS, "Float64") | {"period": "datetime64[us]"}
    if by is None:
        table = table.astype(kinds).groupby("period")[list(_SUMS)].sum().reset_index()
    else:
        table = table.merge(names, how="left", on="person_gid")
        kinds |= dict.fromkeys(PERSON, STR)
    typed = table.astype(kinds)
    has_room = typed["available"].where(typed["available"] > 0)
    typed = typed.assign(
        free=typed["available"] - typed["allocated"],
        load=typed["allocated"] / has_room,
        utilisation=typed["tracked"] / has_room,
        unsized=typed["unsized"].astype("Int64"),
    )
    return typed[[name for name in _COLUMNS if by is not None or name not in PERSON]]
