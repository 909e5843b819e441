"""What tracked time costs."""

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
    PEOPLE,
    PROJECTS,
    RATE,
    Row,
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


def rate(
    project: str | None = None,
    person: str | None = None,
    rate: float | None = 50,
    currency: str | None = "EUR",
    start: str | None = None,
    end: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    row = {"parent_gid": project, "resource_gid": person, "rate": rate, "currency_code": currency}
    return {**row, "start_date": start, "end_date": end, **more}


def rates_of(*rows: Row) -> pd.DataFrame:
    return frame_of(RATE, ({"gid": str(n), **row} for n, row in enumerate(rows, 500)))


def test_a_row_per_entry_tells_the_hours_the_rate_and_the_amount() -> None:
    rates = rates_of(rate("31", "11", 80))

    table = af.rollups.cost(
        tracked(entry(minutes=90, task="1"), entry("12", minutes=30)), rates, by="entry"
    )

    priced, bare = cells(table)
    # 1.5 hours at 80 are 120.
    assert priced == {
        "gid": "1",
        "entered_on": dt.date(2026, 3, 2),
        "person_gid": "11",
        "person_name": "Ana",
        "project_gid": "31",
        "project_name": "Website",
        "task_gid": "1",
        "task_name": "Task 1",
        "hours": 1.5,
        "rate_gid": "500",
        "rate": 80.0,
        "currency_code": "EUR",
        "amount": 120.0,
        "rate_from": "project and person",
    }
    told = ["rate_gid", "rate", "currency_code", "amount", "rate_from"]
    assert [bare[name] for name in told] == [None] * 5
    assert bare["hours"] == 0.5


@pytest.mark.parametrize(
    ("project", "person", "found", "source"),
    [
        ("31", "11", 80, "project and person"),
        ("31", "12", 70, "project"),
        ("32", "11", 60, "person"),
        ("32", "12", 50, "default"),
        (None, "11", 60, "person"),
        ("31", None, 70, "project"),
        (None, None, 50, "default"),
    ],
)
def test_the_nearest_rate_applies(
    project: str | None, person: str | None, found: int, source: str
) -> None:
    rates = rates_of(
        rate(None, None, 50), rate(None, "11", 60), rate("31", None, 70), rate("31", "11", 80)
    )

    table = af.rollups.cost(tracked(entry(person, project=project)), rates, by="entry")

    assert (table["rate"].iloc[0], table["rate_from"].iloc[0]) == (found, source)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-02-28", 50),
        ("2026-03-01", 60),
        ("2026-03-31", 60),
        ("2026-04-01", 70),
        ("2026-04-30", 70),
        # That of April has ended, so the one from March applies again.
        ("2026-05-01", 60),
        (None, 50),
    ],
)
def test_of_dated_rates_the_one_that_began_last_hides_the_others_to_its_last_day(
    day: str | None, found: int | None
) -> None:
    rates = rates_of(
        rate("31", "11", 70, start="2026-04-01", end="2026-04-30"),
        rate("31", "11", 50),
        rate("31", "11", 60, start="2026-03-01"),
    )

    table = af.rollups.cost(tracked(entry(day=day)), rates, by="entry")

    assert cells(table)[0]["rate"] == found


def test_where_a_rate_has_ended_the_one_for_more_people_applies() -> None:
    rates = rates_of(rate("31", "11", 80, end="2026-03-01"), rate("31", None, 70))

    table = af.rollups.cost(
        tracked(entry(day="2026-03-01"), entry(day="2026-03-02")), rates, by="entry"
    )

    assert table["rate"].tolist() == [80.0, 70.0]


def test_a_time_of_day_on_the_last_day_of_a_rate_is_within_it() -> None:
    entries = tracked(entry()).assign(entered_on=[pd.Timestamp("2026-03-31 18:00")])

    table = af.rollups.cost(entries, rates_of(rate("31", "11", 80, end="2026-03-31")), by="entry")

    assert table["rate"].tolist() == [80.0]


def test_a_placeholder_s_rate_applies_where_the_person_has_none() -> None:
    rates = rates_of(
        rate("31", "dev", 90), rate("31", "12", 80), rate("31", None, 10), rate(None, "dev", 20)
    )
    entries = tracked(entry("11"), entry("12"), entry("11", project="32"), entry("14"))

    table = af.rollups.cost(entries, rates, by="entry", placeholders={"11": "dev", "12": "dev"})

    # Ana stands for the placeholder, Bo has a rate of his own, Cy has that of the project.
    assert table["rate"].tolist() == [90.0, 80.0, 20.0, 10.0]
    assert table["rate_from"].tolist() == [
        "project and person",
        "project and person",
        "person",
        "project",
    ]


def test_currencies_and_what_has_no_rate_are_rows_of_their_own() -> None:
    rates = rates_of(rate("31", "11", 80), rate("31", "12", 90, "USD"))
    entries = tracked(entry("11"), entry("12"), entry("14", minutes=30), entry("11", minutes=30))

    table = af.rollups.cost(entries, rates, by="project_gid")

    assert [list(row.values()) for row in cells(table)] == [
        ["31", "EUR", 1.5, 120.0],
        ["31", "USD", 1.0, 90.0],
        ["31", None, 0.5, None],
    ]


def test_a_rate_that_is_there_twice_is_one_and_one_without_an_amount_is_none() -> None:
    rates = rates_of(rate("31", "11", 80), rate("31", "11", 80), rate("31", "12", None))

    table = af.rollups.cost(tracked(entry("11"), entry("12")), rates, by="entry")

    assert table["amount"].fillna(-1).tolist() == [80.0, -1.0]


@pytest.mark.parametrize(
    "rows",
    [
        [rate("31", "11", 80), rate("31", "11", 90)],
        [rate("31", "11", 80), rate("31", "11", 80, "USD")],
        [rate("31", None, 80), rate("31", None, 90)],
        [rate(None, None, 80), rate(None, None, 90)],
        [rate("31", "11", 80, start="2026-03-01"), rate("31", "11", 90, start="2026-03-01")],
        [rate("31", "11", 80, end="2026-03-01"), rate("31", "11", 80, end="2026-04-01")],
    ],
)
def test_rates_that_contradict_each_other_are_refused(rows: list[Row]) -> None:
    with pytest.raises(af.InvalidArgument, match=r"2 rates contradict.*start_date"):
        af.rollups.cost(tracked(), rates_of(*rows))


def test_a_rate_without_a_currency_is_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"1 rate.*currency_code"):
        af.rollups.cost(tracked(), rates_of(rate("31", "11", 80, None)))


def test_text_of_rates_that_is_not_a_day_is_refused() -> None:
    rates = rates_of(rate("31")).assign(start_date=["spring"])

    with pytest.raises(af.InvalidArgument, match=r"rollups\.cost: start_date, row 1: 'spring'"):
        af.rollups.cost(tracked(), rates)


book = st.lists(
    st.builds(
        rate,
        st.sampled_from([None, *PROJECTS]),
        st.sampled_from([None, *PEOPLE, "dev"]),
        st.integers(1, 200),
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from([None, "2026-01-01", "2026-01-15"]),
        st.sampled_from([None, "2026-01-10", "2026-02-01"]),
    ),
    max_size=10,
    unique_by=lambda row: (row["parent_gid"], row["resource_gid"], row["start_date"]),
)


def rate_for(rows: list[dict[str, Any]], one: dict[str, Any]) -> dict[str, Any] | None:
    """Return the rate that applies to an entry, found by looking at each in turn."""
    project, person = one["attributable_to_gid"], one["created_by_gid"]
    stand_in = {"11": "dev"}.get(person)
    places = [(project, person), (project, stand_in), (project, None)]
    places += [(None, person), (None, stand_in), (None, None)]
    levels = [(True, True), (True, True), (True, False), (False, True), (False, True)]
    for (at, who), (needs_at, needs_who) in zip(places, [*levels, (False, False)], strict=True):
        if (needs_at and at is None) or (needs_who and who is None):
            continue
        day = one["entered_on"] and one["entered_on"].isoformat()
        here = [
            row
            for row in rows
            if (row["parent_gid"], row["resource_gid"]) == (at, who)
            and (row["start_date"] is None or (day is not None and row["start_date"] <= day))
            and (row["end_date"] is None or (day is not None and day <= row["end_date"]))
        ]
        if here:
            return max(here, key=lambda row: row["start_date"] or "")
    return None


@settings(max_examples=15, deadline=None)
@given(entry_rows(), book, st.booleans())
def test_the_cost_of_each_entry_is_that_of_a_loop_over_the_rates(
    rows: list[dict[str, Any]], rates: list[dict[str, Any]], is_odd: bool
) -> None:
    frames = [tracked(*rows), rates_of(*rates)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = cells(af.rollups.cost(*frames, by="entry", placeholders={"11": "dev"}))

    assert len(found) == len(rows)
    for row, one in zip(found, rows, strict=True):
        expected = rate_for(rates, one)
        minutes = one["duration_minutes"]
        assert row["rate"] == (expected and expected["rate"])
        assert row["currency_code"] == (expected and expected["currency_code"])
        if expected is None or minutes is None:
            assert row["amount"] is None
        else:
            assert row["amount"] == pytest.approx(minutes / 60 * expected["rate"])


@settings(max_examples=15, deadline=None)
@given(
    entry_rows(),
    book,
    st.sampled_from([None, "person", "project", ["project", "person"], "task"]),
    st.sampled_from([None, "D", "W", "MS"]),
)
def test_money_of_each_currency_and_hours_are_kept_whatever_the_keys(
    rows: list[dict[str, Any]], rates: list[dict[str, Any]], by: Any, every: Any
) -> None:
    found = af.rollups.cost(
        tracked(*rows), rates_of(*rates), by, every, placeholders={"11": "dev"}
    )

    money: dict[Any, float] = defaultdict(float)
    for one in rows:
        if expected := rate_for(rates, one):
            money[expected["currency_code"]] += (one["duration_minutes"] or 0) * expected["rate"]
    by_currency: dict[Any, float] = defaultdict(float)
    for row in cells(found):
        by_currency[row["currency_code"]] += (row["amount"] or 0) * 60
    assert {k: v for k, v in by_currency.items() if k} == pytest.approx(dict(money))
    assert by_currency.get(None, 0) == 0
    hours = sum(one["duration_minutes"] or 0 for one in rows) / 60
    assert float(found["hours"].sum()) == pytest.approx(hours, abs=1e-6)
    assert not found.duplicated([n for n in found if n not in ("hours", "amount")]).any()


def test_periods_are_those_of_hours() -> None:
    days = [dt.date(2026, 3, 1) + dt.timedelta(days=n) for n in range(20)]
    entries = tracked(*(entry(day=day) for day in days))

    found = af.rollups.cost(entries, rates_of(rate("31", None, 10)), by="project", every="W")

    # Sunday 1 March is of the week from 23 February; then two whole weeks, and five days.
    assert [row["period"] for row in cells(found)] == sorted({monday(day) for day in days})
    assert found["amount"].tolist() == [10.0, 70.0, 70.0, 50.0]


@pytest.mark.parametrize(
    ("by", "every"),
    [("entry", None), (None, None), (None, "W"), ("person", None), (["project", "task"], "W")],
)
def test_nothing_gives_the_columns_and_dtypes_of_something(by: Any, every: Any) -> None:
    rates, entries = rates_of(rate("31", "11")), tracked(entry(task="1"), entry("12"), entry(None))
    some = af.rollups.cost(entries, rates, by, every)

    assert_same_dtypes(af.rollups.cost(tracked(), rates, by, every), some)
    assert_same_dtypes(af.rollups.cost(entries, rates_of(), by, every), some)
    assert_same_dtypes(af.rollups.cost(tracked(), rates_of(), by, every), some)


@pytest.mark.parametrize(
    "column", ["duration_minutes", "entered_on", "created_by_gid", "attributable_to_gid"]
)
def test_a_missing_column_of_entries_is_named_with_the_function_and_the_fields(
    column: str,
) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.cost .*{column}.*fields="):
        af.rollups.cost(tracked().drop(columns=column), rates_of())


@pytest.mark.parametrize("column", ["parent_gid", "resource_gid", "rate", "currency_code"])
def test_a_missing_column_of_rates_is_named_with_the_function(column: str) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.cost .*{column}"):
        af.rollups.cost(tracked(), rates_of().drop(columns=column))


def test_unknown_keys_and_periods_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match=r"rollups\.cost.*'projet'.*'project'"):
        af.rollups.cost(tracked(), rates_of(), by="projet")
    with pytest.raises(af.InvalidArgument, match="every='M' is not a valid period"):
        af.rollups.cost(tracked(), rates_of(), by="project", every="M")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match=r"row per entry; leave out every="):
        af.rollups.cost(tracked(), rates_of(), by="entry", every="W")


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [
        tracked(entry("11"), entry("12"), entry(None), entry("13", project="33"), entry("14")),
        rates_of(rate("31", "11"), rate("31", None, 40), rate("33", None, 9, "USD")),
    ]

    for by in ("entry", None, ["person", "project"]):
        expected = af.rollups.cost(*frames, by=by)
        assert_same(af.rollups.cost(*map(oddly_indexed, frames), by=by), expected)
        assert_same(af.rollups.cost(*map(typed_by_hand, frames), by=by), expected)


def test_the_table_of_entries_costs_what_the_entries_cost() -> None:
    entries = tracked(entry("11"), entry("12", project="32"), entry("13"))
    rates = rates_of(rate("31", None, 40), rate("32", "12", 70))

    of_table = af.rollups.cost(af.rollups.entries(entries), rates, by="project")

    assert_same(of_table, af.rollups.cost(entries, rates, by="project"))


def test_on_the_sandbox_the_cost_of_a_project_is_what_its_budget_says(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    budgets = asana.budgets.list(parent=projects)
    rates = asana.rates.list(parent=projects)
    entries = asana.time_tracking_entries.list(attributable_to=projects)

    by_project = af.rollups.cost(entries, rates, by="project")

    amounts = by_project.dropna(subset="amount").set_index("project_gid")["amount"]
    of_money = budgets[budgets["budget_type"] == "cost"]
    assert len(of_money) > 1
    for gid, actual in zip(of_money["parent_gid"], of_money["actual_value"], strict=True):
        assert float(amounts[gid]) == pytest.approx(actual, abs=0.01)


def test_rates_may_be_of_a_role_or_a_category() -> None:
    own = pd.DataFrame({"person_gid": ["11", "12", "13"], "role": ["Senior", "Junior", "Senior"]})
    entries = af.rollups.entries(
        tracked(entry("11"), entry("12"), entry("13", project="32"), entry("14")),
        users=own,
        user_columns=["role"],
    )
    rates = rates_of(
        rate("31", "11", 100),
        rate("31", None, 80, person_role="Senior"),
        rate(None, None, 40, person_role="Junior"),
        rate(None, None, 60, person_role="Senior"),
        rate(None, None, 10),
    ).assign(person_role=[None, "Senior", "Junior", "Senior", None])

    table = af.rollups.cost(entries, rates, by="entry", rates_by="person_role")

    assert table[["rate", "rate_from"]].to_numpy().tolist() == [
        [100.0, "project and person"],
        [40.0, "person_role"],
        [60.0, "person_role"],
        [10.0, "default"],
    ]
    without = rates.assign(resource_gid=None)
    near = af.rollups.cost(entries, without, by="entry", rates_by=["person_role"])
    # Without the first rate's person it is the rate of the project for everybody.
    assert near["rate_from"].tolist()[:2] == ["project and person_role", "project"]


def test_a_rate_of_one_thing_at_a_time() -> None:
    rates = rates_of(rate("31", "11")).assign(category_name="Design")
    entries = af.rollups.entries(tracked(entry()))

    with pytest.raises(af.InvalidArgument, match=r"1 rate.*resource_gid, category_name"):
        af.rollups.cost(entries, rates, rates_by="category_name")
    with pytest.raises(af.InvalidArgument, match=r"rates_by='categry' is no column of rates"):
        af.rollups.cost(entries, rates, rates_by="categry")
    with pytest.raises(af.InvalidArgument, match=r"rates_by='project_gids' holds several"):
        af.rollups.cost(entries, rates.assign(project_gids=None), rates_by="project_gids")


@pytest.mark.parametrize(
    ("round_to", "rounding", "minutes", "rounded"),
    [
        (15, "nearest", 22, 15),
        (15, "nearest", 23, 30),
        (6, "nearest", 3, 6),
        (6, "nearest", 2, 0),
        (15, "up", 16, 30),
        (15, "up", 15, 15),
        (6, "up", 1, 6),
        (15, "up", 0, 0),
    ],
)
def test_minutes_are_rounded_entry_by_entry_and_hours_stay(
    round_to: int, rounding: Any, minutes: int, rounded: int
) -> None:
    entries = tracked(entry(minutes=minutes), entry(minutes=minutes))

    found = af.rollups.cost(
        entries, rates_of(rate("31", None, 60)), round_to=round_to, rounding=rounding
    )

    told = found[["hours", "rounded_hours", "amount"]].to_numpy().tolist()
    # At 60 an hour, a minute is 1.
    assert told == [[minutes * 2 / 60, rounded * 2 / 60, float(rounded * 2)]]


def test_what_is_billable_and_approved_is_what_is_asked_for() -> None:
    entries = tracked(
        entry(minutes=60, approval_status="APPROVED"),
        entry(minutes=30, approval_status="SUBMITTED"),
        entry(minutes=20, approval_status="REJECTED"),
        entry(minutes=10, approval_status="DRAFT", billable_status="nonBillable"),
        entry(minutes=5),
    )
    rates = rates_of(rate("31", None, 60))

    def amount(**only: Any) -> float:
        return float(af.rollups.cost(entries, rates, **only)["amount"].sum())

    assert amount() == 125
    assert amount(billable="billable") == 115
    assert amount(billable="non_billable") == 10
    assert amount(approval="submitted") == 90
    assert amount(approval="approved") == 60
    with pytest.raises(af.InvalidArgument, match=r"approval='yes'.*'submitted'"):
        amount(approval="yes")
    with pytest.raises(af.InvalidArgument, match="round_to="):
        amount(round_to=0)
    with pytest.raises(af.InvalidArgument, match=r"start=2026-03-02 lies after end=2026-03-01"):
        amount(start="2026-03-02", end="2026-03-01")


@pytest.mark.parametrize("grades", [[2, None], [2.0, None], ["2", None]])
@pytest.mark.parametrize("dtype", ["int64", "float64", "Int64", "object"])
def test_rates_of_numbers_are_found_whether_or_not_a_column_has_gaps(
    grades: list[Any], dtype: str
) -> None:
    rates = rates_of(rate(None, None, 90), rate(None, None, 50)).assign(grade=grades)
    entries = tracked(entry(minutes=60)).assign(grade=pd.Series([2], dtype=dtype))

    assert af.rollups.cost(entries, rates, by=None, rates_by="grade")["amount"].tolist() == [90.0]


def test_a_column_that_is_named_twice_has_its_rates_once() -> None:
    rates = rates_of(rate(None, None, 90)).assign(category_name="Design")
    entries = tracked(entry(minutes=60)).assign(category_name="Design")

    for words in (["category", "category_name"], ["category", "category"]):
        found = af.rollups.cost(entries, rates, by=None, rates_by=words)
        assert found["amount"].tolist() == [90.0]


def test_a_frame_that_is_not_of_rates_is_told_from_where_they_come() -> None:
    with pytest.raises(af.InvalidArgument, match=r"resource_gid.*asana\.rates\.list"):
        af.rollups.cost(tracked(entry()), tracked(entry()).rename(columns={"gid": "parent_gid"}))
