"""The record of a call, which ``asana.last`` shows, and the settings of calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import (
    AsanaError,
    InvalidArgument,
    PartialResultWarning,
    RequestRefused,
    warn_caller,
)
from asana_frames.fetch import CURRENT_CALL, Call
from asana_frames.fetch.responses import MAY_BE_DONE
from asana_frames.frames import STR, concatenate

_FAILURE_DTYPES = {"parent": STR, "parent_gid": STR, "status": pd.Int64Dtype(), "message": STR}


class CallSettings(NamedTuple):
    """The settings of calls, as ``Asana.with_options`` takes them."""

    #: Seconds to wait for the next bytes of a response.
    timeout: float | None = None
    #: Seconds that a whole call may take.
    deadline: float | None = None
    #: Show a progress bar for long calls.
    progress: bool = True


def check_settings(settings: CallSettings) -> CallSettings:
    """Return settings whose times have been checked.

    Raises
    ------
    InvalidArgument
        A time is not a number above 0.
    """
    for name in ("timeout", "deadline"):
        seconds = getattr(settings, name)
        if seconds is None:
            continue
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 < seconds < math.inf:
            raise InvalidArgument(f"{name}= takes seconds above 0, or None, not {seconds!r}.")
    return settings


class LastCall:
    """Facts about one call; ``asana.last`` is the one that ended last.

    Attributes
    ----------
    operation : str
        Such as ``tasks.list``.
    fetched_at : str
        When the call began, UTC; by the clock of the server once it has answered.
    rows : int
        Rows of the frame it returned.
    """

    def __init__(self, operation: str = "", call: Call | None = None) -> None:
        self._failures: list[tuple[str, str | None, int | None, str]] = []
        #: How many of these may have been done.
        self._doubtful = 0
        self._tally = (call or Call()).tally
        self._partial: Callable[[], pd.DataFrame] | None = None
        self.operation = operation
        self._begun_at = datetime.now(UTC)
        self.rows = 0

    def __repr__(self) -> str:
        if not self.operation:
            return "<no call has been made yet>"
        ended = ", ended early: see .partial" if self._partial is not None else ""
        return (
            f"<{self.operation}: {self.rows} rows, {self.requests} requests, "
            f"{self.retries} retries, {len(self._failures)} failures{ended}>"
        )

    @property
    def fetched_at(self) -> str:
        """When the call began, in UTC; the server's clock is that of what it answers."""
        if not self.operation:
            return ""
        moment = parse_date(self._tally.date) or self._begun_at
        return moment.isoformat(timespec="seconds")

    @property
    def requests(self) -> int:
        """Requests that were sent, including those for names and definitions."""
        return self._tally.requests

    @property
    def retries(self) -> int:
        """Requests that were sent again."""
        return self._tally.retries

    @property
    def rejected(self) -> int:
        """Requests that Asana answered with 429; they count against the quota."""
        return self._tally.rejected

    @property
    def waited(self) -> float:
        """Seconds that requests waited for the quota or before a retry."""
        return self._tally.waited

    @property
    def bytes(self) -> int:
        """Bytes of the responses, decompressed."""
        return self._tally.bytes

    @property
    def partial(self) -> pd.DataFrame | None:
        """What had arrived when the call was interrupted or failed; None if it succeeded.

        The frame has the columns of a complete one, and ``attrs["asana"]["partial"]`` is true.
        The same call, made again, continues from there.
        """
        return None if self._partial is None else self._partial()

    def set_partial(self, partial: Callable[[], pd.DataFrame] | None) -> None:
        """Record how to build a frame of what had arrived, if the call ends early."""
        self._partial = partial

    def add_failure(self, parent: str, gids: Sequence[str | None], error: AsanaError) -> None:
        """Record a parent that could not be read, or a row that could not be written."""
        gid = next((gid for gid in gids if gid is not None), None)
        status, message = None, ""
        if isinstance(error, RequestRefused):
            status, message = error.status, "; ".join(error.messages)
        if error.may_be_done:
            self._doubtful += 1
            message = f"{message.rstrip('.')}.{MAY_BE_DONE}" if message else ""
        self._failures.append((parent, gid, status, message or str(error)))

    def drop_failure(self, parent: str) -> None:
        """Forget a write that may have been done, since it turned out that it was."""
        kept = [one for one in self._failures if one[0] != parent]
        self._doubtful -= len(self._failures) - len(kept)
        self._failures = kept

    def add_failures(self, other: LastCall) -> None:
        """Record the failures of a call that was made for this one."""
        self._failures += other._failures
        self._doubtful += other._doubtful

    def take_over(self, other: LastCall, before: Sequence[pd.DataFrame]) -> None:
        """Record that a call made for this one ended early; ``before`` are the frames so far."""

        def partial() -> pd.DataFrame:
            inner = other.partial
            frame = concatenate([*before, *(() if inner is None else (inner,))])
            told = {"partial": True, "rows": len(frame)}
            frame.attrs["asana"] = frame.attrs.get("asana", {}) | self.attrs() | told
            return frame

        if before or other._partial is not None:
            self._partial = partial

    @property
    def failure_count(self) -> int:
        """How many parents or rows could not be read or written."""
        return len(self._failures)

    @property
    def failures(self) -> pd.DataFrame:
        """What could not be read or written: ``parent, parent_gid, status, message``."""
        return pd.DataFrame(self._failures, columns=list(_FAILURE_DTYPES)).astype(_FAILURE_DTYPES)

    def attrs(self) -> dict[str, Any]:
        """Return what ``frame.attrs["asana"]`` says about the call, once it has ended."""
        return {
            "operation": self.operation,
            "fetched_at": self.fetched_at,
            "requests": self.requests,
            "rows": self.rows,
            "failed": len(self._failures),
        }


def parse_date(date: str | None) -> datetime | None:
    """Return the moment of an HTTP date in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(date) if date else None
        # Without a zone it is UTC.
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


@contextmanager
def record_call(
    operation: str, publish: Callable[[LastCall], None], settings: CallSettings
) -> Iterator[LastCall]:
    """Yield the record of a call, count the requests made for it, and publish it at the end.

    Calls in different threads have separate records. A call within another one has its own
    record, and the deadline of the outer one if that is earlier.
    """
    with limit_call(settings) as call:
        last = LastCall(operation, call)
        try:
            yield last
        finally:
            publish(last)


@contextmanager
def limit_call(settings: CallSettings) -> Iterator[Call]:
    """Apply the deadline and the timeout of settings to all requests of a block."""
    outer = CURRENT_CALL.get()
    call = Call(settings.deadline, settings.timeout)
    if outer is not None:
        call.tally.outer = outer.tally
        if outer.ends < call.ends:
            call.ends, call.seconds = outer.ends, outer.seconds
    token = CURRENT_CALL.set(call)
    try:
        yield call
    finally:
        CURRENT_CALL.reset(token)


def warn_about_failures(last: LastCall, verb: str, total: int, noun: str) -> None:
    """Warn about what could not be read or written, if anything: how many, and the first."""
    if not last.failure_count:
        return
    first = last.failures.iloc[0]
    status = "" if first["status"] is pd.NA else f"{first['status']} "
    doubt = (
        f" {last._doubtful:,} of them may have been carried out (write_outcome is unknown): look "
        f"in Asana before you repeat them."
        if last._doubtful
        else ""
    )
    warn_caller(
        f"{last.operation}: Could not {verb} {last.failure_count:,} of {total:,} {noun}; first: "
        f"{first['parent']}: {status}{str(first['message']).rstrip('.')}. "
        f"asana.last.failures lists them.{doubt}",
        PartialResultWarning,
    )
