"""The work: tasks with dates, fields, subtasks and dependencies; stories; tracked time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    format_day,
    format_moment,
    iterate_weekdays,
)
from asana_frames.sandbox_server.synthetic.company import HISTORY_DAYS
from asana_frames.sandbox_server.synthetic.fields import build_values

#: Top-level tasks per share of a project.
_TASKS_PER_SHARE = 14
_TASKS_WITHOUT_PROJECT = 40


def build_work(make: ObjectFactory) -> None:
    """Make tasks, and what hangs on them, for every project."""
    for project, (_, _, _, share) in zip(make.all("project"), words.PROJECTS, strict=True):
        tasks = [_build_task(make, project) for _ in range(share * _TASKS_PER_SHARE)]
        _build_dependencies(make, tasks)
    for _ in range(_TASKS_WITHOUT_PROJECT):
        _build_task(make, None)
    build_second_projects(make)
    build_custom_typed_tasks(make)
    _build_likes(make)
    _build_attachments(make)


def _build_task(
    make: ObjectFactory, project: Object | None, parent: Object | None = None
) -> Object:
    random = make.random
    people = make.original_value(project, "members") if project else make.all("user")
    created = make.now - timedelta(seconds=random.random() ** 1.1 * HISTORY_DAYS * 86_400 * 0.98)
    if parent is not None:
        created = _parse_iso_moment(parent["created_at"]) + timedelta(hours=random.randint(1, 200))
        created = min(created, make.now)
    due = created + timedelta(days=random.randint(2, 45)) if random.random() < 0.8 else None
    done = created + timedelta(days=random.gammavariate(2.0, 7.0))
    is_done = done < make.now and random.random() < 0.86
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
            make.add_related("subtasks", task, _build_task(make, project, task))
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
    """Return name and kind of a task."""
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
        **blank.blank_task(workspace),
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
    """Put a task where it lives, and remember how it came there for its stories."""
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
    make.lives.append((task, project if moves else None, moves, created))


def link_task_to_project(
    make: ObjectFactory, task: Object, project: Object, section: Object
) -> None:
    """Make a task a member of a project."""
    task["memberships"].append({"project": project, "section": section})
    task["projects"].append(project)
    make.add_related("project_tasks", project, task)
    make.add_related("section_tasks", section, task)


def build_second_projects(make: ObjectFactory) -> None:
    """Let some tasks live in a second project, with the fields of both.

    Not in those with a Priority of their own: that two fields share a name shows when such a
    project is read beside another, and not in every first frame.
    """
    projects = [
        project
        for project, (_, team, _, _) in zip(make.all("project"), words.PROJECTS, strict=True)
        if make.related("project_tasks", project) and team != "Customer Success"
    ]
    own = {project["gid"] for project in projects}
    for task in make.all("task")[::14]:
        if not task["projects"] or task["projects"][0]["gid"] not in own:
            continue
        other = make.random.choice(projects)
        if any(other is project for project in task["projects"]):
            continue
        link_task_to_project(make, task, other, make.related("sections", other)[0])
        present = {field["gid"] for field, _ in task["custom_fields"]}
        more = (
            field for field in original_project_fields(make, other) if field["gid"] not in present
        )
        task["custom_fields"] += build_values(make, task, more)


def original_project_fields(make: ObjectFactory, project: Object) -> list[Object]:
    """Return the custom fields that a project's tasks had from the beginning."""
    return [
        setting["custom_field"]
        for setting in make.original_value(project, "custom_field_settings")
    ]


def build_custom_typed_tasks(make: ObjectFactory) -> None:
    """Make some tasks of the projects that have a custom type of that type."""
    for project in make.all("project")[:3]:
        types = make.related("custom_types", project)
        for task in make.related("project_tasks", project)[::19] if types else ():
            if task["resource_subtype"] == "default_task":
                options = types[0]["status_options"]
                option = options[-1] if task["completed"] else make.random.choice(options[:-1])
                task["resource_subtype"] = "custom"
                task["custom_type"], task["custom_type_status_option"] = types[0], option


def _build_dependencies(make: ObjectFactory, tasks: list[Object]) -> None:
    for earlier, later in pairwise(tasks):
        if make.random.random() < 0.12:
            later["dependencies"].append(earlier)
            earlier["dependents"].append(later)


def build_time_entries(
    make: ObjectFactory, task: Object, project: Object | None, start: datetime, end: datetime
) -> None:
    """Book time on working days of a task's life."""
    random = make.random
    person = task["assignee"]
    if person is None or project is None or random.random() < 0.35:
        return
    last = min(start + timedelta(days=20), end).date()
    days = list(iterate_weekdays(start.date(), last))
    total = 0
    categories = make.all("time_tracking_category")
    for when in sorted(random.sample(days, min(len(days), random.randint(1, 4)))):
        minutes = 15 * random.randint(1, 16)
        total += minutes
        old = (make.now.date() - when).days > 21
        entry = make.add(
            "time_tracking_entry",
            duration_minutes=minutes,
            entered_on=format_day(when),
            attributable_to=project if random.random() < 0.95 else None,
            created_by=person,
            categories=[random.choice(categories)] if random.random() < 0.8 else [],
            task=task,
            created_at=format_moment(datetime.combine(when, start.timetz())),
            approval_status="APPROVED" if old else random.choice(("DRAFT", "SUBMITTED")),
            billable_status=random.choice(("billable", "billable", "nonBillable")),
            description="" if random.random() < 0.7 else task["name"],
        )
        make.add_related("task_entries", task, entry)
    if total:
        task["actual_time_minutes"] = total


def _build_likes(make: ObjectFactory) -> None:
    for task in make.all("task")[::9]:
        build_like(make, task)


def build_like(make: ObjectFactory, item: Object) -> None:
    """Let somebody like a task or story."""
    person = make.random.choice(make.all("user"))
    item["likes"] = [{"gid": person["gid"], "user": person}]
    item["num_likes"] = 1


def _build_attachments(make: ObjectFactory) -> None:
    for task in make.all("task")[::30]:
        is_file = make.random.random() < 0.7
        attachment = make.add(
            "attachment",
            name=f"{task['name'].split()[0].lower()}.pdf" if is_file else "Mood board",
            resource_subtype="asana" if is_file else "external",
            created_at=task["created_at"],
            download_url=None if not is_file else "https://files.acme.example/download",
            permanent_url="https://app.asana.com/app/asana/-/get_asset",
            host="asana" if is_file else "external",
            parent=task,
            size=make.random.randint(2_000, 4_000_000) if is_file else None,
            view_url="https://files.acme.example/view",
            connected_to_app=False,
        )
        make.add_related("attachments", task, attachment)
