"""Columns of custom fields that another program has made of ours, with dtypes of the contract."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import DTYPES, STR
from asana_frames.frames.cells import read_cells
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.list_cells import read_lists, split_items

_LISTS = (tuple, list, np.ndarray)
#: What pandas calls the values of a column -> their kind.
_KINDS = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number"),
    **dict.fromkeys(("date", "datetime", "datetime64"), "datetime"),
    "boolean": "boolean",
}


def type_fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose custom fields have the dtypes that frames of Asana have."""
    made = {
        name: _type_field(frame[name])
        for name in frame.columns
        if isinstance(name, str) and name.startswith(PREFIX) and _is_loose(frame[name])
    }
    return frame.assign(**made) if made else frame


def _is_loose(column: pd.Series[Any]) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.StringDtype):
        return dtype != STR or _are_json_lists(column.dropna())
    if pd.api.types.is_object_dtype(dtype):
        return not all(isinstance(cell, tuple) for cell in column)
    if dtype == DTYPES["date"]:
        # With a time of day they are moments that have lost their zone.
        return not _are_days(column)
    is_known = isinstance(dtype, pd.CategoricalDtype | pd.DatetimeTZDtype)
    return not is_known and (isinstance(dtype, pd.ArrowDtype) or dtype.kind in "mM")


def _type_field(column: pd.Series[Any]) -> pd.Series[Any]:
    cells = column.astype(object)
    present = cells.dropna()
    if any(isinstance(cell, _LISTS) for cell in present) or _are_json_lists(present):
        return read_lists(cells)
    kind = _KINDS.get(pd.api.types.infer_dtype(present, skipna=True), "text")
    read = read_cells(cells, kind)
    if kind != "datetime" or any(getattr(cell, "tzinfo", None) for cell in present):
        return read
    days = read.dt.tz_localize(None)
    return days if _are_days(days) else read


def _are_days(times: pd.Series[Any]) -> bool:
    present = times.dropna()
    return bool((present == present.dt.normalize()).all())


def _are_json_lists(present: pd.Series[Any]) -> bool:
    texts = set(map(str, present))
    return bool(texts) and all(map(_is_json_list, texts))


def _is_json_list(text: str) -> bool:
    if not text.startswith("["):
        return False
    with suppress(ValueError):
        return bool(split_items(text)) or text.strip() == "[]"
    return False
