"""A notebook as a page of Voila."""

from __future__ import annotations

from tests.browser.conftest import Company
from tests.browser.pages import Watched, nameless, offers, options
from tests.browser.servers import JupyterServer

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
    page.get_by_text("232 tasks").wait_for()
    page.get_by_text("completed").wait_for()
    watched.picture("voila")

    assert nameless(page.locator("body")) == []
    assert options(project)[0] == "Choose..."
    assert watched.wrong == []
