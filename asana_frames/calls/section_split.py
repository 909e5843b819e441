"""A long list of tasks, read by sections that can be read at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from asana_frames.calls.request_builder import CallContext, CallRequest
from asana_frames.catalog import Operation
from asana_frames.exceptions import AsanaError
from asana_frames.fetch import ListParts, ListQuery, decode_json, fan_out

#: Fewer tasks are read page by page as fast as by sections.
_MIN_TASKS = 1_000
#: Filters that sections take as projects do.
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
    """Return what finds the sections that hold what a request lists, or None.

    Every task of a project is in one of its sections, and the project lists them section by
    section, so the sections one after the other are the same list. What finds them is told
    whether they must be found, because Asana lists no more of the project itself.
    """
    if operation.id == "getTasks" and request.params.keys() <= _SECTION_PARAMS:
        project = request.params.get("project")
    elif operation.id == "getTasksForProject":
        project = request.parents[0]
    else:
        project = None
    if project is None or project in client.undivided:
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
    except AsanaError:
        # Whoever may not count the tasks or see the sections reads page by page.
        return None
    if len(sections) < 2:
        return None
    queries = [_build_section_query(client, operation, request, section) for section in sections]
    return ListParts(tuple(queries), rows)


def _fetch_task_count(client: CallContext, request: CallRequest, project: str) -> int | None:
    """Return how many tasks there must be, where Asana can say."""
    since = request.params.get("completed_since")
    if (since not in (None, "now")) or request.params.keys() & {"modified_since", "custom_type"}:
        return None
    field = "num_tasks" if since is None else "num_incomplete_tasks"
    path, params = f"/projects/{project}/task_counts", {"opt_fields": field}
    asked = "projects.get_task_counts"
    body = client.http.request("GET", path, params, asked=asked, check=_counts_decoder.decode).body
    return parse_task_count(body, field)


def parse_task_count(body: bytes, field: str) -> int | None:
    """Return a field of what ``GET /projects/{project_gid}/task_counts`` answered."""
    found: int | None = getattr(
        decode_json(_counts_decoder, body, "projects.get_task_counts").data, field
    )
    return found


def _fetch_section_gids(client: CallContext, project: str) -> list[str]:
    query = ListQuery(f"/projects/{project}/sections", {"opt_fields": "gid"})
    return [
        section.gid
        for listing in fan_out(client.http, [query])
        if listing.page is not None
        for section in decode_json(_sections_decoder, listing.page.body, "sections.list").data
    ]


def _build_section_query(
    client: CallContext, operation: Operation, request: CallRequest, section: str
) -> ListQuery:
    params = {name: value for name, value in request.params.items() if name != "project"}
    path = f"/sections/{section}/tasks"
    if operation.id == "getTasks":
        path, params = "/tasks", {**params, "section": section}
    return ListQuery(path, params, operation.paging, asked=operation.name)
