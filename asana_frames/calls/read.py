"""One read: from arguments to a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from numbers import Integral
from typing import Any

import pandas as pd

from asana_frames.calls.custom_field_definitions import (
    EnumOptions,
    fetch_field_settings,
    fetch_option_names,
)
from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.calls.page_collector import PageCollector
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import (
    CallContext,
    CallRequest,
    build_requests,
    has_many_references,
    join_opt_fields,
    reference_parameters,
)
from asana_frames.calls.resume import ReadProgress
from asana_frames.calls.section_split import plan_section_split
from asana_frames.catalog import Operation, columns_of, parse_fields
from asana_frames.exceptions import (
    InvalidArgument,
    InvalidRequest,
    LargeReadWarning,
    PartialResultWarning,
    warn_caller,
)
from asana_frames.fetch import REFUSALS, FanOut, ListQuery, is_set_too_large
from asana_frames.frames import FrameBuilder, ParentColumn, pause_garbage_collection
from asana_frames.types import Errors, Fields, Limit

#: Requests of a read above which a warning says how long it will take.
LARGE_READ_REQUESTS = 2_000
#: Fields of other objects from which a page counts as wide.
_WIDE_PAGE_FIELDS = 10

Arguments = Mapping[str, Any]


class Read:
    """One read: from arguments to a frame.

    Parameters
    ----------
    client
        Whose read it is.
    operation
        What is read.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    limit
        The most rows.
    errors
        ``"warn"`` records the parents of a collection that are refused, ``"raise"`` does not.
    """

    def __init__(
        self,
        client: CallContext,
        operation: Operation,
        fields: Fields,
        limit: Limit,
        errors: Errors,
    ) -> None:
        if errors not in ("warn", "raise"):
            raise InvalidArgument(f'errors= takes "warn" or "raise", not {errors!r}.')
        self._client = client
        self._operation = operation
        self._limit = check_limit(limit)
        self._errors = errors
        self._has_fields = fields is not None
        self._columns = columns_of(operation.record, parse_fields(fields))

    def frame(self, *argument_sets: Arguments) -> pd.DataFrame:
        """Fetch what some sets of arguments ask for, and return it as one frame."""
        operation, client = self._operation, self._client
        with record_call(operation.name, client.publish, client.settings) as last:
            requests, parents = self._asked(argument_sets)
            key = (operation.id, self._limit, self._errors, tuple(parents), _request_key(requests))
            progressed = client.unfinished.take(key) or self._begun(parents)
            for failure in progressed.failed:
                last.failed(*failure)
            try:
                self._fetch(requests, parents, progressed, last, argument_sets)
                options = fetch_enum_options(client, progressed.builder)
            except BaseException:
                if operation.paging != "events":
                    progressed.begun_at = progressed.begun_at or last.fetched_at
                    client.unfinished.keep(key, progressed)
                    last.broke_off(lambda: self._partial(progressed, last, len(requests)))
                raise
            frame = progressed.builder.frame(options, self._limit)
            last.rows = len(frame)
        resumed = {"begun_at": progressed.begun_at} if progressed.begun_at else {}
        frame.attrs["asana"] = last.attrs() | _sync_attrs(progressed.sync) | resumed
        warn_about_failures(last)
        return frame

    def batches(self, arguments: Arguments, rows: int) -> Iterator[pd.DataFrame]:
        """Fetch what the arguments ask for; yield frames of about so many rows as they fill.

        Rows come in the order in which lists arrive; an object that several lists hold is in the
        first frame that meets it.
        """
        operation, client = self._operation, self._client
        seen: set[Any] = set()
        names: list[str] = []
        with record_call(operation.name, client.publish, client.settings) as last:
            requests, parents = self._asked([arguments])
            begun = self._begun(parents)
            fields: list[tuple[str, str, str]] = []
            if begun.builder.has_custom_fields:
                # Read beforehand, so that all frames have the same columns.
                fields = fetch_field_settings(client.http, self._parents(requests))
                begun.builder.declare_custom_fields(fields)
            for _ in self._arriving(requests, parents, begun, last, [arguments]):
                if begun.builder.rows < rows:
                    continue
                frame = self._batch(begun.builder, seen, names, last)
                if len(frame):
                    yield frame
                begun.builder, begun.listings = self._begun(parents).builder, {}
                begun.builder.declare_custom_fields(fields)
                if self._limit is not None and last.rows >= self._limit:
                    break
            frame = self._batch(begun.builder, seen, names, last)
            if len(frame) or not last.rows:
                yield frame
        warn_about_failures(last)

    def _batch(
        self, builder: FrameBuilder, seen: set[Any], names: list[str], last: LastCall
    ) -> pd.DataFrame:
        """Return a frame of what has not been seen, its columns in the order of the first."""
        frame = builder.frame(fetch_enum_options(self._client, builder))
        names += [name for name in frame.columns if name not in names]
        frame = frame[[name for name in names if name in frame.columns]]
        if "gid" in frame.columns:
            # As numbers: a million of them take a third of the memory of text.
            gids = [int(gid) if gid.isdecimal() else gid for gid in frame["gid"]]
            known = [gid in seen for gid in gids]
            seen.update(gids)
            if any(known):
                frame = frame.loc[[not one for one in known]].reset_index(drop=True)
        last.rows += len(frame)
        if self._limit is not None and last.rows > self._limit:
            frame = frame.head(max(len(frame) - (last.rows - self._limit), 0))
            last.rows = self._limit
        frame.attrs["asana"] = last.attrs()
        return frame

    def requests(self, arguments: Arguments) -> list[CallRequest]:
        """Return the requests that begin the lists asked for; none of them is sent."""
        return self._asked([arguments])[0]

    def _asked(self, argument_sets: Sequence[Arguments]) -> tuple[list[CallRequest], list[str]]:
        """Return the requests to make, and the columns that name their parents."""
        requests = [
            request
            for arguments in argument_sets
            for request in build_requests(self._client, self._operation, arguments)
        ]
        if self._operation.fields:
            fields = join_opt_fields(self._columns)
            for request in requests:
                request.params["opt_fields"] = fields
        given = {
            name
            for arguments in argument_sets
            for name, value in arguments.items()
            if value is not None
        }
        return requests, self._parent_columns(given)

    def _parent_columns(self, given: set[str]) -> list[str]:
        """Return the columns that name parents.

        All that the operation has, so that they do not depend on the filter; where ``fields`` are
        asked for, only those of the parents asked about, since the others would be empty.
        """
        return list(
            dict.fromkeys(
                parameter.parent
                for parameter in self._operation.parents
                if not self._has_fields or parameter.argument in given
            )
        )

    def _begun(self, parents: Sequence[str]) -> ReadProgress:
        columns = [ParentColumn(name, name.endswith("_gids")) for name in parents]
        return ReadProgress(FrameBuilder(self._columns, columns))

    def _fetch(
        self,
        requests: Sequence[CallRequest],
        parents: Sequence[str],
        progressed: ReadProgress,
        last: LastCall,
        argument_sets: Sequence[Arguments],
    ) -> None:
        """Read what is left of all requests into the builder."""
        with pause_garbage_collection():
            # Requests leave hardly anything for it, and what is here already is a lot to look at.
            for _ in self._arriving(requests, parents, progressed, last, argument_sets):
                pass
        builder = progressed.builder
        if builder.has_custom_fields:
            empty = [r for place, r in enumerate(requests) if not progressed.counts.get(place)]
            builder.declare_custom_fields(
                fetch_field_settings(self._client.http, self._parents(empty))
            )

    def _arriving(
        self,
        requests: Sequence[CallRequest],
        parents: Sequence[str],
        progressed: ReadProgress,
        last: LastCall,
        argument_sets: Sequence[Arguments],
    ) -> Iterator[None]:
        """Let everything arrive, and yield after each page."""
        operation, client = self._operation, self._client
        left = [place for place in range(len(requests)) if place not in progressed.finished]
        self._warn_if_large(len(left))
        queries = [self._query(requests[place], progressed.following.get(place)) for place in left]
        under = [
            list(map(_parents_by_column(operation, r.parents).get, parents)) for r in requests
        ]
        arrivals = PageCollector(client, operation, requests, under, progressed, last)
        is_tolerant = self._errors == "warn" and any(
            has_many_references(operation, arguments) for arguments in argument_sets
        )
        skip = REFUSALS if is_tolerant else ()
        settings = client.settings
        with ProgressBar(
            operation.name, len(left), client.http, shown=settings.progress
        ) as progress:
            fan = FanOut(client.http, queries, skip=skip, tick=progress.tick)
            with closing(iter(fan)) as listings:
                try:
                    for listing in listings:
                        progress.rows += arrivals.take(fan, left[listing.place], listing)
                        progress.done = len(progressed.finished) - (len(requests) - len(left))
                        yield
                except InvalidRequest as error:
                    arrivals.abandon()
                    raise _add_advice(error, operation) from error.__cause__
                except BaseException:
                    arrivals.abandon()
                    raise

    def _query(self, request: CallRequest, offset: str | None) -> ListQuery:
        operation = self._operation
        split = (
            plan_section_split(self._client, operation, request) if self._limit is None else None
        )
        paths = request.params.get("opt_fields", "").split(",")
        return ListQuery(
            request.path,
            request.params,
            operation.paging,
            self._limit,
            operation.name,
            is_wide=sum("." in path for path in paths) >= _WIDE_PAGE_FIELDS,
            offset=offset,
            split=split,
        )

    def _partial(self, progressed: ReadProgress, last: LastCall, lists: int) -> pd.DataFrame:
        """Return what has arrived so far, without asking for anything more."""
        builder = progressed.builder.copy()
        frame = builder.frame(self._client.options, self._limit)
        frame.attrs["asana"] = last.attrs() | {
            "partial": True,
            "rows": len(frame),
            "lists": lists,
            "complete_lists": len(progressed.finished),
        }
        return frame

    def _parents(self, requests: Iterable[CallRequest]) -> Iterator[tuple[str, str]]:
        """Yield record type and gid of what requests asked under."""
        kinds = [parameter.refers[0] for parameter in reference_parameters(self._operation)]
        for request in requests:
            for kind, gid in zip(kinds, request.parents, strict=True):
                if gid is not None:
                    yield kind, gid

    def _warn_if_large(self, requests: int) -> None:
        name = self._operation.name
        if requests <= LARGE_READ_REQUESTS or not self._client.warn_of(name):
            return
        minutes = requests / self._client.http.quota.per_minute()
        warn_caller(
            f"{name}: at least {requests:,} requests, {minutes:.0f} minutes or more at the "
            f"token's quota. asana.plan(asana.{name}, ...) tells more before a read; "
            f"asana.stream(...) hands on what has arrived; interrupting keeps it.",
            LargeReadWarning,
        )


def check_limit(limit: Limit) -> Limit:
    """Return a limit that is one.

    Raises
    ------
    InvalidArgument
        It is no whole number of at least 1.
    """
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, Integral):
        raise InvalidArgument(f"limit= takes a whole number or None, not {limit!r}.")
    if limit < 1:
        raise InvalidArgument(f"limit={limit} is too small: give 1 or more, or None for all.")
    return int(limit)


def fetch_enum_options(client: CallContext, builder: FrameBuilder) -> EnumOptions:
    """Return the options of the enum fields that a builder has met."""
    return fetch_option_names(client.http, builder.enum_fields(), client.options)


def warn_about_failures(
    last: LastCall, done: str = "read", what: str = "parents asked for"
) -> None:
    """Warn of what could not be read or written."""
    failures = last.failures
    if failures.empty:
        return
    first = failures.iloc[0]
    status = "" if first["status"] is pd.NA else f"{first['status']} "
    warn_caller(
        f"{last.operation}: {len(failures)} of the {what} could not be {done}, first "
        f"{first['parent']}: {status}{str(first['message']).rstrip('.')}. "
        f"asana.last.failures lists them.",
        PartialResultWarning,
    )


def _add_advice(error: InvalidRequest, operation: Operation) -> InvalidRequest:
    """Return the error with how to read a set that is too large for Asana to list."""
    if not is_set_too_large(error):
        return error
    narrow = "Narrow it with the filters of the operation."
    return InvalidRequest(
        f"{error} Asana does not list a set this large to its end: ask for less at a time. "
        f"{_HOW_TO_READ_LESS.get(operation.resource, narrow)}",
        status=error.status,
        messages=error.messages,
    )


_HOW_TO_READ_LESS = {
    "tasks": "Read tasks by project or section, or by date: af.gather.search(asana, workspace, "
    "...) walks any search to its end, af.gather.all_tasks(asana, workspace) all projects and "
    "people.",
    "time_tracking_entries": "af.gather.time_entries(asana, workspace, start, end) reads them "
    "window by window.",
    "projects": "Read the projects of each team: asana.projects.list_for_team(teams).",
    "users": "Read the people of each team: asana.users.list(team=teams).",
}


def _request_key(requests: Iterable[CallRequest]) -> tuple[Any, ...]:
    return tuple((request.path, tuple(sorted(request.params.items()))) for request in requests)


def _sync_attrs(sync: Mapping[str, str]) -> dict[str, Any]:
    """Return the token to go on with, or one per watched object."""
    if len(sync) > 1:
        return {"sync": dict(sync)}
    return {"sync": next(iter(sync.values()))} if sync else {}


def _parents_by_column(
    operation: Operation, parents: tuple[str | None, ...]
) -> dict[str, str | None]:
    """Return the parents of a request by the column that names them."""
    values: dict[str, str | None] = {}
    for parameter, gid in zip(reference_parameters(operation), parents, strict=True):
        if parameter.parent:
            values[parameter.parent] = values.get(parameter.parent) or gid
    return values
