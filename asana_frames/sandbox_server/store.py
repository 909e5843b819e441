"""The objects of a sandbox, by gid and by type."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

Object = dict[str, Any]

_FIRST_GID = 1_209_000_000_000_001


class Store:
    """Holds objects in full; a reference is the very object it points to.

    Parameters
    ----------
    seed
        Same seed, same bytes.
    now
        Where the company's history ends.
    """

    def __init__(self, seed: int, now: datetime) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.random = random.Random(seed)
        self.now = now
        self.by_gid: dict[str, Object] = {}
        self.by_type: dict[str, list[Object]] = defaultdict(list)
        #: (type, gid) -> objects found under it, such as the tasks of a project.
        self.under: dict[tuple[str, str], list[Object]] = defaultdict(list)
        #: Task, project, sections it went through, and when it began: what stories are told of.
        self.lives: list[tuple[Object, Object | None, list[Object], datetime]] = []
        self._later: list[Callable[[Store], None]] = []
        #: gid of a custom field -> what each of its values repeats of it.
        self.shared: dict[str, Object] = {}
        self._next = _FIRST_GID

    def add(self, resource_type: str, _kind: str = "", /, **fields: Any) -> Object:
        """Make an object; ``_kind`` is its record type where ``resource_type`` does not tell."""
        gid = str(self._next)
        self._next += 1
        made = {"gid": gid, "resource_type": resource_type, **fields}
        self.by_gid[gid] = made
        self.by_type[_kind or resource_type].append(made)
        return made

    def later(self, build: Callable[[Store], None]) -> None:
        """Leave a part of the company to be made when it is first asked for."""
        self._later.append(build)

    def complete(self) -> None:
        """Make what was left for later, with gids and chances of its own."""
        with self._lock:
            for place, build in enumerate(self._later, 1):
                self._next = _FIRST_GID + place * 1_000_000_000
                self.random = random.Random(f"{self._seed}-{place}")
                build(self)
            self._later = []

    def put(self, under: str, owner: Object, item: Object) -> None:
        """Say that ``item`` is found under ``owner``."""
        self.under[under, owner["gid"]].append(item)

    def all(self, kind: str) -> list[Object]:
        """Return the objects of a record type in the order they were made."""
        return self.by_type.get(kind, [])

    def found(self, under: str, owner: Object) -> list[Object]:
        """Return what is found under ``owner``."""
        return self.under.get((under, owner["gid"]), [])


def stamp(moment: datetime) -> str:
    """Return a moment, which is in UTC, as Asana writes it."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def day(moment: date) -> str:
    """Return a calendar day as Asana writes it."""
    return moment.isoformat()[:10]


def weekdays(start: date, end: date) -> Iterable[date]:
    """Yield the days from Monday to Friday, both ends included."""
    one = timedelta(days=1)
    while start <= end:
        if start.weekday() < 5:
            yield start
        start += one
