"""Writes that take a while: copies, templates, exports; each is a job to be asked about."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must, parse_day
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object, format_day
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.places import join_project, move_under_parent
from asana_frames.sandbox_server.writes.portfolios import add_portfolio, join_portfolio
from asana_frames.sandbox_server.writes.projects import add_project, add_section
from asana_frames.sandbox_server.writes.tasks import add_follower, add_tag

#: Fields of a task that a copy takes over always, and by name in ``include``.
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
_PROJECT_INCLUDES = (
    "allocations", "forms", "members", "notes", "task_assignee", "task_attachments", "task_dates",
    "task_dependencies", "task_followers", "task_notes", "task_projects", "task_subtasks",
    "task_tags", "task_templates", "task_type_default",
)  # fmt: skip
_PORTFOLIO_INCLUDES = (
    "description", "members", "permissions", "templates", "rules", "child_projects",
    "child_portfolios",
)  # fmt: skip


def start_job(write: WriteContext, subtype: str, **result: Object) -> Object:
    """Make a job; it is done already, and says so step by step to whoever asks."""
    return write.add(
        "job",
        resource_subtype=subtype,
        status="not_started",
        **blank.BLANK_JOB_RESULTS | result,
        _by=write.me,
        _looks=0,
        _started=time.monotonic(),
    )


def _parse_include(write: WriteContext, known: tuple[str, ...]) -> set[str]:
    given = write.data.get("include") or ""
    names = {name.strip() for name in given.split(",") if name.strip()}
    for name in names:
        must(name in known, "include", f"Not a valid value: {name}")
    return names


# ---------------------------------------------------------------------- copies


def duplicate_task(write: WriteContext) -> Object:
    """``POST /tasks/{task}/duplicate``."""
    task: Object = write.at["task"]
    name = write.data.get("name") or f"Duplicate of {task['name']}"
    include = _parse_include(write, _TASK_INCLUDES)
    copy = copy_task(write, task, include, name=name)
    if "projects" in include:
        for entry in task["memberships"]:
            join_project(write, copy, entry["project"], entry["section"], first=False)
    if "parent" in include and task["parent"]:
        move_under_parent(write, copy, task["parent"])
    write.tell(copy, "duplicated", f"duplicated this from {task['name']}", duplicated_from=task)
    return start_job(write, "duplicate_task", new_task=copy)


def copy_task(write: WriteContext, task: Object, include: set[str], *, name: str = "") -> Object:
    """Make a task like another, with the parts that ``include`` names; in no project."""
    copy = write.add("task", **blank.blank_task(task["workspace"]))
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


def duplicate_project(write: WriteContext) -> Object:
    """``POST /projects/{project}/duplicate``."""
    source: Object = write.at["project"]
    write.require("name")
    include = _parse_include(write, _PROJECT_INCLUDES)
    copy = add_project(write, write.data["name"], source["workspace"], source["team"])
    _copy_project_content(write, source, copy, include)
    shift = parse_date_shift(write, source)
    if shift is not None:
        for task in list(write.store.related("project_tasks", copy)):
            _shift_task_dates(write, task, shift)
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
    """Return by how many days ``schedule_dates`` moves the tasks of a copy."""
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


def _shift_task_dates(write: WriteContext, task: Object, shift: timedelta) -> None:
    for key in ("due_on", "start_on"):
        if task[key]:
            write.update(task, **{key: format_day(date.fromisoformat(task[key]) + shift)})


def duplicate_portfolio(write: WriteContext) -> Object:
    """``POST /portfolios/{portfolio}/duplicate``."""
    source: Object = write.at["portfolio"]
    write.require("name")
    include = _parse_include(write, _PORTFOLIO_INCLUDES)
    copy = add_portfolio(write, write.data["name"], source["workspace"])
    write.update(copy, color=source["color"])
    for person in source["members"] if "members" in include else ():
        add_member(write, copy, person, "editor")
    for item in list(write.store.related("items", source)):
        join_portfolio(write, copy, item)
    return start_job(write, "duplicate_portfolio", new_portfolio=copy)


# ---------------------------------------------------------------------- templates

#: What the company's own templates make: a section, and the names of its tasks.
_DEFAULT_TEMPLATE_SECTIONS = (
    ("To do", ("Kick-off", "Plan", "Announce")),
    ("Doing", ()),
    ("Done", ()),
)
#: What a template keeps of a task.
_TEMPLATE_TASK_FIELDS = ("name", "notes", "html_notes", "resource_subtype", "due_on", "start_on")


def save_as_template(write: WriteContext) -> Object:
    """``POST /projects/{project}/saveAsTemplate``: the template outlives its project."""
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


def instantiate_project(write: WriteContext) -> Object:
    """``POST /project_templates/{project_template}/instantiateProject``."""
    template: Object = write.at["project_template"]
    write.require("name")
    team = write.data.get("team") or template["team"]
    start = parse_requested_start(write, template)
    project = add_project(write, write.data["name"], team["organization"], team)
    privacy = write.data.get("privacy_setting")
    privacy = privacy or ("public_to_workspace" if write.data.get("public") else "private")
    write.update(
        project,
        created_from_template=template,
        privacy_setting=privacy,
        public=privacy != "private",
        notes=template["description"],
        html_notes=template["html_description"],
        color=template["color"],
    )
    begins = template.get("_start")
    shift = start - date.fromisoformat(begins) if start and begins else timedelta(0)
    own = [
        {"name": name, "tasks": [{"name": task} for task in tasks]}
        for name, tasks in _DEFAULT_TEMPLATE_SECTIONS
    ]
    first = next(iter(write.store.related("sections", project)))
    for number, part in enumerate(template.get("_recipe") or own):
        if number == 0:
            write.update(first, name=part["name"])
        section = first if number == 0 else add_section(write, project, part["name"])
        for recipe in part["tasks"]:
            task = add_task_from_template(write, recipe, project["workspace"], shift)
            join_project(write, task, project, section, first=False)
    return start_job(write, "instantiate_project", new_project=project)


def add_task_from_template(
    write: WriteContext, recipe: Object, workspace: Object, shift: timedelta
) -> Object:
    """Make a task, and those below it, as a template has kept them."""
    fields = {key: value for key, value in recipe.items() if key != "subtasks"}
    task = write.add("task", **blank.blank_task(workspace) | fields)
    url = f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}"
    known = {"created_at": write.now, "created_by": write.me, "followers": [write.me]}
    write.update(task, **known, permalink_url=url)
    _shift_task_dates(write, task, shift)
    for child in recipe.get("subtasks", ()):
        move_under_parent(write, add_task_from_template(write, child, workspace, shift), task)
    return task


def parse_requested_start(write: WriteContext, template: Object) -> date | None:
    """Return the start date that was asked for; all must be given where that is strict."""
    given = write.data.get("requested_dates") or []
    must(isinstance(given, list), "requested_dates", "Must be a list")
    known = {variable["gid"] for variable in template["requested_dates"]}
    found: dict[str, date] = {}
    for entry in given:
        must(isinstance(entry, dict), "requested_dates", "Must be objects of gid and value")
        gid = entry.get("gid")
        must(isinstance(gid, str) and gid in known, "requested_dates", f"Not a date of it: {gid}")
        value = str(entry.get("value") or "")[:10]
        found[entry["gid"]] = date.fromisoformat(parse_day("requested_dates", value))
    missing = known - found.keys()
    if missing and write.data.get("is_strict"):
        raise ApiError(422, "requested_dates: A date variable is missing")
    return found.get("1")


def instantiate_task(write: WriteContext) -> Object:
    """``POST /task_templates/{task_template}/instantiateTask``."""
    template: Object = write.at["task_template"]
    recipe = template["template"]
    task = write.add("task", **blank.blank_task(template["project"]["workspace"]))
    today = write.moment.date()

    def after(key: str) -> str | None:
        days = recipe[key]
        return None if days is None else format_day(today + timedelta(days=days))

    write.update(
        task,
        name=write.data.get("name") or recipe["name"],
        notes=recipe["description"],
        html_notes=recipe["html_description"],
        resource_subtype=recipe["task_resource_subtype"],
        due_on=after("relative_due_on"),
        start_on=after("relative_start_on") if recipe["relative_due_on"] is not None else None,
        created_at=write.now,
        created_by=write.me,
        followers=[write.me],
        permalink_url=f"{template['project']['permalink_url']}/task/{task['gid']}",
    )
    for person in recipe["followers"]:
        add_follower(write, task, person, tell=False)
    for project in recipe["memberships"]:
        join_project(write, task, project, None, first=True)
    return start_job(write, "instantiate_task", new_task=task)


# ---------------------------------------------------------------------- rollups of dates


def roll_up_project(write: WriteContext) -> Object:
    """``POST /projects/{project}/rollup``: parents' dates come to cover their subtasks'."""
    project: Object = write.at["project"]
    for task in list(write.store.related("project_tasks", project)):
        _cover_subtask_dates(write, task)
    return start_job(write, "rollup_project", new_project=project)


def roll_up_task(write: WriteContext) -> Object:
    """``POST /tasks/{task}/rollup``: the same for one task."""
    task: Object = write.at["task"]
    _cover_subtask_dates(write, task)
    return start_job(write, "rollup_task", new_task=task)


def _cover_subtask_dates(write: WriteContext, task: Object) -> None:
    children = list(write.store.related("subtasks", task))
    for child in children:
        _cover_subtask_dates(write, child)
    ends = [t["due_on"] for t in (task, *children) if t["due_on"]]
    begins = [t["start_on"] for t in (task, *children) if t["start_on"]]
    new: Object = {"due_on": max(ends, default=None), "start_on": min(begins, default=None)}
    if new["due_on"] is None or task["resource_subtype"] == "milestone":
        new["start_on"] = None
    changed = {key: value for key, value in new.items() if value != task[key]}
    if changed:
        write.update(task, **changed, **({"due_at": None} if "due_on" in changed else {}))
        write.record_event("changed", task, field="due_on")
