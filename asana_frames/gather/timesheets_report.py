"""The timesheets report: what each person tracked, handed in and left out, week by week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.gather.entry_places import KEYS_OF_ENTRIES, add_places, parse_hour_keys
from asana_frames.gather.findings.report import describe_state
from asana_frames.gather.findings.timesheets import build_timesheet_tiles, list_timesheet_findings
from asana_frames.gather.shared import (
    describe_report,
    list_tables,
    parse_days,
    read_tolerantly,
    record_gather,
    resolve_workspace,
)
from asana_frames.gather.time_entries import time_entries
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import Every, period_start
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.wide import widen
from asana_frames.rollups.shared.workdays import Holidays, HoursPerDay, Workdays
from asana_frames.rollups.time.sheets import check_week
from asana_frames.types import Ref, When

_WHAT = "timesheets_report"
_WEEK = dt.timedelta(weeks=1)
#: Length of a report if no start is given.
_DEFAULT_WEEKS = 4
_PERSON = ["person_gid", "person_name"]


class TimesheetsReport(NamedTuple):
    """The tables of a report of timesheets.

    Attributes
    ----------
    start, end : date
        The first and the last day, both included.
    findings : DataFrame
        What is missing, to hand in, to correct and to approve: ``kind``, ``severity``
        (``alert``, ``warning``, ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``,
        the most severe first; the rules are those of
        ``gather.findings.timesheets.list_timesheet_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
    tracked : DataFrame
        The time tracking entries of the whole weeks of these days, as
        ``asana.time_tracking_entries.list`` returns them.
    approvals : DataFrame
        A row per person and week, see ``rollups.approvals``.
    timesheet : DataFrame
        The hours by person, week, key and day, see ``rollups.timesheet``.
    last_week : DataFrame
        The hours by person and day of the last week, see ``rollups.timesheet``.
    missing : DataFrame
        The missing hours of each user with a column per week (its first day as text; one that is
        cut or not over is marked by ``(part)``) and ``total``, and a last row of totals.
    as_of : date
        The day of the present moment.
    """

    start: dt.date
    end: dt.date
    findings: pd.DataFrame
    tiles: pd.DataFrame
    tracked: pd.DataFrame
    approvals: pd.DataFrame
    timesheet: pd.DataFrame
    last_week: pd.DataFrame
    missing: pd.DataFrame
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the hours of people for a summary, most missing hours first."""
        columns = ["hours", "expected_hours", "missing", "overtime"]
        sums = self.approvals.groupby(_PERSON, sort=False, dropna=False)[columns].sum()
        rows = sums.sort_values("missing", ascending=False, kind="stable")
        return {"People": rows.reset_index()}

    def __repr__(self) -> str:
        return describe_report(self)


class _Frames(NamedTuple):
    """What is read of a workspace."""

    tracked: pd.DataFrame
    statuses: pd.DataFrame
    users: pd.DataFrame
    absences: pd.DataFrame
    memberships: pd.DataFrame


def timesheets_report(
    asana: Asana,
    workspace: Ref,
    start: When | None = None,
    end: When | None = None,
    *,
    by: str | Sequence[str] | None = None,
    every: Every = "W-MON",
    now: When | None = None,
    hours_per_day: HoursPerDay = 8.0,
    workdays: Workdays = "Mon-Fri",
    holidays: Holidays = (),
) -> TimesheetsReport:
    """Report the timesheets of a workspace: hours, approvals and missing hours.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    start, end
        First and last day, both included. ``end`` is ``now`` if not given, ``start`` the first day
        of the week three weeks before that of ``end``.
    by
        Keys of the timesheet as in ``gather.hours_report``, such as ``"project"`` or ``"task"``;
        None for a row per person and week. For projects, sections and columns of tasks each task
        with time is read by a request of its own, so that time on subtasks counts to the right
        project.
    every
        The weeks: from Monday (``"W-MON"``), Sunday (``"W-SUN"``) or any other weekday.
    now
        The present moment: no hours are missing after its day. The present if not given.
    hours_per_day, workdays, holidays
        When people work, as in ``rollups.capacity``. Asana does not tell: 8 hours from Monday to
        Friday are an assumption.

    Returns
    -------
    TimesheetsReport
        The frames ``findings``, ``tiles``, ``tracked``, ``approvals``, ``timesheet``,
        ``last_week`` and ``missing``; `TimesheetsReport` lists their columns. Nothing is expected
        on days out of office, and before somebody became a member of the workspace; of who is not
        active any more, nothing after the last entry of the weeks that are read. Sources: ``GET
        /time_tracking_entries``, ``GET /timesheet_approval_statuses``, ``GET /users``, ``GET
        /ooo_entries``, ``GET /workspace_memberships``; where keys need them ``GET /projects``,
        ``GET /tasks/{task_gid}``.

    Raises
    ------
    InvalidArgument
        ``start`` lies after ``end``, ``every`` is not a week, or a key is unknown.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> report = timesheets_report(asana, "Acme", "2026-10-05", "2026-10-18")
    >>> report.missing.columns.tolist()
    ['person_gid', 'person_name', '2026-10-05', '2026-10-12', 'total']
    """
    check_week(every)
    keys = None if by is None else parse_hour_keys(by)
    first, final = parse_days(start, end, now, partial(_find_default_start, every))
    with record_gather(asana, _WHAT) as last:
        frames = _read_frames(asana, last, workspace, *_find_weeks(first, final, every))
        entries = _add_places(asana, last, workspace, frames, keys or ())
    last.rows = len(frames.tracked)
    working: dict[str, Any] = {
        "statuses": frames.statuses,
        "users": frames.users,
        "every": every,
        "ooo": frames.absences,
        "memberships": frames.memberships,
        "now": now,
        "hours_per_day": hours_per_day,
        "workdays": workdays,
        "holidays": holidays,
    }
    approvals = rollups.approvals(frames.tracked, start=first, end=final, **working)
    today = resolve_today(now)
    as_of = describe_state(today.date(), final)
    add_up = partial(rollups.timesheet, entries, **working)
    return TimesheetsReport(
        first,
        final,
        list_timesheet_findings(approvals, today, as_of),
        build_timesheet_tiles(approvals, today, as_of),
        frames.tracked,
        approvals,
        add_up(start=first, end=final, by=keys),
        add_up(week=final),
        _widen_missing(approvals, every, first, final, now),
        today.date(),
    )


def _find_default_start(every: str, final: dt.date) -> dt.date:
    """Return the first day of the first of the weeks that end with the one of a day."""
    week: dt.date = period_start(pd.Timestamp(final), every).date()
    return week - (_DEFAULT_WEEKS - 1) * _WEEK


def _find_weeks(first: dt.date, final: dt.date, every: str) -> tuple[dt.date, dt.date]:
    """Return the first day of the first week and the last of the last."""
    begin, end = (period_start(pd.Timestamp(day), every).date() for day in (first, final))
    return begin, end + _WEEK - dt.timedelta(days=1)


def _read_frames(
    asana: Asana, last: LastCall, workspace: Ref, first: dt.date, final: dt.date
) -> _Frames:
    gid = resolve_workspace(asana, workspace)

    def add_failures(frame: pd.DataFrame) -> pd.DataFrame:
        last.add_failures(asana.last)
        return frame

    tracked = add_failures(time_entries(asana, gid, first, final))
    # Timesheets of other weeks, such as those from Sunday, are listed by other days.
    statuses = asana.timesheet_approval_statuses.list(
        workspace=gid, from_date=first - _WEEK, to_date=final + _WEEK
    )
    add_failures(statuses)
    users = add_failures(asana.users.list(workspace=gid))
    read_absences = partial(
        asana.ooo_entries.list, user=users, workspace=gid, start_date=first, end_date=final
    )
    absences = add_failures(read_tolerantly(asana, read_absences))
    memberships = add_failures(asana.workspace_memberships.list(workspace=gid))
    return _Frames(tracked, statuses, users, absences, memberships)


def _add_places(
    asana: Asana, last: LastCall, workspace: Ref, frames: _Frames, keys: Sequence[str]
) -> pd.DataFrame:
    """Return the entries, with places where keys need them."""
    if set(keys) <= set(KEYS_OF_ENTRIES):
        return frames.tracked
    projects = asana.projects.list(workspace=resolve_workspace(asana, workspace))
    last.add_failures(asana.last)
    return add_places(asana, last, keys, frames.tracked, projects, frames.users)


def _widen_missing(
    approvals: pd.DataFrame, every: Every, first: dt.date, final: dt.date, now: When | None
) -> pd.DataFrame:
    """Give each person of whom hours are expected a row, and each week a column."""
    rows = approvals[approvals["missing"].notna()].sort_values(["person_name", "person_gid"])
    span = parse_span(first, final, now)
    return widen(rows, _PERSON, "missing", every, totals=True, span=span)
