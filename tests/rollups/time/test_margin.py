"""What tracked time brings, costs, and leaves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.frames.arrays import build_array
from tests.rollups.frames import (
    PROJECT,
    PROJECTS,
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
from tests.rollups.time.test_cost import book, rate, rate_for, rates_of

FEE = {
    **dict.fromkeys(("project_gid", "currency_code"), "text"),
    "amount": "number",
    "date": "date",
}
EXCHANGE = {"currency_code": "text", "rate": "number", "start_date": "date"}
MONEY = ["revenue", "fees", "cost", "margin", "share"]

sold = rates_of(rate(None, None, 90))
bought = rates_of(rate(None, None, 50))


def fee(
    project: str = "31",
    amount: float = 300,
    day: dt.date | str | None = None,
    currency: str = "EUR",
) -> dict[str, Any]:
    return {"project_gid": project, "amount": amount, "date": day, "currency_code": currency}


def fees_of(*rows: Row) -> pd.DataFrame:
    return frame_of(FEE, rows)


def project(gid: str, start: str | None = "2026-03-02", due: str | None = "2026-03-15") -> Row:
    return {"gid": gid, "name": PROJECTS.get(gid), "start_on": start, "due_on": due}


def projects_of(*rows: Row) -> pd.DataFrame:
    return frame_of(PROJECT, rows)


def exchange_of(*rows: tuple[str, float, str | None]) -> pd.DataFrame:
    return frame_of(EXCHANGE, (dict(zip(EXCHANGE, row, strict=True)) for row in rows))


def test_revenue_is_of_billable_hours_and_cost_of_all() -> None:
    entries = tracked(entry(minutes=600), entry(minutes=120, billable_status="nonBillable"))

    found = cells(af.rollups.margin(entries, sold, bought))

    # 10 hours at 90 less 12 at 50.
    assert found == [
        {
            "project_gid": "31",
            "project_name": "Website",
            "currency_code": "EUR",
            "hours": 12.0,
            "revenue": 900.0,
            "fees": 0.0,
            "cost": 600.0,
            "margin": 300.0,
            "share": pytest.approx(1 / 3),
            "unpriced_hours": 0.0,
        }
    ]


def test_all_hours_bring_revenue_on_request() -> None:
    entries = tracked(entry(minutes=60, billable_status="nonBillable")).drop(
        columns="billable_status"
    )

    found = af.rollups.margin(entries, sold, bought, None, billable_only=False)

    assert found[MONEY].iloc[0].tolist() == [90.0, 0.0, 50.0, 40.0, pytest.approx(4 / 9)]


def test_rounding_is_for_the_bill_and_not_for_the_cost() -> None:
    found = af.rollups.margin(
        tracked(entry(minutes=50)), sold, bought, None, round_to=15, rounding="up"
    )

    assert found[["hours", "rounded_hours"]].iloc[0].tolist() == [pytest.approx(5 / 6), 1.0]
    assert found[["revenue", "cost"]].iloc[0].tolist() == [90.0, pytest.approx(50 * 5 / 6)]


@pytest.mark.parametrize(
    ("rates", "costs", "unpriced"),
    [
        # Bo's hour is sold without a rate; he has a cost.
        (rates_of(rate(None, "11", 90)), bought, 1.0),
        # Bo's hours, sold or not, have no cost.
        (sold, rates_of(rate(None, "11", 50)), 1.5),
        # Hours that lack both are counted once.
        (rates_of(rate(None, "11", 90)), rates_of(rate(None, "11", 50)), 1.5),
    ],
)
def test_hours_without_a_rate_or_a_cost_leave_no_margin(
    rates: pd.DataFrame, costs: pd.DataFrame, unpriced: float
) -> None:
    entries = tracked(
        entry("11"), entry("12"), entry("12", minutes=30, billable_status="nonBillable")
    )

    by_project = af.rollups.margin(entries, rates, costs)
    by_person = af.rollups.margin(entries, rates, costs, "person_gid")

    assert by_project[["margin", "share"]].isna().all(axis=None)
    assert by_project["unpriced_hours"].tolist() == [unpriced]
    assert by_project["revenue"].iloc[0] >= 90.0
    assert by_person["margin"].notna().tolist() == [True, False]
    assert by_person["unpriced_hours"].tolist() == [0.0, unpriced]


def test_unpriced_hours_that_cancel_each_other_still_leave_no_margin() -> None:
    entries = tracked(entry("11"), entry("12", minutes=60), entry("12", minutes=-60))

    found = af.rollups.margin(entries, rates_of(rate(None, "11", 90)), bought)

    assert found["unpriced_hours"].tolist() == [0.0]
    assert found["margin"].isna().all()


def test_a_fee_falls_on_its_date() -> None:
    fees = fees_of(fee(day="2026-03-15"), fee(amount=20, day="2026-03-16"))

    weekly = af.rollups.margin(tracked(entry()), sold, bought, None, "W", fees=fees)
    until = af.rollups.margin(tracked(entry()), sold, bought, None, fees=fees, end="2026-03-15")

    assert weekly["fees"].tolist() == [0.0, 300.0, 20.0]
    assert weekly["revenue"].tolist() == [90.0, 300.0, 20.0]
    assert until["fees"].tolist() == [300.0]


def test_a_fee_without_a_date_is_spread_over_the_days_of_its_project() -> None:
    # Five days in February, ten in March.
    projects = projects_of(project("31", "2026-02-24", "2026-03-10"))

    found = af.rollups.margin(
        tracked(), sold, bought, "project", "MS", fees=fees_of(fee()), projects=projects
    )

    named = ["project_gid", "project_name", "period", "currency_code", "fees", "margin"]
    assert [list(row.values()) for row in cells(found[named])] == [
        ["31", "Website", dt.date(2026, 2, 1), "EUR", pytest.approx(100.0), pytest.approx(100.0)],
        ["31", "Website", dt.date(2026, 3, 1), "EUR", pytest.approx(200.0), pytest.approx(200.0)],
    ]


def test_finer_keys_share_a_fee_by_their_hours_of_the_project() -> None:
    entries = tracked(
        entry("11", minutes=180),
        entry("12", minutes=60, billable_status="nonBillable"),
        # Of another project, and of another week.
        entry("12", minutes=600, project="32"),
        entry("12", "2026-03-09", minutes=60),
    )
    fees = fees_of(fee(day="2026-03-05"), fee("33", 70, "2026-03-05"))

    found = af.rollups.margin(entries, sold, bought, ["project_gid", "person_gid"], "W", fees=fees)

    told = found[found["fees"] > 0][["project_gid", "person_gid", "period", "fees"]]
    first = dt.date(2026, 3, 2)
    assert [list(row.values()) for row in cells(told)] == [
        ["31", "11", first, 225.0],
        ["31", "12", first, 75.0],
        # Nobody worked on it.
        ["33", None, first, 70.0],
    ]


def test_a_project_that_is_paid_by_its_fee_has_a_rate_of_0() -> None:
    rates = rates_of(rate("31", None, 0))

    found = af.rollups.margin(
        tracked(entry(minutes=120)), rates, bought, fees=fees_of(fee(day="2026-03-02"))
    )

    assert found[[*MONEY, "unpriced_hours"]].iloc[0].tolist() == [
        300.0,
        300.0,
        100.0,
        200.0,
        pytest.approx(2 / 3),
        0.0,
    ]


def test_money_is_converted_at_the_rate_of_the_day() -> None:
    costs = rates_of(rate(None, None, 50, "USD"))
    rates = exchange_of(("USD", 0.9, None), ("USD", 0.8, "2026-03-03"), ("CHF", 1.1, None))
    entries = tracked(entry(day="2026-03-02"), entry(day="2026-03-03"), entry(day=None))

    found = af.rollups.margin(
        entries,
        sold,
        costs,
        None,
        currency="EUR",
        exchange_rates=rates,
        fees=fees_of(fee(amount=100, day="2026-03-04", currency="CHF")),
    )

    # Costs of 45, 40 and, without a day, 45.
    assert found["currency_code"].tolist() == ["EUR"]
    assert found[["revenue", "fees", "cost"]].iloc[0].tolist() == [
        pytest.approx(380.0),
        pytest.approx(110.0),
        pytest.approx(130.0),
    ]


def test_a_missing_exchange_rate_is_named_with_its_day() -> None:
    costs = rates_of(rate(None, None, 50, "USD"))
    late = exchange_of(("USD", 0.9, "2026-04-01"))

    with pytest.raises(af.InvalidArgument, match="rate of USD to EUR on 2026-03-02"):
        af.rollups.margin(tracked(entry()), sold, costs, currency="EUR", exchange_rates=late)
    with pytest.raises(af.InvalidArgument, match="USD to EUR for entries without a day"):
        af.rollups.margin(
            tracked(entry(day=None)), sold, costs, currency="EUR", exchange_rates=late
        )
    with pytest.raises(af.InvalidArgument, match="USD to EUR on 2026-03-02"):
        af.rollups.margin(tracked(entry()), sold, costs, currency="EUR")
    with pytest.raises(af.InvalidArgument, match=r"GBP to EUR on 2026-03-05"):
        af.rollups.margin(
            tracked(),
            sold,
            bought,
            currency="EUR",
            fees=fees_of(fee("31", 1, "2026-03-05", "GBP")),
        )


@pytest.mark.parametrize(
    ("costs", "fees"),
    [
        (rates_of(rate(None, None, 50, "USD")), None),
        (bought, fees_of(fee(day="2026-03-02", currency="USD"))),
    ],
)
def test_currencies_are_never_added_without_a_rate(costs: Any, fees: Any) -> None:
    with pytest.raises(af.InvalidArgument, match=r"revenue in .*USD.* currency= and"):
        af.rollups.margin(tracked(entry()), sold, costs, fees=fees)


def test_groups_of_different_currencies_are_rows_of_their_own() -> None:
    rates = rates_of(rate("31", None, 90), rate("32", None, 80, "USD"))
    costs = rates_of(rate("31", None, 50), rate("32", None, 40, "USD"))
    entries = tracked(entry(), entry(project="32"), entry(project="33"))

    by_project = af.rollups.margin(entries, rates, costs, "project_gid")
    total = af.rollups.margin(entries, rates, costs, None)

    named = ["currency_code", "revenue", "cost", "margin", "unpriced_hours"]
    assert [list(row.values()) for row in cells(by_project[named])] == [
        ["EUR", 90.0, 50.0, 40.0, 0.0],
        ["USD", 80.0, 40.0, 40.0, 0.0],
        [None, 0.0, 0.0, None, 1.0],
    ]
    # The hour of which nothing is known may be of either currency.
    assert [list(row.values()) for row in cells(total[named])] == [
        ["EUR", 90.0, 50.0, None, 0.0],
        ["USD", 80.0, 40.0, None, 0.0],
        [None, 0.0, 0.0, None, 1.0],
    ]


def test_hours_without_money_have_the_currency_of_their_group() -> None:
    found = af.rollups.margin(
        tracked(entry("11"), entry("12")), rates_of(rate("31", "11")), rates_of(rate("31", "11"))
    )

    assert found["currency_code"].tolist() == ["EUR"]
    assert found[["hours", "unpriced_hours"]].iloc[0].tolist() == [2.0, 1.0]


def _in_euros(amount: float, currency: str, day: dt.date | None) -> float:
    """Convert as ``_EXCHANGE`` says."""
    if currency == "EUR":
        return amount
    return amount * (0.75 if day is not None and day >= dt.date(2026, 1, 10) else 0.5)


_EXCHANGE = exchange_of(("USD", 0.5, None), ("USD", 0.75, "2026-01-10"))
dates = st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 10))


@settings(max_examples=25, deadline=None)
@given(
    st.data(),
    entry_rows(),
    book,
    book,
    st.lists(
        st.builds(
            fee,
            st.sampled_from([*PROJECTS]),
            st.integers(-500, 5_000),
            dates | st.none(),
            st.sampled_from(["EUR", "USD"]),
        ),
        max_size=4,
    ),
    st.sampled_from([None, "project", "person", ["person", "project"], "task"]),
    st.sampled_from([None, "D", "W", "MS"]),
    st.booleans(),
)
def test_money_of_entries_and_fees_is_kept_whatever_the_keys(
    data: st.DataObject,
    rows: list[dict[str, Any]],
    rates: list[dict[str, Any]],
    costs: list[dict[str, Any]],
    fees: list[dict[str, Any]],
    by: Any,
    every: Any,
    is_odd: bool,
) -> None:
    statuses = st.sampled_from(["billable", "nonBillable", None])
    rows = [{**row, "billable_status": data.draw(statuses)} for row in rows]
    frames = [tracked(*rows), rates_of(*rates), rates_of(*costs)]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    found = af.rollups.margin(
        *frames,
        by,
        every,
        fees=fees_of(*fees),
        projects=projects_of(*(project(gid, "2026-01-05", "2026-01-14") for gid in PROJECTS)),
        currency="EUR",
        exchange_rates=_EXCHANGE,
        placeholders={"11": "dev"},
    )

    money: dict[str, float] = defaultdict(float)
    for row in rows:
        day, hours = row["entered_on"], (row["duration_minutes"] or 0) / 60
        price, cost = rate_for(rates, row), _cost_for(costs, row)
        is_sold = row["billable_status"] == "billable"
        money["hours"] += hours
        if is_sold and price:
            money["revenue"] += _in_euros(hours * price["rate"], price["currency_code"], day)
        if cost:
            money["cost"] += _in_euros(hours * cost["rate"], cost["currency_code"], day)
        if cost is None or (is_sold and price is None):
            money["unpriced_hours"] += hours
    for one in fees:
        # Of the ten days of the project, five are before the rate changes.
        days = [one["date"]] if one["date"] else [dt.date(2026, 1, n) for n in range(5, 15)]
        for day in days:
            part = _in_euros(one["amount"] / len(days), one["currency_code"], day)
            money["fees"] += part
            money["revenue"] += part
    for name in ("hours", "revenue", "fees", "cost", "unpriced_hours"):
        assert float(found[name].sum()) == pytest.approx(money[name], abs=1e-6), name
    whole = found.dropna(subset="margin")
    left = (whole["revenue"] - whole["cost"]).tolist()
    assert whole["margin"].tolist() == pytest.approx(left, abs=1e-9)
    keys = [name for name in found if name.endswith(("gid", "name", "period", "code"))]
    assert not found.duplicated(keys).any()


def _cost_for(costs: list[dict[str, Any]], row: dict[str, Any]) -> dict[str, Any] | None:
    """Placeholders are for rates alone: of the stand-in of Ana nothing is known here."""
    return rate_for([one for one in costs if one["resource_gid"] != "dev"], row)


@settings(max_examples=20, deadline=None)
@given(entry_rows(), st.lists(st.builds(fee, st.sampled_from([*PROJECTS]), day=dates), max_size=3))
def test_a_fee_is_split_as_the_hours_are(
    rows: list[dict[str, Any]], fees: list[dict[str, Any]]
) -> None:
    found = af.rollups.margin(
        tracked(*rows), sold, bought, ["project_gid", "person_gid"], "W", fees=fees_of(*fees)
    )

    minutes: dict[Any, int] = defaultdict(int)
    for row in rows:
        week = row["entered_on"] and monday(row["entered_on"])
        place = (row["attributable_to_gid"], week)
        minutes[place, row["created_by_gid"]] += row["duration_minutes"] or 0
    expected: dict[Any, float] = defaultdict(float)
    for one in fees:
        place = (one["project_gid"], monday(one["date"]))
        here = {person: n for (at, person), n in minutes.items() if at == place}
        if sum(here.values()) <= 0:
            expected[place, None] += one["amount"]
            continue
        for person, n in here.items():
            expected[place, person] += one["amount"] * n / sum(here.values())
    parts = {
        ((row["project_gid"], row["period"]), row["person_gid"]): row["fees"]
        for row in cells(found)
    }
    assert {k: v for k, v in parts.items() if v} == pytest.approx(
        {k: v for k, v in expected.items() if v}
    )


@pytest.mark.parametrize("by", [None, "project", ["person", "project", "task"]])
@pytest.mark.parametrize("more", [{}, {"every": "W", "round_to": 6, "currency": "EUR"}])
@pytest.mark.parametrize("fees", [None, fees_of(), fees_of(fee(day="2026-03-02"))])
def test_nothing_gives_the_columns_and_dtypes_of_something(by: Any, more: Any, fees: Any) -> None:
    entries = tracked(entry(task="1"), entry("12"), entry(None))
    some = af.rollups.margin(entries, sold, bought, by, **more)

    assert_same_dtypes(af.rollups.margin(tracked(), sold, bought, by, fees=fees, **more), some)
    assert_same_dtypes(af.rollups.margin(entries, rates_of(), rates_of(), by, **more), some)
    assert_same_dtypes(af.rollups.margin(entries, sold, bought, by, fees=fees, **more), some)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"fees": fees_of(fee())}, "1 row.* of fees= have no date.*projects="),
        (
            {"fees": fees_of(fee()), "projects": projects_of(project("32"))},
            "fee of project 31 has no date",
        ),
        (
            {"fees": fees_of(fee()), "projects": projects_of(project("31", due=None))},
            "fee of project 31 has no date",
        ),
        ({"fees": fees_of(fee()).drop(columns="amount")}, "fees=.*amount"),
        ({"fees": fees_of(fee()).assign(currency_code=None)}, "1 row.*currency_code"),
        ({"fees": 3}, "fees=.*DataFrame"),
        ({"exchange_rates": exchange_of(("USD", 1, None))}, "needs currency="),
        ({"currency": 3}, "currency= takes text"),
        (
            {"currency": "EUR", "exchange_rates": exchange_of(("USD", 0, None))},
            "a rate above 0 in each row",
        ),
        (
            {"currency": "EUR", "exchange_rates": exchange_of(("USD", 1, None), ("USD", 2, None))},
            "exchange_rates=: 2 rates contradict",
        ),
        ({"every": "M"}, "every='M' is not a valid period"),
        ({"by": "projet"}, "'projet'.*'project'"),
        ({"by": "entered_on"}, "every='D'"),
        ({"by": {"project": 1}}, "by= takes names of columns"),
        ({"billable_only": "no"}, "billable_only= takes True or False"),
    ],
)
def test_what_cannot_be_is_refused(more: Any, says: str) -> None:
    with pytest.raises(af.InvalidArgument, match=says):
        af.rollups.margin(tracked(entry()), sold, bought, **more)


def test_a_fault_of_the_costs_is_said_to_be_theirs() -> None:
    with pytest.raises(af.InvalidArgument, match=r"costs=: 2 rates contradict"):
        af.rollups.margin(tracked(), sold, rates_of(rate("31", None, 1), rate("31", None, 2)))


def test_the_storage_of_text_and_labels_change_nothing() -> None:
    frames = [tracked(entry("11"), entry("12", project="32"), entry(None)), sold, bought]
    fees = fees_of(fee(day="2026-03-02"), fee("32", 10, "2026-03-02"))
    expected = af.rollups.margin(*frames, ["project", "person"], fees=fees)

    for twist in (oddly_indexed, typed_by_hand):
        found = af.rollups.margin(*map(twist, frames), ["project", "person"], fees=twist(fees))
        assert_same(found, expected)


def test_a_column_of_categories_stays_one() -> None:
    entries = tracked(entry(), entry("12")).assign(
        area=pd.Categorical(["a", "b"], categories=["b", "a"])
    )

    found = af.rollups.margin(
        entries, sold, bought, "area", fees=fees_of(fee("33", day="2026-03-02"))
    )

    assert found["area"].astype(object).fillna("-").tolist() == ["b", "a", "-"]
    assert found["area"].dtype == entries["area"].dtype
    assert build_array("number", [90, 90, 300]).tolist() == found["revenue"].tolist()


def test_margins_of_periods_are_compared_in_their_currency() -> None:
    entries = tracked(
        entry(day="2026-03-02", minutes=60),
        entry(day="2026-03-09", minutes=120),
        entry(day="2026-03-17", minutes=30, project=None),
    )
    rates = rates_of(rate(None, None, 90))
    costs = rates_of(rate(None, None, 50))

    found = af.rollups.margin(
        entries, rates, costs, None, "W", compare=["previous", "cumulative"], now="2026-12-31"
    )

    told = found[["margin", "margin_previous", "margin_change", "margin_cumulative", "share"]]
    # 40 an hour: 1 hour, 2 hours, half an hour.
    assert told.astype(object).where(told.notna(), None).to_numpy().tolist() == [
        [40.0, None, None, 40.0, pytest.approx(4 / 9)],
        [80.0, 40.0, 40.0, 120.0, pytest.approx(4 / 9)],
        [20.0, 80.0, -60.0, 140.0, pytest.approx(4 / 9)],
    ]


def test_keys_without_a_value_have_the_name_that_is_asked_for() -> None:
    found = af.rollups.margin(
        tracked(entry(project=None)), rates_of(rate()), rates_of(rate()), none="(none)"
    )

    assert found["project_name"].tolist() == ["(none)"]


def test_costs_need_no_project_and_with_costs_by_no_person() -> None:
    entries = tracked(entry("11", minutes=60), entry("12", minutes=60, project="32"))
    columns = {"resource_gid": ["11", "12"], "rate": 50.0, "currency_code": "EUR"}
    by_person = pd.DataFrame(columns)
    by_role = pd.DataFrame({"role": ["Lead"], "rate": 50.0, "currency_code": "EUR"})

    told = af.rollups.margin(entries, sold, by_person, by=None)
    of_role = af.rollups.margin(
        entries.assign(role="Lead"), sold, by_role, by=None, costs_by="role"
    )

    assert told["cost"].tolist() == of_role["cost"].tolist() == [100.0]
    with pytest.raises(af.InvalidArgument, match=r"costs= needs the column.*resource_gid"):
        af.rollups.margin(entries, sold, by_person.drop(columns="resource_gid"))


@pytest.mark.parametrize(
    ("column", "name", "message"),
    [
        (
            "resource_gid",
            "Ana",
            r"costs=: resource_gid takes gids, and 'Ana' .* person.*users",
        ),
        (
            "parent_gid",
            "Website",
            r"parent_gid takes gids, and 'Website' .* project.*projects\.",
        ),
    ],
)
def test_names_in_place_of_gids_are_refused(column: str, name: str, message: str) -> None:
    costs = bought.assign(**{column: [name]})

    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.margin(tracked(entry("11")), sold, costs)
    fees = fees_of(fee("Website", day="2026-03-02"))
    with pytest.raises(af.InvalidArgument, match=r"fees=: project_gid takes gids.*projects\."):
        af.rollups.margin(tracked(entry("11")), sold, bought, fees=fees)
    with pytest.raises(af.InvalidArgument, match=r"placeholders= takes gids, and 'Ana'"):
        af.rollups.margin(tracked(entry("11")), sold, bought, placeholders={"Ana": "dev"})
