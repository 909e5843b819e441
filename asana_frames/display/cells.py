"""Cells of a frame as people read them, and its columns in the order in which they look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames.display.sentences import format_decimals

#: Sign of every kind of missing value: NaN, NaT, <NA>, None, an empty text or list.
MISSING = "\N{EN DASH}"
#: Between the items of a list.
_BETWEEN_ITEMS = "; "
_LISTS = (tuple, list, np.ndarray)
_MAX_DECIMALS = 2
#: Column that people look for first -> its heading for people; in the order in which they look.
HEADINGS = {
    "assignee_name": "Assignee",
    "owner_name": "Owner",
    "user_name": "Person",
    "email": "E-mail",
    "due_on": "Due",
    "completed": "Done",
    "status": "Status",
    "current_status_update_status_type": "Status",
    "task_name": "Task",
    "attributable_to_name": "Project",
    "entered_on": "On",
    "duration_minutes": "Minutes",
    "memberships_section_names": "Section",
    "team_name": "Team",
    "resource": "Resource",
    "action": "Action",
    "field": "Field",
    "old": "Old",
    "new": "New",
    "created_by_name": "By",
}

#: How a column is laid out.
Layout = Literal["text", "number", "time"]


def format_column(column: pd.Series[Any]) -> list[str]:
    """Format the cells of a column.

    Returns
    -------
    list of str
        Days as ``2026-03-02``, moments as ``2026-03-02 09:15`` in UTC, flags as yes or no, numbers
        with two decimals at most, the items of a list joined, and `MISSING` for what is missing.
    """
    cells = column.tolist()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        cells = column.dt.tz_convert("UTC").tolist()
    decimals = _count_decimals([float(cell) for cell in cells if _is_number(cell)])
    has_times = any(isinstance(cell, datetime) and _has_time(cell) for cell in cells)
    return [_format_cell(cell, decimals, has_times) or MISSING for cell in cells]


def choose_layout(column: pd.Series[Any]) -> Layout:
    """Choose how a column is laid out: numbers to the right, times without line breaks."""
    dtype = column.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "time"
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return "number"
    present = [cell for cell in column.tolist() if not is_missing(cell)]
    return "time" if present and all(isinstance(cell, date) for cell in present) else "text"


def order_columns(frame: pd.DataFrame, *, label: str = "name") -> list[int]:
    """Return the positions of a frame's columns in the order in which people look for them.

    The column ``label`` comes first, then those of `HEADINGS`; gids come last, ``gid`` at the very
    end. Columns without any value follow those that have one. Otherwise the order stays.
    """
    first = {name: place for place, name in enumerate(HEADINGS)}

    def rank(place: int) -> tuple[bool, bool, bool, int]:
        name = frame.columns[place]
        is_gid = is_gid_column(name)
        is_empty = len(frame) > 0 and all(map(is_missing, frame.iloc[:, place]))
        if name == label:
            return (False, False, False, -1)
        return (is_gid, name == "gid", is_empty, first.get(name, len(first)))

    return sorted(range(frame.shape[1]), key=rank)


def is_gid_column(name: Any) -> bool:
    """Return whether a column holds gids, by its name."""
    return isinstance(name, str) and (name in ("gid", "gids") or name.endswith(("_gid", "_gids")))


def is_missing(cell: Any) -> bool:
    """Return whether a cell shows nothing: missing, an empty text or an empty list."""
    if isinstance(cell, _LISTS):
        return len(cell) == 0
    if isinstance(cell, str):
        return not cell.strip()
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _format_cell(cell: Any, decimals: int, has_times: bool) -> str:
    if is_missing(cell):
        return ""
    if isinstance(cell, _LISTS):
        return _BETWEEN_ITEMS.join(_format_cell(item, decimals, True) or MISSING for item in cell)
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")[:16] if has_times else cell.isoformat()[:10]
    if isinstance(cell, date):
        return cell.isoformat()
    return _format_number(cell, decimals) if _is_number(cell) else str(cell)


def _has_time(moment: datetime) -> bool:
    # A datetime with a time zone has a time, even at midnight.
    return not pd.isna(moment) and (
        moment.tzinfo is not None or (moment.hour, moment.minute) != (0, 0)
    )


def _is_number(cell: Any) -> bool:
    is_flag = isinstance(cell, bool | np.bool_)
    return isinstance(cell, Real) and not is_flag and bool(np.isfinite(float(cell)))


def _count_decimals(numbers: Sequence[float]) -> int:
    """Return how many decimals the numbers need, two at most."""
    needed = (
        digits
        for digits in range(_MAX_DECIMALS)
        if all(round(number, digits) == round(number, _MAX_DECIMALS) for number in numbers)
    )
    return next(needed, _MAX_DECIMALS)


def _format_number(number: Any, decimals: int) -> str:
    if isinstance(number, Integral):
        return f"{int(number):,}"
    return format_decimals(float(number), decimals)
