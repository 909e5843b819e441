"""The suffixes of files, which tell programs and people their format."""

from __future__ import annotations

import os
from pathlib import Path

from asana_frames.exceptions import InvalidArgument

#: Suffix -> the function that writes such files.
_WRITERS = {
    ".csv": "to_csv",
    ".xlsx": "to_excel",
    ".json": "to_json",
    ".jsonl": "to_json",
    ".ndjson": "to_json",
    ".parquet": "to_parquet",
    ".html": "to_html",
    ".htm": "to_html",
    ".md": "to_markdown",
    ".markdown": "to_markdown",
}
#: Formats of workbooks that nothing here writes.
_OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".ods")


def check_suffix(path: object, *, writer: str) -> None:
    """Raise an error if a path has the suffix of another format than is written.

    Parameters
    ----------
    path
        The path of the file; what is not a path is left to other checks.
    writer
        The name of the function that is to write it.

    Raises
    ------
    InvalidArgument
        The message says which function writes such files.
    """
    if not isinstance(path, str | os.PathLike):
        return
    suffix = Path(os.fsdecode(path)).suffix.lower()
    if suffix in _OTHER_WORKBOOKS:
        raise InvalidArgument(
            f"export.{writer} does not write {suffix} files. Give the file the suffix .xlsx and "
            f"use export.to_excel(frame, path)."
        )
    fitting = _WRITERS.get(suffix, writer)
    if fitting != writer:
        raise InvalidArgument(
            f"export.{writer} does not write {suffix} files: use export.{fitting}(frame, path), "
            f"or give the file another suffix."
        )
