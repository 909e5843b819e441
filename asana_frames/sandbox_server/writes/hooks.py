"""Writes to webhooks; who delivers is in `asana_frames.sandbox_server.http.webhook_deliveries`."""

from __future__ import annotations

import secrets
from typing import Any

from asana_frames.sandbox_server.core.body_checks import must, parse_http_url
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext

_FILTER_ACTIONS = ("changed", "added", "removed", "deleted", "undeleted")
#: Resources whose webhooks must say what they want, and cannot tell fields apart.
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
    """Whether an address is on this machine."""
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
