"""Dependencies of tasks: what blocks each task, and the critical path."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.rollups.histories.dependency_stories import PAIR as _PAIR
from asana_frames.rollups.histories.dependency_stories import select_edges_then
from asana_frames.rollups.histories.known_tasks import select_known
from asana_frames.rollups.projects.work_calendar import WorkCalendar
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.dag import Edges, Numbers, find_heaviest_paths, find_levels
from asana_frames.rollups.shared.inputs import (
    drop_duplicate_gids,
    is_true,
    read_frame,
    text_column,
)
from asana_frames.rollups.shared.moments import parse_moment, resolve_today
from asana_frames.rollups.shared.tasks import TaskTree, parse_task_dates, tell_apart
from asana_frames.types import When

_WHAT = "rollups.dependencies"
_DAYS = ("start_on", "due_on")
#: Further ahead than any due day, in working days, and below 0.
_NO_DUE_DAY = -(2**40)

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
    *,
    stories: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    default_days: int = 1,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """List what each task waits for and blocks, and its schedule by the critical path method.

    Dependencies are read if ``fields`` includes them::

        tasks = af.gather.all_tasks(asana, "Acme", fields=[
            "name", "completed", "completed_at", "created_at", "modified_at", "start_on",
            "due_on", "assignee.name", "memberships", "parent", "dependencies"])
        edges = af.bridge(tasks, "dependencies")

    or, with a request per task and ``tasks`` as they are::

        found = asana.tasks.list_dependencies(tasks)
        edges = af.bridge(found, "task", key="dependency_gid")

    Pass completed tasks as well: a dependency on a task that is not in ``tasks`` counts as open.
    Completed tasks block nothing and wait for nothing.

    The schedule is in working days. An open task begins today, on its ``start_on``, or on the day
    after the last of its open dependencies ends, whichever is last. It takes its planned days. If
    its ``start_on`` is over and it waits for nothing, it is under way: it takes the days left
    until ``due_on``, and one if that is over too. A task that is not in ``tasks`` takes no time,
    but keeps its place in the order.

    A chain is two or more open tasks that dependencies connect, over other tasks or directly. It
    ends with the last of them; slack is counted within the chain. A task alone is not a chain.

    Parameters
    ----------
    tasks
        As ``asana.tasks.list(...)`` or ``gather.all_tasks`` return them: needs ``gid``, ``name``,
        ``completed`` (missing is open) and ``due_on``. Duplicate tasks count once; rows without a
        gid are ignored.
    edges
        A row per dependency: ``task_gid`` waits for ``dependency_gid``. Duplicates count once.
        Either task may be missing from ``tasks``.
    stories
        All stories of the tasks, for an earlier ``now``: tasks and dependencies are as of then.
        Without them tasks created later are left out and tasks completed later are open, which
        takes ``created_at`` and ``completed_at``; the rest is as it was read, and a warning says
        so.
    now
        The moment whose day the schedule begins with; the present if not given.
    tz
        The time zone in which ``now`` is a day. The dates of tasks are days and stay.
    default_days
        How many working days a task takes that has no start or no due day, or starts after it is
        due.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or ``"Mon-Sun"`` for calendar days. A day of which a part is
        worked counts whole.
    holidays
        Days on which nobody works, or a calendar of the ``holidays`` library.

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
        one that it waits for, and both are in some); ``chain_gid``, ``chain_name`` (str, the task
        with which its chain ends, missing outside of chains); ``chain`` (Int64, open tasks on the
        longest way through the chain that ends in it, itself included; 0 outside of chains);
        ``days_planned`` (Int64, working days from ``start_on`` to ``due_on``, both included, at
        least 1).

        Of open tasks only, missing for completed ones: ``days_left`` (Int64, the working days
        that the schedule gives it); ``earliest_start``, ``earliest_finish`` (datetime64[us],
        first and last day of work); ``latest_finish`` (datetime64[us], the latest that does not
        make its chain longer) and ``days_slack`` (Int64, working days between earliest and latest
        finish), both missing outside of chains; ``days_slack_due`` (Int64, working days by which
        it may end later without it, or a task that waits for it, ending after its ``due_on``;
        below 0 if one ends too late already; missing if none has a due day); ``days_late``
        (Int64, calendar days from ``due_on`` to ``earliest_finish``; missing if that is not
        later).

        ``is_late`` (boolean: open, and its earliest finish is after its due day);
        ``is_critical`` (boolean: open, in a chain, and without slack in it); ``conflict``
        (boolean: it starts or is due before something that it waits for is due, both being open;
        the same day is not a conflict).

    Raises
    ------
    InvalidArgument
        Columns are missing, an argument is not valid, or tasks wait for each other in a cycle;
        the message names them.

    Examples
    --------
    Layout, of 2 days, waits for the text, of 5 days; the index is not in their chain. The text is
    done on Friday, so the layout ends on Tuesday, a day late:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "name": ["Text", "Layout", "Index"],
    ...         "completed": [False, False, False],
    ...         "start_on": pd.to_datetime(["2026-03-02", "2026-03-06", "2026-03-02"]),
    ...         "due_on": pd.to_datetime(["2026-03-06", "2026-03-09", "2026-03-03"]),
    ...     }
    ... )
    >>> edges = pd.DataFrame({"task_gid": ["2"], "dependency_gid": ["1"]})
    >>> found = dependencies(tasks, edges, now="2026-03-02")
    >>> found[["task_name", "is_blocked", "days_left", "earliest_finish", "days_slack", "is_late"]]
      task_name  is_blocked  days_left earliest_finish  days_slack  is_late
    0      Text       False          5      2026-03-06           0    False
    1    Layout        True          2      2026-03-10           0     True
    2     Index       False          2      2026-03-03        <NA>    False
    >>> found[["task_name", "days_slack_due", "days_late"]]
      task_name  days_slack_due  days_late
    0      Text              -1       <NA>
    1    Layout              -1          1
    2     Index               0       <NA>
    """
    read = read_frame(tasks, ["gid", "name", "completed", "due_on"], what=_WHAT, record="task")
    edges = read_frame(edges, _PAIR, what=_WHAT)
    check_number(default_days, name="default_days", like=1, is_whole=True, least=1)
    moment = parse_moment(now, tz)
    known, edges = _select_known(read, edges, stories, moment)
    described = _describe_tasks(known)
    calendar = _build_calendar(described, resolve_today(now, tz), workdays, holidays)
    described["days_planned"] = _count_planned_days(described, calendar, default_days)
    network = _build_graph(described, edges)
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
        **_compute_schedule(network, binding, level, calendar),
    )
    return write_about(table.astype(_DTYPES)[list(_DTYPES)], tasks, now=moment, tz=tz)


_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("task_gid", "task_name", "assignee_name"), STR),
    **dict.fromkeys(("project_gid", "project_name"), STR),
    **dict.fromkeys(_DAYS, "datetime64[us]"),
    "completed": "boolean",
    **dict.fromkeys(("depends_on_gids", "blocks_gids"), "object"),
    **dict.fromkeys(("open_dependencies", "unknown_dependencies"), "Int64"),
    **dict.fromkeys(("is_blocked", "crosses_projects"), "boolean"),
    **dict.fromkeys(("chain_gid", "chain_name"), STR),
    **dict.fromkeys(("chain", "days_planned", "days_left"), "Int64"),
    **dict.fromkeys(("earliest_start", "earliest_finish", "latest_finish"), "datetime64[us]"),
    **dict.fromkeys(("days_slack", "days_slack_due", "days_late"), "Int64"),
    **dict.fromkeys(("is_late", "is_critical", "conflict"), "boolean"),
}


def _select_known(
    tasks: pd.DataFrame, edges: pd.DataFrame, stories: pd.DataFrame | None, moment: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tasks and dependencies as they were known at a moment."""
    known = select_known(
        tasks, moment, stories, what=_WHAT, uses="names, dates, assignees and dependencies"
    )
    if stories is not None:
        edges = select_edges_then(edges, stories, moment, what=_WHAT)
    # A task of later is not one that nobody knows.
    later = set(tasks["gid"].dropna()) - set(known["gid"].dropna())
    if later:
        is_later = edges[[*_PAIR]].isin(later).any(axis="columns")
        edges = edges[~is_true(is_later)]
    return known, edges


def _describe_tasks(tasks: pd.DataFrame) -> pd.DataFrame:
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
    return pd.DataFrame(found).assign(
        completed=rows["completed"].astype("boolean"),
        project_keys=tuple_column(
            list(map(tell_apart, places["project_gids"], places["project_names"]))
        ),
    )


def _build_calendar(
    tasks: pd.DataFrame, today: pd.Timestamp, workdays: str, holidays: Iterable[Any]
) -> WorkCalendar:
    days = np.concatenate([tasks[name].to_numpy("datetime64[D]") for name in _DAYS])
    return WorkCalendar(today, days, workdays, holidays)


def _count_planned_days(tasks: pd.DataFrame, calendar: WorkCalendar, default: int) -> Numbers:
    """Return the working days from start to due; the default where these days do not tell."""
    start, due = (tasks[name].to_numpy("datetime64[D]") for name in _DAYS)
    # A day that is missing is neither before nor after another.
    planned = np.maximum(calendar.count_between(start, due), 1)
    return np.where(start <= due, planned, default)


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


class _Schedule(NamedTuple):
    """Working days of nodes: the number of the first one, and how many they take."""

    start: Numbers
    days: Numbers

    @property
    def end(self) -> Numbers:
        """The number of the working day after the last one."""
        return self.start + self.days


def _compute_schedule(
    network: _DependencyGraph, binding: Edges, level: Numbers, calendar: WorkCalendar
) -> dict[str, Any]:
    """Compute the chain of each task, its earliest and latest days, and its slack."""
    count = len(network.tasks)
    is_open = network.is_open[:count]
    plan = _plan_days(network, binding, level, calendar)
    backwards = Edges(binding.after, binding.before)
    back_level = level.max(initial=0) - level
    chains = _find_chains(network, binding, plan.end)
    onward = find_heaviest_paths(plan.days, backwards, back_level)
    slack = (chains.end - (plan.end + onward - plan.days))[:count]
    is_chained = is_open & chains.is_chain[:count]
    last = (plan.end - 1)[:count]
    finish = calendar.days_of(np.where(is_open, last, 0))
    chain = find_heaviest_paths(network.pad(is_open), binding, level)[:count]
    found = {
        "chain_gid": _pick(network.tasks["task_gid"], chains.last[:count], is_chained),
        "chain_name": _pick(network.tasks["task_name"], chains.last[:count], is_chained),
        "chain": np.where(is_chained, chain, 0),
        "days_left": _keep(plan.days[:count], is_open),
        "earliest_start": _keep_days(calendar, plan.start[:count], is_open),
        "earliest_finish": _keep_days(calendar, last, is_open),
        "latest_finish": _keep_days(calendar, last + slack, is_chained),
        "days_slack": _keep(slack, is_chained),
        "is_critical": is_chained & (slack == 0),
    }
    slack_due = _find_slack_until_due(network, plan, (backwards, back_level), calendar)
    return found | slack_due | _find_late(network.tasks, finish, is_open)


def _plan_days(
    network: _DependencyGraph, binding: Edges, level: Numbers, calendar: WorkCalendar
) -> _Schedule:
    """Return the earliest working days of open tasks; completed ones take none."""
    tasks, count = network.tasks, len(network.tasks)
    start, due = (tasks[name].to_numpy("datetime64[D]") for name in _DAYS)
    begin = calendar.count_before(start)
    waits = np.zeros(len(network.gids), dtype=bool)
    waits[binding.after] = True
    is_under_way = ~waits[:count] & ~np.isnat(start) & (start <= due) & (begin < 0)
    left = np.maximum(calendar.count_until(due), 1)
    days = np.where(is_under_way, left, tasks["days_planned"].to_numpy("int64"))
    days = network.pad(np.where(network.is_open[:count], days, 0))
    starts = network.pad(np.maximum(begin, 0))
    # Only open tasks have an edge that binds.
    end = find_heaviest_paths(days, binding, level, starts)
    return _Schedule(end - days, days)


class _Chains(NamedTuple):
    """Of each node: whether it is in a chain, where that ends, and with which node."""

    is_chain: _Flags
    end: Numbers
    last: Numbers


def _find_chains(network: _DependencyGraph, binding: Edges, end: Numbers) -> _Chains:
    """Find the open tasks that dependencies connect."""
    count = len(network.gids)
    top = _find_tops(binding, count)
    is_task = network.pad(network.is_open[: len(network.tasks)]).astype(bool)
    # At a tie the first task in the order of the frame.
    order = np.lexsort((-np.arange(count), np.where(is_task, end, -1)))
    last = np.zeros(count, dtype="int64")
    last[top[order]] = order
    size = np.bincount(top[is_task], minlength=count)
    return _Chains(size[top] > 1, end[last[top]], last[top])


def _find_tops(edges: Edges, count: int) -> Numbers:
    """Return a node for each node; nodes that edges connect have the same."""
    top = list(range(count))
    for before, after in zip(edges.before.tolist(), edges.after.tolist(), strict=True):
        ends = [_find_top(top, before), _find_top(top, after)]
        top[max(ends)] = min(ends)
    return np.array([_find_top(top, node) for node in range(count)], dtype="int64")


def _find_top(top: list[int], node: int) -> int:
    """Return the node at the end of a way up, and shorten the way."""
    while top[node] != node:
        top[node] = top[top[node]]
        node = top[node]
    return node


def _find_slack_until_due(
    network: _DependencyGraph,
    plan: _Schedule,
    backwards: tuple[Edges, Numbers],
    calendar: WorkCalendar,
) -> dict[str, Any]:
    """Return by how many days tasks may end later before one after them is late."""
    count = len(network.tasks)
    due = network.tasks["due_on"].to_numpy("datetime64[D]")
    is_due = network.is_open[:count] & ~np.isnat(due)
    # The longest way back from a due day, counted below 0, is the one that leaves the least time.
    until = calendar.count_until(due)
    starts = np.full(len(network.gids), _NO_DUE_DAY)
    starts[:count][is_due] = -until[is_due]
    latest = plan.days - find_heaviest_paths(plan.days, *backwards, starts)
    slack = (latest - plan.end)[:count]
    is_known = network.is_open[:count] & (slack < -_NO_DUE_DAY // 2)
    return {"days_slack_due": _keep(slack, is_known)}


def _find_late(tasks: pd.DataFrame, finish: Any, is_open: _Flags) -> dict[str, Any]:
    """Return which tasks end after their due day, and by how many calendar days."""
    late = (finish - tasks["due_on"].to_numpy("datetime64[D]")).astype("timedelta64[D]")
    is_late = is_open & (late > np.timedelta64(0, "D"))
    return {"is_late": is_late, "days_late": _keep(late.astype("int64"), is_late)}


def _pick(texts: pd.Series[Any], at: Numbers, where: _Flags) -> pd.Series[Any]:
    """Return the texts at positions, missing elsewhere."""
    return pd.Series(texts.array.take(np.where(where, at, -1), allow_fill=True), dtype=STR)


def _keep(numbers: Numbers, where: _Flags) -> pd.Series[Any]:
    """Return numbers, missing elsewhere."""
    return pd.Series(pd.arrays.IntegerArray(numbers.astype("int64"), ~where))


def _keep_days(calendar: WorkCalendar, numbers: Numbers, where: _Flags) -> pd.Series[Any]:
    """Return working days by their numbers, missing elsewhere."""
    days = calendar.days_of(np.where(where, numbers, 0)).astype("datetime64[us]")
    return pd.Series(np.where(where, days, np.datetime64("NaT")), dtype="datetime64[us]")
