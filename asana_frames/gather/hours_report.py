"""The hours report: tracked hours by keys and period."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.gather.entry_places import add_places, parse_hour_keys
from asana_frames.gather.findings.hours import build_hours_tiles, list_hours_findings
from asana_frames.gather.shared import (
    check_subject,
    describe_report,
    list_tables,
    parse_days,
    record_gather,
    resolve_workspace,
    unpack_single,
)
from asana_frames.gather.time_entries import time_entries
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import Every, check_every, period_start
from asana_frames.rollups.shared.spans import Span, parse_span
from asana_frames.rollups.shared.wide import mark_wide, widen
from asana_frames.rollups.time.attribution import (
    Attribution,
    attribute_entries,
    find_place_columns,
)
from asana_frames.types import Ref, Refs, When

#: Length of a workspace report if no start is given.
_DEFAULT_SPAN = dt.timedelta(weeks=12)
#: Columns of findings that depend on the attribution.
_PROJECT = ("project_gid", "project_name", "team_name")


class HoursReport(NamedTuple):
    """The tables of a report of hours.

    Attributes
    ----------
    start, end : date or None
        The first and the last day, both included; None if every day counts.
    findings : DataFrame
        Who tracked too much or nothing, and what took most time: ``kind``, ``severity``
        (``alert``, ``warning``, ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``,
        the most severe first; the rules are those of
        ``gather.findings.hours.list_hours_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
    tracked : DataFrame
        The time tracking entries, as ``asana.time_tracking_entries.list`` returns them.
    entries : DataFrame
        The same entries with their tasks and projects, see ``rollups.entries``.
    hours : DataFrame
        The hours by all keys and period, see ``rollups.hours``.
    by_key : dict of str to DataFrame
        Key -> the hours by this key alone and period, see ``rollups.hours``.
    wide : dict of str to DataFrame
        Key -> the same with a column per period (its first day as text; one that ``start`` or
        ``end`` cuts, or that is not over at ``now``, is marked by ``(part)``) and ``total``, most
        hours first; missing keys are ``(none)``.
    as_of : date
        The day of the present moment.
    """

    start: dt.date | None
    end: dt.date | None
    findings: pd.DataFrame
    tiles: pd.DataFrame
    tracked: pd.DataFrame
    entries: pd.DataFrame
    hours: pd.DataFrame
    by_key: dict[str, pd.DataFrame]
    wide: dict[str, pd.DataFrame]
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the hours for a summary by each key, most hours first."""
        words = write_keys(self.wide)
        return {f"By {words[key]}": _sum_up(table) for key, table in self.wide.items()}

    def __repr__(self) -> str:
        return describe_report(self)


def hours_report(
    asana: Asana,
    workspace: Ref | None = None,
    start: When | None = None,
    end: When | None = None,
    *,
    project: Refs | None = None,
    by: str | Sequence[str] = ("person", "project"),
    every: Every = "W",
    attribution: Attribution = "asana_or_first",
    now: When | None = None,
) -> HoursReport:
    """Report tracked hours by keys and period.

    Each task with time is read by a request of its own, so that time on subtasks counts towards
    the right project; no task is read if the entries contain all keys.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row: all time tracked in it.
    start, end
        First and last day, both included. Of a workspace, ``end`` is today if not given, and
        ``start`` the first day of the week twelve weeks before that of ``end`` (a Monday, unless
        ``every`` is another week); of a project, every day counts.
    project
        Instead of a workspace: the time that is attributable to one project or several, as
        ``GET /time_tracking_entries?attributable_to=...`` lists it.
    by
        A key or several: person, project, section, team, task, root_task, category, billable,
        approval_status; ``task_<column>`` and ``project_<column>`` for any other column of tasks
        and projects, such as ``"task_cf_Priority"``.
    every
        A period, as in ``rollups.hours``.
    attribution
        Which project the time of a task in several counts towards, as in ``rollups.hours``.
    now
        The present moment; also ``end`` if that is not given (of a project, only if ``now`` is).

    Returns
    -------
    HoursReport
        The frames ``findings``, ``tiles``, ``tracked``, ``entries``, ``hours``, and by key
        ``by_key`` and ``wide``; `HoursReport` lists their columns. The e-mail addresses of people
        are read only for a workspace. Sources: ``GET /time_tracking_entries``, ``GET /projects``
        or ``GET /projects/{project_gid}``, ``GET /users``, ``GET /tasks/{task_gid}``.

    Raises
    ------
    InvalidArgument
        Neither or both of ``workspace`` and ``project`` are given, a key is unknown, or
        ``start`` lies after ``end``.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> report = hours_report(asana, "Acme", "2026-09-01", "2026-10-31", by="person")
    >>> bool(report.hours["hours"].sum() == report.tracked["duration_minutes"].sum() / 60)
    True
    >>> report.wide["person"].columns.tolist()[:3]
    ['person_gid', 'person_name', '2026-08-31 (part)']
    """
    check_subject("hours_report", workspace=workspace, project=project)
    keys = parse_hour_keys(by)
    check_every(every)
    first, final = _parse_bounds(start, end, now, every, is_bounded=project is None)
    with record_gather(asana, "hours_report") as last:
        users = None
        if project is not None:
            tracked, projects = _read_projects(asana, last, project, first, final)
        elif workspace is not None and first is not None and final is not None:
            tracked, projects, users = _read_workspace(asana, last, workspace, first, final)
        table = add_places(asana, last, keys, tracked, projects, users)
    last.rows = len(table)
    count: Any = partial(rollups.hours, table, every=every, attribution=attribution, now=now)
    by_key = {key: count(key) for key in keys}
    counted = _attribute_hours(table, attribution)
    today = resolve_today(now)
    last_day = today.date() if final is None else min(final, today.date())
    weeks: dict[str, Any] = {
        "start": first,
        "end": last_day,
        "is_past": last_day < today.date(),
    }
    span = parse_span(first, final)._replace(today=today)
    return HoursReport(
        first,
        final,
        list_hours_findings(counted, **weeks),
        build_hours_tiles(counted, **weeks),
        tracked,
        table,
        count(keys),
        by_key,
        {key: _widen_periods(hours, span, every) for key, hours in by_key.items()},
        today.date(),
    )


def write_keys(keys: Iterable[str]) -> dict[str, str]:
    """Return the keys in words; those whose words are equal stay as they are.

    Examples
    --------
    >>> list(write_keys(["root_task", "task_cf_Key area", "task_cf_Key_area"]).values())
    ['root task', 'task_cf_Key area', 'task_cf_Key_area']
    """
    words = {key: key.replace("_", " ") for key in keys}
    shared = Counter(words.values())
    return {key: key if shared[text] > 1 else text for key, text in words.items()}


def _parse_bounds(
    start: When | None, end: When | None, now: When | None, every: Every, *, is_bounded: bool
) -> tuple[dt.date | None, dt.date | None]:
    """Parse first and last day; fill in defaults if the report is bounded."""
    if is_bounded:
        return parse_days(start, end, now, partial(_find_default_start, every))
    first, final, today = parse_span(start, end, now)
    # What is entered for later days is not known at an earlier moment.
    final = today if final is None and now is not None else final
    parse_span(first, final)
    return None if first is None else first.date(), None if final is None else final.date()


def _find_default_start(every: Every, final: dt.date) -> dt.date:
    """Return the first day of the week that is the default span before that of a day."""
    week = every if every.startswith("W-") else "W"
    first: dt.date = period_start(pd.Timestamp(final - _DEFAULT_SPAN), week).date()
    return first


def _read_workspace(
    asana: Asana, last: LastCall, workspace: Ref, first: dt.date, final: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    gid = resolve_workspace(asana, workspace)
    tracked = time_entries(asana, gid, first, final)
    last.add_failures(asana.last)
    projects = asana.projects.list(workspace=gid)
    last.add_failures(asana.last)
    users = asana.users.list(workspace=gid)
    last.add_failures(asana.last)
    return tracked, projects, users


def _read_projects(
    asana: Asana, last: LastCall, project: Refs, first: dt.date | None, final: dt.date | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    gids = unpack_single(asana.references.gids(project, ["project"]))
    tracked = asana.time_tracking_entries.list(
        attributable_to=gids, entered_on_start_date=first, entered_on_end_date=final
    )
    last.add_failures(asana.last)
    projects = asana.projects.get(gids)
    last.add_failures(asana.last)
    return tracked, projects


def _attribute_hours(entries: pd.DataFrame, attribution: Attribution) -> pd.DataFrame:
    """Return entries with the project that they count to, those in parts as several rows."""
    placed = find_place_columns(entries, _PROJECT, attribution)
    rows, parts = attribute_entries(entries, placed, attribution)
    return rows if parts is None else rows.assign(hours=rows["hours"] / parts)


def _widen_periods(hours: pd.DataFrame, span: Span, every: Every) -> pd.DataFrame:
    """Pivot hours to a column per period and a total, most hours first."""
    keys = [name for name in hours.columns if name not in ("period", "hours")]
    wide = widen(hours, keys, "hours", every, totals=True, span=span)
    # Files are for adding up: the row of totals would count everything twice.
    groups = wide.iloc[: len(wide) - wide.attrs["wide"]["total_rows"]]
    ordered = groups.sort_values("total", ascending=False, kind="stable", ignore_index=True)
    return mark_wide(ordered, keys)


def _sum_up(wide: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of a table of periods with their hours, and the share of these."""
    keys = list(wide.columns[: wide.attrs["wide"]["keys"]])
    total = wide["total"]
    return wide[keys].assign(hours=total, share=total / (total.sum() or 1.0))
