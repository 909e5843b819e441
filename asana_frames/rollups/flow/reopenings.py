"""How many completed tasks are opened again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.flow.counting import (
    By,
    check_names,
    count_events,
    find_groups,
    parse_selection,
    read_known_tasks,
)
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.gids import find_positions
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import local_dates, parse_moments
from asana_frames.rollups.shared.periods import Every, check_every
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.tasks import parse_task_times
from asana_frames.types import When

_WHAT = "rollups.reopenings"
_SUBTYPES = {"marked_complete": True, "marked_incomplete": False}
_CHANGES = {"completed": True, "reopened": False}


def reopenings(
    tasks: pd.DataFrame,
    stories: pd.DataFrame,
    by: By = None,
    every: Every | None = None,
    *,
    start: Any = None,
    end: Any = None,
    now: When | None = None,
    tz: str = "UTC",
    exclude: Exclude | None = None,
) -> pd.DataFrame:
    """Count how often tasks are completed and opened again.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them: needs ``gid`` and ``completed_at``, and the columns of ``by``. Stories of other
        tasks are left out.
    stories
        All stories of the tasks, as ``gather.stories(asana, tasks)`` returns them, or the result
        of ``rollups.changes``.
    by
        Keys of tasks as they are now: columns of ``tasks``, the beginning of a pair such as
        ``person`` (the assignee), or ``project`` and ``section``: a task counts in each of its
        own, a subtask in no project in those of the nearest task above it. None for one group.
    every
        A period as in ``rollups.hours``; None for all periods in one row.
    start, end
        The first and the last day that count; otherwise the day of the first completion or
        reopening, and that of ``now``.
    now
        The present if not given. What happens after an earlier moment is not known.
    tz
        The time zone of days.
    exclude
        Tasks to leave out, such as ``{"section": "Cancelled"}``; ``"section"``, ``"tag"`` or a
        column -> names or gids.

    Returns
    -------
    DataFrame
        The columns of ``by``; with ``every`` also ``period`` (datetime64[us], its first day) and,
        at the end, ``partial`` (boolean: it is not over, or ``start`` or ``end`` cuts it);
        ``done`` (Int64, completions, each of them where a task has several; one at
        ``completed_at`` if it has no story of any), ``reopenings`` (Int64) and
        ``reopening_rate`` (Float64, reopenings per completion of the period, above 1 where more
        tasks are opened again than completed; missing without a completion). A row for every
        group, and for it one for every period from the first day to ``end``, 0 where there is
        nothing; sorted.

    Raises
    ------
    InvalidArgument
        A column or key is missing, or an argument is not valid.

    Examples
    --------
    One task is completed twice, the other once:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["5", "6"],
    ...         "completed_at": pd.to_datetime(["2026-03-04T09:00Z", "2026-03-04T10:00Z"]),
    ...     }
    ... )
    >>> stories = pd.DataFrame(
    ...     {
    ...         "gid": ["7", "8", "9"],
    ...         "task_gid": ["5", "5", "5"],
    ...         "created_at": pd.to_datetime(
    ...             ["2026-03-02T09:00Z", "2026-03-03T09:00Z", "2026-03-04T09:00Z"]
    ...         ),
    ...         "resource_subtype": ["marked_complete", "marked_incomplete", "marked_complete"],
    ...     }
    ... )
    >>> reopenings(tasks, stories, now="2026-03-06")
       done  reopenings  reopening_rate
    0     3           1        0.333333
    """
    if every is not None:
        check_every(every)
    selection = parse_selection(by, None, exclude, now, tz, what=_WHAT)
    span = parse_span(start, end)
    rows = read_known_tasks(tasks, ["completed_at"], selection)
    marks = _read_marks(stories)
    marks = marks[~is_true(marks["at"] > selection.now)].reset_index(drop=True)
    events = _add_untold(marks.assign(task=find_positions(rows["gid"], marks["task_gid"])), rows)
    groups, group, task = find_groups(rows, selection)
    check_names(groups, ["reopening_rate"])
    # An event counts in each group of its task.
    cells = pd.DataFrame({"task": task, "group": group}).merge(events, on="task")
    days = local_dates(cells["at"], tz)
    is_done = cells["is_done"].to_numpy(dtype=bool)
    flags = {"done": is_done, "reopenings": ~is_done}
    head = groups if every is None else groups.head(len(task))
    table = count_events(head, cells["group"].to_numpy(), days, flags, selection, every, span)
    done = table["done"].where(table["done"] > 0).astype("Float64")
    at = list(table.columns).index("reopenings") + 1
    table.insert(at, "reopening_rate", table["reopenings"].astype("Float64") / done)
    return write_about(
        table, tasks, every=every, start=span.start, end=span.end, now=selection.now, tz=tz
    )


def _read_marks(stories: pd.DataFrame) -> pd.DataFrame:
    """Return ``task_gid``, ``at`` and ``is_done`` of each completion and reopening.

    Raises
    ------
    InvalidArgument
        The frame has neither the columns of stories nor those of changes.
    """
    if isinstance(stories, pd.DataFrame) and "change" in stories.columns:
        rows = read_frame(stories, ["task_gid", "changed_at", "change"], what=_WHAT)
        rows = rows.assign(created_at=parse_moments(rows["changed_at"], what=_WHAT))
        kind = rows["change"].astype(STR).map(_CHANGES)
    else:
        given = read_frame(stories, STORY_COLUMNS, what=_WHAT, record="story")
        is_meant = is_true(given["resource_subtype"].isin(list(_SUBTYPES)))
        rows = sort_stories(given.loc[is_meant, list(STORY_COLUMNS)], what=_WHAT)
        kind = rows["resource_subtype"].astype(STR).map(_SUBTYPES)
    marks = pd.DataFrame(
        {"task_gid": rows["task_gid"].astype(STR), "at": rows["created_at"], "is_done": kind}
    )
    known: pd.DataFrame = marks[kind.notna().to_numpy(dtype=bool)]
    return known.astype({"is_done": bool})


def _add_untold(marks: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the marks of the tasks, and one for each completed task that has none."""
    marks = marks[marks["task"] >= 0]
    completed = parse_task_times(rows, "completed_at", what=_WHAT)
    told = marks.loc[marks["is_done"], "task"]
    untold = np.setdiff1d(np.flatnonzero(completed.notna()), told)
    more = pd.DataFrame({"at": completed.take(untold), "task": untold, "is_done": True})
    columns = ["task", "at", "is_done"]
    if not len(more):
        return marks[columns].reset_index(drop=True)
    return pd.concat([marks[columns], more[columns]], ignore_index=True)
