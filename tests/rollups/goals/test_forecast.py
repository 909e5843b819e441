"""Where goals end at the pace since their start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.goals.forecast import student_cdf
from tests.rollups.goal_frames import NOTHING, goals_of, links

#: Day 100 of the 200 days of the goals.
DAY: dict[str, Any] = {"now": "2026-04-10", "read_at": "2026-04-10"}
SPAN = {"start_on": ["2026-01-01"], "due_on": ["2026-07-19"]}


def forecast(*metric: float | None, **options: Any) -> pd.Series:
    given_options = DAY | options
    return af.rollups.goal_forecast(goals_of("a", metric=[metric], **SPAN), **given_options).iloc[
        0
    ]


def readings(*rows: tuple[str, float]) -> pd.DataFrame:
    at, values = zip(*rows, strict=True)
    return pd.DataFrame({"gid": "a", "read_at": at, "value": values})


@pytest.mark.parametrize(
    ("metric", "at_due", "progress", "pace", "needed", "reached"),
    [
        ((0, 10, 40), 20, 0.5, 0.1, 0.3, "2027-02-04"),
        # Churn falls from 4 % to 3 % in half of the time: it will be 2 %.
        ((0.04, 0.03, 0.02), 0.02, 1.0, -0.0001, -0.0001, "2026-07-19"),
        # The wrong way.
        ((10, 5, 20), 0, -1.0, -0.05, 0.15, None),
        # Beyond the target nothing more is needed.
        ((0, 120, 100), 240, 2.4, 1.2, 0, None),
        ((5, 5, 5), 5, None, 0, 0, None),
        ((0, None, 100), None, None, None, None, None),
    ],
)
def test_a_goal_goes_on_at_the_pace_since_its_start(
    metric: tuple[float, ...],
    at_due: float | None,
    progress: float | None,
    pace: float | None,
    needed: float | None,
    reached: str | None,
) -> None:
    found = forecast(*metric)

    for name, value in {
        "value_at_due": at_due,
        "progress_at_due": progress,
        "pace": pace,
        "pace_needed": needed,
    }.items():
        assert pd.isna(found[name]) if value is None else found[name] == pytest.approx(value), name
    day = found["reached_on"]
    assert pd.isna(day) if reached is None else day == pd.Timestamp(reached)
    assert found["days_left"] == 100


def test_a_target_that_is_reached_but_for_the_last_digit_needs_nothing_more() -> None:
    found = forecast(0, sum([0.1] * 10), 1)

    assert found["pace_needed"] == 0
    assert pd.isna(found["reached_on"])


def test_a_goal_that_is_due_has_its_last_value() -> None:
    found = forecast(0, 10, 40, now="2026-08-01", read_at="2026-08-01")

    assert (found["value_at_due"], found["progress_at_due"]) == (10, 0.25)
    assert found["days_left"] == 0
    assert pd.isna(found["pace_needed"])


def test_a_goal_that_is_closed_or_has_no_dates_has_no_forecast() -> None:
    goals = goals_of(
        *["a", "b", "c"],
        metric=[(0, 1, 4)] * 3,
        status=["achieved", "green", "green"],
        start_on=["2026-01-01", None, "2026-07-19"],
        due_on=["2026-07-19", "2026-07-19", "2026-01-01"],
    )

    found = af.rollups.goal_forecast(goals, **DAY)

    names = ["value_at_due", "progress_at_due", "reached_on", "pace", "pace_needed"]
    assert found[names].isna().all(axis=None)
    assert found["observations"].tolist() == [1, 1, 1]


def test_a_goal_without_a_metric_goes_on_as_its_sub_goals_did() -> None:
    goals = goals_of(
        *["top", "a"],
        metric=[NOTHING, (0, 10, 40)],
        start_on=["2026-01-01"] * 2,
        due_on=["2026-07-19"] * 2,
    )

    found = af.rollups.goal_forecast(goals, links(("top", "a", "goal", 1)), **DAY).iloc[0]

    assert found["progress_at_due"] == pytest.approx(0.5)
    assert pd.isna(found["value_at_due"])
    assert found["observations"] == 0


def test_an_old_reading_tells_the_pace_until_then() -> None:
    # Half of the days until the reading at day 50; day 100 is today.
    found = forecast(
        *(0, 99, 40),
        histories=readings(("2026-02-19T12:00Z", 10)),
        read_at="2026-05-01",
    )

    assert found["observed_at"] == pd.Timestamp("2026-02-19T12:00Z")
    assert found["value_at_due"] == pytest.approx(40)
    assert found["pace_needed"] == pytest.approx(0.3)


# ----------------------------------------------------------------------------------- probability

FOUR = (("2026-01-31", 1.0), ("2026-02-20", 6.0), ("2026-03-11", 6.5))


def test_a_probability_needs_four_days_with_a_value() -> None:
    few = forecast(0, 10, 20, histories=readings(*FOUR[:2], ("2026-02-20T08:00Z", 6.2)))
    enough = forecast(0, 10, 20, histories=readings(*FOUR))

    assert few["observations"] == 3
    assert pd.isna(few["probability"])
    assert enough["observations"] == 4
    # The pace leads exactly to the target.
    assert enough["probability"] == pytest.approx(0.5)


def test_later_readings_and_values_before_the_start_do_not_count() -> None:
    later = (("2026-05-01", 99.0), ("2025-12-01", 50.0))

    found = forecast(0, 10, 20, histories=readings(*FOUR, *later))

    assert found["probability"] == pytest.approx(0.5)
    assert found["observations"] == 5


def test_a_straight_line_is_certain() -> None:
    straight = readings(("2026-01-25", 2.5), ("2026-02-19", 5.0), ("2026-03-16", 7.5))

    assert forecast(0, 10, 20, histories=straight)["probability"] == 1
    assert forecast(0, 10, 21, histories=straight)["probability"] == 0


def test_falling_metrics_mirror_rising_ones() -> None:
    rising = forecast(0, 10, 22, histories=readings(*FOUR))
    falling = forecast(
        *(100, 90, 78), histories=readings(*((day, 100 - value) for day, value in FOUR))
    )

    assert rising["probability"] == pytest.approx(falling["probability"])
    assert rising["probability"] < 0.5


@settings(max_examples=40, deadline=None)
@given(st.floats(-8, 8), st.integers(1, 12))
def test_the_distribution_is_the_integral_of_its_density(value: float, degrees: int) -> None:
    # Substituting x = tan(angle) turns the tail into a finite interval.
    angles = np.linspace(-math.pi / 2, math.atan(value), 20_001)[1:]
    points = np.tan(angles)
    scale = math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2)
    scale /= math.sqrt(degrees * math.pi)
    density = scale * (1 + points**2 / degrees) ** (-(degrees + 1) / 2) * (1 + points**2)
    area = float(((density[1:] + density[:-1]) / 2 * np.diff(angles)).sum())

    assert student_cdf(value, degrees) == pytest.approx(area, abs=2e-4)


def test_the_probability_is_that_of_a_simulated_walk() -> None:
    found = forecast(0, 10, 22, histories=readings(*FOUR))

    at = np.array([0, 31, 51, 70, 100])
    values = np.array([0, 1, 6, 6.5, 10])
    pace = 0.1
    spans = np.diff(at)
    variance = ((np.diff(values) - pace * spans) ** 2 / spans).sum() / 3
    draws = np.random.default_rng(1)
    # The spread and the pace themselves are uncertain.
    spread = np.sqrt(variance * 3 / draws.chisquare(3, 400_000))
    paces = pace + spread / 10 * draws.standard_normal(400_000)
    ends = 10 + 100 * paces + 10 * spread * draws.standard_normal(400_000)
    assert found["probability"] == pytest.approx((ends >= 22).mean(), abs=0.005)


def test_the_frame_is_the_same_for_none_and_many() -> None:
    with af.sandbox(now="2026-11-02") as asana:
        goals = asana.goals.list(workspace="Acme")
        relations = asana.goal_relationships.list(supported_goal=goals)
        stories = asana.stories.list_for_goal(goals)

    some = af.rollups.goal_forecast(goals, relations, stories=stories, now="2026-11-02")
    none = af.rollups.goal_forecast(goals.head(0), relations, stories=stories, now="2026-11-02")

    assert some.dtypes.equals(none.dtypes)
    assert some["gid"].tolist() == goals["gid"].tolist()
    named = some.set_index("name")
    # 6,400 of 10,000 after 125 of 184 days.
    signs = named.loc["10,000 sign-ups from campaigns"]
    assert signs["value_at_due"] == pytest.approx(6400 / 125 * 184)
