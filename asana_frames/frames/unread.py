"""Columns of which the source of a frame has nothing, as opposed to values that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

#: Where ``attrs["asana"]`` names them: as one text, since pandas copies attrs at every step.
_UNREAD = "unread"


def record_unread_columns(frame: pd.DataFrame, record: str, names: Iterable[str]) -> None:
    """Record the type of the rows of a frame, and the columns that its source does not tell."""
    told = {"record": record, _UNREAD: " ".join(names)}
    frame.attrs["asana"] = frame.attrs.get("asana", {}) | told


def list_unread_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that the source of a frame did not tell, and nothing has filled since."""
    attrs = frame.attrs.get("asana")
    named = attrs.get(_UNREAD) if isinstance(attrs, Mapping) else None
    names = named.split() if isinstance(named, str) else []
    return [name for name in names if name in frame.columns and not has_values(frame[name])]


def has_values(column: pd.Series[Any]) -> bool:
    """Return whether a column has a value, or a list with one."""
    if column.dtype != object:
        return bool(column.notna().any())
    return any(map(_has_value, column))


def _has_value(cell: Any) -> bool:
    if isinstance(cell, tuple | list | np.ndarray):
        return any(item is not None for item in cell)
    return not bool(pd.isna(cell))
