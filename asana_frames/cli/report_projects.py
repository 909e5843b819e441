"""``asana-frames report projects``: progress of projects and flow of their tasks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from asana_frames import charts, gather
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import open_connection, print_failures, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.reports import ReportFiles, find_writers, with_files, write_report
from asana_frames.gather.projects_report import ProjectsReport
from asana_frames.rollups.shared.moments import resolve_today

#: Height of a chart row, of the space around the rows, and of a chart over time, in inches.
_ROW_HEIGHT, _MARGIN, _TIME_HEIGHT = 0.36, 1.6, 4.5


@with_connection
@click.command("projects", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option("--archived", is_flag=True, help="Include archived projects.")
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the report (UTC); default today.",
)
@with_files
def projects_command(
    workspace: str, archived: bool, now: Any, formats: str, out: Path, use_sandbox: bool
) -> None:
    """Report progress, delays and last status of projects, and the flow of their tasks."""
    writers = find_writers(formats)
    with open_connection(use_sandbox, now) as asana:
        report = gather.projects_report(asana, workspace, archived=archived, now=now)
        print_failures(asana)
    write_report(_build_files(workspace, report, now), writers, out)


def _build_files(workspace: str, report: ProjectsReport, now: Any) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    tables = {
        "Projects": report.portfolio,
        "Statuses": report.statuses,
        "Burn-up": report.burnup,
        "Throughput": report.throughput,
        "Lead times": report.lead_times,
        "Aging": report.aging,
        "Quality": report.quality,
    }
    height = _ROW_HEIGHT * len(report.portfolio) + _MARGIN
    drawings: dict[str, tuple[Any, float]] = {
        "Projects": (charts.portfolio, height),
        "Statuses": (charts.status_timeline, height),
        "Burn-up": (charts.burnup, _TIME_HEIGHT),
        "Throughput": (charts.throughput, _TIME_HEIGHT),
        "Lead times": (charts.lead_times, _TIME_HEIGHT),
        "Aging": (charts.aging, _TIME_HEIGHT),
    }
    figures = {
        title: draw_figure(partial(chart, tables[title]), height=inches)
        for title, (chart, inches) in drawings.items()
    }
    notes = _write_notes(f"{workspace}, {resolve_today(now):%Y-%m-%d}", report)
    return ReportFiles("projects", "Projects", notes, tables, figures)


def _write_notes(subject: str, report: ProjectsReport) -> list[str]:
    projects = report.portfolio.query("kind == 'project'")
    behind = int(projects["is_behind"].fillna(False).sum())
    overdue = int(report.portfolio.query("kind == 'total'")["overdue"].sum())
    return [
        f"{subject}: {len(projects):,} projects, {behind:,} behind; {overdue:,} tasks overdue.",
        "A project is behind if its share of done tasks is more than 10 points below the share of "
        "its days that have passed. A task in several projects counts in each of them, and once "
        "in the total.",
    ]
