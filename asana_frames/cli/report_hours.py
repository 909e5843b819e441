"""``asana-frames report hours``: tracked hours by keys and period."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

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
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.equal_names import disambiguate_frames
from asana_frames.gather.entry_places import parse_hour_keys
from asana_frames.gather.hours_report import HoursReport, write_keys
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.time.attribution import Attribution

#: Beginning of a period -> its name.
_PERIODS = {
    "D": "day",
    "W": "week",
    "4W": "four weeks",
    "SMS": "half month",
    "MS": "month",
    "QS": "quarter",
    "YS": "year",
}
#: Height of a chart, in inches.
_HEIGHT = 4.5
#: Attribution -> its description in the notes.
_ATTRIBUTIONS: dict[str, str] = {
    "asana": "the one that it is attributable to in Asana, or none",
    "asana_or_first": "the one that it is attributable to in Asana, or else the first",
    "first": "the first",
    "split": "all of them in equal parts",
}


@with_connection
@click.command("hours", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; by default the first day of the week 12 weeks before the last day.",
)
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day; --now if not given."
)
@with_now(
    "The present day (UTC), also where --to is earlier: the last day unless --to is given; later "
    "hours do not count, and a week that it is in is not over"
)
@click.option("--by", default="person,project", show_default=True, help="Comma-separated keys.")
@click.option(
    "--every",
    default="W",
    show_default=True,
    metavar="PERIOD",
    help="D (day), W or W-SUN (week), 4W, SMS-16 (half month), MS (month), QS or QS-FEB "
    "(quarter), YS or YS-JUL (year).",
)
@click.option(
    "--attribution",
    default="asana_or_first",
    show_default=True,
    type=click.Choice(get_args(Attribution)),
    help="Which project the time of a task in several projects counts towards.",
)
@with_files
def hours_command(
    workspace: str,
    start: datetime | None,
    end: datetime | None,
    now: datetime | None,
    by: str,
    every: Every,
    attribution: Attribution,
    formats: str,
    out: Path | None,
    use_sandbox: bool,
) -> None:
    """Report tracked hours by keys and period; of the last twelve weeks if no days are given.

    Keys: person, project, section, team, task, root_task, category, billable, approval_status;
    task_<column> and project_<column> for any other column of tasks and projects, such as
    "task_cf_Priority". Each task with time on these days is read by a request of its own, so that
    time on subtasks counts towards the right project.
    """
    names = [name.strip() for name in by.split(",") if name.strip()]
    if not names:
        raise InvalidArgument("--by is empty. Try --by person,project.")
    keys = parse_hour_keys(names)
    chosen = parse_formats(formats)
    with open_connection(use_sandbox, now) as asana:
        report = gather.hours_report(
            asana,
            workspace,
            start,
            end,
            by=keys,
            every=every,
            attribution=attribution,
            now=now,
        )
        print_failures(asana)
    write_report(_build_files(workspace, report, every, attribution), chosen, out)


def _build_files(
    workspace: str, report: HoursReport, every: Every, attribution: Attribution
) -> ReportFiles:
    """Draw the charts of the report and title its tables."""
    period = _PERIODS[every.partition("-")[0]]
    words = write_keys(report.by_key)
    titles = {key: f"By {text} and {period}" for key, text in words.items()}
    tables = {title: report.wide[key] for key, title in titles.items()}
    tables |= {"Hours": report.hours, "Entries": report.entries}
    named = disambiguate_frames({**tables, **report.by_key})

    def draw() -> dict[str, Any]:
        return {
            title: draw_figure(partial(charts.hours, named[key]), height=_HEIGHT)
            for key, title in titles.items()
        }

    notes = _write_notes(workspace, report, attribution)
    return ReportFiles("hours", "Tracked hours", notes, report, tables, named, draw)


def _write_notes(workspace: str, report: HoursReport, attribution: Attribution) -> list[str]:
    return [
        write_head(report, workspace),
        "Days are the days that time was entered for, without a time zone.",
        f"Time of a task in several projects counts towards {_ATTRIBUTIONS[attribution]}.",
    ]
