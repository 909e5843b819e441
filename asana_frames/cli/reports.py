"""Write reports as CSV files, an Excel workbook, an HTML page and a summary in text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from unicodedata import category, normalize

import click
import pandas as pd

from asana_frames import export
from asana_frames._optional import require
from asana_frames.cli.folder import make_folder
from asana_frames.cli.terminal import echo, echo_data
from asana_frames.cli.workbook_charts import find_workbook_charts
from asana_frames.exceptions import ConfigurationError, InvalidArgument
from asana_frames.export.markdown import Style
from asana_frames.export.pictures import render_pictures
from asana_frames.export.report_parts import name_total
from asana_frames.gather.findings.report import Report, list_days

F = TypeVar("F", bound=Callable[..., Any])
#: The formats of ``all``; and those of summaries, which go to stdout, with their suffixes.
_FILES = ("csv", "excel", "html")
_SUMMARIES: Mapping[str, tuple[Style, str]] = {"md": ("markdown", "md"), "text": ("text", "txt")}
#: The most characters of the name of a file, before its suffix.
_LONGEST_NAME = 60
#: The most rows of a table on a page, and from where it is folded away: files have them all.
_MOST_ROWS, _FOLD = 500, 40


class ReportFiles(NamedTuple):
    """The figures, sentences, tables, charts and notes of a report.

    ``name`` is the file name of workbook, page and summary; the first of the notes says what the
    report is about, and of which days; charts have the titles of their tables.
    """

    name: str
    title: str
    notes: list[str]
    report: Report
    tables: dict[str, pd.DataFrame]
    #: The tables for people, in which equal names are told apart.
    named: dict[str, pd.DataFrame]
    draw: Callable[[], dict[str, Any]]
    charts: dict[str, Any] = {}


Writer = Callable[[ReportFiles, Path], Iterable[Path]]


def write_head(report: Report, *subject: str) -> str:
    """Return the first note of a report: what it is about, its days, and as of when it is."""
    return ", ".join([*subject, *list_days(report)])


def with_files(command: F) -> F:
    """Add the options ``--format`` and ``--out`` to a command."""
    formats = click.option(
        *("--format", "formats"),
        default="all",
        show_default=True,
        help="csv, excel, html; md or text for a summary; all is the first three.",
    )
    out = click.option(
        "--out",
        type=click.Path(path_type=Path),
        help="The folder; this one if not given, and stdout for summaries.",
    )
    return formats(out(command))


def write_report(report: ReportFiles, formats: Sequence[str], out: Path | None) -> None:
    """Write a report in each of the formats and print the paths to stderr.

    Without a folder a summary is printed.
    """
    for name in _SUMMARIES if out is None else ():
        if name in formats:
            echo_data((_write_text(report, name) or "").encode("utf-8", "replace"))
    writers = [_WRITERS[name] for name in formats if out is not None or name not in _SUMMARIES]
    if not writers:
        return
    folder = make_folder(out or Path())
    if _write_excel in writers or _write_html in writers:
        # Workbook and page show the same pictures: they are rendered once.
        report = report._replace(charts=render_pictures(report.draw()))
    for writer in writers:
        for path in writer(report, folder):
            echo(f"  {path}", err=True)


def _write_csv(report: ReportFiles, folder: Path) -> Iterable[Path]:
    for name, table in zip(_choose_file_names(report.tables), report.tables.values(), strict=True):
        path = folder / f"{name}.csv"
        export.to_csv(table, path)
        yield path


def _choose_file_names(titles: Iterable[str]) -> list[str]:
    """Return the file names of tables, which differ and have no signs with a meaning in paths.

    Examples
    --------
    >>> _choose_file_names(["By project and week", "By task_cf_Area/Team", "By task_cf_area team"])
    ['by_project_and_week', 'by_task_cf_area_team', 'by_task_cf_area_team_2']
    """
    names: list[str] = []
    for title in titles:
        base = _replace_signs(normalize("NFC", title.lower()))[:_LONGEST_NAME]
        several = (f"{base}_{number}" if number > 1 else base for number in count(1))
        names.append(next(name for name in several if name not in names))
    return names


def _replace_signs(title: str) -> str:
    """Return a title with ``_`` for its signs, but with the marks of its letters."""
    made = ""
    for sign in title:
        is_mark = category(sign).startswith("M") and made[-1:] not in ("", " ")
        made += sign if is_mark or re.match(r"[\w.-]", sign) else " "
    return re.sub(" +", "_", made)


def _write_excel(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.xlsx"
    tables = _list_tables(report)
    export.to_excel(
        tables,
        path,
        charts={**report.charts, **find_workbook_charts(report.name, tables)},
        title=report.title,
        notes=report.notes,
        tiles=report.report.tiles,
        findings=report.report.findings,
        totals=True,
        labels="human",
    )
    yield path


def _list_tables(report: ReportFiles) -> dict[str, pd.DataFrame]:
    """Return the tables for people by their titles."""
    return {title: name_total(report.named[title]) for title in report.tables}


def _write_html(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.html"
    export.to_html(
        _list_tables(report),
        path,
        title=report.title,
        charts=report.charts,
        notes=report.notes,
        tiles=report.report.tiles,
        findings=report.report.findings,
        totals=True,
        max_rows=_MOST_ROWS,
        fold=_FOLD,
        labels="human",
    )
    yield path


def _write_summary(report: ReportFiles, folder: Path, name: str) -> Iterable[Path]:
    path = folder / f"{report.name}.{_SUMMARIES[name][1]}"
    _write_text(report, name, path)
    yield path


def _write_text(report: ReportFiles, name: str, path: Path | None = None) -> str | None:
    """Write a report as text for a message or a mail; return the text if there is no path."""
    style, _ = _SUMMARIES[name]
    return export.to_markdown(
        report.report, path, title=report.title, notes=report.notes, style=style
    )


_WRITERS: Mapping[str, Writer] = {
    "csv": _write_csv,
    "excel": _write_excel,
    "html": _write_html,
    **{name: partial(_write_summary, name=name) for name in _SUMMARIES},
}


def parse_formats(formats: str) -> list[str]:
    """Parse ``--format``; "all" leaves out Excel if xlsxwriter is missing.

    Raises
    ------
    InvalidArgument
        A format is unknown.
    ConfigurationError
        "excel" is given and xlsxwriter is not installed.
    """
    names = [name.strip() for name in formats.split(",") if name.strip()]
    if names == ["all"]:
        names = list(_FILES)
        try:
            require("xlsxwriter", extra="excel")
        except ConfigurationError as error:
            echo(f"Skipping the Excel workbook. {error}", err=True)
            names.remove("excel")
    unknown = [name for name in names if name not in _WRITERS]
    if unknown or not names:
        raise InvalidArgument(
            f"{formats!r} is not a valid --format; use all, or some of {', '.join(_WRITERS)}."
        )
    if "excel" in names:
        require("xlsxwriter", extra="excel")
    return list(dict.fromkeys(names))
