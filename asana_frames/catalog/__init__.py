"""What Asana offers, as data: resources, operations, records and their columns.

``operations.json`` is made from Asana's OpenAPI spec and ``overrides.toml`` by
``python -m asana_frames.codegen``; nothing here is written by hand twice.
"""

from asana_frames.catalog.column_groups import COLUMN_GROUPS, find_group
from asana_frames.catalog.columns import Column, columns_of, parse_fields
from asana_frames.catalog.enumerations import list_enumerations
from asana_frames.catalog.list_methods import find_method, methods_of
from asana_frames.catalog.model import (
    BodyField,
    Catalog,
    Directory,
    Field,
    Group,
    Operation,
    Parameter,
    RecordType,
    ResourceType,
    load,
)

__all__ = [
    "COLUMN_GROUPS",
    "BodyField",
    "Catalog",
    "Column",
    "Directory",
    "Field",
    "Group",
    "Operation",
    "Parameter",
    "RecordType",
    "ResourceType",
    "columns_of",
    "find_group",
    "find_method",
    "list_enumerations",
    "load",
    "methods_of",
    "parse_fields",
]
