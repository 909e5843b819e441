"""A token bucket that learns its rate from 429 responses."""

from __future__ import annotations

from collections import deque

from asana_frames.fetch import clock

#: The share of a quota that is used: not all, since requests do not arrive evenly.
_SHARE = 0.97
#: Requests that may be sent at once after the first 429; before it, a minute's worth.
_BURST = 4
#: Waits of at least this many seconds are for the rate, shorter ones for requests in flight.
_LONG = 3.0
#: Seconds of history that count; the quota is per minute.
_SPAN = 60.0
#: The fewest requests that a rate is learned from.
_ENOUGH = 10
#: The lowest rate that is learned, as a share of the highest.
_LEAST = 0.01
#: A learned rate within these multiples of the smaller plan's is taken for that plan's: the wait
#: may start in the middle of Asana's window, and refused requests count too.
_NEAR = (0.6, 2.5)
#: The first increase of the rate after a minute without a 429; it doubles every minute.
_GROWTH = 0.05


class TokenBucket:
    """A token bucket that learns its rate.

    It starts with a minute's worth of requests, so that small reads never wait. The first long
    wait that Asana asks for shows the actual rate: the requests accepted from the last wait to
    the end of this one. From then on requests are spread evenly. Minutes without a 429 raise
    the rate again, up to that of the largest plan.

    Parameters
    ----------
    per_minute
        Requests a minute of the largest plan.
    smaller
        Requests a minute of a smaller plan.
    """

    def __init__(self, per_minute: int, smaller: int = 0) -> None:
        self._smaller = smaller / 60
        self.most = per_minute * _SHARE / 60
        self.rate = self.most
        #: The rate before it was last raised.
        self._proven = self.rate
        #: No request before this time.
        self.paused_until = 0.0
        self._capacity = float(per_minute)
        self._tokens = float(per_minute)
        self._updated_at = clock.now()
        self._window = self._updated_at
        self._calm_since = self._updated_at
        self._growth = _GROWTH
        #: Requests accepted between two waits, and the seconds from one to the end of the other.
        self._count, self._span = 0, 0.0
        self._accepted: deque[float] = deque(maxlen=2 * per_minute)

    def reserve(self, now: float) -> float:
        """Take a token and return the time at which the request may be sent."""
        start = max(now, self.paused_until)
        if start > self._updated_at:
            self._tokens = min(
                self._capacity, self._tokens + (start - self._updated_at) * self.rate
            )
            self._updated_at = start
        self._tokens -= 1
        return start if self._tokens >= 0 else self._updated_at - self._tokens / self.rate

    def empty(self, now: float) -> None:
        """Spread requests evenly from now on: what was saved up belongs to another process."""
        self._tokens = 0.0
        self._updated_at = now
        self._capacity = float(_BURST)

    def record_success(self, now: float) -> None:
        """Record a request that Asana accepted."""
        self._accepted.append(now)
        if now < self._window:
            # Sent before the 429, so it counts for the rate that the 429 shows.
            self._count += 1
            self._learn_rate()
        elif self.rate < self.most and now - self._calm_since > _SPAN:
            self._proven = self.rate
            self.rate = min(self.most, self.rate * (1 + self._growth))
            self._growth = min(2 * self._growth, 1.0)
            self._calm_since = now

    def count_recent(self, now: float) -> int:
        """Return how many requests were accepted in the last minute."""
        while self._accepted and self._accepted[0] < now - _SPAN:
            self._accepted.popleft()
        return len(self._accepted)

    def get_pace(self, now: float, wait: float) -> float:
        """Return the requests a second accepted until the end of a wait that starts now."""
        count, span = self._count_since_wait(now, wait)
        return count / span

    def _count_since_wait(self, now: float, wait: float) -> tuple[int, float]:
        """Return the requests accepted since the last wait, and the seconds including this one."""
        self.count_recent(now)
        in_window = [at for at in self._accepted if at >= self._window]
        return len(in_window), max(now - in_window[0] if in_window else 0.0, 0.0) + max(wait, 0.1)

    def _learn_rate(self) -> None:
        if self._count >= _ENOUGH:
            pace = self._count / self._span
            low, high = (part * self._smaller for part in _NEAR)
            if low < pace < high:
                pace = self._smaller
            self.rate = self._proven = min(self.most, max(_SHARE * pace, self.most * _LEAST))

    def record_refusal(self, now: float, wait: float) -> None:
        """Learn from a 429, and send nothing for some seconds."""
        self.pause(now, wait)
        self._calm_since = now
        self._growth = _GROWTH
        if wait < _LONG:
            self.rate = min(self.rate, self._proven)
            return
        self._capacity = float(_BURST)
        self._tokens = 0.0
        self._updated_at = self.paused_until
        self._count, self._span = self._count_since_wait(now, wait)
        self._learn_rate()
        self._window = self.paused_until

    def drop_reservations(self, now: float) -> None:
        """Cancel the reservations of requests that are not sent yet; they reserve again."""
        if now > self._updated_at:
            self._tokens = min(self._capacity, self._tokens + (now - self._updated_at) * self.rate)
            self._updated_at = now
        if self._tokens < 0:
            self._tokens, self._updated_at = 0.0, now

    def pause(self, now: float, wait: float) -> None:
        """Send nothing for some seconds."""
        self.paused_until = max(self.paused_until, now + wait)
