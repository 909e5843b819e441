"""Which columns of a frame can be written, and as which field: what the catalog's methods take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple

from asana_frames.catalog import columns_of, load
from asana_frames.catalog.columns import plural
from asana_frames.catalog.model import BodyField, Operation
from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, MOMENT_SUFFIX, PREFIX
from asana_frames.frames.field_definitions import FieldDefinition

#: How the cells of a field become changes: one value; a day or a moment; a reference by gid or
#: name; a list of references as one value; a list of which items are added and removed; projects
#: with their sections.
Form = Literal["value", "time", "reference", "list", "items", "memberships"]
#: Kinds of custom fields that Asana computes.
_COMPUTED = frozenset({"custom_id", "formula"})
#: Kind of a custom field -> the kind of its column.
_FIELD_KINDS = {
    "number": "number",
    "text": "text",
    "enum": "text",
    "multi_enum": "tuple",
    "people": "tuple",
    "date": "date",
    "reference": "tuple",
}
MEMBERSHIPS = (
    "memberships_project_gids",
    "memberships_project_names",
    "memberships_section_gids",
    "memberships_section_names",
)
PROJECTS, SECTIONS, DEPENDENCIES = "projects", "sections", "dependencies"
#: Columns of tables of new rows, beside those of Asana: what names a row; the task above; the
#: section of a task; the rows that come before it.
KEY, PARENT, SECTION, DEPENDS_ON = "key", "parent", "section", "depends_on"


class WritableField(NamedTuple):
    """A field that can be written, and the columns that hold it."""

    name: str
    form: Form
    #: The column of gids and the one of names; the day and the moment; the value alone.
    columns: tuple[str, ...]
    #: The fields of day and moment, where these are two.
    names: tuple[str, ...] = ()


@cache
def list_creation_fields(record: str) -> tuple[WritableField, ...]:
    """Return the references that only a creation takes, such as the workspace of a tag.

    What an object is created in is one of them, such as the task of an entry of time.
    """
    create = _find_methods(record).get("create")
    known = {one.name for one in list_writable_fields(record)}
    found = _describe_body(record, create.body if create else ())
    return tuple(
        one for one in found if one.form in ("reference", "list") and one.name not in known
    ) + tuple(
        WritableField(name, "reference", (f"{name}_gid", f"{name}_name"))
        for name in list_containers(record)
        if name not in known
    )


@cache
def list_containers(record: str) -> tuple[str, ...]:
    """Return what objects of a record are created in, where that is no field of theirs."""
    creations = [one for name, one in _find_methods(record).items() if name.startswith("create")]
    # A creation that needs nothing goes before those that do.
    if any(one.method == "create" and not _list_path(one) for one in creations):
        return ()
    return tuple(dict.fromkeys(name for one in creations for name in _list_path(one)))


def _list_path(operation: Operation) -> list[str]:
    return [one.argument for one in operation.parameters if one.place == "path"]


@cache
def find_creation_obstacle(record: str) -> str:
    """Return why rows of a record cannot be created by changes; nothing if they can."""
    has_creation = any(name.startswith("create") for name in _find_methods(record))
    return "" if has_creation else f"{find_resource(record)} cannot be created"


def _find_methods(record: str) -> Mapping[str, Operation]:
    return {one.method: one for one in load().operations_of(find_resource(record))}


def list_own_fields(record: str) -> dict[str, WritableField]:
    """Return column -> field, for columns called like fields, as tables of new rows have them."""
    known = list_writable_fields(record)
    found = {one.name: one for one in known if one.form in ("reference", "list", "items")}
    others = {"memberships": SECTION, "items": DEPENDS_ON}
    found |= {
        others[one.form]: one
        for one in known
        if one.form == "memberships" or one.name == DEPENDENCIES
    }
    return found


def find_resource(record: str) -> str:
    """Return the resource whose objects are of a record type; empty if there is none."""
    return next((one.name for one in load().resources if one.record == record), "")


def find_record_type(resource: object) -> str:
    """Return the record type of the objects of a resource; empty if it is not known."""
    return next((one.record for one in load().resources if one.name == resource), "")


def column_kinds(record: str, fields: Iterable[FieldDefinition] = ()) -> dict[str, str]:
    """Return the kinds of the columns of a record, and of those of custom fields."""
    kinds = dict(_record_kinds(record))
    for one in fields:
        if one.kind in _FIELD_KINDS and not one.is_computed:
            kinds[one.column] = _FIELD_KINDS[one.kind]
        if one.kind == "people":
            kinds[one.column + GIDS_SUFFIX] = "tuple"
        if one.kind == "date":
            kinds[one.column + MOMENT_SUFFIX] = "datetime"
    return kinds


@cache
def _record_kinds(record: str) -> Mapping[str, str]:
    kinds = {
        column.name: "tuple" if column.depth else column.kind
        for column in columns_of(record, ("all",))
        if column.kind != "custom_fields"
    }
    return {name: "gid" if _is_gid(name) else kind for name, kind in kinds.items()}


def _is_gid(name: str) -> bool:
    return name == "gid" or name.endswith("_gid")


def find_writable_fields(
    record: str, columns: Sequence[str], fields: Sequence[FieldDefinition] = ()
) -> list[WritableField]:
    """Return the fields of a frame that can be written.

    Parameters
    ----------
    record
        The record type of its rows.
    columns
        The columns of the frame.
    fields
        The definitions of its custom fields.
    """
    given = set(columns)
    known = [one for one in list_writable_fields(record) if given.intersection(one.columns)]
    return [*known, *_find_custom_fields(columns, fields)]


@cache
def list_writable_fields(record: str) -> tuple[WritableField, ...]:
    """Return the fields of a record that can be written, but for custom fields."""
    methods = _find_methods(record)
    update = methods.get("update")
    found = {one.name: one for one in _describe_body(record, update.body if update else ())}
    for name in _list_item_fields(methods):
        found[name] = WritableField(name, "items", (f"{name}_gids", f"{name}_names"))
    add = methods.get("add_project")
    if add is not None and any(field.name == "section" for field in add.body):
        found[SECTIONS] = WritableField(PROJECTS, "memberships", MEMBERSHIPS)
    return tuple(found.values())


def is_on_day(moment: str, day: str) -> bool:
    """Return whether a moment may be on a day: of which time zone is not known."""
    apart = date.fromisoformat(moment[:10]) - date.fromisoformat(day[:10])
    return abs(apart.days) <= 1


def find_field_of(resource: str, field: str, value: Any) -> str:
    """Return the field that holds a value: of a day and its moment, the value tells which."""
    for one in list_writable_fields(find_record_type(resource)):
        if one.form == "time" and field in one.names:
            return one.names[int("T" in str(value)[10:11])]
    return field


def _describe_body(record: str, body: Sequence[BodyField]) -> Iterator[WritableField]:
    kinds, names = _record_kinds(record), {field.name for field in body}
    for field in body:
        day = f"{field.name.removesuffix('_at')}_on"
        if field.name.endswith("_at") and day in names:
            # The day stands for both.
            continue
        moment = f"{field.name.removesuffix('_on')}_at"
        if field.name.endswith("_on") and moment in names:
            both = (field.name, moment)
            yield WritableField(field.name, "time", both, both)
        elif field.refers and field.many:
            yield WritableField(field.name, "list", (f"{field.name}_gids", f"{field.name}_names"))
        elif field.refers:
            label = load().record(field.refers[0]).label or "name"
            yield WritableField(
                field.name, "reference", (f"{field.name}_gid", f"{field.name}_{label}")
            )
        elif kinds.get(field.name, "json") not in ("json", "tuple"):
            yield WritableField(field.name, "value", (field.name,))


def _list_item_fields(methods: Mapping[str, Operation]) -> Iterator[str]:
    """Yield the lists to which one method adds an item, and from which another removes it."""
    for method, operation in methods.items():
        item = method.removeprefix("add_")
        if item == method or f"remove_{item}" not in methods:
            continue
        if any(field.name == item for field in operation.body):
            yield plural(item, "ref")


def list_computed(fields: Iterable[FieldDefinition]) -> frozenset[str]:
    """Return the columns of custom fields that Asana works out."""
    return frozenset(one.column for one in fields if one.is_computed or one.kind in _COMPUTED)


def _find_custom_fields(
    columns: Sequence[str], fields: Sequence[FieldDefinition]
) -> Iterator[WritableField]:
    given = set(columns)
    kinds = {one.column: one.kind for one in fields}
    computed = list_computed(fields)
    for name in columns:
        gids, moment = f"{name}{GIDS_SUFFIX}", f"{name}{MOMENT_SUFFIX}"
        if not name.startswith(PREFIX) or name in computed or _is_second(name, given, kinds):
            continue
        if kinds.get(name, "people") == "people" and gids in given and gids not in kinds:
            yield WritableField(name, "list", (gids, name))
        elif kinds.get(name, "date") == "date" and moment in given and moment not in kinds:
            yield WritableField(name, "time", (name, moment), (name, name))
        else:
            yield WritableField(name, "value", (name,))


def _is_second(name: str, given: set[str], kinds: Mapping[str, str]) -> bool:
    """Return whether a column is the second one of a field of people or days."""
    if name in kinds:
        return False
    stems = (name.removesuffix(end) for end in (GIDS_SUFFIX, MOMENT_SUFFIX) if name.endswith(end))
    return any(stem in given for stem in stems)
