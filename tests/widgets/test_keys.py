"""Pickers with a key begin with what was chosen last."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets import ProjectPicker, TagPicker, TeamPicker, UserPicker
from asana_frames.widgets.pickers import memory
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company

SITE, CAMPAIGN = "Website relaunch", "Autumn campaign"


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_choices", {})


@pytest.fixture
def company(recorder: Recorder) -> Company:
    return Company(recorder)


def test_a_cell_that_runs_again_keeps_the_last_choice(asana: af.Asana) -> None:
    first = ProjectPicker(asana, SITE, key="site").wait()
    screen.pick(first, "Project", CAMPAIGN)
    screen.pick(first.wait(), "Section", "Done")

    again = ProjectPicker(asana, SITE, key="site")
    at_once = repr(again)

    assert at_once == repr(first)
    assert repr(again.wait()) == at_once
    assert (again.value, again.section) == (first.value, first.section)
    assert screen.chips(again, "Section") == ["Done"]


def test_what_is_remembered_is_chosen_without_a_request(asana: af.Asana) -> None:
    ProjectPicker(asana, SITE, section="Done", key="site").wait()
    before = asana.http.total.requests

    again = ProjectPicker(asana, SITE, section="Backlog", key="site").wait()

    assert asana.http.total.requests == before
    assert again.row["name"] == SITE
    assert screen.chips(again, "Section") == ["Done"]


def test_nothing_chosen_is_remembered_too(asana: af.Asana) -> None:
    first = ProjectPicker(asana, SITE, key="site").wait()
    screen.press(first, SITE)

    assert ProjectPicker(asana, SITE, key="site").value is None


def test_several_are_remembered_in_their_order(asana: af.Asana) -> None:
    first = UserPicker(asana, ["Zoe Ng"], multiple=True, key="people").wait()
    screen.pick(first, "Person", "Ben Fischer")

    again = UserPicker(asana, multiple=True, key="people")
    one = UserPicker(asana, key="people")

    assert again.value == first.value
    assert again.rows["name"].tolist() == ["Zoe Ng", "Ben Fischer"]
    assert one.value == first.value[0]


def test_options_are_remembered(asana: af.Asana) -> None:
    first = ProjectPicker(asana, key="site").wait()
    screen.control(first, "Archived too").value = True

    assert screen.control(ProjectPicker(asana, key="site"), "Archived too").value is True


def test_a_picker_without_sections_takes_what_it_can(asana: af.Asana) -> None:
    ProjectPicker(asana, SITE, section="Done", key="site")

    again = ProjectPicker(asana, sections=False, key="site").wait()

    assert again.row["name"] == SITE
    assert again.section is None


def test_keys_and_kinds_are_kept_apart(asana: af.Asana) -> None:
    TeamPicker(asana, "Marketing", key="a")

    assert TeamPicker(asana, "Product", key="b").row["name"] == "Product"
    assert TagPicker(asana, "blocked", key="a").row["name"] == "blocked"
    assert TeamPicker(asana, "Product").row["name"] == "Product"


def test_an_account_with_other_workspaces_forgets_the_choice(
    asana: af.Asana, recorded: af.Asana, company: Company
) -> None:
    TeamPicker(asana, "Marketing", key="a").wait()

    other = TeamPicker(recorded, key="a").wait()

    assert repr(other) == "TeamPicker(workspace=None, team=None)"
    assert other.value is None


@pytest.mark.parametrize("key", ["", " ", 5, ["a"]])
def test_a_wrong_key_is_refused(asana: af.Asana, key: object) -> None:
    with pytest.raises(InvalidArgument, match="key must be a text"):
        ProjectPicker(asana, key=key)  # type: ignore[arg-type]
