"""Dashboards in notebooks that are executed and saved: the page is there without a kernel."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.widgets import Dashboard
from asana_frames.widgets.dashboard.saved import SavedPage

CELLS = [
    "import asana_frames as af\nasana = af.sandbox(now='2026-11-02')",
    "board = af.widgets.Dashboard(asana, value='Website relaunch', now='2026-11-02')\nboard",
    "af.widgets.Dashboard(asana)",
    "board.value = 'Mobile app'\nboard.wait();",
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_an_executed_notebook_has_the_page_of_the_last_choice() -> None:
    nbformat = pytest.importorskip("nbformat", reason="part of the dev extra")
    nbclient = pytest.importorskip("nbclient", reason="part of the dev extra")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])

    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3").execute()

    _, drawn, empty, chosen = (cell.outputs for cell in notebook.cells)
    widget, page = drawn
    assert widget.data["text/plain"] == "Dashboard(project='Website relaunch')"
    assert "application/vnd.jupyter.widget-view+json" in widget.data
    assert page.data["text/plain"].startswith("Mobile app\nOpen tasks: ")
    assert page.data["text/html"].count("data:image/png;base64,") == 5
    assert dict(empty[1].data) == {"text/plain": "", "text/html": ""}
    assert chosen == []


def test_a_terminal_shows_what_is_chosen(
    asana: af.Asana, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Dashboard(asana, value="Mobile app", charts={}).wait()

    board._ipython_display_()

    assert "Dashboard(project='Mobile app')" in capsys.readouterr().out


def test_a_page_is_updated_wherever_it_is_displayed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []

    class Handle:
        def update(self, bundle: Any, raw: bool) -> None:
            shown.append(bundle)

    saved = SavedPage()
    monkeypatch.setattr("IPython.get_ipython", lambda: type("Shell", (), {"kernel": object()})())
    monkeypatch.setattr("IPython.display.display", lambda *_, **given: Handle())

    assert saved.display({"text/plain": "Dashboard()"})
    assert saved.display({"text/plain": "Dashboard()"})
    saved.update("<p>", "text")

    assert shown == [{"text/plain": "text", "text/html": "<p>"}] * 2
