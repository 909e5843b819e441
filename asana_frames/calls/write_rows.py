"""Arguments of a write -> its rows: one request for each item of a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import keep_items
from asana_frames.calls import bodies
from asana_frames.calls.references import is_single_reference, unwrap_picker
from asana_frames.calls.request_builder import (
    CallContext,
    CallRequest,
    build_request,
    check_combinations,
)
from asana_frames.catalog import BodyField, Operation, Parameter
from asana_frames.exceptions import InvalidArgument

#: Most problems that a message lists.
_MAX_LISTED = 10
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


class _RowValues(NamedTuple):
    """The values of an argument, one for each row."""

    values: list[Any]
    #: The index of a Series or frame.
    labels: pd.Index[Any] | None = None


class RowProblems:
    """What is wrong with the rows of a write, collected so that all of it is told at once."""

    def __init__(self, operation: Operation, count: int) -> None:
        self._operation = operation
        self._count = count
        self._found: list[tuple[int, InvalidArgument]] = []

    def collect(self, row: int, check: Callable[[], Any]) -> Any:
        """Return the result of a function; remember its InvalidArgument, and return None."""
        try:
            return check()
        except InvalidArgument as error:
            self._found.append((row, error))
            return None

    def raise_if_any(self) -> None:
        """Raise one error about all rows.

        Raises
        ------
        InvalidArgument
            A row has a problem; the class is that of the problem if all rows have the same.
        """
        if not self._found:
            return
        errors = [error for _, error in self._found]
        if self._count == 1:
            raise errors[0]
        prefix = f"{self._operation.name}: "
        listed = [f"row {row}: {str(e).removeprefix(prefix)}" for row, e in self._found]
        more = len(listed) - _MAX_LISTED
        kinds = {type(error) for error in errors}
        kind = kinds.pop() if len(kinds) == 1 else InvalidArgument
        raise kind(
            f"{prefix}nothing was sent, because {len(listed):,} of {self._count:,} rows cannot "
            f"be: {' '.join(listed[:_MAX_LISTED])}{f' And {more:,} more.' if more > 0 else ''}"
        )


def build_write_rows(
    client: CallContext,
    operation: Operation,
    arguments: Mapping[str, Any],
    body: Mapping[str, Any] | None,
) -> RowSet:
    """Split the arguments of a write into rows, and resolve the references of each.

    Series, indexes, arrays and frames have one value for each row, matched by position; so do
    plain lists, except for fields that take a list. Anything else is the same for all rows.

    Raises
    ------
    InvalidArgument
        Collections differ in length or in their index, or a row has no target.
    """
    if body is not None:
        body = {name: keep_items(value) for name, value in body.items()}
    given = {**arguments, **(body or {})}
    check_combinations(operation, [name for name, v in given.items() if v is not None])
    parameters = {parameter.argument: parameter for parameter in operation.parameters}
    fields = {field.name: field for field in operation.body}
    _check_path(operation, arguments)
    split = {
        name: _split_rows(value, fields.get(name))
        for name, value in given.items()
        if value is not None
    }
    many = {name: values for name, values in split.items() if values is not None}
    _check_order(operation, given, many)
    count = _check_lengths(operation, many)
    _check_indexes(operation, many)
    collections = {name: many[name].values for name in many if name not in parameters}
    if operation.multipart and count > 1 and hasattr((body or {}).get("file"), "read"):
        collections["file"] = bodies.copy_stream(operation, (body or {})["file"], count)
    problems = RowProblems(operation, count)
    targets = {
        parameters[name]: _resolve_targets(
            client,
            parameters[name],
            many[name].values if name in many else [arguments[name]],
            problems,
        )
        for name in split
        if name in parameters
    }
    problems.raise_if_any()
    rows = []
    for place in range(count):
        pairs = [(parameter, gids[place % len(gids)]) for parameter, gids in targets.items()]
        own = {name: values[place] for name, values in collections.items()}
        row_body = None if body is None else {**body, **own}
        rows.append(WriteRow(build_request(operation, pairs), row_body))
    return RowSet(rows, bool(many), collections)


def _check_path(operation: Operation, arguments: Mapping[str, Any]) -> None:
    for parameter in operation.parameters:
        if parameter.place == "path" and arguments.get(parameter.argument) is None:
            raise InvalidArgument(f"{operation.name}: {parameter.argument} is missing.")


def _split_rows(value: Any, field: BodyField | None) -> _RowValues | None:
    """Return the values of an argument for each row; None if all rows have the same."""
    value = unwrap_picker(value)
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
    takes_list = field is not None and field.many
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
) -> list[str]:
    """Return the gid of each value; a target that is named twice is there twice."""

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

    return [problems.collect(row, partial(resolve, value)) for row, value in enumerate(values)]
