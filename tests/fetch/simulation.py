"""Many workers under one quota, in time of its own: what gets through, and what is refused."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from contextlib import AbstractContextManager
from typing import NamedTuple

from asana_frames.fetch.call import Call
from asana_frames.fetch.clock import Clock
from asana_frames.fetch.rate_limiter import Permit, RateLimiter
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.rate_limits import RequestQuotas


class OwnClock(Clock):
    """A clock that stands still unless it is set or somebody waits."""

    def __init__(self, at: float = 1_000.0) -> None:
        self.at = at
        self.waits: list[float] = []

    def now(self) -> float:
        return self.at

    def wait(self, until: float, stopped: threading.Event) -> bool:
        if stopped.is_set():
            # A thread that a call left behind, perhaps another test's, moves no time.
            return True
        self.waits.append(until - self.at)
        self.at = max(self.at, until)
        return False


class Outcome(NamedTuple):
    """Percentages: of the quota that was used, and of requests that were refused."""

    used: float
    rejected: float


class Simulation:
    """Workers that read without a pause, as a fan-out's threads do.

    Parameters
    ----------
    clock
        The clock that the package looks at.
    per_minute
        What the server allows.
    workers
        How many there are.
    latency
        Seconds that an answer takes at the least; twice as many at the most.
    """

    def __init__(self, clock: OwnClock, per_minute: int, workers: int, latency: float) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._latency = latency
        self.quota = RateLimiter()
        self._call = Call()
        self._limits = RequestQuotas(per_minute, clock.now)
        self._chances = random.Random(0)
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, str, object]] = []
        for _ in range(workers):
            self._later(clock.now(), "book")

    def run(self, minutes: int) -> Outcome:
        """Let time pass."""
        end = self._clock.now() + 60 * minutes
        accepted = rejected = 0
        while self._due[0][0] < end:
            self._clock.at, _, what, about = heapq.heappop(self._due)
            if what == "book":
                at, episode = self.quota._reserve("read")
                self._later(max(at, self._clock.at), "enter", episode)
            elif what == "enter":
                assert isinstance(about, int)
                self._enter(about)
            else:
                permit, answer = about  # type: ignore[misc]
                self._end(permit, answer)
                accepted += not isinstance(answer, float)
                rejected += isinstance(answer, float)
        return Outcome(
            100 * accepted / (self._per_minute * minutes),
            100 * rejected / (accepted + rejected),
        )

    def _later(self, at: float, what: str, about: object = None) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), what, about))

    def _enter(self, episode: int) -> None:
        """Do as `RateLimiter.acquire` does, without a thread that could wait."""
        now, limit = self._clock.at, self.quota.concurrency["read"]
        if limit.running >= limit.current:
            self._later(now + 0.1, "enter", episode)
        elif episode != self.quota._episode or self.quota._is_paused("read"):
            self._later(now, "book")
        else:
            limit.acquire_slot(self._call)
            permit = Permit(self.quota, "read", episode)
            request = self._limits.count_requests("t", reads=1)
            try:
                request.__enter__()
            except ApiError as refusal:
                self._later(now + 0.01, "end", (permit, float(refusal.headers["Retry-After"])))
            else:
                takes = self._latency * self._chances.uniform(1, 2)
                self._later(now + takes, "end", (permit, request))

    def _end(self, permit: Permit, answer: AbstractContextManager[None] | float) -> None:
        if isinstance(answer, float):
            permit.record_refusal(answer)
        else:
            answer.__exit__(None, None, None)
            permit.record_success()
        self.quota.concurrency["read"].release_slot(self._call)
        self._later(self._clock.at, "book")
