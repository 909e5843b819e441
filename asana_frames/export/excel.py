"""Excel workbooks: one sheet per frame, typed cells, text that stays text."""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pandas as pd

from asana_frames._arguments import check_flag, check_mapping
from asana_frames._files import PART_SUFFIX, part_prefix, replace_file
from asana_frames._optional import require
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.column_rules import find_sums
from asana_frames.export.excel_cells import (
    FORMATS,
    MAX_TEXT_LENGTH,
    NUMBERS,
    TEXTS,
    TIMES,
    Column,
    Table,
    Wide,
    convert_cells,
    count_units,
    describe_column,
    find_long_text,
    measure_width,
    prepare_text,
)
from asana_frames.export.excel_charts import (
    TableChart,
    build_chart,
    is_table_chart,
    parse_chart,
)
from asana_frames.export.excel_reader import SCHEMA_SHEET, note_empty_text, write_schemas
from asana_frames.export.pictures import Picture, render_pictures
from asana_frames.export.prepare import Labels, check_options
from asana_frames.export.schema_file import PreparedFrame, prepare_for_file
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import name_frames, to_one_line
from asana_frames.frames.bridge import key_column
from asana_frames.frames.schema import Schema
from asana_frames.rollups.shared.wide import TOTAL_COLUMN, TOTAL_ROW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Limits of Excel; lengths are in UTF-16 code units.
_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_MAX_NAME_LENGTH = 31
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")

#: The sheet that comes first, in lower case.
_FIRST_SHEET = "summary"
#: Columns with a place of their own; others keep theirs between these.
_ORDER = {"name": 0, "gid": 2}
#: Rows that are converted at once.
_BLOCK = 2_000
#: Rows at the end that are looked at together.
_TAIL = 50
#: Beside a table wider than this, a chart would be out of sight.
_WIDEST_BESIDE = 1_000
#: Pixels of a character, and of the margins of a column.
_CHARACTER, _MARGINS = 7, 5
#: Points. It must differ from Excel's own, or it is not written.
_ROW_HEIGHT = 14.25
_CELL = {"valign": "top"}
_HEADER = {"bold": True, "bottom": 1, "quote_prefix": True}
#: Above numbers; the indent is the button of the filter.
_RIGHT = {"align": "right", "indent": 2}
_BOLD = {"bold": True}
_TOTAL = {"bold": True, "top": 1}
#: How many columns can be read on one printed page; for more, the paper, as Excel counts, and
#: the percentage at which text is still legible.
_MOST_SIDE_BY_SIDE, _A4, _LEAST_SCALE = 15, 9, 70
#: Charts are neither moved nor resized when a filter hides rows.
_PLACED = {"object_position": 3}


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, not yet as Excel takes it, and what is on it."""

    name: str
    table: Table | None
    chart: Picture | TableChart | None


def to_excel(
    frames: Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    charts: Mapping[str, Figure | Axes | str | Mapping[str, Any]] | None = None,
    totals: bool = False,
    anonymize: str | None = None,
    labels: Labels | None = None,
) -> None:
    """Write frames as one Excel workbook; needs the extra ``excel``.

    Numbers, flags, days and moments are cells of their type. Moments are in UTC, and the header
    says so. Shares such as ``progress`` are shown in percent. Text is always text: gids keep every
    digit, and nothing becomes a formula or a link. Integers of more than 15 digits, which Excel
    would round, and days before March 1900, which it cannot show, are text as well. Tuples are
    joined by ``"; "``; missing and infinite values are empty.
    `read_excel` reads it back, by the schemas of a hidden sheet.

    Tables of ``wide=True`` keep their keys in sight, have totals in bold and numbers with as many
    decimals in all periods; ``totals`` adds no second row to them.

    The column ``name`` comes first and stays in sight, like the header, and ``gid`` comes last.
    Of a long text the first line is shown; a double click on the edge of a row shows the rest.

    Parameters
    ----------
    frames
        Name of a sheet -> frame, a list of frames, or one frame. Sheets of a list are named by
        their rows, such as ``tasks``. A sheet called ``Summary`` comes first. Names that Excel
        does not take are changed as little as needed. An index with a name or of other things
        than integers becomes the first columns.
    path
        The file; an older one is replaced only when the new one is complete.
    charts
        Name -> a matplotlib Figure or Axes, or a chart that Excel draws of the table of that name:
        ``"column"``, ``"bar"``, ``"line"``, ``"area"`` or ``"pie"`` of all its numbers by its
        first text or date (lines and areas by the first date, if there is one), or a dict such as
        ``{"kind": "bar", "x": "person_name", "y": ["hours"]}``. A chart is put beside the table of
        its name; where this fills the screen, the chart has the next sheet to itself. Totals of a
        wide table are not drawn, unless ``y`` names them.
    totals
        Add a row with the totals of the rows that a filter leaves. Added up are hours, minutes,
        counts, money and other numbers (also those of custom fields), but not: shares; numbers
        with a word such as rate, average, median, days, per, weight, target or value in their
        name; in a table with a column ``day`` or ``period`` what is there at its end, such as
        ``open`` or ``scope``; and in a table of several currencies or units anything but hours and
        minutes.
    anonymize
        A secret key: names and the gids of people become pseudonyms that are the same in all
        files of one key; dates, numbers, flags and enumerations stay; other text is left out.
        Names of sheets are yours and stay as they are.
    labels
        ``"human"`` for ``on track`` instead of ``on_track``, and so on.

    Raises
    ------
    InvalidArgument
        There is no frame; a frame has more rows or columns than a sheet, or a text has more
        characters than a cell can hold; a chart is none of the above, or a picture together with
        ``anonymize``; ``path`` has the suffix of another format; or an option is not valid.
        Nothing is written.
    ConfigurationError
        xlsxwriter is not installed (the message has the pip line), or the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> hours = pd.DataFrame({"person_name": ["Ana", "Ben"], "hours": [1.5, 3.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "hours.xlsx")
    ...     to_excel({"hours": hours}, file, charts={"hours": "bar"}, totals=True)
    ...     print(file.exists())
    True
    """
    charts = {} if charts is None else charts
    check_suffix(path, writer="to_excel")
    check_mapping(charts, name="charts", like='{"tasks": ax}')
    _check_options(charts, totals, anonymize, labels)
    named = _name_frames(frames)
    _check_sizes(named, has_totals=totals)
    xlsxwriter = require("xlsxwriter", extra="excel")
    prepared = {
        name: prepare_for_file(frame, anonymize=anonymize, labels=labels)
        for name, frame in named.items()
    }
    named = {name: one.frame for name, one in prepared.items()}
    # With its index, a frame has more columns.
    _check_sizes(named, has_totals=totals)
    tables = [_describe_table(name, frame, totals) for name, frame in named.items()]
    schemas = {table.name: _describe_sheet(prepared[table.name], table) for table in tables}
    sheets = _list_sheets(tables, charts)
    with replace_file(path) as part, _open_book(xlsxwriter, part) as book:
        homes = _write_sheets(book, sheets)
        write_schemas(book, {homes[name]: known for name, known in schemas.items() if known})


def _describe_sheet(prepared: PreparedFrame, table: Table) -> Schema | None:
    """Return the schema of a sheet; None if columns of one name could not be told apart."""
    frame = prepared.with_text_labels()
    if not frame.columns.is_unique:
        return None
    schema = note_empty_text(prepared.describe(), frame)
    return msgspec.structs.replace(
        schema,
        totals={table.columns[place].header: total for place, total in table.totals.items()},
        rows=table.rows,
        blank_rows=_count_blank_rows(table),
    )


def _count_blank_rows(table: Table) -> int:
    """Return how many rows at the end have nothing in any cell, so that no file has them."""
    for end in range(table.rows, 0, -_TAIL):
        part = slice(max(0, end - _TAIL), end)
        columns = [convert_cells(column, part)[0] for column in table.columns]
        for place, row in enumerate(reversed(list(zip(*columns, strict=True)))):
            if any(cell is not None for cell in row):
                return table.rows - end + place
    return table.rows


def _check_options(
    charts: Mapping[str, Any], totals: object, anonymize: object, labels: object
) -> None:
    check_flag(totals, name="totals")
    check_options(anonymize=anonymize, labels=labels)
    drawn = [name for name, chart in charts.items() if not is_table_chart(chart)]
    if drawn and anonymize is not None:
        raise InvalidArgument(
            f"anonymize= cannot change the names in a picture; let Excel draw it, such as with "
            f"charts={{{drawn[0]!r}: 'column'}}, or leave out anonymize=."
        )


def _name_frames(
    frames: Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame] | pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return the frames by the names of their sheets, in the order of the sheets."""
    several = [frames] if isinstance(frames, pd.DataFrame) else frames
    # name_frames refuses what is neither a list nor a mapping.
    is_list = isinstance(several, list | tuple)
    given: Any = dict(enumerate(several)) if is_list else several
    named = name_frames(given, "")
    if is_list:
        names = [_name_sheet(frame, number) for number, frame in enumerate(named.values(), 1)]
        named = dict(zip(_choose_sheet_names(names), named.values(), strict=True))
    if not named:
        raise InvalidArgument('No frame to write; give one, such as {"tasks": tasks}.')
    # Sorting keeps the order of the others.
    return dict(sorted(named.items(), key=lambda item: str(item[0]).lower() != _FIRST_SHEET))


def _name_sheet(frame: pd.DataFrame, number: int) -> str:
    """Return the name of the records of a frame, such as tasks."""
    plurals = {resource.record: resource.name for resource in load().resources}
    return plurals.get(key_column(frame).removesuffix("_gid"), f"Sheet{number}")


def _check_sizes(frames: Mapping[str, pd.DataFrame], *, has_totals: bool) -> None:
    # One row is the header's.
    most = _MAX_ROWS - 1 - has_totals
    for name, frame in frames.items():
        rows, columns = frame.shape
        if rows > most or columns > _MAX_COLUMNS:
            raise InvalidArgument(
                f"{name!r} has {rows:,} rows and {columns:,} columns; a sheet of Excel holds "
                f"{most:,} and {_MAX_COLUMNS:,}. Write it with export.to_parquet or "
                f"export.to_csv, or give fewer rows."
            )


def _describe_table(name: str, frame: pd.DataFrame, totals: bool) -> Table:
    """Describe a frame as a table, with ``name`` in front and ``gid`` at the end."""
    labels = list(frame.columns)
    order = sorted(range(len(labels)), key=lambda place: _ORDER.get(labels[place], 1))
    frame = frame.iloc[:, order]
    columns = [
        describe_column(label, frame.iloc[:, place]) for place, label in enumerate(frame.columns)
    ]
    _check_texts(name, columns)
    wide = _describe_wide(frame)
    if wide is not None:
        columns = _show_alike(columns, wide.keys)
        totals = totals and not wide.total_rows
    sums = find_sums(frame) if totals and len(frame) else []
    added = {place: _add_up(columns[place]) for place in sums if columns[place].kind in NUMBERS}
    widths = [measure_width(column, added.get(place, 0.0)) for place, column in enumerate(columns)]
    return Table(name, columns, len(frame), added, widths, wide)


def _describe_wide(frame: pd.DataFrame) -> Wide | None:
    """Describe a table of ``wide=True``, as far as it is still one; None for others."""
    told = frame.attrs.get("wide")
    keys = told.get("keys") if isinstance(told, Mapping) else None
    labels = list(frame.columns)
    if not isinstance(keys, int) or not all(
        map(pd.api.types.is_numeric_dtype, frame.dtypes[keys:])
    ):
        return None
    is_total = frame[labels[:keys]].isin([TOTAL_ROW]).any(axis="columns")
    # What was sorted to another place is a row like others.
    rows = int(is_total[::-1].cumprod().sum())
    column = labels.index(TOTAL_COLUMN) if TOTAL_COLUMN in labels[keys:] else -1
    return Wide(keys, rows, column)


def _show_alike(columns: list[Column], keys: int) -> list[Column]:
    """Show the numbers of all periods with as many decimals."""
    is_whole = all(column.kind == "whole" for column in columns[keys:])
    kind = "whole" if is_whole else "number"
    return columns[:keys] + [column._replace(kind=kind) for column in columns[keys:]]


def _check_texts(name: str, columns: Iterable[Column]) -> None:
    """Refuse text that is too long for a cell.

    Raises
    ------
    InvalidArgument
        It says where the text is, and how to shorten it.
    """
    for column in columns:
        row = find_long_text(column)
        if row is None and count_units(column.header) <= MAX_TEXT_LENGTH:
            continue
        if row is None:
            raise InvalidArgument(
                f"{name!r}: the name of a column, {column.header[:40]}..., is longer than the "
                f"{MAX_TEXT_LENGTH:,} characters of a cell of Excel. Shorten it: "
                f"frame = frame.rename(columns=lambda name: str(name)[:100])"
            )
        label = column.label
        units = count_units(column.values.array[row])
        raise InvalidArgument(
            f"{name!r}: the text in column {label!r} of row {row} (frame.iloc[{row}]) has "
            f"{units:,} characters; a cell of Excel holds {MAX_TEXT_LENGTH:,}. Write it with "
            f"export.to_parquet or export.to_csv, or shorten it: "
            f"frame[{label!r}] = frame[{label!r}].astype('string').str[:16_000]"
        )


def _add_up(column: Column) -> float:
    cells, _ = convert_cells(column, slice(None))
    return math.fsum(cell for cell in cells if cell is not None)


def _list_sheets(tables: Iterable[Table], charts: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of the workbook in their order: this is the only place that lists them."""
    parsed = _parse_charts({table.name: table for table in tables}, charts)
    sheets = []
    for table in tables:
        chart = parsed.pop(table.name, None)
        is_beside = chart is None or _measure_pixels(table) <= _WIDEST_BESIDE
        sheets.append(Sheet(table.name, table, chart if is_beside else None))
        if not is_beside:
            # Cut here, so that the word at the end remains.
            name = _shorten_name(_clean_name(table.name), _MAX_NAME_LENGTH - len(" chart"))
            sheets.append(Sheet(f"{name} chart", None, chart))
    return sheets + [Sheet(name, None, chart) for name, chart in parsed.items()]


def _parse_charts(
    tables: Mapping[str, Table], charts: Mapping[str, Any]
) -> dict[str, Picture | TableChart]:
    """Return the charts by name: pictures, and charts of the tables of their names."""
    pictures = render_pictures({n: c for n, c in charts.items() if not is_table_chart(c)})
    parsed: dict[str, Picture | TableChart] = {}
    for name, chart in charts.items():
        if name in pictures:
            parsed[name] = pictures[name]
        elif name in tables:
            parsed[name] = parse_chart(chart, tables[name])
        else:
            raise InvalidArgument(
                f"charts[{name!r}]: there is no table of this name to draw; the tables are "
                f"{', '.join(map(repr, tables))}."
            )
    return parsed


def _measure_pixels(table: Table) -> int:
    return sum(width * _CHARACTER + _MARGINS for width in table.widths)


@contextmanager
def _open_book(xlsxwriter: Any, part: Path) -> Iterator[Any]:
    """Yield a workbook that is complete in the file ``part`` in the end.

    Rows go to temporary files beside it, which are removed whatever happens.
    """
    with tempfile.TemporaryDirectory(
        prefix=part_prefix(), suffix=PART_SUFFIX, dir=part.parent, ignore_cleanup_errors=True
    ) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
        book = xlsxwriter.Workbook(part, options)
        try:
            yield book
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            # It wraps the error of the file system, which replace_file explains.
            raise error.args[0] from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()


def _write_sheets(book: Any, sheets: Sequence[Sheet]) -> dict[str, str]:
    """Write the sheets, and return what the sheet of each table is called."""
    formats = {kind: book.add_format(look | _CELL) for kind, look in FORMATS.items()}
    bold = {kind: book.add_format(look | _CELL | _BOLD) for kind, look in FORMATS.items()}
    lined = {kind: book.add_format(look | _CELL | _TOTAL) for kind, look in FORMATS.items()}
    headers = {
        is_right: book.add_format(_HEADER | (_RIGHT if is_right else {}))
        for is_right in (False, True)
    }
    titles = _choose_sheet_names(sheet.name for sheet in sheets)
    homes = {
        sheet.table.name: title
        for sheet, title in zip(sheets, titles, strict=True)
        if sheet.table is not None
    }
    for sheet, title in zip(sheets, titles, strict=True):
        page = book.add_worksheet(title)
        if sheet.table is None:
            page.hide_gridlines(2)
            page.set_landscape()
            page.fit_to_pages(1, 1)
        else:
            _write_header(page, sheet.table, headers)
            _set_print_layout(page, sheet.table)
            _write_rows(page, sheet.table, formats, bold, lined)
            _write_totals(page, sheet.table, lined)
        if isinstance(sheet.chart, Picture):
            _insert_picture(page, sheet, sheet.chart)
        elif sheet.chart is not None:
            shown = sheet.chart.table
            chart = build_chart(book, sheet.chart, homes[shown.name])
            page.insert_chart(*_find_free_cell(sheet), chart, _PLACED)
        # Systems limit the number of open files; xlsxwriter opens it again at the end.
        page._opt_close()
    return homes


def _write_header(page: Any, table: Table, looks: Mapping[bool, Any]) -> None:
    # The length of texts has been checked, but with its markup a text may be longer.
    page.xls_strmax = 10 * MAX_TEXT_LENGTH
    if any(column.kind == "long text" for column in table.columns):
        # Rows show a line of it, and neither grow nor let it run into the next column.
        page.set_default_row(_ROW_HEIGHT)
    for place, (column, width) in enumerate(zip(table.columns, table.widths, strict=True)):
        page.set_column(place, place, width)
        look = looks[column.kind in NUMBERS | TIMES]
        page.write_string(0, place, prepare_text(column.header), look)
    if table.columns:
        last = table.rows - (0 if table.wide is None else table.wide.total_rows)
        page.autofilter(0, 0, last, len(table.columns) - 1)
        # Hides the green corners at gids.
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{_MAX_ROWS}"})
    page.freeze_panes(1, int(_has_name(table)) if table.wide is None else table.wide.keys)


def _has_name(table: Table) -> bool:
    return bool(table.columns) and _ORDER.get(table.columns[0].label) == 0


def _set_print_layout(page: Any, table: Table) -> None:
    """Print the header on each page, and all columns side by side as long as they are legible."""
    page.set_landscape()
    page.repeat_rows(0)
    if len(table.columns) <= _MOST_SIDE_BY_SIDE:
        page.fit_to_pages(1, 0)
        return
    page.set_paper(_A4)
    page.set_print_scale(_LEAST_SCALE)
    if _has_name(table):
        page.repeat_columns(0)


def _write_rows(
    page: Any,
    table: Table,
    formats: Mapping[str, Any],
    bold: Mapping[str, Any],
    lined: Mapping[str, Any],
) -> None:
    special = {**dict.fromkeys(TEXTS, page.write_string), "flag": page.write_boolean}
    writers = {
        kind: (special.get(kind, page.write_number), look) for kind, look in formats.items()
    }
    wide = table.wide or Wide(0, 0, -1)
    first_total = table.rows - wide.total_rows + 1
    for start in range(0, table.rows, _BLOCK):
        parts = [convert_cells(column, slice(start, start + _BLOCK)) for column in table.columns]
        rows = zip(*(cells for cells, _ in parts), strict=True)
        kinds = zip(*(kinds for _, kinds in parts), strict=False)
        # Kinds of columns of one kind have no end.
        for row, (values, names) in enumerate(zip(rows, kinds, strict=False), start + 1):
            for place, value in enumerate(values):
                if value is not None:
                    write, look = writers[names[place]]
                    if row >= first_total:
                        look = lined[names[place]]
                    elif place == wide.total_column:
                        look = bold[names[place]]
                    write(row, place, value, look)
                elif row >= first_total:
                    page.write_blank(row, place, None, lined["text"])


def _write_totals(page: Any, table: Table, formats: Mapping[str, Any]) -> None:
    """Write the totals below the last row; a filter changes them and does not hide them."""
    if not table.totals:
        return
    find_range = require("xlsxwriter.utility", extra="excel").xl_range
    row = table.rows + 1
    free = [place for place in range(len(table.columns)) if place not in table.totals]
    for place, column in enumerate(table.columns):
        look = formats[column.kind if place in table.totals else "text"]
        if place in table.totals:
            cells = find_range(1, place, table.rows, place)
            # 109 adds up what a filter leaves, and the rows that are not hidden.
            page.write_formula(row, place, f"=SUBTOTAL(109,{cells})", look, table.totals[place])
        elif place == free[0]:
            page.write_string(row, place, "Total", look)
        else:
            page.write_blank(row, place, None, look)


def _insert_picture(page: Any, sheet: Sheet, picture: Picture) -> None:
    options = {"image_data": BytesIO(picture.png), "description": picture.alt_text}
    page.insert_image(*_find_free_cell(sheet), "chart.png", {**options, **_PLACED})


def _find_free_cell(sheet: Sheet) -> tuple[int, int]:
    """Return the cell of a chart: right of the table, below the fixed header."""
    return (0, 0) if sheet.table is None else (1, len(sheet.table.columns) + 1)


def _choose_sheet_names(names: Iterable[str]) -> list[str]:
    """Return names of sheets that are valid in Excel and unique."""
    # Excel reserves the first name, and we the second.
    taken = {"history", SCHEMA_SHEET}
    sheets = []
    for name in names:
        base = _clean_name(name)
        for number in count(1):
            suffix = f" ({number})" if number > 1 else ""
            sheet = _shorten_name(base, _MAX_NAME_LENGTH - len(suffix)) + suffix
            if sheet.casefold() not in taken:
                break
        taken.add(sheet.casefold())
        sheets.append(sheet)
    return sheets


def _clean_name(name: object) -> str:
    return to_one_line(_FORBIDDEN_IN_NAMES.sub("_", str(name)))


def _shorten_name(base: str, most: int) -> str:
    # Excel allows no apostrophe at either end.
    short = base.strip("' ").encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
    return short.strip("' ") or "Sheet"
