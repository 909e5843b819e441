"""Faults on demand: API failures at a chosen and reproducible rate."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.pagination import (
    PagePosition,
    expired_offset,
    truncated_list,
)
from asana_frames.sandbox_server.http.rate_limits import rate_limit_error

#: Short names of faults in the text form -> parameters.
_SHORT_NAMES = {
    "429": "too_many",
    "500": "error",
    "502": "gateway",
    "503": "unavailable",
    "lag": "index_lag",
}
_PHRASES = ("sad squid snuggle softly", "odd otters order oats", "calm cats count clouds")
#: Fields whose values come from a list that Asana may extend.
_OPEN_LISTS = ("resource_subtype", "color", "status", "status_type", "privacy_setting", "type")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


@dataclass(frozen=True)
class Faults:
    """The faults of a sandbox and how often they occur.

    A count of N makes a fault happen on every Nth request; 0 is never. The first request is
    spared unless the count is 1. The same requests in the same order get the same faults.

    Parameters
    ----------
    too_many
        429 with ``Retry-After`` (text form: ``429=10``).
    retry_after
        Seconds that a 429 asks to wait.
    error
        500 with a phrase (``500=20``).
    gateway
        502 with HTML, as a load balancer sends it (``502=30``).
    unavailable
        503 (``503=30``).
    drop
        The connection breaks in the middle of the body.
    truncate
        The body ends early, but its length is correct: JSON that cannot be parsed.
    slow
        The body comes slowly, over `slow_seconds`.
    slow_seconds
        Seconds that a slow body takes.
    expire
        The offset of this page of a list has expired when it is first requested.
    most
        Most rows of one paged list (``most=200``). A longer list returns pages with this many
        rows; the next page is refused with 400 as truncated, and without ``limit`` the list is too
        large. Smaller sets, such as a project's sections, are counted separately. 0 is no limit.
    repeat
        Pages contain one of their rows twice.
    shift
        A row was added before: every page begins with the last row of the previous one. Pages of
        one row are spared, or their list would never end.
    nulls
        The share of references that are null, 0 to 1.
    unknown
        The share of objects with unknown fields, and of open lists with unknown values.
    refuse
        gid -> status: reads of that object or under it are answered with 402, 403 or 404
        (``refuse=1209000000000119:402``).
    cost
        Links of the object graph that a token may traverse in a second (``cost=500``), whatever
        ``limits`` says. After the response to a read its links are charged to a balance that
        starts at ten seconds' worth, grows up to that, and may go below zero: then every request
        gets a 429 with a ``Retry-After`` of the seconds until it is positive again. The number of
        links is the rows times the references that ``opt_fields`` follow, at least one:
        ``assignee.name,assignee.email,projects.name`` follow two. 0 charges nothing.
    index_lag
        Seconds until search finds a write (``lag=30``).
    fail_jobs
        Jobs end as failed.
    seed
        The seed of nulls and unknown values.

    Examples
    --------
    >>> Faults.parse("429=10, drop=50, nulls=0.1")
    Faults(too_many=10, drop=50, nulls=0.1)
    """

    too_many: int = 0
    retry_after: int = 1
    error: int = 0
    gateway: int = 0
    unavailable: int = 0
    drop: int = 0
    truncate: int = 0
    slow: int = 0
    slow_seconds: float = 2.0
    expire: int = 0
    most: int = 0
    repeat: bool = False
    shift: bool = False
    nulls: float = 0.0
    unknown: float = 0.0
    refuse: Mapping[str, int] = field(default_factory=dict)
    cost: int = 0
    index_lag: float = 0.0
    fail_jobs: bool = False
    seed: int = 0

    def __repr__(self) -> str:
        known = Faults.__dataclass_fields__
        set_ = {name: getattr(self, name) for name in known}
        given = [f"{k}={v!r}" for k, v in set_.items() if v != known[k].default and v != {}]
        return f"Faults({', '.join(given)})"

    @classmethod
    def parse(cls, text: str) -> Faults:
        """Parse faults from a line of text.

        Parameters
        ----------
        text
            Names and numbers, such as ``429=10, drop=50, repeat``.

        Raises
        ------
        InvalidArgument
            A name is unknown, or its value is not a number; the message lists the names.
        """
        kinds = {part.name: str(part.type) for part in fields(cls)}
        given: dict[str, Any] = {}
        for term in filter(None, (part.strip() for part in text.split(","))):
            short, _, value = term.partition("=")
            name = _SHORT_NAMES.get(short.strip(), short.strip())
            if name not in kinds:
                known = [*_SHORT_NAMES, *kinds]
                raise InvalidArgument(
                    f"{short!r} is not a valid fault.{suggest_names(short, known)} "
                    f"Use some of {', '.join(known)}."
                )
            try:
                given[name] = _parse_fault_value(kinds[name], value.strip(), given.get(name))
            except ValueError:
                raise InvalidArgument(
                    f"The fault {short!r} needs a number, such as {short}=10; got {value!r}."
                ) from None
        return cls(**given)


def _parse_fault_value(kind: str, value: str, before: Any) -> Any:
    if kind == "bool":
        return value.lower() not in ("0", "false", "no")
    if kind.startswith("Mapping"):
        gid, _, status = value.partition(":")
        return {**(before or {}), gid: int(status or 404)}
    number = float(value) if kind == "float" else int(value)
    if number < 0:
        raise ValueError
    return number


class FaultInjector:
    """Injects faults into responses.

    Parameters
    ----------
    faults
        Which, and how often.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._counts = {
            name: itertools.count(1)
            for name in ("too_many", "error", "gateway", "unavailable", "drop", "truncate", "slow")
        }
        self._phrases = itertools.count(1)
        self._lock = ForkSafeLock()
        self._expired: set[str] = set()
        self.touches_data = bool(faults.nulls or faults.unknown)

    def fail_request(self) -> bytes | None:
        """Fail a request if it is its turn; return the HTML of a gateway error, if any.

        Raises
        ------
        Refusal
            429, 500 or 503.
        """
        with self._lock:
            if self._is_turn("too_many"):
                raise rate_limit_error(self.faults.retry_after)
            if self._is_turn("error"):
                number = next(self._phrases)
                phrase = f"{number % 10} {_PHRASES[number % len(_PHRASES)]}"
                raise _server_error(500, "Server Error", phrase)
            if self._is_turn("unavailable"):
                raise _server_error(503, "Service Unavailable")
            return _HTML if self._is_turn("gateway") else None

    def choose_mishap(self) -> str:
        """Return the mishap of a body: drop, truncate, slow, or nothing."""
        with self._lock:
            for name in ("drop", "truncate", "slow"):
                if self._is_turn(name):
                    return name
        return ""

    def _is_turn(self, name: str) -> bool:
        every: int = getattr(self.faults, name)
        return every > 0 and next(self._counts[name]) % every == 0

    def check_gids(self, gids: list[str]) -> None:
        """Refuse a read that names a gid of ``refuse``."""
        for gid in gids:
            status = self.faults.refuse.get(gid)
            if status is not None:
                raise ApiError(
                    status, _REFUSAL_MESSAGES.get(status, f"Refused: {gid}").format(gid=gid)
                )

    def page_bounds(
        self, key: str, place: PagePosition, count: int, *, is_paged: bool
    ) -> tuple[PagePosition, int]:
        """Return where a page starts and how many rows it may have.

        Parameters
        ----------
        key
            Path and query of the list, without offset.
        place
            The start of the page without faults.
        count
            Its number of rows without faults.
        is_paged
            Whether the list is truncated if it is very large.

        Raises
        ------
        Refusal
            400: its offset has expired, or the rest of the list is truncated.
        """
        if place.page > 1 and place.page == self.faults.expire:
            with self._lock:
                is_new = key not in self._expired
                self._expired.add(key)
            if is_new:
                raise expired_offset()
        most = self.faults.most if is_paged else 0
        # Only a page with more rows after it has an offset.
        if most and place.start >= most:
            raise truncated_list()
        if self.faults.shift and place.start > 0 and count > 1:
            place = place._replace(start=place.start - 1)
        return place, min(count, most - place.start) if most else count

    def repeat_row(self, rows: list[Any]) -> list[Any]:
        """Repeat a row of a page if the faults say so."""
        return [*rows, rows[len(rows) // 2]] if self.faults.repeat and rows else rows

    def spoil_record(self, record: Any) -> Any:
        """Put nulls and unknown values into a record."""
        if not isinstance(record, dict):
            return record
        chances = random.Random(f"{self.faults.seed} {record.get('gid', '')}")
        spoiled: dict[str, Any] = {}
        for key, value in record.items():
            is_null = isinstance(value, dict) and chances.random() < self.faults.nulls
            is_strange = key in _OPEN_LISTS and value is not None
            if is_null:
                spoiled[key] = None
            elif is_strange and chances.random() < self.faults.unknown:
                spoiled[key] = "unheard_of"
            else:
                spoiled[key] = value
        if chances.random() < self.faults.unknown:
            spoiled["unheard_of"] = {"gid": "0", "resource_type": "unheard_of", "name": "?"}
        return spoiled


_REFUSAL_MESSAGES = {
    402: "This is not available on your plan.",
    403: "{gid}: You do not have access to this",
    404: "{gid}: Not a recognized ID: {gid}",
}


def _server_error(status: int, message: str, phrase: str = "") -> ApiError:
    refusal = ApiError(status, message)
    if phrase:
        refusal.body["errors"][0]["phrase"] = phrase
    return refusal
