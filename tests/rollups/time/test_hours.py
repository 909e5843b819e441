"""Totals of tracked time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.frames.arrays import build_array

rows = st.lists(
    st.tuples(
        st.sampled_from(["Ana", "Bo", None]),
        st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)) | st.none(),
        st.integers(1, 2_000),
    ),
    max_size=30,
)


def entries_of(drawn: list[tuple[str | None, dt.date | None, int]]) -> pd.DataFrame:
    people, days, minutes = zip(*drawn, strict=True) if drawn else ((), (), ())
    return pd.DataFrame(
        {
            "created_by_name": build_array("text", list(people)),
            "entered_on": build_array("date", [day and day.isoformat() for day in days]),
            "duration_minutes": build_array("integer", list(minutes)),
        }
    )


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(["D", "W", "MS", "QS", "YS", None]))
def test_the_sum_of_a_rollup_is_the_sum_of_its_entries(
    drawn: list[tuple[str | None, dt.date | None, int]], every: str | None
) -> None:
    entries = entries_of(drawn)

    totals = af.rollups.hours(entries, every=every)

    assert round(float(totals["hours"].sum()) * 60, 6) == entries["duration_minutes"].sum()
    assert not totals.duplicated(list(totals.columns[:-1])).any()
    if every == "W":
        assert {day.weekday() for day in totals["period"].dropna()} <= {0}


@pytest.mark.parametrize(
    ("every", "first"),
    [
        ("D", "2026-05-20"),
        ("W", "2026-05-18"),
        ("MS", "2026-05-01"),
        ("QS", "2026-04-01"),
        ("YS", "2026-01-01"),
    ],
)
def test_a_period_is_named_by_its_first_day(every: str, first: str) -> None:
    totals = af.rollups.hours(entries_of([("Ana", dt.date(2026, 5, 20), 90)]), every=every)

    assert totals["period"].tolist() == [pd.Timestamp(first)]
    assert str(totals["period"].dtype) == "datetime64[us]"
    assert totals["hours"].tolist() == [1.5]


def test_no_entries_make_an_empty_frame_of_the_same_columns() -> None:
    none, some = (af.rollups.hours(entries_of(r)) for r in ([], [("A", dt.date(2026, 1, 1), 5)]))

    assert list(none.dtypes.items()) == list(some.dtypes.items())


def test_several_keys_on_the_sandbox_lose_nothing(asana: af.Asana) -> None:
    entries = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date="2026-08-01", entered_on_end_date="2026-08-31"
    )

    totals = af.rollups.hours(entries, by=["attributable_to_name", "created_by_name"], every="W")

    assert totals["hours"].sum() * 60 == entries["duration_minutes"].sum()
    assert totals["attributable_to_name"].isna().any()


def test_a_missing_column_is_named_with_the_nearest() -> None:
    entries = entries_of([])

    with pytest.raises(af.InvalidArgument, match=r"'created_by_nam'.*mean 'created_by_name'"):
        af.rollups.hours(entries, by="created_by_nam")
    with pytest.raises(af.InvalidArgument, match="takes a DataFrame"):
        af.rollups.hours([1, 2])


def test_what_dask_makes_that_is_no_frame_is_refused() -> None:
    bag = type("Bag", (), {"__module__": "dask.bag.core"})()
    parts = type("Parts", (), {"map_partitions": None})()

    for other, name in [(bag, "Bag"), (parts, "Parts")]:
        with pytest.raises(af.InvalidArgument, match=f"takes a DataFrame, not {name}"):
            af.rollups.hours(other)


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"every="):
        af.rollups.hours(entries_of([]), every="fortnight")
