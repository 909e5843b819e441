"""Parquet files: one frame with its dtypes, lists and schema; and back."""

from __future__ import annotations

import json
import os
from collections.abc import Container, Sequence
from contextlib import suppress
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
from asana_frames.export.prepare import check_options
from asana_frames.export.schema_file import (
    SchemaSource,
    find_schema,
    prepare_for_file,
    restore_file,
)
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import column_as_text
from asana_frames.export.text_table import build_read_error
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR, tuple_column
from asana_frames.frames.clear_cells import holds_clear
from asana_frames.frames.gid_columns import is_gid_column, is_gid_list_column
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
        Any frame. Tuples become lists, labels of rows the first columns. A column that holds
        ``af.CLEAR`` is written as text, and read back as it was. The schema is part of the
        file; other programs do not mind it.
    path
        The file; an older one is replaced only when the new one is complete.
    anonymize
        A key: names become ``Person 482...`` and so on, as `to_csv` says.

    Raises
    ------
    InvalidArgument
        ``frame`` is not a DataFrame, two columns have one name, a column holds values of several
        kinds, or ``path`` is not a path or has the suffix of another format.
    ConfigurationError
        pyarrow is not installed (the message has the pip line), or the file cannot be written.
    """
    check_frame(frame, what="export.to_parquet")
    check_suffix(path, writer="to_parquet")
    check_options(anonymize=anonymize, labels=None)
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
        if holds_clear(made[name]):
            # As in all files, or Arrow would have values of several kinds in one column.
            made[name] = column_as_text(made[name], disarm=False, lists="json").map(
                str, na_action="ignore"
            )
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
        Equal to the one that was written: dtypes, categories, tuples, index and attrs. Labels of
        columns, such as the days of a pivot, are text. Numbers of rows, which are integers without
        a name, are not kept: rows are numbered from 0.

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
        if file.is_file():
            _check_names(parquet.read_schema(file).names, file)
        table = parquet.read_table(file)
    except (arrow.ArrowInvalid, arrow.ArrowException) as cause:
        raise InvalidArgument(
            f"{file} is no complete Parquet file: {cause}. Write it again."
        ) from cause
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    # The index of a frame that pandas wrote and that had no name, such as a filtered one.
    named = [name for name in table.column_names if not name.startswith("__index_level_")]
    table = _cast_gids(table.select(named))
    cells = _read_columns(table)
    known = find_schema(file, schema) if schema is not None else _read_schema(table, file)
    if known is None and resource is None:
        known = _describe_foreign(table, cells, file)
    known = choose_schema(known, resource, cells, source=str(file))
    return restore_file(cells, known, first_row=1, is_typed=True)


def _check_names(names: list[str], file: Path) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(
            f"{file} has several columns called {twice!r}. Rename one before it is written."
        )


def _cast_gids(table: Any) -> Any:
    """Return a table in which gids that are whole numbers, which are exact, are text."""
    for place, field in enumerate(table.schema):
        kind = _find_gid_type(field, table.column_names)
        if kind is not None:
            column = table.column(place).cast(kind)
            table = table.set_column(place, field.with_type(kind), column)
    return table


def _find_gid_type(field: Any, names: Container[object]) -> Any:
    """Return the type to which gids are to be cast; None for those of text, and other columns."""
    arrow = require("pyarrow", extra="parquet")
    text = arrow.large_string()
    if is_gid_column(field.name):
        return text if arrow.types.is_integer(field.type) else None
    is_list = is_gid_list_column(field.name, names) and str(field.type).startswith(_LISTS)
    if is_list and arrow.types.is_integer(field.type.value_type):
        return arrow.large_list(text)
    return None


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
    has_offsets = str(column.type).startswith(("list<", "large_list<"))
    if column.null_count or not has_offsets or str(column.type.value_type) not in _TEXTS:
        return read_lists(pd.Series(column.to_pylist(), dtype=object)).tolist()
    made: list[tuple[Any, ...]] = []
    for chunk in column.chunks:
        # Slices of an array have all its values.
        items = chunk.values.dictionary_encode("encode")
        made += _share_tuples(
            items.indices.to_numpy(), items.dictionary.to_pylist(), chunk.offsets.to_numpy()
        )
    return made


def _share_tuples(
    codes: np.ndarray[Any, Any], items: Sequence[Any], offsets: np.ndarray[Any, Any]
) -> list[tuple[Any, ...]]:
    """Return the list of each row as a tuple; equal ones are one object, as they often repeat.

    Parameters
    ----------
    codes
        Places in ``items``, the lists of all rows one after another.
    items
        The distinct items.
    offsets
        Where in ``codes`` the list of each row begins, and the end of the last.
    """
    starts, lengths = offsets[:-1], np.diff(offsets)
    # Each row's number stands for its list as far as it has been looked at.
    numbers, count = np.zeros(len(starts), dtype=np.int64), 1
    for place in range(lengths.max(initial=0)):
        rows = np.flatnonzero(lengths > place)
        longer = numbers[rows] * len(items) + codes[starts[rows] + place]
        found, distinct = pd.factorize(longer)
        numbers[rows] = found + count
        count += len(distinct)
    known: dict[int, tuple[Any, ...]] = {}
    listed, firsts = np.unique(numbers, return_index=True)
    for number, row in zip(listed.tolist(), firsts.tolist(), strict=True):
        known[number] = tuple(items[code] for code in codes[offsets[row] : offsets[row + 1]])
    return [*map(known.__getitem__, numbers.tolist())]


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
