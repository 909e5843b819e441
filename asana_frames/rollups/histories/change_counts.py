"""How often tasks were changed, by kind of change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import (
    is_true,
    read_frame,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.tasks import add_memberships, unique_tasks
from asana_frames.rollups.shared.totals import sum_by

_WHAT = "rollups.change_counts"
#: Changes that have a project of their own, if any.
_PLACES = ("added to project", "removed from project", "section")


def change_counts(
    changes: pd.DataFrame,
    by: str | Sequence[str] | None = "task",
    *,
    tasks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the changes of each kind.

    Parameters
    ----------
    changes
        The result of ``rollups.changes``.
    by
        A key or several, as in ``rollups.hours``: ``task``, ``changed_by``, ``assignee`` (who had
        the task after the change), ``project`` and ``section``, or another column of ``changes``
        or of ``tasks``. None for one total. A missing value is a group of its own.
    tasks
        The tasks, for keys that changes lack, as they are now. The project of a change is its own
        where it is a change of place, else the first one of the task, or of the nearest task
        above it that is in one; so slips count once, also of tasks in several projects.

    Returns
    -------
    DataFrame
        The columns of ``by`` and, as Int64: ``due_date_changes``, with those that set or remove a
        due date; ``slips``, due dates that moved to a later day; ``days_slipped``, the sum of the
        days by which due dates moved, earlier ones less; ``reassignments``, to a person other
        than the last assignee (the first assignment does not count); ``reopenings``; ``moves``
        between sections; ``scope_added``, tasks added to a project after ``since``. One row per
        group that has a change, sorted.

    Raises
    ------
    InvalidArgument
        A column or key is missing, or ``by="project"`` is asked of changes that name no project
        without ``tasks``; the message says what to type.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {
    ...         "task_gid": ["5", "5", "5"],
    ...         "changed_at": pd.to_datetime(["2026-03-02", "2026-03-03", "2026-03-04"], utc=True),
    ...         "change": ["due date", "assignee", "assignee"],
    ...         "days_slipped": pd.array([3, None, None], dtype="Int64"),
    ...         "old_gid": [None, None, "11"],
    ...         "new_gid": [None, "11", "12"],
    ...         "is_scope_added": False,
    ...     }
    ... )
    >>> change_counts(rows)[["task_gid", "days_slipped", "reassignments"]]
      task_gid  days_slipped  reassignments
    0        5             3              1
    """
    needed = ["task_gid", "changed_at", "change", "days_slipped", "old_gid", "new_gid"]
    read = read_frame(changes, [*needed, "is_scope_added"], what=_WHAT)
    rows = read.sort_values("changed_at", kind="stable", ignore_index=True)
    groups = _read_groups(rows, by, tasks)
    change = rows["change"]
    slipped = rows["days_slipped"]
    counts = {
        "due_date_changes": change == "due date",
        "slips": pd.Series(is_true(slipped > 0), index=rows.index),
        "days_slipped": slipped,
        "reassignments": _is_reassigned(rows),
        "reopenings": change == "reopened",
        "moves": change == "section",
        "scope_added": pd.Series(is_true(rows["is_scope_added"]), index=rows.index),
    }
    table = sum_by(groups, counts)
    table = table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "Int64"))
    return copy_about(table, changes)


def _read_groups(
    rows: pd.DataFrame, by: str | Sequence[str] | None, tasks: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the columns of the keys of each change.

    Raises
    ------
    InvalidArgument
        A key is not known, or has no value without ``tasks``.
    """
    if by is None:
        return pd.DataFrame(index=rows.index)
    wide = rows if tasks is None else _add_task_columns(rows, tasks)
    keys = resolve_keys(wide, by, what=_WHAT)
    is_place = is_true(rows["change"].isin(_PLACES))
    for key in keys if tasks is None else ():
        is_lost = wide[key.column].isna().to_numpy(dtype=bool) & ~is_place
        if key.column in ("project_gid", "project_name") and is_lost.any():
            raise InvalidArgument(
                f"{_WHAT}(by={by!r}): {int(is_lost.sum()):,} changes name no project, such as "
                f"those of due dates. Pass tasks=, too, for the projects of their tasks."
            )
    return pd.DataFrame({key.name: wide[key.column] for key in keys}, index=rows.index)


def _add_task_columns(rows: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """Return changes with the columns of their tasks that they lack, and with projects."""
    tasks = read_frame(tasks, ["gid"], what=_WHAT, record="task")
    known = unique_tasks(tasks[is_true(tasks["gid"].notna())], tasks.columns)
    known = add_memberships(known, np.arange(len(known)))
    at = pd.Index(known["gid"]).get_indexer(pd.Index(rows["task_gid"]))
    own = known.reindex(at).set_axis(rows.index)
    gid, name = (text_column(rows, f"project_{end}") for end in ("gid", "name"))
    is_known = gid.notna() | name.notna()
    projects = {
        "project_gid": gid.where(is_known, own["project_gid"]),
        "project_name": name.where(is_known, own["project_name"]),
    }
    more = [name for name in own.columns if name not in rows.columns]
    return pd.concat([rows, own[more]], axis="columns").assign(**projects)


def _is_reassigned(rows: pd.DataFrame) -> pd.Series[Any]:
    """Return which rows assign a task to another person than its last assignee."""
    is_person = is_true(rows["change"] == "assignee")
    old, new = (rows[f"{age}_gid"].astype(STR).where(is_person) for age in ("old", "new"))
    # An unassignment in between does not hide the last assignee.
    person = new.where(new.notna(), old)
    last = person.groupby(rows["task_gid"]).ffill().groupby(rows["task_gid"]).shift()
    before = old.where(old.notna(), last)
    return new.notna() & before.notna() & (new != before)
