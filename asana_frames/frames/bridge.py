"""List columns as tidy tables of their own: one row per pair."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import build_array
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.list_cells import read_lists
from asana_frames.frames.schema import find_record


def bridge(frame: pd.DataFrame, column: str, *, key: str | None = None) -> pd.DataFrame:
    """Unroll list columns that belong together into one row per pair.

    Parameters
    ----------
    frame
        A frame with a ``gid`` column and tuples in its list columns.
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
    check_frame(frame, what="af.bridge")
    check_text(column, name="column", like="followers")
    if key is not None:
        check_text(key, name="key", like="task_gid")
    names = _list_columns(frame, column)
    if "gid" not in frame or not names:
        stems = sorted({_column_stem(name) for name in _list_columns(frame, "")})
        raise InvalidArgument(
            f"This frame has no list columns called {column!r}.{suggest_names(column, stems)} "
            f"It has: {', '.join(stems) or 'none'}."
        )
    lists = {name: read_lists(frame[name]) for name in names}
    counts = lists[names[0]].map(len).to_numpy(dtype=np.int64)
    made: dict[str, Any] = {key or key_column(frame): frame["gid"].array.repeat(counts)}
    for name in names:
        if not np.array_equal(lists[name].map(len), counts):
            raise InvalidArgument(f"{name} is not aligned with {names[0]}.")
        items = [item for items in lists[name] for item in items]
        made[_singular_name(name, column)] = build_array("text", items)
    return pd.DataFrame(made)


def _list_columns(frame: pd.DataFrame, stem: str) -> list[str]:
    """Return the list columns of plain values whose names begin with a stem."""
    return [
        name
        for name in map(str, frame.columns)
        if name.startswith(f"{stem}_" if stem else "")
        and not name.startswith(PREFIX)
        and _is_list_column(frame[name])
    ]


def _is_list_column(column: pd.Series[Any]) -> bool:
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind == "O":
        column = column.astype(object)
    if column.dtype != object:
        # Files hold lists as text, which only the name tells.
        return isinstance(column.dtype, pd.StringDtype) and str(column.name) in _list_names()
    is_text = column.map(lambda cell: isinstance(cell, str)).any()
    return str(column.name) in _list_names() if is_text else bool(column.map(_is_plain).all())


@cache
def _list_names() -> frozenset[str]:
    """Return the names of the list columns of all records."""
    return frozenset(
        column.name
        for record in load().records
        for column in columns_of(record.name, ("all",))
        if column.depth
    )


def _is_plain(items: Any) -> bool:
    is_list = isinstance(items, tuple | list | np.ndarray)
    return is_list and not any(isinstance(item, tuple | list | np.ndarray) for item in items)


def _column_stem(name: str) -> str:
    return name.partition("_")[0] if name.startswith("memberships_") else name.rpartition("_")[0]


def _singular_name(name: str, stem: str) -> str:
    rest = name.removeprefix(f"{stem}_")
    rest = f"{rest[:-3]}y" if rest.endswith("ies") else rest.removesuffix("s")
    one = f"{stem[:-3]}y" if stem.endswith("ies") else stem.removesuffix("s")
    return f"{one}_{rest}" if "_" not in rest else rest


def key_column(frame: pd.DataFrame) -> str:
    """Name the key of a frame, such as ``task_gid``: by its attrs, else by its columns."""
    return f"{find_record(frame) or 'object'}_gid"
