"""CompareBox: what the figures of a dashboard are compared with."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames._arguments import check_choice
from asana_frames.widgets.pickers.choice_box import ChoiceBox

NOTHING = "nothing"
_LABELS = {
    "previous": "The period before",
    "last_year": "The same days a year before",
    NOTHING: "Nothing",
}


class CompareBox(ipw.VBox, ipw.ValueWidget):
    """Choose what a period is compared with.

    Attributes
    ----------
    value : str
        ``"previous"``, ``"last_year"`` or ``"nothing"``; None is taken as nothing.

    Raises
    ------
    InvalidArgument
        The value is anything else.
    """

    value: Any = traitlets.TraitType(None, help="What the period is compared with.")

    def __init__(self, value: str | None) -> None:
        self._box = ChoiceBox("Compare with", list(_LABELS.values()))
        super().__init__([self._box])
        self._box.observe(self._handle_choice, "chosen")
        self.value = value

    @traitlets.validate("value")
    def _validate_value(self, proposal: Any) -> str:
        value = NOTHING if proposal["value"] is None else proposal["value"]
        check_choice(value, _LABELS, name="compare")
        return str(value)

    @traitlets.observe("value")
    def _show_value(self, change: Any) -> None:
        self._box.chosen = _LABELS[change["new"]]

    def _handle_choice(self, change: Any) -> None:
        values = {label: value for value, label in _LABELS.items()}
        self.value = values[change["new"]]
