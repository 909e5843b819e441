"""Writes to projects and sections."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.custom_values import update_custom_values
from asana_frames.sandbox_server.writes.people import add_member, remove_member
from asana_frames.sandbox_server.writes.places import join_project, leave_project, move_to_section
from asana_frames.sandbox_server.writes.tasks import add_follower, delete_task, text_fields

_PLAIN_PROJECT_FIELDS = (
    "name",
    "archived",
    "color",
    "icon",
    "default_view",
    "default_access_level",
    "minimum_access_level_for_customization",
    "minimum_access_level_for_sharing",
    "owner",
    "team",
)


def create_project(write: WriteContext) -> Object:
    """``POST /projects`` and its forms for a workspace and a team."""
    team = write.data.get("team") or write.at.get("team")
    workspace = write.data.get("workspace") or write.at.get("workspace")
    workspace = workspace or (team and team["organization"])
    if workspace is None:
        raise ApiError(400, "You should specify one of workspace, team")
    if team is None:
        # In an organization every project has a team: the first of its maker's.
        team = next(iter(write.store.related("user_teams", write.me)), None)
    project = add_project(write, str(write.data.get("name") or ""), workspace, team)
    _apply_project_fields(
        write, project, {key: value for key, value in write.data.items() if key != "team"}
    )
    return project


def add_project(write: WriteContext, name: str, workspace: Object, team: Object | None) -> Object:
    """Make a project with one section and one member."""
    project = write.add("project", **blank.blank_project(workspace))
    write.update(
        project,
        name=name,
        team=team,
        owner=write.me,
        followers=[write.me],
        created_at=write.now,
        permalink_url=f"https://app.asana.com/1/{workspace['gid']}/project/{project['gid']}",
    )
    if team is not None:
        write.add_related("team_projects", team, project)
    add_section(write, project, "Untitled section")
    add_member(write, project, write.me, "admin")
    write.record_event("added", project, parent=team or workspace)
    return project


def update_project(write: WriteContext) -> Object:
    """``PUT /projects/{project}``."""
    project: Object = write.at["project"]
    _apply_project_fields(write, project, write.data)
    return project


def _apply_project_fields(write: WriteContext, project: Object, data: dict[str, Any]) -> None:
    if "team" in data and data["team"] is not project["team"]:
        if project["team"] is not None:
            write.remove_related("team_projects", project["team"], project)
        if data["team"] is not None:
            write.add_related("team_projects", data["team"], project)
    for key in _PLAIN_PROJECT_FIELDS:
        if key in data:
            must(key != "name" or data[key], "name", "Missing input")
            write.update_and_record(project, key, data[key])
    for key, value in text_fields(data).items():
        write.update_and_record(project, key, value)
    _apply_project_dates(write, project, data)
    privacy = data.get("privacy_setting")
    if "public" in data:
        privacy = privacy or ("public_to_workspace" if data["public"] else "private")
    if privacy:
        write.update(project, privacy_setting=privacy, public=privacy != "private")
        write.record_event("changed", project, field="privacy_setting")
    if "custom_fields" in data:
        fields = [field for field, _ in project["custom_fields"]]
        update_custom_values(write, project, data["custom_fields"], fields)
    for person in data.get("followers") or ():
        add_follower(write, project, person)
    for key in ("current_status", "current_status_update"):
        if data.get(key) is not None:
            raise invalid_field(key, "Create a status update instead: POST /status_updates")


def _apply_project_dates(write: WriteContext, project: Object, data: dict[str, Any]) -> None:
    given = {key: data[key] for key in ("due_on", "due_date", "start_on") if key in data}
    if not given:
        return
    due = given.get("due_on", given.get("due_date", project["due_on"]))
    start = given.get("start_on", project["start_on"])
    has_due = given.get("due_on") or given.get("due_date")
    must(not given.get("start_on") or has_due, "start_on", "You must also provide a due date")
    if start and due:
        must(start != due, "start_on", "Must not be the due date")
        must(start < due, "start_on", "Must not be after the due date")
    start = start if due else None
    for key, value in (("due_on", due), ("due_date", due), ("start_on", start)):
        if key != "due_date":
            write.update_and_record(project, key, value)
        else:
            write.update(project, due_date=value)


def delete_project(write: WriteContext) -> None:
    """``DELETE /projects/{project}``: tasks that lived there only are deleted with it."""
    project: Object = write.at["project"]
    write.audit("project_deleted", "deletion", project)
    write.record_event("deleted", project, within=project["team"])
    for task in list(write.store.related("project_tasks", project)):
        if len(task["projects"]) > 1:
            leave_project(write, task, project)
        else:
            delete_task(write, task)
    write.remove(project)


# ---------------------------------------------------------------------- sections


def add_section(write: WriteContext, project: Object, name: str, at: int | None = None) -> Object:
    """Make a section in a project."""
    section = write.add(
        "section", name=name, created_at=write.now, project=project, projects=[project]
    )
    write.add_related("sections", project, section, at)
    write.record_event("added", section, parent=project)
    return section


def create_section(write: WriteContext) -> Object:
    """``POST /projects/{project}/sections``."""
    write.require("name")
    project = write.at["project"]
    place = write.insertion_index(list(write.store.related("sections", project)))
    return add_section(write, project, write.data["name"], place)


def update_section(write: WriteContext) -> Object:
    """``PUT /sections/{section}``."""
    section: Object = write.at["section"]
    if "name" in write.data:
        write.require("name")
        write.update_and_record(section, "name", write.data["name"])
    if write.data.get("insert_before") or write.data.get("insert_after"):
        _move_section(write, section["project"], section)
    return section


def insert_section(write: WriteContext) -> None:
    """``POST /projects/{project}/sections/insert``."""
    section = write.data["section"]
    project = write.at["project"]
    must(section["project"] is project, "section", "The section is not in the project")
    for name in ("before", "after"):
        write.data[f"insert_{name}"] = write.data.get(f"{name}_section")
    if not write.data["insert_before"] and not write.data["insert_after"]:
        raise ApiError(400, "You should specify one of before_section, after_section")
    _move_section(write, project, section)


def _move_section(write: WriteContext, project: Object, section: Object) -> None:
    anchors = (write.data.get("insert_before"), write.data.get("insert_after"))
    if any(section is anchor for anchor in anchors):
        return
    others = [item for item in write.store.related("sections", project) if item is not section]
    place = write.insertion_index(others)
    write.set_related("sections", project, [*others[:place], section, *others[place:]])
    write.record_event("changed", section, field="position")


def delete_section(write: WriteContext) -> None:
    """``DELETE /sections/{section}``: neither the last one nor one with tasks."""
    section: Object = write.at["section"]
    project = section["project"]
    must(not list(write.store.related("section_tasks", section)), "section", "It has tasks")
    must(len(list(write.store.related("sections", project))) > 1, "section", "It is the last one")
    write.remove_related("sections", project, section)
    write.record_event("deleted", section, within=project)
    write.remove(section)


def add_task_to_section(write: WriteContext) -> None:
    """``POST /sections/{section}/addTask``: to the top, unless a place is given."""
    section, task = write.at["section"], write.data["task"]
    if any(section["project"] is project for project in task["projects"]):
        move_to_section(write, task, section)
    else:
        join_project(write, task, section["project"], section, first=True)


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


def add_members(write: WriteContext) -> Object:
    """``POST /projects/{project}/addMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        add_member(write, parent, person, "editor")
    return parent


def remove_members(write: WriteContext) -> Object:
    """``POST /projects/{project}/removeMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        remove_member(write, parent, person)
    return parent
