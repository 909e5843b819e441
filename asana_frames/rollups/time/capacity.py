"""Capacity of people: available, allocated and tracked hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.periods import (
    Every,
    check_days,
    check_every,
    parse_day,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.shared.workdays import Floats, daily_hours, expand_days, workday_shares
from asana_frames.rollups.time.entries import PERSON, read_person_days

_WHAT = "rollups.capacity"
_SUMS = ("available", "out_of_office", "allocated", "tracked", "unsized")
_NUMBERS = ("available", "out_of_office", "allocated", "tracked", "free", "load", "utilisation")
_COLUMNS = (*PERSON, "period", *_NUMBERS, "unsized")
#: Most cells of person by day that are held in memory.
_MAX_CELLS = 50_000_000


class _Grid(NamedTuple):
    """People by days, with the working hours of each."""

    people: pd.Index[Any]
    days: pd.DatetimeIndex
    hours: Floats

    def make_zeros(self) -> Floats:
        return np.zeros(self.hours.shape)


def capacity(
    users: pd.DataFrame,
    allocations: pd.DataFrame,
    ooo: pd.DataFrame | None = None,
    entries: pd.DataFrame | None = None,
    every: Every = "W",
    hours_per_day: float | Mapping[str, float] = 8.0,
    workdays: str = "Mon-Fri",
    *,
    start: Any = None,
    end: Any = None,
    holidays: Iterable[Any] = (),
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
        Hours of a working day; for people who differ, person (gid) -> hours, 8 for all others.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    start, end
        The first and the last day that count, both included; a period that they cut is shorter.
        Without them whole periods, from the one of the first to the one of the last day with an
        allocation or entry.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str); ``period`` (datetime64[us], its first day); Float64
        in hours: ``available`` (hours of working days minus hours out of office),
        ``out_of_office``, ``allocated``, ``tracked``, ``free`` (available - allocated, negative
        where too much is planned); ``load`` (allocated / available) and ``utilisation`` (tracked /
        available), missing where nothing is available; ``unsized`` (Int64, allocations without an
        effort). One row per person and period, by name. Nothing is allocated on days off; hours
        stay hours on a part day. People who have allocations or entries and are not among the
        users (deleted ones, placeholders) follow, with missing ``available``; entries without a
        person are a row of their own.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read; the message says what to type.

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
    users = read_frame(users, ["gid", "name"], what=_WHAT, record="user")
    check_every(every)
    plans, absences, tracked = (
        _read_allocations(allocations),
        _read_absences(ooo),
        _read_tracked_hours(entries),
    )
    days = _find_days(plans, tracked, start, end, every)
    names = _list_people(users, plans, tracked)
    if days.empty:
        return _build_result(pd.DataFrame(columns=["person_gid", "period", *_SUMS]), names)
    if len(names) * len(days) > _MAX_CELLS:
        raise InvalidArgument(
            f"{len(names):,} people on {len(days):,} days are too many; limit the days with "
            f"start= and end=."
        )
    people = pd.Index(names["person_gid"])
    shares = workday_shares(days, workdays, holidays)
    hours = daily_hours(people, hours_per_day)[:, None] * shares[None, :]
    grid = _Grid(people, days, hours)
    off = _sum_absences(absences, grid)
    known = names["is_user"].to_numpy()
    sums = {"available": np.where(known[:, None], hours - off, np.nan), "out_of_office": off}
    sums |= _sum_allocations(plans, grid, hours - off, every) | {
        "tracked": _sum_tracked_hours(tracked, grid)
    }
    return _build_result(_group_by_period(sums, grid, every), names)


def _read_allocations(allocations: pd.DataFrame) -> pd.DataFrame:
    columns = ("assignee_gid", "start_date", "end_date", "effort_type", "effort_value")
    allocations = read_frame(allocations, columns, what=_WHAT, record="allocation")
    named = {"person_gid": "assignee_gid", "person_name": "assignee_name"}
    return _standardise_rows(allocations, named)[[*PERSON, *columns[1:]]]


def _read_absences(ooo: pd.DataFrame | None) -> pd.DataFrame:
    if ooo is None:
        ooo = pd.DataFrame({"user_gid": pd.Series([], dtype=STR)})
        ooo[["start_date", "end_date"]] = pd.NaT
    needed = ["user_gid", "start_date", "end_date"]
    kinds = {"hours": "number"}
    ooo = read_frame(ooo, needed, what=_WHAT, record="ooo_entry", kinds=kinds)
    rows = _standardise_rows(ooo, {"person_gid": "user_gid", "person_name": "user_name"})
    return rows if "hours" in rows else rows.assign(hours=np.nan)


def _standardise_rows(frame: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """Drop duplicates, and name and cast the columns as rollups do."""
    rows = drop_duplicates(frame) if "gid" in frame else frame.reset_index(drop=True)
    rows = rows.assign(**{name: text_column(rows, column) for name, column in named.items()})
    for name in ("start_date", "end_date"):
        if not rows[name].isna().all():
            check_days(rows[name], what=_WHAT)
        rows[name] = rows[name].astype("datetime64[us]")
    return rows


def _read_tracked_hours(entries: pd.DataFrame | None) -> pd.DataFrame:
    if entries is None:
        columns = {name: pd.Series([], dtype=STR) for name in PERSON}
        return pd.DataFrame(columns).assign(day=pd.Series([], dtype="datetime64[us]"), hours=0.0)
    entries = read_frame(entries, [], what=_WHAT, record="time_tracking_entry")
    if "person_gid" not in entries:
        # People are matched by gid; names alone are not enough.
        entries = read_frame(entries, ["created_by_gid"], what=_WHAT, record="time_tracking_entry")
    rows = read_person_days(entries, what=_WHAT).rename(columns={"entered_on": "day"})
    return rows.assign(hours=rows["duration_minutes"].astype("float64") / 60)


def _find_days(
    plans: pd.DataFrame, tracked: pd.DataFrame, start: Any, end: Any, every: str
) -> pd.DatetimeIndex:
    """Find the days to report: from start to end, else whole periods."""
    bounds = [plans["start_date"], plans["end_date"], tracked["day"]]
    # The index of an empty frame may have another dtype.
    seen = pd.concat(bounds, ignore_index=True).dropna()
    first = None if start is None else parse_day(start, name="start")
    last = None if end is None else parse_day(end, name="end")
    if first is not None and last is not None and first > last:
        raise InvalidArgument(f"start={first:%Y-%m-%d} lies after end={last:%Y-%m-%d}.")
    if seen.empty and (first is None or last is None):
        return pd.DatetimeIndex([]).as_unit("us")
    first = period_start(seen.min(), every) if first is None else first
    last = period_end(period_start(seen.max(), every), every) if last is None else last
    return pd.date_range(first, last).as_unit("us")


def _list_people(users: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """List the people in the order of the result, and flag the users."""
    mine = users[["gid", "name"]].set_axis([*PERSON], axis="columns").astype(STR)
    mine = mine.assign(is_user=True).sort_values("person_name", kind="stable")
    rest = pd.concat([other[list(PERSON)] for other in others], ignore_index=True)
    rest = rest.assign(is_user=False).sort_values("person_name", kind="stable")
    both = pd.concat([mine, rest], ignore_index=True)
    return both.drop_duplicates("person_gid", ignore_index=True)


def _sum_absences(absences: pd.DataFrame, grid: _Grid) -> Floats:
    """Sum the hours out of office, at most the working hours of the day."""
    row, person, day = expand_days(absences, grid.days, grid.people)
    part = absences["hours"].to_numpy(dtype="float64", na_value=np.nan)[row]
    off = grid.make_zeros()
    whole = grid.hours[person, day]
    np.add.at(off, (person, day), np.where(np.isnan(part), whole, part))
    return np.minimum(off, grid.hours)


def _sum_allocations(
    plans: pd.DataFrame, grid: _Grid, left: Floats, every: str
) -> dict[str, Floats]:
    """Sum the allocated hours, and count allocations without an effort."""
    row, person, day = expand_days(plans, grid.days, grid.people)
    value = plans["effort_value"].to_numpy(dtype="float64", na_value=np.nan)[row]
    is_percent = is_true(plans["effort_type"] == "percent")[row]
    works = left[person, day]
    hours = np.where(is_percent, value / 100 * works, np.where(works > 0, value, 0.0))
    allocated, unsized = grid.make_zeros(), grid.make_zeros()
    np.add.at(allocated, (person, day), np.nan_to_num(hours))
    # An allocation without an effort counts once in a period, on its first day there.
    seen = pd.DataFrame({"row": row, "person": person, "day": day})[np.isnan(value)]
    seen["period"] = period_starts(pd.Series(grid.days), every).to_numpy()[seen["day"]]
    seen = seen.drop_duplicates(["row", "period"])
    np.add.at(unsized, (seen["person"].to_numpy(), seen["day"].to_numpy()), 1.0)
    return {"allocated": allocated, "unsized": unsized}


def _sum_tracked_hours(tracked: pd.DataFrame, grid: _Grid) -> Floats:
    person = grid.people.get_indexer(pd.Index(tracked["person_gid"]))
    day = grid.days.get_indexer(pd.DatetimeIndex(tracked["day"]))
    inside = (person >= 0) & (day >= 0)
    booked = grid.make_zeros()
    np.add.at(booked, (person[inside], day[inside]), tracked["hours"].to_numpy()[inside])
    return booked


def _group_by_period(sums: Mapping[str, Floats], grid: _Grid, every: str) -> pd.DataFrame:
    """Sum days to periods for each person."""
    period = period_starts(pd.Series(grid.days), every)
    edges = np.flatnonzero(~period.duplicated().to_numpy())
    index = pd.MultiIndex.from_product(
        [grid.people, period.iloc[edges]], names=["person_gid", "period"]
    )
    added = {name: np.add.reduceat(cells, edges, axis=1).ravel() for name, cells in sums.items()}
    return pd.DataFrame(added, index=index).reset_index()


def _build_result(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Add names and ratios, and cast and order the columns."""
    table = table.merge(names, how="left", on="person_gid")
    kinds: dict[str, Any] = dict.fromkeys(PERSON, STR) | {"period": "datetime64[us]"}
    typed = table.astype(kinds | dict.fromkeys(_SUMS, "Float64"))
    has_room = typed["available"].where(typed["available"] > 0)
    typed = typed.assign(
        free=typed["available"] - typed["allocated"],
        load=typed["allocated"] / has_room,
        utilisation=typed["tracked"] / has_room,
        unsized=typed["unsized"].astype("Int64"),
    )
    return typed[list(_COLUMNS)]
