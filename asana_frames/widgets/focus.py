"""Buttons and checkboxes that move the keyboard focus to a text box after use.

JupyterLab takes letters that are typed at a button as shortcuts, which can delete cells and their
output; letters in a box stay there. So what is clicked leaves the focus in a box beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as ipw

#: Returns the box, of `TEXT_BOXES`, that has the focus after a click; None leaves it where it is.
FindBox = Callable[[], Any]

#: Boxes that take the focus when they are told to; a Combobox is a Text. Boxes for numbers do not:
#: their element that ipywidgets gives it to cannot have it.
TEXT_BOXES = (ipw.Text, ipw.Textarea, ipw.DatePicker)


class _FocusMover:
    """Mixin of controls that move the focus when they are used in a browser."""

    #: Found when it is needed: boxes come and go.
    find_box: FindBox | None = None

    def move_focus(self) -> None:
        """Go on with the keyboard in the box."""
        box = None if self.find_box is None else self.find_box()
        if box is not None:
            box.focus()


class Button(_FocusMover, ipw.Button):
    """A button that moves the focus after it was clicked."""

    def click(self) -> None:
        """Call what listens to clicks."""
        super().click()
        self.move_focus()


class _Switch(_FocusMover, ipw.Widget):
    """Mixin of controls that move the focus when the user turns them, and not when code does."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply what a browser sends."""
        super().set_state(sync_data)
        if "value" in sync_data:
            self.move_focus()


class ToggleButton(_Switch, ipw.ToggleButton):
    """A toggle button that moves the focus when the user turns it."""


class Checkbox(_Switch, ipw.Checkbox):
    """A checkbox that moves the focus when the user turns it."""


def find_text_box(widget: Any) -> Any:
    """Return the first box for text in a widget that is shown and usable, or None."""
    return next((box for box in _list_shown(widget) if isinstance(box, TEXT_BOXES)), None)


def _list_shown(widget: Any) -> Iterator[Any]:
    if widget.layout.display == "none" or getattr(widget, "disabled", False):
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _list_shown(child)
