"""Open tasks of people, by the period in which they are due."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from asana_frames._arguments import check_choice, check_text
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame, text_column
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.rollups.shared.periods import Every, check_every, period_starts
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.tasks import parse_task_dates
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.types import When

_WHAT = "rollups.load"
_ASSIGNEE = {"assignee_gid": "person_gid", "assignee_name": "person_name"}
_UNITS = {"minutes": 60.0, "hours": 1.0}


def load(
    tasks: pd.DataFrame,
    every: Every = "W",
    *,
    start: Any = None,
    end: Any = None,
    estimate: str | None = None,
    unit: Literal["minutes", "hours"] = "minutes",
    stories: pd.DataFrame | None = None,
    now: When | None = None,
) -> pd.DataFrame:
    """Count the open tasks of each person by the period in which they are due.

    Parameters
    ----------
    tasks
        Tasks: needs ``gid``, ``completed_at``, ``due_on``, ``assignee_gid`` and
        ``assignee_name``. Open are those without a ``completed_at``.
    every
        A period as in ``rollups.hours``.
    start, end
        The first and the last due date that count; all of them otherwise.
    estimate
        The column of ``tasks`` that holds the estimate, such as ``"cf_Estimated time"``.
    unit
        What the estimate is in. Asana's field "Estimated time" holds minutes.
    stories
        All stories of the tasks, for their assignees and due dates as of an earlier ``now``.
    now
        The moment as of which tasks are open, in UTC if it has no zone; the present if not given.
        Tasks created later are not counted. Without ``stories``, assignees and due dates are those
        that were read; a warning says so where tasks were modified since.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str, missing for unassigned tasks), ``period``
        (datetime64[us], its first day, missing for tasks without a due date), ``tasks`` (Int64)
        and ``hours`` (Float64, estimated; missing where no task has an estimate). One row per
        person and period in which a task is due, by name, gid and period. The ``attrs`` have
        ``subject``, ``start``, ``end`` and ``now``, as those of ``rollups.throughput``.

    Raises
    ------
    InvalidArgument
        A column is missing, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "completed_at": pd.to_datetime([None, None], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-04", "2026-03-06"]),
    ...         "assignee_gid": ["11", "11"],
    ...         "assignee_name": ["Ana", "Ana"],
    ...         "cf_Estimated time": [90.0, None],
    ...     }
    ... )
    >>> load(tasks, estimate="cf_Estimated time")
      person_gid person_name     period  tasks  hours
    0         11         Ana 2026-03-02      2    1.5
    """
    check_every(every)
    check_choice(unit, _UNITS, name="unit")
    if estimate is not None:
        check_text(estimate, name="estimate", like="cf_Estimated time")
    columns = ["gid", "completed_at", "due_on", *_ASSIGNEE, *([estimate] if estimate else [])]
    kinds = {estimate: "minutes" if unit == "minutes" else "number"} if estimate else {}
    tasks = read_frame(tasks, columns, what=_WHAT, record="task", kinds=kinds)
    moment, span = parse_moment(now), parse_span(start, end)
    known = select_known(tasks, moment, stories, what=_WHAT, uses="assignees and due dates")
    rows = drop_duplicates(known[columns])
    due = parse_task_dates(rows, "due_on", what=_WHAT)
    counts = rows["completed_at"].isna()
    counts &= due.isna() | span.select_days(due)
    rows, due = rows[counts], due[counts]
    hours = rows[estimate].astype("Float64") / _UNITS[unit] if estimate else pd.NA
    names = {name: text_column(rows, own) for own, name in _ASSIGNEE.items()}
    values = pd.DataFrame({"tasks": 1, "hours": hours}, index=rows.index).astype("Float64")
    table = sum_by(
        pd.DataFrame({**names, "period": period_starts(due, every)}, index=rows.index),
        {name: values[name] for name in ("tasks", "hours")},
    )
    order = ["person_name", "person_gid", "period"]
    table = table.sort_values(order, ignore_index=True).astype({"tasks": "Int64"})
    start, last = span.start, span.end
    return write_about(table, tasks, every=every, start=start, end=last, now=moment, ahead=True)
