"""What objects are like now, as far as changes depend on it: one request each, concurrently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from asana_frames.calls.change_steps import UPDATE, Step, UnknownChange
from asana_frames.calls.request_builder import CallContext
from asana_frames.exceptions import NotFound, RequestRefused
from asana_frames.fetch import ListQuery, decode_response, fan_out
from asana_frames.types import CLEAR

_ASKED = "apply"
_STARTS, _ENDS = ("start_on", "start_at"), ("due_on", "due_at")


class PresentRecord(msgspec.Struct):
    """What is asked of an object."""

    modified_at: str | None = None
    due_on: str | None = None
    due_at: str | None = None
    parent: _Reference | None = None
    projects: list[_Reference] = []


class _Reference(msgspec.Struct):
    gid: str


class _Response(msgspec.Struct):
    data: PresentRecord


_decoder = msgspec.json.Decoder(_Response)


def fetch_present(
    client: CallContext, objects: Iterable[tuple[str, str]], fields: str
) -> dict[str, PresentRecord]:
    """Return what objects are like now, but for those that cannot be read.

    Parameters
    ----------
    client
        The object that the call is made through.
    objects
        Resource and gid of each.
    fields
        The fields to ask for.
    """
    listed = list(dict.fromkeys(objects))
    queries = _build_queries(listed, fields)
    found: dict[str, PresentRecord] = {}
    for item in fan_out(client.http, queries, skip=(RequestRefused,)):
        if item.page is not None:
            answer = decode_response(_decoder, item.page.body, _ASKED)
            found[listed[item.place][1]] = answer.data
    return found


def _build_queries(objects: Iterable[tuple[str, str]], fields: str) -> list[ListQuery]:
    return [
        ListQuery(f"/{resource}/{gid}", {"opt_fields": fields}, "none", asked=_ASKED)
        for resource, gid in objects
    ]


def find_gone(client: CallContext, objects: Iterable[tuple[str, str]]) -> set[str]:
    """Return the gids of objects that are not there any more.

    Parameters
    ----------
    client
        The object that the call is made through.
    objects
        Resource and gid of each.
    """
    listed = list(dict.fromkeys(objects))
    queries = _build_queries(listed, "gid")
    return {
        listed[item.place][1]
        for item in fan_out(client.http, queries, skip=(RequestRefused,))
        # What may not be read is there.
        if isinstance(item.refusal, NotFound)
    }


def add_due_dates(
    client: CallContext, steps: Sequence[Step]
) -> list[tuple[Step, str, UnknownChange]]:
    """Add the present due dates to updates of start dates, without which Asana refuses them.

    Returns
    -------
    list
        The requests about tasks that have no due date, with the field and the problem.
    """
    lacking = [(step, name) for step in steps for name in _find_starts(step)]
    present = fetch_present(
        client, [("tasks", str(step.target)) for step, _ in lacking], "due_on,due_at"
    )
    problems = []
    for step, name in lacking:
        record = present.get(str(step.target))
        if record is None:
            # The update tells why.
            continue
        due = "due_on" if record.due_at is None else "due_at"
        value = getattr(record, due)
        if value is None:
            error = UnknownChange(f"{name} needs a due date, and the task has none.")
            problems.append((step, name, error))
        else:
            step.body[due] = value
    return problems


def _find_starts(step: Step) -> list[str]:
    """Return the start date that an update of a task has without a due date."""
    is_task = step.operation.resource == "tasks" and step.phase == UPDATE
    if not is_task or any(name in step.body for name in _ENDS):
        return []
    return [name for name in _STARTS if step.body.get(name, CLEAR) is not CLEAR][:1]


def find_parent_projects(client: CallContext, tasks: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the projects that give the subtasks of tasks their custom fields."""
    #: Task -> the task above it that may be in a project.
    above = {gid: gid for gid in tasks}
    found: dict[str, tuple[str, ...]] = {}
    while above:
        wanted = dict.fromkeys(above.values())
        present = fetch_present(client, [("tasks", gid) for gid in wanted], "parent,projects")
        rising: dict[str, str] = {}
        for gid, at in above.items():
            record: Any = present.get(at)
            if record is not None and record.projects:
                found[gid] = tuple(project.gid for project in record.projects)
            elif record is not None and record.parent is not None:
                rising[gid] = record.parent.gid
        above = rising
    return found
