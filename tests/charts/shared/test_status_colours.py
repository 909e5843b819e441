"""Good and bad statuses differ in lightness, which everybody sees."""

from __future__ import annotations

import pytest
from matplotlib import pyplot

from asana_frames.charts.shared.approval_colours import find_approval_colour
from asana_frames.charts.shared.ink import LINE_CONTRAST, find_background, measure_contrast, shade
from asana_frames.charts.shared.statuses import project_status_look


@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot"])
def test_good_and_bad_statuses_differ_in_lightness(style: str) -> None:
    with pyplot.style.context(style):
        ax = pyplot.figure().subplots()
        good, bad = (
            shade(ax, project_status_look(status).colour) for status in ("on_track", "off_track")
        )
        approved, rejected = (
            find_approval_colour(ax, status) for status in ("approved", "rejected")
        )
        paper = find_background(ax)
    pyplot.close("all")

    assert measure_contrast(good, bad) >= 1.8
    assert measure_contrast(approved, rejected) >= 1.8
    assert min(measure_contrast(one, paper) for one in (good, bad)) >= LINE_CONTRAST
