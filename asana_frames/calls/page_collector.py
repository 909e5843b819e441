"""What arrives of a read -> the builder of its frame, each row where it belongs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import msgspec

from asana_frames.calls.last_call import LastCall
from asana_frames.calls.request_builder import CallContext, CallRequest, reference_parameters
from asana_frames.calls.resume import ReadProgress
from asana_frames.catalog import Operation
from asana_frames.exceptions import ConnectionFailed, InvalidRequest
from asana_frames.fetch import FanOut, FanOutItem, ListParts, Page


@dataclass
class _SectionRead:
    """A list that is read by its parts."""

    parts: ListParts
    left: int
    is_cut: bool
    #: Part -> gids that it has brought, those of frames that are handed on already among them.
    gids: dict[int, set[object]] = field(default_factory=dict)
    is_whole: bool = True


class _GidRecord(msgspec.Struct):
    gid: object = None


class _GidPage(msgspec.Struct):
    data: list[_GidRecord]


class PageCollector:
    """Takes pages and refusals into the builder of a read.

    Parameters
    ----------
    client
        Whose read it is.
    operation
        What is read.
    requests
        The lists or objects asked for.
    parents
        For each of them, the values of the columns that name parents.
    progressed
        How far the read has come.
    last
        The record of the call.
    """

    def __init__(
        self,
        client: CallContext,
        operation: Operation,
        requests: Sequence[CallRequest],
        parents: Sequence[Sequence[str | None]],
        progressed: ReadProgress,
        last: LastCall,
    ) -> None:
        self._client = client
        self._operation = operation
        self._requests = requests
        self._parents = parents
        self._splits: dict[int, _SectionRead] = {}
        self._last = last
        self.progressed = progressed

    def take(self, fan: FanOut, place: int, listing: FanOutItem) -> int:
        """Take what has arrived of the list at a place; return how many rows it brought."""
        with hold_signals():
            if listing.page is not None:
                return self._page(fan, place, listing, listing.page)
            if listing.parts is not None:
                parts = listing.parts
                self._splits[place] = _SectionRead(parts, len(parts.queries), listing.is_cut)
            elif listing.part:
                self._splits[place].is_whole = False
                self._part_ended(fan, place, listing.place)
            else:
                self._refused(place, listing)
            return 0

    def abandon(self) -> None:
        """Leave out the parts of lists that are not complete: they begin anew some day."""
        for place in self._splits:
            if place not in self.progressed.finished:
                self._drop_parts(place)

    def failure(self, place: int, error: Any) -> tuple[Any, ...]:
        """Return what is recorded of a parent that could not be read."""
        parents = self._requests[place].parents
        names = [
            f"{parameter.argument} {gid}"
            for parameter, gid in zip(reference_parameters(self._operation), parents, strict=True)
            if gid is not None
        ]
        return ", ".join(names), parents, error

    def _page(self, fan: FanOut, place: int, listing: FanOutItem, page: Page) -> int:
        progressed, part = self.progressed, listing.part
        key = (place, part)
        if page.restarted:
            # What came before comes again; where it was left is nowhere any more.
            self._drop(place, part)
            if not part:
                progressed.following.pop(place, None)
        if key not in progressed.listings:
            progressed.listings[key] = progressed.builder.start_listing(
                *self._parents[place], place=place, part=part
            )
        count = self._append(page.body, progressed.listings[key])
        progressed.counts[place] = progressed.counts.get(place, 0) + count
        if page.sync:
            progressed.sync[self._requests[place].parents[0] or ""] = page.sync
        if part:
            rows = msgspec.json.decode(page.body, type=_GidPage).data
            self._splits[place].gids.setdefault(part, set()).update(row.gid for row in rows)
            if page.following is None:
                self._part_ended(fan, place, listing.place)
        elif page.following is None:
            self._finish(place)
        else:
            progressed.following[place] = page.following
        return count

    def _append(self, body: bytes, listing: int) -> int:
        is_one = self._operation.returns != "list"
        try:
            return self.progressed.builder.append(body, listing, one=is_one)
        except (msgspec.DecodeError, UnicodeDecodeError) as cause:
            raise ConnectionFailed(
                f"{self._operation.name}: the answer is not Asana's JSON ({cause})."
            ) from cause

    def _finish(self, place: int) -> None:
        self.progressed.finished.add(place)
        self.progressed.following.pop(place, None)

    def _refused(self, place: int, listing: FanOutItem) -> None:
        assert listing.refusal is not None  # a page, parts, or a refusal
        # Pages that came before the refusal would be a list cut short.
        self._drop(place)
        self._finish(place)
        failure = self.failure(place, listing.refusal)
        self.progressed.failed.append(failure)
        self._last.failed(*failure)

    def _part_ended(self, fan: FanOut, place: int, asked: int) -> None:
        """Once all parts are there, see whether they are all of the list."""
        split = self._splits[place]
        split.left -= 1
        if split.left:
            return
        rows, found = split.parts.rows, len(set().union(*split.gids.values()))
        if split.is_whole and (rows is None or found >= rows):
            self._drop(place)
            self._finish(place)
            return
        self._drop_parts(place)
        if split.is_cut:
            raise InvalidRequest(
                f"{self._operation.name}: Asana lists no set as large as this one to its end, and "
                f"its sections hold {found:,} of its {rows or 0:,} rows. Read it by date: "
                f"af.gather.search(asana, workspace, projects_any=...)."
            )
        # Some tasks are in no section that can be seen, or were moved meanwhile.
        request = self._requests[place]
        self._client.undivided.add(request.params.get("project") or request.parents[0] or "")
        fan.read_whole(asked)

    def _drop_parts(self, place: int) -> None:
        for key in [key for key in self.progressed.listings if key[0] == place and key[1]]:
            self._drop(*key)

    def _drop(self, place: int, part: int = 0) -> None:
        """Leave out what a list, or a part of it, has brought, if it has brought any."""
        listing = self.progressed.listings.pop((place, part), None)
        if listing is not None:
            self.progressed.builder.drop_listing(listing)
        if part and place in self._splits:
            self._splits[place].gids.pop(part, None)


@contextmanager
def hold_signals() -> Iterator[None]:
    """Let an interrupt wait until a page is wholly in its columns, or rows would be shifted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    met: list[tuple[int, FrameType | None]] = []
    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
    }
    for number in before:
        signal.signal(number, lambda *arrived: met.append(arrived))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for arrived, frame in met:
            before[signal.Signals(arrived)](arrived, frame)
