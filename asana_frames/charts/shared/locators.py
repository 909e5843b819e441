"""Tick locators that fit the length of the axis, and their labels.

It imports matplotlib, so import it within functions.
"""

from __future__ import annotations

from typing import Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date
from matplotlib.ticker import Locator, MaxNLocator

#: Some spans have no fewer round dates.
_FEWEST_DATES = 3
#: Most ticks of bars in a part of axes.
_MOST_COUNTS = 4


class RoundDateLocator(AutoDateLocator):
    """Round dates, at most so many, and fewer where the axis is short."""

    def __init__(self, *, least: int, most: int) -> None:
        super().__init__(minticks=least, maxticks=most)  # type: ignore[no-untyped-call]
        self._least, self._most = least, most

    def get_locator(self, dmin: Any, dmax: Any) -> Any:
        """Return the locator of the dates between two days."""
        axis: Any = self.axis
        most = max(_FEWEST_DATES, min(self._most, axis.get_tick_space()))
        self.maxticks = dict.fromkeys(self.maxticks, most)
        # For spans between months and years there may be a single year, and no few months.
        self.minticks = self._least if most >= self._most else 1
        return super().get_locator(dmin, dmax)  # type: ignore[no-untyped-call]


class RoundDateFormatter(ConciseDateFormatter):
    """Labels of round dates; a date that is the only one tells its month and year."""

    _is_only = False

    def format_ticks(self, values: Any) -> list[str]:
        """Return a label per date."""
        axis: Any = self.axis
        labels: list[str] = super().format_ticks(values)  # type: ignore[no-untyped-call]
        low, high = sorted(axis.get_view_interval())
        seen = [at for at, value in enumerate(values) if low <= value <= high]
        if len(seen) == 1:
            day = num2date(values[seen[0]])  # type: ignore[no-untyped-call]
            labels[seen[0]] = f"{day:%b %Y}" if day.day == 1 else f"{day.day} {day:%b %Y}"
        self._is_only = len(seen) == 1
        return labels

    def get_offset(self) -> str:
        """Return the offset text; empty if the only label has month and year."""
        return "" if self._is_only else str(super().get_offset())  # type: ignore[no-untyped-call]


class PartLocator(Locator):
    """Integer ticks between two limits, for bars in part of a vertical axis."""

    def __init__(self, low: float, high: float, share: float) -> None:
        self._low, self._high, self._share = low, high, share

    def __call__(self) -> Any:
        """Return the places of the ticks."""
        axis: Any = self.axis
        most = max(1, min(_MOST_COUNTS, int(self._share * axis.get_tick_space())))
        ticks = MaxNLocator(most, integer=True).tick_values(self._low, self._high)
        return [tick for tick in ticks if self._low <= tick <= self._high]
