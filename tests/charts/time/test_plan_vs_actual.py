"""The chart of planned and tracked hours, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import asana_frames as af
from tests.charts.drawn import finding_of, notes_of, title_of, words_of

TEXT = pd.StringDtype(na_value=np.nan)
Hours = tuple[str, str, str, float, float]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def table_of(*rows: Hours) -> pd.DataFrame:
    """Rows of gid, name, first day, planned and tracked hours."""
    columns = ["person_gid", "person_name", "period", "planned", "tracked"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["period"] = pd.to_datetime(frame["period"]).astype("datetime64[us]")
    frame = frame.astype(
        {"person_gid": TEXT, "person_name": TEXT, "planned": "Float64", "tracked": "Float64"}
    )
    frame["difference"] = frame["tracked"] - frame["planned"]
    frame["ratio"] = frame["tracked"] / frame["planned"].mask(frame["planned"] == 0)
    return frame


def names_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_periods_are_added_up_and_the_largest_difference_is_at_the_top() -> None:
    ax = af.charts.plan_vs_actual(
        table_of(
            ("1", "Ana", "2026-03-02", 10, 12),
            ("1", "Ana", "2026-03-09", 10, 13),
            ("2", "Bo", "2026-03-02", 20, 4),
            ("3", "Cy", "2026-03-02", 0, 3),
        )
    )

    assert names_of(ax) == ["Bo", "Ana", "Cy"]
    assert words_of(ax) == ["4 h of 20 h (-80 %)", "25 h of 20 h (+25 %)", "3 h, nothing planned"]
    assert finding_of(ax) == "1 of 2 took more than planned; the most: Ana (+5 h)."
    planned, tracked, without = ([bar.get_width() for bar in part] for part in ax.containers)
    assert planned == [20, 20]
    assert tracked == [4, 25, 0]
    assert without == [3]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "tracked",
        "tracked, more than planned",
        "planned",
        "tracked without a plan",
    ]


def test_one_total_is_a_row_for_each_period_in_their_order() -> None:
    table = table_of(
        ("1", "Ana", "2026-03-02", 10, 9),
        ("1", "Ana", "2026-03-09", 10, 30),
        ("1", "Ana", None, 0, 1),
    )

    ax = af.charts.plan_vs_actual(table.drop(columns=["person_gid", "person_name"]))
    total = af.charts.plan_vs_actual(table[["planned", "tracked"]].head(1))

    assert names_of(ax) == ["2 Mar 2026", "9 Mar 2026", "no date"]
    assert title_of(ax) == "Planned and tracked hours, 2 to 15 Mar 2026"
    assert names_of(total) == ["all"]


def test_25_rows_are_drawn_and_the_others_counted() -> None:
    ax = af.charts.plan_vs_actual(
        table_of(*((str(n), f"P{n}", "2026-03-02", n, 0) for n in range(1, 31)))
    )

    assert len(names_of(ax)) == 25
    assert names_of(ax)[0] == "P30"
    assert notes_of(ax) == ["… 5 more"]


def test_it_draws_where_it_is_told() -> None:
    _, axes = plt.subplots(1, 2)

    assert (
        af.charts.plan_vs_actual(table_of(("1", "Ana", "2026-03-02", 1, 2)), ax=axes[1]) is axes[1]
    )


def test_nothing_is_an_empty_chart_that_says_so() -> None:
    assert "Nothing planned or tracked" in words_of(af.charts.plan_vs_actual(table_of()))


@pytest.mark.parametrize("column", ["planned", "tracked"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=column):
        af.charts.plan_vs_actual(table_of().drop(columns=column))


def test_comparisons_are_no_keys() -> None:
    table = table_of(
        ("Ana", "Website", "2026-03-02", 10.0, 4.0), ("Ana", "Website", "2026-03-09", 5.0, 4.0)
    )
    compared = table.assign(planned_previous=[None, 10.0], tracked_share=[1.0, 0.5])

    assert names_of(af.charts.plan_vs_actual(compared)) == names_of(
        af.charts.plan_vs_actual(table)
    )


def test_errors_of_floating_point_are_not_more_than_planned() -> None:
    week = ("1", "Ana", "2026-03-02", 0.3, 0.1), ("1", "Ana", "2026-03-09", 0.0, 0.2)

    ax = af.charts.plan_vs_actual(table_of(*week))

    assert finding_of(ax) == "None of 1 took more than planned."
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["tracked", "planned"]  # type: ignore[union-attr]


def test_the_first_rows_are_drawn_where_none_took_more() -> None:
    rows = [(f"{n}", f"P{n:02}", "2026-03-02", 50.0 - n, 0.0) for n in range(29)]
    equal = ("99", "Zoe", "2026-03-02", 1.0, 1.0)

    ax = af.charts.plan_vs_actual(table_of(*rows, equal))

    assert names_of(ax) == [f"P{n:02}" for n in range(25)]


def test_a_person_who_was_renamed_between_two_tables_has_one_row() -> None:
    table = pd.DataFrame(
        {
            **{"person_gid": ["1201", "1201"], "person_name": ["Ana", "Ana Lee"]},
            **{"planned": [4.0, 6.0], "tracked": [5.0, 8.0], "difference": [1.0, 2.0]},
        }
    )

    ax = af.charts.plan_vs_actual(table)

    assert names_of(ax) == ["Ana Lee"]
