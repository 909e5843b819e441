"""Writes to tasks: creating, changing, deleting them."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must, rich_to_plain_text
from asana_frames.sandbox_server.core.custom_values import escape_text
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.goal_progress import refresh_goals, refresh_supported_goals
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.custom_values import update_custom_values
from asana_frames.sandbox_server.writes.places import (
    join_project,
    leave_project,
    list_task_fields,
    move_under_parent,
)

_TASK_DATE_FIELDS = ("due_on", "due_at", "start_on", "start_at")


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
        raise ApiError(400, "You should specify one of workspace, parent, projects")
    must(len(projects) <= 20, "projects", "A task can be in at most 20 projects")
    task = write.add("task", **blank.blank_task(workspace))
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
    """Return the projects of a new task, and the sections in them."""
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
    """Change a task, one field after the other, with a story for each."""
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
            write.tell(task, "name_changed", text, old_name=old, new_name=data["name"])
    notes = text_fields(data)
    if notes and any(task[key] != value for key, value in notes.items()):
        old = task["notes"]
        write.update(task, **notes)
        if not is_new:
            write.record_event("changed", task, field="notes")
            more = {"old_text_value": old, "new_text_value": notes["notes"]}
            write.tell(task, "notes_changed", "changed the description", **more)


def text_fields(data: dict[str, Any], plain_key: str = "notes") -> dict[str, str]:
    """Return both forms of a text of which one was given."""
    html_key = f"html_{plain_key}"
    if html_key in data:
        must(plain_key not in data, html_key, f"You may only provide one of this and {plain_key}")
        return {plain_key: rich_to_plain_text(data[html_key]), html_key: data[html_key]}
    if plain_key in data:
        text = data[plain_key]
        return {plain_key: text, html_key: f"<body>{escape_text(text)}</body>"}
    return {}


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
        write.tell(task, "resource_subtype_changed", f"changed this task to a {new}", **more)


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
        # A start is only taken together with the due date it leads to.
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
        write.tell(task, subtype, text, **dates)
        for dependent in task["dependents"] if field == "due_on" and not is_new else ():
            what = f"the due date of a dependency was changed: {task['name']}"
            write.tell(dependent, "dependency_due_date_changed", what, dependency=task, **dates)


def set_assignee(write: WriteContext, task: Object, person: Object | None) -> None:
    """Give a task to somebody, or to nobody."""
    if task["assignee"] is person:
        return
    old = task["assignee"]
    if old is not None:
        write.remove_related("user_tasks", old, task)
    by = write.me if person else None
    write.update(task, assignee=person, assigned_by=by, assignee_section=None)
    write.record_event("changed", task, field="assignee", change=person and {"new_value": person})
    if person is None:
        write.tell(task, "unassigned", "unassigned this task")
        return
    write.add_related("user_tasks", person, task)
    write.tell(task, "assigned", f"assigned this task to {person['name']}", assignee=person)
    add_follower(write, task, person, tell=False)


def apply_completion(write: WriteContext, task: Object, data: dict[str, Any]) -> None:
    """Complete a task, or not; an approval's status goes along."""
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
        write.tell(task, "approval_status_changed", f"changed this approval to {status}", **more)
    if done is None or done == task["completed"]:
        return
    at, by = (write.now, write.me) if done else (None, None)
    write.update(task, completed=done, completed_at=at, completed_by=by)
    write.record_event("changed", task, field="completed")
    word = "complete" if done else "incomplete"
    write.tell(task, f"marked_{word}", f"marked this task {word}")
    refresh_supported_goals(write, task)
    for dependent in task["dependents"] if done else ():
        text = f"completed a dependency: {task['name']}"
        write.tell(dependent, "dependency_marked_complete", text, dependency=task)


def set_like(write: WriteContext, item: Object, liked: bool) -> None:
    """Like something, or no longer."""
    others = [entry for entry in item["likes"] if entry["user"] is not write.me]
    likes = [*others, {"gid": write.me["gid"], "user": write.me}] if liked else others
    if len(likes) == len(item["likes"]):
        return
    fields: dict[str, Any] = {"likes": likes, "num_likes": len(likes)}
    if "hearts" in item:
        fields |= {"hearts": likes, "num_hearts": len(likes)}
    write.update_silently(item, **fields)
    if item["resource_type"] == "task" and liked:
        write.tell(item, "liked", "liked this task")


def add_follower(write: WriteContext, item: Object, person: Object, *, tell: bool = True) -> None:
    """Let somebody follow something."""
    if any(person is other for other in item["followers"]):
        return
    write.update_silently(item, followers=[*item["followers"], person])
    change = {"action": "added", "added_value": person}
    write.record_event("changed", item, field="followers", change=change)
    if tell and item["resource_type"] == "task":
        write.tell(item, "follower_added", f"added {person['name']}", follower=person)


def remove_follower(write: WriteContext, item: Object, person: Object) -> None:
    """Let somebody no longer follow something."""
    rest = [other for other in item["followers"] if other is not person]
    if len(rest) == len(item["followers"]):
        return
    write.update_silently(item, followers=rest)
    change = {"action": "removed", "removed_value": person}
    write.record_event("changed", item, field="followers", change=change)
    if item["resource_type"] == "task":
        write.tell(item, "follower_removed", f"removed {person['name']}", follower=person)


def add_tag(write: WriteContext, task: Object, tag: Object) -> None:
    """Give a task a tag."""
    if any(tag is other for other in task["tags"]):
        return
    write.update_silently(task, tags=[*task["tags"], tag])
    write.add_related("tag_tasks", tag, task)
    write.record_event("added", task, parent=tag)
    write.tell(task, "added_to_tag", f"added this task to {tag['name']}", tag=tag)


def remove_tag(write: WriteContext, task: Object, tag: Object) -> None:
    """Take a tag from a task."""
    if not any(tag is other for other in task["tags"]):
        return
    write.update_silently(task, tags=[other for other in task["tags"] if other is not tag])
    write.remove_related("tag_tasks", tag, task)
    write.record_event("removed", task, parent=tag)
    write.tell(task, "removed_from_tag", f"removed this task from {tag['name']}", tag=tag)


def delete_task(write: WriteContext, task: Object | None = None) -> None:
    """``DELETE /tasks/{task}``: the task and its subtasks leave all lists."""
    task = task or write.at["task"]
    write.audit("task_deleted", "deletion", task)
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


#: What belongs to a task: record type, where it is found under, or the field that names it.
_OWNED_BY_TASK = (
    ("story", "task_stories"),
    ("time_tracking_entry", "task_entries"),
    ("attachment", "attachments"),
)
_NAMING_TASK = (("webhook", "resource"), ("access_request", "target"))


def remove_owned_objects(write: WriteContext, task: Object) -> None:
    """Remove what belongs to a task that is deleted."""
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
