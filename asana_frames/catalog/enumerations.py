"""The enumerations of all records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from asana_frames.catalog.columns import columns_of
from asana_frames.catalog.model import load


@cache
def list_enumerations() -> Mapping[str, Mapping[str, None]]:
    """Return the columns that hold enumerations, and the values of each in Asana's order."""
    found: dict[str, dict[str, None]] = {}
    for record in load().records:
        enums = {field.path: field.enum for field in record.fields if field.enum}
        for column in columns_of(record.name, ("all",)):
            if column.path in enums:
                found.setdefault(column.name, {}).update(dict.fromkeys(enums[column.path]))
    return found
