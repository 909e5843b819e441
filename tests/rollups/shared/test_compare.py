"""Numbers beside those of other periods, against a calendar of plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af

TEXT = pd.StringDtype(na_value=np.nan)
TODAY = dt.date(2026, 3, 18)
DAY = dt.timedelta(days=1)
FIRST = dt.date(2025, 11, 20)

entry = st.tuples(
    st.sampled_from(["Ana", "Bo", None]),
    st.none() | st.integers(0, 150).map(lambda days: FIRST + days * DAY),
    st.integers(1, 600),
)
a_day = st.none() | st.integers(0, 150).map(lambda days: FIRST + days * DAY)


def entries_of(rows: list[tuple[str | None, dt.date | None, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["person_name", "entered_on", "duration_minutes"])
    frame["entered_on"] = pd.to_datetime(frame["entered_on"]).astype("datetime64[us]")
    return frame.astype({"person_name": TEXT})


def month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def week(day: dt.date) -> dt.date:
    return day - day.weekday() * DAY


def four_weeks(day: dt.date) -> dt.date:
    return day - ((day - dt.date(1970, 1, 5)).days % 28) * DAY


def fiscal_year(day: dt.date) -> dt.date:
    return dt.date(day.year - (day.month < 7), 7, 1)


BEGIN: dict[str, Callable[[dt.date], dt.date]] = {
    "D": lambda day: day,
    "W": week,
    "4W": four_weeks,
    "MS": month,
    "YS-JUL": fiscal_year,
}


def last_of(period: dt.date, every: str) -> dt.date:
    day = period
    while BEGIN[every](day + DAY) == period:
        day += DAY
    return day


def year_before(period: dt.date, every: str) -> dt.date:
    weeks = {"W": 52, "4W": 52}
    if every in weeks:
        return period - weeks[every] * 7 * DAY
    if (period.month, period.day) == (2, 29):
        return dt.date(period.year - 1, 2, 28)
    return period.replace(year=period.year - 1)


class Calendar:
    """What the comparisons are, by adding up entries day by day."""

    def __init__(
        self,
        rows: list[tuple[str | None, dt.date | None, int]],
        every: str,
        start: dt.date | None,
        end: dt.date | None,
    ) -> None:
        self.every, self.start, self.end = every, start, end
        self.rows = [(who, day, n) for who, day, n in rows if day]
        known = [day for _, day, _ in self.rows if end is None or day <= end]
        self.first = BEGIN[every](min(known)) if known else None
        self.cut = min(TODAY, end) if end else TODAY

    def hours(self, who: str | None, first: dt.date, last: dt.date) -> float:
        return sum(n for one, day, n in self.rows if one == who and first <= day <= last) / 60

    def now(self, who: str | None, period: dt.date) -> float:
        first = max(period, self.start or period)
        last = last_of(period, self.every)
        return self.hours(who, first, min(last, self.end or last))

    def is_cut(self, period: dt.date) -> bool:
        """Whether ``start`` lies within it."""
        return self.start is not None and period < self.start <= last_of(period, self.every)

    def before(self, who: str | None, period: dt.date, other: dt.date) -> float | None:
        if self.first is None or other < self.first or self.is_cut(period) or self.is_cut(other):
            return None
        last = last_of(other, self.every)
        if period <= self.cut < last_of(period, self.every):
            last = min(last, other + (self.cut - period))
        elif self.end is not None and self.end < last_of(period, self.every):
            last = min(last, other + (self.end - period))
        return self.hours(who, other, last)


def lines(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return plain.to_dict("records")


def is_near(one: float | None, other: float | None) -> bool:
    return one == pytest.approx(other, abs=1e-9) if other is not None else one is None


@settings(max_examples=60, deadline=None)
@given(st.lists(entry, max_size=14), st.sampled_from([*BEGIN]), a_day, a_day)
def test_other_periods_are_those_of_the_calendar(
    rows: list[tuple[str | None, dt.date | None, int]],
    every: Any,
    start: dt.date | None,
    end: dt.date | None,
) -> None:
    if start and end and start > end:
        start, end = end, start
    words = ["previous", "last_year"]

    table = af.rollups.hours(
        entries_of(rows), "person_name", every, start=start, end=end, compare=words, now=TODAY
    )

    calendar = Calendar(rows, every, start, end)
    for line in lines(table):
        if line["period"] is None:
            assert (
                line["hours_previous"] is line["hours_change"] is line["hours_last_year"] is None
            )
            continue
        who, period = line["person_name"], line["period"].date()
        previous = calendar.before(who, period, BEGIN[every](period - DAY))
        assert line["hours"] == pytest.approx(calendar.now(who, period))
        assert is_near(line["hours_previous"], previous)
        change = None if previous is None else calendar.now(who, period) - previous
        assert is_near(line["hours_change"], change)
        last_year = calendar.before(who, period, year_before(period, every))
        assert is_near(line["hours_last_year"], last_year)
    # No hours of other periods are left out, whoever had them.
    for period in set(table["period"].dropna().dt.date):
        shown = table[table["period"].dt.date == period]
        other = BEGIN[every](period - DAY)
        found = [calendar.before(who, period, other) for who in ("Ana", "Bo", None)]
        if found[0] is not None:
            assert shown["hours_previous"].sum() == pytest.approx(sum(map(float, found)))


@settings(max_examples=40, deadline=None)
@given(st.lists(entry, max_size=14), st.sampled_from([*BEGIN]), a_day)
def test_sums_and_shares_and_means_are_those_of_the_rows(
    rows: list[tuple[str | None, dt.date | None, int]], every: Any, start: dt.date | None
) -> None:
    words = ["cumulative", "share", "moving_average:3"]
    table = af.rollups.hours(
        entries_of(rows), "person_name", every, start=start, compare=words, now=TODAY
    )

    calendar = Calendar(rows, every, start, None)
    plain = af.rollups.hours(entries_of(rows), "person_name", every, start=start)
    pd.testing.assert_frame_equal(table[plain.columns], plain)
    for line in lines(table):
        who, period = line["person_name"], line["period"]
        same = plain["period"].isna() if period is None else plain["period"] == period
        assert is_near(line["hours_share"], line["hours"] / plain.loc[same, "hours"].sum())
        if period is None:
            assert line["hours_cumulative"] is line["hours_moving_average"] is None
            continue
        first, last = start or FIRST, last_of(period.date(), every)
        assert is_near(line["hours_cumulative"], calendar.hours(who, first, last))
        three = [period.date()]
        while len(three) < 3:
            three.insert(0, BEGIN[every](three[0] - DAY))
        assert calendar.first is not None
        mean = sum(calendar.hours(who, one, last_of(one, every)) for one in three) / 3
        is_known = three[0] >= calendar.first and not any(map(calendar.is_cut, three))
        assert is_near(line["hours_moving_average"], mean if is_known else None)


def test_a_month_that_is_not_over_is_compared_with_as_many_days() -> None:
    # By 18 March there were 3 hours; by 18 February 1, and 5 in the whole of it.
    rows = [
        ("Ana", dt.date(2026, 2, 18), 60),
        ("Ana", dt.date(2026, 2, 19), 240),
        ("Ana", dt.date(2026, 3, 18), 180),
    ]

    table = af.rollups.hours(
        entries_of(rows), "person_name", "MS", compare="previous", now="2026-03-18"
    )

    assert table["hours"].tolist() == [5.0, 3.0]
    assert table["hours_previous"].tolist()[1] == 1.0
    assert table["hours_change"].tolist()[1] == 2.0
    assert table["hours_previous"].isna().tolist() == [True, False]


def test_31_days_are_compared_with_a_february_that_has_28() -> None:
    rows = [("Ana", dt.date(2026, 2, 28), 60), ("Ana", dt.date(2026, 3, 30), 60)]

    table = af.rollups.hours(
        entries_of(rows), "person_name", "MS", compare="previous", end="2026-03-30"
    )

    assert table["hours_previous"].tolist()[1] == 1.0


def test_a_person_of_the_previous_period_alone_has_a_row_of_no_hours() -> None:
    rows = [("Ana", dt.date(2026, 2, 3), 60), ("Bo", dt.date(2026, 3, 3), 60)]

    table = af.rollups.hours(
        entries_of(rows), "person_name", "MS", start="2026-03-01", end="2026-03-31",
        compare="previous", now="2026-06-01",
    )  # fmt: skip

    assert table["person_name"].tolist() == ["Ana", "Bo"]
    assert table["hours"].tolist() == [0.0, 1.0]
    assert table["hours_previous"].tolist() == [1.0, 0.0]


def test_a_name_that_changed_between_two_periods_is_one_person() -> None:
    rows = [("Ana", dt.date(2026, 2, 3), 60), ("Anna", dt.date(2026, 3, 3), 120)]
    entries = entries_of(rows).assign(person_gid=pd.Series(["11", "11"], dtype=TEXT))

    table = af.rollups.hours(
        entries, "person", "MS", start="2026-03-01", compare="previous", now="2026-03-20"
    )

    assert lines(table[["person_name", "hours", "hours_previous"]]) == [
        {"person_name": "Anna", "hours": 2.0, "hours_previous": 1.0}
    ]


def test_costs_are_compared_currency_by_currency_and_unpriced_ones_stay_missing() -> None:
    rows = [
        ("Ana", dt.date(2026, 2, 3), 60),
        ("Bo", dt.date(2026, 2, 3), 60),
        ("Cy", dt.date(2026, 2, 3), 60),
        ("Ana", dt.date(2026, 3, 3), 120),
    ]
    entries = entries_of(rows).assign(created_by_gid=["11", "12", "13", "11"])
    entries = entries.assign(attributable_to_gid="31", gid=["1", "2", "3", "4"])
    rates = pd.DataFrame(
        {
            "parent_gid": ["31", "31"],
            "resource_gid": ["11", "12"],
            "rate": [80.0, 50.0],
            "currency_code": ["EUR", "USD"],
        }
    )

    table = af.rollups.cost(
        entries, rates, "person_name", "MS", compare=["previous", "share"], now="2026-06-01"
    )

    march = table[table["period"] == "2026-03-01"]
    assert march["person_name"].tolist() == ["Ana", "Bo", "Cy"]
    assert march["hours"].tolist() == [2.0, 0.0, 0.0]
    assert march["amount"].fillna(-1).tolist() == [160.0, 0.0, -1]
    assert march["amount_previous"].fillna(-1).tolist() == [80.0, 50.0, -1]
    assert march["amount_change"].fillna(-1).tolist() == [80.0, -50.0, -1]
    # All euros are Ana's.
    assert table["amount_share"].iloc[0] == 1.0


def test_shares_need_no_periods() -> None:
    rows = [("Ana", None, 60), ("Bo", dt.date(2026, 3, 3), 180)]

    table = af.rollups.hours(entries_of(rows), "person_name", None, compare="share")

    assert table["hours_share"].tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("compare", "words"),
    [
        ("before", r"compare='before'.*'previous'.*'moving_average:8'"),
        ("previus", r"Did you mean 'previous'"),
        ("moving_average:0", r"moving_average:8"),
        ("moving_average:x", r"moving_average:8"),
        ("moving_average:", r"moving_average:8"),
        ("share:2", r"moving_average:8"),
        (7, r"compare="),
    ],
)
def test_a_comparison_that_is_none_is_refused_with_those_that_are(
    compare: Any, words: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        af.rollups.hours(entries_of([]), "person_name", "MS", compare=compare)


@pytest.mark.parametrize(
    "compare", ["previous", "last_year", "cumulative", "moving_average", ["share", "previous"]]
)
def test_comparisons_of_periods_need_periods(compare: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"compare= needs periods; pass every='MS'"):
        af.rollups.hours(entries_of([]), "person_name", None, compare=compare)


def test_the_columns_are_the_same_without_entries() -> None:
    words = ["previous", "last_year", "cumulative", "share", "moving_average"]
    rows = [("Ana", dt.date(2026, 3, 3), 60)]

    none = af.rollups.hours(entries_of([]), "person_name", "MS", compare=words)
    some = af.rollups.hours(entries_of(rows), "person_name", "MS", compare=words)

    assert none.empty
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert list(some.columns) == [
        *["person_name", "period", "hours", "hours_previous", "hours_change"],
        *["hours_last_year", "hours_cumulative", "hours_share", "hours_moving_average"],
    ]


@pytest.mark.parametrize("name", ["hours_previous", "hours_change"])
def test_a_key_that_is_named_like_a_comparison_is_refused(name: str) -> None:
    entries = entries_of([("Ana", dt.date(2026, 3, 3), 60)]).rename(columns={"person_name": name})

    with pytest.raises(af.InvalidArgument, match=f"'{name}' is a column of compare="):
        af.rollups.hours(entries, name, "MS", compare="previous")


@pytest.mark.parametrize("by", ["kind", "flag", "number", ["flag", "kind"], None])
@pytest.mark.parametrize("start", [None, "2026-02-10"])
def test_keys_of_any_dtype_are_compared(by: Any, start: str | None) -> None:
    rows = [("Ana", dt.date(2026, month, 11), 60 * month) for month in (1, 2, 3)]
    entries = entries_of([*rows, (None, dt.date(2026, 2, 11), 30)])
    entries["kind"] = pd.Categorical(entries["person_name"])
    entries["flag"] = pd.array([True, True, True, None], dtype="boolean")
    entries["number"] = [1.5, 1.5, 1.5, None]
    words = ["previous", "last_year", "cumulative", "share", "moving_average:2"]

    table = af.rollups.hours(entries, by, "MS", start=start, compare=words, now="2026-06-01")

    plain = af.rollups.hours(entries, by, "MS", start=start)
    shown = table[table["hours"] != 0].reset_index(drop=True)
    assert shown["hours"].tolist() == plain["hours"].tolist()
    # In March: January is 1 hour, February 2 and another half, March 3.
    march = table[table["period"] == "2026-03-01"]
    found = march["hours_previous"].sum()
    assert found == (2.5 if start is None else 0.0)


def test_a_moving_average_of_more_periods_than_there_are_is_missing() -> None:
    entries = entries_of([("Ana", FIRST, 60), ("Ana", FIRST + 40 * DAY, 60)])

    table = af.rollups.hours(
        entries, "person_name", "MS", compare="moving_average:100000000000", now="2026-06-01"
    )

    assert table["hours_moving_average"].isna().all()
    with pytest.raises(af.InvalidArgument, match="one moving average"):
        af.rollups.hours(entries, compare=["moving_average:2", "moving_average:3"])
    both = ["moving_average", "moving_average:4"]
    assert "hours_moving_average" in af.rollups.hours(entries, "person_name", compare=both)
