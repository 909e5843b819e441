"""Where budgets stand, and which are at risk."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import (
    PROJECT,
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

NOW = "2026-03-22"
RATES = pd.DataFrame(
    {"parent_gid": ["31"], "resource_gid": ["11"], "rate": [80.0], "currency_code": ["EUR"]}
)


def projects_of(due: str | None, gid: str = "31") -> pd.DataFrame:
    return frame_of(PROJECT, [{"gid": gid, "start_on": "2026-03-02", "due_on": due}])


def status_of(total: float | None, *hours: float, **given: Any) -> dict[str, Any]:
    """Return the status of a budget of so many hours, of which some were used each week."""
    budgets = budgets_of(budget(total=None if total is None else 60 * total))
    (row,) = cells(af.rollups.budget_status(budgets, weekly(*hours), **{"now": NOW, **given}))
    return row


def test_a_budget_tells_what_is_used_and_left_and_what_its_project_will_have_used() -> None:
    # 2, 4 and 3 hours in three weeks are 0.6 a working day; five remain until Friday.
    row = status_of(18, 2, 4, 3, projects=projects_of("2026-03-27"))

    assert (row["used"], row["total"], row["remaining"], row["share"]) == (9.0, 18.0, 9.0, 0.5)
    assert row["forecast_at_end"] == pytest.approx(12)
    assert row["forecast_share"] == pytest.approx(12 / 18)
    assert row["due_on"] == dt.date(2026, 3, 27)
    assert row["exhausted_on"] == dt.date(2026, 4, 10)
    assert (row["state"], row["alert"]) == ("ok", None)


@pytest.mark.parametrize(
    ("used", "state", "alert"),
    [
        (7.4, "ok", None),
        (7.5, "ok", 0.75),
        (8.9, "ok", 0.75),
        (9, "at risk", 0.9),
        (10, "at risk", 1.0),
        (10.1, "over", 1.0),
    ],
)
def test_a_budget_is_at_risk_from_90_percent_and_over_above_100(
    used: float, state: str, alert: float | None
) -> None:
    row = status_of(10, used)

    assert (row["state"], row["alert"]) == (state, alert)


@pytest.mark.parametrize(
    ("due", "state"), [("2026-04-09", "ok"), ("2026-04-10", "ok"), ("2026-04-13", "at risk")]
)
def test_a_budget_that_is_exhausted_before_the_due_date_is_at_risk(due: str, state: str) -> None:
    # At 3 hours a week it is exhausted on Friday 10 April.
    assert status_of(18, 2, 4, 3, projects=projects_of(due))["state"] == state


def test_thresholds_are_arguments() -> None:
    row = status_of(10, 6, alerts=[0.5, 0.6], at_risk=0.6)

    assert (row["state"], row["alert"]) == ("at risk", 0.6)
    assert status_of(10, 6, alerts=[])["alert"] is None


def test_sums_of_money_reach_a_threshold_in_spite_of_their_rounding() -> None:
    entries = tracked(*(entry(minutes=6) for _ in range(30)))
    rates = RATES.assign(rate=0.1)

    # 30 times a cent.
    (row,) = cells(
        af.rollups.budget_status(budgets_of(budget("cost", 0.3)), entries, rates, now=NOW)
    )

    assert (row["state"], row["alert"]) == ("at risk", 1.0)


def test_without_a_total_there_is_no_share_and_no_alert() -> None:
    row = status_of(None, 9, projects=projects_of("2026-03-27"))

    assert (row["state"], row["alert"], row["share"], row["remaining"]) == (
        "no total",
        None,
        None,
        None,
    )
    assert row["used"] == 9.0


@pytest.mark.parametrize(
    ("total", "hours", "state"),
    [(0, (), "at risk"), (0, (1,), "over"), (-1, (), "over"), (-1, (1,), "over")],
)
def test_of_a_total_of_0_or_below_nothing_may_be_used(
    total: float, hours: tuple[float, ...], state: str
) -> None:
    row = status_of(total, *hours)

    assert (row["state"], row["share"], row["alert"]) == (state, None, 1.0)
    assert row["remaining"] == total - sum(hours)


def test_without_a_due_date_or_a_pace_there_is_no_forecast() -> None:
    undated = status_of(18, 3, projects=projects_of(None))
    unknown = status_of(18, 3, now="2026-03-06", projects=projects_of("2026-03-27"))

    assert undated["forecast_at_end"] is None
    assert status_of(18, 3)["forecast_at_end"] is None
    assert unknown["forecast_at_end"] is None


def test_a_project_that_was_due_has_used_what_it_used() -> None:
    assert status_of(18, 3, projects=projects_of("2026-03-20"))["forecast_at_end"] == 3.0


def test_a_due_date_centuries_away_has_a_forecast() -> None:
    row = status_of(18, 3, projects=projects_of("2999-12-31"))

    assert row["forecast_at_end"] > 1_000


def test_hours_without_a_rate_are_told_apart() -> None:
    entries = tracked(entry("11", minutes=60), entry("12", minutes=30))

    with pytest.warns(af.PartialResultWarning, match=r"Project 31 0\.50 h"):
        (row,) = cells(
            af.rollups.budget_status(budgets_of(budget("cost", 100)), entries, RATES, now=NOW)
        )

    assert (row["used"], row["units"], row["unpriced_hours"]) == (80.0, "EUR", 0.5)
    assert row["state"] == "unpriced"


@pytest.mark.filterwarnings("ignore:.*hours without a rate")
@settings(max_examples=25, deadline=None)
@given(entry_rows(), st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 20)), st.booleans())
def test_what_is_used_is_what_the_burn_and_the_cost_of_entries_until_now_add_up_to(
    rows: list[dict[str, Any]], now: dt.date, is_odd: bool
) -> None:
    budgets = budgets_of(
        budget("cost", 1_000, total_units="EUR"), budget("time", 600, "32"), budget(project="33")
    )
    frames = [budgets, tracked(*rows), RATES]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    status = af.rollups.budget_status(*frames, now=now)

    burn = af.rollups.budget_burn(*frames, now=now)
    last = {row["budget_gid"]: row for row in cells(burn[~burn["is_forecast"]])}
    for row in cells(status):
        at = last[row["budget_gid"]]
        assert row["used"] == pytest.approx(at["used_total"], abs=1e-6)
        assert row["remaining"] == pytest.approx(at["left"], abs=1e-6)
        assert row["exhausted_on"] == at["exhausted_on"]
    known = [row for row in rows if row["entered_on"] is None or row["entered_on"] <= now]
    minutes = dict.fromkeys(("31", "32", "33"), 0)
    for row in known:
        is_priced = row["attributable_to_gid"] != "31" or row["created_by_gid"] == "11"
        if row["attributable_to_gid"] in minutes and is_priced:
            minutes[row["attributable_to_gid"]] += row["duration_minutes"] or 0
    expected = [minutes["31"] / 60 * 80, minutes["32"] / 60, minutes["33"] / 60]
    assert [row["used"] for row in cells(status)] == pytest.approx(expected, abs=1e-6)


def test_what_is_known_only_later_changes_nothing() -> None:
    budgets = budgets_of(budget())
    later = tracked(entry(day="2026-03-23")).assign(gid="99")

    table = af.rollups.budget_status(budgets, pd.concat([weekly(2, 4), later]), now=NOW)

    assert_same(table, af.rollups.budget_status(budgets, weekly(2, 4), now=NOW))


def test_no_budgets_give_the_columns_and_dtypes_of_some() -> None:
    some = af.rollups.budget_status(budgets_of(budget()), weekly(1, 2, 3), now=NOW)

    assert_same_dtypes(af.rollups.budget_status(budgets_of(), weekly(1), now=NOW), some)
    assert_same_dtypes(af.rollups.budget_status(budgets_of(), tracked(), RATES, now=NOW), some)
    bare = budgets_of(budget(total=None))
    assert_same_dtypes(af.rollups.budget_status(bare, tracked(), now=NOW), some)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alerts": 0.75}, r"alerts= takes"),
        (
            {"alerts": [75]},
            r"alerts= takes a share above 0 and up to 10, .* 75%; got 75\.",
        ),
        ({"alerts": ["high"]}, "alerts= takes a number.*'high'"),
        ({"at_risk": 0}, "at_risk= takes a share above 0.*; got 0"),
        ({"at_risk": "90 %"}, "at_risk= takes a number.*'90 %'"),
        ({"now": "soon"}, "now='soon' is not a moment"),
    ],
)
def test_what_cannot_be_read_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(af.InvalidArgument, match=message):
        af.rollups.budget_status(budgets_of(budget()), weekly(1), **arguments)


def test_a_budget_of_money_needs_rates() -> None:
    with pytest.raises(af.InvalidArgument, match=r"rollups\.budget_status needs rates"):
        af.rollups.budget_status(budgets_of(budget("cost")), weekly(1))


def test_entries_that_lack_some_of_what_asana_counted_are_warned_about() -> None:
    with pytest.warns(af.PartialResultWarning, match=r"Project 31 2\.00 of 5\.00"):
        af.rollups.budget_status(budgets_of(budget(actual_value=300)), weekly(2))


def test_dates_of_projects_with_a_time_zone_are_refused() -> None:
    dates = pd.to_datetime(["2026-03-02"], utc=True)
    projects = pd.DataFrame({"gid": ["31"], "start_on": dates, "due_on": dates})

    for call in (af.rollups.budget_status, af.rollups.budget_burn):
        with pytest.raises(af.InvalidArgument, match="start_on"):
            call(budgets_of(budget()), tracked(entry()), projects=projects)
