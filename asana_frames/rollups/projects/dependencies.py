"""Dependencies of tasks: what blocks each task, and the critical path."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.rollups.shared.dag import Edges, Numbers, find_heaviest_paths, find_levels
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.tasks import TaskTree, parse_task_dates, tell_apart
from asana_frames.types import When

_WHAT = "rollups.dependencies"
_PAIR = ("task_gid", "dependency_gid")
_DAYS = ("start_on", "due_on")

_Flags: TypeAlias = npt.NDArray[np.bool_]


class _DependencyGraph(NamedTuple):
    """Tasks as nodes from 0 on, then the dependencies that are not among them."""

    tasks: pd.DataFrame
    gids: pd.Index[Any]
    edges: Edges
    is_open: _Flags

    def select_edges(self, flags: _Flags) -> Edges:
        """Return the edges with a true flag."""
        return Edges(self.edges.before[flags], self.edges.after[flags])

    def pad(self, values: Any) -> Numbers:
        """Return the numbers of tasks with a 0 for each other node."""
        numbers = np.zeros(len(self.gids), dtype="int64")
        numbers[: len(self.tasks)] = values
        return numbers


def dependencies(
    tasks: pd.DataFrame,
    edges: pd.DataFrame,
    now: When | None = None,
    tz: str = "UTC",
    *,
    default_days: int = 1,
) -> pd.DataFrame:
    """List what each task waits for and blocks, and its schedule by the critical path method.

    Dependencies are read if ``fields`` includes them::

        tasks = af.gather.all_tasks(asana, "Acme", fields=[
            "name", "completed", "start_on", "due_on", "assignee.name", "memberships",
            "parent", "dependencies"])
        edges = af.bridge(tasks, "dependencies")

    or, with a request per task and ``tasks`` as they are::

        found = asana.tasks.list_dependencies(tasks)
        edges = af.bridge(found, "task", key="dependency_gid")

    Pass completed tasks as well: a dependency on a task that is not in ``tasks`` counts as open.
    Completed tasks block nothing and wait for nothing.

    The schedule follows the critical path method, in calendar days: every open task begins today,
    or on the day after the last of its dependencies ends. The dates of tasks only give their
    lengths. A task that is not in ``tasks`` takes no time, but keeps its place in the order.

    Parameters
    ----------
    tasks
        As ``asana.tasks.list(...)`` or ``gather.all_tasks`` return them: needs ``gid``, ``name``,
        ``completed`` (missing is open) and ``due_on``. Duplicate tasks count once; rows without a
        gid are ignored.
    edges
        A row per dependency: ``task_gid`` waits for ``dependency_gid``. Duplicates count once.
        Either task may be missing from ``tasks``.
    now
        The moment whose day the schedule begins with; the present if not given.
    tz
        The time zone in which ``now`` is a day. The dates of tasks are days and stay.
    default_days
        How long a task takes that has no start or no due day, or starts after it is due.

    Returns
    -------
    DataFrame
        One row per task, in the order of ``tasks``: ``task_gid``, ``task_name``,
        ``assignee_name``, ``project_gid``, ``project_name`` (str; of its first project, for a
        subtask in none that of the task above it); ``start_on``, ``due_on`` (datetime64[us]);
        ``completed`` (boolean); ``depends_on_gids``, ``blocks_gids`` (tuples, sorted, of all
        tasks); ``open_dependencies`` (Int64, unknown ones too) and ``unknown_dependencies``
        (Int64, those not in ``tasks``); ``is_blocked`` (boolean: open, and an open task or an
        unknown one stands before it); ``crosses_projects`` (boolean: it shares no project with
        one that it waits for, and both are in some); ``chain`` (Int64, open tasks on the longest
        chain that ends in it, itself included; 0 for a completed one); ``days`` (Int64, from
        ``start_on`` to ``due_on``, both included).

        Of open tasks only, missing for completed ones: ``earliest_start``, ``earliest_finish``,
        ``latest_finish`` (datetime64[us], first and last days of work; the latest that does not
        make the longest chain longer) and ``slack`` (Int64, days between latest and earliest
        finish).

        ``is_critical`` (boolean: open and without slack); ``conflict`` (boolean: it starts or is
        due before something that it waits for is due, both being open; the same day is not a
        conflict).

    Raises
    ------
    InvalidArgument
        Columns are missing, ``default_days`` is not a whole number of at least 1, or tasks wait
        for each other in a cycle; the message names them.

    Examples
    --------
    Layout, of 3 days, waits for the text, of 5 days; the index, of 2 days, for nothing:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "name": ["Text", "Layout", "Index"],
    ...         "completed": [False, False, False],
    ...         "start_on": pd.to_datetime(["2026-03-02", "2026-03-05", "2026-03-02"]),
    ...         "due_on": pd.to_datetime(["2026-03-06", "2026-03-07", "2026-03-03"]),
    ...     }
    ... )
    >>> edges = pd.DataFrame({"task_gid": ["2"], "dependency_gid": ["1"]})
    >>> found = dependencies(tasks, edges, now="2026-03-02")
    >>> found[["task_name", "is_blocked", "days", "earliest_finish", "slack", "conflict"]]
      task_name  is_blocked  days earliest_finish  slack  conflict
    0      Text       False     5      2026-03-06      0     False
    1    Layout        True     3      2026-03-09      0      True
    2     Index       False     2      2026-03-03      6     False
    """
    tasks = read_frame(tasks, ["gid", "name", "completed", "due_on"], what=_WHAT, record="task")
    edges = read_frame(edges, _PAIR, what=_WHAT)
    if isinstance(default_days, bool) or not isinstance(default_days, int) or default_days < 1:
        raise InvalidArgument(
            f"default_days={default_days!r} is not a number of days; give 1 or more."
        )
    day = resolve_today(now, tz)
    network = _build_graph(_describe_tasks(tasks, default_days), edges)
    # All edges count: a cycle is an error even if its tasks are completed.
    labels = _label_nodes(network)
    level = find_levels(network.edges, labels, what="These tasks wait for each other")
    before, after = network.edges
    binding = network.select_edges(network.is_open[before] & network.is_open[after])
    table = network.tasks.assign(
        **_list_neighbours(network),
        **_count_open_dependencies(network),
        crosses_projects=_find_crossings(network),
        conflict=_find_conflicts(network.tasks, binding),
        **_compute_schedule(network, binding, level, day),
    )
    return table.astype(_DTYPES)[list(_DTYPES)]


_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("task_gid", "task_name", "assignee_name"), STR),
    **dict.fromkeys(("project_gid", "project_name"), STR),
    **dict.fromkeys(_DAYS, "datetime64[us]"),
    "completed": "boolean",
    **dict.fromkeys(("depends_on_gids", "blocks_gids"), "object"),
    **dict.fromkeys(("open_dependencies", "unknown_dependencies"), "Int64"),
    **dict.fromkeys(("is_blocked", "crosses_projects"), "boolean"),
    **dict.fromkeys(("chain", "days"), "Int64"),
    **dict.fromkeys(("earliest_start", "earliest_finish", "latest_finish"), "datetime64[us]"),
    "slack": "Int64",
    **dict.fromkeys(("is_critical", "conflict"), "boolean"),
}


def _describe_tasks(tasks: pd.DataFrame, default_days: int) -> pd.DataFrame:
    """Return the columns of each task that need no edges, and all its projects."""
    rows = drop_duplicate_gids(tasks)
    places = TaskTree(rows).memberships()
    found = {
        "task_gid": text_column(rows, "gid"),
        "task_name": text_column(rows, "name"),
        "assignee_name": text_column(rows, "assignee_name"),
        "project_gid": places["project_gids"].str[0].astype(STR),
        "project_name": places["project_names"].str[0].astype(STR),
        **{name: parse_task_dates(rows, name, what=_WHAT) for name in _DAYS},
    }
    length = (found["due_on"] - found["start_on"]).dt.days + 1
    return pd.DataFrame(found).assign(
        completed=rows["completed"].astype("boolean"),
        days=length.where(length > 0, default_days).astype("int64"),
        project_keys=tuple_column(
            list(map(tell_apart, places["project_gids"], places["project_names"]))
        ),
    )


def _build_graph(tasks: pd.DataFrame, edges: pd.DataFrame) -> _DependencyGraph:
    # Sorted, so that tuples and messages do not depend on the order of edges.
    pairs = edges[[*_PAIR]].astype(STR).dropna().drop_duplicates().sort_values([*_PAIR])
    known = pd.Index(tasks["task_gid"])
    ends = pd.Index(pd.concat([pairs[name] for name in _PAIR])).unique()
    gids = known.append(ends.difference(known))
    after, before = (gids.get_indexer(pd.Index(pairs[name])).astype("int64") for name in _PAIR)
    is_open = np.ones(len(gids), dtype=bool)
    is_open[: len(tasks)] = ~is_true(tasks["completed"])
    return _DependencyGraph(tasks, gids, Edges(before, after), is_open)


def _label_nodes(network: _DependencyGraph) -> list[str]:
    tasks = network.tasks
    known = tasks["task_name"].fillna("").str.cat(tasks["task_gid"], sep=" (") + ")"
    return [*known, *network.gids[len(tasks) :]]


def _list_neighbours(network: _DependencyGraph) -> dict[str, pd.Series[Any]]:
    before, after = network.edges
    count = len(network.tasks)
    return {
        "depends_on_gids": _group_gids(network.gids[before], after, count),
        "blocks_gids": _group_gids(network.gids[after], before, count),
    }


def _group_gids(gids: pd.Index[Any], nodes: Numbers, count: int) -> pd.Series[Any]:
    """Return a tuple of gids for each node, in the order given."""
    order = np.argsort(nodes, kind="stable")
    ends = np.searchsorted(nodes[order], np.arange(count + 1)).tolist()
    sorted_gids = gids[order].tolist()
    tuples = [tuple(sorted_gids[start:end]) for start, end in pairwise(ends)]
    return tuple_column(tuples)


def _count_open_dependencies(network: _DependencyGraph) -> dict[str, Any]:
    """Count open and unknown dependencies, and find the blocked tasks."""
    before, after = network.edges
    count = len(network.tasks)
    is_standing = network.is_open[before]
    standing = np.bincount(after[is_standing], minlength=count)[:count]
    unknown = np.bincount(after[before >= count], minlength=count)[:count]
    return {
        "open_dependencies": standing,
        "unknown_dependencies": unknown,
        "is_blocked": network.is_open[:count] & (standing > 0),
    }


def _find_crossings(network: _DependencyGraph) -> _Flags:
    """Return whether each task waits for a task with which it shares no project."""
    count = len(network.tasks)
    homes = network.tasks["project_keys"].explode().dropna()
    places = pd.DataFrame({"node": homes.index, "project": homes.array}, dtype=object)
    places = places.astype({"node": "int64"})
    is_housed = np.isin(np.arange(len(network.gids)), places["node"])
    before, after = network.edges
    before, after = network.select_edges(is_housed[before] & is_housed[after])
    steps = pd.DataFrame({"step": np.arange(len(after)), "before": before, "after": after})
    shared = steps.merge(places, left_on="before", right_on="node").merge(
        places, left_on=["after", "project"], right_on=["node", "project"]
    )
    crosses = np.zeros(count, dtype=bool)
    crosses[after[~steps["step"].isin(shared["step"])]] = True
    return crosses


def _find_conflicts(tasks: pd.DataFrame, binding: Edges) -> _Flags:
    """Return whether each task starts or is due before one of its dependencies is due."""
    start, due = (tasks[name].to_numpy("datetime64[us]") for name in _DAYS)
    is_known = (binding.before < len(tasks)) & (binding.after < len(tasks))
    before, after = binding.before[is_known], binding.after[is_known]
    # A missing day is neither before nor after another.
    is_early = (start[after] < due[before]) | (due[after] < due[before])
    conflict = np.zeros(len(tasks), dtype=bool)
    conflict[after[is_early]] = True
    return conflict


def _compute_schedule(
    network: _DependencyGraph, binding: Edges, level: Numbers, day: pd.Timestamp
) -> dict[str, Any]:
    """Compute the longest chain to each task, its earliest and latest days, and its slack."""
    count = len(network.tasks)
    is_open = network.is_open[:count]
    days = network.pad(network.tasks["days"].where(is_open, 0))
    done = find_heaviest_paths(days, binding, level)
    backwards = Edges(binding.after, binding.before)
    onward = find_heaviest_paths(days, backwards, level.max(initial=0) - level)
    slack = (done.max(initial=0) - (done + onward - days))[:count]
    found = {
        "earliest_start": _add_days(day, (done - days)[:count]),
        "earliest_finish": _add_days(day, done[:count] - 1),
        "latest_finish": _add_days(day, done[:count] - 1 + slack),
        "slack": pd.Series(slack, dtype="Int64"),
    }
    scheduled: dict[str, Any] = {name: values.where(is_open) for name, values in found.items()}
    own = network.pad(is_open)
    return scheduled | {
        "chain": find_heaviest_paths(own, binding, level)[:count],
        "is_critical": is_open & (slack == 0),
    }


def _add_days(day: pd.Timestamp, days: Numbers) -> pd.Series[Any]:
    return pd.Series(day.to_datetime64() + days.astype("timedelta64[D]"), dtype="datetime64[us]")
