"""Pagination: limits, and signed offsets that are bound to a query and expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object

#: Seconds until an offset expires, as seen on the real API.
_OFFSET_LIFE = 900
MAX_LIMIT = 100
#: Iterators kept in the cache, so that a page need not count from the beginning.
_MAX_ITERATORS = 64


class PagePosition(NamedTuple):
    """The position of a page in a list."""

    start: int
    #: Number of the page, from 1.
    page: int


class PageOffsets:
    """Creates and parses signed offsets.

    Parameters
    ----------
    secret
        The key that signs them.
    """

    def __init__(self, secret: str) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()

    def make(self, path: str, query: Mapping[str, str], place: PagePosition) -> str:
        """Return the offset of a position in the results of a query."""
        return self._sign_offset(path, query, place, int(time.time()) + _OFFSET_LIFE)

    def read(self, path: str, query: Mapping[str, str]) -> PagePosition:
        """Return the position that a query's offset names.

        Raises
        ------
        Refusal
            The offset is invalid, belongs to another query, or has expired.
        """
        offset = query.get("offset")
        if not offset:
            return PagePosition(0, 1)
        place, expires, known = PagePosition(0, 1), 0, ""
        try:
            text = base64.urlsafe_b64decode(offset.encode()).decode()
            start, page, until, _ = text.split(".")
            place, expires = PagePosition(int(start), int(page)), int(until)
            known = self._sign_offset(path, query, place, expires)
        except ValueError:
            pass
        if not hmac.compare_digest(known.encode(), offset.encode()):
            raise ApiError(400, "offset: Your pagination token is invalid.")
        if expires < time.time():
            raise expired_offset()
        return place

    def _sign_offset(
        self, path: str, query: Mapping[str, str], place: PagePosition, expires: int
    ) -> str:
        bound = sorted((k, v) for k, v in query.items() if k not in ("offset", "limit"))
        text = f"{place.start}.{place.page}.{expires}"
        message = f"{text}|{path}|{bound}".encode()
        mark = hmac.new(self._secret, message, "sha256").hexdigest()[:16]
        return base64.urlsafe_b64encode(f"{text}.{mark}".encode()).decode()


def expired_offset() -> ApiError:
    """Return the error for an expired offset."""
    return ApiError(400, "offset: Your pagination token has expired.")


def truncated_list() -> ApiError:
    """Return the error for pages beyond the maximum of a list."""
    return ApiError(400, "offset: The data set is truncated. Narrow the query to get the rest.")


def parse_limit(text: str | int | None) -> int | None:
    """Parse the limit of a page; None if it is not given.

    Raises
    ------
    Refusal
        It is not between 1 and 100.
    """
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]?|100", str(text)):
        raise ApiError(400, f"limit: Must be between 1 and {MAX_LIMIT}: {str(text)[:20]}")
    return int(text)


def build_next_page(
    base_url: str, path: str, query: Mapping[str, str], offset: str
) -> dict[str, str]:
    """Return the ``next_page`` of a response."""
    relative = f"{path}?{urlencode({**query, 'offset': offset})}"
    return {"offset": offset, "path": relative, "uri": base_url + relative}


class ListIterators:
    """Caches iterators over long lists, so that the next page continues there."""

    def __init__(self) -> None:
        self._walks: dict[tuple[str, int], tuple[int, Iterator[Object]]] = {}

    def slice(
        self, key: str, rows: Iterable[Object], place: PagePosition, count: int, version: int
    ) -> tuple[list[Object], bool]:
        """Return the rows of a page, and whether more follow.

        Parameters
        ----------
        key
            Path and query of the list, without offset.
        rows
            All rows, from the beginning.
        place
            Where the page starts.
        count
            How many rows it has.
        version
            The version of the store; iterators over an older one are not continued.
        """
        if isinstance(rows, list):
            end = place.start + count
            return rows[place.start : end], end < len(rows)
        known, walk = self._walks.pop((key, place.start), (-1, iter(())))
        if known != version:
            walk = iter(rows)
            for _ in itertools.islice(walk, place.start):
                pass
        found = list(itertools.islice(walk, count))
        following = next(walk, None)
        if following is None:
            return found, False
        while len(self._walks) >= _MAX_ITERATORS:
            del self._walks[next(iter(self._walks))]
        self._walks[key, place.start + count] = version, itertools.chain([following], walk)
        return found, True
