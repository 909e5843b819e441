"""A big company behind a socket, in a process of its own: pages made and packed beforehand.

The sandbox makes each page when it is asked for, which on a small machine would be what is
measured; this one only sends. It has projects of equal size, each in sections of equal size, so
that reads page by page, by sections and of many projects all meet the same tasks.

``python -m tests.benchmarks.company --projects 200 --tasks 500`` prints one line of JSON with its
url when it is ready; ``GET /counts`` tells what it has answered.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from asana_frames.sandbox_server import ApiResponse, Faults, Server
from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.http.faults import FaultInjector
from asana_frames.sandbox_server.http.rate_limits import RequestQuotas
from tests.benchmarks.pages import PAGE, pages

WORKSPACE = "1"
_ROOT = "/api/1.0"


class Company:
    """Answers as the sandbox's application does, from bodies that are ready."""

    def __init__(
        self, projects: int, tasks: int, sections: int, kind: str, latency: float, quota: int
    ) -> None:
        self.mischief = FaultInjector(Faults())
        self._latency = latency
        self._limits = RequestQuotas(quota)
        self._sections = sections
        self._pages = -(-tasks // PAGE)
        self._per_section = self._pages // sections if sections else 0
        self._projects = [f"2{number:08d}" for number in range(projects)]
        self._lock = threading.Lock()
        self.accepted = self.rejected = 0
        self._fields = _enum_fields(next(pages(kind, 1)))
        #: Packed pages by number, with and without another one behind them.
        self._bodies: list[dict[bool, bytes]] = []
        for number, body in enumerate(pages(kind, projects * self._pages)):
            self._bodies.append(dict(self._packed(number % self._pages, body)))

    def _packed(self, page: int, body: bytes) -> Iterator[tuple[bool, bytes]]:
        """Yield the forms in which a page of a project is asked for, alone or in its section."""
        rows = body[: body.rindex(b"null}")]
        is_last = page == self._pages - 1
        ends_section = self._sections and page % self._per_section == self._per_section - 1
        for has_next in {not is_last, not ends_section} if self._sections else {not is_last}:
            following = {"offset": str(page + 1), "path": "/", "uri": "/"}
            tail = msgspec.json.encode(following if has_next else None) + b"}"
            yield has_next, gzip.compress(rows + tail, 1)

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> ApiResponse:
        """Answer one request."""
        parts = urlsplit(target)
        path = parts.path.removeprefix(_ROOT)
        if path == "/counts":
            return _plain({"accepted": self.accepted, "rejected": self.rejected})
        try:
            with self._limits.count_requests("t", reads=1):
                if self._latency:
                    time.sleep(self._latency)
                answer = self._answer(path, dict(parse_qsl(parts.query)))
        except ApiError as refusal:
            with self._lock:
                self.rejected += 1
            return ApiResponse(refusal.status, b'{"errors":[]}', tuple(refusal.headers.items()))
        with self._lock:
            self.accepted += 1
        return answer

    def _answer(self, path: str, query: dict[str, str]) -> ApiResponse:
        offset = int(query.get("offset") or 0)
        keys = path.strip("/").split("/")
        if path == "/projects":
            return self._listed(self._projects, offset)
        if path == "/workspaces":
            return self._listed([WORKSPACE], 0)
        if keys[0] == "projects" and keys[-1] == "sections":
            return self._listed([f"3{keys[1][1:]}{n:03d}" for n in range(self._sections)], 0)
        if keys[0] == "projects" and keys[-1] == "task_counts":
            return _plain({"data": {"num_tasks": self._pages * PAGE}})
        if keys[0] == "custom_fields" and len(keys) == 2:
            options = [{"name": name} for name in self._fields.get(keys[1], ())]
            return _plain({"data": {"gid": keys[1], "enum_options": options}})
        if path == "/tasks" or keys[-1] == "tasks":
            return self._tasks_of(query.get("project") or query.get("section") or keys[1], offset)
        raise ApiError(404, f"No matching route for request: GET {path}")

    def _tasks_of(self, gid: str, offset: int) -> ApiResponse:
        is_section = gid[0] == "3"
        project = int(gid[1:9])
        start = int(gid[9:]) * self._per_section if is_section else 0
        # Offsets count the pages of a project, in its sections too.
        page = max(offset, start)
        end = start + self._per_section if is_section else self._pages
        body = self._bodies[project * self._pages + page][page + 1 < end]
        return ApiResponse(200, body, _PACKED)

    def _listed(self, gids: list[str], offset: int) -> ApiResponse:
        rows = [{"gid": gid, "name": f"Name {gid}"} for gid in gids[offset : offset + PAGE]]
        end = offset + PAGE
        following = {"offset": str(end)} if end < len(gids) else None
        return _plain({"data": rows, "next_page": following})

    def close(self) -> None:
        """Nothing goes on in the background."""


_PACKED = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))


def _plain(content: object) -> ApiResponse:
    return ApiResponse(200, json.dumps(content).encode(), (("Content-Type", "application/json"),))


def _enum_fields(body: bytes) -> dict[str, list[str]]:
    fields = msgspec.json.decode(body)["data"][0]["custom_fields"]
    return {field["gid"]: [] for field in fields if field.get("representation_type") == "enum"}


@contextmanager
def company(**options: Any) -> Iterator[str]:
    """Start a company in a process of its own; yield its url, and end it by its process id."""
    command = [sys.executable, "-m", "tests.benchmarks.company"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--sections", type=int, default=0)
    parser.add_argument("--kind", default="wide", choices=["wide", "lean"])
    parser.add_argument("--latency", type=float, default=0.15)
    parser.add_argument("--quota", type=int, default=0)
    asked = parser.parse_args()
    server = Server(lambda url: Company(**vars(asked)))  # type: ignore[arg-type, return-value]
    print(json.dumps({"url": server.url}), flush=True)
    server.serve()


if __name__ == "__main__":
    main()
