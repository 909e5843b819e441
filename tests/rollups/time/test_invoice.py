"""The lines of an invoice."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import assert_same_dtypes, cells, entry, entry_rows, tracked
from tests.rollups.time.test_cost import book, rate, rates_of


def test_a_line_is_a_person_in_a_project_at_one_rate() -> None:
    rates = rates_of(rate("31", "11", 80), rate("31", "11", 90, start="2026-03-10"))
    entries = tracked(
        entry("11", "2026-03-02", 50),
        entry("11", "2026-03-03", 100),
        entry("11", "2026-03-10", 30),
        entry("11", "2026-03-10", 480, billable_status="nonBillable"),
        entry("12", "2026-03-10", 60),
    )

    lines = cells(af.rollups.invoice(entries, rates))

    ana = {"project_gid": "31", "project_name": "Website", "person_gid": "11"}
    assert lines == [
        # 150 minutes at 80, and half an hour at the rate from 10 March.
        {**ana, "person_name": "Ana", "rate": 80.0, "currency_code": "EUR", **_worth(2.5, 200.0)},
        {**ana, "person_name": "Ana", "rate": 90.0, "currency_code": "EUR", **_worth(0.5, 45.0)},
        {
            **ana,
            "person_gid": "12",
            "person_name": "Bo",
            "rate": None,
            "currency_code": None,
            **_worth(1.0, None),
        },
    ]


def _worth(hours: float, amount: float | None) -> dict[str, float | None]:
    return {"hours": hours, "amount": amount}


def test_each_entry_is_rounded_and_the_amount_is_that_of_rounded_hours() -> None:
    entries = tracked(entry(minutes=50), entry(minutes=65), entry(minutes=52))

    up = af.rollups.invoice(entries, rates_of(rate("31")), None, round_to=15, rounding="up")
    nearest = af.rollups.invoice(entries, rates_of(rate("31")), None, round_to=15)

    # 60 + 75 + 60 minutes, and 45 + 60 + 45, at 50 an hour.
    assert (up["rounded_hours"].tolist(), up["amount"].tolist()) == ([3.25], [162.5])
    assert (nearest["rounded_hours"].tolist(), nearest["amount"].tolist()) == ([2.5], [125.0])
    assert up["hours"].tolist() == [pytest.approx(167 / 60)]


@settings(max_examples=20, deadline=None)
@given(
    entry_rows(),
    book,
    st.sampled_from([None, "person", ["project", "person"], "task"]),
    st.sampled_from([None, "W"]),
    st.sampled_from(["any", "billable"]),
    st.sampled_from([None, 6]),
)
def test_the_lines_add_up_to_the_cost_of_the_same_entries(
    rows: list[dict[str, Any]],
    rates: list[dict[str, Any]],
    by: Any,
    every: Any,
    billable: Any,
    round_to: Any,
) -> None:
    frames = tracked(*rows), rates_of(*rates)
    same = {"billable": billable, "round_to": round_to}

    lines = af.rollups.invoice(*frames, by, every, **same)

    keys = [name for name in lines if name not in ("rate", "hours", "rounded_hours", "amount")]
    summed = lines.groupby(keys, dropna=False)[["hours", "amount"]].sum()
    cost = af.rollups.cost(*frames, by, every, **same).groupby(keys, dropna=False)
    for name in ("hours", "amount"):
        expected = cost[name].sum()
        assert summed[name].tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    assert not lines.duplicated([*keys, "rate"]).any()
    priced = lines.dropna(subset="rate")
    hours = priced["hours" if round_to is None else "rounded_hours"].fillna(0)
    assert priced["amount"].fillna(0).tolist() == pytest.approx(
        (priced["rate"] * hours).tolist(), abs=1e-6
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(-600, 600), st.integers(1, 20_000), st.sampled_from([0, 1, 2]))
def test_amounts_are_rounded_half_away_from_0(minutes: int, cents: int, decimals: int) -> None:
    rates = rates_of(rate("31", None, cents / 100))

    lines = af.rollups.invoice(tracked(entry(minutes=minutes)), rates, decimals=decimals)

    exact = Decimal(cents) / 100 * minutes / 60
    expected = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert lines["amount"].tolist() == [float(expected)]


def test_only_what_is_approved_is_billed_on_request() -> None:
    states = ["DRAFT", "SUBMITTED", "APPROVED", "REJECTED", None]
    entries = tracked(*(entry(approval_status=state) for state in states))

    lines = af.rollups.invoice(entries, rates_of(rate("31")), approval="approved")

    assert lines["amount"].tolist() == [50.0]


def test_a_bill_of_days_has_the_days_that_it_is_asked_for() -> None:
    days = [dt.date(2026, 3, 1) + dt.timedelta(days=n) for n in range(31)]
    entries = tracked(*(entry(day=day) for day in days))

    lines = af.rollups.invoice(
        entries, rates_of(rate("31")), start="2026-03-02", end="2026-03-15", every="W"
    )

    assert lines["amount"].tolist() == [350.0, 350.0]


@pytest.mark.parametrize("by", [None, "person", ["project", "task"]])
@pytest.mark.parametrize("more", [{}, {"round_to": 6, "decimals": 2, "every": "MS"}])
def test_nothing_gives_the_columns_and_dtypes_of_something(by: Any, more: Any) -> None:
    entries = tracked(entry(task="1"), entry("12"), entry(None))
    some = af.rollups.invoice(entries, rates_of(rate("31", "11")), by, **more)

    assert_same_dtypes(af.rollups.invoice(tracked(), rates_of(rate("31")), by, **more), some)
    assert_same_dtypes(af.rollups.invoice(entries, rates_of(), by, **more), some)


@pytest.mark.parametrize("decimals", [-1, 1.5, "2", True])
def test_decimals_that_are_no_number_are_refused(decimals: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="decimals= takes a whole number"):
        af.rollups.invoice(tracked(), rates_of(), decimals=decimals)
