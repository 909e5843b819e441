"""Projects."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, parse_day, text_fields
from asana_frames.sandbox_server.core.errors import invalid_field, missing_combination
from asana_frames.sandbox_server.core.followers_and_likes import (
    add_follower,
    add_followers,
    remove_followers,
)
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    filter_custom_type,
    list_all,
    list_field,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import FULL, RecordShape
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
    add_setting,
    build_setting,
    remove_setting,
    update_custom_values,
)
from asana_frames.sandbox_server.resources.jobs import parse_include, start_job
from asana_frames.sandbox_server.resources.memberships import (
    add_member,
    add_members,
    build_membership,
    remove_members,
)
from asana_frames.sandbox_server.resources.sections import add_section
from asana_frames.sandbox_server.resources.tasks import (
    copy_task,
    cover_subtask_dates,
    delete_task,
    join_project,
    leave_project,
    shift_task_dates,
)

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


_PROJECT_INCLUDES = (
    "allocations", "forms", "members", "notes", "task_assignee", "task_attachments", "task_dates",
    "task_dependencies", "task_followers", "task_notes", "task_projects", "task_subtasks",
    "task_tags", "task_templates", "task_type_default",
)  # fmt: skip


def blank_project(workspace: Object) -> Object:
    """Return the fields of a new project."""
    return {
        "name": "",
        "archived": False,
        "color": None,
        "icon": "list",
        "created_at": "",
        "modified_at": "",
        "current_status": None,
        "current_status_update": None,
        "custom_field_settings": [],
        "custom_fields": [],
        "default_view": "list",
        "due_date": None,
        "due_on": None,
        "start_on": None,
        "notes": "",
        "html_notes": "<body></body>",
        "members": [],
        "followers": [],
        "owner": None,
        "public": False,
        "privacy_setting": "private",
        "default_access_level": "editor",
        "minimum_access_level_for_customization": "editor",
        "minimum_access_level_for_sharing": "editor",
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "project_brief": None,
        "created_from_template": None,
        "team": None,
        "workspace": workspace,
        "permalink_url": "",
    }


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


def create_project(write: WriteContext) -> Object:
    """``POST /projects`` and its forms for a workspace and a team."""
    team = write.data.get("team") or write.at.get("team")
    workspace = write.data.get("workspace") or write.at.get("workspace")
    workspace = workspace or (team and team["organization"])
    if workspace is None:
        raise missing_combination("createProject")
    if team is None:
        # In an organization every project has a team; the default is the user's first one.
        team = next(iter(write.store.related("user_teams", write.me)), None)
    project = add_project(write, str(write.data.get("name") or ""), workspace, team)
    _apply_project_fields(
        write, project, {key: value for key, value in write.data.items() if key != "team"}
    )
    return project


def add_project(write: WriteContext, name: str, workspace: Object, team: Object | None) -> Object:
    """Add a project with one section and one member."""
    project = write.add("project", **blank_project(workspace))
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
    """``DELETE /projects/{project}``: tasks in no other project are deleted too."""
    project: Object = write.at["project"]
    write.add_audit_event("project_deleted", "deletion", project)
    write.record_event("deleted", project, within=project["team"])
    for task in list(write.store.related("project_tasks", project)):
        if len(task["projects"]) > 1:
            leave_project(write, task, project)
        else:
            delete_task(write, task)
    write.remove(project)


def duplicate_project(write: WriteContext) -> Object:
    """``POST /projects/{project}/duplicate``."""
    source: Object = write.at["project"]
    write.require("name")
    include = parse_include(write, _PROJECT_INCLUDES)
    copy = add_project(write, write.data["name"], source["workspace"], source["team"])
    _copy_project_content(write, source, copy, include)
    shift = parse_date_shift(write, source)
    if shift is not None:
        for task in list(write.store.related("project_tasks", copy)):
            shift_task_dates(write, task, shift)
    return start_job(write, "duplicate_project", new_project=copy)


def _copy_project_content(
    write: WriteContext, source: Object, copy: Object, include: set[str]
) -> None:
    shared = ("color", "icon", "default_view", "privacy_setting", "public")
    write.update(copy, **{key: source[key] for key in shared})
    if "notes" in include:
        write.update(copy, notes=source["notes"], html_notes=source["html_notes"])
    for person in source["members"] if "members" in include else ():
        add_member(write, copy, person, "editor")
    settings = [
        write.add(
            "custom_field_setting",
            custom_field=setting["custom_field"],
            parent=copy,
            project=copy,
            is_important=setting["is_important"],
        )
        for setting in source["custom_field_settings"]
    ]
    write.update(copy, custom_field_settings=settings)
    parts = {name[5:] for name in include if name.startswith("task_")}
    copies: dict[str, Object] = {}
    places = list(write.store.related("sections", copy))
    for number, section in enumerate(write.store.related("sections", source)):
        if number == 0:
            write.update(places[0], name=section["name"])
        target = places[0] if number == 0 else add_section(write, copy, section["name"])
        for task in list(write.store.related("section_tasks", section)):
            made = copy_task(write, task, parts)
            copies[task["gid"]] = made
            join_project(write, made, copy, target, first=False)
    if "dependencies" in parts:
        _copy_dependencies(write, copies, source)


def _copy_dependencies(write: WriteContext, copies: dict[str, Object], source: Object) -> None:
    for task in write.store.related("project_tasks", source):
        for other in task["dependencies"]:
            here, there = copies.get(task["gid"]), copies.get(other["gid"])
            if here and there:
                write.update_silently(here, dependencies=[*here["dependencies"], there])
                write.update_silently(there, dependents=[*there["dependents"], here])


def parse_date_shift(write: WriteContext, source: Object) -> timedelta | None:
    """Parse the shift of dates that ``schedule_dates`` asks for."""
    given: Any = write.data.get("schedule_dates")
    if given is None:
        return None
    must(isinstance(given, dict), "schedule_dates", "Must be an object")
    for name, key in (("start_on", "start_on"), ("due_on", "due_on")):
        if given.get(name):
            new = date.fromisoformat(parse_day(f"schedule_dates.{name}", given[name]))
            must(source[key], "schedule_dates", f"The project has no {name}")
            return new - date.fromisoformat(source[key])
    raise invalid_field("schedule_dates", "Needs due_on or start_on")


#: Fields of a task that a template keeps.
_TEMPLATE_TASK_FIELDS = ("name", "notes", "html_notes", "resource_subtype", "due_on", "start_on")


def save_as_template(write: WriteContext) -> Object:
    """``POST /projects/{project}/saveAsTemplate``: deleting the project keeps the template."""
    source: Object = write.at["project"]
    write.require("name")
    team = write.data.get("team") or source["team"]
    recipe = [
        {
            "name": section["name"],
            "tasks": [
                _task_to_template(write, task)
                for task in write.store.related("section_tasks", section)
            ],
        }
        for section in write.store.related("sections", source)
    ]
    is_dated = any(task["due_on"] for part in recipe for task in part["tasks"])
    dates = [{"gid": "1", "name": "Start date", "description": "The first day."}]
    made = write.add(
        "project_template",
        name=write.data["name"],
        description=source["notes"],
        html_description=source["html_notes"],
        public=write.data["public"],
        owner=write.me,
        team=team,
        requested_dates=dates if is_dated else [],
        color=source["color"],
        requested_roles=[],
        _recipe=recipe,
        _start=source["start_on"],
    )
    return start_job(write, "save_as_template", new_project_template=made)


def _task_to_template(write: WriteContext, task: Object) -> Object:
    below = [_task_to_template(write, child) for child in write.store.related("subtasks", task)]
    return {key: task[key] for key in _TEMPLATE_TASK_FIELDS} | {"subtasks": below}


def roll_up_project(write: WriteContext) -> Object:
    """``POST /projects/{project}/rollup``: widen parents' dates to cover their subtasks'."""
    project: Object = write.at["project"]
    for task in list(write.store.related("project_tasks", project)):
        cover_subtask_dates(write, task)
    return start_job(write, "rollup_project", new_project=project)


_FIELDS_OF_ALL_PROJECTS = ("Priority", "Story points", "Estimated time", "Reviewers")


_FIELDS_OF_TEAMS = {
    "Marketing": ("Channels", "Launch date", "Agency notes", "Budget share"),
    "Product": ("Launch date", "Ticket", "Points per hour", "Related work"),
    "Engineering": ("Ticket", "Points per hour", "Related work"),
    "Customer Success": ("Priority (local)", "Agency notes"),
    "Operations": ("Agency notes", "Budget share"),
}


def build_project(
    make: ObjectFactory,
    place: int,
    story: words.ProjectStory,
    after: str,
    team: Object,
    workspace: Object,
) -> None:
    """Build a project with its sections, custom fields and members."""
    members = make.related("team_users", team)
    start = make.now - timedelta(days=HISTORY_DAYS - 25 * place)
    project = make.add("project", name=story.name + after, archived=False)
    project |= _project_values(make, place, project, members, start)
    end = format_day(make.now.date() + timedelta(days=story.due_in))
    project |= {"due_date": end, "due_on": end}
    project["team"] = team
    url = f"https://app.asana.com/1/{workspace['gid']}/project/{project['gid']}"
    project["permalink_url"] = url
    make.add_related("team_projects", team, project)
    for title in story.sections:
        section = make.add(
            "section",
            name=title,
            created_at=format_moment(start),
            project=project,
            projects=[project],
        )
        make.add_related("sections", project, section)
    for title in (*_FIELDS_OF_ALL_PROJECTS, *_FIELDS_OF_TEAMS[story.team]):
        build_setting(make, project, make.store.fields[title])
    for number, person in enumerate(members):
        build_membership(make, project, person, "admin" if number == 0 else "editor")


def _project_values(
    make: ObjectFactory, place: int, project: Object, members: list[Object], start: datetime
) -> Object:
    name = project["name"]
    is_used = not name.startswith("Someday maybe")
    notes = f"{name}: what we do, and when." if is_used else ""
    return {
        **blank_project(make.all("workspace")[0]),
        "name": name,
        "color": words.COLORS[place % len(words.COLORS)],
        "created_at": format_moment(start),
        "modified_at": format_moment(make.now - timedelta(days=place)),
        "default_view": "board" if place % 2 else "list",
        "start_on": format_day(start.date()),
        "html_notes": f"<body>{notes}</body>",
        "notes": notes,
        "members": members,
        "public": True,
        "privacy_setting": "public_to_workspace",
        "followers": members[:2],
        "owner": members[0] if is_used else None,
    }


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getProjects": filter_custom_type(list_all("project", team="team", archived="archived")),
    "getProjectsForTask": list_field("task", "projects"),
    "getProjectsForTeam": list_all("project", team="team", archived="archived"),
    "getProjectsForWorkspace": list_all("project", archived="archived"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getProject": object_at("project"),
    "getTaskCountsForProject": _count_project_tasks,
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createProject": create_project,
    "updateProject": update_project,
    "deleteProject": delete_project,
    "duplicateProject": duplicate_project,
    "createProjectForTeam": create_project,
    "createProjectForWorkspace": create_project,
    "addCustomFieldSettingForProject": add_setting,
    "removeCustomFieldSettingForProject": remove_setting,
    "addMembersForProject": add_members,
    "removeMembersForProject": remove_members,
    "addFollowersForProject": add_followers,
    "removeFollowersForProject": remove_followers,
    "projectSaveAsTemplate": save_as_template,
    "rollupProject": roll_up_project,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "project": RecordShape(
        hidden=frozenset(
            (
                "completed_by",
                "created_from_template",
                "html_notes",
                "icon",
                "project_brief",
            )
        ),
        references={"custom_field_settings": FULL},
    ),
}
