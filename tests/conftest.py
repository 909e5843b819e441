"""Fixtures: the sandbox over real HTTP, and a server that records what it is asked."""

from __future__ import annotations

import gc
import importlib.util
import shutil
import sys
import threading
from collections.abc import Iterator
from typing import Any

import hypothesis
import matplotlib
import pytest

import asana_frames as af
from asana_frames.fetch.clock import Clock
from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW
from tests.logins import own_place
from tests.recorder import Recorder

__all__ = ["own_place"]

matplotlib.use("Agg")

# How long an example takes says more about the machine than about the package.
hypothesis.settings.register_profile("shared machines", deadline=None)
hypothesis.settings.load_profile("shared machines")

# The grammars by which jsonschema checks IRIs take seconds to load, and no test has an IRI.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    """Keep what lives as long as the tests out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The sandbox behind a socket, to be read: what a test wrote, others would find."""
    with serve(now=NOW) as running:
        yield running


@pytest.fixture(autouse=True)
def _the_sandbox_of_all_is_only_read(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that writes to the sandbox of all tests, not one that runs later."""
    shared = request.getfixturevalue("server") if "server" in request.fixturenames else None
    if not isinstance(shared, Server):
        yield
        return
    store = shared.application.store
    version = store.version
    yield
    assert store.version == version, "Write to own or own_server."


@pytest.fixture
def asana(server: Server) -> Iterator[af.Asana]:
    """A new connection to the sandbox: no names, options or counts of another test."""
    with af.connect("sandbox", base_url=server.url) as connected:
        yield connected


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A sandbox to write to."""
    with serve(now=NOW) as running:
        yield running


@pytest.fixture
def own(own_server: Server) -> Iterator[af.Asana]:
    """A new connection to the sandbox that is written to."""
    with af.connect("sandbox", base_url=own_server.url) as connected:
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser without a window: one for all tests, since two at a time get in their way."""
    path = shutil.which("chromium")
    if path is None or importlib.util.find_spec("playwright") is None:
        pytest.skip(f"not installed: {'chromium' if path is None else 'playwright'}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # No test depends on a network: only loopback has an address.
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        running = playwright.chromium.launch(executable_path=path, args=options)
        yield running
        running.close()


class SkippingClock(Clock):
    """A clock that goes on by itself when somebody waits, so that waiting takes no time."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()
        #: Seconds of each wait.
        self.waits: list[float] = []

    def now(self) -> float:
        return super().now() + self._ahead

    def wait(self, until: float, stopped: threading.Event) -> bool:
        if stopped.is_set():
            # A thread that a call left behind, perhaps another test's, moves no time.
            return True
        with self._lock:
            left = until - self.now()
            self.waits.append(left)
            self._ahead += max(left, 0.0)
        return False


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SkippingClock:
    """Let pauses between tries, and those for the quota, take no time."""
    skipping = SkippingClock()
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", skipping)
    monkeypatch.setattr("asana_frames.fetch.rate_limiter._limiters", {})
    return skipping


@pytest.fixture(autouse=True)
def _no_changes_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what became of changes: the server of another test may have had the same port."""
    monkeypatch.setattr("asana_frames.calls.applied_changes._memories", {})


@pytest.fixture(autouse=True)
def _no_token_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from finding the token of whoever runs them."""
    monkeypatch.delenv("ASANA_ACCESS_TOKEN", raising=False)
    monkeypatch.delenv("ASANA_BASE_URL", raising=False)
    monkeypatch.delenv("ASANA_FRAMES_READ_ONLY", raising=False)
