"""Roles of the workspace, standard and custom."""

from __future__ import annotations

from datetime import timedelta

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_all, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    format_moment,
    workspace_of,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext


def create_role(write: WriteContext) -> Object:
    """``POST /roles``: the permissions of its base role, updated with those in the body."""
    base = write.data["base_role_type"]
    standard = next(r for r in write.store.all("role") if r["base_role_type"] == base)
    return write.add(
        "role",
        name=write.data["name"],
        description=write.data["description"],
        is_standard_role=False,
        base_role_type=base,
        permissions=_merge_permissions(write, standard["permissions"]),
        creation_time=write.now,
        modified_at=write.now,
        workspace=write.data["workspace"],
    )


def update_role(write: WriteContext) -> Object:
    """``PUT /roles/{role}``; standard roles stay as they are."""
    role = _custom_role(write)
    for key in ("name", "description", "base_role_type"):
        if key in write.data:
            write.update(role, **{key: write.data[key]})
    write.update(role, permissions=_merge_permissions(write, role["permissions"]))
    return role


def delete_role(write: WriteContext) -> None:
    """``DELETE /roles/{role}``; standard roles cannot be deleted."""
    write.remove(_custom_role(write))


def _custom_role(write: WriteContext) -> Object:
    role: Object = write.at["role"]
    must(not role["is_standard_role"], "role", "Standard roles cannot be changed", 403)
    return role


def _merge_permissions(write: WriteContext, base: Object) -> Object:
    given = write.data.get("permissions") or {}
    must(isinstance(given, dict), "permissions", "Must be an object")
    for name, value in given.items():
        must(name in base, "permissions", f"There is no permission {name}")
        must(type(value) is type(base[name]), "permissions", f"Not a valid value: {name}")
    return {**base, **given}


_STANDARD_ROLES = ("super_admin", "admin", "member", "guest")


def build_roles(make: ObjectFactory) -> None:
    """Build the standard roles."""
    flags = (
        "create_app_authorization", "create_pat_authorization", "share_goal_with_domain",
        "share_portfolios_with_org", "assign_roles", "manage_roles", "export_project_data",
        "download_mobile_attachments", "import_data", "create_global_custom_fields",
        "upload_attachments", "create_team", "create_and_edit_ai_automations", "proactive_ai",
        "standard_ai", "create_and_edit_ai_teammates", "share_teams_with_org", "create_goal",
        "create_project", "create_read_only_link", "create_portfolio", "view_public_teams",
        "view_shared_with_org_projects", "view_shared_with_org_tasks",
        "view_shared_with_org_portfolios",
    )  # fmt: skip
    for place, base in enumerate(_STANDARD_ROLES):
        make.add(
            "role",
            name=base.replace("_", " ").capitalize(),
            description=f"The standard {base.replace('_', ' ')}.",
            is_standard_role=True,
            base_role_type=base,
            permissions={flag: place < 2 or number % 3 != 0 for number, flag in enumerate(flags)}
            | {
                "task_deletion_policy": "all" if place < 2 else "owned",
                "allowed_guest_invites": "all",
            },
            creation_time=format_moment(make.now - timedelta(days=500)),
            modified_at=format_moment(make.now - timedelta(days=100)),
            workspace=workspace_of(make),
        )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getRoles": list_all("role"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getRole": object_at("role"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createRole": create_role,
    "updateRole": update_role,
    "deleteRole": delete_role,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "role": RecordShape(compact=("name", "description", "is_standard_role")),
}
