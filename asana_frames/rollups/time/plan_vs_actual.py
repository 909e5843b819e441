"""Planned against tracked hours: allocations and entries by person, project and period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from asana_frames._arguments import check_choice, list_texts
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import text_column
from asana_frames.rollups.shared.layout import parse_layout
from asana_frames.rollups.shared.periods import Every, period_starts
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.rollups.shared.workdays import Holidays, HoursPerDay, Workdays, WorkingTime
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.person_days import (
    build_person_days,
    find_days,
    list_people,
    read_absences,
    read_loaded,
    read_tracked_hours,
    require_person_gids,
)
from asana_frames.rollups.time.planned import read_allocations, spread_allocations
from asana_frames.rollups.time.sheets import name_people

_WHAT = "rollups.plan_vs_actual"
_PROJECT = ("project_gid", "project_name")
_HOURS = ("planned", "tracked")
#: Key -> its columns.
_KEYS = {"person": ("person_gid", "person_name"), "project": _PROJECT}


def plan_vs_actual(
    entries: pd.DataFrame,
    allocations: pd.DataFrame,
    users: pd.DataFrame | None = None,
    *,
    by: str | Sequence[str] | None = ("person", "project"),
    every: Every | None = "W",
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana_or_first",
    ooo: pd.DataFrame | None = None,
    hours_per_day: HoursPerDay = 8.0,
    workdays: Workdays = "Mon-Fri",
    holidays: Holidays = (),
    compare: str | Sequence[str] | None = None,
    none: str | None = None,
) -> pd.DataFrame:
    """Compare the hours that people are allocated to projects with those they tracked on them.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them. Of repeated gids the last one counts.
    allocations
        As ``asana.allocations.list(...)`` returns them. They are spread over the days as in
        ``rollups.capacity``, so that the planned hours are those allocated there; one without an
        effort adds nothing.
    users
        Users, as ``asana.users.list(...)`` returns them, for the names of people.
    by
        ``"person"``, ``"project"`` or both; None for one total per period.
    every
        A period as in ``rollups.hours``; None for one total per group.
    start, end
        The first and the last day that count, both included. Without them whole periods, from the
        first to the last day with an allocation or an entry.
    attribution
        To which project an entry counts, as in ``rollups.hours``.
    ooo, hours_per_day, workdays, holidays
        When people work, as in ``rollups.capacity``; nothing is planned on their days off.
    compare, none
        As in ``rollups.hours``, of the hours: ``planned_previous``, ``tracked_previous`` and so
        on. Plans reach ahead, so whole periods are compared, also the present one.

    Returns
    -------
    DataFrame
        The columns of ``by`` (``person_gid``, ``person_name``, ``project_gid``,
        ``project_name``), ``period`` (datetime64[us], its first day) unless ``every`` is None;
        Float64: ``planned`` and ``tracked`` (hours), ``difference`` (tracked - planned, negative
        where less was tracked), ``ratio`` (tracked / planned, missing where nothing was planned).
        One row per group with an allocation or an entry, sorted. A missing person or project is a
        group of its own, and entries without a day are a period of their own (missing). A gid is
        one group also where its name has changed: the name of the user, or the last one of
        entries, is shown. The sum of ``tracked`` is that of the entries, the sum of ``planned``
        that of ``allocated`` in ``rollups.capacity``.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument is not valid; the message says what to type.

    Examples
    --------
    Ana was to work four hours a day on the website from Monday to Friday, and tracked 15:

    >>> import pandas as pd
    >>> allocations = pd.DataFrame(
    ...     {
    ...         "assignee_gid": ["11"],
    ...         "assignee_name": ["Ana"],
    ...         "parent_gid": ["31"],
    ...         "parent_name": ["Website"],
    ...         "start_date": pd.to_datetime(["2026-03-02"]),
    ...         "end_date": pd.to_datetime(["2026-03-06"]),
    ...         "effort_type": ["hours"],
    ...         "effort_value": [4.0],
    ...     }
    ... )
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11"],
    ...         "created_by_name": ["Ana"],
    ...         "attributable_to_gid": ["31"],
    ...         "attributable_to_name": ["Website"],
    ...         "entered_on": pd.to_datetime(["2026-03-03"]),
    ...         "duration_minutes": [900],
    ...     }
    ... )
    >>> plan_vs_actual(entries, allocations).drop(columns=["person_gid", "project_gid"])
      person_name project_name     period  planned  tracked  difference  ratio
    0         Ana      Website 2026-03-02     20.0     15.0        -5.0   0.75
    """
    stems = _resolve_stems(by)
    layout = parse_layout(
        every, compare=compare, wide=False, totals=False, none=none, start=start, end=end, now=None
    )
    layout = layout._replace(span=layout.span._replace(today=None))
    projects = ["project"] if "project" in stems else []
    read = require_person_gids(entries, what=_WHAT)
    tracked = read_tracked_hours(read, projects, what=_WHAT, attribution=attribution)
    if projects:
        allocations = read_loaded(allocations, ["parent_gid"], what=_WHAT, record="allocation")
    plans = read_allocations(allocations, what=_WHAT)
    if users is not None:
        users = read_loaded(users, ["gid", "name"], what=_WHAT, record="user")
    people = list_people(users, tracked, plans)
    seen = pd.concat([tracked["day"], plans["start_date"], plans["end_date"]], ignore_index=True)
    work = WorkingTime(hours_per_day, workdays, holidays)
    absences = read_absences(ooo, what=_WHAT)
    names = [column for stem in stems for column in _KEYS[stem]]

    def add_up(_by: Any, start: Any, end: Any) -> pd.DataFrame:
        days = find_days(seen, start, end, every or "D")
        planned = _spread_plans(plans, people, days, work, absences)
        counted = tracked[parse_span(start, end).select_days(tracked["day"])]
        rows = _stack_rows(planned, counted, people)
        keys = rows[names]
        if every is not None:
            keys = keys.assign(period=period_starts(rows["day"], every))
        totals = sum_by(keys, {name: rows[name] for name in _HOURS})
        return totals.fillna(dict.fromkeys(_HOURS, 0.0))

    totals = add_up(by, start, end)
    arranged = layout.arrange(totals, values=_HOURS, value=_HOURS[0], by=by, again=add_up)
    return layout.write_about(_add_difference(arranged), entries)


def _resolve_stems(by: str | Sequence[str] | None) -> list[str]:
    stems = [] if by is None else list(dict.fromkeys(list_texts(by, name="by", like="project")))
    for stem in stems:
        check_choice(stem, (*_KEYS, None), name="by")
    return stems


def _spread_plans(
    plans: pd.DataFrame,
    people: pd.DataFrame,
    days: pd.DatetimeIndex,
    work: WorkingTime,
    absences: pd.DataFrame,
) -> pd.DataFrame:
    """Spread allocations over days: person, project, ``day`` and ``planned``."""
    named = plans[["person_gid", "person_name", *_PROJECT]]
    grid = build_person_days(people, days, work, absences)
    spread = spread_allocations(plans, grid)
    row, day = spread["row"].to_numpy(), spread["day"].to_numpy()
    planned = spread["hours"].fillna(0.0).to_numpy()
    return named.take(row).assign(day=days.take(day), planned=planned)


def _stack_rows(
    planned: pd.DataFrame, tracked: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """Put planned and tracked hours of days below each other, with one name for each gid."""
    tracked = tracked.rename(columns={"hours": "tracked"})
    tracked = tracked.assign(**{name: text_column(tracked, name) for name in _PROJECT})
    rows = pd.concat([planned, tracked], ignore_index=True).fillna({"planned": 0, "tracked": 0})
    rows = name_people(rows.astype({"day": "datetime64[us]"}), people)
    gid, name = (rows[column].astype(STR) for column in _PROJECT)
    last = name.groupby(gid, observed=True).last()
    return rows.assign(
        project_gid=gid, project_name=name.where(gid.isna(), gid.map(last).astype(STR))
    )


def _add_difference(totals: pd.DataFrame) -> pd.DataFrame:
    planned, tracked = (totals[name] for name in _HOURS)
    at = totals.columns.get_loc(_HOURS[-1])
    assert isinstance(at, int)
    totals.insert(at + 1, "difference", tracked - planned)
    totals.insert(at + 2, "ratio", tracked / planned.mask(planned == 0))
    return totals
