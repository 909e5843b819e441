"""Stories: what happened to a task, oldest first, with structured old and new values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from asana_frames.frames import collector_paused
from asana_frames.sandbox_server import words
from asana_frames.sandbox_server.store import Object, Store, day, stamp
from asana_frames.sandbox_server.work import like

Tell = Callable[..., None]


def build_history(store: Store) -> None:
    """Make the stories of all tasks and goals, and what hangs on stories."""
    with collector_paused():
        for task, project, sections, created in store.lives:
            _tell(store, task, project, list(pairwise(sections)), created)
        for goal in store.all("goal"):
            moment = store.now - timedelta(days=150)
            story(store, goal, moment, goal["owner"], "comment_added", "Let's go.")
        for item in store.all("story")[::23]:
            like(store, item)
        _react(store)


def _react(store: Store) -> None:
    comments = [s for s in store.all("story") if s["resource_subtype"] == "comment_added"]
    for target in (*comments[::12], *store.all("status_update")[::6]):
        person = store.random.choice(store.all("user"))
        target["reaction_summary"] = [
            {"emoji_base": "👍", "variant": "👍", "count": 1, "reacted": False}
        ]
        reaction = store.add("reaction", emoji="👍", user=person)
        del reaction["resource_type"]
        store.put("reactions", target, reaction)


def _tell(
    store: Store,
    task: Object,
    project: Object | None,
    moves: list[tuple[Object, Object]],
    created: datetime,
) -> None:
    """Make the stories of a task that agree with its present state."""
    end = datetime.fromisoformat(task["completed_at"]) if task["completed"] else store.now
    count = len(moves) + 3
    steps = iter(sorted(created + (end - created) * store.random.random() for _ in range(count)))

    def told(moment: datetime, by: Object | None, subtype: str, text: str, **more: Any) -> None:
        story(store, task, moment, by, subtype, text, **more)

    _begin(task, project, created, told)
    _slip(store, task, task["created_by"], next(steps), told)
    if store.random.random() < 0.35:
        moment, person = next(steps), store.random.choice(store.all("user"))
        told(moment, person, "comment_added", store.random.choice(words.COMMENTS))
    for old, new in moves:
        # Rules move tasks too, and then nobody did it.
        by_rule = store.random.random() < 0.1
        mover = None if by_rule else task["assignee"] or task["created_by"]
        text = f'moved this task from "{old["name"]}" to "{new["name"]}"'
        more = {"old_section": old, "new_section": new, "project": project}
        told(next(steps), mover, "section_changed", text, **more)
    if task["completed"]:
        told(end, task["completed_by"], "marked_complete", "marked this task complete")
    store.under["task_stories", task["gid"]].sort(key=lambda item: item["created_at"])


def _begin(task: Object, project: Object | None, created: datetime, told: Tell) -> None:
    """Tell how a task began: in a project and with an assignee, where it has them."""
    creator, assignee = task["created_by"], task["assignee"]
    if project is not None:
        text = f"added this task to {project['name']}"
        told(created, creator, "added_to_project", text, project=project)
    if assignee is not None:
        text = f"assigned this task to {assignee['name']}"
        told(created, creator, "assigned", text, assignee=assignee)


def _slip(store: Store, task: Object, by: Object, moment: datetime, told: Tell) -> None:
    """Sometimes the due date was an earlier one."""
    if task["due_on"] is None or store.random.random() > 0.2:
        return
    before = date.fromisoformat(task["due_on"]) - timedelta(days=store.random.randint(1, 14))
    told(
        moment,
        by,
        "due_date_changed",
        f"changed the due date to {task['due_on']}",
        old_dates={"start_on": task["start_on"], "due_on": day(before), "due_at": None},
        new_dates={"start_on": task["start_on"], "due_on": task["due_on"], "due_at": None},
    )


def story(
    store: Store,
    target: Object,
    moment: datetime,
    by: Object | None,
    subtype: str,
    text: str,
    **more: Any,
) -> Object:
    """Make one story on a task or goal."""
    is_comment = subtype == "comment_added"
    made = store.add(
        "story",
        resource_subtype=subtype,
        type="comment" if is_comment else "system",
        created_at=stamp(moment),
        created_by=by,
        text=text if is_comment else f"{by['name'] if by else 'Asana'} {text}",
        html_text=f"<body>{text}</body>",
        is_pinned=False,
        is_edited=False,
        is_editable=is_comment,
        liked=False,
        likes=[],
        num_likes=0,
        reaction_summary=[],
        previews=[],
        source="web" if by else "unknown",
        target=target,
        **more,
    )
    store.put(f"{target['resource_type']}_stories", target, made)
    return made
