"""Split a long list of tasks into its sections, which can be read at the same time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from asana_frames.calls.request_builder import CallContext, CallRequest
from asana_frames.catalog import Operation
from asana_frames.exceptions import AsanaError, DeadlineExceeded
from asana_frames.fetch import ListParts, ListQuery, decode_response, fan_out

#: Below this, reading page by page is as fast.
_MIN_TASKS = 1_000
#: Parameters of a task list that work for sections as well.
_SECTION_PARAMS = {"project", "opt_fields", "completed_since", "modified_since", "custom_type"}


class _TaskCounts(msgspec.Struct):
    num_tasks: int | None = None
    num_incomplete_tasks: int | None = None


class _TaskCountsResponse(msgspec.Struct):
    data: _TaskCounts


_counts_decoder = msgspec.json.Decoder(_TaskCountsResponse)


class _SectionRecord(msgspec.Struct):
    gid: str


class _SectionPage(msgspec.Struct):
    data: list[_SectionRecord]


_sections_decoder = msgspec.json.Decoder(_SectionPage)


def plan_section_split(
    client: CallContext, operation: Operation, request: CallRequest
) -> Callable[[bool], ListParts | None] | None:
    """Return a function that splits the list of a request into sections; None if it cannot be.

    Every task of a project is in one of its sections, and the project lists its tasks section
    by section, so the sections in order are the same list. The function takes whether the list
    must be split, because Asana refuses to list the rest of the project.
    """
    if operation.id == "getTasks" and request.params.keys() <= _SECTION_PARAMS:
        project = request.params.get("project")
    elif operation.id == "getTasksForProject":
        project = request.parents[0]
    else:
        project = None
    if project is None or project in client.unsplittable_projects:
        return None
    return partial(_find_sections, client, operation, request, project)


def _find_sections(
    client: CallContext, operation: Operation, request: CallRequest, project: str, forced: bool
) -> ListParts | None:
    try:
        rows = _fetch_task_count(client, request, project)
        if not forced and (rows is None or rows < _MIN_TASKS):
            return None
        sections = _fetch_section_gids(client, project)
    except DeadlineExceeded:
        raise
    except AsanaError:
        # Without permission to count tasks or see sections, read page by page.
        return None
    if len(sections) < 2:
        return None
    queries = [_build_section_query(client, operation, request, section) for section in sections]
    return ListParts(tuple(queries), rows, partial(_recount_tasks, client, request, project))


def _recount_tasks(client: CallContext, request: CallRequest, project: str) -> int | None:
    """Return how many tasks the list has by now; None if that cannot be found out."""
    try:
        return _fetch_task_count(client, request, project)
    except DeadlineExceeded:
        raise
    except AsanaError:
        return None


def _fetch_task_count(client: CallContext, request: CallRequest, project: str) -> int | None:
    """Return how many tasks the list has; None if Asana does not count them."""
    since = request.params.get("completed_since")
    if (since not in (None, "now")) or request.params.keys() & {"modified_since", "custom_type"}:
        return None
    field = "num_tasks" if since is None else "num_incomplete_tasks"
    path, params = f"/projects/{project}/task_counts", {"opt_fields": field}
    name = "projects.get_task_counts"
    body = client.http.request("GET", path, params, asked=name, check=_counts_decoder.decode).body
    return parse_task_count(body, field)


def parse_task_count(body: bytes, field: str) -> int | None:
    """Return a field of a response to ``GET /projects/{project_gid}/task_counts``."""
    found: int | None = getattr(
        decode_response(_counts_decoder, body, "projects.get_task_counts").data, field
    )
    return found


def _fetch_section_gids(client: CallContext, project: str) -> list[str]:
    query = ListQuery(f"/projects/{project}/sections", {"opt_fields": "gid"})
    return [
        section.gid
        for listing in fan_out(client.http, [query])
        if listing.page is not None
        for section in decode_response(_sections_decoder, listing.page.body, "sections.list").data
    ]


def _build_section_query(
    client: CallContext, operation: Operation, request: CallRequest, section: str
) -> ListQuery:
    params = {name: value for name, value in request.params.items() if name != "project"}
    path = f"/sections/{section}/tasks"
    if operation.id == "getTasks":
        path, params = "/tasks", {**params, "section": section}
    return ListQuery(path, params, operation.paging, asked=operation.name)
