"""Nine settings in which every chart must be fit to be seen, and what may be wrong there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any, NamedTuple

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from asana_frames import charts
from tests.fixed_day import NOW

CHARTS = sorted(set(charts.__all__) - {"theme"})
#: Pixels by which texts may touch each other or the edge of a figure.
_SLACK = 1.5


class Setting(NamedTuple):
    """A style, and axes to draw on; without axes the chart makes its own figure."""

    style: Any = "default"
    make_axes: Callable[[], Axes | None] = lambda: None


def _sized(width: float, height: float) -> Callable[[], Axes]:
    return lambda: pyplot.figure(figsize=(width, height), layout="constrained").subplots()


def _first_of_four() -> Axes:
    axes: Any = pyplot.figure(figsize=(12, 9), layout="constrained").subplots(2, 2)
    first: Axes = axes[0, 0]
    return first


SETTINGS = {
    "usual": Setting(),
    "4x3": Setting(make_axes=_sized(4, 3)),
    "16x9": Setting(make_axes=_sized(16, 9)),
    "grid": Setting(make_axes=_first_of_four),
    "dark": Setting("dark_background"),
    "ggplot": Setting("ggplot"),
    "talk": Setting("seaborn-v0_8-talk"),
    "talk_4x3": Setting("seaborn-v0_8-talk", _sized(4, 3)),
    "theme_dark": Setting(charts.theme(dark=True), _sized(6, 4)),
}


def draw(name: str, frame: Any, ax: Axes | None) -> Axes:
    """Draw a chart of a frame, as of the day of the tests."""
    chart = getattr(charts, name)
    now = {"now": NOW} if "now" in inspect.signature(chart).parameters else {}
    drawn: Axes = chart(frame, ax=ax, **now)
    return drawn


@contextmanager
def draw_in(setting: Setting, name: str, frame: Any) -> Iterator[Axes]:
    """Draw a chart of a frame in a setting, and close its figure at the end."""
    with pyplot.style.context(setting.style):
        drawn = draw(name, frame, setting.make_axes())
        drawn.figure.canvas.draw()
        yield drawn
        pyplot.close(drawn.figure)


def list_texts(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Return the texts of a figure that can be seen, each with its box."""
    beyond = _list_hidden_labels(figure)
    found = figure.findobj(lambda one: isinstance(one, Text) and bool(one.get_text().strip()))
    texts = [one for one in found if isinstance(one, Text) and one.get_visible()]
    # The first text again, where axes share their ticks.
    seen = [one for one in dict.fromkeys(texts) if one not in beyond and one.get_alpha() != 0]
    return [(text, text.get_window_extent()) for text in seen]


def _list_hidden_labels(figure: Figure) -> set[Any]:
    """Return the labels of ticks beyond the ends of their axis, and all of axes without any."""
    hidden: set[Any] = set()
    for axes in figure.findobj(Axes):
        assert isinstance(axes, Axes)
        for axis in (axes.xaxis, axes.yaxis):
            drawn = axis._update_ticks() if axes.axison else []  # type: ignore[attr-defined]
            beyond = {*axis.majorTicks, *axis.minorTicks} - {*drawn}
            hidden |= {label for tick in beyond for label in (tick.label1, tick.label2)}
    return hidden


def find_layout_faults(figure: Figure) -> list[str]:
    """Return texts that leave a figure, and pairs of texts that cover each other."""
    width, height = figure.bbox.size
    texts = list_texts(figure)
    faults = [
        f"outside: {text.get_text()!r}"
        for text, box in texts
        if min(box.x0, box.y0) < -_SLACK or box.x1 > width + _SLACK or box.y1 > height + _SLACK
    ]
    for (one, first), (other, second) in combinations(texts, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        along = min(first.y1, second.y1) - max(first.y0, second.y0)
        if min(across, along) > _SLACK:
            faults.append(f"overlap: {one.get_text()!r} and {other.get_text()!r}")
    return faults
