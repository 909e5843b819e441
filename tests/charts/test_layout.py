"""Every chart fits its figure: no text leaves it, none covers another, in nine settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot

from tests.charts.settings import CHARTS, SETTINGS, draw_in, find_layout_faults
from tests.public_calls import Frames

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def frames() -> dict[str, Any]:
    calls = Frames().calls("_charts", Path())
    return {name: next(iter(given.values())) for name, (_, given) in calls.items()}


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", CHARTS)
def test_texts_are_inside_the_figure_and_apart(
    name: str, setting: str, frames: dict[str, Any]
) -> None:
    with draw_in(SETTINGS[setting], name, frames[f"charts.{name}"]) as ax:
        assert find_layout_faults(ax.figure) == []
