"""Follow a list to its end, however Asana pages it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from asana_frames.exceptions import ConnectionFailed, InvalidRequest, SyncExpired
from asana_frames.fetch.http import Http, is_search

#: How often a list is begun anew because its offset expired.
_RESTARTS = 3
_OFFSET_EXPIRED = "pagination token has expired"
#: What Asana says of sets that it does not list to their end.
_TOO_LARGE = ("truncated", "result is too large")

Paging = Literal["pages", "offset", "none", "events", "stream"]


class ListParts(NamedTuple):
    """Lists that together hold what another one holds, in the same order."""

    queries: tuple[ListQuery, ...]
    #: How many rows they must have together, where that is known.
    rows: int | None


class ListQuery(NamedTuple):
    """One list to read."""

    path: str
    params: Mapping[str, str]
    paging: Paging = "pages"
    limit: int | None = None
    #: How a user typed it, for messages.
    asked: str = ""
    #: Asks for so many fields of other objects that its pages may be too costly.
    is_wide: bool = False
    #: Where to go on, of a list that was begun before.
    offset: str | None = None
    #: Finds the lists that it can be read by instead; told whether it must.
    split: Callable[[bool], ListParts | None] | None = None


class Page(NamedTuple):
    """One response of a list."""

    body: bytes
    #: The token to go on with, of event streams.
    sync: str | None = None
    #: The list was begun anew, so earlier rows come again.
    restarted: bool = False
    #: Where the next page begins; None after the last.
    following: str | None = None


class _NextPage(msgspec.Struct):
    offset: str


class _Envelope(msgspec.Struct):
    """What a page says beside its rows; those are skipped, not built."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    next_page: _NextPage | None = None
    sync: str | None = None
    has_more: bool = False


class _EnvelopeEnd(msgspec.Struct):
    """What stands behind the rows of a page, as an object by itself."""

    next_page: _NextPage | None


class _PageRows(msgspec.Struct):
    data: list[msgspec.Raw]


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_end_decoder = msgspec.json.Decoder(_EnvelopeEnd)
_rows_decoder = msgspec.json.Decoder(_PageRows)
_ROWS_START, _ROWS_END = b'{"data":[', b'],"next_page":'


def is_set_too_large(error: Exception) -> bool:
    """Whether Asana refuses to list a set to its end because of its size."""
    said = str(error).lower()
    return isinstance(error, InvalidRequest) and any(words in said for words in _TOO_LARGE)


def iterate_pages(http: Http, query: ListQuery) -> Iterator[Page]:
    """Yield the pages of one list, in Asana's order.

    A page that fails raises: a list is never cut short silently. An offset that expired starts
    the list anew; the page then says so, and what came before it comes again.
    """
    if query.paging == "events":
        return _iterate_events(http, query)
    return _iterate_list(http, query)


def _iterate_list(http: Http, query: ListQuery) -> Iterator[Page]:
    params = dict(query.params)
    # A search takes a limit too, though it has no next page: without one it answers fewer rows.
    if query.paging in ("pages", "stream") or is_search("GET", query.path):
        size = http.quota.page_size(wide=query.is_wide)
        params["limit"] = str(min(size, query.limit or size))
    if query.offset is not None:
        params["offset"] = query.offset
    restarts = 0
    seen = 0
    restarted = False
    while True:
        try:
            body, tail = _request_page(http, query, params)
        except InvalidRequest as error:
            if (
                _OFFSET_EXPIRED not in str(error)
                or "offset" not in params
                or restarts == _RESTARTS
            ):
                raise
            restarts += 1
            seen = 0
            restarted = True
            del params["offset"]
            continue
        following = None if query.paging == "none" or not tail.next_page else tail.next_page.offset
        if query.limit is not None or query.paging == "stream":
            count = _count_rows(body)
            seen += count
            # The audit log goes on offering a next page, so only an empty one ends it.
            is_end = query.paging == "stream" and count == 0
            following = None if is_end or seen >= (query.limit or seen + 1) else following
        if following is not None and params.get("offset") == following:
            raise ConnectionFailed(f"{query.asked or query.path}: the same page is offered again.")
        yield Page(body, restarted=restarted, following=following)
        restarted = False
        if following is None:
            return
        params["offset"] = following


def _iterate_events(http: Http, query: ListQuery) -> Iterator[Page]:
    """Yield events from a sync token on; without one, the token to begin with."""
    params = dict(query.params)
    try:
        while True:
            body, tail = _request_page(http, query, params)
            yield Page(body, sync=tail.sync)
            if not tail.has_more or tail.sync is None:
                return
            params["sync"] = tail.sync
    except SyncExpired as error:
        if "sync" in params:
            raise
        # The protocol, not a fault: the first call always answers 412 with a fresh token.
        yield Page(b'{"data":[]}', sync=error.sync)


def _request_page(
    http: Http, query: ListQuery, params: Mapping[str, str]
) -> tuple[bytes, _Envelope]:
    """Ask for one page, again if it arrived broken."""
    found: list[_Envelope] = []
    answer = http.request(
        "GET",
        query.path,
        params,
        asked=query.asked,
        check=lambda body: found.append(_parse_envelope(body)),
    )
    if bytes(found[-1].data) == b"null":
        raise ConnectionFailed(f"{query.asked or query.path}: the answer holds no data.")
    return answer.body, found[-1]


def _parse_envelope(body: bytes) -> _Envelope:
    """Return what a page says beside its rows.

    Raises
    ------
    msgspec.DecodeError
        It is not JSON, or not all of it.
    """
    # Asana writes the rows first. Reading only what stands behind them saves a third of the work
    # of decoding a page, and whatever broke off has no such end.
    place = body.rfind(_ROWS_END)
    if place > 0 and body.startswith(_ROWS_START):
        try:
            end = _end_decoder.decode(b"{" + body[place + 2 :])
        except msgspec.DecodeError:
            pass
        else:
            return _Envelope(msgspec.Raw(b"[]"), end.next_page)
    return _envelope_decoder.decode(body)


def _count_rows(body: bytes) -> int:
    return len(_rows_decoder.decode(body).data)
