"""Custom fields in the long form: one row per object and field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import DTYPES, build_array, missing, tuple_column
from asana_frames.frames.bridge import key_column
from asana_frames.frames.cells import read_cells
from asana_frames.frames.custom_field_columns import (
    GIDS_SUFFIX,
    MOMENT_SUFFIX,
    OPTION_KINDS,
    PREFIX,
)
from asana_frames.frames.field_definitions import FieldDefinition, find_owners, read_definitions
from asana_frames.frames.list_cells import read_lists


def custom_fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the custom fields of a frame in the long form: one row per object and field.

    Fields that share a column are told apart, and values that their column does not show are
    there as well.

    Parameters
    ----------
    frame
        A frame with ``gid`` and ``cf_`` columns, also one that was read from a file.

    Returns
    -------
    DataFrame
        ``<record>_gid`` (str), ``custom_field_gid`` (str), ``custom_field`` (str, the field's
        name), ``kind`` (str: enum, multi_enum, number, text, date, people, reference, custom_id),
        ``option_gid`` (str, of the option picked in an enum field), ``text_value`` (str, the
        text or the option picked), ``number_value`` (Float64), ``date_value`` (datetime64[us]),
        ``datetime_value`` (datetime64[us, UTC], where a date has a time), ``values`` (tuples:
        options, people, references) and ``value_gids`` (tuples: gids of options and people, in
        the order of ``values``; empty where unknown). Empty values are left out. Of frames whose
        attrs were lost, and of CSV files without a schema, gids of fields and options are
        missing, and so is the kind where the column does not tell it.

    Raises
    ------
    InvalidArgument
        The frame has no ``gid`` column.
    """
    check_frame(frame, what="af.custom_fields")
    if "gid" not in frame:
        raise InvalidArgument('This frame has no "gid" column to name its objects by.')
    key = key_column(frame)
    names = [name for name in map(str, frame.columns) if name.startswith(PREFIX)]
    beside = {f"{name}{end}" for name in names for end in _ends_of(frame, name)}
    definitions: dict[str, list[FieldDefinition]] = {}
    for one in read_definitions(frame):
        definitions.setdefault(one.column, []).append(one)
    parts = [
        part
        for name in names
        if name not in beside
        for part in _list_parts(frame, name, definitions.get(name, []))
    ]
    rows = [part for part in parts if len(part)] or [_long_frame([], [], {})]
    return pd.concat(rows, ignore_index=True).rename(columns={"gid": key})


def _ends_of(frame: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Return the ends of the columns that belong to a column, if they are there."""
    column = frame[name]
    if column.dtype == object:
        return (GIDS_SUFFIX,)
    if column.dtype == DTYPES["date"]:
        return (MOMENT_SUFFIX,)
    if not isinstance(column.dtype, pd.StringDtype):
        return ()
    # In files without a schema all of them are text.
    return tuple(
        end
        for end, kind in ((GIDS_SUFFIX, "tuple"), (MOMENT_SUFFIX, "datetime"))
        if f"{name}{end}" in frame.columns and _can_be_read(frame[f"{name}{end}"], kind)
    )


def _can_be_read(column: pd.Series[Any], kind: str) -> bool:
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    try:
        read = read_cells(column, kind)
    except InvalidArgument:
        return False
    if kind == "tuple":
        return all(str(item).isdigit() for items in read for item in items)
    return bool(column.notna().any())


def _list_parts(
    frame: pd.DataFrame, name: str, definitions: Sequence[FieldDefinition]
) -> list[pd.DataFrame]:
    """Return the values that a column shows, and those that it hides."""
    column = frame[name]
    found: dict[str, Any] = {}
    if column.dtype == object:
        lists = read_lists(column)
        is_filled = lists.map(len).gt(0)
        found["values"] = lists
        if f"{name}{GIDS_SUFFIX}" in frame.columns:
            found["value_gids"] = read_lists(frame[f"{name}{GIDS_SUFFIX}"])
    else:
        is_filled = column.notna()
        found[_find_value_column(column)] = column
        if f"{name}{MOMENT_SUFFIX}" in frame.columns and MOMENT_SUFFIX in _ends_of(frame, name):
            found["datetime_value"] = read_cells(frame[f"{name}{MOMENT_SUFFIX}"], "datetime")
    gids = frame.loc[is_filled, "gid"].tolist()
    values = {where: rows[is_filled] for where, rows in found.items()}
    owners = find_owners(definitions, gids)
    unknown = FieldDefinition("", name.removeprefix(PREFIX), _guess_kind(frame, name), name)
    shown = _long_frame(gids, [owner or unknown for owner in owners], values)
    present = set(frame["gid"])
    hidden = [
        _long_frame([row], [one], _place_values(one.kind, cells))
        for one in definitions
        for row, cells in ((value.row_gid, value.values) for value in one.hidden)
        if row in present
    ]
    return [shown, *hidden]


def _guess_kind(frame: pd.DataFrame, name: str) -> str:
    """Return the kind of a field that nothing defines, as far as its column tells."""
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "enum"
    if column.dtype == object:
        return "people" if f"{name}{GIDS_SUFFIX}" in frame.columns else ""
    kinds = {"number_value": "number", "date_value": "date", "datetime_value": "date"}
    return kinds.get(_find_value_column(column), "")


def _place_values(kind: str, cells: Sequence[Any]) -> dict[str, pd.Series[Any]]:
    """Return the columns of values that the cells of a hidden value belong to."""
    names = {
        "number": ["number_value"],
        "date": ["date_value", "datetime_value"],
        "multi_enum": ["values"],
        "people": ["values", "value_gids"],
        "reference": ["values"],
    }.get(kind, ["text_value"])
    return {
        name: read_cells(pd.Series([cell], dtype=object, name=name), _VALUE_COLUMNS[name])
        for name, cell in zip(names, cells, strict=True)
    }


def _find_value_column(column: pd.Series[Any]) -> str:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number_value"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "datetime_value"
    is_date = pd.api.types.is_datetime64_any_dtype(column.dtype)
    return "date_value" if is_date else "text_value"


#: The columns of values, and what each holds.
_VALUE_COLUMNS = {
    "text_value": "text",
    "number_value": "number",
    "date_value": "date",
    "datetime_value": "datetime",
    "values": "tuple",
    "value_gids": "tuple",
}


def _long_frame(
    gids: Sequence[Any], owners: Sequence[FieldDefinition], values: dict[str, pd.Series[Any]]
) -> pd.DataFrame:
    made = {
        "gid": build_array("text", gids),
        "custom_field_gid": build_array("text", [one.gid or None for one in owners]),
        "custom_field": build_array("text", [one.name for one in owners]),
        "kind": build_array("text", [one.kind or None for one in owners]),
        "option_gid": missing("text", len(gids)),
    }
    options = {
        id(one): {option.name: option.gid or None for option in one.options}
        for one in {id(one): one for one in owners}.values()
        if one.kind in OPTION_KINDS
    }
    known = [options.get(id(one), {}) for one in owners]
    if "text_value" in values:
        picked = [of.get(name) for of, name in zip(known, values["text_value"], strict=True)]
        made["option_gid"] = build_array("text", picked)
    elif "values" in values and "value_gids" not in values:
        listed = [
            tuple(map(of.get, names)) for of, names in zip(known, values["values"], strict=True)
        ]
        values["value_gids"] = tuple_column([found if all(found) else () for found in listed])
    for column, kind in _VALUE_COLUMNS.items():
        if column not in values:
            made[column] = missing(kind, len(gids))
        elif kind in ("date", "datetime"):
            made[column] = values[column].astype(DTYPES[kind]).array
        else:
            made[column] = build_array(kind, values[column].tolist())
    return pd.DataFrame(made)
