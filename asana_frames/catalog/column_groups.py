"""What a column is about, so that long lists of columns can be searched by eye."""

from __future__ import annotations

from asana_frames.catalog.columns import Column
from asana_frames.catalog.model import RecordType

#: The groups, in the order in which they are listed.
COLUMN_GROUPS = (
    "Identity",
    "State",
    "People",
    "Dates",
    "Numbers",
    "Related objects",
    "Text",
    "Custom fields",
)
_IDENTITY = {"gid", "name", "resource_type", "resource_subtype", "permalink_url", "external"}
_GROUP_OF_KIND = {
    "custom_fields": "Custom fields",
    "boolean": "State",
    "date": "Dates",
    "datetime": "Dates",
    "integer": "Numbers",
    "number": "Numbers",
}


def find_group(record: RecordType, column: Column) -> str:
    """Return the group of a column of a record type: one of `COLUMN_GROUPS`.

    Examples
    --------
    >>> from asana_frames.catalog import columns_of, load
    >>> tag = load().record("tag")
    >>> {column.name: find_group(tag, column) for column in columns_of("tag", ("notes", "color"))}
    {'gid': 'Identity', 'notes': 'Text', 'color': 'State'}
    """
    keys = column.path.split(".")
    if keys[0] in {*_IDENTITY, record.label}:
        return "Identity"
    above = (record.field(".".join(keys[:cut])) for cut in range(len(keys), 0, -1))
    reference = next((field.record for field in above if field and field.record), "")
    if reference or keys[-1] == "gid":
        return "People" if reference == "user" else "Related objects"
    field = record.field(column.path)
    group = "State" if field and field.enum else "Text"
    return _GROUP_OF_KIND.get(column.kind, group)
