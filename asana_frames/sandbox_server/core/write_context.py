"""The context of one write: its arguments, its changes, its stories and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from asana_frames.catalog import load
from asana_frames.sandbox_server.core.body_checks import Resolve, check_body
from asana_frames.sandbox_server.core.custom_values import escape_text
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.core.transaction import Transaction

#: Most bytes of an attachment.
MAX_UPLOAD_BYTES = 100_000_000


class UploadedFile(NamedTuple):
    """An uploaded file."""

    name: str
    content: bytes


class WriteContext(Transaction):
    """A transaction with the arguments of one write operation.

    Parameters
    ----------
    store
        The store to change.
    me
        The user who writes.
    data
        The checked fields of the body.
    raw
        The same as they came.
    at
        The objects that the path names.
    resolve
        Finds objects by gid.
    file
        The file of an upload.
    """

    def __init__(
        self,
        store: Store,
        me: Object,
        *,
        data: dict[str, Any] | None = None,
        raw: dict[str, Any] | None = None,
        at: dict[str, Any] | None = None,
        resolve: Resolve | None = None,
        file: UploadedFile | None = None,
    ) -> None:
        super().__init__(store, me)
        self.data = data or {}
        self.raw = raw or {}
        self.at = at or {}
        self.file = file
        self._resolve = resolve

    @property
    def moment(self) -> datetime:
        """The sandbox's clock."""
        return datetime.fromisoformat(self.now)

    def find(self, name: str, gid: Any, *kinds: str) -> Object:
        """Find the object of a gid inside a value."""
        if self._resolve is None or isinstance(gid, bool) or not isinstance(gid, str | int):
            raise invalid_field(name, f"Not a valid ID: {gid}")
        return self._resolve(name, str(gid), kinds)

    def check_nested_body(self, operation: str, data: dict[str, Any]) -> dict[str, Any]:
        """Check the body of another operation inside this one."""
        if self._resolve is None:
            raise invalid_field(operation, "Not a valid ID")
        fields = [f for f in load().operation(operation).body if f.name != "workspace"]
        bare = msgspec.structs.replace(load().operation(operation), body=tuple(fields))
        return check_body(bare, data, self._resolve, is_form=False)

    def require(self, *names: str) -> None:
        """Refuse the request unless these fields are given."""
        for name in names:
            if self.data.get(name) in (None, ""):
                raise invalid_field(name, "Missing input")

    def insertion_index(self, items: Sequence[Object]) -> int:
        """Return the index that ``insert_before`` or ``insert_after`` names in ``items``."""
        before = self.data.get("insert_before")
        after = self.data.get("insert_after")
        if before and after:
            raise ApiError(400, "You may only provide one of insert_before or insert_after")
        given = before or after
        if not given:
            return len(items)
        name = "insert_before" if before else "insert_after"
        place = next((n for n, item in enumerate(items) if item is given), None)
        if place is None:
            raise invalid_field(name, "The object is not in the list")
        return place if before else place + 1

    # ------------------------------------------------------------------ what Asana shows of it

    def add_story(
        self, target: Object, subtype: str, text: str, *, html: str = "", **more: Any
    ) -> Object:
        """Add a story to a task or goal, as Asana does for every change."""
        is_comment = subtype == "comment_added"
        known = {
            "resource_subtype": subtype,
            "type": "comment" if is_comment else "system",
            "created_at": self.now,
            "created_by": self.me,
            "text": text if is_comment else f"{self.me['name']} {text}",
            "html_text": html or f"<body>{escape_text(text)}</body>",
            "is_editable": is_comment,
            "source": "api",
        }
        made = self.add("story", **blank_story(target) | known | more)
        self.add_related(f"{target['resource_type']}_stories", target, made)
        if target["resource_type"] == "task":
            self.update(target)
        self.record_event("added", made, parent=target)
        return made

    def record_event(
        self,
        action: str,
        resource: Object,
        *,
        parent: Object | None = None,
        within: Object | None = None,
        field: str = "",
        change: Object | None = None,
    ) -> None:
        """Record an event.

        Parameters
        ----------
        action
            added, removed, changed or deleted.
        resource
            The object that was changed.
        parent
            The object that it was added to or removed from.
        within
            Another object whose stream shows the event without naming it.
        field
            The field that was changed.
        change
            The values, if they are objects.
        """
        is_system = resource["resource_type"] == "story" and resource["type"] == "system"
        event = {
            # System stories have no author event.
            "user": None if is_system else self.me,
            "resource": resource,
            "type": resource["resource_type"],
            "action": action,
            "parent": parent,
            "created_at": self.now,
            "_scopes": frozenset((*event_scopes(resource, parent), *event_scopes(within))),
        }
        if action == "changed":
            event["change"] = {"field": field, "action": "changed", **(change or {})}
        self.events.append(event)

    def add_audit_event(self, event_type: str, category: str, resource: Object) -> None:
        """Add an event to the audit log."""
        me = self.me
        made = self.add(
            "audit_log_event",
            created_at=self.now,
            event_type=event_type,
            event_category=category,
            actor={"actor_type": "user", **{key: me[key] for key in ("gid", "name", "email")}},
            resource=audited_fields(resource),
            details={},
            context={"context_type": "api", "client_ip_address": "127.0.0.1"},
        )
        del made["resource_type"]

    def update_and_record(self, item: Object, field: str, value: Any) -> None:
        """Change a field and record the event."""
        if item.get(field) == value and not isinstance(value, dict):
            return
        self.update(item, **{field: value})
        is_object = isinstance(value, dict) and "resource_type" in value
        self.record_event(
            "changed", item, field=field, change={"new_value": value} if is_object else None
        )


def event_scopes(resource: Object | None, parent: Object | None = None) -> Iterable[str]:
    """Yield the gids of the objects whose event streams contain an event."""
    for item in (resource, parent):
        if item is None:
            continue
        yield item["gid"]
        kind = item["resource_type"]
        if kind == "task":
            yield from (project["gid"] for project in item["projects"])
            yield from event_scopes(item["parent"])
        elif kind == "story":
            yield from event_scopes(item["target"])
        elif kind == "section":
            yield item["project"]["gid"]
        elif kind in ("attachment", "status_update", "membership", "allocation"):
            yield from event_scopes(item["parent"])
        elif kind == "time_tracking_entry":
            yield from event_scopes(item["task"])


def blank_story(target: Object) -> Object:
    """Return the fields of a new story."""
    return {
        "resource_subtype": "comment_added",
        "type": "comment",
        "created_at": "",
        "created_by": None,
        "text": "",
        "html_text": "<body></body>",
        "is_pinned": False,
        "is_edited": False,
        "is_editable": False,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "reaction_summary": [],
        "previews": [],
        "source": "web",
        "target": target,
    }


def audited_fields(item: Object) -> Object:
    """Return the fields of an object that the audit log stores."""
    keys = ("gid", "resource_type", "resource_subtype", "name", "email")
    return {key: item[key] for key in keys if key in item}


def delete_object(write: WriteContext) -> None:
    """Delete the object that the path names."""
    ((kind, item),) = write.at.items()
    write.remove(item, kind)


Handler = Callable[[WriteContext], Object | None]
