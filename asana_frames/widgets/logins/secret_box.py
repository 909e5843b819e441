"""SecretBox: a password box whose text never stays in the widget state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.fetch.credentials import Credential
from asana_frames.widgets.background import run_in_background

#: Seconds to wait for the text after Enter is pressed.
PATIENCE = 1.0
_PLACEHOLDER = "taken, not shown"


class SecretBox(ipw.Password):
    """Read a secret; the box is emptied as soon as its text has arrived.

    The text is kept outside the widget state until `take`, so neither a saved notebook nor the
    messages from the kernel to browsers contain it.

    Parameters
    ----------
    label
        Label of the box.
    entered
        Called when Enter is pressed; if the box is empty, a moment later and in another thread.
    """

    # No echo, which would send the text to every browser that shows the widget.
    value = traitlets.Unicode("").tag(sync=True, echo_update=False)

    #: Time until which a text that arrives belongs to the last Enter.
    _due: float | None = None
    _timer: threading.Timer | None = None

    def __init__(self, label: str, entered: Callable[[], None]) -> None:
        self._entered = entered
        self._stored: Credential | None = None
        # The text is sent once, not letter by letter.
        super().__init__(description=label, continuous_update=False)
        # On a narrow page the box shrinks instead of being cut; 4 pixels are its margins.
        self.layout.max_width = "calc(100% - 4px)"
        self.observe(self._store_text, "value")
        self.on_msg(self._handle_submit)

    def take(self) -> str:
        """Return the text and forget it."""
        held, self._stored = self._stored, None
        self._stop_waiting()
        self.placeholder = ""
        return "" if held is None else held.token

    def close(self) -> None:
        """Stop waiting for a text, and close the box."""
        if self.comm is None:
            return
        self._stop_waiting()
        super().close()

    def _store_text(self, _change: Any) -> None:
        if not self.value:
            return
        self._stored = Credential(self.value)
        self.value = ""
        self.placeholder = _PLACEHOLDER
        if self._due is not None and time.monotonic() < self._due:
            self._entered()

    def _handle_submit(self, _box: Any, content: Any, _buffers: Any) -> None:
        if content.get("event") != "submit":
            return
        if self._stored is not None:
            self._entered()
            return
        # Browsers send the key press before the text.
        self._stop_waiting()
        self._due = time.monotonic() + PATIENCE
        self._timer = run_in_background(self._submit_empty, after=PATIENCE)
        if self._timer is None:
            # Without threads `entered` was called at once; the text may still arrive.
            self._due = time.monotonic() + PATIENCE

    def _submit_empty(self) -> None:
        """Call `entered` for an empty box if no text has arrived."""
        if self._due is not None and self._stored is None:
            self._entered()

    def _stop_waiting(self) -> None:
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
