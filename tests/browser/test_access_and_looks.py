"""Every control has a name and is reached by keys; nothing is wider than its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import Company, Open
from tests.browser.pages import nameless
from tests.browser.servers import JupyterServer

WIDGETS = [
    "af.widgets.WorkspacePicker(asana)",
    "af.widgets.TeamPicker(asana, multiple=True)",
    'af.widgets.ProjectPicker(asana, "Website relaunch")',
    "af.widgets.PortfolioPicker(asana)",
    "af.widgets.GoalPicker(asana)",
    "af.widgets.UserPicker(asana)",
    "af.widgets.TagPicker(asana)",
    "af.widgets.TaskPicker(asana)",
    "af.widgets.PeriodPicker()",
    "af.widgets.FieldsPicker(asana.tasks)",
    "af.widgets.Explorer(asana)",
    'af.widgets.Dashboard(asana, "goal", "Relaunch the website")',
    "af.widgets.login()",
]
THEMES = "@jupyterlab/apputils-extension:themes"
WAIT = "for shown in made:\n    getattr(shown, 'wait', lambda: None)()"
#: Controls that can be used now.
USABLE = ":is(select, input, textarea, button):enabled:visible"
WIDER = """box => {
    const end = box.getBoundingClientRect().right + 1;
    const parts = [...box.querySelectorAll("select, input, textarea, button, span, pre")];
    return parts
        .filter(part => part.getBoundingClientRect().right > end
            || (part.matches("button") && part.scrollWidth > part.clientWidth))
        .map(part => part.outerHTML);
}"""


def test_every_control_has_a_name_and_is_reached_by_the_tab_key(
    company: Company, notebook: Open
) -> None:
    cells = [f"made.append({code})\nmade[-1]" for code in WIDGETS]
    opened = notebook(f"{company.code}\nmade = []", *cells, WAIT)
    opened.run_all()
    opened.page.wait_for_timeout(500)

    for number, code in enumerate(WIDGETS, start=1):
        shown = opened.output(number)
        usable = shown.locator(USABLE)
        usable.first.focus()
        # Dates have a stop for each of their parts.
        for _ in range(3 * usable.count()):
            opened.page.evaluate("() => document.activeElement.setAttribute('data-met', '')")
            opened.page.keyboard.press("Tab")
        assert nameless(shown) == [], code
        assert shown.locator(f"{USABLE}:not([data-met])").count() == 0, code
    assert opened.wrong == []


def test_a_screen_reader_hears_figures_findings_tables_and_what_happens(
    company: Company, notebook: Open
) -> None:
    opened = notebook(
        company.code,
        'af.widgets.Dashboard(asana, "goal", "Grow revenue by 30 %", now="2026-11-02")',
        'af.widgets.Explorer(asana, "tags.list").fill(workspace="Acme").run()',
        'af.widgets.ProjectPicker(asana, "Website relaunch")',
    )
    opened.run_all()
    board, explorer, picker = (opened.output(number) for number in (1, 2, 3))
    board.get_by_role("img").nth(2).wait_for()

    heard = board.aria_snapshot()
    assert '- heading "Grow revenue by 30 %" [level=3]' in heard
    assert "- listitem: Progress 60 % 84 % expected no earlier value in Asana" in heard
    assert 'img "Progress of goals. 1 of 4 goals is more than 10 points behind ' in heard
    heard = explorer.aria_snapshot()
    assert re.search(r"- status: [^\n]+rows in [^\n]+ s, 1 request", heard)
    assert '- columnheader "name"' in heard
    assert '- rowheader "quick win"' in heard
    assert picker.get_by_role("button", name="Website relaunch").get_attribute("title") == (
        "Remove Website relaunch"
    )
    code = picker.get_by_role("button", name="Code")
    code.click()
    picker.locator("pre", has_text="project = ").wait_for()
    assert code.get_attribute("title") == "Hide the code"


@pytest.fixture(params=["JupyterLab Dark", "JupyterLab Light"])
def theme(request: pytest.FixtureRequest, lab: JupyterServer) -> Iterator[str]:
    """How JupyterLab looks, for this test only."""
    lab.set(THEMES, {"theme": request.param})
    yield request.param
    lab.set(THEMES, {})


def test_widgets_fit_into_their_place(company: Company, theme: str, notebook: Open) -> None:
    cells = [f"made.append({code})\nmade[-1]" for code in WIDGETS]
    opened = notebook(f"{company.code}\nmade = []", *cells, WAIT)
    opened.run_all()

    wide = {}
    for width in (1300, 700):
        opened.page.set_viewport_size({"width": width, "height": 4200})
        opened.page.wait_for_timeout(500)
        opened.picture(f"all-widgets-{theme.split()[-1].lower()}-{width}")
        for number, code in enumerate(WIDGETS, start=1):
            wide[width, code] = opened.output(number).evaluate(WIDER)

    assert opened.page.evaluate("() => document.body.dataset.jpThemeName") == theme
    assert {place: parts for place, parts in wide.items() if parts} == {}
