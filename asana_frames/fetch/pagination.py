"""Read a list page by page, for each of Asana's ways of paging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from asana_frames._json import decode_json
from asana_frames.exceptions import ConnectionFailed, InvalidRequest, SyncExpired
from asana_frames.fetch.http import Http, is_search
from asana_frames.fetch.rate_limiter import PAGE_SIZE

#: How often a list is restarted because its offset expired.
_RESTARTS = 3
_OFFSET_EXPIRED = "pagination token has expired"
#: Asana's messages about sets that are too large to list.
_TOO_LARGE = ("truncated", "result is too large")

Paging = Literal["pages", "offset", "none", "events", "stream"]


class ListParts(NamedTuple):
    """Lists that together contain the rows of another list, in the same order."""

    queries: tuple[ListQuery, ...]
    #: How many rows they must contain together, if that is known.
    rows: int | None
    #: Counts those rows again; None if that is not possible.
    count_rows: Callable[[], int | None]


class ListQuery(NamedTuple):
    """One list to read."""

    path: str
    params: Mapping[str, str]
    paging: Paging = "pages"
    limit: int | None = None
    #: The user's call, for messages.
    asked: str = ""
    #: A page without ``next_page`` is the last one; else it is incomplete.
    may_omit_next_page: bool = False
    #: Requests so many fields of other objects that its pages may exceed the cost limit.
    is_wide: bool = False
    #: Where to continue a list that was read in part.
    offset: str | None = None
    #: Returns lists to read instead; called with whether the list must be split.
    split: Callable[[bool], ListParts | None] | None = None


class Page(NamedTuple):
    """One response of a list."""

    body: bytes
    #: The token to continue an event stream with.
    sync: str | None = None
    #: The list was restarted, so earlier rows come again.
    restarted: bool = False
    #: The offset of the next page; None after the last.
    following: str | None = None


class _NextPage(msgspec.Struct):
    offset: str


class _Envelope(msgspec.Struct):
    """What a page contains besides its rows, which are not decoded."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    next_page: _NextPage | msgspec.UnsetType | None = msgspec.UNSET
    sync: str | None = None
    has_more: bool = False


class _EnvelopeEnd(msgspec.Struct):
    """What follows the rows of a page, as an object of its own."""

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

    A page that fails raises an error: a list is never cut short silently. If an offset expires,
    the list restarts; the page then says so, and earlier rows come again.
    """
    if query.paging == "events":
        return _iterate_events(http, query)
    return _iterate_list(http, query)


def _iterate_list(http: Http, query: ListQuery) -> Iterator[Page]:
    params = _build_params(http, query)
    restarts = rows = 0
    is_restarted = False
    offsets = {query.offset}
    while True:
        try:
            body, envelope = _request_page(http, query, params)
        except InvalidRequest as error:
            is_expired = _OFFSET_EXPIRED in str(error) and "offset" in params
            if not is_expired or restarts == _RESTARTS:
                raise
            restarts += 1
            rows = 0
            is_restarted = True
            offsets.clear()
            del params["offset"]
            continue
        following = _find_next_offset(query, params, envelope)
        if query.limit is not None or query.paging == "stream":
            count = _count_rows(body)
            rows += count
            # The audit log always offers a next page, so only an empty page ends it.
            is_stream_end = query.paging == "stream" and count == 0
            is_enough = query.limit is not None and rows >= query.limit
            following = None if is_stream_end or is_enough else following
        if query.paging == "none" or following is None:
            yield Page(body, restarted=is_restarted)
            return
        if following in offsets:
            raise ConnectionFailed(f"{query.asked or query.path}: the same page is offered again.")
        yield Page(body, restarted=is_restarted, following=following)
        is_restarted = False
        offsets.add(following)
        params["offset"] = following


def _find_next_offset(
    query: ListQuery, params: Mapping[str, str], envelope: _Envelope
) -> str | None:
    """Return the offset of the next page; None after the last.

    Asana says on each page that was requested with ``limit`` whether another one follows.
    """
    following = envelope.next_page
    if following is msgspec.UNSET:
        is_paged = query.paging in ("pages", "stream") and "limit" in params
        is_list = bytes(envelope.data)[:1] == b"["
        if is_paged and is_list and not query.may_omit_next_page:
            raise ConnectionFailed(
                f"{query.asked or query.path}: a page does not say whether another one follows "
                f"(it has no next_page), so the list may be incomplete."
            )
        return None
    return following.offset if following else None


def _build_params(http: Http, query: ListQuery) -> dict[str, str]:
    """Return the query string of the first page."""
    params = dict(query.params)
    # A search has no next page: a smaller one would silently return fewer rows.
    searches = is_search("GET", query.path)
    if searches or query.paging in ("pages", "stream"):
        size = PAGE_SIZE if searches else http.quota.page_size(wide=query.is_wide)
        params["limit"] = str(min(size, query.limit or size))
    if query.offset is not None:
        params["offset"] = query.offset
    return params


def _iterate_events(http: Http, query: ListQuery) -> Iterator[Page]:
    """Yield events since a sync token; without one, a page with the first token."""
    params = dict(query.params)
    tokens: set[str | None] = set()
    try:
        while True:
            tokens.add(params.get("sync"))
            body, tail = _request_page(http, query, params)
            yield Page(body, sync=tail.sync)
            if not tail.has_more or tail.sync is None:
                return
            if tail.sync in tokens:
                raise ConnectionFailed(f"{query.asked or query.path}: the same events again.")
            params["sync"] = tail.sync
    except SyncExpired as error:
        if "sync" in params:
            raise
        # Not a fault: the first call always returns 412 with a new token.
        yield Page(b'{"data":[]}', sync=error.sync)


def _request_page(
    http: Http, query: ListQuery, params: Mapping[str, str]
) -> tuple[bytes, _Envelope]:
    """Request one page, again if its body arrived broken."""
    found: list[_Envelope] = []
    answer = http.request(
        "GET",
        query.path,
        params,
        asked=query.asked,
        check=lambda body: found.append(_parse_envelope(body)),
    )
    if bytes(found[-1].data) == b"null":
        raise ConnectionFailed(f"{query.asked or query.path}: the response has no data.")
    return answer.body, found[-1]


def _parse_envelope(body: bytes) -> _Envelope:
    """Return what a page contains besides its rows.

    Raises
    ------
    msgspec.DecodeError
        It is not JSON, or not all of it.
    """
    # Asana writes the rows first. Decoding only what follows them saves a third of the time, and
    # a truncated page has no such end.
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
    return len(decode_json(_rows_decoder.decode, body).data)
