"""The shape of ``operations.json`` and its loader."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument, suggest_names

Kind = Literal[
    "text",
    "integer",
    "number",
    "boolean",
    "date",
    "datetime",
    "json",
    "texts",
    "ref",
    "refs",
    "object",
    "list",
    "custom_fields",
]
Returns = Literal["one", "list", "nothing", "job"]
Paging = Literal["pages", "offset", "none", "events", "stream"]
#: What resources are for, in the order in which they are listed.
Group = Literal[
    "Work",
    "Plans and goals",
    "Time and money",
    "People and access",
    "Fields, templates and rules",
    "Search, changes and exports",
]


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One path of a record, as Asana names it."""

    path: str
    kind: Kind
    #: The record type that a ``ref`` or ``refs`` points to.
    record: str = ""
    #: The record type that the spec says, where ``record`` is a wider one; ``fields`` takes the
    #: paths of both.
    spec_record: str = ""
    #: Part of a frame when no ``fields`` are asked for.
    default: bool = False
    #: Column name where it differs from the path.
    column: str = ""
    enum: tuple[str, ...] = ()


class RecordType(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kind of JSON object, and the fields it may have."""

    name: str
    fields: tuple[Field, ...]
    #: The field that names such an object for people; empty if none does.
    label: str = ""
    #: References to it may be of several kinds, so their ``resource_type`` matters.
    polymorphic: bool = False

    def field(self, path: str) -> Field | None:
        """Return the field at ``path``, or None."""
        return next((field for field in self.fields if field.path == path), None)


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One argument of an operation's path or query."""

    name: str
    argument: str
    place: Literal["path", "query"]
    kind: Kind
    required: bool = False
    #: Several values go into one request, joined by commas.
    many: bool = False
    #: Record types that a reference may name, most likely first.
    refers: tuple[str, ...] = ()
    #: The frame's column that says which parent a row was found under.
    parent: str = ""
    enum: tuple[str, ...] = ()
    #: Needs at least one of these arguments as well.
    needs: tuple[str, ...] = ()
    #: Arguments that cannot be given beside it.
    excludes: tuple[str, ...] = ()
    #: What Asana assumes when nothing is sent; never sent by us.
    default: str | bool | None = None
    #: What people should know about it, in our own words.
    note: str = ""


class BodyField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of an operation's body."""

    name: str
    kind: Kind
    required: bool = False
    enum: tuple[str, ...] = ()
    #: Record types that a reference may name, most likely first.
    refers: tuple[str, ...] = ()
    #: Holds a list: a JSON array, or one text of several values joined by commas.
    many: bool = False
    #: Sending null empties it.
    nullable: bool = False
    #: What people should know about it, in our own words.
    note: str = ""


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One HTTP method on one path."""

    id: str
    resource: str
    method: str
    http: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    returns: Returns
    status: int
    record: str = ""
    paging: Paging = "none"
    #: The spec does not promise ``next_page``, so a page without it is the last one.
    may_omit_next_page: bool = False
    #: Takes ``opt_fields``.
    fields: bool = True
    multipart: bool = False
    deprecated: str = ""
    note: str = ""
    #: A call needs all arguments of at least one of these combinations.
    one_of: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: tuple[BodyField, ...] = ()
    #: For ``list`` methods: ids of the operations that a call can make, one at a time.
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How a user types it: ``tasks.list``."""
        return f"{self.resource}.{self.method}"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.http == "GET"

    @property
    def has_preview(self) -> bool:
        """Whether ``dry_run`` can tell what it would change.

        Not for jobs, whose result Asana alone knows; exports, which change nothing; uploads, whose
        file is read only when it is sent; and batches, which hold requests of any kind.
        """
        is_other = self.resource in ("batch", "exports", "organization_exports")
        return not (self.is_read or self.multipart or self.returns == "job" or is_other)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of its path and query."""
        return tuple(parameter.argument for parameter in self.parameters)

    @property
    def parents(self) -> tuple[Parameter, ...]:
        """The parameters that say where a row was found."""
        return tuple(parameter for parameter in self.parameters if parameter.parent)


class ResourceType(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attribute of ``Asana``."""

    name: str
    about: str
    group: Group
    record: str
    #: Ids of the operations between which ``list`` chooses; empty where it is one of its own.
    lists: tuple[str, ...] = ()
    #: Module and class of ``calls`` that has its hand-written methods; empty for most.
    base: str = ""

    @property
    def class_name(self) -> str:
        """Name of its class: ``task_templates`` has ``TaskTemplates``."""
        return "".join(word.capitalize() for word in self.name.split("_"))


class Directory(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the names of a record type are listed."""

    record: str
    operation: str
    #: The parameter that takes the container's gid; empty for the top.
    within: str = ""
    #: The container's record type.
    container: str = ""
    #: The parameter that takes the name itself, where the list is a search.
    query: str = ""
    arguments: dict[str, str] = {}
    #: A text, or a reference whose name, tells objects of one name apart, such as ``team``.
    beside: str = ""


class Catalog(msgspec.Struct, frozen=True):
    """Everything ``operations.json`` holds."""

    resources: tuple[ResourceType, ...]
    operations: tuple[Operation, ...]
    records: tuple[RecordType, ...]
    directories: tuple[Directory, ...]
    #: Record type -> path of the settings that name its custom fields, for empty lists.
    settings: dict[str, str]

    def operation(self, operation_id: str) -> Operation:
        """Return an operation by its id."""
        return _operations_by_id()[operation_id]

    def record(self, name: str) -> RecordType:
        """Return a record type by its name.

        Raises
        ------
        InvalidArgument
            There is no such record type; the message suggests the nearest.
        """
        by_name = _records_by_name()
        if not isinstance(name, str) or name not in by_name:
            hint = suggest_names(str(name), by_name)
            raise InvalidArgument(f"There is no record type {name!r}.{hint}")
        return by_name[name]

    def resource(self, name: str) -> ResourceType:
        """Return a resource by its name.

        Raises
        ------
        InvalidArgument
            There is no such resource; the message suggests the nearest.
        """
        check_text(name, name="resource", like="tasks")
        by_name = {resource.name: resource for resource in self.resources}
        if name not in by_name:
            raise InvalidArgument(f"There is no resource {name!r}.{suggest_names(name, by_name)}")
        return by_name[name]

    def operations_of(self, resource: str) -> tuple[Operation, ...]:
        """Return a resource's operations in the order of the spec."""
        return tuple(op for op in self.operations if op.resource == resource)

    def directory(self, record: str) -> Directory | None:
        """Return where the names of a record type are listed, or None."""
        return next((entry for entry in self.directories if entry.record == record), None)


@cache
def load() -> Catalog:
    """Read the committed catalog, once per process."""
    data = files(__package__).joinpath("operations.json").read_bytes()
    return msgspec.json.decode(data, type=Catalog)


@cache
def _operations_by_id() -> dict[str, Operation]:
    return {operation.id: operation for operation in load().operations}


@cache
def _records_by_name() -> dict[str, RecordType]:
    return {record.name: record for record in load().records}
