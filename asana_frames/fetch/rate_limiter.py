"""Keep the requests of one token within Asana's limits, over all its connections."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from asana_frames._fork import ForkSafeLock, renew_after_fork
from asana_frames.fetch import clock
from asana_frames.fetch.call import Call
from asana_frames.fetch.token_buckets import TokenBucket

RequestKind = Literal["read", "search", "write"]

#: Requests a minute of a paid and a free plan; the limiter learns which applies.
PER_MINUTE, FREE_PER_MINUTE = 1_500, 150
SEARCHES_PER_MINUTE = 60
#: Requests in flight.
MAX_READS, MAX_WRITES = 50, 15
#: Rows of a page, and the smallest size that pages are reduced to.
PAGE_SIZE, _MIN_PAGE_SIZE = 100, 25
#: If fewer requests a second than this were accepted before a 429, their cost was the reason and
#: not their number: a free plan accepts 2.5.
_COSTLY = 1.5
#: Seconds within which refusals for cost count as repeated, and after which they are forgotten.
_REPEATED, _FORGOTTEN = 120.0, 600.0
#: Assume at least this many workers after a fork.
_FEWEST_SHARERS = 4
#: Seconds between checks whether a waiting call was stopped.
_POLL_SECONDS = 0.1


class ConcurrencyLimit:
    """The number of requests in flight: halved after a 429, then raised one by one."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.current = most
        self._holders: list[Call] = []
        self._successes = 0
        self._free = threading.Condition()

    def renew_after_fork(self) -> None:
        """Start with no holders, and with a share of the slots."""
        self.most = max(self.most // _count_sharers(), 1)
        self.current = min(self.current, self.most)
        self._holders = []
        self._free = threading.Condition()

    @property
    def running(self) -> int:
        """The number of slots in use, not counting those of stopped calls."""
        return sum(not call.stopped.is_set() for call in self._holders)

    def acquire_slot(self, call: Call) -> None:
        """Wait for a slot."""
        with self._free:
            if len(self._holders) >= self.current:
                with call.tally.count_waiting():
                    while self.running >= self.current:
                        call.check()
                        self._free.wait(_POLL_SECONDS)
            self._holders.append(call)

    def release_slot(self, call: Call) -> None:
        """Release the slot of a call."""
        with self._free:
            self._holders.remove(call)
            self._free.notify()

    def halve(self) -> None:
        """Halve the number of requests in flight."""
        with self._free:
            self.current = max(self.current // 2, 1)
            self._successes = 0

    def grow(self) -> None:
        """Count a success; a full round of successes raises the number by one."""
        if self.current == self.most:
            return
        with self._free:
            self._successes += 1
            if self._successes >= self.current:
                self.current = min(self.current + 1, self.most)
                self._successes = 0
                self._free.notify()


class Permit:
    """Permission to send one request; record its outcome here."""

    def __init__(self, limiter: RateLimiter, kind: RequestKind, episode: int) -> None:
        self._limiter = limiter
        self._kind = kind
        self.episode = episode

    def record_success(self) -> None:
        """Record that Asana accepted the request."""
        self._limiter._record_success(self._kind)

    def record_refusal(self, wait: float) -> None:
        """Record a 429, and make all requests wait for some seconds."""
        self._limiter._record_refusal(self._kind, self.episode, wait)


class RateLimiter:
    """The limits of one token: requests a minute, searches a minute, requests in flight.

    The numbers are Asana's (1,500 requests and 60 searches a minute, 50 reads and 15 writes at
    once); the actual limits are learned from 429 responses. One makes all threads wait for as
    long as Asana asks and halves the requests in flight; others of the same episode change
    nothing.
    """

    def __init__(self) -> None:
        self._lock = ForkSafeLock()
        self.requests = TokenBucket(PER_MINUTE, FREE_PER_MINUTE)
        self.searches = TokenBucket(SEARCHES_PER_MINUTE)
        self.concurrency = {
            "read": ConcurrencyLimit(MAX_READS),
            "write": ConcurrencyLimit(MAX_WRITES),
        }
        self._episode = 0
        self._page_size = PAGE_SIZE
        self._costly_at = float("-inf")
        renew_after_fork(self)

    def renew_after_fork(self) -> None:
        """Keep the learned rate, and share the rest of the quota with other processes."""
        for bucket in (self.requests, self.searches):
            bucket.empty(clock.now())
        for concurrency in self.concurrency.values():
            concurrency.renew_after_fork()

    @contextmanager
    def acquire(self, kind: RequestKind, call: Call) -> Iterator[Permit]:
        """Wait until a request may be sent, and hold its slot until the block ends.

        Raises
        ------
        DeadlineExceeded
            The call's deadline is before that time.
        """
        concurrency = self.concurrency["write" if kind == "write" else "read"]
        while True:
            at, episode = self._reserve(kind)
            call.wait(at)
            concurrency.acquire_slot(call)
            if episode == self._episode and not self._is_paused(kind):
                break
            # Another request got a 429 in the meantime: reserve a new time.
            concurrency.release_slot(call)
        try:
            yield Permit(self, kind, episode)
        finally:
            concurrency.release_slot(call)

    def pause_left(self, kind: RequestKind = "search") -> float:
        """Return the seconds until requests of a kind are sent again after a 429.

        Searches count against both quotas, so for them both pauses count.
        """
        until = max(bucket.paused_until for bucket in self._buckets(kind))
        return max(until - clock.now(), 0.0)

    def page_size(self, *, wide: bool) -> int:
        """Return the rows to request per page: fewer for wide rows whose cost was refused."""
        if clock.now() - self._costly_at > _FORGOTTEN:
            self._page_size = PAGE_SIZE
        return self._page_size if wide else PAGE_SIZE

    def per_minute(self) -> float:
        """Return the requests a minute that the token may send, as learned so far."""
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
            # The bucket with the highest usage is the one that was exceeded.
            bucket = max(self._buckets(kind), key=lambda one: one.count_recent(now) / one.most)
            if episode != self._episode:
                # Sent before the first 429 of this episode: the same wait, not another one.
                bucket.pause(now, wait)
                return
            self._episode += 1
            for each in (self.requests, self.searches):
                each.drop_reservations(now)
            self._record_cost(now, bucket.get_pace(now, wait), bucket is self.requests)
            bucket.record_refusal(now, wait)
        self.concurrency["write" if kind == "write" else "read"].halve()

    def _record_cost(self, now: float, pace: float, is_main: bool) -> None:
        # Without accepted requests nothing can be learned: their responses may still be pending.
        if not is_main or not 0 < pace < _COSTLY:
            return
        if now - self._costly_at < _REPEATED:
            self._page_size = max(self._page_size // 2, _MIN_PAGE_SIZE)
        self._costly_at = now


#: The base URL and the hash of a token.
Account = tuple[str, str]

_limiters: dict[Account, RateLimiter] = {}
_lock = ForkSafeLock()


def _count_sharers() -> int:
    """Return the number of processes that share the slots after a fork."""
    return max(os.cpu_count() or 1, _FEWEST_SHARERS)


def limiter_for(account: Account) -> RateLimiter:
    """Return the rate limiter of an account, shared by all its connections in this process."""
    with _lock:
        return _limiters.setdefault(account, RateLimiter())


def name_account(base_url: str, token: str) -> Account:
    """Return what tells the holder of a token from others."""
    # A hash, so that no secret is kept for the life of the process.
    return base_url, hashlib.sha256(token.encode()).hexdigest()
