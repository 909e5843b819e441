"""The other pickers in JupyterLab, used as people use them."""

from __future__ import annotations

import pytest

import asana_frames as af
from tests.browser.conftest import Company, Open
from tests.browser.pages import offers, options

INDENT = " " * 4


def test_a_task_is_found_by_typing_and_few_requests_are_made(
    company: Company, notebook: Open
) -> None:
    opened = notebook(
        company.code, "picker = af.widgets.TaskPicker(asana)\npicker", "print(picker)"
    )
    opened.run(0)
    shown = opened.run(1)
    tasks = shown.get_by_label("Task", exact=True)
    offers(tasks, "Update contract with legal")
    before = company.times("/typeahead")

    shown.get_by_label("Find task", exact=True).press_sequentially("style guide", delay=40)
    offers(tasks, "tyle guide", instead_of="Update contract with legal")
    found = options(tasks)
    asked = company.times("/typeahead") - before
    tasks.select_option(index=1)
    said = opened.text(2)

    assert asked <= 2
    assert found[0] == "Choose..."
    assert all("style guide" in name.lower() for name in found[1:])
    assert found[1].partition(" · ")[0] in said


def test_enter_takes_the_first_task_that_is_found(company: Company, notebook: Open) -> None:
    opened = notebook(
        company.code, "picker = af.widgets.TaskPicker(asana)\npicker", "print(picker)"
    )
    opened.run(0)
    shown = opened.run(1)
    tasks = shown.get_by_label("Task", exact=True)
    offers(tasks, "Update contract with legal")

    opened.tab_to("Find task")
    opened.page.keyboard.type("style guide")
    offers(tasks, "tyle guide", instead_of="Update contract with legal")
    opened.page.keyboard.press("Enter")
    chosen = tasks.locator("option:checked")
    chosen.filter(has_text="style guide").wait_for(state="attached")

    assert "style guide" in opened.text(2).lower()


def test_goals_are_shown_as_a_tree(company: Company, notebook: Open) -> None:
    opened = notebook(
        company.code, "picker = af.widgets.GoalPicker(asana)\npicker", "print(picker)"
    )
    opened.run(0)
    shown = opened.run(1)
    goals = shown.get_by_label("Goal", exact=True)
    offers(goals, "Relaunch the website")

    told = options(goals)
    period = options(shown.get_by_label("Period", exact=True))[0]
    goals.select_option(index=[name.strip() for name in told].index("Relaunch the website"))

    assert period == "All periods"
    assert told[0] == "Choose..."
    assert told[1] == "Become the tool teams love"
    assert [name for name in told if name.startswith(INDENT)]
    assert "goal='Relaunch the website'" in opened.text(2)


@pytest.mark.parametrize("company", [{"plan": "free"}], indirect=True)
def test_a_plan_without_goals_is_shown_as_text(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, "af.widgets.GoalPicker(asana)")
    opened.run(0)

    shown = opened.run(1)
    shown.get_by_role("alert").last.wait_for()
    told = shown.get_by_role("alert").last.inner_text()
    opened.picture("plan-without-goals")

    assert told.startswith("PaymentRequired")
    assert shown.get_by_label("Workspace", exact=True).input_value() == "Acme"
    assert opened.wrong == []


def test_people_are_chosen_with_ctrl_and_with_enter(company: Company, notebook: Open) -> None:
    picker = "picker = af.widgets.UserPicker(asana, multiple=True)\npicker"
    opened = notebook(company.code, picker, "print(picker)", "print(picker.value)")
    opened.run(0)
    shown = opened.run(1)
    people = shown.get_by_label("Person", exact=True)
    offers(people, "Zoe Ng")

    people.get_by_role("option", name="Ben Fischer").click()
    people.get_by_role("option", name="Zoe Ng").click(modifiers=["ControlOrMeta"])
    with_the_mouse = opened.text(2)
    opened.page.keyboard.press("Escape")
    shown.get_by_label("Find person", exact=True).press_sequentially("maya")
    offers(people, "Maya Patel", instead_of="Keiko Mori")
    opened.page.keyboard.press("Enter")
    people.locator("option:checked", has_text="Maya Patel").wait_for(state="attached")

    assert "user=['Zoe Ng', 'Ben Fischer']" in with_the_mouse
    assert opened.text(3).count("'") == 6


def test_fields_and_periods_are_chosen(company: Company, notebook: Open) -> None:
    opened = notebook(
        company.code,
        'fields = af.widgets.FieldsPicker(asana.tags, ["name"])\nfields',
        'period = af.widgets.PeriodPicker("This month", today="2026-11-02")\nperiod',
        "print(fields, period)",
        "print(fields, period)",
    )
    opened.run(0)
    fields, period = opened.run(1), opened.run(2)

    fields.get_by_role("option", name="color").click(modifiers=["ControlOrMeta"])
    period.get_by_label("Period", exact=True).select_option("Last quarter")
    first = opened.text(3)
    period.get_by_label("To", exact=True).fill("2026-07-31")
    fields.get_by_role("button", name="Defaults").click()
    period.get_by_label("Period", exact=True).locator(
        "option:checked", has_text="Own dates"
    ).wait_for(state="attached")
    second = opened.text(4)
    period.get_by_label("To", exact=True).fill("2026-01-31")
    period.get_by_role("alert").wait_for()
    opened.picture("fields-and-periods")

    picked = "FieldsPicker('tags', ['name', 'color']) "
    assert first == f"{picked}PeriodPicker('Last quarter', 2026-07-01 to 2026-09-30)"
    assert second.endswith("PeriodPicker('Own dates', 2026-07-01 to 2026-07-31)")
    assert repr(af.widgets.FieldsPicker("tags").value) in second
    assert "is before 2026-07-01" in period.get_by_role("alert").inner_text()
