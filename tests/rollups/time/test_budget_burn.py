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
from asana_frames.rollups.shared.periods import period_end, period_start
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
        budgets_of(budget(total=18 * 60)), weekly(2, 4, 3), now="2026-03-22"
    )

    assert table["period"].dt.strftime("%d.%m.").tolist() == [
        *("02.03.", "09.03.", "16.03.", "23.03.", "30.03.", "06.04.")
    ]
    assert table["is_forecast"].tolist() == [False] * 3 + [True] * 3
    assert table["used"].tolist() == pytest.approx([2, 4, 3, 3, 3, 3])
    assert table["used_total"].tolist() == pytest.approx([2, 6, 9, 12, 15, 18])
    assert table["left"].tolist() == pytest.approx([16, 12, 9, 6, 3, 0])
    assert set(table["exhausted_on"]) == {pd.Timestamp("2026-04-10")}


def test_the_band_is_that_of_the_sum_of_further_weeks() -> None:
    table = af.rollups.budget_burn(
        budgets_of(budget(total=18 * 60)), weekly(2, 4, 3), now="2026-03-22"
    )

    # The deviation of 2, 4, 3 is 1; of Student's t with 2 degrees of freedom 80 % lie within
    # 1.8856. One week more: 1.8856 * (1 + 1/3) ** 0.5 = 2.1773; two: 1.8856 * (2 + 4/3) ** 0.5.
    ahead = table[table["is_forecast"]].iloc[:2]
    assert ahead["used_high"].tolist() == pytest.approx([12 + 2.1773, 15 + 3.4427], abs=1e-3)
    assert ahead["used_low"].tolist() == pytest.approx([12 - 2.1773, 15 - 3.4427], abs=1e-3)
    # (9 - 3 k) ** 2 = 1.8856 ** 2 * (k + k ** 2 / 3): k is 1.895 or 5.470 weeks, which are 10 or
    # 28 working days.
    assert table["exhausted_earliest"].iloc[0] == pd.Timestamp("2026-04-03")
    assert table["exhausted_latest"].iloc[0] == pd.Timestamp("2026-04-29")


def test_a_budget_that_is_used_up_tells_the_day_of_the_entry_that_did_it() -> None:
    table = af.rollups.budget_burn(budgets_of(budget(total=5 * 60)), weekly(2, 4, 3))

    dates = ["exhausted_on", "exhausted_earliest", "exhausted_latest"]
    assert {day for name in dates for day in table[name]} == {pd.Timestamp("2026-03-13")}
    assert table["left"].iloc[2] == -4.0


def test_money_is_priced_and_what_has_no_rate_in_its_currency_is_told_apart() -> None:
    # Ana 2 hours at 80 euros; Bo's rate is in dollars, Cy has none.
    entries = tracked(entry("11", minutes=120), entry("12", minutes=30), entry("14", minutes=15))

    with pytest.warns(af.PartialResultWarning, match=r"Project 31 0\.75 h"):
        table = af.rollups.budget_burn(budgets_of(budget("cost", 1_000)), entries, RATES)

    row = cells(table)[0]
    assert (row["units"], row["used"], row["left"]) == ("EUR", 160.0, 840.0)
    assert row["unpriced_hours"] == 0.75


def test_without_a_total_the_currency_is_that_of_what_is_used() -> None:
    entries = tracked(entry("11", minutes=120), entry("12", minutes=30))
    bare = budget("cost", None, total_units=None, total_enabled=False)

    with pytest.warns(af.PartialResultWarning, match=r"Project 31 0\.50 h"):
        row = cells(af.rollups.budget_burn(budgets_of(bare), entries, RATES))[0]

    assert (row["units"], row["used"], row["unpriced_hours"]) == ("EUR", 160.0, 0.5)
    assert (row["total"], row["left"], row["exhausted_on"]) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "used"), [("billable", 1), ("non_billable", 2), ("any", 7), (None, 1), ("Any", 7)]
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


@pytest.mark.parametrize("now", ["2026-03-08", "2026-03-04"])
def test_a_budget_that_no_entry_counts_to_has_one_row_and_no_forecast(now: str) -> None:
    table = af.rollups.budget_burn(budgets_of(budget(project="39")), weekly(1), now=now)

    (row,) = cells(table)
    assert (row["period"], row["is_forecast"]) == (dt.date(2026, 3, 2), False)
    assert (row["used"], row["used_total"], row["left"]) == (0.0, 0.0, 10.0)
    assert row["exhausted_on"] is None


def test_one_known_week_has_a_mean_and_no_band() -> None:
    table = af.rollups.budget_burn(budgets_of(budget()), weekly(4), now="2026-03-08")

    ahead = table[table["is_forecast"]]
    assert ahead["used_total"].tolist() == pytest.approx([8, 12])
    assert ahead["used_low"].isna().all()
    assert table["exhausted_on"].notna().all()
    assert table["exhausted_latest"].isna().all()


def test_the_pace_is_that_of_the_last_whole_periods() -> None:
    # The last two whole weeks had 2 and 4 hours; the week of 26 March is not over on Thursday.
    entries = weekly(30, 2, 4, 50, start="2026-03-05")

    table = af.rollups.budget_burn(
        budgets_of(budget(total=6_000)), entries, pace=2, now="2026-03-26"
    )

    ahead = table[table["is_forecast"]]
    # One working day of five is left.
    assert ahead["used_total"].iloc[0] == pytest.approx(86 + 3 / 5)
    assert ahead["used"].iloc[1] == pytest.approx(3)


@pytest.mark.parametrize(
    ("now", "rest"), [("2026-03-16", 4), ("2026-03-19", 1), ("2026-03-20", 0), ("2026-03-22", 0)]
)
def test_the_present_period_is_used_until_now_and_forecast_for_its_working_days_left(
    now: str, rest: int
) -> None:
    entries = tracked(entry(day="2026-03-03", minutes=600), entry(day="2026-03-16", minutes=30))

    table = af.rollups.budget_burn(budgets_of(budget(total=6_000)), entries, now=now)

    present = table[table["period"] == "2026-03-16"]
    # Ten hours in ten working days.
    assert present["used"].tolist() == pytest.approx([0.5, *[rest * 1.0] * (rest > 0)])
    assert present["is_forecast"].tolist() == [False, *[True] * (rest > 0)]
    is_cut = now != "2026-03-22"
    assert present["partial"].tolist() == [is_cut, *[True] * (rest > 0)]
    assert not table.loc[table["period"] != "2026-03-16", "partial"].any()
    whole = table[table["period"] > "2026-03-16"]
    # On its last day the week is one of three that are known.
    assert whole["used"].tolist() == pytest.approx([5 if is_cut else 3.5] * len(whole))


def test_holidays_and_days_off_use_nothing() -> None:
    arguments = {"now": "2026-03-15", "workdays": "Mon-Thu", "holidays": ["2026-03-17"]}

    table = af.rollups.budget_burn(budgets_of(budget(total=900)), weekly(4, 4), **arguments)

    # An hour on each of four days a week, and on one less in the week of the holiday; of 15
    # hours the last is that of Tuesday.
    assert table["used"].tolist() == pytest.approx([4, 4, 3, 4])
    assert set(table["exhausted_on"]) == {pd.Timestamp("2026-03-26")}


def test_use_on_days_off_adds_to_the_pace() -> None:
    friday, saturday = entry(day="2026-03-06"), entry(day="2026-03-07")

    table = af.rollups.budget_burn(
        budgets_of(budget(total=240)), tracked(friday, saturday), every="D", now="2026-03-08"
    )

    # Two hours in one working day.
    assert table.loc[table["is_forecast"], "used"].tolist() == pytest.approx([2])


def test_what_is_known_only_later_changes_nothing() -> None:
    before = weekly(2, 4).assign(created_at=pd.Timestamp("2026-03-14 09:00", tz="UTC"))
    after = tracked(entry(day="2026-03-18"), entry(day="2026-03-10")).assign(
        gid=["8", "9"], created_at=pd.Timestamp("2026-03-16 00:00", tz="UTC")
    )
    arguments = {"now": "2026-03-15", "every": "D"}

    table = af.rollups.budget_burn(
        budgets_of(budget()), pd.concat([before, after], ignore_index=True), **arguments
    )

    assert_same(table, af.rollups.budget_burn(budgets_of(budget()), before, **arguments))


def test_the_day_of_now_is_that_of_the_time_zone() -> None:
    arguments = {"now": "2026-03-15T15:30Z", "tz": "Asia/Tokyo"}

    table = af.rollups.budget_burn(
        budgets_of(budget()), tracked(entry(day="2026-03-16")), every="D", **arguments
    )

    assert table["used"].iloc[0] == 1.0


def test_time_without_a_day_counts_from_the_beginning() -> None:
    entries = tracked(entry(day=None, minutes=90), entry(day="2026-03-06", minutes=30))

    table = af.rollups.budget_burn(budgets_of(budget(total=90)), entries, now="2026-03-08")

    past = cells(table[~table["is_forecast"]])
    told = [(row["period"], row["used"], row["used_total"]) for row in past]
    assert told == [(None, 1.5, 1.5), (dt.date(2026, 3, 2), 0.5, 2.0)]
    assert past[0]["exhausted_on"] == dt.date(2026, 3, 6)


def test_of_repeated_entries_and_budgets_the_last_counts_and_the_newest_name_is_shown() -> None:
    entries = tracked(entry(minutes=60), entry(minutes=180)).assign(gid="1")
    budgets = budgets_of(budget(total=60), budget(total=600, parent_name="Relaunch"))

    table = af.rollups.budget_burn(budgets, entries, now="2026-03-08", forecast=False)

    (row,) = cells(table)
    assert (row["used"], row["total"], row["project_name"]) == (3.0, 10.0, "Relaunch")


def test_a_project_has_the_name_that_the_projects_tell() -> None:
    projects = frame_of(PROJECT, [{"gid": "31", "name": "Relaunch 2"}])

    table = af.rollups.budget_burn(budgets_of(budget()), weekly(1), projects=projects)

    assert set(table["project_name"]) == {"Relaunch 2"}


@pytest.mark.parametrize("total", [0, -60])
def test_a_total_of_0_or_below_is_reached_by_the_first_entry(total: int) -> None:
    used = af.rollups.budget_burn(budgets_of(budget(total=total)), weekly(1), now="2026-03-08")
    unused = af.rollups.budget_burn(budgets_of(budget(total=total)), tracked(), now="2026-03-08")

    assert set(used["exhausted_on"]) == {pd.Timestamp("2026-03-06")}
    assert used["left"].iloc[0] == total / 60 - 1
    assert set(unused["exhausted_on"]) == {pd.Timestamp("2026-03-08")}


def test_a_budget_without_units_is_in_the_currency_of_most_of_its_hours() -> None:
    entries = tracked(entry("11", minutes=30), entry("12", minutes=120))
    bare = budget("cost", 1_000, total_units=None, actual_units=None)

    with pytest.warns(af.PartialResultWarning, match=r"Project 31 0\.50 h"):
        row = cells(af.rollups.budget_burn(budgets_of(bare), entries, RATES))[0]

    assert (row["units"], row["used"], row["unpriced_hours"]) == ("USD", 180.0, 0.5)


def test_a_forecast_looks_half_a_year_ahead_at_most() -> None:
    table = af.rollups.budget_burn(budgets_of(budget(total=1e6)), weekly(2, 4), now="2026-03-15")

    # 182 days are 26 weeks.
    assert table["is_forecast"].sum() == 26
    assert not af.rollups.budget_burn(
        budgets_of(budget()), weekly(2, 4), now="2026-03-15", forecast=False
    )["is_forecast"].any()


def test_a_plan_is_spent_evenly_between_the_days_of_its_project() -> None:
    # 20 days from 2 to 21 March; by 8 March 7 of them are over.
    span = {"gid": "31", "start_on": "2026-03-02", "due_on": "2026-03-21"}
    projects = frame_of(PROJECT, [span])

    with_plan = af.rollups.budget_burn(
        budgets_of(budget(estimate_value=300)),
        weekly(1, 1, 1),
        projects=projects,
        now="2026-03-22",
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
    af.rollups.budget_burn(budgets, weekly(2), now="2026-03-08")


@pytest.mark.parametrize("minutes", [-60, 0])
def test_sums_that_do_not_grow_reach_nothing_and_lie_within_their_band(minutes: int) -> None:
    entries = tracked(
        *(entry(day=f"2026-03-{day}", minutes=minutes + day % 2) for day in range(13, 29, 7))
    )

    table = af.rollups.budget_burn(budgets_of(budget(total=1e5)), entries, now="2026-03-29")

    assert table["exhausted_on"].isna().all()
    assert (table["used_low"] <= table["used_total"] + 1e-9).all()
    assert (table["used_total"] <= table["used_high"] + 1e-9).all()


EVERY = st.sampled_from(["D", "W", "W-SAT", "MS", "QS"])


def counted(
    rows: list[dict[str, Any]], last: dt.date
) -> dict[dt.date | None, tuple[float, float]]:
    """Return euros and hours without a rate of project 31 by day."""
    days: dict[dt.date | None, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in rows:
        day, hours = row["entered_on"], (row["duration_minutes"] or 0) / 60
        if (day is not None and day > last) or row["attributable_to_gid"] != "31":
            continue
        money, bare = days[day]
        is_priced = row["created_by_gid"] == "11"
        days[day] = (money + hours * 80 * is_priced, bare + hours * (not is_priced))
    return days


@pytest.mark.filterwarnings("ignore:.*hours without a rate")
@settings(max_examples=15, deadline=None)
@given(entry_rows(), EVERY, st.dates(dt.date(2026, 1, 20), dt.date(2026, 2, 20)), st.booleans())
def test_the_past_is_that_of_a_loop_over_the_entries(
    rows: list[dict[str, Any]], every: Any, last: dt.date, is_odd: bool
) -> None:
    frames = [budgets_of(budget("cost", 1_000)), tracked(*rows), RATES]
    if is_odd:
        frames = [typed_by_hand(oddly_indexed(frame)) for frame in frames]

    table = af.rollups.budget_burn(*frames, every=every, now=last)

    days = counted(rows, last)
    past = cells(table[~table["is_forecast"]])
    running = 0.0
    for row in past:
        mine = [values for day, values in days.items() if is_within(day, row["period"], every)]
        running += sum(money for money, _ in mine)
        assert row["used"] == pytest.approx(sum(money for money, _ in mine), abs=1e-6)
        assert row["unpriced_hours"] == pytest.approx(sum(bare for _, bare in mine), abs=1e-6)
        assert row["used_total"] == pytest.approx(running, abs=1e-6)
        assert row["used_low"] == row["used_high"] == row["used_total"]
    assert running == pytest.approx(sum(money for money, _ in days.values()), abs=1e-6)
    assert past[-1]["period"] == period_start(pd.Timestamp(last), every).date()
    dated = [row["period"] for row in past if row["period"] is not None]
    first = min((day for day in days if day is not None), default=last)
    assert dated[0] == period_start(pd.Timestamp(first), every).date()
    assert [row["period"] for row in past if row["period"] is None] == [None] * (None in days)


@pytest.mark.filterwarnings("ignore:.*hours without a rate")
@settings(max_examples=15, deadline=None)
@given(entry_rows(), EVERY, st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 20)))
def test_whatever_is_tracked_after_now_changes_no_cell(
    rows: list[dict[str, Any]], every: Any, now: dt.date
) -> None:
    known = [row for row in rows if row["entered_on"] is None or row["entered_on"] <= now]
    budgets = budgets_of(budget("cost", 1_000), budget("time", 600, "32"))

    table = af.rollups.budget_burn(budgets, tracked(*rows), RATES, every=every, now=now)

    assert_same(
        table, af.rollups.budget_burn(budgets, tracked(*known), RATES, every=every, now=now)
    )
    assert not table.duplicated(["budget_gid", "period", "is_forecast"]).any()
    for _, one in table.groupby("budget_gid"):
        assert float(one["used"].sum()) == pytest.approx(float(one["used_total"].iloc[-1]))


def is_within(day: dt.date | None, period: dt.date | None, every: str) -> bool:
    if day is None or period is None:
        return day is period
    return period <= day <= period_end(pd.Timestamp(period), every).date()


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
        budgets_of(budget(total=60 * total)), entries, every=every, now=last
    )

    past, ahead = (table[table["is_forecast"] == is_ahead] for is_ahead in (False, True))
    spent = float(past["used_total"].iloc[-1])
    assert spent == pytest.approx(sum(hours))
    sums = [spent + float(more) for more in ahead["used"].cumsum()]
    assert ahead["used_total"].tolist() == pytest.approx(sums)
    assert float(table["used"].sum()) == pytest.approx(float(table["used_total"].iloc[-1]))
    assert not table.duplicated(["budget_gid", "period", "is_forecast"]).any()
    band = ahead.dropna(subset="used_low")
    assert (band["used_low"] <= band["used_total"] + 1e-6).all()
    assert (band["used_high"] >= band["used_total"] - 1e-6).all()
    known = [
        (float(used), workdays(period, period_end(period, every)))
        for period, used in zip(past["period"], past["used"], strict=True)
        if period_end(period, every) <= last
    ][-8:]
    reached = table["exhausted_on"].iloc[0]
    if spent >= total:
        assert reached <= last
    elif sum(days for _, days in known) and sum(used for used, _ in known):
        a_day = sum(used for used, _ in known) / sum(days for _, days in known)
        for period, used in zip(ahead["period"], ahead["used"], strict=True):
            first = max(period, last + DAY)
            assert used == pytest.approx(a_day * workdays(first, period_end(period, every)))
        assert spent + a_day * workdays(last + DAY, reached) >= total - 1e-4
        assert spent + a_day * workdays(last + DAY, reached - DAY) < total
        early, late = (table[f"exhausted_{end}"].iloc[0] for end in ("earliest", "latest"))
        assert pd.isna(early) or last <= early <= reached
        assert pd.isna(late) or late >= reached
    else:
        assert pd.isna(reached)


def workdays(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Count the days from Monday to Friday between two, both included."""
    return sum(day.day_of_week < 5 for day in pd.date_range(first, last))


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
        ({"now": "soon"}, "now='soon' is not a moment"),
        ({"tz": "Mars"}, "tz='Mars' is not a time zone"),
        ({"workdays": "Fun"}, "workdays='Fun' is not valid"),
        ({"holidays": "2026-12-25"}, "holidays= takes a list"),
        ({"forecast": "no"}, "forecast= takes True or False"),
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


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("budget_type", "money", "'money' is not a valid budget_type .* use 'time' or 'cost'"),
        ("budget_type", None, "budget_type is missing in 1"),
        ("actual_billable_status_filter", "all", "'all' is not a valid actual_billable_status_f"),
    ],
)
def test_a_budget_of_an_unknown_type_or_filter_is_refused(
    column: str, value: str | None, message: str
) -> None:
    with pytest.raises(af.InvalidArgument, match=rf"rollups\.budget_burn: {message}"):
        af.rollups.budget_burn(budgets_of(budget() | {column: value}), weekly(1))


def test_rates_by_prices_entries_by_another_column() -> None:
    entries = weekly(2).assign(team="Design")
    rates = rates_of(("31", None, 70, "EUR")).assign(team="Design")

    table = af.rollups.budget_burn(
        budgets_of(budget("cost", 1_000)), entries, rates, now="2026-03-08", rates_by="team"
    )

    assert table["used"].iloc[0] == 140.0
    status = af.rollups.budget_status(
        budgets_of(budget("cost", 1_000)), entries, rates, now="2026-03-08", rates_by="team"
    )
    assert status["used"].tolist() == [140.0]
