"""The section of a project picker, and what rows of pickers look like."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.widgets import FieldsPicker, ProjectPicker, TagPicker, UserPicker
from tests.widgets import screen

PROJECT = "Website relaunch"


@pytest.fixture
def sections(asana: af.Asana) -> dict[str, str]:
    """Name -> gid."""
    rows = asana.sections.list_for_project(PROJECT)
    return dict(zip(rows["name"], rows["gid"], strict=True))


def test_a_section_can_be_observed(asana: af.Asana, sections: dict[str, str]) -> None:
    picker = ProjectPicker(asana, PROJECT).wait()
    name, told = next(iter(sections)), []
    picker.observe(lambda change: told.append(change["new"]), "section")

    screen.pick(picker, "Section", name)
    screen.pick(picker, "Project", "Autumn campaign")

    assert told == [sections[name], None]


def test_an_initial_section_can_be_given(asana: af.Asana, sections: dict[str, str]) -> None:
    name = list(sections)[1]

    picker = ProjectPicker(asana, PROJECT, section=name)
    before = picker.section
    picker.wait()

    assert before == picker.section == sections[name]
    assert f"section={name!r}" in repr(picker)
    tasks = asana.tasks.list(section=picker.section, fields=["name"])
    assert len(tasks) < len(asana.tasks.list(project=picker, fields=["name"]))


def test_a_section_can_be_set_and_taken_back(asana: af.Asana, sections: dict[str, str]) -> None:
    picker = ProjectPicker(asana, PROJECT).wait()
    name = next(iter(sections))

    picker.section = name
    chosen = screen.chips(picker, "Section")
    picker.section = None

    assert chosen == [name]
    assert picker.section is None
    assert len(screen.options(picker, "Section")) == len(sections)


@pytest.mark.parametrize(
    ("value", "options"),
    [(None, {}), (PROJECT, {"sections": False}), ([PROJECT], {"multiple": True})],
)
def test_a_section_of_no_project_says_what_is_missing(
    asana: af.Asana, value: Any, options: dict[str, Any]
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"pick the project first|sections=True"):
        ProjectPicker(asana, value, section="Done", **options)


def test_a_section_of_another_project_is_refused(asana: af.Asana) -> None:
    other = asana.sections.list_for_project("Mobile app").iloc[0]
    picker = ProjectPicker(asana, PROJECT).wait()

    with pytest.raises(af.InvalidArgument, match="a section of 'Mobile app'"):
        picker.section = other["gid"]

    assert picker.section is None


def test_rows_have_the_same_columns_wherever_they_come_from(asana: af.Asana) -> None:
    told = ProjectPicker(asana, PROJECT)
    first = told.rows.columns.tolist()
    in_team = told.wait().rows.columns.tolist()
    none = ProjectPicker(asana).wait()
    nothing = none.rows.columns.tolist()
    screen.pick(none, "Project", PROJECT)

    assert first == in_team == nothing == none.rows.columns.tolist()
    assert {"gid", "name", "team_name", "owner_name", "due_on", "archived"} <= set(first)


@pytest.mark.parametrize("make", [TagPicker, UserPicker])
def test_rows_of_other_pickers_have_the_same_columns_too(
    asana: af.Asana, make: type[TagPicker]
) -> None:
    picker = make(asana).wait()
    before = picker.rows.columns.tolist()
    picker.value = picker._choices[picker._record].rows["gid"][0]

    assert picker.rows.columns.tolist() == before
    assert before[:2] == ["gid", "name"]


def test_a_level_that_there_is_not_is_an_error(asana: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match=r"'sections'.*section"):
        ProjectPicker(asana).gid_of("sections")


def test_a_picker_of_fields_stands_for_fields(asana: af.Asana) -> None:
    fields = FieldsPicker(asana.tags, ["name"])

    assert asana.tags.list(workspace="Acme", fields=fields).columns.tolist()[:2] == ["gid", "name"]
    assert "color" not in asana.tags.list(workspace="Acme", fields=fields).columns
