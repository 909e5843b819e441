"""Arguments of a write -> its rows: one request for each item of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import keep_items
from asana_frames.calls import bodies
from asana_frames.calls.custom_field_writes import WritableField
from asana_frames.calls.references import is_single_reference, unwrap_picker
from asana_frames.calls.request_builder import (
    CallContext,
    CallRequest,
    build_request,
    check_combinations,
)
from asana_frames.calls.row_problems import RowProblems
from asana_frames.catalog import BodyField, Operation, Parameter
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.list_cells import read_lists

#: Of a frame of tasks.
_PROJECTS = "memberships_project_gids"
_ARRAYS = (pd.Series, pd.Index, np.ndarray, pd.api.extensions.ExtensionArray)


class WriteRow(NamedTuple):
    """One request of a write."""

    request: CallRequest
    body: Mapping[str, Any] | None

    @property
    def target(self) -> str | None:
        """The gid of the object that the row acts on; None for most creations."""
        return next((gid for gid in self.request.parents if gid is not None), None)


class RowSet(NamedTuple):
    """The rows of a write."""

    rows: list[WriteRow]
    #: Whether an argument is a collection; then the frame has outcomes.
    is_many: bool
    #: The collections among the body fields.
    collections: dict[str, list[Any]]
    #: What is wrong with the rows.
    problems: RowProblems
    #: The projects of each row's target, where a frame of targets tells them; else nothing.
    projects: list[tuple[str, ...]]
    #: gid -> custom field, of those that were read in order to find what the rows name.
    known_fields: dict[str, WritableField]


class _RowValues(NamedTuple):
    """The values of an argument, one for each row."""

    values: list[Any]
    #: The index of a Series or frame.
    labels: pd.Index[Any] | None = None


def build_write_rows(
    client: CallContext,
    operation: Operation,
    arguments: Mapping[str, Any],
    body: Mapping[str, Any] | None,
) -> RowSet:
    """Split the arguments of a write into rows, and resolve the references of each.

    Series, indexes, arrays and frames have one value for each row, matched by position; so do
    plain lists, except for fields that take a list. Anything else is the same for all rows.

    What is wrong with a target is one of the problems of the rows.

    Raises
    ------
    InvalidArgument
        Collections differ in length or in their index.
    """
    if body is not None:
        bodies.check_names(operation, body)
        # Of the many fields of a body most are not given, and would be looked at in each row.
        body = {name: keep_items(value) for name, value in body.items() if value is not None}
    check_combinations(
        operation, [n for n, v in {**arguments, **(body or {})}.items() if v is not None]
    )
    parameters = {parameter.argument: parameter for parameter in operation.parameters}
    fields = {_name_field(field.name, parameters): field for field in operation.body}
    _check_path(operation, arguments)
    given = _unwrap_values(arguments, body or {}, parameters, fields)
    split = {
        name: _split_rows(value, takes_list=_takes_list(name, fields))
        for name, value in given.items()
        if value is not None
    }
    many = {name: values for name, values in split.items() if values is not None}
    _check_order(operation, given, many)
    count = _check_lengths(operation, many)
    _check_indexes(operation, many)
    of_bodies = {name: values for name, values in many.items() if name not in parameters}
    collections = _collect_bodies(operation, body or {}, of_bodies, fields, count)
    problems = RowProblems(operation, count)
    named = {parameters[name]: name for name in split if name in parameters}
    targets = {
        parameter: _resolve_targets(
            client, parameter, many[name].values if name in many else [given[name]], problems
        )
        for parameter, name in named.items()
    }
    rows = []
    for place in range(count):
        pairs = [(parameter, gids[place % len(gids)]) for parameter, gids in targets.items()]
        own = {name: values[place] for name, values in collections.items()}
        row_body = None if body is None else {**body, **own}
        rows.append(WriteRow(build_request(operation, pairs), row_body))
    projects = [of for name in named.values() for of in _list_projects(given[name])]
    return RowSet(rows, bool(many), collections, problems, projects, {})


def _collect_bodies(
    operation: Operation,
    body: Mapping[str, Any],
    many: Mapping[str, _RowValues],
    fields: Mapping[str, BodyField],
    count: int,
) -> dict[str, list[Any]]:
    """Return field -> its values by row; a stream is copied, as each row reads its own."""
    collections = {
        fields[name].name if name in fields else name: values.values
        for name, values in many.items()
    }
    file = body.get("file")
    if operation.multipart and count > 1 and hasattr(file, "read"):
        collections["file"] = bodies.copy_stream(operation, file, count)
    return collections


def _unwrap_values(
    arguments: Mapping[str, Any],
    body: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    fields: Mapping[str, BodyField],
) -> dict[str, Any]:
    """Return arguments and body fields by key, pickers replaced by their choices."""
    refers = {name: field.refers for name, field in fields.items()}
    refers |= {name: parameter.refers for name, parameter in parameters.items()}
    named = {_name_field(name, parameters): value for name, value in body.items()}
    return {
        name: unwrap_picker(value, refers.get(name, ()))
        for name, value in {**arguments, **named}.items()
    }


def _name_field(name: str, parameters: Mapping[str, Parameter]) -> str:
    """Return a key for a body field that differs from all parameters.

    ``rates.update`` has both a parameter and a field ``rate``.
    """
    return f"{name} (field)" if name in parameters else name


def _check_path(operation: Operation, arguments: Mapping[str, Any]) -> None:
    for parameter in operation.parameters:
        if parameter.place == "path" and arguments.get(parameter.argument) is None:
            raise InvalidArgument(f"{operation.name}: {parameter.argument} is missing.")


def _takes_list(name: str, fields: Mapping[str, BodyField]) -> bool:
    """Whether a plain list may be one value: what kind a custom field has is not known yet."""
    return fields[name].many if name in fields else name.startswith(PREFIX)


def _list_projects(targets: Any) -> list[tuple[str, ...]]:
    """Return the projects of each target, if it is a frame that tells them."""
    if not isinstance(targets, pd.DataFrame) or _PROJECTS not in targets.columns:
        return []
    lists = read_lists(targets[_PROJECTS])
    return [tuple(gid for gid in gids if isinstance(gid, str)) for gids in lists]


def _split_rows(value: Any, *, takes_list: bool) -> _RowValues | None:
    """Return the values of an argument for each row; None if all rows have the same."""
    if is_single_reference(value) or hasattr(value, "read"):
        return None
    if isinstance(value, pd.DataFrame):
        return _RowValues(_list_gids(value), value.index)
    if isinstance(value, _ARRAYS):
        if isinstance(value, np.ndarray) and value.dtype.kind in "mM":
            # As its items, times would be integers.
            value = pd.Index(value)
        return _RowValues(list(value), value.index if isinstance(value, pd.Series) else None)
    if not isinstance(value, Iterable) or isinstance(value, bytes):
        return None
    items = list(value)
    if takes_list and not any(bodies.is_list_like(item) for item in items):
        return None
    return _RowValues(items)


def _list_gids(frame: pd.DataFrame) -> list[Any]:
    if "gid" not in frame.columns:
        names = ", ".join(map(str, frame.columns[:8]))
        raise InvalidArgument(
            f'This frame has no "gid" column (it has {names}). Pass a column instead, such as '
            f'frame["task_gid"].'
        )
    return list(frame["gid"])


def _check_order(
    operation: Operation, given: Mapping[str, Any], many: Mapping[str, _RowValues]
) -> None:
    """Refuse sets that would be matched with other collections."""
    for name in many:
        is_set = isinstance(given[name], set | frozenset)
        if is_set and len(many) > 1:
            raise InvalidArgument(
                f"{operation.name}: {name} is a set, whose items have no order, so they cannot be "
                f"matched with those of others. Pass a list."
            )


def _check_lengths(operation: Operation, many: Mapping[str, _RowValues]) -> int:
    """Return the number of rows."""
    lengths = {name: len(row_values.values) for name, row_values in many.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise InvalidArgument(
            f"{operation.name}: {counts}. Collections need one item per row, all of one length; "
            f"pass a single value to use it for all rows."
        )
    return next(iter(lengths.values()), 1)


def _check_indexes(operation: Operation, many: Mapping[str, _RowValues]) -> None:
    """Refuse rows whose index says that they belong to others."""
    indexed = [(name, one.labels) for name, one in many.items() if one.labels is not None]
    for name, index in indexed[1:]:
        first, expected = indexed[0]
        if not index.equals(expected):
            raise InvalidArgument(
                f"{operation.name}: {name} and {first} have different indexes, and rows are "
                f"matched by position. Align them, or pass {name}.to_numpy() if the positions "
                f"are right."
            )


def _resolve_targets(
    client: CallContext, parameter: Parameter, values: Sequence[Any], problems: RowProblems
) -> list[str | None]:
    """Return the gid of each value, None for a problem; a target may be there twice."""

    def resolve(value: Any) -> str:
        if bodies.is_missing(value):
            raise InvalidArgument(
                f"{parameter.argument} is missing. Drop the row, or fill in a gid."
            )
        gids = client.references.gids(value, parameter.refers)
        if len(gids) != 1:
            raise InvalidArgument(
                f"{parameter.argument} needs one object, and {len(gids)} are given."
            )
        return gids[0]

    return [
        problems.collect(row, partial(resolve, value), column=parameter.argument, value=value)
        for row, value in enumerate(values)
    ]
