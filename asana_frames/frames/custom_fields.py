"""Custom fields in the long form: one row per object and field."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import build_array
from asana_frames.frames.bridge import key_column
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, PREFIX


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
        text or the option picked), ``number_value`` (Float64), ``date_value`` (datetime64[us])
        and ``values`` (tuples: options, people, references). Empty values are left out.

    Raises
    ------
    InvalidArgument
        The frame has no ``gid`` column.
    """
    check_frame(frame, what="af.custom_fields")
    if "gid" not in frame:
        raise InvalidArgument('This frame has no "gid" column to name its objects by.')
    key = key_column(frame)
    parts = [
        _field_rows(frame, name, key)
        for name in map(str, frame.columns)
        if name.startswith(PREFIX)
        and f"{name.removesuffix(GIDS_SUFFIX)}" not in _people_field(frame, name)
    ]
    kept = [part for part in parts if len(part)] or [_long_frame(key, [], "", "", [])]
    return pd.concat(kept, ignore_index=True)


def _people_field(frame: pd.DataFrame, name: str) -> set[str]:
    """Return the people field whose gids a column holds, so that it is not listed twice."""
    stem = name.removesuffix(GIDS_SUFFIX)
    return {stem} if name.endswith(GIDS_SUFFIX) and stem in frame.columns else set()


def _field_rows(frame: pd.DataFrame, name: str, key: str) -> pd.DataFrame:
    column = frame[name]
    if column.dtype == object:
        filled = column.map(len).gt(0)
        where = "values"
    else:
        filled = column.notna()
        kind = column.dtype
        where = (
            "number_value"
            if pd.api.types.is_numeric_dtype(kind)
            else "date_value"
            if pd.api.types.is_datetime64_any_dtype(kind)
            else "text_value"
        )
    gids = frame.loc[filled, "gid"].tolist()
    return _long_frame(key, gids, name.removeprefix(PREFIX), where, column[filled].tolist())


def _long_frame(
    key: str, gids: list[str], name: str, where: str, values: list[Any]
) -> pd.DataFrame:
    count = len(gids)
    nothing: list[Any] = [None] * count
    dates = pd.Series(values if where == "date_value" else nothing, dtype="datetime64[us]")
    return pd.DataFrame(
        {
            key: build_array("text", gids),
            "custom_field": build_array("text", [name] * count),
            "text_value": build_array("text", values if where == "text_value" else nothing),
            "number_value": build_array("number", values if where == "number_value" else nothing),
            "date_value": dates.array,
            "values": build_array("tuple", values if where == "values" else [()] * count),
        }
    )
