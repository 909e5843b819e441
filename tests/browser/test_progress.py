"""Progress bars in JupyterLab: gone after success, red and telling after a failure."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open

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
FAIL = "asana.with_options(deadline=1.6).stories.list_for_task(few, fields=['text'])"


@pytest.mark.timeout(300)
def test_a_bar_goes_after_success_and_stays_red_after_a_failure(notebook: Open) -> None:
    seen = notebook(CONNECT, READ, FAIL)
    page = seen.page
    bar = page.locator(".jp-OutputArea .widget-hprogress")

    seen.run(0)
    seen.run(1)
    page.get_by_text("read True").wait_for()
    assert bar.count() == 0

    seen.run(2)
    page.get_by_text("ended by DeadlineExceeded").first.wait_for()
    assert page.locator(".progress-bar-danger").count() == 1
    assert bar.count() == 1
