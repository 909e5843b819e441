"""The workspace and its members."""

from __future__ import annotations

import re

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_all, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.tasks import set_assignee
from asana_frames.sandbox_server.resources.teams import leave_team


def add_user_to_workspace(write: WriteContext) -> Object:
    """``POST /workspaces/{workspace}/addUser``: an unknown e-mail is invited."""
    workspace = write.at["workspace"]
    given = write.raw.get("user")
    if not given or not isinstance(given, str):
        raise invalid_field("user", "Missing input")
    try:
        person = write.find("user", given, "user")
    except ApiError:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", given):
            raise
        name = given.partition("@")[0].replace(".", " ").title()
        person = write.add(
            "user", name=name, email=given, photo=None, workspaces=[workspace], custom_fields=[]
        )
    known = (m for m in write.store.all("workspace_membership") if m["user"] is person)
    if not any(m["workspace"] is workspace for m in known):
        _add_workspace_member(write, workspace, person)
        write.add_audit_event("user_invited", "user_updates", person)
    return person


def _add_workspace_member(write: WriteContext, workspace: Object, person: Object) -> None:
    name = f"My tasks in {workspace['name']}"
    tasks = write.add("user_task_list", name=name, owner=person, workspace=workspace)
    domains = workspace["email_domains"]
    write.add(
        "workspace_membership",
        user=person,
        workspace=workspace,
        user_task_list=tasks,
        is_active=True,
        is_admin=False,
        is_guest=person["email"].partition("@")[2] not in domains,
        is_view_only=False,
        vacation_dates=None,
        created_at=write.now,
    )
    if not any(workspace is other for other in person["workspaces"]):
        write.update(person, workspaces=[*person["workspaces"], workspace])


def remove_user_from_workspace(write: WriteContext) -> None:
    """``POST /workspaces/{workspace}/removeUser``: their tasks are kept, without an assignee."""
    write.require("user")
    person, workspace = write.data["user"], write.at["workspace"]
    must(person is not write.me, "user", "You cannot remove yourself", 403)
    is_in = any(workspace is other for other in person["workspaces"])
    must(is_in, "user", "Is not in the workspace")
    write.add_audit_event("user_deprovisioned", "user_updates", person)
    for team in list(write.store.related("user_teams", person)):
        leave_team(write, team, person)
    for membership in list(write.store.all("workspace_membership")):
        if membership["user"] is person and membership["workspace"] is workspace:
            write.remove(membership)
    write.update(person, workspaces=[w for w in person["workspaces"] if w is not workspace])
    for task in list(write.store.related("user_tasks", person)):
        set_assignee(write, task, None)


def update_workspace(write: WriteContext) -> Object:
    """``PUT /workspaces/{workspace}``."""
    workspace: Object = write.at["workspace"]
    if "name" in write.data:
        write.require("name")
        write.update_and_record(workspace, "name", write.data["name"])
    return workspace


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getWorkspaceMembershipsForUser": list_all("workspace_membership", user="user"),
    "getWorkspaceMembershipsForWorkspace": list_all("workspace_membership", user="user"),
    "getWorkspaces": list_all("workspace"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getWorkspaceMembership": object_at("workspace_membership"),
    "getWorkspace": object_at("workspace"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "updateWorkspace": update_workspace,
    "addUserForWorkspace": add_user_to_workspace,
    "removeUserForWorkspace": remove_user_from_workspace,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "workspace_membership": RecordShape(compact=("user", "workspace")),
}
