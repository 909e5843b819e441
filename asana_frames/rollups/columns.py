"""Checks that a frame has the columns a rollup needs."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from asana_frames.exceptions import InvalidRequest, suggest


def need(frame: pd.DataFrame, columns: Iterable[str], *, what: str) -> None:
    """Refuse a frame without the columns.

    Raises
    ------
    InvalidRequest
        Columns are missing; the message names them and the nearest that are there.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InvalidRequest(f"{what} takes a DataFrame, not {type(frame).__name__}.")
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        hint = suggest(missing[0], map(str, frame.columns))
        raise InvalidRequest(f"{what} needs the column(s) {', '.join(missing)}.{hint}")
