"""Periods: the days that a name stands for, and two dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import ipywidgets as ipw
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets import PeriodPicker
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.pickers.period_picker import OWN_DATES, PRESETS
from tests.widgets import screen

DAY = timedelta(days=1)
_DAYS = st.dates(date(1980, 1, 1), date(2100, 12, 31))


def set_day(picker: PeriodPicker, label: str, day: date | None) -> None:
    """Put a day into a box, and wait until it is taken."""

    def is_taken() -> bool:
        # It is taken while the lock is held.
        with LOCK:
            return not picker._pause.is_waiting

    screen.control(picker, label).value = day
    screen.until(is_taken)


def picker_on(today: str, value: Any = "This month") -> PeriodPicker:
    return PeriodPicker(value, today=today)


@given(_DAYS)
def test_every_preset_begins_before_it_ends_and_is_of_now_or_before(today: date) -> None:
    for name, days in PRESETS.items():
        first, last = days(today)

        assert first <= last
        assert first <= today
        assert (last < today) == name.startswith("Last ") or last == today
        assert not name.startswith("This ") or first <= today <= last


@given(_DAYS, st.sampled_from(["week", "month", "quarter", "year"]))
def test_the_last_one_ends_on_the_day_before_this_one_begins(today: date, unit: str) -> None:
    before, now = PRESETS[f"Last {unit}"](today), PRESETS[f"This {unit}"](today)

    assert before[1] + DAY == now[0]
    assert PRESETS[f"This {unit}"](before[0]) == before


@given(_DAYS)
def test_periods_agree_with_those_of_pandas(today: date) -> None:
    for name, freq in {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}.items():
        period = pd.Period(pd.Timestamp(today), freq=freq)

        assert PRESETS[f"This {name}"](today) == (
            period.start_time.date(),
            period.end_time.date(),
        )


@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_last_so_many_days_are_so_many_and_end_today(days: int) -> None:
    picker = picker_on("2026-11-02", f"Last {days} days")

    assert picker.end == date(2026, 11, 2)
    assert (picker.end - picker.start).days + 1 == days


@pytest.mark.parametrize(
    "value",
    [
        ("2026-01-05", "2026-01-11"),
        ["2026-01-05", date(2026, 1, 11)],
        (datetime(2026, 1, 5, 23, 59), pd.Timestamp("2026-01-11T10:00Z")),
    ],
)
def test_two_days_can_be_given_in_every_way(value: Any) -> None:
    picker = picker_on("2026-11-02", value)

    assert picker.value == (date(2026, 1, 5), date(2026, 1, 11))
    assert repr(picker) == "PeriodPicker('Own dates', 2026-01-05 to 2026-01-11)"
    assert screen.control(picker, "From").value == date(2026, 1, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        "Next month",
        "2026-01-05",
        None,
        5,
        (),
        ("2026-01-05",),
        ("2026-01-05", None),
        (1, 2),
        ("soon", "later"),
        ("2026-01-11", "2026-01-05"),
        (pd.NaT, pd.NaT),
        ("0202-08-02", "2026-11-02"),
        ("2026-11-02", "2262-01-01"),
        ("1969-12-31", "2026-11-02"),
    ],
)
def test_what_is_no_period_is_refused_and_changes_nothing(wrong: Any) -> None:
    picker = picker_on("2026-11-02")
    before = repr(picker)

    with pytest.raises(InvalidArgument):
        picker.value = wrong

    assert repr(picker) == before


@pytest.mark.parametrize("wrong", ["soon", 5, pd.NaT, "0001-01-01", "9999-12-31"])
def test_a_today_that_is_no_day_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgument):
        PeriodPicker(today=wrong)


def test_today_is_that_of_this_machine_unless_it_is_given() -> None:
    before = date.today()

    picker = PeriodPicker("Last 30 days")

    assert before <= picker.end <= date.today()


def test_choosing_a_preset_shows_its_days_and_is_heard_once() -> None:
    picker = picker_on("2026-11-02")
    heard = screen.choices(picker)

    screen.pick(picker, "Period", "Last quarter")

    assert heard == [(date(2026, 7, 1), date(2026, 9, 30))]
    assert screen.control(picker, "From").value == date(2026, 7, 1)
    assert screen.control(picker, "To").value == date(2026, 9, 30)


def test_choosing_a_day_makes_it_a_period_of_ones_own() -> None:
    picker = picker_on("2026-11-02")
    heard = screen.choices(picker)

    set_day(picker, "From", date(2026, 11, 9))

    assert heard == [(date(2026, 11, 9), date(2026, 11, 30))]
    assert screen.control(picker, "Period").placeholder == OWN_DATES


def test_the_preset_is_a_box_that_takes_letters() -> None:
    picker = picker_on("2026-11-02")

    screen.write(picker, "Period", " last quarter")

    box = screen.control(picker, "Period")
    assert isinstance(box, ipw.Combobox)
    assert (box.value, box.placeholder) == ("", "Last quarter")
    assert repr(picker) == "PeriodPicker('Last quarter', 2026-07-01 to 2026-09-30)"


def test_days_in_the_wrong_order_show_an_error_and_the_period_stays() -> None:
    picker = picker_on("2026-11-02")

    set_day(picker, "From", date(2026, 12, 9))
    said = screen.said(picker)
    set_day(picker, "To", date(2026, 12, 10))

    assert "The last day 2026-11-30 is before the first day 2026-12-09" in said
    assert picker.value == (date(2026, 12, 9), date(2026, 12, 10))
    assert screen.alerts(picker) == []


def test_a_year_that_is_being_typed_is_not_a_period() -> None:
    picker = picker_on("2026-11-02")
    heard = screen.choices(picker)

    for year in (2, 20, 202, 2026):
        screen.control(picker, "From").value = date(year, 8, 2)
    screen.until(lambda: heard)

    assert heard == [(date(2026, 8, 2), date(2026, 11, 30))]


def test_a_day_that_frames_cannot_hold_is_told_and_the_period_stays() -> None:
    picker = picker_on("2026-11-02")
    heard = screen.choices(picker)

    set_day(picker, "From", date(202, 8, 2))

    assert heard == []
    assert screen.alerts(picker) == [
        "2 Aug 202 is not within 1970 to 2199; the period is still 2026-11-01 to 2026-11-30."
    ]


def test_a_value_that_code_sets_wins_over_a_day_that_is_being_typed(
    timers: screen.Timers,
) -> None:
    picker = picker_on("2026-11-02")
    screen.control(picker, "From").value = date(2026, 8, 2)

    picker.value = "This year"
    timers.end()

    assert repr(picker) == "PeriodPicker('This year', 2026-01-01 to 2026-12-31)"


@pytest.mark.parametrize(
    ("label", "state"), [("From", {"year": 2026, "month": 10, "date": 9}), ("Period", "x")]
)
def test_what_is_typed_is_not_applied_while_a_timer_changes_the_boxes(
    label: str, state: Any
) -> None:
    picker = picker_on("2026-11-02")
    box, held = screen.control(picker, label), []
    box.observe(lambda _: held.append(screen.is_lock_held()), "value")

    box.set_state({"value": state})

    assert held == [True]


def test_days_that_are_typed_are_not_taken_after_the_picker_is_closed(
    timers: screen.Timers,
) -> None:
    picker = picker_on("2026-11-02")
    before = picker.value

    screen.control(picker, "From").value = date(2026, 10, 9)
    picker.close()
    timers.end()

    assert picker.value == before


def test_a_preset_in_the_wrong_case_is_refused_with_the_right_one() -> None:
    with pytest.raises(InvalidArgument, match=r"Did you mean 'Last quarter'"):
        PeriodPicker("last quarter")


def test_a_day_that_is_removed_shows_an_error_and_comes_back_with_a_preset() -> None:
    picker = picker_on("2026-11-02")

    set_day(picker, "From", None)
    said, value = screen.said(picker), picker.value
    screen.pick(picker, "Period", "This month")

    assert "A day is missing" in said
    assert picker.value == value
    assert screen.control(picker, "From").value == date(2026, 11, 1)
    assert screen.alerts(picker) == []


def test_setting_the_period_that_it_is_clears_what_was_wrong() -> None:
    picker = picker_on("2026-11-02")
    set_day(picker, "From", None)

    picker.value = "This month"

    assert screen.control(picker, "From").value == date(2026, 11, 1)
    assert screen.control(picker, "Period").placeholder == "This month"
    assert screen.alerts(picker) == []


def test_own_dates_alone_change_nothing() -> None:
    picker = picker_on("2026-11-02")
    heard = screen.choices(picker)

    screen.pick(picker, "Period", OWN_DATES)

    assert heard == []
    assert repr(picker) == "PeriodPicker('Own dates', 2026-11-01 to 2026-11-30)"


def test_a_period_that_does_not_exist_is_told_and_can_be_corrected() -> None:
    picker = picker_on("2026-11-02")
    before = picker.value

    screen.write(picker, "Period", "Last wek")
    told, kept = screen.alerts(picker), screen.control(picker, "Period").value
    screen.write(picker, "Period", "Last week")

    assert told == ["No period is called “Last wek”. 1 begins with “last we”: Last week."]
    assert kept == "Last wek"
    assert picker.value == (date(2026, 10, 26), date(2026, 11, 1)) != before
    assert screen.alerts(picker) == []


def test_a_period_is_an_argument_of_interact() -> None:
    seen: list[Any] = []
    picker = picker_on("2026-11-02")

    ipw.interactive(lambda days: seen.append(days), days=picker)
    screen.pick(picker, "Period", "This year")

    assert seen == [
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ]


def test_a_preset_is_of_the_day_on_which_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(date):
        @classmethod
        def today(cls) -> date:
            return date(2031, 5, 7)

    picker = PeriodPicker("This year")
    monkeypatch.setattr("asana_frames.widgets.pickers.period_picker.date", Later)

    picker.value = "This month"

    assert (picker.start, picker.end) == (date(2031, 5, 1), date(2031, 5, 31))
