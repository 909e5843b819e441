"""Writes to projects and sections."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.checks import must
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.writes.custom_values import change_values
from asana_frames.sandbox_server.writes.people import add_member, remove_member
from asana_frames.sandbox_server.writes.places import join_project, leave_project, move_to_section
from asana_frames.sandbox_server.writes.tasks import delete_task, follow, notes_of
from asana_frames.sandbox_server.writes.write import Write

_PLAIN = (
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


def create_project(write: Write) -> Object:
    """``POST /projects`` and its forms for a workspace and a team."""
    team = write.data.get("team") or write.at.get("team")
    workspace = write.data.get("workspace") or write.at.get("workspace")
    workspace = workspace or (team and team["organization"])
    if workspace is None:
        raise Refusal(400, "You should specify one of workspace, team")
    if team is None:
        # In an organization every project has a team: the first of its maker's.
        team = next(iter(write.store.found("user_teams", write.me)), None)
    project = new_project(write, str(write.data.get("name") or ""), workspace, team)
    _apply(write, project, {key: value for key, value in write.data.items() if key != "team"})
    return project


def new_project(write: Write, name: str, workspace: Object, team: Object | None) -> Object:
    """Make a project with one section and one member."""
    project = write.add("project", **blank.project(workspace))
    write.set(
        project,
        name=name,
        team=team,
        owner=write.me,
        followers=[write.me],
        created_at=write.now,
        permalink_url=f"https://app.asana.com/1/{workspace['gid']}/project/{project['gid']}",
    )
    if team is not None:
        write.put("team_projects", team, project)
    new_section(write, project, "Untitled section")
    add_member(write, project, write.me, "admin")
    write.happened("added", project, parent=team or workspace)
    return project


def update_project(write: Write) -> Object:
    """``PUT /projects/{project}``."""
    project: Object = write.at["project"]
    _apply(write, project, write.data)
    return project


def _apply(write: Write, project: Object, data: dict[str, Any]) -> None:
    if "team" in data and data["team"] is not project["team"]:
        if project["team"] is not None:
            write.drop("team_projects", project["team"], project)
        if data["team"] is not None:
            write.put("team_projects", data["team"], project)
    for key in _PLAIN:
        if key in data:
            must(key != "name" or data[key], "name", "Missing input")
            write.changed(project, key, data[key])
    for key, value in notes_of(data).items():
        write.changed(project, key, value)
    _dates(write, project, data)
    privacy = data.get("privacy_setting")
    if "public" in data:
        privacy = privacy or ("public_to_workspace" if data["public"] else "private")
    if privacy:
        write.set(project, privacy_setting=privacy, public=privacy != "private")
        write.happened("changed", project, field="privacy_setting")
    if "custom_fields" in data:
        fields = [field for field, _ in project["custom_fields"]]
        change_values(write, project, data["custom_fields"], fields)
    for person in data.get("followers") or ():
        follow(write, project, person)
    for key in ("current_status", "current_status_update"):
        if data.get(key) is not None:
            raise invalid(key, "Create a status update instead: POST /status_updates")


def _dates(write: Write, project: Object, data: dict[str, Any]) -> None:
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
            write.changed(project, key, value)
        else:
            write.set(project, due_date=value)


def delete_project(write: Write) -> None:
    """``DELETE /projects/{project}``: tasks that lived there only are deleted with it."""
    project: Object = write.at["project"]
    write.audit("project_deleted", "deletion", project)
    write.happened("deleted", project, within=project["team"])
    for task in list(write.store.found("project_tasks", project)):
        if len(task["projects"]) > 1:
            leave_project(write, task, project)
        else:
            delete_task(write, task)
    write.remove(project)


# ---------------------------------------------------------------------- sections


def new_section(write: Write, project: Object, name: str, at: int | None = None) -> Object:
    """Make a section in a project."""
    section = write.add(
        "section", name=name, created_at=write.now, project=project, projects=[project]
    )
    write.put("sections", project, section, at)
    write.happened("added", section, parent=project)
    return section


def create_section(write: Write) -> Object:
    """``POST /projects/{project}/sections``."""
    write.need("name")
    project = write.at["project"]
    place = write.place(list(write.store.found("sections", project)))
    return new_section(write, project, write.data["name"], place)


def update_section(write: Write) -> Object:
    """``PUT /sections/{section}``."""
    section: Object = write.at["section"]
    if "name" in write.data:
        write.need("name")
        write.changed(section, "name", write.data["name"])
    if write.data.get("insert_before") or write.data.get("insert_after"):
        _move(write, section["project"], section)
    return section


def insert_section(write: Write) -> None:
    """``POST /projects/{project}/sections/insert``."""
    section = write.data["section"]
    project = write.at["project"]
    must(section["project"] is project, "section", "The section is not in the project")
    for name in ("before", "after"):
        write.data[f"insert_{name}"] = write.data.get(f"{name}_section")
    if not write.data["insert_before"] and not write.data["insert_after"]:
        raise Refusal(400, "You should specify one of before_section, after_section")
    _move(write, project, section)


def _move(write: Write, project: Object, section: Object) -> None:
    anchors = (write.data.get("insert_before"), write.data.get("insert_after"))
    if any(section is anchor for anchor in anchors):
        return
    others = [item for item in write.store.found("sections", project) if item is not section]
    place = write.place(others)
    write.arrange("sections", project, [*others[:place], section, *others[place:]])
    write.happened("changed", section, field="position")


def delete_section(write: Write) -> None:
    """``DELETE /sections/{section}``: neither the last one nor one with tasks."""
    section: Object = write.at["section"]
    project = section["project"]
    must(not list(write.store.found("section_tasks", section)), "section", "It has tasks")
    must(len(list(write.store.found("sections", project))) > 1, "section", "It is the last one")
    write.drop("sections", project, section)
    write.happened("deleted", section, within=project)
    write.remove(section)


def add_task_to_section(write: Write) -> None:
    """``POST /sections/{section}/addTask``: to the top, unless a place is given."""
    section, task = write.at["section"], write.data["task"]
    if any(section["project"] is project for project in task["projects"]):
        move_to_section(write, task, section)
    else:
        join_project(write, task, section["project"], section, first=True)


def add_project_to_task(write: Write) -> None:
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


def add_members(write: Write) -> Object:
    """``POST /projects/{project}/addMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        add_member(write, parent, person, "editor")
    return parent


def remove_members(write: Write) -> Object:
    """``POST /projects/{project}/removeMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        remove_member(write, parent, person)
    return parent
