"""ChoiceBox: a box in which one of several options is typed or picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames.widgets.pickers.choice import make_wide_layout


class ChoiceBox(ipw.Combobox):
    """Choose one of several options by typing or picking it.

    The choice is shown as the placeholder, since a browser offers only options that match the
    text in the box. JupyterLab takes letters typed at a dropdown as shortcuts, which can delete
    cells; letters in a box stay there.

    Attributes
    ----------
    chosen : str
        The choice, one of the options.
    """

    chosen = traitlets.Unicode()

    def __init__(self, description: str, options: Sequence[str] = ()) -> None:
        super().__init__(
            description=description,
            options=tuple(options),
            # An option may begin with another one.
            continuous_update=False,
            **make_wide_layout(),
        )
        self.observe(self._handle_value, "value")
        self.observe(self._handle_choice, "chosen")

    @traitlets.validate("chosen")
    def _validate_choice(self, proposal: Any) -> str:
        chosen: str = proposal["value"]
        if chosen not in self.options:
            raise traitlets.TraitError(f"{chosen!r} is not one of the options.")
        return chosen

    def _handle_value(self, change: Any) -> None:
        text = change["new"].strip().casefold()
        found = next((option for option in self.options if option.casefold() == text), None)
        if found is not None:
            self.chosen = found
            self.value = ""

    def _handle_choice(self, _: Any) -> None:
        self.placeholder = self.chosen
