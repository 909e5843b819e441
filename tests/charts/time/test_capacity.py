"""The chart of capacity, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.dates import ConciseDateFormatter

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, panels_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
NUMBERS = ["available", "out_of_office", "allocated", "tracked", "free", "load", "utilisation"]
ONE, TWO, THREE = "2026-11-02", "2026-11-09", "2026-11-16"


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def capacity_of(
    *rows: tuple[str | None, str | None, str | None, float | None, float, float],
) -> pd.DataFrame:
    """Rows of gid, name, first day, available, allocated and tracked hours."""
    columns = ["person_gid", "person_name", "period", "available", "allocated", "tracked"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    frame["available"] = frame["available"].astype("Float64")
    frame["out_of_office"] = 0.0
    frame["free"] = frame["available"] - frame["allocated"]
    there = frame["available"].mask(frame["available"] == 0)
    frame["load"] = frame["allocated"] / there
    frame["utilisation"] = frame["tracked"] / there
    frame["unsized"] = pd.Series(0, index=frame.index, dtype="Int64")
    texts = {"person_gid": TEXT, "person_name": TEXT}
    return frame.astype({**texts, **dict.fromkeys(NUMBERS, "Float64")})


def many(persons: int, weeks: int) -> pd.DataFrame:
    days = pd.date_range(ONE, periods=weeks, freq="7D").astype(str)
    return capacity_of(
        *(
            (f"12{at:06d}", f"Person {at:03d}", day, 40.0, float(at), float(at))
            for at in range(persons)
            for day in days
        )
    )


def mesh_of(ax: Axes) -> QuadMesh:
    return next(part for part in ax.collections if isinstance(part, QuadMesh))


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def key_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend is not None else []


TWO_PERSONS = (
    ("1", "Ana", ONE, 40.0, 20.0, 10.0),
    ("1", "Ana", TWO, 40.0, 40.0, 30.0),
    ("2", "Bo", ONE, 40.0, 60.0, 5.0),
    ("2", "Bo", TWO, 20.0, 10.0, 5.0),
)


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("load", ["150", "50", "50", "100"]),
        ("free", ["-20", "10", "20", "0"]),
        ("utilisation", ["25", "75", "13", "25"]),
    ],
)
def test_cells_carry_their_numbers_the_busiest_person_at_the_top(
    show: str, words: list[str]
) -> None:
    ax = af.charts.capacity(capacity_of(*TWO_PERSONS), show=show)  # type: ignore[arg-type]

    assert names_of(ax) == (["Ana", "Bo"] if show == "utilisation" else ["Bo", "Ana"])
    assert words_of(ax) == words
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


@pytest.mark.parametrize(("show", "centre"), [("load", 100), ("free", 0), ("utilisation", 100)])
def test_colours_part_at_the_centre_and_too_much_is_red(show: str, centre: float) -> None:
    ax = af.charts.capacity(capacity_of(*TWO_PERSONS), show=show)  # type: ignore[arg-type]

    mesh = mesh_of(ax)
    assert float(mesh.norm(np.array([centre]))[0]) == pytest.approx(0.5, abs=0.006)
    more = centre + (-1 if show == "free" else 1) * 0.9 * abs(centre or 15)
    red, _, blue, _ = np.asarray(mesh.to_rgba(np.array([more])))[0]
    assert red > blue


@pytest.mark.parametrize(
    ("show", "finding"),
    [
        ("load", "1 of 2 people is over 100 % in at least one week; busiest: Bo, 150 % in "),
        ("free", "1 of 2 people is below 0 hours in at least one week; least free: Bo, -20 h in "),
        ("utilisation", "None of 2 people is over 100 % in any week; busiest: Ana, 75 % in "),
    ],
)
def test_the_finding_counts_who_has_too_much_and_names_the_busiest(
    show: str, finding: str
) -> None:
    ax = af.charts.capacity(capacity_of(*TWO_PERSONS), show=show)  # type: ignore[arg-type]

    week = "the week from 9 Nov 2026." if show == "utilisation" else "the week from 2 Nov 2026."
    assert finding_of(ax) == finding + week


def test_nothing_is_the_background_full_is_blue_and_more_is_red() -> None:
    with plt.style.context("dark_background"):
        ax = af.charts.capacity(many(1, 1))

        nothing, full, more = mesh_of(ax).to_rgba(np.array([0.0, 100.0, 105.0]))

    assert to_hex(nothing) == "#000000"
    assert full[2] > full[0]
    assert more[0] > more[2]


def test_the_title_tells_the_unit() -> None:
    assert (
        title_of(af.charts.capacity(many(1, 1))) == "Load in % of available hours, 2 to 8 Nov 2026"
    )
    assert title_of(af.charts.capacity(many(1, 1), show="free")) == "Free hours, 2 to 8 Nov 2026"


def test_cells_without_available_hours_are_hatched_and_off() -> None:
    rows = [("1", "Ana", ONE, 0.0, 0.0, 0.0), ("1", "Ana", TWO, 40.0, 20.0, 0.0)]

    ax = af.charts.capacity(capacity_of(*rows))

    assert words_of(ax) == ["off", "50"]
    (bar,) = ax.patches
    assert bar.get_hatch()
    assert key_of(ax) == ["off: no available hours"]


def test_cells_of_which_nothing_is_known_are_grey() -> None:
    rows = [
        ("1", "Ana", ONE, 40.0, 20.0, 0.0),
        ("1", "Ana", THREE, 40.0, 20.0, 0.0),
        ("2", "Bo", ONE, None, 20.0, 0.0),
    ]

    ax = af.charts.capacity(capacity_of(*rows))

    values = mesh_of(ax).get_array()
    assert values is not None
    assert np.ma.getmaskarray(values).tolist() == [[True, True, True], [False, True, False]]
    assert to_hex(mesh_of(ax).get_cmap().get_bad()) == "#dedede"
    assert key_of(ax) == ["no data"]


def test_a_person_with_work_and_never_there_is_at_the_top_and_one_without_at_the_bottom() -> None:
    rows = [
        ("1", "Idle", ONE, 0.0, 0.0, 0.0),
        ("2", "Some", ONE, 40.0, 50.0, 0.0),
        ("3", "Away", ONE, 0.0, 9.0, 0.0),
    ]

    assert names_of(af.charts.capacity(capacity_of(*rows))) == ["Away", "Some", "Idle"]


def test_at_most_forty_persons_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.capacity(many(200, 3))

    assert len(names_of(ax)) == 40
    assert names_of(ax)[0] == "Person 199"
    assert "… 160 more people" in notes_of(ax)


@pytest.mark.parametrize(("weeks", "has_numbers"), [(1, True), (26, True), (27, False)])
def test_numbers_are_left_out_when_they_do_not_fit_and_a_bar_tells_the_scale(
    weeks: int, has_numbers: bool
) -> None:
    ax = af.charts.capacity(many(2, weeks))

    assert len(words_of(ax)) == (2 * weeks if has_numbers else 0)
    assert len(panels_of(ax)) == (0 if has_numbers else 1)


@pytest.mark.parametrize("weeks", [1, 2, 26, 150])
def test_the_axis_is_of_dates(weeks: int) -> None:
    ax = af.charts.capacity(many(2, weeks))

    ax.figure.canvas.draw()
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    assert 1 <= len(ax.get_xticklabels()) <= 12


def test_a_year_of_days_has_its_colours_and_a_note_that_weeks_show_more() -> None:
    days = pd.date_range(ONE, periods=365).astype(str)

    ax = af.charts.capacity(capacity_of(*(("1", "Ana", day, 8.0, 16.0, 0.0) for day in days)))

    ax.figure.canvas.draw()
    box = ax.get_window_extent()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].astype(int)  # type: ignore[attr-defined]
    row = pixels[len(pixels) - int((box.y0 + box.y1) / 2), int(box.x0) + 9 : int(box.x1) - 9]
    assert (row.max(axis=1) - row.min(axis=1)).min() > 50
    assert notes_of(ax) == ["Day by day; every='W' gives weeks, which show more"]


def test_the_text_of_a_dark_cell_is_light() -> None:
    rows = [("1", "Ana", ONE, 40.0, 120.0, 0.0), ("1", "Ana", TWO, 40.0, 20.0, 0.0)]

    ax = af.charts.capacity(capacity_of(*rows))

    colours = {text.get_text(): to_hex(text.get_color()) for text in ax.texts[:2]}
    assert colours == {"300": "#ffffff", "50": "#222222"}


def test_two_people_of_one_name_stay_two_and_nobody_is_none() -> None:
    rows = [
        ("120001234", "Ana", ONE, 40.0, 30.0, 0.0),
        ("120005678", "Ana", ONE, 40.0, 20.0, 0.0),
        (None, None, ONE, 40.0, 10.0, 0.0),
    ]

    ax = af.charts.capacity(capacity_of(*rows))

    assert names_of(ax) == ["Ana …1234", "Ana …5678", "(none)"]


@pytest.mark.parametrize(
    ("size", "weeks"), [((8, 4), 12), ((4, 3), 12), ((4, 3), 60), ((3, 2), 4)]
)
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_it_draws_where_it_is_told_and_clips_nothing(
    size: tuple[int, int], weeks: int, layout: str | None
) -> None:
    figure, ax = plt.subplots(figsize=size, layout=layout)

    assert af.charts.capacity(many(60, weeks), ax=ax) is ax

    assert len(plt.get_fignums()) == 1
    assert figure.axes == [ax]
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in (*ax.texts, *ax.get_yticklabels())]
    assert min(box.x0 for box in boxes) >= -1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 1


def test_odd_values_are_drawn() -> None:
    rows = [
        ("1", "Save $5 and $6", ONE, -8.0, 3.0, 1.0),
        ("2", "Bo", ONE, 1.0, 500.0, 1.0),
        ("3", "Cy", None, 40.0, 20.0, 1.0),
    ]

    ax = af.charts.capacity(capacity_of(*rows))

    assert names_of(ax) == ["Bo", r"Save \$5 and \$6"]
    assert words_of(ax)[:2] == ["50,000", "-38"]
    assert "+ 1 row without a period" in words_of(ax)
    ax.figure.canvas.draw()


def test_no_capacity_is_an_empty_chart_that_says_so() -> None:
    assert words_of(af.charts.capacity(capacity_of())) == ["No capacity"]


@pytest.mark.parametrize("column", ["person_gid", "period", "available", "allocated", "load"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.capacity needs .*{column}"):
        af.charts.capacity(capacity_of().drop(columns=column))


def test_an_unknown_way_is_refused_and_the_known_are_named() -> None:
    with pytest.raises(
        af.InvalidArgument,
        match="show='mood' is not valid; use 'load', 'free' or 'utilisation'",
    ):
        af.charts.capacity(many(1, 1), show="mood")  # type: ignore[arg-type]


def test_equally_busy_people_are_counted_and_nobody_is_busiest_without_work() -> None:
    alike = [
        (str(at), f"Person {at}", day, 40.0, 60.0, 1.0) for at in range(3) for day in (ONE, TWO)
    ]
    idle = [(str(at), f"Person {at}", ONE, 40.0, 0.0, 0.0) for at in range(3)]

    ax = af.charts.capacity(capacity_of(*alike))

    told = (
        "3 of 3 people are over 100 % in at least one week; busiest: Person 0 and 2 more, 150 %."
    )
    assert finding_of(ax) == told
    told = "None of 3 people is over 100 % in any week."
    assert finding_of(af.charts.capacity(capacity_of(*idle))) == told


def test_a_little_too_much_is_not_shown_as_just_full() -> None:
    ax = af.charts.capacity(capacity_of(("1", "Ana", ONE, 40.0, 40.1, 1.0)))

    assert words_of(ax)[0] == "100.3"
    assert finding_of(ax) == "Busiest: Ana, 100.3 % in the week from 2 Nov 2026."


def test_the_busiest_in_a_week_is_drawn_in_small_axes_and_the_scale_ends_there() -> None:
    table = many(30, 40)
    once = capacity_of(("9", "Once", ONE, 40.0, 70.0, 0.0), ("9", "Once", TWO, 400.0, 0.0, 0.0))
    _, axes = plt.subplots(2, 2)

    ax = af.charts.capacity(pd.concat([table, once]), ax=axes[0, 0])

    assert "Once" in names_of(ax)
    (bar,) = [inset for inset in ax.child_axes if inset.get_visible()]
    assert bar.get_ylim()[1] == pytest.approx(175)


def test_the_finding_tells_people_of_one_name_apart_as_the_rows_do() -> None:
    ax = af.charts.capacity(
        capacity_of(
            ("120001", "Ana", ONE, 40.0, 60.0, 1.0), ("120002", "Ana", ONE, 40.0, 10.0, 1.0)
        )
    )

    assert "busiest: Ana …0001, 150 %" in finding_of(ax)


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("load", "None of 2 people is over 100 % in any week; busiest: Ana, 100 % in the week"),
        (
            "free",
            "None of 2 people is below 0 hours in any week; least free: Ana, 0 h in the week",
        ),
    ],
)
def test_errors_of_floating_point_are_not_too_much_work(show: Any, words: str) -> None:
    full = ("1", "Ana", ONE, 0.3, 0.1 + 0.2, 0.0)

    ax = af.charts.capacity(capacity_of(full, ("2", "Bo", ONE, 1.0, 0.5, 0.0)), show=show)

    assert finding_of(ax).startswith(words)


def test_of_free_hours_the_person_with_the_fewest_is_called_least_free() -> None:
    ax = af.charts.capacity(capacity_of(("1", "Ana", ONE, 40.0, 30.0, 0.0)), show="free")

    assert finding_of(ax) == "Least free: Ana, 10 h in the week from 2 Nov 2026."


@pytest.mark.parametrize(
    ("show", "words", "finding"),
    [
        ("load", ["75", "125"], "1 of 2 people is over 100 % in at least one week; busiest: Ana"),
        ("free", ["20", "-20"], "1 of 2 people is below 0 hours in at least one week; least free"),
    ],
)
def test_rows_of_one_person_and_week_are_added_up_in_cells_order_and_finding(
    show: Any, words: list[str], finding: str
) -> None:
    one = capacity_of(("1", "Ana", ONE, 40.0, 20.0, 0.0), ("2", "Bo", ONE, 40.0, 50.0, 0.0))
    other = capacity_of(("1", "Ana", ONE, 40.0, 80.0, 0.0), ("2", "Bo", ONE, 40.0, 10.0, 0.0))

    ax = af.charts.capacity(pd.concat([one, other]), show=show)

    assert sorted(text for text in words_of(ax) if text in words) == sorted(words)
    assert names_of(ax)[0] == "Ana"
    assert finding_of(ax).startswith(finding)


def test_two_who_are_equally_busy_are_both_drawn() -> None:
    table = many(30, 1).assign(allocated=range(70, 40, -1))
    # Busy in one week, and idle in many.
    both = capacity_of(
        *((gid, name, ONE, 40.0, 90.0, 0.0) for gid, name in (("98", "Yves"), ("99", "Zoe"))),
        *((gid, name, TWO, 900.0, 0.0, 0.0) for gid, name in (("98", "Yves"), ("99", "Zoe"))),
    )

    ax = af.charts.capacity(pd.concat([table, both]), ax=plt.subplots(figsize=(6, 3))[1])

    assert len(names_of(ax)) < 32
    assert {"Yves", "Zoe"} <= set(names_of(ax))
    assert "busiest: Yves and Zoe" in finding_of(ax)
