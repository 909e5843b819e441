"""Fixtures for tests of your own: a synthetic Asana in the process, or behind a port.

Installed with the package; pytest finds it by itself.

>>> def test_my_report(asana_sandbox):
...     tasks = asana_sandbox.tasks.list(project="Website relaunch")
...     assert len(tasks) > 100

``@pytest.mark.asana_sandbox(size="medium", faults="429=10")`` takes what `asana_frames.sandbox`
takes. The company's history ends in the present hour; ``now=`` fixes it, so that a test sees the
same rows on any day. For all tests of a module: ``pytestmark =
pytest.mark.asana_sandbox(now="2026-11-02")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asana_frames.asana import Asana
    from asana_frames.sandbox_server import Server

_MARKER = "asana_sandbox(**options): what asana_frames.sandbox() is called with for this test"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def _marker_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("asana_sandbox")
    return {} if marker is None else dict(marker.kwargs)


@pytest.fixture
def asana_sandbox(request: pytest.FixtureRequest) -> Iterator[Asana]:
    """Return an ``Asana`` in front of a synthetic company of this test's own."""
    # Loaded here: tests that do not ask for it need not wait for pandas.
    import asana_frames as af

    with af.sandbox(**_marker_options(request)) as asana:
        yield asana


@pytest.fixture
def asana_sandbox_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a synthetic Asana behind a port on loopback; ``.url`` is its base URL."""
    from asana_frames.sandbox_server import serve

    with serve(**_marker_options(request)) as server:
        yield server
