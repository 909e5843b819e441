"""Estimated and actual hours of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_text
from asana_frames.frames.arguments import is_dask
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    Key,
    read_frame,
    require_every_gid,
    resolve_keys,
)
from asana_frames.rollups.shared.tasks import TaskTree
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.rollups.time.hours import hours

_WHAT = "rollups.estimates"
_UNITS = {"minutes": 60.0, "hours": 1.0}


def estimates(
    tasks: Any,
    entries: Any = None,
    estimate: str = "cf_Estimated time",
    by: str | Sequence[str] = "task",
    *,
    to_root: bool = True,
    unit: Literal["minutes", "hours"] = "minutes",
) -> pd.DataFrame:
    """Compare the estimated with the actual hours of tasks.

    Parameters
    ----------
    tasks
        Tasks, as ``gather.all_tasks(..., subtasks=True)`` or ``asana.tasks.list(...)`` return
        them, in pandas or Dask. Open tasks may still accrue time: to judge estimates, take
        ``tasks[tasks["completed"]]``.
    entries
        Time tracking entries; without them the actual time is the tasks' ``actual_time_minutes``.
        Time on a task that is not among ``tasks`` is a row of its own (with ``by="task"``), or of
        the missing key.
    estimate
        The column of ``tasks`` that holds the estimate.
    by
        ``"task"``, or keys: columns of ``tasks``, the beginning of a pair such as ``assignee``,
        or ``project`` and ``section`` (the first that the task, or the nearest above it, is in).
    to_root
        Count subtasks to the task at the top, whose keys then hold. An estimate on a parent and
        those on its subtasks add up.
    unit
        What the estimate is in. Asana's field "Estimated time" holds minutes.

    Returns
    -------
    DataFrame
        The keys (``task_gid`` and ``task_name`` for ``"task"``); ``tasks`` (Int64, how many);
        ``estimated`` (missing where no task has an estimate), ``actual``, ``unestimated`` (the
        part of ``actual`` on tasks without an estimate), ``difference`` (actual - estimated,
        positive where it took longer), all Float64 in hours; ``ratio`` (actual / estimated,
        missing where that is 0 or missing). One row per group, sorted by the keys; the sum of
        ``actual`` is the sum of the entries.

    Raises
    ------
    InvalidArgument
        A column or key is missing; the message says which ``fields=`` give it. Or ``to_root``
        has tasks that name their parent without its gid.

    Examples
    --------
    Two hours were estimated for the relaunch and one for its text, which took four:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "name": ["Relaunch", "Text"],
    ...         "parent_gid": [None, "1"],
    ...         "actual_time_minutes": [30.0, 240.0],
    ...         "cf_Estimated time": [120.0, 60.0],
    ...     }
    ... )
    >>> columns = ["task_name", "estimated", "actual", "difference", "ratio"]
    >>> estimates(tasks)[columns]
      task_name  estimated  actual  difference  ratio
    0  Relaunch        3.0     4.5         1.5    1.5
    """
    check_choice(unit, _UNITS, name="unit")
    check_text(estimate, name="estimate", like="cf_Estimated time")
    spent = None if entries is None else _sum_hours_by_task(entries)
    needed = ["gid", "name", estimate, *(["actual_time_minutes"] if spent is None else [])]
    kinds = {estimate: "minutes" if unit == "minutes" else "number"}
    tasks = read_frame(tasks, needed, what=_WHAT, record="task", kinds=kinds)
    table = _load_tasks(tasks)
    if to_root:
        advice = "Without it they cannot be added to their parents; use to_root=False."
        require_every_gid(table, "parent_gid", what=_WHAT, advice=advice)
    table = _add_missing_tasks(table, spent)
    tree = TaskTree(table)
    table = _add_key_columns(tree)
    keys = resolve_keys(table, by, what=_WHAT)
    return _compare_hours(
        _build_keys(table, keys, tree, to_root), table, spent, estimate, _UNITS[unit]
    )


def _sum_hours_by_task(entries: Any) -> pd.DataFrame:
    """Sum the hours of each task, including those without a task."""
    entries = read_frame(entries, ["task_gid"], what=_WHAT, record="time_tracking_entry")
    return hours(entries, by="task", every=None)


def _load_tasks(tasks: Any) -> pd.DataFrame:
    # Finding root tasks needs all tasks in memory.
    table = tasks.compute() if is_dask(tasks) else tasks
    return pd.DataFrame(table.drop_duplicates("gid", keep="last")).reset_index(drop=True)


def _add_missing_tasks(table: pd.DataFrame, spent: pd.DataFrame | None) -> pd.DataFrame:
    """Add a row for each task that has tracked time but is not in the table."""
    if spent is None:
        return table
    strays = spent[~spent["task_gid"].isin(table["gid"])]
    if strays.empty:
        return table
    named = {"gid": strays["task_gid"]}
    if "task_name" in strays:
        named["name"] = strays["task_name"]
    rows = pd.DataFrame(named).drop_duplicates("gid")
    # reindex keeps the dtypes of the other columns, where concat might change them.
    whole = table.reindex(range(len(table) + len(rows)))
    for name in rows:
        both = [table[name].astype(STR), rows[name].astype(STR)]
        whole[name] = pd.concat(both, ignore_index=True)
    return whole


def _add_key_columns(tree: TaskTree) -> pd.DataFrame:
    """Add the columns that keys may name: task, and its first project and section."""
    lists = tree.memberships()
    first = {name.removesuffix("s"): lists[name].str[0].astype(STR) for name in lists.columns}
    here = tree.tasks
    own = {"task_gid": here["gid"], "task_name": here["name"]}
    return here.assign(**{k: v for k, v in (first | own).items() if k not in here})


def _build_keys(
    table: pd.DataFrame, keys: list[Key], tree: TaskTree, to_root: bool
) -> pd.DataFrame:
    """Build the key columns, those of the root task with ``to_root``."""
    columns = pd.DataFrame({key.name: table[key.column] for key in keys})
    if not to_root:
        return columns
    return columns.iloc[tree.root_positions].reset_index(drop=True)


def _compare_hours(
    keys: pd.DataFrame,
    table: pd.DataFrame,
    spent: pd.DataFrame | None,
    estimate: str,
    unit: float,
) -> pd.DataFrame:
    estimated = table[estimate].astype("Float64") / unit
    if spent is None:
        actual = table["actual_time_minutes"].astype("Float64").fillna(0) / 60
    else:
        by_task = spent.groupby("task_gid", dropna=False)["hours"].sum()
        found = by_task.reindex(pd.Index(table["gid"])).astype("Float64").fillna(0)
        actual = found.reset_index(drop=True)
    is_task = pd.Series(np.ones(len(table)))
    values = {
        "tasks": is_task.where(table["gid"].notna(), 0.0),
        "estimated": estimated,
        "actual": actual,
        "unestimated": actual.where(estimated.isna(), 0.0),
    }
    totals = sum_by(keys, values)
    totals["tasks"] = totals["tasks"].astype("Int64")
    totals["difference"] = totals["actual"] - totals["estimated"]
    ratio = totals["actual"] / totals["estimated"].mask(totals["estimated"] == 0)
    return totals.assign(ratio=ratio)
