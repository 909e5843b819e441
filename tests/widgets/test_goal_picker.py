"""Goals are offered as a tree, whatever way they support each other."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.widgets import GoalPicker
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, Record, records

STEP = "\u00a0" * 4
GOALS = "/goals?workspace=1"


@pytest.fixture
def company(recorder: Recorder) -> Company:
    made = Company(recorder)
    made.only_acme()
    made.lists[GOALS] = records("A", "B", "C", "D", first=401)
    made.lists["/time_periods?workspace=1"] = [
        {"gid": "451", "display_name": "FY26", "start_on": "2026-01-01", "end_on": "2026-12-31"}
    ]
    return made


def support(company: Company, **below: str) -> None:
    """Let goals support others: name of the upper one -> names of those below it."""
    goals = {goal["name"]: goal for goal in company.lists[GOALS]}
    for upper, lower in below.items():
        links: list[Record] = [
            {
                "gid": f"9{goals[upper]['gid']}{place}",
                "supporting_resource": goals[name],
                "supported_goal": goals[upper],
            }
            for place, name in enumerate(lower)
        ]
        company.lists[f"/goal_relationships?supported_goal={goals[upper]['gid']}"] = links


def test_goals_stand_below_those_they_support(company: Company, recorded: af.Asana) -> None:
    support(company, D="B", B="A")

    picker = GoalPicker(recorded).wait()

    assert screen.options(picker, "Goal") == ["C", "D", f"{STEP}B", f"{STEP * 2}A"]


def test_a_goal_that_supports_several_stands_below_the_first(
    company: Company, recorded: af.Asana
) -> None:
    support(company, A="D", B="D", C="D")

    picker = GoalPicker(recorded).wait()

    assert screen.options(picker, "Goal") == ["A", f"{STEP}D", "B", "C"]


def test_goals_that_go_round_in_a_circle_are_offered_all_the_same(
    company: Company, recorded: af.Asana
) -> None:
    support(company, A="B", B="C", C="A", D="D")

    picker = GoalPicker(recorded).wait()
    screen.pick(picker, "Goal", "B")

    assert sorted(screen.options(picker, "Goal")) == ["A", "B", "C", "D"]
    assert picker.value == "402"


def test_without_the_links_goals_are_offered_as_they_are(
    company: Company, recorded: af.Asana
) -> None:
    support(company, A="B")
    company.refused["/goal_relationships?supported_goal=403"] = 403

    picker = GoalPicker(recorded).wait()

    assert screen.options(picker, "Goal") == ["A", "B", "C", "D"]


def test_a_row_of_the_tree_tells_nothing_of_the_tree(company: Company, recorded: af.Asana) -> None:
    support(company, A="B")
    picker = GoalPicker(recorded).wait()

    screen.pick(picker, "Goal", f"{STEP}B")

    assert picker.row["name"] == "B"
    assert "depth" not in picker.row.index


def test_a_goal_set_by_code_stays_beside_a_tree_it_is_not_in(
    company: Company, recorded: af.Asana
) -> None:
    support(company, A="B")
    company.lists["/goals?team=11"] = records("Elsewhere", first=499)

    picker = GoalPicker(recorded, "499").wait()

    assert screen.options(picker, "Goal") == ["A", f"{STEP}B", "C", "D"]
    assert screen.chips(picker, "Goal") == ["Elsewhere"]
    assert picker.row["name"] == "Elsewhere"


def test_a_period_set_by_code_stays_when_the_workspace_is_found(
    company: Company, recorded: af.Asana
) -> None:
    picker = GoalPicker(recorded, period="451").wait()

    assert repr(picker) == "GoalPicker(workspace='Acme', time_period='FY26', goal=None)"
    assert [
        asked.query.get("time_periods")
        for asked in company.recorder.asked
        if asked.path.endswith("/goals")
    ] == ["451"]


def test_choosing_a_period_asks_for_its_goals(company: Company, recorded: af.Asana) -> None:
    picker = GoalPicker(recorded).wait()
    before = company.count(GOALS)

    screen.pick(picker, "Time period", "FY26")
    picker.wait()

    assert company.count(GOALS) == before + 1
    assert company.recorder.asked[-5].query["time_periods"] == "451"
    assert picker.period == "451"


def test_a_workspace_without_goals_says_so(company: Company, recorded: af.Asana) -> None:
    company.lists[GOALS] = []

    picker = GoalPicker(recorded).wait()

    assert "There is no goal here." in screen.said(picker)
