"""List columns as tidy tables of their own: one row per pair."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.frames.arguments import check_frame, check_gids
from asana_frames.frames.arrays import build_array
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_definitions import read_definitions
from asana_frames.frames.list_cells import read_lists
from asana_frames.frames.schema import find_record

#: Kinds of custom fields that have several values.
_LIST_KINDS = frozenset({"multi_enum", "people", "reference"})


def bridge(frame: pd.DataFrame, column: str, *, key: str | None = None) -> pd.DataFrame:
    """Unroll list columns that belong together into one row per pair.

    Parameters
    ----------
    frame
        A frame with tuples in its list columns, and a ``gid`` column; else its first column of
        gids tells the rows.
    column
        The stem of the columns, such as ``"memberships"`` for ``memberships_project_gids``,
        ``memberships_section_names`` and so on, or ``"followers"``; or a column, such as
        ``"cf_Reviewers"`` with ``cf_Reviewers_gids``, or ``"path"``.
    key
        Name of the first column; ``task_gid`` for a frame that holds tasks unless given.

    Returns
    -------
    DataFrame
        The key and one column per list column, in the singular: ``project_gid``,
        ``project_name``, ``section_gid``, ``section_name``; for plain references the stem's own
        singular: ``follower_gid``, ``follower_name``; custom fields keep their names:
        ``cf_Reviewers``, ``cf_Reviewers_gid``. Text is ``str``, flags are ``boolean`` and numbers
        ``Float64``. Rows without items are left out.

    Raises
    ------
    InvalidArgument
        The frame has no such list columns, and the message names those it has; lists that belong
        together differ in length; or gids are numbers.

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
    check_gids(frame, what="af.bridge")
    check_text(column, name="column", like="followers")
    if key is not None:
        check_text(key, name="key", like="task_gid")
    names = [name for name in _list_columns(frame) if _belongs_to(name, column)]
    rows = _find_key(frame)
    if rows is None or not names:
        _refuse_text(frame, column)
        stems = sorted({_column_stem(name) for name in _list_columns(frame)})
        raise InvalidArgument(
            f"This frame has no list columns called {column!r}.{suggest_names(column, stems)} "
            f"It has: {', '.join(stems) or 'none'}."
        )
    lists = {name: read_lists(frame[name]).rename(name) for name in names}
    counts = lists[names[0]].map(len).to_numpy(dtype=np.int64)
    first = key or (key_column(frame) if rows == "gid" else rows)
    made: dict[str, Any] = {first: frame[rows].array.repeat(counts)}
    for name in names:
        _check_aligned(lists[name], counts, names[0])
        items = [item for items in lists[name] for item in items]
        kind = _item_kinds().get(name, "text")
        made[_singular_name(name, column)] = build_array(kind, items)
    return pd.DataFrame(made)


def _refuse_text(frame: pd.DataFrame, column: str) -> None:
    """Raise an error if a custom field is text, which may be one value or several."""
    is_text = column.startswith(PREFIX) and isinstance(
        frame.dtypes.to_dict().get(column), pd.StringDtype
    )
    if is_text:
        raise InvalidArgument(
            f"{column} holds text and no lists. If it comes from a file, read that again with "
            f"schema=, a frame that has this column, or write it with schema=True."
        )


def _check_aligned(lists: pd.Series[Any], counts: Any, first: str) -> None:
    """Raise an error if a list has another length than the one that it belongs to."""
    found = lists.map(len).to_numpy(dtype=np.int64)
    if not np.array_equal(found, counts):
        row = int(np.argmax(found != counts))
        raise InvalidArgument(
            f"{lists.name} is not aligned with {first}: row {row + 1} has {found[row]} item(s) in "
            f"{lists.name} and {counts[row]} in {first}. Make them equal, or leave one of the "
            f"columns out: frame.drop(columns={lists.name!r})."
        )


def _find_key(frame: pd.DataFrame) -> str | None:
    """Return the column that tells the rows: ``gid``, else the first that holds gids."""
    names = [name for name in frame.columns if isinstance(name, str)]
    return "gid" if "gid" in names else next((n for n in names if n.endswith("_gid")), None)


def _belongs_to(name: str, stem: str) -> bool:
    """Return whether a list column is the one that was asked for, or is aligned with it."""
    if stem.startswith(PREFIX):
        # Another field may be called like this one with more words.
        return name in (stem, f"{stem}_gids")
    return name == stem or name.startswith(f"{stem}_")


def _list_columns(frame: pd.DataFrame) -> list[str]:
    """Return the list columns of plain values."""
    lists = {one.column for one in read_definitions(frame) if one.kind in _LIST_KINDS}
    return [
        name
        for name in map(str, frame.columns)
        if _is_list_column(frame[name], name in lists or name.removesuffix("_gids") in lists)
    ]


def _is_list_column(column: pd.Series[Any], is_list_field: bool) -> bool:
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind == "O":
        column = column.astype(object)
    # Files hold lists as text, which only names and definitions tell.
    may_be_list = is_list_field or str(column.name) in _item_kinds()
    if column.dtype != object:
        return isinstance(column.dtype, pd.StringDtype) and may_be_list
    is_text = column.map(lambda cell: isinstance(cell, str)).any()
    return may_be_list if is_text else bool(column.map(_is_plain).all())


@cache
def _item_kinds() -> dict[str, str]:
    """Return the names of the list columns of all records, and the kinds of their items."""
    return {
        column.name: column.kind if column.kind in ("boolean", "number") else "text"
        for record in load().records
        for column in columns_of(record.name, ("all",))
        if column.depth
    }


def _is_plain(items: Any) -> bool:
    is_list = isinstance(items, tuple | list | np.ndarray)
    return is_list and not any(isinstance(item, tuple | list | np.ndarray) for item in items)


def _column_stem(name: str) -> str:
    if name.startswith(PREFIX):
        return name.removesuffix("_gids")
    if name.startswith("memberships_"):
        return "memberships"
    return name.rpartition("_")[0] or name


def _singular_name(name: str, stem: str) -> str:
    if stem.startswith(PREFIX):
        return f"{stem}_gid" if name != stem else name
    one = f"{stem[:-3]}y" if stem.endswith("ies") else stem.removesuffix("s")
    if name == stem:
        return one
    rest = name.removeprefix(f"{stem}_")
    rest = f"{rest[:-3]}y" if rest.endswith("ies") else rest.removesuffix("s")
    return f"{one}_{rest}" if "_" not in rest else rest


def key_column(frame: pd.DataFrame) -> str:
    """Name the key of a frame, such as ``task_gid``: by its attrs, else by its columns."""
    return f"{find_record(frame) or 'object'}_gid"
