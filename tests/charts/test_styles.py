"""Words and lines of charts are seen on the background of every style."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.text import Text

from asana_frames import charts
from asana_frames.charts.shared.colours import ALARM, DARK, SERIES
from asana_frames.charts.shared.ink import GRID, find_background, mix_ink
from tests.charts.settings import CHARTS
from tests.fixed_day import NOW
from tests.public_calls import Frames

pytestmark = pytest.mark.filterwarnings("ignore")

STYLES = ["default", "dark_background", "ggplot", "seaborn-v0_8-darkgrid"]
#: Colours with a meaning of their own, which are alike on any background.
FIXED = {colour.lower() for colour in (*SERIES, ALARM)}
#: The marks of this chart are on pale boxes.
ON_BOXES = {"section_times": DARK}


@pytest.fixture(scope="module")
def calls() -> dict[str, Any]:
    return Frames().calls("_charts", Path())


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    pyplot.close("all")


def luminance(colour: Any) -> float:
    parts = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgba(colour)[:3]
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: Any, other: Any) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def words_of(ax: Axes) -> list[Text]:
    """Return the texts that stand on the background, and not on a coloured cell."""
    found = ax.figure.findobj(lambda one: isinstance(one, Text) and bool(one.get_text().strip()))
    in_cells = [text for text in ax.texts if text.get_transform() == ax.transData]
    return [text for text in found if text.get_visible() and text not in in_cells]


def lines_of(ax: Axes) -> list[Any]:
    """Return the colours of lines that have no fixed one, and are no grid."""
    drawn = [to_hex(line.get_color()) for line in ax.lines if line.get_linestyle() != "None"]
    return [colour for colour in drawn if colour not in {*FIXED, mix_ink(ax, GRID)}]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", CHARTS)
def test_words_and_lines_are_seen_on_every_background(
    name: str, style: str, calls: dict[str, Any]
) -> None:
    (frame,) = calls[f"charts.{name}"][1].values()
    chart = getattr(charts, name)
    now = {"now": NOW} if "now" in inspect.signature(chart).parameters else {}

    with pyplot.style.context(style):
        ax = chart(frame, **now)
        inside, outside = find_background(ax), ax.figure.get_facecolor()
        pale = [
            text.get_text()
            for text in words_of(ax)
            if min(contrast(text.get_color(), paper) for paper in (inside, outside)) < 3
        ]
        lost = [colour for colour in lines_of(ax) if contrast(colour, inside) < 3]

    assert words_of(ax)
    assert pale == []
    assert set(lost) <= {ON_BOXES.get(name)}


def test_ink_is_that_of_the_style() -> None:
    with pyplot.style.context("dark_background"):
        ax = pyplot.figure().subplots()
        assert (find_background(ax), mix_ink(ax, 1.0), mix_ink(ax, 0.0)) == (
            "#000000",
            "#ffffff",
            "#000000",
        )
    ax = pyplot.figure(facecolor="#eeeeee").subplots()
    ax.set_facecolor("none")
    assert find_background(ax) == "#eeeeee"
