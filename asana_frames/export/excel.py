"""Excel workbooks: one sheet per frame, typed cells, text that stays text."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape
from io import BytesIO
from itertools import count
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._files import replace_file
from asana_frames._optional import require
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.pictures import Picture, render_pictures
from asana_frames.export.text import format_cell, format_label, name_frames, to_one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Limits of Excel; lengths are in UTF-16 code units.
_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_MAX_TEXT_LENGTH = 32_767
_MAX_NAME_LENGTH = 31
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")

# A day is a number in Excel. Before March 1900 its numbers are off by one, since it knows a
# 29 February 1900.
_DAY_0 = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = date(1900, 3, 1), date(9999, 12, 31)
_MICROSECONDS_A_DAY = 86_400_000_000

#: Excel keeps 15 digits of a number and makes the rest zeros.
_FIRST_ROUNDED_INTEGER = 10**15

#: Kind of cell -> how a worksheet writes it, and its format. The prefix is the apostrophe with
#: which Excel itself marks text, so that editing a cell makes no formula or number of it.
_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("write_string", {"quote_prefix": True}),
    "flag": ("write_boolean", {}),
    "whole": ("write_number", {"num_format": "0"}),
    "number": ("write_number", {"num_format": "#,##0.00"}),
    "day": ("write_number", {"num_format": "yyyy-mm-dd"}),
    "moment": ("write_number", {"num_format": "yyyy-mm-dd hh:mm:ss"}),
}
#: Width in characters of the kinds with a fixed width.
_WIDTHS = {"flag": 6, "day": 10, "moment": 19}
_NARROWEST, _WIDEST = 6, 60
#: Rows from which the width of a column is measured.
_SAMPLE = 1_000
#: Room for the button of the filter.
_BUTTON = 3


class Cells(NamedTuple):
    """Cells of one column and kind: rows from 0, and their values."""

    kind: str
    rows: list[int]
    values: list[Any]


def to_excel(
    frames: Mapping[str, pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    charts: Mapping[str, Figure | Axes] | None = None,
) -> None:
    """Write frames as one Excel workbook; needs the extra ``excel``.

    Numbers, flags, days and moments are cells of their type. Moments are in UTC, and the header
    says so. Text is always text: gids keep every digit, and nothing becomes a formula or a link.
    Integers of more than 15 digits, which Excel would round, and days before March 1900, which it
    cannot show, are text as well. Tuples are joined by ``"; "``; missing and infinite values are
    empty.
    (pandas makes numbers of text that looks like some; read gids back with
    ``pd.read_excel(path, dtype={"gid": "str"})``.)

    Parameters
    ----------
    frames
        Name of a sheet -> frame, or one frame. Indexes are left out. Names that Excel does not
        take are changed as little as needed.
    path
        The file; an older one is replaced only when the new one is complete.
    charts
        Name -> matplotlib Figure or Axes. A chart is put beside the frame of its name, or on a
        sheet of its own.

    Raises
    ------
    InvalidArgument
        There is no frame, one is too large for Excel, or a chart is not a Figure or Axes.
    ConfigurationError
        xlsxwriter is not installed (the message has the pip line), or the file cannot be written.

    Warns
    -----
    AsanaWarning
        Text longer than the 32,767 characters that a cell can hold was cut; it ends with ``…``.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> tasks = pd.DataFrame({"gid": ["1200000000000012"], "name": ["=1+1"], "hours": [1.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.xlsx")
    ...     to_excel({"tasks": tasks}, file)
    ...     print(file.exists())
    True
    """
    named = name_frames(frames, "Sheet1")
    _check_sizes(named)
    xlsxwriter = require("xlsxwriter", extra="excel")
    drawn = render_pictures(charts)
    with replace_file(path) as part:
        part.write_bytes(_build_workbook(xlsxwriter, named, drawn))


def _check_sizes(frames: Mapping[str, pd.DataFrame]) -> None:
    if not frames:
        raise InvalidArgument('No frame to write; give one, such as {"tasks": tasks}.')
    for name, frame in frames.items():
        rows, columns = frame.shape
        # One row is the header's.
        if rows >= _MAX_ROWS or columns > _MAX_COLUMNS:
            raise InvalidArgument(
                f"{name!r} has {rows:,} rows and {columns:,} columns; a sheet of Excel holds "
                f"{_MAX_ROWS - 1:,} and {_MAX_COLUMNS:,}. Write it with export.to_parquet or "
                f"export.to_csv, or give fewer rows."
            )


def _build_workbook(
    xlsxwriter: Any, frames: Mapping[str, pd.DataFrame], drawn: Mapping[str, Picture]
) -> bytes:
    stream = BytesIO()
    # In memory, so that an error leaves no temporary files.
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    formats = {kind: book.add_format(look) for kind, (_, look) in _KINDS.items()}
    formats["header"] = book.add_format({"bold": True, "bottom": 1, "quote_prefix": True})
    names = _choose_sheet_names([*frames, *(name for name in drawn if name not in frames)])
    cut = 0
    for name, title in names.items():
        sheet = book.add_worksheet(title)
        frame = frames.get(name)
        if frame is not None:
            cut += _write_frame(sheet, frame, formats)
        if name in drawn:
            _insert_chart(sheet, drawn[name], frame)
    book.close()
    if cut:
        warn_caller(
            f"{cut:,} text(s) are longer than the {_MAX_TEXT_LENGTH:,} characters that a cell of "
            f"Excel holds and were cut; write export.to_parquet or export.to_csv for all of them.",
            AsanaWarning,
        )
    return stream.getvalue()


def _write_frame(sheet: Any, frame: pd.DataFrame, formats: Mapping[str, Any]) -> int:
    """Write a frame and return the number of texts that were cut."""
    rows, columns = frame.shape
    cut = 0
    for place, name in enumerate(frame.columns):
        column = _normalize_dtype(frame.iloc[:, place])
        zone = " (UTC)" if isinstance(column.dtype, pd.DatetimeTZDtype) else ""
        header = _fit_text(format_label(name) + zone)
        sheet.write_string(0, place, _escape_markup(header), formats["header"])
        parts = list(_convert_column(column))
        sheet.set_column(place, place, _measure_width(header, parts))
        for kind, at, values in parts:
            if kind == "text":
                whole, values = values, [_escape_markup(_fit_text(text)) for text in values]
                cut += sum(map(_is_cut, whole, values))
            write, look = getattr(sheet, _KINDS[kind][0]), formats[kind]
            for row, value in zip(at, values, strict=True):
                write(row + 1, place, value, look)
    if columns:
        sheet.autofilter(0, 0, rows, columns - 1)
        # Hides the green corners at gids.
        whole_sheet = f"A1:XFD{_MAX_ROWS}"
        sheet.ignore_errors({"number_stored_as_text": whole_sheet})
    sheet.freeze_panes(1, 0)
    return cut


def _insert_chart(sheet: Any, picture: Picture, frame: pd.DataFrame | None) -> None:
    """Insert a chart to the right of the table, below the fixed header."""
    row, column = (0, 0) if frame is None else (1, min(frame.shape[1] + 1, _MAX_COLUMNS - 1))
    if frame is None:
        sheet.hide_gridlines(2)
    # Neither moved nor resized when a filter hides rows.
    options = {
        "image_data": BytesIO(picture.png),
        "description": picture.alt_text,
        "object_position": 3,
    }
    sheet.insert_image(row, column, "chart.png", options)


def _normalize_dtype(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column with a plain dtype instead of a category, Arrow or sparse one."""
    if isinstance(column.dtype, pd.CategoricalDtype | pd.ArrowDtype | pd.SparseDtype):
        column = column.astype(object)
    is_moments = column.dtype == object and pd.api.types.infer_dtype(column) == "datetime"
    return column.infer_objects() if is_moments else column


def _convert_column(column: pd.Series[Any]) -> Iterator[Cells]:
    """Yield the filled cells of a column, by kind."""
    dtype = column.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _convert_times(column)
    if pd.api.types.is_bool_dtype(dtype):
        return iter([Cells("flag", _find_filled_rows(column), column.dropna().tolist())])
    if pd.api.types.is_float_dtype(dtype):
        return iter([_convert_floats(column)])
    if pd.api.types.is_integer_dtype(dtype):
        return iter([_convert_integers(column)])
    return _convert_objects(column)


def _find_filled_rows(column: pd.Series[Any]) -> list[int]:
    rows: list[int] = np.flatnonzero(column.notna()).tolist()
    return rows


def _convert_integers(column: pd.Series[Any]) -> Cells:
    values = [int(value) for value in column.dropna()]
    if any(abs(value) >= _FIRST_ROUNDED_INTEGER for value in values):
        return Cells("text", _find_filled_rows(column), [str(value) for value in values])
    return Cells("whole", _find_filled_rows(column), values)


def _convert_floats(column: pd.Series[Any]) -> Cells:
    numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    rows = np.flatnonzero(np.isfinite(numbers))
    values = numbers[rows]
    kind = "whole" if (values == np.floor(values)).all() else "number"
    return Cells(kind, rows.tolist(), values.tolist())


def _convert_times(column: pd.Series[Any]) -> Iterator[Cells]:
    """Yield days or moments as serial numbers of Excel, and as text those out of its range."""
    is_naive = not isinstance(column.dtype, pd.DatetimeTZDtype)
    present = column.dropna() if is_naive else column.dropna().dt.tz_convert(None)
    moments = present.to_numpy().astype("datetime64[us]")
    days = moments.astype("datetime64[D]")
    is_days = is_naive and bool((days == moments).all())
    counted = (days - np.datetime64(_DAY_0)).astype("int64")
    serial = counted + (moments - days).astype("int64") / _MICROSECONDS_A_DAY
    rows = np.array(_find_filled_rows(column), dtype="int64")
    inside = (days >= np.datetime64(_FIRST_DAY)) & (days <= np.datetime64(_LAST_DAY))
    yield Cells("day" if is_days else "moment", rows[inside].tolist(), serial[inside].tolist())
    outside = np.datetime_as_string(moments[~inside], unit="D" if is_days else "s")
    yield Cells("text", rows[~inside].tolist(), outside.tolist())


def _convert_objects(column: pd.Series[Any]) -> Iterator[Cells]:
    """Yield the cells of an object column, each value by its own kind."""
    found: dict[str, Cells] = {}
    for row, value in zip(_find_filled_rows(column), column.dropna(), strict=True):
        kind, cell = _convert_value(value)
        # Empty text becomes an empty cell, which filters show as blank.
        if cell != "":
            cells = found.setdefault(kind, Cells(kind, [], []))
            cells.rows.append(row)
            cells.values.append(cell)
    return iter(found.values())


def _convert_value(value: Any) -> tuple[str, Any]:
    """Return the kind and the cell of one value."""
    if isinstance(value, str):
        return "text", value
    if isinstance(value, bool | np.bool_):
        return "flag", bool(value)
    if isinstance(value, Integral):
        is_short = abs(int(value)) < _FIRST_ROUNDED_INTEGER
        return ("whole", int(value)) if is_short else ("text", str(value))
    if isinstance(value, Real | Decimal):
        number = float(value)
        return ("number", number) if math.isfinite(number) else ("text", "")
    if isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
        return "day", (value - _DAY_0).days
    return "text", str(format_cell(value))


def _fit_text(text: str, most: int = _MAX_TEXT_LENGTH) -> str:
    """Return text cut to the length that Excel can hold; cut text ends with ``…``."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * most:
        # A lone surrogate is not a character and would break the file.
        return units.decode("utf-16-le", "replace")
    return units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


def _is_cut(whole: str, written: str) -> bool:
    is_shorter = len(whole) > len(written) or not whole.endswith("…")
    return written.endswith("…") and is_shorter


def _escape_markup(text: str) -> str:
    """Return the text in the form in which xlsxwriter writes it unchanged.

    xlsxwriter takes text from ``<r>`` to ``</r>`` for its own markup and does not escape it, so
    such a text is wrapped in that markup.
    """
    if not (text.startswith("<r>") and text.endswith("</r>")):
        return text
    markup = f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return markup if _fit_text(markup) == markup else f"{text[:-1]}…"


def _measure_width(header: str, parts: Iterable[Cells]) -> int:
    """Return the width of a column in characters."""
    longest = len(header) + _BUTTON
    for kind, _, values in parts:
        some = values[:_SAMPLE]
        if kind in _WIDTHS:
            longest = max(longest, _WIDTHS[kind])
        elif kind == "text":
            longest = max([longest, *map(len, some)])
        else:
            longest = max([longest, *(len(f"{value:,.2f}") for value in some)])
    return min(max(longest + 1, _NARROWEST), _WIDEST)


def _choose_sheet_names(names: Iterable[str]) -> dict[str, str]:
    """Return name -> sheet name: valid in Excel and unique."""
    # Excel reserves this name.
    taken = {"history"}
    sheets = {}
    for name in names:
        base = to_one_line(_FORBIDDEN_IN_NAMES.sub("_", str(name)))
        for number in count(1):
            suffix = f" ({number})" if number > 1 else ""
            sheet = _shorten_name(base, _MAX_NAME_LENGTH - len(suffix)) + suffix
            if sheet.casefold() not in taken:
                break
        taken.add(sheet.casefold())
        sheets[name] = sheet
    return sheets


def _shorten_name(base: str, most: int) -> str:
    # Excel allows no apostrophe at either end.
    short = base.strip("' ").encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
    return short.strip("' ") or "Sheet"
