"""Sums by keys and period, and the periods without a row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.totals import fill_periods, sum_by
from tests.rollups.frames import cells

Row = tuple[str | None, dt.date | None, float | None]

rows = st.lists(
    st.tuples(
        st.none() | st.sampled_from("ab"),
        st.none() | st.dates(dt.date(2025, 12, 1), dt.date(2026, 3, 31)),
        st.none() | st.integers(0, 9).map(float),
    ),
    max_size=12,
)


def total(drawn: list[Row]) -> pd.DataFrame:
    """Return hours by person and day."""
    keys = pd.DataFrame(
        {
            "person": pd.Series([person for person, _, _ in drawn], dtype=STR),
            "period": pd.Series([day for _, day, _ in drawn], dtype="datetime64[us]"),
        }
    )
    return sum_by(keys, {"hours": pd.Series([value for *_, value in drawn], dtype="Float64")})


def first_of(day: dt.date, every: str) -> dt.date:
    return day.replace(day=1) if every == "MS" else day - dt.timedelta(days=day.weekday())


def following(day: dt.date, every: str) -> dt.date:
    return first_of(day + dt.timedelta(days=32), "MS") if every == "MS" else day + dt.timedelta(7)


def missing_last(row: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(value is None, value) for value in row[:2]]


def listed(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows as tuples with None for what is missing."""
    found = []
    for row in cells(frame):
        person, period, hours = row["person"], row["period"], row["hours"]
        found.append(
            (
                None if pd.isna(person) else person,
                None if pd.isna(period) else pd.Timestamp(period).date(),
                None if pd.isna(hours) else hours,
            )
        )
    return found


def sums_of(drawn: list[Row]) -> dict[tuple[str | None, dt.date | None], float | None]:
    groups: dict[tuple[str | None, dt.date | None], list[float]] = {}
    for person, day, value in drawn:
        groups.setdefault((person, day), []).extend(() if value is None else (value,))
    return {group: sum(values) if values else None for group, values in groups.items()}


@settings(max_examples=15, deadline=None)
@given(rows)
def test_sums_are_those_of_a_loop_over_the_rows(drawn: list[Row]) -> None:
    expected = [(*group, hours) for group, hours in sums_of(drawn).items()]

    assert listed(total(drawn)) == sorted(expected, key=missing_last)


@settings(max_examples=15, deadline=None)
@given(rows, st.sampled_from(["W", "MS"]))
def test_filling_adds_each_period_of_each_group_once(drawn: list[Row], every: str) -> None:
    drawn = [(person, day and first_of(day, every), value) for person, day, value in drawn]
    totals = total(drawn)

    full = fill_periods(totals, "period", every, ["hours"])

    expected = sums_of(drawn)
    days = [day for _, day in expected if day is not None]
    if days:
        people = {person for person, _ in expected}
        day = min(days)
        while day <= max(days):
            expected |= {(person, day): expected.get((person, day), 0.0) for person in people}
            day = following(day, every)
        expected = {group: hours or 0.0 for group, hours in expected.items()}
    rows = [(*group, hours) for group, hours in expected.items()]
    assert listed(full) == sorted(rows, key=missing_last)
    pd.testing.assert_series_equal(full.dtypes, totals.dtypes)
    assert isinstance(full.index, pd.RangeIndex)


def test_without_keys_there_is_one_total() -> None:
    hours = pd.Series([None, 2.5, None], dtype="Float64")
    nothing = pd.DataFrame(index=range(3))

    totals = sum_by(nothing, {"hours": hours, "none": hours.where(hours.isna())})

    assert totals["hours"].tolist() == [2.5]
    assert totals["none"].isna().tolist() == [True]
    assert set(totals.dtypes.astype(str)) == {"Float64"}


def test_a_key_that_is_summed_is_refused() -> None:
    table = pd.DataFrame({"hours": [1.0], "person": ["a"]})

    with pytest.raises(af.InvalidArgument, match="'hours' is summed, so it cannot be a key"):
        sum_by(table, {"hours": table["hours"]})


@pytest.mark.parametrize(("most", "is_refused"), [(6, False), (5, True)])
def test_a_table_that_would_be_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch, most: int, is_refused: bool
) -> None:
    monkeypatch.setattr("asana_frames.rollups.shared.totals._MOST", most)
    totals = total([("a", dt.date(2026, 1, 1), 1.0), ("b", dt.date(2026, 3, 1), 2.0)])

    if not is_refused:
        assert len(fill_periods(totals, "period", "MS", ["hours"])) == 6
        return
    with pytest.raises(af.InvalidArgument, match="makes 6 rows of 2 groups in 3 periods"):
        fill_periods(totals, "period", "MS", ["hours"])
