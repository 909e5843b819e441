"""Axes that people make themselves: parts of figures, shared axes, other projections."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot

import asana_frames as af
from asana_frames.charts.shared import fonts
from asana_frames.charts.shared.axes import cell_width, count_hidden, draw_empty


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def progress_of(**columns: object) -> pd.DataFrame:
    table = pd.DataFrame({"name": ["Site", "Shop"], "status": None, "progress": [0.2, 0.4]})
    return table.assign(**columns)


def test_a_chart_is_drawn_in_a_part_of_a_figure_and_has_its_width() -> None:
    left, right = pyplot.figure(figsize=(12, 4), layout="constrained").subfigures(1, 2)

    ax = af.charts.goal_progress(progress_of(), ax=left.subplots())

    assert ax.get_title() == "Progress of goals"
    assert cell_width(ax) == pytest.approx(0.94 * 6)
    assert cell_width(right.subplots()) == pytest.approx(0.94 * 6)


def test_a_cell_is_as_wide_as_its_grid_makes_it() -> None:
    alone = pyplot.figure(figsize=(8, 4)).subplots()
    narrow, wide = pyplot.figure(figsize=(8, 4)).subplots(1, 2, width_ratios=[1, 3])
    grid = pyplot.figure(figsize=(8, 4)).add_gridspec(1, 2)
    nested = grid.figure.add_subplot(grid[0].subgridspec(1, 1)[0])
    half = grid.figure.add_subplot(grid[0])

    assert cell_width(alone) == pytest.approx(0.94 * 8)
    assert cell_width(wide) == pytest.approx(3 * cell_width(narrow))
    assert cell_width(nested) == pytest.approx(cell_width(half))
    assert cell_width(half) < 4


def test_rows_are_not_named_where_axes_share_the_vertical_one() -> None:
    _, (ax, _) = pyplot.subplots(1, 2, sharey=True)

    with pytest.raises(af.InvalidArgument, match="share no vertical axis"):
        af.charts.goal_progress(progress_of(), ax=ax)


@pytest.mark.parametrize("projection", ["polar", "3d", "mollweide"])
def test_axes_of_other_projections_are_refused(projection: str) -> None:
    ax = pyplot.figure().add_subplot(projection=projection)

    with pytest.raises(af.InvalidArgument, match=f"rectilinear axes.*not {projection} axes"):
        af.charts.goal_progress(progress_of(), ax=ax)


def test_titles_of_empty_charts_have_fonts_for_their_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "_list_fonts", lambda: [("Serif One", "one.ttf")])
    monkeypatch.setattr(fonts, "_has", lambda file, letter: file == "one.ttf" or letter.isascii())
    ax = pyplot.figure().subplots()
    ax.set_title("株")

    draw_empty(ax, "No tasks")

    assert "Serif One" in ax.title.get_fontfamily()


def test_a_single_hidden_row_is_counted_in_the_singular() -> None:
    assert count_hidden(1, "persons") == "… 1 more person"
    assert count_hidden(2, "persons") == "… 2 more persons"


def test_goals_of_equal_names_are_told_apart_by_their_gids() -> None:
    table = progress_of(name="Site", gid=["120001", "120002"])

    ax = af.charts.goal_progress(table)

    assert [label.get_text() for label in ax.get_yticklabels()] == ["Site …0001", "Site …0002"]


def test_the_first_day_of_a_table_may_have_a_zone() -> None:
    days = pd.to_datetime(["2026-11-02", "2026-11-09"])
    hours = pd.DataFrame({"period": days, "hours": [3.0, 4.0]})
    hours.attrs |= {"start": "2026-11-02T00:00+01:00", "end": "2026-11-15T00:00+01:00"}

    ax = af.charts.hours(hours)

    assert ax.get_title() == "Tracked hours, 2 to 15 Nov 2026"
