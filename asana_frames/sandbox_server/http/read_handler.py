"""Reads: one object, a page of a list, or events."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from asana_frames.catalog import Operation
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, Store, format_moment
from asana_frames.sandbox_server.http.api_request import ApiRequest
from asana_frames.sandbox_server.http.event_streams import EventStreams
from asana_frames.sandbox_server.http.faults import FaultInjector
from asana_frames.sandbox_server.http.pagination import (
    MAX_LIMIT,
    ListIterators,
    PageOffsets,
    PagePosition,
    build_next_page,
    parse_limit,
)
from asana_frames.sandbox_server.http.projection import count_links, parse_field_tree
from asana_frames.sandbox_server.http.rate_limits import LinkQuotas
from asana_frames.sandbox_server.http.user_session import UserSession
from asana_frames.sandbox_server.resources.jobs import advance_job
from asana_frames.sandbox_server.resources.registry import LISTS, OBJECTS

#: Rows above which a list is refused without ``limit``.
_UNPAGED = 1_000
#: Lists without pages, which return an error if they are too long.
_TOO_LARGE = (
    "The result is too large. You should use pagination (may require specifying a workspace)!"
)
_encode = msgspec.json.Encoder().encode


class ReadHandler:
    """Answers reads.

    Parameters
    ----------
    store
        The objects.
    base_url
        The beginning of ``next_page.uri``.
    mischief
        Injects faults.
    costs
        The balances that reads are charged to.
    """

    def __init__(
        self, store: Store, base_url: str, mischief: FaultInjector, costs: LinkQuotas
    ) -> None:
        self._store = store
        self._base_url = base_url
        self._mischief = mischief
        self._costs = costs
        self._offsets = PageOffsets(f"offsets {store.seed} {store.start}")
        self._walks = ListIterators()
        self._streams = EventStreams(store)

    def read(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        values: dict[str, str],
    ) -> list[bytes]:
        """Return the JSON of a read in pieces.

        Raises
        ------
        Refusal
            It is refused.
        """
        if self._mischief.faults.refuse:
            named = (*values.values(), *request.query.values())
            self._mischief.check_gids([gid for value in named for gid in value.split(",")])
        if operation.resource in ("goals", "goal_relationships") or "metric" in request.opt_fields:
            # Reads of goals need their metrics.
            self._store.measure_goals()
        asked = person.parse_arguments(operation, values, request.query)
        if operation.paging == "events":
            return self._read_events(request, person, operation, asked)
        if operation.returns == "one":
            return self._read_one(request, person, operation, asked)
        return self._read_list(request, person, operation, asked)

    def _read_one(
        self, request: ApiRequest, person: UserSession, operation: Operation, asked: dict[str, Any]
    ) -> list[bytes]:
        if operation.id == "getTaskCountsForProject" and not request.opt_fields:
            return [b'{"data":{}}']
        item = OBJECTS[operation.id](self._store, asked)
        if operation.record in ("job", "organization_export"):
            if operation.record == "job" and item.get("_by", person.me) is not person.me:
                raise ApiError(403, "job: Only its creator can see it")
            fails = self._mischief.faults.fail_jobs
            advance_job(item, format_moment(self._store.now), fails=fails)
        (piece,) = self._encode_pieces(request, person, [item], full=True)
        return [b'{"data":', piece, b"}"]

    def _read_list(
        self, request: ApiRequest, person: UserSession, operation: Operation, asked: dict[str, Any]
    ) -> list[bytes]:
        query = {**request.query}
        for key in ("limit", "offset"):
            if key in request.options:
                query[key] = str(request.options[key])
        limit = parse_limit(query.get("limit"))
        if operation.id == "getPortfolios" and not person.access.is_admin:
            # Only service accounts see all; others must pass themselves as the owner.
            must(asked.get("owner"), "owner", "Missing input")
            must(asked["owner"] is person.me, "owner", "You can only list your own", 403)
        rows = self._filter_visible(person, LISTS[operation.id](self._store, asked))
        if operation.id == "getFavoritesForUser" and asked["user"] is not person.me:
            raise ApiError(403, "user: You can only see your own favorites")
        if operation.paging == "none":
            found = list(itertools.islice(rows, limit or _UNPAGED + 1))
            if len(found) > _UNPAGED:
                raise ApiError(400, _TOO_LARGE.replace("You should use", "It does not support"))
            pieces = self._encode_pieces(
                request, person, found, full=False, fields=default_list_fields(operation)
            )
            return join_rows(pieces, b"]}")
        return self._read_page(request, person, operation, rows, query, limit)

    def _filter_visible(self, person: UserSession, rows: Iterable[Object]) -> Iterable[Object]:
        if person.access.is_admin:
            return rows
        return [row for row in rows if person.access.can_see(row)]

    def _read_page(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        rows: Iterable[Object],
        query: Mapping[str, str],
        limit: int | None,
    ) -> list[bytes]:
        path, is_stream = request.path, operation.paging == "stream"
        place = self._offsets.read(path, query)
        key = f"{path} {sorted((k, v) for k, v in query.items() if k not in ('offset', 'limit'))}"
        if limit is None and is_stream:
            limit = MAX_LIMIT
        is_paged = operation.paging == "pages"
        place, count = self._mischief.page_bounds(key, place, limit or _UNPAGED, is_paged=is_paged)
        version = self._store.version
        found, more = self._walks.slice(f"{person.me['gid']} {key}", rows, place, count, version)
        if limit is None and more and is_paged:
            raise ApiError(400, _TOO_LARGE)
        rows_shown = len(found)
        found = self._mischief.repeat_row(found)
        fields = default_list_fields(operation)
        pieces = self._encode_pieces(request, person, found, full=is_stream, fields=fields)
        if limit is None:
            return join_rows(pieces, b"]}")
        following = None
        # The audit log always offers a next page, once it had rows.
        if more or (is_stream and (found or place.start)):
            end = PagePosition(place.start + rows_shown, place.page + 1)
            offset = self._offsets.make(path, query, end)
            following = build_next_page(self._base_url, path, query, offset)
        return join_rows(pieces, b'],"next_page":' + _encode(following) + b"}")

    def _read_events(
        self, request: ApiRequest, person: UserSession, operation: Operation, asked: dict[str, Any]
    ) -> list[bytes]:
        is_workspace = "workspace" in asked
        resource = asked["workspace"] if is_workspace else asked["resource"]
        found, beside = self._streams.read(resource, asked.get("sync"), is_workspace=is_workspace)
        if not person.access.is_admin:
            found = [event for event in found if person.access.can_see(event["resource"])]
        pieces = self._encode_pieces(request, person, found, full=True)
        return join_rows(pieces, b"]," + _encode(beside)[1:])

    def _encode_pieces(
        self,
        request: ApiRequest,
        person: UserSession,
        rows: list[Object],
        *,
        full: bool,
        fields: str = "",
    ) -> list[bytes]:
        """Encode rows with the requested fields or the given default."""
        shown, fields = person.projection, request.opt_fields or fields
        if self._costs.is_on:
            self._costs.charge(request.token, len(rows) * count_links(fields))
        if not self._mischief.touches_data:
            return shown.encode_rows(rows, fields, full=full)
        tree = parse_field_tree(fields) if fields else None
        return [
            _encode(self._mischief.spoil_record(shown.show(row, tree, full=full))) for row in rows
        ]


def default_list_fields(operation: Operation) -> str:
    """Return the default fields of a list that shows less than the compact form."""
    return "resource_type,name" if operation.record == "named_resource" else ""


def join_rows(rows: list[bytes], end: bytes) -> list[bytes]:
    """Join encoded rows to the pieces of a list."""
    commas = itertools.repeat(b",", len(rows) - 1) if rows else ()
    mixed = itertools.zip_longest(rows, commas)
    return [b'{"data":[', *(piece for pair in mixed for piece in pair if piece), end]
