"""How a sum goes on that has grown by some amount in each period."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance
from typing import NamedTuple


class Pace(NamedTuple):
    """What periods added on average, and how much they differed.

    ``spread`` is the standard deviation of one period, None where a single one is known; ``known``
    is how many periods are known; ``z`` is how many standard deviations the band is wide.
    """

    mean: float
    spread: float | None
    known: int
    z: float

    def after(self, periods: float) -> tuple[float, float | None, float | None]:
        """Return what so many periods (a part of one, too) add: expected, lowest, highest.

        The bounds are those of a prediction of the sum of further periods that are drawn like the
        known ones, independent and normal, with the mean itself known from ``known`` of them only:
        its variance is ``spread² * (periods + periods² / known)``.
        """
        expected = self.mean * periods
        if self.spread is None:
            return expected, None, None
        width = self.z * self.spread * math.sqrt(periods + periods**2 / self.known)
        return expected, expected - width, expected + width

    def until(self, amount: float) -> tuple[float | None, float | None, float | None]:
        """Return after how many periods ``amount`` is reached: expected, earliest, latest.

        None where it never is.
        """
        expected = amount / self.mean if self.mean > 0 else None
        if self.spread is None:
            return expected, None, None
        # (amount - mean k)² = (z spread)² (k + k² / known), solved for k.
        noise = (self.z * self.spread) ** 2
        square = self.mean**2 - noise / self.known
        linear = 2 * amount * self.mean + noise
        root = math.sqrt(max(linear**2 - 4 * square * amount**2, 0.0))
        # Written so that no close numbers are subtracted; good for square = 0, too.
        earliest = 2 * amount**2 / (linear + root) if linear + root > 0 else None
        latest = (linear + root) / (2 * square) if square > 0 and self.mean > 0 else None
        return expected, earliest, latest


def pace_of(amounts: Sequence[float], *, band: float) -> Pace | None:
    """Return the pace of periods, None without any.

    Parameters
    ----------
    amounts
        What each period added.
    band
        The share of outcomes that shall lie between lowest and highest.
    """
    if not amounts:
        return None
    spread = math.sqrt(variance(amounts)) if len(amounts) > 1 else None
    z = NormalDist().inv_cdf((1 + band) / 2)
    return Pace(fmean(amounts), spread, len(amounts), z)
