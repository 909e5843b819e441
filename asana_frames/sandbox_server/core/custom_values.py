"""Values of custom fields: how they are stored, and how responses show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asana_frames.sandbox_server.core.store import Object

#: A custom field's definition, and its value in an object.
CustomValue = tuple[Object, Any]

#: Empty values by kind; None for all other kinds.
EMPTY_VALUES: dict[str, Any] = {"multi_enum": [], "people": [], "reference": []}
#: The key that shows the value, by kind.
_KEYS = {
    "text": "text_value",
    "custom_id": "text_value",
    "number": "number_value",
    "formula": "number_value",
    "enum": "enum_value",
    "multi_enum": "multi_enum_values",
    "date": "date_value",
    "people": "people_value",
    "reference": "reference_value",
}
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
#: Fields of the definition that every value repeats.
DEFINITION_FIELDS = (
    "gid",
    "resource_type",
    "name",
    "resource_subtype",
    "type",
    "representation_type",
    "enabled",
    "is_formula_field",
    "is_value_read_only",
    "id_prefix",
    "enum_options",
    "precision",
    "format",
    "currency_code",
    "custom_label",
    "custom_label_position",
    "description",
    "created_by",
    "privacy_setting",
    "default_access_level",
    "input_restrictions",
)


def custom_id_number(item: Object) -> str:
    """Return the unique number that custom ID fields give an object."""
    return str(int(item["gid"]) % 1_000_000_000)


def value_fields(field: Object, value: Any) -> Object:
    """Return the value fields of an entry of ``custom_fields``."""
    kind = field["representation_type"]
    if kind == "custom_id":
        shown = None if value is None else f"{field['id_prefix']}-{value}"
        return {"text_value": None, "display_value": shown}
    known = {_KEYS[kind]: value, "display_value": display_value(field, value)}
    if kind == "text":
        known["html_text_value"] = None if value is None else f"<body>{escape_text(value)}</body>"
    return known


def display_value(field: Object, value: Any) -> str | None:
    """Format a value as text; None if it is empty."""
    if value is None or value == []:
        return None
    return _FORMATTERS[field["representation_type"]](field, value)


def format_number(field: Object, value: float) -> str:
    """Format a number as its field says."""
    precision = field.get("precision") or 0
    kind = field.get("format")
    if kind == "percentage":
        return f"{value:.{precision}%}"
    if kind == "duration":
        return f"{int(value) // 60}h {int(value) % 60}m"
    text = f"{value:.{precision}f}"
    if kind == "currency":
        code = field.get("currency_code") or ""
        return f"{_SIGNS.get(code, f'{code} ')}{value:,.{precision}f}"
    if kind == "custom" and field.get("custom_label"):
        label = field["custom_label"]
        is_prefix = field.get("custom_label_position") == "prefix"
        return f"{label} {text}" if is_prefix else f"{text} {label}"
    return text


def escape_text(text: str) -> str:
    """Escape plain text for rich text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _join_names(field: Object, value: list[Object]) -> str:
    return ", ".join(str(item["name"]) for item in value)


_FORMATTERS: dict[str, Callable[[Object, Any], str]] = {
    "text": lambda field, value: str(value),
    "number": format_number,
    "formula": format_number,
    "enum": lambda field, value: str(value["name"]),
    "multi_enum": _join_names,
    "date": lambda field, value: str(value["date_time"] or value["date"]),
    "people": _join_names,
    "reference": _join_names,
}
