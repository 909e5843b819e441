"""``asana-frames report goals``: how far they are."""

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
    from matplotlib.figure import Figure

#: Inches of a row of a chart, and of what is around them.
_ROW, _AROUND = 0.36, 1.6


class _Read(NamedTuple):
    """What Asana tells about goals."""

    goals: pd.DataFrame
    relationships: pd.DataFrame
    counts: pd.DataFrame
    tasks: pd.DataFrame
    updates: pd.DataFrame
    stories: pd.DataFrame


@click.command("goals", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option(
    "--now", type=click.DateTime(["%Y-%m-%d"]), help="The day to look from, in UTC; else today."
)
@with_files
@with_sandbox
def goals_command(workspace: str, now: Any, formats: str, out: Path, use_sandbox: bool) -> None:
    """Report how far goals are, how far they should be, and what supports them."""
    writers = writers_of(formats)
    with connected(use_sandbox) as asana:
        read = _read(asana, workspace)
    write(_made(workspace, read, parse_moment(now)), writers, out)


def _read(asana: Asana, workspace: str) -> _Read:
    goals = asana.goals.list(workspace=workspace)
    relationships = asana.goal_relationships.list(supported_goal=goals)
    work = {
        kind: relationships.loc[
            relationships["supporting_resource_resource_type"] == kind, "supporting_resource_gid"
        ].unique()
        for kind in ("project", "task")
    }
    counts = asana.projects.get_task_counts(list(work["project"]))
    tell_failures(asana)
    tasks = asana.tasks.get(list(work["task"]), fields=["name", "completed"])
    tell_failures(asana)
    updates = asana.status_updates.list(parent=goals)
    return _Read(goals, relationships, counts, tasks, updates, asana.stories.list_for_goal(goals))


def _made(workspace: str, read: _Read, now: pd.Timestamp) -> Report:
    """Return the tables and charts."""
    more: Any = {"counts": read.counts, "tasks": read.tasks}
    progress = rollups.goal_progress(read.goals, read.relationships, now, **more)
    tree = rollups.goal_tree(read.goals, read.relationships, now, **more)
    history = rollups.goal_history(read.goals, read.updates, read.stories, now)
    day = resolve_today(now)
    tables = {"Progress": progress, "Tree": tree, "Time": _dates(progress), "History": history}
    rows = {"Progress": len(progress), "Tree": len(tree), "Time": len(progress)}
    draw = {
        "Progress": partial(_progress, progress),
        "Tree": partial(_tree, tree),
        "Time": partial(_timeline, progress, day),
        "History": partial(_history, history),
    }
    rows["History"] = 2 * len(progress)
    figures: dict[str, Figure] = {
        name: draw_figure(draw[name], height=_ROW * rows[name] + _AROUND) for name in draw
    }
    return Report("goals", "Goals", _notes(workspace, progress, day), tables, figures)


def _dates(progress: pd.DataFrame) -> pd.DataFrame:
    columns = ["gid", "name", "status", "start_on", "due_on", "expected", "progress", "ahead"]
    return progress[columns].sort_values(["due_on", "start_on"], kind="stable", ignore_index=True)


def _notes(workspace: str, progress: pd.DataFrame, day: pd.Timestamp) -> list[str]:
    behind = int((progress["ahead"] < 0).sum())
    apart = int(progress["disagrees"].fillna(False).sum())
    notes = [
        f"{workspace}, {day:%Y-%m-%d}: {len(progress):,} goals, {behind:,} of them behind.",
        "Progress is 1 at the target. Expected is the share of the days from start to due that "
        "are over; ahead is progress less that.",
    ]
    if apart:
        notes.append(f"Of {apart:,} goals, what supports them adds up to another progress.")
    return notes


def _progress(progress: pd.DataFrame, ax: Axes) -> None:
    charts.goal_progress(progress, ax=ax)


def _tree(tree: pd.DataFrame, ax: Axes) -> None:
    charts.goal_tree(tree, ax=ax)


def _timeline(progress: pd.DataFrame, day: pd.Timestamp, ax: Axes) -> None:
    charts.goal_timeline(progress, now=day, ax=ax)


def _history(history: pd.DataFrame, ax: Axes) -> None:
    charts.goal_history(history, ax=ax)
