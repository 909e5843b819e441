"""What pickers offer: lists read in the background, and none of them twice within a minute."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from weakref import WeakKeyDictionary

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.fetch import Http

#: Seconds for which a list is good.
CACHE_SECONDS = 60.0
#: Seconds from which on telling of a page takes long.
_SLOW = 0.02
#: Reads a list: yields its frames as they arrive.
ReadList = Callable[[Asana], Iterator[pd.DataFrame]]


class BackgroundList:
    """One list, as far as it has arrived.

    Attributes
    ----------
    frame : DataFrame
        The rows so far.
    is_complete : bool
        Whether that is all of them.
    error : Exception or None
        Why the rest will not come.
    """

    def __init__(self, began: float) -> None:
        self.frame = pd.DataFrame({"gid": [], "name": []}, dtype="str")
        self.is_complete = False
        self.error: Exception | None = None
        self.began = began
        self._hearers: list[Listener] = []
        self._lock = threading.Lock()
        self._is_over = False
        self._ended = threading.Event()

    def tell(self, hear: Listener) -> None:
        """Call ``hear`` with this listing: now if something is there, and when more arrives."""
        with self._lock:
            if not self._is_over:
                self._hearers.append(hear)
            is_there = self._is_over or len(self.frame) > 0
        if is_there:
            hear(self)

    def forget(self, hear: Listener) -> None:
        """Call ``hear`` no more."""
        with self._lock:
            if hear in self._hearers:
                self._hearers.remove(hear)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._is_over

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended and all have heard of it; tell whether it has."""
        return self._ended.wait(timeout)

    def run(self, asana: Asana, read: ReadList) -> None:
        """Read the list to its end, in whatever thread this is called."""
        parts: list[pd.DataFrame] = []
        due = 0.0
        try:
            for part in read(asana):
                parts.append(part)
                began = time.monotonic()
                if began >= due:
                    self._take(parts)
                    self._told()
                    took = time.monotonic() - began
                    # Whoever hears of a page shows the whole list anew, which long ones are not
                    # for every page: half of the time is for reading.
                    due = began + 2 * took if took > _SLOW else 0.0
            # Whoever looks in between must not take a part for the whole.
            self._take(parts)
            self.is_complete = True
        except Exception as error:  # noqa: BLE001
            # There is no prompt in the background: whatever went wrong is shown in the picker.
            self._take(parts)
            self.error = error
        self._told(is_over=True)
        self._ended.set()

    def _take(self, parts: list[pd.DataFrame]) -> None:
        if parts:
            self.frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def _told(self, *, is_over: bool = False) -> None:
        with self._lock:
            # Together: whoever comes later finds it over, and is told at once.
            self._is_over = is_over
            hearers = list(self._hearers)
            if is_over:
                self._hearers.clear()
        for hear in hearers:
            self._tell_one(hear)

    def _tell_one(self, hear: Listener) -> None:
        try:
            hear(self)
        except Exception:  # noqa: BLE001
            # What watches a picker is somebody's own code: it is shown as that of any thread,
            # and the others hear all the same.
            thread = threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), thread)))


#: Told that more of a list has arrived.
Listener = Callable[[BackgroundList], None]


class ListCache:
    """The lists that the pickers of one connection have read.

    Parameters
    ----------
    now
        Seconds of a clock that only goes on.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._listings: dict[Hashable, BackgroundList] = {}
        self._lock = threading.Lock()

    def get(self, asana: Asana, key: Hashable, read: ReadList) -> BackgroundList:
        """Return the listing of a key: the one that is known, else one that begins to be read."""
        with self._lock:
            self._listings = {
                kept: listing
                for kept, listing in self._listings.items()
                if self._is_good(listing) or not listing.is_over
            }
            known = self._listings.get(key)
            if known is not None and known.error is None and self._is_good(known):
                return known
            listing = self._listings[key] = BackgroundList(self._now())
        run_in_background(lambda: listing.run(asana, read))
        return listing

    def forget(self, key: Hashable) -> None:
        """Read a list anew when it is next asked for."""
        with self._lock:
            self._listings.pop(key, None)

    def _is_good(self, listing: BackgroundList) -> bool:
        return self._now() - listing.began < CACHE_SECONDS


def run_in_background(work: Callable[[], None], *, after: float = 0.0) -> threading.Timer | None:
    """Do something in a thread of its own; at once and here where there are no threads.

    Returns
    -------
    Timer or None
        What can be cancelled as long as ``after`` seconds have not passed.
    """
    timer = threading.Timer(after, work)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:
        # Python in a browser has no threads.
        work()
        return None
    return timer


_lists: WeakKeyDictionary[Http, ListCache] = WeakKeyDictionary()
_lists_lock = threading.Lock()


def list_cache(asana: Asana) -> ListCache:
    """Return the lists of a connection, the same for all of its pickers."""
    with _lists_lock:
        return _lists.setdefault(asana.http, ListCache())
