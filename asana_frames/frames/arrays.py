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
from asana_frames.frames.coerce import to_json_text

#: The contract's text: ``str`` on pandas 2.3 and 3, with or without pyarrow.
STR = pd.StringDtype(na_value=np.nan)
#: The contract's moments.
UTC_DATETIME = pd.DatetimeTZDtype("us", "UTC")

#: Kind of a value -> dtype of its column.
DTYPES: dict[str, Any] = {
    "text": STR,
    "json": STR,
    "integer": pd.Int64Dtype(),
    "number": pd.Float64Dtype(),
    "boolean": pd.BooleanDtype(),
    "date": np.dtype("datetime64[us]"),
    "datetime": UTC_DATETIME,
    "tuple": np.dtype(object),
}

#: A part of a column, packed.
Chunk = Any
#: Rows packed at a time: fewer cost more calls, more leave the CPU cache (measured).
_BATCH = 1000
#: Distinct values to share objects for; with more of them sharing does not pay.
_MAX_SHARED = 250


@cache
def find_pyarrow() -> Any:
    """Return pyarrow where pandas would use it for text, else None."""
    if getattr(STR, "storage", "python") != "pyarrow":
        return None
    import pyarrow.compute

    return pyarrow


class ColumnBuffer:
    """Collects the values of one column, packed batch by batch to save memory."""

    def __init__(self, column: Column) -> None:
        self._reset("tuple" if column.depth else column.kind, column.name)

    @classmethod
    def of(cls, kind: str, name: str = "") -> ColumnBuffer:
        """Return a buffer for values of a kind."""
        buffer = cls.__new__(cls)
        buffer._reset(kind, name)
        return buffer

    def _reset(self, kind: str, name: str) -> None:
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
        self._chunks.append(self._pack_values(self._waiting))
        self._waiting = []

    def _pack_values(self, values: Sequence[Any]) -> Chunk:
        if self.kind in ("text", "json"):
            return self._pack_text(values)
        if self.kind in ("boolean", "integer", "number"):
            return _pack_masked(self.kind, values)
        if self.kind in ("date", "datetime"):
            return _parse_times(self.kind, values, self.name)
        return self._pack_objects(values)

    def _pack_text(self, values: Sequence[Any]) -> Chunk:
        if self.kind == "json":
            values = [None if value is None else to_json_text(value) for value in values]
        arrow = find_pyarrow()
        if arrow is not None:
            return arrow.array(values, arrow.large_string())
        return self._pack_objects(values)

    def _pack_objects(self, values: Sequence[Any]) -> Chunk:
        if self._shares:
            # The same few names repeat; one object for each saves most of the memory.
            values = list(map(self._seen.setdefault, values, values))
            self._shares = len(self._seen) < _MAX_SHARED
        return np.fromiter(values, dtype=object, count=len(values))

    def array(self) -> Any:
        """Return the whole column."""
        self._pack()
        chunks = self._chunks
        self._chunks = []
        if self.kind in ("text", "json"):
            return _join_text(chunks)
        if self.kind in ("boolean", "integer", "number"):
            return _join_masked(self.kind, chunks)
        if self.kind in ("date", "datetime"):
            return _join_times(self.kind, chunks)
        return np.concatenate(chunks)


def build_array(kind: str, values: Sequence[Any], name: str = "") -> Any:
    """Return ``values`` as an array of the contract's dtype for their kind."""
    buffer = ColumnBuffer.of(kind, name)
    buffer.extend(values)
    return buffer.array()


def tuple_column(tuples: Sequence[Any], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Return a column of tuples; pandas alone makes a table of tuples that have one length."""
    return pd.Series(build_array("tuple", tuples), index=index)


def missing(kind: str, count: int) -> Any:
    """Return a column of missing values."""
    return build_array(kind, [() if kind == "tuple" else None] * count)


def _join_text(chunks: list[Chunk]) -> Any:
    arrow = find_pyarrow()
    if arrow is not None:
        whole = arrow.chunked_array(chunks, arrow.large_string())
        # The constructor that pandas offers to Arrow; pandas-stubs lacks it.
        return STR.__from_arrow__(whole)  # type: ignore[attr-defined]
    whole = np.concatenate(chunks)
    return pd.array(whole, dtype=STR)


_INT64 = np.iinfo(np.int64)
_NUMPY: dict[str, type] = {"boolean": np.bool_, "integer": np.int64, "number": np.float64}
_MASKED: dict[str, Any] = {
    "boolean": pd.arrays.BooleanArray,
    "integer": pd.arrays.IntegerArray,
    "number": pd.arrays.FloatingArray,
}


def _pack_masked(kind: str, values: Sequence[Any]) -> Chunk:
    """Pack numbers or flags with a mask of the missing ones."""
    dtype = _NUMPY[kind]
    if None not in values:
        try:
            return np.array(values, dtype=dtype), np.zeros(len(values), dtype=np.bool_)
        except OverflowError:
            values = _drop_overflow(values)
    if kind == "number":
        # JSON has no NaN, so any NaN here is a None.
        numbers = np.array(values, dtype=np.float64)
        mask = np.isnan(numbers)
        numbers[mask] = 0
        return numbers, mask
    mask = np.array([value is None for value in values], dtype=np.bool_)
    try:
        return np.array([value or 0 for value in values], dtype=dtype), mask
    except OverflowError:
        return _pack_masked(kind, _drop_overflow(values))


def _drop_overflow(values: Sequence[Any]) -> list[Any]:
    """Replace integers beyond 64 bits by None: better missing than a different number."""
    return [v if v is None or _INT64.min <= v <= _INT64.max else None for v in values]


def _join_masked(kind: str, chunks: list[Chunk]) -> Any:
    values, masks = zip(*chunks, strict=True)
    return _MASKED[kind](np.concatenate(values), np.concatenate(masks))


#: Width of a date and a time as Asana writes them, and a missing one padded to it.
_WIDTHS = {
    "date": (10, "NaT".ljust(10, "\0")),
    "datetime": (24, "NaT".ljust(23, "\0") + "Z"),
}


def _parse_times(kind: str, values: Sequence[Any], name: str) -> Any:
    """Read ISO 8601 text into ``datetime64[us]``, the times in UTC."""
    width, missing_text = _WIDTHS[kind]
    filled = [missing_text if value is None else value for value in values]
    text = "".join(filled)
    # Asana writes dates and times in one width each, so they can be parsed as one block.
    if len(text) == width * len(filled) and text.isascii():
        block = np.frombuffer(text.encode("ascii"), dtype=f"S{width}")
        try:
            if kind == "date":
                return block.astype("datetime64[D]").astype("datetime64[us]")
            if text[width - 1 :: width] == "Z" * len(filled):
                return block.astype(f"S{width - 1}").astype("datetime64[us]")
        except ValueError:
            pass
    return _parse_any_times(kind, values, name)


def _parse_any_times(kind: str, values: Sequence[Any], name: str) -> Any:
    """Parse times of any ISO 8601 form; others become missing, with a warning."""
    read = [None if value is None else _parse_time(kind, value) for value in values]
    odd = [v for v, moment in zip(values, read, strict=True) if v is not None and moment is None]
    if odd:
        warnings.warn(
            f"{name}: {len(odd)} value(s) are not a valid {kind} and are missing in the frame, "
            f"such as {odd[0]!r}.",
            AsanaWarning,
            stacklevel=2,
        )
    return np.array(read, dtype="datetime64[us]")


def _parse_time(kind: str, text: str) -> datetime | None:
    """Return a time in UTC, or the date that the text names, both naive."""
    try:
        moment = datetime.fromisoformat(text)
        if kind == "date":
            return datetime(moment.year, moment.month, moment.day)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _join_times(kind: str, chunks: list[Chunk]) -> Any:
    whole = np.concatenate(chunks)
    stamps = pd.DatetimeIndex(whole)
    return (stamps.tz_localize("UTC") if kind == "datetime" else stamps).array
