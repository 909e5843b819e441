"""Columns of any length hold the values of their pages, in their dtypes."""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import DTYPES, FrameBuilder, build_array, pause_garbage_collection

EPOCH = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
#: Field of a task -> its value in the row of a number, and the value expected in the frame.
FIELDS: dict[str, Any] = {
    "name": lambda n: (f"Task {n}", f"Task {n}"),
    "resource_subtype": lambda n: ("default_task", "default_task"),
    "num_likes": lambda n: (n, n),
    "actual_time_minutes": lambda n: (n / 4, n / 4),
    "completed": lambda n: (n % 2 == 0, n % 2 == 0),
    "due_on": lambda n: (
        str(date(2026, 1, 1) + timedelta(n % 900)),
        pd.Timestamp(2026, 1, 1) + timedelta(n % 900),
    ),
    "created_at": lambda n: (
        (EPOCH + timedelta(seconds=n)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        pd.Timestamp(EPOCH) + timedelta(seconds=n),
    ),
}


@pytest.mark.parametrize("gap", [1, 3, 0], ids=["all missing", "some missing", "none missing"])
@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_column_longer_than_a_batch_keeps_every_value(field: str, gap: int) -> None:
    count = 2_300
    values = [(None, None) if gap and n % gap == 0 else FIELDS[field](n) for n in range(count)]
    builder = FrameBuilder(columns_of("task", (field,)))
    listing = builder.start_listing()
    for start in range(0, count, 100):
        page = [{"gid": str(n), field: values[n][0]} for n in range(start, start + 100)]
        builder.append(msgspec.json.encode({"data": page}), listing)

    frame = builder.frame()

    assert frame["gid"].tolist() == [str(n) for n in range(count)]
    found = [None if pd.isna(value) else value for value in frame[field]]
    assert found == [expected for _, expected in values]
    kind = next(c.kind for c in columns_of("task", (field,)) if c.name == field)
    assert frame[field].dtype == DTYPES[kind]


def iso(moment: datetime, form: str, offset: int) -> str:
    """Write a moment as one of the forms that ISO 8601 allows."""
    if form == "milliseconds":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    if form == "Z":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(timezone(timedelta(minutes=offset))).isoformat()


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
WRITTEN = st.none() | st.tuples(
    MOMENTS, st.sampled_from(["milliseconds", "Z", "offset"]), st.integers(-14 * 60, 14 * 60)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WRITTEN, max_size=5), st.booleans())
def test_moments_of_mixed_forms_are_the_moments_they_name(written: Any, are_alike: bool) -> None:
    forms = [w and (w[0], "milliseconds" if are_alike else w[1], w[2]) for w in written]

    found = pd.Series(build_array("datetime", [form and iso(*form) for form in forms]))

    cut = {"milliseconds": 1_000, "Z": 1_000_000, "offset": 1}
    expected = [
        form and form[0].replace(microsecond=form[0].microsecond // cut[form[1]] * cut[form[1]])
        for form in forms
    ]
    assert [None if pd.isna(at) else at.to_pydatetime() for at in found] == expected


@pytest.mark.parametrize(
    ("kind", "texts", "count"),
    [
        ("datetime", ["soon"], 1),
        ("datetime", ["2026-13-02T09:15:00.000Z"], 1),
        ("datetime", ["2026-03-02T09:15:00.000é"], 1),
        ("datetime", ["0001-01-01T00:00:00+14:00", "soon"], 2),
        ("date", ["2026-02-30"], 1),
        ("date", ["2026-03-0é", "x"], 2),
        ("date", [""], 1),
    ],
)
def test_text_that_is_no_time_is_missing_and_counted_in_a_warning(
    kind: str, texts: list[str], count: int
) -> None:
    good = {"datetime": "2026-03-02T09:15:00.000Z", "date": "2026-03-02"}[kind]

    with pytest.warns(af.AsanaWarning) as caught:
        found = pd.Series(build_array(kind, [good, *texts, None, good], name="at"))

    assert f"at: {count} value(s) are not a valid {kind}" in str(caught[0].message)
    assert repr(texts[0]) in str(caught[0].message)
    assert found.isna().tolist() == [False, *[True] * len(texts), True, False]
    assert found.iloc[0] == found.iloc[-1] == pd.Timestamp(good)


def test_times_without_a_zone_are_taken_as_utc() -> None:
    found = pd.Series(build_array("datetime", ["2026-03-02T09:15:00", "2026-03-02T09:15"]))

    assert found.tolist() == [pd.Timestamp("2026-03-02 09:15", tz="UTC")] * 2


def test_a_copy_and_its_original_go_their_own_ways() -> None:
    builder = FrameBuilder(columns_of("task", ("name", "custom_fields")))
    first = builder.start_listing(place=1)
    field = {"gid": "5", "name": "P", "representation_type": "number", "number_value": 3}
    builder.append(msgspec.json.encode({"data": [{"gid": "1", "custom_fields": [field]}]}), first)

    part = builder.copy()
    again = builder.copy()
    builder.append(b'{"data":[{"gid":"2"}]}', builder.start_listing(place=0))
    again.drop_listing(first)

    assert part.frame()["gid"].tolist() == ["1"]
    assert again.frame()["gid"].tolist() == []
    whole = builder.frame()
    assert whole["gid"].tolist() == ["2", "1"]
    assert whole["cf_P"].fillna(0).tolist() == [0, 3]
    assert (part.rows, builder.rows) == (1, 2)


def test_repeated_objects_are_rows_of_their_own_if_asked_for() -> None:
    builder = FrameBuilder(columns_of("task", ("name",)))
    listing = builder.start_listing()

    counts = [builder.append(b'{"data":[{"gid":"1"},{"gid":"1"}]}', listing) for _ in range(2)]

    assert counts == [2, 2]
    assert builder.copy().frame()["gid"].tolist() == ["1"]
    assert builder.copy().frame(unique=False, limit=3)["gid"].tolist() == ["1"] * 3


@pytest.mark.parametrize("is_on", [True, False])
def test_the_garbage_collector_is_off_in_the_block_and_as_before_after_it(is_on: bool) -> None:
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    states = []
    try:
        with suppress(ZeroDivisionError), pause_garbage_collection():
            states.append(gc.isenabled())
            raise ZeroDivisionError
        states.append(gc.isenabled())
    finally:
        (gc.enable if was_on else gc.disable)()

    assert states == [False, is_on]
