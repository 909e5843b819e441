"""Names that are code, very long, alike or not of letters: shown, and nothing is executed."""

from __future__ import annotations

import pytest

import asana_frames as af
from tests.browser.conftest import Company, Open
from tests.browser.pages import chips, offers, options, pick

IMAGE = '<img src=x onerror="window.hit=1">'
SCRIPT = "</script><script>window.hit=1</script>"
LONG = "long" * 50
ODD = "\N{UNICORN FACE} \N{RIGHT-TO-LEFT OVERRIDE}ünï"
NAMES = [IMAGE, SCRIPT, f"</select></textarea></style></title>{IMAGE}", LONG, ODD, "Twin"]


@pytest.fixture
def hostile(company: Company) -> Company:
    with af.connect("sandbox", base_url=company.server.url) as asana:
        workspace = asana.workspaces.list()["gid"][0]
        team = asana.teams.list_for_workspace(workspace)["gid"][0]
        for name in [*NAMES, "Twin"]:
            project = asana.projects.create(name=name, workspace=workspace, team=team)
            asana.tasks.create(name=name, notes=name, projects=project["gid"].tolist())
            asana.sections.create_for_project(project, name=name)
            asana.tags.create(name=name, workspace=workspace)
            asana.goals.create(name=name, workspace=workspace)
    return company


def test_hostile_names_are_text_in_pickers(hostile: Company, notebook: Open) -> None:
    opened = notebook(
        hostile.code,
        "project = af.widgets.ProjectPicker(asana)\nproject",
        "task = af.widgets.TaskPicker(asana)\ntask",
        "tags = af.widgets.TagPicker(asana, multiple=True)\ntags",
        "goal = af.widgets.GoalPicker(asana)\ngoal",
        "project, task, tags, goal",
    )
    for number in range(5):
        opened.run(number)
    projects = opened.output(1).get_by_label("Project", exact=True)
    tasks = opened.output(2).get_by_label("Task", exact=True)
    offers(projects, ODD)

    told = options(projects)
    for name in (SCRIPT, IMAGE):
        pick(projects, name)
        chips(projects).get_by_text(name).wait_for()
    offers(opened.output(1).get_by_label("Section", exact=True), IMAGE)
    goals = opened.output(4).get_by_label("Goal", exact=True)
    offers(goals, SCRIPT)
    pick(goals, SCRIPT)
    tasks.fill("window.hit")
    pick(tasks, SCRIPT)
    chips(tasks).get_by_text(SCRIPT).wait_for()
    tasks.fill(IMAGE * 4)
    opened.output(2).get_by_text("No task is called").wait_for()
    opened.output(3).get_by_label("Tag", exact=True).fill("<")
    opened.output(3).get_by_text("match").wait_for()
    shown = opened.run(5).inner_text()
    opened.picture("hostile-names-in-pickers")

    assert set(told) >= {IMAGE, SCRIPT, f"{LONG[:79]}…"}
    assert len([name for name in told if name.startswith("Twin · ")]) == 2
    assert f"project={IMAGE!r}" in shown
    assert f"goal={SCRIPT!r}" in shown
    assert not opened.page.evaluate("() => 'hit' in window")
    assert opened.wrong == []


def test_hostile_names_are_text_in_rows_and_cards(hostile: Company, notebook: Open) -> None:
    opened = notebook(
        hostile.code,
        'explorer = af.widgets.Explorer(asana, "tasks.list")\nexplorer',
        f"tasks = asana.tasks.list(project={IMAGE!r})\ntasks",
        "tasks.asana",
        "asana",
        "asana.tasks",
        f"board = af.widgets.Dashboard(asana, value={IMAGE!r})\nboard",
        "board.wait()",
    )
    opened.run(0)
    shown = opened.run(1)

    shown.get_by_label("project", exact=True).fill(IMAGE)
    code = shown.get_by_label("Code", exact=True)
    opened.eventually("box => box.value.includes('onerror')", code.element_handle())
    shown.get_by_role("button", name="Run").click()
    shown.get_by_role("rowheader", name=IMAGE).first.wait_for()
    shown.get_by_label("project", exact=True).fill(f"nothing {SCRIPT}")
    shown.get_by_role("button", name="Run").click()
    shown.get_by_role("alert").wait_for()
    others = [opened.run(number) for number in range(2, 8)]
    opened.picture("hostile-names-in-rows-and-cards")

    assert SCRIPT in shown.get_by_role("alert").inner_text()
    assert IMAGE in others[0].inner_text()
    assert IMAGE in others[1].inner_text()
    assert not opened.page.evaluate("() => 'hit' in window")
    assert opened.wrong == []
