"""Reads of one object that is not simply the one its path names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asana_frames.sandbox_server.core.custom_values import value_fields
from asana_frames.sandbox_server.core.errors import not_found
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.reads.budgets import add_budget_values

Arguments = dict[str, Any]


def _count_project_tasks(store: Store, asked: Arguments) -> Object:
    tasks = list(store.related("project_tasks", asked["project"]))
    milestones = [task for task in tasks if task["resource_subtype"] == "milestone"]
    made = {}
    for noun, found in (("tasks", tasks), ("milestones", milestones)):
        done = sum(task["completed"] for task in found)
        made[f"num_{noun}"] = len(found)
        made[f"num_incomplete_{noun}"] = len(found) - done
        made[f"num_completed_{noun}"] = done
    return made


def _find_user_task_list(store: Store, asked: Arguments) -> Object:
    return next(item for item in store.all("user_task_list") if item["owner"] is asked["user"])


def _find_task_by_custom_id(store: Store, asked: Arguments) -> Object:
    wanted = asked["custom_id"]
    for task in store.all("task"):
        for field, value in task["custom_fields"]:
            is_id = field["representation_type"] == "custom_id"
            if is_id and value_fields(field, value)["display_value"] == wanted:
                return task
    raise not_found("custom_id", wanted)


ONES: dict[str, Callable[[Store, Arguments], Object]] = {
    "getBudget": lambda store, asked: add_budget_values(store, asked["budget"]),
    "getTaskCountsForProject": _count_project_tasks,
    "getUserTaskListForUser": _find_user_task_list,
    "getTaskForCustomID": _find_task_by_custom_id,
    "getUserForWorkspace": lambda store, asked: asked["user"],
}
