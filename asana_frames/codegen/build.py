"""Spec + overrides -> catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec
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
from asana_frames.codegen.name_checks import check_names, check_resource
from asana_frames.codegen.naming import method_name, singular
from asana_frames.codegen.overrides import Entry, Overrides
from asana_frames.codegen.problems import UnreadableSpec, tell_place
from asana_frames.codegen.records import Records, scalar_kind
from asana_frames.codegen.signatures import QUERY_TYPES
from asana_frames.codegen.spec import Json, RawOperation, Schema, Spec
from asana_frames.exceptions import ConfigurationError

#: Query parameters that the fetch layer owns.
_OWNED = {"opt_pretty", "opt_fields", "limit", "offset"}
_EMPTY = "EmptyResponse"
_CAUGHT_UP = "the spec has it now; delete the entry"


class Builder:
    """Builds a catalog once."""

    def __init__(self, spec: Spec, overrides: Overrides) -> None:
        self._spec = spec
        self._overrides = overrides
        self._records = Records(spec, overrides)

    def catalog(self) -> Catalog:
        """Return the whole catalog.

        Raises
        ------
        ConfigurationError
            A tag or a method cannot be named; the message says what to add to overrides.toml.
        """
        raws = list(self._spec.operations())
        resources = self._build_resources()
        self._check_tags(raws, {resource.name for resource in resources})
        order = {resource.name: place for place, resource in enumerate(resources)}
        operations = []
        for raw in raws:
            with tell_place(f"{raw.id} ({raw.http} {raw.path})"):
                operations.append(_validate(self._parse_operation(raw)))
        operations += self._new_operations({raw.id for raw in raws})
        operations.sort(key=lambda operation: order[operation.resource])
        _check_method_names(operations)
        check_names(operations)
        resources = tuple(self._with_lists(resource, operations) for resource in resources)
        for resource in resources:
            check_resource(resource)
        for operation in operations:
            # Marks the entry of the resource as needed.
            list(self._overrides.find("resources", name=operation.resource))
        return Catalog(
            resources=resources,
            operations=tuple(operations),
            records=self._records.all(),
            directories=tuple(
                Directory(**_drop_reason(entry)) for entry in self._overrides.all("directories")
            ),
            settings={entry["record"]: entry["path"] for entry in self._overrides.all("settings")},
        )

    def _check_tags(self, raws: list[RawOperation], known: set[str]) -> None:
        unknown: dict[str, list[str]] = {}
        for raw in raws:
            if _resource_name(raw.tag) not in known:
                unknown.setdefault(raw.tag, []).append(raw.id)
        if unknown:
            entries = "\n".join(_new_resource(tag, ids) for tag, ids in unknown.items())
            raise ConfigurationError(
                "The spec has tags that no [[resources]] entry names. Add to overrides.toml, with "
                f"a description of your own:\n\n{entries}"
            )

    def _build_resources(self) -> tuple[ResourceType, ...]:
        entries = sorted(
            self._overrides.section("resources"), key=lambda entry: str(entry["name"])
        )
        return tuple(
            ResourceType(
                name=entry["name"],
                about=entry["about"],
                group=entry["group"],
                record=self._records.named(entry["record"]),
                base=entry.get("base", ""),
            )
            for entry in sorted(entries, key=lambda entry: str(entry["name"]))
        )

    def _with_lists(self, resource: ResourceType, operations: Iterable[Operation]) -> ResourceType:
        """Name the operations between which ``list`` of a resource chooses."""
        added = {
            op.id
            for op in operations
            if any(self._overrides.find("lists", resource=resource.name, operations=op.id))
        }
        own = [op for op in operations if op.resource == resource.name or op.id in added]
        first = [op for op in own if op.method == "list"]
        known = {name for operation in first for name in operation.arguments}
        others = [
            operation
            for operation in own
            if (operation.method.startswith("list_for_") or operation.id in added)
            # The others list by parents that ``list`` takes already.
            and not (first and known.issuperset(operation.arguments))
        ]
        lists = [operation.id for operation in [*first, *others]] if others else []
        return replace(resource, lists=tuple(lists))

    def _parse_operation(self, raw: RawOperation) -> Operation:
        changes = self._merge_changes(raw.id)
        resource = _resource_name(raw.tag)
        envelope = self._spec.resolve(raw.answer).properties
        data = envelope.get("data", {})
        is_list = self._spec.resolve(data).type == "array"
        answer = self._spec.resolve(self._spec.resolve(data).items if is_list else data)
        schema = answer.names[0] if answer.names else _EMPTY
        spec_record = "" if schema == _EMPTY else self._records.of_schema(schema)
        record = changes.get("record", spec_record)
        if record != spec_record:
            self._records.widen(record, spec_record)
        names = {parameter["name"] for parameter in raw.parameters}
        paging = changes.get("paging", _parse_paging(names) if raw.http == "GET" else "none")
        parents = changes.get("parents", {})
        parameters = [
            self._parse_parameter(raw.id, node, parents)
            for node in raw.parameters
            if node["name"] not in _OWNED
        ]
        parameters += self._new_parameters(raw.id, parents, names)
        operation = Operation(
            id=raw.id,
            resource=resource,
            method=changes.get("method", method_name(raw.id, resource, lists=is_list)),
            http=cast(Any, raw.http),
            path=raw.path,
            returns=cast(Any, _parse_returns(raw, schema, is_list)),
            status=raw.status,
            record=self._records.named(record) if record else "",
            paging=paging,
            may_omit_next_page=paging == "pages" and "next_page" not in envelope,
            fields="opt_fields" in names,
            multipart=raw.multipart,
            deprecated=changes.get("deprecated", ""),
            note=changes.get("note", ""),
            one_of=tuple(map(tuple, changes.get("one_of", ()))),
            parameters=tuple(parameters),
            body=self._parse_body(raw),
        )
        return self._with_parents(operation)

    def _merge_changes(self, operation_id: str) -> Entry:
        merged: Entry = {}
        for entry in self._overrides.find("operations", id=operation_id):
            merged.update(entry)
        return merged

    def _parse_parameter(self, operation_id: str, node: Json, parents: Entry) -> Parameter:
        schema = self._spec.resolve(node.get("schema", {}))
        facts: Entry = {
            "name": node["name"],
            "place": node["in"],
            "required": node.get("required", False),
            "kind": scalar_kind(schema) if schema.type != "array" else "text",
            "many": schema.type == "array" or node["name"].endswith((".any", ".not", ".all")),
            "enum": schema.enum,
            "default": node.get("schema", {}).get("default"),
        }
        facts |= self._overrides.corrections("parameters", node["name"], operation_id, facts)
        return self._build_parameter(facts, parents)

    def _new_parameters(
        self, operation_id: str, parents: Entry, known: set[str]
    ) -> Iterator[Parameter]:
        for entry in self._overrides.find("new_parameters", operations=operation_id):
            if entry["name"] in known:
                name = f"{entry['name']} of {operation_id}"
                self._overrides.report_outdated("new_parameters", name, _CAUGHT_UP)
            else:
                yield self._build_parameter(entry, parents)

    def _build_parameter(self, facts: Entry, parents: Entry) -> Parameter:
        name = facts["name"]
        place = facts.get("place", "query")
        noun = name.removesuffix("_gid") if place == "path" else name.partition(".")[0]
        if place not in ("path", "query"):
            raise UnreadableSpec(f"its parameter {name!r} is in the {place}: nothing sends it.")
        argument = facts.get("argument", noun if place == "path" else name.replace(".", "_"))
        refers = tuple(facts.get("refers", [noun] if self._records.knows(noun) else []))
        is_ref = bool(refers) and facts.get("kind", "text") in ("text", "ref")
        default = facts.get("default")
        if not is_ref and facts.get("kind", "text") not in QUERY_TYPES:
            raise UnreadableSpec(
                f"its parameter {name!r} is {facts['kind']!r}, which no argument can be; an entry "
                f"of [[parameters]] with a kind= of {', '.join(QUERY_TYPES)} says what it takes."
            )
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
            needs=tuple(facts.get("needs", ())),
            excludes=tuple(facts.get("excludes", ())),
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

    def _parse_body(self, raw: RawOperation) -> tuple[BodyField, ...]:
        if raw.body is None:
            return ()
        body = self._spec.resolve(raw.body)
        data = self._spec.resolve(body.properties["data"]) if not raw.multipart else body
        return tuple(self._parse_body_fields(data, raw.id))

    def _parse_body_fields(self, data: Schema, operation_id: str) -> Iterable[BodyField]:
        for name, node in data.properties.items():
            field = self._spec.resolve(node)
            if field.facts.get("readOnly"):
                continue
            required = name in data.required
            facts = self._body_field_facts(name, field, required)
            facts |= self._overrides.corrections("body_fields", name, operation_id, facts)
            if not facts.pop("omit", False):
                facts["refers"] = tuple(facts["refers"])
                yield BodyField(name, required=required, **facts)

    def _body_field_facts(self, name: str, schema: Schema, required: bool) -> Entry:
        is_list = schema.type == "array"
        items = self._spec.resolve(schema.items) if is_list else schema
        noun = singular(name) if is_list else name
        is_ref = items.type == "string" and self._records.knows(noun)
        return {
            "kind": scalar_kind(schema),
            "enum": items.enum,
            "refers": (noun,) if is_ref else (),
            "many": is_list,
            # A field that is required must be something.
            "nullable": bool(schema.facts["nullable"]) and not required,
        }

    def _new_operations(self, known: set[str]) -> Iterator[Operation]:
        for entry in self._overrides.all("new_operations"):
            if entry["id"] in known:
                self._overrides.report_outdated("new_operations", entry["id"], _CAUGHT_UP)
                continue
            facts = _drop_reason(entry)
            parents = facts.pop("parents", {})
            facts["record"] = self._records.named(facts["record"])
            facts["parameters"] = tuple(
                self._build_parameter(parameter, parents) for parameter in facts["parameters"]
            )
            yield _validate(self._with_parents(Operation(**facts)))


def _resource_name(tag: str) -> str:
    return re.sub(r"\W+", "_", tag.removesuffix(" API").lower()).strip("_")


def _validate(operation: Operation) -> Operation:
    """Return the operation, or say which of its facts is of no known kind."""
    made = msgspec.convert(msgspec.to_builtins(operation), Operation)
    if made.is_read and made.returns == "nothing":
        raise UnreadableSpec("it is a GET whose answer has no data of a named schema.")
    in_path = {parameter.name for parameter in made.parameters if parameter.place == "path"}
    if in_path != set(re.findall(r"{(.*?)}", made.path)):
        raise UnreadableSpec(f"its path has other names than its parameters: {sorted(in_path)}.")
    return made


def _new_resource(tag: str, operations: list[str]) -> str:
    """Return the entry that a new tag needs, as TOML."""
    name = _resource_name(tag)
    return (
        f"# {', '.join(operations)}\n"
        f'[[resources]]\nname = "{name}"\nrecord = "{singular(name)}"\n'
        f'about = "{tag}: ..."\ngroup = "Work"\n'
        'reason = "the spec\'s description of a resource is not copied"\n'
    )


def _check_method_names(operations: Iterable[Operation]) -> None:
    """Refuse two operations with the same method."""
    by_name: dict[str, list[str]] = {}
    for operation in operations:
        by_name.setdefault(operation.name, []).append(operation.id)
    entries = [
        f'[[operations]]\nid = "{ids[-1]}"\nmethod = "..."\nreason = "{name} is {ids[0]}"\n'
        for name, ids in by_name.items()
        if len(ids) > 1
    ]
    if entries:
        raise ConfigurationError(
            "Two operations would have one method. Add to overrides.toml, with a name of your "
            "own:\n\n" + "\n".join(entries)
        )


def _parse_returns(raw: RawOperation, schema: str, is_list: bool) -> str:
    if is_list:
        return "list"
    if schema == _EMPTY:
        return "nothing"
    return "job" if schema == "JobResponse" and raw.http == "POST" else "one"


def _parse_paging(names: set[str]) -> str:
    if "limit" in names:
        return "pages"
    return "offset" if "offset" in names else "none"


def _drop_reason(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if key != "reason"}
