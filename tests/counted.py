"""A sandbox that counts the requests by which it may have been changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asana_frames.sandbox_server import ApiResponse, Server, serve
from tests.fixed_day import NOW


class CountedServer(Server):
    """A sandbox behind a port, with all that has come in."""

    requests: list[tuple[str, str]]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of what was no GET."""
        return [request for request in self.requests if request[0] != "GET"]


@contextmanager
def serve_counted(**options: Any) -> Iterator[CountedServer]:
    """Run a sandbox that counts."""
    with serve(**{"now": NOW} | options) as running:
        running.__class__ = CountedServer
        assert isinstance(running, CountedServer)
        requests = running.requests = []
        handle = running.application.handle

        def count(method: str, target: str, *rest: Any) -> ApiResponse:
            requests.append((method, target.partition("?")[0].removeprefix("/api/1.0")))
            return handle(method, target, *rest)

        running.application.handle = count  # type: ignore[method-assign]
        yield running
