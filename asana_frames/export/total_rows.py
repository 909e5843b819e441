"""Rows of totals that somebody added below a table, which are no rows of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from numbers import Number
from typing import Any

import pandas as pd

from asana_frames.exceptions import AsanaWarning, warn_caller
from asana_frames.frames.decimal_signs import parse_number

#: What people and spreadsheets write beside totals.
_WORDS = frozenset(
    (
        *("total", "totals", "grand total", "total sum", "grand sum", "subtotal", "sum", "sums"),
        *("average", "mean", "gesamt", "gesamtergebnis", "gesamtsumme", "insgesamt", "summe"),
        *("mittelwert", "somme", "total general", "total général", "totale", "somma", "suma"),
        *("total geral", "soma", "totaal", "som", "summa", "totalt", "i alt", "razem"),
    )
)
#: So many rows have a sum that is nothing unusual.
_FEWEST = 2
#: Numbers, percentages, amounts of money and durations.
_NUMBER = re.compile(r"[^\w/]{0,3}\d[\d.,:'\u2019\s]*[^\w/]{0,3}")


def drop_totals(
    cells: Mapping[str, pd.Series[Any]], *, first_row: int
) -> Mapping[str, pd.Series[Any]]:
    """Return the cells of a table without rows of totals at its end.

    Parameters
    ----------
    cells
        Column -> cells: text, or values of Python.
    first_row
        The number of the first row, for messages.

    Warns
    -----
    AsanaWarning
        There are such rows: beside a word such as Total they have nothing but numbers, and no gid;
        in a table without gids, a number is the sum or mean of the rows above. Rows that lack one
        of these may be rows of the table: they are kept.
    """
    rows = _find_last_rows(cells)
    has_gids = "gid" in cells
    while rows and not has_gids and not _add_up(cells, rows):
        row = rows.pop(0)
        _warn_of_doubt(_read_row(cells, row), row + first_row)
    if not rows:
        _warn_of_bare_sums(cells, first_row)
        return cells
    words = [f"{row + first_row} ({_find_word(_read_row(cells, row))!r})" for row in rows]
    warn_caller(
        f"Left out row {', '.join(words)}, which {'has no gid and ' * has_gids}looks like a row "
        f"of totals. If it is a row of the table, give it another name.",
        AsanaWarning,
    )
    end = rows[0]
    while end and _is_blank_row(_read_row(cells, end - 1)):
        end -= 1
    return {name: column.iloc[:end] for name, column in cells.items()}


def ends_like_totals(frame: pd.DataFrame) -> bool:
    """Return whether the last row of a frame could be taken for one of totals."""
    cells = {str(name): column for name, column in frame.items()}
    return bool(_find_last_rows(cells)) or _ends_in_bare_sums(cells)


def _find_last_rows(cells: Mapping[str, pd.Series[Any]]) -> list[int]:
    """Return the rows at the end of a table that may be totals, the first of them first."""
    found: list[int] = []
    for row in reversed(range(max(map(len, cells.values()), default=0))):
        values = _read_row(cells, row)
        if _find_word(values) is not None:
            found.insert(0, row)
        elif not _is_blank_row(values):
            break
    return found


def _read_row(cells: Mapping[str, pd.Series[Any]], row: int) -> dict[str, Any]:
    return {name: column.iloc[row] for name, column in cells.items()}


def _find_word(row: Mapping[str, Any]) -> str | None:
    """Return what a row of totals calls itself; None for other rows."""
    if not _is_blank(row.get("gid")):
        return None
    texts = [cell for cell in row.values() if not _is_blank(cell) and not _is_number(cell)]
    are_words = bool(texts) and all(
        isinstance(text, str) and text.strip(" :.=").casefold() in _WORDS for text in texts
    )
    return str(texts[0]) if are_words else None


def _warn_of_doubt(row: Mapping[str, Any], number: int) -> None:
    # A word alone is a heading, or the name of anything.
    if any(_is_number(cell) and not _is_blank(cell) for cell in row.values()):
        warn_caller(
            f"Row {number} ({_find_word(row)!r}) is called like a row of totals. It is kept, as "
            f"no number of it is the sum or mean of the rows above it.",
            AsanaWarning,
        )


def _add_up(cells: Mapping[str, pd.Series[Any]], rows: Sequence[int]) -> bool:
    """Return whether a number of each row is the sum or mean of all numbers above the rows."""
    return all(
        any(
            _is_sum(column.iloc[row], column.iloc[: rows[0]].tolist(), sign)
            for column in cells.values()
            for sign in (".", ",")
        )
        for row in rows
    )


def _warn_of_bare_sums(cells: Mapping[str, pd.Series[Any]], first_row: int) -> None:
    if _ends_in_bare_sums(cells):
        warn_caller(
            f"Row {len(next(iter(cells.values()))) - 1 + first_row} holds nothing but the sums of "
            f"the rows above it. It is kept: if it is a row of totals, leave it out by "
            f"frame.iloc[:-1].",
            AsanaWarning,
        )


def _ends_in_bare_sums(cells: Mapping[str, pd.Series[Any]]) -> bool:
    """Return whether the last row has sums alone, in a table that has text and no gids."""
    last = max(map(len, cells.values()), default=0) - 1
    if "gid" in cells or last < _FEWEST:
        return False
    given = {name: cell for name, cell in _read_row(cells, last).items() if not _is_blank(cell)}
    if not given or not all(map(_is_number, given.values())):
        return False
    above = {name: column.iloc[:last].tolist() for name, column in cells.items()}
    has_text = any(
        any(isinstance(cell, str) and not _is_number(cell) for cell in above[name])
        for name in cells
        if name not in given
    )
    return has_text and all(
        any(_is_sum(cell, above[name], sign, means=False) for sign in (".", ","))
        for name, cell in given.items()
    )


def _is_sum(total: Any, cells: Sequence[Any], sign: str, *, means: bool = True) -> bool:
    """Return whether a cell is the sum of others, or their mean, with this decimal sign."""
    if not _is_number(total):
        return False
    try:
        found = _parse(total, sign)
        numbers = [_parse(cell, sign) for cell in cells if not _is_blank(cell)]
    except (TypeError, ValueError):
        return False
    if not numbers:
        return False
    whole = math.fsum(numbers)
    # What is shown has been rounded.
    spare = _find_unit(total, sign) * (len(numbers) + 1) / 2
    return any(
        math.isclose(found, each, rel_tol=1e-9, abs_tol=spare)
        for each in ((whole, whole / len(numbers)) if means else (whole,))
    )


def _parse(cell: Any, sign: str) -> float:
    return float(parse_number(cell, sign) if isinstance(cell, str) else cell)


def _find_unit(cell: Any, sign: str) -> float:
    """Return what the last decimal of a number counts; 0 of whole numbers."""
    decimals = cell.strip().partition(sign)[2] if isinstance(cell, str) else ""
    return float(10.0 ** -len(decimals)) if decimals.isdecimal() else 0.0


def _is_blank_row(row: Mapping[str, Any]) -> bool:
    return all(map(_is_blank, row.values()))


def _is_blank(cell: Any) -> bool:
    if isinstance(cell, str | Sequence):
        return not (cell.strip() if isinstance(cell, str) else cell)
    return bool(pd.isna(cell)) if pd.api.types.is_scalar(cell) else False


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, Number | time | timedelta)
