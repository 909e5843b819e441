"""JSON files: a list with one object per row."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pandas as pd

from asana_frames._files import replace_file
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.text import as_text
from asana_frames.frames.arguments import check_frame


def to_json(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a frame as a JSON list of objects.

    Lists stay lists, moments are ISO 8601 in UTC, days are days, missing values are null; text is
    left as it is.

    Parameters
    ----------
    frame
        Any frame; the index is left out.
    path
        The file; an older one is replaced only when the new one is complete.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    InvalidArgument
        ``frame`` is not a DataFrame, two columns have the same name, or ``path`` is not a path.
    """
    check_frame(frame, what="export.to_json")
    with replace_file(path) as part:
        part.write_bytes(to_json_bytes(frame))


def to_json_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as a JSON list, one object and line per row."""
    names = pd.Index(map(str, frame.columns))
    if not names.is_unique:
        twice = ", ".join(map(repr, dict.fromkeys(names[names.duplicated()])))
        raise InvalidArgument(
            f"JSON objects need unique names; these columns are there twice: {twice}. "
            f"Rename them first: frame.set_axis([...], axis=1)."
        )
    columns = {name: _to_json_values(frame.iloc[:, place]) for place, name in enumerate(names)}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    lines = b",\n".join(msgspec.json.encode(row) for row in rows)
    return b"[" + lines + b"]\n"


def _to_json_values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column: tuples as they are, others as ``as_text`` shows them."""
    is_tuples = column.dtype == object and column.map(lambda x: isinstance(x, tuple)).any()
    shown = column if is_tuples else as_text(column.to_frame("_"), disarm=False)["_"]
    return [None if not isinstance(x, tuple) and pd.isna(x) else x for x in shown.tolist()]
