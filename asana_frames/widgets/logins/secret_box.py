"""A box for a secret: what is typed is taken out at once, so that no state ever keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.fetch.credentials import Credential
from asana_frames.widgets.pickers.lists import run_in_background

#: Seconds that a text may come after the Enter that ended it.
PATIENCE = 1.0
_TAKEN = "taken, not shown"


class SecretBox(ipw.Password):
    """A password box that is empty again as soon as its text has arrived.

    The text waits outside of the widget's state for `take`: neither a saved notebook nor what
    the kernel sends to browsers has it.

    Parameters
    ----------
    label
        Stands before the box.
    entered
        Called when Enter is pressed in it; if the box is empty, a moment later, and then in a
        thread of its own.
    """

    # Echoed, it would be sent to every browser that shows the widget.
    value = traitlets.Unicode("").tag(sync=True, echo_update=False)

    #: Until when a text that comes is what Enter was pressed for.
    _due: float | None = None
    _timer: threading.Timer | None = None

    def __init__(self, label: str, entered: Callable[[], None]) -> None:
        self._entered = entered
        self._held: Credential | None = None
        # Sent when it is whole, not letter by letter.
        super().__init__(description=label, continuous_update=False)
        self.observe(self._hold, "value")
        self.on_msg(self._hear)

    def take(self) -> str:
        """Return what was typed, once."""
        held, self._held = self._held, None
        self._stop_waiting()
        self.placeholder = ""
        return "" if held is None else held.token

    def close(self) -> None:
        """Wait for no text any more, and close the box."""
        self._stop_waiting()
        super().close()

    def _hold(self, _change: Any) -> None:
        if not self.value:
            return
        self._held = Credential(self.value)
        self.value = ""
        self.placeholder = _TAKEN
        if self._due is not None and time.monotonic() < self._due:
            self._entered()

    def _hear(self, _box: Any, content: Any, _buffers: Any) -> None:
        if content.get("event") != "submit":
            return
        if self._held is not None:
            self._entered()
            return
        # Browsers tell of the key first, and of the text after it.
        self._stop_waiting()
        self._due = time.monotonic() + PATIENCE
        self._timer = run_in_background(self._give_up, after=PATIENCE)
        if self._timer is None:
            # Without threads it was called empty at once; the text may come all the same.
            self._due = time.monotonic() + PATIENCE

    def _give_up(self) -> None:
        """Let an empty box be told of, if no text has come."""
        if self._due is not None and self._held is None:
            self._entered()

    def _stop_waiting(self) -> None:
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
