"""Days and periods on an axis: their length, positions and labels."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from asana_frames.charts.shared.axes import axes_width, font_scale, font_size
from asana_frames.charts.shared.columns import Numbers
from asana_frames.display.sentences import format_day
from asana_frames.rollups.shared.periods import (
    MONTHS,
    WEEKDAYS,
    Every,
    list_periods,
    shift_periods,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator
    from numpy.typing import NDArray

Days: TypeAlias = "NDArray[np.datetime64]"


class Step(NamedTuple):
    """The distance from the first day of a period to the first day of the next."""

    label: str
    every: str
    #: The shortest such period.
    days: float


#: The longest first.
_STEPS = (
    Step("Year", "YS", 365),
    *(Step(f"Year from {month.title()}", f"YS-{month}", 365) for month in MONTHS[1:]),
    *(Step("Quarter", f"QS-{month}", 90) for month in MONTHS[:3]),
    Step("Month", "MS", 28),
    Step("Four weeks (first day)", "4W", 28),
    Step("Half month (first day)", "SMS-16", 13),
    *(Step("Week (first day)", f"W-{day}", 7) for day in WEEKDAYS),
    Step("Day", "D", 1),
)
#: Steps that even a single day tells.
_USUAL = ("YS", "QS-JAN", "MS", "W-MON", "D")
#: What stands at the end of a date axis, from years to seconds, where its labels do not tell it.
_OFFSETS = ["", "%Y", "%b %Y", *["%d %b %Y"] * 3]
#: The most periods that have a label each.
FEW = 26
#: With more days than these, about two years, weeks are suggested.
_MOST_DAYS = 740
#: The number of date labels that fit axes of usual width.
_USUAL_LABELS = 7


def unique_days(periods: pd.Series) -> Days:
    """Return the distinct days of a column in order, missing ones left out."""
    return np.unique(periods.dropna().to_numpy("datetime64[D]"))


def find_step(days: Days, every: object = None) -> Step:
    """Return the longest step that all days fall on; days between them may be missing.

    A single day is taken for a year, quarter, month, week from Monday or day. ``every``, where
    known, wins if all days are starts of such periods.
    """
    told = read_step(every)
    if told is not None and (shift_periods(days, told.every, 0) == days).all():
        return told
    known = [step for step in _STEPS if len(days) > 1 or step.every in _USUAL]
    return next(step for step in known if (shift_periods(days, step.every, 0) == days).all())


def read_step(every: object) -> Step | None:
    """Return the step of a period as in ``rollups.hours``; None if it is none."""
    if not isinstance(every, str) or every not in get_args(Every):
        return None
    name = {"W": "W-MON", "QS": "QS-JAN", "YS-JAN": "YS"}.get(every, every)
    if name.startswith("QS-"):
        # Quarters from April begin on the same days as those from January.
        name = f"QS-{MONTHS[MONTHS.index(name[3:]) % 3]}"
    return next(step for step in _STEPS if step.every == name)


def name_period(step: Step) -> str:
    """Return the word for a period, to be read after "per".

    Examples
    --------
    >>> name_period(find_step(np.array(["2026-11-02", "2026-11-09"], "datetime64[D]")))
    'week'
    """
    return step.label.removesuffix(" (first day)").lower()


def describe_period(day: Any, step: Step) -> str:
    """Return which period begins on a day; a day is named alone.

    Examples
    --------
    >>> day = pd.Timestamp("2026-11-02")
    >>> describe_period(day, read_step("W")), describe_period(day, read_step("D"))
    ('the week from 2 Nov 2026', '2 Nov 2026')
    """
    named = format_day(pd.Timestamp(day))
    return named if step.every == "D" else f"the {name_period(step)} from {named}"


def say_when(day: Any, step: Step) -> str:
    """Return "in the week from ...", or "on ..." for a day."""
    return f"{'on' if step.every == 'D' else 'in'} {describe_period(day, step)}"


def suggest_weeks(days: Days, step: Step, most: int = _MOST_DAYS) -> str:
    """Return a note for more than ``most`` days that weeks would show more, or an empty text."""
    is_long = step.every == "D" and len(days) > most
    return "day by day; every='W' gives weeks, which show more" if is_long else ""


def fill_periods(days: Days, step: Step) -> Days:
    """Return the first day of every period from the first to the last, gaps filled."""
    periods = list_periods(pd.Timestamp(days[0]), pd.Timestamp(days[-1]), step.every)
    return periods.to_numpy().astype("datetime64[D]")


def period_ends(days: Days, step: Step) -> Days:
    """Return the first day after each period."""
    return shift_periods(days, step.every, 1)


def day_positions(days: Days) -> Numbers:
    """Return the positions of days on a date axis."""
    return np.asarray(_matplotlib_dates().date2num(days), dtype="float64")


def day_position(day: pd.Timestamp) -> float:
    """Return the position of a day on a date axis."""
    return float(day_positions(np.array([day.to_datetime64()]))[0])


def period_edges(days: Days, step: Step) -> Numbers:
    """Return the borders between periods that are centred on their first days."""
    centres = day_positions(days)
    between = (centres[1:] + centres[:-1]) / 2
    half = step.days / 2
    return np.concatenate([[centres[0] - half], between, [centres[-1] + half]])


def label_period_axis(ax: Axes, days: Days, step: Step) -> None:
    """Label each period by its first day, or round dates if there are many periods."""
    from matplotlib import ticker

    most = max(int(axes_width(ax) * 1.6 / font_scale()), 3)
    label = step.label if len(days) > 1 else "Period (first day)"
    # Only these begin on days that differ from month to month.
    has_days = step.label.endswith("(first day)")
    if len(days) > (FEW if has_days else most):
        label_date_axis(ax, label)
        return
    shown = days[:: ceil(len(days) / most)]
    locator = ticker.FixedLocator(list(day_positions(shown)))
    years = list(dict.fromkeys(str(day)[:4] for day in (days[0], days[-1])))
    # The formatter writes the month only at the first of a month, which is seldom a Monday, and
    # only the last of two years, unless one begins in January.
    has_years = len(years) == 1 or any(str(day)[5:7] == "01" for day in shown)
    if len(days) > 1 and not has_days and has_years:
        _set_concise_dates(ax, locator, label)
        return
    formats = ["%d %b"] * 6 if has_days or len(days) == 1 else ["%b %Y"] * 6
    options = {"formats": formats, "zero_formats": formats, "show_offset": False}
    told = f"{label}, {' to '.join(years)}" if formats[0].startswith("%d") else label
    _set_concise_dates(ax, locator, told, **options)


def label_date_axis(ax: Axes, label: str = "") -> None:
    """Label the axis with round dates."""
    from asana_frames.charts.shared.locators import RoundDateLocator

    most = max(int(axes_width(ax) * 1.6), 5)
    # Spans between months and years have two round dates.
    least = 2 if most < _USUAL_LABELS else 3
    locator = RoundDateLocator(least=least, most=most)
    _set_concise_dates(ax, locator, label, offset_formats=_OFFSETS)


def _set_concise_dates(ax: Axes, locator: Locator, label: str, **options: Any) -> None:
    from asana_frames.charts.shared.locators import RoundDateFormatter

    # Labels of one format are right for a single date, too.
    is_one = "formats" in options
    formatter: Any = _matplotlib_dates().ConciseDateFormatter if is_one else RoundDateFormatter
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(formatter(locator, **options))
    ax.xaxis.get_offset_text().set_fontsize(font_size(ax))
    ax.set_xlabel(label, fontsize=font_size(ax) + 1)


def _matplotlib_dates() -> Any:
    """Import ``matplotlib.dates``, which has no types."""
    from matplotlib import dates

    return dates
