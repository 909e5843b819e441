"""Projects picked in JupyterLab: by mouse, and by keyboard alone."""

from __future__ import annotations

from asana_frames.sandbox_server import serve
from tests.browser.conftest import Company, Open
from tests.browser.pages import focused, offers, options
from tests.browser.servers import free_port
from tests.fixed_day import NOW

PICKER = "picker = af.widgets.ProjectPicker(asana)\npicker"
TASKS = "print(len(asana.tasks.list(project=picker)), picker)"


def test_a_project_is_chosen_with_the_mouse_and_read_by_the_next_cell(
    company: Company, notebook: Open
) -> None:
    opened = notebook(company.code, PICKER, TASKS)
    opened.run(0)
    shown = opened.run(1)
    team, project, section = (
        shown.get_by_label(name, exact=True) for name in ("Team", "Project", "Section")
    )
    offers(project, "Website relaunch")
    unchosen = [options(control)[0] for control in (team, project, section)]
    before = company.times("/projects")

    team.select_option("Marketing")
    offers(project, "Website relaunch", instead_of="Data warehouse")
    asked = company.times("/projects") - before
    project.select_option("Website relaunch")
    offers(section, "In progress")
    said = opened.text(2)

    assert unchosen == ["All teams", "Choose...", "All sections"]
    assert asked == 1
    assert said == (
        "228 ProjectPicker(workspace='Acme', team='Marketing', project='Website relaunch', "
        "section=None)"
    )
    assert opened.wrong == []


def test_the_keyboard_alone_chooses_a_project(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, PICKER, TASKS)
    opened.run(0)
    shown = opened.run(1)
    offers(shown.get_by_label("Project", exact=True), "Website relaunch")
    keyboard = opened.page.keyboard

    passed = opened.tab_to("Team")
    # A space opens a list: JupyterLab itself takes arrows that a closed one gets.
    for key in (" ", "ArrowDown", "Enter"):
        keyboard.press(key)
    project = shown.get_by_label("Project", exact=True)
    offers(project, "Website relaunch", instead_of="Data warehouse")
    passed += opened.tab_to("Project")
    keyboard.press(" ")
    keyboard.type("Web")
    keyboard.press("Enter")
    offers(shown.get_by_label("Section", exact=True), "In progress")
    passed += opened.tab_to("Reload")
    keyboard.press("Shift+Tab")
    keyboard.press(" ")
    said = opened.text(2)

    assert passed[-6:] == ["Workspace", "Team", "Project", "Section", "Archived too", "Reload"]
    assert focused(opened.page) != "Reload"
    assert shown.get_by_label("Archived too", exact=True).is_checked()
    assert "team='Marketing', project='Website relaunch'" in said
    assert opened.cells() == 3


def test_an_error_is_shown_in_the_picker_and_the_choice_stays(
    company: Company, notebook: Open
) -> None:
    opened = notebook(company.code, PICKER, "print(picker)")
    opened.run(0)
    shown = opened.run(1)
    offers(shown.get_by_label("Project", exact=True), "Website relaunch")
    shown.get_by_label("Project", exact=True).select_option("Website relaunch")
    offers(shown.get_by_label("Section", exact=True), "In progress")

    company.refuse_everything()
    shown.get_by_role("button", name="Reload").click()
    shown.get_by_role("alert").first.wait_for()
    told = shown.get_by_role("alert").all_inner_texts()
    opened.picture("login-expired")

    assert "AuthError" in told[0]
    assert "project='Website relaunch'" in opened.text(2)


def test_a_picker_without_a_network_says_so_and_reads_once_there_is_one(notebook: Open) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/1.0"
    connect = f'import asana_frames as af\nasana = af.connect("sandbox", base_url="{url}")'
    opened = notebook(connect, PICKER)
    opened.run(0)
    shown = opened.run(1)
    shown.get_by_role("alert").wait_for()
    told = shown.get_by_role("alert").inner_text()
    opened.picture("no-network")

    with serve(port, now=NOW):
        shown.get_by_role("button", name="Reload").click()
        offers(shown.get_by_label("Project", exact=True), "Website relaunch")

    assert told.startswith("ConnectionFailed")
    assert told.endswith("Then press Reload.")
    assert shown.get_by_role("alert").count() == 0
    assert opened.wrong == []
