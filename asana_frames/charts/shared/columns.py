"""Columns of frames as charts need them: plain numbers, rows that have a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[np.float64]"


def column_numbers(frame: pd.DataFrame, column: str) -> Numbers:
    """Return a column as floats, missing values as NaN."""
    return np.asarray(frame[column].astype("float64"), dtype="float64")


def drop_missing(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the rows that have a value in every column, numbered from 0."""
    is_known = frame[list(columns)].notna().all(axis=1).to_numpy(dtype=bool)
    return frame[is_known].reset_index(drop=True)


def sort_dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows that have a date, in the order of dates, numbered from 0."""
    return drop_missing(frame, column).sort_values(column, kind="stable", ignore_index=True)
