"""Empty text where frames have missing values, as readers of other packages leave it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.catalog import list_enumerations
from asana_frames.frames.custom_field_columns import PREFIX

#: Columns of statuses, whose values the catalog does not list.
_STATUSES = frozenset({"status", "status_type", "last_status", "resource_subtype"})


def clear_empty_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose references, options and custom fields are missing where they are "".

    Other text, such as notes, may be empty. Where nothing is, it is the frame itself.
    """
    made: dict[Any, Any] = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if is_never_empty(name) and (is_empty := _find_empty(column)).any():
            made[name] = _clear(column, is_empty)
    return frame.assign(**made) if made else frame


def is_never_empty(name: object) -> bool:
    """Return whether Asana has no empty text in a column of this name."""
    if not isinstance(name, str):
        return False
    is_reference = name == "gid" or name.endswith(("_gid", "_name"))
    return (
        is_reference or name.startswith(PREFIX) or name in _STATUSES or name in list_enumerations()
    )


def _find_empty(column: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        if "" not in dtype.categories:
            return np.zeros(0, dtype=bool)
        return column.isin([""]).to_numpy()
    if isinstance(dtype, pd.StringDtype):
        return (column == "").to_numpy(dtype=bool, na_value=False)
    if not pd.api.types.is_object_dtype(dtype):
        return np.zeros(0, dtype=bool)
    return np.fromiter((isinstance(cell, str) and not cell for cell in column), bool, len(column))


def _clear(column: pd.Series[Any], is_empty: npt.NDArray[np.bool_]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.remove_categories([""])
    return column.mask(is_empty)
