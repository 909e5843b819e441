"""Days on which people work."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.rollups.shared.people import match_people
from asana_frames.rollups.shared.workdays import (
    WorkingTime,
    daily_hours,
    parse_workdays,
    workday_shares,
    working_hours,
)
from asana_frames.rollups.time import person_days
from tests.rollups.frames import PEOPLE, absences_of, plan, plans_of, users_of


def people_of(*gids: str) -> pd.DataFrame:
    """Return people as the functions of working days take them."""
    return pd.DataFrame({"person_gid": gids, "person_name": [PEOPLE[gid] for gid in gids]})


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
    people = people_of("11", "12", "13")

    assert daily_hours(people, {"11": 0, "12": 24}).tolist() == [0, 24, 8]
    assert daily_hours(people, {"11": 6}, usual=7.5).tolist() == [6, 7.5, 7.5]
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
    monkeypatch.setattr(person_days, "_MAX_CELLS", 13)
    plans = plans_of(plan("11", "2026-03-02", "2026-03-08"))

    assert len(af.rollups.capacity(users_of("11"), plans)) == 1
    with pytest.raises(af.InvalidArgument, match=r"2 people on 7 days .* start="):
        af.rollups.capacity(users_of("11", "12"), plans)


WEEK = pd.date_range("2026-03-02", "2026-03-08")


def test_people_are_keys_by_gid_or_by_exact_name() -> None:
    people = people_of("11", "12", "14")

    hours = working_hours(
        people,
        WEEK,
        WorkingTime(
            {"Bo": 6, "11": 4}, {"Cy": "Mon-Wed"}, {"Ana": ["2026-03-03"], "14": ["2026-03-02"]}
        ),
    )

    assert hours.tolist() == [
        [4, 0, 4, 4, 4, 0, 0],
        [6, 6, 6, 6, 6, 0, 0],
        [0, 8, 8, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize("name", ["hours_per_day", "workdays", "holidays"])
def test_keys_that_name_nobody_or_several_people_are_refused(name: str) -> None:
    value: Any = {"hours_per_day": 6, "workdays": "Mon", "holidays": []}[name]
    plans = plans_of(plan("11", "2026-03-02", "2026-03-02"))

    def refuse(users: pd.DataFrame, key: Any, message: str) -> None:
        with pytest.raises(af.InvalidArgument, match=rf"^{name}=.*{message}"):
            af.rollups.capacity(users, plans, **{name: {key: value}})

    refuse(users_of("11", "12"), "ana", "'ana'. Did you mean 'Ana'")
    refuse(users_of("11", "12"), "14", "does not know the person '14'")
    refuse(users_of("11", "13"), "Ana", "2 people are called 'Ana'; use the gid, '11' or '13'")
    if name != "holidays":
        refuse(users_of("11", "12"), 11, "does not know the person 11")


def test_keys_are_checked_also_where_there_is_nothing_to_report() -> None:
    with pytest.raises(af.InvalidArgument, match="'Bo'"):
        af.rollups.capacity(users_of("11"), plans_of(), hours_per_day={"Bo": 6})


def test_a_person_who_is_named_twice_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="'Bo' by gid and by name"):
        match_people({"12": 1, "Bo": 2}, people_of("11", "12"), name="hours_per_day")


def test_a_calendar_of_day_and_name_is_a_list_of_days() -> None:
    calendar = {"2026-03-03": "Founding day", pd.Timestamp("2026-03-04").date(): "Other day"}

    assert workday_shares(WEEK, "Mon-Fri", calendar).tolist() == [1, 0, 0, 1, 1, 0, 0]


class LazyCalendar(dict[Any, str]):
    """A calendar that knows a year once it is asked for one of its days, as those of a library."""

    def __contains__(self, day: object) -> bool:
        self[pd.Timestamp(f"{day:%Y}-03-03").date()] = "Founding day"
        return super().__contains__(day)


def test_a_calendar_that_knows_no_year_yet_is_asked_for_each_day_and_not_changed() -> None:
    calendar = LazyCalendar()

    of_all = workday_shares(WEEK, "Mon-Fri", calendar)
    of_one = working_hours(
        people_of("11", "12"), WEEK, WorkingTime(1.0, holidays={"Bo": calendar})
    )

    assert of_all.tolist() == [1, 0, 1, 1, 1, 0, 0]
    assert of_one.tolist() == [[1, 1, 1, 1, 1, 0, 0], [1, 0, 1, 1, 1, 0, 0]]
    assert dict(calendar) == {}


@pytest.mark.parametrize("years", [None, 2026])
def test_calendars_of_the_library_are_holidays_of_all_or_of_a_person(years: int | None) -> None:
    library = pytest.importorskip("holidays")
    germany = library.country_holidays("DE", years=years)
    known = dict(germany)
    days = pd.date_range("2026-12-21", "2026-12-27")

    of_all = workday_shares(days, "Mon-Fri", germany)
    table = af.rollups.capacity(
        users_of("11", "12"),
        start=days[0],
        end=days[-1],
        hours_per_day={"Bo": 6},
        holidays={"Bo": germany, "11": []},
    )

    # Christmas Day is the Friday; the day after it is a Saturday.
    assert of_all.tolist() == [1, 1, 1, 1, 0, 0, 0]
    assert table["available"].tolist() == [40.0, 24.0]
    assert dict(germany) == known


def test_nobody_works_on_days_out_of_office_whatever_the_calendar() -> None:
    away = {"user_gid": "11", "start_date": "2026-03-02", "end_date": "2026-03-03"}

    table = af.rollups.capacity(
        users_of("11"),
        ooo=absences_of(away),
        start="2026-03-02",
        end="2026-03-08",
        workdays={"Ana": "Mon-Thu"},
        holidays=["2026-03-03"],
    )

    assert table[["available", "out_of_office"]].values.tolist() == [[16.0, 8.0]]
