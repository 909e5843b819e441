"""JSON files: one object per row, as a list or line by line; and back."""

from __future__ import annotations

import math
import os
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames._files import replace_file
from asana_frames.calls.progress import ProgressBar
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.csv import choose_schema
from asana_frames.export.prepare import Labels, check_options
from asana_frames.export.schema_file import (
    SchemaSource,
    check_end,
    check_unique_names,
    find_schema,
    prepare_for_file,
    restore_file,
    write_schema,
)
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import as_text
from asana_frames.export.text_table import build_read_error, check_file, looks_like_csv
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.cells import CellFormat
from asana_frames.frames.clear_cells import is_clear
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.gid_columns import is_gid_column, is_gid_list_column
from asana_frames.frames.schema import ColumnSchema, describe_column

#: Files that hold one object per line.
_LINES_SUFFIXES = (".jsonl", ".ndjson")
_LISTS = (tuple, list, np.ndarray)
#: How numbers are written that are text, such as options.
_FORM = CellFormat(written_decimal=".", separator="")


def to_json(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    lines: bool | None = None,
    labels: Labels | None = None,
    anonymize: str | None = None,
    schema: bool = False,
) -> None:
    """Write a frame as JSON, one object per row; `read_json` reads it back.

    Lists stay lists, moments are ISO 8601 in UTC, days are days, missing values are null, infinite
    numbers ``"inf"``; text is left as it is. Labels of rows, such as those of a pivot, are the
    first values.

    Parameters
    ----------
    frame
        Any frame.
    path
        The file; an older one is replaced only when the new one is complete.
    lines
        Whether to write JSON Lines instead of a list; else as the file is called: ``.jsonl`` and
        ``.ndjson`` are JSON Lines.
    labels, anonymize
        As for `to_csv`.
    schema
        Whether to write ``<path>.schema.json``, by which `read_json` gives back every dtype.
        Without it an older such file is removed, and columns that the source of the frame does
        not have are left out, as by `to_csv`.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    InvalidArgument
        ``frame`` is not a DataFrame, two columns have the same name, ``path`` is not a path, or it
        has the suffix of another format.
    """
    check_frame(frame, what="export.to_json")
    check_suffix(path, writer="to_json")
    check_options(anonymize=anonymize, labels=labels)
    check_flag(lines, name="lines")
    check_flag(schema, name="schema")
    if lines is None:
        lines = os.fspath(path).lower().endswith(_LINES_SUFFIXES) if _is_path(path) else False
    made = prepare_for_file(frame, anonymize=anonymize, labels=labels, has_schema=schema)
    with replace_file(path) as part:
        part.write_bytes(to_json_bytes(made.with_text_labels(), lines=lines))
        write_schema(None, path)
    write_schema(made.describe(has_lines=True) if schema else None, path)


def _is_path(path: object) -> bool:
    return isinstance(path, str) or (
        isinstance(path, os.PathLike) and isinstance(os.fspath(path), str)
    )


def to_json_bytes(frame: pd.DataFrame, *, lines: bool = False) -> bytes:
    """Return a prepared frame as a JSON list, one object and line per row, or as JSON Lines."""
    check_unique_names(frame)
    columns: dict[Any, list[Any]] = {}
    with ProgressBar("to_json", frame.shape[1], None, unit="column") as bar:
        for name in frame.columns:
            columns[name] = _to_json_values(frame[name])
            bar.done = len(columns)
            bar.tick()
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    encoded = (msgspec.json.encode(row, enc_hook=_to_json_type) for row in rows)
    if lines:
        return b"".join(row + b"\n" for row in encoded)
    return b"[" + b",\n".join(encoded) + b"]\n"


def _to_json_type(value: Any) -> Any:
    """Return a value of a type that JSON lacks, such as a duration, as text."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _to_json_values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column: lists as they are, others as ``as_text`` shows them."""
    if describe_column(column).kind == "tuple":
        return [_to_plain(cell) for cell in column]
    shown = as_text(column.to_frame("_"), disarm=False)["_"]
    return [_to_plain(cell) for cell in shown.tolist()]


def _to_plain(cell: Any) -> Any:
    if isinstance(cell, _LISTS):
        return [_to_plain(item) for item in cell]
    if cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell)):
        return None
    # JSON has no such numbers; the text is what readers of numbers know.
    return str(cell) if isinstance(cell, float) and math.isinf(cell) else cell


def read_json(
    path: str | os.PathLike[str],
    resource: str | None = None,
    *,
    schema: SchemaSource = None,
) -> pd.DataFrame:
    """Read a JSON file that `to_json` wrote: a list of objects, or JSON Lines.

    Parameters
    ----------
    path
        The file.
    resource
        What the rows are, such as ``"tasks"``; not needed where there is a schema, or all default
        columns of one resource.
    schema
        A frame with the columns of the file, or the path of a ``.schema.json``; else the one
        beside the file.

    Returns
    -------
    DataFrame
        With the dtypes of the schema; without one those of the resource's columns, and numbers,
        flags, lists or text for custom fields and others. Labels of columns are text. Rows
        are numbered from 0. ``<CLEAR>`` in a cell is ``af.CLEAR``; such a column holds objects.

    Raises
    ------
    InvalidArgument
        The file is not complete, holds anything but objects, it is not known what its rows are,
        or a value is not what its column holds: the message says which.
    ConfigurationError
        The file cannot be read.

    Warns
    -----
    AsanaWarning
        Nothing says what the custom fields hold, so that options and days are text; or as for
        `read_csv`.
    """
    file = check_file(path)
    known = find_schema(file, schema)
    try:
        rows, are_lines = _decode_rows(file.read_bytes(), str(file))
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    names = list(dict.fromkeys(name for row in rows for name in row))
    if are_lines:
        check_end(file, len(rows), known, first_row=1)
    if not rows and known is not None:
        names = [column.name for column in known.columns]
    cells = {
        name: pd.Series(_list_values(rows, name, names), dtype=object, name=name) for name in names
    }
    given = {} if known is None else known.columns_by_name()
    known = choose_schema(known, resource, names, source=str(file))
    columns = known.columns_by_name()
    for name in names:
        column = columns.get(name, ColumnSchema(name, "text"))
        if name not in given and column.kind == "text":
            columns[name] = msgspec.structs.replace(column, kind=_find_value_kind(cells[name]))
    known = msgspec.structs.replace(known, columns=tuple(columns.values()))
    return restore_file(cells, known, form=_FORM, first_row=1)


def _list_values(
    rows: Sequence[Mapping[str, Any]], name: str, names: Container[object]
) -> list[Any]:
    values = [row.get(name) for row in rows]
    if is_gid_column(name):
        # Whole numbers of JSON are exact.
        return [str(value) if type(value) is int else value for value in values]
    if is_gid_list_column(name, names):
        return [_to_gids(value) if isinstance(value, list) else value for value in values]
    return values


def _to_gids(items: list[Any]) -> list[Any]:
    return [str(item) if type(item) is int else item for item in items]


def _decode_rows(body: bytes, source: str) -> tuple[list[Mapping[str, Any]], bool]:
    """Return the objects of a file, and whether each has a line of its own."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    # JSON Lines of no rows are nothing.
    are_lines = text.startswith(b"{") or (not text and source.lower().endswith(_LINES_SUFFIXES))
    try:
        found = list(_decode_lines(text)) if are_lines else msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as cause:
        advice = "If it was cut, write it again."
        if looks_like_csv(text):
            advice = "If it is a CSV file, use af.read_csv(path)."
        raise InvalidArgument(f"{source} is no complete JSON file: {cause}. {advice}") from cause
    if not isinstance(found, list):
        raise InvalidArgument(f"{source} holds no list of objects, but {type(found).__name__}.")
    for number, row in enumerate(found, 1):
        if not isinstance(row, dict):
            raise InvalidArgument(
                f"{source}, row {number}: {str(row)[:40]!r} is no object with columns."
            )
    return found, are_lines


def _decode_lines(text: bytes) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line)
            except msgspec.MsgspecError as cause:
                raise msgspec.DecodeError(f"line {number}: {cause}") from cause


def _find_value_kind(cells: pd.Series[Any]) -> str:
    """Return the kind of the values of a column of which only these are known."""
    kinds = {type(cell) for cell in cells if cell is not None and not is_clear(cell)}
    is_field = str(cells.name).startswith(PREFIX)
    if is_field and kinds and kinds <= {int, float}:
        return "number"
    return "tuple" if kinds == {list} else "text"
