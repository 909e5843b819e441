"""The periods of one budget: what was used, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.rollups.shared.periods import (
    list_periods,
    mean_days,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.time.pace import Pace, estimate_pace

#: A budget's filter -> the billable status of the entries that count; None for all.
_COUNTED_STATUSES: dict[str, frozenset[str] | None] = {
    "billable": frozenset({"billable"}),
    "non_billable": frozenset({"nonBillable"}),
    "any": None,
}
TEXTS = ("budget_gid", "project_gid", "project_name", "budget_type", "units")
DATES = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
_DAY = pd.Timedelta(days=1)
#: How far a forecast looks.
_HORIZON = pd.Timedelta(days=182)


class BurnOptions(NamedTuple):
    """How the periods are made and continued."""

    every: str
    as_of: pd.Timestamp
    pace: int
    band: float
    forecast: bool


class Burn(NamedTuple):
    """What one budget used: per day, in hours or money."""

    budget: Mapping[Any, Any]
    days: pd.DataFrame
    factor: float


def measure_burn(budget: Mapping[Any, Any], rows: pd.DataFrame) -> Burn:
    """Return what a budget used on each day."""
    wanted = _COUNTED_STATUSES.get(
        str(budget.get("actual_billable_status_filter")), _COUNTED_STATUSES["billable"]
    )
    mine = rows[rows["project_gid"] == budget["parent_gid"]]
    if wanted is not None:
        mine = mine[mine["billable_status"].isin(wanted)]
    if budget["budget_type"] != "cost":
        days = mine.assign(used=mine["hours"], unpriced_hours=0.0)
        factor = 1 / 60
    else:
        is_priced = mine["rate"].notna()
        if pd.notna(units := _find_currency(budget)):
            is_priced &= mine["currency_code"] == units
        days = mine.assign(
            used=(mine["hours"] * mine["rate"]).where(is_priced, 0.0),
            unpriced_hours=mine["hours"].where(~is_priced, 0.0),
        )
        factor = 1.0
    by_day = days.groupby("day")[["used", "unpriced_hours"]].sum().astype("float64")
    return Burn(budget, by_day.sort_index(), factor)


def get_budget_value(burn: Burn, name: str) -> float | None:
    """Return one of the budget's own figures, in hours or money."""
    value = burn.budget.get(name)
    return None if pd.isna(value) else float(value) * burn.factor


def _get_total(burn: Burn) -> float | None:
    is_off = burn.budget.get("total_enabled")
    return None if pd.notna(is_off) and not is_off else get_budget_value(burn, "total_value")


def build_burn_table(
    burn: Burn, method: BurnOptions, span: tuple[Any, Any] | None
) -> pd.DataFrame:
    """Return the periods of one budget."""
    past = _build_past_periods(burn, method)
    total, spent = _get_total(burn), float(past["used"].sum())
    is_whole = [period_end(period, method.every) <= method.as_of for period in past["period"]]
    # Of a budget that no entry counts to nobody knows the pace; it is not 0.
    known = list(past["used"][is_whole]) if len(burn.days) else []
    pace = estimate_pace([float(used) for used in known[-method.pace :]], band=method.band)
    dates = _find_exhaustion_days(burn, method, pace, total, spent)
    table = past
    if method.forecast and pace is not None:
        ahead = pd.DataFrame(
            _forecast_periods(method, pace, spent, dates[0]), columns=past.columns
        )
        table = pd.concat([past, ahead.astype(past.dtypes.to_dict())], ignore_index=True)
    planned = get_budget_value(burn, "estimate_value")
    ends = [period_end(period, method.every) for period in table["period"]]
    plan = planned if planned is not None else total
    due: list[Any] = [_compute_due_part(plan, span, end) for end in ends]
    budget = burn.budget
    units = "hours" if budget["budget_type"] != "cost" else _find_currency(budget)
    texts = (budget["gid"], budget["parent_gid"], budget["parent_name"], budget["budget_type"])
    return table.assign(
        **dict(zip(TEXTS, (*texts, units), strict=True)),
        total=total,
        left=None if total is None else total - table["used_total"],
        planned=planned,
        planned_to_date=pd.array(due, dtype="Float64"),
        actual=get_budget_value(burn, "actual_value"),
        **dict(zip(DATES, dates, strict=True)),
    )


def _find_currency(budget: Mapping[Any, Any]) -> Any:
    units = (budget.get(name) for name in ("total_units", "actual_units", "estimate_units"))
    return next((unit for unit in units if pd.notna(unit)), None)


def _build_past_periods(burn: Burn, method: BurnOptions) -> pd.DataFrame:
    days = burn.days.reset_index()
    first = days["day"].min() if len(days) else method.as_of
    nowhere = pd.DatetimeIndex([pd.NaT]).as_unit("us")
    periods = nowhere if pd.isna(first) else list_periods(first, method.as_of, method.every)
    sums = days.groupby(period_starts(days["day"], method.every))[["used", "unpriced_hours"]].sum()
    table = sums.reindex(periods, fill_value=0.0).rename_axis("period").reset_index()
    table["is_forecast"] = False
    for name in ("used_total", "used_low", "used_high"):
        table[name] = table["used"].cumsum()
    return table


def _forecast_periods(
    method: BurnOptions, pace: Pace, spent: float, exhausted: pd.Timestamp | None
) -> Iterator[dict[str, Any]]:
    """Yield the periods to come, the first with what is left of the present one."""
    end = method.as_of + _HORIZON
    end = end if exhausted is None else min(end, exhausted)
    start = period_end(period_start(method.as_of, method.every), method.every) + _DAY
    before = 0.0
    for period in list_periods(start, max(start, end), method.every):
        ahead = (period_end(period, method.every) - method.as_of) / _DAY
        expected, low, high = pace.predict_amount(ahead / mean_days(method.every))
        yield {
            "period": period,
            "is_forecast": True,
            "used": expected - before,
            "unpriced_hours": None,
            "used_total": spent + expected,
            # Less than what is used already only where sums shrink by themselves.
            "used_low": None if low is None else spent + max(low, min(expected, 0.0)),
            "used_high": None if high is None else spent + high,
        }
        before = expected


def _find_exhaustion_days(
    burn: Burn, method: BurnOptions, pace: Pace | None, total: float | None, spent: float
) -> tuple[Any, Any, Any]:
    """Return the day on which a budget is used up, the earliest and the latest."""
    if total is None:
        return None, None, None
    if spent >= total:
        reached = burn.days["used"].cumsum() >= total
        day = reached.idxmax() if reached.any() else method.as_of
        return day, day, day
    if pace is None:
        return None, None, None
    days = mean_days(method.every)
    expected, earliest, latest = (n and n * days for n in pace.predict_periods(total - spent))
    day = method.as_of
    return _shift_day(day, expected), _shift_day(day, earliest), _shift_day(day, latest)


def _shift_day(day: pd.Timestamp, days: float | None) -> pd.Timestamp | None:
    """Return the day so many days later, None beyond a hundred years."""
    if days is None or days > 36_525:
        return None
    return day + _DAY * int(-(-round(days, 6) // 1))


def _compute_due_part(
    plan: float | None, span: tuple[Any, Any] | None, end: pd.Timestamp
) -> float | None:
    """Return the part of a plan that is due by the end of a day, spent evenly."""
    if plan is None or span is None or any(pd.isna(day) for day in (*span, end)):
        return None
    start, due = span
    days = (due - start) / _DAY + 1
    return plan * min(max(((end - start) / _DAY + 1) / days, 0.0), 1.0) if days > 0 else None
