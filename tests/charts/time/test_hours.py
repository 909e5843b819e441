"""The chart of tracked hours, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, date2num
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Annotation

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def hours_of(*rows: tuple[str | None, str | None, str | None, float | None]) -> pd.DataFrame:
    """Rows of gid, name, first day and hours."""
    frame = pd.DataFrame(rows, columns=["person_gid", "person_name", "period", "hours"])
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    return frame.astype({"person_gid": TEXT, "person_name": TEXT, "hours": "Float64"})


def many(persons: int, weeks: int) -> pd.DataFrame:
    days = pd.date_range("2026-09-07", periods=weeks, freq="7D").astype(str)
    return hours_of(
        *(
            (f"12{at:06d}", f"Person {at:03d}", day, 1.0 + at)
            for at in range(persons)
            for day in days
        )
    )


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def bars_of(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


@pytest.mark.parametrize("persons", [1, 3, 10, 11, 200])
def test_the_bars_are_all_the_hours_with_those_of_others(persons: int) -> None:
    hours = many(persons, 4)

    ax = af.charts.hours(hours)

    total = sum(bar.get_height() for bar in bars_of(ax))
    assert total == pytest.approx(float(hours["hours"].sum()))
    assert len(ax.containers) == min(persons, 11)


def test_the_largest_is_at_the_bottom_and_first_in_the_legend() -> None:
    week = "2026-11-02"

    ax = af.charts.hours(hours_of(("1", "Ana", week, 2), ("2", "Bo", week, 5)))

    assert legend_of(ax) == ["Bo", "Ana"]
    bo, ana = bars_of(ax)
    assert (bo.get_y(), bo.get_height()) == (0, 5)
    assert (ana.get_y(), ana.get_height()) == (5, 2)


def test_a_last_period_that_is_not_over_is_noted() -> None:
    hours = hours_of(("1", "Ana", "2026-03-02", 2), ("1", "Ana", "2026-03-09", 5))
    hours.attrs |= {"every": "W", "end": "2026-03-10"}

    cut = notes_of(af.charts.hours(hours))
    hours.attrs["now"] = "2026-03-10T09:00+00:00"
    present = notes_of(af.charts.hours(hours))
    hours.attrs |= {"now": "2026-03-16T00:00+00:00", "end": "2026-03-15"}
    over = notes_of(af.charts.hours(hours))

    assert cut == ["The week from 9 Mar 2026 is counted to 10 Mar 2026"]
    assert present[0] == "The week from 9 Mar 2026 is not over"
    assert over == ["As of 16 Mar 2026"]


def test_what_is_beyond_ten_is_one_hatched_series_of_others() -> None:
    ax = af.charts.hours(many(13, 2))

    assert legend_of(ax)[0] == "Person 012"
    assert legend_of(ax)[-1] == "other (3)"
    assert len(legend_of(ax)) == 11
    last = bars_of(ax)[-1]
    assert last.get_hatch()
    assert last.get_height() == 1 + 2 + 3


@pytest.mark.parametrize(
    ("first", "step"), [("2026-09-07", "7D"), ("2026-01-01", "MS"), ("2026-11-03", "D")]
)
def test_bars_of_neighbouring_periods_nearly_touch_and_never_overlap(
    first: str, step: str
) -> None:
    days = pd.date_range(first, periods=8, freq=step).astype(str)

    ax = af.charts.hours(hours_of(*(("1", "Ana", day, 1) for day in days)))

    bars = bars_of(ax)
    gaps = [right.get_x() - (left.get_x() + left.get_width()) for left, right in pairwise(bars)]
    assert min(gaps) > 0
    assert max(gaps) < 0.25 * bars[0].get_width()


@pytest.mark.parametrize("weeks", [1, 2, 12, 26, 27, 150])
def test_the_axis_is_of_dates(weeks: int) -> None:
    ax = af.charts.hours(many(2, weeks))

    ax.figure.canvas.draw()
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels
    assert len(labels) <= 12


def test_weeks_are_labelled_by_their_first_day_and_the_axis_tells_the_years() -> None:
    ax = af.charts.hours(hours_of(("1", "Ana", "2026-12-28", 1), ("1", "Ana", "2027-01-04", 1)))

    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["28 Dec", "04 Jan"]
    assert ax.get_xlabel() == "Week (first day), 2026 to 2027"
    assert ax.get_ylabel() == "Hours"


@pytest.mark.parametrize("kind", ["bar", "line"])
def test_hours_without_a_day_are_named(kind: str) -> None:
    ax = af.charts.hours(
        hours_of(("1", "Ana", "2026-11-02", 1), ("1", "Ana", None, 3.5)), kind=kind
    )

    assert notes_of(ax) == ["+ 3.5 h without a date"]


def test_hours_without_any_day_are_an_empty_chart_and_still_named() -> None:
    ax = af.charts.hours(hours_of(("1", "Ana", None, 3.5)))

    assert words_of(ax) == ["No hours with a date", "+ 3.5 h without a date"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-11-02", "2026-11-16"], 3),
        (["2026-01-01", "2026-02-01", "2026-05-01"], 5),
        (["2026-01-01", "2026-10-01"], 4),
        (["2024-01-01", "2026-01-01"], 3),
        (["2026-11-02", "2026-11-05"], 4),
    ],
)
def test_a_line_is_0_in_a_period_without_a_row(days: list[str], expected: int) -> None:
    ax = af.charts.hours(hours_of(*(("1", "Ana", day, 5) for day in days)), kind="line")

    line = ax.lines[0]
    drawn = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert len(drawn) == expected
    assert sorted(drawn.values()) == [0] * (expected - len(days)) + [5] * len(days)
    assert drawn[date2num(np.datetime64(days[-1]))] == 5


def test_lines_are_all_the_hours() -> None:
    hours = many(14, 5)

    ax = af.charts.hours(hours, kind="line")

    drawn = sum(float(np.sum(line.get_ydata())) for line in ax.lines)
    assert drawn == pytest.approx(float(hours["hours"].sum()))
    assert legend_of(ax)[-1] == "other (4)"


def test_the_finding_names_who_has_most_hours_and_their_part_of_all() -> None:
    hours = hours_of(("1", "Ana", "2026-11-02", 2), ("2", "Bo", "2026-11-09", 6))

    ax = af.charts.hours(hours)
    total = af.charts.hours(hours.drop(columns="period"))

    assert finding_of(ax) == finding_of(total) == "Most: Bo, 6 of 8 h (75 %)."
    assert title_of(ax) == "Tracked hours by person, 2 to 15 Nov 2026"
    assert title_of(total) == "Tracked hours by person"


def test_few_lines_are_named_where_they_end() -> None:
    ax = af.charts.hours(many(4, 5), kind="line")

    assert ax.get_legend() is None
    assert sorted(words_of(ax)) == [f"Person 00{at}" for at in range(4)]
    heights = {text.get_text(): text.xy[1] for text in ax.texts if isinstance(text, Annotation)}
    # As high as the hours, which are 1, 2, 3 and 4.
    assert [heights[f"Person 00{at}"] for at in range(4)] == pytest.approx([1, 2, 3, 4])
    assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize("kind", ["bar", "line"])
def test_sixty_people_are_ten_and_others_that_do_not_dwarf_them(kind: str) -> None:
    hours = many(60, 4).assign(hours=1.0)

    ax = af.charts.hours(hours, kind=kind)

    assert len(legend_of(ax)) == 11
    assert ax.get_ylim()[1] < (20 if kind == "bar" else 2)
    assert notes_of(ax) == ["Other (50) is cut: up to 50 h"]


def test_years_of_days_say_that_weeks_would_show_more() -> None:
    days = pd.date_range("2021-01-01", "2025-12-31").astype(str)

    ax = af.charts.hours(hours_of(*(("1", "Ana", day, 1) for day in days)))

    assert "every='W'" in " ".join(notes_of(ax))


def test_two_people_of_one_name_stay_two() -> None:
    week = "2026-11-02"

    ax = af.charts.hours(hours_of(("120001234", "Ana", week, 2), ("120005678", "Ana", week, 1)))

    assert legend_of(ax) == ["Ana …1234", "Ana …5678"]


def test_one_person_under_two_names_stays_one() -> None:
    week = "2026-11-02"

    ax = af.charts.hours(hours_of(("1", "Ana", week, 2), ("1", "Ana Lima", week, 1)))

    assert legend_of(ax) == ["Ana"]
    assert bars_of(ax)[0].get_height() == 3


def test_nobody_is_none_and_known_nobodies_are_told_apart() -> None:
    week = "2026-11-02"

    ax = af.charts.hours(hours_of((None, None, week, 2), ("120005678", None, week, 1)))

    assert legend_of(ax) == ["(none)", "(none) …5678"]


def test_several_keys_are_joined_and_flags_are_words() -> None:
    frame = pd.DataFrame(
        {
            "created_by_name": pd.Series(["Ana", "Bo"], dtype=TEXT),
            "is_billable": pd.Series([True, None], dtype="boolean"),
            "category": pd.Categorical(["A", None]),
            "hours": pd.Series([2, 1], dtype="Float64"),
        }
    )

    ax = af.charts.hours(frame)

    assert names_of(ax) == ["Ana · yes · A", "Bo · (none) · (none)"]
    assert title_of(ax) == "Tracked hours by person, is billable and category"


def test_without_periods_there_is_a_bar_per_series_the_largest_at_the_top() -> None:
    ax = af.charts.hours(
        hours_of(("1", "Ana", None, 1.25), ("2", "Bo", None, 7)).drop(columns="period")
    )

    assert names_of(ax) == ["Bo", "Ana"]
    assert [bar.get_width() for bar in bars_of(ax)] == [7, 1.25]
    assert words_of(ax) == ["7", "1.25"]
    assert ax.yaxis_inverted()
    assert ax.get_xlabel() == "Hours"


def test_without_periods_what_is_beyond_thirty_is_other_and_nothing_is_lost() -> None:
    hours = many(200, 1).drop(columns="period")

    ax = af.charts.hours(hours)

    assert len(bars_of(ax)) == 31
    assert names_of(ax)[-1] == "other (170)"
    total = sum(bar.get_width() for bar in bars_of(ax))
    assert total == pytest.approx(float(hours["hours"].sum()))


def test_the_bar_of_others_does_not_dwarf_the_rest_and_keeps_its_number() -> None:
    ax = af.charts.hours(many(200, 1).drop(columns="period"))

    assert ax.get_xlim()[1] == pytest.approx(1.25 * 200)
    assert "14,535 (bar is cut)" in words_of(ax)


def test_no_keys_are_one_series_without_a_legend() -> None:
    ax = af.charts.hours(many(2, 3)[["period", "hours"]])

    assert ax.get_legend() is None
    assert len(bars_of(ax)) == 3


def test_odd_hours_are_drawn() -> None:
    one, two = "2026-11-02", "2026-11-09"
    rows = [
        ("1", "Ana", one, -2),
        ("2", "Bo", one, 3),
        ("2", "Bo", two, None),
        ("3", "Cy", two, 0),
    ]

    ax = af.charts.hours(hours_of(*rows))

    assert sum(bar.get_height() for bar in bars_of(ax)) == pytest.approx(1)
    below = next(bar for bar in bars_of(ax) if bar.get_height() < 0)
    assert below.get_y() == 0
    ax.figure.canvas.draw()


@pytest.mark.parametrize("size", [(8, 4), (4, 3), (3, 2)])
@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_it_draws_where_it_is_told_and_the_legend_covers_nothing(
    size: tuple[int, int], layout: str | None
) -> None:
    figure, ax = plt.subplots(figsize=size, layout=layout)

    assert af.charts.hours(many(14, 12), ax=ax) is ax

    assert len(plt.get_fignums()) == 1
    figure.canvas.draw()
    legend = ax.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    assert box.x0 >= ax.get_window_extent().x1
    assert box.x1 <= figure.bbox.x1 + 1
    assert box.y0 >= -1


def test_a_layout_of_the_caller_still_counts_afterwards() -> None:
    figure, ax = plt.subplots()
    af.charts.hours(many(3, 5), ax=ax)

    figure.subplots_adjust(left=0.4)
    figure.canvas.draw()
    assert ax.get_position().x0 == pytest.approx(0.4)
    figure.tight_layout()


@pytest.mark.parametrize("with_periods", [True, False])
def test_no_hours_are_an_empty_chart_that_says_so(with_periods: bool) -> None:
    hours = many(1, 1).head(0)

    ax = af.charts.hours(hours if with_periods else hours.drop(columns="period"))

    assert words_of(ax) == ["No hours"]


def test_hostile_names_are_only_letters() -> None:
    week = "2026-11-02"
    names = ["_hidden", "Save $5 and $6", "two\nlines\t", "", "x" * 90]
    rows = [(str(at), name, week, 9 - at) for at, name in enumerate(names)]

    ax = af.charts.hours(hours_of(*rows))

    ax.figure.canvas.draw()
    labels = legend_of(ax)
    assert labels[:4] == ["_hidden", r"Save \$5 and \$6", "two lines", "(none)"]
    assert labels[4].endswith("…")


def test_a_frame_without_hours_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.hours needs the column\(s\) hours"):
        af.charts.hours(pd.DataFrame({"period": []}))


def test_an_unknown_kind_is_refused_and_the_known_are_named() -> None:
    with pytest.raises(af.InvalidArgument, match="kind='pie' is not valid; use 'bar' or 'line'"):
        af.charts.hours(many(1, 1), kind="pie")  # type: ignore[arg-type]


def test_it_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(plt.rcParams)

    af.charts.hours(many(2, 2))

    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("kind", ["bar", "line"])
def test_rows_of_several_frames_put_together_are_all_counted(kind: str) -> None:
    hours = pd.concat([many(3, 2), many(3, 2)])

    ax = af.charts.hours(hours, kind=kind)

    bars = sum(bar.get_height() for bar in bars_of(ax))
    lines = sum(float(np.sum(line.get_ydata())) for line in ax.lines)
    assert bars + lines == pytest.approx(2 * 2 * (1 + 2 + 3))


def test_years_of_days_are_outlines_and_still_all_the_hours() -> None:
    days = pd.date_range("2024-01-02", periods=400).astype(str)
    rows = [(str(at), f"P{at}", day, 1.0 + at) for day in days for at in range(12)]

    ax = af.charts.hours(hours_of(*rows))

    assert len(ax.patches) == 11
    assert legend_of(ax)[-1] == "other (2)"
    heights = [patch.get_data() for patch in ax.patches if isinstance(patch, StepPatch)]
    total = sum(float(np.sum(data.values - data.baseline)) for data in heights)
    assert total == pytest.approx(400 * sum(range(1, 13)))
    ax.figure.canvas.draw()


def test_comparisons_are_no_series() -> None:
    rows = hours_of(("11", "Ana", "2026-03-02", 3.0), ("12", "Bo", "2026-03-09", 1.5))
    compared = rows.assign(hours_previous=[None, 2.5], hours_share=[1.0, 1.0])

    ax = af.charts.hours(compared)

    assert legend_of(ax) == ["Ana", "Bo"]


def test_hours_below_0_give_no_part_of_all_and_equal_ones_are_counted() -> None:
    ax = af.charts.hours(
        hours_of(("1", "Ana", "2026-11-02", 4.0), ("2", "Bo", "2026-11-02", -1.0))
    )
    alike = af.charts.hours(
        hours_of(("1", "Ana", "2026-11-02", 4.0), ("2", "Bo", "2026-11-02", 4.0))
    )

    assert finding_of(ax) == "Most: Ana, 4 h."
    assert finding_of(alike) == "Most: Ana and Bo, 4 of 8 h each (50 %)."


def test_errors_of_floating_point_are_not_hours_below_0() -> None:
    taken = [("3", "Cem", None, hours) for hours in (0.3, -0.1, -0.2)]

    ax = af.charts.hours(hours_of(("1", "Ana", None, 3.0), ("2", "Ben", None, 1.0), *taken))

    assert finding_of(ax) == "Most: Ana, 3 of 4 h (75 %)."


def test_hours_that_cancel_out_are_not_told_as_undated() -> None:
    days = pd.to_datetime(["2026-11-02", None, None, None])

    ax = af.charts.hours(pd.DataFrame({"period": days, "hours": [2.0, 0.1, 0.2, -0.3]}))

    assert notes_of(ax) == []
