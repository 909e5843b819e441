"""How old open tasks are."""

from __future__ import annotations

from typing import Any

import numpy as np
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
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.moments import parse_moment, resolve_today
from asana_frames.rollups.shared.tasks import parse_task_dates, parse_task_times, sort_order
from asana_frames.types import When

#: First day of a bucket of ``aging`` -> its name.
BUCKETS = {
    0: "under a week",
    7: "1 to 4 weeks",
    28: "1 to 3 months",
    91: "3 to 12 months",
    365: "over a year",
}


def aging(
    tasks: pd.DataFrame,
    *,
    now: When | None = None,
    tz: str = "UTC",
    stories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how long each open task has been open.

    Parameters
    ----------
    tasks
        Tasks as in ``rollups.lead_times``: needs ``gid``, ``created_at`` and ``completed_at``.
        Open are those without a ``completed_at``.
    now
        The moment at which ages are measured; the present if not given. Tasks created later do not
        count, and those completed later are open.
    tz
        The time zone in which a task becomes overdue, and in which a ``now`` without a zone is
        read.
    stories
        As ``gather.stories(asana, tasks)`` returns them, for an earlier ``now``: due dates,
        assignees and sections of then. Without them these are as they were read; a
        ``PastStateWarning`` says so where tasks were modified since.

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
    tasks = read_frame(tasks, LIFE, what=what, record="task")
    moment, day = parse_moment(now, tz), resolve_today(now, tz)
    known = select_known(
        tasks, moment, stories, what=what, uses="due dates, assignees and sections"
    )
    rows = read_rows(known, what=what)
    rows = select_rows(rows, sort_order(rows, "created_at", rows["completed_at"].isna()))
    modified = parse_task_times(rows, "modified_at", what=what)
    due = parse_task_dates(rows, "due_on", what=what)
    late = to_whole_days(day - due)
    here = pd.Series(moment, index=rows.index)
    ages = measure_days(rows["created_at"], here)
    table = pd.DataFrame(
        {
            **build_text_columns(rows),
            "created_at": rows["created_at"],
            "days_open": ages,
            "days_since_modified": measure_days(modified, here),
            "due_on": due,
            "days_overdue": late.where(late > 0),
            "bucket": _assign_buckets(ages),
        }
    )
    return write_about(table, tasks, now=moment, tz=tz)


def _assign_buckets(ages: pd.Series[Any]) -> pd.Series[Any]:
    bounds = [*BUCKETS, np.inf]
    cut = pd.cut(ages.astype("float64"), bounds, right=False, labels=list(BUCKETS.values()))
    return pd.Series(cut, index=ages.index)
