"""How many forecasts of the past came true."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.shared.periods import list_periods
from tests.rollups.flows import MONDAY, NOW, WEEK, count_sums, task, tasks_of, work
from tests.rollups.frames import assert_same, assert_same_dtypes, cells


def backtest(*rows: dict[str, Any], **given: Any) -> pd.DataFrame:
    return af.rollups.backtest(tasks_of(*rows), **{"now": NOW, **given})


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=14),
    st.integers(1, 4),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True),
)
def test_forecasts_came_true_as_often_as_a_loop_over_exact_forecasts_finds(
    done: list[int], history: int, horizons: list[int]
) -> None:
    # Far from the chances that few draws can have: multiples of 1 / 4**5 and so on.
    shares = (0.333333, 0.617, 0.8513)

    table = backtest(*work(*done, left=1), horizons=horizons, percentiles=shares, history=history)

    found = {(row["horizon"], row["probability"]): row for row in cells(table)}
    for horizon in horizons:
        for share in shares:
            least = most = number = 0
            for origin in range(history, len(done) - horizon + 1):
                number += 1
                ways = count_sums(done[origin - history : origin], horizon)
                actual = sum(done[origin : origin + horizon])
                # The chance of more than what was done: the forecast failed if it is the share.
                more = sum(ways[total] for total in ways if total > actual) / ways.total()
                least += more < share - 0.025
                most += more < share + 0.025
            row = found[horizon, share]
            assert row["forecasts"] == number
            assert least <= row["came_true"] <= most
            assert row["share_true"] == (row["came_true"] / number if number else None)


def test_an_even_pace_comes_true_whatever_the_probability() -> None:
    table = backtest(*work(*[3] * 10), horizons=[1, 4], percentiles=[0.5, 0.95], history=4)

    assert cells(table) == [
        {
            "horizon": horizon,
            "probability": share,
            "forecasts": number,
            "came_true": number,
            "share_true": 1.0,
        }
        for horizon, number in ((1, 6), (4, 3))
        for share in (0.5, 0.95)
    ]


def test_a_pace_that_falls_makes_forecasts_wrong() -> None:
    # From the weeks of 5 each comes a forecast of 5, and then there is nothing.
    table = backtest(*work(5, 5, 5, 0, 0), horizons=[1], percentiles=[0.85], history=2)

    (row,) = cells(table)
    # Right is the third week, and the fifth, of which chance has 0 one in two times.
    assert (row["forecasts"], row["came_true"]) == (3, 2)


def test_without_enough_past_there_is_no_forecast_to_check() -> None:
    table = backtest(*work(*[1] * 5), horizons=[1, 2], history=12, percentiles=[0.85])

    assert table["forecasts"].tolist() == [0, 0]
    assert table["share_true"].isna().all()


def test_the_unfinished_period_is_not_checked() -> None:
    rows = work(*[1] * 4)

    whole = backtest(*rows, horizons=[1], history=2)
    later = backtest(*rows, horizons=[1], history=2, now="2026-06-05T09:00Z")

    assert_same(later, whole)


def test_each_group_is_checked_alone() -> None:
    rows = [*work(*[1] * 6, project="31"), *work(*[2] * 4, project="32")]

    table = backtest(*rows, by="project", horizons=[1], percentiles=[0.85], history=2)

    assert table["project_name"].tolist() == ["Website", "Shop"]
    assert table["forecasts"].tolist() == [4, 2]


def test_a_past_forecast_stays_the_same_as_time_goes_on() -> None:
    done = [0, 3, 1, 0, 2, 2, 0, 4, 1, 0, 2, 0]

    whole = backtest(*work(*done), horizons=[1], history=3)
    # A week earlier, the last forecast could not be checked.
    early = backtest(*work(*done), horizons=[1], history=3, now=(MONDAY - WEEK).isoformat())

    gained = whole["came_true"] - early["came_true"]
    assert (whole["forecasts"] - early["forecasts"]).tolist() == [1] * 4
    assert set(gained) <= {0, 1}


def test_chances_that_are_independent_come_true_as_often_as_they_say() -> None:
    # Sixteen years of weeks with 0 to 9 each, in an order that has none.
    done = [(7 * week * week + 3 * week + (week * 7919) % 97) % 10 for week in range(800)]
    days = list_periods(pd.Timestamp(MONDAY) - 800 * WEEK, pd.Timestamp(MONDAY) - WEEK, "W")
    at = days.repeat(done).tz_localize("UTC")
    tasks = pd.DataFrame(
        {
            "gid": [str(number) for number in range(len(at))],
            "created_at": days[0].tz_localize("UTC"),
            "completed_at": at,
        }
    )

    table = af.rollups.backtest(
        tasks, horizons=[4], history=60, percentiles=[0.5, 0.8], trials=200, now=NOW
    )

    assert table["forecasts"].tolist() == [737, 737]
    assert table["share_true"].tolist() == pytest.approx([0.5, 0.8], abs=0.1)


def test_weights_are_added_up() -> None:
    rows = [{**row, "cf_Estimated time": 0.1} for row in work(*[3] * 6)]

    table = backtest(*rows, weight="cf_Estimated time", horizons=[2], history=3)

    # Sums of tenths differ by rounding errors only.
    assert table["came_true"].tolist() == table["forecasts"].tolist() == [2] * 4


@pytest.mark.parametrize("by", [None, "project"])
def test_without_tasks_there_are_no_rows_of_the_same_dtypes(by: Any) -> None:
    none = af.rollups.backtest(tasks_of(), by=by, now=NOW)

    assert len(none) == 0
    assert_same_dtypes(none, backtest(*work(1, 1, project="31"), by=by))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"horizons": [0]}, "horizons= takes a whole number of at least 1"),
        ({"horizons": []}, "horizons= is empty"),
        ({"percentiles": [85]}, "use numbers from 0 to 1"),
        ({"history": 0}, "history= takes a whole number of at least 1"),
        ({"every": "M"}, "every='M' is not a valid period"),
        ({"by": "horizon"}, "'horizon' is a column of the result"),
        ({"weight": "cf_Points"}, r"needs the column\(s\) cf_Points"),
    ],
)
def test_wrong_arguments_are_refused(given: dict[str, Any], says: str) -> None:
    tasks = tasks_of(*work(1, 1, left=1)).assign(horizon="a")

    with pytest.raises(af.InvalidArgument, match=says):
        af.rollups.backtest(tasks, **{"now": NOW, **given})


def test_tasks_of_unknown_creation_have_no_past() -> None:
    table = backtest(task(None), horizons=[1])

    assert set(table["forecasts"]) == {0}


def test_the_forecasts_of_a_sandbox_through_http_come_true(asana: af.Asana) -> None:
    tasks = af.gather.all_tasks(asana, "Acme")

    table = af.rollups.backtest(tasks, now="2026-11-02T23:00Z", horizons=[1, 4])

    weeks = (dt.datetime(2026, 11, 2, tzinfo=dt.UTC) - tasks["created_at"].min()).days // 7 - 12
    assert table["forecasts"].tolist() == pytest.approx([weeks] * 4 + [weeks - 3] * 4, abs=1)
    # The company has more and more projects, so that more is done than was forecast.
    surplus = table["share_true"] - table["probability"]
    assert surplus.between(-0.1, 0.35).all()
