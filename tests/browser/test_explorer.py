"""The explorer in JupyterLab: what it shows, its code, what it saves."""

from __future__ import annotations

import pandas as pd

from tests.browser.conftest import Company, Open
from tests.browser.servers import JupyterServer

#: Whether a table of people shows their addresses from Z to A.
DESCENDING = """() => {
    const cells = [...document.querySelectorAll("[class*=af-live] .asana-frames-rows td")];
    const emails = cells.map(cell => cell.textContent).filter(text => text.includes("@"));
    return emails.length > 1 && emails.every((text, n) => n === 0 || emails[n - 1] >= text);
}"""

#: Whether the box of the page has the focus.
HAS_FOCUS = "page === document.activeElement"


def test_what_the_explorer_reads_is_shown_saved_and_read_again_by_its_code(
    company: Company, notebook: Open, lab: JupyterServer
) -> None:
    opened = notebook(company.code, "af.widgets.Explorer(asana)", "")
    opened.run(0)
    shown = opened.run(1)

    resource, operation = (
        shown.get_by_label(name, exact=True) for name in ("Resource", "Operation")
    )
    resource.fill("users")
    resource.press("Enter")
    opened.eventually("box => box.placeholder === 'users'", resource.element_handle())
    operation.fill("list_for_team")
    operation.press("Enter")
    team = shown.get_by_label("team *", exact=True)
    team.fill("Product")
    told_code = shown.get_by_label("Code", exact=True)
    opened.eventually("box => box.value.includes('Product')", told_code.element_handle())
    code = told_code.input_value()
    shown.get_by_role("button", name="Run").click()
    rows = shown.get_by_role("row")
    rows.nth(1).wait_for()
    # Rows are shown first.
    told = shown.get_by_role("status").filter(has_text="rows in ")
    told.wait_for()
    status = told.inner_text()
    shown.get_by_label("File", exact=True).fill("people")
    shown.get_by_role("button", name="CSV").click()
    shown.get_by_text("Saved").wait_for()
    opened.picture("explorer")
    opened.fill(2, f"{code}\nprint(len(users))")
    again = int(opened.text(2))

    saved = pd.read_csv(lab.notebooks / "people.csv", dtype="str")
    assert again > 1
    assert len(saved) == again
    assert rows.count() == again + 1
    assert status.startswith(f"{again} rows in ")
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
    shown.get_by_role("columnheader", name="dtype").wait_for()

    assert 'workspace="Acme"' in shown.get_by_label("Code", exact=True).input_value()
    assert opened.cells() == 2


def test_run_is_off_until_what_is_needed_is_browsed_for(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, 'af.widgets.Explorer(asana, "sections.list")')
    opened.run(0)
    shown = opened.run(1)
    run = shown.get_by_role("button", name="Run")
    shown.get_by_role("status").filter(has_text="Fill in project.").wait_for()
    was_off = run.is_disabled()

    shown.get_by_role("button", name="Browse").click()
    shown.get_by_label("Project", exact=True).wait_for()
    opened.picture("explorer-browse")
    shown.get_by_label("project *", exact=True).fill("Website relaunch")
    opened.eventually("button => !button.disabled", run.element_handle())
    run.click()
    shown.get_by_role("rowheader", name="Backlog").first.wait_for()

    assert was_off
    assert shown.get_by_text("Fill in project.").count() == 0
    assert opened.wrong == []


def test_pages_are_turned_and_sorted_by_keys(company: Company, notebook: Open) -> None:
    code = 'af.widgets.Explorer(asana, "users.list").fill(workspace="Acme").run()'
    opened = notebook(company.code, code)
    opened.run(0)
    shown = opened.run(1)
    keyboard = opened.page.keyboard

    opened.tab_to("Sort by")
    # Shortcuts of JupyterLab, if they were typed at a dropdown.
    keyboard.type("email")
    opened.tab_to("Descending")
    keyboard.press(" ")
    opened.eventually(DESCENDING)
    opened.tab_to("Next")
    keyboard.press(" ")
    page = shown.get_by_label("Page", exact=True)
    opened.eventually(f"page => page.value === '2' && {HAS_FOCUS}", page.element_handle())
    # Shortcuts of JupyterLab, if they were typed at a button.
    keyboard.type("xdd")
    shown.get_by_role("button", name="Previous").click()
    opened.eventually(f"page => page.value === '1' && {HAS_FOCUS}", page.element_handle())
    keyboard.type("xdd")

    assert opened.cells() == 2
    assert opened.cell(1).locator(".cm-content").inner_text() == code
    assert opened.wrong == []


def test_what_scrolls_keeps_the_name_and_the_heads_in_view(
    company: Company, notebook: Open
) -> None:
    code = 'af.widgets.Explorer(asana).fill(project="Website relaunch").run()'
    opened = notebook(company.code, code)
    opened.run(0)
    shown = opened.run(1)
    box = shown.get_by_role("region", name="Rows")
    opened.page.set_viewport_size({"width": 620, "height": 900})

    box.evaluate("box => { box.scrollLeft = 600; box.scrollTop = 200; }")
    places = box.evaluate(
        """box => {
            const around = box.getBoundingClientRect();
            const name = box.querySelector("tbody tr:nth-child(15) th").getBoundingClientRect();
            const head = box.querySelector("thead th:nth-child(5)").getBoundingClientRect();
            return [name.left - around.left, head.top - around.top];
        }"""
    )
    opened.picture("explorer-narrow")

    assert places == [0, 0]
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
