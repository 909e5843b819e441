"""Charts beside and above each other: no text leaves the figure or runs into a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.charts.settings import CHARTS, draw, find_layout_faults
from tests.public_calls import Frames

pytestmark = pytest.mark.filterwarnings("ignore")

#: How many charts further the neighbour of a chart is.
_STEP = 7


def _nest(figure: Figure) -> tuple[Axes, Axes]:
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    return left.subplots(), right.subplots()


GRIDS: dict[str, Callable[[Figure], Any]] = {
    "beside": lambda figure: figure.subplots(1, 2),
    "wider": lambda figure: figure.subplots(1, 2, width_ratios=[2, 3]),
    "above": lambda figure: figure.subplots(2, 1),
    "nested": _nest,
}
#: Each chart beside another one, in one of the grids, in figures of two sizes in turn.
PLACES = [
    (name, CHARTS[(at + _STEP) % len(CHARTS)], list(GRIDS)[at % 4], [(8, 4), (12, 8)][at // 4 % 2])
    for at, name in enumerate(CHARTS)
]


@pytest.fixture(scope="module")
def frames() -> dict[str, Any]:
    calls = Frames().calls("_charts", Path())
    return {name: next(iter(given.values())) for name, (_, given) in calls.items()}


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.mark.parametrize(("name", "other", "grid", "size"), PLACES)
def test_neighbours_keep_their_texts_to_themselves(
    name: str, other: str, grid: str, size: tuple[float, float], frames: dict[str, Any]
) -> None:
    figure = pyplot.figure(figsize=size, layout="constrained")
    first, second = GRIDS[grid](figure)

    draw(name, frames[f"charts.{name}"], first)
    draw(other, frames[f"charts.{other}"], second)

    figure.canvas.draw()
    assert find_layout_faults(figure) == []
