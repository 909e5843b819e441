"""Lists of Python values -> arrays of the contract's dtypes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.catalog import Column
from asana_frames.exceptions import AsanaWarning
from asana_frames.frames.tolerant import as_json

#: The contract's text: ``str`` on pandas 2.3 and 3, with or without pyarrow.
STR = pd.StringDtype(na_value=np.nan)

#: Kind of a value -> dtype of its column.
DTYPES: dict[str, Any] = {
    "text": STR,
    "json": STR,
    "integer": pd.Int64Dtype(),
    "number": pd.Float64Dtype(),
    "boolean": pd.BooleanDtype(),
    "date": np.dtype("datetime64[us]"),
    "datetime": pd.DatetimeTZDtype("us", "UTC"),
    "tuple": np.dtype(object),
}

#: A part of a column, packed.
Chunk = Any
#: Rows that are packed together: fewer take more calls, more leave the cache (measured).
_BATCH = 1000
#: Values that are remembered to share them; where more differ, sharing does not pay.
_SHARED = 250


@cache
def _pyarrow() -> Any:
    """Return pyarrow where pandas would use it for text, else None."""
    if getattr(STR, "storage", "python") != "pyarrow":
        return None
    import pyarrow

    return pyarrow


class ColumnBuffer:
    """Collects the values of one column, packed batch by batch so that little lies about."""

    def __init__(self, column: Column) -> None:
        self._begin("tuple" if column.depth else column.kind, column.name)

    @classmethod
    def of(cls, kind: str, name: str = "") -> ColumnBuffer:
        """Return a buffer for values of a kind."""
        buffer = cls.__new__(cls)
        buffer._begin(kind, name)
        return buffer

    def _begin(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        self._waiting: list[Any] = []
        self._chunks: list[Chunk] = []
        self._seen: dict[Any, Any] = {}
        self._shares = True

    def extend(self, values: Sequence[Any]) -> None:
        """Add the values of one page."""
        self._waiting.extend(values)
        if len(self._waiting) >= _BATCH:
            self._pack()

    def _pack(self) -> None:
        self._chunks.append(self._packed(self._waiting))
        self._waiting = []

    def _packed(self, values: Sequence[Any]) -> Chunk:
        if self.kind in ("text", "json"):
            return self._text(values)
        if self.kind in ("boolean", "integer", "number"):
            return _masked(self.kind, values)
        if self.kind in ("date", "datetime"):
            return _times(self.kind, values, self.name)
        return self._objects(values)

    def _text(self, values: Sequence[Any]) -> Chunk:
        if self.kind == "json":
            values = [None if value is None else as_json(value) for value in values]
        arrow = _pyarrow()
        if arrow is not None:
            return arrow.array(values, arrow.large_string())
        return self._objects(values)

    def _objects(self, values: Sequence[Any]) -> Chunk:
        if self._shares:
            # The same few names come again and again; one object for each saves most memory.
            values = list(map(self._seen.setdefault, values, values))
            self._shares = len(self._seen) < _SHARED
        return np.fromiter(values, dtype=object, count=len(values))

    def array(self) -> Any:
        """Return the whole column."""
        self._pack()
        chunks = self._chunks
        self._chunks = []
        if self.kind in ("text", "json"):
            return _joined_text(chunks)
        if self.kind in ("boolean", "integer", "number"):
            return _joined_masked(self.kind, chunks)
        if self.kind in ("date", "datetime"):
            return _joined_times(self.kind, chunks)
        return np.concatenate(chunks)


def build_array(kind: str, values: Sequence[Any], name: str = "") -> Any:
    """Return ``values`` as an array of the contract's dtype for their kind."""
    buffer = ColumnBuffer.of(kind, name)
    buffer.extend(values)
    return buffer.array()


def missing(kind: str, count: int) -> Any:
    """Return a column of missing values."""
    return build_array(kind, [() if kind == "tuple" else None] * count)


def _joined_text(chunks: list[Chunk]) -> Any:
    arrow = _pyarrow()
    if arrow is not None:
        whole = arrow.chunked_array(chunks, arrow.large_string())
        # The door that pandas leaves open for Arrow; its stubs do not know it.
        return STR.__from_arrow__(whole)  # type: ignore[attr-defined]
    whole = np.concatenate(chunks)
    return pd.array(whole, dtype=STR)


_NUMPY: dict[str, type] = {"boolean": np.bool_, "integer": np.int64, "number": np.float64}
_MASKED: dict[str, Any] = {
    "boolean": pd.arrays.BooleanArray,
    "integer": pd.arrays.IntegerArray,
    "number": pd.arrays.FloatingArray,
}


def _masked(kind: str, values: Sequence[Any]) -> Chunk:
    """Pack numbers or flags with a mask of the missing ones."""
    dtype = _NUMPY[kind]
    if None not in values:
        return _cast(values, dtype), np.zeros(len(values), dtype=np.bool_)
    if kind == "number":
        # JSON has no NaN, so whatever is one here was missing.
        numbers = np.array(values, dtype=np.float64)
        mask = np.isnan(numbers)
        numbers[mask] = 0
        return numbers, mask
    mask = np.array([value is None for value in values], dtype=np.bool_)
    return _cast([value or 0 for value in values], dtype), mask


def _cast(values: Sequence[Any], dtype: type) -> Any:
    try:
        return np.array(values, dtype=dtype)
    except OverflowError:
        # Beyond 64 bits: no number Asana means; the nearest that fits stands for it.
        info = np.iinfo(np.int64)
        return np.array([min(max(value, info.min), info.max) for value in values], dtype=dtype)


def _joined_masked(kind: str, chunks: list[Chunk]) -> Any:
    values, masks = zip(*chunks, strict=True)
    return _MASKED[kind](np.concatenate(values), np.concatenate(masks))


#: Characters of a day and a moment as Asana writes them, and a missing one as wide.
_WIDTHS = {
    "date": (10, "NaT".ljust(10, "\0")),
    "datetime": (24, "NaT".ljust(23, "\0") + "Z"),
}


def _times(kind: str, values: Sequence[Any], name: str) -> Any:
    """Read ISO 8601 text into ``datetime64[us]``, the times in UTC."""
    width, nothing = _WIDTHS[kind]
    filled = [nothing if value is None else value for value in values]
    text = "".join(filled)
    # Asana writes days and moments in one width each, so they can be read as one block.
    if len(text) == width * len(filled) and text.isascii():
        block = np.frombuffer(text.encode("ascii"), dtype=f"S{width}")
        try:
            if kind == "date":
                return block.astype("datetime64[D]").astype("datetime64[us]")
            if text[width - 1 :: width] == "Z" * len(filled):
                return block.astype(f"S{width - 1}").astype("datetime64[us]")
        except ValueError:
            pass
    return _parsed(kind, values, name)


def _parsed(kind: str, values: Sequence[Any], name: str) -> Any:
    """Read times of any ISO form; what is none is missing, and a warning says so."""
    read = [None if value is None else _moment(kind, value) for value in values]
    odd = [v for v, moment in zip(values, read, strict=True) if v is not None and moment is None]
    if odd:
        warnings.warn(
            f"{name}: {len(odd)} value(s) are no {kind} and are missing in the frame, "
            f"such as {odd[0]!r}.",
            AsanaWarning,
            stacklevel=2,
        )
    return np.array(read, dtype="datetime64[us]")


def _moment(kind: str, text: str) -> datetime | None:
    """Return a moment in UTC, or the day that the text itself names, both naive."""
    try:
        moment = datetime.fromisoformat(text)
        if kind == "date":
            return datetime(moment.year, moment.month, moment.day)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _joined_times(kind: str, chunks: list[Chunk]) -> Any:
    whole = np.concatenate(chunks)
    stamps = pd.DatetimeIndex(whole)
    return (stamps.tz_localize("UTC") if kind == "datetime" else stamps).array
