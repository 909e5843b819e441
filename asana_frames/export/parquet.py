"""Parquet files: one frame with its dtypes, lists and schema; and back."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import parse_path
from asana_frames._files import replace_file
from asana_frames._optional import require
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.csv import choose_schema
from asana_frames.export.schema_file import (
    SchemaSource,
    find_schema,
    prepare_for_file,
    restore_file,
)
from asana_frames.export.text_table import build_read_error
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.frames.list_cells import read_lists
from asana_frames.frames.schema import (
    Schema,
    decode_schema,
    describe_frame,
    guess_record,
    merge_schemas,
)

#: Keys of the metadata of a file: the schema, and where pandas keeps attrs.
_SCHEMA_KEY, _ATTRS_KEY = b"asana_frames", b"PANDAS_ATTRS"
#: How types of Arrow are called.
_LISTS = ("list<", "large_list<", "fixed_size_list<", "list_view<", "large_list_view<")
_TEXTS = ("string", "large_string", "string_view")


def to_parquet(
    frame: pd.DataFrame, path: str | os.PathLike[str], *, anonymize: str | None = None
) -> None:
    """Write a frame as Parquet; needs the extra ``parquet``. `read_parquet` reads it back.

    Parameters
    ----------
    frame
        Any frame. Tuples become lists, labels of rows the first columns. The schema is part of
        the file; other programs do not mind it.
    path
        The file; an older one is replaced only when the new one is complete.
    anonymize
        A key: names become ``Person 482...`` and so on, as `to_csv` says.

    Raises
    ------
    InvalidArgument
        ``frame`` is not a DataFrame, two columns have one name, a column holds values of several
        kinds, or ``path`` is not a path.
    ConfigurationError
        pyarrow is not installed (the message has the pip line), or the file cannot be written.
    """
    check_frame(frame, what="export.to_parquet")
    require("pyarrow", extra="parquet")
    parquet = require("pyarrow.parquet", extra="parquet")
    table = build_table(frame, anonymize=anonymize)
    with replace_file(path) as part:
        parquet.write_table(table, part)


def build_table(
    frame: pd.DataFrame, *, anonymize: str | None = None, with_attrs: bool = True
) -> Any:
    """Return a frame as a table of Arrow that carries its schema."""
    arrow = require("pyarrow", extra="parquet")
    prepared = prepare_for_file(frame, anonymize=anonymize)
    made, schema = prepared.with_text_labels(), prepared.describe()
    if not with_attrs:
        schema = msgspec.structs.replace(schema, attrs={})
    for name in made.columns:
        # Arrow has no options that are intervals or periods.
        if isinstance(made[name].dtype, pd.CategoricalDtype):
            known = made[name].cat.categories
            if not isinstance(known.dtype, np.dtype | pd.StringDtype | pd.DatetimeTZDtype):
                made[name] = made[name].cat.rename_categories([*map(str, known)])
    # They are in the schema; pyarrow would warn of those that JSON cannot hold.
    made.attrs = {}
    try:
        table = arrow.Table.from_pandas(made, preserve_index=False)
    except (arrow.ArrowException, UnicodeError, TypeError) as cause:
        raise InvalidArgument(
            f"Parquet cannot hold this frame: {cause}. Make its columns hold one kind of values "
            f"each."
        ) from cause
    added = {_SCHEMA_KEY: schema.encode()}
    if schema.attrs:
        added[_ATTRS_KEY] = json.dumps(schema.attrs).encode()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **added})


def merge_metadata(schemas: Sequence[Any]) -> dict[bytes, bytes]:
    """Return the metadata by which the parts of a data set become one frame again."""
    parts = [
        decode_schema(schema.metadata[_SCHEMA_KEY], source="a part of this data set")
        for schema in schemas
    ]
    return {_SCHEMA_KEY: merge_schemas(parts).encode()}


def read_parquet(
    path: str | os.PathLike[str],
    resource: str | None = None,
    *,
    schema: SchemaSource = None,
) -> pd.DataFrame:
    """Read a Parquet file, or a folder of parts, that this package or pandas wrote of a frame.

    Needs the extra ``parquet``.

    Parameters
    ----------
    path
        A file of `to_parquet` or ``DataFrame.to_parquet``, or a folder of `to_parquet_parts`.
    resource
        What the rows are, such as ``"tasks"``; needed only where the file does not say it.
    schema
        A frame with the columns of the file; needed only for files of other programs.

    Returns
    -------
    DataFrame
        Equal to the one that was written: dtypes, categories, tuples, index and attrs.

    Raises
    ------
    InvalidArgument
        There is no such file, it is no complete Parquet file, or it is somebody else's and
        nothing says what its rows are.
    ConfigurationError
        pyarrow is not installed (the message has the pip line), or the file cannot be read.
    """
    arrow = require("pyarrow", extra="parquet")
    parquet = require("pyarrow.parquet", extra="parquet")
    file = parse_path(path, like="tasks.parquet")
    if not file.exists():
        raise InvalidArgument(f"There is no file {file}.")
    try:
        table = parquet.read_table(file)
    except (arrow.ArrowInvalid, arrow.ArrowException) as cause:
        raise InvalidArgument(
            f"{file} is no complete Parquet file: {cause}. Write it again."
        ) from cause
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    # The index of a frame that pandas wrote and that had no name, such as a filtered one.
    named = [name for name in table.column_names if not name.startswith("__index_level_")]
    table = table.select(named)
    _check_names(table.column_names, file)
    cells = _read_columns(table)
    known = find_schema(file, schema) if schema is not None else _read_schema(table, file)
    if known is None and resource is None:
        known = _describe_foreign(table, cells, file)
    known = choose_schema(known, resource, cells, source=str(file))
    return restore_file(cells, known, first_row=1, is_typed=True)


def _check_names(names: list[str], file: Path) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(f"{file} has several columns called {twice!r}.")


def _read_columns(table: Any) -> dict[str, pd.Series[Any]]:
    """Return the columns as pandas makes them, but text and lists as those of the contract."""
    kinds = {field.name: str(field.type) for field in table.schema}
    ours = [name for name, kind in kinds.items() if kind in _TEXTS or kind.startswith(_LISTS)]
    # pandas finds the dtypes of the rest in the metadata of the table.
    rest = table.drop_columns(ours)
    try:
        plain = rest.to_pandas(date_as_object=False).reset_index(drop=True)
        kept = set(plain.columns)
    except (ValueError, TypeError, NotImplementedError):
        kept = set()
    if not kept.issuperset(rest.column_names):
        # Metadata that does not fit: of parts of several kinds, or an index among the columns.
        plain = rest.to_pandas(date_as_object=False, ignore_metadata=True)
    return {
        name: _read_options(plain[name])
        if name not in ours
        else _read_text(table[name]).rename(name)
        if kind in _TEXTS
        else tuple_column(_to_tuples(table[name])).rename(name)
        for name, kind in kinds.items()
    }


def _read_options(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of options whose text is the contract's; any other column as it is."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    known = column.cat.categories
    is_text = pd.api.types.infer_dtype(known) == "string" or not len(known)
    if not is_text:
        return column
    # pandas takes an index too; pandas-stubs lacks it.
    return column.cat.rename_categories(known.astype(STR))  # type: ignore[arg-type]


def _read_text(column: Any) -> pd.Series[Any]:
    # The constructor that pandas offers to Arrow; pandas-stubs lacks it.
    return pd.Series(STR.__from_arrow__(column.cast("large_string")))  # type: ignore[attr-defined]


def _to_tuples(column: Any) -> list[tuple[Any, ...]]:
    """Return the cells of a list column as tuples; missing ones are empty."""
    if column.null_count or str(column.type.value_type) not in _TEXTS:
        return read_lists(pd.Series(column.to_pylist(), dtype=object)).tolist()
    made: list[tuple[Any, ...]] = []
    for chunk in column.chunks:
        items = tuple(chunk.values.to_pylist())
        made += [items[start:end] for start, end in pairwise(chunk.offsets.to_pylist())]
    return made


def _read_schema(table: Any, file: Path) -> Schema | None:
    """Return the schema that a file carries."""
    text = (table.schema.metadata or {}).get(_SCHEMA_KEY)
    return None if text is None else decode_schema(text, source=str(file))


def _describe_foreign(table: Any, cells: dict[str, pd.Series[Any]], file: Path) -> Schema:
    """Return the schema of a file that pandas wrote of a frame of ours."""
    frame = pd.DataFrame(cells, copy=False)
    with suppress(ValueError, TypeError):
        frame.attrs.update(json.loads((table.schema.metadata or {}).get(_ATTRS_KEY, b"{}")))
    if "asana" not in frame.attrs and not guess_record(cells):
        raise InvalidArgument(
            f"{file} holds no frame of this package. Read it with pd.read_parquet(path), or say "
            f'what its rows are, such as "tasks".'
        )
    return describe_frame(frame)
