"""What a frame knows of its custom fields, carried in its attrs: gids, kinds, options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pandas as pd

#: Where the definitions are in ``attrs["asana"]``: as JSON text, since pandas copies attrs at
#: every step, and text costs nothing.
_KEY = "custom_fields"
#: Most rows that the definitions of one column name; attrs are to be small.
_MOST_ROWS = 20_000


class FieldOption(msgspec.Struct, frozen=True, array_like=True):
    """An option of an enum field that rows have."""

    name: str
    #: Empty where two options are called alike.
    gid: str


class HiddenValue(msgspec.Struct, frozen=True, array_like=True):
    """A value that is not shown, because the row has another field of that name with a value."""

    row_gid: str
    #: One value per column of the field, as JSON has it.
    values: tuple[Any, ...]


class FieldDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A custom field, and the column that shows it."""

    gid: str
    name: str
    kind: str
    column: str
    options: tuple[FieldOption, ...] = ()
    #: gids of the rows whose value is this field's, where the column shows several fields; the
    #: one that has most names none and has the rest.
    rows: tuple[str, ...] = ()
    #: Whether ``rows`` are left out, because there are too many of them.
    is_unclear: bool = False
    hidden: tuple[HiddenValue, ...] = ()
    #: Whether Asana computes the values, so that they cannot be written.
    is_computed: bool = False


_decoder = msgspec.json.Decoder(tuple[FieldDefinition, ...])


def read_definitions(frame: pd.DataFrame) -> tuple[FieldDefinition, ...]:
    """Return the definitions of the custom fields of a frame, as far as its attrs have them."""
    return tuple(one for one in read_all_definitions(frame) if one.column in frame.columns)


def read_all_definitions(frame: pd.DataFrame) -> tuple[FieldDefinition, ...]:
    """Return all definitions in the attrs of a frame, also those of columns that it lacks."""
    return read_attrs_definitions(frame.attrs)


def read_attrs_definitions(attrs: Mapping[Any, Any]) -> tuple[FieldDefinition, ...]:
    """Return the definitions that the attrs of a frame have."""
    known = attrs.get("asana")
    text = known.get(_KEY) if isinstance(known, Mapping) else None
    if not isinstance(text, str):
        return ()
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        # Attrs may hold anything; without definitions the columns still say what they hold.
        return ()


def record_definitions(frame: pd.DataFrame, fields: Iterable[FieldDefinition]) -> None:
    """Record the definitions of its custom fields in the attrs of a frame."""
    known = tuple(fields)
    if known:
        text = msgspec.json.encode(known).decode()
        frame.attrs["asana"] = frame.attrs.get("asana", {}) | {_KEY: text}


def share_rows(
    fields: Sequence[FieldDefinition], rows: Sequence[Sequence[str]]
) -> list[FieldDefinition]:
    """Return the definitions of the fields of one column, with the rows of each.

    Parameters
    ----------
    fields
        The fields.
    rows
        gids of the rows that each of them has.
    """
    counts = list(map(len, rows))
    most = int(np.argmax(counts)) if counts else 0
    is_unclear = sum(counts) - max(counts, default=0) > _MOST_ROWS
    return [
        msgspec.structs.replace(
            one,
            rows=() if place == most or is_unclear else tuple(gids),
            is_unclear=is_unclear,
            hidden=() if is_unclear else one.hidden,
        )
        for place, (one, gids) in enumerate(zip(fields, rows, strict=True))
    ]


def find_owners(
    fields: Sequence[FieldDefinition], gids: Sequence[Any]
) -> list[FieldDefinition | None]:
    """Return which field of a column each row shows; None where it is not known."""
    if not fields or any(one.is_unclear for one in fields):
        return [None] * len(gids)
    # The one that names no rows has the rest; it comes first, so that others are not hidden.
    rest = next((one for one in fields if not one.rows), None)
    owners = {gid: one for one in fields for gid in one.rows}
    return [owners.get(gid, rest) for gid in gids]


def merge_definitions(frames: Sequence[pd.DataFrame]) -> list[FieldDefinition]:
    """Return the definitions of the custom fields of frames that become one."""
    found: dict[str, dict[str, FieldDefinition]] = {}
    rows: dict[tuple[str, str], list[str]] = {}
    for frame in frames:
        by_column: dict[str, list[FieldDefinition]] = {}
        for one in read_definitions(frame):
            by_column.setdefault(one.column, []).append(one)
            known = found.setdefault(one.column, {}).get(one.gid)
            found[one.column][one.gid] = one if known is None else _unite(known, one)
        for column, fields in by_column.items():
            gids = frame["gid"].tolist() if "gid" in frame.columns else []
            for gid, owner in zip(gids, find_owners(fields, gids), strict=True):
                if owner is not None:
                    rows.setdefault((column, owner.gid), []).append(gid)
    made: list[FieldDefinition] = []
    for column, of_column in found.items():
        fields = list(of_column.values())
        if len(fields) == 1:
            made += fields
        else:
            made += share_rows(fields, [rows.get((column, one.gid), []) for one in fields])
    return made


def _unite(first: FieldDefinition, second: FieldDefinition) -> FieldDefinition:
    return msgspec.structs.replace(
        first,
        options=tuple(dict.fromkeys([*first.options, *second.options])),
        hidden=tuple(dict.fromkeys([*first.hidden, *second.hidden])),
        is_unclear=first.is_unclear or second.is_unclear,
    )
