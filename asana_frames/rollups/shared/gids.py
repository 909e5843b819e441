"""Gids compared as the numbers that they are: as text it takes several times as long."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR

Index = npt.NDArray[np.intp]


def are_surely_different(gids: pd.Series[Any]) -> bool:
    """Say whether a look at little cost tells that no gid is there twice."""
    numbers = _numbers(gids)
    # Different numbers are different texts; of equal ones, as 1 and 01, the texts decide.
    return numbers is not None and numbers.is_unique


def places_in(gids: pd.Series[Any], wanted: pd.Series[Any]) -> Index:
    """Return the place of each wanted gid among gids of which none is there twice, -1 for none.

    A missing gid is none, even where one of ``gids`` is missing too.
    """
    if gids.isna().any():
        there = np.flatnonzero(gids.notna())
        return np.append(there, -1)[places_in(gids.take(there), wanted)]
    gids, wanted = gids.astype(STR), wanted.astype(STR)
    known, asked = _numbers(gids), _numbers(wanted)
    if known is None or asked is None or not known.is_unique:
        known, asked = pd.Index(gids), pd.Index(wanted)
    found = known.get_indexer(asked)
    # The number of 01 is found where 1 is.
    is_same = gids.array.take(found, allow_fill=True) == wanted.array
    return np.where(is_same, found, -1)


def _numbers(gids: pd.Series[Any]) -> pd.Index[Any] | None:
    """Return gids as numbers, -1 for a missing one; None where some are none, or without Arrow."""
    if getattr(gids.dtype, "storage", None) != "pyarrow":
        return None
    import pyarrow

    try:
        numbers = pyarrow.array(gids.array).cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:
        return None
    known: pd.Index[Any] = pd.Index(np.asarray(numbers.fill_null(-1)))
    return known
