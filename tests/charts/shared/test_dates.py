"""Dates on an axis, whatever its width and whatever they span."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from asana_frames.charts.shared.dates import (
    day_positions,
    fill_periods,
    find_step,
    label_date_axis,
    label_period_axis,
    name_period,
    period_ends,
    read_step,
)
from asana_frames.rollups.shared.periods import Every, list_periods


@pytest.mark.parametrize("inches", [1.5, 2.5, 4.0, 8.0])
@pytest.mark.parametrize("days", [1, 6, 31, 90, 250, 520, 620, 730, 1_000, 4_000, 20_000])
def test_round_dates_are_found_for_every_span_in_axes_of_every_width(
    inches: float, days: int
) -> None:
    figure, ax = plt.subplots(figsize=(inches, 2))
    span = np.array(["2024-01-10", "2024-01-10"], dtype="datetime64[D]")
    span[1] += days

    ax.plot(day_positions(span), [0, 1])
    label_date_axis(ax, "Day")
    figure.canvas.draw()

    low, high = ax.get_xlim()
    assert 1 <= len([tick for tick in ax.get_xticks() if low <= tick <= high]) <= 14
    plt.close(figure)


@pytest.mark.parametrize(
    ("every", "label"),
    [
        ("D", "Day"),
        ("W", "Week (first day)"),
        ("W-SUN", "Week (first day)"),
        ("4W", "Four weeks (first day)"),
        ("SMS-16", "Half month (first day)"),
        ("MS", "Month"),
        ("QS", "Quarter"),
        ("QS-APR", "Quarter"),
        ("QS-FEB", "Quarter"),
        ("YS", "Year"),
        ("YS-JUL", "Year from Jul"),
    ],
)
def test_the_first_days_of_periods_tell_the_period(every: str, label: str) -> None:
    start = pd.Timestamp("2026-03-02")
    periods = list_periods(start, start + pd.Timedelta(days=2_500), every)[:5]
    days = periods.to_numpy().astype("datetime64[D]")

    step = find_step(days)

    assert step.label == label
    assert fill_periods(days[[0, 1, 4]], step).tolist() == days.tolist()
    assert period_ends(days, step)[:-1].tolist() == days[1:].tolist()


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2026-01-01", "Year"),
        ("2026-04-01", "Quarter"),
        ("2026-07-01", "Quarter"),
        ("2026-05-01", "Month"),
        # A Monday with which four weeks begin, and a Sunday.
        ("2026-03-16", "Week (first day)"),
        ("2026-03-15", "Day"),
    ],
)
def test_one_day_is_of_the_usual_periods(day: str, label: str) -> None:
    assert find_step(np.array([day], dtype="datetime64[D]")).label == label


@pytest.mark.parametrize(
    ("every", "count", "labels", "year"),
    [
        ("QS-FEB", 3, ["Nov 2025", "Feb 2026", "May 2026"], ""),
        ("MS", 3, ["Nov", "Dec", "2026"], ""),
        ("MS", 2, ["Nov", "Dec"], "2025"),
        ("YS-JUL", 2, ["Jul 2025", "Jul 2026"], ""),
    ],
)
def test_labels_of_two_years_tell_both(
    every: str, count: int, labels: list[str], year: str
) -> None:
    first = pd.Timestamp("2025-11-03")
    days = list_periods(first, first + pd.Timedelta(days=2_000), every)[:count]
    days = days.to_numpy().astype("datetime64[D]")
    figure, ax = plt.subplots(figsize=(8, 3))

    ax.plot(day_positions(days), range(count))
    label_period_axis(ax, days, find_step(days))
    figure.canvas.draw()

    assert [label.get_text() for label in ax.get_xticklabels()] == labels
    assert ax.xaxis.get_offset_text().get_text() == year
    plt.close(figure)


@pytest.mark.parametrize(
    ("days", "every", "word"),
    [
        (["2026-06-01"], "W", "week"),
        (["2026-06-01", "2026-06-08", "2026-06-15"], "D", "day"),
        (["2026-04-01"], "MS", "month"),
        (["2026-04-01"], "QS-APR", "quarter"),
        # Days that do not begin such periods tell more than what was written once.
        (["2026-06-02", "2026-06-03"], "MS", "day"),
        (["2026-06-02"], "unknown", "day"),
    ],
)
def test_the_period_that_is_told_goes_before_the_one_that_days_suggest(
    days: list[str], every: str, word: str
) -> None:
    assert name_period(find_step(np.array(days, "datetime64[D]"), every)) == word


def test_periods_of_the_rollups_are_known() -> None:
    assert all(read_step(every) for every in get_args(Every))


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [("2025-12-10", "2026-12-20", "Jan 2026"), ("2026-11-08", "2026-11-27", "15 Nov 2026")],
)
def test_a_date_that_is_the_only_one_tells_its_month_and_year(
    first: str, last: str, label: str
) -> None:
    with plt.style.context("seaborn-v0_8-talk"):
        figure, ax = plt.subplots(figsize=(1.5, 1.5))
        ax.set_xlim(*day_positions(np.array([first, last], "datetime64[D]")))
        label_date_axis(ax)
        figure.canvas.draw()

    low, high = ax.get_xlim()
    labels = [
        one.get_text() for one in ax.get_xticklabels() if low <= one.get_position()[0] <= high
    ]
    assert labels == [label]
    assert ax.xaxis.get_offset_text().get_text() == ""
    plt.close(figure)
