"""Approval of timesheets: what each person handed in, week by week."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import period_starts
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.workdays import Holidays, HoursPerDay, Workdays, WorkingTime
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.person_days import (
    find_days,
    list_people,
    read_loaded,
    read_tracked_hours,
    require_person_gids,
)
from asana_frames.rollups.time.sheets import (
    MIXED,
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

_WHAT = "rollups.approvals"
_OPEN, _AWAY = "not handed in", "away"
#: Approval status of a timesheet -> its state.
_STATES = {
    "draft": _OPEN,
    "submitted": "pending",
    "approved": "approved",
    "rejected": "rejected",
}
#: Column of hours -> the state that it counts.
_PARTS = {
    "approved_hours": "approved",
    "pending_hours": "pending",
    "rejected_hours": "rejected",
    "open_hours": _OPEN,
}
#: The column of hours up to the last day on which hours are expected.
_SO_FAR = "hours_so_far"
_AMOUNTS = ("hours", "expected_hours", "missing", "overtime", *_PARTS)
_COLUMNS = (*WEEK, *_AMOUNTS, "timesheet_gid", "approval_status", "state")


def approvals(
    entries: pd.DataFrame,
    statuses: pd.DataFrame,
    users: pd.DataFrame | None = None,
    *,
    every: str = "W-MON",
    start: Any = None,
    end: Any = None,
    ooo: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    hours_per_day: HoursPerDay = 8.0,
    workdays: Workdays = "Mon-Fri",
    holidays: Holidays = (),
) -> pd.DataFrame:
    """List what each person tracked in each week, what was expected, and whether it is approved.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them. Of repeated gids the last one counts.
    statuses
        Timesheets, as ``asana.timesheet_approval_statuses.list(...)`` returns them. Each counts
        for the days that it covers, whatever its first day: a week from Sunday is found in weeks
        from Monday. Of several on one day the newest counts.
    users
        Users, as ``asana.users.list(...)`` returns them: hours are expected of them, and they are
        listed for every week that has begun, also without entries and timesheets.
    every
        The weeks: from Monday (``"W-MON"``), Sunday (``"W-SUN"``) or any other weekday.
    start, end
        The first and the last day that count, both included; a week that they cut is shorter.
        Without them whole weeks, from the first to the last with an entry or a timesheet.
    ooo
        Days out of office, as in ``rollups.capacity``; nothing is expected on them.
    memberships
        As ``asana.workspace_memberships.list(workspace=...)`` returns them: nothing is expected
        before ``created_at``, nor after the last of all ``entries`` of those who are not active
        any more, also where that is after ``end``.
    now
        Nothing is expected after this day, and what is tracked after it is not set against what
        is expected; the present if not given.
    tz
        The time zone of the days of ``now`` and ``memberships``.
    hours_per_day, workdays, holidays
        When people work, as in ``rollups.capacity``. Asana does not tell: 8 hours from Monday to
        Friday are an assumption.

    Returns
    -------
    DataFrame
        One row per person and week, by week and name:

        - ``person_gid``, ``person_name`` (str), ``period`` (datetime64[us], the first day of the
          week);
        - all Float64 in hours: ``hours`` (tracked), ``expected_hours`` (working hours less
          leave, up to ``now``; missing for people who are not among the users), ``missing`` and
          ``overtime`` (what the hours up to ``now`` are below and above them, of the person and
          week; neither is ever set off against the other);
        - of ``hours``: ``approved_hours``, ``pending_hours``, ``rejected_hours`` and
          ``open_hours`` (all others: drafts and days without a timesheet);
        - ``timesheet_gid``: the timesheet, of several the one of most days with entries;
        - ``approval_status``: its status in lower case, missing without a timesheet;
        - ``state``: ``not handed in`` (no timesheet, or a draft), ``pending``, ``approved``,
          ``rejected``; ``mixed`` where parts of the week differ; ``away`` where nothing is
          expected, tracked or handed in. The days with entries tell the state of a week, without
          entries all of its days that have a timesheet.

        The sum of ``hours`` is that of the entries; those without a day are a row of their own,
        whose ``period`` and ``expected_hours`` are missing.

    Raises
    ------
    InvalidArgument
        A column is missing (the message says which ``fields=`` give it), ``every`` is not a
        week, or another argument is not valid.

    Examples
    --------
    Of 40 hours, Ana tracked 38 and Bo, who was away on three days, 17:

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "12"],
    ...         "created_by_name": ["Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03"]),
    ...         "duration_minutes": [38 * 60, 17 * 60],
    ...     }
    ... )
    >>> statuses = pd.DataFrame(
    ...     {
    ...         "gid": ["91"],
    ...         "user_gid": ["11"],
    ...         "user_name": ["Ana"],
    ...         "start_date": pd.to_datetime(["2026-03-01"]),
    ...         "end_date": pd.to_datetime(["2026-03-07"]),
    ...         "approval_status": ["SUBMITTED"],
    ...     }
    ... )
    >>> users = pd.DataFrame({"gid": ["11", "12"], "name": ["Ana", "Bo"]})
    >>> ooo = pd.DataFrame(
    ...     {
    ...         "user_gid": ["12"],
    ...         "start_date": pd.to_datetime(["2026-03-04"]),
    ...         "end_date": pd.to_datetime(["2026-03-06"]),
    ...     }
    ... )
    >>> columns = ["person_name", "hours", "expected_hours", "missing", "overtime", "state"]
    >>> approvals(entries, statuses, users, ooo=ooo, start="2026-03-02")[columns]
      person_name  hours  expected_hours  missing  overtime          state
    0         Ana   38.0            40.0      2.0       0.0        pending
    1          Bo   17.0            16.0      0.0       1.0  not handed in
    """
    check_week(every)
    today = resolve_today(now, tz)
    read = require_person_gids(entries, what=_WHAT)
    tracked = read_tracked_hours(read, what=_WHAT)
    span = parse_span(start, end)
    rows = tracked[span.select_days(tracked["day"])].reset_index(drop=True)
    sheets = read_sheets(statuses, what=_WHAT)
    if users is not None:
        users = read_loaded(users, ["gid", "name"], what=_WHAT, record="user")
    people = list_people(users, rows, sheets)
    seen = pd.concat([rows["day"], sheets["start_date"], sheets["end_date"]], ignore_index=True)
    days = find_days(seen, start, end, every)
    rows = name_people(rows, people).assign(period=period_starts(rows["day"], every))
    marks = _find_states(mark_days(rows, expand_sheets(sheets, days), people, every))
    weeks = list_user_weeks(people, days, every)
    marks[_SO_FAR] = marks["hours"].where(is_true(marks["day"] <= today), 0.0)
    table = _sum_weeks(marks, weeks[weeks["period"] <= today])
    expected = sum_expected(
        people,
        days,
        every,
        WorkingTime(hours_per_day, workdays, holidays),
        ooo=ooo,
        memberships=memberships,
        today=today,
        # Also of days that do not count: who left later was still there.
        last_days=tracked.groupby("person_gid")["day"].max(),
        what=_WHAT,
    )
    table = _finish_table(add_expected(table, expected, _SO_FAR))
    return write_about(
        table, entries, every=every, start=span.start, end=span.end, now=today, tz=tz
    )


def _find_states(marks: pd.DataFrame) -> pd.DataFrame:
    status = marks["sheet_status"]
    state = status.map(_STATES).astype(STR)
    # A status unknown to this function stays as Asana has it.
    return marks.assign(state=state.where(state.notna(), status).fillna(_OPEN))


def _sum_weeks(marks: pd.DataFrame, user_weeks: pd.DataFrame) -> pd.DataFrame:
    """Sum the hours of each person and week, and find its timesheet and state."""
    parts = {
        name: marks["hours"].where(is_true(marks["state"] == state), 0.0)
        for name, state in _PARTS.items()
    }
    parts["open_hours"] = marks["hours"] - sum(parts[n] for n in _PARTS if n != "open_hours")
    by = [marks[name] for name in WEEK]
    amounts = pd.DataFrame({"hours": marks["hours"], _SO_FAR: marks[_SO_FAR], **parts})
    sums = amounts.groupby(by, dropna=False).sum()
    table = sums.assign(
        state=merge_texts(marks["state"], marks),
        approval_status=merge_texts(marks["sheet_status"], marks),
        timesheet_gid=_find_longest(marks),
    ).reset_index()
    added = user_weeks[~find_weeks(user_weeks, table)]
    table = pd.concat([table, added], ignore_index=True)
    return table.fillna(dict.fromkeys(("hours", _SO_FAR, *_PARTS), 0.0) | {"state": _OPEN})


def _find_longest(marks: pd.DataFrame) -> pd.Series[Any]:
    """Return the timesheet of most days of each person and week, the first of equal ones."""
    dated = marks.dropna(subset=["timesheet_gid"]).drop_duplicates([*WEEK, "day"])
    count = dated.groupby([*WEEK, "timesheet_gid"], dropna=False)["day"].agg(["size", "min"])
    order = count.reset_index().sort_values(["size", "min"], ascending=[False, True])
    first: pd.Series[Any] = order.drop_duplicates([*WEEK]).set_index([*WEEK])["timesheet_gid"]
    return first


def _finish_table(table: pd.DataFrame) -> pd.DataFrame:
    """Find who is away, and cast and order columns and rows."""
    is_mixed = is_true(table["state"] == MIXED)
    table["approval_status"] = table["approval_status"].mask(is_mixed, MIXED)
    nothing = is_true(table["expected_hours"] == 0) & is_true(table["hours"] == 0)
    is_away = nothing & is_true(table["state"] == _OPEN)
    table["state"] = np.where(is_away, _AWAY, table["state"])
    texts = (*PERSON, "timesheet_gid", "approval_status", "state")
    kinds = dict.fromkeys(texts, STR) | dict.fromkeys(_AMOUNTS, "Float64")
    table = table.astype({**kinds, "period": "datetime64[us]"})
    order = ["period", "person_name", "person_gid"]
    return table.sort_values(order, kind="stable", ignore_index=True)[list(_COLUMNS)]
