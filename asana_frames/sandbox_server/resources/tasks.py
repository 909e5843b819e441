"""Tasks: their fields, projects, subtasks and copies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.custom_values import value_fields
from asana_frames.sandbox_server.core.errors import invalid_field, missing_combination, not_found
from asana_frames.sandbox_server.core.followers_and_likes import (
    add_follower,
    add_followers,
    blank_likes,
    build_like,
    remove_followers,
    set_like,
)
from asana_frames.sandbox_server.core.goal_progress import refresh_goals, refresh_supported_goals
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    filter_custom_type,
    filter_since,
    list_related,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import (
    HISTORY_DAYS,
    Object,
    ObjectFactory,
    Store,
    format_day,
    format_moment,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.custom_fields import (
    add_empty_values,
    build_values,
    list_task_fields,
    update_custom_values,
)
from asana_frames.sandbox_server.resources.jobs import parse_include, start_job
from asana_frames.sandbox_server.resources.tags import add_tag, remove_tag
from asana_frames.sandbox_server.resources.time_tracking import build_time_entries

_TASK_DATE_FIELDS = ("due_on", "due_at", "start_on", "start_at")


#: Levels of subtasks below a task.
_MAX_SUBTASK_DEPTH = 5


#: Fields of a task that are always copied, and those that ``include`` can name.
_COPIED_TASK_FIELDS = ("resource_subtype", "approval_status", "custom_fields", "name")


_INCLUDED_TASK_FIELDS: dict[str, tuple[str, ...]] = {
    "notes": ("notes", "html_notes"),
    "assignee": ("assignee",),
    "dates": ("due_on", "due_at", "start_on", "start_at"),
}


_TASK_INCLUDES = (
    "notes", "assignee", "subtasks", "attachments", "tags", "followers", "projects", "dates",
    "dependencies", "parent",
)  # fmt: skip


#: Objects that a task owns: record type, and the relation or the field that names them.
_OWNED_BY_TASK = (
    ("story", "task_stories"),
    ("time_tracking_entry", "task_entries"),
    ("attachment", "attachments"),
)


_NAMING_TASK = (("webhook", "resource"), ("access_request", "target"))


def blank_task(workspace: Object) -> Object:
    """Return the fields of a new task."""
    return {
        "name": "",
        "resource_subtype": "default_task",
        "created_by": None,
        "approval_status": None,
        "assignee": None,
        "assignee_status": "upcoming",
        "assignee_section": None,
        "assigned_by": None,
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "created_at": "",
        "modified_at": "",
        "dependencies": [],
        "dependents": [],
        "due_at": None,
        "due_on": None,
        "start_at": None,
        "start_on": None,
        "notes": "",
        "html_notes": "<body></body>",
        **blank_likes(),
        "is_rendered_as_separator": False,
        "memberships": [],
        "projects": [],
        "parent": None,
        "num_subtasks": 0,
        "actual_time_minutes": None,
        "custom_fields": [],
        "custom_type": None,
        "custom_type_status_option": None,
        "followers": [],
        "tags": [],
        "workspace": workspace,
        "permalink_url": "",
    }


def filter_open_since(rows: ListRows) -> ListRows:
    """Keep incomplete tasks and those completed after ``completed_since``."""

    def kept(store: Store, asked: Arguments) -> Iterable[Object]:
        since = asked.get("completed_since")
        if since is None:
            return rows(store, asked)
        after = "9999" if since == "now" else since
        return [t for t in rows(store, asked) if not t["completed"] or t["completed_at"] > after]

    return kept


def list_project_tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    """List the tasks of a project as it shows them: section by section."""
    sections = store.related("sections", asked["project"])
    return [task for section in sections for task in store.related("section_tasks", section)]


def _list_tasks(store: Store, asked: Arguments) -> Iterable[Object]:
    if asked.get("section"):
        found = store.related("section_tasks", asked["section"])
    elif asked.get("project"):
        found = list_project_tasks(store, asked)
    else:
        found = store.related("user_tasks", asked["assignee"])
    return found


def _find_task_by_custom_id(store: Store, asked: Arguments) -> Object:
    wanted = asked["custom_id"]
    for task in store.all("task"):
        for field, value in task["custom_fields"]:
            is_id = field["representation_type"] == "custom_id"
            if is_id and value_fields(field, value)["display_value"] == wanted:
                return task
    raise not_found("custom_id", wanted)


def create_task(write: WriteContext) -> Object:
    """``POST /tasks``."""
    data = write.data
    homes = parse_task_projects(write)
    projects = [project for project, _ in homes]
    anchors = [data.get("workspace"), *(p["workspace"] for p in projects)]
    parent = data.get("parent") or write.at.get("task")
    anchors.append(parent and parent["workspace"])
    workspace = next((anchor for anchor in anchors if anchor), None)
    if workspace is None:
        raise missing_combination("createTask")
    must(len(projects) <= 20, "projects", "A task can be in at most 20 projects")
    task = write.add("task", **blank_task(workspace))
    write.update(
        task,
        name=data.get("name") or "",
        created_at=write.now,
        created_by=write.me,
        followers=[write.me],
        permalink_url=f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}",
    )
    if projects:
        url = f"{projects[0]['permalink_url']}/task/{task['gid']}"
        write.update(task, permalink_url=url)
    elif not parent:
        write.record_event("added", task)
    if parent:
        move_under_parent(write, task, parent)
    for project, section in homes:
        join_project(write, task, project, section, first=True)
    rest = {key: value for key, value in data.items() if key not in ("parent", "workspace")}
    apply_task_fields(write, task, rest, is_new=True)
    return task


def parse_task_projects(write: WriteContext) -> list[tuple[Object, Object | None]]:
    """Parse the projects and sections of a new task."""
    homes: dict[str, tuple[Object, Object | None]] = {}
    for project in write.data.get("projects") or ():
        homes[project["gid"]] = project, None
    given = write.raw.get("memberships") or []
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise invalid_field("memberships", "Must be a list of objects with project and section")
    for entry in given:
        project = write.find("project", entry.get("project"), "project")
        section = entry.get("section")
        found = None if section is None else write.find("section", section, "section")
        if found is not None and found["project"] is not project:
            raise invalid_field("memberships", "The section is not in the project")
        homes[project["gid"]] = project, found
    return list(homes.values())


def update_task(write: WriteContext) -> Object:
    """``PUT /tasks/{task}``."""
    task: Object = write.at["task"]
    data = dict(write.data)
    if "parent" in data:
        move_under_parent(write, task, data.pop("parent"))
    apply_task_fields(write, task, data, is_new=False)
    return task


def apply_task_fields(
    write: WriteContext, task: Object, data: dict[str, Any], *, is_new: bool
) -> None:
    """Apply the fields of a body to a task, with stories and events."""
    _apply_name_and_notes(write, task, data, is_new)
    _apply_subtype(write, task, data, is_new)
    _apply_task_dates(write, task, data, is_new)
    if "assignee" in data:
        set_assignee(write, task, data["assignee"])
    if data.get("assignee_section"):
        mine = task["assignee"] is write.me
        must(mine, "assignee_section", "Only the assignee can set this")
        write.update_and_record(task, "assignee_section", data["assignee_section"])
    for person in data.get("followers") or ():
        add_follower(write, task, person)
    for tag in data.get("tags") or ():
        add_tag(write, task, tag)
    if "custom_fields" in data:
        update_custom_values(
            write, task, data["custom_fields"], list_task_fields(task), is_new=is_new
        )
    apply_completion(write, task, data)
    if "liked" in data:
        set_like(write, task, data["liked"])
    if data.get("external"):
        data = {**data, "external": _parse_external(data["external"])}
    for key in ("assignee_status", "external", "custom_type_status_option"):
        if key in data:
            write.update_and_record(task, key, data[key])


def _parse_external(given: Any) -> dict[str, str]:
    must(isinstance(given, dict), "external", "Must be an object of gid and data")
    known = {}
    for key, most in (("gid", 1_024), ("data", 32_768)):
        value = given.get(key)
        must(value is None or isinstance(value, str), "external", f"{key} is not a string")
        must(len(value or "") <= most, "external", f"{key} is longer than {most} characters")
        if value is not None:
            known[key] = value
    return known


def _apply_name_and_notes(
    write: WriteContext, task: Object, data: dict[str, Any], is_new: bool
) -> None:
    if "name" in data and data["name"] != task["name"]:
        old = task["name"]
        write.update(task, name=data["name"])
        if not is_new:
            write.record_event("changed", task, field="name")
            text = f'changed the name to "{data["name"]}"'
            write.add_story(task, "name_changed", text, old_name=old, new_name=data["name"])
    notes = text_fields(data)
    if notes and any(task[key] != value for key, value in notes.items()):
        old = task["notes"]
        write.update(task, **notes)
        if not is_new:
            write.record_event("changed", task, field="notes")
            more = {"old_text_value": old, "new_text_value": notes["notes"]}
            write.add_story(task, "notes_changed", "changed the description", **more)


def _apply_subtype(write: WriteContext, task: Object, data: dict[str, Any], is_new: bool) -> None:
    if data.get("custom_type"):
        write.update_and_record(task, "custom_type", data["custom_type"])
        data = {"resource_subtype": "custom", **data}
    new = data.get("resource_subtype")
    if new is None or new == task["resource_subtype"]:
        return
    old = task["resource_subtype"]
    approval = None
    if new == "approval":
        approval = "approved" if task["completed"] else "pending"
    write.update(task, resource_subtype=new, approval_status=approval)
    if new == "milestone":
        # Milestones have no start.
        write.update(task, start_on=None, start_at=None)
    refresh_supported_goals(write, task)
    if not is_new:
        write.record_event("changed", task, field="resource_subtype")
        more = {"old_resource_subtype": old, "new_resource_subtype": new}
        write.add_story(task, "resource_subtype_changed", f"changed this task to a {new}", **more)


def _apply_task_dates(
    write: WriteContext, task: Object, data: dict[str, Any], is_new: bool
) -> None:
    given = {key: data[key] for key in _TASK_DATE_FIELDS if key in data}
    if not given:
        return
    for on, at in (("due_on", "due_at"), ("start_on", "start_at")):
        both = given.get(on) is not None and given.get(at) is not None
        must(not both, on, f"You may only provide one of {on} or {at}")
        if given.get(at):
            given[on] = given[at][:10]
        elif on in given or at in given:
            given = {**given, on: given.get(on), at: None}
    new = {key: task[key] for key in _TASK_DATE_FIELDS} | given
    if new["start_on"] and "start_on" in given:
        # A start date is only accepted together with a due date.
        must(is_new or "due_on" in given, "start_on", "You must also provide a due date")
    must(not new["start_on"] or new["due_on"], "start_on", "You must also provide a due date")
    ends = new["due_at"] or new["due_on"]
    begins = (new["start_at"] if new["due_at"] else None) or new["start_on"]
    must(not begins or begins <= ends, "start_on", "Must not be after the due date")
    if new["start_on"] and task["resource_subtype"] == "milestone":
        raise invalid_field("start_on", "Milestones cannot have a start date")
    _update_task_dates(write, task, new, is_new)


def _update_task_dates(
    write: WriteContext, task: Object, new: dict[str, Any], is_new: bool
) -> None:
    def shown(dates: Object) -> Object:
        return {key: dates[key] for key in ("start_on", "due_at", "due_on")}

    old = {key: task[key] for key in _TASK_DATE_FIELDS}
    if old == new:
        return
    write.update(task, **new)
    for field, subtype in (("start_on", "start_date_changed"), ("due_on", "due_date_changed")):
        at = f"{field[:-2]}at"
        if (old[field], old[at]) == (new[field], new[at]):
            continue
        if not is_new:
            write.record_event("changed", task, field=field)
        text = f"changed the {field[:-3]} date to {new[field]}"
        if new[field] is None:
            text = f"removed the {field[:-3]} date"
        dates: dict[str, Any] = {"old_dates": shown(old), "new_dates": shown(new)}
        write.add_story(task, subtype, text, **dates)
        for dependent in task["dependents"] if field == "due_on" and not is_new else ():
            what = f"the due date of a dependency was changed: {task['name']}"
            write.add_story(
                dependent, "dependency_due_date_changed", what, dependency=task, **dates
            )


def set_assignee(write: WriteContext, task: Object, person: Object | None) -> None:
    """Set or clear the assignee of a task."""
    if task["assignee"] is person:
        return
    old = task["assignee"]
    if old is not None:
        write.remove_related("user_tasks", old, task)
    by = write.me if person else None
    write.update(task, assignee=person, assigned_by=by, assignee_section=None)
    write.record_event("changed", task, field="assignee", change=person and {"new_value": person})
    if person is None:
        write.add_story(task, "unassigned", "unassigned this task")
        return
    write.add_related("user_tasks", person, task)
    write.add_story(task, "assigned", f"assigned this task to {person['name']}", assignee=person)
    add_follower(write, task, person, tell=False)


def apply_completion(write: WriteContext, task: Object, data: dict[str, Any]) -> None:
    """Complete or reopen a task, and its approval."""
    done = data.get("completed")
    status = data.get("approval_status")
    is_approval = task["resource_subtype"] == "approval"
    if status is not None:
        must(is_approval, "approval_status", "Only approvals have one")
        done = status != "pending"
    elif is_approval and done is not None and done != task["completed"]:
        status = "approved" if done else "pending"
    if status and status != task["approval_status"]:
        more = {"old_approval_status": task["approval_status"], "new_approval_status": status}
        write.update_and_record(task, "approval_status", status)
        write.add_story(
            task, "approval_status_changed", f"changed this approval to {status}", **more
        )
    if done is None or done == task["completed"]:
        return
    at, by = (write.now, write.me) if done else (None, None)
    write.update(task, completed=done, completed_at=at, completed_by=by)
    write.record_event("changed", task, field="completed")
    word = "complete" if done else "incomplete"
    write.add_story(task, f"marked_{word}", f"marked this task {word}")
    refresh_supported_goals(write, task)
    for dependent in task["dependents"] if done else ():
        text = f"completed a dependency: {task['name']}"
        write.add_story(dependent, "dependency_marked_complete", text, dependency=task)


def delete_task(write: WriteContext, task: Object | None = None) -> None:
    """``DELETE /tasks/{task}``: the task and its subtasks leave all lists."""
    task = task or write.at["task"]
    write.add_audit_event("task_deleted", "deletion", task)
    for child in list(write.store.related("subtasks", task)):
        delete_task(write, child)
    write.record_event("deleted", task, within=task["parent"])
    for project in task["projects"]:
        leave_project(write, task, project, tell=False)
    if task["parent"] is not None:
        move_under_parent(write, task, None, tell=False)
    if task["assignee"] is not None:
        write.remove_related("user_tasks", task["assignee"], task)
    for tag in task["tags"]:
        write.remove_related("tag_tasks", tag, task)
    for here, there in (("dependencies", "dependents"), ("dependents", "dependencies")):
        for other in task[here]:
            write.update_silently(
                other, **{there: [item for item in other[there] if item is not task]}
            )
    remove_owned_objects(write, task)
    write.remove(task)


def remove_owned_objects(write: WriteContext, task: Object) -> None:
    """Remove the objects that a deleted task owns."""
    for kind, what in _OWNED_BY_TASK:
        for item in list(write.store.related(what, task)):
            write.remove(item, kind)
    for link in list(write.store.related("supported_by", task)):
        goal = link["supported_goal"]
        write.remove_related("supports", goal, link)
        write.remove_related("supported_by", task, link)
        write.remove(link)
        refresh_goals(write, goal)
    for kind, field in _NAMING_TASK:
        for item in list(write.store.all(kind)):
            if item[field] is task:
                write.remove(item)
    for job in write.store.all("job"):
        if job["new_task"] is task:
            write.update(job, new_task=None)


def join_project(
    write: WriteContext, task: Object, project: Object, section: Object | None, *, first: bool
) -> None:
    """Add a task to a project, or move it within the project."""
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
    write.add_story(task, "added_to_project", text, project=project)
    refresh_supported_goals(write, task)


def insert_task(
    write: WriteContext, what: str, owner: Object, task: Object, at: int | None
) -> None:
    """Insert a task at the position that ``insert_before`` or ``insert_after`` names."""
    tasks = list(write.store.related(what, owner))
    anchors = [write.data.get(name) for name in ("insert_before", "insert_after")]
    if any(isinstance(anchor, dict) and anchor["resource_type"] == "task" for anchor in anchors):
        at = write.insertion_index(tasks)
    write.add_related(what, owner, task, at)


def move_to_section(write: WriteContext, task: Object, section: Object) -> None:
    """Move a task to a section of its project, or within its section."""
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
    write.add_story(task, "section_changed", text, **more)


def leave_project(
    write: WriteContext, task: Object, project: Object, *, tell: bool = True
) -> None:
    """Remove a task from a project; values of the project's fields stay."""
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
        write.add_story(task, "removed_from_project", text, project=project)


def add_project_to_task(write: WriteContext) -> None:
    """``POST /tasks/{task}/addProject``: to the bottom of a section, or the top of the first."""
    section = write.data.get("section")
    anchor = write.data.get("insert_before") or write.data.get("insert_after")
    if isinstance(anchor, dict) and section is None:
        project = write.data["project"]
        places = (e["section"] for e in anchor["memberships"] if e["project"] is project)
        section = next(places, None)
        must(section, "insert_before", "The task is not in the project")
    task: Object = write.at["task"]
    join_project(write, task, write.data["project"], section, first=section is None)


def move_under_parent(
    write: WriteContext, task: Object, parent: Object | None, *, tell: bool = True
) -> None:
    """Set or clear the parent of a task: no cycles, at most five levels."""
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
            write.add_story(parent, "subtask_added", text, task=task)
        if not task["projects"]:
            write.update_silently(
                task, custom_fields=add_empty_values(task, list_task_fields(parent))
            )


def subtask_height(write: WriteContext, task: Object) -> int:
    """Return the number of levels of subtasks below a task."""
    children = write.store.related("subtasks", task)
    return max((1 + subtask_height(write, child) for child in children), default=0)


def edit_task_with(do: Callable[[WriteContext, Object, Object], None], name: str) -> Handler:
    """Return a handler that edits the path's task with one object of the body."""
    return lambda write: do(write, write.at["task"], write.data[name])


def _set_parent(write: WriteContext) -> Object:
    task: Object = write.at["task"]
    move_under_parent(write, task, write.data.get("parent"))
    return task


def duplicate_task(write: WriteContext) -> Object:
    """``POST /tasks/{task}/duplicate``."""
    task: Object = write.at["task"]
    name = write.data.get("name") or f"Duplicate of {task['name']}"
    include = parse_include(write, _TASK_INCLUDES)
    copy = copy_task(write, task, include, name=name)
    if "projects" in include:
        for entry in task["memberships"]:
            join_project(write, copy, entry["project"], entry["section"], first=False)
    if "parent" in include and task["parent"]:
        move_under_parent(write, copy, task["parent"])
    write.add_story(
        copy, "duplicated", f"duplicated this from {task['name']}", duplicated_from=task
    )
    return start_job(write, "duplicate_task", new_task=copy)


def copy_task(write: WriteContext, task: Object, include: set[str], *, name: str = "") -> Object:
    """Copy a task with the parts in ``include``, into no project."""
    copy = write.add("task", **blank_task(task["workspace"]))
    keys = [
        *_COPIED_TASK_FIELDS,
        *(key for part in include for key in _INCLUDED_TASK_FIELDS.get(part, ())),
    ]
    fields = {key: task[key] for key in keys} | {"custom_fields": list(task["custom_fields"])}
    url = f"https://app.asana.com/1/{task['workspace']['gid']}/task/{copy['gid']}"
    write.update(
        copy,
        **fields,
        created_at=write.now,
        created_by=write.me,
        followers=[write.me],
        permalink_url=url,
    )
    if task["resource_subtype"] == "approval":
        write.update(copy, approval_status="pending")
    if name:
        write.update(copy, name=name)
    if copy["assignee"]:
        write.add_related("user_tasks", copy["assignee"], copy)
        write.update(copy, assigned_by=write.me)
    if "followers" in include:
        for person in task["followers"]:
            add_follower(write, copy, person, tell=False)
    for tag in task["tags"] if "tags" in include else ():
        add_tag(write, copy, tag)
    if "attachments" in include:
        for attachment in list(write.store.related("attachments", task)):
            fields = {k: v for k, v in attachment.items() if k not in ("gid", "resource_type")}
            made = write.add("attachment", **fields | {"parent": copy, "created_at": write.now})
            write.add_related("attachments", copy, made)
    for child in list(write.store.related("subtasks", task)) if "subtasks" in include else ():
        move_under_parent(write, copy_task(write, child, include), copy)
    return copy


def shift_task_dates(write: WriteContext, task: Object, shift: timedelta) -> None:
    """Move the dates of a task by some days."""
    for key in ("due_on", "start_on"):
        if task[key]:
            write.update(task, **{key: format_day(date.fromisoformat(task[key]) + shift)})


def roll_up_task(write: WriteContext) -> Object:
    """``POST /tasks/{task}/rollup``: widen the dates of one task."""
    task: Object = write.at["task"]
    cover_subtask_dates(write, task)
    return start_job(write, "rollup_task", new_task=task)


def cover_subtask_dates(write: WriteContext, task: Object) -> None:
    """Widen the dates of a task until they cover those of its subtasks."""
    children = list(write.store.related("subtasks", task))
    for child in children:
        cover_subtask_dates(write, child)
    ends = [t["due_on"] for t in (task, *children) if t["due_on"]]
    begins = [t["start_on"] for t in (task, *children) if t["start_on"]]
    new: Object = {"due_on": max(ends, default=None), "start_on": min(begins, default=None)}
    if new["due_on"] is None or task["resource_subtype"] == "milestone":
        new["start_on"] = None
    changed = {key: value for key, value in new.items() if value != task[key]}
    if changed:
        write.update(task, **changed, **({"due_at": None} if "due_on" in changed else {}))
        write.record_event("changed", task, field="due_on")


#: How work outside projects goes.
_OTHER_WORK = words.ProjectStory("", "", (), 0)


def build_task(
    make: ObjectFactory,
    project: Object | None = None,
    story: words.ProjectStory = _OTHER_WORK,
    parent: Object | None = None,
) -> Object:
    """Build a task, its tracked time and its subtasks."""
    random = make.random
    people = make.original_value(project, "members") if project else make.all("user")
    # No task is older than its project.
    history = timedelta(days=HISTORY_DAYS)
    if project:
        history = make.now - _parse_iso_moment(project["created_at"])
    created = make.now - random.random() ** 1.1 * 0.98 * history
    if parent is not None:
        created = _parse_iso_moment(parent["created_at"]) + timedelta(hours=random.randint(1, 200))
        created = min(created, make.now)
    due = created + timedelta(days=random.randint(2, 45)) if random.random() < 0.8 else None
    done = created + timedelta(days=random.gammavariate(2.0, 7.0))
    is_done = done < make.now and random.random() < story.done
    task = make.add("task")
    creator = random.choice(people)
    assignee = random.choice(people) if random.random() < 0.9 else None
    known = _task_people(creator, assignee, is_done) | task_name(make, parent is None, is_done)
    known |= _task_dates(make, created, due, known["resource_subtype"])
    last = done if is_done else min(created + timedelta(days=9), make.now)
    known |= {
        "completed_at": format_moment(done) if is_done else None,
        "modified_at": format_moment(last),
    }
    task |= _task_values(make, task, **known, completed=is_done, parent=parent)
    place_task(make, task, project, parent, created)
    build_time_entries(make, task, project, created, done if is_done else make.now)
    if parent is None and random.random() < 0.12:
        for _ in range(random.randint(1, 3)):
            task["num_subtasks"] += 1
            make.add_related("subtasks", task, build_task(make, project, story, task))
    return task


def _task_people(creator: Object, assignee: Object | None, is_done: bool) -> Object:
    followers = {person["gid"]: person for person in (creator, assignee) if person}
    return {
        "created_by": creator,
        "assignee": assignee,
        "assigned_by": creator if assignee else None,
        "completed_by": (assignee or creator) if is_done else None,
        "followers": list(followers.values()),
    }


def task_name(make: ObjectFactory, is_top: bool, is_done: bool) -> Object:
    """Return the name and subtype of a task."""
    random = make.random
    verb, thing = random.choice(words.VERBS), random.choice(words.THINGS)
    name = f"{verb} {thing} {random.choice(words.FOR_WHOM)}".strip()
    subtype = "default_task"
    if is_top and random.random() < 0.03:
        subtype, name = "milestone", f"{thing.capitalize()} ready"
    elif random.random() < 0.02:
        subtype = "approval"
    approval = "approved" if is_done else "pending"
    return {
        "name": name,
        "resource_subtype": subtype,
        "approval_status": approval if subtype == "approval" else None,
    }


def _task_dates(
    make: ObjectFactory, created: datetime, due: datetime | None, subtype: str
) -> Object:
    has_time = due is not None and make.random.random() < 0.1
    has_start = due is not None and subtype != "milestone" and make.random.random() < 0.3
    return {
        "created_at": format_moment(created),
        "due_on": format_day(due) if due else None,
        "due_at": format_moment(due) if due and has_time else None,
        "start_on": format_day(created) if has_start else None,
    }


def _task_values(make: ObjectFactory, task: Object, **known: Any) -> Object:
    workspace = make.all("workspace")[0]
    notes = "" if make.random.random() < 0.5 else f"{known['name']}.\nSee the brief."
    tags = [make.random.choice(make.all("tag"))] if make.random.random() < 0.15 else []
    for tag in tags:
        make.add_related("tag_tasks", tag, task)
    return {
        **blank_task(workspace),
        **known,
        "notes": notes,
        "html_notes": f"<body>{notes}</body>",
        "tags": tags,
        "permalink_url": f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}",
    }


def _parse_iso_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def place_task(
    make: ObjectFactory,
    task: Object,
    project: Object | None,
    parent: Object | None,
    created: datetime,
) -> None:
    """Link a task to its project and section, and remember its moves for its stories."""
    if task["assignee"] is not None:
        make.add_related("user_tasks", task["assignee"], task)
    moves: list[Object] = []
    if project is not None:
        fields = original_project_fields(make, project)
        task["custom_fields"] = build_values(make, task, fields)
        if parent is None:
            sections = make.related("sections", project)
            reached = (
                len(sections) - 1
                if task["completed"]
                else make.random.randrange(max(len(sections) - 1, 1))
            )
            moves = sections[: reached + 1]
            link_task_to_project(make, task, project, moves[-1])
            task["permalink_url"] = f"{project['permalink_url']}/task/{task['gid']}"
    make.task_histories.append((task, project if moves else None, moves, created))


def link_task_to_project(
    make: ObjectFactory, task: Object, project: Object, section: Object
) -> None:
    """Link a task to a project and section."""
    task["memberships"].append({"project": project, "section": section})
    task["projects"].append(project)
    make.add_related("project_tasks", project, task)
    make.add_related("section_tasks", section, task)


def build_second_projects(make: ObjectFactory) -> None:
    """Build second projects of some tasks.

    Not in those with a Priority of their own: that two fields share a name shows when such a
    project is read beside another, and not in every first frame.
    """
    projects = [
        project
        for project, story in zip(make.all("project"), words.PROJECTS, strict=True)
        if story.share and story.team != "Customer Success"
    ]
    own = {project["gid"] for project in projects}
    for task in make.all("task")[::14]:
        if not task["projects"] or task["projects"][0]["gid"] not in own:
            continue
        other = make.random.choice(projects)
        is_older = other["created_at"] <= task["created_at"]
        if not is_older or any(other is project for project in task["projects"]):
            continue
        link_task_to_project(make, task, other, make.related("sections", other)[0])
        present = {field["gid"] for field, _ in task["custom_fields"]}
        more = (
            field for field in original_project_fields(make, other) if field["gid"] not in present
        )
        task["custom_fields"] += build_values(make, task, more)


def original_project_fields(make: ObjectFactory, project: Object) -> list[Object]:
    """List the original custom fields of a project."""
    return [
        setting["custom_field"]
        for setting in make.original_value(project, "custom_field_settings")
    ]


def build_custom_typed_tasks(make: ObjectFactory) -> None:
    """Build tasks of custom types."""
    for project in make.all("project")[:3]:
        types = make.related("custom_types", project)
        for task in make.related("project_tasks", project)[::19] if types else ():
            if task["resource_subtype"] == "default_task":
                options = types[0]["status_options"]
                option = options[-1] if task["completed"] else make.random.choice(options[:-1])
                task["resource_subtype"] = "custom"
                task["custom_type"], task["custom_type_status_option"] = types[0], option


def build_likes(make: ObjectFactory) -> None:
    """Build likes of some tasks."""
    for task in make.all("task")[::9]:
        build_like(make, task)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getTasks": filter_custom_type(
        filter_since(filter_open_since(_list_tasks), "modified_at", "modified_since")
    ),
    "getTasksForProject": filter_open_since(list_project_tasks),
    "getTasksForSection": filter_open_since(list_related("section_tasks", "section")),
    "getTasksForTag": list_related("tag_tasks", "tag"),
    "getTasksForUserTaskList": filter_open_since(
        lambda store, asked: store.related("user_tasks", asked["user_task_list"]["owner"])
    ),
    "getSubtasksForTask": list_related("subtasks", "task"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getTask": object_at("task"),
    "getTaskForCustomID": _find_task_by_custom_id,
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createTask": create_task,
    "updateTask": update_task,
    "deleteTask": delete_task,
    "duplicateTask": duplicate_task,
    "createSubtaskForTask": create_task,
    "setParentForTask": _set_parent,
    "addProjectForTask": add_project_to_task,
    "removeProjectForTask": edit_task_with(leave_project, "project"),
    "addTagForTask": edit_task_with(add_tag, "tag"),
    "removeTagForTask": edit_task_with(remove_tag, "tag"),
    "addFollowersForTask": add_followers,
    "removeFollowerForTask": remove_followers,
    "rollupTask": roll_up_task,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "task": RecordShape(
        compact=("name", "resource_subtype"),
        hidden=frozenset(
            (
                "assigned_by",
                "assignee_section",
                "completed_by",
                "created_by",
                "custom_type",
                "custom_type_status_option",
                "dependencies",
                "dependents",
                "external",
                "html_notes",
                "is_rendered_as_separator",
                "num_subtasks",
            )
        ),
        references={
            "dependencies": ("gid", "resource_type"),
            "dependents": ("gid", "resource_type"),
        },
    ),
}
