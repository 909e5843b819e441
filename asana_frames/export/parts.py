"""A stream of frames as a folder of Parquet files with one schema, in bounded memory."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from asana_frames._arguments import check_iterable, parse_path
from asana_frames._files import (
    PART_SUFFIX,
    build_write_error,
    get_umask,
    part_prefix,
    remove_abandoned_parts,
)
from asana_frames._optional import require
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.parquet import build_table, merge_metadata
from asana_frames.frames.arguments import check_frame


def to_parquet_parts(
    frames: Iterable[pd.DataFrame], folder: str | os.PathLike[str]
) -> pd.DataFrame:
    """Write frames as the parts of a Parquet data set; needs the extra ``parquet``.

    Each frame is written and released before the next one is read, so the result of
    ``asana.stream`` need not fit into memory. The folder appears once everything is written; an
    error or an interrupt leaves no folder.

    Parameters
    ----------
    frames
        Frames of one resource, such as ``asana.stream(asana.tasks.list, project=projects)``.
        Columns that only some of the frames have, such as custom fields, are in all parts: their
        values are missing, lists are empty.
    folder
        The folder to create; ``pandas.read_parquet`` reads it as one frame.

    Returns
    -------
    DataFrame
        ``part`` (file name, str) and ``rows`` (Int64), one row per file: ``part-00000.parquet``
        and so on.

    Raises
    ------
    InvalidArgument
        ``frames`` holds anything but frames, or the folder exists and is not empty.
    ConfigurationError
        pyarrow is not installed (the message has the pip line), or the folder cannot be written.

    Examples
    --------
    >>> import asana_frames as af, tempfile
    >>> asana = af.sandbox()
    >>> parts = asana.stream(asana.tasks.list, project="Website relaunch", rows=100)
    >>> made = to_parquet_parts(parts, tempfile.mkdtemp() + "/tasks")
    >>> made["part"].tolist()
    ['part-00000.parquet', 'part-00001.parquet', 'part-00002.parquet']
    """
    arrow, parquet = (
        require("pyarrow", extra="parquet"),
        require("pyarrow.parquet", extra="parquet"),
    )
    target = parse_path(folder, name="folder", like="tasks")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidArgument(f"{target} already exists; give a folder that is new or empty.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned_parts(target.parent)
        scratch = Path(
            tempfile.mkdtemp(prefix=part_prefix(), suffix=PART_SUFFIX, dir=target.parent)
        )
    except OSError as cause:
        raise build_write_error(target, cause) from cause
    try:
        made = _write_parts(frames, scratch, arrow, parquet)
        scratch.chmod(0o777 & ~get_umask())
        scratch.replace(target)
    except OSError as cause:
        raise build_write_error(target, cause) from cause
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return made


def _write_parts(
    frames: Iterable[pd.DataFrame], scratch: Path, arrow: Any, parquet: Any
) -> pd.DataFrame:
    """Write each frame to a file, then rewrite the files that lack columns of others."""
    parts: list[tuple[str, int, Any]] = []
    if isinstance(frames, pd.DataFrame):
        raise InvalidArgument("frames= takes frames, not one frame; use export.to_parquet for it.")
    check_iterable(frames, name="frames", like="asana.stream(asana.tasks.list, project=projects)")
    # enumerate would keep the frame until the next one is there.
    for frame in frames:
        check_frame(frame, what="export.to_parquet_parts(frames=)")
        name = f"part-{len(parts):05d}.parquet"
        schema = _write_part(frame, scratch / name, parquet)
        parts.append((name, len(frame), schema))
        del frame
    if parts:
        schemas = [schema for _, _, schema in parts]
        try:
            whole = arrow.unify_schemas(schemas, promote_options="permissive")
        except arrow.ArrowException as cause:
            raise InvalidArgument(
                f"The frames do not fit together: {cause}. Give each column one kind of values."
            ) from cause
        whole = whole.with_metadata(_merge_pandas_metadata(schemas) | merge_metadata(schemas))
        for name, _, schema in parts:
            if not schema.equals(whole):
                table = parquet.read_table(scratch / name)
                parquet.write_table(_fill_columns(table, whole, arrow), scratch / name)
    names, rows = [name for name, _, _ in parts], [count for _, count, _ in parts]
    return pd.DataFrame(
        {
            "part": pd.array(names, pd.StringDtype(na_value=float("nan"))),
            "rows": pd.array(rows, "Int64"),
        }
    )


def _write_part(frame: pd.DataFrame, path: Path, parquet: Any) -> Any:
    """Write a frame to a file and return its schema."""
    # The attrs describe the whole read, not a part of it.
    table = build_table(frame, with_attrs=False)
    parquet.write_table(table, path)
    return table.schema


def _merge_pandas_metadata(schemas: Sequence[Any]) -> dict[bytes, bytes]:
    """Return the metadata from which pandas restores the dtypes of all columns."""
    parts = [json.loads(schema.metadata[b"pandas"]) for schema in schemas]
    columns = {column["name"]: column for part in reversed(parts) for column in part["columns"]}
    return {b"pandas": json.dumps({**parts[0], "columns": list(columns.values())}).encode()}


def _fill_columns(table: Any, schema: Any, arrow: Any) -> Any:
    """Return a table with all columns of a schema; missing list columns hold empty lists."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        elif arrow.types.is_list(field.type):
            columns.append(arrow.array([[]] * table.num_rows, field.type))
        else:
            columns.append(arrow.nulls(table.num_rows, field.type))
    return arrow.Table.from_arrays(columns, schema=schema)
