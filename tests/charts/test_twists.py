"""Every chart of every twist of its frame: the same drawing, or a refusal that says why."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

import asana_frames as af
from asana_frames import charts
from asana_frames.rollups.shared.about import ABOUT
from asana_frames.rollups.shared.column_kinds import find_kind
from tests.charts.settings import CHARTS
from tests.fixed_day import NOW
from tests.public_calls import Frames
from tests.twists import (
    ALIKE,
    FOREIGN,
    WITHOUT_SCHEMA,
    Twist,
    arrays,
    csv_as_text,
    lists,
    shuffled,
)

pytestmark = pytest.mark.filterwarnings("ignore")


#: The order of rows is what these charts show, and few have lists.
TWISTS = [twist for twist in ALIKE if twist not in (shuffled, lists, arrays)]


class Drawings:
    """What charts draw, each plain one drawn once."""

    def __init__(self, frames: Frames) -> None:
        self._calls = frames.calls("_charts", Path())
        self._plain: dict[str, list[str]] = {}

    def frame(self, name: str) -> pd.DataFrame:
        (frame,) = self._calls[f"charts.{name}"][1].values()
        return frame

    def draw(self, name: str, frame: pd.DataFrame, ax: Axes | None = None) -> list[str]:
        function = getattr(charts, name)
        now = {"now": NOW} if "now" in inspect.signature(function).parameters else {}
        return _describe(function(frame, ax=ax, **now))

    def plain(self, name: str) -> list[str]:
        if name not in self._plain:
            self._plain[name] = self.draw(name, self.frame(name))
        return self._plain[name]


def _describe(ax: Axes) -> list[str]:
    """Return the texts and the numbers of everything that is drawn."""
    artists = ax.figure.findobj(lambda one: isinstance(one, Line2D | Patch | Collection | Text))
    return [f"{type(one).__name__} {_list_data(one)}" for one in artists]


def _list_data(artist: Any) -> Any:
    if isinstance(artist, Text):
        return artist.get_text()
    if isinstance(artist, Line2D):
        return np.round(np.asarray(artist.get_xydata(), dtype=float), 6).tolist()
    if isinstance(artist, Patch):
        path = artist.get_patch_transform().transform_path(artist.get_path())
        return np.round(path.vertices, 6).tolist(), artist.get_facecolor()
    corners = [np.round(path.vertices, 6).tolist() for path in artist.get_paths()]
    return corners, np.round(np.ma.getdata(artist.get_offsets()), 6).tolist()


def _twist(twist: Twist, frame: pd.DataFrame) -> pd.DataFrame:
    """Twist a frame, which may lose what it says of itself; a title needs it."""
    twisted = twist(frame)
    twisted.attrs |= {name: frame.attrs[name] for name in ABOUT if name in frame.attrs}
    return twisted


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    return Drawings(Frames())


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    pyplot.close("all")


@pytest.mark.parametrize("twist", TWISTS + WITHOUT_SCHEMA, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_a_twisted_frame_is_the_same(
    name: str, twist: Twist, drawings: Drawings
) -> None:
    plain = drawings.frame(name)
    twisted = _twist(twist, plain)

    # What is equal to the last dtype is drawn alike.
    if not twisted.equals(plain):
        assert drawings.draw(name, twisted) == drawings.plain(name)


@pytest.mark.parametrize("name", CHARTS)
def test_axes_that_share_their_rows_keep_them_or_are_refused_before_anything_is_drawn(
    name: str, drawings: Drawings
) -> None:
    _, (ax, other) = pyplot.subplots(1, 2, sharey=True)
    other.set_yticks([0, 1], ["a", "b"])
    before = _describe(ax)

    try:
        drawings.draw(name, drawings.frame(name), ax=ax)
    except af.InvalidArgument:
        assert _describe(ax) == before
    else:
        # Numbers, whose signs are of their own, are no names.
        names = {label.get_text() for label in ax.get_yticklabels()} - {"a", "b"}
        assert not any(letter.isalpha() for name in names for letter in name)


@pytest.mark.parametrize("twist", FOREIGN, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_a_foreign_frame_is_the_same_or_refuses_it(
    name: str, twist: Twist, drawings: Drawings
) -> None:
    try:
        drawn = drawings.draw(name, _twist(twist, drawings.frame(name)))
    except af.InvalidArgument:
        return

    assert drawn == drawings.plain(name)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_leaves_its_frame_as_it_is(name: str, drawings: Drawings) -> None:
    frame = csv_as_text(drawings.frame(name))
    before = frame.copy()

    drawings.draw(name, frame)

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_refuses_cells_that_it_does_not_understand_or_does_not_need_them(
    name: str, drawings: Drawings
) -> None:
    frame = drawings.frame(name)

    for column in frame:
        if find_kind(column) not in (None, "gid"):
            with contextlib.suppress(af.InvalidArgument):
                drawn = drawings.draw(name, frame.assign(**{column: "junk"}))
                assert drawn == drawings.plain(name), column
