"""Dependencies between tasks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import ListRows, list_field
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext


def add_dependencies(
    write: WriteContext, task: Object, others: list[Object], here: str, there: str
) -> None:
    """Add dependencies or dependents to a task: no cycles, at most 30."""
    word = "dependency" if here == "dependencies" else "dependent"
    for other in others:
        if any(other is known for known in task[here]):
            continue
        must(other is not task, here, "A task cannot depend on itself")
        total = len(task["dependencies"]) + len(task["dependents"])
        must(total < 30, here, "A task can have at most 30 dependencies and dependents")
        if is_reachable(other, task, here):
            raise ApiError(400, f"{here}: Dependencies cannot form a circle")
        write.update_silently(task, **{here: [*task[here], other]})
        write.update_silently(other, **{there: [*other[there], task]})
        write.record_event(
            "changed", task, field=here, change={"action": "added", "added_value": other}
        )
        more: dict[str, Any] = {"dependency" if word == "dependency" else "task": other}
        write.add_story(task, f"{word}_added", f"added a {word}: {other['name']}", **more)
        back = "dependent" if word == "dependency" else "dependency"
        more = {"dependency" if back == "dependency" else "task": task}
        write.add_story(other, f"{back}_added", f"added a {back}: {task['name']}", **more)


def remove_dependencies(
    write: WriteContext, task: Object, others: list[Object], here: str, there: str
) -> None:
    """Undo `add_dependencies`."""
    word = "dependency" if here == "dependencies" else "dependent"
    for other in others:
        if not any(other is known for known in task[here]):
            continue
        write.update_silently(task, **{here: [item for item in task[here] if item is not other]})
        write.update_silently(
            other, **{there: [item for item in other[there] if item is not task]}
        )
        change = {"action": "removed", "removed_value": other}
        write.record_event("changed", task, field=here, change=change)
        more: dict[str, Any] = {"dependency" if word == "dependency" else "task": other}
        write.add_story(task, f"{word}_removed", f"removed a {word}: {other['name']}", **more)


def is_reachable(start: Object, goal: Object, here: str) -> bool:
    """Whether a chain of dependencies leads from one task to another."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        item = waiting.pop()
        if item is goal:
            return True
        if item["gid"] not in seen:
            seen.add(item["gid"])
            waiting += item[here]
    return False


def _edit_dependencies_with(
    do: Callable[[WriteContext, Object, list[Object], str, str], None], here: str, there: str
) -> Handler:
    def handle(write: WriteContext) -> None:
        write.require(here)
        do(write, write.at["task"], write.data[here], here, there)

    return handle


def build_dependencies(make: ObjectFactory, tasks: list[Object], chain: int) -> None:
    """Build dependencies between tasks that are due after each other.

    Parameters
    ----------
    make
        Adds objects.
    tasks
        The tasks of a project.
    chain
        How many of its open tasks, those due last, wait for one another.
    """
    dated = sorted((task for task in tasks if task["due_on"]), key=lambda task: task["due_on"])
    waiting = [task for task in dated if not task["completed"]][-chain:] if chain else []
    drawn = [pair for pair in pairwise(dated) if make.random.random() < 0.15]
    for earlier, later in (*drawn, *pairwise(waiting)):
        is_linked = any(earlier is known for known in later["dependencies"])
        # What is completed did not wait for an open task.
        if not is_linked and (earlier["completed"] or not later["completed"]):
            later["dependencies"].append(earlier)
            earlier["dependents"].append(later)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getDependenciesForTask": list_field("task", "dependencies"),
    "getDependentsForTask": list_field("task", "dependents"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "addDependenciesForTask": _edit_dependencies_with(
        add_dependencies, "dependencies", "dependents"
    ),
    "removeDependenciesForTask": _edit_dependencies_with(
        remove_dependencies, "dependencies", "dependents"
    ),
    "addDependentsForTask": _edit_dependencies_with(
        add_dependencies, "dependents", "dependencies"
    ),
    "removeDependentsForTask": _edit_dependencies_with(
        remove_dependencies, "dependents", "dependencies"
    ),
}
