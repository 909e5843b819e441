"""A notebook as a page of Voila."""

from __future__ import annotations

from tests.browser.conftest import Company
from tests.browser.pages import Watched, chips, nameless, offers, pick
from tests.browser.servers import JupyterServer

PICKER = 'af.widgets.ProjectPicker(asana, "Website relaunch")'

PAGE = """
import ipywidgets as ipw

picker = af.widgets.ProjectPicker(asana)
told, chart = ipw.Label("nothing yet"), ipw.Output()


def show(_):
    tasks = asana.tasks.list(project=picker)
    told.value = f"{len(tasks)} tasks"
    with chart:
        chart.clear_output()
        print(tasks["completed"].sum(), "completed")


picker.observe(show, "value")
ipw.VBox([picker, told, chart])
"""


def test_a_page_of_voila_answers_to_a_choice(
    company: Company, voila: JupyterServer, watched: Watched
) -> None:
    voila.write("page.ipynb", [company.code, PAGE])
    page = watched.page
    page.goto(f"{voila.url}/voila/render/page.ipynb")
    project = page.get_by_label("Project", exact=True)
    offers(project, "Website relaunch")

    page.get_by_label("Team", exact=True).focus()
    page.keyboard.type("Marketing")
    offers(project, "Website relaunch", instead_of="Data warehouse")
    project.focus()
    page.keyboard.type("Website")
    page.get_by_text("Enter takes “Website relaunch”.").wait_for()
    # As somebody who reads it: an Enter that comes with the last letter waits for more of them.
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.get_by_text(f"{company.tasks_of('Website relaunch')} tasks", exact=True).wait_for()
    page.get_by_text("completed").wait_for()
    watched.picture("voila")

    assert nameless(page.locator("body")) == []
    assert chips(project).all_inner_texts() == ["Website relaunch"]
    assert watched.wrong == []


def test_a_picker_fits_into_620_pixels(
    company: Company, voila: JupyterServer, watched: Watched
) -> None:
    several = (
        'af.widgets.UserPicker(asana, ["Zoe Ng", "Ben Fischer", "Maya Patel"], multiple=True)'
    )
    voila.write("narrow.ipynb", [company.code, f"{PICKER}\n", several])
    page = watched.page
    page.set_viewport_size({"width": 620, "height": 700})
    page.goto(f"{voila.url}/voila/render/narrow.ipynb")
    project = page.get_by_label("Project", exact=True)
    offers(project, "Website relaunch")
    page.get_by_role("button", name="Code").first.click()
    page.locator("pre", has_text="project = ").wait_for()
    watched.picture("voila-620")

    section = page.get_by_label("Section", exact=True).bounding_box()
    chip = chips(project).bounding_box()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 620
    assert section["x"] + section["width"] <= 620
    assert chip["x"] + chip["width"] <= 620
    assert section["x"] == project.bounding_box()["x"]
    assert chips(page.get_by_label("Person", exact=True)).count() == 3


def test_a_dashboard_as_a_page_draws_what_is_chosen(
    company: Company, voila: JupyterServer, watched: Watched
) -> None:
    voila.write("board.ipynb", [company.code, 'af.widgets.Dashboard(asana, "goal")'])
    page = watched.page
    page.goto(f"{voila.url}/voila/render/board.ipynb")
    goal = page.get_by_label("Goal", exact=True)
    offers(goal, "Relaunch the website")

    # The saved page says it too; it is hidden beside the widget.
    page.get_by_text("Choose a goal to see its charts.").filter(visible=True).wait_for()
    pick(goal, "Relaunch the website")
    page.get_by_role("img").nth(2).wait_for()
    page.get_by_role("heading", name="Relaunch the website").wait_for()
    page.get_by_text("Goals behind").wait_for()
    page.get_by_role("heading", name="Furthest behind").wait_for()
    watched.picture("voila-dashboard")

    assert page.get_by_role("img").count() == 3
    assert nameless(page.locator("body")) == []
    assert watched.wrong == []
