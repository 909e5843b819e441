"""The house style, for those who want it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot, rcParams

import asana_frames as af
from asana_frames.charts.shared.ink import find_background, measure_contrast, mix_ink


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def test_a_theme_sets_nothing_by_itself() -> None:
    before = dict(rcParams)

    af.charts.theme(dark=True)

    assert dict(rcParams) == before


@pytest.mark.parametrize("dark", [False, True])
def test_ink_is_seen_on_the_paper_of_the_theme(dark: bool) -> None:
    theme = af.charts.theme(dark=dark)
    paper = theme["figure.facecolor"]

    assert measure_contrast(theme["text.color"], paper) >= 7
    for name in ("axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"):
        assert measure_contrast(theme[name], paper) >= 4.5
    assert theme.keys() <= rcParams.keys()


def test_charts_take_the_colours_of_the_theme() -> None:
    with pyplot.style.context(af.charts.theme(dark=True)):
        ax = af.charts.aging(pd.DataFrame({"bucket": ["under a week"], "days_overdue": [1]}))
        assert find_background(ax) == "#111418"
        assert mix_ink(ax, 1) == "#e6edf3"


def test_dark_must_be_a_flag() -> None:
    with pytest.raises(af.InvalidArgument, match="dark"):
        af.charts.theme(dark="yes")  # type: ignore[arg-type]
