"""Markdown and plain text: a summary to paste into a message or a mail."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Literal, Protocol, TypeAlias

import pandas as pd

from asana_frames._arguments import check_choice, check_number, check_text
from asana_frames._files import replace_file
from asana_frames.display.sentences import replace_lone_surrogates, wrap_text
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.export.prepare import prepare_frame
from asana_frames.export.reading_table import ReadingColumn, ReadingTable, build_reading_table
from asana_frames.export.report_parts import (
    SEVERITIES,
    check_tiles,
    rows_as_texts,
    split_notes,
    unpack_report,
)
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import measure_text, name_frames, to_one_line
from asana_frames.gather.findings.report import Report

Style: TypeAlias = Literal["markdown", "text"]
#: What has a meaning in Markdown, anywhere in a line; and at its beginning.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]|:(?=//)")
_BEGINNING = re.compile(r"^(\d*)(?=[#+.)-]+(\s|$)|[=-]+\s*$)")
#: Severities that are written as a word before the sentence.
_MARKED = ("alert", "warning")
_GAP = "  "
#: Characters of a line of a mail.
_LINE = 78


def to_markdown(
    frames: Report | Mapping[str, pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
    notes: Sequence[str] = (),
    tiles: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    max_rows: int = 10,
    style: Style = "markdown",
) -> str | None:
    r"""Write a summary of a report, or frames, as Markdown or plain text.

    It is short enough for a message or a mail: title, figures in a line, findings, and the first
    rows of the tables that matter most. Values are written as in `to_html`; a pipe, a star or any
    other sign of names that Markdown would take for its own is escaped.

    Parameters
    ----------
    frames
        A report of ``asana_frames.gather``, of which the findings, figures and main tables are
        written; or heading -> frame, or one frame.
    path
        The file; an older one is replaced only when the new one is complete. None returns the
        text.
    title
        The first line.
    notes
        Lines of plain text, placed as in `to_html`; the first of a report also says its days.
    tiles, findings
        Figures and sentences, as in `to_html`; those of the report if not given.
    max_rows
        The most rows of a table, and one more where it would be the only one left out; a line
        below the table gives the number of all rows.
    style
        ``"text"`` for plain text without markup, with columns aligned by spaces.

    Returns
    -------
    str or None
        The text, or None if it was written to a file.

    Raises
    ------
    InvalidArgument
        ``frames`` is none of the above, a frame lacks a column, ``path`` has the suffix of
        another format, or an option is not valid.
    ConfigurationError
        The file cannot be written.

    Examples
    --------
    >>> hours = pd.DataFrame({"person_name": ["Ana", "B|o"], "hours": [1.5, 3.0]})
    >>> print(to_markdown({"Hours": hours}, title="March"))
    # March
    <BLANKLINE>
    ## Hours
    <BLANKLINE>
    | Person | Hours |
    | :--- | ---: |
    | Ana | 1.5 |
    | B\|o | 3.0 |
    <BLANKLINE>
    """
    check_suffix(path, writer="to_markdown")
    check_text(title, name="title", like="March")
    check_number(max_rows, name="max_rows", like=10, is_whole=True, least=1)
    check_choice(style, ("markdown", "text"), name="style")
    given = unpack_report(frames, notes, tiles, findings)
    tiles, findings = given.tiles, given.findings
    others: dict[str, pd.DataFrame] = {}
    if isinstance(frames, Report):
        others, frames = given.frames, frames.main_tables()
    check_tiles(tiles, findings, what="export.to_markdown")
    writer: _Writer = _MarkdownWriter() if style == "markdown" else _TextWriter()
    head, rest = split_notes(given)
    parts = [writer.write_heading(title, 1), *map(writer.write_line, head)]
    if tiles is not None and len(tiles):
        parts.append(writer.write_tiles(tiles))
    if findings is not None and len(findings):
        parts.append(writer.write_findings(findings))
    parts += map(writer.write_line, rest)
    for name, table in _build_tables(frames, others, max_rows).items():
        parts.append(writer.write_heading(name, 2))
        parts.append(writer.write_table(table) if table.rows else "")
        parts.append(writer.write_line(_describe_row_count(table)))
    text = "\n\n".join(filter(None, parts)) + "\n"
    if path is None:
        return text
    with replace_file(path) as part:
        part.write_bytes(replace_lone_surrogates(text).encode())
    return None


def _build_tables(
    frames: Mapping[str, pd.DataFrame] | pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    max_rows: int,
) -> dict[str, ReadingTable]:
    """Return the tables to write; other tables of the report may tell equal names apart."""
    given = name_frames(frames, "")
    named = disambiguate_frames(
        {name: prepare_frame(frame, labels="human") for name, frame in given.items()},
        others.values(),
    )
    return {
        str(name): build_reading_table(
            frame, max_rows=max_rows, has_totals=False, human_labels=True
        )
        for name, frame in named.items()
    }


def _describe_row_count(table: ReadingTable) -> str:
    """Return the line below a table that says how many rows there are, if it does not show all."""
    if not table.rows:
        return "No rows."
    if table.shown_rows < table.rows:
        return f"{table.first_rows}.".capitalize()
    return ""


class _Writer(Protocol):
    """Write the parts of a summary; what is empty is an empty text."""

    def write_heading(self, text: str, level: int) -> str: ...

    def write_line(self, text: str) -> str: ...

    def write_tiles(self, tiles: pd.DataFrame) -> str: ...

    def write_findings(self, findings: pd.DataFrame) -> str: ...

    def write_table(self, table: ReadingTable) -> str: ...


class _MarkdownWriter:
    """Write Markdown, with tables as GitHub has them."""

    def write_heading(self, text: str, level: int) -> str:
        line = _escape(text)
        return f"{'#' * level} {line}" if line else ""

    def write_line(self, text: str) -> str:
        return _escape(text)

    def write_tiles(self, tiles: pd.DataFrame) -> str:
        escaped = [
            {name: _escape(text) for name, text in tile.items()} for tile in _list_tiles(tiles)
        ]
        return " · ".join(
            f"{tile['label']}: **{tile['text']}**{_add_note(tile['note'])}" for tile in escaped
        )

    def write_findings(self, findings: pd.DataFrame) -> str:
        return "\n".join(
            f"- {f'**{word}:** ' if word else ''}{_escape(sentence)}"
            for word, sentence in _list_findings(findings)
        )

    def write_table(self, table: ReadingTable) -> str:
        heads = [_escape_cell(column.header) for column in table.columns]
        rules = ["---:" if column.kind == "number" else ":---" for column in table.columns]
        cells = [[_escape_cell(cell) for cell in column.cells] for column in table.columns]
        rows = [heads, rules, *zip(*cells, strict=True)]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows) if heads else ""


class _TextWriter:
    """Write plain text, with the columns of tables aligned by spaces."""

    def write_heading(self, text: str, level: int) -> str:
        line = to_one_line(text)
        return f"{line}\n{('=' if level == 1 else '-') * measure_text(line)}" if line else ""

    def write_line(self, text: str) -> str:
        return "\n".join(wrap_text(to_one_line(text), _LINE))

    def write_tiles(self, tiles: pd.DataFrame) -> str:
        return "\n".join(
            to_one_line(f"{tile['label']}: {tile['text']}{_add_note(tile['note'])}")
            for tile in _list_tiles(tiles)
        )

    def write_findings(self, findings: pd.DataFrame) -> str:
        lines = [
            f"* {f'{word}: ' if word else ''}{to_one_line(sentence)}"
            for word, sentence in _list_findings(findings)
        ]
        return "\n".join(
            chain.from_iterable(wrap_text(line, _LINE, indent="  ") for line in lines)
        )

    def write_table(self, table: ReadingTable) -> str:
        columns = [_align(column) for column in table.columns]
        return "\n".join(_GAP.join(row).rstrip() for row in zip(*columns, strict=True))


def _list_tiles(tiles: pd.DataFrame) -> list[dict[str, str]]:
    return rows_as_texts(tiles, ("label", "text", "note"))


def _list_findings(findings: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the sentences, each with the word before it, or with an empty text."""
    return [
        (SEVERITIES[row["severity"]][1] if row["severity"] in _MARKED else "", row["sentence"])
        for row in rows_as_texts(findings, ("sentence", "severity"))
    ]


def _add_note(note: str) -> str:
    return f" ({note})" if note else ""


def _escape(text: str) -> str:
    """Return text in one line in which nothing is markup."""
    return _BEGINNING.sub(r"\1\\", _escape_cell(text))


def _escape_cell(text: str) -> str:
    """Return text in one line in which nothing is markup, in a cell: there it begins no block."""
    return _MARKUP.sub(r"\\\g<0>", to_one_line(text))


def _align(column: ReadingColumn) -> list[str]:
    """Return header, rule and cells of a column, all of one width."""
    cells = [to_one_line(cell) for cell in (column.header, *column.cells)]
    width = max(map(measure_text, cells))
    spaces = [" " * (width - measure_text(cell)) for cell in cells]
    is_right = column.kind == "number"
    header, *rest = (
        f"{space}{cell}" if is_right else f"{cell}{space}"
        for space, cell in zip(spaces, cells, strict=True)
    )
    return [header, "-" * width, *rest]
