"""Rows that a frame holds twice."""

from __future__ import annotations

import pandas as pd


def once(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each record once, as it was read last; rows without a gid all stay.

    Parameters
    ----------
    frame
        Records with a column ``gid``.
    """
    gid = frame["gid"]
    # Rows of one's own that were added to those of Asana have none: they do not repeat each other.
    is_last = gid.isna() | ~gid.duplicated(keep="last")
    return frame[is_last.to_numpy(dtype=bool)].reset_index(drop=True)
