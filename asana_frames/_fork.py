"""Make objects usable in a forked process, where sockets are shared and threads are gone."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class ForkAware(Protocol):
    """An object with sockets or threads."""

    def renew_after_fork(self) -> None:
        """Replace them; called in the new process before anything else runs there."""


_owners: weakref.WeakSet[ForkAware] = weakref.WeakSet()
_held_locks: weakref.WeakSet[ForkSafeLock] = weakref.WeakSet()
_acquired: list[ForkSafeLock] = []


def renew_after_fork(owner: ForkAware) -> None:
    """Call ``owner.renew_after_fork()`` in each process that is forked from this one."""
    _owners.add(owner)


class ForkSafeLock:
    """A reentrant lock that is free in a forked process: threads that held it are not there.

    Parameters
    ----------
    is_held_during_fork
        Wait for the lock before forks, so that what it guards is copied as a whole. Only for a
        lock that is held briefly, and while no other lock is waited for.
    """

    def __init__(self, *, is_held_during_fork: bool = False) -> None:
        self._lock = threading.RLock()
        _owners.add(self)
        if is_held_during_fork:
            _held_locks.add(self)

    def renew_after_fork(self) -> None:
        """Replace the lock."""
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _acquire_locks() -> None:
    for lock in list(_held_locks):
        lock.__enter__()
        _acquired.append(lock)


def _release_locks() -> None:
    while _acquired:
        _acquired.pop().__exit__()


def _renew() -> None:
    _release_locks()
    for owner in list(_owners):
        owner.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_acquire_locks, after_in_parent=_release_locks, after_in_child=_renew
    )
