"""Cells of list columns: tuples in frames, text in files, and what other programs make of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import tuple_column

SEPARATOR = "; "
#: Begins a cell that is written as JSON.
_JSON_START = "["
#: Begins text that is read in another way than it is written: JSON, what hides a formula from a
#: spreadsheet, and a tuple as Python shows it.
_SPECIAL_STARTS = (_JSON_START, "'", "(")
#: How many characters of a cell a message shows.
_SHOWN = 40


def join_items(items: Iterable[Any]) -> str:
    """Return the items of a list as one text, which `split_items` reads.

    Items are joined by ``"; "``; as JSON where that could be read in another way.
    """
    values = list(items)
    texts = ["" if value is None else str(value) for value in values]
    is_plain = all(isinstance(value, str) and value for value in values)
    joined = SEPARATOR.join(texts)
    is_clear = is_plain and not any(
        SEPARATOR in text or text.endswith(";") or text != text.strip() for text in texts
    )
    if not values or (is_clear and not joined.startswith(_SPECIAL_STARTS)):
        return joined
    return json.dumps(values, ensure_ascii=False, default=str)


def split_items(text: str) -> tuple[Any, ...]:
    """Return the items of a text that `join_items` has made.

    Raises
    ------
    ValueError
        It is a tuple as Python shows it, or begins like JSON and is not a list of plain values.
    """
    if not text.strip():
        return ()
    if text.startswith("("):
        raise ValueError("it is a tuple as Python shows it")
    # An apostrophe before a formula is not part of the text.
    text = text.removeprefix("'")
    if not text.startswith(_JSON_START):
        return tuple(text.split(SEPARATOR))
    found = json.loads(text)
    if not all(item is None or isinstance(item, str | int | float) for item in found):
        raise ValueError("it is a list of other things than values")
    return tuple(found)


def read_lists(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a list column as tuples, whatever a file or another program has made of them.

    Tuples, lists, arrays and lists of Arrow are read, and the text that this package writes to
    files; missing cells are the empty tuple.

    Raises
    ------
    InvalidArgument
        A cell is none of these: the message names the column and the cell.
    """
    arrow = getattr(column.dtype, "pyarrow_dtype", None)
    cells: list[Any] = column.array.to_numpy(dtype=object).tolist() if arrow else column.tolist()
    if set(map(type, cells)) <= {tuple}:
        # Also a column without rows, of any dtype.
        return column if column.dtype == object else tuple_column(cells, column.index)
    return tuple_column([_read_cell(cell, column.name) for cell in cells], column.index)


def _read_cell(cell: Any, name: object) -> tuple[Any, ...]:
    if isinstance(cell, tuple | list | np.ndarray):
        return tuple(cell)
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return ()
    if isinstance(cell, float) and cell != cell:
        return ()
    if isinstance(cell, str):
        try:
            return split_items(cell)
        except ValueError:
            pass
    shown = repr(cell)
    raise InvalidArgument(
        f"{name} holds {shown[:_SHOWN]}{'...' if len(shown) > _SHOWN else ''} "
        f"({type(cell).__name__}), which is not a list. Read CSV files with "
        f'pd.read_csv(path, dtype="str"), or pass the frame as it was read from Asana.'
    )
