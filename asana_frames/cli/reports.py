"""Write reports as CSV files, an Excel workbook and an HTML page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
import pandas as pd

from asana_frames import export
from asana_frames._optional import require
from asana_frames.cli.folder import make_folder
from asana_frames.cli.terminal import echo
from asana_frames.cli.workbook_charts import WORKBOOK_CHARTS
from asana_frames.exceptions import ConfigurationError, InvalidArgument
from asana_frames.export.pictures import render_pictures
from asana_frames.gather.findings.report import Report

F = TypeVar("F", bound=Callable[..., Any])
_FORMATS = ("csv", "excel", "html")
#: The most rows of a table on a page, and from where it is folded away: files have them all.
_MOST_ROWS, _FOLD = 500, 40


class ReportFiles(NamedTuple):
    """The figures, sentences, tables, charts and notes of a report.

    ``name`` is the file name of workbook and page; the first of the notes says what the report is
    about, and of which days; charts have the titles of their tables.
    """

    name: str
    title: str
    notes: list[str]
    report: Report
    tables: dict[str, pd.DataFrame]
    charts: dict[str, Any]


Writer = Callable[[ReportFiles, Path], Iterable[Path]]


def with_files(command: F) -> F:
    """Add the options ``--format`` and ``--out`` to a command."""
    formats = click.option(
        "--format", "formats", default="all", show_default=True, help="csv, excel, html."
    )
    out = click.option("--out", default=".", show_default=True, type=click.Path(path_type=Path))
    return formats(out(command))


def write_report(report: ReportFiles, writers: Iterable[Writer], out: Path) -> None:
    """Write a report with each of the writers and print the paths to stderr."""
    folder = make_folder(out)
    writers = list(writers)
    if writers != [_write_csv]:
        # Workbook and page show the same pictures: they are rendered once.
        report = report._replace(charts=render_pictures(report.charts))
    for writer in writers:
        for path in writer(report, folder):
            echo(f"  {path}", err=True)


def _write_csv(report: ReportFiles, folder: Path) -> Iterable[Path]:
    for name, table in report.tables.items():
        path = folder / f"{name.lower().replace(' ', '_')}.csv"
        export.to_csv(table, path)
        yield path


def _write_excel(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.xlsx"
    export.to_excel(
        report.tables,
        path,
        charts={**report.charts, **WORKBOOK_CHARTS.get(report.name, {})},
        title=report.title,
        notes=report.notes,
        tiles=report.report.tiles,
        findings=report.report.findings,
        totals=True,
        labels="human",
    )
    yield path


def _write_html(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.html"
    export.to_html(
        report.tables,
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


_WRITERS: Mapping[str, Writer] = {
    "csv": _write_csv,
    "excel": _write_excel,
    "html": _write_html,
}


def find_writers(formats: str) -> list[Writer]:
    """Find the writers of ``--format``; "all" leaves out Excel if xlsxwriter is missing.

    Raises
    ------
    InvalidArgument
        A format is unknown.
    ConfigurationError
        "excel" is given and xlsxwriter is not installed.
    """
    names = [name.strip() for name in formats.split(",") if name.strip()]
    if names == ["all"]:
        names = list(_FORMATS)
        try:
            require("xlsxwriter", extra="excel")
        except ConfigurationError as error:
            echo(f"Skipping the Excel workbook. {error}", err=True)
            names.remove("excel")
    unknown = [name for name in names if name not in _WRITERS]
    if unknown or not names:
        raise InvalidArgument(
            f"{formats!r} is not a valid --format; use all, or some of {', '.join(_FORMATS)}."
        )
    if "excel" in names:
        require("xlsxwriter", extra="excel")
    return [_WRITERS[name] for name in dict.fromkeys(names)]
