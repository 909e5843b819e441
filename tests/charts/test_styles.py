"""Words and lines of charts are seen on the background of every style."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from asana_frames import charts
from asana_frames.charts.shared.colours import DARK
from asana_frames.charts.shared.ink import GRID, find_background, measure_contrast, mix_ink
from tests.charts.settings import CHARTS
from tests.fixed_day import NOW
from tests.public_calls import Frames

pytestmark = pytest.mark.filterwarnings("ignore")

STYLES = ["default", "dark_background", "ggplot", "seaborn-v0_8-darkgrid"]
#: WCAG 2.2: of words (1.4.3), and of lines, bars and marks (1.4.11).
WORDS, LINES = 4.5, 3.0
#: The marks of this chart are on pale boxes.
ON_BOXES = {"section_times": DARK}
#: Charts whose bars are data, and not the ground of other marks.
BARS = [
    "aging",
    "burndown",
    "burnup",
    "daily",
    "forecast",
    "on_time",
    "throughput",
    "velocity",
]


@pytest.fixture(scope="module")
def calls() -> dict[str, Any]:
    return Frames().calls("_charts", Path())


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    pyplot.close("all")


def words_of(ax: Axes) -> list[Text]:
    """Return the texts that stand on the background, and not on a coloured cell."""
    found = ax.figure.findobj(lambda one: isinstance(one, Text) and bool(one.get_text().strip()))
    in_cells = [text for text in ax.texts if text.get_transform() == ax.transData]
    return [text for text in found if text.get_visible() and text not in in_cells]


def axes_of(ax: Axes) -> list[Any]:
    """Return axes and their panels."""
    return [ax, *(one for one in ax.child_axes if one.get_visible())]


def lines_of(ax: Axes) -> list[str]:
    """Return the colours of lines and of the edges of marks, but of no grid."""
    lines = [line for axes in axes_of(ax) for line in axes.lines]
    drawn = [line.get_color() for line in lines if line.get_linestyle() != "None"]
    marks = [part for axes in axes_of(ax) for part in axes.collections]
    for part in marks:
        if isinstance(part, LineCollection):
            drawn += list(part.get_edgecolor())
        if isinstance(part, PathCollection):
            drawn += _list_marks(part, find_background(ax))
    return sorted({to_hex(colour) for colour in drawn} - {mix_ink(ax, GRID)})


def _list_marks(marks: PathCollection, paper: str) -> list[Any]:
    """Return the colours of the edges of marks, or of marks whose edges are gaps."""
    edges = [edge for edge in marks.get_edgecolor() if to_hex(edge) != paper]
    return edges or list(marks.get_facecolor())


def bars_of(ax: Axes) -> list[tuple[str, str]]:
    """Return the colours of the faces and the edges of bars."""
    bars = [bar for axes in axes_of(ax) for bar in axes.patches if not bar.get_hatch()]
    return [(to_hex(bar.get_facecolor()), to_hex(bar.get_edgecolor())) for bar in bars]


@contextmanager
def drawn_in(style: Any, name: str, calls: dict[str, Any]) -> Iterator[Axes]:
    (frame,) = calls[f"charts.{name}"][1].values()
    chart = getattr(charts, name)
    now = {"now": NOW} if "now" in inspect.signature(chart).parameters else {}
    with pyplot.style.context(style):
        yield chart(frame, **now)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", CHARTS)
def test_words_and_lines_are_seen_on_every_background(
    name: str, style: str, calls: dict[str, Any]
) -> None:
    with drawn_in(style, name, calls) as ax:
        inside, outside = find_background(ax), ax.figure.get_facecolor()
        pale = [
            (text.get_text(), text.get_color())
            for text in words_of(ax)
            if min(measure_contrast(text.get_color(), paper) for paper in (inside, outside))
            < WORDS
        ]
        lost = [colour for colour in lines_of(ax) if measure_contrast(colour, inside) < LINES]

    assert words_of(ax)
    assert pale == []
    assert set(lost) <= {ON_BOXES.get(name)}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", BARS)
def test_bars_are_seen_on_every_background(name: str, style: str, calls: dict[str, Any]) -> None:
    with drawn_in(style, name, calls) as ax:
        paper = find_background(ax)
        bars = bars_of(ax)

    assert bars
    lost = [bar for bar in bars if max(measure_contrast(part, paper) for part in bar) < LINES]
    assert lost == []


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


#: Settings that users have in their style, and that charts decide for themselves.
GRIDS = {"axes.grid": True, "axes.grid.which": "both", "axes.axisbelow": False}
MINOR = {"xtick.minor.visible": True, "ytick.minor.visible": True}


def _list_grids(ax: Axes) -> list[str]:
    """Return the axes along which grid lines are drawn."""
    ax.figure.canvas.draw()
    return [
        name
        for axes in axes_of(ax)
        for name, axis in (("x", axes.xaxis), ("y", axes.yaxis))
        if any(tick.gridline.get_visible() for tick in (*axis.majorTicks, *axis.minorTicks))
    ]


@pytest.mark.parametrize("name", CHARTS)
def test_a_grid_in_the_style_adds_none_to_a_chart(name: str, calls: dict[str, Any]) -> None:
    with drawn_in("default", name, calls) as ax:
        usual = _list_grids(ax)
    with drawn_in(GRIDS | MINOR, name, calls) as ax:
        assert _list_grids(ax) == usual
        assert ax.get_axisbelow() is True or not usual


@pytest.mark.parametrize("name", CHARTS)
def test_labels_on_both_sides_in_the_style_leave_the_right_to_texts(
    name: str, calls: dict[str, Any]
) -> None:
    style = {"ytick.right": True, "ytick.labelright": True, "xtick.labeltop": True}

    with drawn_in(style, name, calls) as ax:
        ax.figure.canvas.draw()
        ticks = ax.yaxis.get_major_ticks()
        names = [tick.label1.get_text() for tick in ticks]
        has_two = any(tick.label2.get_visible() for tick in ticks)

    assert not (has_two and any(letter.isalpha() for name in names for letter in name))


def test_rows_have_no_ticks_between_their_names(calls: dict[str, Any]) -> None:
    with drawn_in(MINOR, "portfolio", calls) as ax:
        ax.figure.canvas.draw()
        lengths = {tick.tick1line.get_markersize() for tick in ax.yaxis.get_minor_ticks()}

    assert lengths <= {0}
