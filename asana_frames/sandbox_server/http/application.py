"""The API without sockets: from a request to a response."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from asana_frames.catalog import Operation, load
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Store
from asana_frames.sandbox_server.http import downloads as files
from asana_frames.sandbox_server.http import oauth
from asana_frames.sandbox_server.http.api_request import ApiRequest, parse_request
from asana_frames.sandbox_server.http.batch import build_outcome, parse_actions
from asana_frames.sandbox_server.http.change_notices import CHANGE_HEADERS, change_headers
from asana_frames.sandbox_server.http.faults import FaultInjector, Faults
from asana_frames.sandbox_server.http.plans import PER_MINUTE, UNPAID, Plan, check_plan
from asana_frames.sandbox_server.http.rate_limits import LinkQuotas, RequestQuotas
from asana_frames.sandbox_server.http.read_handler import ReadHandler
from asana_frames.sandbox_server.http.routing import ROOT, Routes
from asana_frames.sandbox_server.http.user_session import TOKEN, UserSession
from asana_frames.sandbox_server.http.webhook_deliveries import WebhookDeliveries
from asana_frames.sandbox_server.http.write_handler import WriteHandler

_JSON = ("Content-Type", "application/json; charset=UTF-8")
_VERSION = ("X-Asana-Api-Version", "1.1")
_encode = msgspec.json.Encoder().encode

#: Most characters of ``opt_fields``.
_LONGEST = 20_000
#: Events can be requested under the path of their object too.
_STREAM = re.compile(r"/(?:tasks|projects|goals)/(\d+)/events")
#: Seconds that every response takes: one number, or a range.
Latency = float | tuple[float, float]


class ApiResponse(NamedTuple):
    """A response."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    #: A fault in sending the body: drop, truncate, slow, or "".
    mishap: str = ""
    #: The pieces of the body; empty if it is one piece.
    pieces: tuple[bytes, ...] = ()


class Application:
    """Answers requests from a store.

    Parameters
    ----------
    store
        The objects.
    base_url
        The beginning of ``next_page.uri``.
    plan
        The plan of the workspace.
    limits
        Whether quotas are counted as Asana counts them.
    faults
        The faults to inject.
    latency
        Seconds that every response takes.
    """

    def __init__(
        self,
        store: Store,
        base_url: str,
        *,
        plan: Plan = "enterprise",
        limits: bool = False,
        faults: Faults | None = None,
        latency: Latency = 0.0,
    ) -> None:
        self.store = store
        self.base_url = base_url
        self.mischief = FaultInjector(faults or Faults())
        store.index_lag = self.mischief.faults.index_lag
        self._plan: Plan = plan
        self._limits = RequestQuotas(PER_MINUTE[plan] if limits else 0)
        self._costs = LinkQuotas(self.mischief.faults.cost)
        self._latency = latency
        self._chances = random.Random(store.seed)
        self._routes = Routes(load().operations)
        self._origin = base_url.removesuffix(ROOT)
        #: Bugs of the sandbox, which clients see as 500.
        self.crashes: list[Exception] = []
        self._people: dict[str, UserSession] = {}
        me = store.first("user")
        self.oauth = oauth.OAuth(TOKEN, {key: me[key] for key in ("gid", "name", "email")})
        self._reader = ReadHandler(store, base_url, self.mischief, self._costs)
        self._deliveries = WebhookDeliveries(store)
        self._writer = WriteHandler(store, self._deliveries, self._limits)

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> ApiResponse:
        """Answer one request.

        Parameters
        ----------
        method
            The HTTP method.
        target
            Path and query, such as ``/api/1.0/tasks?project=1``.
        headers
            The request's headers; names in any case.
        body
            The request's body.
        """
        try:
            if target.startswith(files.ROOT):
                return self._download_file(target)
            if target.startswith(oauth.ROOT):
                return ApiResponse(*self.oauth.answer(method, target, headers, body))
            html = self.mischief.fail_request()
            if html is not None:
                return ApiResponse(502, html, (("Content-Type", "text/html"),))
            answer = self._route_request(parse_request(method, target, headers, body))
        except ApiError as refusal:
            return _error_response(refusal)
        except Exception as fault:  # noqa: BLE001
            # As a server does: return 500 and keep the connection.
            return self._record_crash(fault)
        return answer._replace(mishap=self.mischief.choose_mishap())

    def close(self) -> None:
        """Stop delivering to webhooks."""
        self._deliveries.close()

    def _record_crash(self, fault: Exception) -> ApiResponse:
        self.crashes.append(fault)
        return _error_response(ApiError(500, f"Server Error: {type(fault).__name__}"))

    def _apply_latency(self) -> None:
        if self._latency:
            span = self._latency if isinstance(self._latency, tuple) else (self._latency,) * 2
            time.sleep(self._chances.uniform(*span))

    def _route_request(self, request: ApiRequest) -> ApiResponse:
        person = self._find_session(self.oauth.resolve_token(request.token))
        self._costs.check(request.token)
        if not request.path.startswith(f"{ROOT}/"):
            raise ApiError(404, f"No matching route for request: {request.method} {request.path}")
        if len(request.opt_fields) > _LONGEST:
            raise ApiError(400, f"opt_fields: Longer than {_LONGEST} characters")
        request = rewrite_event_path(request._replace(path=request.path[len(ROOT) :]))
        operation, values = self._routes.find(request.method, request.path)
        if operation.id == "createBatchRequest":
            return self._run_batch(request, person)
        with self._limits.count_requests(request.token, **_count_quota(operation)):
            self._apply_latency()
            return self._perform_operation(request, person, operation, values)

    def _find_session(self, token: str) -> UserSession:
        """Return the session of a token's user.

        Raises
        ------
        Refusal
            401.
        """
        person = self._people.get(token)
        if person is None:
            name, _, address = token.partition(":")
            me = self.store.find_by_email(address) if address else self.store.first("user")
            if name != TOKEN or me is None or (":" in token and not address):
                raise ApiError(401, "Not Authorized")
            person = next((p for p in self._people.values() if p.me is me), None)
            unpaid = UNPAID.get(self._plan, frozenset())
            person = person or UserSession(self.store, me, self._origin, unpaid)
            self._people[token] = person
        if not person.me["workspaces"]:
            raise ApiError(401, "Not Authorized")
        return person

    def _perform_operation(
        self,
        request: ApiRequest,
        person: UserSession,
        operation: Operation,
        values: dict[str, str],
    ) -> ApiResponse:
        check_plan(operation, self._plan, is_admin=person.access.is_admin)
        # A client that compares times needs this clock, and not that of the machine.
        date = ("Date", format_datetime(self.store.now, usegmt=True))
        headers = (_JSON, _VERSION, date, *change_headers(operation, request))
        if operation.is_read:
            with self.store.lock:
                pieces = self._reader.read(request, person, operation, values)
            body = b"".join(pieces)
            shown = _format_body(request, body)
            return ApiResponse(200, shown, headers, "", tuple(pieces) if shown is body else ())
        status, body, location = self._writer.write(request, person, operation, values)
        path = self._routes.location(*location) if location else ""
        if path:
            headers = (*headers, ("Location", path))
        return ApiResponse(status, _format_body(request, body), headers)

    def _run_batch(self, request: ApiRequest, person: UserSession) -> ApiResponse:
        """Run the actions of a batch; each has its own outcome, quotas count the batch."""
        found: list[tuple[ApiRequest, Operation | None, dict[str, str], ApiError | None]] = []
        reads = writes = searches = 0
        for action in parse_actions(request):
            try:
                if isinstance(action, ApiError):
                    raise action
                operation, values = self._routes.find(action.method, action.path)
            except ApiError as refusal:
                found.append((request, None, {}, refusal))
                reads += 1
                continue
            found.append((action, operation, values, None))
            cost = _count_quota(operation)
            reads, writes = reads + cost["reads"], writes + cost["writes"]
            searches += cost["searches"]
        outcomes = []
        with self._limits.count_requests(
            request.token, reads=reads, writes=writes, searches=searches
        ):
            self._apply_latency()
            for action, known, values, refused in found:
                outcomes.append(self._run_batch_action(action, person, known, values, refused))
        content = {"data": outcomes}
        return ApiResponse(
            200, _format_body(request, _encode(content)), (_JSON, _VERSION, *CHANGE_HEADERS)
        )

    def _run_batch_action(
        self,
        action: ApiRequest,
        person: UserSession,
        operation: Operation | None,
        values: dict[str, str],
        refused: ApiError | None,
    ) -> dict[str, Any]:
        try:
            if operation is None:
                raise refused or ApiError(404, "No matching route")
            answer = self._perform_operation(action, person, operation, values)
        except ApiError as refusal:
            answer = _error_response(refusal)
        except Exception as fault:  # noqa: BLE001
            answer = self._record_crash(fault)
        return build_outcome(answer.status, answer.body, dict(answer.headers).get("Location"))

    def _download_file(self, target: str) -> ApiResponse:
        parts = urlsplit(target)
        gid = parts.path.removeprefix(files.ROOT)
        with self.store.lock:
            content, headers = self._find_session(TOKEN).files.read(
                gid, dict(parse_qsl(parts.query))
            )
        return ApiResponse(200, content, tuple(headers.items()))


def rewrite_event_path(request: ApiRequest) -> ApiRequest:
    """Rewrite paths such as ``/projects/{gid}/events`` to ``/events?resource={gid}``."""
    found = _STREAM.fullmatch(request.path)
    if found is None:
        return request
    return request._replace(path="/events", query={**request.query, "resource": found[1]})


def _count_quota(operation: Operation) -> dict[str, int]:
    is_search = operation.id.startswith("search")
    return {
        "reads": int(operation.is_read),
        "writes": int(not operation.is_read),
        "searches": int(is_search),
    }


def _format_body(request: ApiRequest, body: bytes) -> bytes:
    wanted = request.query.get("opt_pretty", request.options.get("pretty", False))
    is_wanted = wanted is True or str(wanted).lower() in ("", "true")
    return msgspec.json.format(body, indent=2) if is_wanted else body


def _error_response(refusal: ApiError) -> ApiResponse:
    headers = (_JSON, _VERSION, *CHANGE_HEADERS, *refusal.headers.items())
    return ApiResponse(refusal.status, _encode(refusal.body), headers)
