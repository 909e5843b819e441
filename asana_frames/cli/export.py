"""``asana-frames export``: write resources of a workspace to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pandas as pd

from asana_frames.cli.connection import open_connection, print_failures, with_connection
from asana_frames.cli.errors import Command
from asana_frames.cli.folder import make_folder
from asana_frames.cli.terminal import echo
from asana_frames.exceptions import InvalidArgument
from asana_frames.export import to_csv, to_excel, to_json, to_parquet
from asana_frames.gather.resource import find_reader

_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "csv": to_csv,
    "excel": to_excel,
    "json": to_json,
    "parquet": to_parquet,
}
_SUFFIX = {"excel": "xlsx"}
_DEFAULT = "projects,tasks,users,teams,tags,goals,portfolios,custom_fields,time_tracking_entries"


@with_connection
@click.command("export", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option("--resources", default=_DEFAULT, show_default=True, help="Comma-separated names.")
@click.option("--out", default=".", show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "output", default="csv", show_default=True, type=click.Choice(list(_WRITERS))
)
def export_command(
    workspace: str, resources: str, out: Path, output: str, use_sandbox: bool
) -> None:
    """Write resources of a workspace to files, one file each.

    Tasks are those of the workspace's projects and people, with all their subtasks. Unassigned
    tasks that are in no project are not included.
    """
    names = [name.strip() for name in resources.split(",") if name.strip()]
    if not names:
        raise InvalidArgument("--resources is empty. Try --resources projects,tasks.")
    readers = {name: find_reader(name) for name in names}
    with open_connection(use_sandbox) as asana:
        gid = asana.workspaces.get(workspace, fields=["name"])["gid"].iloc[0]
        folder = make_folder(out)
        for name, read in readers.items():
            frame = read(asana, gid)
            print_failures(asana)
            path = folder / f"{name}.{_SUFFIX.get(output, output)}"
            _WRITERS[output](frame, path)
            echo(f"{len(frame):>8,} rows  {path}", err=True)
