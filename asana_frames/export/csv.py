"""CSV files: gids as quoted text, ISO 8601 dates, formulas disarmed."""

from __future__ import annotations

import csv
import os
from typing import IO

import pandas as pd

from asana_frames._files import replace_file
from asana_frames.export.text import as_text
from asana_frames.frames.arguments import check_frame


def to_csv(
    frame: pd.DataFrame, path: str | os.PathLike[str], *, disarm: bool = True, bom: bool = False
) -> None:
    """Write a frame as CSV in UTF-8.

    Everything but numbers is quoted, so that programs that respect quotes keep gids as text
    (pandas does not: use ``pd.read_csv(path, dtype="str")``); tuples are joined by ``"; "``;
    moments are ISO 8601 in UTC, days are days; missing values are empty.

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
        Begin with a byte-order mark, by which Excel recognises UTF-8.

    Raises
    ------
    InvalidArgument
        ``frame`` is not a DataFrame, or ``path`` is not a path.
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
    check_frame(frame, what="export.to_csv")
    with replace_file(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        if bom:
            stream.write("\ufeff")
        stream_csv(frame, stream, disarm=disarm)


def stream_csv(frame: pd.DataFrame, stream: IO[str], *, disarm: bool = True) -> None:
    """Write a frame as CSV to an open stream."""
    text = as_text(frame, disarm=disarm)
    # By position, because names may be duplicated.
    for place, dtype in enumerate(text.dtypes):
        if pd.api.types.is_bool_dtype(dtype):
            # Programs that respect quotes read unquoted text as a number.
            words = text.iloc[:, place].map({True: "True", False: "False"}, na_action="ignore")
            text.isetitem(place, words.array)
    text.to_csv(stream, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
