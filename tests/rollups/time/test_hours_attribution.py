"""To which project tracked time counts, and that no minute is lost on the way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    PROJECT,
    PROJECTS,
    TASK,
    assert_same,
    assert_same_dtypes,
    cells,
    entry,
    entry_rows,
    frame_of,
    monday,
    oddly_indexed,
    tracked,
    typed_by_hand,
)

#: Task -> the projects and sections it is in.
HOMES: dict[str, tuple[tuple[str, str], ...]] = {
    "t1": (("31", "41"), ("32", "42"), ("33", "43")),
    "t2": (("32", "42"), ("31", "44")),
    "t3": (("33", "43"),),
    "t4": (),
}
TEAMS = {"31": "51", "32": "51", "33": "52", "39": "52"}
WAYS = ["asana", "asana_or_first", "split", "first"]


def tasks() -> pd.DataFrame:
    rows = (
        {
            "gid": gid,
            "name": f"Task {gid}",
            "memberships_project_gids": tuple(project for project, _ in homes),
            "memberships_project_names": tuple(PROJECTS[project] for project, _ in homes),
            "memberships_section_gids": tuple(section for _, section in homes),
            "memberships_section_names": tuple(f"Section {section}" for _, section in homes),
        }
        for gid, homes in HOMES.items()
    )
    return frame_of(TASK, rows)


def projects() -> pd.DataFrame:
    rows = ({"gid": g, "name": PROJECTS.get(g), "team_gid": team} for g, team in TEAMS.items())
    return frame_of(PROJECT, rows)


def table_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return af.rollups.entries(tracked(*rows), tasks(), projects())


def shares(row: dict[str, Any], attribution: str) -> list[tuple[str | None, str | None, float]]:
    """Return the project, section and share of each place that an entry counts to."""
    homes = HOMES.get(row["task_gid"], ())
    given = row["attributable_to_gid"]
    if attribution == "split" and homes:
        return [(project, section, 1 / len(homes)) for project, section in homes]
    if attribution == "first" and homes:
        return [(*homes[0], 1.0)]
    project = given or (homes[0][0] if homes and attribution != "asana" else None)
    return [(project, dict(homes).get(project or ""), 1.0)]


def test_each_attribution_counts_ninety_minutes_its_own_way() -> None:
    table = table_of(entry(minutes=90, project="32", task="t1"))

    found = {
        way: af.rollups.hours(table, by="project_gid", every=None, attribution=way)  # type: ignore[arg-type]
        for way in WAYS
    }

    # The entry is attributable to 32; the task is in 31, 32 and 33, each of which gets 30 minutes.
    assert cells(found["asana"]) == [{"project_gid": "32", "hours": 1.5}]
    assert cells(found["asana_or_first"]) == [{"project_gid": "32", "hours": 1.5}]
    assert cells(found["first"]) == [{"project_gid": "31", "hours": 1.5}]
    assert cells(found["split"]) == [
        {"project_gid": gid, "hours": 0.5} for gid in ("31", "32", "33")
    ]


def test_sections_and_teams_follow_the_project() -> None:
    table = table_of(entry(minutes=90, project="32", task="t1"))

    sections = af.rollups.hours(table, by="section_gid", every=None, attribution="split")
    teams = af.rollups.hours(table, by="team_gid", every=None, attribution="split")
    first = af.rollups.hours(table, by=["project_gid", "section_gid"], attribution="first")

    assert sections["section_gid"].tolist() == ["41", "42", "43"]
    # Projects 31 and 32 are of team 51: two shares of 30 minutes.
    assert cells(teams) == [{"team_gid": "51", "hours": 1.0}, {"team_gid": "52", "hours": 0.5}]
    assert first[["project_gid", "section_gid", "hours"]].values.tolist() == [["31", "41", 1.5]]


def test_time_attributable_to_a_project_the_task_is_not_in_counts_to_the_task_s_when_asked() -> (
    None
):
    table = table_of(entry(minutes=60, project="39", task="t3"))

    found = {
        way: af.rollups.hours(table, by="project_gid", every=None, attribution=way)  # type: ignore[arg-type]
        for way in WAYS
    }

    assert found["asana"]["project_gid"].tolist() == ["39"]
    assert found["asana_or_first"]["project_gid"].tolist() == ["39"]
    assert found["first"]["project_gid"].tolist() == ["33"]
    assert found["split"]["project_gid"].tolist() == ["33"]


@pytest.mark.parametrize("attribution", WAYS)
def test_time_on_a_task_without_a_project_stays_where_it_is_attributable(attribution: Any) -> None:
    table = table_of(entry(minutes=60, project="39", task="t4"), entry(minutes=30, project=None))

    found = af.rollups.hours(table, by="project_gid", every=None, attribution=attribution)

    assert cells(found) == [
        {"project_gid": "39", "hours": 1.0},
        {"project_gid": None, "hours": 0.5},
    ]


@settings(max_examples=20, deadline=None)
@given(entry_rows([*PROJECTS, "39"], [*HOMES, "t9"]), st.sampled_from(WAYS))
def test_hours_of_projects_are_those_of_a_loop_over_the_entries(
    rows: list[dict[str, Any]], attribution: Any
) -> None:
    table = table_of(*rows)

    found = af.rollups.hours(table, by=["project_gid", "section_gid"], attribution=attribution)

    expected: dict[Any, float] = defaultdict(float)
    for row in rows:
        day = row["entered_on"]
        for project, section, share in shares(row, attribution):
            key = (project, section, day and monday(day))
            expected[key] += (row["duration_minutes"] or 0) * share / 60
    told = {
        (row["project_gid"], row["section_gid"], row["period"]): row["hours"]
        for row in cells(found)
    }
    assert len(told) == len(found)
    assert told == pytest.approx(dict(expected))


def test_time_that_is_attributable_to_nothing_is_listed_under_none_by_asana() -> None:
    table = table_of(entry(minutes=60, project=None, task="t1"))

    found = af.rollups.hours(
        table, ["project", "section", "team"], every=None, attribution="asana"
    )

    assert cells(found.dropna(axis="columns")) == [{"hours": 1.0}]


@settings(max_examples=30, deadline=None)
@given(
    entry_rows([*PROJECTS, "39"], [*HOMES, "t9"]), st.sampled_from(WAYS), st.sampled_from([0, 45])
)
def test_a_project_costs_its_own_hours_at_its_own_rate_however_they_are_attributed(
    rows: list[dict[str, Any]], attribution: Any, default: int
) -> None:
    money = {"31": 10, "32": 20, "39": 30, None: default}
    rates = pd.DataFrame(
        [
            {"parent_gid": gid, "resource_gid": None, "rate": float(rate), "currency_code": "EUR"}
            for gid, rate in money.items()
            if rate
        ]
    )
    table = table_of(*rows)

    found = af.rollups.cost(table, rates, by="project_gid", attribution=attribution)
    each = af.rollups.cost(table, rates, attribution=attribution)

    expected: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        for project, _, share in shares(row, attribution):
            hours = (row["duration_minutes"] or 0) * share / 60
            key = (project, "EUR" if money.get(project, default) else None)
            expected[key][0] += hours
            expected[key][1] += hours * money.get(project, default)
    told = {
        (row["project_gid"], row["currency_code"]): [row["hours"] or 0.0, row["amount"] or 0.0]
        for row in cells(found)
    }
    assert told.keys() == expected.keys()
    for key, values in told.items():
        assert values == pytest.approx(expected[key])
    assert float(each["amount"].sum()) == pytest.approx(sum(one[1] for one in expected.values()))


@settings(max_examples=30, deadline=None)
@given(entry_rows([*PROJECTS, "39"], [*HOMES, "t9"]))
def test_the_cost_of_a_project_is_what_its_budget_has_used(rows: list[dict[str, Any]]) -> None:
    table = table_of(*rows)
    rates = pd.DataFrame(
        [
            {"parent_gid": gid, "resource_gid": None, "rate": 10.0, "currency_code": "EUR"}
            for gid in ("31", "32", "39")
        ]
    )
    budgets = pd.DataFrame(
        [
            {
                "gid": f"b{gid}",
                "parent_gid": gid,
                "parent_name": gid,
                "budget_type": "cost",
                "total_value": 1e6,
                "total_units": "EUR",
                "actual_value": None,
                "actual_units": "EUR",
                "actual_billable_status_filter": "any",
            }
            for gid in ("31", "32", "39")
        ]
    )

    burn = af.rollups.budget_burn(budgets, table, rates, forecast=False)
    found = af.rollups.cost(table, rates, by="project_gid")

    amounts = found.dropna(subset="project_gid").set_index("project_gid")["amount"].fillna(0)
    used = burn.groupby("project_gid")["used"].sum()
    for gid in ("31", "32", "39"):
        assert float(used.get(gid, 0)) == pytest.approx(float(amounts.get(gid, 0)))


@settings(max_examples=20, deadline=None)
@given(
    entry_rows([*PROJECTS, "39"], [*HOMES, "t9"]),
    st.sampled_from(WAYS),
    st.lists(
        st.sampled_from(["person", "project", "section", "team", "task", "category", "billable"]),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["D", "W", "W-SUN", "MS", "QS", "YS", None]),
    st.booleans(),
)
def test_no_minute_is_lost_whatever_the_keys_and_periods(
    rows: list[dict[str, Any]], attribution: Any, by: list[str], every: Any, fill: bool
) -> None:
    table = table_of(*rows)

    found = af.rollups.hours(
        table, by, every, attribution=attribution, fill=fill and every is not None
    )

    minutes = sum(row["duration_minutes"] or 0 for row in rows)
    assert float(found["hours"].sum()) * 60 == pytest.approx(minutes, abs=1e-6)
    assert not found["hours"].isna().any()
    assert not found.duplicated([name for name in found if name != "hours"]).any()


@settings(max_examples=20, deadline=None)
@given(entry_rows(), st.sampled_from(["D", "W", "W-WED", "MS"]))
def test_filling_adds_rows_of_zero_for_each_group_and_period_and_changes_none(
    rows: list[dict[str, Any]], every: Any
) -> None:
    entries = tracked(*rows)

    bare = af.rollups.hours(entries, "person_gid", every)
    full = af.rollups.hours(entries, "person_gid", every, fill=True)

    held, known = (
        {(r["person_gid"], r["period"]): r["hours"] for r in cells(f)} for f in (full, bare)
    )
    assert known.items() <= held.items()
    assert all(held[key] == 0 for key in held.keys() - known.keys())
    if every == "D" and (days := [row["entered_on"] for row in rows if row["entered_on"]]):
        span = [min(days) + dt.timedelta(n) for n in range((max(days) - min(days)).days + 1)]
        people = {row["created_by_gid"] for row in rows}
        assert {key for key in held if key[1]} == {(gid, day) for gid in people for day in span}


@pytest.mark.parametrize("attribution", WAYS)
def test_labels_of_rows_and_the_storage_of_text_change_no_sum(attribution: Any) -> None:
    table = table_of(
        *(
            entry(day=f"2026-03-0{n}", minutes=n, project=None, task=f"t{n % 4 + 1}")
            for n in range(1, 8)
        )
    )

    expected = af.rollups.hours(table, ["project", "person"], attribution=attribution)

    odd = af.rollups.hours(oddly_indexed(table), ["project", "person"], attribution=attribution)
    by_hand = af.rollups.hours(
        typed_by_hand(table), ["project", "person"], attribution=attribution
    )
    assert_same(odd, expected)
    assert_same(by_hand, expected)


@pytest.mark.parametrize("attribution", WAYS)
@pytest.mark.parametrize("by", ["person", "project", ["section", "team"], "billable"])
@pytest.mark.parametrize("every", [None, "W"])
def test_no_entries_give_the_columns_and_dtypes_of_some(
    attribution: Any, by: Any, every: Any
) -> None:
    some = table_of(entry(task="t1"), entry(task="t2"))
    none = table_of()

    assert_same_dtypes(
        af.rollups.hours(none, by, every, attribution=attribution),
        af.rollups.hours(some, by, every, attribution=attribution),
    )


def test_people_and_projects_of_one_name_stay_apart() -> None:
    entries = tracked(entry("11", project="31"), entry("13", project="33", minutes=30))

    by_gid = af.rollups.hours(entries, by=["person", "project"], every=None)
    by_name = af.rollups.hours(entries, by=["created_by_name", "attributable_to_name"], every=None)

    assert by_gid["person_name"].tolist() == ["Ana", "Ana"]
    assert by_gid["hours"].tolist() == [1.0, 0.5]
    assert by_name["hours"].tolist() == [1.5]


def test_an_entry_that_is_there_twice_counts_once_as_it_was_read_last() -> None:
    twice = pd.concat([tracked(entry(minutes=60)), tracked(entry(minutes=90))])

    assert af.rollups.hours(twice)["hours"].tolist() == [1.5]
    # Rows of one's own have no gid, and are not each other.
    own = twice.assign(gid=None)
    assert af.rollups.hours(own)["hours"].tolist() == [2.5]


def test_a_person_who_was_renamed_is_one_row_with_the_last_name() -> None:
    entries = tracked(
        entry("11", minutes=60),
        entry("11", minutes=30, created_by_name="Ana Lee"),
        entry("13", minutes=15),
    )

    found = af.rollups.hours(entries, "person", every=None)

    assert found[["person_name", "hours"]].to_numpy().tolist() == [["Ana Lee", 1.5], ["Ana", 0.25]]


def test_only_what_is_asked_for_counts() -> None:
    entries = tracked(
        entry(day="2026-03-02", minutes=60),
        entry(day="2026-03-03", minutes=30, billable_status="nonBillable"),
        entry(day=None, minutes=15),
    )

    def total(**only: Any) -> float:
        return float(af.rollups.hours(entries, None, None, **only)["hours"].iloc[0])

    assert total() == 1.75
    assert total(start="2026-03-02", end="2026-03-02") == 1.0
    assert total(start="2026-03-03") == 0.5
    assert total(billable="billable") == 1.25
    assert total(billable="non_billable") == 0.5


def test_an_attribution_needs_the_table_of_entries() -> None:
    entries = tracked(entry())

    with pytest.raises(af.InvalidArgument, match=r"attribution='split'.*rollups\.entries"):
        af.rollups.hours(entries, by="project", attribution="split")
    with pytest.raises(af.InvalidArgument, match=r"attribution='half'.*'first'"):
        af.rollups.hours(entries, attribution="half")  # type: ignore[arg-type]


def test_lists_that_became_text_are_refused() -> None:
    table = table_of(entry(project=None, task="t1"))
    texts = table.assign(project_gids=table["project_gids"].map(str).astype("string"))

    with pytest.raises(af.InvalidArgument, match=r"project_gids, row 1: .* is not a list"):
        af.rollups.hours(texts, by="project_gid", attribution="split")


def test_a_key_that_is_what_is_added_up_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="'hours'"):
        af.rollups.hours(table_of(entry()), by="hours")


def test_an_unknown_key_comes_with_the_nearest_ones() -> None:
    table = table_of(entry())

    with pytest.raises(af.InvalidArgument, match=r"rollups\.hours.*'persn'.*'person'"):
        af.rollups.hours(table, by="persn")
    with pytest.raises(af.InvalidArgument, match="at least one key"):
        af.rollups.hours(table, by=[])


@pytest.mark.parametrize("column", ["duration_minutes", "entered_on"])
def test_a_missing_column_is_named_with_the_function_and_the_fields(column: str) -> None:
    entries = tracked(entry()).drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.hours .*{column}.*fields="):
        af.rollups.hours(entries)


def test_filling_needs_periods_and_not_too_many_of_them() -> None:
    entries = tracked(entry(day="1700-01-01"), entry(day="2250-01-01"))
    many = pd.concat([entries.assign(gid=None, created_by_gid=str(n)) for n in range(120)])

    with pytest.raises(af.InvalidArgument, match=r"every='W'"):
        af.rollups.hours(entries, every=None, fill=True)
    with pytest.raises(af.InvalidArgument, match="rows of 120 groups"):
        af.rollups.hours(many, by="person_gid", every="D", fill=True)
