"""The sub-goals, projects and tasks that goals depend on, at any depth."""

from __future__ import annotations

from typing import Any, TypeAlias

import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.rollups.goals.known_goals import Histories, Past
from asana_frames.rollups.goals.links import Link
from asana_frames.rollups.goals.progress import ProgressOfGoals, compute_progress
from asana_frames.rollups.shared.about import write_about
from asana_frames.types import When

_WHAT = "rollups.goal_drivers"
_DTYPES: dict[str, Any] = {
    "goal_gid": STR,
    "goal_name": STR,
    "ahead": "Float64",
    "driver_gid": STR,
    "driver_name": STR,
    "kind": STR,
    "depth": "Int64",
    "path": object,
    "status": STR,
    "progress": "Float64",
    "weight": "Float64",
    "owed": "Float64",
}
_COLUMNS = list(_DTYPES)
#: Gid and kind of what supports a goal.
Key: TypeAlias = tuple[str, str]


def goal_drivers(
    goals: pd.DataFrame,
    relationships: pd.DataFrame,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    behind: bool = True,
    status_updates: pd.DataFrame | None = None,
    stories: pd.DataFrame | None = None,
    histories: Histories | None = None,
    now: When | None = None,
    read_at: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List what the goals that are behind depend on: sub-goals, projects, portfolios, tasks.

    Parameters
    ----------
    goals, relationships, counts, tasks, status_updates, stories, histories, now, read_at, tz
        As in ``rollups.goal_progress``.
    behind
        Only goals that are behind (``ahead`` below 0); False for all goals.

    Returns
    -------
    DataFrame
        One row per goal and resource that supports it, directly or through sub-goals, each once
        however many ways there are: ``goal_gid``, ``goal_name`` (str); ``ahead`` (Float64, of the
        goal); ``driver_gid``, ``driver_name``, ``kind`` (str: ``goal``, ``project``,
        ``portfolio``, ``task``); ``depth`` (Int64, steps below the goal on the shortest way on
        which it counts, or else the shortest, 1 for what supports it directly); ``path`` (tuple
        of names from the goal to the driver on that way); ``status`` (str, of a driver that is a
        goal); ``progress`` (Float64, of the driver:
        of a goal as in ``rollups.goal_progress``, of a project its share of completed tasks, or
        of milestones where the goal above it counts those; of a task 1 or 0); ``weight`` (Float64,
        0 to 1: its part of the goal's computed progress; 0 where that does not count it, such as a
        sub-goal of a goal whose progress is set by hand); ``owed`` (Float64, weight * (1 -
        progress), not below 0: the part of the goal's progress that it lacks; missing without
        progress). The goals furthest behind are first; of each, what owes most.

    Raises
    ------
    InvalidArgument
        Columns are missing, or goals support each other in a cycle.

    Examples
    --------
    A goal is the mean of two projects, of which one is finished:

    >>> import pandas as pd
    >>> goals = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "name": ["Ship it"],
    ...         "start_on": pd.to_datetime(["2026-01-01"]),
    ...         "due_on": pd.to_datetime(["2026-03-31"]),
    ...         "metric_progress_source": ["project_task_completion"],
    ...         "metric_initial_number_value": [0.0],
    ...         "metric_current_number_value": [0.6],
    ...         "metric_target_number_value": [1.0],
    ...     }
    ... )
    >>> relationships = pd.DataFrame(
    ...     {
    ...         "resource_subtype": ["supporting_work"] * 2,
    ...         "supported_goal_gid": ["1", "1"],
    ...         "supporting_resource_gid": ["8", "9"],
    ...         "supporting_resource_name": ["Site", "App"],
    ...         "supporting_resource_resource_type": ["project", "project"],
    ...         "contribution_weight": [1.0, 1.0],
    ...     }
    ... )
    >>> counts = pd.DataFrame(
    ...     {
    ...         "project_gid": ["8", "9"],
    ...         "num_tasks": [10, 10],
    ...         "num_completed_tasks": [10, 2],
    ...         "num_milestones": [0, 0],
    ...         "num_completed_milestones": [0, 0],
    ...     }
    ... )
    >>> drivers = goal_drivers(
    ...     goals, relationships, counts=counts, now="2026-03-31", read_at="2026-03-31"
    ... )
    >>> drivers[["goal_name", "driver_name", "progress", "weight", "owed"]]
      goal_name driver_name  progress  weight  owed
    0   Ship it         App       0.2     0.5   0.4
    1   Ship it        Site       1.0     0.5   0.0
    """
    check_flag(behind, name="behind")
    past = Past(now, status_updates, stories, histories, read_at, tz)
    found = compute_progress(goals, relationships, counts, tasks, past, what=_WHAT)
    table = found.table
    chosen = table[(table["ahead"] < 0).fillna(False).astype(bool)] if behind else table
    ordered = chosen.sort_values("ahead", kind="stable", na_position="last")
    statuses = dict(zip(table["gid"], table["status"], strict=True))
    rows = [
        (gid, name, ahead, *driver)
        for gid, name, ahead in zip(*(ordered[c] for c in ("gid", "name", "ahead")), strict=True)
        for driver in _list_drivers(gid, found, statuses)
    ]
    made = pd.DataFrame(rows, columns=_COLUMNS).astype(_DTYPES)
    made = made.assign(path=tuple_column(made["path"].tolist()))
    return write_about(made, goals, now=found.known.now, tz=tz)


def _list_drivers(
    goal: str, found: ProgressOfGoals, statuses: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """List what supports a goal, what owes most first."""
    ways, weights = _find_ways(goal, found)
    rows = []
    for key, way in ways.items():
        link = way[-1]
        progress = _find_progress(way, found)
        weight = min(1.0, weights[key])
        owed = None if progress is None else max(0.0, weight * (1 - progress))
        status = statuses.get(link.gid) if link.kind == "goal" else None
        path = tuple(each.name for each in way)
        rows.append(
            (link.gid, link.name, link.kind, len(way) - 1, path, status, progress, weight, owed)
        )
    return sorted(rows, key=lambda row: (-(row[-1] or 0.0), -row[-2], row[3]))


def _find_ways(
    goal: str, found: ProgressOfGoals
) -> tuple[dict[Key, tuple[Link, ...]], dict[Key, float]]:
    """Find the shortest way to each resource below a goal, and its part of the goal's progress.

    Ways on which all counts come before those on which something does not.
    """
    names = dict(zip(found.table["gid"], found.table["name"], strict=True))
    top: Key = (goal, "goal")
    ways: dict[Key, tuple[Link, ...]] = {top: (Link(goal, 0.0, "goal", names[goal]),)}
    weights: dict[Key, float] = {top: 1.0}
    #: Whether all on the shortest way counts for what is above it, and how long it is.
    ranks: dict[Key, tuple[bool, int]] = {top: (False, 1)}
    # From the top down: all ways to a goal are known before those that lead on from it.
    for above in reversed(found.contributions.computed):
        key = (above, "goal")
        if key not in ways:
            continue
        parts = {(link.gid, link.kind): part for link, part in found.contributions.parts[above]}
        for link in found.links.of.get(above, ()):
            # Of goals that are not given nothing is known.
            if link.kind != "goal" or link.gid in names:
                below = (link.gid, link.kind)
                part = parts.get(below, 0.0)
                # A way on which something counts is before a shorter one on which nothing does.
                rank = (ranks[key][0] or part == 0, ranks[key][1] + 1)
                if below not in ranks or rank < ranks[below]:
                    ranks[below] = rank
                    named = link._replace(name=names.get(link.gid, link.name))
                    ways[below] = (*ways[key], named)
                gained = weights[key] * part
                weights[below] = weights.get(below, 0.0) + gained
    del ways[top], weights[top]
    return ways, weights


def _find_progress(way: tuple[Link, ...], found: ProgressOfGoals) -> float | None:
    """Return the progress of what is at the end of a way; None if unknown."""
    above, link = way[-2], way[-1]
    if link.kind == "goal":
        return found.contributions.reached.get(link.gid)
    counted = found.contributions.source[above.gid]
    name = counted if link.kind == "project" and counted == "milestones" else f"{link.kind}s"
    return found.shares.get(name, {}).get(link.gid)
