"""The first sheet of a workbook: figures, findings in sentences, and what is on the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.export.excel_cells import MAX_TEXT_LENGTH, count_units, prepare_text
from asana_frames.export.excel_pages import HEAD, INK, LINE, SOFT_INK
from asana_frames.export.report_parts import SEVERITIES, rows_as_texts
from asana_frames.export.text import measure_text

#: The name of the sheet.
SUMMARY_SHEET = "Summary"
#: Columns beside the margin, and their width in characters.
_COLUMNS, _WIDTH, _SIDE = 6, 19, 4
#: Columns of tiles and findings that are written.
_TEXTS = ("label", "text", "note", "sentence")
#: Characters of a sentence that fit on a line over all columns, and points of a line, in the
#: usual size of fonts; how much wider bold text is.
_LINE_LENGTH, _LINE_HEIGHT, _FONT_SIZE, _BOLD = 122, 16, 11, 1.1
_NOTE_LENGTH = 26
#: The most points of a row that Excel takes.
_HIGHEST = 409
#: Width in pixels, for the print.
PIXELS = _COLUMNS * (_WIDTH * 7 + 5) + _SIDE * 7 + 5
#: Severity -> colour of its sign.
_COLOURS = {"alert": "#b03060", "warning": "#a86a00", "note": SOFT_INK, "good": "#1b7f5c"}
_FOLDED = (
    "Gids, columns without values and columns beyond the width of a page are folded: the button + "
    "above the columns shows them."
)


class Summary(NamedTuple):
    """What the first sheet says, beside the contents."""

    title: str
    notes: Sequence[str]
    tiles: pd.DataFrame | None
    findings: pd.DataFrame | None


def check_texts(summary: Summary) -> None:
    """Check that each text of the first sheet fits into a cell.

    Raises
    ------
    InvalidArgument
        One is too long; it says which.
    """
    texts = [("title", summary.title), *(("notes", note) for note in summary.notes)]
    for name, frame in (("tiles", summary.tiles), ("findings", summary.findings)):
        for row in [] if frame is None else rows_as_texts(frame, _TEXTS):
            texts += [(name, text) for text in row.values()]
    for name, text in texts:
        if count_units(text) > MAX_TEXT_LENGTH:
            raise InvalidArgument(
                f"{name}=: the text {text[:40]}... has {count_units(text):,} characters; a cell "
                f"of Excel holds {MAX_TEXT_LENGTH:,}. Shorten it, or pass it in several parts."
            )


class Line(NamedTuple):
    """A line of the contents: the name of a sheet, and what is on it."""

    sheet: str
    text: str


def write_summary(
    book: Any, page: Any, summary: Summary, contents: Sequence[Line], has_folded: bool
) -> None:
    """Write the first sheet; with folded columns in others, it says how to see them."""
    page.hide_gridlines(2)
    page.set_column(0, 0, _SIDE)
    page.set_column(1, _COLUMNS, _WIDTH)
    writer = _SummaryWriter(book, page)
    writer.write_line(summary.title, {"bold": True, "font_size": 20})
    first, *rest = summary.notes or [""]
    if first:
        writer.write_line(first, {"font_color": SOFT_INK, "font_size": 12})
    if summary.tiles is not None and len(summary.tiles):
        writer.write_tiles(summary.tiles)
    if summary.findings is not None and len(summary.findings):
        writer.write_heading("Findings")
        writer.write_findings(summary.findings)
    writer.write_heading("Contents")
    writer.write_contents(contents)
    rest += [_FOLDED] * has_folded
    if rest:
        writer.write_heading("How to read this")
        for note in rest:
            writer.write_line(note, {"font_color": SOFT_INK})


class _SummaryWriter:
    """Write the parts of the first sheet one below the other."""

    def __init__(self, book: Any, page: Any) -> None:
        self._book, self._page, self._row = book, page, 0

    def _look(self, **look: Any) -> Any:
        return self._book.add_format({"font_color": INK, "valign": "top", **look})

    def write_line(self, text: str, look: dict[str, Any]) -> None:
        """Write text over all columns, on as many lines as it needs."""
        scale = look.get("font_size", _FONT_SIZE) / _FONT_SIZE
        length = _LINE_LENGTH / (scale * (_BOLD if look.get("bold") else 1))
        lines = sum(max(math.ceil(measure_text(one) / length), 1) for one in text.split("\n"))
        height = math.ceil(_LINE_HEIGHT * scale)
        self._page.set_row(self._row, min(height * lines, _HIGHEST))
        self._merge(1, _COLUMNS, text, self._look(text_wrap=True, **look))
        self._row += 1

    def write_heading(self, text: str) -> None:
        """Write the heading of a part, below a free row."""
        self._row += 1
        look = self._look(bold=True, font_size=13, bottom=1, bottom_color=LINE)
        self._page.set_row(self._row, 20)
        self._merge(1, _COLUMNS, text, look)
        self._row += 1

    def write_tiles(self, tiles: pd.DataFrame) -> None:
        """Write figures side by side, each below its label."""
        shown = rows_as_texts(tiles, ("label", "text", "note", "severity"))
        for start in range(0, len(shown), _COLUMNS):
            part = shown[start : start + _COLUMNS]
            notes = [tile["note"] for tile in part]
            colours = [_COLOURS[tile["severity"]] if _is_bad(tile) else INK for tile in part]
            lines = max(math.ceil(measure_text(note) / _NOTE_LENGTH) for note in notes)
            self._row += 1
            self._write_cells(
                [tile["label"] for tile in part], 16, font_color=SOFT_INK, font_size=10
            )
            texts = [tile["text"] for tile in part]
            self._write_cells(texts, 28, colours=colours, bold=True, font_size=18)
            self._write_cells(notes, 13 * max(lines, 1), font_color=SOFT_INK, font_size=9)

    def _write_cells(
        self, texts: Sequence[str], height: float, *, colours: Sequence[str] = (), **look: Any
    ) -> None:
        """Write cells side by side, on a ground of their own with a gap between them."""
        self._page.set_row(self._row, min(height, _HIGHEST))
        gap = {"right": 5, "right_color": "#ffffff"}
        for place, text in enumerate(texts):
            ink = {"font_color": colours[place]} if colours else {}
            made = {
                "bg_color": HEAD,
                "align": "left",
                "indent": 1,
                "text_wrap": True,
                **gap,
                **look,
                **ink,
            }
            self._write(place + 1, text, self._look(**made))
        self._row += 1

    def write_findings(self, findings: pd.DataFrame) -> None:
        """Write sentences, each with a sign that says how much it matters."""
        for finding in rows_as_texts(findings, ("sentence", "severity")):
            severity = finding["severity"] if finding["severity"] in SEVERITIES else "note"
            look = self._look(font_color=_COLOURS[severity], align="center")
            self._write(0, SEVERITIES[severity][0], look)
            self.write_line(finding["sentence"], {})

    def write_contents(self, contents: Sequence[Line]) -> None:
        """Write the names of the sheets as links, and what is on them."""
        link = self._look(font_color="#0b5cad", underline=1)
        for line in contents:
            target = "internal:'{}'!A1".format(line.sheet.replace("'", "''"))
            self._page.write_url(self._row, 1, target, link, prepare_text(line.sheet))
            self._merge(3, _COLUMNS, line.text, self._look(font_color=SOFT_INK))
            self._row += 1

    def _write(self, column: int, text: str, look: Any) -> None:
        if text:
            self._page.write_string(self._row, column, prepare_text(text), look)
        else:
            self._page.write_blank(self._row, column, None, look)

    def _merge(self, first: int, last: int, text: str, look: Any) -> None:
        # Not by what makes numbers, links and formulas of text.
        self._page.merge_range(self._row, first, self._row, last, None, look)
        self._write(first, text, look)


def _is_bad(tile: Mapping[str, str]) -> bool:
    return tile["severity"] in ("alert", "warning")
