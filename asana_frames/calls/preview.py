"""What a write would change: a frame of changes, for which nothing is sent but reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
import pandas as pd

from asana_frames.calls.custom_field_writes import WritableField
from asana_frames.calls.last_call import LastCall
from asana_frames.calls.preview_values import (
    CUSTOM_FIELD_OPT_FIELDS,
    KnownField,
    list_items,
    list_known_fields,
    name_options,
    read_custom_value,
    show_custom_value,
    show_value,
)
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import CallContext, CallRequest
from asana_frames.calls.response_checks import check_response
from asana_frames.calls.write_rows import WriteRow
from asana_frames.catalog import BodyField, Operation, Parameter, load
from asana_frames.catalog.columns import plural
from asana_frames.catalog.model import RecordType
from asana_frames.fetch import REFUSALS, FanOut, ListQuery, decode_response
from asana_frames.frames.change_table import Change, build_change_frame
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.field_definitions import FieldDefinition, record_definitions
from asana_frames.types import Record

_CUSTOM_FIELDS = "custom_fields"
_ITEM_ACTIONS = ("add", "remove")
#: Path and arguments of the request that reads an object.
_Object = tuple[str, tuple[tuple[str, str], ...]]


class PreparedRow(NamedTuple):
    """A row that has been checked, and the JSON that would be sent for it."""

    place: int
    row: WriteRow
    data: Any

    @property
    def body(self) -> Mapping[str, Any]:
        """The fields that would be sent."""
        return (self.data or {}).get("data") or {}


class Preview:
    """Describes what the rows of a write would change.

    Parameters
    ----------
    client
        The object that the write is made through.
    operation
        The operation.
    rows
        The rows that have something to send.
    known_fields
        Custom fields by gid, for rows that create an object: others are read with it.
    """

    def __init__(
        self,
        client: CallContext,
        operation: Operation,
        rows: Sequence[PreparedRow],
        known_fields: Mapping[str, WritableField],
    ) -> None:
        self._client = client
        self._operation = operation
        self._rows = rows
        self._known_fields = {
            gid: KnownField(field.name or gid, name_options(field.enum_options or ()), field.kind)
            for gid, field in known_fields.items()
        }
        self._fields = {field.name: field for field in operation.body}
        #: Column of each custom field that is known -> its definition.
        self._definitions: dict[str, FieldDefinition] = {}

    def build_frame(self, last: LastCall) -> pd.DataFrame:
        """Read the old values, and return a frame of changes."""
        records = self._fetch_records(last)
        frame = build_change_frame(
            change
            for prepared in self._rows
            for change in self._describe_row(prepared, records.get(self._identify(prepared)))
        )
        last.rows = len(frame)
        reads, writes = last.requests, len(self._rows)
        frame.attrs["asana"] = last.attrs() | {
            "record": load().resource(self._operation.resource).record,
            "dry_run": True,
            "read_requests": reads,
            "requests": writes,
            "minutes": writes / self._client.http.quota.per_minute(),
        }
        record_definitions(frame, self._definitions.values())
        return frame

    @property
    def target_count(self) -> int:
        """How many objects are read."""
        return len(self._queries)

    # Step 1: the old values.

    @cached_property
    def _source(self) -> Operation | None:
        """The operation that reads the object that a row changes; None if there is none."""
        operation = self._operation
        if operation.http == "DELETE" or _is_creation(operation) or _item_action(operation):
            return None
        # What follows the object in the path is what is done with it.
        path = operation.path if operation.http == "PUT" else _cut_path(operation.path)
        return next(
            (known for known in load().operations if known.is_read and known.path == path), None
        )

    @cached_property
    def _record(self) -> RecordType | None:
        return load().record(self._source.record) if self._source else None

    def _identify(self, prepared: PreparedRow) -> _Object:
        """Return what a row changes."""
        path, sent = prepared.row.request.path, prepared.row.request.params
        known = self._source.parameters if self._source else ()
        names = [parameter.name for parameter in known if parameter.name in sent]
        return (
            path if self._operation.http == "PUT" else _cut_path(path),
            tuple((name, sent[name]) for name in names),
        )

    @cached_property
    def _queries(self) -> dict[_Object, ListQuery]:
        """One read for each object, of the fields that its rows would write."""
        asked: dict[_Object, dict[str, None]] = {}
        for prepared in self._rows:
            found = dict.fromkeys(self._list_opt_fields(prepared.body))
            if found:
                asked.setdefault(self._identify(prepared), {}).update(found)
        return {
            (path, params): ListQuery(
                path,
                dict(params) | {"opt_fields": ",".join(found)},
                "none",
                asked=self._operation.name,
            )
            for (path, params), found in asked.items()
        }

    def _list_opt_fields(self, body: Iterable[str]) -> Iterator[str]:
        """Yield what to ask for in order to know the present values of fields."""
        for name in body:
            path = self._paths.get(name)
            if path is None:
                continue
            if name == _CUSTOM_FIELDS:
                yield from CUSTOM_FIELD_OPT_FIELDS
                continue
            is_reference = bool(self._fields[name].refers)
            yield from [f"{path}.gid"] if is_reference else self._list_inner_paths(path) or [path]

    def _list_inner_paths(self, path: str) -> list[str]:
        """Return the paths of what an object within the record holds."""
        fields = self._record.fields if self._record else ()
        return [field.path for field in fields if field.path.startswith(f"{path}.")]

    @cached_property
    def _paths(self) -> dict[str, str]:
        """Field of the body -> where the record has it, of those that it has."""
        if self._record is None:
            return {}
        # ``set_metric(current_number_value=)`` writes ``metric.current_number_value``.
        part = self._operation.method.removeprefix("set_").partition("_")[0]
        return {
            name: path
            for name in self._fields
            for path in (name, f"{part}.{name}")
            if self._record.field(path)
        }

    def _fetch_records(self, last: LastCall) -> dict[_Object, Record]:
        """Return the objects, without those that Asana refuses."""
        objects, queries = list(self._queries), list(self._queries.values())
        client = self._client
        records: dict[_Object, Record] = {}
        shown = client.settings.progress
        with ProgressBar(self._operation.name, len(queries), client.http, shown=shown) as bar:
            fan = FanOut(client.http, queries, skip=REFUSALS, tick=bar.tick)
            with closing(iter(fan)) as items:
                for item in items:
                    if item.refusal is not None:
                        gid = queries[item.place].path.rpartition("/")[2]
                        last.add_failure(
                            f"{_name_object(self._record)} {gid}", (gid,), item.refusal
                        )
                    elif item.page is not None:
                        path = queries[item.place].path
                        records[objects[item.place]] = self._parse_record(path, item.page.body)
                    bar.done = len(records) + last.failure_count
        return records

    def _parse_record(self, path: str, body: bytes) -> Record:
        """Return the object of a response, after checking that it is the one asked for."""
        assert self._source is not None  # or nothing was read
        check_response(self._source, CallRequest(path, {}, ()), body)
        return decode_response(_record_decoder, body, self._operation.name).data

    # Step 2: rows -> changes.

    def _describe_row(self, prepared: PreparedRow, record: Record | None) -> Iterator[Change]:
        operation, row = self._operation, prepared.row
        targets = list(_iterate_targets(operation, row.request.path))
        gid = targets[-1][1] if targets else None
        item_action = _item_action(operation)
        if operation.http == "DELETE":
            yield Change(operation.resource, "delete", gid, None, None)
        elif _is_creation(operation):
            key = str(prepared.place)
            for parameter, container in targets:
                field = self._name_container(parameter)
                yield Change(operation.resource, "create", None, key, field, new=container)
            yield from self._describe_fields("create", None, key, prepared.body, None)
        elif item_action:
            yield from self._describe_items(item_action, gid, prepared.body)
        else:
            action = "update" if operation.http == "PUT" else operation.method
            yield from self._describe_fields(action, gid, None, prepared.body, record)

    def _name_container(self, parameter: Parameter) -> str:
        """Return the field of a new object that says where it is: a subtask has a parent."""
        parent = self._fields.get("parent")
        is_parent = parent is not None and set(parameter.refers) <= set(parent.refers)
        return "parent" if is_parent else parameter.argument

    def _describe_fields(
        self,
        action: str,
        gid: str | None,
        key: str | None,
        body: Mapping[str, Any],
        record: Record | None,
    ) -> Iterator[Change]:
        """Yield a change for each field of a body; one that names none for an empty body."""
        resource = self._operation.resource
        if not body:
            yield Change(resource, action, gid, key, None)
        for name, value in body.items():
            if name == _CUSTOM_FIELDS and isinstance(value, Mapping):
                for field, old, new in self._describe_custom_fields(value, record):
                    yield Change(resource, action, gid, key, field, old, new)
                continue
            field_of_body = self._fields[name]
            new = show_value(value, field_of_body)
            old = self._read_old(field_of_body, value, record)
            yield Change(resource, action, gid, key, name, old, new)

    def _read_old(self, field: BodyField, new: Any, record: Record | None) -> Any:
        """Return the present value of a field; None if it is not known."""
        path = self._paths.get(field.name)
        if record is None or path is None:
            return None
        value: Any = record
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and isinstance(new, Mapping):
            # What is not sent does not change.
            value = {name: value.get(name) for name in new}
        return show_value(value, field)

    def _describe_custom_fields(
        self, values: Mapping[str, Any], record: Record | None
    ) -> Iterator[tuple[str, Any, Any]]:
        """Yield column, old value and new value of each custom field."""
        entries = (record or {}).get(_CUSTOM_FIELDS) or ()
        present = {entry["gid"]: entry for entry in entries}
        known = {**self._known_fields, **list_known_fields(entries)}
        for gid, value in values.items():
            name, options, kind = known.get(gid) or KnownField(gid, {}, "")
            column = f"{PREFIX}{name}"
            if kind:
                self._definitions.setdefault(column, FieldDefinition(gid, name, kind, column))
            old = read_custom_value(present[gid]) if gid in present else None
            yield column, old, show_custom_value(value, options)

    def _describe_items(
        self, action: str, gid: str | None, body: Mapping[str, Any]
    ) -> Iterator[Change]:
        """Yield a change for each item that is added to a list or removed from it."""
        operation = self._operation
        word = operation.method.partition("_")[2]
        items = _find_item_field(operation, word)
        for name, value in body.items():
            field = self._fields[name]
            # A task is added to a project, and to one of its sections.
            is_item = name == items or name == "section"
            if not is_item:
                new = show_value(value, field)
                yield Change(operation.resource, operation.method, gid, None, name, new=new)
                continue
            column = plural(word if name == items else name, "ref")
            for item in list_items(value, field):
                old, new = (None, item) if action == "add" else (item, None)
                yield Change(operation.resource, action, gid, None, column, old, new)


def _is_creation(operation: Operation) -> bool:
    return operation.http == "POST" and operation.method.partition("_")[0] == "create"


def _item_action(operation: Operation) -> str:
    """Return ``add`` or ``remove`` for a method that does so with an item; else nothing."""
    verb = operation.method.partition("_")[0]
    return verb if operation.http == "POST" and verb in _ITEM_ACTIONS else ""


def _find_item_field(operation: Operation, word: str) -> str:
    """Return the field of the body that holds what is added or removed."""
    names = [field.name for field in operation.body if field.refers]
    return word if word in names else names[0]


def _iterate_targets(operation: Operation, path: str) -> Iterator[tuple[Parameter, str]]:
    """Yield the parameters of a path, each with its gid."""
    parameters = {f"{{{known.name}}}": known for known in operation.parameters}
    for step, segment in zip(operation.path.split("/"), path.split("/"), strict=True):
        if step in parameters:
            yield parameters[step], unquote(segment)


def _cut_path(path: str) -> str:
    """Return the part of a path that names an object: ``/tasks/1`` of ``/tasks/1/setParent``."""
    return "/".join(path.split("/")[:3])


def _name_object(record: RecordType | None) -> str:
    return record.name.replace("_", " ") if record else "object"


class _RecordResponse(msgspec.Struct):
    data: dict[str, Any]


_record_decoder = msgspec.json.Decoder(_RecordResponse)
