"""Lists that pickers read in the background, cached for a minute."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from weakref import WeakKeyDictionary

import pandas as pd

from asana_frames._fork import ForkSafeLock
from asana_frames.asana import Asana
from asana_frames.fetch import Http
from asana_frames.widgets.background import run_in_background
from asana_frames.widgets.waiting import describe_pause, watch_read

#: Seconds for which a list is cached.
CACHE_SECONDS = 60.0
#: Notifying listeners of a page is slow if it takes longer than this.
_SLOW_SECONDS = 0.02
#: Reads a list: yields its frames as they arrive.
ReadList = Callable[[Asana], Iterator[pd.DataFrame]]


class BackgroundList:
    """One list, as far as it has been read.

    Attributes
    ----------
    frame : DataFrame
        The rows so far.
    is_complete : bool
        Whether all rows have arrived.
    error : Exception or None
        The error that ended reading.
    pause : str
        How long Asana's rate limit makes it wait; empty if it does not.
    """

    def __init__(self, started: float) -> None:
        self.frame = pd.DataFrame({"gid": [], "name": []}, dtype="str")
        self.is_complete = False
        self.error: Exception | None = None
        self.pause = ""
        self.started = started
        self._listeners: list[Listener] = []
        self._lock = ForkSafeLock()
        self._is_over = False
        self._ended = threading.Event()

    def subscribe(self, listener: Listener) -> None:
        """Call a listener with this list: now if it has rows, and whenever more arrive."""
        with self._lock:
            if not self._is_over:
                self._listeners.append(listener)
            is_there = self._is_over or len(self.frame) > 0
        if is_there:
            listener(self)

    def unsubscribe(self, listener: Listener) -> None:
        """Stop calling a listener."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    @property
    def is_over(self) -> bool:
        """Whether reading has ended."""
        return self._is_over

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until reading has ended and all listeners were called; return whether it has."""
        return self._ended.wait(timeout)

    def run(self, asana: Asana, read: ReadList) -> None:
        """Read the list to its end in the calling thread, notifying listeners of each page."""
        parts: list[pd.DataFrame] = []
        due = 0.0
        try:
            with watch_read(partial(describe_pause, asana.http), self._tell_pause):
                for part in read(asana):
                    parts.append(part)
                    started = time.monotonic()
                    if started >= due:
                        self._store_parts(parts)
                        self._notify_listeners()
                        took = time.monotonic() - started
                        # Listeners show the whole list again, which is slow for a long one: skip
                        # pages so that at least half of the time is spent on reading.
                        due = started + 2 * took if took > _SLOW_SECONDS else 0.0
            # Set last: another thread must not take a part for the whole list.
            self._store_parts(parts)
            self.is_complete = True
        except Exception as error:  # noqa: BLE001
            # A background thread has no prompt: the picker shows the error.
            self._store_parts(parts)
            self.error = error
        self._notify_listeners(is_over=True)
        self._ended.set()

    def _store_parts(self, parts: list[pd.DataFrame]) -> None:
        if parts:
            self.frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def _tell_pause(self, pause: str) -> None:
        with self._lock:
            if self._is_over:
                return
            self.pause = pause
        self._notify_listeners()

    def _notify_listeners(self, *, is_over: bool = False) -> None:
        with self._lock:
            # Under one lock: a later subscriber sees that reading is over and is called at once.
            if is_over:
                self._is_over, self.pause = True, ""
            listeners = list(self._listeners)
            if is_over:
                self._listeners.clear()
        for listener in listeners:
            self._notify_listener(listener)

    def _notify_listener(self, listener: Listener) -> None:
        try:
            listener(self)
        except Exception:  # noqa: BLE001
            # Observers of a picker are user code: report the error as for any thread, and go on
            # with the other listeners.
            thread = threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), thread)))


#: Called when more of a list has arrived.
Listener = Callable[[BackgroundList], None]


class ListCache:
    """Cache of the lists that the pickers of one connection have read.

    Parameters
    ----------
    now
        Monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._listings: dict[Hashable, BackgroundList] = {}
        self._lock = ForkSafeLock()

    def get(self, asana: Asana, key: Hashable, read: ReadList) -> BackgroundList:
        """Return the cached list of a key, or start reading it."""
        with self._lock:
            self._listings = {
                kept: listing
                for kept, listing in self._listings.items()
                if self._is_fresh(listing) or not listing.is_over
            }
            known = self._listings.get(key)
            if known is not None and known.error is None and self._is_fresh(known):
                return known
            listing = self._listings[key] = BackgroundList(self._now())
        run_in_background(lambda: listing.run(asana, read))
        return listing

    def forget(self, key: Hashable) -> None:
        """Drop a list from the cache."""
        with self._lock:
            self._listings.pop(key, None)

    def _is_fresh(self, listing: BackgroundList) -> bool:
        return self._now() - listing.started < CACHE_SECONDS


_lists: WeakKeyDictionary[Http, ListCache] = WeakKeyDictionary()
_lists_lock = ForkSafeLock()


def get_list_cache(asana: Asana) -> ListCache:
    """Return the list cache shared by all pickers of a connection."""
    with _lists_lock:
        return _lists.setdefault(asana.http, ListCache())
