"""The API itself: from a request to an answer; knows nothing of sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from asana_frames.catalog import Operation, Parameter, load
from asana_frames.sandbox_server.errors import Refusal
from asana_frames.sandbox_server.projection import Tree, show, tree_of
from asana_frames.sandbox_server.routes import LISTS, ONES, Arguments
from asana_frames.sandbox_server.store import Object, Store

TOKEN = "sandbox"
ROOT = "/api/1.0"
#: Seconds that an offset lives, as seen on the real API.
OFFSET_LIFE = 900
#: Rows above which a list is refused without ``limit``.
_UNPAGED = 1_000
_MOST = 100
_SYNC_FAILED = (
    "Sync token invalid or too old. If you are attempting to keep resources in sync, you must "
    "fetch the full dataset for this query now and use the new sync token for the next sync."
)


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Application:
    """Answers requests from a store.

    Parameters
    ----------
    store
        The objects.
    base_url
        What ``next_page.uri`` begins with.
    """

    def __init__(self, store: Store, base_url: str) -> None:
        self._store = store
        self.base_url = base_url
        self._me = store.all("user")[0]
        self._secret = hashlib.sha256(str(store.now).encode()).digest()
        self._routes = _routes(load().operations)

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
            answer = self._answer(method, target, headers)
        except Refusal as refusal:
            return _sent(refusal.status, refusal.body)
        except Exception as fault:  # noqa: BLE001
            # As a server does: the fault is ours, and the connection lives on.
            return _sent(500, Refusal(500, f"{type(fault).__name__}: {fault}").body)
        return _sent(200, answer)

    def _answer(self, method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
        self._check_token(headers)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        operation, path_values = self._route(method, parts.path)
        if not operation.is_read:
            raise Refusal(403, f"{operation.id}: this sandbox answers reads only")
        if _needs_history(operation):
            self._store.complete()
        asked = self._arguments(operation, {**path_values, **query})
        if operation.paging == "events":
            return self._events(asked)
        tree = tree_of(query["opt_fields"]) if query.get("opt_fields") else None
        if operation.returns == "one":
            return {"data": self._one(operation, asked, tree)}
        return self._list(operation, asked, query, tree, parts.path)

    def _check_token(self, headers: Mapping[str, str]) -> None:
        given = next(
            (value for name, value in headers.items() if name.lower() == "authorization"), ""
        )
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), TOKEN.encode()):
            raise Refusal(401, "Not Authorized")

    def _route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        keys = path.removeprefix(ROOT).strip("/").split("/")
        if path.startswith(ROOT):
            for operation, template in self._routes.get((method, len(keys)), ()):
                values = _matched(template, keys)
                if values is not None:
                    return operation, values
        raise Refusal(404, f"No matching route for request: {method} {path}")

    def _arguments(self, operation: Operation, given: Mapping[str, str]) -> Arguments:
        asked: Arguments = {}
        for parameter in operation.parameters:
            value = given.get(parameter.name)
            if value is None or value == "":
                if parameter.required:
                    raise Refusal(400, f"{parameter.argument}: Missing input")
                continue
            name = parameter.argument if parameter.place == "path" else parameter.name
            asked[name] = self._value(parameter, value)
        return asked

    def _value(self, parameter: Parameter, value: str) -> Any:
        if parameter.enum and value not in parameter.enum:
            known = ", ".join(parameter.enum)
            raise Refusal(400, f"{parameter.name}: Not a valid value: {value} (one of {known})")
        if parameter.kind == "boolean":
            return value.lower() == "true"
        if parameter.many and "user" in parameter.refers:
            mine = self._me["gid"]
            return ",".join(mine if who == "me" else who for who in value.split(","))
        if not parameter.refers or parameter.many:
            return value
        return self._object(parameter, value)

    def _object(self, parameter: Parameter, gid: str) -> Object:
        if "user" in parameter.refers:
            if gid == "me":
                return self._me
            if "@" in gid:
                found = [u for u in self._store.all("user") if u["email"] == gid]
                if found:
                    return found[0]
        item = self._store.by_gid.get(gid)
        if item is None:
            raise Refusal(404, f"{parameter.argument}: Not a recognized ID: {gid}")
        # Budgets and the like are told from each other by path alone, so any kind is looked at.
        kind = item.get("resource_type", parameter.refers[0])
        if kind not in parameter.refers:
            raise Refusal(403, f"{parameter.argument}: Not the correct type")
        return item

    def _one(self, operation: Operation, asked: Arguments, tree: Tree | None) -> Object:
        if operation.id == "getTaskCountsForProject" and not tree:
            return {}
        find = ONES.get(operation.id)
        if find is not None:
            item = find(self._store, asked)
        else:
            last = [p for p in operation.parameters if p.place == "path"][-1]
            item = asked[last.argument]
        return show(item, tree, full=True)

    def _list(
        self,
        operation: Operation,
        asked: Arguments,
        query: Mapping[str, str],
        tree: Tree | None,
        path: str,
    ) -> dict[str, Any]:
        limit = _limit(query.get("limit"))
        rows = list(LISTS[operation.id](self._store, asked))
        if operation.paging == "none":
            rows = rows[:limit] if limit else rows
            return {"data": [show(row, tree, full=False) for row in rows]}
        start = self._start(path, query)
        if limit is None:
            if operation.paging == "stream":
                limit = _MOST
            elif operation.paging == "pages" and len(rows) > _UNPAGED:
                raise Refusal(
                    400,
                    "The result is too large. You should use pagination (may require specifying "
                    "a workspace)!",
                )
        end = start + (limit or len(rows))
        full = operation.paging == "stream"
        answer: dict[str, Any] = {"data": [show(row, tree, full=full) for row in rows[start:end]]}
        if limit is not None:
            # The audit log offers a next page for ever, once it had rows.
            more = end < len(rows) or (operation.paging == "stream" and bool(rows))
            answer["next_page"] = self._next(path, query, min(end, len(rows))) if more else None
        return answer

    def _next(self, path: str, query: Mapping[str, str], place: int) -> dict[str, str]:
        offset = self._signed(path, query, place, int(time.time()) + OFFSET_LIFE)
        rest = {**query, "offset": offset}
        relative = f"{path.removeprefix(ROOT)}?{urlencode(rest)}"
        return {"offset": offset, "path": relative, "uri": self.base_url + relative}

    def _start(self, path: str, query: Mapping[str, str]) -> int:
        """Return where a page starts: an offset is bound to its query, and expires."""
        offset = query.get("offset")
        if not offset:
            return 0
        try:
            place, expires, _ = base64.urlsafe_b64decode(offset).decode().split(".")
            known = self._signed(path, query, int(place), int(expires))
        except ValueError:
            known = ""
        if not hmac.compare_digest(known, offset):
            raise Refusal(400, "offset: Your pagination token is invalid.")
        if int(expires) < time.time():
            raise Refusal(400, "offset: Your pagination token has expired.")
        return int(place)

    def _signed(self, path: str, query: Mapping[str, str], place: int, expires: int) -> str:
        bound = sorted((k, v) for k, v in query.items() if k not in ("offset", "limit"))
        text = f"{place}.{expires}"
        message = f"{text}|{path}|{bound}".encode()
        mark = hmac.new(self._secret, message, "sha256").hexdigest()[:16]
        return base64.urlsafe_b64encode(f"{text}.{mark}".encode()).decode()

    def _events(self, asked: Arguments) -> dict[str, Any]:
        """Answer the events protocol; nothing happens in a sandbox that cannot be written to."""
        sync = hashlib.sha256(repr(sorted(asked.get("resource", {}))).encode()).hexdigest()[:32]
        token = f"{sync}:0"
        if asked.get("sync") != token:
            raise Refusal(412, _SYNC_FAILED, sync=token)
        return {"data": [], "sync": token, "has_more": False}


def _needs_history(operation: Operation) -> bool:
    """Whether an operation shows or takes stories or reactions, which are made when needed."""
    shown = operation.record in ("story", "reaction", "status_update")
    return shown or any("story" in parameter.refers for parameter in operation.parameters)


def _routes(
    operations: Iterable[Operation],
) -> dict[tuple[str, int], list[tuple[Operation, list[str]]]]:
    routes: dict[tuple[str, int], list[tuple[Operation, list[str]]]] = {}
    for operation in operations:
        template = operation.path.strip("/").split("/")
        routes.setdefault((operation.http, len(template)), []).append((operation, template))
    for candidates in routes.values():
        # Fixed words before placeholders: /users/{gid}/... must not take /users/me/... away.
        candidates.sort(key=lambda candidate: [key.startswith("{") for key in candidate[1]])
    return routes


def _matched(template: list[str], keys: list[str]) -> dict[str, str] | None:
    values = {}
    for wanted, given in zip(template, keys, strict=True):
        if wanted.startswith("{"):
            values[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return values


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise Refusal(400, f"limit: Must be between 1 and {_MOST}: {text}")
    return int(text)


def _sent(status: int, body: Any) -> Answer:
    headers = (
        ("Content-Type", "application/json; charset=UTF-8"),
        ("X-Asana-Api-Version", "1.1"),
    )
    return Answer(status, msgspec.json.encode(body), headers)
