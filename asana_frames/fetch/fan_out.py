"""Read many lists concurrently, and yield their pages as they arrive."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from asana_frames.exceptions import (
    AsanaError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PaymentRequired,
)
from asana_frames.fetch.http import Http
from asana_frames.fetch.pagination import (
    ListParts,
    ListQuery,
    Page,
    is_set_too_large,
    iterate_pages,
)
from asana_frames.fetch.rate_limiter import MAX_READS
from asana_frames.fetch.thread_pool import ThreadPool

Skip = tuple[type[AsanaError], ...]

#: Errors that concern one parent and not the others.
REFUSALS: Skip = (InvalidRequest, PaymentRequired, Forbidden, NotFound)
#: Pages of one list after which it is split into parts, if there are idle threads.
SPLIT_AFTER = 5


class FanOutItem(NamedTuple):
    """A page or an error of the list at index ``place``, or an announcement of its parts."""

    place: int
    page: Page | None = None
    refusal: AsanaError | None = None
    #: 0 for the list itself; else the number of the part, from 1.
    part: int = 0
    #: The parts that the list is read by from here on.
    parts: ListParts | None = None
    #: All parts of a list have been read; ``rows`` is the number of rows that it now has.
    is_end: bool = False
    rows: int | None = None
    #: Asana refuses to list the rest of the list itself.
    is_truncated: bool = False


class FanOut:
    """Reads many lists concurrently; iterate over it to get their pages, each list in order.

    A long list is split into parts that are read concurrently, if its query offers some: a
    `FanOutItem` with ``parts`` announces them. Call `read_whole` to read the list itself if
    its parts turn out to be incomplete.

    Parameters
    ----------
    http
        The connection.
    queries
        The lists to read.
    skip
        Errors of one list that are yielded instead of its pages, while the others continue.
    tick
        Called regularly while nothing arrives.
    """

    def __init__(
        self,
        http: Http,
        queries: Sequence[ListQuery],
        *,
        skip: Skip = (),
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._http = http
        self._queries = queries
        self._skip = skip
        tasks = (partial(self._read_list, place, query) for place, query in enumerate(queries))
        self._pool: ThreadPool[FanOutItem] = ThreadPool(tasks, MAX_READS, tick)
        self._split_lists: dict[int, ListParts] = {}
        self._parts_left: dict[int, int] = {}
        self._lock = threading.Lock()

    def __iter__(self) -> Generator[FanOutItem, None, None]:
        if self._is_serial():
            for place, query in enumerate(self._queries):
                yield from self._read_list(place, query)
        else:
            yield from self._pool

    def read_whole(self, place: int) -> None:
        """Read a list itself from its beginning, because its parts are incomplete."""
        query = self._queries[place]._replace(offset=None, split=None)
        self._pool.add(partial(self._read_rest, place, query))

    def _is_serial(self) -> bool:
        """Whether the lists are read one after the other, without threads."""
        if sys.platform == "emscripten":
            return True
        return len(self._queries) == 1 and self._queries[0].paging in ("none", "events")

    def _read_list(self, place: int, query: ListQuery) -> Iterator[FanOutItem]:
        count = 0
        is_tried = False
        try:
            for page in iterate_pages(self._http, query):
                yield FanOutItem(place, page)
                count += 1
                is_long = page.following is not None and not is_tried
                if is_long and self._is_worth_splitting(query, count):
                    parts = query.split(False) if query.split else None
                    if parts is not None:
                        yield FanOutItem(place, parts=parts)
                        self._add_parts(place, parts)
                        return
                    # Do not try again, unless Asana refuses to list the rest.
                    is_tried = True
        except AsanaError as error:
            is_splittable = is_set_too_large(error) and query.split is not None
            parts = query.split(True) if is_splittable and query.split else None
            if parts is not None:
                yield FanOutItem(place, parts=parts, is_truncated=True)
                self._add_parts(place, parts)
            elif isinstance(error, self._skip):
                yield FanOutItem(place, refusal=error)
            else:
                raise

    def _is_worth_splitting(self, query: ListQuery, count: int) -> bool:
        is_long = query.split is not None and count % SPLIT_AFTER == 0
        return is_long and self._pool.has_idle_threads

    def _read_rest(self, place: int, query: ListQuery) -> Iterator[FanOutItem]:
        yield from self._read_list(place, query)
        yield FanOutItem(place, is_end=True, rows=self._split_lists[place].count_rows())

    def _add_parts(self, place: int, parts: ListParts) -> None:
        self._split_lists[place] = parts
        self._parts_left[place] = len(parts.queries)
        for number, query in enumerate(parts.queries, 1):
            self._pool.add(partial(self._read_part, place, number, query))

    def _read_part(self, place: int, part: int, query: ListQuery) -> Iterator[FanOutItem]:
        try:
            for page in iterate_pages(self._http, query):
                yield FanOutItem(place, page, part=part)
        except REFUSALS as refusal:
            yield FanOutItem(place, refusal=refusal, part=part)
        with self._lock:
            self._parts_left[place] -= 1
            is_last = not self._parts_left[place]
        if is_last:
            yield FanOutItem(place, is_end=True, rows=self._split_lists[place].count_rows())


def fan_out(http: Http, queries: Sequence[ListQuery], *, skip: Skip = ()) -> Iterator[FanOutItem]:
    """Yield the pages of many lists, each list in its own order.

    Parameters
    ----------
    http
        The connection.
    queries
        The lists to read.
    skip
        Errors of one list that are yielded instead of its pages, while the others continue.

    Raises
    ------
    AsanaError
        Any other error of a list; the other lists are abandoned.
    """
    return iter(FanOut(http, queries, skip=skip))
