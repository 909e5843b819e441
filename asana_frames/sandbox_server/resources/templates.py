"""Templates of projects and tasks."""

from __future__ import annotations

from datetime import date, timedelta

from asana_frames.sandbox_server.core.body_checks import must, parse_day
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.followers_and_likes import add_follower
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_all, object_at
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext, delete_object
from asana_frames.sandbox_server.resources.jobs import start_job
from asana_frames.sandbox_server.resources.projects import add_project
from asana_frames.sandbox_server.resources.sections import add_section
from asana_frames.sandbox_server.resources.tasks import (
    blank_task,
    join_project,
    move_under_parent,
    shift_task_dates,
)

#: Sections of the company's templates, and the names of their tasks.
_DEFAULT_TEMPLATE_SECTIONS = (
    ("To do", ("Kick-off", "Plan", "Announce")),
    ("Doing", ()),
    ("Done", ()),
)


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
    """Add a task and its subtasks from a template."""
    fields = {key: value for key, value in recipe.items() if key != "subtasks"}
    task = write.add("task", **blank_task(workspace) | fields)
    url = f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}"
    known = {"created_at": write.now, "created_by": write.me, "followers": [write.me]}
    write.update(task, **known, permalink_url=url)
    shift_task_dates(write, task, shift)
    for child in recipe.get("subtasks", ()):
        move_under_parent(write, add_task_from_template(write, child, workspace, shift), task)
    return task


def parse_requested_start(write: WriteContext, template: Object) -> date | None:
    """Parse the requested start date; with ``is_strict`` all dates are required."""
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
    task = write.add("task", **blank_task(template["project"]["workspace"]))
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


def build_project_template(make: ObjectFactory, team: Object) -> None:
    """Build a template for the projects of a team."""
    first = make.all("project")[0]
    template = make.add(
        "project_template",
        name=f"{team['name']} launch",
        description="From idea to launch.",
        html_description="<body>From idea to launch.</body>",
        public=False,
        owner=make.all("user")[0],
        team=team,
        requested_dates=[{"gid": "1", "name": "Start date", "description": "First day."}],
        color="light-green",
        requested_roles=[
            make.add("template_role", name="Lead"),
            make.add("template_role", name="Editor"),
        ],
    )
    first["created_from_template"] = first["created_from_template"] or template


def build_task_template(make: ObjectFactory, project: Object, people: list[Object]) -> None:
    """Build the task template of a project."""
    nothing = ("dependencies", "dependents", "attachments", "subtasks", "custom_fields")
    make.add(
        "task_template",
        name="Press release",
        project=project,
        template={
            "name": "Press release",
            "task_resource_subtype": "default_task",
            "description": "Write, translate, send.",
            "html_description": "<body>Write, translate, send.</body>",
            "memberships": [project],
            "relative_start_on": 0,
            "relative_due_on": 7,
            "due_time": None,
            "followers": people[:2],
            **{name: [] for name in nothing},
        },
        created_by=people[0],
        created_at=project["created_at"],
    )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getProjectTemplates": list_all("project_template", team="team"),
    "getProjectTemplatesForTeam": list_all("project_template", team="team"),
    "getTaskTemplates": list_all("task_template", project="project"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getProjectTemplate": object_at("project_template"),
    "getTaskTemplate": object_at("task_template"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "deleteProjectTemplate": delete_object,
    "instantiateProject": instantiate_project,
    "deleteTaskTemplate": delete_object,
    "instantiateTask": instantiate_task,
}
