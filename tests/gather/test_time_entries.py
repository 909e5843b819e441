"""Time tracking entries between two days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.gather import time_entries
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW
from tests.recorder import Recorder, Reply


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-01", "2026-12-31"),
        (dt.date(2026, 3, 1), pd.Timestamp("2026-03-31")),
        ("2026-03-02", "2026-03-02"),
    ],
)
def test_windows_are_the_whole_span(asana: af.Asana, start: Any, end: Any) -> None:
    entries = time_entries(asana, "Acme", start, end)

    whole = asana.time_tracking_entries.list(
        workspace="Acme", entered_on_start_date=start, entered_on_end_date=end
    )
    assert entries["gid"].is_unique
    assert set(entries["gid"]) == set(whole["gid"])
    assert entries["duration_minutes"].sum() == whole["duration_minutes"].sum()
    pd.testing.assert_series_equal(entries.dtypes, whole.dtypes)


def test_windows_that_are_cut_are_made_smaller() -> None:
    with (
        serve(faults="most=100", now=NOW) as cutting,
        af.connect("sandbox", base_url=cutting.url) as asana,
        serve(now=NOW) as whole,
        af.connect("sandbox", base_url=whole.url) as plain,
    ):
        entries = time_entries(asana, "Acme", "2026-08-01", "2026-10-31", fields=["entered_on"])
        expected = time_entries(plain, "Acme", "2026-08-01", "2026-10-31", fields=["entered_on"])

    assert len(expected) > 100
    assert set(entries["gid"]) == set(expected["gid"])


def test_a_day_that_is_cut_too_is_an_error(recorder: Recorder, recorded: af.Asana) -> None:
    truncated = {"errors": [{"message": "The data set is truncated."}]}
    recorder.reply = lambda asked: Reply(400, truncated)

    with pytest.raises(af.InvalidRequest, match="entries of a single day"):
        time_entries(recorded, "1", "2026-03-02", "2026-04-02")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-02", "2026-03-01"),
        ("soon", None),
        (None, None),
        (2026, None),
        ("null", None),
        ("2026-03-02", pd.NaT),
    ],
)
def test_days_that_are_none_are_refused(
    recorder: Recorder, recorded: af.Asana, start: Any, end: Any
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"lies after|is not a day"):
        time_entries(recorded, "1", start, end)

    assert recorder.asked == []
