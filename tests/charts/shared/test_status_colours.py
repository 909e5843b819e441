"""Colours of statuses are told apart by everybody; good and bad ones differ in lightness."""

from __future__ import annotations

import pytest
from matplotlib import pyplot

from asana_frames.charts.shared.approval_colours import find_approval_colour
from asana_frames.charts.shared.ink import LINE_CONTRAST, find_background, measure_contrast, shade
from asana_frames.charts.shared.statuses import goal_status_look, project_status_look
from tests.charts.vision import VISIONS, measure_least_difference

OPEN, CLOSED = ("on_track", "at_risk", "off_track"), ("achieved", "partial", "missed", "dropped")
PROJECTS = (*OPEN, "on_hold", "complete", "another", None)
APPROVALS = ("submitted", "approved", "rejected", "mixed", "another")


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


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_any_two_statuses_are_told_apart(style: str, vision: str) -> None:
    with pyplot.style.context(style):
        ax = pyplot.figure().subplots()
        goals = [goal_status_look(status) for status in (*OPEN, *CLOSED, None)]
        projects = [project_status_look(status) for status in PROJECTS]
        approvals = [find_approval_colour(ax, status) for status in APPROVALS]
        sets = [[shade(ax, look.colour) for look in looks] for looks in (goals, projects)]
    pyplot.close("all")

    for colours in (*sets, approvals):
        assert measure_least_difference(colours, vision) >= 14
