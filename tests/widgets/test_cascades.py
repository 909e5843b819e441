"""Levels of pickers: choices above filter the lists below, with few requests."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

import asana_frames as af
from asana_frames.widgets import ProjectPicker, UserPicker, WorkspacePicker
from asana_frames.widgets.pickers.lists import get_list_cache
from asana_frames.widgets.pickers.project_picker import PROJECT
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, records

SALES, GROWTH = "/projects?team=11", "/projects?team=12"
SECTIONS = "/projects/101/sections"
EXPIRED = (
    "Asana does not accept your token. Log in with af.widgets.login() or the command asana-frames "
    "login, then connect again."
)


@pytest.fixture
def company(recorder: Recorder) -> Iterator[Company]:
    made = Company(recorder)
    yield made
    made.release()


@pytest.fixture
def acme(company: Company) -> Company:
    """The company, with one workspace."""
    company.only_acme()
    return company


# What a choice brings with it.


def test_no_list_is_read_below_an_empty_choice(company: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded).wait()

    assert company.asked == ["/workspaces"]
    assert screen.control(picker, "Project").disabled
    assert "Choose a workspace first" in screen.said(picker)


def test_the_only_workspace_is_chosen(acme: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded).wait()

    assert picker.workspace == "1"
    assert sorted(acme.asked) == ["/projects?workspace=1", "/workspaces", "/workspaces/1/teams"]


def test_choosing_a_team_refills_the_projects_with_one_request(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    before = len(acme.asked)

    screen.pick(picker, "Team", "Sales")
    picker.wait()

    assert acme.asked[before:] == [SALES]
    assert screen.options(picker, "Project") == ["Fair", "Site"]


def test_going_back_within_a_minute_asks_nothing(acme: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded).wait()
    for team in ("Sales", "Growth", "Sales"):
        screen.pick(picker, "Team", team)
        picker.wait()
    screen.press(picker, "Sales")
    picker.wait()

    assert (acme.count(SALES), acme.count(GROWTH), acme.count("/projects?workspace=1")) == (1,) * 3
    assert screen.options(picker, "Project") == [
        "Fair",
        "Site · Sales",
        "Site · Growth",
        "Leads",
    ]


def test_a_choice_that_is_in_the_new_list_too_is_kept_without_a_word(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    screen.pick(picker, "Project", "Fair")
    heard = screen.choices(picker)

    screen.pick(picker, "Team", "Sales")
    picker.wait()

    assert picker.value == "101"
    assert heard == []


def test_a_choice_that_is_not_in_the_new_list_is_dropped_and_notified_once(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    screen.pick(picker, "Project", "Fair")
    heard = screen.choices(picker)

    screen.pick(picker, "Team", "Growth")
    picker.wait()

    assert heard == [None]
    assert picker.row is None


def test_a_project_set_by_code_is_dropped_with_another_team_too(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()

    screen.pick(picker, "Team", "Growth")
    picker.wait()

    assert repr(picker) == (
        "ProjectPicker(workspace='Acme', team='Growth', project=None, section=None)"
    )
    assert screen.options(picker, "Project") == ["Site", "Leads"]


def test_another_workspace_drops_what_belonged_to_the_first(
    company: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded, "Fair", sections=True).wait()
    screen.pick(picker, "Section", "Done")
    heard = screen.choices(picker)

    screen.pick(picker, "Workspace", "Zebra")
    at_once = (picker.team, picker.value, picker.section)
    picker.wait()

    assert at_once == (None, None, None)
    assert heard == [None]
    assert screen.options(picker, "Team") == ["Herd"]
    assert screen.options(picker, "Project") == ["Stripes"]
    assert screen.options(picker, "Section") == []


def test_another_project_drops_the_section(acme: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()
    screen.pick(picker, "Section", "Done")

    screen.pick(picker, "Project", "Site")
    screen.pick(picker, "Project", "Fair")
    picker.wait()

    assert picker.section is None
    assert screen.options(picker, "Section") == ["To do", "Done"]
    assert acme.count(SECTIONS) == 1


def test_a_project_set_by_code_drops_the_section_at_once(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()
    screen.pick(picker, "Section", "Done")

    picker.value = "Leads"

    assert (picker.value, picker.section) == ("112", None)
    assert picker.team == "12"


def test_a_project_without_a_team_leaves_no_other_team_chosen(
    company: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()

    picker.value = "201"
    picker.wait()

    assert repr(picker) == (
        "ProjectPicker(workspace='Zebra', team=None, project='Stripes', section=None)"
    )


def test_one_workspace_has_no_control_and_several_have(
    company: Company, recorded: af.Asana
) -> None:
    several = ProjectPicker(recorded).wait()
    company.only_acme()
    before = screen.is_shown(several, "Workspace")
    screen.press(several, "Reload")
    several.wait()

    assert before
    assert not screen.is_shown(several, "Workspace")
    assert several.workspace == "1"
    assert screen.is_shown(WorkspacePicker(recorded).wait(), "Workspace")


def test_a_text_in_a_box_is_forgotten_when_the_team_changes(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    screen.write(picker, "Project", "lea")

    screen.pick(picker, "Team", "Sales")
    picker.wait()

    assert screen.control(picker, "Project").value == ""
    assert screen.options(picker, "Project") == ["Fair", "Site"]


def test_several_are_collected_from_one_team_after_the_other(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded, multiple=True).wait()
    screen.pick(picker, "Team", "Sales")
    screen.pick(picker.wait(), "Project", "Fair")
    heard = screen.choices(picker)

    screen.pick(picker, "Team", "Growth")
    screen.pick(picker.wait(), "Project", "Leads")
    picker.wait()

    assert picker.value == ["101", "112"]
    assert heard == [["101", "112"]]
    assert picker.rows["name"].tolist() == ["Fair", "Leads"]


def test_what_is_chosen_stays_when_a_reloaded_list_is_without_it(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    screen.pick(picker, "Project", "Fair")
    heard = screen.choices(picker)
    acme.lists["/projects?workspace=1"] = acme.lists["/projects?workspace=1"][1:]

    screen.press(picker, "Reload")
    picker.wait()

    assert "Fair" not in screen.options(picker, "Project")
    assert (picker.value, heard) == ("101", [])
    assert screen.chips(picker, "Project") == ["Fair"]


# Answers that come late, or never.


def test_a_late_answer_for_a_team_that_was_left_is_not_shown(
    acme: Company, recorded: af.Asana
) -> None:
    late = acme.hold(SALES)
    picker = ProjectPicker(recorded).wait()
    screen.pick(picker, "Team", "Sales")
    screen.until(lambda: acme.count(SALES), "Sales asked for")

    screen.pick(picker, "Team", "Growth")
    picker.wait()
    late.set()
    listing = get_list_cache(recorded).get(
        recorded, PROJECT.key({"workspace": "1", "team": "11"}), _never
    )
    listing.wait(10)

    assert listing.is_complete
    assert screen.options(picker, "Project") == ["Site", "Leads"]


def _never(_: af.Asana) -> Iterator[object]:
    raise AssertionError("the list is known, and must not be read again")


def test_the_next_pages_do_not_undo_a_choice_of_the_first(
    acme: Company, recorded: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine, each page is shown as it comes.
    monkeypatch.setattr("asana_frames.widgets.pickers.lists._SLOW_SECONDS", math.inf)
    acme.lists["/projects?workspace=1"] = records(*(f"P{n}" for n in range(250)), first=1000)
    second, third = (acme.hold(f"/projects?workspace=1#{page}") for page in (2, 3))
    picker = ProjectPicker(recorded)
    screen.until(lambda: len(screen.options(picker, "Project")) == 100, "the first page shown")
    heard = screen.choices(picker)

    screen.pick(picker, "Project", "P7")
    second.set()
    screen.until(lambda: "P150" in screen.options(picker, "Project"), "the second page there")
    screen.pick(picker, "Project", "P150")
    third.set()
    picker.wait()

    assert picker.value == "1150"
    assert heard == ["1007", "1150"]
    assert "250 in all; type to find one." in screen.said(picker)


def test_what_has_not_arrived_of_a_long_list_is_searched_for(
    acme: Company, recorded: af.Asana
) -> None:
    acme.lists["/projects?workspace=1"] = records(*(f"P{n}" for n in range(250)), first=1000)
    acme.lists["/workspaces/1/typeahead?query=p24"] = records("P240", "Unlike", first=1240)
    second = acme.hold("/projects?workspace=1#2")
    picker = ProjectPicker(recorded)
    screen.until(lambda: len(screen.options(picker, "Project")) == 100, "the first page shown")

    for typed in ("p", "p2", "p24"):
        screen.write(picker, "Project", typed)
    screen.until(lambda: screen.options(picker, "Project") == ["P24", "P240"], "it is found")
    screen.pick(picker, "Project", "P240")
    heard = screen.choices(picker)
    second.set()
    picker.wait()

    assert [key for key in acme.asked if "typeahead" in key] == [
        "/workspaces/1/typeahead?query=p24"
    ]
    assert (picker.value, heard) == ("1240", [])
    assert len(picker._choices["project"].rows) == 250


def test_a_list_that_has_arrived_is_narrowed_without_a_request(
    acme: Company, recorded: af.Asana
) -> None:
    picker = ProjectPicker(recorded).wait()
    before = len(acme.asked)

    screen.write(picker, "Project", "lea")
    picker.wait()

    assert screen.options(picker, "Project") == ["Leads"]
    assert len(acme.asked) == before


def test_a_list_that_fails_half_way_shows_what_came_and_why_no_more(
    acme: Company, recorded: af.Asana
) -> None:
    acme.lists["/projects?workspace=1"] = records(*(f"P{n}" for n in range(150)), first=1000)
    acme.refused["/projects?workspace=1#2"] = 403
    picker = ProjectPicker(recorded).wait()
    screen.pick(picker, "Project", "P7")

    said = screen.said(picker)
    del acme.refused["/projects?workspace=1#2"]
    screen.press(picker, "Reload")
    picker.wait()

    assert "You have no access to the projects of Acme." in said
    assert picker.value == "1007"
    assert len(picker._choices["project"].rows) == 150
    assert "no access" not in screen.said(picker)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, EXPIRED),
        (402, "Projects need a paid plan."),
        (403, "You have no access to the projects of Sales."),
        (404, "Sales does not exist, or you have no access to it."),
    ],
)
def test_a_refusal_is_shown_in_the_picker_and_the_choice_above_stays(
    acme: Company, recorded: af.Asana, status: int, told: str
) -> None:
    acme.refused[SALES] = status
    picker = ProjectPicker(recorded).wait()

    screen.pick(picker, "Team", "Sales")
    picker.wait()

    assert screen.alerts(picker) == [told + (" Press Retry." if status == 404 else "")]
    assert picker.team == "11"
    assert "secret-token" not in screen.said(picker)


def test_an_error_of_all_lists_is_told_once(acme: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()
    for key in list(acme.lists):
        acme.refused[key] = 401

    screen.press(picker, "Reload")
    picker.wait()
    told, is_workspace_shown = screen.alerts(picker), screen.is_shown(picker, "Workspace")
    acme.refused.clear()
    screen.press(picker, "Reload")
    picker.wait()

    assert told == [EXPIRED]
    assert not is_workspace_shown
    assert screen.alerts(picker) == []
    assert picker.value == "101"


def test_reload_reads_what_had_failed(acme: Company, recorded: af.Asana) -> None:
    acme.refused["/workspaces"] = 403
    picker = ProjectPicker(recorded).wait()
    said = screen.said(picker)

    acme.refused.clear()
    screen.press(picker, "Reload")
    picker.wait()

    assert "You have no access to the workspaces." in said
    assert screen.options(picker, "Team") == ["Sales", "Growth"]
    assert screen.alerts(picker) == []


def test_reload_shows_what_is_new_and_keeps_the_choice(acme: Company, recorded: af.Asana) -> None:
    picker = ProjectPicker(recorded, "Fair").wait()
    heard = screen.choices(picker)
    acme.lists[SALES] = acme.lists[SALES] + records("New", first=109)

    screen.press(picker, "Reload")
    picker.wait()

    assert screen.options(picker, "Project") == ["Fair", "Site", "New"]
    assert (picker.value, heard) == ("101", [])


def test_a_network_that_is_down_is_shown_with_what_to_do(recorder: Recorder) -> None:
    with af.connect("secret-token", base_url="http://127.0.0.1:9/api/1.0") as nowhere:
        picker = ProjectPicker(nowhere).wait()

    (told,) = screen.alerts(picker)
    assert told.startswith("Asana cannot be reached.")
    assert told.endswith("Press Retry.")
    assert not screen.control(picker, "Retry").disabled
    assert "secret-token" not in screen.said(picker)


@pytest.mark.parametrize(
    ("error", "is_advised"),
    [
        (af.UnknownReference("No workspace is called 'Acme'."), True),
        (af.AmbiguousReference("Two workspaces are called 'Acme'."), True),
        (af.InvalidArgument("limit= takes a number."), False),
    ],
)
def test_reload_is_advised_where_it_can_help(
    error: Exception, is_advised: bool, recorded: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("asana_frames.resources.workspaces.Workspaces.list", refuse)

    picker = ProjectPicker(recorded).wait()

    assert str(error).partition("'")[0] in screen.said(picker)
    assert ("Press Retry" in screen.said(picker)) == is_advised


def test_an_empty_workspace_says_so(company: Company, recorded: af.Asana) -> None:
    company.lists["/projects?workspace=2"] = []
    picker = ProjectPicker(recorded).wait()

    screen.pick(picker, "Workspace", "Zebra")
    picker.wait()

    assert "There is no project here." in screen.said(picker)


def test_waiting_has_an_end(acme: Company, recorded: af.Asana) -> None:
    acme.hold("/projects?workspace=1")
    picker = ProjectPicker(recorded)

    with pytest.raises(TimeoutError, match=r"not arrived within 0\.1 s"):
        picker.wait(0.1)


def test_making_a_picker_waits_for_nothing(acme: Company, recorded: af.Asana) -> None:
    acme.hold("/workspaces")

    picker = ProjectPicker(recorded)

    assert repr(picker) == ("ProjectPicker(workspace=None, team=None, project=None, section=None)")
    assert "Reading ..." in screen.said(picker)


# Places set by code.


def test_a_team_set_by_code_stays_when_the_workspace_is_found(
    acme: Company, recorded: af.Asana
) -> None:
    acme.lists["/users?team=11"] = records("Bo", first=503)

    projects = ProjectPicker(recorded, team="Sales").wait()
    people = UserPicker(recorded, "503", team="Sales").wait()

    assert repr(projects) == (
        "ProjectPicker(workspace='Acme', team='Sales', project=None, section=None)"
    )
    assert repr(people) == "UserPicker(workspace='Acme', team='Sales', user='Bo')"


def test_a_team_set_by_code_brings_its_workspace(company: Company, recorded: af.Asana) -> None:
    company.lists["/workspaces/2/teams"][0]["organization"] = {"gid": "2", "name": "Zebra"}

    picker = ProjectPicker(recorded, team="Herd")

    assert (picker.workspace, picker.team) == ("2", "21")


def test_who_is_in_several_workspaces_is_picked_in_the_one_that_is_chosen(
    company: Company, recorded: af.Asana
) -> None:
    company.lists["/users?workspace=2"] = [company.me]
    company.me["workspaces"] = company.lists["/workspaces"]

    elsewhere = UserPicker(recorded, "me", workspace="Zebra").wait()
    anywhere = UserPicker(recorded, "me").wait()

    assert repr(elsewhere) == "UserPicker(workspace='Zebra', team=None, user='Ada')"
    assert anywhere.workspace == "1"


def test_a_project_without_a_team_is_among_those_of_all_teams(
    acme: Company, recorded: af.Asana
) -> None:
    solo = {"gid": "121", "name": "Solo", "workspace": {"gid": "1", "name": "Acme"}, "team": None}
    acme.lists["/projects?workspace=1"].append(solo)
    picker = ProjectPicker(recorded, "Fair").wait()

    picker.value = "Solo"

    assert (picker.team, picker.value) == (None, "121")
