"""From the fields of a record to the columns of its frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from asana_frames.catalog.model import Field, Kind, RecordType, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.types import Fields

#: What a custom field is asked for: enough to type any kind of value.
CUSTOM_FIELD_LEAVES = (
    "gid",
    "name",
    "resource_subtype",
    "representation_type",
    "number_value",
    "text_value",
    "display_value",
    "enum_value.name",
    "multi_enum_values.name",
    "people_value.gid",
    "people_value.name",
    "date_value.date",
    "date_value.date_time",
    "reference_value.name",
)
_CUSTOM_FIELD_PATHS = frozenset(f"custom_fields.{leaf}" for leaf in CUSTOM_FIELD_LEAVES)


class Column(msgspec.Struct, frozen=True):
    """One column of a frame.

    ``steps`` is the way into the record: each key, and whether a list is found there.
    """

    name: str
    path: str
    kind: Kind
    steps: tuple[tuple[str, bool], ...]

    @property
    def depth(self) -> int:
        """How many lists lie on the way: 0 for a value, 1 for a tuple, 2 for tuples of tuples."""
        return sum(is_list for _, is_list in self.steps)

    @property
    def opt_fields(self) -> tuple[str, ...]:
        """What to send as ``opt_fields`` to get this column."""
        if self.kind == "custom_fields":
            return tuple(f"{self.path}.{leaf}" for leaf in CUSTOM_FIELD_LEAVES)
        return (self.path,)


@lru_cache(maxsize=1024)
def columns_of(record: str, fields: tuple[str, ...] | None = None) -> tuple[Column, ...]:
    """Return the columns of a record's frame.

    Parameters
    ----------
    record
        Name of the record type, such as ``"task"``.
    fields
        Asana paths; None for the default columns; ``("all",)`` for every column.

    Raises
    ------
    InvalidArgument
        A path is unknown; the message suggests the nearest.
    """
    kind = load().record(record)
    if fields is None:
        chosen = [
            column
            for field in kind.fields
            if field.default
            for column in _field_columns(kind, field)
        ]
    elif fields == ("all",):
        chosen = [column for field in kind.fields for column in _field_columns(kind, field)]
    else:
        chosen = [column for path in fields for column in _parse_path(kind, path)]
    if kind.field("gid") is not None:
        chosen.insert(0, Column("gid", "gid", "text", (("gid", False),)))
    return tuple({column.name: column for column in chosen}.values())


def parse_fields(fields: Fields) -> tuple[str, ...] | None:
    """Return ``fields`` as a tuple of paths, or None for the default columns."""
    # A picker of fields stands for what is picked.
    fields = getattr(fields, "value", fields)
    if fields is None:
        return None
    paths: tuple[object, ...] = ()
    if isinstance(fields, str):
        paths = tuple(fields.split(","))
    elif isinstance(fields, Iterable):
        paths = tuple(fields)
    if not paths or not all(isinstance(path, str) and path.strip() for path in paths):
        raise InvalidArgument(
            'fields= takes a list of Asana paths (["name"], not an empty one), "all", or None for '
            "the default columns."
        )
    return tuple(str(path).strip().removeprefix("this.") for path in paths)


def _parse_path(kind: RecordType, path: str) -> Iterator[Column]:
    """Yield the columns for one path that a user asked for."""
    found = list(_walk_path(kind, path.split("."), (), ""))
    if not found:
        raise InvalidArgument(
            f"A {kind.name} has no field {path!r}.{suggest_names(path, _known_paths(kind))} "
            f"info() of the resource lists them all."
        )
    yield from found


def _walk_path(
    kind: RecordType, keys: list[str], steps: tuple[tuple[str, bool], ...], prefix: str
) -> Iterator[Column]:
    """Yield the columns at ``keys`` below ``kind``, following references."""
    for cut in range(len(keys), 0, -1):
        field = kind.field(".".join(keys[:cut]))
        if field is None:
            continue
        rest = keys[cut:]
        if not rest:
            yield from _field_columns(kind, field, steps, prefix)
        elif field.record:
            below = (*steps, *_path_steps(kind, field)), _join_path(prefix, _column_stem(field))
            for record in filter(None, (field.record, field.spec_record)):
                columns = list(_walk_path(load().record(record), rest, *below))
                if columns:
                    yield from columns
                    break
        elif field.kind == "custom_fields" and ".".join(keys) in _CUSTOM_FIELD_PATHS:
            yield from _field_columns(kind, field, steps, prefix)
        return


def _field_columns(
    kind: RecordType,
    field: Field,
    steps: tuple[tuple[str, bool], ...] = (),
    prefix: str = "",
) -> Iterator[Column]:
    """Yield the columns that one field becomes."""
    here = (*steps, *_path_steps(kind, field))
    if field.kind == "custom_fields" and steps:
        raise InvalidArgument(
            f"{prefix}.custom_fields cannot be columns of a {kind.name}'s referrer: "
            f"read those records and merge them by gid."
        )
    if field.kind in ("object", "list"):
        for child in _child_fields(kind, field):
            yield from _field_columns(kind, child, steps, prefix)
    elif field.record:
        for leaf in _reference_leaves(load().record(field.record)):
            yield _build_column(
                _join_path(prefix, _column_stem(field)), leaf, (*here, (leaf.path, False))
            )
    else:
        parent, _, leaf_name = _column_stem(field).rpartition(".")
        leaf = Field(leaf_name, field.kind)
        yield _build_column(_join_path(prefix, parent), leaf, here)


def _build_column(stem: str, leaf: Field, steps: tuple[tuple[str, bool], ...]) -> Column:
    in_list = any(is_list for _, is_list in steps[:-1])
    name = _join_path(stem, plural(leaf.path, leaf.kind) if in_list else leaf.path)
    path = ".".join(key for key, _ in steps)
    return Column(name.replace(".", "_"), path, leaf.kind, steps)


def _reference_leaves(target: RecordType) -> Iterator[Field]:
    """Yield what a reference to ``target`` shows of it."""
    yield Field("gid", "text")
    if target.label:
        yield target.field(target.label) or Field(target.label, "text")
    if target.polymorphic:
        yield Field("resource_type", "text")


def _child_fields(kind: RecordType, field: Field) -> Iterator[Field]:
    depth = field.path.count(".") + 1
    for child in kind.fields:
        if child.path.startswith(field.path + ".") and child.path.count(".") == depth:
            yield child


def _path_steps(kind: RecordType, field: Field) -> tuple[tuple[str, bool], ...]:
    """Return the keys from the record to ``field``, and which of them hold lists."""
    keys = field.path.split(".")
    steps = []
    for cut in range(1, len(keys) + 1):
        at = kind.field(".".join(keys[:cut]))
        steps.append((keys[cut - 1], at is not None and at.kind in ("list", "refs", "texts")))
    return tuple(steps)


def _column_stem(field: Field) -> str:
    return field.column or field.path


def _join_path(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def plural(word: str, kind: Kind) -> str:
    """Return the name of a column that holds a tuple of ``word``."""
    if kind == "boolean" or word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _known_paths(kind: RecordType) -> Iterable[str]:
    """Return the paths worth suggesting: the record's own, and one step into its references."""
    for field in kind.fields:
        yield field.path
        if field.record:
            yield from (
                f"{field.path}.{leaf.path}"
                for leaf in load().record(field.record).fields
                if "." not in leaf.path
            )
