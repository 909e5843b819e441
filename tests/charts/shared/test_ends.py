"""Names of series where they end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

from asana_frames.charts.shared.colours import SERIES
from asana_frames.charts.shared.ends import End, label_ends
from asana_frames.charts.shared.ink import find_background, measure_contrast


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def ends_of(ax: Axes, *values: float, name: str = "Series") -> dict[str, End]:
    return {
        f"{name} {number}": End(value, ax.plot([0, 1], [0, value])[0], colour)
        for number, (value, colour) in enumerate(zip(values, SERIES, strict=False), 1)
    }


@pytest.mark.parametrize("scale", ["linear", "symlog", "log"])
@pytest.mark.parametrize("values", [(5, 5, 5, 5), (1, 1.1, 90, 100), (100, 100), (0.5,)])
def test_names_stand_at_their_ends_and_apart(scale: str, values: tuple[float, ...]) -> None:
    ax = pyplot.figure(figsize=(6, 4), layout="constrained").subplots()
    ax.set_yscale(scale)
    ends = ends_of(ax, *values)
    ax.set_ylim(0.1, 100)

    assert label_ends(ax, ends) == {}

    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == len(values)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))
    assert all(box.x0 > ax.bbox.x1 and box.x1 <= ax.figure.bbox.x1 for box in boxes)
    lowest = ax.transData.transform((0, min(values)))[1]
    assert boxes[0].y0 - 1 <= lowest <= boxes[-1].y1 + 1


def test_names_are_read_on_every_background() -> None:
    for style in ("default", "dark_background", "ggplot"):
        with pyplot.style.context(style):
            ax = pyplot.figure().subplots()
            label_ends(ax, ends_of(ax, 1, 2, 3, 4))
        paper = find_background(ax)
        assert min(measure_contrast(text.get_color(), paper) for text in ax.texts) >= 4.5


def test_many_or_long_names_are_left_to_a_legend() -> None:
    ax = pyplot.figure(figsize=(6, 4)).subplots()
    many, long = ends_of(ax, 1, 2, 3, 4, 5), ends_of(ax, 1, 2, name="A long name " * 9)

    assert list(label_ends(ax, many)) == list(many)
    assert list(label_ends(ax, long)) == list(long)
    assert [*ax.texts] == []


def test_no_ends_have_no_names() -> None:
    ax = pyplot.figure().subplots()

    assert label_ends(ax, {}) == {}


def test_names_that_would_stand_nearest_to_other_ends_are_left_to_a_legend() -> None:
    ax = pyplot.figure(figsize=(6, 2.5)).subplots()
    ax.set_ylim(0, 100)
    ends = ends_of(ax, 50, 52, 54, 56)

    assert set(label_ends(ax, ends)) == set(ends)
    assert not ax.texts
