"""Status updates, and the older project statuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.followers_and_likes import blank_likes
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    filter_since,
    list_related,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import NAMED, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_moment
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext

#: Status type -> colour in the deprecated form.
_STATUS_COLORS = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "on_hold": "blue",
    "complete": "complete",
    "dropped": "blue",
}


_GOAL_STATUS_TYPES = (
    "on_track",
    "at_risk",
    "off_track",
    "achieved",
    "partial",
    "missed",
    "dropped",
)


_GOAL_STATUS_COLORS = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}


#: Days between the updates of the company's past and the last one, oldest first.
_DAYS_BEFORE_LAST = (85, 55, 25, 0)


def blank_status_update(parent: Object) -> Object:
    """Return the fields of a new status update."""
    return {
        "title": "",
        "text": "",
        "html_text": "<body></body>",
        "author": None,
        "created_by": None,
        "created_at": "",
        "modified_at": "",
        "resource_subtype": f"{parent['resource_type']}_status_update",
        "status_type": "on_track",
        **blank_likes(),
        "reaction_summary": [],
        "parent": parent,
    }


def create_status(write: WriteContext) -> Object:
    """``POST /status_updates``; a project's is added in the deprecated form too."""
    parent: Object = write.data["parent"]
    write.require("status_type")
    kind = write.data["status_type"]
    is_goal = parent["resource_type"] == "goal"
    allowed = _GOAL_STATUS_TYPES if is_goal else tuple(_STATUS_COLORS)
    must(kind in allowed, "status_type", f"Must be one of {', '.join(allowed)}")
    fields = _status_fields(write)
    made = write.add("status_update", **blank_status_update(parent) | fields)
    write.update(made, status_type=kind)
    write.add_related("updates", parent, made)
    write.update(parent, current_status_update=made)
    if is_goal:
        write.update(parent, status=goal_status(kind))
    if parent["resource_type"] == "project":
        older = _add_project_status(write, parent, fields, _STATUS_COLORS[kind])
        pair_status_forms(write, made, older)
        is_over = kind == "complete"
        at, by = (write.now, write.me) if is_over else (None, None)
        write.update(parent, completed=is_over, completed_at=at, completed_by=by)
    write.record_event("added", made, parent=parent)
    return made


def goal_status(status_type: str) -> str:
    """Return the status of a goal whose latest update has a status type."""
    return _GOAL_STATUS_COLORS.get(status_type, status_type)


def _status_fields(write: WriteContext) -> Object:
    return {
        "title": write.data.get("title") or "Status update",
        **text_fields(
            {k: v for k, v in write.data.items() if k in _status_text_key(write.data)}, "text"
        ),
        "author": write.me,
        "created_by": write.me,
        "created_at": write.now,
        "modified_at": write.now,
    }


def _status_text_key(data: Object) -> tuple[str, ...]:
    # ``text`` is required here, so it may be given together with ``html_text``.
    return ("html_text",) if data.get("html_text") else ("text",)


def pair_status_forms(write: WriteContext, update: Object, older: Object) -> None:
    """Link a status update and its older form."""
    write.update_silently(update, _twin=older)
    write.update_silently(older, _twin=update)


def _add_project_status(
    write: WriteContext, project: Object, fields: Object, color: str
) -> Object:
    older = write.add("project_status", **fields, color=color, _project=project)
    write.add_related("statuses", project, older)
    write.update(project, current_status=older)
    return older


def create_project_status(write: WriteContext) -> Object:
    """``POST /projects/{project}/project_statuses``: the deprecated form of a status update."""
    write.require("color")
    project: Object = write.at["project"]
    fields = _status_fields(write)
    color = write.data["color"]
    older = _add_project_status(write, project, fields, color)
    made = write.add("status_update", **blank_status_update(project) | fields)
    kind = next(kind for kind, known in _STATUS_COLORS.items() if known == color)
    write.update(made, status_type=kind)
    write.add_related("updates", project, made)
    write.update(project, current_status_update=made)
    pair_status_forms(write, made, older)
    write.record_event("added", made, parent=project)
    return older


def delete_status(write: WriteContext) -> None:
    """``DELETE /status_updates/{status_update}``: the previous one is current again."""
    update: Object = write.at["status_update"]
    _delete_status_forms(write, update["parent"], update, update.get("_twin"))


def delete_project_status(write: WriteContext) -> None:
    """``DELETE /project_statuses/{project_status}``."""
    older: Object = write.at["project_status"]
    _delete_status_forms(write, older["_project"], older.get("_twin"), older)


def _delete_status_forms(
    write: WriteContext, parent: Object, update: Object | None, older: Object | None
) -> None:
    forms: tuple[tuple[Object | None, str, str], ...]
    forms = ((update, "updates", "current_status_update"), (older, "statuses", "current_status"))
    for item, what, current in forms:
        if item is None:
            continue
        write.remove_related(what, parent, item)
        write.remove(item)
        if parent.get(current) is item:
            rest = list(write.store.related(what, parent))
            last = rest[-1] if rest else None
            write.update(parent, **{current: last})
            if parent["resource_type"] == "goal":
                write.update(parent, status=last and goal_status(last["status_type"]))
    if update is not None:
        write.record_event("deleted", update, within=parent)


def build_status_updates(
    make: ObjectFactory, parent: Object, latest: str | None, text: str = ""
) -> None:
    """Build the status updates of a project, portfolio or goal.

    Parameters
    ----------
    make
        Adds objects.
    parent
        What the updates are about.
    latest
        The status of the last update; None builds no updates.
    text
        The text of the last update, if it differs from others of its status.
    """
    if latest is None:
        return
    path = list(zip(words.UPDATE_PATHS[latest], _DAYS_BEFORE_LAST, strict=True))
    end = _last_update_day(make, parent)
    for status, back in path if make.number == 0 else path[-1:]:
        moment = end - timedelta(days=back, hours=make.random.randint(0, 9))
        told = text if text and not back else words.UPDATES[status]
        _build_status_update(make, parent, status, told, format_moment(moment))


def _last_update_day(make: ObjectFactory, parent: Object) -> datetime:
    """Return when the last update is posted: these days, or when the goal's period ended."""
    latest = make.now - timedelta(days=5)
    if parent["resource_type"] != "goal":
        return latest
    over = datetime.fromisoformat(f"{parent['due_on']}T12:00Z") + timedelta(days=3)
    return min(latest, over)


def _build_status_update(
    make: ObjectFactory, parent: Object, status: str, text: str, moment: str
) -> None:
    author = make.random.choice(make.all("user"))
    shared: dict[str, Any] = {
        "title": f"Status of {parent['name']}",
        "text": text,
        "html_text": f"<body>{text}</body>",
        "author": author,
        "created_by": author,
        "created_at": moment,
        "modified_at": moment,
    }
    update = make.add(
        "status_update",
        **blank_status_update(parent) | shared | {"status_type": status},
    )
    parent["current_status_update"] = update
    make.add_related("updates", parent, update)
    if parent["resource_type"] == "project":
        older = make.add("project_status", **shared, color=_STATUS_COLORS[status], _project=parent)
        parent["current_status"] = older
        make.add_related("statuses", parent, older)
        update["_twin"], older["_twin"] = older, update
    elif parent["resource_type"] == "goal":
        parent["status"] = goal_status(status)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getProjectStatusesForProject": list_related("statuses", "project"),
    "getStatusesForObject": filter_since(
        list_related("updates", "parent"), "created_at", "created_since"
    ),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getProjectStatus": object_at("project_status"),
    "getStatus": object_at("status_update"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "deleteProjectStatus": delete_project_status,
    "createProjectStatusForProject": create_project_status,
    "deleteStatus": delete_status,
    "createStatusForObject": create_status,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "status_update": RecordShape(
        compact=("title", "resource_subtype"),
        hidden=frozenset(("html_text",)),
        references={"parent": NAMED},
    ),
    "project_status": RecordShape(compact=("title",), hidden=frozenset(("html_text",))),
}
