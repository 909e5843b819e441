"""Custom fields in bodies: ``cf_Priority="High"`` -> gid of the field, gid of the option."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from numbers import Real
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames.calls.bodies import (
    format_datetime,
    format_text,
    is_list_like,
    is_missing,
    to_json,
)
from asana_frames.exceptions import InvalidArgument, find_similar, suggest_names
from asana_frames.frames.custom_field_columns import (
    GIDS_SUFFIX,
    MOMENT_SUFFIX,
    field_kind,
)

_GID = re.compile(r"\d+")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_SEPARATORS = re.compile(r"\s*[;,]\s*")
#: Kinds whose values are lists.
LISTS = ("multi_enum", "people", "reference")
#: What may be the value of a reference field, where its definition does not say.
_REFERABLE = ("task", "project", "portfolio", "goal")
#: Most options that a message lists.
_MAX_LISTED = 20

#: Returns the gid of each of several references: (references, record types).
ResolveReferences = Callable[[Any, Sequence[str]], list[str]]


class WritableOption(msgspec.Struct):
    """An option of an enum field."""

    gid: str
    name: str | None = None
    enabled: bool | None = None


class WritableField(msgspec.Struct):
    """A custom field as the settings of a project, or an object itself, define it."""

    gid: str
    name: str | None = None
    resource_subtype: str | None = None
    representation_type: str | None = None
    is_value_read_only: bool | None = None
    is_formula_field: bool | None = None
    id_prefix: str | None = None
    enum_options: list[WritableOption] | None = None
    input_restrictions: list[str] | None = None

    @property
    def kind(self) -> str:
        """What its values are, such as ``enum``."""
        return field_kind(self.resource_subtype, self.representation_type)

    @property
    def is_computed(self) -> bool:
        """Whether Asana works out its values."""
        return bool(self.is_value_read_only or self.is_formula_field or self.id_prefix)


#: What a request asks for, below the field.
OPT_FIELDS = (
    "name",
    "resource_subtype",
    "representation_type",
    "is_value_read_only",
    "is_formula_field",
    "id_prefix",
    "input_restrictions",
    "enum_options.name",
    "enum_options.enabled",
)


def find_field(column: str, fields: Iterable[WritableField]) -> tuple[WritableField, str]:
    """Return the field that a column is about, and the rest of the column's name.

    Parameters
    ----------
    column
        A column of a frame without ``cf_``, the name of a field or its gid.
    fields
        The fields that the object has.

    Returns
    -------
    WritableField, str
        The rest is ``"_at"``, ``"_gids"`` or empty.

    Raises
    ------
    InvalidArgument
        No field is called so, or several are.
    """
    known = list({field.gid: field for field in fields}.values())
    for rest in ("", MOMENT_SUFFIX, GIDS_SUFFIX):
        if not column.endswith(rest):
            continue
        wanted = column.removesuffix(rest)
        found = [field for field in known if wanted in (field.name, field.gid)] or [
            field
            for field in known
            if wanted in (f"{field.name}_{field.kind}", f"{field.name}_{field.gid}")
        ]
        if len(found) > 1:
            gids = ", ".join(field.gid for field in found)
            raise InvalidArgument(
                f"several fields are called {wanted!r} there ({gids}); name one by its gid: "
                f"custom_fields={{{found[0].gid!r}: value}}."
            )
        if found:
            return found[0], rest
    names = [field.name or field.gid for field in known]
    raise _add_nearest(
        InvalidArgument(
            f"there is no custom field called {column!r}.{suggest_names(column, names)} "
            f"{'There are: ' + ', '.join(names) + '.' if names else 'There is none at all.'}"
        ),
        column,
        names,
    )


def encode_value(field: WritableField, value: Any, rest: str, resolve: ResolveReferences) -> Any:
    """Return the value of a field as Asana takes it.

    Raises
    ------
    InvalidArgument
        The field cannot have this value; the message says what it takes.
    """
    if field.is_computed:
        raise InvalidArgument("Asana works out its values; leave the column out.")
    if field.kind == "people":
        return resolve(_split_items(value), ["user"])
    if field.kind == "reference":
        return resolve(_split_items(value), field.input_restrictions or _REFERABLE)
    if field.kind == "multi_enum":
        return [_find_option(field, one) for one in _split_options(field, value)]
    if is_list_like(value):
        items = list(value)
        if len(items) != 1:
            raise InvalidArgument(f"it takes one value, not {len(items)}.")
        value = items[0]
    if field.kind == "enum":
        return _find_option(field, value)
    if field.kind == "number":
        return _parse_number(value)
    if field.kind == "date":
        return _encode_date(value, is_moment=rest == MOMENT_SUFFIX)
    if field.kind == "text":
        return format_text(value, "it")
    return to_json(value, "json", field.name or field.gid)


def _find_option(field: WritableField, value: Any) -> str:
    options = field.enum_options or []
    text = str(value).strip() if isinstance(value, int | np.integer) else value
    if isinstance(value, bool) or not isinstance(text, str):
        raise InvalidArgument(f"{value!r} is no option.{_list_options(options)}")
    found = [one for one in options if text in (one.name, one.gid)]
    usable = [one for one in found if one.enabled is not False]
    if len(usable) == 1:
        return usable[0].gid
    if usable:
        gids = ", ".join(one.gid for one in usable)
        raise InvalidArgument(f"several options are called {text!r}; pass a gid: {gids}.")
    if found:
        raise InvalidArgument(f"the option {text!r} is switched off.{_list_options(options)}")
    names = [one.name or one.gid for one in options if one.enabled is not False]
    raise _add_nearest(
        InvalidArgument(
            f"there is no option {text!r}.{suggest_names(text, names)}{_list_options(options)}"
        ),
        text,
        names,
    )


def _list_options(options: Sequence[WritableOption]) -> str:
    names = [one.name or one.gid for one in options if one.enabled is not False]
    more = len(names) - _MAX_LISTED
    listed = ", ".join(map(repr, names[:_MAX_LISTED]))
    return f" It has: {listed}{f' and {more} more' if more > 0 else ''}." if names else ""


def _split_options(field: WritableField, value: Any) -> list[Any]:
    """Return the options of a value: of one text, which may be several, or of a list."""
    if is_list_like(value):
        return [one for one in value if not is_missing(one)]
    names = {one.name for one in field.enum_options or ()} | {
        one.gid for one in field.enum_options or ()
    }
    return [value] if not isinstance(value, str) or value in names else split_text(value)


def _split_items(value: Any) -> Any:
    return [one for one in value if not is_missing(one)] if is_list_like(value) else value


def split_text(text: str) -> list[str]:
    """Return the items of a text in which semicolons or commas part them."""
    return [part for part in _SEPARATORS.split(text.strip()) if part]


def _parse_number(value: Any) -> float | int:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
        value = int(value) if value.is_integer() else value
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise InvalidArgument(f"it takes a number, not {value!r}.")
    number: float | int = to_json(value, "number", "it")
    return number


def _encode_date(value: Any, *, is_moment: bool) -> dict[str, str]:
    """Return a day, or a moment where there is a time of day."""
    if isinstance(value, Mapping):
        # Asana's own form, as it is taken where no field is named.
        own: dict[str, str] = to_json(value, "json", "it")
        return own
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, str):
        format_datetime("date", value, "it")
        is_moment = is_moment or len(value.strip()) > len("2026-01-31")
        value = datetime.fromisoformat(value)
    elif not isinstance(value, date):
        raise InvalidArgument(f'it takes a date or text such as "2026-01-31", not {value!r}.')
    if isinstance(value, datetime):
        is_moment = is_moment or value.tzinfo is not None or value.time() != time()
    if is_moment:
        return {"date_time": format_datetime("datetime", value, "it")}
    return {"date": format_datetime("date", value, "it")}


def _add_nearest(error: InvalidArgument, word: str, known: Iterable[str]) -> InvalidArgument:
    error.nearest = tuple(find_similar(word, known))
    return error


def is_gid(name: str) -> bool:
    """Whether a name is a gid."""
    return _GID.fullmatch(name) is not None
