"""What the last call did: ``asana.last``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from asana_frames.exceptions import AsanaError, RequestRefused
from asana_frames.fetch import TALLY, Tally
from asana_frames.frames import STR

_FAILURES = {"parent": STR, "parent_gid": STR, "status": pd.Int64Dtype(), "message": STR}


class Last:
    """Facts about one call; ``asana.last`` is the one that ended last.

    Attributes
    ----------
    operation : str
        Such as ``tasks.list``.
    fetched_at : str
        When the call began, UTC.
    rows : int
        Rows of the frame it returned.
    """

    def __init__(self, operation: str = "") -> None:
        self._failed: list[tuple[str, str | None, int | None, str]] = []
        self._tally = Tally()
        self.operation = operation
        self.fetched_at = datetime.now(UTC).isoformat(timespec="seconds") if operation else ""
        self.rows = 0

    def __repr__(self) -> str:
        if not self.operation:
            return "<nothing has been called yet>"
        return (
            f"<{self.operation}: {self.rows} rows, {self.requests} requests, "
            f"{self.retries} retries, {len(self._failed)} failures>"
        )

    @property
    def requests(self) -> int:
        """Requests that were sent, those for names and definitions included."""
        return self._tally.requests

    @property
    def retries(self) -> int:
        """Requests that were sent again."""
        return self._tally.retries

    @property
    def waited(self) -> float:
        """Seconds spent waiting between tries, added up over all threads."""
        return self._tally.waited

    def failed(self, parent: str, gids: Sequence[str | None], refusal: AsanaError) -> None:
        """Record a parent that could not be read."""
        gid = next((gid for gid in gids if gid is not None), None)
        status, message = None, ""
        if isinstance(refusal, RequestRefused):
            status, message = refusal.status, "; ".join(refusal.messages)
        self._failed.append((parent, gid, status, message or str(refusal)))

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


@contextmanager
def recorded(operation: str, publish: Callable[[Last], None]) -> Iterator[Last]:
    """Yield the record of a call, counting the requests made on its behalf; publish it at the end.

    Calls in several threads have a record each.
    """
    last = Last(operation)
    before = TALLY.set(last._tally)
    try:
        yield last
    finally:
        TALLY.reset(before)
        publish(last)
