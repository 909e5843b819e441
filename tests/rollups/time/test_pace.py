"""How a sum goes on that has grown by some amount in each period."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asana_frames.rollups.time.pace import estimate_pace

amounts = st.lists(st.floats(-5, 40), min_size=2, max_size=12)


@pytest.mark.parametrize("known", [2, 4, 8])
@pytest.mark.parametrize("ahead", [1, 4.5, 12])
def test_the_band_holds_its_share_of_the_sums_of_normal_periods(known: int, ahead: float) -> None:
    # Part of a period has the same part of its variance.
    random = np.random.default_rng(20260302)
    past = random.normal(10, 3, (1_500, known))
    sums = random.normal(10 * ahead, 3 * math.sqrt(ahead), 1_500)

    inside = 0
    for periods, outcome in zip(past, sums, strict=True):
        pace = estimate_pace([float(amount) for amount in periods], band=0.8)
        assert pace is not None
        _, low, high = pace.predict_amount(ahead)
        assert low is not None
        assert high is not None
        inside += low <= outcome <= high

    # Of 1,500 draws of 80 % the deviation is 1 %.
    assert inside / 1_500 == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("known", "band", "width"),
    # Student's t, as tables of it print: the quantile of (1 + band) / 2, of known - 1 degrees.
    [
        *((2, 0.8, 3.078), (3, 0.8, 1.886), (4, 0.8, 1.638), (8, 0.8, 1.415), (31, 0.8, 1.310)),
        *((2, 0.95, 12.706), (3, 0.95, 4.303), (6, 0.95, 2.571), (11, 0.99, 3.169)),
        (31, 0.5, 0.683),
    ],
)
def test_the_width_is_that_of_the_printed_tables(known: int, band: float, width: float) -> None:
    pace = estimate_pace([1.0, 2.0, *[1.5] * (known - 2)], band=band)

    assert pace is not None
    assert pace.z == pytest.approx(width, abs=6e-4)


def test_the_mean_and_the_spread_are_those_of_the_periods() -> None:
    # (2 + 4 + 6) / 3 = 4; (4 + 0 + 4) / 2 = 4, whose root is 2.
    pace = estimate_pace([2, 4, 6], band=0.8)

    assert pace is not None
    assert (pace.mean, pace.spread, pace.known) == (4, 2, 3)
    assert pace.predict_amount(0) == (0, 0, 0)
    assert pace.predict_amount(2)[0] == 8


def test_no_period_has_no_pace_and_one_has_no_band() -> None:
    one = estimate_pace([5], band=0.8)

    assert estimate_pace([], band=0.8) is None
    assert one is not None
    assert one.predict_amount(2) == (10, None, None)
    assert one.predict_periods(20) == (4, None, None)


def test_periods_that_are_alike_have_a_band_of_no_width() -> None:
    pace = estimate_pace([3, 3, 3], band=0.8)

    assert pace is not None
    assert pace.predict_amount(4) == (12, 12, 12)
    assert pace.predict_periods(12) == pytest.approx((4, 4, 4))


def test_a_bound_that_turns_back_before_an_amount_never_reaches_it() -> None:
    # The upper bound is sqrt(2.3 * (k + k ** 2 / 3)) - k: it rises to 0.78, then falls.
    pace = estimate_pace([-1.8043, -1, -0.1957], band=0.8)

    assert pace is not None
    assert pace.predict_periods(1) == (None, None, None)
    # sqrt(2.3 * 2.25) - 1.5 = 0.775, and sqrt(2.3 * 0.21271) - 0.19945 = 0.5.
    assert pace.predict_amount(1.5)[2] == pytest.approx(0.775, abs=1e-3)
    assert pace.predict_periods(0.5)[1] == pytest.approx(0.19945, abs=1e-3)


@settings(max_examples=200, deadline=None)
@given(amounts, st.floats(0.5, 500), st.floats(0.05, 0.99))
def test_an_amount_is_reached_where_the_mean_and_the_bounds_cross_it(
    drawn: list[float], amount: float, band: float
) -> None:
    pace = estimate_pace(drawn, band=band)
    assert pace is not None
    assume(pace.spread is not None and pace.spread > 0.01)

    expected, earliest, latest = pace.predict_periods(amount)

    assert (expected is None) == (pace.mean <= 0)
    for number, periods in enumerate((expected, latest, earliest)):
        if periods is not None and periods < 1e6:
            assert pace.predict_amount(periods)[number] == pytest.approx(
                amount, rel=1e-6, abs=1e-6
            )
    if expected is not None:
        assert earliest is not None
        assert earliest <= expected * (1 + 1e-9)
        assert latest is None or latest >= expected * (1 - 1e-9)


@settings(max_examples=100, deadline=None)
@given(amounts, st.floats(0.5, 500))
def test_an_amount_that_is_never_reached_lies_outside_of_the_bound(
    drawn: list[float], amount: float
) -> None:
    pace = estimate_pace(drawn, band=0.8)
    assert pace is not None

    _, earliest, latest = pace.predict_periods(amount)

    far = [10**power for power in range(7)]
    lows, highs = zip(*[pace.predict_amount(periods)[1:] for periods in far], strict=True)
    if earliest is None:
        assert max(highs) <= amount
    if latest is None:
        assert max(lows) <= amount


@settings(max_examples=50, deadline=None)
@given(amounts, st.floats(0, 100), st.floats(0.05, 0.9))
def test_a_band_of_a_larger_share_is_wider_and_all_contain_the_mean(
    drawn: list[float], periods: float, band: float
) -> None:
    narrow, wide = (estimate_pace(drawn, band=share) for share in (band, band + 0.05))
    assert narrow is not None
    assert wide is not None

    expected, low, high = narrow.predict_amount(periods)
    _, lower, higher = wide.predict_amount(periods)

    assert lower <= low <= expected <= high <= higher  # type: ignore[operator]
