"""Send the rows of a write concurrently, and know of each what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import msgspec

from asana_frames.calls.last_call import LastCall
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import CallContext, CallRequest
from asana_frames.calls.response_checks import check_response
from asana_frames.catalog import Operation
from asana_frames.exceptions import (
    AsanaError,
    AuthError,
    ConnectionFailed,
    DeadlineExceeded,
    RateLimited,
    RequestRefused,
)
from asana_frames.fetch import MAX_WRITES, CallStopped, ThreadPool
from asana_frames.fetch.responses import Response

#: Errors that every other row would meet as well.
FATAL_ERRORS = (AuthError, RateLimited)

#: Called with True when a row is being sent, and with False if Asana did not accept it.
SentCallback = Callable[[bool], None] | None
SendRow = Callable[[SentCallback], Response]
#: Rows that are sent one after another, each with its place.
Chain = Sequence[tuple[int, SendRow]]


class RowOutcome(NamedTuple):
    """The response to a row, or its error."""

    place: int
    response: Response | None = None
    error: AsanaError | None = None
    #: No field has a value, so there is nothing to send.
    is_blank: bool = False


class SendLedger:
    """Which rows have been sent; once it is closed, no row is sent any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: set[int] = set()
        self._is_closed = False

    def record(self, place: int, is_sent: bool) -> None:
        """Record that a row is about to be sent, or that Asana did not accept it.

        Raises
        ------
        CallStopped
            The ledger is closed, so the row must not be sent.
        """
        with self._lock:
            if not is_sent:
                self._sent.discard(place)
            elif self._is_closed:
                raise CallStopped
            else:
                self._sent.add(place)

    def close(self) -> set[int]:
        """Let no further row be sent, and return those that were."""
        with self._lock:
            self._is_closed = True
            return set(self._sent)

    def add_unknown(
        self, outcomes: Mapping[int, RowOutcome], name: str
    ) -> Mapping[int, RowOutcome]:
        """Return outcomes with those of the rows that were sent and have none, after closing.

        Only when they are asked for, since a second interrupt may cut short what follows the
        first.
        """
        lost = self.close() - outcomes.keys()
        return {place: RowOutcome(place, error=_unknown_outcome(name)) for place in lost} | dict(
            outcomes
        )


class _WriteResponse(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


_response_decoder = msgspec.json.Decoder(_WriteResponse)


def send_write(
    client: CallContext,
    operation: Operation,
    request: CallRequest,
    data: Any,
    on_sent: SentCallback,
    files: Mapping[str, Any] | None = None,
) -> Response:
    """Send one write, and check that the response is about its object."""
    response = client.http.request(
        operation.http,
        request.path,
        request.params,
        data=data,
        files=files,
        asked=operation.name,
        check=_response_decoder.decode,
        on_sent=on_sent,
    )
    check_response(operation, request, response.body)
    return response


def send_chains(
    client: CallContext,
    chains: Sequence[Chain],
    targets: Sequence[str | None],
    outcomes: MutableMapping[int, RowOutcome],
    ledger: SendLedger,
    last: LastCall,
) -> None:
    """Send chains of rows concurrently; a fatal error ends all, other errors only their row.

    Parameters
    ----------
    client
        The object that the call is made through.
    chains
        Up to 15 are under way at the same time; the rows of each are sent in their order.
    targets
        By place, what a row is about, for messages.
    outcomes
        Gets the outcome of each row as it arrives.
    ledger, last
        Get what is sent, and what fails.
    """

    def send(chain: Chain) -> Iterator[RowOutcome]:
        for place, row in chain:
            try:
                yield RowOutcome(place, row(partial(ledger.record, place)))
            except DeadlineExceeded:
                # Ends the call; it is not an outcome of the row.
                raise
            except AsanaError as error:
                yield RowOutcome(place, error=error)

    shown = client.settings.progress
    count = sum(map(len, chains))
    with ProgressBar(last.operation, count, client.http, unit="row", shown=shown) as bar:
        before = len(outcomes)
        tasks = (partial(send, chain) for chain in chains)
        try:
            with closing(iter(ThreadPool(tasks, MAX_WRITES, bar.tick))) as results:
                for outcome in results:
                    outcomes[outcome.place] = outcome
                    bar.done = bar.rows = len(outcomes) - before
                    if outcome.error is None:
                        continue
                    target = targets[outcome.place]
                    last.add_failure(name_row(outcome.place, target), (target,), outcome.error)
                    if is_fatal(outcome.error):
                        raise outcome.error
        except DeadlineExceeded as error:
            error.may_be_done = bool(ledger.close())
            raise


def name_row(place: int, target: str | None) -> str:
    """Return how messages name a row."""
    return f"row {place} ({target})"


def outcome_cells(outcome: RowOutcome | None) -> tuple[str, int | None, str | None]:
    """Return outcome, status and message of a row."""
    if outcome is None:
        return "not sent", None, None
    if outcome.is_blank:
        return "not sent", None, "All fields are blank, so there is nothing to change."
    if outcome.response is not None:
        return "done", outcome.response.status, None
    error = outcome.error
    status = error.status if isinstance(error, RequestRefused) else None
    is_unknown = error is not None and error.may_be_done
    return "unknown" if is_unknown else "failed", status, str(error)


def is_fatal(error: AsanaError) -> bool:
    """Whether every other row would meet the error as well."""
    is_offline = isinstance(error, ConnectionFailed) and not error.may_be_done
    return isinstance(error, FATAL_ERRORS) or is_offline


def _unknown_outcome(name: str) -> AsanaError:
    error = AsanaError(
        f"{name}: the call ended while this row was being sent. Check in Asana before you repeat "
        f"it."
    )
    error.may_be_done = True
    return error
