"""How long completed tasks took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from asana_frames.rollups.flow.task_rows import (
    LIFE,
    build_text_columns,
    measure_days,
    read_rows,
    select_rows,
    to_whole_days,
)
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import (
    local_days,
    parse_moment,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.tasks import parse_task_dates, sort_order
from asana_frames.rollups.shared.workdays import count_workdays
from asana_frames.types import When


def lead_times(
    tasks: pd.DataFrame,
    *,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure how long each completed task took, in days and working days.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them: needs ``gid``, ``created_at`` and ``completed_at``.
    stories
        As ``gather.stories(asana, tasks)`` returns them, for the time since the first assignment:
        needs ``task_gid``, ``resource_subtype`` and ``created_at``; and for what tasks were at an
        earlier ``now``.
    now
        The moment up to which completions are known; the present if not given. Without
        ``stories``, due dates, assignees and sections are those that were read; a warning says so
        where tasks were modified since.
    tz
        The time zone of the days.
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
        creation to completion), ``days_working`` (the same, but only the time on working days of
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
    >>> lead_times(tasks)[["completed_on", "days_open", "days_working", "days_late"]]
      completed_on  days_open  days_working  days_late
    0   2026-03-10        4.0           2.0          1
    """
    what = "rollups.lead_times"
    tasks = read_frame(tasks, LIFE, what=what, record="task")
    moment, uses = parse_moment(now, tz), "due dates, assignees and sections"
    known = select_known(tasks, moment, stories, what=what, uses=uses)
    rows = read_rows(known, what=what)
    rows = select_rows(rows, sort_order(rows, "completed_at", rows["completed_at"].notna()))
    created, completed = rows["created_at"], rows["completed_at"]
    completed_on = local_days(completed, tz)
    ends = (to_microseconds(created), to_microseconds(completed))
    worked = pd.Series(count_workdays(*ends, tz, workdays, holidays)).astype("Float64")
    table = pd.DataFrame(
        {
            **build_text_columns(rows),
            "created_at": created,
            "completed_at": completed,
            "completed_on": completed_on,
            "days_open": measure_days(created, completed),
            "days_working": worked,
            "days_since_first_assignment": _measure_days_since_assigned(rows, stories, moment),
            "days_late": to_whole_days(completed_on - parse_task_dates(rows, "due_on", what=what)),
        }
    )
    return write_about(table, tasks, now=moment, tz=tz)


def _measure_days_since_assigned(
    rows: pd.DataFrame, stories: pd.DataFrame | None, now: pd.Timestamp
) -> pd.Series[Any]:
    """Return the days from first assignment to completion; missing without a story of one."""
    if stories is None:
        return pd.Series(pd.NA, index=rows.index, dtype="Float64")
    what = "rollups.lead_times(stories=)"
    needed = ["task_gid", "resource_subtype", "created_at"]
    stories = read_frame(stories, needed, what=what, record="story")
    is_assigned = is_true(stories["resource_subtype"] == "assigned")
    at = parse_moments(stories["created_at"], what=what)
    is_assigned = is_assigned & ~is_true(at > now)
    at = at[is_assigned]
    first = at.groupby(stories.loc[is_assigned, "task_gid"].to_numpy()).min()
    return measure_days(first.reindex(rows["gid"]).reset_index(drop=True), rows["completed_at"])
