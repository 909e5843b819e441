"""The tables of commands that write: CSV, workbooks and JSON."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.change_table import is_change_frame

_WORKBOOK = ".xlsx"
#: Suffix -> what reads such files.
_READERS: Mapping[str, Callable[..., Any]] = {
    ".csv": af.read_csv,
    _WORKBOOK: af.read_excel,
    ".json": af.read_json,
    ".jsonl": af.read_json,
    ".ndjson": af.read_json,
}


def read_table(path: Path) -> pd.DataFrame:
    """Read a file whatever its rows are; without a schema beside it all of a CSV file is text.

    Raises
    ------
    InvalidArgument
        It is not a file of these formats.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = _read_rows(path)
    for warning in caught if not is_change_frame(frame) else ():
        # Of a frame of changes several rows have one gid, and others none.
        warnings.warn(warning.message, stacklevel=2)
    return frame


def _read_rows(path: Path) -> pd.DataFrame:
    if _has_schema(path):
        return _read_file(path)
    if path.suffix.lower() == _WORKBOOK:
        # One of ours says what it holds.
        with suppress(InvalidArgument):
            return _read_file(path)
    return _read_file(path, schema=pd.DataFrame())


def read_saved(path: Path, resource: str) -> pd.DataFrame:
    """Read a file of objects as they were saved."""
    return _read_file(path, resource)


def read_edited(path: Path, before: pd.DataFrame) -> pd.DataFrame:
    """Read a file of the columns of a frame."""
    return _read_file(path, schema=before)


def _has_schema(path: Path) -> bool:
    return Path(f"{path}.schema.json").exists()


def _read_file(path: Path, resource: str | None = None, *, schema: Any = None) -> pd.DataFrame:
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise InvalidArgument(
            f"{path} is not a table that can be read; use a file with the suffix "
            f"{', '.join(_READERS)}."
        )
    frame: pd.DataFrame = read(path, resource, schema=schema)
    return frame
