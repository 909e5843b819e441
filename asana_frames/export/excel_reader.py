"""Workbooks that `to_excel` wrote -> frames, by the schemas of a hidden sheet."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames._optional import require
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.csv import choose_schema
from asana_frames.export.schema_file import SchemaSource, find_schema, restore_file, restore_header
from asana_frames.export.text import restore_formula
from asana_frames.export.text_table import build_read_error, check_file
from asana_frames.frames.cells import CellFormat
from asana_frames.frames.schema import Schema, decode_schema

#: The hidden sheet of schemas: its first column names a sheet, its second holds a piece of text.
SCHEMA_SHEET = "_asana_frames"
_PIECE = 30_000
#: A character that XML cannot hold, as workbooks write it.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TOTAL = "Total"
#: Rows that may stand above the header.
_MOST_ABOVE = 10
#: Most rows of a column whose empty text is told from missing values.
_MOST_EMPTY = 50_000


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
    for column, (_, values) in zip(schema.columns, frame.items(), strict=True):
        rows: list[int] = []
        if column.kind in ("text", "category", "object") and not column.has_empty_text:
            is_empty = (values == "").to_numpy(dtype=bool, na_value=False)
            rows = np.flatnonzero(is_empty).tolist()
        if 0 < len(rows) <= _MOST_EMPTY:
            column = msgspec.structs.replace(column, empty_rows=tuple(rows))
        columns.append(column)
    return msgspec.structs.replace(schema, columns=tuple(columns))


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
        milliseconds that Excel keeps, infinite numbers are missing. Rows of totals are left out.

    Raises
    ------
    InvalidArgument
        There is no such file or sheet, it is no workbook, nothing says what its rows are, or a
        cell is not what its column holds: the message has its row and column.
    ConfigurationError
        openpyxl is not installed (the message has the pip line), or the file cannot be read.

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
    given = find_schema(file, schema) if schema is not None else None
    book = _open_book(openpyxl, file)
    with closing(book):
        schemas = _read_schemas(book, file)
        titles = [name for name in book.sheetnames if name != SCHEMA_SHEET]
        tables = [name for name in titles if name in schemas] or titles
        wanted = tables if sheet is None else [_choose_sheet(sheet, tables, titles, file)]
        frames = {
            title: _read_sheet(
                list(book[title].iter_rows(values_only=True)),
                given or schemas.get(title),
                resource,
                f"{file}, sheet {title!r}",
                CellFormat(dayfirst=dayfirst),
                is_ours=title in schemas,
                spare=[one for name, one in schemas.items() if name not in titles],
            )
            for title in wanted
        }
    return frames if sheet is None else frames[wanted[0]]


def _open_book(openpyxl: Any, file: Path) -> Any:
    try:
        return openpyxl.load_workbook(file, read_only=True, data_only=True)
    except OSError as cause:
        raise build_read_error(file, cause) from cause
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError) as cause:
        raise InvalidArgument(
            f"{file} is no complete workbook of Excel (.xlsx): {cause}. Save it again."
        ) from cause
    except openpyxl.utils.exceptions.InvalidFileException as cause:
        raise InvalidArgument(
            f"{file} is no workbook of Excel, whose name ends in .xlsx. For CSV files there is "
            f"af.read_csv."
        ) from cause


def _read_schemas(book: Any, file: Path) -> dict[str, Schema]:
    if SCHEMA_SHEET not in book.sheetnames:
        return {}
    pieces: dict[str, list[str]] = {}
    for row in book[SCHEMA_SHEET].iter_rows(values_only=True):
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
    spare: Sequence[Schema],
) -> pd.DataFrame:
    top = _find_header(rows)
    if known is None and top < len(rows):
        # A sheet that somebody renamed.
        known = next((one for one in spare if _fits(one, rows[top])), None)
        is_ours = known is not None
    # A spreadsheet that opens a CSV file keeps the marks of its text.
    restore = _restore_cell if is_ours else _restore_foreign_cell
    names = _read_header(rows[top:], known, source)
    body = [row[: len(names)] for row in rows[top + 1 :]]
    if known is not None and known.has_totals:
        totals = [place for place, row in enumerate(body) if _TOTAL in row]
        # Somebody may have added rows below.
        body = [row for place, row in enumerate(body) if place not in totals[-1:]]
    columns = zip(*body, strict=True) if body else ((),) * len(names)
    cells = {
        name: pd.Series([restore(cell) for cell in column], dtype=object, name=name)
        for name, column in zip(names, columns, strict=True)
        if name is not None
    }
    known = choose_schema(known, resource, cells, source=source)
    for column in known.columns:
        if column.empty_rows and column.name in cells:
            _fill_empty_text(cells[column.name], column.empty_rows)
    return restore_file(cells, known, form=form)


def _find_header(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return the place of the header: the first row, unless a title stands above it."""
    for place, row in enumerate(rows[:_MOST_ABOVE]):
        if "gid" in row or sum(cell is not None for cell in row) > 1:
            return place
    return 0


def _fits(schema: Schema, header: Iterable[Any]) -> bool:
    texts = [_restore_text(str(cell)) for cell in header if cell is not None]
    named = set(restore_header(texts, schema).values())
    return named == set(schema.columns_by_name())


def _fill_empty_text(cells: pd.Series[Any], rows: Iterable[int]) -> None:
    for row in rows:
        if row < len(cells) and cells.iloc[row] is None:
            cells.iloc[row] = ""


def _read_header(
    rows: Sequence[tuple[Any, ...]], known: Schema | None, source: str
) -> list[str | None]:
    """Return the names of the columns; None for columns without a name, which hold nothing."""
    if not rows or not any(cell is not None for cell in rows[0]):
        raise InvalidArgument(f"{source} is empty: its first row is no header.")
    names: list[str | None] = []
    for place, cell in enumerate(rows[0]):
        if cell is None:
            if any(row[place] is not None for row in rows[1:]):
                raise InvalidArgument(
                    f"{source}, row 1: column {place + 1} has values and no name; give it one."
                )
            names.append(None)
            continue
        names.extend(restore_header([_restore_text(str(cell))], known).values())
    twice = next((name for name in names if name is not None and names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(f"{source} has several columns called {twice!r}; rename one.")
    return names


def _restore_cell(cell: Any) -> Any:
    return _restore_text(cell) if isinstance(cell, str) else cell


def _restore_foreign_cell(cell: Any) -> Any:
    return restore_formula(_restore_text(cell)) or None if isinstance(cell, str) else cell


def _restore_text(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
