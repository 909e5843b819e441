"""Checks of arguments: each refuses a wrong one with an error that says what to pass instead."""

from __future__ import annotations

import pandas as pd

from asana_frames.exceptions import InvalidArgument


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
