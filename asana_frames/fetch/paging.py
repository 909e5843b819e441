"""Follow a list to its end, however Asana pages it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from asana_frames.exceptions import ConnectionFailed, InvalidRequest, SyncExpired
from asana_frames.fetch.session import Http

PAGE_SIZE = 100
#: How often a list is begun anew because its offset expired.
_RESTARTS = 3
_EXPIRED = "pagination token has expired"

Paging = Literal["pages", "offset", "none", "events", "stream"]


class Query(NamedTuple):
    """One list to read."""

    path: str
    params: Mapping[str, str]
    paging: Paging = "pages"
    limit: int | None = None
    #: How a user typed it, for messages.
    asked: str = ""


class Page(NamedTuple):
    """One response of a list."""

    body: bytes
    #: The token to go on with, of event streams.
    sync: str | None = None
    #: The list was begun anew, so earlier rows come again.
    restarted: bool = False


class _Next(msgspec.Struct):
    offset: str


class _Tail(msgspec.Struct):
    """What a page says beside its rows; the rows are skipped, not built."""

    data: msgspec.Raw = msgspec.Raw(b"")
    next_page: _Next | None = None
    sync: str | None = None
    has_more: bool = False


_tail = msgspec.json.Decoder(_Tail)
_rows = msgspec.json.Decoder(list[msgspec.Raw])


def pages(http: Http, query: Query) -> Iterator[Page]:
    """Yield the pages of one list, in Asana's order.

    A page that fails raises: a list is never cut short silently. An offset that expired starts
    the list anew; the rows that come again have the same gids.
    """
    if query.paging == "events":
        return _events(http, query)
    return _listed(http, query)


def _listed(http: Http, query: Query) -> Iterator[Page]:
    params = dict(query.params)
    if query.paging in ("pages", "stream"):
        params["limit"] = str(min(PAGE_SIZE, query.limit or PAGE_SIZE))
    restarts = 0
    seen = 0
    restarted = False
    while True:
        try:
            body = http.request("GET", query.path, params, asked=query.asked).body
        except InvalidRequest as error:
            if _EXPIRED not in str(error) or "offset" not in params or restarts == _RESTARTS:
                raise
            restarts += 1
            seen = 0
            restarted = True
            del params["offset"]
            continue
        tail = _decoded(body, query)
        yield Page(body, restarted=restarted)
        restarted = False
        if tail.next_page is None or query.paging == "none":
            return
        if query.limit is not None:
            seen += _count(tail)
            if seen >= query.limit:
                return
        # The audit log goes on offering a next page, so only an empty one ends it.
        if query.paging == "stream" and _count(tail) == 0:
            return
        if params.get("offset") == tail.next_page.offset:
            raise ConnectionFailed(f"{query.asked or query.path}: the same page is offered again.")
        params["offset"] = tail.next_page.offset


def _events(http: Http, query: Query) -> Iterator[Page]:
    """Yield events from a sync token on; without one, the token to begin with."""
    params = dict(query.params)
    try:
        while True:
            body = http.request("GET", query.path, params, asked=query.asked).body
            tail = _decoded(body, query)
            yield Page(body, sync=tail.sync)
            if not tail.has_more or tail.sync is None:
                return
            params["sync"] = tail.sync
    except SyncExpired as error:
        if "sync" in params:
            raise
        # The protocol, not a fault: the first call always answers 412 with a fresh token.
        yield Page(b'{"data":[]}', sync=error.sync)


def _decoded(body: bytes, query: Query) -> _Tail:
    try:
        tail = _tail.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise ConnectionFailed(
            f"{query.asked or query.path}: the answer is not Asana's JSON ({cause})."
        ) from cause
    if bytes(tail.data) in (b"", b"null"):
        raise ConnectionFailed(f"{query.asked or query.path}: the answer holds no data.")
    return tail


def _count(tail: _Tail) -> int:
    return len(_rows.decode(tail.data))
