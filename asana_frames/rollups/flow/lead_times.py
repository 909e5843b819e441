"""How long completed tasks took, and how old open tasks are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.gids import Positions
from asana_frames.rollups.shared.inputs import (
    is_true,
    read_frame,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.moments import (
    days_between,
    local_days,
    parse_moment,
    parse_moments,
    resolve_today,
    to_microseconds,
)
from asana_frames.rollups.shared.tasks import (
    MEMBERSHIP,
    first_memberships,
    parse_task_dates,
    parse_task_times,
    sort_order,
    unique_tasks,
)
from asana_frames.rollups.shared.workdays import count_workdays
from asana_frames.types import When

_LIFE = ("gid", "created_at", "completed_at")
_TEXTS = ("task_gid", "task_name", "assignee_gid", "assignee_name", *MEMBERSHIP)
_OWN = {"task_gid": "gid", "task_name": "name"}
_READ = (*_LIFE, "name", "assignee_gid", "assignee_name", "due_on", "modified_at")
#: First day of a bucket of ``aging`` -> its name.
BUCKETS = {
    0: "under a week",
    7: "1 to 4 weeks",
    28: "1 to 3 months",
    91: "3 to 12 months",
    365: "over a year",
}


def lead_times(
    tasks: pd.DataFrame,
    tz: str = "UTC",
    *,
    stories: pd.DataFrame | None = None,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure how long each completed task took, in days and working days.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them: needs ``gid``, ``created_at`` and ``completed_at``.
    tz
        The time zone of the days.
    stories
        As ``gather.stories(asana, tasks)`` returns them, for the time since the first assignment:
        needs ``task_gid``, ``resource_subtype`` and ``created_at``.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        One row per task with a ``completed_at``, by that, then by gid: ``task_gid``,
        ``task_name``, ``assignee_gid``, ``assignee_name``, and ``project_gid``, ``project_name``,
        ``section_gid``, ``section_name`` of its first membership, or of the nearest task above it
        (str); ``created_at``, ``completed_at`` (datetime64[us, UTC]); ``completed_on``
        (datetime64[us], the day in ``tz``); Float64 in days: ``days_open`` (of 24 hours, from
        creation to completion), ``working_days`` (the same, but only the time on working days of
        ``tz``: from midnight to midnight each is one, or its share) and
        ``days_since_first_assignment`` (of 24 hours, from the first ``assigned`` story on;
        missing without one), none of them below 0; ``days_late`` (Int64, from ``due_on`` to
        ``completed_on``, negative for what was early; missing without a due date).

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.

    Examples
    --------
    From Friday noon to Tuesday noon, over a weekend, a day after it was due:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "created_at": pd.to_datetime(["2026-03-06T12:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-10T12:00Z"]),
    ...         "due_on": pd.to_datetime(["2026-03-09"]),
    ...     }
    ... )
    >>> lead_times(tasks)[["completed_on", "days_open", "working_days", "days_late"]]
      completed_on  days_open  working_days  days_late
    0   2026-03-10        4.0           2.0          1
    """
    what = "rollups.lead_times"
    tasks = read_frame(tasks, _LIFE, what=what, record="task")
    rows = _read_tasks(tasks, what=what)
    rows = _select_tasks(rows, sort_order(rows, "completed_at", rows["completed_at"].notna()))
    created, completed = rows["created_at"], rows["completed_at"]
    completed_on = local_days(completed, tz)
    ends = (to_microseconds(created), to_microseconds(completed))
    worked = pd.Series(count_workdays(*ends, tz, workdays, holidays)).astype("Float64")
    return pd.DataFrame(
        {
            **_build_text_columns(rows),
            "created_at": created,
            "completed_at": completed,
            "completed_on": completed_on,
            "days_open": _measure_days_open(created, completed),
            "working_days": worked,
            "days_since_first_assignment": _measure_days_since_assigned(rows, stories),
            "days_late": _to_whole_days(
                completed_on - parse_task_dates(rows, "due_on", what=what)
            ),
        }
    )


def _read_tasks(tasks: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return each task once, with moments in UTC."""
    rows = unique_tasks(tasks, _READ)
    return rows.assign(
        created_at=parse_task_times(rows, "created_at", what=what),
        completed_at=parse_task_times(rows, "completed_at", what=what),
    )


def _select_tasks(rows: pd.DataFrame, at: Positions) -> pd.DataFrame:
    """Return the tasks at these positions, with the first place of each."""
    known = [name for name in _READ if name in rows.columns]
    return rows[known].take(at).reset_index(drop=True).assign(**first_memberships(rows, at))


def _build_text_columns(rows: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    return {name: text_column(rows, _OWN.get(name, name)) for name in _TEXTS}


def _measure_days_open(start: pd.Series[Any], end: pd.Series[Any]) -> pd.Series[Any]:
    return days_between(start, end).clip(lower=0)


def _to_whole_days(between: pd.Series[Any]) -> pd.Series[Any]:
    days: pd.Series[Any] = between.dt.days.astype("Int64")
    return days


def _measure_days_since_assigned(
    rows: pd.DataFrame, stories: pd.DataFrame | None
) -> pd.Series[Any]:
    """Return the days from first assignment to completion; missing without a story of one."""
    if stories is None:
        return pd.Series(pd.NA, index=rows.index, dtype="Float64")
    what = "rollups.lead_times(stories=)"
    needed = ["task_gid", "resource_subtype", "created_at"]
    stories = read_frame(stories, needed, what=what, record="story")
    is_assigned = is_true(stories["resource_subtype"] == "assigned")
    at = parse_moments(stories["created_at"], what=what)[is_assigned]
    first = at.groupby(stories.loc[is_assigned, "task_gid"].to_numpy()).min()
    return _measure_days_open(
        first.reindex(rows["gid"]).reset_index(drop=True), rows["completed_at"]
    )


def close_times(
    lead_times: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    percentiles: Sequence[float] = (0.5, 0.85, 0.95),
) -> pd.DataFrame:
    """Summarise completion times in days: mean and percentiles.

    Parameters
    ----------
    lead_times
        The result of ``rollups.lead_times``: needs ``days_open`` and the columns of ``by``.
    by
        Keys: columns, or the beginning of a pair such as ``assignee``, ``project`` or
        ``section``; None for one row. A missing value is a group of its own.
    percentiles
        Parts of the tasks, from 0 to 1: 0.85 for the days within which 85 % of them are closed.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``tasks`` (Int64, those with a known time);
        ``avg_close_time_days`` (Float64, the mean) and a column per percentile, named
        ``p50_days`` for 0.5 (Float64; between two tasks, in proportion). Sorted by the keys.
        Without ``by`` there is always one row, even for no tasks.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a key is a column of the result, or a percentile is not
        between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> close_times(pd.DataFrame({"days_open": [1.0, 2.0, 9.0]}))
       tasks  avg_close_time_days  p50_days  p85_days  p95_days
    0      3                  4.0       2.0       6.9       8.3
    """
    lead_times = read_frame(lead_times, ["days_open"], what="rollups.close_times")
    names = _name_percentiles(percentiles)
    rows = lead_times.reset_index(drop=True)
    keys = [] if by is None else resolve_keys(rows, by, what="rollups.close_times")
    columns = [key.name for key in keys]
    for name in {"tasks", "avg_close_time_days", *names}.intersection(columns):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    days = rows["days_open"].astype("Float64").astype("float64")
    groups = [rows[key.column] for key in keys] or np.zeros(len(rows))
    grouped = days.groupby(groups, dropna=False, observed=True)
    found = {"tasks": grouped.count(), "avg_close_time_days": grouped.mean()}
    found |= {name: grouped.quantile(part) for name, part in names.items()}
    table = pd.DataFrame(found)
    if not keys:
        table = table.reindex([0.0]).fillna({"tasks": 0}).reset_index(drop=True)
    else:
        table = table.rename_axis(columns).reset_index()
    return table.astype(dict.fromkeys(found, "Float64") | {"tasks": "Int64"})


def _name_percentiles(percentiles: Sequence[float]) -> dict[str, float]:
    """Return the column name of each percentile.

    Raises
    ------
    InvalidArgument
        One is not between 0 and 1.
    """
    parts: list[Any] = list(percentiles) if isinstance(percentiles, Iterable) else [percentiles]
    if not all(isinstance(part, int | float) and 0 <= part <= 1 for part in parts):
        raise InvalidArgument(
            f"percentiles={percentiles!r} is not valid; use numbers from 0 to 1, such as "
            f"percentiles=(0.5, 0.85)."
        )
    return {f"p{round(100 * part, 6):g}_days": float(part) for part in parts}


def aging(tasks: pd.DataFrame, now: When | None = None, tz: str = "UTC") -> pd.DataFrame:
    """Measure how long each open task has been open.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.lead_times``: needs ``gid``, ``created_at`` and ``completed_at``.
        Open are those without a ``completed_at``.
    now
        When the tasks were read; the present if not given. Without a zone it is
        read in ``tz``.
    tz
        The time zone in which a task becomes overdue.

    Returns
    -------
    DataFrame
        One row per open task, the oldest first: ``task_gid``, ``task_name``, ``assignee_gid``,
        ``assignee_name``, ``project_gid``, ``project_name``, ``section_gid``, ``section_name``
        (str, as in ``rollups.lead_times``); ``created_at`` (datetime64[us, UTC]); ``days_open``
        and ``days_since_modified`` (Float64, days of 24 hours, 0 at least); ``due_on``
        (datetime64[us]); ``days_overdue`` (Int64, missing if not overdue); ``bucket``
        (category, ordered, by ``days_open``: under 7 days ``"under a week"``, under 28
        ``"1 to 4 weeks"``, under 91 ``"1 to 3 months"``, under 365 ``"3 to 12 months"``, else
        ``"over a year"``).

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "created_at": pd.to_datetime(["2026-03-02T12:00Z"]),
    ...         "completed_at": pd.to_datetime([None], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-10"]),
    ...     }
    ... )
    >>> aging(tasks, now="2026-03-12T12:00Z")[["days_open", "days_overdue", "bucket"]]
       days_open  days_overdue        bucket
    0       10.0             2  1 to 4 weeks
    """
    what = "rollups.aging"
    tasks = read_frame(tasks, _LIFE, what=what, record="task")
    moment, day = parse_moment(now, tz), resolve_today(now, tz)
    rows = _read_tasks(tasks, what=what)
    rows = _select_tasks(rows, sort_order(rows, "created_at", rows["completed_at"].isna()))
    modified = parse_task_times(rows, "modified_at", what=what)
    due = parse_task_dates(rows, "due_on", what=what)
    late = _to_whole_days(day - due)
    here = pd.Series(moment, index=rows.index)
    ages = _measure_days_open(rows["created_at"], here)
    return pd.DataFrame(
        {
            **_build_text_columns(rows),
            "created_at": rows["created_at"],
            "days_open": ages,
            "days_since_modified": _measure_days_open(modified, here),
            "due_on": due,
            "days_overdue": late.where(late > 0),
            "bucket": _assign_buckets(ages),
        }
    )


def _assign_buckets(ages: pd.Series[Any]) -> pd.Series[Any]:
    bounds = [*BUCKETS, np.inf]
    cut = pd.cut(ages.astype("float64"), bounds, right=False, labels=list(BUCKETS.values()))
    return pd.Series(cut, index=ages.index)
