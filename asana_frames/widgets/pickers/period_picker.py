"""Pick a period: a preset such as "This month", or two dates."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import ipywidgets as ipw
import traitlets

from asana_frames._arguments import check_text
from asana_frames.display.sentences import format_day
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.types import When
from asana_frames.widgets.background import LOCK, Debouncer
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.notes import show_message
from asana_frames.widgets.pickers.choice import PAUSE
from asana_frames.widgets.pickers.choice_box import ChoiceBox, make_day_box
from asana_frames.widgets.saved_box import SavedBox

#: First day and last day, both inclusive.
Days = tuple[date, date]
OWN_DATES = "Own dates"
#: Timestamps of frames reach from 1677 to 2262, and a period is compared with the one before it.
#: A year that is being typed, such as 202, lies outside.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


def _get_month_days(day: date, back: int) -> Days:
    """Return the first and last day of the month ``back`` months before a day."""
    months = day.year * 12 + day.month - 1 - back
    year, month = months // 12, months % 12 + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _get_quarter_days(day: date, back: int) -> Days:
    into = (day.month - 1) % 3 + 3 * back
    return _get_month_days(day, into)[0], _get_month_days(day, into - 2)[1]


def _get_week_days(day: date, back: int) -> Days:
    monday = day - timedelta(days=day.weekday() + 7 * back)
    return monday, monday + timedelta(days=6)


def _get_year_days(day: date, back: int) -> Days:
    return date(day.year - back, 1, 1), date(day.year - back, 12, 31)


#: Name of a preset -> function that returns its days for today. Weeks begin on Monday.
PRESETS: dict[str, Callable[[date], Days]] = {
    "This week": lambda day: _get_week_days(day, 0),
    "Last week": lambda day: _get_week_days(day, 1),
    "This month": lambda day: _get_month_days(day, 0),
    "Last month": lambda day: _get_month_days(day, 1),
    "This quarter": lambda day: _get_quarter_days(day, 0),
    "Last quarter": lambda day: _get_quarter_days(day, 1),
    "This year": lambda day: _get_year_days(day, 0),
    "Last year": lambda day: _get_year_days(day, 1),
    "Last 30 days": lambda day: (day - timedelta(days=29), day),
    "Last 90 days": lambda day: (day - timedelta(days=89), day),
    "Last 365 days": lambda day: (day - timedelta(days=364), day),
}


class PeriodPicker(SavedBox, ipw.ValueWidget):
    """Pick a period of days; no request is made.

    Parameters
    ----------
    value
        The initial period: the name of a preset ("This month"), or the first and the last day.
    today
        The current day; by default that of the system clock.
    label
        Label of the box with the presets.

    Attributes
    ----------
    value : tuple of date
        First day and last day, both inclusive, within 1970 to 2199.

    Raises
    ------
    InvalidArgument
        The preset is unknown, a day is not valid or not within 1970 to 2199, or the last day is
        before the first.

    Examples
    --------
    >>> picker = PeriodPicker("Last quarter", today="2026-02-03")
    >>> picker
    PeriodPicker('Last quarter', 2025-10-01 to 2025-12-31)
    >>> picker.value = ("2026-01-05", "2026-01-11")
    >>> picker.start, picker.end
    (datetime.date(2026, 1, 5), datetime.date(2026, 1, 11))
    """

    value: Any = traitlets.TraitType(None, help="First day and last day.")

    def __init__(
        self,
        value: str | tuple[When, When] = "This month",
        *,
        today: When | None = None,
        label: str = "Period",
    ) -> None:
        check_text(label, name="label", like="Period")
        self._today = None if today is None else _parse_today(today)
        self._is_updating = False
        #: Waits until no key has been pressed for a while.
        self._pause = Debouncer(self, self._take_days, PAUSE)
        self._preset = ChoiceBox(label, [*PRESETS, OWN_DATES], noun="period")
        self._first = make_day_box("From")
        self._last = make_day_box("To")
        self._note = ipw.HTML(layout=ipw.Layout(display="none"))
        super().__init__([self._preset, self._first, self._last, self._note])
        self._preset.observe(self._handle_preset, "chosen")
        for box in (self._first, self._last):
            box.observe(self._handle_day, "value")
        self.observe(self.update_saved, "value")
        with close_on_error(self):
            self.value = value

    def __repr__(self) -> str:
        return f"PeriodPicker({self._preset.chosen!r}, {self.start} to {self.end})"

    @property
    def start(self) -> date:
        """The first day."""
        first: date = self.value[0]
        return first

    @property
    def end(self) -> date:
        """The last day."""
        last: date = self.value[1]
        return last

    @traitlets.validate("value")
    def _parse_value(self, proposal: Any) -> Days:
        value = proposal["value"]
        # Computed now, because a notebook may stay open for days.
        preset, days = (
            (value, _compute_preset(value, self._today or date.today()))
            if isinstance(value, str)
            else (OWN_DATES, _parse_days(value))
        )
        problem = _find_problem(*days)
        if problem:
            raise InvalidArgument(f"{problem}.")
        self._pause.cancel()
        self._show_preset(preset)
        return self._show_days(days)

    def _show_days(self, days: Days) -> Days:
        """Show the days, even if they are unchanged, because a box may be empty."""
        self._is_updating = True
        self._first.value, self._last.value = days
        self._is_updating = False
        self._show_note("")
        return days

    def _show_preset(self, preset: str) -> None:
        self._is_updating = True
        self._preset.chosen = preset
        self._is_updating = False

    def _show_note(self, text: str) -> None:
        show_message(self._note, text, is_error=True)

    def _handle_preset(self, change: Any) -> None:
        if not self._is_updating and change["new"] != OWN_DATES:
            self.value = change["new"]

    def _handle_day(self, _: Any) -> None:
        """Take the days when no more keys are pressed: each key of a date makes a day."""
        with LOCK:
            if not self._is_updating:
                self._pause.start()

    def _take_days(self) -> None:
        """Take the days in the boxes, or say why they are not a period."""
        self._show_preset(OWN_DATES)
        first, last = self._first.value, self._last.value
        is_missing = first is None or last is None
        problem = "A day is missing" if is_missing else _find_problem(first, last)
        if problem:
            self._show_note(f"{problem}; the period is still {self.start} to {self.end}.")
        else:
            self.value = (first, last)


def _compute_preset(name: str, today: date) -> Days:
    """Return the days that the name of a preset stands for."""
    check_preset(name, f"{name!r} is not a valid period; use two dates or")
    return PRESETS[name](today)


def check_preset(name: str, problem: str) -> None:
    """Raise an error that begins with a problem unless a period has this name.

    Raises
    ------
    InvalidArgument
        The message lists the names that there are.
    """
    if name not in PRESETS:
        raise InvalidArgument(
            f"{problem} one of: {', '.join(PRESETS)}.{suggest_names(name, PRESETS)}"
        )


def _parse_days(value: Any) -> Days:
    try:
        first, last = (_parse_day(day) for day in value)
    except (TypeError, ValueError) as cause:
        raise InvalidArgument(
            f"A period must be a first and a last day, got {value!r}."
        ) from cause
    return first, last


def _find_problem(first: date, last: date) -> str:
    """Return why two days are not a period; nothing if they are."""
    outside = [day for day in (first, last) if not _FIRST_DAY <= day <= _LAST_DAY]
    if outside:
        return f"{format_day(outside[0])} is not within {_FIRST_DAY.year} to {_LAST_DAY.year}"
    return f"The last day {last} is before the first day {first}" if last < first else ""


def _parse_today(today: When) -> date:
    day = _parse_day(today)
    problem = _find_problem(day, day)
    if problem:
        raise InvalidArgument(f"{problem}; got today={today!r}.")
    return day


def _parse_day(day: When) -> date:
    """Parse a day; of a datetime, take its date."""
    try:
        # Also for a datetime and a Timestamp, which are subclasses of date.
        return (
            date.fromisoformat(day) if isinstance(day, str) else date(day.year, day.month, day.day)
        )
    except (AttributeError, TypeError, ValueError) as cause:
        raise InvalidArgument(
            f"{day!r} is not a valid day; use a date or '2026-01-31'."
        ) from cause
