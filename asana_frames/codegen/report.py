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
    """Return a line for each difference: ``+`` for new, ``-`` for gone, ``~`` for changed."""
    lines = [
        *_compare("resource", _by_name(old.resources), _by_name(new.resources)),
        *_compare("operation", _operations(old), _operations(new)),
        *_compare("parameter", _parameters(old), _parameters(new)),
        *_compare("body field", _body_fields(old), _body_fields(new)),
        *_compare("record type", _by_name(old.records), _by_name(new.records)),
        *_compare("record field", _record_fields(old), _record_fields(new)),
    ]
    if (old.directories, old.settings) != (new.directories, new.settings):
        lines.append("~ directories and settings of overrides.toml")
    return lines


def _compare(kind: str, old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[str]:
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
            yield f"{fact} {_format(before)} -> {_format(after)}"


def _format(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else repr(value)


def _by_name(items: Iterable[T]) -> dict[str, T]:
    return {str(item.name): item for item in items}  # type: ignore[attr-defined]


def _operations(catalog: Catalog) -> dict[str, Operation]:
    return {f"{op.id} ({op.http} {op.path})": op for op in catalog.operations}


def _parameters(catalog: Catalog) -> dict[str, msgspec.Struct]:
    return {f"{op.name}({p.argument}=)": p for op in catalog.operations for p in op.parameters}


def _body_fields(catalog: Catalog) -> dict[str, msgspec.Struct]:
    return {f"{op.name}({f.name}=)": f for op in catalog.operations for f in op.body}


def _record_fields(catalog: Catalog) -> dict[str, msgspec.Struct]:
    records: tuple[RecordType, ...] = catalog.records
    return {f"{record.name}.{f.path}": f for record in records for f in record.fields}
