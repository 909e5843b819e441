"""Tests of this folder leave no widget open; some end the pauses in typing themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import ipywidgets as ipw
import pytest

from asana_frames.widgets import background
from asana_frames.widgets.pickers import choice
from tests.widgets.screen import Timers


@pytest.fixture(autouse=True)
def _no_widget_is_left() -> Iterator[None]:
    """Close what a test has made: widgets know of each other, and saved notebooks of all."""
    yield
    ipw.Widget.close_all()


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> Timers:
    """The timers of pauses in typing; every Enter follows a letter at once."""
    made = Timers()
    monkeypatch.setattr(background, "run_in_background", made.start)
    monkeypatch.setattr(choice, "JUST_TYPED", math.inf)
    return made
