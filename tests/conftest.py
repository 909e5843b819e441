"""Fixtures: the sandbox over real HTTP, and a server that records what it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib
import pytest

import asana_frames as af
from asana_frames.sandbox_server import Server, serve
from tests.recorder import Recorder

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The sandbox behind a socket."""
    with serve() as running:
        yield running


@pytest.fixture
def asana(server: Server) -> Iterator[af.Asana]:
    """A new connection to the sandbox: no names, options or counts of another test."""
    with af.connect("sandbox", base_url=server.url) as connected:
        yield connected


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that answers what a test tells it to and remembers the requests."""
    with Recorder() as running:
        yield running


@pytest.fixture
def recorded(recorder: Recorder) -> Iterator[af.Asana]:
    """A connection to the recorder."""
    with af.connect("secret-token", base_url=recorder.url) as connected:
        yield connected


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pauses between tries take no time."""
    monkeypatch.setattr("asana_frames.fetch.session._sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def _no_token_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from finding the token of whoever runs them."""
    monkeypatch.delenv("ASANA_ACCESS_TOKEN", raising=False)
    monkeypatch.delenv("ASANA_BASE_URL", raising=False)
