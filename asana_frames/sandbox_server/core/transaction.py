"""Transactions: the changes of one request are committed or rolled back together."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from asana_frames.sandbox_server.core.store import (
    DivisionBlock,
    Object,
    Partition,
    Store,
    format_moment,
    is_company_gid,
)

#: Relations that are removed together with their owner.
_LISTS = (
    "attachments",
    "custom_types",
    "goal_stories",
    "items",
    "portfolio_settings",
    "portfolios_of",
    "project_tasks",
    "reactions",
    "section_tasks",
    "sections",
    "statuses",
    "subtasks",
    "supported_by",
    "supports",
    "tag_tasks",
    "task_entries",
    "task_stories",
    "team_projects",
    "team_users",
    "updates",
    "user_tasks",
    "user_teams",
)
#: Record types with ``modified_at``; a project's does not change with its tasks.
_HAS_MODIFIED = frozenset(("task", "project", "status_update", "role"))


class Transaction:
    """Changes a store, and can roll back.

    Parameters
    ----------
    store
        The store to change.
    me
        The user who writes.
    """

    def __init__(self, store: Store, me: Object) -> None:
        self.store = store
        self.me = me
        self.now = format_moment(store.start + timedelta(milliseconds=store.version + 1))
        self.events: list[Object] = []
        #: gid -> a changed task as it was before, for a search index that is behind.
        self.before: dict[str, Object | None] = {}
        #: gid -> record type of a removed object.
        self.gone: dict[str, str] = {}
        self._undo: list[Callable[[], None]] = []
        self._next = store.next_written
        self._committed_events = 0

    def commit(self) -> None:
        """Commit the changes."""
        if self._undo:
            self.store.version += 1
            self.store.append_events(self.events)
            self._committed_events = len(self.events)
            if self.store.index_lag:
                for gid, before in self.before.items():
                    self.store.unindexed.setdefault(gid, (time.monotonic(), before))

    def rollback(self) -> None:
        """Undo all changes in reverse order."""
        for step in reversed(self._undo):
            step()
        self.store.next_written = self._next
        if self._committed_events:
            # Already committed but not announced; the version number is not reused.
            del self.store.events[-self._committed_events :]
            self._committed_events = 0

    # ------------------------------------------------------------------ objects

    def add(self, resource_type: str, _kind: str = "", /, **fields: Any) -> Object:
        """Make an object."""
        made = {"gid": self.next_gid(), "resource_type": resource_type, **fields}
        kind = _kind or resource_type
        company = self.store.company
        company.add(made, kind)

        def undo() -> None:
            del company.by_gid[made["gid"]], company.by_type[kind][made["gid"]]

        self._undo.append(undo)
        if resource_type == "task":
            self.before[made["gid"]] = None
        return made

    def next_gid(self) -> str:
        """Return a new gid."""
        gid = str(self.store.next_written)
        self.store.next_written += 1
        return gid

    def update(self, item: Object, **fields: Any) -> None:
        """Change fields of an object, and its modification time."""
        self._remember_before(item)
        if item.get("resource_type") in _HAS_MODIFIED:
            fields.setdefault("modified_at", self.now)
        old = {key: item[key] for key in fields if key in item}
        self.store.remember_original(item, fields)
        new = [key for key in fields if key not in item]
        item |= fields

        def undo() -> None:
            item.update(old)
            for key in new:
                del item[key]

        self._undo.append(undo)

    def update_silently(self, item: Object, **fields: Any) -> None:
        """Change fields of an object without changing its modification time."""
        self.update(
            item,
            **({"modified_at": item["modified_at"]} if "modified_at" in item else {}),
            **fields,
        )

    def remove(self, item: Object, kind: str = "") -> None:
        """Remove an object from the store."""
        gid = item["gid"]
        if gid in self.gone:
            return
        kind = kind or item["resource_type"]
        self._remember_before(item)
        self.gone[gid] = kind
        part = self.store.load_partition(gid)
        same = part.by_type[kind]
        order = list(same)
        removed = self.store.removed.setdefault(kind, []) if is_company_gid(gid) else []
        removed.append(item)
        for what in _LISTS:
            if part.under.get((what, gid)):
                self.replace(part, (what, gid), [])
        del part.by_gid[gid], same[gid]

        def undo() -> None:
            part.by_gid[gid] = item
            removed.pop()
            kept = {**same, gid: item}
            same.clear()
            same.update({key: kept[key] for key in order})

        self._undo.append(undo)

    def _remember_before(self, item: Object) -> None:
        if "gid" not in item:
            return
        self.store.load_partition(item["gid"])
        if item.get("resource_type") == "task":
            self.before.setdefault(item["gid"], dict(item))

    # ------------------------------------------------------------------ relations

    def add_related(self, what: str, owner: Object, item: Object, at: int | None = None) -> None:
        """Add ``item`` to the related objects of ``owner``, at an index or at the end."""
        part = self.store.find_partition(what, owner)
        have = part.under.get((what, owner["gid"]), [])
        place = len(have) if at is None else at
        self.replace(part, (what, owner["gid"]), [*have[:place], item, *have[place:]])

    def remove_related(self, what: str, owner: Object, item: Object) -> None:
        """Remove ``item`` from the related objects of ``owner``."""
        part = self.store.find_partition(what, owner, item)
        have = part.under.get((what, owner["gid"]), [])
        self.replace(part, (what, owner["gid"]), [other for other in have if other is not item])

    def set_related(self, what: str, owner: Object, items: list[Object]) -> None:
        """Replace the related objects of ``owner``."""
        self.replace(self.store.find_partition(what, owner), (what, owner["gid"]), items)

    def replace(self, part: Partition, key: tuple[str, str], items: list[Object]) -> None:
        """Replace a relation of a partition."""
        if isinstance(part, DivisionBlock):
            self.store.pin_block(part)
        old = part.under.get(key)
        if part is self.store.company and is_company_gid(key[1]):
            self.store.original_lists.setdefault(key, old or [])
        part.under[key] = items

        def undo() -> None:
            if old is None:
                del part.under[key]
            else:
                part.under[key] = old

        self._undo.append(undo)
