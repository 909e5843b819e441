"""Threads behind widgets: the lock they share, and controls that mind it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as ipw

#: Held while a picker is changed. All pickers share it, because lists arrive in other threads and
#: an observer of one picker may set another.
LOCK = threading.RLock()
#: Notified when a list has arrived or a chart is drawn.
CHANGED = threading.Condition(LOCK)


def run_in_background(work: Callable[[], None], *, after: float = 0.0) -> threading.Timer | None:
    """Run a function in a thread; without thread support, run it here and now.

    Returns
    -------
    Timer or None
        The timer, which can be cancelled until ``after`` seconds have passed.
    """
    timer = threading.Timer(after, work)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:
        # Python in the browser (Pyodide) has no threads.
        work()
        return None
    return timer


class Debouncer:
    """Call a method of a widget after a pause; only the last start counts.

    A timer may be too late to be cancelled: it waits for the lock while the call is started anew,
    or is no longer wanted. Such a timer calls nothing, nor does one of a widget that is closed.

    Parameters
    ----------
    widget
        The widget.
    call
        The method; called while `LOCK` is held.
    after
        Seconds of the pause.
    """

    def __init__(self, widget: Any, call: Callable[[], None], after: float) -> None:
        self._widget, self._call, self._after = widget, call, after
        self._timer: threading.Timer | None = None
        #: Of the last start; None if there is nothing to call.
        self._token: object = None

    @property
    def is_waiting(self) -> bool:
        """Whether the method will be called."""
        return self._token is not None

    def start(self) -> None:
        """Begin the pause, anew if it has begun."""
        self.cancel()
        self._token = token = object()
        self._timer = run_in_background(partial(self._end, token), after=self._after)

    def cancel(self) -> None:
        """Do not call the method."""
        self._token = None
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, token: object) -> None:
        with LOCK:
            if self._token is token:
                self._token = None
                if self._widget.comm is not None:
                    self._call()


class LockedWidget(ipw.Widget):
    """Mixin of controls that apply what a browser sends only while no thread changes them."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply what a browser sends."""
        with LOCK:
            super().set_state(sync_data)


class LockedCombobox(LockedWidget, ipw.Combobox):
    """Box with suggestions, which lists that arrive change."""


def resend_when_displayed(widget: Any, *parts: Any) -> None:
    """Send the state of parts again when a view of a widget is displayed.

    Voila, and a notebook that is opened again, ask for the state of all widgets at once. A browser
    ignores updates that arrive between this answer and the creation of its own objects.
    """
    # The browser counts views once this is a number.
    widget._view_count = 0

    def resend(change: Any) -> None:
        if (change["new"] or 0) > (change["old"] or 0):
            with LOCK:
                for part in parts:
                    part.send_state()

    widget.observe(resend, "_view_count")
