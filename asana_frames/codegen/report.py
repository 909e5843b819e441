"""What a new catalog adds to another one, changes and removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from asana_frames.catalog import Catalog, Operation, RecordType

T = TypeVar("T", bound=msgspec.Struct)

#: Facts of an operation or a record that are compared one by one rather than as a whole.
_PARTS = ("parameters", "body", "fields")


def compare_catalogs(old: Catalog, new: Catalog) -> list[str]:
    """Return a line for each difference: ``+`` for new, ``-`` for removed, ``~`` for changed."""
    lines = [
        *_compare_items("resource", _by_name(old.resources), _by_name(new.resources)),
        *_compare_items("operation", _operations_by_label(old), _operations_by_label(new)),
        *_compare_items("parameter", _parameters_by_label(old), _parameters_by_label(new)),
        *_compare_items("body field", _body_fields_by_label(old), _body_fields_by_label(new)),
        *_compare_items("record type", _by_name(old.records), _by_name(new.records)),
        *_compare_items(
            "record field", _record_fields_by_label(old), _record_fields_by_label(new)
        ),
    ]
    if (old.directories, old.settings) != (new.directories, new.settings):
        lines.append("~ directories and settings of overrides.toml")
    return lines


def _compare_items(kind: str, old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[str]:
    yield from (f"+ {kind} {name}" for name in new if name not in old)
    yield from (f"- {kind} {name}" for name in old if name not in new)
    for name in new:
        if name in old and (changes := list(_changed_facts(old[name], new[name]))):
            yield f"~ {kind} {name}: {'; '.join(changes)}"


def _changed_facts(old: msgspec.Struct, new: msgspec.Struct) -> Iterator[str]:
    for fact in new.__struct_fields__:
        before, after = getattr(old, fact), getattr(new, fact)
        is_part = fact in _PARTS and isinstance(after, tuple)
        if before != after and not is_part:
            yield f"{fact} {_format_fact(before)} -> {_format_fact(after)}"


def _format_fact(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else repr(value)


def _by_name(items: Iterable[T]) -> dict[str, T]:
    return {str(item.name): item for item in items}  # type: ignore[attr-defined]


def _operations_by_label(catalog: Catalog) -> dict[str, Operation]:
    return {f"{op.id} ({op.http} {op.path})": op for op in catalog.operations}


def _parameters_by_label(catalog: Catalog) -> dict[str, msgspec.Struct]:
    return {f"{op.name}({p.argument}=)": p for op in catalog.operations for p in op.parameters}


def _body_fields_by_label(catalog: Catalog) -> dict[str, msgspec.Struct]:
    return {f"{op.name}({f.name}=)": f for op in catalog.operations for f in op.body}


def _record_fields_by_label(catalog: Catalog) -> dict[str, msgspec.Struct]:
    records: tuple[RecordType, ...] = catalog.records
    return {f"{record.name}.{f.path}": f for record in records for f in record.fields}
