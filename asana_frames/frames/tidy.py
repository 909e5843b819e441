"""List columns and custom fields as tidy tables of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arrays import build_array
from asana_frames.frames.field_columns import PREFIX

_GIDS = "_gids"


def bridge(frame: pd.DataFrame, column: str, *, key: str | None = None) -> pd.DataFrame:
    """Unroll list columns that belong together into one row per pair.

    Parameters
    ----------
    frame
        A frame with a ``gid`` column and tuples in the columns asked for.
    column
        The stem of the columns, such as ``"memberships"`` for ``memberships_project_gids``,
        ``memberships_section_names`` and so on, or ``"followers"``.
    key
        Name of the first column; ``task_gid`` for a frame that holds tasks unless given.

    Returns
    -------
    DataFrame
        The key and one ``str`` column per list column, in the singular: ``project_gid``,
        ``project_name``, ``section_gid``, ``section_name``; for plain references the stem's own
        singular: ``follower_gid``, ``follower_name``. Rows without items are left out.

    Raises
    ------
    InvalidArgument
        The frame has no such list columns; the message names those it has.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"gid": ["1"], "tags_gids": [("7", "8")], "tags_names": [("a", "b")]})
    >>> bridge(tasks, "tags", key="task_gid")
      task_gid tag_gid tag_name
    0        1       7        a
    1        1       8        b
    """
    names = _list_columns(frame, column)
    if "gid" not in frame or not names:
        stems = sorted({_stem(name) for name in _list_columns(frame, "")})
        raise InvalidArgument(
            f"This frame has no list columns called {column!r}.{suggest_names(column, stems)} "
            f"It has: {', '.join(stems) or 'none'}."
        )
    counts = frame[names[0]].map(len).to_numpy(dtype=np.int64)
    made: dict[str, Any] = {key or _key(frame): frame["gid"].array.repeat(counts)}
    for name in names:
        items = [item for items in frame[name] for item in items]
        if len(items) != counts.sum():
            raise InvalidArgument(f"{name} is not aligned with {names[0]}.")
        made[_singular(name, column)] = build_array("text", items)
    return pd.DataFrame(made)


def _list_columns(frame: pd.DataFrame, stem: str) -> list[str]:
    """Return the columns of tuples of plain values whose names begin with a stem."""
    return [
        name
        for name in map(str, frame.columns)
        if name.startswith(f"{stem}_" if stem else "")
        and not name.startswith(PREFIX)
        and frame[name].dtype == object
        and frame[name].map(_is_plain).all()
    ]


def _is_plain(items: Any) -> bool:
    return isinstance(items, tuple) and not any(isinstance(item, tuple) for item in items)


def _stem(name: str) -> str:
    return name.partition("_")[0] if name.startswith("memberships_") else name.rpartition("_")[0]


def _singular(name: str, stem: str) -> str:
    rest = name.removeprefix(f"{stem}_")
    rest = f"{rest[:-3]}y" if rest.endswith("ies") else rest.removesuffix("s")
    one = f"{stem[:-3]}y" if stem.endswith("ies") else stem.removesuffix("s")
    return f"{one}_{rest}" if "_" not in rest else rest


def _key(frame: pd.DataFrame) -> str:
    """Return ``task_gid`` for a frame of tasks: by what it remembers, else by its columns."""
    told = frame.attrs.get("asana", {})
    asked = told.get("operation", "")
    known = next((op.record for op in load().operations if op.name == asked), "")
    # A read of more than one kind of request says of what its rows are.
    record = told.get("record", known)
    return f"{record or _record_with(set(map(str, frame.columns)))}_gid"


def _record_with(names: set[str]) -> str:
    """Return the record type whose default columns are all there, the richest of several."""
    fits = {
        record.name: len(columns)
        for record in load().records
        if (columns := {c.name for c in columns_of(record.name) if c.kind != "custom_fields"})
        <= names
    }
    return max(fits, key=fits.__getitem__, default="object")


def custom_fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the custom fields of a frame in the long form: one row per object and field.

    Parameters
    ----------
    frame
        A frame with ``gid`` and ``cf_`` columns.

    Returns
    -------
    DataFrame
        ``<record>_gid`` (str), ``custom_field`` (str, the field's name), ``text_value`` (str, the
        text or the option picked), ``number_value`` (Float64), ``date_value`` (datetime64[us])
        and ``values`` (tuples: options, people, references). Empty values are left out.

    Raises
    ------
    InvalidArgument
        The frame has no ``gid`` column.
    """
    if "gid" not in frame:
        raise InvalidArgument('This frame has no "gid" column to name its objects by.')
    key = _key(frame)
    parts = [
        _long(frame, name, key)
        for name in map(str, frame.columns)
        if name.startswith(PREFIX) and f"{name.removesuffix(_GIDS)}" not in _people(frame, name)
    ]
    kept = [part for part in parts if len(part)] or [_long_form(key, [], "", "", [])]
    return pd.concat(kept, ignore_index=True)


def _people(frame: pd.DataFrame, name: str) -> set[str]:
    """Return the people field whose gids a column holds, so that it is not told twice."""
    stem = name.removesuffix(_GIDS)
    return {stem} if name.endswith(_GIDS) and stem in frame.columns else set()


def _long(frame: pd.DataFrame, name: str, key: str) -> pd.DataFrame:
    column = frame[name]
    if column.dtype == object:
        filled = column.map(len).gt(0)
        where = "values"
    else:
        filled = column.notna()
        kind = column.dtype
        where = (
            "number_value"
            if pd.api.types.is_numeric_dtype(kind)
            else "date_value"
            if pd.api.types.is_datetime64_any_dtype(kind)
            else "text_value"
        )
    gids = frame.loc[filled, "gid"].tolist()
    return _long_form(key, gids, name.removeprefix(PREFIX), where, column[filled].tolist())


def _long_form(
    key: str, gids: list[str], name: str, where: str, values: list[Any]
) -> pd.DataFrame:
    count = len(gids)
    nothing: list[Any] = [None] * count
    dates = pd.Series(values if where == "date_value" else nothing, dtype="datetime64[us]")
    return pd.DataFrame(
        {
            key: build_array("text", gids),
            "custom_field": build_array("text", [name] * count),
            "text_value": build_array("text", values if where == "text_value" else nothing),
            "number_value": build_array("number", values if where == "number_value" else nothing),
            "date_value": dates.array,
            "values": build_array("tuple", values if where == "values" else [()] * count),
        }
    )
