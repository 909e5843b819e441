"""Numbers in sentences, figures and tables: one rule for all of them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asana_frames.display.cells import format_column
from asana_frames.display.sentences import (
    format_amount,
    format_days,
    format_decimals,
    format_figure,
    format_hours,
    format_share,
)
from asana_frames.export.reading_table import build_reading_table

#: Numbers as people write them: with at most four decimals.
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(NUMBERS, st.integers(min_value=0, max_value=3))
def test_halves_are_rounded_up_at_the_digit_that_is_shown(number: Decimal, digits: int) -> None:
    rounded = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    shown = format_decimals(float(number), digits)

    if rounded or not number:
        assert Decimal(shown.replace(",", "")) == rounded
        assert not shown.startswith("-0") or rounded
    else:
        assert shown.startswith("<" if number > 0 else "-<")


@given(NUMBERS)
def test_something_is_never_shown_as_nothing(number: Decimal) -> None:
    value = float(number)
    texts = [
        format_figure(value),
        format_share(value),
        *(format_amount(value, unit) for unit in ("EUR", "hours")),
        format_hours(value),
    ]
    for text in texts:
        shown = text.split(" ")[0]
        is_zero = not shown.strip("0.,-")
        assert is_zero == (number == 0)
        assert not shown.startswith("-0.00")


@given(st.integers(min_value=0, max_value=10**7), st.integers(min_value=1, max_value=10**7))
def test_only_all_is_100_percent_and_only_none_is_0(some: int, whole: int) -> None:
    shown = format_share(some / whole)

    assert (shown == "100 %") == (some == whole)
    assert (shown == "0 %") == (some == 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((2376.25, "2,376"), (68.85, "68.9"), (68.25, "68.3"), (0.125, "0.13"), (1.005, "1.01")),
        *((0.1 + 0.2, "0.3"), (-1e-17, "0"), (-0.25, "-0.25"), (0.004, "<0.01"), (99.95, "100")),
    ],
)
def test_hours_are_written_as_people_round(value: float, text: str) -> None:
    assert format_figure(value) == text
    assert format_hours(value) == f"{text} hours"


def test_parts_of_a_day_are_not_0_days() -> None:
    shown = [format_days(days) for days in (0, 0.3, 0.5, 1.5, 20.4, 20.5, 45.5, 70_000)]

    assert shown == [
        *("0 days", "less than a day", "1 day", "2 days", "20 days", "3 weeks", "7 weeks"),
        "10,000 weeks",
    ]


def test_tables_cards_and_charts_round_alike() -> None:
    column = pd.Series([2.125, -2.125, 0.001], dtype="Float64", name="hours")

    table = build_reading_table(column.to_frame(), max_rows=9, has_totals=False, human_labels=True)

    assert table.columns[0].cells == ["2.13", "-2.13", "<0.01"]
    assert format_column(column) == ["2.13", "-2.13", "<0.01"]
    assert [format_figure(value) for value in column] == ["2.13", "-2.13", "<0.01"]


def test_shares_in_tables_are_those_of_sentences() -> None:
    shares = pd.DataFrame({"share": [0.9999, 0.995, 0.0004, 1.0, 0.0, -0.004]})

    table = build_reading_table(shares, max_rows=9, has_totals=False, human_labels=True)

    shown = [">99.9 %", "99.5 %", "<0.1 %", "100 %", "0 %", "-0.4 %"]
    assert table.columns[0].cells == shown
    assert [format_share(share) for share in shares["share"]] == shown
