"""Rows that a frame holds twice."""

from __future__ import annotations

import pandas as pd

from asana_frames.rollups.shared.gids import are_surely_different


def drop_duplicates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each record once, as it was read last; rows without a gid all stay.

    Parameters
    ----------
    frame
        Records with a column ``gid``.
    """
    gid = frame["gid"]
    if are_surely_different(gid):
        return frame.reset_index(drop=True)
    # Rows of one's own that were added to those of Asana have none: they do not repeat each other.
    is_last = gid.isna() | ~gid.duplicated(keep="last")
    return frame[is_last.to_numpy(dtype=bool)].reset_index(drop=True)


def drop_duplicate_gids(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each record once, as it was read last, without rows that have no gid."""
    return drop_duplicates(frame[frame["gid"].notna().to_numpy(dtype=bool)])
