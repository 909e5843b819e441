"""Frames as text: tuples joined, ISO 8601 dates, formulas disarmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from unicodedata import combining, east_asian_width

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice, check_mapping
from asana_frames.display.sentences import replace_lone_surrogates
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR
from asana_frames.frames.clear_cells import CLEAR_TEXT, drop_clear, holds_clear
from asana_frames.frames.formula_text import disarm_formula
from asana_frames.frames.list_cells import SEPARATOR, items_to_json, join_items
from asana_frames.types import CLEAR

#: East Asian characters that are as wide as two others.
_WIDE = ("W", "F")
#: Tuples that pandas read from Parquet are arrays.
_LISTS = (tuple, list, np.ndarray)


def as_text(
    frame: pd.DataFrame, *, disarm: bool = True, lists: Literal["join", "json"] = "join"
) -> pd.DataFrame:
    """Return a frame with lists, dates and formulas as plain text.

    Parameters
    ----------
    frame
        Any frame.
    disarm
        Put an apostrophe before text, and names of columns, that a spreadsheet would run as a
        formula.
    lists
        How lists are written: ``"join"`` by ``"; "`` (as JSON where an item contains that or is
        empty), or ``"json"``.

    Returns
    -------
    DataFrame
        The same columns: lists as text, moments as ``2026-03-02T09:15:00Z``, days as
        ``2026-03-02``; numbers and flags as they are.

    Raises
    ------
    InvalidArgument
        ``frame`` is not a DataFrame.
    """
    check_frame(frame, what="export.as_text")
    check_choice(lists, ("join", "json"), name="lists")
    # By position, because names may be duplicated.
    columns = {
        place: column_as_text(frame.iloc[:, place], disarm=disarm, lists=lists)
        for place in range(frame.shape[1])
    }
    return join_columns(columns, frame, disarm=disarm)


def join_columns(
    columns: dict[int, pd.Series[Any]], frame: pd.DataFrame, *, disarm: bool
) -> pd.DataFrame:
    """Return columns, by their position, as a frame with the names and index of another."""
    names = frame.columns
    if disarm and any(name != disarm_formula(name) for name in names if isinstance(name, str)):
        names = names.map(disarm_formula)
    return pd.DataFrame(columns, index=frame.index).set_axis(names, axis=1)


def name_frames(
    frames: Mapping[str, pd.DataFrame] | pd.DataFrame, name: str
) -> dict[str, pd.DataFrame]:
    """Return the frames of a file by name; a single frame has the name that is given.

    Raises
    ------
    InvalidArgument
        It is neither a frame nor a mapping of frames.
    """
    if isinstance(frames, pd.DataFrame):
        return {name: frames}
    check_mapping(frames, name="frames", like='{"tasks": tasks}')
    for key, frame in frames.items():
        check_frame(frame, what=f"frames[{key!r}]")
    return dict(frames)


def column_as_text(
    column: pd.Series[Any], *, disarm: bool = True, lists: Literal["join", "json"] = "join"
) -> pd.Series[Any]:
    """Format one column as ``as_text`` does."""
    if is_time(column.dtype) and isinstance(column.dtype, pd.ArrowDtype):
        column = pd.Series(pd.DatetimeIndex(column.tolist()), column.index, name=column.name)
    column = infer_times(column)
    dtype = column.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return _format_times(column.dt.tz_convert("UTC"), "Z")
    if pd.api.types.is_datetime64_dtype(dtype):
        return _format_times(column, "")
    if isinstance(dtype, pd.CategoricalDtype):
        column = column.astype(object)
    elif pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        return column
    if holds_clear(column):
        return _format_cleared(column, disarm=disarm, lists=lists)
    format_list = items_to_json if lists == "json" else join_items

    def format_value(cell: Any) -> Any:
        if isinstance(cell, datetime):
            return cell.isoformat()
        shown = format_list(cell) if isinstance(cell, _LISTS) else cell
        return disarm_formula(shown) if disarm else shown

    return map_cells(column, format_value)


def infer_times(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of objects or categories that are all moments, or days, as such."""
    if column.dtype != object and not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    cells = column.astype(object)
    if "datetime" not in pd.api.types.infer_dtype(cells, skipna=True):
        return column
    zones = {cell.tzinfo is not None for cell in cells.dropna()}
    if len(zones) > 1:
        return column
    try:
        return pd.to_datetime(cells, utc=zones == {True})
    except ValueError:
        # pandas 2 has no place for years so far away.
        return column


def is_time(dtype: Any) -> bool:
    """Return whether a column holds days or moments, also those of Arrow."""
    is_date = isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype).startswith("date")
    return is_date or pd.api.types.is_datetime64_any_dtype(dtype)


def _format_cleared(
    column: pd.Series[Any], *, disarm: bool, lists: Literal["join", "json"]
) -> pd.Series[Any]:
    """Format a column that holds ``CLEAR``, whose other cells are as in a column without it."""
    is_cleared = np.fromiter((cell is CLEAR for cell in column), bool, len(column))
    others = column_as_text(
        drop_clear(column, is_cleared).infer_objects(), disarm=disarm, lists=lists
    )
    cells = others.astype(object).to_numpy(copy=True)
    cells[is_cleared] = CLEAR_TEXT
    return pd.Series(cells, index=column.index, name=column.name, dtype=object)


def map_cells(column: pd.Series[Any], change: Callable[[Any], Any]) -> pd.Series[Any]:
    """Return a column with its cells changed; missing cells stay missing."""
    if column.dtype != object:
        return column.map(change, na_action="ignore")
    # Not by pandas, which makes floats of integers beside missing values.
    cells = [None if _is_missing(cell) else change(cell) for cell in column]
    return pd.Series(cells, index=column.index, name=column.name, dtype=object)


def _is_missing(cell: Any) -> bool:
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))


def _format_times(column: pd.Series[Any], zone: str) -> pd.Series[Any]:
    """Format moments in ISO 8601; as days where no value has a time of day."""
    present = column.dropna()
    is_days = not zone and bool((present == present.dt.normalize()).all())
    # Asana sends milliseconds, which are often all zero; then they are left out.
    micros = present.dt.microsecond
    unit = "s" if not micros.any() else "ms" if not (micros % 1000).any() else "us"
    naive = column.dt.tz_localize(None) if zone else column
    # Not by strftime, which writes years before 1000 with fewer digits.
    moments = naive.to_numpy("datetime64[us]")
    texts: Any = np.datetime_as_string(moments, "D" if is_days else unit)  # type: ignore[call-overload]
    made = texts.astype(object) + ("" if is_days else zone)
    made[column.isna().to_numpy()] = None
    return pd.Series(made, index=column.index, name=column.name, dtype=STR)


def format_cell(value: Any) -> Any:
    """Return the items of a list as one text, and any other value unchanged."""
    return join_items(value) if isinstance(value, _LISTS) else value


def format_label(name: Any) -> str:
    """Format a column name as text: dates as days, levels joined, half characters replaced."""
    if isinstance(name, tuple):
        return SEPARATOR.join(filter(None, map(format_label, name)))
    if pd.isna(name):
        return ""
    if isinstance(name, datetime):
        return name.isoformat().removesuffix("T00:00:00")
    return replace_lone_surrogates(str(name))


def measure_text(text: str) -> int:
    """Return the width of a text in letters: those of East Asia are twice as wide as others."""
    if text.isascii():
        return len(text)
    marks = sum(combining(sign) > 0 for sign in text)
    return len(text) - marks + sum(east_asian_width(sign) in _WIDE for sign in text)


def to_one_line(text: str) -> str:
    """Replace line breaks and unprintable characters by spaces."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
