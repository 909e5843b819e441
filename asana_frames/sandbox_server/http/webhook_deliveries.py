"""Deliveries to webhooks: signed, retried, and to loopback only."""

from __future__ import annotations

import hmac
import queue
import secrets
import threading
from typing import Any

import msgspec
import requests

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, Store, format_moment
from asana_frames.sandbox_server.resources.webhooks import is_loopback

#: Timeout in seconds; tries of a delivery, with pauses that double.
_PATIENCE = 10.0
_TRIES = 5
_PAUSE = 0.5
#: Events that webhooks on wide resources never see.
_NARROW = ("task", "story")


def shake_hands(target: str) -> str:
    """Perform the handshake with a target and return its secret.

    Raises
    ------
    Refusal
        403: the target did not respond, or did not return the secret.
    """
    secret = secrets.token_hex(16)
    try:
        answer = _post_to_target(target, b"{}", {"X-Hook-Secret": secret})
    except requests.RequestException as cause:
        raise ApiError(403, f"target: The handshake failed: {type(cause).__name__}") from None
    if answer.status_code not in (200, 204) or answer.headers.get("X-Hook-Secret") != secret:
        raise ApiError(403, "target: The remote server did not respond with the handshake secret")
    return secret


def _post_to_target(target: str, body: bytes, headers: dict[str, str]) -> requests.Response:
    headers = {"Content-Type": "application/json", **headers}
    with requests.Session() as session:
        # No proxy: a delivery stays on loopback.
        session.trust_env = False
        return session.post(
            target, data=body, headers=headers, timeout=_PATIENCE, allow_redirects=False
        )


class WebhookDeliveries:
    """Sends events to webhooks, in the background, in order.

    Parameters
    ----------
    store
        The store of the webhooks.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[tuple[Object, list[Object]] | None]
        self._waiting = queue.SimpleQueue()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, events: list[Object]) -> None:
        """Send events to the webhooks that they are for."""
        for hook in self._store.all("webhook"):
            if "_secret" in hook and is_loopback(hook["target"]):
                fitting = [
                    event_payload(event) for event in events if _is_for_webhook(hook, event)
                ]
                if fitting:
                    self.put(hook, fitting)

    def put(self, hook: Object, events: list[Object]) -> None:
        """Send a delivery; one without events is a heartbeat."""
        self._waiting.put((hook, events))
        if self._thread is None and not self._is_over.is_set():
            self._thread = threading.Thread(target=self._deliver_queue, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop delivering."""
        self._is_over.set()
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None

    def _deliver_queue(self) -> None:
        while (delivery := self._waiting.get()) is not None:
            hook, events = delivery
            self._deliver_body(hook, msgspec.json.encode({"events": events}))

    def _deliver_body(self, hook: Object, body: bytes) -> None:
        sign = hmac.new(hook["_secret"].encode(), body, "sha256").hexdigest()
        for tried in range(_TRIES):
            if self._store.get(hook["gid"]) is not hook or self._is_over.is_set():
                return
            try:
                answer = _post_to_target(hook["target"], body, {"X-Hook-Signature": sign})
                problem = "" if answer.ok else f"status {answer.status_code}"
            except requests.RequestException as cause:
                problem = type(cause).__name__
            now = format_moment(self._store.now)
            if not problem:
                hook.update(last_success_at=now, delivery_retry_count=0, next_attempt_after=None)
                return
            more = {"last_failure_content": problem, "next_attempt_after": now}
            hook.update(last_failure_at=now, delivery_retry_count=tried + 1, **more)
            self._is_over.wait(_PAUSE * 2**tried)


def _is_for_webhook(hook: Object, event: Object) -> bool:
    resource = hook["resource"]
    kind = resource["resource_type"]
    if kind in ("workspace", "team") and event["type"] in _NARROW:
        return False
    if kind != "workspace" and resource["gid"] not in event["_scopes"]:
        return False
    return not hook["filters"] or any(_matches_filter(entry, event) for entry in hook["filters"])


def _matches_filter(wanted: Object, event: Object) -> bool:
    if wanted.get("resource_type") not in (None, event["type"]):
        return False
    if wanted.get("resource_subtype") not in (None, event["resource"].get("resource_subtype")):
        return False
    if wanted.get("action") not in (None, event["action"]):
        return False
    fields = wanted.get("fields")
    return not fields or event.get("change", {}).get("field") in fields


def event_payload(event: Object) -> dict[str, Any]:
    """Return the payload of an event, with objects as gid and type."""
    shown: dict[str, Any] = {}
    for key, value in event.items():
        if key in ("_scopes", "type"):
            continue
        if key == "change":
            shown[key] = {
                name: _resource_stub(part) if isinstance(part, dict) else part
                for name, part in value.items()
            }
        else:
            shown[key] = _resource_stub(value) if isinstance(value, dict) else value
    return shown


def _resource_stub(item: Object) -> Object:
    keys = ("gid", "resource_type", "resource_subtype")
    return {key: item[key] for key in keys if key in item}
