"""The task lists of users, called My tasks."""

from __future__ import annotations

from asana_frames.sandbox_server.core.lists import Arguments, FindObject, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store


def _find_user_task_list(store: Store, asked: Arguments) -> Object:
    return next(item for item in store.all("user_task_list") if item["owner"] is asked["user"])


def build_user_task_list(make: ObjectFactory, person: Object, workspace: Object) -> None:
    """Build the task list of a user."""
    tasks = make.add(
        "user_task_list",
        name=f"My tasks in {workspace['name']}",
        owner=person,
        workspace=workspace,
    )
    membership = next(m for m in make.all("workspace_membership") if m["user"] is person)
    membership["user_task_list"] = tasks


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getUserTaskList": object_at("user_task_list"),
    "getUserTaskListForUser": _find_user_task_list,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "user_task_list": RecordShape(compact=("name", "owner", "workspace")),
}
