"""FieldsPicker: the fields that can be picked, the defaults, and the value."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets import FieldsPicker
from asana_frames.widgets.pickers.fields_picker import list_paths
from tests.widgets import screen


def test_it_begins_with_the_default_fields(asana: af.Asana) -> None:
    picker = FieldsPicker(asana.tasks)

    assert picker.value == picker.defaults
    assert "name" in picker.value
    assert "custom_fields" in picker.value or len(picker.value) > 10


def test_a_resource_can_be_named() -> None:
    assert FieldsPicker("tags").value == FieldsPicker("tags").defaults


def test_paths_are_kept_in_the_order_of_the_resource(asana: af.Asana) -> None:
    picker = FieldsPicker(asana.tags, ["color", "name", "color"])

    assert picker.value == ["name", "color"]
    assert repr(picker) == "FieldsPicker('tags', ['name', 'color'])"


@pytest.mark.parametrize("wrong", [["nam"], ["name", "no such"], [None], [5]])
def test_a_wrong_field_is_refused_and_changes_nothing(wrong: list[Any]) -> None:
    picker = FieldsPicker("tags", ["name"])

    with pytest.raises(InvalidArgument, match="tags has no field"):
        picker.value = wrong

    assert picker.value == ["name"]


def test_a_close_name_is_suggested() -> None:
    with pytest.raises(InvalidArgument, match="'color'"):
        FieldsPicker("tags", ["colour"])


def test_a_wrong_resource_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="tag"):
        FieldsPicker("tagz")


def test_picking_is_heard_once_and_shown() -> None:
    picker = FieldsPicker("tags", ["name"])
    heard = screen.choices(picker)
    labels = screen.options(picker, "Fields")

    screen.pick(picker, "Fields", *(label for label in labels if label.startswith("color ")))

    assert heard == [["name", "color"]]
    assert screen.chips(picker, "Fields") == ["name", "color"]


def test_the_defaults_come_back_with_a_button() -> None:
    picker = FieldsPicker("tasks", ["name"])

    screen.press(picker, "Defaults")

    assert picker.value == picker.defaults
    assert screen.chips(picker, "Fields") == picker.defaults


def test_narrowing_changes_nothing_that_is_picked() -> None:
    picker = FieldsPicker("tasks", ["name", "assignee"])
    heard = screen.choices(picker)

    screen.write(picker, "Fields", "due")

    assert heard == []
    assert any(label.startswith("due_on") for label in screen.options(picker, "Fields"))
    assert picker.value == FieldsPicker("tasks", ["assignee", "name"]).value


def test_nothing_can_be_picked() -> None:
    picker = FieldsPicker("tags", [])

    assert picker.value == []
    assert screen.chips(picker, "Fields") == []


@pytest.mark.parametrize("resource", [resource.name for resource in load().resources])
def test_each_path_of_a_resource_is_there_once(resource: str) -> None:
    paths = list_paths(load().resource(resource).record)

    assert paths["path"].is_unique
    assert "gid" not in set(paths["path"])
    assert not paths["path"].str.endswith(".gid").any()
    assert FieldsPicker(resource).defaults == paths.loc[paths["default"], "path"].tolist()


@pytest.mark.parametrize("resource", ["tags", "projects", "users", "teams"])
def test_the_defaults_read_the_default_columns(asana: af.Asana, resource: str) -> None:
    picker = FieldsPicker(resource)
    read = asana[resource]
    list_of: Any = getattr(read, "list_for_workspace", None) or read.list  # type: ignore[attr-defined]
    place = ("Acme",) if resource in {"teams"} else ()
    more = {} if place else {"workspace": "Acme"}

    unasked = list_of(*place, **more)
    asked = list_of(*place, **more, fields=picker.value)

    assert asked.columns.tolist() == unasked.columns.tolist()
