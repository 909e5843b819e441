"""The objects of a sandbox, by gid and by type."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
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
        self.random = random.Random(seed)
        self.now = now
        self.by_gid: dict[str, Object] = {}
        self.by_type: dict[str, list[Object]] = defaultdict(list)
        #: (type, gid) -> objects found under it, such as the tasks of a project.
        self.under: dict[tuple[str, str], list[Object]] = defaultdict(list)
        self._next = _FIRST_GID

    def add(self, resource_type: str, _kind: str = "", /, **fields: Any) -> Object:
        """Make an object; ``_kind`` is its record type where ``resource_type`` does not tell."""
        gid = str(self._next)
        self._next += 1
        made = {"gid": gid, "resource_type": resource_type, **fields}
        self.by_gid[gid] = made
        self.by_type[_kind or resource_type].append(made)
        return made

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
    """Return a moment as Asana writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def day(moment: date) -> str:
    """Return a calendar day as Asana writes it."""
    return moment.strftime("%Y-%m-%d")


def weekdays(start: date, end: date) -> Iterable[date]:
    """Yield the days from Monday to Friday, both ends included."""
    one = timedelta(days=1)
    while start <= end:
        if start.weekday() < 5:
            yield start
        start += one
