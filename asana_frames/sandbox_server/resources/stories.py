"""Stories: comments, and system stories about changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.errors import invalid_field
from asana_frames.sandbox_server.core.followers_and_likes import (
    add_follower,
    blank_likes,
    build_like,
)
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    filter_since,
    list_related,
    matching_argument,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import NAMED, RecordShape
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    Store,
    format_day,
    format_moment,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext, blank_story
from asana_frames.sandbox_server.resources.reactions import build_reaction


def _list_stories_of(target: str) -> ListRows:
    def rows(store: Store, asked: Arguments) -> Iterable[Object]:
        told = filter_since(
            list_related(f"{target}_stories", target), "created_at", "created_after"
        )
        found = list(matching_argument(told(store, asked), "resource_subtype", asked))
        return found[::-1] if asked.get("sort_ascending") is False else found

    return rows


def create_story(write: WriteContext) -> Object:
    """``POST /{tasks|goals}/{gid}/stories``: a comment."""
    target: Object = write.at.get("task") or write.at["goal"]
    text = text_fields(write.data, "text")
    if not text.get("text") and not write.data.get("sticker_name"):
        raise invalid_field("text", "Missing input")
    html = text.get("html_text", "")
    made = write.add_story(target, "comment_added", text.get("text", ""), html=html)
    more = {key: write.data[key] for key in ("is_pinned", "sticker_name") if key in write.data}
    # Asana sends the older names of likes with a new comment only.
    write.update(made, **blank_likes(), **more)
    add_follower(write, target, write.me, tell=False)
    return made


def update_story(write: WriteContext) -> Object:
    """``PUT /stories/{story}``: authors edit their comments; anyone may pin."""
    story: Object = write.at["story"]
    text = text_fields(write.data, "text")
    if text:
        _check_own_comment(write, story)
        write.update(story, **text, is_edited=True)
    for key in ("is_pinned", "sticker_name"):
        if key in write.data:
            must(story["type"] == "comment", key, "Only comments have it", 403)
            write.update(story, **{key: write.data[key]})
    write.record_event("changed", story, parent=story["target"], field="text")
    return story


def delete_story(write: WriteContext) -> None:
    """``DELETE /stories/{story}``: one's own comments."""
    story: Object = write.at["story"]
    _check_own_comment(write, story)
    target = story["target"]
    write.remove_related(f"{target['resource_type']}_stories", target, story)
    if target["resource_type"] == "task":
        write.update(target)
    write.record_event("deleted", story, within=target)
    write.remove(story)


def _check_own_comment(write: WriteContext, story: Object) -> None:
    must(story["type"] == "comment", "story", "Only comments can be changed", 403)
    must(story["created_by"] is write.me, "story", "You can only change your own", 403)


StoryBuilder = Callable[..., None]


def build_task_stories(make: ObjectFactory) -> None:
    """Build the stories of a division's tasks, with likes and reactions."""
    for task, project, sections, created in make.task_histories:
        build_stories_of_task(make, task, project, list(pairwise(sections)), created)
    told = make.own.get("story", [])
    for item in told[::23]:
        build_like(make, item)
    comments = [item for item in told if item["resource_subtype"] == "comment_added"]
    for item in comments[::12]:
        build_reaction(make, item)


def build_stories_of_task(
    make: ObjectFactory,
    task: Object,
    project: Object | None,
    moves: list[tuple[Object, Object]],
    created: datetime,
) -> None:
    """Build the stories of a task that explain its present state."""
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
        # Moves by rules have no author.
        by_rule = make.random.random() < 0.1
        mover = None if by_rule else task["assignee"] or task["created_by"]
        names = (make.original_value(section, "name") for section in (old, new))
        text = 'moved this task from "{}" to "{}"'.format(*names)
        more = {"old_section": old, "new_section": new, "project": project}
        told(next(steps), mover, "section_changed", text, **more)
    build_reopening(make, task, created, end, told)
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
    """Build the first stories of a task: its project and its assignee."""
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
    """Build a change of the due date, sometimes."""
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


def build_reopening(
    make: ObjectFactory, task: Object, created: datetime, end: datetime, told: StoryBuilder
) -> None:
    """Add the stories of a completion and a reopening, for 6 % of tasks."""
    if make.random.random() > 0.06:
        return
    person = task["assignee"] or task["created_by"]
    done, back = sorted(created + (end - created) * make.random.uniform(0.4, 1) for _ in range(2))
    told(done, person, "marked_complete", "marked this task complete")
    told(back, task["created_by"], "marked_incomplete", "marked this task incomplete")


def build_story(
    make: ObjectFactory,
    target: Object,
    moment: datetime,
    by: Object | None,
    subtype: str,
    text: str,
    **more: Any,
) -> Object:
    """Build one story of a task or goal."""
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
    made = make.add("story", **blank_story(target) | known | more)
    make.add_related(f"{target['resource_type']}_stories", target, made)
    return made


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getStoriesForTask": _list_stories_of("task"),
    "getStoriesForGoal": _list_stories_of("goal"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getStory": object_at("story"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateStory": update_story,
    "deleteStory": delete_story,
    "createStoryForTask": create_story,
    "createStoryForGoal": create_story,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "story": RecordShape(
        compact=("created_at", "created_by", "resource_subtype", "text"),
        hidden=frozenset(("html_text",)),
        references={"target": NAMED},
    ),
}
