"""``asana-frames demo``: read the sandbox and write tables and charts as files."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import click
import pandas as pd

import asana_frames as af
from asana_frames import charts, export, gather
from asana_frames._files import replace_file
from asana_frames._optional import quote_python
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.cli.errors import Command
from asana_frames.cli.folder import make_folder
from asana_frames.cli.terminal import echo
from asana_frames.sandbox_server import TOKEN, serve


@click.command("demo", cls=Command)
@click.option(
    "--out", default="asana-frames-demo", show_default=True, type=click.Path(path_type=Path)
)
def demo_command(out: Path) -> None:
    """Read the sandbox over HTTP and write typed CSV files, a rollup and charts."""
    folder = make_folder(out)
    with serve() as server, af.connect(TOKEN, base_url=server.url) as asana:
        projects = asana.projects.list(workspace="Acme")
        tasks = asana.tasks.list(project=projects)
        hours = gather.hours_report(asana, "Acme", "2025-01-01", by="person", every="W")
        goals = gather.goals_report(asana, "Acme")
    frames = {
        "projects": projects,
        "tasks": tasks,
        "time_tracking_entries": hours.tracked,
        "goals": goals.goals,
        "hours_by_person_and_week": hours.hours,
    }
    for name, frame in frames.items():
        export.to_csv(frame, folder / f"{name}.csv")
    height = 0.36 * len(goals.progress) + 1.2
    pictures = {
        "hours_by_person_and_week": draw_figure(partial(charts.hours, hours.hours), height=4.5),
        "goal_progress": draw_figure(partial(charts.goal_progress, goals.progress), height=height),
    }
    for name, figure in pictures.items():
        with replace_file(folder / f"{name}.png") as part:
            figure.savefig(part, dpi=120, format="png")
    _print_summary(frames, list(pictures), folder)


def _print_summary(frames: dict[str, pd.DataFrame], pictures: list[str], folder: Path) -> None:
    hours = frames["hours_by_person_and_week"]
    totals = hours.groupby("person_name")["hours"].sum().sort_values(ascending=False)
    echo("Tracked hours of the top five people:\n")
    for name, total in totals.head(5).items():
        echo(f"  {name:<20}{total:>8.1f}")
    echo(f"\nFiles in {folder}:\n")
    for name, frame in frames.items():
        echo(f"  {name + '.csv':<30}{len(frame):>7,} rows {len(frame.columns):>4} columns")
    for name in pictures:
        echo(f"  {name}.png")
    code = "import asana_frames as af; print(af.sandbox())"
    echo(f"\nTry it yourself: {quote_python()} -c {shlex.quote(code)}")
