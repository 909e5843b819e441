"""Writes about people: members of everything, teams, the workspace, roles, access."""

from __future__ import annotations

import re

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.custom_values import update_custom_values
from asana_frames.sandbox_server.writes.tasks import set_assignee, text_fields

#: What members of a kind of object may be.
_ACCESS_LEVELS = {
    "project": ("admin", "editor", "commenter", "viewer"),
    "portfolio": ("admin", "editor", "viewer"),
    "goal": ("viewer", "commenter", "editor", "admin"),
    "custom_field": ("admin", "editor", "user"),
    "custom_type": ("admin", "editor", "user", "viewer"),
}


def _find_membership(write: WriteContext, parent: Object, member: Object) -> Object | None:
    found = (m for m in write.store.all("membership") if m["parent"] is parent)
    return next((m for m in found if m["member"] is member), None)


def add_member(write: WriteContext, parent: Object, member: Object, level: str) -> Object:
    """Make somebody a member; of projects and portfolios in the older form too."""
    known = _find_membership(write, parent, member)
    if known is not None:
        return known
    kind = parent["resource_type"]
    is_own = kind in ("custom_field", "custom_type")
    type_ = f"{kind}_membership" if is_own else "membership"
    made = write.add(type_, "membership", **blank.membership_fields(parent, member, level))
    if kind in ("project", "portfolio") and member["resource_type"] == "user":
        write.update(parent, members=[*parent["members"], member])
        change = {"action": "added", "added_value": member}
        write.record_event("changed", parent, field="members", change=change)
        write.add(f"{kind}_membership", **blank.legacy_membership_fields(parent, member, level))
    return made


def remove_member(write: WriteContext, parent: Object, member: Object) -> None:
    """Undo `add_member`."""
    known = _find_membership(write, parent, member)
    if known is not None:
        write.remove(known, "membership")
    kind = parent["resource_type"]
    if kind not in ("project", "portfolio"):
        return
    for older in _list_legacy_memberships(write, parent, member):
        write.remove(older)
    if any(member is other for other in parent["members"]):
        rest = [other for other in parent["members"] if other is not member]
        write.update(parent, members=rest)
        change = {"action": "removed", "removed_value": member}
        write.record_event("changed", parent, field="members", change=change)


def create_membership(write: WriteContext) -> Object:
    """``POST /memberships``."""
    write.require("parent", "member")
    parent, member = write.data["parent"], write.data["member"]
    levels = _ACCESS_LEVELS[parent["resource_type"]]
    level = write.data.get("access_level") or write.data.get("role") or levels[1]
    must(level in levels, "access_level", f"Must be one of {', '.join(levels)}")
    must(_find_membership(write, parent, member) is None, "member", "Is a member already")
    return add_member(write, parent, member, level)


def update_membership(write: WriteContext) -> Object:
    """``PUT /memberships/{membership}``."""
    membership: Object = write.at["membership"]
    if "access_level" in write.data:
        levels = _ACCESS_LEVELS[membership["parent"]["resource_type"]]
        level = write.data["access_level"]
        must(level in levels, "access_level", f"Must be one of {', '.join(levels)}")
        write.update_and_record(membership, "access_level", level)
        parent, member = membership["parent"], membership["member"]
        for older in _list_legacy_memberships(write, parent, member):
            write.update(older, **blank.legacy_membership_fields(parent, member, level))
    return membership


def _list_legacy_memberships(write: WriteContext, parent: Object, member: Object) -> list[Object]:
    found = write.store.all(f"{parent['resource_type']}_membership")
    return [m for m in found if m.get("parent") is parent and m.get("member") is member]


def delete_membership(write: WriteContext) -> None:
    """``DELETE /memberships/{membership}``."""
    membership: Object = write.at["membership"]
    remove_member(write, membership["parent"], membership["member"])


# ---------------------------------------------------------------------- teams and workspaces


def create_team(write: WriteContext) -> Object:
    """``POST /teams``."""
    write.require("name", "organization")
    must(write.data["organization"]["is_organization"], "organization", "Is no organization")
    team = write.add("team", **{**blank.BLANK_TEAM, "_settings": []} | _team_fields(write))
    add_to_team(write, team, write.me, is_admin=True)
    write.record_event("added", team, parent=team["organization"])
    return team


def update_team(write: WriteContext) -> Object:
    """``PUT /teams/{team}``."""
    team: Object = write.at["team"]
    for key, value in _team_fields(write).items():
        must(key != "name" or value, "name", "Missing input")
        write.update_and_record(team, key, value)
    return team


def _team_fields(write: WriteContext) -> Object:
    rest = {k: v for k, v in write.data.items() if not k.endswith("description")}
    url = "https://app.asana.com/0/teams"
    made = {"permalink_url": url} if "team" not in write.at else {}
    return {**made, **rest, **text_fields(write.data, "description")}


def add_to_team(
    write: WriteContext, team: Object, person: Object, *, is_admin: bool = False
) -> Object:
    """Make somebody a member of a team."""
    known = (m for m in write.store.all("team_membership") if m["team"] is team)
    found = next((m for m in known if m["user"] is person), None)
    if found is not None:
        return found
    made = write.add(
        "team_membership",
        user=person,
        team=team,
        is_guest=False,
        is_limited_access=False,
        is_admin=is_admin,
    )
    write.add_related("team_users", team, person)
    write.add_related("user_teams", person, team)
    write.record_event("added", made, parent=team)
    return made


def add_user_to_team(write: WriteContext) -> Object:
    """``POST /teams/{team}/addUser``."""
    write.require("user")
    return add_to_team(write, write.at["team"], write.data["user"])


def remove_user_from_team(write: WriteContext) -> None:
    """``POST /teams/{team}/removeUser``."""
    write.require("user")
    leave_team(write, write.at["team"], write.data["user"])


def leave_team(write: WriteContext, team: Object, person: Object) -> None:
    """Take somebody out of a team."""
    for membership in list(write.store.all("team_membership")):
        if membership["team"] is team and membership["user"] is person:
            write.record_event("removed", membership, parent=team)
            write.remove(membership)
            write.remove_related("team_users", team, person)
            write.remove_related("user_teams", person, team)


def add_user_to_workspace(write: WriteContext) -> Object:
    """``POST /workspaces/{workspace}/addUser``: an e-mail that nobody has is invited."""
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
        write.audit("user_invited", "user_updates", person)
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
    """``POST /workspaces/{workspace}/removeUser``: their tasks stay, without an assignee."""
    write.require("user")
    person, workspace = write.data["user"], write.at["workspace"]
    must(person is not write.me, "user", "You cannot remove yourself", 403)
    is_in = any(workspace is other for other in person["workspaces"])
    must(is_in, "user", "Is not in the workspace")
    write.audit("user_deprovisioned", "user_updates", person)
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


def update_user(write: WriteContext) -> Object:
    """``PUT /users/{user}``: yourself, or anybody for an admin."""
    person: Object = write.at["user"]
    must(person is write.me or is_admin(write), "user", "You cannot change another user", 403)
    if "name" in write.data:
        write.require("name")
        write.update_and_record(person, "name", write.data["name"])
    if "custom_fields" in write.data:
        fields = [field for field, _ in person["custom_fields"]]
        update_custom_values(write, person, write.data["custom_fields"], fields)
    return person


def is_admin(write: WriteContext) -> bool:
    """Whether who writes is an admin of the workspace."""
    memberships = write.store.all("workspace_membership")
    return any(m["user"] is write.me and m["is_admin"] for m in memberships)


# ---------------------------------------------------------------------- access and roles


def create_access_request(write: WriteContext) -> Object:
    """``POST /access_requests``."""
    target = write.data["target"]
    for request in write.store.all("access_request"):
        is_same = request["target"] is target and request["requester"] is write.me
        must(not is_same, "target", "You have asked already")
    return write.add(
        "access_request",
        message=write.data.get("message") or "",
        approval_status="pending",
        requester=write.me,
        target=target,
    )


def approve_access_request(write: WriteContext) -> None:
    """``POST /access_requests/{access_request}/approve``."""
    request = _pending_request(write)
    write.update(request, approval_status="approved")
    if request["target"]["resource_type"] != "task":
        add_member(write, request["target"], request["requester"], "editor")


def reject_access_request(write: WriteContext) -> None:
    """``POST /access_requests/{access_request}/reject``."""
    write.update(_pending_request(write), approval_status="denied")


def _pending_request(write: WriteContext) -> Object:
    request: Object = write.at["access_request"]
    is_pending = request["approval_status"] == "pending"
    must(is_pending, "access_request", "It has been answered already")
    return request


def create_role(write: WriteContext) -> Object:
    """``POST /roles``: what its base role may, and what is said otherwise."""
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
