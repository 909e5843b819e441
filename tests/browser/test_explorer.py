"""The explorer in JupyterLab: what it shows, its code, what it saves."""

from __future__ import annotations

import pandas as pd

from tests.browser.conftest import Company, Open
from tests.browser.pages import offers
from tests.browser.servers import JupyterServer


def test_what_the_explorer_reads_is_shown_saved_and_read_again_by_its_code(
    company: Company, notebook: Open, lab: JupyterServer
) -> None:
    opened = notebook(company.code, "af.widgets.Explorer(asana)", "")
    opened.run(0)
    shown = opened.run(1)

    shown.get_by_label("Resource", exact=True).select_option("users")
    offers(shown.get_by_label("Operation", exact=True), "list_for_team")
    shown.get_by_label("Operation", exact=True).select_option("list_for_team")
    team = shown.get_by_label("team *", exact=True)
    team.fill("Product")
    shown_code = shown.locator(".widget-html pre")
    shown_code.filter(has_text='"Product"').wait_for()
    code = shown_code.inner_text()
    shown.get_by_role("button", name="Run").click()
    rows = shown.get_by_role("row")
    rows.nth(1).wait_for()
    # Rows are shown first.
    told = shown.get_by_role("status").filter(has_text="rows; ")
    told.wait_for()
    status = told.inner_text()
    shown.get_by_label("File", exact=True).fill("people.csv")
    shown.get_by_role("button", name="Save").click()
    shown.get_by_text("Saved").wait_for()
    opened.picture("explorer")
    opened.fill(2, f"{code}\nprint(len(users))")
    again = int(opened.text(2))

    saved = pd.read_csv(lab.notebooks / "people.csv", dtype="str")
    assert again > 1
    assert len(saved) == again
    assert rows.count() == again + 1
    assert status.startswith(f"{again} rows; ")
    assert saved["gid"].str.fullmatch("[0-9]+").all()
    assert opened.wrong == []


def test_the_keyboard_alone_fills_in_runs_and_unfolds(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, 'af.widgets.Explorer(asana, "tags.list")')
    opened.run(0)
    shown = opened.run(1)
    keyboard = opened.page.keyboard

    opened.tab_to("workspace")
    keyboard.type("Acme")
    opened.tab_to("Fields")
    keyboard.press(" ")
    shown.get_by_label("Fields", exact=True).wait_for()
    opened.tab_to("Run")
    keyboard.press(" ")
    shown.get_by_role("row").nth(1).wait_for()
    opened.tab_to("Rows")
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    shown.get_by_role("cell", name="dtype").or_(
        shown.get_by_role("columnheader", name="dtype")
    ).wait_for()

    assert 'workspace="Acme"' in shown.locator(".widget-html pre").inner_text()
    assert opened.cells() == 2
