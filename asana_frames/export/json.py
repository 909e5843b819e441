"""JSON: a list of one object per row."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pandas as pd

from asana_frames._files import replace_file
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text import as_text


def to_json(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a frame as a JSON list of objects, whole or not at all.

    Lists stay lists, moments are ISO 8601 in UTC, days are days, missing values are null; text is
    left as it is.

    Parameters
    ----------
    frame
        Any frame; the index is left out.
    path
        The file.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    InvalidArgument
        Two columns have the same name, of which an object could hold one only.
    """
    with replace_file(path) as part:
        part.write_bytes(to_json_bytes(frame))


def to_json_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as JSON, one object per row on a line of its own."""
    names = pd.Index(map(str, frame.columns))
    if not names.is_unique:
        twice = ", ".join(map(repr, dict.fromkeys(names[names.duplicated()])))
        raise InvalidArgument(
            f"An object in JSON has each name once; these columns are there twice: {twice}. "
            f"Name them apart first: frame.set_axis([...], axis=1)."
        )
    columns = {name: _to_json_values(frame.iloc[:, place]) for place, name in enumerate(names)}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    lines = b",\n".join(msgspec.json.encode(row) for row in rows)
    return b"[" + lines + b"]\n"


def _to_json_values(column: pd.Series[Any]) -> list[Any]:
    """Return JSON values: tuples stay lists, the rest as text shows it."""
    is_tuples = column.dtype == object and column.map(lambda x: isinstance(x, tuple)).any()
    shown = column if is_tuples else as_text(column.to_frame("_"), disarm=False)["_"]
    return [None if not isinstance(x, tuple) and pd.isna(x) else x for x in shown.tolist()]
