"""Stories: what happened to a task, oldest first, with structured old and new values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day, format_moment
from asana_frames.sandbox_server.synthetic.work import build_like

StoryBuilder = Callable[..., None]


def build_task_stories(make: ObjectFactory) -> None:
    """Make the stories of a division's tasks, and what hangs on stories."""
    for task, project, sections, created in make.lives:
        build_stories_of_task(make, task, project, list(pairwise(sections)), created)
    told = make.own.get("story", [])
    for item in told[::23]:
        build_like(make, item)
    comments = [item for item in told if item["resource_subtype"] == "comment_added"]
    for item in comments[::12]:
        build_reaction(make, item)


def build_reaction(make: ObjectFactory, target: Object) -> None:
    """Let somebody answer a comment or status update with an emoji."""
    person = make.random.choice(make.all("user"))
    target["reaction_summary"] = [
        {"emoji_base": "👍", "variant": "👍", "count": 1, "reacted": False}
    ]
    reaction = make.add("reaction", emoji="👍", user=person)
    del reaction["resource_type"]
    make.add_related("reactions", target, reaction)


def build_stories_of_task(
    make: ObjectFactory,
    task: Object,
    project: Object | None,
    moves: list[tuple[Object, Object]],
    created: datetime,
) -> None:
    """Make the stories of a task that agree with its present state."""
    end = datetime.fromisoformat(task["completed_at"]) if task["completed"] else make.now
    count = len(moves) + 3
    steps = iter(sorted(created + (end - created) * make.random.random() for _ in range(count)))

    def told(moment: datetime, by: Object | None, subtype: str, text: str, **more: Any) -> None:
        build_story(make, task, moment, by, subtype, text, **more)

    build_first_stories(make, task, project, created, told)
    build_due_date_story(make, task, task["created_by"], next(steps), told)
    if make.random.random() < 0.35:
        moment, person = next(steps), make.random.choice(make.all("user"))
        told(moment, person, "comment_added", make.random.choice(words.COMMENTS))
    for old, new in moves:
        # Rules move tasks too, and then nobody did it.
        by_rule = make.random.random() < 0.1
        mover = None if by_rule else task["assignee"] or task["created_by"]
        names = (make.original_value(section, "name") for section in (old, new))
        text = 'moved this task from "{}" to "{}"'.format(*names)
        more = {"old_section": old, "new_section": new, "project": project}
        told(next(steps), mover, "section_changed", text, **more)
    if task["completed"]:
        told(end, task["completed_by"], "marked_complete", "marked this task complete")
    make.related("task_stories", task).sort(key=lambda item: item["created_at"])


def build_first_stories(
    make: ObjectFactory,
    task: Object,
    project: Object | None,
    created: datetime,
    told: StoryBuilder,
) -> None:
    """Tell how a task began: in a project and with an assignee, where it has them."""
    creator, assignee = task["created_by"], task["assignee"]
    if project is not None:
        text = f"added this task to {make.original_value(project, 'name')}"
        told(created, creator, "added_to_project", text, project=project)
    if assignee is not None:
        text = f"assigned this task to {make.original_value(assignee, 'name')}"
        told(created, creator, "assigned", text, assignee=assignee)


def build_due_date_story(
    make: ObjectFactory, task: Object, by: Object, moment: datetime, told: StoryBuilder
) -> None:
    """Sometimes the due date was an earlier one."""
    if task["due_on"] is None or make.random.random() > 0.2:
        return
    before = date.fromisoformat(task["due_on"]) - timedelta(days=make.random.randint(1, 14))
    told(
        moment,
        by,
        "due_date_changed",
        f"changed the due date to {task['due_on']}",
        old_dates={"start_on": task["start_on"], "due_on": format_day(before), "due_at": None},
        new_dates={"start_on": task["start_on"], "due_on": task["due_on"], "due_at": None},
    )


def build_story(
    make: ObjectFactory,
    target: Object,
    moment: datetime,
    by: Object | None,
    subtype: str,
    text: str,
    **more: Any,
) -> Object:
    """Make one story on a task or goal."""
    is_comment = subtype == "comment_added"
    known = {
        "resource_subtype": subtype,
        "type": "comment" if is_comment else "system",
        "created_at": format_moment(moment),
        "created_by": by,
        "text": text
        if is_comment
        else f"{make.original_value(by, 'name') if by else 'Asana'} {text}",
        "html_text": f"<body>{text}</body>",
        "is_editable": is_comment,
        "source": "web" if by else "unknown",
    }
    made = make.add("story", **blank.blank_story(target) | known | more)
    make.add_related(f"{target['resource_type']}_stories", target, made)
    return made
