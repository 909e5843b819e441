"""Where tasks live: projects, sections, under other tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.custom_values import EMPTY_VALUES, custom_id_number
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.goal_progress import refresh_goals, refresh_supported_goals
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext

#: Levels of subtasks below a task.
_MAX_SUBTASK_DEPTH = 5


def list_task_fields(task: Object) -> list[Object]:
    """Return the custom fields that a task has through its projects, or its parent's."""
    top = task
    while not top["projects"] and top["parent"] is not None:
        top = top["parent"]
    found: dict[str, Object] = {}
    for project in top["projects"]:
        for setting in project["custom_field_settings"]:
            found[setting["custom_field"]["gid"]] = setting["custom_field"]
    return list(found.values())


def add_empty_values(task: Object, fields: Iterable[Object]) -> list[Any]:
    """Return a task's values with empty ones for fields that are new to it."""
    known = {field["gid"] for field, _ in task["custom_fields"]}
    new = [field for field in fields if field["gid"] not in known]
    return [*task["custom_fields"], *((field, initial_value(task, field)) for field in new)]


def initial_value(item: Object, field: Object) -> Any:
    """Return what a field holds on an object that has just got it: IDs are given out."""
    if field["representation_type"] == "custom_id":
        return custom_id_number(item)
    return EMPTY_VALUES.get(field["representation_type"])


def join_project(
    write: WriteContext, task: Object, project: Object, section: Object | None, *, first: bool
) -> None:
    """Make a task a member of a project, or move it inside one it is in already."""
    sections = list(write.store.related("sections", project))
    target = section or sections[0]
    must(target["project"] is project, "section", "The section is not in the project")
    if any(project is other for other in task["projects"]):
        move_to_section(write, task, target)
        return
    must(len(task["projects"]) < 20, "project", "A task can be in at most 20 projects")
    write.update_silently(
        task,
        projects=[*task["projects"], project],
        memberships=[*task["memberships"], {"project": project, "section": target}],
    )
    fields = [setting["custom_field"] for setting in project["custom_field_settings"]]
    away = task.get("_away", frozenset()) - {field["gid"] for field in fields}
    write.update_silently(task, custom_fields=add_empty_values(task, fields), _away=away)
    at = 0 if first and not write.data.get("insert_after") else None
    insert_task(write, "project_tasks", project, task, at)
    insert_task(write, "section_tasks", target, task, at)
    write.record_event("added", task, parent=project)
    write.record_event("added", task, parent=target)
    text = f"added this task to {project['name']}"
    write.tell(task, "added_to_project", text, project=project)
    refresh_supported_goals(write, task)


def insert_task(
    write: WriteContext, what: str, owner: Object, task: Object, at: int | None
) -> None:
    """Put a task where ``insert_before`` and ``insert_after`` say, if they say it of this list."""
    tasks = list(write.store.related(what, owner))
    anchors = [write.data.get(name) for name in ("insert_before", "insert_after")]
    if any(isinstance(anchor, dict) and anchor["resource_type"] == "task" for anchor in anchors):
        at = write.insertion_index(tasks)
    write.add_related(what, owner, task, at)


def move_to_section(write: WriteContext, task: Object, section: Object) -> None:
    """Move a task to a section of a project it is in, or to a place inside its section."""
    project = section["project"]
    old = next(entry["section"] for entry in task["memberships"] if entry["project"] is project)
    write.remove_related("section_tasks", old, task)
    insert_task(write, "section_tasks", section, task, 0)
    if old is section:
        return
    places = [
        {"project": project, "section": section} if entry["project"] is project else entry
        for entry in task["memberships"]
    ]
    write.update_silently(task, memberships=places)
    write.record_event("removed", task, parent=old)
    write.record_event("added", task, parent=section)
    text = f'moved this task from "{old["name"]}" to "{section["name"]}"'
    more = {"old_section": old, "new_section": section, "project": project}
    write.tell(task, "section_changed", text, **more)


def leave_project(
    write: WriteContext, task: Object, project: Object, *, tell: bool = True
) -> None:
    """Take a task out of a project; what it holds in that project's fields stays."""
    if not any(project is other for other in task["projects"]):
        return
    left = next(entry for entry in task["memberships"] if entry["project"] is project)
    write.update_silently(
        task,
        projects=[other for other in task["projects"] if other is not project],
        memberships=[entry for entry in task["memberships"] if entry is not left],
    )
    write.remove_related("project_tasks", project, task)
    write.remove_related("section_tasks", left["section"], task)
    for link in list(write.store.related("supported_by", project)):
        refresh_goals(write, link["supported_goal"])
    if tell:
        kept = {field["gid"] for field in list_task_fields(task)}
        held = [
            (field, value)
            for field, value in task["custom_fields"]
            if field["gid"] in kept or value not in (None, [])
        ]
        away = frozenset(field["gid"] for field, _ in held) - kept
        write.update_silently(task, custom_fields=held, _away=away)
        write.record_event("removed", task, parent=project)
        text = f"removed this task from {project['name']}"
        write.tell(task, "removed_from_project", text, project=project)


def move_under_parent(
    write: WriteContext, task: Object, parent: Object | None, *, tell: bool = True
) -> None:
    """Make a task a subtask, or give it no parent; no circles, no more than five levels."""
    old = task["parent"]
    if parent is not None:
        above = [parent]
        while above[-1]["parent"] is not None:
            above.append(above[-1]["parent"])
        must(all(task is not item for item in above), "parent", "A task cannot be its own parent")
        depth = len(above) + subtask_height(write, task)
        must(
            depth <= _MAX_SUBTASK_DEPTH,
            "parent",
            f"Subtasks go {_MAX_SUBTASK_DEPTH} levels deep at most",
        )
    if old is not None:
        write.remove_related("subtasks", old, task)
        write.update_silently(old, num_subtasks=old["num_subtasks"] - 1)
        if tell and old is not parent:
            write.record_event("removed", task, parent=old)
    write.update(task, parent=parent)
    if parent is not None:
        children = list(write.store.related("subtasks", parent))
        write.add_related("subtasks", parent, task, write.insertion_index(children))
        write.update_silently(parent, num_subtasks=parent["num_subtasks"] + 1)
        if old is not parent:
            write.record_event("added", task, parent=parent)
            text = f'added subtask "{task["name"]}"'
            write.tell(parent, "subtask_added", text, task=task)
        if not task["projects"]:
            write.update_silently(
                task, custom_fields=add_empty_values(task, list_task_fields(parent))
            )


def subtask_height(write: WriteContext, task: Object) -> int:
    """Return how many levels of subtasks a task has below itself."""
    children = write.store.related("subtasks", task)
    return max((1 + subtask_height(write, child) for child in children), default=0)


def add_dependencies(
    write: WriteContext, task: Object, others: list[Object], here: str, there: str
) -> None:
    """Let a task wait for others, or others wait for it; no circles, no more than 30."""
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
        write.tell(task, f"{word}_added", f"added a {word}: {other['name']}", **more)
        back = "dependent" if word == "dependency" else "dependency"
        more = {"dependency" if back == "dependency" else "task": task}
        write.tell(other, f"{back}_added", f"added a {back}: {task['name']}", **more)


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
        write.tell(task, f"{word}_removed", f"removed a {word}: {other['name']}", **more)
