"""When what is left will be done."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same, assert_same_dtypes, cells, oddly_indexed


def past(*completed: int | None, every: str = "7D", first: str = "2026-03-02") -> pd.DataFrame:
    """Return the throughput of periods that follow each other."""
    return pd.DataFrame(
        {
            "period": pd.date_range(first, periods=len(completed), freq=every, unit="us"),
            "completed": pd.array(list(completed), dtype="Int64"),
        }
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 300), st.integers(2, 5))
def test_at_an_even_pace_there_is_one_outcome(pace: int, remaining: int, weeks: int) -> None:
    table = af.rollups.forecast(past(*[pace] * weeks), remaining, trials=20)

    periods = math.ceil(remaining / pace)
    first = dt.date(2026, 3, 2) + dt.timedelta(weeks=weeks)
    assert cells(table) == [
        {
            "periods": periods,
            "date": first + dt.timedelta(weeks=periods, days=-1),
            "trials": 20,
            "probability": 1.0,
            "cumulative": 1.0,
        }
    ]


def test_of_idle_and_busy_weeks_chance_has_as_many_as_there_were() -> None:
    # One of two weeks completes the one task: it takes k weeks with a probability of 1 / 2**k.
    table = af.rollups.forecast(past(0, 1), 1, trials=40_000)

    chances = dict(zip(table["periods"], table["probability"], strict=True))
    # The standard error of a half is 0.0025.
    assert [chances[k] for k in (1, 2, 3, 4)] == pytest.approx(
        [1 / 2, 1 / 4, 1 / 8, 1 / 16], abs=0.01
    )


def test_two_draws_of_whole_weeks_add_up() -> None:
    # Weeks of 1 and 3: 4 are done in two weeks if either was of 3 (3 of 4 cases); else 1 + 1 leave
    # 2, so a third of 1 leaves one for a fourth (1 of 8 cases).
    table = af.rollups.forecast(past(1, 3), 4, trials=40_000)

    assert table["periods"].tolist() == [2, 3, 4]
    assert table["probability"].tolist() == pytest.approx([0.75, 0.125, 0.125], abs=0.01)


def test_what_remains_may_take_more_draws_than_are_made_at_once() -> None:
    # One in 50 weeks completes one: 40 take 2,000 weeks on average.
    table = af.rollups.forecast(past(1, *[0] * 49), 40, trials=400)

    mean = (table["periods"] * table["trials"]).sum() / 400
    # The standard deviation of the mean is about 16.
    assert mean == pytest.approx(2_000, abs=80)
    assert table["trials"].sum() == 400


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(any),
    st.integers(0, 60),
    st.integers(1, 80),
    st.integers(0, 5),
)
def test_the_outcomes_are_a_distribution_without_gaps(
    completed: list[int], remaining: int, trials: int, seed: int
) -> None:
    table = af.rollups.forecast(past(*completed), remaining, trials=trials, seed=seed)

    assert table["trials"].sum() == trials
    assert table["cumulative"].iloc[-1] == 1.0
    assert table["cumulative"].tolist() == pytest.approx(table["probability"].cumsum().tolist())
    assert table["periods"].diff().dropna().eq(1).all()
    assert table["periods"].iloc[0] >= math.ceil(remaining / max(completed))
    assert table["date"].diff().dropna().eq(pd.Timedelta(days=7)).all()


def test_the_same_seed_gives_the_same_and_another_something_else() -> None:
    one, same, other = (af.rollups.forecast(past(0, 1, 4), 30, seed=seed) for seed in (1, 1, 2))

    assert_same(one, same)
    assert one["trials"].tolist() != other["trials"].tolist()


def test_groups_are_added_up_first() -> None:
    whole = past(3, 5)
    parts = pd.concat([past(1, 5).assign(key="a"), past(2, 0).assign(key="b"), past(None, 0)])

    assert_same(af.rollups.forecast(oddly_indexed(parts), 20), af.rollups.forecast(whole, 20))


def test_nothing_left_is_done_before_it_begins() -> None:
    table = af.rollups.forecast(past(1, 2), 0, start="2026-05-04")

    assert cells(table) == [
        {
            "periods": 0,
            "date": dt.date(2026, 5, 3),
            "trials": 10_000,
            "probability": 1.0,
            "cumulative": 1.0,
        }
    ]


def test_trials_that_ten_thousand_periods_are_not_enough_for_are_the_last_row() -> None:
    # At 1 in 20 weeks 500 take 10,000 weeks on average, so about half are not through.
    table = af.rollups.forecast(past(1, *[0] * 19), 500, trials=60)

    assert pd.isna(table["periods"].iloc[-1])
    assert pd.isna(table["date"].iloc[-1])
    assert 10 <= table["trials"].iloc[-1] <= 50
    assert table["periods"].dropna().max() <= 10_000
    assert table["trials"].sum() == 60
    assert table["cumulative"].iloc[-1] == 1.0


def test_where_no_trial_is_through_that_is_the_only_row() -> None:
    table = af.rollups.forecast(past(1, 0), 1e9, trials=3)

    assert cells(table) == [
        {"periods": None, "date": None, "trials": 3, "probability": 1.0, "cumulative": 1.0}
    ]
    assert_same_dtypes(table, af.rollups.forecast(past(1, 0), 1, trials=3))


@pytest.mark.parametrize(
    ("every", "first", "start", "date"),
    [
        ("D", "2026-03-02", None, "2026-03-06"),
        ("7D", "2026-03-02", None, "2026-04-05"),
        # Weeks from Sunday end on a Saturday.
        ("7D", "2026-03-01", None, "2026-04-04"),
        ("7D", "2026-03-02", "2026-05-06", "2026-05-26"),
        ("28D", "2026-03-16", None, "2026-08-02"),
        ("MS", "2026-01-01", None, "2026-05-31"),
        ("MS", "2026-01-01", "2026-11-30", "2027-02-27"),
        ("QS", "2026-01-01", None, "2027-03-31"),
        ("YS", "2026-01-01", None, "2030-12-31"),
    ],
)
def test_dates_are_the_last_days_of_periods(
    every: str, first: str, start: str | None, date: str
) -> None:
    # Two periods of 1: 3 tasks take three more.
    table = af.rollups.forecast(past(1, 1, every=every, first=first), 3, start=start, trials=2)

    assert table["date"].tolist() == [pd.Timestamp(date)]


@pytest.mark.parametrize(
    ("every", "first", "date"),
    [
        ("4W", "2026-03-16", "2026-07-05"),
        ("SMS-16", "2026-03-01", "2026-04-30"),
        ("SMS-16", "2026-01-16", "2026-03-15"),
        ("QS-FEB", "2026-02-01", "2027-01-31"),
        ("YS-JUL", "2025-07-01", "2029-06-30"),
    ],
)
def test_periods_that_are_told_end_where_the_calendar_ends_them(
    every: str, first: str, date: str
) -> None:
    # A period of 1: 3 tasks take three more.
    table = af.rollups.forecast(past(1, first=first), 3, every=every, trials=2)

    assert table["date"].tolist() == [pd.Timestamp(date)]


def test_the_length_of_a_single_period_must_be_told() -> None:
    with pytest.raises(af.InvalidArgument, match=r"how long the periods are: give every='W'"):
        af.rollups.forecast(past(2), 3)

    table = af.rollups.forecast(past(2), 3, every="W")
    assert table["date"].tolist() == [pd.Timestamp("2026-03-22")]


@pytest.mark.parametrize("completed", [(), (0, 0), (None, None)])
def test_where_nothing_was_ever_completed_it_says_so(completed: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="nothing was ever completed"):
        af.rollups.forecast(past(*completed), 3)


@pytest.mark.parametrize("remaining", [-1, float("nan"), float("inf"), None, "ten"])
def test_what_is_no_number_of_tasks_is_refused(remaining: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"remaining= takes a number of at least 0"):
        af.rollups.forecast(past(1, 2), remaining)


@pytest.mark.parametrize("trials", [0, -5, 2.5, None])
def test_what_is_no_number_of_trials_is_refused(trials: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"trials= takes a whole number of at least 1"):
        af.rollups.forecast(past(1, 2), 3, trials=trials)


def test_bad_throughput_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"needs the column\(s\) completed"):
        af.rollups.forecast(past(1, 2).drop(columns="completed"), 3)
    with pytest.raises(af.InvalidArgument, match=r"forecast: period, row 1: 'soon'"):
        af.rollups.forecast(past(1, 2).assign(period="soon"), 3)
    with pytest.raises(af.InvalidArgument, match="completed is below 0"):
        af.rollups.forecast(past(4, -2), 3)
    with pytest.raises(af.InvalidArgument, match="every='M' is not a valid period"):
        af.rollups.forecast(past(4, 2), 3, every="M")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="start='soon' is not a day"):
        af.rollups.forecast(past(4, 2), 3, start="soon")


def test_the_forecast_of_a_sandbox_through_http(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme", subtasks=True)
    weeks = af.rollups.throughput(tasks, end="2026-11-01")

    table = af.rollups.forecast(weeks, float(af.rollups.burnup(tasks)["open"].iloc[-1]))

    assert table["date"].iloc[0] > pd.Timestamp("2026-11-02")
    assert table["date"].dt.day_of_week.eq(6).all()
