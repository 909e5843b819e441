"""Filter: a control for an argument of an operation, built from the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames.asana import Asana
from asana_frames.calls.references import iterate_references
from asana_frames.catalog import Operation, Parameter
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text import to_one_line
from asana_frames.widgets.background import LockedCombobox
from asana_frames.widgets.explorer.browser import Browser, has_picker
from asana_frames.widgets.pickers.choice import make_wide_layout
from asana_frames.widgets.pickers.choice_box import make_day_box
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
#: Width of the labels before controls.
LABEL_WIDTH = "10rem"
#: Maximum number of names that a box offers; other names can be typed.
_MAX_OFFERED = 1_000
#: Names that would be parsed as a gid, URL, e-mail address or "me", or that stand for no name.
_NOT_A_NAME = re.compile(rf"\d+\Z|https?://|\S+@\S+\Z|me\Z|{re.escape(NAMELESS)}\Z")
#: Texts of the two values of a flag.
_FLAGS = {"yes": True, "no": False}


class Filter:
    """One argument of an operation: its control and its value.

    Parameters
    ----------
    parameter
        The argument.

    asana
        The connection whose objects can be browsed.

    Attributes
    ----------
    control : ipywidgets widget
        The control.
    view : ipywidgets widget
        The control, and for a reference a picker to unfold that fills it in.
    level : Level or None
        The level whose names it offers.
    is_required : bool
        Whether the argument is required.
    """

    def __init__(self, parameter: Parameter, asana: Asana) -> None:
        self.parameter = parameter
        self.level = next((LEVELS[kind] for kind in parameter.refers if kind in LEVELS), None)
        self._gids: dict[str, str] = {}
        self._names: dict[str, int] = {}
        #: References set by code or by the picker: the text in the control, and the references.
        self._filled_references: tuple[str, list[str]] = ("", [])
        self.is_required = _is_required(parameter)
        self._options = _list_options(parameter)
        self.control = _make_control(parameter, self._options)
        self.view = self.control
        if has_picker(parameter):
            self.view = Browser(asana, parameter, self.control, self._fill_picked)

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
        if typed == text and references:
            # Unchanged, because a name may contain a semicolon.
            is_one = len(references) == 1 and not self.parameter.many
            return references[0] if is_one else references
        if self._options:
            return self._parse_option(typed.strip())
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

    def _parse_option(self, text: str) -> Any:
        options = self._options
        if text not in options:
            words = ", ".join(options)
            raise InvalidArgument(f"{self.parameter.argument} takes one of: {words}.")
        return options[text]

    def describe_gids(self) -> str:
        """Return what the gids of the value are called; empty where the value says it itself."""
        value = self.read_value() if self.parameter.kind == "ref" else None
        references = value if isinstance(value, list) else [value]
        text = str(self.control.value).strip()
        is_said = value is None or text == "; ".join(map(str, references))
        return "" if is_said else to_one_line(text)

    def get_offered_gid(self) -> str | None:
        """Return the gid of the object whose offered name is in the control, or None."""
        return self._gids.get(self.control.value)

    def _fill_picked(self, names: list[str], gids: list[str]) -> None:
        """Fill in what the picker has: by name where that is unique here, else by gid."""
        label_of = {gid: label for label, gid in self._gids.items()}
        references = [self._resolve_name(label_of.get(gid, gid)) for gid in gids]
        text = "; ".join(names)
        self._filled_references = (text, references)
        self.control.value = text

    def _format_value(self, value: Any) -> Any:
        """Return the content of the control for a value."""
        is_text = isinstance(self.control, ipw.Text)
        if value is None:
            return None if self.parameter.kind == "date" else ""
        if self.parameter.kind == "ref":
            items = iterate_references(value, self.parameter.refers)
            references = [_format_reference(one) for one in items]
            self._filled_references = ("; ".join(references), references)
            return self._filled_references[0]
        if self.parameter.kind == "boolean" and isinstance(value, bool):
            return next(text for text, flag in _FLAGS.items() if flag is value)
        if self.parameter.kind == "date" and isinstance(value, str):
            return date.fromisoformat(value)
        if is_text and isinstance(value, date):
            return value.isoformat()
        return str(value) if is_text and isinstance(value, int) else value

    def _resolve_name(self, text: str) -> str:
        """Return a name if it is unique, else the gid that the label stands for."""
        is_clear = self._names.get(text) == 1 and not _NOT_A_NAME.match(text)
        return text if is_clear else self._gids.get(text, text)


def make_filters(operation: Operation, asana: Asana) -> list[Filter]:
    """Return a filter per argument of an operation, required ones first."""
    ordered = sorted(operation.parameters, key=lambda parameter: not _is_required(parameter))
    return [Filter(parameter, asana) for parameter in ordered]


def _is_required(parameter: Parameter) -> bool:
    return parameter.required or parameter.place == "path"


def _make_control(parameter: Parameter, options: Mapping[str, Any]) -> Any:
    label = parameter.argument.replace("_", " ") + (" *" if _is_required(parameter) else "")
    if options:
        return _make_option_box(list(options), label)
    make = _MAKERS.get(parameter.kind, _make_text_box)
    return make(parameter, label)


def _make_reference_box(parameter: Parameter, label: str) -> Any:
    several = "; several: with semicolons" if parameter.many else ""
    return LockedCombobox(
        description=label,
        placeholder=f"name, gid or URL{several}",
        ensure_option=False,
        **make_wide_layout(LABEL_WIDTH),
    )


def _make_day_box(_: Parameter, label: str) -> Any:
    return make_day_box(label, LABEL_WIDTH)


def _make_moment_box(_: Parameter, label: str) -> Any:
    hint = "2026-01-31 or 2026-01-31T09:00Z"
    return ipw.Text(description=label, placeholder=hint, **make_wide_layout(LABEL_WIDTH))


def _make_text_box(_: Parameter, label: str) -> Any:
    return ipw.Text(description=label, **make_wide_layout(LABEL_WIDTH))


def _make_option_box(options: Sequence[str], label: str) -> Any:
    # Not a dropdown: JupyterLab takes letters that are typed there as shortcuts.
    hint = " or ".join(options) if len(options) == len(_FLAGS) else "any"
    look = make_wide_layout(LABEL_WIDTH)
    return ipw.Combobox(options=tuple(options), description=label, placeholder=hint, **look)


def _list_options(parameter: Parameter) -> Mapping[str, Any]:
    """Return the texts of the values that an argument takes, if they are known."""
    return _FLAGS if parameter.kind == "boolean" else {word: word for word in parameter.enum}


_MAKERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "ref": _make_reference_box,
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
