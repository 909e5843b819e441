"""One read: from arguments to requests, from pages to a frame."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from numbers import Integral
from typing import Any, NamedTuple, Protocol

import msgspec
import pandas as pd

from asana_frames import bodies
from asana_frames.catalog import (
    Column,
    Directory,
    Operation,
    Parameter,
    columns_of,
    load,
    parse_fields,
)
from asana_frames.definitions import Options, read_options, read_settings
from asana_frames.exceptions import (
    AsanaError,
    ConnectionFailed,
    InvalidRequest,
    PartialResultWarning,
)
from asana_frames.fetch import REFUSALS, Http, Listing, Query, Skip, fan_out
from asana_frames.frames import FrameBuilder, ParentColumn
from asana_frames.last import Last, recorded
from asana_frames.references import References, is_single
from asana_frames.types import Errors, Fields, Limit


class Client(Protocol):
    """What a resource needs of the object it hangs on."""

    http: Http
    references: References
    #: Options of enum custom fields, read once.
    options: Options

    def publish(self, last: Last) -> None:
        """Let a call that has ended be ``asana.last``."""


class _Request(NamedTuple):
    """One request of a read, and the parents it stands for."""

    path: str
    params: dict[str, str]
    parents: tuple[str | None, ...]


class Read:
    """One read: from arguments to a frame."""

    def __init__(
        self, client: Client, operation: Operation, fields: Fields, limit: Limit, errors: Errors
    ) -> None:
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, Integral)):
            raise InvalidRequest(f"limit= takes a whole number or None, not {limit!r}.")
        if limit is not None and limit < 1:
            raise InvalidRequest(f"limit={limit} is too small: give 1 or more, or None for all.")
        if errors not in ("warn", "raise"):
            raise InvalidRequest(f'errors= takes "warn" or "raise", not {errors!r}.')
        self._client = client
        self._operation = operation
        self._limit = None if limit is None else int(limit)
        self._errors = errors
        self._has_fields = fields is not None
        self._columns = columns_of(operation.record, parse_fields(fields))

    def frame(self, arguments: Mapping[str, Any]) -> pd.DataFrame:
        """Fetch and return the frame."""
        operation = self._operation
        with recorded(operation.name, self._client.publish) as last:
            axes = _axes(self._client, operation, arguments)
            requests = list(_requests(operation, axes))
            for request in requests:
                if operation.fields:
                    request.params["opt_fields"] = opt_fields(self._columns)
            parents = self._parent_columns(arguments)
            builder = FrameBuilder(self._columns, [_parent_column(name) for name in parents])
            tolerant = self._errors == "warn" and _asks_for_many(operation, arguments)
            skip = REFUSALS if tolerant else ()
            sync = self._fetch(builder, requests, parents, last, skip=skip)
            frame = builder.frame(finished_options(self._client, builder), self._limit)
            last.rows = len(frame)
        frame.attrs["asana"] = last.attrs() | _told_sync(sync)
        _warn(last)
        return frame

    def _fetch(
        self,
        builder: FrameBuilder,
        requests: Sequence[_Request],
        parents: Sequence[str],
        last: Last,
        *,
        skip: Skip,
    ) -> dict[str, str]:
        """Read all requests into the builder; return the sync tokens of event streams."""
        operation = self._operation
        queries = [
            Query(request.path, request.params, operation.paging, self._limit, operation.name)
            for request in requests
        ]
        found_under = [_by_column(operation, request.parents) for request in requests]
        listings = [builder.listing(*map(under.get, parents)) for under in found_under]
        counts = [0] * len(requests)
        sync: dict[str, str] = {}
        for listing in fan_out(self._client.http, queries, skip=skip):
            request = requests[listing.place]
            if listing.page is None:
                # Pages that came before the refusal would be a list cut short.
                builder.drop(listings[listing.place])
                last.failed(*self._failure(request, listing))
                continue
            counts[listing.place] += self._append(
                builder, listing.page.body, listings[listing.place]
            )
            if listing.page.sync:
                sync[request.parents[0] or ""] = listing.page.sync
        if builder.has_custom_fields:
            empty = [request for request, count in zip(requests, counts, strict=True) if not count]
            builder.declare_custom_fields(read_settings(self._client.http, self._parents(empty)))
        return sync

    def _parent_columns(self, arguments: Mapping[str, Any]) -> list[str]:
        """Return the columns that name parents.

        All that the operation has, so that they do not depend on the filter; where ``fields`` are
        asked for, only those of the parents asked about, since the others would be empty.
        """
        return list(
            dict.fromkeys(
                parameter.parent
                for parameter in self._operation.parents
                if not self._has_fields or arguments.get(parameter.argument) is not None
            )
        )

    def _parents(self, requests: Iterable[_Request]) -> Iterator[tuple[str, str]]:
        """Yield record type and gid of what requests asked under."""
        kinds = [parameter.refers[0] for parameter in _reference_parameters(self._operation)]
        for request in requests:
            for kind, gid in zip(kinds, request.parents, strict=True):
                if gid is not None:
                    yield kind, gid

    def _append(self, builder: FrameBuilder, body: bytes, listing: int) -> int:
        try:
            return builder.append(body, listing, one=self._operation.returns != "list")
        except (msgspec.DecodeError, UnicodeDecodeError) as cause:
            raise ConnectionFailed(
                f"{self._operation.name}: the answer is not Asana's JSON ({cause})."
            ) from cause

    def _failure(
        self, request: _Request, listing: Listing
    ) -> tuple[str, tuple[str | None, ...], AsanaError]:
        """Return what is recorded of a parent that could not be read."""
        assert listing.refusal is not None  # either a page or a refusal
        names = [
            f"{parameter.argument} {gid}"
            for parameter, gid in zip(
                _reference_parameters(self._operation), request.parents, strict=True
            )
            if gid is not None
        ]
        return ", ".join(names), request.parents, listing.refusal


def _asks_for_many(operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Whether an argument is a collection, whatever its size: then refusals are recorded."""
    return any(
        arguments.get(parameter.argument) is not None
        and not is_single(arguments[parameter.argument])
        for parameter in _reference_parameters(operation)
    )


def _told_sync(sync: Mapping[str, str]) -> dict[str, Any]:
    """Return the token to go on with, or one per watched object."""
    if len(sync) > 1:
        return {"sync": dict(sync)}
    return {"sync": next(iter(sync.values()))} if sync else {}


def _reference_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """Return the parameters a read fans out over."""
    return tuple(p for p in operation.parameters if p.refers and not p.many)


def _axes(
    client: Client, operation: Operation, arguments: Mapping[str, Any]
) -> list[list[tuple[Parameter, str | None]]]:
    """Resolve the arguments; each becomes the values that requests take in turn."""
    axes: list[list[tuple[Parameter, str | None]]] = []
    within: dict[str, str] = {}
    for parameter in sorted(operation.parameters, key=_containers_first):
        value = arguments.get(parameter.argument)
        if value is None:
            if parameter.place == "path":
                raise InvalidRequest(f"{operation.name}: {parameter.argument} is missing.")
            axes.append([(parameter, None)])
        elif not parameter.refers:
            axes.append([(parameter, bodies.query_value(operation, parameter, value))])
        else:
            inside = within.get(_container(parameter))
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


def _containers_first(parameter: Parameter) -> int:
    """Workspaces before projects before what is looked for in them."""
    return {"workspace": 0, "project": 1}.get(next(iter(parameter.refers), ""), 2)


def _container(parameter: Parameter) -> str:
    """Return the record type within which a parameter's names are looked for."""
    directory: Directory | None = load().directory(parameter.refers[0])
    return directory.container if directory is not None else ""


def _requests(
    operation: Operation, axes: list[list[tuple[Parameter, str | None]]]
) -> Iterator[_Request]:
    """Yield one request per combination of the references asked for."""
    fanned = {parameter.name for parameter in _reference_parameters(operation)}
    for combination in product(*axes):
        path = operation.path
        params = {}
        parents: list[str | None] = []
        for parameter, value in combination:
            if parameter.name in fanned:
                parents.append(value)
            if value is None:
                continue
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", bodies.quoted(value))
            else:
                params[parameter.name] = value
        yield _Request(path, params, tuple(parents))


def target_of(
    client: Client, operation: Operation, arguments: Mapping[str, Any]
) -> tuple[str, dict[str, str]]:
    """Return the path and query of a write, which acts on one object."""
    requests = list(_requests(operation, _axes(client, operation, arguments)))
    if len(requests) != 1:
        raise InvalidRequest(
            f"{operation.name} acts on one object at a time; {len(requests)} were given."
        )
    return requests[0].path, requests[0].params


def opt_fields(columns: Iterable[Column]) -> str:
    """Return what to send so that the columns come back: the frame decides the request."""
    return ",".join(dict.fromkeys(path for column in columns for path in column.opt_fields))


def _parent_column(name: str) -> ParentColumn:
    return ParentColumn(name, name.endswith("_gids"))


def _by_column(operation: Operation, parents: tuple[str | None, ...]) -> dict[str, str | None]:
    """Return the parents of a request by the column that names them."""
    values: dict[str, str | None] = {}
    for parameter, gid in zip(_reference_parameters(operation), parents, strict=True):
        if parameter.parent:
            values[parameter.parent] = values.get(parameter.parent) or gid
    return values


def finished_options(client: Client, builder: FrameBuilder) -> Options:
    """Return the options of the enum fields that a builder has met."""
    return read_options(client.http, builder.enum_fields(), client.options)


def _warn(last: Last) -> None:
    failures = last.failures
    count = len(failures)
    if not count:
        return
    first = failures.iloc[0]
    warnings.warn(
        f"{last.operation}: {count} of the parents asked for could not be read, first "
        f"{first['parent']}: {first['status']} {str(first['message']).rstrip('.')}. "
        f"asana.last.failures lists them.",
        PartialResultWarning,
        stacklevel=5,
    )
