"""The chart of a timesheet, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
DAYS = [f"2026-11-0{day}" for day in range(2, 9)]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def sheet_of(*rows: tuple[str | None, str | None, list[float | None], str | None]) -> pd.DataFrame:
    """Rows of gid, name, hours of seven days and approval."""
    data = [
        [gid, name, *hours, sum(h or 0 for h in hours), status]
        for gid, name, hours, status in rows
    ]
    columns = ["person_gid", "person_name", *DAYS, "total", "approval_status"]
    frame = pd.DataFrame(data, columns=columns)
    texts = dict.fromkeys(["person_gid", "person_name", "approval_status"], TEXT)
    return frame.astype({**texts, **dict.fromkeys([*DAYS, "total"], "Float64")})


WEEK: list[float | None] = [8.0, 7.5, 0.0, None, 4.25, 0.0, 0.0]
HALF: list[float | None] = [4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
SUMS: list[float | None] = [12.0, 7.5, 0.0, 0.0, 4.25, 0.0, 0.0]


def at(ax: Axes, column: float, row: float) -> Text:
    return next(text for text in ax.texts if text.get_position() == (column, row))


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_cells_carry_their_hours_and_an_empty_day_is_a_dot() -> None:
    ax = af.charts.timesheet(sheet_of(("1", "Ana", WEEK, "draft"), ("2", "Bo", HALF, "approved")))

    cells = [at(ax, column, 0).get_text() for column in range(7)]
    assert cells == ["8", "7.5", "·", "·", "4.25", "·", "·"]
    assert names_of(ax) == ["Ana", "Bo"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_days_are_named_by_weekday_and_day() -> None:
    ax = af.charts.timesheet(sheet_of(("1", "Ana", WEEK, "draft")))

    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["Mon 2", "Tue 3", "Wed 4", "Thu 5", "Fri 6", "Sat 7", "Sun 8", "Total"]
    assert title_of(ax) == "Hours by person and day, 2 to 8 Nov 2026"
    assert finding_of(ax) == "19.75 h in all; timesheets: 1 draft."


def test_sums_are_text_and_have_no_part_in_the_colours() -> None:
    frame = sheet_of(
        ("1", "Ana", WEEK, "draft"), ("2", "Bo", HALF, "approved"), (None, "Total", SUMS, None)
    )

    ax = af.charts.timesheet(frame)

    colours = ax.collections[0].get_array()
    assert colours is not None
    assert colours.shape == (2, 7)
    assert colours.max() == 8
    assert names_of(ax) == ["Ana", "Bo", "Total"]
    assert [at(ax, 7.1, row).get_text() for row in (0, 1, 2.1)] == ["19.75", "4", "23.75"]
    assert [at(ax, column, 2.1).get_text() for column in range(3)] == ["12", "7.5", "·"]


@pytest.mark.parametrize("order", [[2, 0, 1], [0, 2, 1]])
def test_sums_that_were_sorted_among_the_persons_stand_below_them(order: list[int]) -> None:
    frame = sheet_of(
        ("1", "Ana", WEEK, "draft"), ("2", "Bo", HALF, "approved"), (None, "Total", SUMS, None)
    )

    ax = af.charts.timesheet(frame.iloc[order])

    assert names_of(ax) == ["Ana", "Bo", "Total"]


def test_a_person_called_total_and_one_without_a_gid_stay_persons() -> None:
    frame = sheet_of(
        (None, "Total", HALF, None), (None, None, HALF, None), ("3", "Total", HALF, "draft")
    )

    ax = af.charts.timesheet(frame)

    assert names_of(ax) == ["Total", "(none)", "Total …3"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0]])
def test_totals_of_a_table_that_was_filtered_are_those_of_its_rows(order: list[int]) -> None:
    both: list[float | None] = [16.0, 7.5, 0.0, 0.0, 4.25, 0.0, 0.0]
    sheet = sheet_of(
        ("1", "Ana", WEEK, None),
        ("2", "Bo", HALF, None),
        ("3", "Cy", HALF, None),
        (None, "Total", both, None),
    )

    ax = af.charts.timesheet(sheet.iloc[order][lambda table: table["person_name"] != "Cy"])

    assert [at(ax, column, 2.1).get_text() for column in (0, 1, 7.1)] == ["12", "7.5", "23.75"]
    assert finding_of(ax) == "23.75 of 27.75 h."
    assert finding_of(af.charts.timesheet(sheet)) == "27.75 h in all."


def test_the_text_of_a_dark_cell_is_light_and_of_a_light_cell_dark() -> None:
    hours: list[float | None] = [12.0, 1.0, 0, 0, 0, 0, 0]

    ax = af.charts.timesheet(sheet_of(("1", "Ana", hours, "draft")))

    assert to_hex(at(ax, 0, 0).get_color()) == "#ffffff"
    assert to_hex(at(ax, 1, 0).get_color()) == "#222222"


def test_approval_is_told_in_words_and_by_a_swatch() -> None:
    statuses = ["draft", "submitted", "approved", "rejected", "mixed", None, "strange"]
    rows = [(str(at), f"P{at}", HALF, status) for at, status in enumerate(statuses)]

    ax = af.charts.timesheet(sheet_of(*rows))

    words = words_of(ax)
    assert words[words.index("Approval") + 1 :] == [
        *["draft", "submitted", "approved", "rejected", "mixed", "no status", "strange"]
    ]
    swatches = ax.collections[1].get_facecolor()
    assert len({tuple(colour) for colour in np.asarray(swatches)}) == 5


def test_more_persons_than_can_be_read_are_counted_and_still_in_the_total() -> None:
    rows = [(str(at), f"P{at}", HALF, "draft") for at in range(200)]
    sums: list[float | None] = [800.0, 0, 0, 0, 0, 0, 0]

    ax = af.charts.timesheet(sheet_of(*rows, (None, "Total", sums, None)))

    assert notes_of(ax) == ["… 140 more rows"]
    assert names_of(ax)[-2:] == ["P59", "Total"]
    assert at(ax, 7.1, 60.1).get_text() == "800"
    ax.figure.canvas.draw()


@pytest.mark.parametrize("size", [(8, 4), (4, 3), (3, 2)])
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_it_draws_where_it_is_told_and_clips_nothing(
    size: tuple[int, int], layout: str | None
) -> None:
    figure, ax = plt.subplots(figsize=size, layout=layout)
    rows = [(str(at), f"Somebody with a long name {at}", WEEK, "submitted") for at in range(30)]

    assert af.charts.timesheet(sheet_of(*rows), ax=ax) is ax

    assert len(plt.get_fignums()) == 1
    assert notes_of(ax)[0].endswith("more rows")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in (*ax.texts, *ax.get_yticklabels())]
    assert min(box.x0 for box in boxes) >= -1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 1


def test_odd_hours_are_written_as_they_are() -> None:
    hours: list[float | None] = [-1.0, 30.0, None, 0.04, 0, 0, 0]

    ax = af.charts.timesheet(sheet_of(("1", "Save $5 and $6", hours, "draft")))

    assert [at(ax, column, 0).get_text() for column in range(4)] == ["-1", "30", "·", "0.04"]
    assert names_of(ax) == [r"Save \$5 and \$6"]
    ax.figure.canvas.draw()


def test_no_persons_are_an_empty_chart_that_says_so() -> None:
    nothing: list[float | None] = [0.0] * 7

    assert words_of(af.charts.timesheet(sheet_of())) == ["No timesheets"]
    only_sums = sheet_of((None, "Total", nothing, None))
    assert words_of(af.charts.timesheet(only_sums)) == ["No timesheets"]


@pytest.mark.parametrize("column", ["person_gid", "person_name", "total", "approval_status"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"charts\.timesheet needs .*{column}"):
        af.charts.timesheet(sheet_of().drop(columns=column))


def test_a_frame_without_days_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.timesheet needs a column per day"):
        af.charts.timesheet(sheet_of().drop(columns=DAYS))


def test_several_weeks_are_rows_of_a_person_and_week_with_what_is_expected() -> None:
    entries = pd.DataFrame(
        {
            "created_by_gid": ["1", "1", "2"],
            "created_by_name": ["Ana", "Ana", "Bo"],
            "entered_on": pd.to_datetime(["2026-11-02", "2026-11-12", "2026-11-10"]),
            "duration_minutes": [60, 90, 120],
        }
    )
    users = pd.DataFrame({"gid": ["1"], "name": ["Ana"]})

    ax = af.charts.timesheet(
        af.rollups.timesheet(
            entries, start="2026-11-02", end="2026-11-15", users=users, now="2026-11-10"
        )
    )

    assert names_of(ax) == ["Ana · 2 Nov 2026", "Ana · 9 Nov 2026", "Bo · 9 Nov 2026", "Total"]
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == [*days, "Total", "Expected"]
    assert [at(ax, 8.1, row).get_text() for row in (0, 1, 2, 3.1)] == ["40", "16", "·", "56"]
    assert [at(ax, 7.1, row).get_text() for row in (0, 1, 2, 3.1)] == ["1", "1.5", "2", "4.5"]
    assert title_of(ax) == "Hours by person and day, 2 to 15 Nov 2026"


def test_words_beside_the_cells_can_be_read_in_a_dark_style() -> None:
    with plt.style.context("dark_background"):
        ax = af.charts.timesheet(sheet_of(("1", "Ana", WEEK, "draft")))

        (word,) = [text for text in ax.texts if text.get_text() == "draft"]
        assert to_hex(str(word.get_color())) == to_hex("white")
