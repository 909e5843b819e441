"""Colours of series are told apart by everybody, and seen on light and on dark backgrounds."""

from __future__ import annotations

import pytest
from matplotlib import pyplot

from asana_frames import charts
from asana_frames.charts.shared.colours import SERIES, SERIES_ON_DARK
from asana_frames.charts.shared.ink import LINE_CONTRAST, TEXT_CONTRAST, find_background, shade
from asana_frames.charts.shared.luminance import measure_contrast
from tests.charts.vision import VISIONS, measure_least_difference


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("palette", "least"), [(SERIES, 25), (SERIES_ON_DARK, 16)])
def test_any_two_series_are_told_apart(
    palette: tuple[str, ...], least: float, vision: str
) -> None:
    assert measure_least_difference(palette, vision) >= least


@pytest.mark.parametrize(
    "style", ["default", "dark_background", "ggplot", "seaborn-v0_8-darkgrid", charts.theme()]
)
@pytest.mark.parametrize("contrast", [LINE_CONTRAST, TEXT_CONTRAST])
def test_shades_of_series_have_the_contrast_that_is_asked_for(
    style: object, contrast: float
) -> None:
    with pyplot.style.context(style):  # type: ignore[arg-type]
        ax = pyplot.figure().subplots()
        paper = find_background(ax)
        shades = [shade(ax, colour, contrast) for colour in SERIES]
    pyplot.close("all")

    assert min(measure_contrast(one, paper) for one in shades) >= contrast
