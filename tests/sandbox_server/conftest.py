"""A sandbox of each module's own, so that what one writes is not in another's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW
from tests.sandbox_server.api import Api


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A sandbox behind a socket; it must have had no fault of its own when all is done."""
    with serve(now=NOW) as running:
        yield running
        assert running.application.crashes == []


@pytest.fixture(scope="module")
def api(own_server: Server) -> Api:
    """The first person, an admin."""
    return Api(own_server)


@pytest.fixture(scope="module")
def other(own_server: Server) -> Api:
    """Somebody who is no admin."""
    person = list(own_server.application.store.all("user"))[7]
    return Api(own_server, f"sandbox:{person['email']}")
