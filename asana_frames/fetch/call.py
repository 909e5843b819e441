"""The call of a user that requests are made for: its counts, its deadline, its end."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from asana_frames.exceptions import DeadlineExceeded
from asana_frames.fetch import clock


class CallStopped(BaseException):
    """The call has ended, so nobody waits for this request any more; never seen by users."""


class RequestCounts:
    """Counts what requests did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._since = 0.0
        #: The counts of the call that this one is a part of.
        self.outer: RequestCounts | None = None
        self.requests = 0
        self.retries = 0
        #: Answers that said "too many requests".
        self.rejected = 0
        #: Seconds in which some request waited for the quota or for another try.
        self.waited = 0.0
        #: Bytes of bodies, unpacked.
        self.bytes = 0

    def add(
        self, *, requests: int = 0, retries: int = 0, rejected: int = 0, bytes: int = 0
    ) -> None:
        """Count what has happened."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.rejected += rejected
            self.bytes += bytes
        if self.outer is not None:
            self.outer.add(requests=requests, retries=retries, rejected=rejected, bytes=bytes)

    @contextmanager
    def count_waiting(self) -> Iterator[None]:
        """Count the time as waiting; threads that wait at the same time count once."""
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
    """One call, from a user's arguments to a frame.

    Parameters
    ----------
    deadline
        Seconds that it may take in all.
    timeout
        Seconds to wait for the next bytes, where it is not the connection's.
    """

    def __init__(self, deadline: float | None = None, timeout: float | None = None) -> None:
        self.tally = RequestCounts()
        self.timeout = timeout
        self.seconds = deadline
        self.ends = math.inf if deadline is None else clock.now() + deadline
        #: Set when nobody waits for its requests any more.
        self.stopped = threading.Event()

    def branch(self) -> Call:
        """Return a part of the call that can be stopped by itself."""
        part = Call(timeout=self.timeout)
        part.tally, part.ends, part.seconds = self.tally, self.ends, self.seconds
        return part

    def check(self) -> None:
        """Raise if the time is over or nobody waits any more.

        Raises
        ------
        DeadlineExceeded
            The deadline has passed.
        """
        if self.stopped.is_set():
            raise CallStopped
        if self.ends <= clock.now():
            raise self.deadline_error()

    def deadline_error(self) -> DeadlineExceeded:
        """Return the error of a call whose time is over."""
        return DeadlineExceeded(
            f"The deadline of {self.seconds:g} s was over. What had arrived is in "
            f"asana.last.partial; the same call goes on from there."
        )

    def wait(self, until: float) -> None:
        """Wait until a time, or as long as the call lasts.

        Raises
        ------
        DeadlineExceeded
            The deadline lies before that time, so waiting would be in vain.
        """
        if until <= clock.now():
            return
        if until > self.ends:
            raise self.deadline_error()
        with self.tally.count_waiting():
            was_stopped = clock.wait(until, self.stopped)
        if was_stopped:
            raise CallStopped


#: The call that is under way; each thread of a fan-out has a branch of its caller's.
CURRENT_CALL: ContextVar[Call | None] = ContextVar("asana_frames_call", default=None)


def get_current_call() -> Call:
    """Return the call that is under way, or one without a deadline."""
    return CURRENT_CALL.get() or Call()
