"""Coerce JSON values that do not match the spec to the kind of their column."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from asana_frames.catalog.model import Kind


def coerce_value(kind: Kind, value: Any) -> Any:
    """Return ``value`` as the Python value of its kind, or None where it cannot be one.

    Numbers written as text are read, objects in the place of text become their JSON.
    """
    if value is None:
        return None
    if kind == "json":
        return value
    if kind in ("integer", "number"):
        return _coerce_number(kind, value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).lower())
    return value if isinstance(value, str) else to_json_text(value)


def to_json_text(value: Any) -> str:
    """Return a JSON value as compact text."""
    return msgspec.json.encode(value).decode()


def _coerce_number(kind: Kind, value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        if "_" in value:
            return None
        with suppress(ValueError):
            # Not by way of a float, which cannot hold every integer.
            value = int(value)
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if kind == "number":
        return number
    # An integer column cannot hold fractions: better missing than rounded.
    return int(value) if isinstance(value, int) else int(number) if number.is_integer() else None
