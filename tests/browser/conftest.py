"""Fixtures: one browser, one JupyterLab and one Voila for all, a sandbox and a page per test."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Server, serve
from tests.browser.pages import SIZE, Notebook, Watched
from tests.browser.servers import JupyterServer
from tests.fixed_day import NOW

ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")
WANTED = ("jupyterlab", "voila", "ipykernel")
PICTURES = "ASANA_FRAMES_SCREENSHOTS"
#: Opens a notebook of the cells that it is given.
Open = Callable[..., Notebook]


@pytest.fixture(scope="session")
def browser(chromium: Any) -> Iterator[Any]:
    missing = [name for name in WANTED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    # One context for all: what JupyterLab is made of is fetched once.
    context = chromium.new_context(viewport=SIZE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept."""
    kept = os.environ.get(PICTURES)
    folder = Path(kept) if kept else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    with JupyterServer("lab", tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def voila(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    with JupyterServer("voila", tmp_path_factory.mktemp("voila")) as running:
        yield running


class Company:
    """A sandbox for one test, and the requests it received."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[str] = []
        self._is_closed = False
        handle = server.application.handle

        def recording(
            method: str, target: str, headers: Mapping[str, str], body: bytes = b""
        ) -> ApiResponse:
            self.asked.append(f"{method} {target}")
            return handle(method, target, {} if self._is_closed else headers, body)

        server.application.handle = recording  # type: ignore[method-assign]

    @property
    def code(self) -> str:
        """The cell that connects to it."""
        url = self.server.url
        return f'import asana_frames as af\nasana = af.connect("sandbox", base_url="{url}")'

    def tasks_of(self, project: str) -> int:
        """Return how many tasks a project has, read beside the page."""
        with af.connect("sandbox", base_url=self.server.url) as asana:
            return len(asana.tasks.list(project=project, fields=["name"]))

    def refuse_everything(self) -> None:
        """Let no token be valid any more."""
        self._is_closed = True

    def times(self, part: str) -> int:
        """Return how many requests contain a text."""
        return sum(part in asked for asked in self.asked)


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    """The sandbox; indirect parameters are the arguments of ``serve``."""
    with serve(**{"now": NOW} | getattr(request, "param", {})) as running:
        yield Company(running)


@pytest.fixture(scope="session")
def in_lab(browser: Any, lab: JupyterServer, pictures: Path) -> Iterator[Notebook]:
    """JupyterLab in a page: one for all, since it loads longer than most tests take."""
    seen = Notebook(browser.new_page(), lab, pictures)
    yield seen
    seen.page.close()


@pytest.fixture(scope="session")
def kernel(lab: JupyterServer) -> str:
    """A kernel of JupyterLab: one for all tests, since it starts longer than most tests take."""
    return lab.start_kernel()


@pytest.fixture
def notebook(
    request: pytest.FixtureRequest, in_lab: Notebook, lab: JupyterServer, kernel: str
) -> Iterator[Open]:
    """Open a notebook of some cells in JupyterLab; none has run yet."""

    def open_it(*cells: str) -> Notebook:
        path = lab.write(f"{len(list(lab.notebooks.iterdir()))}.ipynb", list(cells))
        in_lab.open(path, kernel)
        return in_lab

    yield open_it
    in_lab.picture(request.node.name)
    in_lab.close()


@pytest.fixture
def watched(browser: Any, pictures: Path) -> Iterator[Watched]:
    """An empty page."""
    seen = Watched(browser.new_page(), pictures)
    # Voila wants fonts from elsewhere. Not for all pages, since routes turn the cache off.
    seen.page.route(ELSEWHERE, lambda route: route.fulfill(body=""))
    yield seen
    # What is asked for while the page is closed cannot be answered.
    seen.page.unroute_all(behavior="ignoreErrors")
    seen.page.close()
