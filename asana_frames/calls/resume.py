"""Resume interrupted reads: their pages are kept, and the same call continues from there."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from asana_frames._fork import ForkSafeLock
from asana_frames.fetch import clock
from asana_frames.frames import FrameBuilder

#: Most reads that are kept; each holds the pages that had arrived.
_MAX_KEPT = 4
#: Seconds for which they are kept.
_MAX_AGE = 3600.0


@dataclass
class ReadProgress:
    """How far each list of a read has been read, and the rows so far."""

    builder: FrameBuilder
    #: Place of the request, section (0: the list itself) -> listing of the builder.
    listings: dict[tuple[int, int], int] = field(default_factory=dict)
    #: Place -> offset of the next page, for lists with pages to come.
    next_offsets: dict[int, str] = field(default_factory=dict)
    #: Places of the requests that are done, refused ones included.
    finished: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    #: Place -> rows so far.
    row_counts: dict[int, int] = field(default_factory=dict)
    #: Parents that could not be read, as arguments of ``LastCall.add_failure``.
    failures: list[tuple[Any, ...]] = field(default_factory=list)
    #: gid of a watched object -> token to continue with.
    sync_tokens: dict[str, str] = field(default_factory=dict)
    #: When the read began, if an earlier call began it.
    begun_at: str = ""
    interrupted_at: float = 0.0


class InterruptedReads:
    """The interrupted reads of a session, by what they read."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, ReadProgress] = {}
        self._lock = ForkSafeLock()

    def take(self, key: Hashable) -> ReadProgress | None:
        """Remove and return the progress of a read; None if there is none or it is too old."""
        with self._lock:
            found = self._kept.pop(key, None)
        return (
            found if found is not None and clock.now() - found.interrupted_at < _MAX_AGE else None
        )

    def keep(self, key: Hashable, progress: ReadProgress) -> None:
        """Keep the progress of an interrupted read; drop the oldest if there are too many."""
        progress.interrupted_at = clock.now()
        with self._lock:
            self._kept[key] = progress
            while len(self._kept) > _MAX_KEPT:
                del self._kept[next(iter(self._kept))]

    def forget(self) -> None:
        """Drop all progress, because the objects may have changed."""
        with self._lock:
            self._kept.clear()
