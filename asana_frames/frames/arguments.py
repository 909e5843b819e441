"""Checks of arguments that need pandas: frames, days and moments."""

from __future__ import annotations

import re
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.gid_columns import is_gid_column

#: How text begins of which Excel makes no number.
_EXCEL_START = '="'
#: How days and moments begin in ISO 8601.
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]|$)")
#: Rows of which one has a gid.
_FIRST = 1000


def is_dask(frame: object) -> bool:
    """Say whether a frame is a Dask frame, without importing Dask."""
    return type(frame).__module__.partition(".")[0] == "dask" and hasattr(frame, "map_partitions")


def check_frame(frame: object, *, what: str, hint: str = "", dask: bool = False) -> None:
    """Raise an error unless an argument is a frame.

    Parameters
    ----------
    frame
        The argument.
    what
        The name of the function that takes it, for the message.
    hint
        A sentence that says where such frames come from.
    dask
        Whether a Dask frame is valid too.

    Raises
    ------
    InvalidArgument
        It is not a frame.
    """
    if isinstance(frame, pd.DataFrame) or (dask and is_dask(frame)):
        return
    given = "None" if frame is None else type(frame).__name__
    if is_dask(frame):
        given, hint = "one of Dask", "Call its compute() first."
    raise InvalidArgument(f"{what} takes a DataFrame, not {given}. {hint}".rstrip())


def check_gids(frame: pd.DataFrame, *, what: str) -> None:
    """Raise an error if gids are numbers, which match no gid and may be rounded.

    Parameters
    ----------
    frame
        The frame that was passed.
    what
        The name of the function that takes it, for the message.

    Raises
    ------
    InvalidArgument
        A column of gids holds numbers, or text in the form that keeps Excel from making numbers.
    """
    for place, name in enumerate(frame.columns):
        if not is_gid_column(name):
            continue
        column = frame.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column.dtype) and column.notna().any():
            raise InvalidArgument(
                f"{what} needs gids as text, and {name} holds numbers, which may have been "
                f"rounded. Read the file with af.read_csv(path) or another reader of this package."
            )
        if _is_for_excel(column):
            raise InvalidArgument(
                f"{what} needs gids as text, and {name} holds {column.dropna().iloc[0]!r}, as a "
                f"CSV file for Excel has them. Read the file with af.read_csv(path)."
            )


def _is_for_excel(column: pd.Series[Any]) -> bool:
    """Return whether gids stand in the form that Excel leaves alone, as all of a file do."""
    if not isinstance(column.dtype, pd.StringDtype) and column.dtype != object:
        return False
    first = next((cell for cell in column.head(_FIRST) if isinstance(cell, str)), "")
    return first.startswith(_EXCEL_START)


def parse_timestamp(
    value: object, *, name: str, what: str = "day", like: str = "2026-03-02"
) -> pd.Timestamp:
    """Parse an argument as a day or moment; it keeps its time zone if it has one.

    Parameters
    ----------
    value
        ISO 8601 text, a date or a moment.
    name, what, like
        The name of the argument, what it should be and an example, for the message.

    Raises
    ------
    InvalidArgument
        It cannot be parsed, or is missing.
    """
    try:
        # pandas would take a number as nanoseconds since 1970.
        if isinstance(value, Number | np.bool_):
            raise TypeError("a number")
        # It would also take 09.03.2026 for the third of September, and 2026-03 for one day.
        if isinstance(value, str) and not _ISO_DAY.match(value.strip()):
            raise ValueError("no ISO 8601 text")
        moment = pd.Timestamp(value)  # type: ignore[arg-type]  # raises for anything else
        if pd.isna(moment):
            raise ValueError("missing")
    except (TypeError, ValueError) as cause:
        raise InvalidArgument(f"{name}={value!r} is not a {what}; use {name}={like!r}.") from cause
    return moment
