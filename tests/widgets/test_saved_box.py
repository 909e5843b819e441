"""Widgets in notebooks that are executed and saved: what they show is there without a kernel."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw
import pytest

import asana_frames as af
from asana_frames.widgets import Dashboard, Explorer, FieldsPicker, PeriodPicker, TagPicker
from asana_frames.widgets.saved_box import SavedBox
from tests.widgets import screen

CONNECT = "import asana_frames as af\nasana = af.sandbox(now='2026-11-02')"
BOARDS = [
    CONNECT,
    "board = af.widgets.Dashboard(asana, value='Website relaunch', now='2026-11-02')\nboard",
    "af.widgets.Dashboard(asana)",
    "board.value = 'Mobile app'\nboard.wait();",
]
CHOICES = [
    CONNECT,
    "tags = af.widgets.TagPicker(asana)\ntags",
    "explorer = af.widgets.Explorer(asana, 'tags.list').fill(workspace='Acme')\nexplorer",
    "tags.value = 'blocked'\nexplorer.run();",
]
VIEW = "application/vnd.jupyter.widget-view+json"


def execute(cells: list[str]) -> list[Any]:
    """Return the outputs of cells that a notebook keeps."""
    nbformat = pytest.importorskip("nbformat", reason="part of the dev extra")
    nbclient = pytest.importorskip("nbclient", reason="part of the dev extra")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_an_executed_notebook_has_the_page_of_the_last_choice() -> None:
    _, drawn, empty, chosen = execute(BOARDS)

    widget, page = drawn
    assert VIEW in widget.data
    assert widget.data["text/plain"] == ""
    assert page.data["text/plain"].startswith("Mobile app\nOpen tasks: ")
    assert page.data["text/html"].count("data:image/png;base64,") == 5
    assert empty[1].data["text/plain"] == "Dashboard(project=None)"
    assert "Choose a project to see its charts." in empty[1].data["text/html"]
    assert chosen == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_an_executed_notebook_has_what_was_chosen_and_run_last() -> None:
    _, tags, explorer, _ = execute(CHOICES)

    assert VIEW in tags[0].data
    assert tags[0].data["text/plain"] == ""
    assert tags[1].data["text/plain"] == "TagPicker(workspace='Acme', tag='blocked')"
    assert "tag=&#x27;blocked&#x27;" in tags[1].data["text/html"]
    assert explorer[1].data["text/plain"].startswith("Explorer(tags = asana.tags.list(")
    assert "quick win</th>" in explorer[1].data["text/html"]


def test_a_terminal_shows_what_is_chosen(
    asana: af.Asana, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Dashboard(asana, value="Mobile app", charts={}).wait()

    board._ipython_display_()

    assert "Dashboard(project='Mobile app')" in capsys.readouterr().out


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What notebooks keep, as it changes."""
    kept: list[dict[str, str]] = []

    class Handle:
        def update(self, bundle: dict[str, str], raw: bool) -> None:
            kept.append(bundle)

    monkeypatch.setattr("IPython.get_ipython", lambda: type("Shell", (), {"kernel": object()})())
    monkeypatch.setattr("IPython.display.display", lambda *_, **given: Handle())
    return kept


def test_a_page_is_updated_wherever_it_is_displayed(updates: list[dict[str, str]]) -> None:
    saved = SavedBox([ipw.HTML()])

    assert saved.display_saved()
    assert saved.display_saved()
    saved.update_saved()

    assert len(updates) == 2
    assert updates[0] == updates[1]


def test_each_choice_is_kept(updates: list[dict[str, str]], asana: af.Asana) -> None:
    fields, period = FieldsPicker(asana.tags, ["name"]), PeriodPicker("This year")
    tags = TagPicker(asana).wait()
    for shown in (fields, period, tags):
        shown.display_saved()

    fields.value = ["color"]
    period.value = ("2026-01-05", "2026-01-11")
    screen.pick(tags, "Tag", "blocked")

    told = {bundle["text/plain"] for bundle in updates}
    assert told >= {repr(fields), repr(period), repr(tags)}


def test_a_failed_run_keeps_no_rows_of_the_one_before(
    updates: list[dict[str, str]], asana: af.Asana
) -> None:
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run()
    explorer.display_saved()

    explorer.fill(workspace="Nowhere").run()

    page = updates[-1]["text/html"]
    assert "workspace=&quot;Nowhere&quot;" in page
    assert 'role="alert"' in page
    assert "quick win" not in page
