"""The code that a picker shows, and what it does."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.widgets import ProjectPicker, TagPicker, UserPicker, WorkspacePicker
from asana_frames.widgets.pickers.code import CodeLine, format_code, format_code_html
from tests.widgets import screen

SITE = "Website relaunch"


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_the_code_names_what_its_gids_are(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, SITE, section="Done")

    code = picker.code

    assert code.splitlines() == [
        f'project = "{picker.value}"  # Website relaunch, Acme',
        f'section = "{picker.section}"  # Done',
    ]
    assert run(code)["section"] == picker.section


def test_the_code_of_several_is_a_list(asana: af.Asana) -> None:
    picker = UserPicker(asana, ["Zoe Ng", "Ben Fischer"], multiple=True)

    assert picker.code.endswith("  # Zoe Ng, Ben Fischer, Acme")
    assert run(picker.code)["users"] == picker.value


def test_the_code_of_a_workspace_is_one_name(asana: af.Asana) -> None:
    assert WorkspacePicker(asana).wait().code.endswith("  # Acme")


def test_without_a_choice_the_code_says_what_is_missing(asana: af.Asana) -> None:
    assert TagPicker(asana).wait().code == "# Choose a tag first."


def test_the_code_is_shown_on_request_and_follows_the_choice(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, SITE).wait()
    before = screen.said(picker)

    screen.control(picker, "Code").value = True
    first = screen.said(picker)
    screen.pick(picker, "Project", "Autumn campaign")
    second = screen.said(picker)
    screen.control(picker, "Code").value = False

    assert "project = " not in before
    assert "# Website relaunch, Acme" in first
    assert "# Autumn campaign, Acme" in second
    assert "project = " not in screen.said(picker)


@pytest.mark.parametrize(
    "name", ["two\nlines", "a\u2028b", "\r1 / 0", "<b>bold</b>", 'quo"te', "\u202eright to left"]
)
def test_names_stay_in_the_comment(own: af.Asana, name: str) -> None:
    made = own.tags.create(name=name, workspace="Acme")

    code = TagPicker(own, made).code

    assert len(code.splitlines()) == 1
    assert run(code)["tag"] == made["gid"][0]


def test_names_are_text_in_html() -> None:
    code = format_code([CodeLine("tag", ["1"], ["<b>"])], [], is_list=False)

    assert "&lt;b&gt;" in format_code_html(code)
