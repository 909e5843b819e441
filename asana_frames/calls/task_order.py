"""Put tasks that were created from a table into its order, within each section and parent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from asana_frames.calls.request_builder import CallContext
from asana_frames.fetch import ListQuery, decode_response, fan_out

_ASKED = "apply"


def order_tasks(client: CallContext, created: Mapping[tuple[str, Any], Sequence[str]]) -> None:
    """Move the tasks that do not stand in the order of the table.

    Parameters
    ----------
    client
        The object that the call is made through.
    created
        ``("section", (project, section))``, ``("project", gid)`` or ``("parent", gid)`` -> the
        new tasks in it, in the order of the table.
    """
    wanted = {container: gids for container, gids in created.items() if len(gids) > 1}
    present = _fetch_orders(client, list(wanted))
    for container, gids in wanted.items():
        places = {gid: place for place, gid in enumerate(present[container])}
        listed = [gid for gid in gids if gid in places]
        kept = _longest_rise([places[gid] for gid in listed])
        for number, gid in enumerate(listed):
            if places[gid] in kept:
                continue
            if number:
                _move(client, container, gid, {"insert_after": listed[number - 1]})
            else:
                first = next(one for one in listed if places[one] in kept)
                _move(client, container, gid, {"insert_before": first})


def _fetch_orders(
    client: CallContext, containers: Sequence[tuple[str, Any]]
) -> dict[tuple[str, Any], list[str]]:
    """Return the tasks of each container in their order."""
    queries = [
        ListQuery(_list_path(container), {"opt_fields": "gid"}, asked=_ASKED)
        for container in containers
    ]
    found: dict[tuple[str, Any], list[str]] = {container: [] for container in containers}
    for item in fan_out(client.http, queries):
        if item.page is not None:
            page = decode_response(_decoder, item.page.body, _ASKED)
            found[containers[item.place]] += [one.gid for one in page.data]
    return found


def _list_path(container: tuple[str, Any]) -> str:
    kind, name = container
    if kind == "parent":
        return f"/tasks/{name}/subtasks"
    return f"/projects/{name}/tasks" if kind == "project" else f"/sections/{name[1]}/tasks"


def _move(
    client: CallContext, container: tuple[str, Any], gid: str, anchor: dict[str, str]
) -> None:
    kind, name = container
    if kind == "parent":
        path, data = f"/tasks/{gid}/setParent", {"parent": name}
    elif kind == "project":
        path, data = f"/tasks/{gid}/addProject", {"project": name}
    else:
        # The anchor says which section.
        path, data = f"/tasks/{gid}/addProject", {"project": name[0]}
    client.http.request("POST", path, data={"data": {**data, **anchor}}, asked=_ASKED)


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """Return the most numbers that rise as they stand; all others have to move."""
    ends: list[int] = []
    lengths: list[int] = []
    for number in numbers:
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        lengths.append(length)
    kept: set[int] = set()
    wanted = len(ends) - 1
    for number, length in zip(reversed(numbers), reversed(lengths), strict=True):
        if length == wanted:
            kept.add(number)
            wanted -= 1
    return kept


class _Task(msgspec.Struct):
    gid: str


class _Tasks(msgspec.Struct):
    data: list[_Task]


_decoder = msgspec.json.Decoder(_Tasks)
