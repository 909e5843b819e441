"""What is clicked leaves the keyboard in a box, where letters are no shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pytest

import asana_frames as af
from asana_frames.fetch.oauth import OUT_OF_BAND
from asana_frames.widgets import (
    Dashboard,
    Explorer,
    FieldsPicker,
    Login,
    ProjectPicker,
    TaskPicker,
)
from asana_frames.widgets.focus import TEXT_BOXES, find_text_box
from tests.widgets import screen


@pytest.fixture
def focused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the descriptions of the controls that were given the focus."""
    found: list[str] = []
    monkeypatch.setattr(ipw.DOMWidget, "focus", lambda one: found.append(one.description))
    return found


def turn(widget: Any, label: str) -> None:
    """Turn a toggle button or a checkbox, as a browser does."""
    control = screen.control(widget, label)
    control.set_state({"value": not control.value})


def toggle_all(widget: Any, *labels: str) -> None:
    for label in labels:
        (control,) = [
            one
            for one in screen._inside(widget)
            if isinstance(one, ipw.ToggleButton) and one.description.startswith(label)
        ]
        control.set_state({"value": not control.value})


@pytest.mark.parametrize(
    "make",
    [
        lambda asana: ProjectPicker(asana, "Website relaunch").wait(),
        lambda asana: TaskPicker(asana).wait(),
        lambda asana: FieldsPicker("tags"),
        lambda asana: Explorer(asana, "users.list").fill(workspace="Acme").run(),
        lambda asana: Dashboard(asana, value="Website relaunch", charts={}).wait(),
        lambda asana: Login("http://127.0.0.1:9", ("1", "2"), OUT_OF_BAND),
        lambda asana: Login("http://127.0.0.1:9", ("1", "2"), "http://127.0.0.1:0/"),
    ],
)
def test_the_focus_goes_only_to_boxes_that_take_it(
    asana: af.Asana, make: Callable[[af.Asana], Any]
) -> None:
    widget = make(asana)
    movers = [one for one in screen._inside(widget) if getattr(one, "find_box", None)]

    boxes = [mover.find_box() for mover in movers]

    assert boxes
    assert [box for box in boxes if not isinstance(box, TEXT_BOXES)] == []
    widget.close()


def test_clicks_in_a_picker_move_the_focus_to_its_last_box(
    asana: af.Asana, focused: list[str]
) -> None:
    picker = ProjectPicker(asana, "Website relaunch", sections=False).wait()

    screen.press(picker, "Reload")
    turn(picker, "Code")
    turn(picker, "Archived too")

    assert focused == ["Project"] * 3


def test_values_set_by_code_do_not_move_the_focus(asana: af.Asana, focused: list[str]) -> None:
    picker = ProjectPicker(asana, "Website relaunch").wait()

    screen.control(picker, "Archived too").value = True
    screen.control(picker, "Code").value = True

    assert focused == []


def test_the_defaults_of_fields_leave_the_focus_in_their_box(focused: list[str]) -> None:
    screen.press(FieldsPicker("tags", ["name"]), "Defaults")

    assert focused == ["Fields"]


def test_buttons_of_the_explorer_leave_the_focus_in_boxes(
    asana: af.Asana, focused: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(asana, "users.list").fill(workspace="Acme").run()

    toggle_all(explorer, "Fields", "Fields", "Filters", "Filters")
    for label in ("Run", "CSV", "Next", "Previous"):
        screen.press(explorer, label)
    turn(explorer, "Descending")

    assert all(focused)
    assert len(focused) == 9
    assert focused[0] == "Fields"
    assert focused[4:] == ["Code", "File", "Page", "Page", "Sort by"]


def test_browse_leaves_the_focus_in_the_box_that_it_fills(
    asana: af.Asana, focused: list[str]
) -> None:
    explorer = Explorer(asana, "sections.list")

    toggle_all(explorer, "Browse")

    assert focused == ["project *"]


def test_remember_leaves_the_focus_in_the_box_of_the_token(focused: list[str]) -> None:
    turn(Login("http://127.0.0.1:9", ("", ""), ""), "Remember on this machine")

    assert focused == ["Token"]


def test_a_box_that_is_hidden_or_off_is_not_found() -> None:
    hidden = ipw.VBox([ipw.Text()])
    hidden.layout.display = "none"
    shown = ipw.Text()

    assert find_text_box(ipw.VBox([hidden, ipw.Text(disabled=True), shown])) is shown
    assert find_text_box(hidden) is None
