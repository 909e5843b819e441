"""Projects picked in JupyterLab: by mouse, and by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from asana_frames.sandbox_server import serve
from tests.browser.conftest import Company, Open
from tests.browser.pages import Notebook, chips, offers, pick
from tests.browser.servers import free_port
from tests.fixed_day import NOW

PICKER = "picker = af.widgets.ProjectPicker(asana)\npicker"
TASKS = "print(len(asana.tasks.list(project=picker)), picker)"


def open_projects(company: Company, notebook: Open) -> tuple[Notebook, Any, Any]:
    """Return a notebook with a picker in its second cell, what the cell shows, and its box."""
    opened = notebook(company.code, PICKER, "print(picker)")
    opened.run(0)
    shown = opened.run(1)
    project = shown.get_by_label("Project", exact=True)
    offers(project, "Mobile app")
    return opened, shown, project


def test_a_project_is_chosen_and_read_by_the_next_cell(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, PICKER, TASKS)
    opened.run(0)
    shown = opened.run(1)
    team, project, section = (
        shown.get_by_label(name, exact=True) for name in ("Team", "Project", "Section")
    )
    offers(project, "Website relaunch")
    unchosen = [control.get_attribute("placeholder") for control in (team, project, section)]
    before = company.times("/projects")

    pick(team, "Marketing")
    offers(project, "Website relaunch", instead_of="Data warehouse")
    asked = company.times("/projects") - before
    pick(project, "Website relaunch")
    offers(section, "In progress")
    said = opened.text(2)

    assert unchosen == ["All teams, or one of 5", "Choose: one of 12", "Choose a project first"]
    assert asked == 1
    assert [project.input_value(), *chips(project).all_inner_texts()] == ["", "Website relaunch"]
    assert shown.get_by_label("Workspace", exact=True).is_hidden()
    assert said == (
        f"{company.tasks_of('Website relaunch')} ProjectPicker(workspace='Acme', "
        "team='Marketing', project='Website relaunch', section=None)"
    )
    assert opened.wrong == []


@pytest.mark.parametrize("mode", ["command", "edit"])
def test_letters_that_are_typed_stay_in_the_box(
    company: Company, notebook: Open, mode: str
) -> None:
    opened, shown, project = open_projects(company, notebook)
    if mode == "edit":
        opened.cell(2).locator(".cm-content").click()
    else:
        opened.page.keyboard.press("Escape")

    project.focus()
    # Each is a shortcut of JupyterLab: Markdown, insert above and below, run, delete twice.
    opened.page.keyboard.type("mabydd", delay=30)
    typed = project.input_value()
    for _ in "bydd":
        opened.page.keyboard.press("Backspace")
    # Up moves to the beginning of a box, down to its end.
    opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("ArrowDown")
    for _ in "ma":
        opened.page.keyboard.press("Backspace")
    opened.page.keyboard.type("mobile")
    shown.get_by_text("Enter takes “Mobile app”.").wait_for()
    opened.page.keyboard.press("Enter")
    chips(project).get_by_text("Mobile app").wait_for()

    assert typed == "mabydd"
    assert opened.cells() == 3
    assert opened.output(1).is_visible()
    assert opened.page.locator(".jp-MarkdownCell").count() == 0
    assert "project='Mobile app'" in opened.text(2)


def test_letters_after_reload_go_into_the_box(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, PICKER)
    opened.run(0)
    shown = opened.run(1)
    project = shown.get_by_label("Project", exact=True)
    offers(project, "Website relaunch")

    shown.get_by_role("button", name="Reload").click()
    opened.eventually("box => document.activeElement === box", project.element_handle())
    opened.page.keyboard.type("mbydd")
    shown.get_by_role("alert").wait_for()
    opened.picture("no-such-project")

    assert shown.get_by_role("alert").inner_text().startswith("No project is called “mbydd”. ")
    assert project.input_value() == "mbydd"
    assert opened.cells() == 2


def test_the_keyboard_alone_chooses_and_removes(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, PICKER, TASKS, "print(picker)")
    opened.run(0)
    shown = opened.run(1)
    team, project = (shown.get_by_label(name, exact=True) for name in ("Team", "Project"))
    offers(project, "Website relaunch")
    keyboard = opened.page.keyboard

    opened.tab_to("Team")
    keyboard.type("mark")
    shown.get_by_text("Enter takes “Marketing”.").wait_for()
    keyboard.press("Enter")
    offers(project, "Website relaunch", instead_of="Data warehouse")
    passed = opened.tab_to("Project")
    keyboard.type("Web")
    shown.get_by_text("Enter takes “Website relaunch”.").wait_for()
    keyboard.press("Enter")
    chips(project).get_by_text("Website relaunch").wait_for()
    passed += opened.tab_to("Reload")
    keyboard.press("Shift+Tab")
    keyboard.press(" ")
    said = opened.text(2)
    opened.tab_to("Marketing")
    keyboard.press(" ")
    chips(team).wait_for(state="detached")
    opened.eventually("() => document.activeElement.labels?.[0].textContent === 'Team'")

    assert passed == [
        "Marketing",
        "Project",
        "Website relaunch",
        "Section",
        "Archived too",
        "Reload",
    ]
    assert shown.get_by_label("Archived too", exact=True).is_checked()
    assert "team='Marketing', project='Website relaunch'" in said
    assert "team=None, project='Website relaunch'" in opened.text(3)
    assert opened.cells() == 4


def test_the_code_of_a_picker_is_shown_and_a_cell_that_runs_again_keeps_the_choice(
    company: Company, notebook: Open
) -> None:
    picker = 'picker = af.widgets.ProjectPicker(asana, key="site")\npicker'
    opened = notebook(company.code, picker, "print(picker)")
    opened.run(0)
    project = opened.run(1).get_by_label("Project", exact=True)
    pick(project, "Website relaunch")
    chips(project).get_by_text("Website relaunch").wait_for()

    shown = opened.run(1)
    chips(shown.get_by_label("Project", exact=True)).get_by_text("Website relaunch").wait_for()
    shown.get_by_role("button", name="Code").click()
    code = shown.locator("pre", has_text="project = ")
    code.wait_for()
    opened.picture("code-of-a-picker")

    assert code.inner_text().endswith("  # Website relaunch, Acme")
    assert "project='Website relaunch'" in opened.text(2)


def test_an_error_is_shown_in_the_picker_and_the_choice_stays(
    company: Company, notebook: Open
) -> None:
    opened = notebook(company.code, PICKER, "print(picker)")
    opened.run(0)
    shown = opened.run(1)
    offers(shown.get_by_label("Project", exact=True), "Website relaunch")
    pick(shown.get_by_label("Project", exact=True), "Website relaunch")
    offers(shown.get_by_label("Section", exact=True), "In progress")

    company.refuse_everything()
    shown.get_by_role("button", name="Reload").click()
    shown.get_by_role("alert").first.wait_for()
    told = shown.get_by_role("alert").all_inner_texts()
    opened.picture("login-expired")

    assert told == [
        "Asana does not accept your token. Log in with af.widgets.login() or the command "
        "asana-frames login, then connect again."
    ]
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
        shown.get_by_role("button", name="Retry").click()
        offers(shown.get_by_label("Project", exact=True), "Website relaunch")

    assert told.startswith("Asana cannot be reached.")
    assert told.endswith("Press Retry.")
    assert shown.get_by_role("alert").count() == 0
    assert opened.wrong == []


@pytest.mark.parametrize("label", ["Reload", "Code", "Archived too"])
def test_letters_after_a_click_do_not_change_the_notebook(
    company: Company, notebook: Open, label: str
) -> None:
    opened, shown, project = open_projects(company, notebook)
    role = "checkbox" if label == "Archived too" else "button"

    shown.get_by_role(role, name=label).click()
    opened.eventually("box => box === document.activeElement", project.element_handle())
    opened.page.keyboard.type("mb", delay=30)

    assert project.input_value() == "mb"
    assert opened.cells() == 3
    assert opened.cell(1).locator(".cm-content").inner_text().startswith("picker =")
