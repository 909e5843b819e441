"""Parquet files: one frame with its dtypes and tuples."""

from __future__ import annotations

import os

import pandas as pd

from asana_frames._files import replace_file
from asana_frames._optional import require
from asana_frames.frames.arguments import check_frame


def to_parquet(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a frame as Parquet; needs the extra ``parquet``.

    Parameters
    ----------
    frame
        Any frame; the index is left out. Tuples become lists.
    path
        The file; an older one is replaced only when the new one is complete.

    Raises
    ------
    InvalidArgument
        ``frame`` is not a DataFrame, or ``path`` is not a path.
    ConfigurationError
        pyarrow is not installed (the message has the pip line), or the file cannot be written.
    """
    check_frame(frame, what="export.to_parquet")
    require("pyarrow", extra="parquet")
    with replace_file(path) as part:
        frame.to_parquet(part, index=False, engine="pyarrow")
