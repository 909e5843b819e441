"""All tasks of a workspace, as far as Asana lists them."""

from __future__ import annotations

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.read import Read
from asana_frames.calls.subject import name_subject
from asana_frames.catalog import load
from asana_frames.display.sentences import count_noun
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

    Asana lists tasks by project or by assignee only. Tasks with neither are found through their
    parents (``subtasks=True``) or with `search`.

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
        Also read the subtasks of these tasks, with one request per task that has subtasks.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    errors
        ``"warn"`` records refused projects and people, ``"raise"`` raises the error.

    Returns
    -------
    DataFrame
        One row per task with the columns of ``tasks.list``; ``project_gids`` and ``assignee_gid``
        say where it was found. ``attrs["asana"]["completeness"]`` describes what is covered.
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
    coverage = _describe_coverage(len(projects), len(people), last.failure_count, subtasks)
    attrs = {"completeness": coverage, **name_subject(workspace)}
    return add_attrs(tasks, last, record="task", **attrs)


def _describe_coverage(projects: int, people: int, failed: int, subtasks: bool) -> str:
    places = count_noun(projects, "project")
    covered = f"Tasks of {places} and of {count_noun(people, 'person', 'people')}"
    below = ", and all their subtasks" if subtasks else ""
    lost = f"; {failed:,} of these could not be read (asana.last.failures)" if failed else ""
    missing = "unassigned tasks in no project"
    if not subtasks:
        missing += ", among them subtasks (subtasks=True reads them),"
    return (
        f"{covered}{below}{lost}; not covered: {missing} and tasks that the token cannot see. "
        f"Projects and people are those that the workspace lists now."
    )
