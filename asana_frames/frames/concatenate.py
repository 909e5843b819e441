"""Concatenate frames of one resource without losing dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.frames.field_definitions import merge_definitions, record_definitions


def concatenate(frames: Sequence[pd.DataFrame], key: str = "gid") -> pd.DataFrame:
    """Return the rows of frames of one resource, each object once, with the dtypes they have.

    ``pandas.concat`` makes ``object`` of categories that differ, and NaN of lists that one frame
    lacks; this keeps the contract.

    Parameters
    ----------
    frames
        One or more; an object that is in several keeps its row in the first.
    key
        The column that identifies objects.

    Returns
    -------
    DataFrame
        All columns of the frames in order of first occurrence, same dtypes; categories united
        in that order; the empty tuple in list columns that a frame does not have.
    """
    if len(frames) == 1:
        return _drop_repeated(frames[0], key)
    # Empty frames contribute columns and categories only.
    full = [frame for frame in frames if len(frame)] or list(frames[:1])
    made = {name: _concatenate_column(name, frames, full) for name in _column_names(frames)}
    whole = _drop_repeated(pd.DataFrame(made, copy=False), key)
    record_definitions(whole, merge_definitions(frames))
    return whole


def _column_names(frames: Sequence[pd.DataFrame]) -> list[str]:
    return list(dict.fromkeys(name for frame in frames for name in frame.columns))


def _concatenate_column(
    name: str, frames: Sequence[pd.DataFrame], full: Sequence[pd.DataFrame]
) -> Any:
    first = next(frame[name] for frame in frames if name in frame.columns)
    if isinstance(first.dtype, pd.CategoricalDtype):
        return _concatenate_categories(name, frames, full)
    parts = [
        frame[name] if name in frame.columns else _missing_column(first, len(frame))
        for frame in full
    ]
    return pd.concat(parts, ignore_index=True).array


def _missing_column(like: pd.Series[Any], count: int) -> pd.Series[Any]:
    if like.dtype == np.dtype(object):
        values = np.empty(count, dtype=object)
        values[:] = [()] * count
        return pd.Series(values)
    return pd.Series([None] * count, dtype=like.dtype)


def _concatenate_categories(
    name: str, frames: Sequence[pd.DataFrame], full: Sequence[pd.DataFrame]
) -> pd.Categorical:
    categories_of = [frame[name].cat.categories for frame in frames if name in frame.columns]
    every = categories_of[0]
    for categories in categories_of[1:]:
        every = every.append(categories.difference(every, sort=False))
    codes = [
        every.get_indexer(frame[name].cat.categories).take(frame[name].cat.codes)
        if name in frame.columns and len(frame[name].cat.categories)
        else np.full(len(frame), -1)
        for frame in full
    ]
    gaps = [
        frame[name].isna().to_numpy() if name in frame.columns else np.ones(len(frame), bool)
        for frame in full
    ]
    whole = np.where(np.concatenate(gaps), -1, np.concatenate(codes))
    return pd.Categorical.from_codes(whole, categories=every)


def _drop_repeated(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    if key not in frame.columns:
        return frame.reset_index(drop=True)
    again = frame[key].duplicated() & frame[key].notna()
    return frame[~again].reset_index(drop=True)
