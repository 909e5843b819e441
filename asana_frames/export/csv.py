"""CSV: gids as quoted text, days as days, no live formulas."""

from __future__ import annotations

import csv
import os
from typing import IO

import pandas as pd

from asana_frames._files import replace_file
from asana_frames.export.text import as_text


def to_csv(
    frame: pd.DataFrame, path: str | os.PathLike[str], *, disarm: bool = True, bom: bool = False
) -> None:
    """Write a frame as CSV: UTF-8, whole or not at all.

    All but numbers is quoted, gids too, so that readers which look at quotes keep them text
    (pandas does not: read them back with ``pd.read_csv(path, dtype={"gid": "str"})``); tuples are
    joined by ``"; "``; moments are ISO 8601 in UTC, days are days; missing values are empty.

    Parameters
    ----------
    frame
        Any frame; the index is left out.
    path
        The file; an older one is replaced only when the new one is complete.
    disarm
        Put an apostrophe before text that a spreadsheet would run as a formula. Switch off where
        no spreadsheet will open the file and the text must stay as it is.
    bom
        Begin with a byte-order mark, which Excel needs to see UTF-8.

    Raises
    ------
    ConfigurationError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.csv")
    ...     to_csv(pd.DataFrame({"gid": ["12"], "name": ["=1+1"], "tags": [("a", "b")]}), file)
    ...     print(file.read_text().strip())
    "gid","name","tags"
    "12","'=1+1","a; b"
    """
    with replace_file(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        if bom:
            stream.write("\ufeff")
        stream_csv(frame, stream, disarm=disarm)


def stream_csv(frame: pd.DataFrame, stream: IO[str], *, disarm: bool = True) -> None:
    """Write a frame as CSV to an open stream."""
    text = as_text(frame, disarm=disarm)
    # By place, since names may be there twice.
    for place, dtype in enumerate(text.dtypes):
        if pd.api.types.is_bool_dtype(dtype):
            # Readers that look at quotes take what has none for a number.
            words = text.iloc[:, place].map({True: "True", False: "False"}, na_action="ignore")
            text.isetitem(place, words.array)
    text.to_csv(stream, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
