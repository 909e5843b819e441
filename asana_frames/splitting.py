"""A long list of tasks, read by sections that can be read at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from asana_frames.asking import Client, Request
from asana_frames.catalog import Operation
from asana_frames.exceptions import AsanaError
from asana_frames.fetch import Parts, Query, decoded, fan_out

#: Fewer tasks are read page by page as fast as by sections.
_WORTH = 1_000
#: Filters that sections take as projects do.
_KEPT = {"project", "opt_fields", "completed_since", "modified_since", "custom_type"}


class _Counts(msgspec.Struct):
    num_tasks: int | None = None
    num_incomplete_tasks: int | None = None


class _CountsAnswer(msgspec.Struct):
    data: _Counts


_counts = msgspec.json.Decoder(_CountsAnswer)


class _Section(msgspec.Struct):
    gid: str


class _Sections(msgspec.Struct):
    data: list[_Section]


_listed = msgspec.json.Decoder(_Sections)


def splitter_of(
    client: Client, operation: Operation, request: Request
) -> Callable[[bool], Parts | None] | None:
    """Return what finds the sections that hold what a request lists, or None.

    Every task of a project is in one of its sections, and the project lists them section by
    section, so the sections one after the other are the same list. What finds them is told
    whether they must be found, because Asana lists no more of the project itself.
    """
    if operation.id == "getTasks" and request.params.keys() <= _KEPT:
        project = request.params.get("project")
    elif operation.id == "getTasksForProject":
        project = request.parents[0]
    else:
        project = None
    if project is None or project in client.undivided:
        return None
    return partial(_parts, client, operation, request, project)


def _parts(
    client: Client, operation: Operation, request: Request, project: str, forced: bool
) -> Parts | None:
    try:
        rows = _count(client, request, project)
        if not forced and (rows is None or rows < _WORTH):
            return None
        sections = _sections(client, project)
    except AsanaError:
        # Whoever may not count the tasks or see the sections reads page by page.
        return None
    if len(sections) < 2:
        return None
    queries = [_query(client, operation, request, section) for section in sections]
    return Parts(tuple(queries), rows)


def _count(client: Client, request: Request, project: str) -> int | None:
    """Return how many tasks there must be, where Asana can say."""
    since = request.params.get("completed_since")
    if (since not in (None, "now")) or request.params.keys() & {"modified_since", "custom_type"}:
        return None
    field = "num_tasks" if since is None else "num_incomplete_tasks"
    path, params = f"/projects/{project}/task_counts", {"opt_fields": field}
    asked = "projects.get_task_counts"
    body = client.http.request("GET", path, params, asked=asked, check=_counts.decode).body
    return counted(body, field)


def counted(body: bytes, field: str) -> int | None:
    """Return a field of what ``GET /projects/{project_gid}/task_counts`` answered."""
    found: int | None = getattr(decoded(_counts, body, "projects.get_task_counts").data, field)
    return found


def _sections(client: Client, project: str) -> list[str]:
    query = Query(f"/projects/{project}/sections", {"opt_fields": "gid"})
    return [
        section.gid
        for listing in fan_out(client.http, [query])
        if listing.page is not None
        for section in decoded(_listed, listing.page.body, "sections.list").data
    ]


def _query(client: Client, operation: Operation, request: Request, section: str) -> Query:
    params = {name: value for name, value in request.params.items() if name != "project"}
    path = f"/sections/{section}/tasks"
    if operation.id == "getTasks":
        path, params = "/tasks", {**params, "section": section}
    return Query(path, params, operation.paging, asked=operation.name)
