"""Webhooks; deliveries to them are in `asana_frames.sandbox_server.http.webhook_deliveries`."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must, parse_http_url
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import FindObject, ListRows, list_all, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    format_moment,
    workspace_of,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext, delete_object

_FILTER_ACTIONS = ("changed", "added", "removed", "deleted", "undeleted")


#: Resources whose webhooks must have filters, without ``fields``.
_WIDE_RESOURCES = ("workspace", "team", "portfolio")


_MAX_WEBHOOKS = 1_000


def create_webhook(write: WriteContext) -> Object:
    """``POST /webhooks``; the handshake has been done by then."""
    resource, target = write.data["resource"], write.data["target"]
    if not is_loopback(target):
        raise ApiError(403, "target: This sandbox delivers to addresses of this machine only")
    same = [hook for hook in write.store.all("webhook") if hook["resource"] is resource]
    must(len(same) < _MAX_WEBHOOKS, "resource", f"It has {_MAX_WEBHOOKS} webhooks", 403)
    return write.add(
        "webhook",
        active=True,
        resource=resource,
        target=target,
        created_at=write.now,
        last_failure_at=None,
        last_failure_content="",
        last_success_at=None,
        delivery_retry_count=0,
        next_attempt_after=None,
        failure_deletion_timestamp=None,
        filters=_parse_filters(resource, write.data.get("filters")),
        _secret=write.raw.get("_secret") or secrets.token_hex(16),
        _by=write.me,
    )


def is_loopback(url: str) -> bool:
    """Whether a URL is on loopback."""
    return parse_http_url("target", url).hostname in ("127.0.0.1", "localhost", "::1")


def _parse_filters(resource: Object, given: Any) -> list[Object]:
    must(given is None or isinstance(given, list), "filters", "Must be a list")
    is_wide = resource["resource_type"] in _WIDE_RESOURCES
    must(given or not is_wide, "filters", "Webhooks on this kind of resource need filters")
    found = []
    for entry in given or ():
        must(isinstance(entry, dict), "filters", "Must be objects")
        must(entry.get("action", "changed") in _FILTER_ACTIONS, "filters", "Not a valid action")
        fields = entry.get("fields")
        for key in ("resource_type", "resource_subtype"):
            must(isinstance(entry.get(key) or "", str), "filters", f"{key} is not a string")
        is_list = isinstance(fields or [], list) and all(isinstance(f, str) for f in fields or [])
        must(is_list, "filters", "fields must be a list of names")
        must(not fields or entry.get("action") == "changed", "filters", "fields need changed")
        must(not fields or not is_wide, "filters", "This kind of resource takes no fields")
        keys = ("resource_type", "resource_subtype", "action", "fields")
        found.append({key: entry[key] for key in keys if entry.get(key)})
    return found


def update_webhook(write: WriteContext) -> Object:
    """``PUT /webhooks/{webhook}``: other filters."""
    hook: Object = write.at["webhook"]
    if "filters" in write.data:
        write.update(hook, filters=_parse_filters(hook["resource"], write.data["filters"]))
    return hook


def build_webhook(make: ObjectFactory, project: Object) -> None:
    """Build a webhook on a project."""
    make.add(
        "webhook",
        active=True,
        resource=project,
        target="https://hooks.acme.example/asana",
        created_at=format_moment(make.now - timedelta(days=30)),
        last_failure_at=None,
        last_failure_content="",
        last_success_at=format_moment(make.now - timedelta(minutes=5)),
        delivery_retry_count=0,
        next_attempt_after=None,
        failure_deletion_timestamp=None,
        filters=[
            {
                "resource_type": "task",
                "action": "changed",
                "fields": ["due_on"],
            }
        ],
        _workspace=workspace_of(make),
    )


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getWebhooks": list_all("webhook", resource="resource"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getWebhook": object_at("webhook"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createWebhook": create_webhook,
    "updateWebhook": update_webhook,
    "deleteWebhook": delete_object,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "webhook": RecordShape(is_always_full=True),
}
