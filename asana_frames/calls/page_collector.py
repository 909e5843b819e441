"""Put the pages of a read into the builder of its frame."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import msgspec

from asana_frames._json import decode_json
from asana_frames.calls.last_call import LastCall
from asana_frames.calls.request_builder import CallContext, CallRequest, iterate_parents
from asana_frames.calls.response_checks import check_response
from asana_frames.calls.resume import ReadProgress
from asana_frames.catalog import Operation
from asana_frames.exceptions import (
    AsanaError,
    ConnectionFailed,
    InvalidRequest,
    RequestRefused,
)
from asana_frames.fetch import FanOut, FanOutItem, ListParts, Page, is_set_too_large

#: The first refusals that end a read if all have one reason: the others would meet it too.
_MAX_SAME_REFUSALS = 10
#: The arguments of ``LastCall.add_failure``: parents, their gids, the error.
Failure = tuple[str, Sequence[str | None], AsanaError]


@dataclass
class _SectionRead:
    """A list that is read section by section."""

    parts: ListParts
    #: Asana refuses to list the rest of the list itself.
    is_truncated: bool
    #: Section (0: the list itself) -> gids of its rows, including rows of frames that were
    #: yielded already.
    gids: dict[int, set[object]] = field(default_factory=dict)
    is_complete: bool = True
    #: The sections were incomplete, so the list itself is read.
    is_given_up: bool = False


class _GidRecord(msgspec.Struct):
    gid: object = None


class _GidPage(msgspec.Struct):
    data: list[_GidRecord]


_gids_decoder = msgspec.json.Decoder(_GidPage)


class PageCollector:
    """Adds pages and refusals to the progress of a read.

    Parameters
    ----------
    client
        The object that the read is made through.
    operation
        The operation that is called.
    requests
        The requests of the read.
    parents
        For each request, the values of the columns that name parents.
    progress
        How far the read has come; updated.
    last
        The record of the call.
    is_tolerant
        Whether refused requests are recorded while the others go on.
    """

    def __init__(
        self,
        client: CallContext,
        operation: Operation,
        requests: Sequence[CallRequest],
        parents: Sequence[Sequence[str | None]],
        progress: ReadProgress,
        last: LastCall,
        *,
        is_tolerant: bool,
    ) -> None:
        self._client = client
        self._operation = operation
        self._requests = requests
        self._parents = parents
        self._splits: dict[int, _SectionRead] = {}
        self._last = last
        self._is_tolerant = is_tolerant
        self.progress = progress

    def add(self, fan: FanOut, place: int, listing: FanOutItem) -> int:
        """Add an item of the request at ``place``; return how many rows it has."""
        with hold_signals():
            if listing.page is not None:
                return self._add_page(fan, place, listing, listing.page)
            if listing.parts is not None:
                self._splits[place] = _SectionRead(listing.parts, listing.is_truncated)
            elif listing.is_end:
                self._check_split_list(fan, place, listing)
            elif listing.part:
                self._splits[place].is_complete = False
            elif listing.refusal is not None:
                self._add_refusal(place, listing.refusal)
            return 0

    def drop_unfinished_parts(self) -> None:
        """Drop the sections of incomplete lists; a resumed read starts those lists again."""
        for place in self._splits:
            if place not in self.progress.finished:
                self._drop_sections(place)

    def _describe_failure(self, place: int, error: AsanaError) -> Failure:
        """Return the arguments of ``LastCall.add_failure`` for a request that was refused."""
        request = self._requests[place]
        names = [
            f"{parameter.argument} {gid}"
            for parameter, gid in iterate_parents(self._operation, request)
        ]
        return ", ".join(names), request.parents, error

    def _add_page(self, fan: FanOut, place: int, listing: FanOutItem, page: Page) -> int:
        progress, part = self.progress, listing.part
        key = (place, part)
        if page.restarted:
            # The list starts again, so its earlier rows are repeated and its offset is invalid.
            self._drop_listing(place, part)
            if not part:
                progress.next_offsets.pop(place, None)
        if key not in progress.listings:
            progress.listings[key] = progress.builder.start_listing(
                *self._parents[place], place=place, part=part
            )
        count = self._append(place, page.body, progress.listings[key])
        progress.row_counts[place] = progress.row_counts.get(place, 0) + count
        if page.sync:
            progress.sync_tokens[self._requests[place].parents[0] or ""] = page.sync
        if place in self._splits:
            rows = decode_json(_gids_decoder.decode, page.body).data
            self._splits[place].gids.setdefault(part, set()).update(row.gid for row in rows)
        if part:
            return count
        if page.following is None:
            self._finish(place)
        else:
            progress.next_offsets[place] = page.following
        return count

    def _append(self, place: int, body: bytes, listing: int) -> int:
        is_one = self._operation.returns != "list"
        if is_one:
            check_response(self._operation, self._requests[place], body)
        try:
            return self.progress.builder.append(body, listing, one=is_one)
        except msgspec.DecodeError as cause:
            raise ConnectionFailed(
                f"{self._operation.name}: the response is not valid JSON of Asana ({cause})."
            ) from cause

    def _finish(self, place: int) -> None:
        self.progress.finished.add(place)
        self.progress.next_offsets.pop(place, None)

    def _add_refusal(self, place: int, refusal: AsanaError) -> None:
        """Record the refusal of a request, or raise it if it ends the read."""
        if isinstance(refusal, InvalidRequest) and is_set_too_large(refusal):
            refusal = add_advice(refusal, self._operation)
        failure = self._describe_failure(place, refusal)
        if not self._is_tolerant:
            raise name_refusal(self._operation, failure)
        # Without its last pages the list would be silently incomplete.
        self._drop_listing(place)
        self._finish(place)
        self.progress.refused.add(place)
        self.progress.failures.append(failure)
        self._last.add_failure(*failure)
        self._check_first_refusals()

    def _check_first_refusals(self) -> None:
        """Raise the refusal that every request has met so far, if it is not about a parent."""
        failures, count = self.progress.failures, len(self._requests)
        is_first = len(failures) == _MAX_SAME_REFUSALS and not self.progress.row_counts
        if not is_first or count == len(failures):
            return
        reasons = {_find_reason(failure) for failure in failures}
        if len(reasons) > 1 or None in reasons:
            return
        first = name_refusal(self._operation, failures[0])
        # The same call asks all of them again.
        self.progress.finished.clear()
        self.progress.refused.clear()
        failures.clear()
        raise replace_text(
            first,
            f"{first} The first {_MAX_SAME_REFUSALS} of {count:,} requests were all refused for "
            f"this reason, so the others were not sent.",
        )

    def _check_split_list(self, fan: FanOut, place: int, end: FanOutItem) -> None:
        """After the last section, or the list itself, compare it with the count of its rows.

        The count must be the same as before: if it is not, tasks came or went meanwhile, and
        others may have moved to a section that had been read already. As many that came as went
        are not noticed.
        """
        split = self._splits[place]
        if split.is_given_up:
            found = len(split.gids.get(0, ()))
            if end.rows != split.parts.rows or found < (end.rows or 0):
                self._record_incomplete_list(place, found, end.rows)
            return
        before = split.parts.rows
        found = len(set().union(*(gids for part, gids in split.gids.items() if part)))
        is_steady = split.is_complete and before == end.rows
        is_whole = is_steady and before == found
        if not is_whole and not split.is_truncated:
            self._read_page_by_page(fan, place, end, remembered=before == end.rows)
            return
        if not split.is_complete or (is_steady and found < (before or 0)):
            self._drop_sections(place)
            error = InvalidRequest(
                f"{self._operation.name}: Asana does not list a set this large to its end, and "
                f"its sections hold {found:,} of its {before or 0:,} rows. Read it by date: "
                f"af.gather.search(asana, workspace, projects_any=...)."
            )
            if len(self._requests) == 1:
                raise error
            self._add_refusal(place, error)
            return
        self._drop_listing(place)
        self._finish(place)
        if not is_whole:
            self._record_incomplete_list(place, found, end.rows)

    def _read_page_by_page(
        self, fan: FanOut, place: int, end: FanOutItem, *, remembered: bool
    ) -> None:
        """Read a list itself from its beginning, since its sections do not hold it."""
        self._drop_sections(place)
        self._drop_listing(place)
        self.progress.next_offsets.pop(place, None)
        if remembered:
            # Some tasks are in sections that are not visible.
            request = self._requests[place]
            project = request.params.get("project") or request.parents[0] or ""
            self._client.unsplittable_projects.add(project)
        parts = self._splits[place].parts._replace(rows=end.rows)
        self._splits[place] = _SectionRead(parts, is_truncated=False, is_given_up=True)
        fan.read_whole(end.place)

    def _record_incomplete_list(self, place: int, found: int, rows: int | None) -> None:
        """Record that a list may be incomplete."""
        of = "an unknown number of" if rows is None else f"its {rows:,}"
        doubt = AsanaError(
            f"The frame has {found:,} of {of} tasks: the list changed while it was read, in which "
            f"case another read is complete, or some are not visible to the token."
        )
        failure = self._describe_failure(place, doubt)
        self.progress.failures.append(failure)
        self._last.add_failure(*failure)

    def _drop_sections(self, place: int) -> None:
        for key in [key for key in self.progress.listings if key[0] == place and key[1]]:
            self._drop_listing(*key)

    def _drop_listing(self, place: int, part: int = 0) -> None:
        """Drop the rows of a list, or of one of its sections."""
        listing = self.progress.listings.pop((place, part), None)
        if listing is not None:
            self.progress.builder.drop_listing(listing)
        if part:
            self._splits[place].gids.pop(part, None)


def name_refusal(operation: Operation, failure: Failure) -> RequestRefused:
    """Return the refusal of one request among several, with its parent in the text."""
    parent, _, error = failure
    assert isinstance(error, RequestRefused)  # others end the read where they occur
    prefix = f"{operation.name}: "
    return replace_text(error, f"{prefix}{parent}: {str(error).removeprefix(prefix)}")


def replace_text(error: RequestRefused, text: str) -> RequestRefused:
    """Return a refusal of the same kind with another text."""
    return type(error)(text, status=error.status, messages=error.messages)


def _find_reason(failure: Failure) -> str | None:
    """Return the message of a 400 without the gids of its request; None for other refusals."""
    _, gids, error = failure
    if not isinstance(error, InvalidRequest):
        return None
    reason = "; ".join(error.messages)
    for gid in filter(None, gids):
        reason = reason.replace(gid, "")
    return reason


def add_advice(error: RequestRefused, operation: Operation) -> RequestRefused:
    """Return the error of a set that is too large to list, with how to read it instead."""
    narrow = "Narrow it with the filters of the operation."
    return replace_text(
        error,
        f"{error} Asana does not list a set this large to its end: ask for less at a time. "
        f"{_HOW_TO_READ_LESS.get(operation.resource, narrow)}",
    )


_HOW_TO_READ_LESS = {
    "tasks": "Read tasks by project or section, or by date: af.gather.search(asana, workspace, "
    "...) reads any search to its end, af.gather.all_tasks(asana, workspace) all projects and "
    "people.",
    "time_tracking_entries": "af.gather.time_entries(asana, workspace, start, end) reads them "
    "window by window.",
    "projects": "Read the projects of each team: asana.projects.list_for_team(teams).",
    "users": "Read the people of each team: asana.users.list(team=teams).",
}


@contextmanager
def hold_signals() -> Iterator[None]:
    """Delay signals until a page is in all columns; half a page would shift rows."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[tuple[int, FrameType | None]] = []
    handlers = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
    }
    for number in handlers:
        signal.signal(number, lambda *arrived: caught.append(arrived))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arrived, frame in caught:
            handlers[signal.Signals(arrived)](arrived, frame)
