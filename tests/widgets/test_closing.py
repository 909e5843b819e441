"""Closing: a widget that is closed, or was never made, leaves nothing open."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import pytest
import traitlets

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch.oauth import OUT_OF_BAND
from asana_frames.widgets import (
    Dashboard,
    Explorer,
    FieldsPicker,
    Login,
    PeriodPicker,
    ProjectPicker,
    TaskPicker,
)
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.dashboard.subjects import Project
from asana_frames.widgets.explorer.explorer import _list_read_operations
from asana_frames.widgets.explorer.forms import Form
from tests.widgets import screen

SITE = "Website relaunch"
NOWHERE = "http://127.0.0.1:9/api/1.0"
APP = ("1234", "secret")
#: Makes a widget.
Make = Callable[[af.Asana], Any]


def test_a_closed_picker_leaves_no_widget_and_hears_nothing(asana: af.Asana) -> None:
    before = screen.open_widgets()
    picker = ProjectPicker(asana, SITE)

    picker.close()
    picker.wait()

    assert screen.open_widgets() <= before


@pytest.mark.parametrize(
    "make",
    [
        lambda asana: ProjectPicker(asana, SITE),
        lambda asana: PeriodPicker(),
        lambda asana: FieldsPicker("tags"),
        lambda asana: Explorer(asana),
        lambda asana: Dashboard(asana),
        lambda asana: Login(NOWHERE, ("", ""), OUT_OF_BAND),
        lambda asana: Login(NOWHERE, APP, OUT_OF_BAND),
        lambda asana: Login(NOWHERE, APP, "http://127.0.0.1:0/"),
    ],
)
def test_closing_closes_all_and_again_waits_for_no_lock(asana: af.Asana, make: Make) -> None:
    before = screen.open_widgets()
    widget = make(asana)

    widget.close()
    # As garbage collection does, in any thread.
    again = threading.Thread(target=widget.close, daemon=True)
    with LOCK:
        again.start()
        again.join(20)

    assert not again.is_alive()
    assert screen.open_widgets() <= before


def test_an_explorer_whose_rows_itables_draws_closes_all(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ITable(ipw.DOMWidget):
        # Text, as that of itables is.
        style = traitlets.Unicode("width: auto")

        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__()

    module = types.SimpleNamespace(ITable=ITable)
    monkeypatch.setattr("asana_frames._optional.find", lambda _: module)
    before = screen.open_widgets()
    explorer = Explorer(asana, "tags.list").fill(workspace="Acme").run().run()

    explorer.close()

    assert screen.open_widgets() <= before


def test_a_form_of_any_operation_closes_all(asana: af.Asana) -> None:
    operations = [
        operation for methods in _list_read_operations().values() for operation in methods.values()
    ]
    before = screen.open_widgets()

    left = {}
    for operation in operations:
        Form(asana, operation).close()
        left[operation.name] = len(screen.open_widgets() - before)

    assert {name: count for name, count in left.items() if count} == {}


def test_an_explorer_whose_operation_changes_keeps_no_form_before(asana: af.Asana) -> None:
    explorer = Explorer(asana, "projects.list")
    before = len(screen.open_widgets())

    for method in ("get", "list"):
        screen.write(explorer, "Operation", method)

    assert len(screen.open_widgets()) == before


def test_a_closed_picker_reads_and_chooses_nothing(asana: af.Asana, timers: screen.Timers) -> None:
    picker = ProjectPicker(asana, SITE).wait()
    before = picker.value

    screen.write(picker, "Project", "autumn")
    screen.press_enter(picker, "Project")
    picker.close()
    timers.end()

    assert picker.value == before
    assert picker._subscriptions == {}


def test_a_search_that_waits_while_its_picker_is_closed_is_not_sent(asana: af.Asana) -> None:
    picker = TaskPicker(asana).wait()
    screen.write(picker, "Task", "logo")
    picker.close()

    # What a timer calls that was too late to be cancelled.
    picker._run_search("task")

    assert picker._subscriptions == {}


def test_a_closed_dashboard_does_not_draw_what_is_chosen_later(asana: af.Asana) -> None:
    board = Dashboard(asana, value=SITE, charts={}).wait()
    board.close()

    board.period.value = "This year"

    assert board._drawing is None
    assert board._status.value == ""


@pytest.mark.parametrize(
    "make",
    [
        lambda asana: ProjectPicker(asana, "Websit relaunch"),
        lambda asana: ProjectPicker(asana, workspace="Acne"),
        lambda asana: ProjectPicker(asana, SITE, section="Nowhere"),
        lambda asana: PeriodPicker("Last decade"),
        lambda asana: FieldsPicker("tags", ["colour"]),
        lambda asana: Explorer(asana, "tags.lst"),
        lambda asana: Dashboard(asana, value="Websit relaunch"),
        lambda asana: Dashboard(asana, value=SITE, period="Last decade"),
        lambda asana: Login(NOWHERE, APP, "https://example.com/"),
    ],
)
def test_a_refused_argument_leaves_no_widget_open(asana: af.Asana, make: Make) -> None:
    before = screen.open_widgets()

    with pytest.raises(InvalidArgument):
        make(asana)

    assert screen.open_widgets() <= before


def test_a_closed_dashboard_leaves_no_widget_and_is_not_drawn(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, going_on, ended = threading.Event(), threading.Event(), threading.Event()
    drawn: list[str] = []
    monkeypatch.setattr(Project, "forget_failures", lambda _: ended.set())

    def slow(project: Any, ax: Any) -> None:
        begun.set()
        assert going_on.wait(60)

    def after(project: Any, ax: Any) -> None:
        drawn.append(project.gid)

    before = screen.open_widgets()
    board = Dashboard(asana, value=SITE, charts={"Slow": slow, "After": after})
    assert begun.wait(60)
    lists = [known.listing for known in board.picker._subscriptions.values()]

    board.close()
    board.close()
    going_on.set()

    assert ended.wait(60)
    assert screen.open_widgets() <= before
    assert not [listing for listing in lists if listing._listeners]
    assert drawn == []
