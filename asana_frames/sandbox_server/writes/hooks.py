"""Writes to webhooks; who delivers is in `asana_frames.sandbox_server.webhooks`."""

from __future__ import annotations

import secrets
from typing import Any

from asana_frames.sandbox_server.checks import address, must
from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.writes.write import Write

_ACTIONS = ("changed", "added", "removed", "deleted", "undeleted")
#: Resources whose webhooks must say what they want, and cannot tell fields apart.
_WIDE = ("workspace", "team", "portfolio")
_MOST = 1_000


def create_webhook(write: Write) -> Object:
    """``POST /webhooks``; the handshake has been done by then."""
    resource, target = write.data["resource"], write.data["target"]
    if not is_loopback(target):
        raise Refusal(403, "target: This sandbox delivers to addresses of this machine only")
    same = [hook for hook in write.store.all("webhook") if hook["resource"] is resource]
    must(len(same) < _MOST, "resource", f"It has {_MOST} webhooks", 403)
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
        filters=_filters(resource, write.data.get("filters")),
        _secret=write.raw.get("_secret") or secrets.token_hex(16),
        _by=write.me,
    )


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    return address("target", url).hostname in ("127.0.0.1", "localhost", "::1")


def _filters(resource: Object, given: Any) -> list[Object]:
    must(given is None or isinstance(given, list), "filters", "Must be a list")
    is_wide = resource["resource_type"] in _WIDE
    must(given or not is_wide, "filters", "Webhooks on this kind of resource need filters")
    found = []
    for entry in given or ():
        must(isinstance(entry, dict), "filters", "Must be objects")
        must(entry.get("action", "changed") in _ACTIONS, "filters", "Not a valid action")
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


def update_webhook(write: Write) -> Object:
    """``PUT /webhooks/{webhook}``: other filters."""
    hook: Object = write.at["webhook"]
    if "filters" in write.data:
        write.set(hook, filters=_filters(hook["resource"], write.data["filters"]))
    return hook
