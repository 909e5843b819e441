"""What the last call did: ``asana.last``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from asana_frames.exceptions import RequestRefused
from asana_frames.fetch import Http
from asana_frames.frames import STR

_FAILURES = {"parent": STR, "parent_gid": STR, "status": pd.Int64Dtype(), "message": STR}


class Last:
    """Facts about the last call.

    Attributes
    ----------
    operation : str
        Such as ``tasks.list``.
    requests, retries, rows : int
        How many were made.
    waited : float
        Seconds spent waiting between tries.
    fetched_at : str
        When the call began, UTC.
    """

    def __init__(self, http: Callable[[], Http]) -> None:
        self._http = http
        self._failed: list[tuple[str, str | None, int | None, str]] = []
        self.operation = ""
        self.fetched_at = ""
        self.requests = self.retries = self.rows = 0
        self.waited = 0.0

    def __repr__(self) -> str:
        if not self.operation:
            return "<nothing has been called yet>"
        return (
            f"<{self.operation}: {self.rows} rows, {self.requests} requests, "
            f"{self.retries} retries, {len(self._failed)} failures>"
        )

    @contextmanager
    def recording(self, operation: str) -> Iterator[Last]:
        """Count what happens from here on, until the block ends."""
        http = self._http()
        requests, retries, waited = http.requests, http.retries, http.waited
        self.operation = operation
        self.fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._failed = []
        self.rows = 0
        try:
            yield self
        finally:
            self.requests = http.requests - requests
            self.retries = http.retries - retries
            self.waited = http.waited - waited

    def failed(self, parent: str, gids: Sequence[str | None], refusal: RequestRefused) -> None:
        """Record a parent that could not be read."""
        gid = next((gid for gid in gids if gid is not None), None)
        message = "; ".join(refusal.messages) or str(refusal)
        self._failed.append((parent, gid, refusal.status, message))

    @property
    def failures(self) -> pd.DataFrame:
        """The parents that could not be read: ``parent, parent_gid, status, message``."""
        return pd.DataFrame(self._failed, columns=list(_FAILURES)).astype(_FAILURES)

    def attrs(self) -> dict[str, Any]:
        """Return what a frame remembers of its making, once the call has ended."""
        return {
            "operation": self.operation,
            "fetched_at": self.fetched_at,
            "requests": self.requests,
            "rows": self.rows,
            "failed": len(self._failed),
        }
