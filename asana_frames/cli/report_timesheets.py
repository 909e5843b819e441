"""``asana-frames report timesheets``: hours, approvals and missing hours by person and week."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from asana_frames import charts, gather
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import open_connection, print_failures, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.now_option import with_now
from asana_frames.cli.reports import (
    ReportFiles,
    parse_formats,
    with_files,
    write_head,
    write_report,
)
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.timesheets_report import TimesheetsReport
from asana_frames.rollups.shared.periods import WEEKDAYS, Every

_WEEKS = ("W", *(f"W-{day}" for day in WEEKDAYS))
#: Height of the chart, in inches: of each person, and of the rest.
_ROW_HEIGHT, _MARGIN = 0.3, 1.6


@with_connection
@click.command("timesheets", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; that of the week three weeks before the last if not given.",
)
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day; --now if not given."
)
@click.option("--by", default="", help="Comma-separated keys, such as project or task.")
@click.option("--every", default="W-MON", show_default=True, type=click.Choice(_WEEKS))
@with_now(
    "The present day (UTC), also where --to is earlier: the last day unless --to is given; no "
    "hours are expected after it, and weeks are to be handed in as of it"
)
@click.option(
    "--hours-per-day",
    default=8.0,
    show_default=True,
    type=click.FloatRange(0, 24),
    help="Hours that everybody is expected to track on a working day.",
)
@click.option("--workdays", default="Mon-Fri", show_default=True, help='Such as "Mon-Thu".')
@with_files
def timesheets_command(
    workspace: str,
    start: datetime | None,
    end: datetime | None,
    by: str,
    every: Every,
    now: datetime | None,
    hours_per_day: float,
    workdays: str,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report hours, approvals and missing hours of each person and week."""
    keys = [name.strip() for name in by.split(",") if name.strip()]
    chosen = parse_formats(formats)
    with open_connection(use_sandbox, now) as asana:
        report = gather.timesheets_report(
            asana,
            workspace,
            start,
            end,
            by=keys or None,
            every=every,
            now=now,
            hours_per_day=hours_per_day,
            workdays=workdays,
        )
        print_failures(asana)
    notes = _write_notes(workspace, report, hours_per_day, workdays)
    write_report(_build_files(report, notes), chosen, out)


def _build_files(report: TimesheetsReport, notes: list[str]) -> ReportFiles:
    """Draw the chart of the last week, and title the tables."""
    tables = {
        "Last week": report.last_week,
        "Missing hours": report.missing,
        "Approvals": report.approvals,
        "Timesheet": report.timesheet,
    }
    named = disambiguate_frames(tables)
    height = _ROW_HEIGHT * len(report.last_week) + _MARGIN
    chart = partial(charts.timesheet, named["Last week"])

    def draw() -> dict[str, Any]:
        return {"Last week": draw_figure(chart, height=height)}

    return ReportFiles("timesheets", "Timesheets", notes, report, tables, named, draw)


def _write_notes(
    workspace: str, report: TimesheetsReport, hours_per_day: float, workdays: str
) -> list[str]:
    return [
        write_head(report, workspace),
        f"{hours_per_day:g} hours are expected on each of {workdays}, less days out of office; "
        f"Asana does not know the working hours of people.",
        "Missing hours are those of a person and week; more hours in another week do not count "
        "against them.",
    ]
