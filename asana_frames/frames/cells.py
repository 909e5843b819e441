"""Cells of files -> typed columns: text that a spreadsheet or a person may have rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cached_property
from itertools import chain
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import DTYPES, STR, build_array, find_pyarrow, tuple_column
from asana_frames.frames.coerce import to_json_text
from asana_frames.frames.decimal_signs import find_decimal, has_three_decimals, parse_number
from asana_frames.frames.gid_columns import is_gid_list_column
from asana_frames.frames.list_cells import read_lists

#: Kinds of cells, beside those of columns: gids, and minutes, which may be written as "1:30".
_TEXT_KINDS = frozenset({"text", "json"})
#: What stands in cells that hold no number, flag, day or moment.
_BLANK = frozenset({"", "nan", "nat", "none", "null", "<na>", "n/a", "#n/a"})
#: Language -> how its spreadsheets write True and False.
FLAG_WORDS = {
    "en": ("TRUE", "FALSE"),
    "da": ("SAND", "FALSK"),
    "de": ("WAHR", "FALSCH"),
    "es": ("VERDADERO", "FALSO"),
    "fr": ("VRAI", "FAUX"),
    "it": ("VERO", "FALSO"),
    "nl": ("WAAR", "ONWAAR"),
    "pl": ("PRAWDA", "FAŁSZ"),
    "pt": ("VERDADEIRO", "FALSO"),
    "sv": ("SANT", "FALSKT"),
}
_FLAGS = {
    **{yes.lower(): True for yes, _ in FLAG_WORDS.values()},
    **{no.lower(): False for _, no in FLAG_WORDS.values()},
    **{"yes": True, "no": False, "1": True, "0": False, "1.0": True, "0.0": False},
}
#: Kinds of cells that have a decimal sign.
_NUMBERS = ("integer", "number", "minutes")
#: What stands in moments as programs write them; numpy takes more, and warns of it.
_ISO_SIGNS = b"0123456789-:T. Z"
_ARROW_TYPES = {"integer": "int64", "number": "float64"}
#: The first year of two digits that C takes for one of the last century; spreadsheets take 30.
_FIRST_OF_1900 = 69
#: How many characters of a cell a message shows.
_SHOWN = 40
_INT64 = np.iinfo(np.int64)

_SCIENTIFIC = re.compile(r"[-+]?\d+([.,]\d*)?[eE][-+]?\d+")
_FORMULA_ERROR = re.compile(r"#[A-Z\u00c0-\u00de0-9/_]+[!?]?|Err:\d+")
_GID_PARTS = re.compile(r"[;,\s]+")
#: A number whose thousands are set apart: no list of gids has parts of three digits.
_GROUPED_GID = re.compile(r"[1-9][0-9]{0,2}([,.'\u2019\s])[0-9]{3}(\1[0-9]{3})*")
_IS_GROUPED = (
    "may be a gid that a spreadsheet has made a number of, with a sign between thousands. Take it "
    "from the file as it was written, and keep the column as text; part several gids by '; '."
)
_DECIMAL = re.compile(r"\d+[.,]\d+")
_HOURS = re.compile(r"(\d+):([0-5]\d)(?::00)?")
_HOURS_IN_WORDS = re.compile(
    r"(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:utes?)?)?)?", re.I
)

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_MONTH_BY_NAME = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp][Mm])?"
    r"\s*(Z|UTC|GMT|[-+]\d{2}:?\d{2})?"
)


class UnclearCell(NamedTuple):
    """A cell that is not understood."""

    #: Its place in the column, from 0.
    row: int
    value: Any
    #: What it is or is not, after the value.
    why: str


class UnclearCells(InvalidArgument):
    """Cells of a column are not understood; the message is about the first."""

    def __init__(self, text: str, cells: Sequence[UnclearCell]) -> None:
        super().__init__(text)
        self.cells = cells


class _Unclear(ValueError):
    """A cell that cannot be understood; the message says why, and what to do."""


@dataclass(frozen=True)
class CellFormat:
    """How numbers and days are written; None where the cells themselves tell.

    Attributes
    ----------
    decimal
        The sign between the whole and the fraction of a number: ``"."`` or ``","``.
    dayfirst
        Whether 3/4/2026 is 3 April.
    written_decimal
        The decimal sign with which a file was written, before anybody changed it.
    is_unchanged
        Whether no other program seems to have written the file since, with a sign of its own.
    separator
        What parts the values of a file; empty where nothing does. Numbers of frames are written
        as in files of commas.
    """

    decimal: str | None = None
    dayfirst: bool | None = None
    written_decimal: str | None = None
    is_unchanged: bool = True
    separator: str = ","


class CellReader:
    """Reads the cells of a table, whose columns tell together how numbers and days are written.

    Parameters
    ----------
    columns
        Name -> cells: text as it stands in a file, or values of Python, as workbooks have them.
    kinds
        Name -> kind: ``text``, ``gid``, ``integer``, ``number``, ``minutes``, ``boolean``,
        ``date``, ``datetime``, ``tuple``, ``gids`` (tuples of them, whatever the name is).
    form
        How numbers and days are written, as far as it is known.
    first_row
        The number of the first row, for messages: 2 in files whose first row is the header.
    is_file
        Whether gids hold digits alone, as Asana's do; frames may have others.
    """

    def __init__(
        self,
        columns: Mapping[str, pd.Series[Any]],
        kinds: Mapping[str, str],
        form: CellFormat = CellFormat(),
        *,
        first_row: int = 2,
        is_file: bool = False,
    ) -> None:
        self._parse_gid = _parse_digits if is_file else _parse_gid
        self._columns = columns
        self._kinds = kinds
        self._form = form
        self._first_row = first_row

    def read(self, name: str) -> Any:
        """Return a column as an array of the dtype of its kind.

        Raises
        ------
        UnclearCells
            A cell is not understood; the message names the column and the row.
        """
        kind, column = self._kinds[name], self._columns[name]
        if kind in ("tuple", "gids"):
            return self._read_lists(name, kind)
        is_number = kind in ("integer", "number") and not _is_typed(column)
        # Programs read 12.500 as a fraction, which it is not where commas are decimal signs.
        is_plain = not is_number or self._decimal == "."
        whole = _read_whole(column, kind) if is_plain else None
        return self._read_one_by_one(name) if whole is None else whole

    def _read_lists(self, name: str, kind: str) -> Any:
        lists = read_lists(self._columns[name], first_row=self._first_row)
        if kind != "gids" and not is_gid_list_column(name):
            return lists.array
        if all(map(_are_gids, set(lists.map(_to_plain_key)))):
            return lists.array
        unclear: list[UnclearCell] = []
        read = [self._read_gids(name, row, gids, unclear) for row, gids in enumerate(lists)]
        self._refuse(name, unclear)
        return tuple_column(read).array

    def _read_gids(
        self, name: str, row: int, gids: tuple[Any, ...], unclear: list[UnclearCell]
    ) -> tuple[Any, ...]:
        read: list[Any] = []
        for gid in gids:
            # People part gids by commas and semicolons without a space.
            several = _GID_PARTS.split(gid.strip()) if isinstance(gid, str) else [gid]
            parts = several if all(map(_is_gid, map(str, several))) else [gid]
            try:
                if isinstance(gid, str) and _GROUPED_GID.fullmatch(gid.strip()):
                    raise _Unclear(_IS_GROUPED)
                read += [one if one is None else self._parse_gid(one) for one in parts]
            except _Unclear as cause:
                unclear.append(UnclearCell(row, gid, self._explain(name, gid, cause)))
        return tuple(read)

    def _read_one_by_one(self, name: str) -> Any:
        kind, column = self._kinds[name], self._columns[name]
        parse = self._find_parser(kind)
        codes, distinct = _find_distinct(column)
        values: list[Any] = []
        unclear: list[UnclearCell] = []
        for code, cell in enumerate(distinct):
            try:
                values.append(None if _is_blank(cell, kind) else parse(cell))
            except (ValueError, OverflowError, TypeError) as cause:
                why = self._explain(name, cell, cause)
                rows = np.flatnonzero(codes == code).tolist()
                unclear += [UnclearCell(row, cell, why) for row in rows]
        self._refuse(name, unclear)
        known = _build_column(kind, values)
        # A missing cell has the code -1.
        return known.take(codes, allow_fill=True)

    def _find_parser(self, kind: str) -> Callable[[Any], Any]:
        if kind in _TEXT_KINDS:
            return format_text
        if kind == "gid":
            return self._parse_gid
        if kind == "boolean":
            return _parse_flag
        if kind == "date":
            return lambda cell: _parse_day(cell, self._is_day_first)
        if kind == "datetime":
            return lambda cell: _parse_moment(cell, self._is_day_first)
        if kind == "minutes":
            return lambda cell: _parse_minutes(cell, self._decimal)
        parse = _parse_integer if kind == "integer" else _parse_number
        return lambda cell: parse(cell, self._decimal)

    def _explain(self, name: str, cell: Any, cause: Exception) -> str:
        """Return why a cell is not understood."""
        if isinstance(cell, str) and _FORMULA_ERROR.fullmatch(cell.strip()):
            return (
                "is an error of a formula in the spreadsheet: correct it there, or clear the cell."
            )
        return str(cause) if isinstance(cause, _Unclear) else _WANTED[self._kinds[name]]

    def _refuse(self, name: str, unclear: Sequence[UnclearCell]) -> None:
        if unclear:
            row, cell, why = unclear[0]
            text = f"{name}, row {row + self._first_row}: {show_cell(cell)} {why}"
            raise UnclearCells(text, unclear)

    @cached_property
    def _decimal(self) -> str:
        """Return the decimal sign, as the numbers of all columns show it."""
        if self._form.decimal is not None:
            return self._form.decimal
        return find_decimal(
            {
                name: self._columns[name]
                for name, kind in self._kinds.items()
                if kind in _NUMBERS and not _is_typed(self._columns[name])
            },
            whole={name for name, kind in self._kinds.items() if kind == "integer"},
            written=self._form.written_decimal,
            is_unchanged=self._form.is_unchanged,
            separator=self._form.separator,
            first_row=self._first_row,
        )

    @cached_property
    def _is_day_first(self) -> bool | None:
        """Return whether days come before months, as the days of all columns show it."""
        if self._form.dayfirst is not None:
            return self._form.dayfirst
        firsts, seconds = set(), set()
        for text in self._list_texts("date", "datetime"):
            found = _YEAR_LAST.match(text)
            if found and found[2] != "." and len(found[4]) == 4:
                firsts.add(int(found[1]) > 12)
                seconds.add(int(found[3]) > 12)
        if True in firsts:
            return None if True in seconds else True
        return False if True in seconds else None

    def _list_texts(self, *kinds: str) -> Iterable[str]:
        columns = (self._columns[name] for name, kind in self._kinds.items() if kind in kinds)
        distinct = chain.from_iterable(
            column.drop_duplicates().tolist() for column in columns if not _is_typed(column)
        )
        return (cell.strip() for cell in distinct if isinstance(cell, str))


def show_cell(cell: Any) -> str:
    """Return a cell as messages show it."""
    shown = repr(cell)
    return f"{shown[:_SHOWN]}..." if len(shown) > _SHOWN else shown


def _to_plain_key(gids: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return gids as a key: lists of JSON may hold what has no hash."""
    return tuple(gid if gid is None or isinstance(gid, str) else repr(gid) for gid in gids)


def _are_gids(gids: tuple[Any, ...]) -> bool:
    return all(gid is None or _is_gid(gid) for gid in gids)


def _is_gid(text: str) -> bool:
    # Not isdigit, which takes the digits of all scripts.
    return text.isascii() and text.isdecimal()


def read_cells(column: pd.Series[Any], kind: str, *, what: str = "") -> pd.Series[Any]:
    """Return one column of a frame as the dtype of a kind, whatever a file has made of it.

    Parameters
    ----------
    column
        The column, of any dtype.
    kind
        A kind of `CellReader`.
    what
        The function that needs it, for messages.

    Raises
    ------
    InvalidArgument
        A cell is not understood, or can be understood in two ways.
    """
    name = str(column.name)
    reader = CellReader({name: column}, {name: kind}, first_row=1)
    try:
        return pd.Series(reader.read(name), index=column.index, name=column.name)
    except InvalidArgument as cause:
        raise InvalidArgument(f"{what}: {cause}" if what else str(cause)) from None


#: What a kind takes: the end of a message that names the cell.
_WANTED = {
    "text": "is not text.",
    "json": "is not text.",
    "gid": "is not a gid.",
    "integer": "is not a whole number.",
    "number": "is not a number.",
    "minutes": 'is no time: write minutes, such as 90, or hours and minutes, such as "1:30".',
    "boolean": "is not a flag: write True or False.",
    "date": "is not a day: write it as 2026-03-02.",
    "datetime": "is not a moment: write it as 2026-03-02T09:15:00Z.",
}


def _is_typed(column: pd.Series[Any]) -> bool:
    """Return whether a column cannot hold text."""
    dtype = column.dtype
    return pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)


def _is_blank(cell: Any, kind: str) -> bool:
    if isinstance(cell, str):
        # Empty text is text.
        return kind not in _TEXT_KINDS and cell.strip().lower() in _BLANK
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell


def _read_whole(column: pd.Series[Any], kind: str) -> Any:
    """Return a column that can be read as a whole, which is quick, else None."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if kind in _TEXT_KINDS or kind == "gid":
        if not isinstance(column.dtype, pd.StringDtype):
            return None
        whole = column.astype(STR)
        # What holds more than digits may be a number that a spreadsheet has shortened.
        are_fine = kind != "gid" or bool(whole.dropna().str.fullmatch("[0-9]+").all())
        return whole.array if are_fine else None
    with suppress(ValueError, TypeError, OverflowError):
        if _is_typed(column):
            return _convert_typed(column, kind)
        if isinstance(column.dtype, pd.StringDtype):
            return _convert_texts(column, kind)
    return None


def _convert_typed(column: pd.Series[Any], kind: str) -> Any:
    is_number = pd.api.types.is_numeric_dtype(column.dtype)
    if kind in ("integer", "number", "minutes", "boolean") and is_number:
        return column.astype(DTYPES["number" if kind == "minutes" else kind]).array
    if kind == "datetime" and not is_number:
        times = pd.DatetimeIndex(column)
        times = times.tz_convert("UTC") if times.tz is not None else times.tz_localize("UTC")
        return times.as_unit("us").array
    if kind == "date" and not is_number and not isinstance(column.dtype, pd.DatetimeTZDtype):
        times = pd.DatetimeIndex(column)
        present = times.dropna()
        return times.as_unit("us").array if (present == present.normalize()).all() else None
    return None


def _convert_texts(column: pd.Series[Any], kind: str) -> Any:
    filled = (column.notna() & (column != "")).to_numpy(dtype=bool)
    texts = column[filled].tolist()
    if kind in ("date", "datetime"):
        values = np.full(len(column), np.datetime64("NaT"), dtype="datetime64[us]")
        values[filled] = _parse_iso_block(texts, kind)
        return _build_times(kind, values)
    if kind in ("integer", "number"):
        numbers = _parse_plain_numbers(column[filled], kind)
        # An infinite one may have been too large.
        if numbers.isna().any() or np.isinf(numbers.to_numpy("float64")).any():
            return None
        whole = pd.Series(pd.NA, index=range(len(column)), dtype=DTYPES[kind])
        whole[filled] = numbers.array
        return whole.array
    return None


def _parse_plain_numbers(texts: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """Return numbers as programs write them; anything else is a ValueError."""
    arrow = find_pyarrow()
    if arrow is not None:
        # Much quicker.
        cells = arrow.array(texts.array)
        if kind == "integer" and arrow.compute.any(_find_hexadecimal(arrow, cells)).as_py():
            raise ValueError("hexadecimal")
        read = arrow.compute.cast(cells, _ARROW_TYPES[kind])
        return pd.Series(read.to_numpy(zero_copy_only=False)).astype(DTYPES[kind])
    numbers = pd.to_numeric(pd.Series(texts.tolist(), dtype=object))
    if len(texts) and (kind == "integer") and numbers.dtype.kind not in "iu":
        raise ValueError("not whole")
    return numbers.astype(DTYPES[kind])


def _find_hexadecimal(arrow: Any, cells: Any) -> Any:
    """Return which texts Arrow takes for whole numbers like 0x1F."""
    return arrow.compute.match_substring(cells, "x", ignore_case=True)


def _parse_iso_block(texts: Sequence[str], kind: str) -> Any:
    """Parse ISO 8601 text of one width as one block; anything else is a ValueError."""
    if not texts:
        return np.empty(0, dtype="datetime64[us]")
    width, whole = len(texts[0]), "".join(texts)
    zone = kind == "datetime"
    if len(whole) != width * len(texts) or not whole.isascii() or (width != 10 and not zone):
        raise ValueError("not of one width")
    if "-" * len(texts) != whole[4::width] or set(map(len, texts)) != {width}:
        raise ValueError("not ISO 8601")
    if not zone:
        return np.frombuffer(whole.encode("ascii"), f"S{width}").astype("datetime64[us]")
    packed, last = whole.encode("ascii"), whole[width - 1 :: width]
    if packed.translate(None, _ISO_SIGNS):
        raise ValueError("not ISO 8601")
    block = np.frombuffer(packed, f"S{width}")
    if last == "Z" * len(texts):
        block = block.astype(f"S{width - 1}")
    elif not last.isdigit() or "+" in whole or whole.count("-") > 2 * len(texts):
        raise ValueError("not in UTC")
    return block.astype("datetime64[us]")


def _find_distinct(column: pd.Series[Any]) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """Return the distinct cells of a column, and which of them each row has."""
    if column.dtype != object:
        # The series and not its array, which pandas 2 takes for a list.
        codes, cells = pd.factorize(column)
        return codes, pd.Series(cells).tolist()
    # Not by pandas, for which True and 1 are equal; and lists of JSON have no hash.
    seen: dict[tuple[Any, ...], int] = {}
    keys = map(_find_key, column)
    found = np.fromiter((seen.setdefault(key, len(seen)) for key in keys), np.int64, len(column))
    firsts = np.unique(found, return_index=True)[1]
    return found, [column.iloc[row] for row in firsts]


def _build_column(kind: str, values: list[Any]) -> Any:
    if kind in ("date", "datetime"):
        return _build_times(kind, values)
    return build_array({"gid": "text", "minutes": "number"}.get(kind, kind), values)


def _build_times(kind: str, values: Any) -> Any:
    times = pd.DatetimeIndex(np.array(values, dtype="datetime64[us]"))
    return (times.tz_localize("UTC") if kind == "datetime" else times).array


def _find_key(cell: Any) -> tuple[Any, ...]:
    """Return what is equal for equal cells of one type."""
    # Lists and objects of JSON have no hash.
    return cell.__class__, repr(cell) if isinstance(cell, list | dict) else cell


def format_text(cell: Any) -> str:
    """Return a value of a workbook or of JSON as text."""
    if isinstance(cell, list | tuple | dict):
        return to_json_text(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat().removesuffix("T00:00:00")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _parse_gid(cell: Any) -> str | None:
    if isinstance(cell, Real) and not isinstance(cell, bool | np.bool_):
        number = float(cell)
        if not number.is_integer() or abs(number) >= 10**15:
            raise _Unclear(
                "is a number, and Excel keeps 15 digits of those: the gid is lost. Take it from "
                "the file as it was written, and keep the column as text."
            )
        return str(int(number))
    text = format_text(cell).strip()
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text) or _DECIMAL.fullmatch(text):
        raise _Unclear(
            "is a gid that a spreadsheet has made a number of: its digits are lost. Take it from "
            "the file as it was written, and keep the column as text."
        )
    return text


def _parse_digits(cell: Any) -> str | None:
    """Return a gid of a file, in which a spreadsheet may have errors and sums."""
    gid = _parse_gid(cell)
    if gid is not None and not _is_gid(gid):
        raise _Unclear("is not a gid, which holds digits alone.")
    return gid


def _parse_flag(cell: Any) -> bool:
    flag = _FLAGS.get(str(cell).strip().lower())
    if flag is None:
        raise ValueError
    return flag


def _parse_number(cell: Any, decimal: str) -> float | int:
    if isinstance(cell, bool | np.bool_ | date | time | timedelta):
        raise ValueError
    if not isinstance(cell, str):
        return cell if isinstance(cell, int) else float(cell)
    return parse_number(cell, decimal)


def _parse_integer(cell: Any, decimal: str) -> int:
    if isinstance(cell, str) and has_three_decimals(cell, decimal):
        raise _Unclear(
            "is unclear in a column of whole numbers: write it without a point or comma."
        )
    number = _parse_number(cell, decimal)
    if number != int(number):
        raise ValueError
    if not _INT64.min <= number <= _INT64.max:
        raise _Unclear("is too large for a column of whole numbers.")
    if isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell.strip()) and abs(number) >= 10**15:
        raise _Unclear("is a number that a spreadsheet has shortened: its digits are lost.")
    return int(number)


def _parse_minutes(cell: Any, decimal: str) -> float:
    """Return minutes, also from hours and minutes: 1:30, or 1h 30m."""
    if isinstance(cell, timedelta):
        return cell / timedelta(minutes=1)
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute + cell.second / 60
    if isinstance(cell, str):
        text = cell.strip()
        found = _HOURS.fullmatch(text) or (text and _HOURS_IN_WORDS.fullmatch(text))
        if found:
            return int(found[1] or 0) * 60 + int(found[2] or 0)
    return float(_parse_number(cell, decimal))


def _parse_day(cell: Any, is_day_first: bool | None) -> datetime:
    moment = _parse_local(cell, is_day_first)
    if moment.tzinfo is not None or moment.time() != time():
        raise _Unclear("has a time of day: write the day alone, such as 2026-03-02.")
    return moment


def _parse_moment(cell: Any, is_day_first: bool | None) -> datetime:
    moment = _parse_local(cell, is_day_first)
    if moment.tzinfo is None:
        # The files of this package, like its frames, are in UTC.
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _parse_local(cell: Any, is_day_first: bool | None) -> datetime:
    """Return a day or moment; with its zone if it has one."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if not isinstance(cell, str):
        raise ValueError
    text = cell.strip()
    day, rest = _parse_day_text(text, is_day_first)
    rest = rest.strip(" T,")
    if not rest:
        return day
    found = _TIME.fullmatch(rest)
    if not found:
        raise ValueError
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if found[5].lower() == "pm" else 0)
    zone = _parse_zone(found[6])
    return day.replace(
        hour=hour,
        minute=minute,
        second=second,
        microsecond=int((found[4] or "0").ljust(6, "0")),
        tzinfo=zone,
    )


def _parse_zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _parse_day_text(text: str, is_day_first: bool | None) -> tuple[datetime, str]:
    """Return the day with which a text begins, and the rest of the text."""
    found = _YEAR_FIRST.match(text)
    if found:
        return datetime(int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    found = _YEAR_LAST.match(text)
    if found:
        return _order_day(found, is_day_first), text[found.end() :]
    for form in _MONTH_BY_NAME:
        try:
            day = datetime.strptime(text, form)
        except ValueError:
            continue
        if form.endswith("%y"):
            _check_century(day.year % 100)
        return day, ""
    raise ValueError


def _check_century(year: int) -> None:
    """Refuse a year of two digits that C and spreadsheets read in two ways."""
    if 30 <= year < _FIRST_OF_1900:
        raise _Unclear(f"may be in 19{year} or 20{year}: write years with four digits.")


def _order_day(found: re.Match[str], is_day_first: bool | None) -> datetime:
    first, second = int(found[1]), int(found[3])
    year = int(found[4])
    if len(found[4]) == 2:
        if found[2] != ".":
            raise _Unclear("has a year of two digits: write years with four.")
        _check_century(year)
        year += 2000 if year < _FIRST_OF_1900 else 1900
    if found[2] == ".":
        is_day_first = True
    if is_day_first is None:
        if first != second:
            raise _Unclear(
                "may be a day of two months, and no other day tells which: write it as "
                "2026-03-02, or pass dayfirst=True or dayfirst=False to the reader of the file."
            )
        is_day_first = True
    day, month = (first, second) if is_day_first else (second, first)
    return datetime(year, month, day)
