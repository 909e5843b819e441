"""One ``list`` for all operations that list the objects of a resource."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from msgspec.structs import replace

from asana_frames.catalog.model import Catalog, Operation, Parameter, load


def methods_of(catalog: Catalog, resource: str) -> tuple[Operation, ...]:
    """Return the methods of a resource: its operations, and a ``list`` for several of them."""
    operations = catalog.operations_of(resource)
    ids = catalog.resource(resource).lists
    if not ids:
        return operations
    by_id = {operation.id: operation for operation in catalog.operations}
    merged = merge_operations([by_id[operation_id] for operation_id in ids])
    others = [operation for operation in operations if operation.method != "list"]
    return (replace(merged, resource=resource), *others)


@cache
def find_method(resource: str, method: str) -> Operation:
    """Return a method of a resource of the committed catalog."""
    return next(known for known in methods_of(load(), resource) if known.method == method)


def merge_operations(operations: Sequence[Operation]) -> Operation:
    """Return a method that takes the arguments of any one of several list operations.

    Arguments that no operation takes together exclude each other.

    Parameters
    ----------
    operations
        The operations; a call is made with the first that takes its arguments.
    """
    first = operations[0]
    found: dict[str, Parameter] = {}
    for operation in operations:
        for parameter in operation.parameters:
            found.setdefault(parameter.argument, parameter)
    parents = list(dict.fromkeys(n for op in operations for n in _parent_arguments(op)))
    parameters = [_merge_parameter(p, operations, parents) for p in found.values()]
    return replace(
        first,
        method="list",
        choices=tuple(operation.id for operation in operations),
        fields=all(operation.fields for operation in operations),
        parameters=tuple(sorted(parameters, key=lambda p: p.argument not in parents)),
        one_of=_merge_combinations(operations),
    )


def _merge_combinations(operations: Sequence[Operation]) -> tuple[tuple[str, ...], ...]:
    """Return the combinations of arguments; a call needs one of them, unless one is empty."""
    first, *others = operations
    combinations = first.one_of or (_required_arguments(first),)
    if not others or combinations == ((),):
        return first.one_of
    return (*combinations, *map(_required_arguments, others))


def _required_arguments(operation: Operation) -> tuple[str, ...]:
    return tuple(p.argument for p in operation.parameters if p.required)


def _parent_arguments(operation: Operation) -> list[str]:
    """Return the arguments that name what is listed under."""
    needed = [name for names in operation.one_of for name in names]
    return needed or [p.argument for p in operation.parameters if p.required or p.parent]


def _merge_parameter(
    parameter: Parameter, operations: Sequence[Operation], parents: Sequence[str]
) -> Parameter:
    name = parameter.argument
    takers = [op for op in operations if name in op.arguments]
    companions = {other for operation in takers for other in operation.arguments}
    needs: Sequence[str] = ()
    excludes = [parent for parent in parents if parent not in companions]
    if name not in parents and operations[0] not in takers:
        # Shorter than all the parents that it does not go with.
        needs, excludes = [parent for parent in parents if parent in companions], []
    return replace(
        parameter,
        place="query",
        required=all(name in _required_arguments(operation) for operation in operations),
        needs=(*parameter.needs, *needs),
        excludes=tuple(dict.fromkeys([*parameter.excludes, *excludes])),
    )
