"""The other pickers in JupyterLab, used as people use them."""

from __future__ import annotations

import pytest

import asana_frames as af
from tests.browser.conftest import Company, Open
from tests.browser.pages import chips, choose, empties, offers, options, pick

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

    tasks.press_sequentially("style guide", delay=40)
    offers(tasks, "tyle guide", instead_of="Update contract with legal")
    found = options(tasks)
    asked = company.times("/typeahead") - before
    opened.page.keyboard.press("Enter")
    chips(tasks).wait_for()
    said = opened.text(2)

    assert asked <= 2
    assert all("style guide" in name.lower() for name in found)
    assert found[0].partition(" · ")[0] in said
    assert not [name for name in found if name.rpartition(" · ")[2].isdigit()]
    assert tasks.input_value() == ""


def test_goals_are_shown_as_a_tree(company: Company, notebook: Open) -> None:
    opened = notebook(
        company.code, "picker = af.widgets.GoalPicker(asana)\npicker", "print(picker)"
    )
    opened.run(0)
    shown = opened.run(1)
    goals = shown.get_by_label("Goal", exact=True)
    offers(goals, "Relaunch the website")

    told = options(goals)
    period = shown.get_by_label("Time period", exact=True).get_attribute("placeholder")
    pick(goals, "Relaunch the website")
    chips(goals).wait_for()

    assert period == "All time periods, or one of 14"
    assert told[0] == "Become the tool teams love"
    assert [name for name in told if name.startswith(INDENT)]
    assert "goal='Relaunch the website'" in opened.text(2)


@pytest.mark.parametrize("company", [{"plan": "free"}], indirect=True)
def test_a_plan_without_goals_is_shown_as_text(company: Company, notebook: Open) -> None:
    opened = notebook(company.code, "af.widgets.GoalPicker(asana)")
    opened.run(0)

    shown = opened.run(1)
    # That of the time periods may come first.
    shown.get_by_role("alert").filter(has_text="Goals need").wait_for()
    told = shown.get_by_role("alert").all_inner_texts()
    opened.picture("plan-without-goals")

    assert told == ["Goals need a paid plan."]
    assert opened.wrong == []


def test_several_people_are_added_and_removed(company: Company, notebook: Open) -> None:
    picker = "picker = af.widgets.UserPicker(asana, multiple=True)\npicker"
    opened = notebook(company.code, picker, "print(picker)", "print(picker)")
    opened.run(0)
    shown = opened.run(1)
    people = shown.get_by_label("Person", exact=True)

    for name in ("Ben Fischer", "Zoe Ng"):
        pick(people, name)
        chips(people).get_by_text(name).wait_for()
    people.focus()
    opened.page.keyboard.type("maya")
    shown.get_by_text("Enter takes “Maya Patel”.").wait_for()
    # As somebody who reads it: an Enter that comes with the last letter waits for more of them.
    opened.page.wait_for_timeout(200)
    opened.page.keyboard.press("Enter")
    chips(people).get_by_text("Maya Patel").wait_for()
    empties(people)
    three = opened.text(2)
    chips(people).get_by_text("Zoe Ng").click()
    chips(people).get_by_text("Zoe Ng").wait_for(state="detached")
    titles = [chip.get_attribute("title") for chip in chips(people).all()]
    opened.picture("several-people")

    assert "user=['Ben Fischer', 'Zoe Ng', 'Maya Patel']" in three
    assert titles == ["Remove Ben Fischer", "Remove Maya Patel"]
    assert "user=['Ben Fischer', 'Maya Patel']" in opened.text(3)


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

    pick(fields.get_by_label("Fields", exact=True), "color (str)")
    choose(period, "Period", "Last quarter")
    first = opened.text(3)
    period.get_by_label("To", exact=True).fill("2026-07-31")
    fields.get_by_role("button", name="Defaults").click()
    period.get_by_placeholder("Own dates").wait_for()
    second = opened.text(4)
    period.get_by_label("To", exact=True).fill("2026-01-31")
    period.get_by_role("alert").wait_for()
    opened.picture("fields-and-periods")

    picked = "FieldsPicker('tags', ['name', 'color']) "
    assert first == f"{picked}PeriodPicker('Last quarter', 2026-07-01 to 2026-09-30)"
    assert second.endswith("PeriodPicker('Own dates', 2026-07-01 to 2026-07-31)")
    assert repr(af.widgets.FieldsPicker("tags").value) in second
    assert "is before the first day 2026-07-01" in period.get_by_role("alert").inner_text()
