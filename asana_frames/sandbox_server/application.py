"""The API itself: from a request to an answer; knows nothing of sockets."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from asana_frames.catalog import Operation, load
from asana_frames.sandbox_server import files, oauth
from asana_frames.sandbox_server.batch import actions_of, outcome
from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.faults import Faults, Mischief
from asana_frames.sandbox_server.limits import Costs, Limits
from asana_frames.sandbox_server.notices import RUNNING, notices
from asana_frames.sandbox_server.person import TOKEN, Person
from asana_frames.sandbox_server.plan import PER_MINUTE, UNPAID, Plan, check_plan
from asana_frames.sandbox_server.reader import Reader
from asana_frames.sandbox_server.request import Request, read_request
from asana_frames.sandbox_server.routing import ROOT, Routes
from asana_frames.sandbox_server.store import Store
from asana_frames.sandbox_server.webhooks import Deliveries
from asana_frames.sandbox_server.writer import Writer

_JSON = ("Content-Type", "application/json; charset=UTF-8")
_VERSION = ("X-Asana-Api-Version", "1.1")
_encode = msgspec.json.Encoder().encode

#: Characters of ``opt_fields``.
_LONGEST = 20_000
#: Events can be asked for under the path of their object too.
_STREAM = re.compile(r"/(?:tasks|projects|goals)/(\d+)/events")
#: Seconds that every answer takes: always so long, or between two.
Latency = float | tuple[float, float]


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    #: What happens to the body on its way: drop, truncate, slow, or nothing.
    mishap: str = ""
    #: The body in the pieces that it is made of; empty where it is one.
    pieces: tuple[bytes, ...] = ()


class Application:
    """Answers requests from a store.

    Parameters
    ----------
    store
        The objects.
    base_url
        What ``next_page.uri`` begins with.
    plan
        What the workspace pays for.
    limits
        Whether quotas are counted as Asana counts them.
    faults
        What goes wrong.
    latency
        Seconds that every answer takes.
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
        self.mischief = Mischief(faults or Faults())
        store.index_lag = self.mischief.faults.index_lag
        self._plan: Plan = plan
        self._limits = Limits(PER_MINUTE[plan] if limits else 0)
        self._costs = Costs(self.mischief.faults.cost)
        self._latency = latency
        self._chances = random.Random(store.seed)
        self._routes = Routes(load().operations)
        self._origin = base_url.removesuffix(ROOT)
        #: Faults of the sandbox itself, which clients see as 500; there should be none.
        self.crashes: list[Exception] = []
        self._people: dict[str, Person] = {}
        me = store.first("user")
        self.oauth = oauth.OAuth(TOKEN, {key: me[key] for key in ("gid", "name", "email")})
        self._reader = Reader(store, base_url, self.mischief, self._costs)
        self._deliveries = Deliveries(store)
        self._writer = Writer(store, self._deliveries, self._limits)

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
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
                return self._file(target)
            if target.startswith(oauth.ROOT):
                return Answer(*self.oauth.answer(method, target, headers, body))
            html = self.mischief.before()
            if html is not None:
                return Answer(502, html, (("Content-Type", "text/html"),))
            answer = self._answer(read_request(method, target, headers, body))
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as fault:  # noqa: BLE001
            # As a server does: the fault is ours, and the connection lives on.
            return self._crashed(fault)
        return answer._replace(mishap=self.mischief.on_the_way())

    def close(self) -> None:
        """Stop what goes on in the background: deliveries to webhooks."""
        self._deliveries.close()

    def _crashed(self, fault: Exception) -> Answer:
        self.crashes.append(fault)
        return _refused(Refusal(500, f"Server Error: {type(fault).__name__}"))

    def _wait(self) -> None:
        if self._latency:
            span = self._latency if isinstance(self._latency, tuple) else (self._latency,) * 2
            time.sleep(self._chances.uniform(*span))

    def _answer(self, request: Request) -> Answer:
        person = self._person(self.oauth.stands_for(request.token))
        self._costs.check(request.token)
        if not request.path.startswith(f"{ROOT}/"):
            raise Refusal(404, f"No matching route for request: {request.method} {request.path}")
        if len(request.opt_fields) > _LONGEST:
            raise Refusal(400, f"opt_fields: Longer than {_LONGEST} characters")
        request = _streamed(request._replace(path=request.path[len(ROOT) :]))
        operation, values = self._routes.find(request.method, request.path)
        if operation.id == "createBatchRequest":
            return self._batch(request, person)
        with self._limits.counted(request.token, **_cost(operation)):
            self._wait()
            return self._perform(request, person, operation, values)

    def _person(self, token: str) -> Person:
        """Return who a token belongs to.

        Raises
        ------
        Refusal
            401.
        """
        person = self._people.get(token)
        if person is None:
            name, _, address = token.partition(":")
            me = self.store.by_email(address) if address else self.store.first("user")
            if name != TOKEN or me is None or (":" in token and not address):
                raise Refusal(401, "Not Authorized")
            person = next((p for p in self._people.values() if p.me is me), None)
            unpaid = UNPAID.get(self._plan, frozenset())
            person = person or Person(self.store, me, self._origin, unpaid)
            self._people[token] = person
        if not person.me["workspaces"]:
            raise Refusal(401, "Not Authorized")
        return person

    def _perform(
        self, request: Request, person: Person, operation: Operation, values: dict[str, str]
    ) -> Answer:
        check_plan(operation, self._plan, is_admin=person.access.is_admin)
        headers = (_JSON, _VERSION, *notices(operation, request))
        if operation.is_read:
            with self.store.lock:
                pieces = self._reader.read(request, person, operation, values)
            body = b"".join(pieces)
            shown = _pretty(request, body)
            return Answer(200, shown, headers, "", tuple(pieces) if shown is body else ())
        status, body, location = self._writer.write(request, person, operation, values)
        path = self._routes.location(*location) if location else ""
        if path:
            headers = (*headers, ("Location", path))
        return Answer(status, _pretty(request, body), headers)

    def _batch(self, request: Request, person: Person) -> Answer:
        """Do up to ten things; each has an outcome of its own, but quotas are for all."""
        found: list[tuple[Request, Operation | None, dict[str, str], Refusal | None]] = []
        reads = writes = searches = 0
        for action in actions_of(request):
            try:
                if isinstance(action, Refusal):
                    raise action
                operation, values = self._routes.find(action.method, action.path)
            except Refusal as refusal:
                found.append((request, None, {}, refusal))
                reads += 1
                continue
            found.append((action, operation, values, None))
            cost = _cost(operation)
            reads, writes = reads + cost["reads"], writes + cost["writes"]
            searches += cost["searches"]
        outcomes = []
        with self._limits.counted(request.token, reads=reads, writes=writes, searches=searches):
            self._wait()
            for action, known, values, refused in found:
                outcomes.append(self._outcome(action, person, known, values, refused))
        content = {"data": outcomes}
        return Answer(200, _pretty(request, _encode(content)), (_JSON, _VERSION, *RUNNING))

    def _outcome(
        self,
        action: Request,
        person: Person,
        operation: Operation | None,
        values: dict[str, str],
        refused: Refusal | None,
    ) -> dict[str, Any]:
        try:
            if operation is None:
                raise refused or Refusal(404, "No matching route")
            answer = self._perform(action, person, operation, values)
        except Refusal as refusal:
            answer = _refused(refusal)
        except Exception as fault:  # noqa: BLE001
            answer = self._crashed(fault)
        return outcome(answer.status, answer.body, dict(answer.headers).get("Location"))

    def _file(self, target: str) -> Answer:
        parts = urlsplit(target)
        gid = parts.path.removeprefix(files.ROOT)
        with self.store.lock:
            content, headers = self._person(TOKEN).files.read(gid, dict(parse_qsl(parts.query)))
        return Answer(200, content, tuple(headers.items()))


def _streamed(request: Request) -> Request:
    """Return the request that ``/projects/{gid}/events`` and its like stand for."""
    found = _STREAM.fullmatch(request.path)
    if found is None:
        return request
    return request._replace(path="/events", query={**request.query, "resource": found[1]})


def _cost(operation: Operation) -> dict[str, int]:
    is_search = operation.id.startswith("search")
    return {
        "reads": int(operation.is_read),
        "writes": int(not operation.is_read),
        "searches": int(is_search),
    }


def _pretty(request: Request, body: bytes) -> bytes:
    wanted = request.query.get("opt_pretty", request.options.get("pretty", False))
    is_wanted = wanted is True or str(wanted).lower() in ("", "true")
    return msgspec.json.format(body, indent=2) if is_wanted else body


def _refused(refusal: Refusal) -> Answer:
    headers = (_JSON, _VERSION, *RUNNING, *refusal.headers.items())
    return Answer(refusal.status, _encode(refusal.body), headers)
