"""Columns of which the source of a frame has nothing, as opposed to values that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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
    return [name for name in names if name in frame.columns and _is_empty(frame[name])]


def _is_empty(column: pd.Series[Any]) -> bool:
    if column.dtype != object:
        return bool(column.isna().all())
    return not any(map(_has_value, column))


def _has_value(cell: object) -> bool:
    if isinstance(cell, tuple | list):
        return any(item is not None for item in cell)
    return cell is not None and cell == cell
