"""A lock for drawing: matplotlib draws one figure at a time, and reads do not hold the lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
#: Whether this thread holds the lock.
_thread_state = threading.local()


@contextmanager
def hold_drawing_lock() -> Iterator[None]:
    """Wait until no other thread draws, and keep others from drawing."""
    with _lock:
        _thread_state.holds_lock = True
        try:
            yield
        finally:
            _thread_state.holds_lock = False


@contextmanager
def release_drawing_lock() -> Iterator[None]:
    """Release the drawing lock meanwhile, if this thread holds it."""
    if not getattr(_thread_state, "holds_lock", False):
        yield
        return
    _thread_state.holds_lock = False
    _lock.release()
    try:
        yield
    finally:
        _lock.acquire()
        _thread_state.holds_lock = True
