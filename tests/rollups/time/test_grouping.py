"""What all rollups of tracked time have in common: their keys, days and names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from tests.rollups.frames import RATE, entry, frame_of, tracked, users_of


def rates() -> pd.DataFrame:
    return frame_of(RATE, [{"gid": "5", "resource_gid": "11", "rate": 80, "currency_code": "EUR"}])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda frame, name: af.rollups.hours(frame, name), "period"),
        (lambda frame, name: af.rollups.hours(frame, name, None), "hours"),
        (lambda frame, name: af.rollups.hours(frame, name, compare="previous"), "hours_previous"),
        (lambda frame, name: af.rollups.hours(frame, name, compare="share"), "hours_share"),
        (lambda frame, name: af.rollups.cost(frame, rates(), name), "currency_code"),
        (lambda frame, name: af.rollups.cost(frame, rates(), name), "amount"),
        (lambda frame, name: af.rollups.billable(frame, name), "share"),
        (lambda frame, name: af.rollups.billable(frame, name), "available"),
        (lambda frame, name: af.rollups.timesheet(frame, "2026-03-02", by=name), "total"),
        (lambda frame, name: af.rollups.timesheet(frame, "2026-03-02", by=name), "Mon"),
        (lambda frame, name: af.rollups.timesheet(frame, "2026-03-02", by=name), "expected_hours"),
        (lambda frame, name: af.rollups.timesheet(frame, "2026-03-02", by=name), "day"),
    ],
)
def test_a_key_that_is_called_like_a_column_of_the_result_is_refused(call: Any, name: str) -> None:
    entries = tracked(entry()).assign(**{name: "a"})

    with pytest.raises(af.InvalidArgument, match=rf"'{name}' is a column of .*cannot be a key"):
        call(entries, name)


@pytest.mark.parametrize("by", [pd.Series(["11"]), {"person": 1}, pd.DataFrame({"a": [1]})])
def test_keys_are_names_and_no_values(by: Any) -> None:
    for call in (
        lambda: af.rollups.hours(tracked(entry()), by),
        lambda: af.rollups.cost(tracked(entry()), rates(), by),
        lambda: af.rollups.billable(tracked(entry()), by),
    ):
        with pytest.raises(af.InvalidArgument, match=r"names of columns.*by='mine'"):
            call()


def test_an_array_of_names_is_a_list_of_names() -> None:
    by: Any = np.array(["person", "project"])

    assert len(af.rollups.cost(tracked(entry()), rates(), by)) == 1


@pytest.mark.parametrize(
    "day", ["09.03.2026", "9/3/2026", "2026-03", "2026", "now", "March 9, 2026", "20260309"]
)
def test_a_day_is_written_in_one_way_only(day: str) -> None:
    with pytest.raises(af.InvalidArgument, match=r"is not a day; use start='2026-03-02'"):
        af.rollups.hours(tracked(entry()), start=day)
    with pytest.raises(af.InvalidArgument, match="is not a day; use week="):
        af.rollups.timesheet(tracked(entry()), day)


def test_one_total_per_period_is_filled_with_zeros_between() -> None:
    entries = tracked(
        entry(day="2026-03-02", minutes=60),
        entry(day="2026-03-17", minutes=30),
        entry(day=None, minutes=15),
    )

    filled = af.rollups.hours(entries, None, "W", fill=True)
    wide = af.rollups.hours(entries, None, "W", fill=True, wide=True, totals=True)

    assert filled["hours"].tolist() == [1.0, 0.0, 0.5, 0.25]
    assert wide.to_numpy().tolist() == [[1.0, 0.0, 0.5, 0.25, 1.75]]


def test_without_entries_a_wide_table_has_its_row_of_totals() -> None:
    wide = af.rollups.hours(
        tracked(), "person", start="2026-03-02", end="2026-03-15", wide=True, totals=True
    )

    assert wide["person_name"].tolist() == ["Total"]
    assert wide["total"].tolist() == [0.0]


def test_the_last_name_of_a_user_who_is_there_twice_counts() -> None:
    users = pd.concat([users_of("11"), users_of("11").assign(name="Ana Lee")])
    span: dict[str, Any] = {"start": "2026-03-02", "end": "2026-03-08"}

    room = af.rollups.capacity(users, **span, hours_per_day={"Ana Lee": 6})
    sheet = af.rollups.timesheet(tracked(entry()), **span, users=users, margins=False)

    assert room[["person_name", "available"]].to_numpy().tolist() == [["Ana Lee", 30.0]]
    assert sheet["person_name"].tolist() == ["Ana Lee"]


def test_a_project_that_was_renamed_has_its_last_name_where_time_is_split() -> None:
    entries = af.rollups.entries(tracked(entry(task="1"), entry(task="1"))).assign(
        project_gids=[("31", "32"), ("31", "32")],
        project_names=[("Website", "Shop"), ("New website", "Shop")],
    )

    found = af.rollups.hours(entries, "project", None, attribution="split")

    assert found[["project_name", "hours"]].to_numpy().tolist() == [
        ["New website", 1.0],
        ["Shop", 1.0],
    ]


def test_split_entries_stay_in_their_order() -> None:
    entries = af.rollups.entries(tracked(entry(task="1"), entry(task="2"))).assign(
        project_gids=[("31", "32"), ("31",)], project_names=[("Website", "Shop"), ("Website",)]
    )

    found = af.rollups.cost(entries, rates(), by="entry", attribution="split")

    assert found["gid"].tolist() == ["1", "1", "2"]
    assert found["hours"].tolist() == [0.5, 0.5, 1.0]
    assert str(found["entered_on"].dtype) == "datetime64[us]"


def test_a_name_of_what_is_missing_is_no_name_of_something_else() -> None:
    entries = tracked(entry("11"), entry(None))

    with pytest.raises(af.InvalidArgument, match=r"none='Ana' is the person_name of 1 row"):
        af.rollups.hours(entries, none="Ana")


def test_minutes_that_asana_does_not_have_are_refused_in_the_table_of_entries() -> None:
    for odd in (60.5, float("inf")):
        entries = tracked(entry()).assign(duration_minutes=[odd])
        with pytest.raises(af.InvalidArgument, match=r"whole minutes.*round"):
            af.rollups.entries(entries)


def test_columns_of_people_that_the_table_has_anyway_stay() -> None:
    users = users_of("11").assign(gid=["11"])

    table = af.rollups.entries(
        tracked(entry("11"), entry("12")), users=users, user_columns=["gid", "name", "email"]
    )

    assert table["person_gid"].tolist() == ["11", "12"]
    assert table["person_name"].tolist() == ["Ana", "Bo"]


def test_lists_that_belong_together_have_one_length() -> None:
    entries = af.rollups.entries(tracked(entry())).assign(
        person_team_gids=[("1", "2")], person_team_names=[("A",)]
    )

    with pytest.raises(af.InvalidArgument, match=r"person_team_gids and .* differ in length"):
        af.rollups.hours(entries, "person_team")


def test_rates_by_takes_the_beginning_of_a_pair() -> None:
    entries = af.rollups.entries(tracked(entry())).assign(category_name=["Design"])
    own = rates().assign(resource_gid=None, category_name="Design")

    found = af.rollups.cost(entries, own, rates_by="category")

    assert found["amount"].tolist() == [80.0]


@pytest.mark.parametrize("name", ["_own", "_shown", "_into", "_project"])
def test_a_key_that_begins_with_an_underscore_is_refused(name: str) -> None:
    entries = tracked(entry()).assign(**{name: "x"})

    with pytest.raises(af.InvalidArgument, match=rf"'{name}' begins with an underscore.*rename"):
        af.rollups.hours(entries, by=name, compare="previous")


def test_dicts_and_columns_that_are_there_twice_are_refused() -> None:
    entries = tracked(entry())

    with pytest.raises(af.InvalidArgument, match=r"'who' holds dicts.*str\['name'\]"):
        af.rollups.hours(entries.assign(who=[{"name": "Ana"}]), by="who")
    twice = pd.concat([entries, entries[["duration_minutes"]]], axis="columns")
    with pytest.raises(af.InvalidArgument, match=r"several columns 'duration_minutes'.*duplicat"):
        af.rollups.hours(twice)


def test_the_last_name_is_shown_whatever_days_count() -> None:
    entries = tracked(
        *(
            entry("11", f"2026-03-{day:02}", created_by_name=name)
            for day, name in ((3, "Old"), (4, "Mid"), (10, "New"))
        )
    )

    for end in ("2026-03-03", "2026-03-04", "2026-03-31", None):
        assert set(af.rollups.hours(entries, every=None, end=end)["person_name"]) == {"New"}
    drafts = entries.assign(approval_status=["APPROVED", "APPROVED", "DRAFT"])
    found = af.rollups.billable(drafts, every=None, approval="approved")
    assert found["person_name"].tolist() == ["New"]
