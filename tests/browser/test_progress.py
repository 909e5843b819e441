"""Progress bars: seen in light and dark, gone after success, red and telling after a failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Open
from tests.browser.pages import Notebook, Watched
from tests.browser.servers import JupyterServer

CONNECT = """
import warnings; warnings.simplefilter("ignore")
import asana_frames as af
asana = af.sandbox(latency=0.7)
projects = asana.projects.list(workspace="Acme", fields=["name"])["gid"].tolist()
"""
READ = """
few = asana.tasks.list(project=projects, fields=["name"])
print("read", len(few) > 100)
"""
GATHER = 'report = af.gather.flow_report(asana, "Website relaunch"); print("gathered")'
WRITE = "done = asana.tasks.update(few.head(60), notes='x', fields=['name']); print('written')"
FAIL = "asana.with_options(deadline=1.6).stories.list_for_task(few, fields=['text'])"
THEMES = "@jupyterlab/apputils-extension:themes"

#: Contrast of the text beside the bar with what is behind it, as WCAG defines it.
CONTRAST = """label => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([red, green, blue]) => [red, green, blue]
        .map(part => part / 255)
        .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    let behind = label;
    while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] === 0)) {
        behind = behind.parentElement;
    }
    const [ink, paper] = [
        light(parse(getComputedStyle(label).color)),
        light(parse(getComputedStyle(behind).backgroundColor)),
    ];
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""


@pytest.fixture(params=["JupyterLab Dark", "JupyterLab Light"])
def theme(request: pytest.FixtureRequest, lab: JupyterServer) -> Iterator[str]:
    """How JupyterLab looks, for this test only."""
    lab.set(THEMES, {"theme": request.param})
    yield request.param
    lab.set(THEMES, {})


def watch_bar(seen: Notebook, number: int, theme: str) -> float:
    """Run a cell, keep a picture of its bar; return the contrast of the text beside it."""
    seen.page.locator(".jp-Notebook .jp-Cell .jp-InputArea-prompt").nth(number).click()
    seen.command("notebook:run-cell")
    label = seen.output(number).locator(".widget-html-content", has_text="requests").first
    label.wait_for()
    contrast: float = label.evaluate(CONTRAST)
    seen.picture(f"progress-{theme.split()[-1].lower()}-{number}")
    return contrast


@pytest.mark.timeout(300)
def test_reads_reports_and_writes_show_a_legible_bar_that_goes(notebook: Open, theme: str) -> None:
    seen = notebook(CONNECT, READ, GATHER, WRITE)
    bars = seen.page.locator(".jp-OutputArea .widget-hprogress")
    seen.run(0)

    for number, end in enumerate(("read True", "gathered", "written"), start=1):
        assert watch_bar(seen, number, theme) >= 4.5
        seen.output(number).get_by_text(end).wait_for()
        assert bars.count() == 0

    assert seen.page.evaluate("() => document.body.dataset.jpThemeName") == theme


@pytest.mark.timeout(300)
def test_the_bar_of_a_failure_stays_red_and_tells_why(notebook: Open, theme: str) -> None:
    seen = notebook(CONNECT, READ, FAIL)
    page = seen.page
    seen.run(0)
    seen.run(1)

    seen.run(2)
    told = page.get_by_text("ended by DeadlineExceeded").first
    told.wait_for()
    assert page.locator(".progress-bar-danger").count() == 1
    assert page.locator(".jp-OutputArea .widget-hprogress").count() == 1
    assert told.evaluate(CONTRAST) >= 4.5


def test_a_page_of_voila_has_no_bar_of_what_was_read(
    voila: JupyterServer, watched: Watched
) -> None:
    voila.write("progress.ipynb", [CONNECT, READ])

    watched.page.goto(f"{voila.url}/voila/render/progress.ipynb")
    watched.page.get_by_text("read True").wait_for()
    watched.picture("progress-voila")

    assert watched.page.locator(".widget-hprogress").count() == 0
    assert watched.wrong == []
