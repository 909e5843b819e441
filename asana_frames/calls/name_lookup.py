"""Look up names: the objects of a workspace or project, people, and the owner of the token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from asana_frames.calls.bodies import quote_segment
from asana_frames.calls.references import NamedObject
from asana_frames.catalog import Directory, load
from asana_frames.fetch import Http, ListQuery, decode_response, fan_out


def fetch_names(http: Http, directory: Directory, container: str, query: str) -> list[NamedObject]:
    """Fetch the gid, name and context of the objects that a directory lists."""
    operation = load().operation(directory.operation)
    path = operation.path
    params = dict(directory.arguments)
    within = next((p for p in operation.parameters if p.argument == directory.within), None)
    if within is not None and within.place == "path":
        path = path.replace(f"{{{within.name}}}", container)
    elif within is not None:
        params[within.name] = container
    if directory.query:
        params[directory.query] = query
    record = load().record(operation.record)
    label, beside = record.label, record.field(directory.beside)
    if beside is not None:
        label_beside = f"{beside.path}.name" if beside.record else beside.path
        params["opt_fields"] = f"{label},{label_beside}"
    else:
        params["opt_fields"] = label
    listed = ListQuery(
        path,
        params,
        operation.paging,
        asked=operation.name,
        may_omit_next_page=operation.may_omit_next_page,
    )
    return [
        entry
        for listing in fan_out(http, [listed])
        if listing.page
        for entry in _parse_names(listing.page.body, label, directory.beside)
    ]


def fetch_person(http: Http, who: str) -> str:
    """Fetch the gid of "me" or of an e-mail address."""
    path = f"/users/{quote_segment(who)}"
    answer = http.request("GET", path, {"opt_fields": "gid"}, asked="users.get")
    return decode_response(_person_decoder, answer.body, "users.get").data.gid


def fetch_me(http: Http) -> dict[str, Any]:
    """Fetch ``name`` and the names of the ``workspaces`` of the token's owner."""
    params = {"opt_fields": "name,workspaces.name"}
    answer = http.request("GET", "/users/me", params, asked="users.get")
    me = decode_response(_me_decoder, answer.body, "users.get").data
    return {"name": me.name or "", "workspaces": [one.name or "" for one in me.workspaces or ()]}


class _NamePage(msgspec.Struct):
    data: list[dict[str, Any]]


class _WorkspaceRecord(msgspec.Struct):
    name: str | None = None


class _MeRecord(msgspec.Struct):
    name: str | None = None
    workspaces: list[_WorkspaceRecord] | None = None


class _MeResponse(msgspec.Struct):
    data: _MeRecord


class _PersonRecord(msgspec.Struct):
    gid: str


class _PersonResponse(msgspec.Struct):
    data: _PersonRecord


_names_decoder = msgspec.json.Decoder(_NamePage)
_me_decoder = msgspec.json.Decoder(_MeResponse)
_person_decoder = msgspec.json.Decoder(_PersonResponse)


def _parse_names(body: bytes, label: str, beside: str) -> Iterator[NamedObject]:
    for record in decode_response(_names_decoder, body, "names").data:
        other = record.get(beside)
        name = other.get("name") if isinstance(other, dict) else other
        where = f"{beside} {name}" if name else ""
        # A name without a gid cannot be resolved.
        if record.get("gid"):
            yield str(record["gid"]), str(record.get(label) or ""), where
