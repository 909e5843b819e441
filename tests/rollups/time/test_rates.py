"""Which hourly rate applies on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.time.rates import RateBook
from tests.rollups.frames import RATE, cells, frame_of

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(-2, 34)]


def rates_of(*rows: tuple[float, str | None, str | None]) -> pd.DataFrame:
    """Return rates of one person in one project: rate, first and last day."""
    names = ("rate", "start_date", "end_date")
    place = {"parent_gid": "31", "resource_gid": "11", "currency_code": "EUR"}
    return frame_of(RATE, ({**place, **dict(zip(names, row, strict=True))} for row in rows))


def book_of(rates: pd.DataFrame) -> RateBook:
    return RateBook(rates, what="rollups.invoice")


def rates_on(book: RateBook, days: list[Any]) -> list[float | None]:
    """Return the rate of the person in the project on each day."""
    entered = pd.Series(pd.to_datetime(days)).astype("datetime64[us]")
    keys = pd.DataFrame({"project_gid": "31", "person_gid": "11", "entered_on": entered})
    return [row["rate"] for row in cells(book.find_rates(keys))]


def test_a_temporary_rate_hides_the_standing_one_only_for_its_days() -> None:
    book = book_of(rates_of((80, None, None), (100, "2026-03-10", "2026-03-12")))

    days = ["2026-03-09", "2026-03-10", "2026-03-12", "2026-03-13", None]
    assert rates_on(book, days) == [80, 100, 100, 80, 80]


def test_a_rate_within_a_temporary_rate_gives_way_to_it_and_that_to_the_standing_one() -> None:
    book = book_of(
        rates_of(
            (80, None, None),
            (100, "2026-03-01", "2026-03-31"),
            (120, "2026-03-10", "2026-03-12"),
        )
    )

    days = ["2026-02-28", "2026-03-09", "2026-03-11", "2026-03-13", "2026-03-31", "2026-04-01"]
    assert rates_on(book, days) == [80, 100, 120, 100, 100, 80]


def test_of_overlapping_rates_the_one_that_began_last_applies() -> None:
    book = book_of(rates_of((80, "2026-03-01", "2026-03-20"), (90, "2026-03-10", "2026-03-25")))

    days = ["2026-03-09", "2026-03-10", "2026-03-20", "2026-03-25", "2026-03-26"]
    assert rates_on(book, days) == [80, 90, 90, 90, None]


def test_a_new_standing_rate_ends_the_temporary_one_for_good() -> None:
    book = book_of(rates_of((80, "2026-03-01", "2026-03-31"), (90, "2026-03-10", None)))

    assert rates_on(book, ["2026-03-09", "2026-03-20", "2026-04-01"]) == [80, 90, 90]


def test_a_rate_that_ends_before_it_begins_applies_on_no_day() -> None:
    book = book_of(rates_of((80, None, None), (90, "2026-03-10", "2026-03-08")))

    assert rates_on(book, ["2026-03-08", "2026-03-09", "2026-03-10"]) == [80, 80, 80]


def test_an_entry_without_a_day_has_the_rate_without_days() -> None:
    assert rates_on(book_of(rates_of((80, "2026-03-01", None))), [None]) == [None]
    assert rates_on(book_of(rates_of((80, None, "2026-03-01"))), [None]) == [None]


def test_rates_that_begin_on_one_day_and_differ_in_their_last_are_refused() -> None:
    rates = rates_of((80, "2026-03-01", "2026-03-31"), (90, "2026-03-01", "2026-03-08"))

    with pytest.raises(af.InvalidArgument, match=r"rollups\.invoice: 2 rates contradict each"):
        book_of(rates)


spans = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.none() | st.dates(FIRST, DAYS[-3]).map(dt.date.isoformat),
        st.none() | st.dates(FIRST, DAYS[-3]).map(dt.date.isoformat),
    ),
    max_size=7,
    unique_by=lambda row: row[1],
)


@settings(max_examples=100, deadline=None)
@given(spans)
def test_each_day_has_the_rate_that_a_loop_over_the_rates_finds(
    rows: list[tuple[float, str | None, str | None]],
) -> None:
    found = rates_on(book_of(rates_of(*rows)), DAYS)

    for day, rate in zip(DAYS, found, strict=True):
        covering = [
            (start or "", money)
            for money, start, end in rows
            if (start or "") <= day.isoformat() <= (end or "9999")
        ]
        assert rate == (max(covering)[1] if covering else None)


def test_rates_of_everybody_that_contradict_each_other_are_told_in_words() -> None:
    rates = rates_of((80, None, None), (90, None, None)).assign(parent_gid=None, resource_gid=None)

    with pytest.raises(af.InvalidArgument, match="those of all projects and everybody"):
        book_of(rates)
