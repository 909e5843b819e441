"""Writes that take a while: copies, templates, exports; each is a job to be asked about."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.checks import day_of, must
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.store import Object, day
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.places import join_project, put_under
from asana_frames.sandbox_server.writes.portfolios import join, new_portfolio
from asana_frames.sandbox_server.writes.projects import new_project, new_section
from asana_frames.sandbox_server.writes.tasks import add_tag, follow
from asana_frames.sandbox_server.writes.write import Write

#: Fields of a task that a copy takes over always, and by name in ``include``.
_ALWAYS = ("resource_subtype", "approval_status", "custom_fields", "name")
_INCLUDED: dict[str, tuple[str, ...]] = {
    "notes": ("notes", "html_notes"),
    "assignee": ("assignee",),
    "dates": ("due_on", "due_at", "start_on", "start_at"),
}
_OF_TASK = (
    "notes", "assignee", "subtasks", "attachments", "tags", "followers", "projects", "dates",
    "dependencies", "parent",
)  # fmt: skip
_OF_PROJECT = (
    "allocations", "forms", "members", "notes", "task_assignee", "task_attachments", "task_dates",
    "task_dependencies", "task_followers", "task_notes", "task_projects", "task_subtasks",
    "task_tags", "task_templates", "task_type_default",
)  # fmt: skip
_OF_PORTFOLIO = ("description", "members", "permissions", "templates", "rules", "child_projects",
                 "child_portfolios")  # fmt: skip


def start_job(write: Write, subtype: str, **result: Object) -> Object:
    """Make a job; it is done already, and says so step by step to whoever asks."""
    return write.add(
        "job",
        resource_subtype=subtype,
        status="not_started",
        **blank.JOB | result,
        _by=write.me,
        _looks=0,
        _started=time.monotonic(),
    )


def _include(write: Write, known: tuple[str, ...]) -> set[str]:
    given = write.data.get("include") or ""
    names = {name.strip() for name in given.split(",") if name.strip()}
    for name in names:
        must(name in known, "include", f"Not a valid value: {name}")
    return names


# ---------------------------------------------------------------------- copies


def duplicate_task(write: Write) -> Object:
    """``POST /tasks/{task}/duplicate``."""
    task: Object = write.at["task"]
    name = write.data.get("name") or f"Duplicate of {task['name']}"
    include = _include(write, _OF_TASK)
    copy = copy_task(write, task, include, name=name)
    if "projects" in include:
        for entry in task["memberships"]:
            join_project(write, copy, entry["project"], entry["section"], first=False)
    if "parent" in include and task["parent"]:
        put_under(write, copy, task["parent"])
    write.tell(copy, "duplicated", f"duplicated this from {task['name']}", duplicated_from=task)
    return start_job(write, "duplicate_task", new_task=copy)


def copy_task(write: Write, task: Object, include: set[str], *, name: str = "") -> Object:
    """Make a task like another, with the parts that ``include`` names; in no project."""
    copy = write.add("task", **blank.task(task["workspace"]))
    keys = [*_ALWAYS, *(key for part in include for key in _INCLUDED.get(part, ()))]
    fields = {key: task[key] for key in keys} | {"custom_fields": list(task["custom_fields"])}
    url = f"https://app.asana.com/1/{task['workspace']['gid']}/task/{copy['gid']}"
    write.set(
        copy,
        **fields,
        created_at=write.now,
        created_by=write.me,
        followers=[write.me],
        permalink_url=url,
    )
    if task["resource_subtype"] == "approval":
        write.set(copy, approval_status="pending")
    if name:
        write.set(copy, name=name)
    if copy["assignee"]:
        write.put("user_tasks", copy["assignee"], copy)
        write.set(copy, assigned_by=write.me)
    if "followers" in include:
        for person in task["followers"]:
            follow(write, copy, person, tell=False)
    for tag in task["tags"] if "tags" in include else ():
        add_tag(write, copy, tag)
    if "attachments" in include:
        for attachment in list(write.store.found("attachments", task)):
            fields = {k: v for k, v in attachment.items() if k not in ("gid", "resource_type")}
            made = write.add("attachment", **fields | {"parent": copy, "created_at": write.now})
            write.put("attachments", copy, made)
    for child in list(write.store.found("subtasks", task)) if "subtasks" in include else ():
        put_under(write, copy_task(write, child, include), copy)
    return copy


def duplicate_project(write: Write) -> Object:
    """``POST /projects/{project}/duplicate``."""
    source: Object = write.at["project"]
    write.need("name")
    include = _include(write, _OF_PROJECT)
    copy = new_project(write, write.data["name"], source["workspace"], source["team"])
    _fill_project(write, source, copy, include)
    shift = _shift(write, source)
    if shift is not None:
        for task in list(write.store.found("project_tasks", copy)):
            _move(write, task, shift)
    return start_job(write, "duplicate_project", new_project=copy)


def _fill_project(write: Write, source: Object, copy: Object, include: set[str]) -> None:
    shared = ("color", "icon", "default_view", "privacy_setting", "public")
    write.set(copy, **{key: source[key] for key in shared})
    if "notes" in include:
        write.set(copy, notes=source["notes"], html_notes=source["html_notes"])
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
    write.set(copy, custom_field_settings=settings)
    parts = {name[5:] for name in include if name.startswith("task_")}
    copies: dict[str, Object] = {}
    places = list(write.store.found("sections", copy))
    for number, section in enumerate(write.store.found("sections", source)):
        if number == 0:
            write.set(places[0], name=section["name"])
        target = places[0] if number == 0 else new_section(write, copy, section["name"])
        for task in list(write.store.found("section_tasks", section)):
            made = copy_task(write, task, parts)
            copies[task["gid"]] = made
            join_project(write, made, copy, target, first=False)
    if "dependencies" in parts:
        _copy_dependencies(write, copies, source)


def _copy_dependencies(write: Write, copies: dict[str, Object], source: Object) -> None:
    for task in write.store.found("project_tasks", source):
        for other in task["dependencies"]:
            here, there = copies.get(task["gid"]), copies.get(other["gid"])
            if here and there:
                write.quietly(here, dependencies=[*here["dependencies"], there])
                write.quietly(there, dependents=[*there["dependents"], here])


def _shift(write: Write, source: Object) -> timedelta | None:
    """Return by how many days ``schedule_dates`` moves the tasks of a copy."""
    given: Any = write.data.get("schedule_dates")
    if given is None:
        return None
    must(isinstance(given, dict), "schedule_dates", "Must be an object")
    for name, key in (("start_on", "start_on"), ("due_on", "due_on")):
        if given.get(name):
            new = date.fromisoformat(day_of(f"schedule_dates.{name}", given[name]))
            must(source[key], "schedule_dates", f"The project has no {name}")
            return new - date.fromisoformat(source[key])
    raise invalid("schedule_dates", "Needs due_on or start_on")


def _move(write: Write, task: Object, shift: timedelta) -> None:
    for key in ("due_on", "start_on"):
        if task[key]:
            write.set(task, **{key: day(date.fromisoformat(task[key]) + shift)})


def duplicate_portfolio(write: Write) -> Object:
    """``POST /portfolios/{portfolio}/duplicate``."""
    source: Object = write.at["portfolio"]
    write.need("name")
    include = _include(write, _OF_PORTFOLIO)
    copy = new_portfolio(write, write.data["name"], source["workspace"])
    write.set(copy, color=source["color"])
    for person in source["members"] if "members" in include else ():
        add_member(write, copy, person, "editor")
    for item in list(write.store.found("items", source)):
        join(write, copy, item)
    return start_job(write, "duplicate_portfolio", new_portfolio=copy)


# ---------------------------------------------------------------------- templates

#: What the company's own templates make: a section, and the names of its tasks.
_RECIPE = (("To do", ("Kick-off", "Plan", "Announce")), ("Doing", ()), ("Done", ()))
#: What a template keeps of a task.
_OF_RECIPE = ("name", "notes", "html_notes", "resource_subtype", "due_on", "start_on")


def save_as_template(write: Write) -> Object:
    """``POST /projects/{project}/saveAsTemplate``: the template outlives its project."""
    source: Object = write.at["project"]
    write.need("name")
    team = write.data.get("team") or source["team"]
    recipe = [
        {
            "name": section["name"],
            "tasks": [_kept(write, task) for task in write.store.found("section_tasks", section)],
        }
        for section in write.store.found("sections", source)
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


def _kept(write: Write, task: Object) -> Object:
    below = [_kept(write, child) for child in write.store.found("subtasks", task)]
    return {key: task[key] for key in _OF_RECIPE} | {"subtasks": below}


def instantiate_project(write: Write) -> Object:
    """``POST /project_templates/{project_template}/instantiateProject``."""
    template: Object = write.at["project_template"]
    write.need("name")
    team = write.data.get("team") or template["team"]
    start = _requested(write, template)
    project = new_project(write, write.data["name"], team["organization"], team)
    privacy = write.data.get("privacy_setting")
    privacy = privacy or ("public_to_workspace" if write.data.get("public") else "private")
    write.set(
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
    own = [{"name": name, "tasks": [{"name": task} for task in tasks]} for name, tasks in _RECIPE]
    first = next(iter(write.store.found("sections", project)))
    for number, part in enumerate(template.get("_recipe") or own):
        if number == 0:
            write.set(first, name=part["name"])
        section = first if number == 0 else new_section(write, project, part["name"])
        for recipe in part["tasks"]:
            task = _made(write, recipe, project["workspace"], shift)
            join_project(write, task, project, section, first=False)
    return start_job(write, "instantiate_project", new_project=project)


def _made(write: Write, recipe: Object, workspace: Object, shift: timedelta) -> Object:
    """Make a task, and those below it, as a template has kept them."""
    fields = {key: value for key, value in recipe.items() if key != "subtasks"}
    task = write.add("task", **blank.task(workspace) | fields)
    url = f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}"
    known = {"created_at": write.now, "created_by": write.me, "followers": [write.me]}
    write.set(task, **known, permalink_url=url)
    _move(write, task, shift)
    for child in recipe.get("subtasks", ()):
        put_under(write, _made(write, child, workspace, shift), task)
    return task


def _requested(write: Write, template: Object) -> date | None:
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
        found[entry["gid"]] = date.fromisoformat(day_of("requested_dates", value))
    missing = known - found.keys()
    if missing and write.data.get("is_strict"):
        raise Refusal(422, "requested_dates: A date variable is missing")
    return found.get("1")


def instantiate_task(write: Write) -> Object:
    """``POST /task_templates/{task_template}/instantiateTask``."""
    template: Object = write.at["task_template"]
    recipe = template["template"]
    task = write.add("task", **blank.task(template["project"]["workspace"]))
    today = write.moment.date()

    def after(key: str) -> str | None:
        days = recipe[key]
        return None if days is None else day(today + timedelta(days=days))

    write.set(
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
        follow(write, task, person, tell=False)
    for project in recipe["memberships"]:
        join_project(write, task, project, None, first=True)
    return start_job(write, "instantiate_task", new_task=task)


# ---------------------------------------------------------------------- rollups of dates


def roll_up_project(write: Write) -> Object:
    """``POST /projects/{project}/rollup``: parents' dates come to cover their subtasks'."""
    project: Object = write.at["project"]
    for task in list(write.store.found("project_tasks", project)):
        _widen(write, task)
    return start_job(write, "rollup_project", new_project=project)


def roll_up_task(write: Write) -> Object:
    """``POST /tasks/{task}/rollup``: the same for one task."""
    task: Object = write.at["task"]
    _widen(write, task)
    return start_job(write, "rollup_task", new_task=task)


def _widen(write: Write, task: Object) -> None:
    children = list(write.store.found("subtasks", task))
    for child in children:
        _widen(write, child)
    ends = [t["due_on"] for t in (task, *children) if t["due_on"]]
    begins = [t["start_on"] for t in (task, *children) if t["start_on"]]
    new: Object = {"due_on": max(ends, default=None), "start_on": min(begins, default=None)}
    if new["due_on"] is None or task["resource_subtype"] == "milestone":
        new["start_on"] = None
    changed = {key: value for key, value in new.items() if value != task[key]}
    if changed:
        write.set(task, **changed, **({"due_at": None} if "due_on" in changed else {}))
        write.happened("changed", task, field="due_on")
