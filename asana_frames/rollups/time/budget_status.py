"""Where budgets stand: used, left, forecast, and which are at risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_iterable, check_share
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.moments import resolve_today
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.time.budget_use import (
    BudgetOptions,
    BudgetUse,
    Calendar,
    has_reached,
    measure_budgets,
    warn_if_entries_missing,
    warn_if_unpriced,
)
from asana_frames.types import When

_WHAT = "rollups.budget_status"
_TEXTS = ("budget_gid", "project_gid", "project_name", "budget_type", "units")
_DATES = ("exhausted_on", "exhausted_earliest", "exhausted_latest", "due_on")
_COLUMNS = (
    *(*_TEXTS, "used", "total", "remaining", "share", "unpriced_hours"),
    *("forecast_at_end", "forecast_share", *_DATES, "state", "alert"),
)


def budget_status(
    budgets: pd.DataFrame,
    entries: Any,
    rates: pd.DataFrame | None = None,
    *,
    projects: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    every: Every = "W",
    pace: int = 8,
    band: float = 0.8,
    alerts: Iterable[float] = (0.75, 0.9, 1.0),
    at_risk: float = 0.9,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
    placeholders: Mapping[str, str] | None = None,
    rates_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Report where each budget stands: used, left, forecast at the end, and its state.

    Use, pace and the days on which budgets are exhausted are those of ``rollups.budget_burn``.

    Parameters
    ----------
    budgets, entries, rates
        As in ``rollups.budget_burn``.
    projects
        Projects with ``start_on`` and ``due_on``; a budget ends on the due date of its project,
        for it has no days of its own.
    now, tz
        As in ``rollups.budget_burn``.
    every, pace
        The pace is that of the last ``pace`` whole periods, as in ``rollups.budget_burn``.
    band
        Of the days on which a budget may be exhausted, as in ``rollups.budget_burn``.
    alerts
        Shares of the total that are worth an alert.
    at_risk
        The share of the total from which a budget is at risk.
    workdays, holidays, placeholders, rates_by
        As in ``rollups.budget_burn``.

    Returns
    -------
    DataFrame
        One row per budget, in the order given: ``budget_gid``, ``project_gid``,
        ``project_name``, ``budget_type``, ``units`` (str); Float64 in ``units``: ``used``,
        ``total``, ``remaining`` (total - used, negative where overspent); ``share`` (Float64,
        used / total, missing where the total is not above 0); ``unpriced_hours`` (not in
        ``used``); ``forecast_at_end`` (used plus the pace times the working days until the due
        date; ``used`` where that is over; missing without a due date or a pace),
        ``forecast_share``; ``exhausted_on``, ``exhausted_earliest``, ``exhausted_latest``,
        ``due_on`` (datetime64[us]); ``state`` (str): ``over`` (used is above the total), else
        ``at risk`` (the share ``at_risk`` is reached, or the budget is exhausted before the due
        date), else ``unpriced`` (not known, because there are ``unpriced_hours``), else ``ok``;
        ``no total`` where none is set; and ``alert`` (Float64, the highest of ``alerts`` that is
        reached, missing if none is). Of a total of 0 or below every share is reached as soon as
        nothing is left.

    Warns
    -----
    PartialResultWarning
        As in ``rollups.budget_burn``.

    Raises
    ------
    InvalidArgument
        As in ``rollups.budget_burn``, or a threshold is not a share above 0.

    Examples
    --------
    Eight of ten hours are used in the two weeks until 15 March, 0.8 on each of ten working days.
    Five working days remain until the project is due, which would take four hours; the budget
    lasts for three days:

    >>> import pandas as pd
    >>> budgets = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "parent_gid": ["31"],
    ...         "parent_name": ["Website"],
    ...         "budget_type": ["time"],
    ...         "total_value": [600.0],
    ...         "actual_value": [480.0],
    ...     }
    ... )
    >>> entries = pd.DataFrame(
    ...     {
    ...         "attributable_to_gid": ["31", "31"],
    ...         "created_by_gid": ["11", "11"],
    ...         "billable_status": ["billable", "billable"],
    ...         "entered_on": pd.to_datetime(["2026-03-04", "2026-03-12"]),
    ...         "duration_minutes": [300, 180],
    ...     }
    ... )
    >>> projects = pd.DataFrame(
    ...     {
    ...         "gid": ["31"],
    ...         "start_on": pd.to_datetime(["2026-03-02"]),
    ...         "due_on": pd.to_datetime(["2026-03-20"]),
    ...     }
    ... )
    >>> status = budget_status(budgets, entries, projects=projects, now="2026-03-15")
    >>> status[["used", "total", "remaining", "share", "forecast_at_end", "state", "alert"]]
       used  total  remaining  share  forecast_at_end    state  alert
    0   8.0   10.0        2.0    0.8             12.0  at risk   0.75
    >>> str(status["exhausted_on"].iloc[0].date())
    '2026-03-18'
    """
    alerts = _check_thresholds(alerts, at_risk)
    options = BudgetOptions(every, now, tz, pace, band, workdays, holidays)
    table = measure_budgets(
        budgets, entries, rates, projects, placeholders, rates_by, options, what=_WHAT
    )
    warn_if_unpriced(table)
    if now is None:
        warn_if_entries_missing(table)
    uses, found = table.uses, table.heads
    used = [use.spent for use in uses]
    is_early = (found["exhausted_on"] < found["due_on"]).tolist()
    states = [_find_state(use, at_risk, early) for use, early in zip(uses, is_early, strict=True)]
    ends = [
        _forecast_end(use, due, table.calendar)
        for use, due in zip(uses, found["due_on"], strict=True)
    ]
    found["used"] = pd.array(used, dtype="Float64")
    found["remaining"] = found["total"] - found["used"]
    found["unpriced_hours"] = pd.array([use.unpriced_hours for use in uses], dtype="Float64")
    found["forecast_at_end"] = pd.array(ends, dtype="Float64")
    whole = found["total"].where(found["total"] > 0)
    found["share"] = found["used"] / whole
    found["forecast_share"] = found["forecast_at_end"] / whole
    found["state"] = pd.array(states, dtype=STR)
    found["alert"] = pd.array([_find_alert(use, alerts) for use in uses], dtype="Float64")
    return write_about(found[list(_COLUMNS)], budgets, now=resolve_today(now, tz), tz=tz)


def _check_thresholds(alerts: Iterable[float], at_risk: float) -> list[float]:
    """Return the thresholds of alerts, the highest first."""
    check_iterable(alerts, name="alerts", like="(0.75, 0.9, 1.0)")
    found = list(alerts)
    named = [("at_risk", at_risk, 0.9), *(("alerts", share, 0.75) for share in found)]
    for name, share, like in named:
        check_share(share, name=name, like=like)
    return sorted(found, reverse=True)


def _find_state(use: BudgetUse, at_risk: float, is_exhausted_early: bool) -> str:
    if use.total is None:
        return "no total"
    if not has_reached(use.total, use.spent):
        return "over"
    is_near = has_reached(use.spent, at_risk * use.total)
    if is_near or is_exhausted_early:
        return "at risk"
    return "unpriced" if use.unpriced_hours > 0 else "ok"


def _find_alert(use: BudgetUse, alerts: list[float]) -> float | None:
    """Return the highest threshold that is reached."""
    total = use.total
    if total is None:
        return None
    return next((share for share in alerts if has_reached(use.spent, share * total)), None)


def _forecast_end(use: BudgetUse, due: Any, calendar: Calendar) -> float | None:
    """Forecast what is used by the end of the due date."""
    if pd.isna(due):
        return None
    day = int(np.datetime64(due, "D").astype("int64"))
    if day <= calendar.today:
        return use.spent
    if use.pace is None:
        return None
    expected, _, _ = use.pace.predict_amount(calendar.count_ahead(day))
    return use.spent + float(expected)
