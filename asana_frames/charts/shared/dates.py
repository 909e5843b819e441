"""Periods on an axis: how long they are, where they lie, how their days are written."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import font_size, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator
    from numpy.typing import NDArray

Days: TypeAlias = "NDArray[np.datetime64]"
Numbers: TypeAlias = "NDArray[np.float64]"


class Step(NamedTuple):
    """From the first day of a period to the first day of the next."""

    word: str
    unit: str
    size: int
    #: The shortest such period.
    days: float


_YEAR = Step("Year", "M", 12, 365)
_QUARTER = Step("Quarter", "M", 3, 90)
_MONTH = Step("Month", "M", 1, 28)
_WEEK = Step("Week (first day)", "D", 7, 7)
_DAY = Step("Day", "D", 1, 1)
#: Periods up to which each can have its own label.
FEW = 26
#: Labels of dates for which there is room in axes that are not small.
_ROOMY = 7


def days_of(periods: pd.Series) -> Days:
    """Return the different days among first days of periods, in order, none missing."""
    return np.unique(periods.dropna().to_numpy("datetime64[D]"))


def step_of(days: Days) -> Step:
    """Return the longest step that all the days are on: they may be few of many."""
    months = days.astype("datetime64[M]")
    if not (days == months.astype(days.dtype)).all():
        # Day 0 of the count was a Thursday.
        return _WEEK if ((days.astype("int64") + 3) % 7 == 0).all() else _DAY
    number = months.astype("int64")
    return next(step for step in (_YEAR, _QUARTER, _MONTH) if not (number % step.size).any())


def filled(days: Days, step: Step) -> Days:
    """Return the first day of each period from the first to the last."""
    starts = days.astype(f"datetime64[{step.unit}]")
    return np.arange(starts[0], starts[-1] + 1, step.size).astype("datetime64[D]")


def ends_of(days: Days, step: Step) -> Days:
    """Return the first day after each period."""
    return (days.astype(f"datetime64[{step.unit}]") + step.size).astype("datetime64[D]")


def places_of(days: Days) -> Numbers:
    """Return where days are on an axis of dates."""
    return np.asarray(_dates().date2num(days), dtype="float64")


def place_of(day: pd.Timestamp) -> float:
    """Return where a day is on an axis of dates."""
    return float(places_of(np.array([day.to_datetime64()]))[0])


def edges_of(days: Days, step: Step) -> Numbers:
    """Return where the periods part on an axis on which each lies around its first day."""
    centres = places_of(days)
    between = (centres[1:] + centres[:-1]) / 2
    half = step.days / 2
    return np.concatenate([[centres[0] - half], between, [centres[-1] + half]])


def period_axis(ax: Axes, days: Days, step: Step) -> None:
    """Label the axis by first days of periods: each while they are few, else round dates."""
    from matplotlib import ticker

    most = max(int(width_of(ax) * 1.6), 3)
    words = step.word if len(days) > 1 else "Period (first day)"
    if len(days) > (FEW if step is _WEEK else most):
        date_axis(ax, words)
        return
    locator = ticker.FixedLocator(list(places_of(days[:: ceil(len(days) / most)])))
    # Mondays seldom are the first of a month, which is where the formatter would tell the month;
    # and of two years it would tell the last.
    if len(days) > 1 and step is not _WEEK:
        _concise(ax, locator, words)
        return
    years = " to ".join(dict.fromkeys(str(day)[:4] for day in (days[0], days[-1])))
    everywhere = ["%d %b"] * 6
    written = {"formats": everywhere, "zero_formats": everywhere, "show_offset": False}
    _concise(ax, locator, f"{words}, {years}", **written)


def date_axis(ax: Axes, words: str = "") -> None:
    """Label the axis by round dates."""
    most = max(int(width_of(ax) * 1.6), 5)
    # Between months and years the locator finds nothing unless it may stop at two.
    least = 2 if most < _ROOMY else 3
    _concise(ax, _dates().AutoDateLocator(minticks=least, maxticks=most), words)


def _concise(ax: Axes, locator: Locator, words: str, **written: Any) -> None:
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(_dates().ConciseDateFormatter(locator, **written))
    ax.xaxis.get_offset_text().set_fontsize(font_size(ax))
    ax.set_xlabel(words, fontsize=font_size(ax) + 1)


def _dates() -> Any:
    """Return matplotlib's dates, which have no types."""
    from matplotlib import dates

    return dates


def in_words(day: pd.Timestamp) -> str:
    """Return a day as it is written.

    Examples
    --------
    >>> in_words(pd.Timestamp("2026-11-02"))
    '2 Nov 2026'
    """
    return f"{day.day} {day:%b} {day.year}"
