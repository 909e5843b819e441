"""One read: references -> requests -> pages -> one frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from numbers import Integral
from typing import Any, NamedTuple, get_args

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.calls.custom_field_definitions import fetch_field_settings, fetch_option_names
from asana_frames.calls.last_call import LastCall, record_call, warn_about_failures
from asana_frames.calls.page_collector import (
    PageCollector,
    add_advice,
    hold_signals,
    name_refusal,
    replace_text,
)
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import (
    CallContext,
    CallRequest,
    build_requests,
    has_many_references,
    iterate_parents,
    join_opt_fields,
)
from asana_frames.calls.resume import ReadProgress
from asana_frames.calls.section_split import plan_section_split
from asana_frames.calls.subject import find_subject
from asana_frames.catalog import Operation, columns_of, load, parse_fields
from asana_frames.exceptions import (
    InvalidArgument,
    InvalidRequest,
    LargeReadWarning,
    warn_caller,
)
from asana_frames.fetch import REFUSALS, FanOut, ListQuery, is_set_too_large
from asana_frames.frames import FrameBuilder, ParentColumn, pause_garbage_collection
from asana_frames.frames.custom_field_columns import DeclaredField
from asana_frames.types import Errors, Fields, Limit

#: Requests of a read above which a warning says how long it will take.
LARGE_READ_REQUESTS = 2_000
#: Fields of other objects from which a page counts as wide.
_WIDE_PAGE_FIELDS = 10

Arguments = Mapping[str, Any]


class ResolvedRead(NamedTuple):
    """What a read sends, after all references have been resolved."""

    requests: list[CallRequest]
    #: Columns of the frame that name the parents of a row.
    parent_columns: list[str]
    #: Whether parents are given as a collection.
    is_many: bool
    #: Whether refused parents are recorded while the others are read.
    is_tolerant: bool


class Read:
    """One read: from arguments to a frame.

    Parameters
    ----------
    client
        The object that the read is made through.
    operation
        The operation to call.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    limit
        The most rows.
    errors
        ``"warn"`` records the refused parents of a collection, ``"raise"`` stops at the first.
    """

    def __init__(
        self,
        client: CallContext,
        operation: Operation,
        fields: Fields,
        limit: Limit,
        errors: Errors,
    ) -> None:
        check_choice(errors, get_args(Errors), name="errors")
        self.operation = operation
        self.limit = check_limit(limit)
        self._client = client
        self._errors = errors
        self._has_fields = fields is not None
        self._columns = columns_of(operation.record, parse_fields(fields))

    def fetch_frame(self, *argument_sets: Arguments) -> pd.DataFrame:
        """Fetch the lists or objects of some sets of arguments and return them as one frame."""
        operation, client = self.operation, self._client
        with record_call(operation.name, client.publish, client.settings) as last:
            resolved = self.resolve(*argument_sets)
            key = self._resume_key(resolved)
            progress = client.interrupted_reads.take(key) or self.start_progress(resolved)
            for failure in progress.failures:
                last.add_failure(*failure)
            try:
                self._fetch_pages(resolved, progress, last)
                options = self.fetch_option_names(progress.builder)
            except BaseException:
                if operation.paging != "events":
                    progress.begun_at = progress.begun_at or last.fetched_at
                    client.interrupted_reads.keep(key, progress)
                    last.set_partial(lambda: self._partial_frame(resolved, progress, last))
                raise
            self.check_refusals(resolved, progress, last)
            with hold_signals():
                # Building uses the pages up, so an interrupt waits for the frame and keeps it.
                frame = progress.builder.frame(options, self.limit)
                last.rows = len(frame)
                resumed = {"begun_at": progress.begun_at} if progress.begun_at else {}
                subject = find_subject(operation, argument_sets, resolved.requests, frame)
                frame.attrs["asana"] = (
                    frame.attrs.get("asana", {})
                    | last.attrs()
                    | _sync_attrs(progress.sync_tokens)
                    | resumed
                    | ({"subject": subject} if subject else {})
                )
                last.set_partial(frame.copy)
            last.set_partial(None)
        self.warn_about_failures(resolved, progress, last)
        return frame

    # Step 1: references -> requests.

    def resolve(self, *argument_sets: Arguments) -> ResolvedRead:
        """Resolve the references and return the requests; only names are looked up."""
        requests = [
            request
            for arguments in argument_sets
            for request in build_requests(self._client, self.operation, arguments)
        ]
        if self.operation.fields:
            opt_fields = join_opt_fields(self._columns)
            for request in requests:
                request.params["opt_fields"] = opt_fields
        is_many = any(
            has_many_references(self.operation, arguments) for arguments in argument_sets
        )
        columns = self._parent_columns(argument_sets)
        return ResolvedRead(requests, columns, is_many, is_many and self._errors == "warn")

    def _parent_columns(self, argument_sets: Iterable[Arguments]) -> list[str]:
        """Return the columns that name parents.

        By default all that the operation has, so that they do not depend on the filter; with
        ``fields`` only those of the parents given, since the others would be empty.
        """
        given = {
            name
            for arguments in argument_sets
            for name, value in arguments.items()
            if value is not None
        }
        return list(
            dict.fromkeys(
                parameter.parent
                for parameter in self.operation.parents
                if not self._has_fields or parameter.argument in given
            )
        )

    def start_progress(self, resolved: ResolvedRead) -> ReadProgress:
        """Return the progress of a read that has no pages yet."""
        columns = [ParentColumn(name, name.endswith("_gids")) for name in resolved.parent_columns]
        return ReadProgress(FrameBuilder(self._columns, columns))

    def _resume_key(self, resolved: ResolvedRead) -> tuple[Any, ...]:
        """Return the values that must be equal for a call to resume an interrupted one."""
        requests = tuple(
            (request.path, tuple(sorted(request.params.items()))) for request in resolved.requests
        )
        parents = tuple(resolved.parent_columns)
        return self.operation.id, self.limit, self._errors, parents, requests

    # Step 2: requests -> pages.

    def _fetch_pages(self, resolved: ResolvedRead, progress: ReadProgress, last: LastCall) -> None:
        """Read the rest of all lists into the builder."""
        # Requests leave hardly any garbage, and a full collection would visit every row so far.
        with pause_garbage_collection():
            for _ in self.collect_pages(resolved, progress, last):
                pass
        if progress.builder.has_custom_fields:
            counts = progress.row_counts
            places = range(len(resolved.requests))
            empty = [place for place in places if not counts.get(place)]
            progress.builder.declare_custom_fields(self.fetch_field_settings(resolved, empty))

    def collect_pages(
        self, resolved: ResolvedRead, progress: ReadProgress, last: LastCall
    ) -> Iterator[None]:
        """Read the rest of all lists into the builder; yield after each page."""
        operation, client, requests = self.operation, self._client, resolved.requests
        left = [place for place in range(len(requests)) if place not in progress.finished]
        self._warn_if_large(len(left))
        queries = [self._build_query(requests[p], progress.next_offsets.get(p)) for p in left]
        parents = [self._parent_gids(request, resolved.parent_columns) for request in requests]
        collector = PageCollector(
            client,
            operation,
            requests,
            parents,
            progress,
            last,
            is_tolerant=resolved.is_tolerant,
        )
        skip = REFUSALS if resolved.is_many else ()
        shown = client.settings.progress
        with ProgressBar(operation.name, len(left), client.http, shown=shown) as bar:
            fan = FanOut(client.http, queries, skip=skip, tick=bar.tick)
            with closing(iter(fan)) as items:
                try:
                    for item in items:
                        bar.rows += collector.add(fan, left[item.place], item)
                        bar.done = len(progress.finished) - (len(requests) - len(left))
                        yield
                except BaseException as error:
                    collector.drop_unfinished_parts()
                    # The collector advises on the refusals of collections.
                    is_single = not resolved.is_many
                    if is_single and isinstance(error, InvalidRequest) and is_set_too_large(error):
                        raise add_advice(error, operation) from None
                    raise

    def _build_query(self, request: CallRequest, offset: str | None) -> ListQuery:
        operation = self.operation
        split = (
            plan_section_split(self._client, operation, request) if self.limit is None else None
        )
        paths = request.params.get("opt_fields", "").split(",")
        return ListQuery(
            request.path,
            request.params,
            operation.paging,
            self.limit,
            operation.name,
            may_omit_next_page=operation.may_omit_next_page,
            is_wide=sum("." in path for path in paths) >= _WIDE_PAGE_FIELDS,
            offset=offset,
            split=split,
        )

    def _parent_gids(
        self, request: CallRequest, parent_columns: Sequence[str]
    ) -> list[str | None]:
        """Return what the columns that name parents hold for the rows of a request."""
        gids: dict[str, str] = {}
        for parameter, gid in iterate_parents(self.operation, request):
            if parameter.parent:
                gids.setdefault(parameter.parent, gid)
        return [gids.get(column) for column in parent_columns]

    def _warn_if_large(self, requests: int) -> None:
        name = self.operation.name
        if requests <= LARGE_READ_REQUESTS or not self._client.is_first_large_read(name):
            return
        minutes = requests / self._client.http.quota.per_minute()
        warn_caller(
            f"{name}: at least {requests:,} requests, {minutes:.0f} minutes or more at the "
            f"token's quota. asana.plan(asana.{name}, ...) estimates a read beforehand; "
            f"asana.stream(...) yields frames as they fill. An interrupted read can be continued "
            f"by making the same call again.",
            LargeReadWarning,
        )

    # Step 3: pages -> frame.

    def fetch_field_settings(
        self, resolved: ResolvedRead, places: Iterable[int] | None = None
    ) -> list[DeclaredField]:
        """Return the custom fields that the parents of requests define; of all by default."""
        parents = [
            (parameter.refers[0], gid, place)
            for place in (range(len(resolved.requests)) if places is None else places)
            for parameter, gid in iterate_parents(self.operation, resolved.requests[place])
        ]
        return fetch_field_settings(self._client.http, parents)

    def fetch_option_names(self, builder: FrameBuilder) -> Mapping[str, tuple[str, ...]]:
        """Return the options of the enum fields that a builder has met."""
        client = self._client
        return fetch_option_names(client.http, builder.enum_fields(), client.enum_options)

    def _partial_frame(
        self, resolved: ResolvedRead, progress: ReadProgress, last: LastCall
    ) -> pd.DataFrame:
        """Return a frame of the pages so far, without sending anything."""
        frame = progress.builder.copy().frame(self._client.enum_options, self.limit)
        frame.attrs["asana"] = (
            frame.attrs.get("asana", {})
            | last.attrs()
            | {
                "partial": True,
                "rows": len(frame),
                "lists": len(resolved.requests),
                "complete_lists": len(progress.finished),
            }
        )
        return frame

    def check_refusals(
        self, resolved: ResolvedRead, progress: ReadProgress, last: LastCall
    ) -> None:
        """Raise the first refusal if all parents are refused: an empty frame would mislead."""
        count = len(resolved.requests)
        if not count or len(progress.refused) < count:
            return
        last.set_partial(lambda: self._partial_frame(resolved, progress, last))
        error = name_refusal(self.operation, progress.failures[0])
        if count == 1:
            raise error
        raise replace_text(
            error,
            f"{error} All {count:,} {self._name_parents(resolved)} were refused; "
            f"asana.last.failures lists them.",
        )

    def warn_about_failures(
        self, resolved: ResolvedRead, progress: ReadProgress, last: LastCall
    ) -> None:
        """Warn about the parents that could not be read, or not to their end."""
        is_refused = len(progress.refused) == last.failure_count
        verb = "read" if is_refused else "read all of"
        warn_about_failures(last, verb, len(resolved.requests), self._name_parents(resolved))

    def _name_parents(self, resolved: ResolvedRead) -> str:
        """Return the plural of what the parents of the requests are."""
        kinds = {
            parameter.refers[0]
            for request in resolved.requests
            for parameter, _ in iterate_parents(self.operation, request)
        }
        plural = {resource.record: resource.name for resource in load().resources}
        noun = plural.get(kinds.pop(), "parents") if len(kinds) == 1 else "parents"
        return noun.replace("_", " ")


def check_limit(limit: Limit) -> Limit:
    """Return a limit as an int, or None.

    Raises
    ------
    InvalidArgument
        It is not a whole number of at least 1.
    """
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, Integral):
        raise InvalidArgument(f"limit= takes a whole number or None, not {limit!r}.")
    if limit < 1:
        raise InvalidArgument(f"limit={limit} is too small; use 1 or more, or None for all rows.")
    return int(limit)


def _sync_attrs(sync_tokens: Mapping[str, str]) -> dict[str, Any]:
    """Return the sync token of an event stream, or one per watched object."""
    if len(sync_tokens) > 1:
        return {"sync": dict(sync_tokens)}
    return {"sync": next(iter(sync_tokens.values()))} if sync_tokens else {}
