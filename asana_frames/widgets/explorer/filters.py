"""Controls for the arguments of an operation, from what the catalog says of them."""

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
from asana_frames.widgets.pickers.choice import wide_layout
from asana_frames.widgets.pickers.labels import NAMELESS, build_labels
from asana_frames.widgets.pickers.levels import (
    GOAL,
    PORTFOLIO,
    PROJECT,
    TAG,
    TEAM,
    TIME_PERIOD,
    USER,
    WORKSPACE,
    Level,
)

#: Record type -> the list whose names are offered for it.
OFFERED: Mapping[str, Level] = {
    level.name: level
    for level in (WORKSPACE, TEAM, PROJECT, PORTFOLIO, GOAL, USER, TAG, TIME_PERIOD)
}
#: Names that a box offers; any other can be typed all the same.
_OFFERED_MOST = 1_000
#: Names that would be read as something else: a gid, an address, whoever asks; or that are none.
_OTHERWISE = re.compile(rf"\d+\Z|https?://|\S+@\S+\Z|me\Z|{re.escape(NAMELESS)}\Z")
_ANY: tuple[str, Any] = ("any", None)


class Filter:
    """One argument: its control, and the value that is in it.

    Parameters
    ----------
    parameter
        The argument.

    Attributes
    ----------
    control : ipywidgets widget
        What is shown.
    level : Level or None
        The list whose names it offers.
    is_needed : bool
        Whether the operation cannot do without it.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.level = next((OFFERED[kind] for kind in parameter.refers if kind in OFFERED), None)
        self._gids: dict[str, str] = {}
        self._names: dict[str, int] = {}
        #: What code has filled in, and what the control says of it.
        self._filled: tuple[str, list[str]] = ("", [])
        self.is_needed = _is_needed(parameter)
        self.control = _make_control(parameter)

    def offer(self, rows: pd.DataFrame) -> None:
        """Offer the names of objects; who is one of several of that name has more beside it."""
        told = build_labels(
            rows.drop(columns="depth", errors="ignore"), beside=_qualifier_column(self.level)
        )
        self._gids = dict(zip(told, rows["gid"], strict=True))
        self._names = {str(name): int(n) for name, n in rows["name"].value_counts().items()}
        self.control.options = tuple(told[:_OFFERED_MOST])

    def value(self) -> Any:
        """Return the argument as a method takes it; None where nothing is asked for.

        Raises
        ------
        InvalidArgument
            What is typed cannot be one.
        """
        typed = self.control.value
        if typed is None or (isinstance(typed, str) and not typed.strip()):
            return None
        if self.parameter.kind == "date":
            return typed.isoformat()
        text, references = self._filled
        if typed == text and len(references) > 1:
            # As it was given: a name may have a semicolon in it.
            return references
        if self.parameter.kind == "integer":
            return _parse_integer(self.parameter.argument, typed)
        if self.parameter.many:
            parts = [typed] if typed in self._gids else _split_references(typed)
            return [self._meant(part) for part in parts]
        return self._meant(typed.strip()) if isinstance(typed, str) else typed

    def fill(self, value: Any) -> None:
        """Fill in an argument as a method takes it; None empties the control.

        Raises
        ------
        InvalidArgument
            It cannot be one.
        """
        try:
            self.control.value = self._shown(value)
        except (traitlets.TraitError, ValueError) as cause:
            raise InvalidArgument(f"{self.parameter.argument} takes no {value!r}.") from cause

    def _shown(self, value: Any) -> Any:
        """Return what the control holds for an argument."""
        is_text = isinstance(self.control, ipw.Text)
        if value is None:
            return "" if is_text else None
        if self.parameter.kind == "ref":
            references = [_reference_text(one) for one in iterate_references(value)]
            self._filled = ("; ".join(references), references)
            return self._filled[0]
        if self.parameter.kind == "date" and isinstance(value, str):
            return date.fromisoformat(value)
        if is_text and isinstance(value, date):
            return value.isoformat()
        return str(value) if is_text and isinstance(value, int) else value

    def _meant(self, text: str) -> str:
        """Return a name that can only mean one object as it is, else the gid it stands for."""
        is_clear = self._names.get(text) == 1 and not _OTHERWISE.match(text)
        return text if is_clear else self._gids.get(text, text)


def make_filters(operation: Operation) -> list[Filter]:
    """Return a filter per argument of an operation; those that it cannot do without come first."""
    ordered = sorted(operation.parameters, key=lambda parameter: not _is_needed(parameter))
    return [Filter(parameter) for parameter in ordered]


def _is_needed(parameter: Parameter) -> bool:
    return parameter.required or parameter.place == "path"


def _make_control(parameter: Parameter) -> Any:
    label = parameter.argument.replace("_", " ")
    make = _MAKERS.get(parameter.kind, _make_text_box)
    control = make(parameter, label + (" *" if _is_needed(parameter) else ""))
    control.style = {"description_width": "11rem"}
    return control


def _make_reference_box(parameter: Parameter, label: str) -> Any:
    several = "; several, with semicolons between them" if parameter.many else ""
    return ipw.Combobox(
        description=label,
        placeholder=f"name, gid or URL{several}",
        ensure_option=False,
        layout=wide_layout()["layout"],
    )


def _make_flag(_: Parameter, label: str) -> Any:
    options = [_ANY, ("yes", True), ("no", False)]
    return ipw.Dropdown(options=options, description=label, layout=wide_layout()["layout"])


def _make_day_box(_: Parameter, label: str) -> Any:
    return ipw.DatePicker(description=label, layout=wide_layout()["layout"])


def _make_moment_box(_: Parameter, label: str) -> Any:
    hint = "2026-01-31 or 2026-01-31T09:00Z"
    return ipw.Text(description=label, placeholder=hint, layout=wide_layout()["layout"])


def _make_text_box(parameter: Parameter, label: str) -> Any:
    if parameter.enum:
        options = [_ANY, *((word, word) for word in parameter.enum)]
        return ipw.Dropdown(options=options, description=label, layout=wide_layout()["layout"])
    return ipw.Text(description=label, layout=wide_layout()["layout"])


_MAKERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "ref": _make_reference_box,
    "boolean": _make_flag,
    "date": _make_day_box,
    "datetime": _make_moment_box,
}


def _qualifier_column(level: Level | None) -> str:
    return level.beside if level is not None else ""


def _reference_text(reference: Any) -> str:
    return str(reference["gid"] if isinstance(reference, Mapping | pd.Series) else reference)


def _split_references(text: str) -> list[str]:
    # Names have commas in them more often than semicolons.
    return [part.strip() for part in text.split(";") if part.strip()]


def _parse_integer(argument: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as cause:
        raise InvalidArgument(f"{argument} takes a whole number, not {text!r}.") from cause
