"""The chart of money, by what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import asana_frames as af
from tests.charts.drawn import finding_of, title_of
from tests.charts.drawn import words_of as list_words

TEXT = pd.StringDtype(na_value=np.nan)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def margins_of(*rows: tuple[Any, float, float], key: str = "team_name") -> pd.DataFrame:
    """Rows of a key, revenue and cost."""
    table = pd.DataFrame(rows, columns=[key, "revenue", "cost"])
    if key == "period":
        table[key] = pd.to_datetime(table[key]).astype("datetime64[us]")
    table["margin"] = table["revenue"] - table["cost"]
    return table.assign(currency_code=pd.Series("EUR", table.index, TEXT), unpriced_hours=0.0)


def bars_of(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def line_of(ax: Axes) -> list[Any]:
    return [None if np.isnan(y) else y for y in np.asarray(ax.lines[0].get_ydata(), dtype=float)]


def words_of(ax: Axes) -> str:
    return " | ".join(list_words(ax))


def test_a_period_has_its_revenue_beside_its_cost_and_a_line_of_margins() -> None:
    table = margins_of(
        ("2026-01-01", 100, 60), ("2026-01-01", 50, 60), ("2026-03-01", 80, 90), key="period"
    )

    ax = af.charts.money(table)

    # February has no row.
    assert [bar.get_height() for bar in bars_of(ax)] == [150, 0, 80, 120, 0, 90]
    assert line_of(ax) == [30, 0, -10]
    first, second = bars_of(ax)[0], bars_of(ax)[3]
    assert first.get_x() + first.get_width() == pytest.approx(second.get_x())
    assert ax.get_ylabel() == "EUR"
    assert title_of(ax) == "Revenue, cost and margin in EUR, Jan to Mar 2026"
    told = "Highest margin: the month from 1 Jan 2026, 30 EUR; 1 of 3 below 0."
    assert finding_of(ax) == told


def test_a_margin_that_is_not_known_is_a_gap_and_its_hours_are_told() -> None:
    table = margins_of(("2026-01-01", 100, 60), ("2026-02-01", 50, 60), key="period")
    table.loc[1, ["margin", "unpriced_hours"]] = [None, 2.5]

    ax = af.charts.money(table)

    assert line_of(ax) == [40, None]
    assert "2.5 h without a rate or a cost" in words_of(ax)


def test_money_without_a_date_is_told() -> None:
    ax = af.charts.money(margins_of(("2026-01-01", 100, 60), (None, 1200, 9), key="period"))

    assert "Without a date: revenue 1,200, cost 9" in words_of(ax)
    assert [bar.get_height() for bar in bars_of(ax)] == [100, 60]


def test_a_key_has_two_bars_and_its_margin_and_losses_are_marked() -> None:
    ax = af.charts.money(margins_of(("A", 1000, 1500), ("B", 3000, 1000)))

    assert [bar.get_width() for bar in bars_of(ax)] == [3000, 1000, 1000, 1500]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["B", "A"]
    assert finding_of(ax) == "Highest margin: B, 2,000 EUR; 1 of 2 below 0."
    (marks,) = ax.collections
    assert np.asarray(marks.get_offsets())[:, 0].tolist() == [2000, -500]
    assert [to_hex(colour) for colour in marks.get_facecolor()] == ["#ffffff", "#bd1f01"]
    written = {text.get_text(): text.get_weight() for text in ax.texts}
    assert written["2,000"] == "normal"
    assert written["-500"] == "bold"


def test_note_counts_hidden_rows_with_their_money() -> None:
    table = margins_of(*((f"Team {n}", 100 + n, 50) for n in range(60)))

    ax = af.charts.money(table)

    assert len(bars_of(ax)) == 50
    # 35 teams of 100 to 134.
    assert "35 more: revenue 4,095, cost 1,750" in words_of(ax)


def test_amounts_have_one_bar_and_hours_without_a_rate_are_told() -> None:
    table = pd.DataFrame(
        {
            "person_name": ["Ana", "Bo", "Bo", "Cy"],
            "currency_code": ["EUR", "EUR", None, None],
            "hours": [2.0, 3.0, 1.5, 1.0],
            "amount": [160.0, 210.0, None, None],
        }
    )

    ax = af.charts.money(table)

    assert [bar.get_width() for bar in bars_of(ax)][:2] == [210, 160]
    assert "unknown" in words_of(ax)
    assert "2.5 h without a rate" in words_of(ax)
    assert title_of(ax) == "Amounts in EUR by person"
    assert finding_of(ax) == "Highest amount: Bo, 210 EUR."


def test_several_currencies_are_refused_with_what_to_type() -> None:
    table = margins_of(("A", 1, 2), ("B", 3, 4)).assign(currency_code=["EUR", "USD"])

    with pytest.raises(af.InvalidArgument, match=r"EUR, USD.*currency= .*== 'EUR'"):
        af.charts.money(table)


@pytest.mark.parametrize("key", ["period", "team_name"])
def test_an_empty_table_says_so(key: str) -> None:
    ax = af.charts.money(margins_of(("2026-01-01", 1, 2), key=key).head(0))

    assert "No money" in words_of(ax)


def test_other_frames_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"charts\.money .*rollups\.margin"):
        af.charts.money(pd.DataFrame({"currency_code": ["EUR"], "hours": [1.0]}))


def test_comparisons_are_no_keys() -> None:
    table = margins_of(("Web", 100.0, 60.0), ("Shop", 50.0, 70.0))
    compared = table.assign(revenue_previous=[90.0, None], margin_cumulative=[30.0, -20.0])

    assert words_of(af.charts.money(compared)) == words_of(af.charts.money(table))


def test_margins_of_which_none_is_known_are_not_in_the_legend() -> None:
    table = margins_of(("2026-01-01", 100, 60), ("2026-02-01", 50, 60), key="period")
    table = table.assign(margin=pd.NA, unpriced_hours=1.0)

    ax = af.charts.money(table)

    legend = ax.get_legend() or ax.figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["revenue", "cost"]
    assert "where the margin is unknown" in words_of(ax)


def test_a_wide_table_is_refused_with_what_to_leave_out() -> None:
    wide = margins_of(("Web", 100, 60)).drop(columns="currency_code")
    wide.attrs["wide"] = {"keys": 1, "total_rows": 0}

    with pytest.raises(af.InvalidArgument, match=r"wide table does not have\. Leave out"):
        af.charts.money(wide)


def test_errors_of_floating_point_are_no_loss() -> None:
    ax = af.charts.money(margins_of(("Web", 0.3, 0.1 + 0.2), ("App", 5.0, 1.0)))

    assert finding_of(ax) == "Highest margin: App, 4 EUR."
    assert [text.get_weight() for text in ax.texts if text.get_text() == "0"] == ["normal"]


def test_the_key_with_the_highest_margin_is_drawn_among_larger_ones() -> None:
    large = [(f"T{n:02}", 1000.0, 1000.0) for n in range(39)]

    ax = af.charts.money(margins_of(*large, ("Small", 10.0, 1.0)))

    names = [label.get_text() for label in ax.get_yticklabels()]
    assert finding_of(ax) == "Highest margin: Small, 9 EUR."
    assert (names[-1], len(names)) == ("Small", 25)


def test_amounts_are_rounded_as_in_sentences() -> None:
    ax = af.charts.money(margins_of(("Web", 7046.5, 0.0), ("App", 5.0, 1.0)))

    assert finding_of(ax) == "Highest margin: Web, 7,047 EUR."


def test_what_floats_leave_of_large_sums_is_not_a_loss() -> None:
    amounts = (33_333_333.3, 0), (66_666_666.6, 0), (0, 99_999_999.9)
    rows = [*(("A", *both) for both in amounts), ("B", 2e6, 1e6)]

    ax = af.charts.money(margins_of(*rows))

    assert finding_of(ax) == "Highest margin: B, 1,000,000 EUR."
    assert ("0", "normal") in [(text.get_text(), text.get_fontweight()) for text in ax.texts]


def test_large_amounts_that_differ_are_told_apart() -> None:
    ax = af.charts.money(margins_of(("A", 5e9, 1003), ("B", 5e9, 1000)))

    assert finding_of(ax) == "Highest margin: B, 4,999,999,000 EUR."


def test_of_two_with_the_highest_margin_both_are_drawn() -> None:
    rows = [(f"P{at}", 1000.0 - at, 500.0) for at in range(30)]

    ax = af.charts.money(
        margins_of(*rows, ("Y", 900.0, 0), ("Z", 901.0, 1)), ax=plt.subplots(figsize=(5, 3))[1]
    )

    drawn = {label.get_text() for label in ax.get_yticklabels()}
    assert len(drawn) < 32
    assert {"Y", "Z"} <= drawn
    assert finding_of(ax).startswith("Highest margin: Z and Y, 900 EUR")
