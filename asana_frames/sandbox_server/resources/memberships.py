"""Memberships of projects, portfolios, goals, custom fields and custom types."""

from __future__ import annotations

from collections.abc import Iterable

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import (
    Arguments,
    FindObject,
    ListRows,
    list_all,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import NAMED, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext

#: Type of object -> access levels of its members.
_ACCESS_LEVELS = {
    "project": ("admin", "editor", "commenter", "viewer"),
    "portfolio": ("admin", "editor", "viewer"),
    "goal": ("viewer", "commenter", "editor", "admin"),
    "custom_field": ("admin", "editor", "user"),
    "custom_type": ("admin", "editor", "user", "viewer"),
}


def membership_fields(parent: Object, member: Object, level: str) -> Object:
    """Return the fields of a membership."""
    return {
        "resource_subtype": f"{parent['resource_type']}_membership",
        "parent": parent,
        "member": member,
        "access_level": level,
    }


def legacy_membership_fields(parent: Object, person: Object, level: str) -> Object:
    """Return the fields of a membership of a project or portfolio in the older form."""
    kind = parent["resource_type"]
    made = {"parent": parent, "member": person, "user": person, "access_level": level}
    if kind == "project":
        can_write = level in ("admin", "editor")
        made["write_access"] = "full_write" if can_write else "comment_only"
    return {**made, kind: parent}


def _list_memberships(store: Store, asked: Arguments) -> Iterable[Object]:
    member, subtype = asked.get("member"), asked.get("resource_subtype")
    of_team = member is not None and member["resource_type"] == "team"
    if not asked.get("parent") and not (of_team and subtype == "project_membership"):
        raise ApiError(400, "parent: Missing input")
    rows = list_all(
        "membership", parent="parent", member="member", resource_subtype="resource_subtype"
    )
    return rows(store, asked)


def _find_membership(write: WriteContext, parent: Object, member: Object) -> Object | None:
    found = (m for m in write.store.all("membership") if m["parent"] is parent)
    return next((m for m in found if m["member"] is member), None)


def add_member(write: WriteContext, parent: Object, member: Object, level: str) -> Object:
    """Add a member to an object, with the older form of the membership if it has one."""
    known = _find_membership(write, parent, member)
    if known is not None:
        return known
    kind = parent["resource_type"]
    is_own = kind in ("custom_field", "custom_type")
    type_ = f"{kind}_membership" if is_own else "membership"
    made = write.add(type_, "membership", **membership_fields(parent, member, level))
    if kind in ("project", "portfolio") and member["resource_type"] == "user":
        write.update(parent, members=[*parent["members"], member])
        change = {"action": "added", "added_value": member}
        write.record_event("changed", parent, field="members", change=change)
        write.add(f"{kind}_membership", **legacy_membership_fields(parent, member, level))
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
            write.update(older, **legacy_membership_fields(parent, member, level))
    return membership


def _list_legacy_memberships(write: WriteContext, parent: Object, member: Object) -> list[Object]:
    found = write.store.all(f"{parent['resource_type']}_membership")
    return [m for m in found if m.get("parent") is parent and m.get("member") is member]


def delete_membership(write: WriteContext) -> None:
    """``DELETE /memberships/{membership}``."""
    membership: Object = write.at["membership"]
    remove_member(write, membership["parent"], membership["member"])


def add_members(write: WriteContext) -> Object:
    """``POST /projects/{project}/addMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        add_member(write, parent, person, "editor")
    return parent


def remove_members(write: WriteContext) -> Object:
    """``POST /projects/{project}/removeMembers`` and the same of portfolios."""
    parent: Object = write.at.get("project") or write.at["portfolio"]
    for person in write.data["members"]:
        remove_member(write, parent, person)
    return parent


def build_membership(make: ObjectFactory, parent: Object, member: Object, level: str) -> None:
    """Build a membership, and its older form if it has one."""
    kind = parent["resource_type"]
    make.add("membership", **membership_fields(parent, member, level))
    if kind in ("project", "portfolio") and member["resource_type"] == "user":
        make.add(f"{kind}_membership", **legacy_membership_fields(parent, member, level))


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getMemberships": _list_memberships,
    "getPortfolioMemberships": list_all(
        "portfolio_membership", portfolio="portfolio", user="user"
    ),
    "getPortfolioMembershipsForPortfolio": list_all(
        "portfolio_membership", portfolio="portfolio", user="user"
    ),
    "getProjectMembershipsForProject": list_all(
        "project_membership", project="project", user="user"
    ),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getMembership": object_at("membership"),
    "getPortfolioMembership": object_at("portfolio_membership"),
    "getProjectMembership": object_at("project_membership"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createMembership": create_membership,
    "updateMembership": update_membership,
    "deleteMembership": delete_membership,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "membership": RecordShape(
        compact=("resource_subtype", "parent", "member", "access_level"),
        references={"parent": NAMED},
    ),
    "project_membership": RecordShape(compact=("parent", "member", "access_level")),
    "portfolio_membership": RecordShape(compact=("portfolio", "user", "access_level")),
}
