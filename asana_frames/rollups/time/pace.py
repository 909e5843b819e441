"""Forecast of a sum from the amounts of its past periods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import NamedTuple

#: Halvings after which an angle is as exact as a float.
_HALVINGS = 60


class Pace(NamedTuple):
    """Mean and spread of the amounts of periods.

    ``spread`` is the standard deviation of one period, None where a single one is known; ``known``
    is how many periods are known; ``z`` is how many standard deviations the band is wide to each
    side: by Student's t, as the spread, too, is known from these periods only.
    """

    mean: float
    spread: float | None
    known: int
    z: float

    def predict_amount(self, periods: float) -> tuple[float, float | None, float | None]:
        """Predict the amount of a number of periods: expected, lowest, highest.

        The bounds are those of a prediction of the sum of further periods that are drawn like the
        known ones, independent and normal, with the mean itself known from ``known`` of them only:
        its variance is ``spread² * (periods + periods² / known)``.
        """
        expected = self.mean * periods
        if self.spread is None:
            return expected, None, None
        width = self.z * self.spread * math.sqrt(periods + periods**2 / self.known)
        return expected, expected - width, expected + width

    def predict_periods(self, amount: float) -> tuple[float | None, float | None, float | None]:
        """Predict the number of periods to reach ``amount``: expected, earliest, latest.

        None where it never is.
        """
        expected = amount / self.mean if self.mean > 0 else None
        if self.spread is None:
            return expected, None, None
        # (amount - mean k)² = (z spread)² (k + k² / known), solved for k.
        noise = (self.z * self.spread) ** 2
        square = self.mean**2 - noise / self.known
        linear = 2 * amount * self.mean + noise
        inside = linear**2 - 4 * square * amount**2
        root = math.sqrt(max(inside, 0.0))
        # Where sums shrink, the upper bound may turn back before it comes so far.
        is_reached = linear + root > 0 and (self.mean >= 0 or inside >= 0)
        # Written so that no close numbers are subtracted; good for square = 0, too.
        earliest = 2 * amount**2 / (linear + root) if is_reached else None
        latest = (linear + root) / (2 * square) if square > 0 and self.mean > 0 else None
        return expected, earliest, latest


def estimate_pace(amounts: Sequence[float], *, band: float) -> Pace | None:
    """Estimate the pace from the amounts of periods; None without any.

    Parameters
    ----------
    amounts
        What each period added.
    band
        The share of outcomes between lowest and highest.
    """
    if not amounts:
        return None
    spread = math.sqrt(variance(amounts)) if len(amounts) > 1 else None
    return Pace(fmean(amounts), spread, len(amounts), _find_t_width(band, len(amounts) - 1))


def _find_t_width(band: float, freedom: int) -> float:
    """Find the quantile of Student's t that encloses ``band`` on both sides of the mean."""
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        low, high = (angle, high) if _compute_t_share(angle, freedom) < band else (low, angle)
    return math.sqrt(freedom) * math.tan(low)


def _compute_t_share(angle: float, freedom: int) -> float:
    """Compute the share of Student's t within ``sqrt(freedom) * tan(angle)``.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    is_odd = freedom % 2
    term = math.cos(angle) ** is_odd
    terms = 0.0
    for power in range(is_odd, freedom - 1, 2):
        terms += term
        term *= (power + 1) / (power + 2) * math.cos(angle) ** 2
    inner = math.sin(angle) * terms
    return 2 / math.pi * (angle + inner) if is_odd else inner
