"""What a process still has open, to see that a call leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

#: The descriptors of this process; not on every system.
FILES = Path("/proc/self/fd")


def sockets() -> int:
    """Return how many sockets the process has open."""
    count = 0
    for file in FILES.iterdir():
        try:
            count += "socket:" in str(file.readlink())
        except OSError:
            # The one that the folder is read with.
            continue
    return count


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "asana-frames"]


def wait_until(is_settled: Callable[[], bool]) -> None:
    """Wait until something holds, a moment at the most: what was let go of needs one."""
    until = time.monotonic() + 3.0
    while not is_settled() and time.monotonic() < until:
        time.sleep(0.01)
