"""What a read would take, before it is made; and reads in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.calls.last_call import record_call
from asana_frames.calls.read import Read
from asana_frames.calls.request_builder import CallContext, CallRequest, reference_parameters
from asana_frames.calls.resource import Resource
from asana_frames.calls.section_split import parse_task_count
from asana_frames.catalog import Operation, load
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch import REFUSALS, ListQuery, fan_out

#: Projects whose tasks are counted; of more, some stand for all.
_SAMPLE_SIZE = 20
_PAGE_SIZE = 100


class ParsedCall(NamedTuple):
    """What a method of a resource was asked for."""

    operation: Operation
    arguments: Mapping[str, Any]
    options: Mapping[str, Any]


class _CallParser:
    """Stands in for a resource and tells what its method would have done."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _read(self, operation_id: str, arguments: Mapping[str, Any], **options: Any) -> ParsedCall:
        return ParsedCall(load().operation(operation_id), arguments, options)

    def _write(self, operation_id: str, *_: Any, **__: Any) -> ParsedCall:
        name = load().operation(operation_id).name
        raise InvalidArgument(f"{name} writes; this takes a method that reads: asana.tasks.list.")

    _do = _write


def parse_call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> ParsedCall:
    """Return what a call of a resource's method asks for; nothing is sent.

    Raises
    ------
    InvalidArgument
        It is no method of a resource, or one that writes.
    """
    owner, function = getattr(method, "__self__", None), getattr(method, "__func__", None)
    if not isinstance(owner, Resource) or function is None:
        raise InvalidArgument(
            "The first argument is a method, without parentheses: asana.tasks.list."
        )
    found = function(_CallParser(owner.name), *args, **kwargs)
    if not isinstance(found, ParsedCall):
        raise InvalidArgument(f"{method.__name__} of asana.{owner.name} asks Asana for nothing.")
    return found


def build_read(client: CallContext, asked: ParsedCall) -> Read:
    """Return the read that was asked for."""
    options = {"fields": None, "limit": None, "errors": "warn", **asked.options}
    return Read(client, asked.operation, **options)


def estimate_cost(client: CallContext, asked: ParsedCall) -> pd.Series[Any]:
    """Return requests, rows and minutes of a read, as ``Asana.plan`` does."""
    operation = asked.operation
    with record_call("plan", client.publish, client.settings):
        requests = build_read(client, asked).requests(asked.arguments)
        rows = _estimate_rows(client, asked, requests)
    limit = asked.options.get("limit")
    if limit is not None:
        rows = [min(count, limit) for count in rows] if rows is not None else None
    pages = (
        len(requests) if rows is None else sum(max(1, -(-count // _PAGE_SIZE)) for count in rows)
    )
    pages = len(requests) if operation.returns == "one" else max(pages, len(requests))
    values = {
        "requests": pages,
        "rows": pd.NA if rows is None else sum(rows),
        "minutes": round(pages / client.http.quota.per_minute(), 2),
    }
    return pd.Series(values, name=operation.name, dtype=object)


def _estimate_rows(
    client: CallContext, asked: ParsedCall, requests: Sequence[CallRequest]
) -> list[int] | None:
    """Return about how many rows each request brings, or None where nothing tells."""
    operation = asked.operation
    if operation.returns == "one" or not requests:
        return [1] * len(requests)
    tasks = asked.arguments.get("task")
    if operation.id == "getSubtasksForTask" and "num_subtasks" in getattr(tasks, "columns", ()):
        assert isinstance(tasks, pd.DataFrame)  # what has columns
        counts = tasks.drop_duplicates("gid")["num_subtasks"].fillna(0).astype(int)
        return [count for count in counts if count]
    projects = [_listed_project(operation, request) for request in requests]
    if None in projects:
        return None
    return _count_tasks(client, [str(project) for project in projects], asked.arguments)


def _listed_project(operation: Operation, request: CallRequest) -> str | None:
    """Return the project whose tasks a request lists, if it lists those of one."""
    if operation.id not in ("getTasks", "getTasksForProject"):
        return None
    names = [parameter.argument for parameter in reference_parameters(operation)]
    given = {n: gid for n, gid in zip(names, request.parents, strict=True) if gid is not None}
    return given.get("project") if given.keys() == {"project"} else None


def _count_tasks(
    client: CallContext, projects: Sequence[str], arguments: Mapping[str, Any]
) -> list[int] | None:
    step = max(1, len(projects) // _SAMPLE_SIZE)
    sample = projects[::step][:_SAMPLE_SIZE]
    field = "num_incomplete_tasks" if arguments.get("completed_since") == "now" else "num_tasks"
    queries = [
        ListQuery(f"/projects/{gid}/task_counts", {"opt_fields": field}, "none") for gid in sample
    ]
    counts = [
        parse_task_count(listing.page.body, field) or 0
        for listing in fan_out(client.http, queries, skip=REFUSALS)
        if listing.page is not None
    ]
    if not counts:
        return None
    if len(counts) == len(projects):
        return counts
    return [round(sum(counts) / len(counts))] * len(projects)


def iterate_frames(client: CallContext, asked: ParsedCall, rows: int) -> Iterator[pd.DataFrame]:
    """Yield the frames of a read as they fill, as ``Asana.stream`` does."""
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
        raise InvalidArgument(f"rows= takes a whole number of at least 1, not {rows!r}.")
    if asked.operation.paging == "events":
        raise InvalidArgument(f"{asked.operation.name} cannot be streamed: it has a sync token.")
    return _iterate_in_own_context(build_read(client, asked).batches(asked.arguments, rows))


def _iterate_in_own_context(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield from a generator without its call becoming that of whoever takes the frames."""
    context = copy_context()
    try:
        while True:
            try:
                frame = context.run(next, batches)
            except StopIteration:
                return
            yield frame
    finally:
        context.run(batches.close)  # type: ignore[attr-defined]
