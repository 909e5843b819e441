"""CSV files that leave nothing to interpret, as pyarrow reads them: several times as quickly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asana_frames.frames.arrays import STR, find_pyarrow

_QUOTE = ord('"')
#: Bytes that are looked at together.
_BLOCK = 1 << 24
#: What begins a UTF-8 file of Excel.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_plain_columns(file: Path, names: Sequence[str], sep: str) -> list[Any] | None:
    """Return the text of each column of a UTF-8 file whose first row is the header.

    Returns
    -------
    list of arrays or None
        None where pyarrow is not installed, or the file has anything that pyarrow might read in
        another way than the csv module, which then reads it or says what is wrong.
    """
    arrow = find_pyarrow()
    if arrow is None or not sep.isascii():
        return None
    import pyarrow.csv

    text = arrow.large_string()
    try:
        if not _is_plain(np.memmap(file, dtype=np.uint8, mode="r"), sep):
            return None
        table = pyarrow.csv.read_csv(
            file,
            # The first of the rows is the header, which may have several columns of one name.
            pyarrow.csv.ReadOptions(
                column_names=[*map(str, range(len(names)))],
                skip_rows_after_names=1,
                block_size=_BLOCK,
            ),
            pyarrow.csv.ParseOptions(delimiter=sep, newlines_in_values=True),
            pyarrow.csv.ConvertOptions(
                column_types={str(place): text for place in range(len(names))}
            ),
        )
    except (arrow.ArrowException, OSError, ValueError):
        return None
    # The constructor that pandas offers to Arrow; pandas-stubs lacks it.
    return [STR.__from_arrow__(column) for column in table.columns]  # type: ignore[attr-defined]


def _is_plain(data: np.ndarray[Any, Any], sep: str) -> bool:
    """Whether quotes enclose cells or are doubled, and lines end as on Linux or Windows."""
    if bytes(data[:3]) == _BYTE_ORDER_MARK:
        data = data[3:]
    is_edge = np.zeros(256, dtype=bool)
    is_edge[[_QUOTE, ord(sep), *b"\r\n"]] = True
    is_open = False
    for start in range(0, len(data), _BLOCK):
        # With the byte before and the byte after.
        block = data[max(start - 1, 0) : start + _BLOCK + 1]
        first = min(start, 1)
        quotes = np.flatnonzero(block[first : first + _BLOCK] == _QUOTE) + first
        opening, closing = quotes[int(is_open) :: 2], quotes[1 - int(is_open) :: 2]
        before, after = opening[opening > 0] - 1, closing[closing < len(block) - 1] + 1
        if not (is_edge[block[before]].all() and is_edge[block[after]].all()):
            return False
        is_open ^= len(quotes) % 2 == 1
        returns = np.flatnonzero(block == ord("\r"))
        if not (block[returns[returns < len(block) - 1] + 1] == ord("\n")).all():
            return False
    return not is_open
