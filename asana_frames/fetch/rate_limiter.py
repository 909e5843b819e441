"""What one token may ask of Asana, shared by all that use it in this process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from asana_frames.fetch import clock
from asana_frames.fetch.call import Call
from asana_frames.fetch.token_buckets import TokenBucket

RequestKind = Literal["read", "search", "write"]

#: Requests a minute of a paid plan and of a free one; which it is, is learned.
PER_MINUTE, FREE_PER_MINUTE = 1_500, 150
SEARCHES_PER_MINUTE = 60
#: Requests in flight.
MAX_READS, MAX_WRITES = 50, 15
#: Rows of a page, and the fewest that a page is shrunk to.
PAGE_SIZE, _MIN_PAGE_SIZE = 100, 25
#: Fewer accepted a second than this, though Asana asks to wait: not the number of requests is
#: what it minds (a free plan takes 2.5), but what they cost.
_COSTLY = 1.5
#: Seconds within which refusals for cost count as repeated, and after which they are forgotten.
_REPEATED, _FORGOTTEN = 120.0, 600.0
#: Seconds between looks at whether a call was stopped while it waits for others.
_POLL_SECONDS = 0.1


class ConcurrencyLimit:
    """Lets so many requests through at once: fewer after a refusal, one more after a round."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.current = most
        self._holders: list[Call] = []
        self._successes = 0
        self._free = threading.Condition()

    @property
    def running(self) -> int:
        """How many places are taken, those of calls aside that nobody waits for any more."""
        return sum(not call.stopped.is_set() for call in self._holders)

    def acquire_place(self, call: Call) -> None:
        """Wait for a place."""
        with self._free:
            if len(self._holders) >= self.current:
                with call.tally.count_waiting():
                    while self.running >= self.current:
                        call.check()
                        self._free.wait(_POLL_SECONDS)
            self._holders.append(call)

    def release_place(self, call: Call) -> None:
        """Give the place back."""
        with self._free:
            self._holders.remove(call)
            self._free.notify()

    def halve(self) -> None:
        """Let half as many through."""
        with self._free:
            self.current = max(self.current // 2, 1)
            self._successes = 0

    def grow(self) -> None:
        """Count a success; as many as may be in flight let one more through."""
        if self.current == self.most:
            return
        with self._free:
            self._successes += 1
            if self._successes >= self.current:
                self.current = min(self.current + 1, self.most)
                self._successes = 0
                self._free.notify()


class Permit:
    """Leave to send one request; say how it went."""

    def __init__(self, limiter: RateLimiter, kind: RequestKind, episode: int) -> None:
        self._limiter = limiter
        self._kind = kind
        self.episode = episode

    def record_success(self) -> None:
        """Count it as taken."""
        self._limiter._record_success(self._kind)

    def record_refusal(self, wait: float) -> None:
        """Let everybody wait for so many seconds."""
        self._limiter._record_refusal(self._kind, self.episode, wait)


class RateLimiter:
    """The limits of one token: requests a minute, searches a minute, requests in flight.

    The numbers are Asana's (1,500 requests and 60 searches a minute, 50 reads and 15 writes at
    once); what a token really may do is learned from its refusals (429). A refusal makes all
    threads wait once, for as long as Asana asks, and halves what is in flight once, however many
    requests met it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = TokenBucket(PER_MINUTE, FREE_PER_MINUTE)
        self.searches = TokenBucket(SEARCHES_PER_MINUTE)
        self.concurrency = {
            "read": ConcurrencyLimit(MAX_READS),
            "write": ConcurrencyLimit(MAX_WRITES),
        }
        self._episode = 0
        self._page_size = PAGE_SIZE
        self._costly_at = float("-inf")

    @contextmanager
    def acquire(self, kind: RequestKind, call: Call) -> Iterator[Permit]:
        """Wait for leave to send a request, and hold it while the request is under way.

        Raises
        ------
        DeadlineExceeded
            The call's deadline lies before its turn.
        """
        concurrency = self.concurrency["write" if kind == "write" else "read"]
        while True:
            at, episode = self._reserve(kind)
            call.wait(at)
            concurrency.acquire_place(call)
            if episode == self._episode and not self._is_paused(kind):
                break
            # Others were refused in the meantime: everybody lines up again.
            concurrency.release_place(call)
        try:
            yield Permit(self, kind, episode)
        finally:
            concurrency.release_place(call)

    def pause_left(self) -> float:
        """Return for how many seconds nothing is sent because Asana asked to wait."""
        until = max(self.requests.paused_until, self.searches.paused_until)
        return max(until - clock.now(), 0.0)

    def page_size(self, *, wide: bool) -> int:
        """Return how many rows to ask for: fewer of wide ones where their cost was refused."""
        if clock.now() - self._costly_at > _FORGOTTEN:
            self._page_size = PAGE_SIZE
        return self._page_size if wide else PAGE_SIZE

    def per_minute(self) -> float:
        """Return the requests a minute that the token may send, as far as is known."""
        return 60 * self.requests.rate

    def _reserve(self, kind: RequestKind) -> tuple[float, int]:
        with self._lock:
            now = clock.now()
            at = max(bucket.reserve(now) for bucket in self._buckets(kind))
            return at, self._episode

    def _is_paused(self, kind: RequestKind) -> bool:
        now = clock.now()
        return any(bucket.paused_until > now for bucket in self._buckets(kind))

    def _buckets(self, kind: RequestKind) -> tuple[TokenBucket, ...]:
        return (self.requests, self.searches) if kind == "search" else (self.requests,)

    def _record_success(self, kind: RequestKind) -> None:
        with self._lock:
            now = clock.now()
            for bucket in self._buckets(kind):
                bucket.record_success(now)
        self.concurrency["write" if kind == "write" else "read"].grow()

    def _record_refusal(self, kind: RequestKind, episode: int, wait: float) -> None:
        with self._lock:
            now = clock.now()
            # The quota that is used up most is the one that was exceeded.
            bucket = max(self._buckets(kind), key=lambda one: one.count_recent(now) / one.most)
            if episode != self._episode:
                # Sent before the others were refused: the same wait, not another one.
                bucket.pause(now, wait)
                return
            self._episode += 1
            for each in (self.requests, self.searches):
                each.drop_reservations(now)
            self._record_cost(now, bucket.get_pace(now, wait), bucket is self.requests)
            bucket.record_refusal(now, wait)
        self.concurrency["write" if kind == "write" else "read"].halve()

    def _record_cost(self, now: float, pace: float, is_main: bool) -> None:
        # Nothing accepted tells nothing: the answers of a first burst are still on their way.
        if not is_main or not 0 < pace < _COSTLY:
            return
        if now - self._costly_at < _REPEATED:
            self._page_size = max(self._page_size // 2, _MIN_PAGE_SIZE)
        self._costly_at = now


_limiters: dict[tuple[str, str], RateLimiter] = {}
_lock = threading.Lock()


def limiter_for(base_url: str, token: str) -> RateLimiter:
    """Return the quota of a token: one for all connections of this process that use it."""
    # Not the token itself: what is remembered for so long should be no secret.
    key = base_url, hashlib.sha256(token.encode()).hexdigest()
    with _lock:
        return _limiters.setdefault(key, RateLimiter())
