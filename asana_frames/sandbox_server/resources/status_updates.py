"""Status updates, and the older project statuses."""

from __future__ import annotations

from datetime import timedelta
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
    if is_goal and parent["metric"]:
        write.update(parent, status=_GOAL_STATUS_COLORS.get(kind, kind))
    if parent["resource_type"] == "project":
        older = _add_project_status(write, parent, fields, _STATUS_COLORS[kind])
        pair_status_forms(write, made, older)
        is_over = kind == "complete"
        at, by = (write.now, write.me) if is_over else (None, None)
        write.update(parent, completed=is_over, completed_at=at, completed_by=by)
    write.record_event("added", made, parent=parent)
    return made


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
            write.update(parent, **{current: rest[-1] if rest else None})
    if update is not None:
        write.record_event("deleted", update, within=parent)


def build_status_updates(make: ObjectFactory, parent: Object) -> None:
    """Build the status updates of a project, portfolio or goal."""
    if parent["name"].startswith(("Someday maybe", "Empty shelf")):
        return
    kind = parent["resource_type"]
    for back in (90, 60, 30, 5) if make.number == 0 else (5,):
        status = make.random.choice(("on_track", "on_track", "at_risk", "off_track"))
        author = make.random.choice(make.all("user"))
        moment = format_moment(make.now - timedelta(days=back, hours=make.random.randint(0, 9)))
        shared: dict[str, Any] = {
            "title": f"Status of {parent['name']}",
            "text": words.UPDATES[status],
            "html_text": f"<body>{words.UPDATES[status]}</body>",
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
        if kind == "project":
            color = {"on_track": "green", "at_risk": "yellow", "off_track": "red"}[status]
            older = make.add("project_status", **shared, color=color, _project=parent)
            parent["current_status"] = older
            make.add_related("statuses", parent, older)
            update["_twin"], older["_twin"] = older, update


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
