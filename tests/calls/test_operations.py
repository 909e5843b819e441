"""Each of the 251 operations: method, path, query and body over HTTP, and the frame it makes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import BodyField, Operation, Parameter, RecordType, columns_of, load
from asana_frames.frames import DTYPES
from tests.recorder import Asked, Recorder, Reply

OPERATIONS = load().operations
REFERENCE = Path(__file__).parents[3] / "shared" / "operations.csv"
VALUES = {
    "text": "some text",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "date": "2026-03-02",
    "datetime": "2026-03-02T09:15:00.000Z",
    "json": {"key": ["value"]},
    "texts": ["one", "two"],
}
SENT = {True: "true", 7: "7", 1.5: "1.5"}


def value_of(parameter: Parameter) -> Any:
    return f"900000{len(parameter.name):02}" if parameter.refers else VALUES[parameter.kind]


def body_of(operation: Operation) -> dict[str, Any]:
    """Return a value for each field of a body, as it is sent: a moment rather than its day."""
    names = {field.name for field in operation.body}
    return {
        field.name: field_value(field)
        for field in operation.body
        if field.name.replace("_on", "_at") not in names - {field.name}
    }


def field_value(field: BodyField) -> Any:
    if field.name == "custom_fields":
        return {"904": 1.5}
    if field.refers:
        # Shorter numbers may be names of tags.
        gids = ["90000001", "90000002"]
        return gids if field.many and field.kind != "text" else gids[0]
    return field.enum[0] if field.enum and field.kind == "text" else VALUES[field.kind]


def filters_of(operation: Operation, first: str) -> list[Parameter]:
    """Return the parameters of the query that can be sent together with the first one."""
    query = [parameter for parameter in operation.parameters if parameter.place == "query"]
    chosen: list[Parameter] = []
    for parameter in sorted(query, key=lambda parameter: parameter.argument != first):
        if not any(parameter.argument in other.excludes for other in chosen):
            chosen.append(parameter)
    return chosen


#: Operation and a filter to begin with: each that excludes others has a call of its own.
CALLS = [
    (operation, first)
    for operation in OPERATIONS
    for first in [p.argument for p in operation.parameters if p.excludes] or [""]
]


def arguments_of(operation: Operation, first: str) -> dict[str, Any]:
    arguments = {p.argument: value_of(p) for p in filters_of(operation, first)}
    return arguments | body_of(operation)


def record_of(kind: RecordType) -> dict[str, Any]:
    """Make a record that has every field of its type."""
    made: dict[str, Any] = {}
    for field in kind.fields:
        *parents, last = field.path.split(".")
        at = made
        for parent in parents:
            inner = at[parent]
            at = inner[0] if isinstance(inner, list) else inner
        at[last] = record_value(field.kind)
    return made


def record_value(kind: str) -> Any:
    reference = {"gid": "77", "name": "Some name", "title": "Some title", "resource_type": "task"}
    reference["display_name"] = "Q1"
    made = {"ref": reference, "refs": [reference], "object": {}, "list": [{}]}
    made |= {"custom_fields": [{"gid": "5", "name": "Effort", "resource_subtype": "number"}]}
    return made[kind] if kind in made else VALUES[kind]


def answer_of(operation: Operation) -> dict[str, Any]:
    if operation.returns == "nothing":
        return {"data": {}}
    record = record_of(load().record(operation.record))
    if operation.returns == "list":
        return {"data": [record], "next_page": None, "sync": "token:1", "has_more": False}
    if operation.http in ("GET", "PUT") and operation.path.endswith("_gid}"):
        # The response is about the object that was requested.
        record["gid"] = value_of(
            next(p for p in operation.parameters if operation.path.endswith(f"{{{p.name}}}"))
        )
    return {"data": record}


@pytest.mark.parametrize(
    ("operation", "first"), CALLS, ids=[" ".join([op.name, first]).strip() for op, first in CALLS]
)
def test_an_operation_sends_what_asana_expects_and_returns_its_frame(
    operation: Operation, first: str, recorder: Recorder, recorded: af.Asana, tmp_path: Path
) -> None:
    recorder.reply = lambda asked: Reply(status=operation.status, body=answer_of(operation))
    arguments = arguments_of(operation, first)
    if operation.multipart:
        file = tmp_path / "brief.txt"
        file.write_bytes(b"the content")
        arguments["file"] = file
    path = [value_of(parameter) for parameter in operation.parameters if parameter.place == "path"]
    method = getattr(getattr(recorded, operation.resource), operation.method)

    result = method(*path, **arguments)

    asked = recorder.asked[0]
    assert asked.method == operation.http
    assert asked.path == "/api/1.0" + path_of(operation)
    assert asked.query == query_of(operation, first)
    assert asked.headers["Authorization"] == "Bearer secret-token"
    check_body(operation, asked)
    check_result(operation, result)


def path_of(operation: Operation) -> str:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", value_of(parameter).replace(" ", "%20"))
    return path


def query_of(operation: Operation, first: str) -> dict[str, str]:
    query = {
        parameter.name: SENT.get(value_of(parameter), value_of(parameter))
        for parameter in filters_of(operation, first)
    }
    if operation.paging in ("pages", "stream") or operation.id.startswith("search"):
        query["limit"] = "100"
    if operation.fields and operation.returns != "nothing":
        columns = columns_of(operation.record)
        query["opt_fields"] = ",".join(path for column in columns for path in column.opt_fields)
    return query


def check_body(operation: Operation, asked: Asked) -> None:
    if operation.multipart:
        assert asked.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert b"the content" in asked.body
        assert b'filename="some text"' in asked.body
        for field in operation.body:
            assert f'name="{field.name}"'.encode() in asked.body or field.name == "name"
    elif operation.body:
        assert asked.json == {"data": body_of(operation)}
    else:
        assert asked.body == b""


def check_result(operation: Operation, result: pd.DataFrame | None) -> None:
    if operation.returns == "nothing":
        assert result is None
        return
    assert result is not None
    assert len(result) == 1
    columns = [c for c in columns_of(operation.record) if c.kind != "custom_fields"]
    assert list(result.columns[: len(columns)]) == [column.name for column in columns]
    for column in columns:
        dtype = "tuple" if column.depth else column.kind
        assert result[column.name].dtype == DTYPES[dtype], column.name
        assert filled(result[column.name].iloc[0]), column.name
    for parent in operation.parents:
        assert parent.parent in result.columns
    assert result.attrs["asana"]["operation"] == operation.name


def filled(value: Any) -> bool:
    return (
        len(value) == 1 or value == ("one", "two") if isinstance(value, tuple) else pd.notna(value)
    )


def test_there_are_49_resources_and_251_operations() -> None:
    assert len({operation.resource for operation in OPERATIONS}) == 49
    assert len({operation.id for operation in OPERATIONS}) == 251


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference lies beside the project only")
def test_names_paths_and_statuses_are_those_of_the_reference() -> None:
    with REFERENCE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))

    wanted = [
        (row["resource"], row["method"], row["operation_id"], row["http"], row["path"],
         int(row["status"]), row["returns"])
        for row in rows
    ]  # fmt: skip

    made = [
        (op.resource, op.method, op.id, op.http, op.path, op.status, returns_of(op))
        for op in OPERATIONS
    ]
    assert made == wanted


def returns_of(operation: Operation) -> str:
    paging = {"pages": "pages", "stream": "pages", "offset": "pages (offset only)"}
    paging |= {"events": "events", "none": "list"}
    return paging[operation.paging] if operation.returns == "list" else operation.returns
