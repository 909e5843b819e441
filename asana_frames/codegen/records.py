"""Response schemas -> record types with flat, dotted fields."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from asana_frames.catalog import Field, RecordType
from asana_frames.catalog.model import Kind
from asana_frames.codegen.naming import is_response_schema, record_name
from asana_frames.codegen.overrides import Entry, Overrides
from asana_frames.codegen.problems import tell_place
from asana_frames.codegen.spec import Json, Schema, Spec

_SCALARS: dict[str, Kind] = {"integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS: dict[str, Kind] = {"date": "date", "date-time": "datetime"}
_LABELS = ("name", "title", "display_name")
_DEPTH = 4


def scalar_kind(schema: Schema) -> Kind:
    """Return the kind of a value that is neither a reference nor flattened."""
    if schema.type in _SCALARS:
        return _SCALARS[schema.type]
    if schema.type == "string":
        return _FORMATS.get(str(schema.facts.get("format")), "text")
    return "json"


class Records:
    """The record types of a spec, built on first access."""

    def __init__(self, spec: Spec, overrides: Overrides) -> None:
        self._spec = spec
        self._overrides = overrides
        self._renamed = {
            schema: str(entry["name"])
            for entry in overrides.all("records")
            for schema in entry.get("schemas", ())
        }
        for schema in self._renamed.keys() - spec.schemas.keys():
            overrides.report_outdated("records", schema, "the spec has no such schema")
        self._nested = {schema for entry in overrides.all("nested") for schema in entry["schemas"]}
        self._schemas = self._group_schemas()
        self._built: dict[str, RecordType] = {}

    def _group_schemas(self) -> dict[str, list[str]]:
        """Collect the schemas that describe one record, the fullest first."""
        groups: dict[str, list[str]] = {}
        for schema in self._spec.schemas:
            if schema in self._renamed or is_response_schema(schema):
                groups.setdefault(self._record_of(schema), []).append(schema)
        for name in groups:
            groups[name].sort(key=lambda schema: (not schema.endswith("Response"), schema))
        return groups

    def of_schema(self, schema: str) -> str:
        """Return the record type that a response schema describes, and make sure it exists."""
        return self.named(self._record_of(schema))

    def named(self, record: str) -> str:
        """Return the name of a record type, and make sure it exists."""
        self.get(record)
        return record

    def _record_of(self, schema: str) -> str:
        return self._renamed.get(schema, record_name(schema))

    def knows(self, name: str) -> bool:
        """Whether a record type of that name can be made."""
        return name in self._schemas or any(
            entry["record"] == name for entry in self._overrides.section("new_records")
        )

    def get(self, name: str) -> RecordType:
        """Return a record type, making it and those it refers to."""
        if name not in self._built:
            # Reserved first: records refer to one another in cycles.
            self._built[name] = RecordType(name, ())
            with tell_place(f"The record type {name!r} (schemas: {self._schema_names(name)})"):
                self._built[name] = msgspec.convert(
                    msgspec.to_builtins(self._build(name)), RecordType
                )
        return self._built[name]

    def widen(self, name: str, spec_record: str) -> None:
        """Add the fields of the record type that the spec has in the place of another one.

        They are not in a frame by default: what both have is.
        """
        record, other = self.get(name), self.get(spec_record)
        added = [
            replace(field, default=False)
            for field in other.fields
            if record.field(field.path) is None
        ]
        self._built[name] = replace(record, fields=(*record.fields, *added))

    def _schema_names(self, name: str) -> str:
        return ", ".join(self._schemas.get(name, ())) or "none"

    def all(self) -> tuple[RecordType, ...]:
        """Return what has been made, by name."""
        return tuple(self._built[name] for name in sorted(self._built))

    def _build(self, name: str) -> RecordType:
        facts: Entry = {}
        for entry in self._overrides.find("records", name=name):
            facts.update(entry)
        fields: dict[str, Field] = {}
        for entry in self._overrides.find("new_records", record=name):
            fields |= {path: Field(path, kind) for path, kind in entry["fields"].items()}
        for schema in self._schemas.get(name, ()):
            properties = self._spec.resolve({"$ref": f"#/{schema}"}).properties
            for field in self._walk_properties(properties, "", 0):
                fields.setdefault(field.path, field)
        for entry in self._overrides.find("new_fields", record=name):
            target = entry.get("target", "")
            for path, kind in entry["fields"].items():
                known = fields[path].record if path in fields else ""
                fields[path] = Field(
                    path, kind, record=target, spec_record=known if known != target else ""
                )
        label = next((label for label in _LABELS if label in fields), "")
        lists = tuple(f"{path}." for path, field in fields.items() if field.kind == "list")
        corrected = [
            self._correct_field(
                name, field, _is_default(field) and not field.path.startswith(lists)
            )
            for field in fields.values()
        ]
        for field in corrected:
            for target in filter(None, (field.record, field.spec_record)):
                self.get(target)
        corrected.sort(key=lambda field: _field_rank(field, label))
        return RecordType(
            name, tuple(corrected), label=label, polymorphic=facts.get("polymorphic", False)
        )

    def _walk_properties(self, properties: Json, prefix: str, depth: int) -> Iterator[Field]:
        for key, node in properties.items():
            yield from self._parse_field(prefix + key, self._spec.resolve(node), depth)

    def _parse_field(self, path: str, schema: Schema, depth: int) -> Iterator[Field]:
        if schema.type == "array":
            yield from self._parse_array(path, self._spec.resolve(schema.items), depth)
        elif self._is_reference(schema):
            yield Field(path, "ref", record=self._record_of(schema.names[0]))
        elif schema.properties and depth < _DEPTH:
            yield Field(path, "object")
            yield from self._walk_properties(schema.properties, path + ".", depth + 1)
        else:
            yield Field(path, scalar_kind(schema), enum=schema.enum)

    def _parse_array(self, path: str, items: Schema, depth: int) -> Iterator[Field]:
        if path == "custom_fields":
            yield Field(path, "custom_fields")
        elif self._is_reference(items):
            yield Field(path, "refs", record=self._record_of(items.names[0]))
        elif items.properties and depth < _DEPTH:
            yield Field(path, "list")
            yield from self._walk_properties(items.properties, path + ".", depth + 1)
        else:
            yield Field(path, "texts" if items.type == "string" else "json", enum=items.enum)

    def _is_reference(self, schema: Schema) -> bool:
        return (
            bool(schema.names)
            and "gid" in schema.properties
            and not self._nested.intersection(schema.names)
        )

    def _correct_field(self, record: str, field: Field, default: bool) -> Field:
        facts = {name: getattr(field, name) for name in field.__struct_fields__}
        facts["default"] = default
        for wanted in (f"*.{field.path}", f"{record}.{field.path}"):
            for entry in self._overrides.find("fields", names=wanted):
                facts |= self._overrides.compare(entry, wanted, facts)
        return Field(**facts)


def _is_default(field: Field) -> bool:
    """Whether a field is a default column of a frame.

    Plain values and references do; what costs much (lists of objects, rich text) or says the
    same on every row (the type) does not, unless an override says so.
    """
    if field.kind in ("object", "list", "json"):
        return False
    last = field.path.rpartition(".")[2]
    return not last.startswith("html_") and last != "resource_type"


def _field_rank(field: Field, label: str) -> int:
    """Identity first, then the order of the spec."""
    order = {"gid": 0, label: 1, "resource_type": 2, "resource_subtype": 3}
    return order.get(field.path, 4)
