"""Numbers as text, and the decimal sign that all of them show together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from math import isinf
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from asana_frames.exceptions import InvalidArgument

#: Decimal sign -> the other one.
_OTHER = {".": ",", ",": "."}
#: Decimal sign -> numbers whose thousands are set apart, all by one sign.
_GROUPED = {
    ".": re.compile(r"[-+]?[1-9]\d{0,2}(?:([,' ])\d{3})(?:\1\d{3})*(?:\.\d+)?", re.ASCII),
    ",": re.compile(r"[-+]?[1-9]\d{0,2}(?:([.' ])\d{3})(?:\1\d{3})*(?:,\d+)?", re.ASCII),
}
_GROUP_SIGNS = {".": re.compile("[,' ]"), ",": re.compile("[.' ]")}
#: What programs write instead of a space, an apostrophe and a minus in numbers.
_NUMBER_SIGNS = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MINUS SIGN}": "-",
    }
)
_PLAIN_NUMBER = re.compile(
    r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?|[-+]?inf(inity)?", re.ASCII
)
#: A number that has thousands in one reading, and a fraction in the other: 12.500 and 12,500.
_UNCLEAR = re.compile(r"[-+]?[1-9]\d{0,2}([.,])\d{3}(?:\s*%)?", re.ASCII)
#: Points that may part thousands, in what Arrow and Python understand of regular expressions.
_MAYBE_GROUPED = re.compile(r"\s*\W?[1-9][0-9]{0,2}(?:\.[0-9]{3})+\s*%?\s*")


class _Cell(NamedTuple):
    """A cell and where it stands."""

    name: str
    row: int
    text: str

    def __str__(self) -> str:
        return f"{self.name}, row {self.row}: {self.text!r}"


def parse_number(text: str, decimal: str) -> float | int:
    """Return the number that a text is, with this decimal sign.

    Raises
    ------
    ValueError
        It is not a number.
    """
    text = text.strip().translate(_NUMBER_SIGNS)
    if _GROUPED[decimal].fullmatch(text):
        text = _GROUP_SIGNS[decimal].sub("", text)
    if text.endswith("%"):
        return parse_number(text[:-1], decimal) / 100
    if not _PLAIN_NUMBER.fullmatch(text) or _OTHER[decimal] in text:
        raise ValueError
    text = text.replace(",", ".")
    with suppress(ValueError):
        return int(text)
    number = float(text)
    if isinf(number) and "inf" not in text:
        raise ValueError("too large")
    return number


def has_three_decimals(text: str, decimal: str) -> bool:
    """Return whether a text is a number like 12.500, whose sign may also part thousands."""
    found = _UNCLEAR.fullmatch(_normalize(text))
    return found is not None and found[1] == decimal


def find_decimal(
    columns: Mapping[str, pd.Series[Any]],
    *,
    whole: Collection[str],
    written: str | None,
    is_unchanged: bool,
    separator: str,
    first_row: int,
) -> str:
    """Return the decimal sign of the numbers that are text.

    Parameters
    ----------
    columns
        Name -> cells: text, or values of Python.
    whole
        The names of the columns of whole numbers.
    written
        The sign with which the file was written, if it is known.
    is_unchanged
        Whether no other program seems to have written the file since, with a sign of its own.
    separator
        What parts the values of the file; empty where nothing does.
    first_row
        The number of the first row, for messages.

    Raises
    ------
    InvalidArgument
        Some numbers have a comma and others a point, or one such as 12.500 may be two numbers and
        the file does not tell which.
    """
    is_ours = separator == "," and written != "," and is_unchanged
    if not any(map(_has_commas, columns.values())) and (
        is_ours or not any(map(_may_have_groups, columns.values()))
    ):
        return "."
    sure: dict[str, _Cell] = {}
    unclear: dict[str, _Cell] = {}
    padded: dict[str, _Cell] = {}
    for cell in _list_cells(columns, first_row):
        text = _normalize(cell.text)
        found = _UNCLEAR.fullmatch(text)
        if found:
            if unclear.setdefault(found[1], cell).name in whole:
                # A column of other numbers tells more.
                unclear[found[1]] = cell
            if text.rstrip("% ").endswith("0"):
                padded.setdefault(found[1], cell)
        elif (sign := _find_needed_sign(text)) is not None:
            sure.setdefault(sign, cell)
    if len(sure) > 1:
        _refuse_mixed(sure, written)
    if sure:
        sign = next(iter(sure))
        _check_others(sign, unclear, written or ("." if separator == "," else None))
    else:
        usual = written or ("." if separator == "," else None)
        sign = _guess_sign(unclear, whole, usual, separator, is_unchanged=is_unchanged)
    # This package writes no zero at the end of a fraction: a person, or a program, did.
    if sign == written and sign in padded and separator != ",":
        _refuse_unclear(padded[sign])
    return sign


def _check_others(sign: str, unclear: Mapping[str, _Cell], usual: str | None) -> None:
    """Refuse thousands where another sign is usual than some numbers need."""
    other = unclear.get(_OTHER[sign])
    if other is not None and usual == _OTHER[sign]:
        _refuse_unclear(other)


def _guess_sign(
    unclear: Mapping[str, _Cell],
    whole: Collection[str],
    usual: str | None,
    separator: str,
    *,
    is_unchanged: bool,
) -> str:
    """Return the sign where no number needs one, or all that have one can be read in two ways."""
    if len(unclear) > 1:
        _refuse_unclear(list(unclear.values())[1])
    if not unclear:
        return usual or "."
    (sign, cell) = next(iter(unclear.items()))
    if cell.name in whole and separator == ",":
        # A fraction is none of them, and what may be a whole one is refused by its column.
        return usual or "."
    # What stands in quotes, because the separator is in it, this package has not written.
    if is_unchanged and usual is not None and (sign == usual or sign != separator != ""):
        return usual
    _refuse_unclear(cell)


def _refuse_mixed(sure: Mapping[str, _Cell], written: str | None) -> NoReturn:
    usual = written or next(iter(sure))
    raise InvalidArgument(
        f"{sure[_OTHER[usual]]} has another decimal sign than {sure[usual].text!r} ({usual!r}) in "
        f"{sure[usual].name}, row {sure[usual].row}. Write all numbers with one sign; if the file "
        f"is a CSV file, pass decimal='.' or decimal=',' to its reader."
    )


def _refuse_unclear(cell: _Cell) -> NoReturn:
    values = sorted((parse_number(cell.text, sign) for sign in _OTHER), key=abs)
    raise InvalidArgument(
        f"{cell} may be {values[0]:.10g} or {values[1]:.10g}, and the other numbers do not tell "
        f"which. Write it in one of these forms; if the file is a CSV file, you can pass "
        f"decimal='.' or decimal=',' to its reader."
    )


def _normalize(text: str) -> str:
    return text.strip().translate(_NUMBER_SIGNS)


def _find_needed_sign(text: str) -> str | None:
    """Return the decimal sign with which alone a text is a number."""
    fits = [sign for sign in _OTHER if _is_number(text, sign)]
    return fits[0] if len(fits) == 1 else None


def _is_number(text: str, decimal: str) -> bool:
    try:
        parse_number(text, decimal)
    except ValueError:
        return False
    return True


def _has_commas(column: pd.Series[Any]) -> bool:
    if isinstance(column.dtype, pd.StringDtype):
        return bool(column.str.contains(",", regex=False).any())
    return any(isinstance(cell, str) and "," in cell for cell in column)


def _may_have_groups(column: pd.Series[Any]) -> bool:
    if not isinstance(column.dtype, pd.StringDtype):
        return any(isinstance(cell, str) and _MAYBE_GROUPED.fullmatch(cell) for cell in column)
    has_points = column.str.contains(".", regex=False).any()
    return bool(has_points and column.str.fullmatch(_MAYBE_GROUPED.pattern).any())


def _list_cells(columns: Mapping[str, pd.Series[Any]], first_row: int) -> Iterator[_Cell]:
    """Yield the first of equal cells that have a sign."""
    for name, column in columns.items():
        for text, row in _find_first_rows(column):
            if "," in text or "." in text:
                yield _Cell(name, row + first_row, text)


def _find_first_rows(column: pd.Series[Any]) -> Iterable[tuple[str, int]]:
    if isinstance(column.dtype, pd.StringDtype):
        firsts = column.reset_index(drop=True).drop_duplicates().dropna()
        return zip(firsts.tolist(), firsts.index.tolist(), strict=True)
    # Not by pandas: lists of JSON have no hash.
    seen: dict[str, int] = {}
    for row, cell in enumerate(column):
        if isinstance(cell, str):
            seen.setdefault(cell, row)
    return seen.items()
