"""From arguments to requests: which lists or objects a call is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple, Protocol

import pandas as pd

from asana_frames.calls import bodies
from asana_frames.calls.custom_field_definitions import EnumOptions
from asana_frames.calls.last_call import CallSettings, LastCall
from asana_frames.calls.references import ReferenceResolver, is_single_reference
from asana_frames.calls.resume import InterruptedReads
from asana_frames.catalog import Column, Directory, Operation, Parameter, load
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch import Http

ArgumentValues = list[tuple[Parameter, str | None]]

#: Column of a frame of references that counts what an operation lists: where it is 0, nothing
#: has to be asked.
_COUNT_COLUMNS = {"getSubtasksForTask": "num_subtasks"}


class CallContext(Protocol):
    """What a resource needs of the object it hangs on."""

    http: Http
    references: ReferenceResolver
    #: Options of enum custom fields, read once.
    options: EnumOptions
    settings: CallSettings
    #: Reads that broke off, to be gone on with.
    unfinished: InterruptedReads
    #: Projects whose sections do not hold all of their tasks.
    undivided: set[str]

    def publish(self, last: LastCall) -> None:
        """Let a call that has ended be ``asana.last``."""

    def warn_of(self, operation: str) -> bool:
        """Whether it is the first time that this operation is large."""


class CallRequest(NamedTuple):
    """One request of a call, and the parents it stands for."""

    path: str
    params: dict[str, str]
    parents: tuple[str | None, ...]


def reference_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """Return the parameters a read fans out over."""
    return tuple(p for p in operation.parameters if p.refers and not p.many)


def has_many_references(operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Whether an argument is a collection, whatever its size: then refusals are recorded."""
    return any(
        arguments.get(parameter.argument) is not None
        and not is_single_reference(arguments[parameter.argument])
        for parameter in reference_parameters(operation)
    )


def build_requests(
    client: CallContext, operation: Operation, arguments: Mapping[str, Any]
) -> list[CallRequest]:
    """Return one request per combination of the references asked for."""
    return list(_requests(operation, resolve_arguments(client, operation, arguments)))


def resolve_arguments(
    client: CallContext, operation: Operation, arguments: Mapping[str, Any]
) -> list[ArgumentValues]:
    """Resolve the arguments; each becomes the values that requests take in turn."""
    axes: list[ArgumentValues] = []
    within: dict[str, str] = {}
    for parameter in sorted(operation.parameters, key=_resolution_order):
        value = arguments.get(parameter.argument)
        if value is None:
            if parameter.place == "path":
                raise InvalidArgument(f"{operation.name}: {parameter.argument} is missing.")
            axes.append([(parameter, None)])
        elif not parameter.refers:
            axes.append([(parameter, bodies.format_query_value(operation, parameter, value))])
        else:
            inside = within.get(_container_record(parameter))
            value = _drop_empty_parents(operation, value)
            gids = client.references.gids(value, parameter.refers, within=inside)
            if parameter.many:
                # None of nobody's tasks: an empty filter would be no filter at all.
                axes.append([(parameter, ",".join(gids))] if gids else [])
                continue
            if len(gids) == 1 and parameter.refers[0] in ("workspace", "project"):
                within[parameter.refers[0]] = gids[0]
            axes.append([(parameter, gid) for gid in gids])
    order = {parameter.name: place for place, parameter in enumerate(operation.parameters)}
    return sorted(axes, key=lambda axis: order[axis[0][0].name] if axis else 0)


def _drop_empty_parents(operation: Operation, value: Any) -> Any:
    """Leave out the references of which a frame says that there is nothing to list."""
    column = _COUNT_COLUMNS.get(operation.id)
    if column and isinstance(value, pd.DataFrame) and column in value.columns:
        return value[value[column].fillna(1) != 0]
    return value


def _resolution_order(parameter: Parameter) -> int:
    """Workspaces before projects before what is looked for in them."""
    return {"workspace": 0, "project": 1}.get(next(iter(parameter.refers), ""), 2)


def _container_record(parameter: Parameter) -> str:
    """Return the record type within which a parameter's names are looked for."""
    directory: Directory | None = load().directory(parameter.refers[0])
    return directory.container if directory is not None else ""


def _requests(operation: Operation, axes: list[ArgumentValues]) -> Iterator[CallRequest]:
    for combination in product(*axes):
        yield build_request(operation, combination)


def build_request(
    operation: Operation, values: Iterable[tuple[Parameter, str | None]]
) -> CallRequest:
    """Return the request that asks for one value of each parameter."""
    fanned = {parameter.name for parameter in reference_parameters(operation)}
    path = operation.path
    params = {}
    parents: list[str | None] = []
    for parameter, value in values:
        if parameter.name in fanned:
            parents.append(value)
        if value is None:
            continue
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", bodies.quote_segment(value))
        else:
            params[parameter.name] = value
    return CallRequest(path, params, tuple(parents))


def join_opt_fields(columns: Iterable[Column]) -> str:
    """Return what to send so that the columns come back: the frame decides the request."""
    return ",".join(dict.fromkeys(path for column in columns for path in column.opt_fields))
