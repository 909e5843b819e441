"""Read many lists at once; hand their pages on as they arrive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import NamedTuple

from asana_frames.exceptions import AsanaError, Forbidden, NotFound, PaymentRequired
from asana_frames.fetch.paging import Page, Query, pages
from asana_frames.fetch.session import Http

Skip = tuple[type[AsanaError], ...]

#: Lists read at the same time; well under the 50 reads that Asana allows in flight.
IN_FLIGHT = 16
#: Pages that may wait for their decoding, which bounds the memory they take.
_WAITING = 64
#: Answers that concern one parent and say nothing of the others.
REFUSALS: Skip = (PaymentRequired, Forbidden, NotFound)


class Listing(NamedTuple):
    """A page, or a refusal, of the list at ``place``."""

    place: int
    page: Page | None = None
    refusal: AsanaError | None = None


def fan_out(http: Http, queries: Sequence[Query], *, skip: Skip = ()) -> Iterator[Listing]:
    """Yield the pages of many lists, each list in its own order.

    Parameters
    ----------
    http
        The connection.
    queries
        The lists to read.
    skip
        Errors of one list that are yielded in place of its pages, while the others go on.

    Raises
    ------
    AsanaError
        Whatever else a list ran into; the other lists are given up.
    """
    if len(queries) == 1:
        yield from _serial(http, queries[0], 0, skip)
    elif queries:
        yield from _concurrent(http, queries, skip)


def _serial(http: Http, query: Query, index: int, skip: Skip) -> Iterator[Listing]:
    try:
        for page in pages(http, query):
            yield Listing(index, page)
    except skip as refusal:
        yield Listing(index, refusal=refusal)


def _concurrent(http: Http, queries: Sequence[Query], skip: Skip) -> Iterator[Listing]:
    """Let threads read bytes, and only that: decoding is the consumer's, or they would fight."""
    arrived: queue.Queue[Listing | BaseException | None] = queue.Queue(_WAITING)
    stopped = threading.Event()

    def put(item: Listing | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                return arrived.put(item, timeout=0.1)
            except queue.Full:
                continue

    def read(index: int) -> None:
        try:
            for listing in _serial(http, queries[index], index, skip):
                put(listing)
                if stopped.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001
            # Raised again where the pages are consumed.
            put(error)

    pool = ThreadPoolExecutor(min(IN_FLIGHT, len(queries)), thread_name_prefix="asana-frames")
    try:
        for index in range(len(queries)):
            # A context each: it carries the tally of whoever asked.
            pool.submit(copy_context().run, read, index)
        left = len(queries)
        while left:
            item = arrived.get()
            if isinstance(item, BaseException):
                raise item
            if item is None:
                left -= 1
            else:
                yield item
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
