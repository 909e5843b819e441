"""HTML: one self-contained page with charts and tables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from asana_frames._arguments import check_flag, check_number, check_text
from asana_frames._files import replace_file
from asana_frames.display.sentences import count_noun, replace_lone_surrogates
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.export.html_page import PAGE, POLICY, STYLE
from asana_frames.export.pictures import Picture, render_pictures
from asana_frames.export.prepare import Labels, check_options, prepare_frame
from asana_frames.export.reading_table import ReadingColumn, ReadingTable, build_reading_table
from asana_frames.export.report_parts import (
    SEVERITIES,
    check_anonymous,
    check_tiles,
    rows_as_texts,
    split_notes,
    unpack_report,
)
from asana_frames.export.suffixes import check_suffix
from asana_frames.export.text import measure_text, name_frames
from asana_frames.gather.findings.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: On paper, tables of more columns lie across the page, and of even more have smaller letters.
_MOST_UPRIGHT, _MOST_ACROSS = 8, 15
#: Columns beyond that are not printed: no letter of them could be read.
_MOST_PRINTED = 20
#: A table of so few rows is not broken between pages, or goes on one page with its chart.
_SHORT, _FEW = 25, 15
_LONG_WORD = 12
#: A figure of more characters has smaller letters.
_LONG_FIGURE = 8
_LINE = "\n"


def to_html(
    frames: Report | Mapping[str, pd.DataFrame] | pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    title: str,
    charts: Mapping[str, Figure | Axes] | None = None,
    notes: Sequence[str] = (),
    tiles: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    totals: bool = False,
    max_rows: int = 1000,
    fold: int | None = None,
    anonymize: str | None = None,
    labels: Labels | None = None,
) -> None:
    """Write frames and charts as one HTML page.

    The page includes its charts and styles, runs no script and loads nothing, so it can be
    mailed; it is light or dark as its reader prefers, and is printed on A4, of tables the first 20
    columns. It is for reading:
    headers are in words, days such as ``2 Nov 2026``, moments to the minute in UTC, shares in
    percent, other numbers have at most two decimals; equal names of different projects, people or
    goals are told apart; and a column of gids (``assignee_gid``, ``followers_gids``, ``gid``) is
    left out where the frame has the column of names that goes with it (``assignee_name``,
    ``followers_names``, ``name``). For other programs use ``to_csv``, ``to_excel`` or
    ``to_parquet``.

    Parameters
    ----------
    frames
        Heading of a section -> frame, or one frame; or a report of ``asana_frames.gather``, with
        its figures, findings and tables. An index with a name or of other things than
        integers becomes the first columns.
    path
        The file; an older one is replaced only when the new one is complete.
    title
        The title of the page.
    charts
        Name -> matplotlib Figure or Axes. A chart stands above the table of the frame of its
        name, or in a section of its own after the frames.
    notes
        Paragraphs as plain text. The first, such as what the page is about and of which days,
        stands below the title, the others below the findings. To the first of a report its days
        are added, and as of when it is where they do not reach the present.
    tiles, findings
        The figures and sentences of a report, such as ``report.tiles`` and ``report.findings``:
        frames with ``label`` and ``text`` (and perhaps ``note`` and ``severity``), and with
        ``sentence`` (and perhaps ``severity``). They stand on the first page.
    totals
        Add totals below tables, of what can be added up; see ``to_excel``.
    max_rows
        The most rows of a table, and one more where it would be the only one left out; a line
        below the table gives the number of all rows.
    fold
        Fold tables of more rows away, behind a line to click; None shows all. A table that is
        still folded is not printed; a line says so.
    anonymize
        A secret key: names and the gids of people become pseudonyms that are the same in all
        files of one key; dates, numbers, flags and enumerations stay; other text is left out.
        Title, headings and notes are yours and stay as they are.
    labels
        ``"human"`` for ``on track`` instead of ``on_track``, and so on; columns without a value
        and those of use to programs alone, such as other gids, are then left out, and a line
        below the table names them.

    Raises
    ------
    InvalidArgument
        A frame is not a DataFrame or lacks a column, a chart is not a Figure or Axes,
        ``max_rows`` is below 1 or ``fold`` below 0, ``anonymize`` is empty or is passed with
        ``charts``, ``tiles`` or ``findings``, or ``labels`` is not valid.
    ConfigurationError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> hours = pd.DataFrame({"person_gid": ["12"], "person_name": ["Ana"], "hours": [1.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "hours.html")
    ...     to_html({"Hours": hours}, file, title="March", notes=["All teams."])
    ...     page = file.read_text("utf-8")
    >>> "Ana</th>" in page, "gid" in page
    (True, False)
    """
    given = unpack_report(frames, notes, tiles, findings)
    named = name_frames(given.frames, "")
    check_suffix(path, writer="to_html")
    _check_options(title, totals, max_rows, fold)
    check_options(anonymize=anonymize, labels=labels)
    check_tiles(given.tiles, given.findings, what="export.to_html")
    shown = {"charts": charts, "tiles": given.tiles, "findings": given.findings}
    check_anonymous(anonymize, shown, is_report=given.is_report)
    first = _FirstPage(*split_notes(given), given.tiles, given.findings)
    drawn = render_pictures(charts)
    named = disambiguate_frames(
        {
            name: prepare_frame(frame, anonymize=anonymize, labels=labels)
            for name, frame in named.items()
        }
    )
    tables = {
        name: build_reading_table(
            frame, max_rows=max_rows, has_totals=totals, human_labels=labels == "human"
        )
        for name, frame in named.items()
    }
    names = [*tables, *(name for name in drawn if name not in tables)]
    sections = [
        _render_section(place, str(name), tables.get(name), drawn.get(name), fold)
        for place, name in enumerate(names, 1)
    ]
    page = PAGE.format(
        policy=POLICY,
        style=STYLE,
        title=escape(title),
        first=first.render(),
        contents=_render_contents(names) if len(names) > 1 else "",
        sections="\n".join(sections),
    )
    with replace_file(path) as part:
        part.write_bytes(replace_lone_surrogates(page).encode())


def _check_options(title: object, totals: object, max_rows: object, fold: object) -> None:
    check_text(title, name="title", like="March")
    check_flag(totals, name="totals")
    check_number(max_rows, name="max_rows", like=1000, is_whole=True, least=1)
    if fold is not None:
        check_number(fold, name="fold", like=50, is_whole=True, least=0)


class _FirstPage(NamedTuple):
    """What stands above the tables."""

    head: Sequence[str]
    guide: Sequence[str]
    tiles: pd.DataFrame | None
    findings: pd.DataFrame | None

    def render(self) -> str:
        """Return subtitle, figures, findings, and how to read them."""
        parts = [f'<p class="subtitle">{escape(note)}</p>' for note in self.head]
        if self.tiles is not None and len(self.tiles):
            parts.append(_render_tiles(self.tiles))
        if self.findings is not None and len(self.findings):
            parts.append(_render_findings(self.findings))
        if self.guide:
            notes = "\n".join(f"<p>{escape(note)}</p>" for note in self.guide)
            parts.append(
                f'<section class="guide" aria-label="How to read this">\n{notes}\n</section>'
            )
        return "\n".join(parts)


def _render_tiles(tiles: pd.DataFrame) -> str:
    items = []
    for tile in rows_as_texts(tiles, ("label", "text", "note", "severity")):
        size = "figure long" if measure_text(tile["text"]) > _LONG_FIGURE else "figure"
        note = f'<dd class="remark">{escape(tile["note"])}</dd>' if tile["note"] else ""
        items.append(
            f'<div class="{escape(tile["severity"])}"><dt>{escape(tile["label"])}</dt>'
            f'<dd class="{size}">{escape(tile["text"])}</dd>{note}</div>\n'
        )
    return f'<dl class="tiles">\n{"".join(items)}</dl>'


def _render_findings(findings: pd.DataFrame) -> str:
    items = []
    for finding in rows_as_texts(findings, ("sentence", "severity")):
        sign, word = SEVERITIES.get(finding["severity"], SEVERITIES["note"])
        items.append(
            f'<li class="{escape(finding["severity"])}"><span class="mark" aria-hidden="true">'
            f'{sign}</span><span><span class="hidden">{word}: </span>'
            f"{escape(_bind_numbers(finding['sentence']))}</span></li>\n"
        )
    return (
        f'<section>\n<h2>Findings</h2>\n<ul class="findings">\n{"".join(items)}</ul>\n</section>'
    )


def _bind_numbers(sentence: str) -> str:
    """Return a sentence in which no line ends between a number and what it counts."""
    return re.sub(r"(?<=\d) (?=[\w%])", "\u00a0", sentence)


def _render_contents(names: Sequence[str]) -> str:
    items = "".join(
        f'<li><a href="#section-{place}">{escape(str(name))}</a></li>\n'
        for place, name in enumerate(names, 1)
    )
    return f'<nav aria-label="Contents">\n<ul>\n{items}</ul>\n</nav>'


def _render_section(
    place: int, name: str, table: ReadingTable | None, picture: Picture | None, fold: int | None
) -> str:
    """Return a section: heading, chart, table, and notes on what is left out."""
    parts = [f"<h2>{escape(name)}</h2>"] if name else []
    if picture is not None:
        parts.append(picture.html())
    if table is not None:
        shown = [_render_table(name, table), *_render_remarks(table)]
        if fold is not None and table.rows > fold:
            rows = table.row_count
            shown = [f"<details>\n<summary>Table of {rows}</summary>", *shown, "</details>"]
            # Also true where a page is shown without its style, and the line on a screen.
            line = f"When printed, this table of {rows} is left out unless it is unfolded."
            shown.append(f'<p class="unprinted">{line}</p>')
        parts += shown
    width = "" if table is None else _choose_width(table)
    return "\n".join([f'<section id="section-{place}"{width}>', *parts, "</section>"])


def _render_remarks(table: ReadingTable) -> list[str]:
    """Return the lines below a table that say what it does not show."""
    remarks = []
    if not table.rows:
        remarks.append("No rows.")
    elif table.shown_rows < table.rows:
        remarks.append(f"The page shows {table.first_rows}.")
    if table.left_out:
        remarks.append(f"Not shown: {', '.join(table.left_out)}.")
    parts = [f'<p class="rows">{escape(remark)}</p>' for remark in remarks]
    if rest := [column.header for column in table.columns[_MOST_PRINTED:]]:
        last = f" to {rest[-1]}" if len(rest) > 1 else ""
        line = f"Not printed: {count_noun(len(rest), 'column')}, {rest[0]}{last}."
        parts.append(f'<p class="rows unprinted columns">{escape(line)}</p>')
    return parts


def _render_table(name: str, table: ReadingTable) -> str:
    classes = [
        _choose_class(column, is_printed=place < _MOST_PRINTED)
        for place, column in enumerate(table.columns)
    ]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(column.header)}</th>'
        for kind, column in zip(classes, table.columns, strict=True)
    )
    columns = [
        [_render_cell(text, kind, is_first=not place) for text in column.cells]
        for place, (kind, column) in enumerate(zip(classes, table.columns, strict=True))
    ]
    rows = [f"<tr>{''.join(row)}</tr>" for row in zip(*columns, strict=True)]
    body = rows[: len(rows) - table.total_rows]
    foot = rows[len(body) :]
    if table.has_totals:
        totals = [column.total for column in table.columns]
        totals[0] = f"Total of {table.rows:,} rows" if len(body) < table.rows else "Total"
        cells = [
            _render_cell(text, kind, is_first=not place)
            for place, (text, kind) in enumerate(zip(totals, classes, strict=True))
        ]
        foot.append(f"<tr>{''.join(cells)}</tr>")
    below = f"<tfoot>\n{_LINE.join(foot)}\n</tfoot>\n" if foot else ""
    label = escape(name or "Table")
    height = " short" if table.shown_rows <= _SHORT else ""
    # tabindex lets keyboard users scroll the table.
    return (
        f'<div class="scroll{height}" role="region" tabindex="0" '
        f'aria-label="{label}">\n<table>\n<caption>{label}</caption>\n'
        f"<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{_LINE.join(body)}\n</tbody>\n{below}"
        f"</table>\n</div>"
    )


def _render_cell(text: str, kind: str, *, is_first: bool) -> str:
    if is_first:
        return f'<th scope="row"{kind}>{escape(text)}</th>'
    return f"<td{kind}>{escape(text)}</td>"


def _choose_class(column: ReadingColumn, *, is_printed: bool) -> str:
    # On paper such words may be broken anywhere, so that the table is not wider than the page.
    is_long = column.kind == "text" and any(
        len(word) > _LONG_WORD for cell in column.cells for word in cell.split()
    )
    kind = "long" if is_long else "" if column.kind == "text" else column.kind
    names = " ".join(filter(None, [kind, "" if is_printed else "off-paper"]))
    return f' class="{names}"' if names else ""


def _choose_width(table: ReadingTable) -> str:
    """Return the class attribute for a table that is too wide for an upright page."""
    if len(table.columns) <= _MOST_UPRIGHT:
        return ""
    names = ["wide"]
    names += ["widest"] if len(table.columns) > _MOST_ACROSS else []
    names += ["few"] if table.rows <= _FEW else []
    return f' class="{" ".join(names)}"'
