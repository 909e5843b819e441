"""Billable and non-billable hours by keys and periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.layout import parse_layout
from asana_frames.rollups.shared.periods import Every, period_end
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.rollups.shared.wide import name_missing
from asana_frames.rollups.shared.workdays import (
    HOURS_PER_DAY,
    Holidays,
    HoursPerDay,
    Workdays,
    WorkingTime,
)
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.capacity import capacity
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.grouping import Approval, Grouping, Overlap, Selection
from asana_frames.types import When

_WHAT = "rollups.billable"
#: Column of hours -> the status that it counts; the last counts what has neither.
_STATUSES = {"billable_hours": "billable", "non_billable_hours": "nonBillable"}
_OTHER = "unclassified_hours"
_HOURS = (*_STATUSES, _OTHER)


def billable(
    entries: Any,
    by: str | Sequence[str] | None = "person",
    every: Every | None = "W",
    *,
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana",
    overlap: Overlap = "share",
    approval: Approval | None = None,
    users: pd.DataFrame | None = None,
    ooo: pd.DataFrame | None = None,
    hours_per_day: HoursPerDay = HOURS_PER_DAY,
    workdays: Workdays = "Mon-Fri",
    holidays: Holidays = (),
    compare: str | Sequence[str] | None = None,
    none: str | None = None,
    now: When | None = None,
) -> pd.DataFrame:
    """Add up billable and non-billable hours, and the billable share of both.

    Parameters
    ----------
    entries
        Time tracking entries, as in ``rollups.hours``; needs ``billable_status`` too.
    by, every, start, end, overlap
        As in ``rollups.hours``.
    attribution
        To which project an entry counts, as in ``rollups.hours``. By default as in
        ``rollups.cost``, so that hours and money of a project are of the same entries.
    approval
        As in ``rollups.cost``.
    users
        The people whose working time is compared with their billable hours, as
        ``asana.users.list(...)`` returns them. Only with ``by="person"`` and ``by=None``, because
        working time has no project; without periods also ``start`` and ``end``.
    ooo, hours_per_day, workdays, holidays
        The working time of ``users``, as in ``rollups.capacity``. Asana does not know it: 8 hours
        from Monday to Friday are an assumption, unless you pass others.
    compare, none, now
        As in ``rollups.hours``; compared are the three columns of hours
        (``billable_hours_previous`` ...). ``compare`` does not go with ``users``.

    Returns
    -------
    DataFrame
        The keys and ``period`` as in ``rollups.hours``; in Float64 ``billable_hours``,
        ``non_billable_hours``, ``share`` (billable / (billable + non-billable), missing where
        both are 0) and ``unclassified_hours`` (``notApplicable`` or without a status). The three
        columns of hours add up to ``rollups.hours`` of the same arguments. With ``users`` also
        ``available`` (working hours less holidays and leave) and ``billable_utilisation``
        (billable / available, missing where nothing is available), with a row for each of them in
        each period, also without hours; people who are not among them have no ``available``.
        ``attrs["assumptions"]`` says which working time was assumed.

    Raises
    ------
    InvalidArgument
        A column or key is missing, an argument is not valid, or ``users`` is passed with keys
        that have no working time; the message says what to type.

    Examples
    --------
    Of 6 hours that count Ana tracked 4.5 billable; of a week of 40 hours they are 11.25 %:

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11"] * 3,
    ...         "created_by_name": ["Ana"] * 3,
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03", "2026-03-04"]),
    ...         "duration_minutes": [270, 90, 60],
    ...         "billable_status": ["billable", "nonBillable", "notApplicable"],
    ...     }
    ... )
    >>> users = pd.DataFrame({"gid": ["11"], "name": ["Ana"]})
    >>> table = billable(entries, users=users)
    >>> table[["billable_hours", "non_billable_hours", "share", "unclassified_hours"]]
       billable_hours  non_billable_hours  share  unclassified_hours
    0             4.5                 1.5   0.75                 1.0
    >>> table[["person_name", "available", "billable_utilisation"]]
      person_name  available  billable_utilisation
    0         Ana       40.0                0.1125
    >>> table.attrs["assumptions"]
    ['available: 8 hours on each working day (Mon-Fri)']
    """
    layout = parse_layout(
        every, compare=compare, wide=False, totals=False, none=none, start=start, end=end, now=now
    )
    if users is not None and layout.compare is not None:
        raise InvalidArgument(f"{_WHAT}: leave out compare=, or leave out users=.")
    grouping = Grouping(
        entries,
        by,
        every,
        what=_WHAT,
        attribution=attribution,
        overlap=overlap,
        selection=Selection(start, end, approval=approval),
        columns=["billable_status"],
        taken=(*_HOURS, "share", "available", "billable_utilisation"),
    )
    if users is not None:
        _check_keys(grouping)
    totals = _add_up(grouping)
    if users is not None:
        work = WorkingTime(hours_per_day, workdays, holidays)
        totals = _merge_available(totals, _find_available(totals, grouping, users, ooo, work))
        totals = name_missing(totals, [key.name for key in grouping.keys], none)
        totals.attrs["assumptions"] = [_describe_working_time(work)]
        return layout.write_about(_add_ratios(totals), entries)

    totals = layout.arrange(
        totals,
        values=_HOURS,
        value=_HOURS[0],
        by=by,
        again=lambda *others: _add_up(grouping.regroup(*others)),
    )
    return layout.write_about(_add_ratios(totals), entries)


def _add_up(grouping: Grouping) -> pd.DataFrame:
    table = grouping.sum(_split_minutes, _HOURS)
    # Minutes are whole numbers until here, so that adding them up loses nothing.
    return table.assign(**{name: table[name].fillna(0) / 60 for name in _HOURS})


def _split_minutes(
    rows: pd.DataFrame,
) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
    left = rows["duration_minutes"].to_numpy("float64", na_value=0.0)
    split = {}
    for name, status in _STATUSES.items():
        counts = is_true(rows["billable_status"] == status)
        split[name] = pd.Series(np.where(counts, left, 0.0), index=rows.index)
        left = np.where(counts, 0.0, left)
    return {}, split | {_OTHER: pd.Series(left, index=rows.index)}


def _check_keys(grouping: Grouping) -> None:
    """Refuse keys that have no working time."""
    names = [key.name for key in grouping.keys]
    if names and (not set(names) <= set(PERSON) or PERSON[0] not in names):
        raise InvalidArgument(
            f"users= compares hours with the working time of people, which has no "
            f"{', '.join(name for name in names if name not in PERSON) or 'gid here'}; "
            f"use by='person' or by=None."
        )
    chosen = grouping.selection
    if grouping.every is None and (chosen.start is None or chosen.end is None):
        raise InvalidArgument(
            "users= needs the days on which people work; pass start= and end=, or every='W'."
        )


def _find_available(
    totals: pd.DataFrame,
    grouping: Grouping,
    users: pd.DataFrame,
    ooo: pd.DataFrame | None,
    work: WorkingTime,
) -> pd.DataFrame:
    """Find the available hours of users by the keys of the result."""
    start, end = grouping.selection.start, grouping.selection.end
    periods = totals["period"].dropna() if "period" in totals else pd.Series(dtype=object)
    if grouping.every is not None and not periods.empty:
        start = periods.min() if start is None else start
        end = period_end(periods.max(), grouping.every) if end is None else end
    every: Any = grouping.every or "YS"
    table = capacity(users, None, ooo, every=every, start=start, end=end, **work._asdict())
    keys = [key.name for key in grouping.keys] + (["period"] if grouping.every else [])
    return sum_by(table[keys], {"available": table["available"]})


def _merge_available(totals: pd.DataFrame, room: pd.DataFrame) -> pd.DataFrame:
    """Add the available hours, and a row for those of whom there are no hours."""
    identity = [name for name in (PERSON[0], "period") if name in room]
    if not identity:
        return totals.assign(available=room["available"])
    table = totals.merge(room, how="outer", on=identity, suffixes=("", "_of_user"))
    name = f"{PERSON[1]}_of_user"
    if name in table:
        table[PERSON[1]] = table.pop(name).fillna(table[PERSON[1]]).astype(STR)
    hours = [*_STATUSES, _OTHER]
    table[hours] = table[hours].fillna(0.0)
    keys = [name for name in totals.columns if name not in hours]
    return table.sort_values(keys, kind="stable", ignore_index=True)


def _add_ratios(totals: pd.DataFrame) -> pd.DataFrame:
    known = totals["billable_hours"] + totals["non_billable_hours"]
    share = totals["billable_hours"] / known.where(known != 0)
    totals.insert(list(totals.columns).index(_OTHER), "share", share)
    if "available" in totals:
        room = totals["available"].where(totals["available"] > 0)
        totals["billable_utilisation"] = totals["billable_hours"] / room
    return totals


def _describe_working_time(work: WorkingTime) -> str:
    hours, days = work.hours_per_day, work.workdays
    if isinstance(hours, Mapping):
        length = f"the given hours of each person, {HOURS_PER_DAY:g} hours of all others,"
    else:
        length = f"{hours:g} hours"
    shown = "as given for each person" if isinstance(days, Mapping) else days
    return f"available: {length} on each working day ({shown})"
