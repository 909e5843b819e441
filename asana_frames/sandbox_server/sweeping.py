"""What is deleted is gone everywhere: what belonged to it goes too, references are emptied."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from asana_frames.sandbox_server.changes import Changes
from asana_frames.sandbox_server.store import Object, Part

#: Record type -> the fields without which such an object is nothing.
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
#: To anything else that is deleted nothing refers, or who deletes it sees to that.
_MATTERS = frozenset(
    (
        "custom_field", "enum_option", "goal", "portfolio", "project", "project_template",
        "section", "tag", "task_template", "time_tracking_category",
    )
)  # fmt: skip
#: Written down as it was: stories and the audit log keep the names of what is gone.
_KEPT = frozenset(("story", "audit_log_event"))


def sweep(changes: Changes) -> None:
    """Empty all references to what these changes have deleted.

    Parameters
    ----------
    changes
        What has been deleted so far, and takes what follows from it.
    """
    store = changes.store
    gone = {gid for gid, kind in changes.gone.items() if kind in _MATTERS}
    # Tasks clear up behind themselves, but nobody knows which custom fields refer to one.
    gone |= changes.gone.keys() & store.referred
    while gone:
        before = set(changes.gone)
        for part in (store.company, *(b for b in store.blocks if b.stage)):
            for kind, items in list(part.by_type.items()):
                for item in list(items.values()):
                    _sweep_item(changes, kind, item, gone)
            _sweep_lists(changes, part, gone)
        store.gone |= gone
        gone = changes.gone.keys() - before


def _sweep_item(changes: Changes, kind: str, item: Object, gone: Set[str]) -> None:
    for field in _BELONGS.get(kind, ()):
        owner = item.get(field)
        if owner is not None and owner["gid"] in gone:
            changes.remove(item, kind)
            return
    if kind not in _KEPT:
        changed = dict(emptied(item, gone))
        if changed:
            changes.quietly(item, **changed)


def _sweep_lists(changes: Changes, part: Part, gone: Set[str]) -> None:
    for key, items in list(part.under.items()):
        if key[1] in gone:
            changes.replace(part, key, [])
        elif any(item["gid"] in gone for item in items):
            changes.replace(part, key, [item for item in items if item["gid"] not in gone])


def sweep_block(part: Part, gone: Set[str]) -> None:
    """Empty the references of a block that was made after something was deleted."""
    for kind, items in part.by_type.items():
        for item in items.values() if kind not in _KEPT else ():
            item |= dict(emptied(item, gone))
    for key, found in list(part.under.items()):
        part.under[key] = [item for item in found if item["gid"] not in gone]


def emptied(item: Object, gone: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an object that refer to what is gone, as they are without it."""
    for key, value in item.items():
        kind = value.__class__
        if kind is dict:
            if value.get("gid") in gone:
                yield key, None
            elif "gid" not in value:
                inner = dict(emptied(value, gone))
                if inner:
                    yield key, {**value, **inner}
        elif kind is list and value and any(_is_gone(part, gone) for part in value):
            rest = (_without(part, gone) for part in value)
            yield key, [part for part in rest if part is not None]


def _is_gone(part: Any, gone: Set[str]) -> bool:
    if isinstance(part, tuple):
        field, value = part
        return field["gid"] in gone or _is_gone(value, gone)
    if isinstance(part, list):
        return any(_is_gone(inner, gone) for inner in part)
    if not isinstance(part, dict):
        return False
    if "gid" in part and "user" not in part:
        return part["gid"] in gone
    return any(_is_gone(inner, gone) for inner in part.values() if isinstance(inner, dict))


def _without(part: Any, gone: Set[str]) -> Any:
    """Return a member of a list without what is gone, or None where nothing is left of it."""
    if not _is_gone(part, gone):
        return part
    if isinstance(part, tuple) and part[0]["gid"] not in gone:
        field, value = part
        rest = [x for x in value if x["gid"] not in gone] if isinstance(value, list) else None
        return field, rest
    return None
