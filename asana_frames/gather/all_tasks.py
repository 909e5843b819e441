"""All tasks of a workspace, as far as Asana lists them."""

from __future__ import annotations

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.read import Read
from asana_frames.catalog import load
from asana_frames.frames import concatenate
from asana_frames.gather.shared import add_attrs, record_gather, resolve_workspace
from asana_frames.gather.subtasks import subtasks as read_subtasks
from asana_frames.types import Errors, Fields, Ref, When


def all_tasks(
    asana: Asana,
    workspace: Ref,
    *,
    completed_since: When | None = None,
    subtasks: bool = False,
    fields: Fields = None,
    errors: Errors = "warn",
) -> pd.DataFrame:
    """Read all tasks of a workspace: those of its projects and those of its people.

    Asana lists tasks by project or by assignee, and no others; what is in no project and has no
    assignee is found through its parent (``subtasks=True``) or by `search`.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    completed_since
        Only tasks that are incomplete or were completed since then; ``"now"`` for incomplete
        ones.
    subtasks
        Read the subtasks of all of them too, a request for each task that has some.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    errors
        ``"warn"`` records projects and people that are refused, ``"raise"`` stops.

    Returns
    -------
    DataFrame
        One row per task with the columns of ``tasks.list``; ``project_gids`` and ``assignee_gid``
        say where it was found. ``attrs["asana"]["completeness"]`` says in words what is covered.
        Sources: ``GET /projects``, ``GET /users``, ``GET /tasks``,
        ``GET /tasks/{task_gid}/subtasks``.

    Examples
    --------
    >>> import asana_frames as af
    >>> tasks = all_tasks(af.sandbox(), "Acme")
    >>> tasks["gid"].is_unique
    True
    >>> tasks.attrs["asana"]["completeness"].partition(";")[0]
    'Tasks of 12 projects and of 24 people'
    """
    found: list[pd.DataFrame] = []
    with record_gather(asana, "all_tasks", found) as last:
        gid = resolve_workspace(asana, workspace)
        projects = asana.projects.list(workspace=gid, fields=["name"])
        people = asana.users.list(workspace=gid, fields=["name"])
        read = Read(asana, load().operation("getTasks"), fields, None, errors)
        since = {"completed_since": completed_since}
        tasks = read.fetch_frame(
            {"project": projects, **since}, {"assignee": people, "workspace": gid, **since}
        )
        last.add_failures(asana.last)
        if subtasks:
            found.append(tasks)
            below = read_subtasks(asana, tasks, fields=fields)
            last.add_failures(asana.last)
            tasks = concatenate([tasks, below.drop(columns=["root_gid", "depth", "path"])])
    said = _describe_coverage(len(projects), len(people), last.failure_count, subtasks)
    return add_attrs(tasks, last, record="task", completeness=said)


def _describe_coverage(projects: int, people: int, failed: int, subtasks: bool) -> str:
    covered = f"Tasks of {projects:,} projects and of {people:,} people"
    below = ", and all their subtasks" if subtasks else ""
    lost = f"; {failed:,} of these could not be read (asana.last.failures)" if failed else ""
    missing = "unassigned tasks in no project"
    if not subtasks:
        missing += ", among them subtasks (subtasks=True reads them),"
    return (
        f"{covered}{below}{lost}; not covered: {missing} and what the token may not see. "
        f"Projects and people are those the workspace lists now."
    )
