"""Goal metrics that Asana computes from sub-goals, tasks and milestones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from asana_frames.sandbox_server.core.custom_values import format_number
from asana_frames.sandbox_server.core.store import Object, Store


class GoalUpdater(Protocol):
    """Receives computed values: a write, or the builder of the synthetic company."""

    store: Store

    def update(self, item: Object, **fields: Any) -> None:
        """Change fields of an object."""


def refresh_goals(sink: GoalUpdater, goal: Object) -> None:
    """Recompute the metric of a goal and of the goals that it supports.

    Parameters
    ----------
    sink
        Receives the new values.
    goal
        The first goal to recompute.
    """

    def above(item: Object) -> list[Object]:
        return [link["supported_goal"] for link in sink.store.related("supported_by", item)]

    # Each goal once, after all goals that its metric is computed from.
    waiting = list_reachable(goal, above)
    while waiting:
        pending = {item["gid"] for item in waiting}
        feeding = {up["gid"] for item in waiting for up in above(item)} & pending
        ready = [item for item in waiting if item["gid"] not in feeding]
        for item in ready:
            _measure_goal(sink, item)
        done = {item["gid"] for item in ready}
        waiting = [item for item in waiting if item["gid"] not in done]


def list_reachable(start: Object, following: Callable[[Object], Iterable[Object]]) -> list[Object]:
    """List an object and everything reachable from it, each once."""
    found = {start["gid"]: start}
    waiting = [start]
    while waiting:
        for item in following(waiting.pop()):
            if item["gid"] not in found:
                found[item["gid"]] = item
                waiting.append(item)
    return list(found.values())


def _measure_goal(sink: GoalUpdater, goal: Object) -> None:
    metric = goal["metric"]
    share = weighted_progress(sink.store, goal) if metric else None
    if not metric or share is None:
        return
    start, end = metric["initial_number_value"], metric["target_number_value"]
    # A percentage is as exact as it is shown.
    digits = metric["precision"] + 2 if metric["unit"] == "percentage" else 6
    value = round(start + share * (end - start), digits)
    if value != metric["current_number_value"]:
        shown = format_number({**metric, "format": metric["unit"]}, value)
        both = {"current_number_value": value, "current_display_value": shown}
        sink.update(goal, metric={**metric, **both})


def refresh_supported_goals(sink: GoalUpdater, task: Object) -> None:
    """Recompute the goals that a task or one of its projects supports."""
    for item in (task, *task["projects"]):
        for link in list(sink.store.related("supported_by", item)):
            refresh_goals(sink, link["supported_goal"])


def weighted_progress(store: Store, goal: Object) -> float | None:
    """Return the weighted progress of a goal's supporters; None if it is unknown."""
    source = goal["metric"]["progress_source"]
    links = [link for link in store.related("supports", goal) if link["contribution_weight"] > 0]
    weighed = goal["metric"]["is_custom_weight"]
    parts = []
    for link in links:
        share = _supporter_progress(store, link["supporting_resource"], source)
        if share is not None:
            parts.append((link["contribution_weight"] if weighed else 1, share))
    total = sum(weight for weight, _ in parts)
    return sum(weight * share for weight, share in parts) / total if total else None


def _supporter_progress(store: Store, item: Object, source: str) -> float | None:
    kind = item["resource_type"]
    if source == "subgoal_progress" and kind == "goal":
        return _metric_progress(item["metric"])
    if source in ("project_task_completion", "project_milestone_completion") and kind == "project":
        tasks = store.related("project_tasks", item)
        if source == "project_milestone_completion":
            tasks = [task for task in tasks if task["resource_subtype"] == "milestone"]
        done = [task["completed"] for task in tasks]
        return sum(done) / len(done) if done else None
    if source == "task_completion" and kind == "task":
        return float(item["completed"])
    return None


def _metric_progress(metric: Object | None) -> float | None:
    if metric is None:
        return None
    way = metric["target_number_value"] - metric["initial_number_value"]
    return (metric["current_number_value"] - metric["initial_number_value"]) / way if way else None
