"""Data quality of tasks: findings to fix before relying on a report, and empty columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Sized
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import list_texts
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.frames.list_cells import check_python_lists
from asana_frames.frames.unread import list_unread_columns
from asana_frames.rollups.shared.gids import find_positions
from asana_frames.rollups.shared.inputs import (
    is_true,
    read_frame,
    read_list_columns,
    text_column,
)
from asana_frames.rollups.shared.moments import days_between, parse_moment, resolve_today
from asana_frames.rollups.shared.tasks import (
    add_memberships,
    check_aligned_memberships,
    find_unassigned,
    parse_task_dates,
    parse_task_times,
    unique_tasks,
)
from asana_frames.types import When

_WHAT = "rollups.quality"
_NEEDED = ("gid", "name", "created_at", "completed_at", "due_on", "assignee_gid")
_READ = (*_NEEDED, "assignee_name", "modified_at", "parent_name")
_MEMBERSHIPS = [
    f"memberships_{what}" for what in ("project_gids", "project_names", "section_names")
]
_TEXTS = {
    "task_gid": "gid",
    "task_name": "name",
    "assignee_name": "assignee_name",
    "project_name": "project_name",
}
#: Text without a value, also lists as files of JSON and CSV have them.
_BLANK_TEXT = r"\s*|\s*\[(null|[\s,])*\]\s*"
#: The most important first.
FINDINGS = (
    "completed before created",
    "open in a done section",
    "completed outside the done sections",
    "overdue without assignee",
    "orphan subtask",
    "duplicate name",
    "stale",
    "no assignee",
    "no due date",
)
_DONE = ("Done", "Complete", "Completed")


def quality(
    tasks: pd.DataFrame,
    now: When | None = None,
    tz: str = "UTC",
    *,
    stale_days: float = 30,
    done_sections: Sequence[str] | None = _DONE,
) -> pd.DataFrame:
    """List data quality problems of tasks, one row per finding.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` returns them: needs ``gid``, ``name``,
        ``created_at``, ``completed_at``, ``due_on`` and ``assignee_gid``. Other columns are
        optional; findings that need them are left out without them.
    now
        When the tasks were read; the present if not given. Without a zone it is
        read in ``tz``.
    tz
        The time zone of days.
    stale_days
        Days of 24 hours after which an open task that was not modified is stale.
    done_sections
        The names of sections in which tasks are done, in upper or lower case; None to leave
        out the two findings about them.

    Returns
    -------
    DataFrame
        ``task_gid``, ``task_name``, ``assignee_name``, ``project_name`` (str, the first project,
        or that of the finding), ``finding`` (category, ordered as here) and ``detail`` (str), by
        finding, project, name and gid. The findings: ``"completed before created"``; ``"open in
        a done section"`` and ``"completed outside the done sections"`` (in each project in which
        one of ``tasks`` is in a done section); ``"overdue without assignee"``; ``"orphan
        subtask"`` (its parent is not among ``tasks``, and it is in no project); ``"duplicate
        name"`` (of open tasks that are in the same project themselves, but for case and spaces at
        the ends); ``"stale"``; ``"no assignee"``; ``"no due date"``, both of open tasks.

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
    ...         "name": ["Write"],
    ...         "created_at": pd.to_datetime(["2026-03-02T12:00Z"]),
    ...         "completed_at": pd.to_datetime([None], utc=True),
    ...         "due_on": pd.to_datetime(["2026-03-10"]),
    ...         "assignee_gid": [None],
    ...     }
    ... )
    >>> quality(tasks, now="2026-03-12")[["task_name", "finding", "detail"]]
      task_name                   finding          detail
    0     Write  overdue without assignee  due 2026-03-10
    1     Write               no assignee             NaN
    """
    tasks = read_frame(tasks, _NEEDED, what=_WHAT, record="task")
    if not isinstance(stale_days, int | float) or not stale_days >= 0:
        raise InvalidArgument(
            f"stale_days={stale_days!r} is not a number of days; give 0 or more."
        )
    if done_sections is not None and not isinstance(done_sections, str):
        done_sections = list_texts(done_sections, name="done_sections", like="Done")
    if isinstance(done_sections, str):
        raise InvalidArgument(
            f"done_sections={done_sections!r} is a single name; "
            f"give a list: done_sections=[{done_sections!r}]."
        )
    read = unique_tasks(tasks, _READ)
    rows = add_memberships(read, np.arange(len(read)))
    is_open = rows["completed_at"].isna()
    homes = _explode_memberships(rows)
    found = [
        _find_completed_early(rows),
        *_find_misplaced(homes, done_sections),
        _find_overdue(rows, is_open, resolve_today(now, tz)),
        _find_orphans(rows),
        _find_duplicate_names(homes),
        _find_stale(rows, is_open, parse_moment(now, tz), stale_days),
        _build_findings(rows, is_open & find_unassigned(rows), "no assignee"),
        _build_findings(rows, is_open & rows["due_on"].isna(), "no due date"),
    ]
    table = pd.concat(found).astype({"finding": pd.CategoricalDtype([*FINDINGS], ordered=True)})
    order = ["finding", "project_name", "task_name", "task_gid"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def _build_findings(
    rows: pd.DataFrame, where: pd.Series[Any], finding: str, detail: pd.Series[Any] | None = None
) -> pd.DataFrame:
    """Build the rows of one finding from the tasks where it holds."""
    at = np.flatnonzero(is_true(where))
    details = pd.Series(None, index=rows.index, dtype=STR) if detail is None else detail
    columns = {name: text_column(rows, own) for name, own in _TEXTS.items()} | {"detail": details}
    table = pd.DataFrame({name: column.array.take(at) for name, column in columns.items()})
    return table.assign(finding=pd.array([finding] * len(at), dtype=STR))[
        [*_TEXTS, "finding", "detail"]
    ]


def _find_completed_early(rows: pd.DataFrame) -> pd.DataFrame:
    created = parse_task_times(rows, "created_at", what=_WHAT)
    completed = parse_task_times(rows, "completed_at", what=_WHAT)
    shown = "created " + _format_days(created) + ", completed " + _format_days(completed)
    return _build_findings(rows, completed < created, "completed before created", shown)


def _format_days(days: pd.Series[Any]) -> pd.Series[Any]:
    written: pd.Series[Any] = days.dt.strftime("%Y-%m-%d").astype(STR)
    return written


def _explode_memberships(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per task and own project; no rows where memberships were not read.

    The column ``home`` tells projects apart, by name where the gid is not known.
    """
    if not set(_MEMBERSHIPS) <= set(rows.columns):
        return rows.head(0).assign(home=None, section_name=None)
    own = read_list_columns(rows, _MEMBERSHIPS)
    check_aligned_memberships(own, _MEMBERSHIPS)
    own = own.drop(columns=["project_gid", "project_name", "section_name"])
    names = {name: name.removeprefix("memberships_").removesuffix("s") for name in _MEMBERSHIPS}
    each = own.explode(_MEMBERSHIPS, ignore_index=True).rename(columns=names)
    gid = each["project_gid"].astype(STR)
    each = each.assign(home=gid.where(gid.notna(), each["project_name"].astype(STR)))
    # A file may name the section of a task, and not the project in which it is.
    is_placed = each["home"].notna() | each["section_name"].notna()
    return each[is_placed.to_numpy(dtype=bool)].reset_index(drop=True)


def _find_misplaced(homes: pd.DataFrame, sections: Iterable[str] | None) -> list[pd.DataFrame]:
    """Find tasks open in a done section, and tasks completed outside of them."""
    if sections is None:
        return []
    name = homes["section_name"].astype(STR)
    is_done = name.str.casefold().isin([str(section).casefold() for section in sections])
    has_done = homes["home"].isin(homes.loc[is_done, "home"].dropna())
    is_open = homes["completed_at"].isna()
    outside = ~is_open & ~is_done & has_done & name.notna()
    return [
        _build_findings(homes, is_open & is_done, "open in a done section", name),
        _build_findings(homes, outside, "completed outside the done sections", name),
    ]


def _find_overdue(rows: pd.DataFrame, is_open: pd.Series[Any], day: pd.Timestamp) -> pd.DataFrame:
    due = parse_task_dates(rows, "due_on", what=_WHAT)
    is_late = is_open & (due < day) & find_unassigned(rows)
    return _build_findings(rows, is_late, "overdue without assignee", "due " + _format_days(due))


def _find_orphans(rows: pd.DataFrame) -> pd.DataFrame:
    parent = text_column(rows, "parent_gid")
    is_gone = (
        parent.notna() & (find_positions(rows["gid"], parent) < 0) & rows["project_gid"].isna()
    )
    shown = "parent " + text_column(rows, "parent_name").fillna(parent)
    return _build_findings(rows, is_gone, "orphan subtask", shown)


def _find_duplicate_names(homes: pd.DataFrame) -> pd.DataFrame:
    """Find the open tasks of a project that share a name."""
    is_meant = homes["completed_at"].isna() & homes["home"].notna()
    still = homes[is_meant.to_numpy(dtype=bool)].reset_index(drop=True)
    name = text_column(still, "name").str.strip().str.casefold()
    keys = [still["home"].astype(STR), name]
    count = name.groupby(keys, dropna=False).transform("size").astype("int64")
    is_twin = (count > 1) & name.notna() & (name != "")
    shown = count.astype("str").astype(STR) + " of this name"
    return _build_findings(still, is_twin, "duplicate name", shown)


def _find_stale(
    rows: pd.DataFrame, is_open: pd.Series[Any], moment: pd.Timestamp, most: float
) -> pd.DataFrame:
    modified = parse_task_times(rows, "modified_at", what=_WHAT)
    days = days_between(modified, pd.Series(moment, index=rows.index)).astype("float64")
    shown = days.fillna(0).astype("int64").astype("str").astype(STR) + " days unchanged"
    return _build_findings(rows, is_open & (days > most), "stale", shown)


def empty_fields(tasks: pd.DataFrame) -> pd.DataFrame:
    """Count the values of each column that are not empty.

    Parameters
    ----------
    tasks
        Tasks, or any other records.

    Returns
    -------
    DataFrame
        ``column`` (str), ``filled`` and ``rows`` (Int64), ``share_filled`` (Float64, missing
        where there are no rows), the least filled first, then by column. Missing
        values, blank text and tuples or lists without values count as empty; 0 and False do not.
        Columns that the source of the frame does not have, such as an export of Asana, are left
        out.

    Raises
    ------
    InvalidArgument
        ``tasks`` is not a DataFrame, or pandas has written its lists to a file.

    Examples
    --------
    >>> import pandas as pd
    >>> empty_fields(pd.DataFrame({"gid": ["1", "2"], "notes": ["Call", ""]}))
      column  filled  rows  share_filled
    0  notes       1     2           0.5
    1    gid       2     2           1.0
    """
    tasks = read_frame(tasks, [], what="rollups.empty_fields")
    check_python_lists(tasks)
    tasks = tasks.drop(columns=list_unread_columns(tasks))
    filled = [int((~_is_empty(values)).sum()) for _, values in tasks.items()]
    table = pd.DataFrame(
        {
            "column": pd.array([str(name) for name in tasks.columns], dtype=STR),
            "filled": pd.array(filled, dtype="Int64"),
            "rows": pd.array([len(tasks)] * len(filled), dtype="Int64"),
        }
    )
    some = table["rows"].astype("Float64").where(table["rows"] > 0)
    table["share_filled"] = (table["filled"].astype("Float64") / some).astype("Float64")
    return table.sort_values(["share_filled", "column"], ignore_index=True)


def _is_empty(values: pd.Series[Any]) -> Any:
    is_missing = is_true(values.isna())
    if isinstance(values.dtype, pd.StringDtype):
        return is_missing | is_true(values.str.fullmatch(_BLANK_TEXT))
    if values.dtype == object or isinstance(values.dtype, pd.CategoricalDtype | pd.ArrowDtype):
        return is_missing | is_true(values.astype(object).map(_is_blank).astype(bool))
    return is_missing


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(_BLANK_TEXT, value) is not None
    if isinstance(value, tuple | list):
        return all(item is None for item in value)
    return isinstance(value, Sized) and len(value) == 0
