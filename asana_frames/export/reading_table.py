"""Frames as tables for reading: headers in words, numbers and days as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.display.sentences import count_noun, format_day, format_decimals, format_share
from asana_frames.export.column_headers import write_headers
from asana_frames.export.column_rules import (
    EARLY,
    MANY,
    count_last,
    find_named_gids,
    find_sums,
    find_total_rows,
    find_unread,
    is_share,
)
from asana_frames.export.text import format_label, is_time
from asana_frames.frames.list_cells import SEPARATOR
from asana_frames.rollups.shared.wide import NONE, TOTAL_ROW

Kind: TypeAlias = Literal["text", "number", "time"]
#: Floating point numbers from here on have no reliable decimals.
_LARGE = 1e15
_SHOWN_DECIMALS = 2
#: Of days a tenth is enough.
_DAYS, _DAY_DECIMALS = "days_", 1
#: Of money, two decimals or none; of budgets, which may be money.
_MONEY = frozenset({"amount", "cost", "fees", "margin", "rate", "revenue"})
_BUDGET = frozenset({"forecast_at_end", "remaining", "total", "used"})
#: Content of an object column -> kind of its cells.
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number"),
    **dict.fromkeys(("date", "datetime"), "time"),
}
#: The column that says of which kind a row is.
_KIND = "kind"


#: What stands for a missing first cell.
_NO_DATE = "no date"


class ReadingColumn(NamedTuple):
    """A column as it is read."""

    header: str
    kind: Kind
    cells: list[str]
    #: Below the cells; empty for what is not added up.
    total: str


class ReadingTable(NamedTuple):
    """A frame as it is read."""

    #: The first one tells the rows apart.
    columns: list[ReadingColumn]
    #: Rows of the frame, of which the first may be shown.
    rows: int
    #: How many of the last shown rows are totals.
    total_rows: int
    #: Headers of the columns that are not shown, other than gids of names.
    left_out: list[str]

    @property
    def shown_rows(self) -> int:
        """How many rows have cells."""
        return len(self.columns[0].cells) if self.columns else 0

    @property
    def row_count(self) -> str:
        """How many rows there are, and of how many of them there are cells: 10 of 30 rows."""
        rows = count_noun(self.rows, "row")
        return f"{self.shown_rows:,} of {rows}" if self.shown_rows < self.rows else rows

    @property
    def first_rows(self) -> str:
        """Which rows of a table that is cut there are: the first 10 of 30 rows."""
        one = f"of {count_noun(self.rows, 'row')}"
        return f"the first {one if self.shown_rows == 1 else self.row_count}"

    @property
    def has_totals(self) -> bool:
        """Whether there are totals below the rows."""
        return any(column.total for column in self.columns)


def build_reading_table(
    frame: pd.DataFrame, *, max_rows: int, has_totals: bool, human_labels: bool
) -> ReadingTable:
    """Return a frame as a table for reading.

    Parameters
    ----------
    frame
        As it is prepared for a file.
    max_rows
        The most rows. A table with one more has that one too: the line that says that it is left
        out would be no shorter.
    has_totals
        Whether to add up what can be added up, as in ``export.to_excel``.
    human_labels
        Whether to leave out columns that have no values or are of use to programs alone, and not
        only gids that have a column of names.
    """
    max_rows += len(frame) == max_rows + 1
    named = find_named_gids(frame)
    left_out = find_unread(frame) - named if human_labels else set()
    if len(named | left_out) == len(frame.columns):
        left_out = set()
    shown = [at for at in range(len(frame.columns)) if at not in named | left_out]
    shown = _put_name_first(frame, shown)
    headers = write_headers([format_label(name) for name in frame.columns])
    is_total = find_total_rows(frame)
    may_sum = has_totals and len(frame) > 1 and not is_total.any()
    sums = find_sums(frame) if may_sum else []
    # A row of nothing but zeros says nothing.
    sums = sums if any(frame.iloc[:, at].sum() for at in sums) else []
    money = _MONEY | (_BUDGET if "units" in frame.columns else frozenset())
    columns = [
        _build_column(
            frame.iloc[:, at],
            headers[at],
            max_rows,
            has_total=at in sums and at != shown[0],
            is_money=frame.columns[at] in money,
        )
        for at in shown
    ]
    if columns:
        _name_rows(columns[0], is_total)
    total_rows = count_last(is_total) if len(frame) <= max_rows else 0
    return ReadingTable(columns, len(frame), total_rows, [headers[at] for at in sorted(left_out)])


def _name_rows(first: ReadingColumn, is_total: npt.NDArray[np.bool_]) -> None:
    """Give names to the rows that have none."""
    none = _NO_DATE if first.kind == "time" else NONE
    for row, cell in enumerate(first.cells):
        first.cells[row] = cell or (TOTAL_ROW if is_total[row] else none)


def _put_name_first(frame: pd.DataFrame, places: list[int]) -> list[int]:
    """Return the places of columns, that which names the rows first."""
    names = [frame.columns[at] for at in places]
    is_kind = names[:1] == [_KIND]
    first = next(
        (
            name
            for name in names
            if name == "name" or (is_kind and isinstance(name, str) and name.endswith("_name"))
        ),
        names[0] if names else None,
    )
    order = [first, *(EARLY if len(places) > MANY else ())]
    ranks = {name: rank for rank, name in reversed(list(enumerate(order)))}
    return sorted(places, key=lambda at: ranks.get(frame.columns[at], len(order)))


def _build_column(
    column: pd.Series[Any], header: str, max_rows: int, *, has_total: bool, is_money: bool
) -> ReadingColumn:
    total = column.sum() if has_total else None
    values = column.iloc[:max_rows]
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        header = f"{header} (UTC)"
    cells = _format_cells(values, None if total is None else [total], is_money)
    shown = cells.pop() if has_total else ""
    return ReadingColumn(header, _find_kind(values), cells, shown)


def _find_kind(column: pd.Series[Any]) -> Kind:
    dtype = column.dtype
    # The dtype first, because an empty column has one too.
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return "number"
    if is_time(dtype):
        return "time"
    return _KINDS.get(pd.api.types.infer_dtype(column), "text")


def _format_cells(column: pd.Series[Any], more: Sequence[Any] | None, is_money: bool) -> list[str]:
    """Return the values of a column, and more of them, as text; missing ones are empty."""
    if is_time(column.dtype):
        return _format_times(column)
    values: list[Any] = [
        value if there else None for there, value in zip(column.notna(), column, strict=True)
    ]
    values.extend(more or ())
    numbers = [float(value) for value in values if _is_number(value)]
    if numbers and pd.api.types.is_float_dtype(column.dtype) and is_share(column.name):
        return [_format_share(value) for value in values]
    most = _DAY_DECIMALS if str(column.name).startswith(_DAYS) else _SHOWN_DECIMALS
    decimals = _choose_decimals(numbers, most)
    if decimals and is_money:
        decimals = _SHOWN_DECIMALS
    return [_format_value(value, decimals) for value in values]


def _format_times(column: pd.Series[Any]) -> list[str]:
    """Return days, or moments to the minute if one of them is not at midnight."""
    moments = pd.DatetimeIndex(column.array)
    known = moments[moments.notna()]
    has_times = moments.tz is not None or bool((known != known.normalize()).any())
    moments = moments.tz_convert("UTC") if moments.tz is not None else moments
    return [
        "" if is_missing else _format_moment(moment, has_times)
        for is_missing, moment in zip(moments.isna(), moments, strict=True)
    ]


def _format_moment(moment: datetime, has_time: bool) -> str:
    day = format_day(moment)
    return f"{day}, {moment:%H:%M}" if has_time else day


def _is_number(value: Any) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def _choose_decimals(numbers: Sequence[float], most: int) -> int:
    """Return the number of decimals that the numbers need, ``most`` at most."""
    finite = [number for number in numbers if abs(number) < _LARGE]
    return next(
        (
            digits
            for digits in range(most)
            if all(round(number, digits) == round(number, most) for number in finite)
        ),
        most,
    )


def _format_share(value: Any) -> str:
    if value is None or not np.isfinite(value):
        return "" if value is None else str(value)
    return format_share(float(value))


def _format_value(value: Any, decimals: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if _is_number(value):
        number = float(value)
        return format_decimals(number, decimals) if number else "0"
    if isinstance(value, datetime):
        return _format_moment(value, True)
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, tuple | list | np.ndarray):
        # For people to read; files that are read back need more.
        return SEPARATOR.join("" if item is None else str(item) for item in value)
    return str(value)
