"""Build the requests of a call: arguments -> resolved references -> paths and queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, Protocol

import pandas as pd

from asana_frames.calls import bodies
from asana_frames.calls.custom_field_definitions import EnumOptions
from asana_frames.calls.last_call import CallSettings, LastCall
from asana_frames.calls.references import ReferenceResolver, is_single_reference
from asana_frames.calls.resume import InterruptedReads
from asana_frames.catalog import Column, Directory, Operation, Parameter, find_method, load
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch import Http

ArgumentValues = list[tuple[Parameter, str | None]]

#: Operation -> column of a frame of parents that counts what it lists; 0 needs no request.
_COUNT_COLUMNS = {"getSubtasksForTask": "num_subtasks"}
#: Operation -> how to ask for arguments together that exclude each other.
_HOW_TO_COMBINE = {
    "getTasks": ' A section alone is named "Project name/Section name"; '
    "tasks.search(workspace, projects_any=..., assignee_any=...) combines filters.",
}


class CallContext(Protocol):
    """What a call needs from the ``Asana`` object it is made through."""

    http: Http
    references: ReferenceResolver
    #: Options of enum custom fields, read once.
    enum_options: EnumOptions
    settings: CallSettings
    #: Interrupted reads, which the same call resumes.
    interrupted_reads: InterruptedReads
    #: Projects whose sections do not hold all of their tasks.
    unsplittable_projects: set[str]

    #: What became of changes in this process.
    applied: Any

    def publish(self, last: LastCall) -> None:
        """Make a call that has ended ``asana.last``."""

    def is_first_large_read(self, operation: str) -> bool:
        """Whether no read of this operation has been large before; then it is remembered."""


class CallRequest(NamedTuple):
    """One request of a call: path, query and the gids of its parents."""

    path: str
    params: dict[str, str]
    #: A gid, or None, for each of the operation's ``reference_parameters``.
    parents: tuple[str | None, ...]


def reference_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """Return the parameters that a call can have many of, each a request of its own."""
    return tuple(p for p in operation.parameters if p.refers and not p.many)


def iterate_parents(operation: Operation, request: CallRequest) -> Iterator[tuple[Parameter, str]]:
    """Yield the parents of a request, each with its parameter."""
    for parameter, gid in zip(reference_parameters(operation), request.parents, strict=True):
        if gid is not None:
            yield parameter, gid


def has_many_references(operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Whether a parent is given as a collection of any size."""
    return any(
        arguments.get(parameter.argument) is not None
        and not is_single_reference(arguments[parameter.argument], parameter.refers)
        for parameter in reference_parameters(operation)
    )


def build_requests(
    client: CallContext, operation: Operation, arguments: Mapping[str, Any]
) -> list[CallRequest]:
    """Return one request for each combination of parents."""
    check_combinations(operation, [name for name, v in arguments.items() if v is not None])
    axes = _resolve_arguments(client, operation, arguments)
    return [build_request(operation, combination) for combination in product(*axes)]


def check_combinations(operation: Operation, given: Collection[str]) -> None:
    """Check that the names of the arguments given can be sent together.

    Raises
    ------
    InvalidArgument
        One is missing beside others, or two exclude each other.
    """
    names = set(given)
    for parameter in operation.parameters:
        argument = parameter.argument
        if argument not in names:
            continue
        excluded = next((name for name in parameter.excludes if name in names), None)
        if excluded is not None:
            raise InvalidArgument(
                f"{operation.name}() takes {argument}= or {excluded}=, not both."
                f"{_describe_parents(operation)}{_HOW_TO_COMBINE.get(operation.id, '')}"
            )
        if parameter.needs and names.isdisjoint(parameter.needs):
            needed = _join_arguments(parameter.needs, "or")
            raise InvalidArgument(f"{operation.name}() takes {argument}= only with {needed}.")
    if operation.one_of and not any(names.issuperset(known) for known in operation.one_of):
        raise InvalidArgument(f"{operation.name}() needs {_describe_one_of(operation)}.")


def choose_operation(resource: str, method: str, given: Collection[str]) -> Operation:
    """Return the operation of a method that takes the arguments given.

    Raises
    ------
    InvalidArgument
        They do not go together, or none of them says what to list under.
    """
    merged = find_method(resource, method)
    check_combinations(merged, given)
    choices = (load().operation(operation_id) for operation_id in merged.choices)
    return next(operation for operation in choices if set(given) <= set(operation.arguments))


def _describe_one_of(operation: Operation) -> str:
    """Return which combinations of arguments the operation takes."""
    if all(len(names) == 1 for names in operation.one_of):
        return _join_arguments([name for names in operation.one_of for name in names], "or")
    return ", or ".join(_join_arguments(names, "together with") for names in operation.one_of)


def _describe_parents(operation: Operation) -> str:
    """Return a sentence that lists the parents a method takes; empty if there are only a few."""
    if operation.one_of:
        return f" It needs {_describe_one_of(operation)}."
    parents = list(dict.fromkeys(name for p in operation.parameters for name in p.excludes))
    return f" It takes one of {_join_arguments(parents, 'or')}." if len(parents) > 2 else ""


def _join_arguments(names: Sequence[str], last: str) -> str:
    *rest, end = [f"{name}=" for name in names]
    return f"{', '.join(rest)} {last} {end}" if rest else end


def _resolve_arguments(
    client: CallContext, operation: Operation, arguments: Mapping[str, Any]
) -> list[ArgumentValues]:
    """Resolve references to gids; return the values of each parameter, one list each."""
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
                # No gids, no requests: an empty filter would not filter at all.
                axes.append([(parameter, ",".join(gids))] if gids else [])
                continue
            if len(gids) == 1:
                within[parameter.refers[0]] = gids[0]
            axes.append([(parameter, gid) for gid in gids])
    order = {parameter.name: place for place, parameter in enumerate(operation.parameters)}
    return sorted(axes, key=lambda axis: order[axis[0][0].name] if axis else 0)


def _drop_empty_parents(operation: Operation, value: Any) -> Any:
    """Drop the rows of a frame of parents that have nothing to list."""
    column = _COUNT_COLUMNS.get(operation.id)
    if column and isinstance(value, pd.DataFrame) and column in value.columns:
        return value[value[column].fillna(1) != 0]
    return value


def _resolution_order(parameter: Parameter) -> int:
    """Resolve workspaces first, then projects, then names within them."""
    return {"workspace": 0, "project": 1}.get(next(iter(parameter.refers), ""), 2)


def _container_record(parameter: Parameter) -> str:
    """Return the record type that contains what a parameter refers to."""
    directory: Directory | None = load().directory(parameter.refers[0])
    return directory.container if directory is not None else ""


def build_request(
    operation: Operation, values: Iterable[tuple[Parameter, str | None]]
) -> CallRequest:
    """Return the request with one value for each parameter."""
    parent_names = {parameter.name for parameter in reference_parameters(operation)}
    path = operation.path
    params = {}
    parents: list[str | None] = []
    for parameter, value in values:
        if parameter.name in parent_names:
            parents.append(value)
        if value is None:
            continue
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", bodies.quote_segment(value))
        else:
            params[parameter.name] = value
    return CallRequest(path, params, tuple(parents))


def join_opt_fields(columns: Iterable[Column]) -> str:
    """Return the ``opt_fields`` that the columns need."""
    return ",".join(dict.fromkeys(path for column in columns for path in column.opt_fields))
