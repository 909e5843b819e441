"""``asana-frames report goals``: progress of goals."""

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
from asana_frames.cli.now_option import with_now
from asana_frames.cli.reports import (
    ReportFiles,
    parse_formats,
    with_files,
    write_head,
    write_report,
)
from asana_frames.display.sentences import count_noun
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.goals_report import GoalsReport
from asana_frames.rollups.shared.key_figures import TINY
from asana_frames.rollups.shared.moments import resolve_today

#: Height of a chart row and of the space around the rows, in inches.
_ROW_HEIGHT, _MARGIN = 0.36, 1.6


@with_connection
@click.command("goals", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option("--team", multiple=True, help="Only goals of this team; may be repeated.")
@click.option("--period", multiple=True, help="Only goals of this time period; may be repeated.")
@with_now("Day of the report")
@click.option("--tz", default="UTC", show_default=True, help="Time zone of days.")
@with_files
def goals_command(
    workspace: str,
    team: tuple[str, ...],
    period: tuple[str, ...],
    now: Any,
    tz: str,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report actual and expected progress of goals, and the work that supports them."""
    chosen = parse_formats(formats)
    day = resolve_today(now, tz)
    with open_connection(use_sandbox, now) as asana:
        report = gather.goals_report(
            asana,
            workspace,
            team=list(team) or None,
            time_period=list(period) or None,
            now=now,
            tz=tz,
        )
        print_failures(asana)
    subject = write_head(report, workspace, *team, *period)
    write_report(_build_files(subject, report, day), chosen, out)


def _build_files(subject: str, report: GoalsReport, day: pd.Timestamp) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    goals = len(report.progress)
    drivers = len(report.drivers) + report.drivers["goal_gid"].nunique()
    results = len(report.scorecard) + report.scorecard["objective_gid"].nunique()
    tables = {
        "Progress": report.progress,
        "Tree": report.tree,
        "Time": report.timeline,
        "History": report.history,
        "Scorecard": report.scorecard,
        "Forecast": report.forecast,
        "Drivers": report.drivers,
    }
    named = disambiguate_frames(tables)
    progress = named["Progress"]
    # Function that draws a chart, and its rows.
    drawings: dict[str, tuple[Any, int]] = {
        "Progress": (partial(charts.goal_progress, progress), goals),
        "Tree": (partial(charts.goal_tree, named["Tree"]), len(report.tree)),
        "Time": (partial(charts.goal_timeline, progress, now=day), goals),
        "History": (partial(charts.goal_history, named["History"]), 2 * goals),
        "Scorecard": (partial(charts.scorecard, named["Scorecard"]), results),
        "Forecast": (partial(charts.goal_forecast, named["Forecast"]), goals),
        "Drivers": (partial(charts.goal_drivers, named["Drivers"]), drivers),
    }

    def draw() -> dict[str, Any]:
        return {
            title: draw_figure(draw, height=_ROW_HEIGHT * rows + _MARGIN)
            for title, (draw, rows) in drawings.items()
        }

    notes = _write_notes(subject, report)
    return ReportFiles("goals", "Goals", notes, report, tables, named, draw)


def _write_notes(subject: str, report: GoalsReport) -> list[str]:
    partly = int((report.progress["coverage"] < 1 - TINY).sum())
    different = int(report.progress["disagrees"].fillna(False).sum())
    notes = [
        subject,
        "Progress is 100 % at the target. Expected is the share of the days from start to due "
        "date that have passed; ahead is progress minus expected.",
    ]
    if partly:
        verb, their = ("depends", "its") if partly == 1 else ("depend", "their")
        notes.append(
            f"{count_noun(partly, 'goal')} {verb} on work that is not in this report, so {their} "
            f"progress is not computed from it; coverage is the known share of that work."
        )
    if different:
        notes.append(
            f"The progress of {count_noun(different, 'goal')} differs from that of the supporting "
            f"work."
        )
    return notes
