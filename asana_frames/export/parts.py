"""Frames as they come -> a folder of Parquet files of one schema, in bounded memory."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from asana_frames._files import build_write_error, get_umask
from asana_frames._optional import require
from asana_frames.exceptions import ConfigurationError


def to_parquet_parts(
    frames: Iterable[pd.DataFrame], folder: str | os.PathLike[str]
) -> pd.DataFrame:
    """Write frames as the parts of a Parquet data set; needs the extra ``parquet``.

    Each frame is written and let go before the next one is asked for, so what ``asana.stream``
    reads need not fit into memory. The folder appears when all of it is written, and not if
    something fails.

    Parameters
    ----------
    frames
        Frames of one resource, such as ``asana.stream(asana.tasks.list, project=projects)``.
        Columns that only some of them have, as custom fields can be, are in all parts: missing,
        or the empty list.
    folder
        The folder to make; ``pandas.read_parquet`` reads it as one.

    Returns
    -------
    DataFrame
        ``part`` (file name, str) and ``rows`` (Int64), one row per file: ``part-00000.parquet``
        and so on.

    Raises
    ------
    ConfigurationError
        pyarrow is not installed (the message has the pip line), there are files in the folder
        already, or it cannot be written.

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
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(f"{target} is there already. Give a folder that is new or empty.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
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
    """Write every frame, and those again whose schema turned out to lack something."""
    parts: list[tuple[str, int, Any]] = []
    for number, frame in enumerate(frames):
        plain = frame.copy(deep=False)
        # What a frame remembers of its making is of the whole read, not of a part.
        plain.attrs = {}
        table = arrow.Table.from_pandas(plain, preserve_index=False)
        name = f"part-{number:05d}.parquet"
        parquet.write_table(table, scratch / name)
        parts.append((name, table.num_rows, table.schema))
    if parts:
        schemas = [schema for _, _, schema in parts]
        whole = arrow.unify_schemas(schemas, promote_options="permissive")
        whole = whole.with_metadata(_merge_pandas_metadata(schemas))
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


def _merge_pandas_metadata(schemas: Sequence[Any]) -> dict[bytes, bytes]:
    """Return what tells pandas the dtypes of all columns that some schema has."""
    told = [json.loads(schema.metadata[b"pandas"]) for schema in schemas]
    columns = {column["name"]: column for part in reversed(told) for column in part["columns"]}
    return {b"pandas": json.dumps({**told[0], "columns": list(columns.values())}).encode()}


def _fill_columns(table: Any, schema: Any, arrow: Any) -> Any:
    """Return a table with all columns of a schema; lists that it lacks are empty ones."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        elif arrow.types.is_list(field.type):
            columns.append(arrow.array([[]] * table.num_rows, field.type))
        else:
            columns.append(arrow.nulls(table.num_rows, field.type))
    return arrow.Table.from_arrays(columns, schema=schema)
