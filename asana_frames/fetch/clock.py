"""Tell the time and wait; in one place, so that tests need not wait."""

from __future__ import annotations

import threading
import time


class Clock:
    """Monotonic seconds."""

    def now(self) -> float:
        """Return the time."""
        return time.monotonic()

    def wait(self, until: float, stopped: threading.Event) -> bool:
        """Wait until a time; return whether the event was set first."""
        while True:
            left = until - self.now()
            if left <= 0:
                return stopped.is_set()
            if stopped.wait(left):
                return True


#: The clock of every connection; tests replace it with one whose waits take no time.
CLOCK = Clock()


def now() -> float:
    """Return the time on the clock in use."""
    return CLOCK.now()


def wait(until: float, stopped: threading.Event) -> bool:
    """Wait until a time on the clock in use; return whether the event was set first."""
    return CLOCK.wait(until, stopped)
