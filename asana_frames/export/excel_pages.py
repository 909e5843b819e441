"""Tables on the sheets of a workbook: their cells, their formats, and how they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from asana_frames._optional import require
from asana_frames.calls.progress import ProgressBar
from asana_frames.export.excel_cells import (
    ANY,
    FORMATS,
    HUMAN_FORMATS,
    MAX_TEXT_LENGTH,
    NUMBERS,
    TEXTS,
    TIMES,
    convert_cells,
    prepare_text,
)
from asana_frames.export.excel_tables import Table
from asana_frames.export.text import to_one_line

#: What a sheet of Excel holds.
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
#: Rows that are converted at once.
_BLOCK = 2_000
#: Points. It must differ from Excel's own, or it is not written.
_ROW_HEIGHT, _LINE_HEIGHT = 14.25, 15.0
INK, SOFT_INK, HEAD, LINE = "#1d2329", "#57606a", "#eef1f4", "#b8c0c8"
_CELL = {"valign": "top"}
_BOLD = {"bold": True}
_TOTAL = {"bold": True, "top": 1, "bg_color": HEAD}
_HEADER = {
    **{"bold": True, "bottom": 1, "bottom_color": LINE, "bg_color": HEAD},
    **{"quote_prefix": True, "text_wrap": True, "valign": "bottom"},
}
#: Above numbers; the indent is the button of the filter.
_RIGHT = {"align": "right", "indent": 2}
#: A name that is that of the row above; it must still be read when a filter hides that one.
_REPEATED = {"font_color": "#767676"}
_FEWEST_REPEATED = 2
#: As Excel counts paper; inches; pixels that fit side by side on it; and how small text may get.
_A4, _MARGIN, _PAGE_WIDTH, _LEAST_SCALE = 9, 0.5, 1_020, 45
#: Tables with more rows than a page has at full size are printed upright, where they fit on the
#: page in letters that can be read; and smaller, where they do so even in the wider letters of a
#: computer that lacks the font.
_FEW_ROWS, _LONG_SCALE, _SURE_WIDTH, _MOST_UPRIGHT = 30, 65, 520, 1_260
#: The most rows of a table of a report on paper.
_MOST_PRINTED = 80
#: The width in pixels that goes on one page.
MOST_PIXELS = _PAGE_WIDTH * 100 // _LEAST_SCALE
_MOST_IN_HEADER = 200


class CellFormats(NamedTuple):
    """The formats of the cells of a workbook, by the kind of cell."""

    cells: Mapping[str, Any]
    bold: Mapping[str, Any]
    totals: Mapping[str, Any]
    headers: Mapping[str, Any]
    repeated: Any


def add_formats(book: Any, *, human_labels: bool) -> CellFormats:
    """Add the formats to a workbook."""
    kinds = HUMAN_FORMATS if human_labels else FORMATS

    def add(more: Mapping[str, Any]) -> dict[str, Any]:
        return {kind: book.add_format({**look, **_CELL, **more}) for kind, look in kinds.items()}

    headers = {
        kind: book.add_format(_HEADER | _choose_side(kind, look)) for kind, look in kinds.items()
    }
    headers[ANY] = headers["text"]
    repeated = book.add_format(_REPEATED) if human_labels else None
    return CellFormats(add({}), add(_BOLD), add(_TOTAL), headers, repeated)


def _choose_side(kind: str, look: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a header stands above its cells."""
    if "align" not in look and kind in NUMBERS | TIMES:
        return _RIGHT
    return {key: look[key] for key in ("align", "indent") if key in look}


def write_table(page: Any, table: Table, formats: CellFormats, bar: ProgressBar) -> None:
    """Write a table to its sheet, and tell the bar of its rows."""
    # The length of texts has been checked, but with its markup a text may be longer.
    page.xls_strmax = 10 * MAX_TEXT_LENGTH
    if any(column.kind == "long text" for column in table.columns):
        # Rows show a line of it, and neither grow nor let it run into the next column.
        page.set_default_row(_ROW_HEIGHT)
    _set_columns(page, table)
    _write_header(page, table, formats.headers)
    _dim_repeated(page, table, formats.repeated)
    _write_rows(page, table, formats, bar)
    _write_totals(page, table, formats.totals)


def _set_columns(page: Any, table: Table) -> None:
    """Set the widths of columns, and fold those of no use to people behind a button."""
    was_folded = False
    for place, (column, width) in enumerate(zip(table.columns, table.widths, strict=True)):
        options = {"level": 1, "hidden": 1} if column.is_folded else {}
        if was_folded and not column.is_folded:
            options["collapsed"] = 1
        page.set_column(place, place, width, None, options)
        was_folded = column.is_folded
    if was_folded and len(table.columns) < MAX_COLUMNS:
        # The button stands above the column after those.
        end = len(table.columns)
        page.set_column(end, end, None, None, {"collapsed": 1})


def _write_header(page: Any, table: Table, formats: Mapping[str, Any]) -> None:
    if table.header_lines > 1:
        page.set_row(0, _LINE_HEIGHT * table.header_lines)
    for place, column in enumerate(table.columns):
        page.write_string(0, place, prepare_text(column.header), formats[column.kind])
    if table.columns:
        page.autofilter(0, 0, table.data_rows, len(table.columns) - 1)
        # Hides the green corners at gids.
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{MAX_ROWS}"})
    page.freeze_panes(1, table.frozen)


def _dim_repeated(page: Any, table: Table, look: Any) -> None:
    """Dim names that stand in the row above as well, so that those that begin are seen."""
    last = table.data_rows
    if look is None or not table.frozen or last < _FEWEST_REPEATED:
        return
    # A row without a name below dimmed ones would seem to be of their name.
    texts = table.columns[0].values.iloc[:last]
    if not (texts.isna() | texts.astype(object).isin([""])).any():
        rule = {"type": "formula", "criteria": '=AND($A3<>"",$A3=$A2)', "format": look}
        page.conditional_format(2, 0, last, 0, rule)


def _write_rows(page: Any, table: Table, formats: CellFormats, bar: ProgressBar) -> None:
    special = {**dict.fromkeys(TEXTS, page.write_string), "flag": page.write_boolean}
    writers = {
        kind: (special.get(kind, page.write_number), look) for kind, look in formats.cells.items()
    }
    is_total = table.is_total.tolist()
    for start in range(0, table.rows, _BLOCK):
        parts = [convert_cells(column, slice(start, start + _BLOCK)) for column in table.columns]
        rows = zip(*(cells for cells, _ in parts), strict=True)
        kinds = zip(*(kinds for _, kinds in parts), strict=False)
        # Kinds of columns of one kind have no end.
        for row, (values, names) in enumerate(zip(rows, kinds, strict=False), start + 1):
            for place, value in enumerate(values):
                if value is not None:
                    write, look = writers[names[place]]
                    if is_total[row - 1]:
                        look = formats.totals[names[place]]
                    elif place == table.total_column:
                        look = formats.bold[names[place]]
                    write(row, place, value, look)
                elif is_total[row - 1]:
                    page.write_blank(row, place, None, formats.totals["text"])
        bar.done += min(_BLOCK, table.rows - start)
        bar.tick()


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


def set_up_print(
    page: Any, *, title: str, pixels: int, rows: int = 0, frozen: int = 0, columns: int = 0
) -> None:
    """Set how a sheet is printed: on A4, one page wide, with its header on each page.

    Parameters
    ----------
    page
        A sheet of xlsxwriter.
    title
        Of the workbook, for the foot of the page. A workbook with a title is a report, whose long
        tables are data to look up: their first rows are printed, and the foot says so.
    pixels
        The width of what is on the sheet. Text of a table that is too wide would be too small:
        it goes to several pages, each of which begins with the columns that stay in sight.
    rows
        How many rows there are below the header.
    frozen
        How many columns stay in sight.
    columns
        How many columns there are, those below a chart included.
    """
    is_cut = bool(title) and rows > _MOST_PRINTED and columns > 0
    if is_cut:
        page.print_area(0, 0, _MOST_PRINTED, min(columns, MAX_COLUMNS) - 1)
    _set_margins(page, title, f"The first {_MOST_PRINTED} of {rows:,} rows" if is_cut else "")
    is_long = rows > _FEW_ROWS
    if is_long and pixels <= _MOST_UPRIGHT:
        page.set_portrait()
    else:
        page.set_landscape()
    if is_long and pixels * _LONG_SCALE <= _SURE_WIDTH * 100:
        page.set_print_scale(_LONG_SCALE)
        return
    if pixels <= MOST_PIXELS:
        page.fit_to_pages(1, 0)
        return
    page.set_print_scale(_LEAST_SCALE)
    if frozen:
        page.repeat_columns(0, frozen - 1)


def _set_margins(page: Any, title: str, note: str) -> None:
    """Set the paper, and what stands in its margins."""
    page.set_paper(_A4)
    page.set_margins(left=_MARGIN, right=_MARGIN, top=0.7, bottom=0.6)
    page.set_header("&L&B&A", {"margin": 0.3})
    foot = to_one_line(title)[:_MOST_IN_HEADER].replace("&", "&&")
    # A digit would be part of a size.
    parts = [f"&L {foot}" if foot else "", f"&C{note}" if note else "", "&RPage &P of &N"]
    page.set_footer("".join(parts), {"margin": 0.3})
