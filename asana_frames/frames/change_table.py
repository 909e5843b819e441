"""A frame of changes: one field of one object a row, with its old and its new value."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import build_array
from asana_frames.frames.cells import CellFormat, CellReader
from asana_frames.frames.clear_cells import is_clear
from asana_frames.frames.field_definitions import FieldDefinition
from asana_frames.frames.list_cells import items_to_json, split_items
from asana_frames.types import CLEAR


class Change(NamedTuple):
    """One field of one object, with its old and its new value.

    Values are as JSON has them: text (days, moments and gids too), numbers, True and False, tuples
    of these, ``CLEAR`` for empty; None where there is nothing to say, or nothing is known.
    """

    #: The resource, such as ``tasks``.
    resource: str
    #: ``create``, ``update`` or ``delete``; ``add`` or ``remove`` of one item of a list; or the
    #: name of another method.
    action: str
    #: The object; None if it is to be created.
    gid: str | None
    #: What names the row that is to be created; of others it may be missing.
    key: str | None
    #: The field, as the method calls it; ``cf_<name>`` for a custom field. None for ``delete``.
    field: str | None
    old: Any = None
    new: Any = None


#: The columns of a frame of changes.
CHANGE_COLUMNS = Change._fields
_VALUES = ("old", "new")
#: Below it, numbers have all their digits.
_EXACT = 2**53
#: The kind of columns of values of any field.
CHANGE_VALUE = "change"


def build_change_frame(changes: Iterable[Change]) -> pd.DataFrame:
    """Return changes as a frame: text, and objects in ``old`` and ``new``."""
    columns = list(zip(*changes, strict=True)) or [()] * len(CHANGE_COLUMNS)
    return pd.DataFrame(
        {
            name: _pack_values(values) if name in _VALUES else build_array("text", values)
            for name, values in zip(CHANGE_COLUMNS, columns, strict=True)
        }
    )


def is_change_frame(frame: pd.DataFrame) -> bool:
    """Return whether a frame has the columns of a frame of changes."""
    return set(CHANGE_COLUMNS) <= set(frame.columns)


def list_changes(frame: pd.DataFrame) -> list[Change]:
    """Return the rows of a frame of changes.

    Raises
    ------
    InvalidArgument
        A gid or a key is a number that may have been rounded.
    """
    columns = (
        frame[name].tolist()
        if name in _VALUES
        else [read_name(value) for value in frame[name].astype(object)]
        for name in CHANGE_COLUMNS
    )
    return [Change(*row) for row in zip(*columns, strict=True)]


def read_name(value: Any) -> str | None:
    """Return a gid, a key or a word as text, of which a reader of files may have made a number.

    Raises
    ------
    InvalidArgument
        It is a number that may have been rounded.
    """
    if value is None or isinstance(value, str):
        return value
    if value is pd.NA or value != value:
        return None
    if not isinstance(value, float | np.floating):
        return str(value)
    number = float(value)
    if not number.is_integer() or abs(number) >= _EXACT:
        raise InvalidArgument(
            f"{number!r} is no gid and no key, and may have been rounded. Read the file with "
            f"af.read_csv, which keeps them as text."
        )
    return str(int(number))


def format_change_values(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of changes with its values as text, lists as JSON; any other as it is."""
    if not is_change_frame(frame):
        return frame
    made = {name: list(map(_format_value, frame[name].tolist())) for name in _VALUES}
    return frame.assign(**{name: build_array("text", texts) for name, texts in made.items()})


def _format_value(value: Any) -> str | None:
    if isinstance(value, tuple | list):
        return items_to_json(value)
    return None if value is None or value is pd.NA or value != value else str(value)


def read_change_values(
    cells: pd.Series[Any],
    frame: pd.DataFrame,
    fields: Iterable[FieldDefinition],
    *,
    first_row: int,
) -> pd.Series[Any]:
    """Return the values of a column of changes, as the fields of the rows hold them.

    Parameters
    ----------
    cells
        The values as text, as `format_change_values` writes them.
    frame
        The other columns of the frame of changes.
    fields
        The definitions of custom fields; values of others are text, or lists.
    first_row
        The number of the first row, for messages.
    """
    of_columns = {one.column: one.kind for one in fields}
    pairs = zip(frame["resource"], frame["field"], strict=True)
    kinds = [of_columns.get(name) or _find_body_kind(resource, name) for resource, name in pairs]
    values = [_read_value(*pair) for pair in zip(cells.tolist(), kinds, strict=True)]
    for kind in _PARSED.intersection(kinds):
        # Where they stand, so that messages name the right rows.
        rows = [row for row, one in enumerate(kinds) if one == kind and values[row] is not CLEAR]
        parsed = pd.Series(None, index=range(len(cells)), dtype=object, name=cells.name)
        parsed.iloc[rows] = [values[row] for row in rows]
        name = str(cells.name)
        reader = CellReader({name: parsed}, {name: kind}, CellFormat("."), first_row=first_row)
        read = pd.Series(reader.read(name)).astype(object)
        for row in rows:
            values[row] = None if pd.isna(read.iloc[row]) else read.iloc[row]
    return _pack_values(values)


#: Kinds of fields whose values are not text.
_PARSED = frozenset({"number", "integer", "boolean"})
#: Kinds of fields whose text may begin like a list.
_TEXTS = frozenset({"text", "date", "datetime", "enum", "custom_id"})


@cache
def _find_body_kind(resource: object, field: object) -> str:
    """Return the kind of a field of a body; empty for references, lists and others."""
    methods = (one for one in load().operations if one.resource == resource)
    body = (one for op in methods if op.method in ("create", "update") for one in op.body)
    found = next((one for one in body if one.name == field), None)
    return "" if found is None or found.refers or found.many else found.kind


def _read_value(cell: Any, kind: str) -> Any:
    if is_clear(cell):
        return CLEAR
    if not isinstance(cell, str):
        return None if cell is None or cell is pd.NA or cell != cell else cell
    if kind not in _TEXTS and cell.startswith("["):
        with suppress(ValueError):
            return split_items(cell)
    return cell or None


def change_schema_kinds(names: Iterable[str]) -> dict[str, str]:
    """Return the kinds of the columns of a frame of changes, with outcomes or without."""
    kinds = dict.fromkeys(_VALUES, CHANGE_VALUE) | {"status": "integer"}
    return {name: kinds.get(name, "text") for name in names}


def _pack_values(values: Iterable[Any]) -> pd.Series[Any]:
    listed = [CLEAR if isinstance(one, tuple) and not one else one for one in values]
    packed = np.empty(len(listed), dtype=object)
    # One by one, because numpy makes a table of tuples of one length.
    for place, value in enumerate(listed):
        packed[place] = value
    # Or pandas 3 makes text of a column in which all values are text, and NaN of its None.
    return pd.Series(packed, dtype=object)
