"""Closing: a widget that is closed, or was never made, leaves nothing open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets import (
    Dashboard,
    Explorer,
    FieldsPicker,
    PeriodPicker,
    ProjectPicker,
)
from tests.widgets import screen

SITE = "Website relaunch"


def test_a_closed_picker_leaves_no_widget_and_hears_nothing(asana: af.Asana) -> None:
    before = screen.open_widgets()
    picker = ProjectPicker(asana, SITE)

    picker.close()
    picker.wait()

    assert screen.open_widgets() <= before


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
    ],
)
def test_a_refused_argument_leaves_no_widget_open(
    asana: af.Asana, make: Callable[[af.Asana], object]
) -> None:
    before = screen.open_widgets()

    with pytest.raises(InvalidArgument):
        make(asana)

    assert screen.open_widgets() <= before


def test_a_closed_dashboard_leaves_no_widget_and_is_not_drawn(asana: af.Asana) -> None:
    begun, going_on, drawn = threading.Event(), threading.Event(), []

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
    board.wait()

    assert screen.open_widgets() <= before
    assert not [listing for listing in lists if listing._listeners]
    assert drawn == []
