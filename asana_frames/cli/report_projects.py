"""``asana-frames report projects``: how they are going."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import pandas as pd

from asana_frames import charts, rollups
from asana_frames.asana import Asana
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.connection import connected, tell_failures, with_sandbox
from asana_frames.cli.errors import Command
from asana_frames.cli.reports import Report, with_files, write, writers_of
from asana_frames.rollups.shared.moments import parse_moment, resolve_today

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches of a row of a chart, of what is around them, and of a chart over time.
_ROW, _AROUND, _HEIGHT = 0.36, 1.6, 4.5


class _Read(NamedTuple):
    """What Asana tells about projects."""

    projects: pd.DataFrame
    tasks: pd.DataFrame
    statuses: pd.DataFrame


@click.command("projects", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option("--archived", is_flag=True, help="Archived projects too.")
@click.option(
    "--now", type=click.DateTime(["%Y-%m-%d"]), help="The day to look from, in UTC; else today."
)
@with_files
@with_sandbox
def projects_command(
    workspace: str, archived: bool, now: Any, formats: str, out: Path, use_sandbox: bool
) -> None:
    """Report how projects are going: done, late, last status; flow of their tasks."""
    writers = writers_of(formats)
    with connected(use_sandbox) as asana:
        read = _read(asana, workspace, archived)
    write(_made(workspace, read, parse_moment(now)), writers, out)


def _read(asana: Asana, workspace: str, archived: bool) -> _Read:
    projects = asana.projects.list(workspace=workspace, archived=None if archived else False)
    tasks = asana.tasks.list(project=projects)
    tell_failures(asana)
    # Subtasks that are not in a project themselves belong to no project's count.
    statuses = asana.status_updates.list(parent=projects)
    tell_failures(asana)
    return _Read(projects, tasks, statuses)


def _made(workspace: str, read: _Read, now: pd.Timestamp) -> Report:
    """Return the tables and charts."""
    portfolio = rollups.portfolio(read.projects, read.tasks, read.statuses, now)
    tables = {
        "Projects": portfolio,
        "Statuses": read.statuses,
        "Burn-up": rollups.burnup(read.tasks, "W"),
        "Throughput": rollups.throughput(read.tasks, "W"),
        "Lead times": rollups.lead_times(read.tasks),
        "Aging": rollups.aging(read.tasks, now),
        "Quality": rollups.quality(read.tasks, now),
    }
    rows = _ROW * len(portfolio) + _AROUND
    figures = {
        "Projects": draw_figure(partial(_projects, portfolio), height=rows),
        "Statuses": draw_figure(partial(_statuses, read.statuses), height=rows),
        "Burn-up": draw_figure(partial(_burnup, tables["Burn-up"]), height=_HEIGHT),
        "Throughput": draw_figure(partial(_throughput, tables["Throughput"]), height=_HEIGHT),
        "Lead times": draw_figure(partial(_lead_times, tables["Lead times"]), height=_HEIGHT),
        "Aging": draw_figure(partial(_aging, tables["Aging"]), height=_HEIGHT),
    }
    return Report("projects", "Projects", _notes(workspace, portfolio, now), tables, figures)


def _notes(workspace: str, portfolio: pd.DataFrame, now: pd.Timestamp) -> list[str]:
    behind = int(portfolio["is_behind"].fillna(False).sum())
    return [
        f"{workspace}, {resolve_today(now):%Y-%m-%d}: {len(portfolio):,} projects, "
        f"{behind:,} behind; "
        f"{int(portfolio['overdue'].sum()):,} tasks overdue.",
        "A project is behind where its done share is more than 10 points less than the share of "
        "its days that are over. A task in several projects counts in each of them.",
    ]


def _projects(portfolio: pd.DataFrame, ax: Axes) -> None:
    charts.portfolio(portfolio, ax=ax)


def _statuses(statuses: pd.DataFrame, ax: Axes) -> None:
    charts.status_timeline(statuses, ax=ax)


def _burnup(burnup: pd.DataFrame, ax: Axes) -> None:
    charts.burnup(burnup, ax=ax)


def _throughput(throughput: pd.DataFrame, ax: Axes) -> None:
    charts.throughput(throughput, ax=ax)


def _lead_times(lead_times: pd.DataFrame, ax: Axes) -> None:
    charts.lead_times(lead_times, ax=ax)


def _aging(aging: pd.DataFrame, ax: Axes) -> None:
    charts.aging(aging, ax=ax)
