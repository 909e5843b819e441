"""Dashboards in JupyterLab: never blank, changed at once, kept in the saved notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Company, Open
from tests.browser.pages import Notebook, choose

SHOW = 'board = af.widgets.Dashboard(asana, value="Website relaunch", now="2026-11-02")\nboard'
CHOOSE = 'board.picker.value = "Mobile app"'
CHARTS = 5

#: Notes, at each change of the page, which alternative texts there are, and whether all is dimmed.
WATCH = """() => {
    const board = document.querySelector(".af-board:not([class*=af-saved] *)");
    window.seen = [];
    const note = () => {
        const pictures = [...board.querySelectorAll("img")];
        window.seen.push([
            board.querySelector("h3").textContent,
            pictures.filter(one => one.complete && one.naturalWidth > 0).length,
            board.classList.contains("af-dimmed"),
        ]);
    };
    new MutationObserver(note).observe(
        board, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


def shown(seen: Notebook) -> Any:
    return seen.page.locator(".af-board:not([class*=af-saved] *)")


def open_board(notebook: Open, company: Company, *cells: str) -> Notebook:
    seen = notebook(company.code, SHOW, *cells)
    seen.run(0)
    seen.run(1)
    shown(seen).get_by_role("img").nth(CHARTS - 1).wait_for()
    return seen


@pytest.mark.timeout(300)
def test_another_choice_dims_the_charts_until_all_new_ones_are_there(
    notebook: Open, company: Company
) -> None:
    seen = open_board(notebook, company, CHOOSE)
    seen.page.evaluate(WATCH)

    seen.run(2)
    seen.page.get_by_text("Drawing Mobile app ...").wait_for()
    seen.picture("dashboard-dimmed")
    shown(seen).get_by_role("heading", name="Mobile app").wait_for()
    seen.eventually("() => !document.querySelector('.af-dimmed')")

    noted = seen.page.evaluate("() => window.seen")
    assert {count for _, count, _ in noted} == {CHARTS}
    assert ["Website relaunch", CHARTS, True] in noted
    assert noted[-1] == ["Mobile app", CHARTS, False]
    assert seen.wrong == []


@pytest.mark.timeout(300)
def test_the_period_and_the_comparison_change_the_figures(
    notebook: Open, company: Company
) -> None:
    seen = open_board(notebook, company)
    before = shown(seen).inner_text()

    choose(seen.page, "Days shown", "This year")
    seen.page.get_by_text("1 Jan to 31 Dec 2026").first.wait_for()
    choose(seen.page, "Compare with", "Nothing")
    shown(seen).get_by_text(re.compile(" from ")).first.wait_for(state="detached")
    seen.picture("dashboard-year")

    assert "compared with the period before" in before
    assert "compared" not in shown(seen).inner_text()
    assert seen.wrong == []


@pytest.mark.timeout(300)
def test_a_saved_notebook_shows_the_page_of_the_last_choice_without_a_kernel(
    notebook: Open, company: Company, browser: Any, tmp_path: Path
) -> None:
    seen = open_board(notebook, company, CHOOSE)
    saved = seen.page.locator("[class*=af-saved]")
    seen.run(2)
    saved.get_by_role("heading", name="Mobile app", include_hidden=True).wait_for(state="attached")
    is_hidden = not saved.is_visible()
    seen.save()

    page = browser.new_page()
    page.goto(convert(seen.path, tmp_path).as_uri())
    pictures = page.get_by_role("img")
    page.screenshot(path=tmp_path / "saved.png", full_page=True)

    assert is_hidden
    assert page.get_by_role("heading", name="Mobile app").is_visible()
    assert pictures.count() == CHARTS
    assert pictures.evaluate_all("all => all.every(one => one.naturalWidth > 1000)")
    page.close()


def convert(path: Path, folder: Path) -> Path:
    """Convert a notebook to a page, without the state of widgets."""
    nbconvert = pytest.importorskip("nbconvert", reason="part of JupyterLab")
    html, _ = nbconvert.HTMLExporter().from_filename(str(path))
    page = folder / "saved.html"
    page.write_text(html, "utf-8")
    return page


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1300, 620])
def test_charts_stand_in_columns_that_end_together(
    notebook: Open, company: Company, width: int
) -> None:
    seen = open_board(notebook, company)
    seen.page.set_viewport_size({"width": width, "height": 1000})
    cards = shown(seen).locator(".af-card")
    seen.picture(f"dashboard-{width}")

    boxes = [box for box in (card.bounding_box() for card in cards.all()) if box]
    columns: dict[int, float] = {}
    for box in boxes:
        columns[round(box["x"])] = max(columns.get(round(box["x"]), 0), box["y"] + box["height"])

    assert len(columns) == (2 if width > 1000 else 1)
    assert max(columns.values()) - min(columns.values()) < 2
    assert all(box["x"] + box["width"] <= width for box in boxes)
    assert json.dumps(seen.wrong) == "[]"
