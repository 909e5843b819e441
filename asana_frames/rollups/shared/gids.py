"""Compare gids as numbers, which is several times as fast as comparing text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR

Positions = npt.NDArray[np.intp]


def are_surely_unique(gids: pd.Series[Any]) -> bool:
    """Return True if a cheap check shows that no gid occurs twice; False may be wrong."""
    numbers = _parse_gids(gids)
    # Different numbers are different texts; equal numbers may not be equal texts: 1 and 01.
    return numbers is not None and numbers.is_unique


def find_positions(gids: pd.Series[Any], wanted: pd.Series[Any]) -> Positions:
    """Return the position of each wanted gid among unique gids, -1 where it is not there.

    A missing gid is never found, even if one of ``gids`` is missing too.
    """
    if gids.isna().any():
        there = np.flatnonzero(gids.notna())
        return np.append(there, -1)[find_positions(gids.take(there), wanted)]
    gids, wanted = gids.astype(STR), wanted.astype(STR)
    known, sought = _parse_gids(gids), _parse_gids(wanted)
    if known is None or sought is None or not known.is_unique:
        known, sought = pd.Index(gids), pd.Index(wanted)
    found = known.get_indexer(sought)
    # As numbers, 01 is found where 1 is.
    is_same = gids.array.take(found, allow_fill=True) == wanted.array
    return np.where(is_same, found, -1)


def _parse_gids(gids: pd.Series[Any]) -> pd.Index[Any] | None:
    """Return gids as numbers, -1 for a missing one; None without Arrow or for other text."""
    if getattr(gids.dtype, "storage", None) != "pyarrow":
        return None
    import pyarrow

    try:
        numbers = pyarrow.array(gids.array).cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:
        return None
    known: pd.Index[Any] = pd.Index(np.asarray(numbers.fill_null(-1)))
    return known
