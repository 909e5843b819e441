"""Estimate what a read would take: requests, rows and minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.calls.last_call import record_call
from asana_frames.calls.parsed_call import ParsedCall
from asana_frames.calls.request_builder import CallContext, CallRequest, iterate_parents
from asana_frames.calls.section_split import parse_task_count
from asana_frames.catalog import Operation
from asana_frames.fetch import REFUSALS, ListQuery, fan_out

#: Projects whose tasks are counted; if there are more, a sample stands for all.
_SAMPLE_SIZE = 20
_PAGE_SIZE = 100


def estimate_cost(client: CallContext, call: ParsedCall) -> pd.Series[Any]:
    """Return requests, rows and minutes of a read, as ``Asana.plan`` does."""
    operation = call.operation
    with record_call("plan", client.publish, client.settings):
        requests = call.build_read(client).resolve(call.arguments).requests
        rows = _estimate_rows(client, call, requests)
    limit = call.options.get("limit")
    if limit is not None and rows is not None:
        rows = [min(count, limit) for count in rows]
    pages = len(requests)
    if rows is not None and operation.returns != "one":
        pages = max(pages, sum(max(1, -(-count // _PAGE_SIZE)) for count in rows))
    values = {
        "requests": pages,
        "rows": pd.NA if rows is None else sum(rows),
        "minutes": round(pages / client.http.quota.per_minute(), 2),
    }
    return pd.Series(values, name=operation.name, dtype=object)


def _estimate_rows(
    client: CallContext, call: ParsedCall, requests: Sequence[CallRequest]
) -> list[int] | None:
    """Return about how many rows each request brings, or None if that cannot be known."""
    operation = call.operation
    if operation.returns == "one" or not requests:
        return [1] * len(requests)
    tasks = call.arguments.get("task")
    if operation.id == "getSubtasksForTask" and "num_subtasks" in getattr(tasks, "columns", ()):
        assert isinstance(tasks, pd.DataFrame)  # it has columns
        counts = tasks.drop_duplicates("gid")["num_subtasks"].fillna(0).astype(int)
        return [count for count in counts if count]
    projects = [_find_project(operation, request) for request in requests]
    if None in projects:
        return None
    return _count_tasks(client, [str(project) for project in projects], call.arguments)


def _find_project(operation: Operation, request: CallRequest) -> str | None:
    """Return the project whose tasks a request lists; None if it lists something else."""
    if operation.id not in ("getTasks", "getTasksForProject"):
        return None
    gids = {parameter.argument: gid for parameter, gid in iterate_parents(operation, request)}
    return gids.get("project") if gids.keys() == {"project"} else None


def _count_tasks(
    client: CallContext, projects: Sequence[str], arguments: Mapping[str, Any]
) -> list[int] | None:
    """Return how many tasks each project has, or for many projects the mean of a sample."""
    step = max(1, len(projects) // _SAMPLE_SIZE)
    sample = projects[::step][:_SAMPLE_SIZE]
    field = "num_incomplete_tasks" if arguments.get("completed_since") == "now" else "num_tasks"
    queries = [
        ListQuery(f"/projects/{gid}/task_counts", {"opt_fields": field}, "none") for gid in sample
    ]
    counts = [
        parse_task_count(item.page.body, field) or 0
        for item in fan_out(client.http, queries, skip=REFUSALS)
        if item.page is not None
    ]
    if not counts:
        return None
    if len(counts) == len(projects):
        return counts
    return [round(sum(counts) / len(counts))] * len(projects)
