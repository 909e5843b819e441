"""Event streams: the events of an object or a workspace since a sync token."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, Store

#: Seconds until a token expires, and most events of one response.
TOKEN_LIFE = 86_400
_OF_OBJECT, _OF_WORKSPACE = 100, 1_000
_SYNC_FAILED = (
    "Sync token invalid or too old. If you are attempting to keep resources in sync, you must "
    "fetch the full dataset for this query now and use the new sync token for the next sync."
)


class EventStreams:
    """Reads event streams.

    Parameters
    ----------
    store
        The store of the events.
    clock
        Returns seconds.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._secret = hashlib.sha256(f"streams {store.seed} {store.start}".encode()).digest()

    def read(
        self, resource: Object, token: str | None, *, is_workspace: bool
    ) -> tuple[list[Object], dict[str, Any]]:
        """Return the events since a token, with ``sync`` and ``has_more``.

        Parameters
        ----------
        resource
            Whose stream.
        token
            The last token of the reader.
        is_workspace
            Whether the stream contains all events of a workspace.

        Raises
        ------
        Refusal
            412, with a token to continue with.
        """
        events = self._store.events
        since = self._parse_token(resource, token or "")
        start = -1 if since is None else since - self._store.forgotten
        if not 0 <= start <= len(events):
            raise ApiError(412, _SYNC_FAILED, sync=self._sync_token(resource, len(events)))
        most = _OF_WORKSPACE if is_workspace else _OF_OBJECT
        found: list[Object] = []
        end = start
        while end < len(events) and len(found) < most:
            if is_workspace or resource["gid"] in events[end]["_scopes"]:
                found.append(events[end])
            end += 1
        more = any(is_workspace or resource["gid"] in e["_scopes"] for e in events[end:])
        if not more:
            end = len(events)
        # Nothing new: the same token stays valid.
        sync = token if end == start and token else self._sync_token(resource, end)
        return found, {"sync": sync, "has_more": more}

    def _sync_token(self, resource: Object, kept: int) -> str:
        """Return the sync token after a number of stored events."""
        place = kept + self._store.forgotten
        return self._sign_token(resource, place, int(self._clock()))

    def _sign_token(self, resource: Object, place: int, given: int) -> str:
        """Return a signed token: its time of issue, a signature and a position."""
        at = f"{given:08x}"
        sign = hmac.new(self._secret, f"{resource['gid']} {place} {at}".encode(), "sha256")
        return f"{at}{sign.hexdigest()[:24]}:{place}"

    def _parse_token(self, resource: Object, token: str) -> int | None:
        """Return the position of a token, or None if it is invalid or expired."""
        at, _, place = token.partition(":")
        try:
            given, start = int(at[:8], 16), int(place)
        except ValueError:
            return None
        known = self._sign_token(resource, start, given)
        is_ours = hmac.compare_digest(known.encode(), token.encode())
        return start if is_ours and self._clock() - given <= TOKEN_LIFE else None
