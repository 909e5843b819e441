"""Axes that people make themselves: parts of figures, shared axes, other projections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import asana_frames as af
from asana_frames.charts.shared import fonts
from asana_frames.charts.shared.axes import cell_width, draw_empty
from tests.charts.drawn import list_around
from tests.charts.settings import find_layout_faults


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


def places_of(figure: Figure) -> list[tuple[float, ...]]:
    return [axes.get_position().bounds for axes in figure.axes]


@pytest.mark.parametrize("at", range(4))
def test_axes_without_a_layout_engine_keep_within_their_cell_and_move_no_others(at: int) -> None:
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6))
    figure.suptitle("All of them")
    before, margins = places_of(figure), vars(figure.subplotpars).copy()
    settings = dict(pyplot.rcParams)

    ax = af.charts.goal_progress(progress_of(name="A goal with a long name"), ax=axes.flat[at])

    after = places_of(figure)
    assert [here for here in range(4) if after[here] != before[here]] == [at]
    assert (figure.get_layout_engine(), vars(figure.subplotpars)) == (None, margins)
    assert dict(pyplot.rcParams) == settings
    figure.canvas.draw()
    assert find_layout_faults(ax.figure) == []


def test_axes_that_have_room_for_all_stay_where_they_are() -> None:
    figure, ax = pyplot.subplots(figsize=(9, 6))
    figure.subplots_adjust(0.3, 0.3, 0.7, 0.7)
    before = places_of(figure)

    af.charts.goal_progress(progress_of(), ax=ax)

    assert places_of(figure) == before


def test_axes_of_other_cells_are_kept_clear_of() -> None:
    figure = pyplot.figure(figsize=(10, 4))
    grid = figure.add_gridspec(1, 2)
    left, right = (figure.add_subplot(grid[at].subgridspec(1, 1)[0]) for at in range(2))

    for ax in (left, right):
        af.charts.goal_progress(progress_of(name="A goal with a long name"), ax=ax)

    figure.canvas.draw()
    assert find_layout_faults(figure) == []


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_twins_stay_together_and_notes_stand_below_the_labels_of_both(layout: Any) -> None:
    figure, own = pyplot.subplots(figsize=(6, 4), layout=layout)
    own.set(xlabel="What the other axes have", ylabel="Theirs")
    days = pd.to_datetime(["2026-11-02", "2026-11-09"])
    hours = pd.DataFrame({"period": days, "hours": [3.0, 4.0]})
    hours.attrs["now"] = "2026-11-12"

    ax = af.charts.hours(hours, ax=own.twinx())

    figure.canvas.draw()
    assert ax.get_position().bounds == own.get_position().bounds
    (note,) = list_around(ax, "top")
    assert note.get_window_extent().y1 < own.xaxis.label.get_window_extent().y0


@pytest.mark.parametrize("projection", ["polar", "3d", "mollweide"])
def test_axes_of_other_projections_are_refused(projection: str) -> None:
    ax = pyplot.figure().add_subplot(projection=projection)

    with pytest.raises(af.InvalidArgument, match=f"rectilinear axes.*not {projection} axes"):
        af.charts.goal_progress(progress_of(), ax=ax)


def test_a_second_chart_on_the_same_axes_is_refused_until_they_are_empty() -> None:
    ax = pyplot.figure().subplots()
    af.charts.goal_progress(progress_of().iloc[:0], ax=ax)

    with pytest.raises(af.InvalidArgument, match=r"have a chart already.*ax\.clear\(\)"):
        af.charts.goal_tree(progress_of(), ax=ax)
    ax.clear()
    af.charts.goal_progress(progress_of(), ax=ax)

    assert ax.get_title()


def long_names() -> pd.DataFrame:
    return progress_of(name=["A site with a long name", "A shop with a longer name"])


@pytest.mark.parametrize("is_twin", [False, True])
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_axes_that_are_emptied_have_their_whole_place_again(layout: Any, is_twin: bool) -> None:
    figure = pyplot.figure(figsize=(6, 4), layout=layout)
    ax = figure.subplots()
    twin = ax.twinx() if is_twin else None
    places = []
    for table in (progress_of(), long_names(), progress_of(), long_names()):
        af.charts.goal_progress(table, ax=ax)
        figure.canvas.draw()
        places.append(ax.get_position().bounds)
        assert twin is None or twin.get_position().bounds == places[-1]
        ax.clear()

    assert places[0][2] > 1.1 * places[1][2]
    assert places[2:] == [pytest.approx(place) for place in places[:2]]


def test_axes_that_are_emptied_stay_where_they_were_moved() -> None:
    ax = pyplot.figure(figsize=(6, 4)).subplots()
    af.charts.goal_progress(long_names(), ax=ax)
    ax.clear()
    ax.set_position((0.3, 0.3, 0.4, 0.4))

    af.charts.goal_progress(long_names(), ax=ax)

    assert ax.get_position().bounds == pytest.approx((0.3, 0.3, 0.4, 0.4))


def test_titles_of_empty_charts_have_fonts_for_their_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "_list_fonts", lambda: [("Serif One", "one.ttf")])
    monkeypatch.setattr(fonts, "has_glyph", lambda file, sign: sign.isascii() or file == "one.ttf")
    ax = pyplot.figure().subplots()
    ax.set_title("株")

    draw_empty(ax, "No tasks")

    assert "Serif One" in ax.title.get_fontfamily()


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


def test_axes_of_which_little_is_left_are_made_as_small_as_they_may_be() -> None:
    name = "A goal with a name of the longest kind that there is"
    with pyplot.style.context("seaborn-v0_8-talk"):
        figure, ax = pyplot.subplots(figsize=(6, 4))

        af.charts.goal_progress(progress_of(name=[name, f"Another: {name}"]), ax=ax)

        figure.canvas.draw()
        box = ax.get_tightbbox()
    assert box is not None
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert ax.get_position().width < 0.6


def test_removed_axes_and_twins_are_refused_with_what_to_do() -> None:
    _, (removed, twin) = pyplot.subplots(1, 2)
    removed.remove()
    twin.twiny()

    with pytest.raises(af.InvalidArgument, match="have been removed"):
        af.charts.goal_progress(progress_of(), ax=removed)
    with pytest.raises(af.InvalidArgument, match="without twiny"):
        af.charts.goal_progress(progress_of(), ax=twin)


@pytest.mark.parametrize("letters", [4, 5, 6, 7, 8])
def test_a_title_has_as_many_lines_where_its_neighbour_is_drawn_later(letters: int) -> None:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 4))
    title = "word " * 8 + "x" * letters
    af.charts.goal_progress(progress_of(), ax=left, title=title)
    figure.canvas.draw()
    before = left.get_title()

    af.charts.goal_progress(progress_of(name=["A name that takes much room", "b"]), ax=right)
    figure.canvas.draw()

    assert left.get_title() == before
    assert left.title.get_window_extent().y1 <= figure.bbox.y1


@pytest.mark.parametrize("place", [None, (0.1, 0.1, 0.8, 0.8)])
def test_a_second_chart_on_twin_axes_is_refused(place: Any) -> None:
    figure = pyplot.figure()
    ax = figure.add_axes(place) if place else figure.subplots()
    days = pd.to_datetime(["2026-11-02", "2026-11-09"])
    hours = pd.DataFrame({"period": days, "hours": [3.0, 4.0]})
    af.charts.hours(hours, ax=ax)

    with pytest.raises(af.InvalidArgument, match="or twins of them, have a chart already"):
        af.charts.hours(hours, ax=ax.twinx())


def test_axes_that_are_not_visible_are_drawn_into() -> None:
    ax = pyplot.figure().subplots()
    ax.set_visible(False)

    assert af.charts.goal_progress(progress_of(), ax=ax) is ax


def test_dask_frames_are_refused_with_what_to_call() -> None:
    dask = pytest.importorskip("dask.dataframe")
    hours = pd.DataFrame({"person_name": ["Ana"], "hours": [3.0]})

    with pytest.raises(af.InvalidArgument, match=r"charts.hours takes a pandas.*\.compute\(\)"):
        af.charts.hours(dask.from_pandas(hours, npartitions=1))


def test_axes_keep_within_their_cell_at_the_resolution_of_a_drawing() -> None:
    with pyplot.rc_context({"font.size": 13, "font.family": "DejaVu Serif"}):
        figure, axes = pyplot.subplots(1, 2, figsize=(14, 4), dpi=100)
        for ax in axes:
            af.charts.goal_progress(
                progress_of(status="off_track", expected=0.9, ahead=[-0.11, -0.25]), ax=ax
            )
        figure.canvas.draw()
        before = places_of(figure)

        for dpi in (80, 70, 150):
            figure.set_dpi(dpi)
            figure.canvas.draw()
            cell = figure.bbox.width * axes[0].get_subplotspec().get_position(figure).x1
            ends = [text.get_window_extent().x1 for text in axes[0].texts if text.get_text()]
            assert max(ends) <= cell + 1
        figure.set_dpi(100)
        figure.canvas.draw()

    assert places_of(figure) == before


def test_a_place_that_was_set_later_counts_at_every_resolution() -> None:
    figure, ax = pyplot.subplots(figsize=(6, 4))
    af.charts.goal_progress(progress_of(), ax=ax)
    ax.set_position((0.2, 0.2, 0.7, 0.6))

    figure.set_dpi(60)
    figure.canvas.draw()

    assert places_of(figure) == [pytest.approx((0.2, 0.2, 0.7, 0.6))]
