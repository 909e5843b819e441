"""Moments, the present, and days in time zones."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.shared.moments import (
    ends_of_days,
    local_days,
    parse_moment,
    parse_moments,
    resolve_today,
)

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "America/Sao_Paulo"]


def test_a_moment_without_a_zone_is_read_in_the_zone() -> None:
    # In summer Berlin is two hours ahead.
    assert parse_moment("2026-07-01 09:00", "Europe/Berlin") == pd.Timestamp("2026-07-01T07:00Z")
    assert parse_moment(dt.date(2026, 7, 1), "Europe/Berlin") == pd.Timestamp("2026-06-30T22:00Z")


def test_a_moment_with_a_zone_keeps_it() -> None:
    assert parse_moment("2026-07-01T09:00-04:00", "Europe/Berlin") == pd.Timestamp(
        "2026-07-01T13:00Z"
    )


def test_without_a_moment_it_is_the_present() -> None:
    before = pd.Timestamp.now("UTC").floor("us")

    assert before <= parse_moment(None, "Europe/Berlin") <= pd.Timestamp.now("UTC")


def test_what_a_clock_skips_is_the_next_moment_and_what_it_shows_twice_the_first() -> None:
    # Berlin: 02:30 on 29 March 2026 does not exist; 02:30 on 25 October is at 00:30 and 01:30 UTC.
    assert parse_moment("2026-03-29 02:30", "Europe/Berlin") == pd.Timestamp("2026-03-29T01:00Z")
    assert parse_moment("2026-10-25 02:30", "Europe/Berlin") == pd.Timestamp("2026-10-25T00:30Z")


@pytest.mark.parametrize("now", ["soon", "", pd.NaT, 5, 1.5, [], "2026-13-01"])
def test_what_is_no_moment_is_refused(now: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"now=.* is not a moment; use now='2026"):
        parse_moment(now)


@pytest.mark.parametrize("tz", ["", "Mars/Base", None, 5, "../etc"])
def test_what_is_no_time_zone_is_refused(tz: Any) -> None:
    for asked in (
        lambda: parse_moment("2026-03-02", tz),
        lambda: local_days(pd.Series([], dtype="datetime64[us, UTC]"), tz),
        lambda: ends_of_days(pd.DatetimeIndex([]), tz),
    ):
        with pytest.raises(af.InvalidArgument, match="is not a time zone; use tz="):
            asked()


def test_the_day_is_that_of_the_zone() -> None:
    assert resolve_today("2026-11-02T23:30Z", "Europe/Berlin") == pd.Timestamp("2026-11-03")
    assert resolve_today("2026-11-02T23:30Z") == pd.Timestamp("2026-11-02")


def test_a_column_of_another_zone_is_the_same_moments_in_utc() -> None:
    here = pd.Series(pd.to_datetime(["2026-11-02 09:00"]).tz_localize("Europe/Berlin"), name="at")

    found = parse_moments(here, what="rollups.x")

    assert found.dtype == "datetime64[us, UTC]"
    assert found.tolist() == [pd.Timestamp("2026-11-02T08:00Z")]


def test_a_column_in_which_all_is_missing_may_be_of_any_dtype() -> None:
    found = parse_moments(pd.Series([None, None], dtype=object, name="at"), what="rollups.x")

    assert found.dtype == "datetime64[us, UTC]"
    assert found.isna().all()


def test_moments_without_a_zone_are_refused_and_told_how_to_be_read() -> None:
    with pytest.raises(af.InvalidArgument, match=r"pd\.to_datetime\(frame\['at'\], utc=True\)"):
        parse_moments(pd.Series(pd.to_datetime(["2026-11-02"]), name="at"), what="rollups.x")


@pytest.mark.parametrize("value", ["3/4/2026 10:00", "soon", 5])
def test_a_cell_that_is_not_a_moment_is_named_by_its_row(value: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"rollups\.x: at, row 2: "):
        parse_moments(pd.Series([None, value], name="at"), what="rollups.x")


def test_text_of_moments_is_read_in_its_zone() -> None:
    texts = pd.Series(["2026-11-02T09:00:00Z", "2026-11-02T09:00:00+02:00", ""], name="at")

    found = parse_moments(texts, what="rollups.x")

    assert found.dt.hour.tolist()[:2] == [9, 7]
    assert found.isna().tolist() == [False, False, True]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.datetimes(dt.datetime(2015, 1, 1), dt.datetime(2027, 1, 1)) | st.none()),
    st.sampled_from(ZONES),
)
def test_days_are_those_that_a_loop_finds(moments: list[dt.datetime | None], tz: str) -> None:
    column = pd.Series(pd.to_datetime(moments, utc=True), dtype="datetime64[us, UTC]")

    found = local_days(column, tz)

    zone = ZoneInfo(tz)
    assert found.dtype == "datetime64[us]"
    assert [None if pd.isna(day) else day.date() for day in found] == [
        moment and moment.replace(tzinfo=dt.UTC).astimezone(zone).date() for moment in moments
    ]


@settings(max_examples=40, deadline=None)
@given(st.dates(dt.date(2015, 1, 1), dt.date(2027, 1, 1)), st.sampled_from(ZONES))
def test_a_day_ends_with_its_last_microsecond(day: dt.date, tz: str) -> None:
    end = pd.Series(pd.to_datetime(ends_of_days(pd.DatetimeIndex([day]), tz), utc=True))

    last, following = end - pd.Timedelta(microseconds=1), end
    assert local_days(last, tz).iloc[0].date() == day
    assert local_days(following, tz).iloc[0].date() == day + dt.timedelta(days=1)
