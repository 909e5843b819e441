"""``asana-frames report flow``: where the tasks of a project wait, and how long they take."""

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
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.flow_report import FlowReport

_HEIGHT = 4.5
#: Height of a row, of the space around rows, and of the most rows of a chart, in inches.
_ROW_HEIGHT, _MARGIN, _TALLEST = 0.36, 1.6, 12.0


@with_connection
@click.command("flow", cls=Command)
@click.option("--project", required=True, help="Name, gid or URL.")
@click.option(
    "--started",
    multiple=True,
    help='Section in which work begins; "In progress", or else the second.',
)
@click.option(
    "--finished", multiple=True, help="Section in which work ends; by default completion ends it."
)
@click.option("--active", multiple=True, help="Section in which somebody works on a task.")
@click.option("--limit", multiple=True, metavar="SECTION=NUMBER", help="Limit of open tasks.")
@click.option("--every", default="W", show_default=True, help="Period: D, W, MS ...")
@with_flow_options
@with_files
def flow_command(
    project: str,
    started: tuple[str, ...],
    finished: tuple[str, ...],
    active: tuple[str, ...],
    limit: tuple[str, ...],
    every: Any,
    subtasks: bool,
    exclude: tuple[str, ...],
    dates: tuple[Any, ...],
    now: Any,
    tz: str,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report how the tasks of a project flow: times in sections, cycle times, what waits."""
    chosen = parse_formats(formats)
    left_out = parse_pairs(exclude, option="--exclude", like="section=Cancelled")
    limits = _parse_limits(limit)
    with open_connection(use_sandbox, now) as asana:
        report = gather.flow_report(
            asana,
            project,
            started=list(started) or None,
            finished=list(finished) or None,
            active=list(active) or None,
            limits=limits or None,
            every=every,
            subtasks=subtasks,
            exclude=left_out or None,
            dates=list(dates) or None,
            now=now,
            tz=tz,
        )
        print_failures(asana)
    write_report(_build_files(write_head(report, project), report), chosen, out)


def _parse_limits(limits: tuple[str, ...]) -> dict[str, int]:
    """Parse limits such as ``Review=3``.

    Raises
    ------
    InvalidArgument
        One is not a section and a whole number.
    """
    found = {}
    for section, values in parse_pairs(limits, option="--limit", like="Review=3").items():
        if not values[-1].isdecimal():
            raise InvalidArgument(
                f"--limit {section}={values[-1]} is not a whole number; use --limit '{section}=3'."
            )
        found[section] = int(values[-1])
    return found


def _build_files(subject: str, report: FlowReport) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    blocked = report.blocked_times["task_gid"].nunique()
    tall = min(_ROW_HEIGHT * blocked + _MARGIN, _TALLEST)
    # Title -> table, chart, height of the chart in inches.
    parts: dict[str, tuple[pd.DataFrame, Any, float]] = {
        "Cycle times": (report.cycle_times, charts.cycle_times, _HEIGHT),
        "Age of work": (report.aging_wip, charts.aging_wip, _HEIGHT),
        "Work in progress": (report.wip, charts.wip, _HEIGHT),
        "Cumulative flow": (report.cumulative_flow, charts.cumulative_flow, _HEIGHT),
        "Times in sections": (report.section_times, charts.section_times, _HEIGHT),
        "Waiting for others": (report.blocked_times, charts.blocked_times, tall),
        "Reopenings": (report.reopenings, charts.reopenings, _HEIGHT),
        "On time": (report.on_time, charts.on_time, _HEIGHT),
        "Burn-up": (report.burnup, charts.burnup, _HEIGHT),
        "Forecast": (report.forecast, charts.forecast, _HEIGHT),
    }
    tables = {"Service levels": report.service_levels}
    tables |= {title: table for title, (table, _, _) in parts.items()}
    tables["Changes"] = report.change_counts
    named = disambiguate_frames(tables)

    def draw() -> dict[str, Any]:
        return {
            title: draw_figure(partial(chart, named[title]), height=inches)
            for title, (_, chart, inches) in parts.items()
        }

    return ReportFiles("flow", "Flow", _write_notes(subject), report, tables, named, draw)


def _write_notes(subject: str) -> list[str]:
    return [
        subject,
        "Cycle times run from the first section in which work begins to the completion, in days "
        "of 24 hours. A task that was reopened is not finished.",
    ]
