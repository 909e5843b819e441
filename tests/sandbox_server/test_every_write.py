"""The sandbox does every write of the API, and its answers are what the spec says."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from asana_frames.catalog import Operation, load
from tests.sandbox_server.api import Api
from tests.sandbox_server.spec import load_spec
from tests.sandbox_server.writes import EXAMPLES

WRITES = [operation for operation in load().operations if not operation.is_read]


class _Polite(BaseHTTPRequestHandler):
    """Shakes hands with webhooks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        if "X-Hook-Secret" in self.headers:
            self.send_header("X-Hook-Secret", self.headers["X-Hook-Secret"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """Where webhooks deliver to."""
    server = HTTPServer(("127.0.0.1", 0), _Polite)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_there_is_an_example_of_every_write() -> None:
    assert set(EXAMPLES) == {operation.id for operation in WRITES}


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_the_sandbox_does_every_write_as_the_spec_says(
    operation: Operation, api: Api, target: str
) -> None:
    values, data = EXAMPLES[operation.id](api)
    data = {key: target if value == "SET" else value for key, value in data.items()}
    given = iter(values)
    path = re.sub(r"{\w+}", lambda _: next(given), operation.path)

    answer = api.send(operation.http, path, None if operation.http == "DELETE" else data)

    assert answer.status_code == operation.status, answer.text
    assert api.server.application.crashes == []
    content = answer.json()
    if operation.returns == "nothing":
        assert content == {"data": {}}
    if "Location" in answer.headers:
        assert api.get(answer.headers["Location"].removeprefix("/api/1.0"), opt_fields="gid")
    spec = load_spec()
    if spec.knows(operation.id):
        assert spec.problems(operation.id, answer.status_code, content) == []
