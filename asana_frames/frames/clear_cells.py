"""``CLEAR`` in the cells of a column, whose other cells are typed as they would be without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.types import CLEAR

#: How files and people write ``CLEAR``.
CLEAR_TEXT = repr(CLEAR)


def find_clear(column: pd.Series[Any]) -> np.ndarray[Any, Any] | None:
    """Return which cells of a column are ``CLEAR`` or its text; None if no cell is."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        if not any(map(is_clear, dtype.categories)):
            return None
        column = column.astype(object)
    if column.dtype == object:
        found = np.fromiter(map(is_clear, column), dtype=bool, count=len(column))
    elif isinstance(column.dtype, pd.StringDtype) or pd.api.types.is_string_dtype(column.dtype):
        found = (column == CLEAR_TEXT).to_numpy(dtype=bool, na_value=False)
    else:
        return None
    return found if found.any() else None


def is_clear(cell: Any) -> bool:
    """Return whether a cell is ``CLEAR`` or its text."""
    return cell is CLEAR or (isinstance(cell, str) and cell == CLEAR_TEXT)


def holds_clear(column: pd.Series[Any]) -> bool:
    """Return whether a column has a cell with ``CLEAR``; text does not count."""
    # A set of types is faster than a look at each cell.
    return column.dtype == object and type(CLEAR) in set(map(type, column.tolist()))


def drop_clear(column: pd.Series[Any], is_cleared: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Return a column in which cells are missing; other objects stay as they are."""
    cells = column.astype(object).to_numpy(copy=True)
    cells[is_cleared] = None
    if isinstance(column.dtype, pd.StringDtype):
        return pd.Series(cells, index=column.index, name=column.name, dtype=column.dtype)
    return pd.Series(cells, index=column.index, name=column.name, dtype=object)


def split_clear(
    cells: Mapping[str, pd.Series[Any]],
) -> tuple[dict[str, pd.Series[Any]], dict[str, np.ndarray[Any, Any]]]:
    """Return columns without ``CLEAR``, and which cells of them had it."""
    # What names a row cannot be cleared.
    found = {name: find_clear(column) for name, column in cells.items() if name != "gid"}
    cleared = {name: places for name, places in found.items() if places is not None}
    dropped = {name: drop_clear(cells[name], places) for name, places in cleared.items()}
    return {**cells, **dropped}, cleared


def put_clear(values: Any, is_cleared: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Return typed values as objects, with ``CLEAR`` in some cells."""
    cells = pd.Series(values).astype(object).to_numpy(copy=True)
    cells[is_cleared] = CLEAR
    return pd.Series(cells, dtype=object)


def find_value_kind(column: pd.Series[Any]) -> str:
    """Return the kind of the cells of an object column that are neither missing nor ``CLEAR``."""
    cells = [cell for cell in column.to_numpy() if cell is not CLEAR]
    if any(isinstance(cell, tuple | list | np.ndarray) for cell in cells):
        return "tuple"
    inferred = pd.Series(cells, dtype=object).infer_objects()
    return _KINDS.get(pd.api.types.infer_dtype(inferred, skipna=True)) or _find_time_kind(inferred)


_KINDS = {
    "string": "text",
    "empty": "text",
    "boolean": "boolean",
    "integer": "integer",
    "floating": "number",
    "mixed-integer-float": "number",
    "integer-na": "integer",
}


def _find_time_kind(column: pd.Series[Any]) -> str:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "datetime"
    if not pd.api.types.is_datetime64_dtype(column.dtype):
        return "text"
    present = column.dropna()
    return "date" if bool((present == present.dt.normalize()).all()) else "datetime64[us]"
