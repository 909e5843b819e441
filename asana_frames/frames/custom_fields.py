"""Custom fields in the long form: one row per object and field."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame, check_gids
from asana_frames.frames.arrays import DTYPES, build_array, missing, tuple_column
from asana_frames.frames.bridge import key_column
from asana_frames.frames.cells import read_cells
from asana_frames.frames.custom_field_columns import (
    GIDS_SUFFIX,
    MOMENT_SUFFIX,
    OPTION_KINDS,
    PREFIX,
)
from asana_frames.frames.empty_text import clear_empty_text
from asana_frames.frames.field_definitions import FieldDefinition, find_owners, read_definitions
from asana_frames.frames.list_cells import check_python_lists, read_lists
from asana_frames.frames.loose_fields import type_fields


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
        The frame has no ``gid`` column, or one of numbers, or pandas has written its lists to a
        file.
    """
    check_frame(frame, what="af.custom_fields")
    check_gids(frame, what="af.custom_fields")
    if "gid" not in frame:
        raise InvalidArgument('This frame has no "gid" column to name its objects by.')
    key = key_column(frame)
    check_python_lists(frame[[name for name in map(str, frame.columns) if _is_field(name)]])
    frame = type_fields(clear_empty_text(frame))
    names = [name for name in map(str, frame.columns) if _is_field(name)]
    definitions: dict[str, list[FieldDefinition]] = {}
    for one in read_definitions(frame):
        definitions.setdefault(one.column, []).append(one)
    beside = {name: _find_beside(frame, name, definitions) for name in names}
    paired = {column for columns in beside.values() for column in columns.values()}
    parts = [
        part
        for name in names
        if name not in paired
        for part in _list_parts(frame, name, beside[name], definitions.get(name, []))
    ]
    rows = [part for part in parts if len(part)] or [_long_frame([], [], {})]
    return pd.concat(rows, ignore_index=True).rename(columns={"gid": key})


def _is_field(name: str) -> bool:
    return name.startswith(PREFIX)


def _find_beside(frame: pd.DataFrame, name: str, defined: Container[str]) -> dict[str, str]:
    """Return the columns that belong to a column of a field: column of values -> column."""
    return {
        place: f"{name}{end}"
        for place, end, fits in (
            ("value_gids", GIDS_SUFFIX, _holds_gids),
            ("datetime_value", MOMENT_SUFFIX, _holds_moments),
        )
        if f"{name}{end}" in frame.columns
        and f"{name}{end}" not in defined
        and fits(frame[name], frame[f"{name}{end}"])
    }


def _holds_gids(names: pd.Series[Any], column: pd.Series[Any]) -> bool:
    """Return whether a column has the gids of another, which are text in files."""
    if names.dtype == object and column.dtype == object:
        return True
    if not all(_may_hold_lists(one) for one in (names, column)):
        return False
    try:
        lists = read_cells(column, "tuple")
    except InvalidArgument:
        return False
    return all(str(item).isdigit() for items in lists for item in items)


def _may_hold_lists(column: pd.Series[Any]) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _holds_moments(days: pd.Series[Any], column: pd.Series[Any]) -> bool:
    """Return whether a column has the moments of days, and not days of its own."""
    kinds = (pd.StringDtype, pd.DatetimeTZDtype)
    if not isinstance(days.dtype, kinds) and days.dtype != DTYPES["date"]:
        return False
    if not isinstance(column.dtype, kinds):
        return False
    try:
        moments = read_cells(column, "datetime")
    except InvalidArgument:
        return False
    return days.dtype == DTYPES["date"] or bool(moments.notna().any())


def _list_parts(
    frame: pd.DataFrame,
    name: str,
    beside: Mapping[str, str],
    definitions: Sequence[FieldDefinition],
) -> list[pd.DataFrame]:
    """Return the values that a column shows, and those that it hides."""
    column = frame[name]
    found: dict[str, Any] = {}
    if column.dtype == object:
        lists = read_lists(column)
        is_filled = lists.map(len).gt(0)
        found["values"] = lists
        if "value_gids" in beside:
            found["value_gids"] = read_lists(frame[beside["value_gids"]])
    else:
        is_filled = column.notna()
        found[_find_value_column(column)] = column
        if "datetime_value" in beside:
            found["datetime_value"] = read_cells(frame[beside["datetime_value"]], "datetime")
    gids = frame.loc[is_filled, "gid"].tolist()
    values = {where: rows[is_filled] for where, rows in found.items()}
    owners = find_owners(definitions, gids)
    kind = _guess_kind(column, beside)
    unknown = FieldDefinition("", name.removeprefix(PREFIX), kind, name)
    shown = _long_frame(gids, [owner or unknown for owner in owners], values)
    present = set(frame["gid"])
    hidden = [
        _long_frame([row], [one], _place_values(one.kind, cells))
        for one in definitions
        for row, cells in ((value.row_gid, value.values) for value in one.hidden)
        if row in present
    ]
    return [shown, *hidden]


def _guess_kind(column: pd.Series[Any], beside: Container[str]) -> str:
    """Return the kind of a field that nothing defines, as far as its column tells."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "enum"
    if column.dtype == object:
        return "people" if "value_gids" in beside else ""
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
