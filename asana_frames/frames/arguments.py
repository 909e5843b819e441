"""Checks of arguments that need pandas: frames, days and moments."""

from __future__ import annotations

import pandas as pd

from asana_frames.exceptions import InvalidArgument


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
    if is_dask(frame):
        hint = "Call its compute() first."
    given = "None" if frame is None else type(frame).__name__
    raise InvalidArgument(f"{what} takes a DataFrame, not {given}. {hint}".rstrip())


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
        if isinstance(value, int | float):
            raise TypeError("a number")
        moment = pd.Timestamp(value)  # type: ignore[arg-type]  # raises for anything else
        if pd.isna(moment):
            raise ValueError("missing")
    except (TypeError, ValueError) as cause:
        raise InvalidArgument(f"{name}={value!r} is not a {what}; use {name}={like!r}.") from cause
    return moment
