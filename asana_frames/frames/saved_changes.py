"""A frame of changes that was in a file -> its values as they were."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from asana_frames.catalog import load
from asana_frames.frames.change_table import (
    Change,
    build_change_frame,
    is_change_frame,
    list_changes,
)
from asana_frames.frames.clear_cells import is_clear
from asana_frames.frames.compared_cells import TypedColumns, list_values, to_plain
from asana_frames.frames.new_rows import new_row_kinds
from asana_frames.frames.writable_columns import SECTIONS, find_record_type
from asana_frames.types import CLEAR

_ITEMS = ("add", "remove")
#: Kinds that a file without a schema has as text.
_TYPED = ("tuple", "boolean", "integer", "number")


def restore_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of changes with lists, numbers and flags where a file has made text of them.

    Values of custom fields stay text, since nothing says what they are.
    """
    assert is_change_frame(frame)
    made = build_change_frame(_restore_change(one) for one in list_changes(frame))
    extra = [name for name in frame.columns if name not in made.columns]
    for name in extra:
        made[name] = frame[name].array
    made.attrs = dict(frame.attrs)
    return made


def _restore_change(change: Change) -> Change:
    kind = _find_kinds(change.resource).get(str(change.field), "text")
    if change.action in _ITEMS:
        # One item of a list; a section comes with its project.
        kind = "tuple" if change.field == SECTIONS else "text"
    return change._replace(
        old=_restore_value(change.old, kind), new=_restore_value(change.new, kind)
    )


def _restore_value(value: Any, kind: str) -> Any:
    if is_clear(value):
        return CLEAR
    if not isinstance(value, str) or kind not in _TYPED or not value:
        return to_plain(value)
    column, _ = TypedColumns(pd.DataFrame({"value": [value]}), {"value": kind}).read("value")
    (made,) = list_values(column)
    # A section alone is no list.
    return value if made == (value,) and kind == "tuple" and value.isdigit() else made


@cache
def _find_kinds(resource: str) -> Mapping[str, str]:
    record = find_record_type(resource)
    if not record:
        return {}
    fields = {
        field.name for one in load().operations_of(resource) for field in one.body if one.body
    }
    return new_row_kinds(record, {*fields, "depends_on", "section", "parent"})
