"""Days on which people work."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.rollups.shared.workdays import daily_hours, parse_workdays, workday_shares
from asana_frames.rollups.time import capacity as workload
from tests.rollups.frames import plan, plans_of, users_of


@pytest.mark.parametrize(
    ("workdays", "shares"),
    [
        ("Mon-Fri", [1, 1, 1, 1, 1, 0, 0]),
        ("Sun-Thu", [1, 1, 1, 1, 0, 0, 1]),
        ("Mon-Thu, Fri:0.5", [1, 1, 1, 1, 0.5, 0, 0]),
        (" monday - sunday ", [1, 1, 1, 1, 1, 1, 1]),
        ("Sat", [0, 0, 0, 0, 0, 1, 0]),
        ("Mon-Fri, Wed:0", [1, 1, 0, 1, 1, 0, 0]),
    ],
)
def test_working_days_are_read_as_they_are_written(workdays: str, shares: list[float]) -> None:
    assert parse_workdays(workdays).tolist() == shares


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"workdays": "every day"}, "workdays="),
        ({"workdays": ""}, "workdays="),
        ({"workdays": "Mon-Fri:2"}, "workdays="),
        ({"workdays": "Mon:0.5.5"}, "workdays="),
        ({"workdays": 5}, "workdays="),
        ({"hours_per_day": 25}, "hours_per_day="),
        ({"hours_per_day": -1}, "hours_per_day="),
        ({"hours_per_day": float("nan")}, "hours_per_day="),
        ({"hours_per_day": "eight"}, "hours_per_day="),
        ({"hours_per_day": {"11": None}}, "hours_per_day="),
        ({"holidays": ["Christmas"]}, "holidays='Christmas'"),
        ({"holidays": "2026-12-25"}, r"holidays=\['2026-12-25'\]"),
        ({"holidays": [pd.Timestamp("2026-12-25", tz="UTC")]}, "holidays="),
        ({"start": "soon"}, "start='soon'"),
        ({"end": pd.Timestamp("2026-12-25", tz="UTC")}, "end="),
        ({"start": "2026-03-02", "end": "2026-03-01"}, "start=2026-03-02 lies after"),
        ({"every": "M"}, "every='M'"),
    ],
)
def test_what_cannot_be_read_is_refused(arguments: dict[str, Any], message: str) -> None:
    plans = plans_of(plan("11", "2026-03-02", "2026-03-02"))

    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.capacity(users_of("11"), plans, **arguments)


def test_a_working_day_has_from_0_to_24_hours() -> None:
    people = pd.Index(["11", "12", "13"])

    assert daily_hours(people, {"11": 0, "12": 24}).tolist() == [0, 24, 8]
    assert daily_hours(people, {"11": 6}, default=7.5).tolist() == [6, 7.5, 7.5]
    assert daily_hours(people, 0).tolist() == [0, 0, 0]
    assert daily_hours(people, 24).tolist() == [24, 24, 24]
    for wrong in ({"12": 24.1}, {"13": -0.1}, 24.1, -0.1):
        with pytest.raises(af.InvalidArgument, match="from 0 to 24"):
            daily_hours(people, wrong)


def test_nobody_works_on_holidays_however_they_are_given() -> None:
    days = pd.date_range("2026-03-02", "2026-03-08")
    monday = pd.Timestamp("2026-03-02 12:00")

    shares = workday_shares(days, "Mon-Sat", ["2026-03-03", monday.date(), monday])

    assert shares.tolist() == [0, 0, 1, 1, 1, 1, 0]


def test_more_people_and_days_than_a_machine_holds_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workload, "_MAX_CELLS", 13)
    plans = plans_of(plan("11", "2026-03-02", "2026-03-08"))

    assert len(af.rollups.capacity(users_of("11"), plans)) == 1
    with pytest.raises(af.InvalidArgument, match=r"2 people on 7 days .* start="):
        af.rollups.capacity(users_of("11", "12"), plans)
