"""Rate limits per token: requests per minute, concurrent requests, links of reads."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asana_frames._fork import ForkSafeLock
from asana_frames.sandbox_server.core.errors import ApiError

#: Searches a minute; concurrent reads and writes; concurrent jobs.
_SEARCHES = 60
_AT_ONCE = {"read": 50, "write": 15}
MAX_RUNNING_JOBS = 5
#: Seconds of a window: quotas are checked more often than once a minute.
_WINDOW = 15.0
#: Seconds in which a balance of links grows to its maximum.
_SAVED = 10
_MESSAGE = (
    "You've made too many requests and hit a rate limit. Please retry after the given amount "
    "of time."
)


class RequestWindow:
    """Counts the requests of a window; excess requests count against the next."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute * _WINDOW / 60
        self._window = -1
        self._count = 0.0

    def take(self, now: float, cost: int) -> float:
        """Count requests; return the seconds to wait, 0 if there is room."""
        window = int(now // _WINDOW)
        if window != self._window:
            passed = window - self._window
            self._count = max(0.0, self._count - self._most * passed) if self._window >= 0 else 0.0
            self._window = window
        self._count += cost
        over = self._count - self._most
        if over <= 0:
            return 0.0
        return (window + 1) * _WINDOW - now + (over // self._most) * _WINDOW


class RequestQuotas:
    """Counts the requests of each token.

    Parameters
    ----------
    per_minute
        Requests a minute; 0 counts nothing.
    clock
        Returns seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = ForkSafeLock()
        self._quotas: dict[tuple[str, bool], RequestWindow] = {}
        self._running: dict[tuple[str, str], int] = defaultdict(int)

    @property
    def is_on(self) -> bool:
        """Whether anything is counted."""
        return self._per_minute > 0

    @contextmanager
    def count_requests(
        self, token: str, *, reads: int = 0, writes: int = 0, searches: int = 0
    ) -> Iterator[None]:
        """Count requests while they are answered; all of them, or none.

        Raises
        ------
        Refusal
            429, with ``Retry-After`` in seconds.
        """
        if not self.is_on:
            yield
            return
        given = {"read": reads, "write": writes}
        with self._lock:
            self._take_tokens(token, reads + writes, searches)
            for kind, count in given.items():
                if self._running[token, kind] + count > _AT_ONCE[kind]:
                    raise rate_limit_error(1)
            for kind, count in given.items():
                self._running[token, kind] += count
        try:
            yield
        finally:
            with self._lock:
                for kind, count in given.items():
                    self._running[token, kind] -= count

    def _take_tokens(self, token: str, requests: int, searches: int) -> None:
        now = self._clock()
        wait = 0.0
        for is_search, cost in ((False, requests), (True, searches)):
            most = _SEARCHES if is_search else self._per_minute
            quota = self._quotas.setdefault((token, is_search), RequestWindow(most))
            if cost:
                wait = max(wait, quota.take(now, cost))
        if wait:
            raise rate_limit_error(max(1, math.ceil(wait)))


class LinkQuotas:
    """Charges each token the links of the object graph that its reads traverse.

    A balance of ``10 * per_second`` links is charged after each answer and may go below zero;
    then requests are refused until it is positive again.

    Parameters
    ----------
    per_second
        Links that a balance grows by in a second; 0 charges nothing.
    clock
        Returns seconds.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._lock = ForkSafeLock()
        #: token -> its balance, and the time of that balance.
        self._balances: dict[str, tuple[float, float]] = {}

    @property
    def is_on(self) -> bool:
        """Whether anything is charged."""
        return self._per_second > 0

    def check(self, token: str) -> None:
        """Refuse the request if its token's balance is negative.

        Raises
        ------
        Refusal
            429, with ``Retry-After`` in seconds.
        """
        if not self.is_on:
            return
        with self._lock:
            balance = self._compute_balance(token, self._clock())
        if balance < 0:
            # Not rounded up: a balance of exactly zero would not be positive yet.
            raise rate_limit_error(math.floor(-balance / self._per_second) + 1)

    def charge(self, token: str, links: int) -> None:
        """Subtract links from a token's balance.

        Parameters
        ----------
        token
            Who read.
        links
            The number of links that the response traversed.
        """
        with self._lock:
            now = self._clock()
            self._balances[token] = self._compute_balance(token, now) - links, now

    def _compute_balance(self, token: str, now: float) -> float:
        most = float(self._per_second * _SAVED)
        balance, then = self._balances.get(token, (most, now))
        return min(most, balance + (now - then) * self._per_second)


def rate_limit_error(seconds: int) -> ApiError:
    """Return the 429 error."""
    return ApiError(429, _MESSAGE, headers={"Retry-After": str(seconds)})
