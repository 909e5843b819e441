"""Forecast of a sum from the amounts of its past periods."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import repeat
from typing import NamedTuple

#: Halvings after which an angle is as exact as a float.
_HALVINGS = 60


class Pace(NamedTuple):
    """Mean and spread of the amounts of periods of length 1.

    ``spread`` is the standard deviation of one period, None where a single one is known; ``known``
    is how long the known periods are together; ``z`` is how many standard deviations the band is
    wide to each side: by Student's t, as the spread, too, is known from these periods only.
    """

    mean: float
    spread: float | None
    known: float
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


def estimate_pace(
    amounts: Sequence[float], lengths: Iterable[float] | None = None, *, band: float
) -> Pace | None:
    """Estimate the pace from the amounts of periods; None without any.

    The amount of a period is taken to have a mean and a variance that grow with its length, so
    periods of one length give the same forecast whatever this length is.

    Parameters
    ----------
    amounts
        What each period added.
    lengths
        How long each period is, in working days for example; 1 if not given. The amount of a
        period of length 0 counts to the one before it; that of the first, to the one after it.
    band
        The share of outcomes between lowest and highest.
    """
    known: list[tuple[float, float]] = []
    early = 0.0
    for amount, length in zip(amounts, repeat(1.0) if lengths is None else lengths, strict=False):
        if length > 0:
            known.append((amount + early, length))
            early = 0.0
        elif known:
            known[-1] = (known[-1][0] + amount, known[-1][1])
        else:
            early += amount
    if not known:
        return None
    total = math.fsum(length for _, length in known)
    mean = math.fsum(amount for amount, _ in known) / total
    freedom = len(known) - 1
    squares = math.fsum((amount - mean * length) ** 2 / length for amount, length in known)
    spread = math.sqrt(squares / freedom) if freedom else None
    return Pace(mean, spread, total, _find_t_width(band, freedom))


@cache
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
