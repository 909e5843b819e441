"""Spec + overrides -> catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from msgspec.structs import replace

from asana_frames.catalog import (
    BodyField,
    Catalog,
    Directory,
    Operation,
    Parameter,
    ResourceType,
)
from asana_frames.catalog.model import Kind
from asana_frames.codegen.naming import method_name, singular
from asana_frames.codegen.overrides import Entry, Overrides
from asana_frames.codegen.records import Records, scalar_kind
from asana_frames.codegen.spec import Json, RawOperation, Schema, Spec

#: Query parameters that the fetch layer owns.
_OWNED = {"opt_pretty", "opt_fields", "limit", "offset"}
_EMPTY = "EmptyResponse"


class Builder:
    """Builds a catalog once."""

    def __init__(self, spec: Spec, overrides: Overrides) -> None:
        self._spec = spec
        self._overrides = overrides
        self._records = Records(spec, overrides)

    def catalog(self) -> Catalog:
        """Return the whole catalog."""
        resources = self._resources()
        order = {resource.name: place for place, resource in enumerate(resources)}
        operations = [self._operation(raw) for raw in self._spec.operations()]
        operations += [self._added(entry) for entry in self._overrides.all("new_operations")]
        operations.sort(key=lambda operation: order[operation.resource])
        return Catalog(
            resources=resources,
            operations=tuple(operations),
            records=self._records.all(),
            directories=tuple(
                Directory(**_facts(entry)) for entry in self._overrides.all("directories")
            ),
            settings={entry["record"]: entry["path"] for entry in self._overrides.all("settings")},
        )

    def _resources(self) -> tuple[ResourceType, ...]:
        entries = sorted(self._overrides.all("resources"), key=lambda entry: str(entry["name"]))
        return tuple(
            ResourceType(
                name=entry["name"],
                about=entry["about"],
                record=self._records.named(entry["record"]),
            )
            for entry in entries
        )

    def _operation(self, raw: RawOperation) -> Operation:
        changes = self._changes(raw.id)
        resource = raw.tag.removesuffix(" API").lower().replace(" ", "_")
        data = self._spec.resolve(raw.answer).properties.get("data", {})
        is_list = self._spec.resolve(data).type == "array"
        answer = self._spec.resolve(data["items"] if is_list else data)
        schema = answer.names[0] if answer.names else _EMPTY
        returns = _returns(raw, schema, is_list)
        record = changes.get("record") or (
            "" if schema == _EMPTY else self._records.of_schema(schema)
        )
        names = {parameter["name"] for parameter in raw.parameters}
        parents = changes.get("parents", {})
        parameters = [
            self._parameter(raw.id, node, parents)
            for node in raw.parameters
            if node["name"] not in _OWNED
        ]
        parameters += self._new_parameters(raw.id, parents)
        operation = Operation(
            id=raw.id,
            resource=resource,
            method=changes.get("method", method_name(raw.id, resource, lists=is_list)),
            http=cast(Any, raw.http),
            path=raw.path,
            returns=cast(Any, returns),
            status=raw.status,
            record=self._records.named(record) if record else "",
            paging=changes.get("paging", _paging(names) if raw.http == "GET" else "none"),
            fields="opt_fields" in names,
            multipart=raw.multipart,
            deprecated=changes.get("deprecated", ""),
            note=changes.get("note", ""),
            parameters=tuple(parameters),
            body=self._body(raw),
        )
        return self._with_parents(operation)

    def _changes(self, operation_id: str) -> Entry:
        merged: Entry = {}
        for entry in self._overrides.find("operations", id=operation_id):
            merged.update(entry)
        return merged

    def _parameter(self, operation_id: str, node: Json, parents: Entry) -> Parameter:
        schema = self._spec.resolve(node.get("schema", {}))
        changes = self._overrides.corrections("parameters", node["name"], operation_id)
        default = node.get("schema", {}).get("default")
        return self._built_parameter(
            {
                "name": node["name"],
                "place": node["in"],
                "required": node.get("required", False),
                "kind": scalar_kind(schema) if schema.type != "array" else "text",
                "many": schema.type == "array" or node["name"].endswith((".any", ".not", ".all")),
                "enum": schema.enum,
                "default": default,
                **changes,
            },
            parents,
        )

    def _new_parameters(self, operation_id: str, parents: Entry) -> list[Parameter]:
        return [
            self._built_parameter(entry, parents)
            for entry in self._overrides.all("new_parameters")
            if operation_id in entry["operations"]
        ]

    def _built_parameter(self, facts: Entry, parents: Entry) -> Parameter:
        name = facts["name"]
        place = facts.get("place", "query")
        noun = name.removesuffix("_gid") if place == "path" else name.partition(".")[0]
        argument = noun if place == "path" else name.replace(".", "_")
        refers = tuple(facts.get("refers", [noun] if self._records.knows(noun) else []))
        is_ref = bool(refers) and facts.get("kind", "text") in ("text", "ref")
        default = facts.get("default")
        return Parameter(
            name=name,
            argument=argument,
            place=place,
            kind=cast(Kind, "ref" if is_ref else facts.get("kind", "text")),
            required=facts.get("required", False) or place == "path",
            many=facts.get("many", False),
            refers=refers if is_ref else (),
            parent=parents.get(argument, "?" if is_ref else ""),
            enum=tuple(facts.get("enum", ())),
            default=None if default == "" else default,
            note=facts.get("note", ""),
        )

    def _with_parents(self, operation: Operation) -> Operation:
        """Name the column of every parent, or none where the rows say it themselves."""
        parameters = tuple(
            replace(parameter, parent=self._parent_column(operation, parameter))
            for parameter in operation.parameters
        )
        return replace(operation, parameters=parameters)

    def _parent_column(self, operation: Operation, parameter: Parameter) -> str:
        record = self._records.get(operation.record) if operation.record else None
        whole = operation.returns == "list" and operation.is_read
        bare = record is not None and record.field("gid") is None and operation.is_read
        if record is None or parameter.many or not (whole or bare):
            return ""
        if parameter.parent != "?":
            return parameter.parent
        own = record.field(parameter.argument)
        if own is not None and own.kind == "ref":
            return f"{parameter.argument}_gid"
        shared = any(
            parameter.argument in entry["parents"]
            for entry in self._overrides.find("shared", record=operation.record)
        )
        return f"{parameter.argument}_gids" if shared else f"{parameter.argument}_gid"

    def _body(self, raw: RawOperation) -> tuple[BodyField, ...]:
        if raw.body is None:
            return ()
        body = self._spec.resolve(raw.body)
        data = self._spec.resolve(body.properties["data"]) if not raw.multipart else body
        return tuple(self._body_fields(data, raw.id))

    def _body_fields(self, data: Schema, operation_id: str) -> Iterable[BodyField]:
        for name, node in data.properties.items():
            field = self._spec.resolve(node)
            if field.facts.get("readOnly"):
                continue
            yield self._body_field(operation_id, name, field, name in data.required)

    def _body_field(
        self, operation_id: str, name: str, schema: Schema, required: bool
    ) -> BodyField:
        is_list = schema.type == "array"
        items = self._spec.resolve(schema.facts["items"]) if is_list else schema
        noun = singular(name) if is_list else name
        is_ref = items.type == "string" and self._records.knows(noun)
        facts: Entry = {
            "kind": scalar_kind(schema),
            "enum": items.enum,
            "refers": (noun,) if is_ref else (),
            "many": is_list,
            # A field that is required must be something.
            "nullable": bool(schema.facts["nullable"]) and not required,
        }
        facts |= self._overrides.corrections("body_fields", name, operation_id)
        facts["refers"] = tuple(facts["refers"])
        return BodyField(name, required=required, **facts)

    def _added(self, entry: Entry) -> Operation:
        facts = _facts(entry)
        parents = facts.pop("parents", {})
        facts["record"] = self._records.named(facts["record"])
        facts["parameters"] = tuple(
            self._built_parameter(parameter, parents) for parameter in facts["parameters"]
        )
        return self._with_parents(Operation(**facts))


def _returns(raw: RawOperation, schema: str, is_list: bool) -> str:
    if is_list:
        return "list"
    if schema == _EMPTY:
        return "nothing"
    return "job" if schema == "JobResponse" and raw.http == "POST" else "one"


def _paging(names: set[str]) -> str:
    if "limit" in names:
        return "pages"
    return "offset" if "offset" in names else "none"


def _facts(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if key != "reason"}
