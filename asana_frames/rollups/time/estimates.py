"""Estimated and actual hours of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_choice, check_flag, check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.dag import find_ancestors
from asana_frames.rollups.shared.inputs import (
    Key,
    read_frame,
    require_every_gid,
    resolve_keys,
    text_column,
)
from asana_frames.rollups.shared.layout import Layout, parse_layout
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.shared.tasks import TaskTree
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.rollups.shared.wide import (
    NONE,
    TOTAL_COLUMN,
    mark_wide,
    name_missing,
    name_totals,
    widen,
)
from asana_frames.rollups.time.grouping import check_key_names
from asana_frames.rollups.time.hours import hours
from asana_frames.types import When

_WHAT = "rollups.estimates"
_COMPARED = ("estimated", "unestimated", "difference", "ratio")
_UNITS = {"minutes": 60.0, "hours": 1.0}


def estimates(
    tasks: Any,
    entries: Any = None,
    estimate: str = "cf_Estimated time",
    by: str | Sequence[str] | None = "task",
    *,
    to_root: bool = True,
    unit: Literal["minutes", "hours"] = "minutes",
    every: Every | None = None,
    wide: bool = False,
    totals: bool = False,
    none: str | None = None,
    now: When | None = None,
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
        or ``project`` and ``section`` (the first that the task, or the nearest above it, is in);
        None for one total.
    to_root
        Count subtasks to the task at the top, whose keys then hold. As in Asana, estimates on a
        parent and on its subtasks add up, and an estimate on a parent is not divided among its
        subtasks.
    unit
        What the estimate is in. Asana's field "Estimated time" holds minutes.
    every
        With ``wide``, which needs ``entries``: the period, as in ``rollups.hours``. Estimates have
        none.
    wide, totals, none, now
        As in ``rollups.hours``: a column of actual hours per period, with totals.

    Returns
    -------
    DataFrame
        The keys (``task_gid`` and ``task_name`` for ``"task"``); ``tasks`` (Int64, how many);
        ``estimated`` (missing where no task has an estimate), ``actual``, ``unestimated`` (the
        part of ``actual`` on tasks without an estimate), ``difference`` (positive where it took
        longer), all Float64 in hours; ``ratio`` (missing where ``estimated`` is 0 or missing).
        One row per group, sorted by the keys; the sum of ``actual`` is the sum of the entries.

        Like is compared with like: ``difference`` is (actual - unestimated) - estimated, and
        ``ratio`` (actual - unestimated) / estimated. Hours have an estimate if their task has
        one; with ``to_root`` also if any task above it has.

        With ``wide`` the keys; a column of actual hours per period; with ``totals`` their
        ``total``; ``estimated``, ``unestimated``, ``difference`` and ``ratio``, of all periods.

    Raises
    ------
    InvalidArgument
        A column or key is missing; the message says which ``fields=`` give it. Or ``to_root``
        has tasks that name their parent without its gid, or ``wide`` no period or entries.

    Examples
    --------
    Two hours were estimated for the relaunch and one for its text, which took four. Nothing was
    estimated for the meeting, so that its hour is not compared:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "name": ["Relaunch", "Text", "Meeting"],
    ...         "parent_gid": [None, "1", None],
    ...         "actual_time_minutes": [30.0, 240.0, 60.0],
    ...         "cf_Estimated time": [120.0, 60.0, None],
    ...     }
    ... )
    >>> columns = ["task_name", "estimated", "actual", "unestimated", "difference", "ratio"]
    >>> estimates(tasks)[columns]
      task_name  estimated  actual  unestimated  difference  ratio
    0  Relaunch        3.0     4.5          0.0         1.5    1.5
    1   Meeting       <NA>     1.0          1.0        <NA>   <NA>
    >>> estimates(tasks, by=None)[columns[1:]]
       estimated  actual  unestimated  difference  ratio
    0        3.0     5.5          1.0         1.5    1.5
    """
    check_choice(unit, _UNITS, name="unit")
    check_flag(to_root, name="to_root")
    check_text(estimate, name="estimate", like="cf_Estimated time")
    layout = _parse_layout(entries, every, wide, totals, none, now)
    spent = None if entries is None else _sum_hours_by_task(entries, every)
    needed = ["gid", "name", estimate, *(["actual_time_minutes"] if spent is None else [])]
    kinds = {estimate: "minutes" if unit == "minutes" else "number"}
    table = _load_tasks(read_frame(tasks, needed, what=_WHAT, record="task", kinds=kinds))
    if to_root:
        advice = "Without it they cannot be added to their parents; use to_root=False."
        require_every_gid(table, "parent_gid", what=_WHAT, advice=advice)
    table = _add_missing_tasks(table, spent)
    tree = TaskTree(table)
    table = _add_key_columns(tree)
    keys = [] if by is None else resolve_keys(table, by, what=_WHAT)
    taken = {"tasks", "actual", *_COMPARED, *(["period"] if wide else [])}
    check_key_names((key.name for key in keys), taken, what=_WHAT, frame="tasks")
    columns = _build_keys(table, keys, tree, to_root)
    names = list(dict.fromkeys(key.name for key in keys))
    estimated = table[estimate].astype("Float64") / _UNITS[unit]
    compared = _compare_hours(
        columns,
        is_task=table["gid"].notna(),
        estimated=estimated,
        has_estimate=_find_estimated(tree, estimated.notna().to_numpy(), to_root),
        actual=_find_actual(table, spent),
    )
    if spent is None or not wide:
        return layout.write_about(name_missing(compared, names, none), tasks)
    at = pd.Index(table["gid"]).get_indexer(pd.Index(spent["task_gid"]))
    periods = columns.take(at).reset_index(drop=True).assign(period=spent["period"])
    arranged = _widen(compared, sum_by(periods, {"actual": spent["hours"]}), names, layout)
    return layout.write_about(arranged, tasks)


def _parse_layout(
    entries: Any, every: Every | None, wide: bool, totals: bool, none: str | None, now: When | None
) -> Layout:
    layout = parse_layout(
        every, compare=None, wide=wide, totals=totals, none=none, start=None, end=None, now=now
    )
    if every is not None and not wide:
        raise InvalidArgument(
            "every= is for wide=True: estimates have no period. Use rollups.hours(entries, "
            "by='task', every=...) for the hours of each."
        )
    if wide and entries is None:
        raise InvalidArgument("wide=True needs entries=, which have days; tasks have sums alone.")
    return layout


def _widen(
    compared: pd.DataFrame, periods: pd.DataFrame, keys: list[str], layout: Layout
) -> pd.DataFrame:
    """Put the actual hours of each period beside what was estimated."""
    assert layout.every is not None
    none = NONE if layout.none is None else layout.none
    hours = widen(periods, keys, "actual", layout.every, none=none, span=layout.span)
    shown = list(hours.columns[len(keys) :])
    groups = name_missing(compared, keys, none)
    # Groups without an entry have no row of hours.
    wide = groups.merge(hours, how="left", on=keys) if keys else groups.join(hours)
    wide[shown] = wide[shown].fillna(0.0)
    total = name_totals(groups, keys)
    if layout.totals and keys:
        # No hours are 0 hours, but no estimate is none.
        sums = {name: wide[name].sum() for name in ("actual", "unestimated", *shown)}
        row = pd.DataFrame(sums | {"estimated": wide["estimated"].sum(min_count=1)}, index=[0])
        row[total[0]] = total[1]
        wide = pd.concat([wide, row.reindex(columns=wide.columns).astype(wide.dtypes.to_dict())])
    wide = _add_ratio(wide.reset_index(drop=True)).rename(columns={"actual": TOTAL_COLUMN})
    order = [*keys, *shown, *([TOTAL_COLUMN] if layout.totals else []), *_COMPARED]
    has_total_row = layout.totals and bool(keys)
    return mark_wide(wide[order], keys, total_rows=int(has_total_row), total=total)


def _sum_hours_by_task(entries: Any, every: Every | None) -> pd.DataFrame:
    """Sum the hours of each task, including those without a task."""
    entries = read_frame(entries, ["task_gid"], what=_WHAT, record="time_tracking_entry")
    return hours(entries, by="task", every=every)


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
    columns = pd.DataFrame({key.name: table[key.column] for key in keys}, index=table.index)
    if not to_root:
        return columns
    return columns.iloc[tree.root_positions].reset_index(drop=True)


def _find_estimated(
    tree: TaskTree, has_own: npt.NDArray[np.bool_], to_root: bool
) -> npt.NDArray[np.bool_]:
    """Return which tasks have an estimate, or with ``to_root`` one of the tasks above them."""
    if not to_root:
        return has_own
    parent = tree.find(text_column(tree.tasks, "parent_gid"))
    nearest = find_ancestors(parent, (parent < 0) | has_own, tree.tasks["gid"])
    found: npt.NDArray[np.bool_] = has_own[nearest]
    return found


def _find_actual(table: pd.DataFrame, spent: pd.DataFrame | None) -> pd.Series[Any]:
    """Return the hours that each task took."""
    if spent is None:
        return table["actual_time_minutes"].astype("Float64").fillna(0) / 60
    by_task = spent.groupby("task_gid", dropna=False)["hours"].sum()
    found = by_task.reindex(pd.Index(table["gid"])).astype("Float64").fillna(0)
    return found.reset_index(drop=True)


def _compare_hours(
    keys: pd.DataFrame,
    *,
    is_task: pd.Series[Any],
    estimated: pd.Series[Any],
    has_estimate: npt.NDArray[np.bool_],
    actual: pd.Series[Any],
) -> pd.DataFrame:
    values = {
        "tasks": is_task.astype("Float64"),
        "estimated": estimated,
        "actual": actual,
        "unestimated": actual.mask(has_estimate, 0.0),
    }
    totals = sum_by(keys, values).fillna({"tasks": 0, "actual": 0.0, "unestimated": 0.0})
    totals["tasks"] = totals["tasks"].astype("Int64")
    return _add_ratio(totals)


def _add_ratio(totals: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that compare the hours that have an estimate with it."""
    compared = totals["actual"] - totals["unestimated"]
    estimated = totals["estimated"]
    return totals.assign(
        difference=compared - estimated, ratio=compared / estimated.mask(estimated == 0)
    )
