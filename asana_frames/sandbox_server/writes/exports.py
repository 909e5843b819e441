"""Writes that ask for files: exports of a part of the graph, of resources, of everything."""

from __future__ import annotations

import time
from typing import Any

from asana_frames.sandbox_server.checks import must, since_of
from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.files import is_running
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.writes.jobs import start_job
from asana_frames.sandbox_server.writes.talk import require_admin
from asana_frames.sandbox_server.writes.write import Write

_KINDS = ("task", "team", "message")
_MOMENTS = tuple(
    f"{name}.{end}" for name in ("created_at", "modified_at") for end in ("before", "after")
)
_PEOPLE = ("created_by.any", "followers.any", "liked_by.any", "commented_on_by.any")
_OF_TASKS = ("assignee.any", "assigned_by.any")


def create_graph_export(write: Write) -> Object:
    """``POST /exports/graph``: a goal, project, portfolio or team, and what is in it."""
    write.need("parent")
    made = _file(write, "graph_export", _of=write.data["parent"])
    return start_job(write, "graph_export_request", new_graph_export=made)


def create_resource_export(write: Write) -> Object:
    """``POST /exports/resource``: the tasks, teams or messages of a workspace, one at a time."""
    require_admin(write)
    write.need("workspace")
    for job in write.store.all("job"):
        if job["resource_subtype"] == "export_request" and is_running(job):
            raise Refusal(403, "Another export of this workspace is running")
    given: Any = write.data.get("export_request_parameters")
    must(isinstance(given, list) and given, "export_request_parameters", "Missing input")
    made = _file(write, "resource_export", _asked=[_parameter(write, entry) for entry in given])
    return start_job(write, "export_request", new_resource_export=made)


def _parameter(write: Write, entry: Any) -> Object:
    name = "export_request_parameters"
    must(isinstance(entry, dict), name, "Must be objects")
    must(entry.get("resource_type") in _KINDS, name, "Not a valid resource_type")
    filters = entry.get("filters") or {}
    must(isinstance(filters, dict), name, "filters must be an object")
    known: dict[str, Any] = {}
    for key, value in filters.items():
        may = key in _MOMENTS or key in _PEOPLE
        may = may or (entry["resource_type"] == "task" and key in _OF_TASKS)
        must(may and entry["resource_type"] != "team", name, f"Not a valid filter: {key}")
        if key in _MOMENTS:
            known[key] = since_of(key, value)
        else:
            must(isinstance(value, list), key, "Must be a list of IDs")
            known[key] = [write.find(key, gid, "user") for gid in value]
    fields = entry.get("fields") or []
    must(isinstance(fields, list), name, "fields must be a list")
    return {"kind": entry["resource_type"], "filters": known, "fields": ",".join(map(str, fields))}


def create_organization_export(write: Write) -> Object:
    """``POST /organization_exports``."""
    require_admin(write)
    write.need("organization")
    must(write.data["organization"]["is_organization"], "organization", "Is no organization")
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


def _file(write: Write, kind: str, **of: Any) -> Object:
    return write.add(kind, created_at=write.now, download_url=None, _file=False, **of)
