"""Reports as files: CSVs, an Excel workbook and a page for the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
import pandas as pd

from asana_frames import export
from asana_frames._optional import require
from asana_frames.cli.folder import make_folder
from asana_frames.exceptions import ConfigurationError, InvalidArgument

if TYPE_CHECKING:
    from matplotlib.figure import Figure

F = TypeVar("F", bound=Callable[..., Any])
_FORMATS = ("csv", "excel", "html")


class ReportFiles(NamedTuple):
    """The tables and charts of a report, and what is said above them.

    ``name`` is that of the workbook and the page; charts go by the names of their tables.
    """

    name: str
    title: str
    notes: list[str]
    tables: dict[str, pd.DataFrame]
    charts: dict[str, Figure]


Writer = Callable[[ReportFiles, Path], Iterable[Path]]


def with_files(command: F) -> F:
    """Give a command ``--format`` and ``--out``."""
    formats = click.option(
        "--format", "formats", default="all", show_default=True, help="csv, excel, html."
    )
    out = click.option("--out", default=".", show_default=True, type=click.Path(path_type=Path))
    return formats(out(command))


def write_report(report: ReportFiles, writers: Iterable[Writer], out: Path) -> None:
    """Write a report in all formats and name the files on stderr."""
    folder = make_folder(out)
    for writer in writers:
        for path in writer(report, folder):
            click.echo(f"  {path}", err=True)


def _write_csv(report: ReportFiles, folder: Path) -> Iterable[Path]:
    for name, table in report.tables.items():
        path = folder / f"{name.lower().replace(' ', '_')}.csv"
        export.to_csv(table, path)
        yield path


def _write_excel(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.xlsx"
    export.to_excel(report.tables, path, charts=report.charts)
    yield path


def _write_html(report: ReportFiles, folder: Path) -> Iterable[Path]:
    path = folder / f"{report.name}.html"
    export.to_html(
        report.tables, path, title=report.title, charts=report.charts, notes=report.notes
    )
    yield path


_WRITERS: Mapping[str, Writer] = {
    "csv": _write_csv,
    "excel": _write_excel,
    "html": _write_html,
}


def find_writers(formats: str) -> list[Writer]:
    """Return what writes the formats; all of them but a workbook that nothing here can write.

    Raises
    ------
    InvalidArgument
        A format is unknown.
    ConfigurationError
        A workbook is asked for by name, and what writes one is not installed.
    """
    names = [name.strip() for name in formats.split(",") if name.strip()]
    if names == ["all"]:
        names = list(_FORMATS)
        try:
            require("xlsxwriter", extra="excel")
        except ConfigurationError as error:
            click.echo(f"No workbook is written. {error}", err=True)
            names.remove("excel")
    unknown = [name for name in names if name not in _WRITERS]
    if unknown or not names:
        raise InvalidArgument(f"--format takes {', '.join(_FORMATS)}, joined by commas, or all.")
    if "excel" in names:
        require("xlsxwriter", extra="excel")
    return [_WRITERS[name] for name in dict.fromkeys(names)]
