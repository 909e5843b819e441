"""Exports of a part of the graph, of resources, and of the organization."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from asana_frames.sandbox_server.core.access import require_admin
from asana_frames.sandbox_server.core.body_checks import must, parse_moment_or_day
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.lists import FindObject, object_at
from asana_frames.sandbox_server.core.shapes import RecordShape
from asana_frames.sandbox_server.core.store import (
    Object,
    ObjectFactory,
    format_moment,
    workspace_of,
)
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.jobs import is_job_running, start_job

_EXPORT_KINDS = ("task", "team", "message")


_MOMENT_FILTERS = tuple(
    f"{name}.{end}" for name in ("created_at", "modified_at") for end in ("before", "after")
)


_PEOPLE_FILTERS = ("created_by.any", "followers.any", "liked_by.any", "commented_on_by.any")


_TASK_PEOPLE_FILTERS = ("assignee.any", "assigned_by.any")


def create_graph_export(write: WriteContext) -> Object:
    """``POST /exports/graph``: a goal, project, portfolio or team, with its content."""
    write.require("parent")
    made = _add_export(write, "graph_export", _of=write.data["parent"])
    return start_job(write, "graph_export_request", new_graph_export=made)


def create_resource_export(write: WriteContext) -> Object:
    """``POST /exports/resource``: the tasks, teams or messages of a workspace, one at a time."""
    require_admin(write)
    write.require("workspace")
    for job in write.store.all("job"):
        if job["resource_subtype"] == "export_request" and is_job_running(job):
            raise ApiError(403, "Another export of this workspace is running")
    given: Any = write.data.get("export_request_parameters")
    must(isinstance(given, list) and given, "export_request_parameters", "Missing input")
    made = _add_export(
        write,
        "resource_export",
        _asked=[_parse_export_parameters(write, entry) for entry in given],
    )
    return start_job(write, "export_request", new_resource_export=made)


def _parse_export_parameters(write: WriteContext, entry: Any) -> Object:
    name = "export_request_parameters"
    must(isinstance(entry, dict), name, "Must be objects")
    must(entry.get("resource_type") in _EXPORT_KINDS, name, "Not a valid resource_type")
    filters = entry.get("filters") or {}
    must(isinstance(filters, dict), name, "filters must be an object")
    known: dict[str, Any] = {}
    for key, value in filters.items():
        may = key in _MOMENT_FILTERS or key in _PEOPLE_FILTERS
        may = may or (entry["resource_type"] == "task" and key in _TASK_PEOPLE_FILTERS)
        must(may and entry["resource_type"] != "team", name, f"Not a valid filter: {key}")
        if key in _MOMENT_FILTERS:
            known[key] = parse_moment_or_day(key, value)
        else:
            must(isinstance(value, list), key, "Must be a list of IDs")
            known[key] = [write.find(key, gid, "user") for gid in value]
    fields = entry.get("fields") or []
    must(isinstance(fields, list), name, "fields must be a list")
    return {"kind": entry["resource_type"], "filters": known, "fields": ",".join(map(str, fields))}


def create_organization_export(write: WriteContext) -> Object:
    """``POST /organization_exports``."""
    require_admin(write)
    write.require("organization")
    must(write.data["organization"]["is_organization"], "organization", "Not an organization")
    return write.add(
        "organization_export",
        created_at=write.now,
        download_url=None,
        state="pending",
        organization=write.data["organization"],
        _looks=0,
        _started=time.monotonic(),
        _file=False,
    )


def _add_export(write: WriteContext, kind: str, **of: Any) -> Object:
    return write.add(kind, created_at=write.now, download_url=None, _file=False, **of)


def build_organization_export(make: ObjectFactory) -> None:
    """Build an export of the organization that is finished."""
    make.add(
        "organization_export",
        created_at=format_moment(make.now - timedelta(days=3)),
        download_url="https://files.acme.example/export.json.gz",
        state="finished",
        organization=workspace_of(make),
    )


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getOrganizationExport": object_at("organization_export"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createGraphExport": create_graph_export,
    "createResourceExport": create_resource_export,
    "createOrganizationExport": create_organization_export,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "graph_export": RecordShape(compact=("created_at", "download_url", "completed_at")),
    "resource_export": RecordShape(compact=("created_at", "download_url", "completed_at")),
}
