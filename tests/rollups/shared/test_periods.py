"""Which period a day lies in."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

import asana_frames as af
from asana_frames.rollups.shared.periods import (
    MONTHS,
    WEEKDAYS,
    Every,
    check_days,
    check_every,
    list_periods,
    mean_days,
    parse_day,
    period_end,
    period_start,
    period_starts,
    shift_periods,
)

WEEKS = [f"W-{day}" for day in WEEKDAYS]
FISCAL = [f"{length}-{month}" for length in ("QS", "YS") for month in MONTHS]
ALL = ["D", "W", *WEEKS, "MS", "QS", "YS", *FISCAL]
#: Periods that pandas has no ``Period`` for.
OTHERS = ["4W", "SMS-16"]
#: Our periods are named by the day on which they begin, those of pandas by the one they end on.
OF_PANDAS = {
    **{f"W-{day}": f"W-{WEEKDAYS[number - 1]}" for number, day in enumerate(WEEKDAYS)},
    **{"W": "W-SUN", "D": "D", "MS": "M", "QS": "Q", "YS": "Y"},
    **{f"QS-{month}": f"Q-{MONTHS[number - 1]}" for number, month in enumerate(MONTHS)},
    **{f"YS-{month}": f"Y-{MONTHS[number - 1]}" for number, month in enumerate(MONTHS)},
}
#: Offsets of pandas that step from the first day of our period to the next.
OF_OFFSETS = {"W": "W-MON", "SMS-16": "SMS-16"}
#: Centuries around 1970, from which days are counted.
a_day = st.dates(dt.date(1801, 1, 1), dt.date(2199, 12, 31))


def days_of(days: list[dt.date | None]) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(days, dtype=object)).astype("datetime64[us]"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL), st.lists(st.none() | a_day, max_size=20))
def test_the_first_day_is_that_of_the_period_of_pandas(
    every: str, drawn: list[dt.date | None]
) -> None:
    days = days_of(drawn)

    found = period_starts(days, every)

    expected = days.dt.to_period(OF_PANDAS[every]).dt.start_time.astype("datetime64[us]")
    assert_series_equal(found, expected)


def test_the_periods_with_a_type_are_those_that_are_known() -> None:
    assert set(get_args(Every)) == {*ALL, *OTHERS}
    for every in get_args(Every):
        check_every(every)


@pytest.mark.parametrize("every", [*ALL, "SMS-16"])
def test_an_offset_of_pandas_steps_from_one_first_day_to_the_next(every: str) -> None:
    offset = pd.tseries.frequencies.to_offset(OF_OFFSETS.get(every, every))
    begin, end = pd.Timestamp("1969-07-01"), pd.Timestamp("2031-02-01")

    found = list_periods(begin, end, every)

    expected = pd.date_range(found[0], end, freq=offset).as_unit("us")
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("every", ["W", *WEEKS, "MS", "QS", *FISCAL])
def test_sums_are_those_of_resample_with_the_left_side_closed(every: str) -> None:
    days = pd.date_range("2023-12-20", periods=800, unit="us")
    amounts = pd.Series(range(800), index=days)

    found = amounts.groupby(period_starts(pd.Series(days), every).to_numpy()).sum()

    frequency = OF_OFFSETS.get(every, every)
    expected = amounts.resample(frequency, closed="left", label="left").sum()
    assert found.tolist() == expected.tolist()
    assert found.index.tolist() == expected.index.tolist()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.none() | a_day, max_size=20))
def test_half_months_begin_on_the_1st_and_the_16th(drawn: list[dt.date | None]) -> None:
    found = period_starts(days_of(drawn), "SMS-16")

    expected = [day and day.replace(day=1 if day.day < 16 else 16) for day in drawn]
    assert_series_equal(found, days_of(expected))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.none() | a_day, max_size=20))
def test_four_weeks_are_counted_from_the_monday_after_new_year_1970(
    drawn: list[dt.date | None],
) -> None:
    found = period_starts(days_of(drawn), "4W")

    monday = dt.date(1970, 1, 5)
    expected = [day and day - dt.timedelta(days=(day - monday).days % 28) for day in drawn]
    assert_series_equal(found, days_of(expected))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*ALL, *OTHERS]), st.none() | a_day, st.integers(-60, 60))
def test_a_step_forth_and_one_back_end_where_they_began(
    every: str, day: dt.date | None, count: int
) -> None:
    at = np.array([day], dtype="datetime64[D]")

    first = shift_periods(at, every, 0)
    there = shift_periods(at, every, count)

    np.testing.assert_array_equal(shift_periods(there, every, -count), first)
    if day is not None and count > 0:
        between = list_periods(pd.Timestamp(first[0]), pd.Timestamp(there[0]), every)
        assert len(between) == count + 1


@pytest.mark.parametrize(
    ("every", "day", "first", "last"),
    [
        # 29 February 2024 was a Thursday; 1900 had none, 2000 had one.
        ("W-MON", "2024-02-29", "2024-02-26", "2024-03-03"),
        ("W-SUN", "2024-02-29", "2024-02-25", "2024-03-02"),
        ("W-THU", "2024-02-29", "2024-02-29", "2024-03-06"),
        ("W-FRI", "2024-02-29", "2024-02-23", "2024-02-29"),
        ("MS", "2024-02-29", "2024-02-01", "2024-02-29"),
        ("MS", "2000-02-10", "2000-02-01", "2000-02-29"),
        ("MS", "1900-02-10", "1900-02-01", "1900-02-28"),
        ("QS", "2024-02-29", "2024-01-01", "2024-03-31"),
        ("QS", "2025-12-31", "2025-10-01", "2025-12-31"),
        ("YS", "2024-02-29", "2024-01-01", "2024-12-31"),
        # 31 December 1969, the day before day 0, was a Wednesday.
        ("W-MON", "1969-12-31", "1969-12-29", "1970-01-04"),
        ("MS", "1969-12-31", "1969-12-01", "1969-12-31"),
        ("QS", "1969-11-15", "1969-10-01", "1969-12-31"),
        ("YS", "1969-12-31", "1969-01-01", "1969-12-31"),
        ("D", "1969-12-31", "1969-12-31", "1969-12-31"),
        # The year before the one that is called 2024/25; 29 February is in its third quarter.
        ("YS-JUL", "2024-06-30", "2023-07-01", "2024-06-30"),
        ("YS-JUL", "2024-07-01", "2024-07-01", "2025-06-30"),
        ("YS-JUL", "1969-12-31", "1969-07-01", "1970-06-30"),
        ("QS-FEB", "2024-01-31", "2023-11-01", "2024-01-31"),
        ("QS-FEB", "2024-02-29", "2024-02-01", "2024-04-30"),
        # Of quarters from April one begins in January, too.
        ("QS-APR", "2024-02-29", "2024-01-01", "2024-03-31"),
        ("SMS-16", "2024-02-15", "2024-02-01", "2024-02-15"),
        ("SMS-16", "2024-02-16", "2024-02-16", "2024-02-29"),
        ("SMS-16", "2024-01-31", "2024-01-16", "2024-01-31"),
        ("SMS-16", "1969-12-31", "1969-12-16", "1969-12-31"),
        # 734 times four weeks after 5 January 1970.
        ("4W", "2026-04-12", "2026-03-16", "2026-04-12"),
        ("4W", "2026-04-13", "2026-04-13", "2026-05-10"),
        ("4W", "1970-01-04", "1969-12-08", "1970-01-04"),
    ],
)
def test_a_period_begins_and_ends_as_the_calendar_says(
    every: str, day: str, first: str, last: str
) -> None:
    begin = period_start(pd.Timestamp(day), every)

    assert begin == pd.Timestamp(first)
    assert period_end(begin, every) == pd.Timestamp(last)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*ALL, *OTHERS]), a_day, st.integers(0, 400))
def test_periods_follow_each_other_without_a_gap(every: str, start: dt.date, days: int) -> None:
    begin, end = pd.Timestamp(start), pd.Timestamp(start) + pd.Timedelta(days=days)

    periods = list_periods(begin, end, every)

    assert periods[0] <= begin <= period_end(periods[0], every)
    assert periods[-1] <= end <= period_end(periods[-1], every)
    for before, after in pairwise(periods):
        assert period_end(before, every) + pd.Timedelta(days=1) == after


@pytest.mark.parametrize("moment", ["1969-12-31 23:59", "2026-03-02 00:01", "1899-12-31 12:00"])
def test_a_time_of_day_moves_no_day(moment: str) -> None:
    days = pd.Series([pd.Timestamp(moment)])

    assert period_starts(days, "D").tolist() == [pd.Timestamp(moment).normalize()]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_days_of_any_unit_give_days_of_one(unit: str) -> None:
    days = pd.Series(pd.to_datetime(["2026-03-04", None])).astype(f"datetime64[{unit}]")

    found = period_starts(days, "W")

    assert str(found.dtype) == "datetime64[us]"
    assert found.dropna().tolist() == [pd.Timestamp("2026-03-02")]


def test_the_name_and_the_labels_stay() -> None:
    days = pd.Series(pd.to_datetime(["2026-03-04", "2026-03-05"]), index=[5, 5], name="entered_on")

    found = period_starts(days, "MS")

    assert found.index.tolist() == [5, 5]
    assert found.name == "entered_on"


def test_in_the_long_run_periods_are_as_long_as_400_years_make_them() -> None:
    # 400 years of the calendar: 146,097 days, 4,800 months, 1,600 quarters.
    assert mean_days("MS") == pytest.approx(146_097 / 4_800)
    assert mean_days("QS") == pytest.approx(146_097 / 1_600)
    assert mean_days("YS") == pytest.approx(146_097 / 400)
    assert (mean_days("W-SUN"), mean_days("D"), mean_days("4W")) == (7, 1, 28)
    assert mean_days("SMS-16") == pytest.approx(146_097 / 9_600)
    assert mean_days("YS-JUL") == mean_days("YS")
    assert mean_days("QS-FEB") == mean_days("QS")


@pytest.mark.parametrize(
    "every",
    [
        *["M", "w", "W-", "MON", "ME", "2W", "", None, 7],
        *["Q-APR", "QS-FOO", "YS-FOO", "YS-", "ys-jul", "MS-JUL", "SMS", "SMS-15", ["W"]],
    ],
)
def test_a_period_that_is_none_is_refused_with_those_that_are(every: object) -> None:
    with pytest.raises(af.InvalidArgument, match=r"every=.*'W-SUN'.*'QS'.*'YS-JUL'"):
        check_every(every)


def test_text_and_moments_of_a_zone_are_no_days() -> None:
    text = pd.Series(["2026-03-02"], name="entered_on")
    zoned = pd.Series(pd.to_datetime(["2026-03-02"], utc=True), name="entered_on")

    with pytest.raises(af.InvalidArgument, match=r"rollups\.hours.*entered_on.*pd\.to_datetime"):
        check_days(text, what="rollups.hours")
    with pytest.raises(af.InvalidArgument, match=r"entered_on.*tz_localize"):
        check_days(zoned, what="rollups.hours")


@pytest.mark.parametrize(
    "day",
    [
        "soon",
        "",
        None,
        pd.NaT,
        20260302,
        1.5,
        [1],
        pd.Timestamp("2026-03-02", tz="UTC"),
        "9999999",
    ],
)
def test_what_names_no_day_is_refused_by_the_name_of_the_argument(day: object) -> None:
    with pytest.raises(af.InvalidArgument, match="start="):
        parse_day(day, name="start")


@pytest.mark.parametrize(
    "day", ["2026-03-02", "2026-03-02T18:00", dt.date(2026, 3, 2), dt.datetime(2026, 3, 2, 23)]
)
def test_text_dates_and_moments_name_a_day(day: object) -> None:
    assert parse_day(day, name="start") == pd.Timestamp("2026-03-02")
