"""A small Asana on raw sockets that misbehaves as told, and knows what it has carried out.

It shares no code with the sandbox, so that both cannot be wrong in the same way. What it holds
is a `Model`, a `Ledger` records the requests, and a `Fault` describes one way to misbehave.
"""

from __future__ import annotations

import base64
import enum
import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Row = dict[str, Any]

BASE = "/api/1.0"
WORKSPACE = "1"
#: Asana's own words.
OFFSET_EXPIRED = "offset: Your pagination token has expired."
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """One request, as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None

    @property
    def group(self) -> str:
        """The group of requests that a fault may touch."""
        if self.method != "GET":
            return self.method.lower()
        if self.path.endswith("/search"):
            return "search"
        return "page" if "limit" in self.query else "object"

    @property
    def url(self) -> tuple[str, str, str]:
        """What tells requests apart; creations are told apart by the name they give."""
        asked = self.body["data"]["name"] if self.method == "POST" else repr(self.query)
        return self.method, self.path, asked

    @property
    def targets(self) -> set[str]:
        """Gids, and names of creations, that the request is about."""
        named = {self.url[2]} if self.method == "POST" else set()
        return {*self.path.split("/"), self.query.get("project", ""), *named}


@dataclass(frozen=True)
class Reply:
    """One response, before it becomes bytes."""

    request: Request
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    #: Whether Content-Length is among the headers.
    has_length: bool = True

    @property
    def data(self) -> Any:
        return json.loads(self.body)["data"]

    @property
    def head(self) -> bytes:
        length = [("Content-Length", str(len(self.body)))] if self.has_length else []
        pairs = [("Content-Type", "application/json; charset=UTF-8"), *length, *self.headers]
        lines = [f"HTTP/1.1 {self.status} Some words", *(f"{name}: {v}" for name, v in pairs)]
        return "\r\n".join([*lines, "", ""]).encode()

    @property
    def whole(self) -> bytes:
        return self.head + self.body

    def with_json(self, body: Any) -> Reply:
        return replace(self, body=json.dumps(body, separators=(",", ":")).encode())

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        return replace(self, headers=(*self.headers, *headers.items()))

    def refuse(self, status: int, message: str = "no") -> Reply:
        return replace(self.with_json({"errors": [{"message": message}]}), status=status)


class End(enum.Enum):
    """Where a connection ends."""

    CLOSE = enum.auto()
    RESET = enum.auto()
    #: Nothing more is said, until the client goes away.
    SILENCE = enum.auto()


#: Bytes to send, seconds to wait, or the end.
Step = bytes | float | End
Change = Callable[[Reply], Reply]
Wire = Callable[[Reply], Iterable[Step]]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with a response.

    Attributes
    ----------
    kind : str
        What a client must make of it; see `tests.faults`.
    reply, wire
        Change the right response, or the bytes and pauses that it is sent as.
    touches : set of str
        Groups of requests that it happens to.
    is_read, is_carried_out : bool
        Whether the request is read from the socket, and whether it is carried out.
    error : str
        Name of the error that a read ends in if it does not go away.
    spoils : mapping
        Columns of tasks that it overwrites, with what a frame must show in their place.
    modes : set of str
        How often it can happen: "once" to each URL, "always", or always to "one" parent.
    """

    name: str
    kind: str
    reply: Change | None = None
    wire: Wire | None = None
    touches: frozenset[str] = frozenset({"page", "search", "object", "put", "post", "delete"})
    is_read: bool = True
    is_carried_out: bool = True
    error: str = "ConnectionFailed"
    spoils: Mapping[str, Any] = field(default_factory=dict)
    modes: frozenset[str] = frozenset({"once", "always"})

    def play(self, right: Reply) -> Iterable[Step]:
        """Return what is done in place of the right response."""
        changed = right if self.reply is None else self.reply(right)
        return [changed.whole] if self.wire is None else self.wire(changed)


@dataclass
class Arrival:
    """A request that arrived, and what became of it."""

    request: Request
    #: How many of its URL there have been, with this one.
    number: int
    fault: Fault | None = None
    is_carried_out: bool = False


class Ledger:
    """Everything that arrived, in order."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def record(self, request: Request) -> Arrival:
        """Add a request."""
        self._counts[request.url] += 1
        arrival = Arrival(request, self._counts[request.url])
        self.arrivals.append(arrival)
        return arrival

    def about(self, target: str, method: str) -> list[Arrival]:
        """Return the requests of a method about one gid or name."""
        return [
            arrival
            for arrival in self.arrivals
            if arrival.request.method == method and target in arrival.request.targets
        ]


class Model:
    """A workspace as plain data, and what requests read of it or do to it.

    Parameters
    ----------
    page_size
        Rows of a page, whatever the client asks for, as Asana may do.
    loose
        Tasks that are in no project; search finds them.
    """

    def __init__(self, page_size: int = 3, tasks: int = 4, loose: int = 90) -> None:
        self._page_size = page_size
        self.tags = {row["gid"]: row for row in _make_rows("tag", 100, 7)}
        #: Gid of a project -> gids of its tasks; some tasks are in two projects.
        self.projects: dict[str, list[str]] = {}
        self.tasks: dict[str, Row] = {}
        for place, project in enumerate(("11", "12", "13")):
            rows = _make_rows("task", 1_000 * (place + 1), tasks)
            shared = list(self.tasks)[-1:]
            self.tasks |= {row["gid"]: row for row in rows}
            self.projects[project] = [*shared, *(row["gid"] for row in rows)]
        self.tasks |= {row["gid"]: row for row in _make_rows("task", 10_000, loose)}
        self.stories = {
            task: {row["gid"]: row for row in _make_rows("story", 1_000 * int(task), 5)}
            for project in self.projects.values()
            for task in project
        }
        self._next_gid = 900_000

    def tasks_of(self, project: str) -> dict[str, Row]:
        """Return the tasks of a project."""
        return {gid: self.tasks[gid] for gid in self.projects[project] if gid in self.tasks}

    def answer(self, request: Request) -> Reply:
        """Carry out a request and return the right response."""
        kind, _, rest = request.path.strip("/").partition("/")
        empty = Reply(request, b"")
        if request.group == "search":
            return empty.with_json({"data": self._search(request.query)})
        if request.method == "POST":
            return empty.with_json({"data": self._create(request.body["data"])})
        if request.group == "page":
            return self._list_page(empty, kind, rest)
        if rest not in self.tasks:
            return empty.refuse(404, f"task: Not a recognized ID: {rest}")
        if request.method == "DELETE":
            del self.tasks[rest]
            return empty.with_json({"data": {}})
        if request.method == "PUT":
            self.tasks[rest] = self.tasks[rest] | request.body["data"]
        return empty.with_json({"data": self.tasks[rest]})

    def _list_page(self, empty: Reply, kind: str, rest: str) -> Reply:
        request = empty.request
        rows = self._rows_of(request, kind, rest)
        if rows is None:
            return empty.refuse(404, "No matching route for request")
        start = find_start(request)
        if request.query.get("offset") not in (None, encode_offset(request, start)):
            return empty.refuse(400, "offset: is not one of this list.")
        end = start + min(self._page_size, int(request.query["limit"]))
        pointer = {"offset": encode_offset(request, end)} if end < len(rows) else None
        return empty.with_json({"data": rows[start:end], "next_page": pointer})

    def _rows_of(self, request: Request, kind: str, rest: str) -> list[Row] | None:
        if rest.endswith("/stories"):
            return list(self.stories[rest.removesuffix("/stories")].values())
        if kind == "tags":
            return list(self.tags.values())
        project = request.query.get("project", "")
        return list(self.tasks_of(project).values()) if project in self.projects else None

    def _search(self, query: Mapping[str, str]) -> list[Row]:
        after = query.get("created_at.after", "")
        rows = [row for row in self.tasks.values() if row["created_at"] > after]
        return sorted(rows, key=lambda row: str(row["created_at"]))[: int(query["limit"])]

    def _create(self, given: Row) -> Row:
        self._next_gid += 1
        made = _make_rows("task", self._next_gid, 1)[0] | given
        self.tasks[made["gid"]] = made
        return made


def encode_offset(request: Request, start: int) -> str:
    """Return the offset of the page that starts at a row, which fits no other list."""
    about = request.path, request.query.get("project"), start
    return base64.urlsafe_b64encode(json.dumps(about).encode()).decode()


def find_start(request: Request) -> int:
    """Return the row at which the requested page starts."""
    offset = request.query.get("offset")
    return 0 if offset is None else int(json.loads(base64.urlsafe_b64decode(offset))[2])


def _make_rows(kind: str, first: int, count: int) -> list[Row]:
    return [
        {
            "gid": str(number),
            "resource_type": kind,
            "name": f"{kind} {number}",
            "text": f"{kind} {number}",
            "num_likes": number % 7,
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(1e9 + number)),
            "modified_at": "2026-03-02T09:15:00.000Z",
        }
        for number in range(first, first + count)
    ]


#: Returns the fault of a request; None for a right response.
Choice = Callable[[Arrival], Fault | None]


def choose(fault: Fault, mode: str, parent: str = "") -> Choice:
    """Return what makes a fault happen in one of its modes."""

    def pick(arrival: Arrival) -> Fault | None:
        is_touched = arrival.request.group in fault.touches
        is_time = mode != "once" or arrival.number == 1
        is_place = mode != "one" or parent in arrival.request.targets
        return fault if is_touched and is_time and is_place else None

    return pick


class FaultServer:
    """Answers on loopback as its model says, or as a fault does.

    Parameters
    ----------
    model
        What it holds.
    choice
        Which fault each request meets.
    """

    def __init__(self, model: Model, choice: Choice = lambda arrival: None) -> None:
        self.model = model
        self.ledger = Ledger()
        self.choice = choice
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{BASE}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> FaultServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        with self._lock:
            left = dict(self._open)
        for connection, thread in left.items():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):
            while self._serve_request(connection):
                pass
        with self._lock:
            del self._open[connection]

    def _serve_request(self, connection: socket.socket) -> bool:
        """Answer one request; return whether another one may follow."""
        raw = _peek_request(connection)
        if raw is None:
            return False
        request = _parse_request(raw)
        with self._lock:
            arrival = self.ledger.record(request)
            fault = arrival.fault = self.choice(arrival)
            arrival.is_carried_out = fault is None or fault.is_carried_out
            right = self.model.answer(request) if arrival.is_carried_out else Reply(request, b"")
        if fault is None or fault.is_read:
            connection.recv(len(raw), socket.MSG_WAITALL)
        steps = [right.whole] if fault is None else fault.play(right)
        return all(self._take_step(connection, step) for step in steps)

    def _take_step(self, connection: socket.socket, step: Step) -> bool:
        """Send, wait or end; return whether the connection goes on."""
        if isinstance(step, bytes):
            connection.sendall(step)
            return True
        if isinstance(step, float):
            return not self._stopped.wait(step)
        if step is End.SILENCE:
            # Until the client goes away, or the server.
            while connection.recv(65_536):
                pass
        if step is End.RESET:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False


def _peek_request(connection: socket.socket) -> bytes | None:
    """Return the next request and leave it in the socket; None if the client has gone."""
    while arrived := connection.recv(1 << 16, socket.MSG_PEEK):
        head, end, body = arrived.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if end and len(body) >= size:
            return head + end + body[:size]
        time.sleep(0.001)
    return None


def _parse_request(raw: bytes) -> Request:
    head, _, body = raw.partition(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    return Request(
        method, parts.path.removeprefix(BASE), query, json.loads(body) if body else None
    )
