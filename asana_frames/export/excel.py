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

from asana_frames._arguments import check_flag, check_mapping, check_text
from asana_frames._files import PART_SUFFIX, part_prefix, replace_file
from asana_frames._optional import require
from asana_frames.calls.progress import ProgressBar
from asana_frames.catalog import load
from asana_frames.display.sentences import count_noun
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.export.excel_cells import FORMATS, HUMAN_FORMATS, convert_cells
from asana_frames.export.excel_charts import (
    CHART_SHEET,
    WIDTH,
    Block,
    TableChart,
    build_chart,
    find_block,
    has_points,
    is_table_chart,
    list_chart_columns,
    parse_chart,
    write_blocks,
)
from asana_frames.export.excel_pages import (
    MAX_COLUMNS,
    MAX_ROWS,
    MOST_PIXELS,
    add_formats,
    set_up_print,
    write_table,
)
from asana_frames.export.excel_reader import SCHEMA_SHEET, note_empty_text, write_schemas
from asana_frames.export.excel_summary import (
    PIXELS,
    SUMMARY_SHEET,
    Line,
    Summary,
    check_texts,
    write_summary,
)
from asana_frames.export.excel_tables import Table, describe_table
from asana_frames.export.pictures import Picture, render_pictures
from asana_frames.export.prepare import Labels, check_options
from asana_frames.export.report_parts import Unpacked, check_anonymous, check_tiles, unpack_report
from asana_frames.export.schema_file import ZONE_NOTE, PreparedFrame, prepare_for_file
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import format_label, name_frames, to_one_line
from asana_frames.frames.bridge import key_column
from asana_frames.frames.schema import Schema
from asana_frames.gather.findings.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Limits of Excel; lengths are in UTF-16 code units.
_MAX_NAME_LENGTH = 31
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
#: A name that Excel keeps for itself, and what is added to it.
_RESERVED, _ADDED = "history", " list"

#: Rows at the end that are looked at together.
_TAIL = 50
#: Pixels. Beside a table wider than this, a chart would be out of sight.
_WIDEST_BESIDE, _FOLDED_BESIDE, _GAP = 1_240, 1_100, 64
#: Pixels of a column whose width is not set.
_USUAL_WIDTH = 64
#: Charts go where their columns go, and keep their size when a filter hides rows.
_PLACED = {"object_position": 2}


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, not yet as Excel takes it, and what is on it."""

    name: str
    table: Table | None
    chart: Picture | TableChart | None


class Contents(NamedTuple):
    """What a workbook holds."""

    #: By name, as Excel takes it.
    sheets: dict[str, Sheet]
    #: Name of a table -> name of its sheet.
    sheet_by_table: dict[str, str]
    #: Name of a table -> the numbers of its chart.
    blocks: dict[str, Block]
    #: What the first sheet says, if there is one beside the tables.
    summary: Summary | None
    human_labels: bool


def to_excel(
    frames: Report | Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    charts: Mapping[str, Figure | Axes | str | Mapping[str, Any]] | None = None,
    title: str | None = None,
    notes: Sequence[str] = (),
    tiles: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
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
    `read_excel` reads it back, with the columns in their order, by the schemas of a hidden sheet.

    The column ``name`` comes first and stays in sight, like the header. Columns of gids that have
    a column of names beside them are at the end, folded: the button above them unfolds them.
    ``gid`` is the last column. Of a long text the first line is shown; a double click on the edge
    of a row shows the rest. Sheets print on A4, one page wide where the text stays legible; with a
    ``title``, only the first 80 rows of each table are printed, and the footer says so.
    Tables of ``wide=True`` keep their keys in sight, have totals in bold and numbers with as many
    decimals in all periods; ``totals`` adds no second row to them.

    With ``labels="human"`` the workbook is for people: headers in words (``Days late``), days as
    ``2 Nov 2026``; columns are folded that have no values, are of use to programs alone or do not
    fit beside a chart; and names that repeat the row above are dimmed, unless some rows have no
    name. With ``title`` it begins with a sheet ``Summary``.

    Parameters
    ----------
    frames
        Name of a sheet -> frame, a list of frames, or one frame; or a report of
        ``asana_frames.gather``, with its figures, findings and tables (needs ``title``). Sheets of
        a list are named by their rows, such as ``tasks``. A sheet called ``Summary`` comes first.
        Names that Excel does not take are changed as little as needed. An index with a name or of
        other things than integers becomes the first columns.
    path
        The file; an older one is replaced only when the new one is complete.
    charts
        Name -> a matplotlib Figure or Axes, or a chart that Excel draws of the table of that name:
        ``"column"``, ``"bar"``, ``"line"``, ``"area"`` or ``"pie"`` of all its numbers by its
        first text or date (lines and areas by the first date, if there is one), or a dict such as
        ``{"kind": "bar", "x": "person_name", "y": ["hours"]}``. ``"by"`` makes a series of each
        name in a column of a long table, adding up one column of numbers:
        ``{"kind": "column", "x": "period", "y": "hours", "by": "person_name"}``; the largest nine
        and all others together, if there are more than ten. Rows without a name are the series
        ``(none)``; rows without a label in ``x`` are not drawn, which the title says, and without
        any other rows there is no chart. ``"stacked"`` stacks the series; ``"title"`` is the title
        of the chart. A chart is put beside the table of its name; where this fills the screen, the
        chart has the next sheet to itself. Equal names of different objects are told apart. Totals
        of a wide table are not drawn, unless ``y`` names them. A table of totals alone has
        no chart. Bars are the first 40, which the title then says.
    title, notes
        The title of a first sheet ``Summary``, with what the others hold, and paragraphs on it.
        The first of these stands below the title.
    tiles, findings
        Figures (columns ``label`` and ``text``, as well as ``note`` and ``severity``, if there
        are) and sentences (``sentence``, ``severity``) on the first sheet, such as those of a
        report of ``gather``.
    totals
        Add a row with the totals of the rows that a filter leaves. Adds up hours, minutes,
        counts, money and other numbers (also those of custom fields); does not add up shares;
        numbers with a word such as rate, average, median, days, per, weight, target or value in
        their name; in a table with a column ``day`` or ``period`` what is there at its end, such
        as ``open`` or ``scope``; and in a table of several currencies or units anything but hours
        and minutes.
    anonymize
        A secret key: names and the gids of people become pseudonyms that are the same in all
        files of one key; dates, numbers, flags and enumerations stay; other text is left out.
        Names of sheets are yours and stay as they are.
    labels
        ``"human"`` for a workbook for people: headers and enumerations in words (``on track``
        instead of ``on_track``), and so on, as said above.

    Raises
    ------
    InvalidArgument
        There is no frame; a frame has more rows or columns than a sheet, or a text has more
        characters than a cell can hold; a chart is none of the above; a picture, ``tiles`` or
        ``findings`` together with ``anonymize``; a report, ``notes``, ``tiles`` or ``findings``
        without ``title``; ``path`` has the suffix of another format; or an option is not valid.
        Nothing is written.
    ConfigurationError
        xlsxwriter is not installed (the message has the pip line), or the file cannot be written.

    Warns
    -----
    AsanaWarning
        A chart without ``y`` leaves out a column of numbers of more than 15 digits, which are
        text; or text has halves of characters, which are replaced.

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
    given = unpack_report(frames, notes, tiles, findings)
    check_suffix(path, writer="to_excel")
    check_mapping(charts, name="charts", like='{"tasks": ax}')
    _check_options(charts, totals, anonymize, labels)
    summary = _build_summary(title, given, anonymize)
    named = _name_frames(given.frames)
    _check_sizes(named, has_totals=totals)
    xlsxwriter = require("xlsxwriter", extra="excel")
    prepared = {
        name: prepare_for_file(frame, anonymize=anonymize, labels=labels)
        for name, frame in named.items()
    }
    named = {name: one.frame for name, one in prepared.items()}
    # With its index, a frame has more columns.
    _check_sizes(named, has_totals=totals)
    human_labels = labels == "human"
    tables = [
        describe_table(
            name,
            frame,
            has_totals=totals,
            human_labels=human_labels,
            drawn=list_chart_columns(charts.get(name)),
            most_pixels=_FOLDED_BESIDE if name in charts else MOST_PIXELS,
        )
        for name, frame in named.items()
    ]
    schemas = {table.name: _describe_sheet(prepared[table.name], table) for table in tables}
    contents = _list_contents(tables, charts, summary, human_labels=human_labels)
    with (
        ProgressBar("to_excel", sum(table.rows for table in tables), None, unit="row") as bar,
        replace_file(path) as part,
        _open_book(xlsxwriter, part) as book,
    ):
        sheet_by_table = _write_sheets(book, contents, bar)
        write_schemas(
            book, {sheet_by_table[name]: known for name, known in schemas.items() if known}
        )


def _build_summary(title: str | None, given: Unpacked, anonymize: str | None) -> Summary | None:
    """Return what the first sheet says; None for a workbook of tables alone."""
    check_tiles(given.tiles, given.findings, what="export.to_excel")
    if title is None:
        if given.is_report:
            raise InvalidArgument("A report needs title=, such as title='March'.")
        if given.notes or given.tiles is not None or given.findings is not None:
            raise InvalidArgument(
                "notes=, tiles= and findings= stand on a first sheet with a title; pass title= as "
                "well, such as title='March'."
            )
        return None
    check_text(title, name="title", like="March")
    shown = {"tiles": given.tiles, "findings": given.findings}
    check_anonymous(anonymize, shown, is_report=given.is_report)
    summary = Summary(title, given.notes, given.tiles, given.findings)
    check_texts(summary)
    return summary


def _describe_sheet(prepared: PreparedFrame, table: Table) -> Schema | None:
    """Return the schema of a sheet; None if columns of one name could not be told apart."""
    frame = prepared.with_text_labels()
    if not frame.columns.is_unique:
        return None
    schema = note_empty_text(prepared.describe(), frame)
    labels = [format_label(column.label) for column in table.columns]
    headers = {
        label: column.header.removesuffix(ZONE_NOTE)
        for label, column in zip(labels, table.columns, strict=True)
        if column.header.removesuffix(ZONE_NOTE) != label
    }
    columns = (
        msgspec.structs.replace(one, header=headers.get(one.name, "")) for one in schema.columns
    )
    return msgspec.structs.replace(
        schema,
        columns=tuple(columns),
        totals={labels[place]: total for place, total in table.totals.items()},
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
    return dict(
        sorted(named.items(), key=lambda item: str(item[0]).lower() != SUMMARY_SHEET.lower())
    )


def _name_sheet(frame: pd.DataFrame, number: int) -> str:
    """Return the name of the records of a frame, such as tasks."""
    plurals = {resource.record: resource.name for resource in load().resources}
    return plurals.get(key_column(frame).removesuffix("_gid"), f"Sheet{number}")


def _check_sizes(frames: Mapping[str, pd.DataFrame], *, has_totals: bool) -> None:
    # One row is the header's.
    most = MAX_ROWS - 1 - has_totals
    for name, frame in frames.items():
        rows, columns = frame.shape
        if rows > most or columns > MAX_COLUMNS:
            raise InvalidArgument(
                f"{name!r} has {rows:,} rows and {columns:,} columns; a sheet of Excel holds "
                f"{most:,} and {MAX_COLUMNS:,}. Write it with export.to_parquet or "
                f"export.to_csv, or give fewer rows."
            )


def _list_contents(
    tables: Sequence[Table],
    charts: Mapping[str, Any],
    summary: Summary | None,
    *,
    human_labels: bool,
) -> Contents:
    """Return the sheets of the workbook in their order: this is the only place that lists them."""
    parsed = _parse_charts({table.name: table for table in tables}, charts)
    named = disambiguate_frames({table.name: _keep_named(table.frame) for table in tables})
    sheets = [] if summary is None else [Sheet(SUMMARY_SHEET, None, None)]
    for table in tables:
        chart = parsed.pop(table.name, None)
        is_beside = chart is None or table.measure_pixels() <= _WIDEST_BESIDE
        sheets.append(Sheet(table.name, table, chart if is_beside else None))
        if not is_beside:
            # Cut here, so that the word at the end remains.
            name = _shorten_name(_clean_name(table.name), _MAX_NAME_LENGTH - len(" chart"))
            sheets.append(Sheet(f"{name} chart", None, chart))
    sheets += [Sheet(name, None, chart) for name, chart in parsed.items()]
    names = _choose_sheet_names(sheet.name for sheet in sheets)
    sheet_by_table = {
        sheet.table.name: name
        for sheet, name in zip(sheets, names, strict=True)
        if sheet.table is not None
    }
    # By table: each has one chart at most.
    blocks: dict[str, Block] = {}
    top = 0
    for sheet in sheets:
        if isinstance(sheet.chart, TableChart):
            name = sheet.chart.table.name
            blocks[name] = find_block(sheet.chart, sheet_by_table[name], top, named[name])
            top += blocks[name].rows + 2
    return Contents(
        dict(zip(names, sheets, strict=True)), sheet_by_table, blocks, summary, human_labels
    )


def _keep_named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns whose labels are text, as those of names are."""
    return frame.loc[:, [isinstance(label, str) for label in frame.columns]]


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
            made = parse_chart(chart, tables[name])
            if has_points(made):
                parsed[name] = made
        else:
            raise InvalidArgument(
                f"charts[{name!r}]: there is no table of this name to draw; the tables are "
                f"{', '.join(map(repr, tables))}."
            )
    return parsed


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


def _write_sheets(book: Any, contents: Contents, bar: ProgressBar) -> dict[str, str]:
    """Write the sheets, and return what the sheet of each table is called."""
    formats = add_formats(book, human_labels=contents.human_labels)
    title = "" if contents.summary is None else contents.summary.title
    book.set_properties({"title": to_one_line(title)})
    for name, sheet in contents.sheets.items():
        page = book.add_worksheet(name)
        pixels = 0 if sheet.table is None else sheet.table.measure_pixels()
        if sheet.table is not None:
            write_table(page, sheet.table, formats, bar)
        elif sheet.chart is None and contents.summary is not None:
            write_summary(
                book, page, contents.summary, _list_lines(contents), _has_folded(contents)
            )
            pixels = PIXELS
        else:
            page.hide_gridlines(2)
        if sheet.chart is not None:
            pixels += _GAP + _insert_chart(book, page, sheet, contents)
        frozen = 0 if sheet.table is None else sheet.table.frozen
        rows = 0 if sheet.table is None else sheet.table.rows
        columns = _count_columns(sheet)
        set_up_print(page, title=title, pixels=pixels, rows=rows, frozen=frozen, columns=columns)
        if sheet.table is not None:
            page.repeat_rows(0)
        else:
            page.fit_to_pages(1, 1)
        # Systems limit the number of open files; xlsxwriter opens it again at the end.
        page._opt_close()
    _write_chart_data(book, contents)
    return contents.sheet_by_table


def _list_lines(contents: Contents) -> list[Line]:
    """Return the lines of the contents on the first sheet."""
    lines = []
    for name, sheet in contents.sheets.items():
        parts = [] if sheet.table is None else [count_noun(sheet.table.data_rows, "row")]
        parts += ["chart"] if sheet.chart is not None else []
        if parts:
            lines.append(Line(name, ", ".join(parts)))
    return lines


def _has_folded(contents: Contents) -> bool:
    tables = (sheet.table for sheet in contents.sheets.values() if sheet.table is not None)
    return any(column.is_folded for table in tables for column in table.columns)


def _write_chart_data(book: Any, contents: Contents) -> None:
    grouped = [block for block in contents.blocks.values() if block.sheet == CHART_SHEET]
    if grouped:
        kinds = HUMAN_FORMATS if contents.human_labels else FORMATS
        write_blocks(book, grouped, {kind: book.add_format(look) for kind, look in kinds.items()})


def _count_columns(sheet: Sheet) -> int:
    """Return how many columns of a sheet have something on them, a chart included."""
    if sheet.table is None:
        return 0
    columns = len(sheet.table.columns)
    if sheet.chart is None:
        return columns
    width = WIDTH if isinstance(sheet.chart, TableChart) else sheet.chart.size[0]
    return columns + 1 + math.ceil(width / _USUAL_WIDTH)


def _insert_chart(book: Any, page: Any, sheet: Sheet, contents: Contents) -> int:
    """Put a chart right of the table, below the fixed header; return its width in pixels."""
    cell = (0, 0) if sheet.table is None else (1, len(sheet.table.columns) + 1)
    if isinstance(sheet.chart, TableChart):
        kinds = HUMAN_FORMATS if contents.human_labels else FORMATS
        block = contents.blocks[sheet.chart.table.name]
        page.insert_chart(*cell, build_chart(book, sheet.chart, block, kinds), _PLACED)
        return WIDTH
    assert sheet.chart is not None
    options = {"image_data": BytesIO(sheet.chart.png), "description": sheet.chart.alt_text}
    page.insert_image(*cell, "chart.png", {**options, **_PLACED})
    return sheet.chart.size[0]


def _choose_sheet_names(names: Iterable[str]) -> list[str]:
    """Return names of sheets that are valid in Excel and unique."""
    # Excel reserves the first name, and we the second.
    taken = {_RESERVED, SCHEMA_SHEET, CHART_SHEET}
    sheets = []
    for name in names:
        base = _clean_name(name)
        base += _ADDED * (base.casefold() == _RESERVED)
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
