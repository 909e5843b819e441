"""Custom fields in the long form: one row per object and field."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import DTYPES, build_array, missing
from asana_frames.frames.bridge import key_column
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, MOMENT_SUFFIX, PREFIX
from asana_frames.frames.list_cells import read_lists


def custom_fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the custom fields of a frame in the long form: one row per object and field.

    Parameters
    ----------
    frame
        A frame with ``gid`` and ``cf_`` columns.

    Returns
    -------
    DataFrame
        ``<record>_gid`` (str), ``custom_field`` (str, the field's name), ``text_value`` (str, the
        text or the option picked), ``number_value`` (Float64), ``date_value`` (datetime64[us]),
        ``datetime_value`` (datetime64[us, UTC], where a date has a time) and ``values`` (tuples:
        options, people, references). Empty values are left out.

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
    beside = {f"{name}{end}" for name in names for end in _ends_of(frame[name])}
    parts = [_field_rows(frame, name, key) for name in names if name not in beside]
    kept = [part for part in parts if len(part)] or [_long_frame(key, [], "", {})]
    return pd.concat(kept, ignore_index=True)


def _ends_of(column: pd.Series[Any]) -> tuple[str, ...]:
    """Return the ends of the columns that belong to a column, if they are there."""
    if column.dtype == object:
        return (GIDS_SUFFIX,)
    return (MOMENT_SUFFIX,) if column.dtype == DTYPES["date"] else ()


def _field_rows(frame: pd.DataFrame, name: str, key: str) -> pd.DataFrame:
    column = frame[name]
    if column.dtype == object:
        lists = read_lists(column)
        is_filled = lists.map(len).gt(0)
        found = {"values": lists}
    else:
        is_filled = column.notna()
        found = {_find_value_column(column): column}
    moments = f"{name}{MOMENT_SUFFIX}"
    if MOMENT_SUFFIX in _ends_of(column) and moments in frame.columns:
        found["datetime_value"] = frame[moments]
    gids = frame.loc[is_filled, "gid"].tolist()
    values = {where: rows[is_filled] for where, rows in found.items()}
    return _long_frame(key, gids, name.removeprefix(PREFIX), values)


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
}


def _long_frame(
    key: str, gids: list[str], name: str, values: dict[str, pd.Series[Any]]
) -> pd.DataFrame:
    made = {
        key: build_array("text", gids),
        "custom_field": build_array("text", [name] * len(gids)),
    }
    for column, kind in _VALUE_COLUMNS.items():
        if column not in values:
            made[column] = missing(kind, len(gids))
        elif kind in ("date", "datetime"):
            made[column] = values[column].astype(DTYPES[kind]).array
        else:
            made[column] = build_array(kind, values[column].tolist())
    return pd.DataFrame(made)
