"""Cascading deletes: owned objects are deleted too, references to deleted objects are cleared."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from asana_frames.sandbox_server.core.store import Object, Partition
from asana_frames.sandbox_server.core.transaction import Transaction

#: Record type -> the fields whose target owns the object.
_BELONGS: dict[str, tuple[str, ...]] = {
    "access_request": ("target", "requester"),
    "allocation": ("parent", "assignee"),
    "attachment": ("parent",),
    "budget": ("parent",),
    "custom_field_setting": ("parent", "custom_field"),
    "goal_relationship": ("supported_goal", "supporting_resource"),
    "membership": ("parent", "member"),
    "portfolio_membership": ("parent", "member"),
    "project_brief": ("project",),
    "project_membership": ("parent", "member"),
    "project_portfolio_setting": ("project", "portfolio"),
    "project_status": ("_project",),
    "rate": ("parent", "resource"),
    "section": ("project",),
    "status_update": ("parent",),
    "story": ("target",),
    "task_template": ("project",),
    "time_tracking_entry": ("task",),
    "webhook": ("resource",),
}
#: Nothing refers to other types, or their delete handler clears the references.
_MATTERS = frozenset(
    (
        "custom_field", "enum_option", "goal", "portfolio", "project", "project_template",
        "section", "tag", "task_template", "time_tracking_category",
    )
)  # fmt: skip
#: Stories and the audit log keep the names of deleted objects.
_KEPT = frozenset(("story", "audit_log_event"))


def clear_deleted(changes: Transaction) -> None:
    """Delete the objects that deleted objects own, and clear all references to them.

    Parameters
    ----------
    changes
        The deletes so far; the deletes and updates that follow are added.
    """
    store = changes.store
    gone = {gid for gid, kind in changes.gone.items() if kind in _MATTERS}
    # delete_task clears its own references, except those in values of custom fields.
    gone |= changes.gone.keys() & store.referred
    while gone:
        before = set(changes.gone)
        for part in (store.company, *(b for b in store.blocks if b.stage)):
            for kind, items in list(part.by_type.items()):
                for item in list(items.values()):
                    _clear_item(changes, kind, item, gone)
            _clear_lists(changes, part, gone)
        store.gone |= gone
        gone = changes.gone.keys() - before


def _clear_item(changes: Transaction, kind: str, item: Object, gone: Set[str]) -> None:
    for field in _BELONGS.get(kind, ()):
        owner = item.get(field)
        if owner is not None and owner["gid"] in gone:
            changes.remove(item, kind)
            return
    if kind not in _KEPT:
        changed = dict(iterate_cleared_fields(item, gone))
        if changed:
            changes.update_silently(item, **changed)


def _clear_lists(changes: Transaction, part: Partition, gone: Set[str]) -> None:
    for key, items in list(part.under.items()):
        if key[1] in gone:
            changes.replace(part, key, [])
        elif any(item["gid"] in gone for item in items):
            changes.replace(part, key, [item for item in items if item["gid"] not in gone])


def clear_partition(part: Partition, gone: Set[str]) -> None:
    """Clear the references to deleted objects in a block that is built after the delete."""
    for kind, items in part.by_type.items():
        for item in items.values() if kind not in _KEPT else ():
            item |= dict(iterate_cleared_fields(item, gone))
    for key, found in list(part.under.items()):
        part.under[key] = [item for item in found if item["gid"] not in gone]


def iterate_cleared_fields(item: Object, gone: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields that refer to deleted objects, with their cleared values."""
    for key, value in item.items():
        kind = value.__class__
        if kind is dict:
            if value.get("gid") in gone:
                yield key, None
            elif "gid" not in value:
                inner = dict(iterate_cleared_fields(value, gone))
                if inner:
                    yield key, {**value, **inner}
        elif kind is list and value and any(_refers_to_deleted(part, gone) for part in value):
            rest = (drop_deleted(part, gone) for part in value)
            yield key, [part for part in rest if part is not None]


def _refers_to_deleted(part: Any, gone: Set[str]) -> bool:
    if isinstance(part, tuple):
        field, value = part
        return field["gid"] in gone or _refers_to_deleted(value, gone)
    if isinstance(part, list):
        return any(_refers_to_deleted(inner, gone) for inner in part)
    if not isinstance(part, dict):
        return False
    if "gid" in part and "user" not in part:
        return part["gid"] in gone
    return any(
        _refers_to_deleted(inner, gone) for inner in part.values() if isinstance(inner, dict)
    )


def drop_deleted(part: Any, gone: Set[str]) -> Any:
    """Return a list item without deleted objects, or None if nothing is left."""
    if not _refers_to_deleted(part, gone):
        return part
    if isinstance(part, tuple) and part[0]["gid"] not in gone:
        field, value = part
        rest = [x for x in value if x["gid"] not in gone] if isinstance(value, list) else None
        return field, rest
    return None
