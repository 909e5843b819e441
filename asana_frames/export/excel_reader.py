"""Workbooks that `to_excel` wrote -> frames, by the schemas of a hidden sheet."""

from __future__ import annotations

import math
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames._optional import require
from asana_frames.calls.progress import ProgressBar
from asana_frames.exceptions import AsanaWarning, InvalidArgument, warn_caller
from asana_frames.export.column_headers import write_headers
from asana_frames.export.csv import choose_schema
from asana_frames.export.schema_file import (
    ZONE_NOTE,
    SchemaSource,
    find_schema,
    restore_file,
    restore_header,
)
from asana_frames.export.text_table import build_read_error, check_file
from asana_frames.frames.cells import CellFormat
from asana_frames.frames.formula_text import restore_formula
from asana_frames.frames.schema import Schema, decode_schema, is_text

#: The hidden sheet of schemas: its first column names a sheet, its second holds a piece of text.
SCHEMA_SHEET = "_asana_frames"
_PIECE = 30_000
#: A character that XML cannot hold, as workbooks write it.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TOTAL = "Total"
#: Rows after which it is shown how far a sheet is read.
_BLOCK = 1_000
#: Rows that may stand above the header.
_MOST_ABOVE = 10
#: Most rows of a column whose empty text is told from missing values.
_MOST_EMPTY = 50_000
#: A formula without a value, unless that is empty text.
_NO_VALUE = re.compile(
    rb"""<c\b(?![^>]*\bt=["']str["'])[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)"""
    rb"\s*(?:<v\s*/>|<v>\s*</v>|</c>)"
)
#: What openpyxl raises of a damaged file.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def write_schemas(book: Any, schemas: Mapping[str, Schema]) -> None:
    """Write the schemas of the sheets of a workbook to a sheet that nobody sees."""
    sheet = book.add_worksheet(SCHEMA_SHEET)
    row = 0
    for title, schema in schemas.items():
        text = schema.encode().decode()
        for start in range(0, len(text), _PIECE):
            sheet.write_string(row, 0, title)
            sheet.write_string(row, 1, text[start : start + _PIECE])
            row += 1
    sheet.very_hidden()


def note_empty_text(schema: Schema, frame: pd.DataFrame) -> Schema:
    """Return a schema that tells empty text from missing values, which workbooks do not."""
    columns = []
    keys: Sequence[str] = ()
    for column, (_, values) in zip(schema.columns, frame.items(), strict=True):
        rows: list[int] = []
        if (is_text(column.kind) or column.kind == "category") and not column.has_empty_text:
            is_empty = (values == "").to_numpy(dtype=bool, na_value=False)
            rows = np.flatnonzero(is_empty).tolist()
        if 0 < len(rows) <= _MOST_EMPTY:
            keys = keys or _list_row_keys(schema, frame)
            column = msgspec.structs.replace(column, empty_rows=tuple(keys[row] for row in rows))
        columns.append(column)
    return msgspec.structs.replace(schema, columns=tuple(columns))


def _has_keys(schema: Schema) -> bool:
    """Return whether the gids of a sheet tell its rows apart, also after they were sorted."""
    return "gid" in schema.columns_by_name() and not schema.has_repeated_rows


def _list_row_keys(
    schema: Schema, columns: Mapping[str, pd.Series[Any]] | pd.DataFrame
) -> list[str]:
    """Return what tells each row: its gid, else its number."""
    if _has_keys(schema) and "gid" in columns:
        gids = columns["gid"]
        return gids.astype(object).where(gids.notna(), "").map(str).tolist()
    rows = next((len(column) for _, column in columns.items()), 0)
    return list(map(str, range(rows)))


@overload
def read_excel(
    path: str | os.PathLike[str],
    resource: str | None = ...,
    *,
    sheet: str | int = ...,
    schema: SchemaSource = ...,
    dayfirst: bool | None = ...,
) -> pd.DataFrame: ...
@overload
def read_excel(
    path: str | os.PathLike[str],
    resource: str | None = ...,
    *,
    sheet: None,
    schema: SchemaSource = ...,
    dayfirst: bool | None = ...,
) -> dict[str, pd.DataFrame]: ...
def read_excel(
    path: str | os.PathLike[str],
    resource: str | None = None,
    *,
    sheet: str | int | None = 0,
    schema: SchemaSource = None,
    dayfirst: bool | None = None,
) -> pd.DataFrame | dict[str, pd.DataFrame]:
    """Read a workbook that `to_excel` wrote, also if somebody changed it since.

    Needs the extra ``excel``.

    Parameters
    ----------
    path
        The file.
    resource
        What the rows are, such as ``"tasks"``; needed only where the workbook does not say it.
    sheet
        Name or position of a sheet with a table; the first unless given. None for all of them, as
        a dict by name.
    schema
        A frame with the columns of the sheet, or the path of a ``.schema.json``; needed only where
        the workbook lacks its schemas, because another program has written it.
    dayfirst
        Whether 3/4/2026 is 3 April, where days were typed as text.

    Returns
    -------
    DataFrame
        Equal to the one that was written, but for: numbers have the 16 digits and moments the
        milliseconds that Excel keeps, infinite numbers are missing. Labels of columns, such as
        the days of a pivot, are text. Rows of totals are left out, and rows of nothing where rows
        have gids; rows are numbered from 0.
        ``<CLEAR>`` in a cell is ``af.CLEAR``; such a column holds objects.

    Raises
    ------
    InvalidArgument
        There is no such file or sheet, it is no workbook, nothing says what its rows are, or a
        cell is not what its column holds: the message has its row and column. Gids that a
        spreadsheet rounded to 15 digits are refused, and so are formulas without a value.
    ConfigurationError
        openpyxl is not installed (the message has the pip line), or the file cannot be read.

    Warns
    -----
    AsanaWarning
        As for `read_csv`.

    Examples
    --------
    >>> import asana_frames as af, tempfile, pathlib
    >>> tasks = af.sandbox().tasks.list(project="Website relaunch")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tasks.xlsx")
    ...     af.export.to_excel(tasks, file)
    ...     again = af.read_excel(file)
    >>> again.equals(tasks)
    True
    """
    openpyxl = require("openpyxl", extra="excel")
    check_flag(dayfirst, name="dayfirst")
    file = check_file(path)
    given = _add_headers(find_schema(file, schema)) if schema is not None else None
    lacks_values = _lacks_values(file)
    with _open_book(openpyxl, file) as book:
        # A sheet may hold a chart alone.
        titles = [one.title for one in book.worksheets if one.title != SCHEMA_SHEET]
        schemas = _find_schemas(book, titles, file)
        tables = [name for name in titles if name in schemas] or titles
        wanted = tables if sheet is None else [_choose_sheet(sheet, tables, titles, file)]
        sheets = _read_sheets(book, wanted, file)
        if lacks_values:
            sheets = {
                title: _add_formulas(rows, formulas)
                for (title, rows), formulas in zip(
                    sheets.items(), _read_formulas(openpyxl, wanted, file), strict=True
                )
            }
        frames = {
            title: _read_sheet(
                sheets[title],
                given or schemas.get(title),
                resource,
                f"{file}, sheet {title!r}",
                # Numbers that are text, such as options.
                CellFormat(dayfirst=dayfirst, separator=""),
                is_ours=title in schemas,
            )
            for title in wanted
        }
    return frames if sheet is None else frames[wanted[0]]


def _add_headers(schema: Schema | None) -> Schema | None:
    """Return a schema that knows the headers that its columns have in words."""
    if schema is None:
        return None
    headers = write_headers([column.name for column in schema.columns])
    columns = (
        column if column.header else msgspec.structs.replace(column, header=header)
        for column, header in zip(schema.columns, headers, strict=True)
    )
    return msgspec.structs.replace(schema, columns=tuple(columns))


@contextmanager
def _refuse_damage(file: Path) -> Iterator[None]:
    """Turn what openpyxl raises of a damaged file, which is of many types, into one error."""
    try:
        yield
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    except _DAMAGE as cause:
        raise InvalidArgument(
            f"{file} is no complete workbook of Excel (.xlsx): {cause}. Save it again."
        ) from cause


def _read_sheets(book: Any, titles: Sequence[str], file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each sheet, and show how far they are read."""
    with _refuse_damage(file):
        # Other programs may not say it.
        total = sum(book[title].max_row or 0 for title in titles)
    with ProgressBar("read_excel", total, None, unit="row") as bar:
        return {title: _read_rows(book, title, file, bar=bar) for title in titles}


def _read_rows(
    book: Any, title: str, file: Path, most: int | None = None, bar: ProgressBar | None = None
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    # Cells are parsed only now.
    with _refuse_damage(file):
        for row in book[title].iter_rows(max_row=most, values_only=True):
            rows.append(row)
            if bar is not None and not len(rows) % _BLOCK:
                bar.done += _BLOCK
                bar.rows = bar.done
                bar.tick()
    return rows


@contextmanager
def _open_book(openpyxl: Any, file: Path, *, has_values: bool = True) -> Iterator[Any]:
    if file.suffix.lower() not in openpyxl.reader.excel.SUPPORTED_FORMATS:
        raise InvalidArgument(
            f"{file} is no workbook of Excel, whose name ends in .xlsx. For CSV files there is "
            f"af.read_csv."
        )
    with _refuse_damage(file):
        # openpyxl does not close a file that it fails to read.
        stream = file.open("rb")
    with stream:
        with _refuse_damage(file):
            book = openpyxl.load_workbook(stream, read_only=True, data_only=has_values)
        with closing(book):
            yield book


class _Formula(str):
    """A formula of which the file does not have the value."""


def _lacks_values(file: Path) -> bool:
    """Return whether some formula has no value, as in workbooks that a program has written."""
    with suppress(*_DAMAGE, OSError), zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/") and _NO_VALUE.search(parts.read(name)):
                return True
    return False


def _read_formulas(
    openpyxl: Any, titles: Sequence[str], file: Path
) -> Iterator[list[tuple[Any, ...]]]:
    with _open_book(openpyxl, file, has_values=False) as book:
        for title in titles:
            yield _read_rows(book, title, file)


def _add_formulas(
    rows: Sequence[tuple[Any, ...]], formulas: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return rows with the formulas of cells that have no value."""
    return [
        tuple(
            _Formula(formula)
            if value is None and isinstance(formula, str) and formula.startswith("=")
            else value
            for value, formula in zip(*pair, strict=True)
        )
        for pair in zip(rows, formulas, strict=True)
    ]


def _check_formulas(
    row: Sequence[Any], names: Sequence[str | None], number: int, source: str
) -> None:
    for name, cell in zip(names, row, strict=True):
        if isinstance(cell, _Formula):
            raise InvalidArgument(
                f"{source}, {name}, row {number}: the file has the formula {str(cell)!r} and not "
                f"its value. Open the file in a spreadsheet and save it once."
            )


def _find_schemas(book: Any, titles: Sequence[str], file: Path) -> dict[str, Schema]:
    """Return title -> schema, also of sheets that somebody renamed."""
    written = _read_schemas(book, file)
    found = {title: written.pop(title) for title in titles if title in written}
    # The schema with most columns first: sheets may have more columns than were written.
    spare = sorted(written.values(), key=lambda schema: -len(schema.columns))
    for title in titles if spare else ():
        if title in found:
            continue
        rows = _read_rows(book, title, file, _MOST_ABOVE)
        fit = next((one for one in spare if any(_fits(one, row) for row in rows)), None)
        if fit is not None:
            spare = [one for one in spare if one is not fit]
            found[title] = fit
    return found


def _read_schemas(book: Any, file: Path) -> dict[str, Schema]:
    if SCHEMA_SHEET not in book.sheetnames:
        return {}
    pieces: dict[str, list[str]] = {}
    for row in _read_rows(book, SCHEMA_SHEET, file):
        if len(row) > 1 and row[0] is not None and row[1] is not None:
            pieces.setdefault(_restore_text(str(row[0])), []).append(_restore_text(str(row[1])))
    source = f"{file}, sheet {SCHEMA_SHEET!r},"
    return {title: decode_schema("".join(texts), source=source) for title, texts in pieces.items()}


def _choose_sheet(sheet: object, tables: Sequence[str], titles: Sequence[str], file: Path) -> str:
    if isinstance(sheet, str) and sheet in titles:
        return sheet
    if isinstance(sheet, int) and -len(tables) <= sheet < len(tables):
        return tables[sheet]
    raise InvalidArgument(
        f"{file} has no sheet {sheet!r}; its tables are {', '.join(map(repr, tables)) or 'none'}."
    )


def _read_sheet(
    rows: list[tuple[Any, ...]],
    known: Schema | None,
    resource: str | None,
    source: str,
    form: CellFormat,
    *,
    is_ours: bool,
) -> pd.DataFrame:
    top = _find_header(rows, known)
    # A spreadsheet that opens a CSV file keeps the marks of its text.
    restore = _restore_cell if is_ours else _restore_foreign_cell
    names = _read_header(rows[top:], known, source)
    body = [(*row, *[None] * len(names))[: len(names)] for row in rows[top + 1 :]]
    total = None
    if known is not None and known.rows:
        total = _find_totals(body, names, known, first_row=top + 2)
    for place, row in enumerate(body):
        if place != total:
            _check_formulas(row, names, place + top + 2, source)
    body = [row for place, row in enumerate(body) if place != total]
    if known is not None and known.rows:
        body = _restore_blank_rows(body, known, len(names))
    columns = zip(*body, strict=True) if body else ((),) * len(names)
    cells = {
        name: pd.Series([restore(cell) for cell in column], dtype=object, name=name)
        for name, column in zip(names, columns, strict=True)
        if name is not None
    }
    known = choose_schema(known, resource, cells, source=source)
    if any(column.empty_rows for column in known.columns):
        _fill_empty_text(cells, known)
    return restore_file(cells, known, form=form, first_row=top + 2)


def _find_totals(
    body: Sequence[tuple[Any, ...]], names: Sequence[str | None], known: Schema, *, first_row: int
) -> int | None:
    """Return the place of the row of totals, unless somebody deleted it already.

    Warns
    -----
    AsanaWarning
        A row has the totals but not their label, and may be an ordinary one.
    """
    totals = {at: known.totals[name] for at, name in enumerate(names) if name in known.totals}
    others = [at for at in range(len(names)) if at not in totals]
    if not totals:
        return None
    words = [_TOTAL, *[None] * len(others)][: len(others)]
    # Of a table of numbers alone, the row has no label, and its place tells it.
    places = range(len(body)) if others else range(len(body))[-1:]
    found = [place for place in places if [body[place][at] for at in others] == words]
    sure = [place for place in found if _holds_totals(body, place, totals)]
    # A program may drop the numbers, and a filter that was on changes them; the row is one more.
    picked = sure or (found if len(body) > known.rows else [])
    if picked or not others:
        return picked[-1] if picked else None
    return _find_other_totals(body, names, known, totals, first_row)


def _find_other_totals(
    body: Sequence[tuple[Any, ...]],
    names: Sequence[str | None],
    known: Schema,
    totals: Mapping[int, float],
    first_row: int,
) -> int | None:
    """Return the place of the row of totals whose label somebody changed."""
    gid = names.index("gid") if "gid" in names else None
    found = [
        place
        for place, row in enumerate(body)
        if (gid is None or not str(row[gid]).isdigit()) and _holds_totals(body, place, totals)
    ]
    if not found or gid is not None or len(body) > known.rows:
        return found[-1] if found else None
    # A row of one number, or of the sum of the rows above it, is nothing unusual.
    if found[-1] == len(body) - 1 and len(body) > 1:
        warn_caller(
            f"Row {found[-1] + first_row} holds the sums of the rows above it. It is kept, as the "
            f"row of totals had another label and rows were deleted since: if it is that row, "
            f"leave it out.",
            AsanaWarning,
        )
    return None


def _holds_totals(
    body: Sequence[tuple[Any, ...]], place: int, totals: Mapping[int, float]
) -> bool:
    """Return whether a row has the totals as written, sums of other rows, or formulas alone."""
    if all(isinstance(body[place][at], _Formula) for at in totals):
        return True
    others = [*body[:place], *body[place + 1 :]]
    parts = (body[:place] or others, others)
    sums = [{at: _add_up(row[at] for row in part) for at in totals} for part in parts]
    given = {at: body[place][at] for at in totals}
    return any(
        all(
            _is_number(cell) and math.isclose(cell, one[at], rel_tol=1e-9)
            for at, cell in given.items()
        )
        for one in (totals, *sums)
    )


def _add_up(cells: Iterable[Any]) -> float:
    return math.fsum(filter(_is_number, cells))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _restore_blank_rows(
    body: Sequence[tuple[Any, ...]], known: Schema, columns: int
) -> list[tuple[Any, ...]]:
    """Return the rows with those at the end that were written without a cell, and no others."""
    rows = len(body)
    while rows and all(cell is None for cell in body[rows - 1]):
        rows -= 1
    # Otherwise somebody added or deleted rows.
    blank = known.blank_rows if rows == known.rows - known.blank_rows else 0
    return [*body[:rows], *[(None,) * columns] * blank]


def _find_header(rows: Sequence[tuple[Any, ...]], known: Schema | None = None) -> int:
    """Return the place of the header: the first row, unless titles stand above it."""
    written = set(known.columns_by_name()) if known is not None else {"gid"}
    top = rows[:_MOST_ABOVE]
    fits = [len(written & set(_name_columns(row, known))) for row in top]
    if any(fits):
        return fits.index(max(fits))
    filled = (place for place, row in enumerate(top) if sum(cell is not None for cell in row) > 1)
    return next(filled, 0)


def _fits(schema: Schema, header: Iterable[Any]) -> bool:
    named = set(_name_columns(header, schema))
    return bool(schema.columns) and named >= set(schema.columns_by_name())


def _fill_empty_text(cells: Mapping[str, pd.Series[Any]], known: Schema) -> None:
    keys = _list_row_keys(known, cells)
    if not _has_keys(known) and len(keys) != known.rows:
        # Rows were added or deleted, and numbers tell nothing.
        return
    rows = {key: row for row, key in enumerate(keys)}
    for column in known.columns:
        for key in column.empty_rows if column.name in cells else ():
            row = rows.get(key)
            if row is not None and cells[column.name].iloc[row] is None:
                cells[column.name].iloc[row] = ""


def _read_header(
    rows: Sequence[tuple[Any, ...]], known: Schema | None, source: str
) -> list[str | None]:
    """Return the names of the columns; None for columns without a name, which hold nothing."""
    if not rows or not any(cell is not None for cell in rows[0]):
        raise InvalidArgument(f"{source} is empty: its first row is no header.")
    for place, cell in enumerate(rows[0]):
        if cell is None and any(row[place] is not None for row in rows[1:] if place < len(row)):
            raise InvalidArgument(
                f"{source}, row 1: column {place + 1} has values and no name; give it one."
            )
    names = _name_columns(rows[0], known)
    twice = next((name for name in names if name is not None and names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(f"{source} has several columns called {twice!r}; rename one.")
    return names


def _name_columns(header: Iterable[Any], known: Schema | None) -> list[str | None]:
    """Return the names of columns; where several have one header, their order tells."""
    texts = [None if cell is None else _restore_text(str(cell)) for cell in header]
    names: list[str | None] = []
    for place, text in enumerate(texts):
        written = [] if text is None or known is None else _find_written(text, texts, known)
        if len(written) > 1 and len(written) == texts.count(text):
            names.append(written[texts[:place].count(text)])
        else:
            names.append(None if text is None else restore_header([text], known)[text])
    return names


def _find_written(text: str, header: Sequence[str | None], known: Schema) -> list[str]:
    """Return the columns that have a header, in their order."""
    names = known.columns_by_name()
    return [
        name for name in names if name == text or (name + ZONE_NOTE == text and name not in header)
    ]


def _restore_cell(cell: Any) -> Any:
    return _restore_text(cell) if isinstance(cell, str) else cell


def _restore_foreign_cell(cell: Any) -> Any:
    return restore_formula(_restore_text(cell)) or None if isinstance(cell, str) else cell


def _restore_text(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
