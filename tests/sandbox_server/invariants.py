"""What must be true of a store at any time, and how to tell whether it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from asana_frames.sandbox_server.core.store import Object, Store


def fingerprint(store: Store) -> Any:
    """Return everything that a write could change."""
    store.measure_goals()
    parts = [store.company, *(store.load_block(block.number, 2) for block in store.blocks)]
    return (
        store.version,
        store.next_written,
        len(store.events),
        [
            (
                {gid: _shallow(item) for gid, item in part.by_gid.items()},
                {kind: list(items) for kind, items in part.by_type.items()},
                {
                    key: [item["gid"] for item in items]
                    for key, items in part.under.items()
                    if items
                },
            )
            for part in parts
        ],
    )


_PLAIN = (str, bool, int, float, type(None))


def _shallow(item: Object) -> tuple[Any, ...]:
    # Most values are plain: to look at their type is quicker than a call for each.
    values = [v if type(v) in _PLAIN else _value(v) for v in item.values()]
    return (*item, *values)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("gid") or tuple((key, _value(part)) for key, part in value.items())
    return tuple(map(_value, value)) if isinstance(value, list | tuple) else value


def problems_of(store: Store) -> list[str]:
    """Return what does not agree in a store."""
    return [*_tasks(store), *_references(store), *_links(store)]


def _gids(items: Iterable[Object]) -> list[str]:
    return [item["gid"] for item in items]


def _tasks(store: Store) -> Iterator[str]:
    tasks = list(store.all("task"))
    known = {task["gid"] for task in tasks}
    for task in tasks:
        gid = task["gid"]
        if _gids(task["projects"]) != [entry["project"]["gid"] for entry in task["memberships"]]:
            yield f"{gid}: projects and memberships differ"
        for entry in task["memberships"]:
            if entry["section"]["project"] is not entry["project"]:
                yield f"{gid}: a section of another project"
            for what in ("project", "section"):
                if _gids(store.related(f"{what}_tasks", entry[what])).count(gid) != 1:
                    yield f"{gid}: not once in its {what}"
        if task["num_subtasks"] != len(list(store.related("subtasks", task))):
            yield f"{gid}: num_subtasks"
        if task["parent"] and gid not in _gids(store.related("subtasks", task["parent"])):
            yield f"{gid}: not under its parent"
        for here, there in (("dependencies", "dependents"), ("dependents", "dependencies")):
            if any(gid not in _gids(other[there]) for other in task[here]):
                yield f"{gid}: {here} are not {there}"
        total = sum(entry["duration_minutes"] for entry in store.related("task_entries", task))
        if total != (task["actual_time_minutes"] or 0):
            yield f"{gid}: actual_time_minutes"
        if task["completed"] != (task["completed_at"] is not None):
            yield f"{gid}: completed_at"
    yield from _lists_of_tasks(store, known)


def _lists_of_tasks(store: Store, known: set[str]) -> Iterator[str]:
    fits = {
        "project": ("project_tasks", lambda task, owner: owner in task["projects"]),
        "section": (
            "section_tasks",
            lambda task, owner: any(e["section"] is owner for e in task["memberships"]),
        ),
        "user": ("user_tasks", lambda task, owner: task["assignee"] is owner),
        "tag": ("tag_tasks", lambda task, owner: any(tag is owner for tag in task["tags"])),
    }
    for kind, (what, fit) in fits.items():
        for owner in store.all(kind):
            for task in store.related(what, owner):
                if task["gid"] not in known:
                    yield f"{owner['gid']}: {what} has a task that is gone"
                elif not fit(task, owner):
                    yield f"{owner['gid']}: {what} has {task['gid']}, which is elsewhere"


def _references(store: Store) -> Iterator[str]:
    """Whatever an object refers to is in the store, and is that very object."""
    parts = [store.company, *(store.load_block(block.number, 2) for block in store.blocks)]
    for part in parts:
        for item in part.by_gid.values():
            # The audit log keeps what things were called then.
            fields = item.items() if "resource_type" in item else ()
            for key, value in fields:
                if item["resource_type"] == "story" and key != "target":
                    # Stories tell of what was.
                    continue
                for other in _objects(value):
                    if store.get(other["gid"]) is not other and key not in ("likes", "_of"):
                        yield f"{item['gid']}.{key}: refers to {other['gid']}, which is gone"
        for (what, owner), items in part.under.items():
            if items and store.get(owner) is None:
                yield f"{what} of {owner}, which is gone"
            for other in items:
                if "resource_type" in other and store.get(other["gid"]) is not other:
                    yield f"{what} of {owner} has {other['gid']}, which is gone"


def _objects(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        if value.get("resource_type") == "goal_metric":
            return
        if "gid" in value and "resource_type" in value:
            yield value
        else:
            for part in value.values():
                yield from _objects(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _objects(part)


def _links(store: Store) -> Iterator[str]:
    for link in store.all("goal_relationship"):
        for what, end in (("supports", "supported_goal"), ("supported_by", "supporting_resource")):
            if link["gid"] not in _gids(store.related(what, link[end])):
                yield f"{link['gid']}: not in {what}"
    for kind in ("project", "portfolio"):
        for parent in store.all(kind):
            found = (m for m in store.all("membership") if m["parent"] is parent)
            people = {m["member"]["gid"] for m in found if m["member"]["resource_type"] == "user"}
            if people != set(_gids(parent["members"])):
                yield f"{parent['gid']}: members and memberships differ"
            older = (m for m in store.all(f"{kind}_membership") if m["parent"] is parent)
            if people != {m["member"]["gid"] for m in older}:
                yield f"{parent['gid']}: memberships of the older form differ"
            updates = list(store.related("updates", parent))
            if parent["current_status_update"] is not (updates[-1] if updates else None):
                yield f"{parent['gid']}: current_status_update is not the last"
    for setting in store.all("custom_field_setting"):
        settings = setting["parent"]["custom_field_settings"]
        if setting["gid"] not in _gids(settings):
            yield f"{setting['gid']}: not among its parent's settings"
