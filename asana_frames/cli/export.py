"""``asana-frames export``: resources of a workspace as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pandas as pd

from asana_frames import gather
from asana_frames.asana import Asana
from asana_frames.catalog import load
from asana_frames.cli.connection import connected, tell_failures, with_sandbox
from asana_frames.cli.errors import Command
from asana_frames.cli.folder import made_folder
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.export import to_csv, to_excel, to_json, to_parquet

_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "csv": to_csv,
    "excel": to_excel,
    "json": to_json,
    "parquet": to_parquet,
}
_SUFFIX = {"excel": "xlsx"}
_DEFAULT = "projects,tasks,users,teams,tags,goals,portfolios,custom_fields,time_tracking_entries"
#: Earlier than Asana, so that every entry lies after it.
_FIRST_DAY = "2000-01-01"

#: Resources whose list wants more than the workspace.
_READERS: dict[str, Callable[[Asana, str], pd.DataFrame]] = {
    "tasks": lambda asana, gid: gather.all_tasks(asana, gid, subtasks=True),
    "sections": lambda asana, gid: asana.sections.list_for_project(
        asana.projects.list(workspace=gid)
    ),
    "stories": lambda asana, gid: gather.stories(
        asana, gather.all_tasks(asana, gid, subtasks=True, fields=["num_subtasks"])
    ),
    "portfolios": lambda asana, gid: asana.portfolios.list(workspace=gid, owner="me"),
    "portfolio_memberships": lambda asana, gid: asana.portfolio_memberships.list(
        portfolio=asana.portfolios.list(workspace=gid, owner="me")
    ),
    "team_memberships": lambda asana, gid: asana.team_memberships.list(
        team=asana.teams.list_for_workspace(gid)
    ),
    "goal_relationships": lambda asana, gid: asana.goal_relationships.list(
        supported_goal=asana.goals.list(workspace=gid)
    ),
    "status_updates": lambda asana, gid: asana.status_updates.list(
        parent=asana.projects.list(workspace=gid)
    ),
    "time_tracking_entries": lambda asana, gid: asana.time_tracking_entries.list(
        workspace=gid, entered_on_start_date=_FIRST_DAY
    ),
    "workspaces": lambda asana, gid: asana.workspaces.get(gid),
}


@click.command("export", cls=Command)
@click.option("--workspace", required=True, help="Name, gid or URL.")
@click.option("--resources", default=_DEFAULT, show_default=True, help="Names joined by commas.")
@click.option("--out", default=".", show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "output", default="csv", show_default=True, type=click.Choice(list(_WRITERS))
)
@with_sandbox
def export_command(
    workspace: str, resources: str, out: Path, output: str, use_sandbox: bool
) -> None:
    """Write resources of a workspace as files, one each.

    Tasks are those of the workspace's projects and people, and all their subtasks; unassigned
    tasks in no project are not among them.
    """
    names = [name.strip() for name in resources.split(",") if name.strip()]
    if not names:
        raise InvalidArgument("--resources names nothing. Try --resources projects,tasks.")
    readers = {name: reader_of(name) for name in names}
    with connected(use_sandbox) as asana:
        gid = asana.workspaces.get(workspace, fields=["name"])["gid"].iloc[0]
        folder = made_folder(out)
        for name, read in readers.items():
            frame = read(asana, gid)
            tell_failures(asana)
            path = folder / f"{name}.{_SUFFIX.get(output, output)}"
            _WRITERS[output](frame, path)
            click.echo(f"{len(frame):>8,} rows  {path}", err=True)


def reader_of(name: str) -> Callable[[Asana, str], pd.DataFrame]:
    """Return what reads all of a resource in a workspace.

    Raises
    ------
    InvalidArgument
        There is no such resource, or it is listed by something other than the workspace.
    """
    load().resource(name)
    if name in _READERS:
        return _READERS[name]
    method = _lister(name)
    if method is not None:
        return lambda asana, gid: getattr(asana[name], method)(workspace=gid)
    known = [r.name for r in load().resources if r.name in _READERS or _lister(r.name)]
    raise InvalidArgument(
        f"{name} cannot be listed for a whole workspace.{suggest_names(name, known)} "
        f"These can: {', '.join(known)}."
    )


def _lister(resource: str) -> str | None:
    """Return the method that lists a resource by nothing but the workspace, if there is one."""
    for operation in load().operations_of(resource):
        arguments = {p.argument for p in operation.parameters}
        required = {p.argument for p in operation.parameters if p.required}
        lists = operation.method in ("list", "list_for_workspace")
        if lists and "workspace" in arguments and required <= {"workspace"}:
            return operation.method
    return None
