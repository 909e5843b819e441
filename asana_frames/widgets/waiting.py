"""What widgets say while a read takes long: its requests, and pauses of Asana's rate limit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from asana_frames.fetch import Http
from asana_frames.fetch.rate_limiter import RequestKind
from asana_frames.widgets.background import LOCK

#: Seconds between two looks at a read.
_SECONDS = 1.0


def describe_pause(http: Http, kind: RequestKind = "read") -> str:
    """Return how long Asana's rate limit makes requests wait; empty if they do not."""
    seconds = http.quota.pause_left(kind)
    return f"Waiting {seconds:.0f} s for Asana's rate limit." if seconds >= 1 else ""


@contextmanager
def watch_read(describe: Callable[[], str], show: Callable[[str], None]) -> Iterator[None]:
    """Show how a read goes while the block runs: each second, if the text has changed.

    Parameters
    ----------
    describe
        Returns the text; empty for nothing to say.
    show
        Called with each new text, in another thread that holds `LOCK`. What is shown after the
        block is the last, if it is shown while `LOCK` is held.
    """
    has_ended = threading.Event()

    def watch() -> None:
        shown = ""
        while not has_ended.wait(_SECONDS):
            text = describe()
            if text != shown:
                # No lock of its own: the thread of the block may hold this one.
                with LOCK:
                    if has_ended.is_set():
                        return
                    show(text)
            shown = text

    # Python in the browser (Pyodide) has no threads.
    with suppress(RuntimeError):
        threading.Thread(target=watch, name="asana_frames watch", daemon=True).start()
    try:
        yield
    finally:
        has_ended.set()
