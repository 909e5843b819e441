"""Several pickers of one connection, and what they show of people, portfolios and tags."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.widgets import PortfolioPicker, ProjectPicker, TagPicker, TeamPicker, UserPicker
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, records


@pytest.fixture
def acme(recorder: Recorder) -> Company:
    made = Company(recorder)
    made.only_acme()
    return made


def test_two_pickers_of_one_connection_share_their_lists(
    acme: Company, recorded: af.Asana
) -> None:
    ProjectPicker(recorded).wait()
    before = len(acme.asked)

    ProjectPicker(recorded.with_options(timeout=9)).wait()
    TeamPicker(recorded).wait()

    assert acme.asked[before:] == []


def test_pickers_made_at_once_ask_each_list_once(acme: Company, recorded: af.Asana) -> None:
    pickers = [ProjectPicker(recorded) for _ in range(5)]
    for picker in pickers:
        picker.wait()

    assert len(acme.asked) == len(set(acme.asked)) == 3


def test_choosing_in_one_picker_leaves_the_other_alone(acme: Company, recorded: af.Asana) -> None:
    one, other = ProjectPicker(recorded).wait(), ProjectPicker(recorded).wait()
    heard = screen.choices(other)

    screen.pick(one, "Team", "Sales")
    screen.pick(one.wait(), "Project", "Fair")

    assert (one.value, other.value, heard) == ("101", None, [])


def test_people_of_a_team_are_requested_for_the_team(acme: Company, recorded: af.Asana) -> None:
    acme.lists["/users?workspace=1"] = records("Ada", "Ada", "Bo", first=501)
    acme.lists["/users?team=11"] = records("Bo", first=503)
    picker = UserPicker(recorded).wait()

    everybody = screen.options(picker, "Person")
    screen.pick(picker, "Team", "Sales")
    picker.wait()

    assert everybody == ["Ada · 501", "Ada · 502", "Bo"]
    assert screen.options(picker, "Person") == ["Bo"]


def test_portfolios_of_one_name_have_their_owner_beside_them(
    acme: Company, recorded: af.Asana
) -> None:
    ada, bo = records("Ada", "Bo", first=501)
    acme.lists["/portfolios?workspace=1"] = [
        {"gid": "601", "name": "All", "owner": ada},
        {"gid": "602", "name": "All", "owner": bo},
    ]

    picker = PortfolioPicker(recorded).wait()

    assert screen.options(picker, "Portfolio") == ["All · Ada", "All · Bo"]


def test_names_of_all_kinds_are_shown_as_they_are(acme: Company, recorded: af.Asana) -> None:
    names = ["<b>bold</b>", "🎉", "x" * 200, "two\nlines", "", "same", "same"]
    acme.lists["/tags?workspace=1"] = records(*names, first=701)
    picker = TagPicker(recorded).wait()

    shown = screen.options(picker, "Tag")
    screen.pick(picker, "Tag", shown[2])

    assert shown == [
        "<b>bold</b>",
        "🎉",
        "x" * 79 + "…",
        "two lines",
        "(no name)",
        "same · 706",
        "same · 707",
    ]
    assert picker.row["name"] == "x" * 200
