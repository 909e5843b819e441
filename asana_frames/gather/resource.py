"""All objects of one resource in a workspace, for exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from asana_frames.asana import Asana, check_connection
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument, InvalidRequest, suggest_names
from asana_frames.fetch import is_set_too_large
from asana_frames.gather.all_tasks import all_tasks
from asana_frames.gather.shared import resolve_workspace
from asana_frames.gather.stories import stories
from asana_frames.gather.time_entries import time_entries
from asana_frames.types import Ref

#: Reads all objects of a resource, given the gid of a workspace.
Reader = Callable[[Asana, str], pd.DataFrame]

#: Before Asana existed, so that no entry is earlier.
_FIRST_DAY = dt.date(2000, 1, 1)
#: Entries can be dated in the future.
_DAYS_AHEAD = dt.timedelta(days=366)


def resource(asana: Asana, workspace: Ref, name: str) -> pd.DataFrame:
    """Read all objects of one resource in a workspace.

    Tasks are those of the workspace's projects and people, and all their subtasks; stories are
    those of these tasks; portfolios are your own, because Asana lists no others.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    name
        Name of the resource, such as ``"tasks"``, ``"stories"``, ``"goal_relationships"``.

    Returns
    -------
    DataFrame
        One row per object, with the columns of the resource's ``list``. Source: the list
        operation of the resource; for those below projects, tasks, teams, goals or portfolios
        these are listed first.

    Raises
    ------
    InvalidArgument
        There is no such resource, or it cannot be listed for a whole workspace.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> len(resource(asana, "Acme", "users")) == len(asana.users.list(workspace="Acme"))
    True
    """
    check_connection(asana, what="gather.resource")
    read = find_reader(name)
    return read(asana, resolve_workspace(asana, workspace))


def find_reader(name: str) -> Reader:
    """Find the function that reads all objects of a resource.

    Raises
    ------
    InvalidArgument
        There is no such resource, or it cannot be listed for a whole workspace.
    """
    load().resource(name)
    if name in _READERS:
        return _READERS[name]
    method = _find_workspace_method(name)
    if method is not None:
        return lambda asana, gid: getattr(asana[name], method)(workspace=gid)
    known = [
        r.name for r in load().resources if r.name in _READERS or _find_workspace_method(r.name)
    ]
    raise InvalidArgument(
        f"{name} cannot be listed for a whole workspace.{suggest_names(name, known)} "
        f"Use one of {', '.join(known)}."
    )


def _find_workspace_method(name: str) -> str | None:
    """Find the method that lists a resource by workspace alone; None if there is none."""
    for operation in load().operations_of(name):
        arguments = {p.argument for p in operation.parameters}
        required = {p.argument for p in operation.parameters if p.required}
        is_list = operation.method in ("list", "list_for_workspace")
        if is_list and "workspace" in arguments and required <= {"workspace"}:
            return operation.method
    return None


def _read_all_entries(asana: Asana, gid: str) -> pd.DataFrame:
    """Read all time tracking entries, in windows if one list is too large."""
    try:
        return asana.time_tracking_entries.list(workspace=gid, entered_on_start_date=_FIRST_DAY)
    except InvalidRequest as error:
        if not is_set_too_large(error):
            raise
    return time_entries(asana, gid, _FIRST_DAY, dt.datetime.now(dt.UTC).date() + _DAYS_AHEAD)


#: Resources that cannot be listed by the workspace alone.
_READERS: dict[str, Reader] = {
    "tasks": lambda asana, gid: all_tasks(asana, gid, subtasks=True),
    "sections": lambda asana, gid: asana.sections.list_for_project(
        asana.projects.list(workspace=gid)
    ),
    "stories": lambda asana, gid: stories(
        asana, all_tasks(asana, gid, subtasks=True, fields=["num_subtasks"])
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
    "time_tracking_entries": _read_all_entries,
    "workspaces": lambda asana, gid: asana.workspaces.get(gid),
}
