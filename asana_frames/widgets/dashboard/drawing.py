"""Turns at drawing: matplotlib draws one thing at a time, and reading takes no turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def drawing() -> Iterator[None]:
    """Wait for a turn, and have it."""
    with _turn:
        _mine.is_held = True
        try:
            yield
        finally:
            _mine.is_held = False


@contextmanager
def reading() -> Iterator[None]:
    """Let others draw meanwhile, if it is this thread's turn."""
    if not getattr(_mine, "is_held", False):
        yield
        return
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
