"""Reads that broke off: what has arrived is kept, and the same call goes on from there."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from asana_frames.fetch import clock
from asana_frames.frames import FrameBuilder

#: Reads that are kept at most; each holds what had arrived.
_MAX_KEPT = 4
#: Seconds for which they are kept.
_MAX_AGE = 3600.0


@dataclass
class ReadProgress:
    """How far the lists of a read have come, and the rows they brought."""

    builder: FrameBuilder
    #: Place of the read, and part of its list -> the listing of the builder that it fills.
    listings: dict[tuple[int, int], int] = field(default_factory=dict)
    #: Place -> where its next page begins, of those that have begun.
    following: dict[int, str] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    #: Places that brought no row.
    counts: dict[int, int] = field(default_factory=dict)
    #: What could not be read: arguments of ``Last.failed``.
    failed: list[tuple[Any, ...]] = field(default_factory=list)
    sync: dict[str, str] = field(default_factory=dict)
    #: When it was begun, if this call is not its first.
    begun_at: str = ""
    broke_off_at: float = 0.0


class InterruptedReads:
    """Keeps the reads of a session that broke off."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, ReadProgress] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> ReadProgress | None:
        """Return what is kept of a read, for whoever goes on with it."""
        with self._lock:
            found = self._kept.pop(key, None)
        # What is older has hardly anything in common with what would be read now.
        return found if found is not None and clock.now() - found.broke_off_at < _MAX_AGE else None

    def keep(self, key: Hashable, progressed: ReadProgress) -> None:
        """Keep a read that broke off; the oldest of too many is forgotten."""
        progressed.broke_off_at = clock.now()
        with self._lock:
            self._kept[key] = progressed
            while len(self._kept) > _MAX_KEPT:
                del self._kept[next(iter(self._kept))]

    def forget(self) -> None:
        """Drop everything: what was read may have changed."""
        with self._lock:
            self._kept.clear()
