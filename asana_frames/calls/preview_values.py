"""Values of bodies and of records, as a frame of changes shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from asana_frames.calls.bodies import format_datetime
from asana_frames.calls.custom_field_writes import WritableOption
from asana_frames.catalog import BodyField
from asana_frames.frames.custom_field_columns import field_kind
from asana_frames.types import CLEAR, Record


class KnownField(NamedTuple):
    """The names of a custom field and of its options."""

    name: str
    #: By gid.
    options: Mapping[str, str]
    kind: str


#: What tells the name, the options and the value of each custom field.
CUSTOM_FIELD_OPT_FIELDS = tuple(
    f"custom_fields.{leaf}"
    for leaf in (
        "name",
        "resource_subtype",
        "representation_type",
        "enum_options.name",
        "enum_value.name",
        "multi_enum_values.name",
        "number_value",
        "text_value",
        "date_value",
        "people_value.gid",
        "reference_value.gid",
        "display_value",
    )
)
#: Kind of a custom field -> the key of its value.
_VALUE_KEYS = {
    "enum": "enum_value",
    "multi_enum": "multi_enum_values",
    "number": "number_value",
    "text": "text_value",
    "date": "date_value",
    "people": "people_value",
    "reference": "reference_value",
}


def show_value(value: Any, field: BodyField) -> Any:
    """Return a value of a body or of a record: gids of references, tuples, ``CLEAR`` for none."""
    if value is None or value in ([], ""):
        return CLEAR
    if isinstance(value, list) or field.many:
        return tuple(list_items(value, field))
    return _show_item(value, field)


def list_items(value: Any, field: BodyField) -> list[Any]:
    """Return the items of a value that is a list, one item, or text with commas."""
    if isinstance(value, str):
        value = [item.strip() for item in value.split(",")] if field.many else [value]
    items = value if isinstance(value, list) else [value]
    return [_show_item(item, field) for item in items]


def _show_item(value: Any, field: BodyField) -> Any:
    if isinstance(value, str) and field.enum:
        # Asana writes some words in small letters and reads them in capitals.
        return next((word for word in field.enum if word.lower() == value.lower()), value)
    if isinstance(value, str) and field.kind == "datetime" and "T" in value:
        # In UTC, as Asana reads it, whatever the zone it is written in.
        with suppress(ValueError):
            return format_datetime("datetime", datetime.fromisoformat(value), field.name)
    if not isinstance(value, Mapping):
        return value
    if "gid" in value and (field.refers or field.kind != "json"):
        return value["gid"]
    return msgspec.json.encode(value, order="sorted").decode()


def list_known_fields(entries: Iterable[Record]) -> dict[str, KnownField]:
    """Return gid -> names of the ``custom_fields`` of a record.

    Fields of one name are told apart by their gids.
    """
    listed = list(entries)
    count = Counter(entry.get("name") for entry in listed)
    return {
        entry["gid"]: KnownField(
            entry["gid"] if count[entry.get("name")] > 1 else entry.get("name") or entry["gid"],
            name_options(
                WritableOption(option["gid"], option.get("name"))
                for option in entry.get("enum_options") or ()
            ),
            _find_kind(entry),
        )
        for entry in listed
    }


def _find_kind(entry: Record) -> str:
    return field_kind(entry.get("resource_subtype"), entry.get("representation_type"))


def name_options(options: Iterable[WritableOption]) -> dict[str, str]:
    """Return gid -> name of options; its gid for one without a name."""
    return {option.gid: option.name or option.gid for option in options}


def read_custom_value(entry: Record) -> Any:
    """Return the value of an entry of ``custom_fields``, as `show_custom_value` does."""
    kind = _find_kind(entry)
    value = entry.get(_VALUE_KEYS.get(kind, "display_value"))
    if kind in ("enum", "multi_enum"):
        options = value if isinstance(value, list) else [value] if value else []
        names = tuple(option.get("name") or option["gid"] for option in options)
        return (names if kind == "multi_enum" else names[0]) if names else CLEAR
    return show_custom_value(value, {})


def show_custom_value(value: Any, options: Mapping[str, str]) -> Any:
    """Return a value of a custom field: names of options, gids of others, days and moments."""
    if value is None or value in ([], ""):
        return CLEAR
    if isinstance(value, list):
        return tuple(show_custom_value(item, options) for item in value)
    if isinstance(value, Mapping):
        # A person or an object; or a day, with its moment where a time was set.
        return value.get("gid") or value.get("date_time") or value.get("date") or CLEAR
    return options.get(value, value) if isinstance(value, str) else value
