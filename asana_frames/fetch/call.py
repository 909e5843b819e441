"""The user's call that requests belong to: its counters, its deadline, and stopping it."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import DeadlineExceeded
from asana_frames.fetch import clock


class CallStopped(BaseException):
    """The call has ended, so its requests are abandoned; users never see this."""


class RequestCounts:
    """Counters of requests, retries, bytes and waiting time; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = ForkSafeLock()
        self._waiting = 0
        self._since = 0.0
        #: The counters of the call that this one is a part of.
        self.outer: RequestCounts | None = None
        self.requests = 0
        self.retries = 0
        #: Responses with status 429, "too many requests".
        self.rejected = 0
        #: Seconds during which at least one request waited for the quota or a retry.
        self.waited = 0.0
        #: Bytes of response bodies, decompressed.
        self.bytes = 0
        #: The ``Date`` of the first response, by the clock of the server.
        self.date: str | None = None

    def add(
        self, *, requests: int = 0, retries: int = 0, rejected: int = 0, bytes: int = 0
    ) -> None:
        """Add to the counters."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.rejected += rejected
            self.bytes += bytes
        if self.outer is not None:
            self.outer.add(requests=requests, retries=retries, rejected=rejected, bytes=bytes)

    @contextmanager
    def count_waiting(self) -> Iterator[None]:
        """Count the time of a block as waiting; threads that wait together count once."""
        with self._lock:
            self._since = self._since if self._waiting else clock.now()
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._add_wait(clock.now() - self._since)

    def _add_wait(self, seconds: float) -> None:
        self.waited += seconds
        if self.outer is not None:
            self.outer._add_wait(seconds)


class Call:
    """One call of a user, from its arguments to the frame.

    Parameters
    ----------
    deadline
        Seconds that the call may take in total.
    timeout
        Seconds to wait for the next bytes; None for the connection's.
    """

    def __init__(self, deadline: float | None = None, timeout: float | None = None) -> None:
        self.tally = RequestCounts()
        self.timeout = timeout
        #: Runs in a thread of its own, whose owner watches the deadline.
        self.is_branch = False
        self.seconds = deadline
        self.ends = math.inf if deadline is None else clock.now() + deadline
        #: Set when its requests are abandoned.
        self.stopped = threading.Event()

    def branch(self) -> Call:
        """Return a part of this call that can be stopped on its own."""
        part = Call(timeout=self.timeout)
        part.tally, part.ends, part.seconds = self.tally, self.ends, self.seconds
        part.is_branch = True
        return part

    def check(self) -> None:
        """Raise if the call was stopped or its deadline has passed.

        Raises
        ------
        DeadlineExceeded
            The deadline has passed.
        """
        if self.stopped.is_set():
            raise CallStopped
        if self.ends <= clock.now():
            raise self.deadline_error()

    def deadline_error(self, when: str = "") -> DeadlineExceeded:
        """Return the error of a call whose deadline has passed, or would pass at some time."""
        passes = f"passes{when}" if when else "has passed"
        return DeadlineExceeded(
            f"The deadline of {self.seconds:g} s {passes}. asana.last.partial has what had "
            f"arrived: a read continues from there if the same call is repeated; of a write it "
            f"says which rows were sent."
        )

    def wait(self, until: float) -> None:
        """Wait until a time, unless the call ends before it.

        Raises
        ------
        DeadlineExceeded
            The deadline is before that time.
        """
        if until <= clock.now():
            return
        if until > self.ends:
            # It would pass during the wait.
            wait = until - clock.now()
            raise self.deadline_error(f" before the next request, which has to wait {wait:.1f} s")
        with self.tally.count_waiting():
            was_stopped = clock.wait(until, self.stopped)
        if was_stopped:
            raise CallStopped


#: The current call; each thread of a fan-out has a branch of its caller's.
CURRENT_CALL: ContextVar[Call | None] = ContextVar("asana_frames_call", default=None)


def get_current_call() -> Call:
    """Return the current call, or a new one without a deadline."""
    return CURRENT_CALL.get() or Call()
