"""Columns of frames as cells of Excel, some rows at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from html import escape
from itertools import repeat
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.export.column_rules import has_unit, is_share
from asana_frames.export.schema_file import ZONE_NOTE
from asana_frames.export.text import format_cell, format_label, measure_text

#: The most characters of a cell, in UTF-16 code units.
MAX_TEXT_LENGTH = 32_767

# A day is a number in Excel. Before March 1900 its numbers are off by one, since it knows a
# 29 February 1900.
_DAY_0 = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = date(1900, 3, 1), date(9999, 12, 31)
_MICROSECONDS_A_DAY = 86_400_000_000

#: Excel keeps 15 digits of a number and makes the rest zeros.
_FIRST_ROUNDED_INTEGER = 10**15

#: A gap to the number that may end just before.
_LEFT = {"align": "left", "indent": 1}
#: Kind of cell -> its format. The prefix is the apostrophe with which Excel itself marks text, so
#: that editing a cell makes no formula or number of it.
FORMATS: dict[str, dict[str, Any]] = {
    "text": {"quote_prefix": True},
    "long text": {"quote_prefix": True, "text_wrap": True},
    # LibreOffice shows plain flags as 1 and 0, at the right; Excel shows them in its language.
    "flag": {"num_format": '"TRUE";"TRUE";"FALSE"', "align": "center"},
    "whole": {"num_format": "0"},
    "number": {"num_format": "#,##0.00"},
    "precise": {"num_format": "#,##0.00##"},
    "share": {"num_format": "0.0%"},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}
#: The same for people, who take 2/11 for another day than 11/2; Excel knows the months in their
#: language.
HUMAN_FORMATS = {
    **FORMATS,
    "text": {**FORMATS["text"], **_LEFT},
    "long text": {**FORMATS["long text"], **_LEFT},
    "whole": {"num_format": "#,##0"},
    "day": {"num_format": "d mmm yyyy", **_LEFT},
    "moment": {"num_format": "d mmm yyyy hh:mm", **_LEFT},
}
NUMBERS = frozenset({"whole", "number", "precise", "share"})
TIMES = frozenset({"day", "moment"})
TEXTS = frozenset({"text", "long text"})
#: The kind of a column whose cells are of several kinds.
ANY = "any"

#: Width in characters of the kinds with a fixed width.
_WIDTHS = {"flag": 6, "day": 11, "moment": 19}
_WIDEST = 60
#: About as many rows say how wide and long the text of a column is.
_SAMPLE = 1_000
#: Kind of an Arrow dtype -> the dtype of pandas.
_ARROW_NUMBERS: dict[str, Any] = {"b": "boolean", "f": "Float64", "i": "Int64", "u": "UInt64"}

#: The cells of some rows, None for empty ones, and the kind of each.
Cells = tuple[list[Any], Iterable[str]]


class Column(NamedTuple):
    """A column of a sheet."""

    label: Any
    header: str
    kind: str
    values: pd.Series[Any]
    #: Whether it is there for programs, and people unfold it.
    is_folded: bool = False


def describe_column(label: Any, header: str, values: pd.Series[Any]) -> Column:
    """Describe a column of a frame as a column of a sheet, not yet folded."""
    values = _normalize_dtype(values)
    zone = ZONE_NOTE if isinstance(values.dtype, pd.DatetimeTZDtype) else ""
    return Column(label, header + zone, _choose_kind(label, values), values)


def is_called(column: Column, name: str) -> bool:
    """Return whether a column has this header, or this label as text."""
    return name in (column.header, format_label(column.label))


def _normalize_dtype(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column with a plain dtype instead of an Arrow or sparse one, or a category."""
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind in _ARROW_NUMBERS:
        return column.astype(_ARROW_NUMBERS[column.dtype.kind])
    if isinstance(column.dtype, pd.CategoricalDtype | pd.ArrowDtype | pd.SparseDtype):
        column = column.astype(object)
    is_moments = column.dtype == object and pd.api.types.infer_dtype(column) == "datetime"
    return column.infer_objects() if is_moments else column


def _choose_kind(label: Any, column: pd.Series[Any]) -> str:
    dtype = column.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "day" if _is_days(column) else "moment"
    if pd.api.types.is_bool_dtype(dtype):
        return "flag"
    if pd.api.types.is_float_dtype(dtype):
        return "share" if is_share(label) else _choose_float_kind(label, column)
    if pd.api.types.is_integer_dtype(dtype):
        values = column.dropna()
        limit = _FIRST_ROUNDED_INTEGER
        is_short = values.empty or -limit < int(values.min()) <= int(values.max()) < limit
        return "whole" if is_short else "text"
    if pd.api.types.infer_dtype(column, skipna=True) not in {"string", "empty"}:
        return ANY
    return "long text" if any(map(_is_long, column.iloc[_sample(column)].dropna())) else "text"


def is_too_long(column: Column) -> bool:
    """Return whether a column has whole numbers that are text, because Excel would round them."""
    return column.kind in TEXTS and pd.api.types.is_integer_dtype(column.values.dtype)


def _sample(column: pd.Series[Any]) -> slice:
    """Return some rows of all parts of a column."""
    return slice(None, None, max(1, len(column) // _SAMPLE))


def _is_long(text: str) -> bool:
    """Return whether text needs more than a line."""
    return len(text) > _WIDEST or "\n" in text


def _is_days(column: pd.Series[Any]) -> bool:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return False
    moments = column.dropna()
    return bool((moments == moments.dt.normalize()).all())


def _choose_float_kind(label: Any, column: pd.Series[Any]) -> str:
    numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    if (numbers == np.floor(numbers)).all():
        # Hours and money look alike in all sheets, whatever the numbers of one of them.
        return "number" if has_unit(label) and len(numbers) else "whole"
    # Three or four decimals are those of a measurement; more are those of a quotient.
    is_measured = _is_rounded(numbers, 4) & ~_is_rounded(numbers, 2)
    return "precise" if is_measured.any() and not has_unit(label) else "number"


def _is_rounded(numbers: Any, decimals: int) -> Any:
    return np.isclose(numbers, numbers.round(decimals), rtol=1e-15, atol=1e-9)


def convert_cells(column: Column, rows: slice) -> Cells:
    """Return the cells of some rows of a column."""
    values, kind = column.values.iloc[rows], column.kind
    if kind in ("day", "moment"):
        return _convert_times(values, kind)
    if kind in TEXTS:
        return _convert_texts(values), repeat(kind)
    if kind == ANY:
        return _convert_objects(values)
    if pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        return _leave_blank(numbers.tolist(), ~np.isfinite(numbers)), repeat(kind)
    return _leave_blank(values.tolist(), values.isna().to_numpy()), repeat(kind)


def _leave_blank(cells: list[Any], empty: Any) -> list[Any]:
    for row in np.flatnonzero(empty).tolist():
        cells[row] = None
    return cells


def _convert_times(column: pd.Series[Any], kind: str) -> Cells:
    """Convert days or moments to serial numbers of Excel, those out of its range to text."""
    is_naive = not isinstance(column.dtype, pd.DatetimeTZDtype)
    plain = column if is_naive else column.dt.tz_convert(None)
    moments = plain.to_numpy().astype("datetime64[us]")
    days = moments.astype("datetime64[D]")
    counted = (days - np.datetime64(_DAY_0)).astype("int64")
    serial = counted + (moments - days).astype("int64") / _MICROSECONDS_A_DAY
    cells = _leave_blank(serial.tolist(), np.isnat(moments))
    inside = (days >= np.datetime64(_FIRST_DAY)) & (days <= np.datetime64(_LAST_DAY))
    outside = np.flatnonzero(~inside & ~np.isnat(moments))
    if not len(outside):
        return cells, repeat(kind)
    kinds = [kind] * len(cells)
    texts = np.datetime_as_string(moments[outside], unit="D" if kind == "day" else "s")
    for row, text in zip(outside.tolist(), texts.tolist(), strict=True):
        cells[row], kinds[row] = text, "text"
    return cells, kinds


def _convert_texts(column: pd.Series[Any]) -> list[Any]:
    texts = column.to_numpy(dtype=object, na_value="").tolist()
    if column.dtype != object and pd.api.types.is_integer_dtype(column.dtype):
        return [str(value) if value != "" else None for value in texts]
    whole = "".join(texts)
    if not whole.isascii() or "<r>" in whole:
        texts = list(map(prepare_text, texts))
    # Empty text becomes an empty cell, which filters show as blank.
    return [text or None for text in texts]


def _convert_objects(column: pd.Series[Any]) -> Cells:
    """Convert the cells of an object column, each value by its own kind."""
    cells = list(map(_convert_value, column, column.notna()))
    return [cell for _, cell in cells], [kind for kind, _ in cells]


def _convert_value(value: Any, is_there: bool = True) -> tuple[str, Any]:
    """Return the kind and the cell of one value."""
    if not is_there:
        return "text", None
    if isinstance(value, bool | np.bool_):
        return "flag", bool(value)
    if isinstance(value, Integral):
        is_short = abs(int(value)) < _FIRST_ROUNDED_INTEGER
        return ("whole", int(value)) if is_short else ("text", str(value))
    if isinstance(value, Real | Decimal):
        number = float(value)
        return "number", number if math.isfinite(number) else None
    if isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
        return "day", (value - _DAY_0).days
    return "text", prepare_text(str(format_cell(value))) or None


def prepare_text(text: str) -> str:
    """Return text in the form in which xlsxwriter writes it unchanged.

    Lone surrogates, which are not characters and would break the file, are replaced. xlsxwriter
    takes text from ``<r>`` to ``</r>`` for its own markup and does not escape it, so such a text
    is wrapped in that markup.
    """
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if not (text.startswith("<r>") and text.endswith("</r>")):
        return text
    return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'


def find_long_text(column: Column) -> int | None:
    """Return the row of the first text that is longer than a cell can hold, or None."""
    # Each character has one or two units.
    if column.kind in TEXTS and not pd.api.types.is_integer_dtype(column.values.dtype):
        lengths = column.values.str.len().to_numpy(dtype="float64", na_value=0)
        rows: Iterator[int] = iter(np.flatnonzero(lengths > MAX_TEXT_LENGTH // 2).tolist())
    else:
        rows = iter(range(len(column.values)) if column.kind == ANY else ())
    values = column.values.array
    return next((row for row in rows if count_units(values[row]) > MAX_TEXT_LENGTH), None)


def count_units(value: Any) -> int:
    """Return the length of a value as text, in UTF-16 code units."""
    text = str(format_cell(value))
    if len(text) <= MAX_TEXT_LENGTH // 2:
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure_cells(column: Column, total: float | None) -> int:
    """Return how many characters the cells of a column need."""
    widths = list(map(_measure_cell, *convert_cells(column, _sample(column.values))))
    if total is not None:
        widths.append(_measure_cell(total, column.kind))
    return min(max(widths, default=0), _WIDEST - 1) + 1


def _measure_cell(cell: Any, kind: str) -> int:
    if cell is None:
        return 0
    if kind in _WIDTHS:
        return _WIDTHS[kind]
    if kind == "number":
        return len(f"{cell:,.2f}")
    if kind == "precise":
        return len(f"{cell:,.4f}")
    if kind == "share":
        return len(f"{cell:.1%}")
    if kind == "whole":
        return len(f"{cell:,.0f}")
    return measure_text(cell)
