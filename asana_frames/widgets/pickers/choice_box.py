"""ChoiceBox: a box in which one of several options is typed or picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.widgets.background import LockedCombobox, LockedWidget
from asana_frames.widgets.notes import show_message
from asana_frames.widgets.pickers.choice import LABEL_WIDTH, make_wide_layout
from asana_frames.widgets.pickers.messages import describe_no_match

#: What is chosen looks so, and not like a hint; icons of date boxes are seen on a dark page, also
#: where it does not say that it is dark (Voila).
_STYLE = """<style>
.af-chosen input::placeholder { color: inherit; opacity: 1; }
[data-jp-theme-light="false"] .af-date input { color-scheme: dark; }
</style>"""


class _DayBox(LockedWidget, ipw.DatePicker):
    """Box for a day."""


def make_day_box(label: str, label_width: str = LABEL_WIDTH) -> Any:
    """Return a box for a day, to stand beside a `ChoiceBox`, which has its style."""
    box = _DayBox(description=label, **make_wide_layout(label_width))
    box.add_class("af-date")
    return box


class ChoiceBox(ipw.VBox):
    """Choose one of several options by typing or picking it.

    The choice is shown as the placeholder, since a browser offers only options that match the
    text in the box. A text that is not an option stays, with a message below it. JupyterLab takes
    letters typed at a dropdown as shortcuts, which can delete cells; letters in a box stay there.

    Parameters
    ----------
    description
        Label of the box.
    options
        What can be chosen.
    noun
        What one of the options is called; by default the label in lower case.
    label_width
        Width of the label, as CSS.

    Attributes
    ----------
    chosen : str
        The choice, one of the options.
    """

    chosen = traitlets.Unicode()

    def __init__(
        self,
        description: str,
        options: Sequence[str] = (),
        *,
        noun: str = "",
        label_width: str = LABEL_WIDTH,
    ) -> None:
        self._noun = noun or description.lower()
        self._box = LockedCombobox(
            description=description,
            options=tuple(options),
            # An option may begin with another one.
            continuous_update=False,
            **make_wide_layout(label_width),
        )
        self._note = ipw.HTML(
            layout=ipw.Layout(display="none", margin=f"2px 2px 2px calc({label_width} + 8px)")
        )
        self._box.add_class("af-chosen")
        style = ipw.HTML(_STYLE, layout=ipw.Layout(display="none"))
        super().__init__([style, self._box, self._note])
        self._box.observe(self._handle_text, "value")
        self.observe(self._handle_choice, "chosen")

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen."""
        found: tuple[str, ...] = self._box.options
        return found

    @options.setter
    def options(self, options: Sequence[str]) -> None:
        self._box.options = tuple(options)

    @traitlets.validate("chosen")
    def _validate_choice(self, proposal: Any) -> str:
        chosen: str = proposal["value"]
        if chosen not in self.options:
            raise traitlets.TraitError(f"{chosen!r} is not one of the options.")
        return chosen

    def _handle_text(self, change: Any) -> None:
        typed = change["new"].strip()
        alike = [option for option in self.options if option.casefold() == typed.casefold()]
        found = typed if typed in alike else next(iter(alike), None)
        if found is not None:
            self.chosen = found
            self._box.value = ""
        self._show_note("" if found is not None or not typed else typed)

    def _handle_choice(self, _: Any) -> None:
        self._box.placeholder = self.chosen
        self._box.value = ""

    def _show_note(self, typed: str) -> None:
        """Say that a text is not an option; an empty text clears the message."""
        text = describe_no_match(self._noun, typed, self.options) if typed else ""
        show_message(self._note, text, is_error=True)
