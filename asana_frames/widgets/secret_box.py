"""A box for a secret: what is typed is taken out at once, so that no state ever keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.fetch.credentials import Credential

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
        Called when Enter is pressed in it.
    """

    # Echoed, it would be sent to every browser that shows the widget.
    value = traitlets.Unicode("").tag(sync=True, echo_update=False)

    def __init__(self, label: str, entered: Callable[[], None]) -> None:
        self._entered = entered
        self._held: Credential | None = None
        self._is_due = False
        # Sent when it is whole, not letter by letter.
        super().__init__(description=label, continuous_update=False)
        self.observe(self._hold, "value")
        self.on_msg(self._hear)

    def take(self) -> str:
        """Return what was typed, once."""
        held, self._held = self._held, None
        self._is_due = False
        self.placeholder = ""
        return "" if held is None else held.token

    def _hold(self, _change: Any) -> None:
        if not self.value:
            return
        self._held = Credential(self.value)
        self.value = ""
        self.placeholder = _TAKEN
        if self._is_due:
            self._entered()

    def _hear(self, _box: Any, content: Any, _buffers: Any) -> None:
        if content.get("event") != "submit":
            return
        # Browsers tell of the key first, and of the text after it.
        self._is_due = self._held is None
        if not self._is_due:
            self._entered()
