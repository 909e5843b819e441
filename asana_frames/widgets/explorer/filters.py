"""Filter: a control for an argument of an operation, built from the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.calls.references import iterate_references
from asana_frames.catalog import Operation, Parameter
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets.pickers.choice import make_wide_layout
from asana_frames.widgets.pickers.goal_picker import GOAL, TIME_PERIOD
from asana_frames.widgets.pickers.labels import NAMELESS, build_labels
from asana_frames.widgets.pickers.level import Level
from asana_frames.widgets.pickers.portfolio_picker import PORTFOLIO
from asana_frames.widgets.pickers.project_picker import PROJECT
from asana_frames.widgets.pickers.tag_picker import TAG
from asana_frames.widgets.pickers.team_picker import TEAM
from asana_frames.widgets.pickers.user_picker import USER
from asana_frames.widgets.pickers.workspace_picker import WORKSPACE

#: Record type -> level whose names are offered for it.
LEVELS: Mapping[str, Level] = {
    level.name: level
    for level in (WORKSPACE, TEAM, PROJECT, PORTFOLIO, GOAL, USER, TAG, TIME_PERIOD)
}
#: Maximum number of names that a box offers; other names can be typed.
_MAX_OFFERED = 1_000
#: Names that would be parsed as a gid, URL, e-mail address or "me", or that stand for no name.
_NOT_A_NAME = re.compile(rf"\d+\Z|https?://|\S+@\S+\Z|me\Z|{re.escape(NAMELESS)}\Z")
_ANY_OPTION: tuple[str, Any] = ("any", None)


class Filter:
    """One argument of an operation: its control and its value.

    Parameters
    ----------
    parameter
        The argument.

    Attributes
    ----------
    control : ipywidgets widget
        The control.
    level : Level or None
        The level whose names it offers.
    is_required : bool
        Whether the argument is required.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.level = next((LEVELS[kind] for kind in parameter.refers if kind in LEVELS), None)
        self._gids: dict[str, str] = {}
        self._names: dict[str, int] = {}
        #: References set by code: the text in the control, and the references themselves.
        self._filled_references: tuple[str, list[str]] = ("", [])
        self.is_required = _is_required(parameter)
        self.control = _make_control(parameter)

    def offer(self, rows: pd.DataFrame) -> None:
        """Offer the names of objects; equal names are told apart."""
        labels = build_labels(
            rows.drop(columns="depth", errors="ignore"),
            qualifiers=() if self.level is None else self.level.qualifiers,
        )
        self._gids = dict(zip(labels, rows["gid"], strict=True))
        self._names = {str(name): int(n) for name, n in rows["name"].value_counts().items()}
        self.control.options = tuple(labels[:_MAX_OFFERED])

    def read_value(self) -> Any:
        """Return the value as the method takes it, or None if the control is empty.

        Raises
        ------
        InvalidArgument
            The text is not a valid value.
        """
        typed = self.control.value
        if typed is None or (isinstance(typed, str) and not typed.strip()):
            return None
        if self.parameter.kind == "date":
            return typed.isoformat()
        text, references = self._filled_references
        if typed == text and len(references) > 1:
            # Unchanged, because a name may contain a semicolon.
            return references
        if self.parameter.kind == "integer":
            return _parse_integer(self.parameter.argument, typed)
        if self.parameter.many:
            parts = [typed] if typed in self._gids else _split_references(typed)
            return [self._resolve_name(part) for part in parts]
        return self._resolve_name(typed.strip()) if isinstance(typed, str) else typed

    def fill(self, value: Any) -> None:
        """Set the control to a value as the method takes it; None empties it.

        Raises
        ------
        InvalidArgument
            The value is not valid for the argument.
        """
        try:
            self.control.value = self._format_value(value)
        except (traitlets.TraitError, ValueError) as cause:
            raise InvalidArgument(
                f"{value!r} is not a valid {self.parameter.argument}."
            ) from cause

    def _format_value(self, value: Any) -> Any:
        """Return the content of the control for a value."""
        is_text = isinstance(self.control, ipw.Text)
        if value is None:
            return "" if is_text else None
        if self.parameter.kind == "ref":
            items = iterate_references(value, self.parameter.refers)
            references = [_format_reference(one) for one in items]
            self._filled_references = ("; ".join(references), references)
            return self._filled_references[0]
        if self.parameter.kind == "date" and isinstance(value, str):
            return date.fromisoformat(value)
        if is_text and isinstance(value, date):
            return value.isoformat()
        return str(value) if is_text and isinstance(value, int) else value

    def _resolve_name(self, text: str) -> str:
        """Return a name if it is unique, else the gid that the label stands for."""
        is_clear = self._names.get(text) == 1 and not _NOT_A_NAME.match(text)
        return text if is_clear else self._gids.get(text, text)


def make_filters(operation: Operation) -> list[Filter]:
    """Return a filter per argument of an operation, required ones first."""
    ordered = sorted(operation.parameters, key=lambda parameter: not _is_required(parameter))
    return [Filter(parameter) for parameter in ordered]


def _is_required(parameter: Parameter) -> bool:
    return parameter.required or parameter.place == "path"


def _make_control(parameter: Parameter) -> Any:
    label = parameter.argument.replace("_", " ")
    make = _MAKERS.get(parameter.kind, _make_text_box)
    control = make(parameter, label + (" *" if _is_required(parameter) else ""))
    control.style = {"description_width": "11rem"}
    return control


def _make_reference_box(parameter: Parameter, label: str) -> Any:
    several = "; separate several with semicolons" if parameter.many else ""
    return ipw.Combobox(
        description=label,
        placeholder=f"name, gid or URL{several}",
        ensure_option=False,
        layout=make_wide_layout()["layout"],
    )


def _make_flag(_: Parameter, label: str) -> Any:
    options = [_ANY_OPTION, ("yes", True), ("no", False)]
    return ipw.Dropdown(options=options, description=label, layout=make_wide_layout()["layout"])


def _make_day_box(_: Parameter, label: str) -> Any:
    return ipw.DatePicker(description=label, layout=make_wide_layout()["layout"])


def _make_moment_box(_: Parameter, label: str) -> Any:
    hint = "2026-01-31 or 2026-01-31T09:00Z"
    return ipw.Text(description=label, placeholder=hint, layout=make_wide_layout()["layout"])


def _make_text_box(parameter: Parameter, label: str) -> Any:
    layout = make_wide_layout()["layout"]
    if parameter.enum:
        options = [_ANY_OPTION, *((word, word) for word in parameter.enum)]
        return ipw.Dropdown(options=options, description=label, layout=layout)
    return ipw.Text(description=label, layout=layout)


_MAKERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "ref": _make_reference_box,
    "boolean": _make_flag,
    "date": _make_day_box,
    "datetime": _make_moment_box,
}


def _format_reference(reference: Any) -> str:
    return str(reference["gid"] if isinstance(reference, Mapping | pd.Series) else reference)


def _split_references(text: str) -> list[str]:
    # Names contain commas more often than semicolons.
    return [part.strip() for part in text.split(";") if part.strip()]


def _parse_integer(argument: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as cause:
        raise InvalidArgument(f"{argument} must be a whole number, got {text!r}.") from cause
