"""Use of budgets by period, with a forecast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.moments import Ints, resolve_today
from asana_frames.rollups.shared.periods import Every, elapsed_share
from asana_frames.rollups.shared.workdays import Floats
from asana_frames.rollups.time.budget_use import (
    BudgetOptions,
    BudgetTable,
    BudgetUse,
    Calendar,
    list_forecast_periods,
    measure_budgets,
    sum_periods,
    to_days,
    warn_if_entries_missing,
    warn_if_unpriced,
)
from asana_frames.types import When

_WHAT = "rollups.budget_burn"
_TEXTS = ("budget_gid", "project_gid", "project_name", "budget_type", "units")
_FLAGS = ("is_forecast", "partial")
_DATES = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
_SUMS = ("used", "used_total", "used_low", "used_high", "unpriced_hours")
_NUMBERS = (
    *("used", "used_total", "used_low", "used_high", "total", "left"),
    *("planned", "planned_to_date", "unpriced_hours", "actual"),
)
_COLUMNS = (*_TEXTS, "period", "until", *_FLAGS, *_NUMBERS, *_DATES)
#: The end of a period without a day.
_NO_DAY = np.iinfo("int64").min


def budget_burn(
    budgets: pd.DataFrame,
    entries: Any,
    rates: pd.DataFrame | None = None,
    every: Every = "W",
    forecast: bool = True,
    *,
    projects: pd.DataFrame | None = None,
    now: When | None = None,
    tz: str = "UTC",
    pace: int = 8,
    band: float = 0.8,
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
    placeholders: Mapping[str, str] | None = None,
    rates_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Report the use of each budget by period, and forecast when it is exhausted.

    Entries count towards a budget if they are attributable to its project and pass its
    ``actual_billable_status_filter`` (``billable``, also where it is missing; ``non_billable`` or
    ``any``), at the rates of
    ``rollups.cost`` for a budget of money; so they add up to
    ``cost(entries, rates, by="project", billable=...)`` with the filter of the budget. An entry
    without a rate, or with one in another currency, adds to ``unpriced_hours`` instead. Of
    entries or budgets with the same gid the last one counts. An entry without a day counts from
    the beginning: it is in a row of its own, before all periods.

    The pace is the use of a working day in the last ``pace`` whole periods before ``now``,
    including periods without entries since the budget's first. The forecast of a period is the
    pace times the working days of it that lie after ``now``. The band contains the fraction
    ``band`` of outcomes, assuming future periods vary like past ones; it is missing if only one
    period is known.

    Parameters
    ----------
    budgets
        As ``asana.budgets.list(parent=projects)`` returns them.
    entries
        Time tracking entries of these projects from their beginning, as
        ``asana.time_tracking_entries.list(...)`` or ``rollups.entries`` return them, in pandas
        or Dask.
    rates
        As in ``rollups.cost``; required if a budget is in money.
    every
        A period as in ``rollups.hours``.
    forecast
        Add future periods until the budget is used up, half a year at most.
    projects
        Projects with ``start_on`` and ``due_on``; the plan is spent evenly between these days,
        for a budget has no days of its own.
    now
        The moment up to which is known; the present if not given. Entries of later days do not
        exist, nor do those that were made after that day, where ``created_at`` tells. (Asana's
        own figure is the present one, so the two are compared only if this is not given.)
    tz
        The time zone of days.
    pace
        The number of periods whose pace goes on.
    band
        Between 0 and 1.
    workdays, holidays
        The days on which budgets are used, as in ``rollups.capacity``, but one text and one list
        or calendar for all: a budget is not that of a person.
    placeholders, rates_by
        As in ``rollups.cost``.

    Returns
    -------
    DataFrame
        Rows of each budget by period, the one of ``now`` twice if working days of it are left:
        what is used until now, and what the rest of it will use. One row per ``budget_gid``,
        ``period`` and ``is_forecast``; ``used`` adds up to the last ``used_total``. Columns
        ``budget_gid``, ``project_gid``, ``project_name``,
        ``budget_type`` (``time`` or ``cost``), ``units`` (``hours``, or the currency; where the
        budget does not tell it, that of most of its hours), all str;
        ``period`` (its first day; missing for entries without a day) and ``until`` (the last day
        that the row covers), both datetime64[us];
        ``is_forecast``, ``partial`` (boolean; whether the row is of a part of its period, cut at
        ``now``); then Float64 in
        ``units``: ``used`` in the row, ``used_total`` up to its end, ``used_low`` and
        ``used_high`` (the band around it; equal to it in the past), ``total`` (the budget, missing
        where none is set), ``left`` (total - used_total, negative where overspent), ``planned``
        (Asana's estimate for all of the work), ``planned_to_date`` (the part of ``planned``, or of
        ``total`` without it, due by the row's end; missing without ``projects``),
        ``unpriced_hours`` (in the row), ``actual`` (used, as Asana reports); and
        ``exhausted_on``, ``exhausted_earliest``, ``exhausted_latest`` (datetime64[us], the same in
        all rows of a budget): the day on which ``used_total`` reaches ``total``, and the band of
        that day; missing where it does not. A total of 0 or below is reached by the first entry,
        or now without any. A budget without entries has one row, for the period of ``now``.

    Warns
    -----
    PartialResultWarning
        Budgets have ``unpriced_hours``; the message names them. Or the entries add up to less
        than Asana says is used: some are not in the frame, or have no rate.

    Raises
    ------
    InvalidArgument
        A column is missing, ``every`` is not a period, ``now`` is not a moment, a budget is of
        an unknown type or filter, or a budget of money comes without rates.

    Examples
    --------
    A budget of 10 hours, of which two and three were used in the first two weeks, lasts two weeks
    more:

    >>> import pandas as pd
    >>> budgets = pd.DataFrame(
    ...     {
    ...         "gid": ["1"],
    ...         "parent_gid": ["31"],
    ...         "parent_name": ["Website"],
    ...         "budget_type": ["time"],
    ...         "total_value": [600.0],
    ...         "actual_value": [300.0],
    ...     }
    ... )
    >>> entries = pd.DataFrame(
    ...     {
    ...         "attributable_to_gid": ["31", "31"],
    ...         "created_by_gid": ["11", "11"],
    ...         "billable_status": ["billable", "billable"],
    ...         "entered_on": pd.to_datetime(["2026-03-04", "2026-03-15"]),
    ...         "duration_minutes": [120, 180],
    ...     }
    ... )
    >>> columns = ["period", "is_forecast", "partial", "used", "used_total", "left"]
    >>> burn = budget_burn(budgets, entries, now="2026-03-15")
    >>> burn[columns]
          period  is_forecast  partial  used  used_total  left
    0 2026-03-02        False    False   2.0         2.0   8.0
    1 2026-03-09        False    False   3.0         5.0   5.0
    2 2026-03-16         True    False   2.5         7.5   2.5
    3 2026-03-23         True    False   2.5        10.0   0.0
    >>> str(burn["exhausted_on"].iloc[0].date())
    '2026-03-27'

    On the Wednesday after, with nothing used since, two working days of the week are left. Half
    an hour on each of them goes on, and each day of the weeks to come:

    >>> budget_burn(budgets, entries, now="2026-03-18")[columns]
          period  is_forecast  partial  used  used_total  left
    0 2026-03-02        False    False   2.0         2.0   8.0
    1 2026-03-09        False    False   3.0         5.0   5.0
    2 2026-03-16        False     True   0.0         5.0   5.0
    3 2026-03-16         True     True   1.0         6.0   4.0
    4 2026-03-23         True    False   2.5         8.5   1.5
    5 2026-03-30         True    False   2.5        11.0  -1.0
    """
    check_flag(forecast, name="forecast")
    options = BudgetOptions(every, now, tz, pace, band, workdays, holidays)
    table = measure_budgets(
        budgets, entries, rates, projects, placeholders, rates_by, options, what=_WHAT
    )
    warn_if_unpriced(table)
    if now is None:
        warn_if_entries_missing(table)
    rows = [_list_rows(use, table.calendar, forecast) for use in table.uses]
    today = resolve_today(now, tz)
    burn = _combine_rows(table, rows)
    return write_about(burn, budgets, every=every, now=today, tz=tz, ahead=True)


def _list_rows(use: BudgetUse, calendar: Calendar, forecast: bool) -> dict[str, Any]:
    """List the rows of one budget: use without a day, past periods, forecast."""
    rows = [_list_undated(use), _list_past(use, calendar)]
    if forecast and use.pace is not None:
        rows.append(_list_forecast(use, calendar))
    table = {name: np.concatenate([part[name] for part in rows]) for name in rows[0]}
    table["used_total"] = table["used"].cumsum()
    # Of the past all is known, so its band is as narrow as can be.
    for name in ("used_low", "used_high"):
        table[name] = np.where(table["is_forecast"], table[name], table["used_total"])
    return table


def _list_undated(use: BudgetUse) -> dict[str, Any]:
    at = np.flatnonzero(use.days == _NO_DAY)
    none = use.days[at]
    return _make_rows(none, none, used=use.used[at], unpriced_hours=use.unpriced[at])


def _list_past(use: BudgetUse, calendar: Calendar) -> dict[str, Any]:
    """List the periods from the first with an entry to the present one, which runs to now."""
    first, used, unpriced = sum_periods(use, calendar)
    at = slice(first, calendar.present + 1)
    ends = np.minimum(calendar.ends[at], calendar.today)
    rows = _make_rows(calendar.starts[at], ends, used=used, unpriced_hours=unpriced)
    return rows | {"partial": ends < calendar.ends[at]}


def _list_forecast(use: BudgetUse, calendar: Calendar) -> dict[str, Any]:
    """List the periods to come, of the present one what is left of it."""
    assert use.pace is not None
    periods = np.array(list_forecast_periods(use, calendar))
    ends = calendar.ends[periods]
    amounts = [use.pace.predict_amount(ahead) for ahead in calendar.count_ahead(ends).tolist()]
    expected, low, high = np.array(amounts, dtype="float64").T
    rows = _make_rows(
        calendar.starts[periods],
        ends,
        used=np.diff(expected, prepend=0.0),
        # Below what is used already only if the expected amount is negative.
        used_low=use.spent + np.maximum(low, np.minimum(expected, 0.0)),
        used_high=use.spent + high,
    )
    is_ahead = np.ones(len(periods), dtype=bool)
    return rows | {"is_forecast": is_ahead, "partial": periods == calendar.present}


def _make_rows(starts: Ints, ends: Ints, **sums: Floats) -> dict[str, Any]:
    """Make rows with all columns; sums that are not given are missing."""
    missing, no = np.full(len(starts), np.nan), np.zeros(len(starts), dtype=bool)
    rows = {"period": starts, "until": ends, **dict.fromkeys(_FLAGS, no)}
    return rows | dict.fromkeys(_SUMS, missing) | sums


def _combine_rows(table: BudgetTable, parts: list[dict[str, Any]]) -> pd.DataFrame:
    """Put the rows of all budgets together, each with the columns of its budget."""
    parts = [*parts, _make_rows(*2 * [np.array([], dtype="int64")])]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    counts = [len(part["period"]) for part in parts[:-1]]
    found = table.heads.take(np.repeat(np.arange(len(counts)), counts)).reset_index(drop=True)
    for name in ("period", "until"):
        found[name] = to_days(rows[name])
    for name in _FLAGS:
        found[name] = pd.array(rows[name], dtype="boolean")
    for name in _SUMS:
        found[name] = pd.Series(rows[name]).astype("Float64")
    plan = found["planned"].fillna(found["total"])
    found["left"] = found["total"] - found["used_total"]
    found["planned_to_date"] = plan * elapsed_share(
        found["start_on"], found["due_on"], found["until"]
    )
    return found[list(_COLUMNS)]
