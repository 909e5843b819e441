"""Cells of list columns: tuples in frames, text in files, and what other programs make of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import tuple_column

SEPARATOR = "; "
#: What holds the items of a list, in frames and in what other programs make of them.
_LISTS = (tuple, list, np.ndarray)
#: Begins a cell that is written as JSON.
_JSON_START = "["
#: Begins text that is read in another way than it is written: JSON, what hides a formula from a
#: spreadsheet, and a tuple as Python shows it.
_SPECIAL_STARTS = (_JSON_START, "'", "(")
#: How lists begin that Python, and with it pandas, has written.
_PYTHON_LISTS = ("(", "['", "[None")
#: A tuple or list of text as Python shows it.
_PYTHON_LIST = re.compile(r"""\(\)|\((?:'|"|None\b).*\)|\[(?:'|None\b).*\]""", re.DOTALL)
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
    return items_to_json(values)


def items_to_json(items: Iterable[Any]) -> str:
    """Return the items of a list as JSON, which `split_items` reads."""
    return json.dumps(_to_plain(items), ensure_ascii=False, default=str)


def _to_plain(items: Iterable[Any]) -> list[Any]:
    return [_to_plain(item) if isinstance(item, _LISTS) else item for item in items]


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
        # People leave separators and spaces behind; items that have their own are in JSON.
        items = (item.strip().rstrip(";").rstrip() for item in text.split(SEPARATOR))
        return tuple(filter(None, items))
    found = _to_tuple(json.loads(text))
    if any(isinstance(item, dict) for item in found):
        raise ValueError("it is a list of other things than values")
    return found


def _to_tuple(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_to_tuple(item) if isinstance(item, _LISTS) else item for item in items)


def read_lists(column: pd.Series[Any], *, first_row: int = 1) -> pd.Series[Any]:
    """Return a list column as tuples, whatever a file or another program has made of them.

    Tuples, lists, arrays and lists of Arrow are read, and the text that this package writes to
    files; missing cells are the empty tuple. ``first_row`` is the number of the first row in
    messages.

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
    if isinstance(column.dtype, pd.StringDtype):
        # Few texts repeat often: each is read once, and its tuple is shared.
        codes, distinct = pd.factorize(column.array)
        rows = (int(np.argmax(codes == code)) + first_row for code in range(len(distinct)))
        read = [_read_cell(*each, column.name) for each in zip(distinct, rows, strict=True)]
        # A missing cell has the code -1.
        lists = tuple_column([*read, ()]).to_numpy()[codes]
        return pd.Series(lists, index=column.index)
    return tuple_column(
        [_read_cell(cell, row, column.name) for row, cell in enumerate(cells, first_row)],
        column.index,
    )


def check_python_lists(frame: pd.DataFrame) -> None:
    """Raise an error if a column of text has tuples as Python, and with it pandas, writes them.

    For functions that take columns for what they are, whatever their names say.

    Raises
    ------
    InvalidArgument
        All cells of a column are such text; the message names the column and the cell.
    """
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        may_be_text = isinstance(column.dtype, pd.StringDtype) or column.dtype == object
        if may_be_text and _are_python_lists(column.dropna()):
            read_lists(column)


def _are_python_lists(present: pd.Series[Any]) -> bool:
    cells = iter(present)
    first = next(cells, None)
    if not isinstance(first, str) or not _PYTHON_LIST.fullmatch(first):
        return False
    return all(isinstance(cell, str) and _PYTHON_LIST.fullmatch(cell) for cell in cells)


def _read_cell(cell: Any, row: int, name: object) -> tuple[Any, ...]:
    if isinstance(cell, _LISTS) and not any(isinstance(item, dict) for item in cell):
        return _to_tuple(cell)
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
    advice = (
        "It is a list as pandas' own to_csv writes it: write the file with "
        "af.export.to_csv(frame, path), and read that one with af.read_csv."
        if isinstance(cell, str) and cell.startswith(_PYTHON_LISTS)
        else 'Read files with af.read_csv(path, "tasks") or another reader of this package, or '
        "pass the frame as it was read from Asana."
    )
    raise InvalidArgument(
        f"{name}, row {row}: {shown[:_SHOWN]}{'...' if len(shown) > _SHOWN else ''} "
        f"({type(cell).__name__}) is not a list. {advice}"
    )
