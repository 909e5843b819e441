"""The work: tasks with dates, fields, subtasks and dependencies; stories; tracked time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from asana_frames.sandbox_server import words
from asana_frames.sandbox_server.company import HISTORY
from asana_frames.sandbox_server.fields import filled
from asana_frames.sandbox_server.store import Object, Store, day, stamp, weekdays

#: Top-level tasks per share of a project.
_PER_SHARE = 14
_NO_PROJECT = 40


def build_work(store: Store) -> None:
    """Make tasks, and what hangs on them, for every project."""
    store.by_type["time_tracking_category"] = []
    workspace = store.all("workspace")[0]
    for name, color in words.CATEGORIES:
        store.add(
            "time_tracking_category",
            name=name,
            color=color,
            is_archived=name == "Research",
            workspace=workspace,
        )
    for project, (_, _, _, share) in zip(store.all("project"), words.PROJECTS, strict=True):
        tasks = [_task(store, project) for _ in range(share * _PER_SHARE)]
        _depend(store, tasks)
    for _ in range(_NO_PROJECT):
        _task(store, None)
    _multi_home(store)
    _like(store)
    _attach(store)


def _task(store: Store, project: Object | None, parent: Object | None = None) -> Object:
    random = store.random
    people = project["members"] if project else store.all("user")
    created = store.now - timedelta(seconds=random.random() ** 1.1 * HISTORY * 86_400 * 0.98)
    if parent is not None:
        created = _moment(parent["created_at"]) + timedelta(hours=random.randint(1, 200))
        created = min(created, store.now)
    due = created + timedelta(days=random.randint(2, 45)) if random.random() < 0.8 else None
    done = created + timedelta(days=random.gammavariate(2.0, 7.0))
    is_done = done < store.now and random.random() < 0.86
    task = store.add("task")
    creator = random.choice(people)
    assignee = random.choice(people) if random.random() < 0.9 else None
    known = _people(creator, assignee, is_done) | _called(store, parent is None, is_done)
    known |= _dates(store, created, due, known["resource_subtype"])
    last = done if is_done else min(created + timedelta(days=9), store.now)
    known |= {"completed_at": stamp(done) if is_done else None, "modified_at": stamp(last)}
    task |= _fields_of_task(store, task, **known, completed=is_done, parent=parent)
    _place(store, task, project, parent, created)
    _spend(store, task, project, created, done if is_done else store.now)
    if parent is None and random.random() < 0.12:
        for _ in range(random.randint(1, 3)):
            task["num_subtasks"] += 1
            store.put("subtasks", task, _task(store, project, task))
    return task


def _people(creator: Object, assignee: Object | None, is_done: bool) -> Object:
    followers = {person["gid"]: person for person in (creator, assignee) if person}
    return {
        "created_by": creator,
        "assignee": assignee,
        "assigned_by": creator if assignee else None,
        "completed_by": (assignee or creator) if is_done else None,
        "followers": list(followers.values()),
    }


def _called(store: Store, is_top: bool, is_done: bool) -> Object:
    """Return name and kind of a task."""
    random = store.random
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


def _dates(store: Store, created: datetime, due: datetime | None, subtype: str) -> Object:
    has_time = due is not None and store.random.random() < 0.1
    has_start = due is not None and subtype != "milestone" and store.random.random() < 0.3
    return {
        "created_at": stamp(created),
        "due_on": day(due) if due else None,
        "due_at": stamp(due) if due and has_time else None,
        "start_on": day(created) if has_start else None,
    }


def _fields_of_task(store: Store, task: Object, **known: Any) -> Object:
    workspace = store.all("workspace")[0]
    notes = "" if store.random.random() < 0.5 else f"{known['name']}.\nSee the brief."
    tags = [store.random.choice(store.all("tag"))] if store.random.random() < 0.15 else []
    for tag in tags:
        store.put("tag_tasks", tag, task)
    return {
        **known,
        "assignee_status": "upcoming",
        "assignee_section": None,
        "dependencies": [],
        "dependents": [],
        "external": None,
        "html_notes": f"<body>{notes}</body>",
        "notes": notes,
        "hearted": False,
        "hearts": [],
        "num_hearts": 0,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "is_rendered_as_separator": False,
        "memberships": [],
        "projects": [],
        "num_subtasks": 0,
        "start_at": None,
        "actual_time_minutes": None,
        "custom_fields": [],
        "custom_type": None,
        "custom_type_status_option": None,
        "tags": tags,
        "workspace": workspace,
        "permalink_url": f"https://app.asana.com/1/{workspace['gid']}/task/{task['gid']}",
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _place(
    store: Store, task: Object, project: Object | None, parent: Object | None, created: datetime
) -> None:
    """Put a task where it lives, and remember how it came there for its stories."""
    if task["assignee"] is not None:
        store.put("user_tasks", task["assignee"], task)
    moves: list[Object] = []
    if project is not None:
        fields = [setting["custom_field"] for setting in store.found("settings", project)]
        task["custom_fields"] = filled(store, task, fields)
        if parent is None:
            sections = store.found("sections", project)
            reached = (
                len(sections) - 1
                if task["completed"]
                else store.random.randrange(max(len(sections) - 1, 1))
            )
            moves = sections[: reached + 1]
            settle(store, task, project, moves[-1])
            task["permalink_url"] = f"{project['permalink_url']}/task/{task['gid']}"
    store.lives.append((task, project if moves else None, moves, created))


def settle(store: Store, task: Object, project: Object, section: Object) -> None:
    """Make a task a member of a project."""
    task["memberships"].append({"project": project, "section": section})
    task["projects"].append(project)
    store.put("project_tasks", project, task)
    store.put("section_tasks", section, task)


def _multi_home(store: Store) -> None:
    """Let some tasks live in a second project, with the fields of both.

    Not in those with a Priority of their own: that two fields share a name shows when such a
    project is read beside another, and not in every first frame.
    """
    projects = [
        project
        for project in store.all("project")
        if store.found("project_tasks", project) and project["team"]["name"] != "Customer Success"
    ]
    for task in store.all("task")[::14]:
        if not task["projects"] or task["projects"][0]["team"]["name"] == "Customer Success":
            continue
        other = store.random.choice(projects)
        if other in task["projects"]:
            continue
        settle(store, task, other, store.found("sections", other)[0])
        present = {entry["gid"] for entry in task["custom_fields"]}
        more = [
            setting["custom_field"]
            for setting in store.found("settings", other)
            if setting["custom_field"]["gid"] not in present
        ]
        task["custom_fields"] += filled(store, task, more)


def _depend(store: Store, tasks: list[Object]) -> None:
    for earlier, later in pairwise(tasks):
        if store.random.random() < 0.12:
            later["dependencies"].append(earlier)
            earlier["dependents"].append(later)


def _spend(
    store: Store, task: Object, project: Object | None, start: datetime, end: datetime
) -> None:
    """Book time on working days of a task's life."""
    random = store.random
    person = task["assignee"]
    if person is None or project is None or random.random() < 0.35:
        return
    last = min(start + timedelta(days=20), end).date()
    days = list(weekdays(start.date(), last))
    total = 0
    categories = store.all("time_tracking_category")
    for when in sorted(random.sample(days, min(len(days), random.randint(1, 4)))):
        minutes = 15 * random.randint(1, 16)
        total += minutes
        old = (store.now.date() - when).days > 21
        entry = store.add(
            "time_tracking_entry",
            duration_minutes=minutes,
            entered_on=day(when),
            attributable_to=project if random.random() < 0.95 else None,
            created_by=person,
            categories=[random.choice(categories)] if random.random() < 0.8 else [],
            task=task,
            created_at=stamp(datetime.combine(when, start.timetz())),
            approval_status="APPROVED" if old else random.choice(("DRAFT", "SUBMITTED")),
            billable_status=random.choice(("billable", "billable", "nonBillable")),
            description="" if random.random() < 0.7 else task["name"],
        )
        store.put("task_entries", task, entry)
    if total:
        task["actual_time_minutes"] = total


def _like(store: Store) -> None:
    for task in store.all("task")[::9]:
        like(store, task)


def like(store: Store, item: Object) -> None:
    """Let somebody like a task or story."""
    person = store.random.choice(store.all("user"))
    item["likes"] = [{"gid": person["gid"], "user": person}]
    item["num_likes"] = 1


def _attach(store: Store) -> None:
    for task in store.all("task")[::30]:
        is_file = store.random.random() < 0.7
        attachment = store.add(
            "attachment",
            name=f"{task['name'].split()[0].lower()}.pdf" if is_file else "Mood board",
            resource_subtype="asana" if is_file else "external",
            created_at=task["created_at"],
            download_url=None if not is_file else "https://files.acme.example/download",
            permanent_url="https://app.asana.com/app/asana/-/get_asset",
            host="asana" if is_file else "external",
            parent=task,
            size=store.random.randint(2_000, 4_000_000) if is_file else None,
            view_url="https://files.acme.example/view",
            connected_to_app=False,
        )
        store.put("attachments", task, attachment)
