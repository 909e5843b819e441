"""The page of ``asana-frames dashboard``: for whom has its URL, in columns that end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import PATIENCE, Watched
from tests.fixed_day import NOW

#: The command, with kernels of lost pages that end after so many seconds.
RUN = """
import sys
from asana_frames.cli import dashboard, main
dashboard._LOST_SECONDS = int(sys.argv.pop(1))
main()
"""
COMMAND = ["dashboard", "--sandbox", "--no-browser", "--project", "Website relaunch"]
CARDS = 6
#: Charts of the widget, not those of the page that is shown until it is there.
LIVE = "[class*=af-live] img"
WITH_PROC = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="needs the processes of the system as files"
)
#: Colour of the background of a card, and whether a chart is inverted.
LOOK = """() => {
    const style = one => getComputedStyle(document.querySelector(one));
    return [style(".af-card").backgroundColor, style(".af-card img").filter !== "none"];
}"""


class Page:
    """A running dashboard: its process and its URL."""

    def __init__(self, folder: Path, *options: str, lost_seconds: int = 600) -> None:
        isolated = {"JUPYTER_CONFIG_DIR": str(folder), "IPYTHONDIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(lost_seconds), *COMMAND, "--now", NOW, *options],
            env=os.environ | isolated,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.site, _, self.token = self.url.partition("?token=")

    def list_children(self) -> list[str]:
        """Return the numbers of the processes that it has started: the kernels."""
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text("ascii")
        return children.split()

    def stop(self) -> tuple[int, str]:
        """Press Ctrl+C; return the exit code and what was said."""
        self.process.send_signal(signal.SIGINT)
        try:
            _, said = self.process.communicate(timeout=PATIENCE / 1000)
        except subprocess.TimeoutExpired:
            # Not by whoever comes later, who would wait in vain too.
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, said


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    running = Page(tmp_path_factory.mktemp("page"), "--theme", "dark")
    yield running
    if running.process.poll() is None:
        running.stop()


def until(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Wait until something is so, which another process will bring about."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.1)


def find_status(url: str, *, method: str = "GET") -> int:
    """Return the status of a request without cookies, or that of where it is sent to."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as response:
            return 302 if "/login" in response.url else int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.timeout(300)
def test_the_page_stands_in_columns_that_end_together_and_is_dark(
    dark: Page, watched: Watched
) -> None:
    page = watched.page
    ends = {}
    for width in (1300, 620):
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(dark.url)
        # The list is drawn last.
        page.locator("[class*=af-live] .af-card h4").wait_for()
        watched.picture(f"dashboard-page-{width}")
        boxes = [card.bounding_box() for card in page.locator(".af-card:visible").all()]
        found = [box for box in boxes if box is not None]
        ends[width] = {
            round(box["x"]): max(
                other["y"] + other["height"] for other in found if other["x"] == box["x"]
            )
            for box in found
        }
        assert len(found) == CARDS
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in found)

    assert [len(columns) for columns in ends.values()] == [2, 1]
    assert max(ends[1300].values()) - min(ends[1300].values()) < 2
    assert page.evaluate(LOOK) == ["rgb(29, 29, 29)", True]
    assert page.title() == "Asana dashboard"
    assert watched.wrong == []


@pytest.mark.timeout(300)
def test_nobody_sees_the_page_without_its_url(dark: Page, watched: Watched) -> None:
    watched.page.goto(dark.url)
    watched.page.locator(LIVE).nth(4).wait_for()
    kernel = watched.page.evaluate(
        "() => JSON.parse(document.querySelector('#jupyter-config-data').textContent).kernelId"
    )

    refused = {
        "": find_status(dark.site),
        "wrong": find_status(f"{dark.site}?token=wrong"),
        "notebook": find_status(f"{dark.site}voila/files/Asana%20dashboard.ipynb"),
        "logout": find_status(f"{dark.site}logout"),
        "kernel": find_status(f"{dark.site}api/kernels/{kernel}"),
        "channels": find_status(f"{dark.site}api/kernels/{kernel}/channels"),
        "end": find_status(f"{dark.site}voila/api/shutdown/{kernel}", method="POST"),
    }

    assert kernel
    assert set(refused.values()) == {302, 403}
    assert refused["kernel"] == refused["channels"] == 403


@WITH_PROC
@pytest.mark.timeout(300)
def test_a_page_that_is_loaded_again_ends_its_kernel(dark: Page, watched: Watched) -> None:
    others = set(dark.list_children())
    watched.page.goto(dark.url)
    watched.page.locator(LIVE).nth(4).wait_for()
    (kernel,) = set(dark.list_children()) - others

    watched.page.reload()

    until(lambda: kernel not in dark.list_children(), seconds=20)


@WITH_PROC
@pytest.mark.timeout(300)
def test_the_kernel_of_a_lost_page_ends_and_that_of_an_open_one_stays(
    tmp_path: Path, watched: Watched, browser: Any
) -> None:
    running = Page(tmp_path, lost_seconds=4)
    try:
        lost = browser.new_page()
        # As if the browser were killed: the page cannot say that it is left.
        lost.route("**/voila/api/shutdown/**", lambda route: route.abort())
        lost.goto(running.url)
        lost.locator(LIVE).nth(4).wait_for()
        (lost_kernel,) = running.list_children()
        watched.page.goto(running.url)
        watched.page.locator(LIVE).nth(4).wait_for()
        (open_kernel,) = set(running.list_children()) - {lost_kernel}

        lost.close()

        until(lambda: lost_kernel not in running.list_children(), seconds=60)
        assert running.list_children() == [open_kernel]
    finally:
        code, _ = running.stop()
    assert code == 0


@WITH_PROC
@pytest.mark.timeout(300)
def test_the_token_is_in_no_argument_and_the_kernel_ends_with_the_command(
    dark: Page, watched: Watched
) -> None:
    watched.page.goto(dark.url)
    watched.page.locator(LIVE).nth(4).wait_for()
    children = Path(f"/proc/{dark.process.pid}/task/{dark.process.pid}/children").read_text(
        "ascii"
    )
    processes = [str(dark.process.pid), *children.split()]
    arguments = [Path(f"/proc/{number}/cmdline").read_text("utf-8") for number in processes]

    code, said = dark.stop()

    assert len(processes) > 1
    assert not [line for line in arguments if dark.token in line]
    assert code == 0
    assert said.endswith("Stopped.\n")
    assert not [number for number in processes if Path(f"/proc/{number}").exists()]
