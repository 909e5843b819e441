"""``asana-frames report projects``: progress of projects and flow of their tasks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
import pandas as pd

from asana_frames import charts, gather
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import open_connection, print_failures, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.flow_options import parse_pairs, with_flow_options
from asana_frames.cli.reports import (
    ReportFiles,
    parse_formats,
    with_files,
    write_head,
    write_report,
)
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.projects_report import ProjectsReport
from asana_frames.rollups.shared.moments import resolve_today

#: Height of a chart row, of the space around the rows, and of a chart over time, in inches.
_ROW_HEIGHT, _MARGIN, _TIME_HEIGHT = 0.36, 1.6, 4.5


@with_connection
@click.command("projects", cls=Command)
@click.option("--workspace", help="Name, gid or URL: all of its projects.")
@click.option(
    "--team",
    multiple=True,
    help="Instead of --workspace: the projects of this team; may be repeated.",
)
@click.option(
    "--portfolio",
    multiple=True,
    help="Instead of --workspace: those below this portfolio; may be repeated.",
)
@click.option(
    "--project", multiple=True, help="Instead of --workspace: this project; may be repeated."
)
@click.option("--archived", is_flag=True, help="Include archived projects.")
@click.option(
    "--stories", is_flag=True, help="Read the stories of all tasks, for cycle times; slow."
)
@with_flow_options
@with_files
def projects_command(
    workspace: str | None,
    team: tuple[str, ...],
    portfolio: tuple[str, ...],
    project: tuple[str, ...],
    archived: bool,
    stories: bool,
    subtasks: bool,
    exclude: tuple[str, ...],
    dates: tuple[Any, ...],
    now: Any,
    tz: str,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report progress, delays, forecasts and last status of projects, and the flow of tasks."""
    chosen = parse_formats(formats)
    left_out = parse_pairs(exclude, option="--exclude", like="section=Cancelled")
    day = resolve_today(now, tz)
    with open_connection(use_sandbox, now) as asana:
        report = gather.projects_report(
            asana,
            workspace,
            team=list(team) or None,
            portfolio=list(portfolio) or None,
            project=list(project) or None,
            archived=archived,
            subtasks=subtasks,
            exclude=left_out or None,
            dates=list(dates) or None,
            stories=stories,
            now=now,
            tz=tz,
        )
        print_failures(asana)
    given = [workspace, *team, *portfolio, *project]
    subject = write_head(report, *filter(None, given))
    write_report(_build_files(subject, report, day), chosen, out)


def _build_files(subject: str, report: ProjectsReport, day: pd.Timestamp) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    tables = {
        "Projects": report.portfolio,
        "Statuses": report.statuses,
        "Forecast": report.forecast,
        "Burn-up": report.burnup,
        "Throughput": report.throughput,
        "Lead times": report.lead_times,
        "On time": report.on_time,
        "Aging": report.aging,
        "Dependencies": report.dependencies,
        "Quality": report.quality,
    }
    rows, projects = (
        _ROW_HEIGHT * len(table) + _MARGIN for table in (report.portfolio, report.projects)
    )
    drawings: dict[str, tuple[Any, float]] = {
        "Projects": (charts.portfolio, rows),
        "Statuses": (partial(charts.status_timeline, now=day), rows),
        "Forecast": (charts.forecast, max(_TIME_HEIGHT, projects)),
        "Burn-up": (charts.burnup, _TIME_HEIGHT),
        "Throughput": (charts.throughput, _TIME_HEIGHT),
        "Lead times": (charts.lead_times, _TIME_HEIGHT),
        "On time": (charts.on_time, _TIME_HEIGHT),
        "Aging": (charts.aging, _TIME_HEIGHT),
    }
    if report.cycle_times is not None and report.section_times is not None:
        tables |= {"Sections": report.section_times, "Cycle times": report.cycle_times}
        drawings["Cycle times"] = (charts.cycle_times, _TIME_HEIGHT)
    named = disambiguate_frames(tables)

    def draw() -> dict[str, Any]:
        return {
            title: draw_figure(partial(chart, named[title]), height=inches)
            for title, (chart, inches) in drawings.items()
        }

    return ReportFiles("projects", "Projects", _write_notes(subject), report, tables, named, draw)


def _write_notes(subject: str) -> list[str]:
    return [
        subject,
        "A project is behind if its share of done tasks is more than 10 points below the share of "
        "its days that have passed. A task in several projects counts in each of them, and once "
        "in the total.",
        "Forecasts draw from the last 12 whole weeks; 85 % is the date by which 85 of 100 runs "
        "are done.",
    ]
