"""How fast budgets are used up, and when they will be."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.rollups.shared.periods import mean_days, period_end, period_start
from tests.rollups.frames import (
    PROJECT,
    RATE,
    assert_same,
    assert_same_dtypes,
    budget,
    budgets_of,
    cells,
    entry,
    entry_rows,
    frame_of,
    oddly_indexed,
    tracked,
    typed_by_hand,
    weekly,
)

DAY = pd.Timedelta(days=1)


def rates_of(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    names = ("parent_gid", "resource_gid", "rate", "currency_code")
    return frame_of(RATE, (dict(zip(names, row, strict=True)) for row in rows))


RATES = rates_of(("31", "11", 80, "EUR"), ("31", "12", 90, "USD"), ("32", "11", 50, "EUR"))


def test_a_budget_goes_on_at_the_mean_of_its_weeks_until_it_is_used_up() -> None:
    # 2, 4 and 3 hours in the weeks from 2 March: 3 a week. Of 18 hours 9 are left: 3 weeks more.
    table = af.rollups.budget_burn(
        budgets_of(budget(total=18 * 60)), weekly(2, 4, 3), as_of="2026-03-22"
    )

    assert table["period"].dt.strftime("%d.%m.").tolist() == [
        *("02.03.", "09.03.", "16.03.", "23.03.", "30.03.", "06.04.")
    ]
    assert table["is_forecast"].tolist() == [False] * 3 + [True] * 3
    assert table["used"].tolist() == pytest.approx([2, 4, 3, 3, 3, 3])
    assert table["used_total"].tolist() == pytest.approx([2, 6, 9, 12, 15, 18])
    assert table["left"].tolist() == pytest.approx([16, 12, 9, 6, 3, 0])
    assert set(table["exhausted_on"]) == {pd.Timestamp("2026-04-12")}


def test_the_band_is_that_of_the_sum_of_further_weeks() -> None:
    table = af.rollups.budget_burn(
        budgets_of(budget(total=18 * 60)), weekly(2, 4, 3), as_of="2026-03-22"
    )

    # The deviation of 2, 4, 3 is 1; of Student's t with 2 degrees of freedom 80 % lie within
    # 1.8856. One week more: 1.8856 * (1 + 1/3) ** 0.5 = 2.1773; two: 1.8856 * (2 + 4/3) ** 0.5.
    ahead = table[table["is_forecast"]].iloc[:2]
    assert ahead["used_high"].tolist() == pytest.approx([12 + 2.1773, 15 + 3.4427], abs=1e-3)
    assert ahead["used_low"].tolist() == pytest.approx([12 - 2.1773, 15 - 3.4427], abs=1e-3)
    # (9 - 3 k) ** 2 = 1.8856 ** 2 * (k + k ** 2 / 3): k is 1.895 or 5.470 weeks.
    assert table["exhausted_earliest"].iloc[0] == pd.Timestamp("2026-03-22") + 14 * DAY
    assert table["exhausted_latest"].iloc[0] == pd.Timestamp("2026-03-22") + 39 * DAY


def test_a_budget_that_is_used_up_tells_the_day_of_the_entry_that_did_it() -> None:
    table = af.rollups.budget_burn(budgets_of(budget(total=5 * 60)), weekly(2, 4, 3))

    dates = ["exhausted_on", "exhausted_earliest", "exhausted_latest"]
    assert {day for name in dates for day in table[name]} == {pd.Timestamp("2026-03-13")}
    assert table["left"].iloc[2] == -4.0


def test_money_is_priced_and_what_has_no_rate_in_its_currency_is_told_apart() -> None:
    # Ana 2 hours at 80 euros; Bo's rate is in dollars, Cy has none.
    entries = tracked(entry("11", minutes=120), entry("12", minutes=30), entry("14", minutes=15))

    table = af.rollups.budget_burn(budgets_of(budget("cost", 1_000)), entries, RATES)

    row = cells(table)[0]
    assert (row["units"], row["used"], row["left"]) == ("EUR", 160.0, 840.0)
    assert row["unpriced_hours"] == 0.75


def test_without_a_total_the_currency_is_that_of_what_is_used() -> None:
    entries = tracked(entry("11", minutes=120), entry("12", minutes=30))
    bare = budget("cost", None, total_units=None, total_enabled=False)

    row = cells(af.rollups.budget_burn(budgets_of(bare), entries, RATES))[0]

    assert (row["units"], row["used"], row["unpriced_hours"]) == ("EUR", 160.0, 0.5)
    assert (row["total"], row["left"], row["exhausted_on"]) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "used"), [("billable", 1), ("non_billable", 2), ("any", 7), (None, 1)]
)
def test_a_budget_counts_the_entries_that_its_filter_lets_through(
    status: str | None, used: float
) -> None:
    entries = tracked(
        entry(minutes=60),
        entry(minutes=120, billable_status="nonBillable"),
        entry(minutes=240, billable_status="notApplicable"),
        entry(minutes=480, project="32"),
        entry(minutes=480, project=None),
    )

    table = af.rollups.budget_burn(
        budgets_of(budget(actual_billable_status_filter=status)), entries
    )

    assert table["used"].iloc[0] == used


def test_time_counts_to_what_it_is_attributable_to_not_to_what_its_task_is_in() -> None:
    table = af.rollups.entries(tracked(entry(minutes=60), entry(minutes=30, project=None)))
    lent = table.assign(project_gid="31")

    burn = af.rollups.budget_burn(budgets_of(budget()), lent)

    assert burn["used"].iloc[0] == 1.0


@pytest.mark.parametrize("as_of", ["2026-03-08", "2026-03-04"])
def test_a_budget_that_no_entry_counts_to_has_one_row_and_no_forecast(as_of: str) -> None:
    table = af.rollups.budget_burn(budgets_of(budget(project="39")), weekly(1), as_of=as_of)

    (row,) = cells(table)
    assert (row["period"], row["is_forecast"]) == (dt.date(2026, 3, 2), False)
    assert (row["used"], row["used_total"], row["left"]) == (0.0, 0.0, 10.0)
    assert row["exhausted_on"] is None


def test_one_known_week_has_a_mean_and_no_band() -> None:
    table = af.rollups.budget_burn(budgets_of(budget()), weekly(4), as_of="2026-03-08")

    ahead = table[table["is_forecast"]]
    assert ahead["used_total"].tolist() == pytest.approx([8, 12])
    assert ahead["used_low"].isna().all()
    assert table["exhausted_on"].notna().all()
    assert table["exhausted_latest"].isna().all()


def test_the_pace_is_that_of_the_last_whole_periods() -> None:
    # The last two whole weeks had 2 and 4 hours; the week of 20 March is not over on Friday.
    table = af.rollups.budget_burn(budgets_of(budget(total=6_000)), weekly(30, 2, 4, 50), pace=2)

    ahead = table[table["is_forecast"]]
    # From Friday 27 March to the end of the next week there are 9 days: 3 * 9 / 7 hours.
    assert ahead["used_total"].iloc[0] == pytest.approx(86 + 3 * 9 / 7)
    assert ahead["used"].iloc[1] == pytest.approx(3)


def test_a_forecast_looks_half_a_year_ahead_at_most() -> None:
    table = af.rollups.budget_burn(budgets_of(budget(total=1e6)), weekly(2, 4), as_of="2026-03-15")

    # 182 days are 26 weeks.
    assert table["is_forecast"].sum() == 26
    assert not af.rollups.budget_burn(
        budgets_of(budget()), weekly(2, 4), as_of="2026-03-15", forecast=False
    )["is_forecast"].any()


def test_a_plan_is_spent_evenly_between_the_days_of_its_project() -> None:
    # 20 days from 2 to 21 March; by 8 March 7 of them are over.
    span = {"gid": "31", "start_on": "2026-03-02", "due_on": "2026-03-21"}
    projects = frame_of(PROJECT, [span])

    with_plan = af.rollups.budget_burn(
        budgets_of(budget(estimate_value=300)), weekly(1, 1, 1), projects=projects
    )
    of_total = af.rollups.budget_burn(budgets_of(budget()), weekly(1, 1, 1), projects=projects)
    open_end = af.rollups.budget_burn(
        budgets_of(budget()), weekly(1), projects=frame_of(PROJECT, [{**span, "due_on": None}])
    )

    assert with_plan["planned"].iloc[0] == 5.0
    assert with_plan["planned_to_date"].iloc[:3].tolist() == pytest.approx([1.75, 3.5, 5.0])
    assert of_total["planned_to_date"].iloc[0] == pytest.approx(3.5)
    assert open_end["planned_to_date"].isna().all()


def test_entries_that_lack_some_of_what_asana_counted_are_warned_about() -> None:
    budgets = budgets_of(budget(actual_value=300))

    with pytest.warns(af.PartialResultWarning, match=r"Project 31 2\.00 of 5\.00"):
        af.rollups.budget_burn(budgets, weekly(2))
    # Of an earlier day Asana says nothing.
    af.rollups.budget_burn(budgets, weekly(2), as_of="2026-03-08")


@pytest.mark.parametrize("minutes", [-60, 0])
def test_sums_that_do_not_grow_reach_nothing_and_lie_within_their_band(minutes: int) -> None:
    entries = tracked(
        *(entry(day=f"2026-03-{day}", minutes=minutes + day % 2) for day in range(13, 29, 7))
    )

    table = af.rollups.budget_burn(budgets_of(budget(total=1e5)), entries, as_of="2026-03-29")

    assert table["exhausted_on"].isna().all()
    assert (table["used_low"] <= table["used_total"] + 1e-9).all()
    assert (table["used_total"] <= table["used_high"] + 1e-9).all()


EVERY = st.sampled_from(["D", "W", "W-SAT", "MS", "QS"])


def counted(rows: list[dict[str, Any]], last: dt.date) -> dict[dt.date, tuple[float, float]]:
    """Return euros and hours without a rate of project 31 by day."""
    days: dict[dt.date, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in rows:
        day, hours = row["entered_on"], (row["duration_minutes"] or 0) / 60
        if day is None or day > last or row["attributable_to_gid"] != "31":
            continue
        money, bare = days[day]
        is_priced = row["created_by_gid"] == "11"
        days[day] = (money + hours * 80 * is_priced, bare + hours * (not is_priced))
    return days


@settings(max_examples=15, deadline=None)
@given(entry_rows(), EVERY, st.dates(dt.date(2026, 1, 20), dt.date(2026, 2, 20)), st.booleans())
def test_the_past_is_that_of_a_loop_over_the_entries(
    rows: list[dict[str, Any]], every: Any, last: dt.date, is_odd: bool
) -> None:
    frames = [budgets_of(budget("cost", 1_000)), tracked(*rows), RATES]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    table = af.rollups.budget_burn(*frames, every=every, as_of=last)

    days = counted(rows, last)
    past = cells(table[~table["is_forecast"]])
    running = 0.0
    for row in past:
        end = period_end(pd.Timestamp(row["period"]), every).date()
        mine = [values for day, values in days.items() if row["period"] <= day <= end]
        running += sum(money for money, _ in mine)
        assert row["used"] == pytest.approx(sum(money for money, _ in mine), abs=1e-6)
        assert row["unpriced_hours"] == pytest.approx(sum(bare for _, bare in mine), abs=1e-6)
        assert row["used_total"] == pytest.approx(running, abs=1e-6)
        assert row["used_low"] == row["used_high"] == row["used_total"]
    assert running == pytest.approx(sum(money for money, _ in days.values()), abs=1e-6)
    assert past[-1]["period"] == period_start(pd.Timestamp(last), every).date()
    assert past[0]["period"] == period_start(pd.Timestamp(min(days, default=last)), every).date()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=12),
    st.sampled_from(["W", "MS", "D", "W-SUN"]),
    st.integers(1, 400),
    st.integers(0, 10),
)
def test_the_forecast_goes_on_from_the_past_and_crosses_the_total_on_its_day(
    hours: list[int], every: Any, total: int, later: int
) -> None:
    entries = weekly(*hours)
    last = entries["entered_on"].max() + later * DAY

    table = af.rollups.budget_burn(
        budgets_of(budget(total=60 * total)), entries, every=every, as_of=last
    )

    past, ahead = (table[table["is_forecast"] == is_ahead] for is_ahead in (False, True))
    spent = float(past["used_total"].iloc[-1])
    assert spent == pytest.approx(sum(hours))
    sums = [spent + float(more) for more in ahead["used"].cumsum()]
    assert ahead["used_total"].tolist() == pytest.approx(sums)
    band = ahead.dropna(subset="used_low")
    assert (band["used_low"] <= band["used_total"] + 1e-6).all()
    assert (band["used_high"] >= band["used_total"] - 1e-6).all()
    known = [
        float(used)
        for period, used in zip(past["period"], past["used"], strict=True)
        if period_end(period, every) <= last
    ][-8:]
    reached = table["exhausted_on"].iloc[0]
    if spent >= total:
        assert reached <= last
    elif known and sum(known):
        a_day = sum(known) / len(known) / mean_days(every)
        days = (reached - last) / DAY
        assert spent + a_day * days >= total - 1e-4
        assert spent + a_day * (days - 1) < total
        early, late = (table[f"exhausted_{end}"].iloc[0] for end in ("earliest", "latest"))
        assert pd.isna(early) or last <= early <= reached
        assert pd.isna(late) or late >= reached
    else:
        assert pd.isna(reached)


@pytest.mark.parametrize(
    ("kind", "given_rates"), [("time", None), ("time", RATES), ("cost", RATES)]
)
def test_no_budgets_give_the_columns_and_dtypes_of_some(
    kind: str, given_rates: pd.DataFrame | None
) -> None:
    entries, some_budgets = weekly(1, 2, 3), budgets_of(budget(kind))
    some = af.rollups.budget_burn(some_budgets, entries, given_rates)

    assert_same_dtypes(af.rollups.budget_burn(budgets_of(), entries, given_rates), some)
    assert_same_dtypes(af.rollups.budget_burn(budgets_of(), tracked(), given_rates), some)
    assert_same_dtypes(af.rollups.budget_burn(some_budgets, tracked(), given_rates), some)
    assert_same_dtypes(
        af.rollups.budget_burn(some_budgets, entries, given_rates, forecast=False), some
    )


@pytest.mark.parametrize(
    ("column", "given"),
    [
        *((name, "budgets") for name in ("gid", "parent_gid", "budget_type", "total_value")),
        *((name, "entries") for name in ("duration_minutes", "entered_on", "billable_status")),
        *((name, "entries") for name in ("created_by_gid", "attributable_to_gid")),
        ("due_on", "projects"),
    ],
)
def test_a_missing_column_is_named_with_the_function_and_the_fields(
    column: str, given: str
) -> None:
    frames = {
        "budgets": budgets_of(budget()),
        "entries": tracked(entry()),
        "projects": frame_of(PROJECT, []),
    }
    frames[given] = frames[given].drop(columns=column)

    with pytest.raises(af.InvalidArgument, match=rf"rollups\.budget_burn .*{column}.*fields="):
        af.rollups.budget_burn(**frames)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": "M"}, "every='M' is not a valid period"),
        ({"band": 1}, "band="),
        ({"band": 0}, "band="),
        ({"pace": 0}, "pace="),
        ({"as_of": "soon"}, "as_of='soon' is not a day"),
        ({"as_of": pd.Timestamp("2026-03-02", tz="UTC")}, "as_of=.* time zone"),
    ],
)
def test_what_cannot_be_read_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.budget_burn(budgets_of(budget()), weekly(1), **arguments)


def test_a_budget_of_money_needs_rates() -> None:
    with pytest.raises(af.InvalidArgument, match=r"needs rates.*asana\.rates\.list"):
        af.rollups.budget_burn(budgets_of(budget("cost")), weekly(1))


def test_labels_of_rows_and_the_storage_of_text_change_nothing() -> None:
    frames = [budgets_of(budget("cost", 900), budget("time", 600, "32")), weekly(1, 2, 3), RATES]
    expected = af.rollups.budget_burn(*frames)

    assert_same(af.rollups.budget_burn(*map(oddly_indexed, frames)), expected)
    assert_same(af.rollups.budget_burn(*map(typed_by_hand, frames)), expected)


def test_on_the_sandbox_what_is_used_is_what_the_budgets_say(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme")
    budgets = asana.budgets.list(parent=projects)
    entries = asana.time_tracking_entries.list(attributable_to=projects)

    with warnings.catch_warnings():
        warnings.simplefilter("error", af.PartialResultWarning)
        burn = af.rollups.budget_burn(
            budgets, entries, asana.rates.list(parent=projects), projects=projects
        )

    last = burn[~burn["is_forecast"]].groupby("budget_gid")["used_total"].last()
    for row in budgets.to_dict("records"):
        unit = 60 if row["budget_type"] == "time" else 1
        assert float(last[row["gid"]]) == pytest.approx(row["actual_value"] / unit, abs=0.01)
    assert len(last) == len(budgets)
