"""Events: what happened since a sync token, for an object or a whole workspace."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.store import Object, Store

#: Seconds that a token lives, and events of one answer.
TOKEN_LIFE = 86_400
_OF_OBJECT, _OF_WORKSPACE = 100, 1_000
_MOST_TOKENS = 10_000
_SYNC_FAILED = (
    "Sync token invalid or too old. If you are attempting to keep resources in sync, you must "
    "fetch the full dataset for this query now and use the new sync token for the next sync."
)


class Streams:
    """Answers who asks what is new.

    Parameters
    ----------
    store
        Where events are kept.
    clock
        Returns seconds.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        #: Token -> whose stream, after how many events, and when it was given out.
        self._tokens: dict[str, tuple[str, int, float]] = {}

    def read(
        self, resource: Object, token: str | None, *, is_workspace: bool
    ) -> tuple[list[Object], dict[str, Any]]:
        """Return the events of a stream since a token, and what stands beside them.

        Parameters
        ----------
        resource
            Whose stream.
        token
            The newest token of the reader.
        is_workspace
            Whether the stream is of everything in a workspace.

        Raises
        ------
        Refusal
            412, with a token to go on with.
        """
        events = self._store.events
        whose, start, given = self._tokens.get(token or "", ("", 0, 0.0))
        if whose != resource["gid"] or self._clock() - given > TOKEN_LIFE:
            raise Refusal(412, _SYNC_FAILED, sync=self._token(resource, len(events)))
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
        # Nothing new: the same token goes on working.
        sync = token if end == start and token else self._token(resource, end)
        return found, {"sync": sync, "has_more": more}

    def _token(self, resource: Object, place: int) -> str:
        token = f"{secrets.token_hex(16)}:{place}"
        while len(self._tokens) >= _MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = resource["gid"], place, self._clock()
        return token
