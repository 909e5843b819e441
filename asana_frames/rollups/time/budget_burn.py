"""Use of budgets by period, with a forecast."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.exceptions import InvalidArgument, PartialResultWarning
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame
from asana_frames.rollups.shared.periods import (
    Every,
    check_days,
    check_every,
    list_periods,
    mean_days,
    parse_day,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.time.pace import Pace, estimate_pace
from asana_frames.rollups.time.rates import RateBook, find_rate_columns

_WHAT = "rollups.budget_burn"
_NEEDED = ("gid", "parent_gid", "parent_name", "budget_type", "total_value", "actual_value")
#: A budget's filter -> the billable status of the entries that count; None for all.
_COUNTED_STATUSES: dict[str, frozenset[str] | None] = {
    "billable": frozenset({"billable"}),
    "non_billable": frozenset({"nonBillable"}),
    "any": None,
}
_TEXTS = ("budget_gid", "project_gid", "project_name", "budget_type", "units")
_DATES = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
_DAY = pd.Timedelta(days=1)
#: How far a forecast looks.
_HORIZON = pd.Timedelta(days=182)
_NUMBERS = (
    *("used", "used_total", "used_low", "used_high", "total", "left"),
    *("planned", "planned_to_date", "unpriced_hours", "actual"),
)
_COLUMNS = (*_TEXTS, "period", "is_forecast", *_NUMBERS, *_DATES)
#: Warn if entries add up to less than this share of Asana's own figure.
_TOLERATED = 0.99


class _BurnOptions(NamedTuple):
    """Arguments of budget_burn that apply to every budget."""

    every: str
    as_of: pd.Timestamp
    pace: int
    band: float
    forecast: bool


class _Burn(NamedTuple):
    """Daily use of one budget, in hours or money."""

    budget: Mapping[Any, Any]
    days: pd.DataFrame
    factor: float


def budget_burn(
    budgets: pd.DataFrame,
    entries: pd.DataFrame,
    rates: pd.DataFrame | None = None,
    every: Every = "W",
    forecast: bool = True,
    *,
    projects: pd.DataFrame | None = None,
    as_of: Any = None,
    pace: int = 8,
    band: float = 0.8,
    placeholders: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Report the use of each budget by period, and forecast when it is exhausted.

    Entries count towards a budget if they are attributable to its project and pass its
    ``actual_billable_status_filter`` (Asana's default is ``billable``), at the rates of
    ``rollups.cost`` for a budget of money. An entry without a rate, or with one in another
    currency, adds to ``unpriced_hours`` instead.

    The forecast continues at the mean of the last ``pace`` whole periods up to ``as_of``,
    including periods without entries since the budget's first. The band contains the fraction
    ``band`` of outcomes, assuming future periods vary like past ones; it is missing if only one
    period is known.

    Parameters
    ----------
    budgets
        As ``asana.budgets.list(parent=projects)`` returns them.
    entries
        Time tracking entries of these projects from their beginning, as
        ``asana.time_tracking_entries.list(...)`` or ``rollups.entries`` return them.
    rates
        As in ``rollups.cost``; required if a budget is in money.
    every
        A period as in ``rollups.hours``.
    forecast
        Add future periods until the budget is used up, half a year at most.
    projects
        Projects with ``start_on`` and ``due_on``; the plan is spent evenly between these days.
    as_of
        The day up to which entries count; the last day with an entry if not given. (Asana's own
        figure is today's, so the two are compared only if this is today.)
    pace
        The number of periods in the mean.
    band
        Between 0 and 1.
    placeholders
        As in ``rollups.cost``.

    Returns
    -------
    DataFrame
        One row per budget and period: ``budget_gid``, ``project_gid``, ``project_name``,
        ``budget_type`` (``time`` or ``cost``), ``units`` (``hours``, or the currency), all str;
        ``period`` (datetime64[us], its first day); ``is_forecast`` (boolean); then Float64 in
        ``units``: ``used`` in the period, ``used_total`` up to its end, ``used_low`` and
        ``used_high`` (the band around it; equal to it in the past), ``total`` (the budget, missing
        where none is set), ``left`` (total - used_total, negative where overspent), ``planned``
        (Asana's estimate for all of the work), ``planned_to_date`` (the part of ``planned``, or of
        ``total`` without it, due by the period's end; missing without ``projects``),
        ``unpriced_hours`` (in the period), ``actual`` (used, as Asana reports); and
        ``exhausted_on``, ``exhausted_earliest``, ``exhausted_latest`` (datetime64[us], the same in
        all rows of a budget): the day on which ``used_total`` reaches ``total``, and the band of
        that day; missing where it does not. A budget without entries has one row, for the period
        of ``as_of``.

    Warns
    -----
    PartialResultWarning
        The entries add up to less than Asana says is used: some are not in the frame, or have no
        rate.

    Raises
    ------
    InvalidArgument
        A column is missing, ``every`` is not a period, ``as_of`` is not a day, or a budget of
        money comes without rates.

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
    >>> columns = ["period", "is_forecast", "used", "used_total", "left"]
    >>> burn = budget_burn(budgets, entries)
    >>> burn[columns]
          period  is_forecast  used  used_total  left
    0 2026-03-02        False   2.0         2.0   8.0
    1 2026-03-09        False   3.0         5.0   5.0
    2 2026-03-16         True   2.5         7.5   2.5
    3 2026-03-23         True   2.5        10.0   0.0
    >>> str(burn["exhausted_on"].iloc[0].date())
    '2026-03-29'
    """
    budgets = read_frame(budgets, _NEEDED, what=_WHAT, record="budget")
    check_every(every)
    check_number(pace, name="pace", like=8, is_whole=True, least=1)
    check_number(band, name="band", like=0.8)
    if not 0 < band < 1:
        raise InvalidArgument(f"band={band!r} is not between 0 and 1; use band=0.8, for example.")
    book = _build_rate_book(budgets, rates, placeholders)
    rows = _price_entries(entries, book)
    last = rows["day"].max() if as_of is None else parse_day(as_of, name="as_of")
    options = _BurnOptions(every, last, pace, band, forecast)
    spans = _map_project_spans(projects)
    rows = rows if pd.isna(last) else rows[rows["day"] <= last]
    burns = [_measure_burn(budget, rows) for budget in drop_duplicates(budgets).to_dict("records")]
    if as_of is None:
        _warn_if_entries_missing(burns)
    return _combine_tables(
        [_build_burn_table(b, options, spans.get(b.budget["parent_gid"])) for b in burns]
    )


def _build_rate_book(
    budgets: pd.DataFrame, rates: pd.DataFrame | None, placeholders: Mapping[str, str] | None
) -> RateBook | None:
    if rates is not None:
        return RateBook(rates, placeholders)
    if (budgets["budget_type"] == "cost").any():
        raise InvalidArgument(
            f"{_WHAT} needs rates for budgets of money; pass "
            f"rates=asana.rates.list(parent=budgets['parent_gid'])."
        )
    return None


def _price_entries(entries: pd.DataFrame, book: RateBook | None) -> pd.DataFrame:
    """Read day, project, billable status and hours of entries, with rate and currency."""
    entries = read_frame(
        entries,
        ["duration_minutes", "entered_on", "billable_status"],
        what=_WHAT,
        record="time_tracking_entry",
    )
    check_days(entries["entered_on"], what=_WHAT)
    columns = find_rate_columns(entries, what=_WHAT)
    table = pd.DataFrame(
        {
            "day": period_starts(entries["entered_on"], "D"),
            "project_gid": entries[columns["project_gid"]].astype(STR),
            "billable_status": entries["billable_status"],
            "hours": entries["duration_minutes"].astype("Float64").fillna(0) / 60,
        }
    )
    if book is not None:
        wanted = {"person_gid": entries[columns["person_gid"]], "entered_on": table["day"]}
        priced = book.find_rates(table[["project_gid"]].assign(**wanted)).set_axis(table.index)
        table[["rate", "currency_code"]] = priced[["rate", "currency_code"]]
    if "project_from" in entries:
        # Asana charges the project that an entry is attributable to, not those of its task.
        table = table[entries["project_from"] == "attributable_to"]
    return table


def _map_project_spans(projects: pd.DataFrame | None) -> dict[str, tuple[Any, Any]]:
    if projects is None:
        return {}
    projects = read_frame(projects, ["gid", "start_on", "due_on"], what=_WHAT, record="project")
    columns = (projects[name] for name in ("gid", "start_on", "due_on"))
    return {gid: (start, due) for gid, start, due in zip(*columns, strict=True)}


def _warn_if_entries_missing(burns: Iterable[_Burn]) -> None:
    short = []
    for burn in burns:
        actual, used = _get_budget_value(burn, "actual_value"), float(burn.days["used"].sum())
        if actual is not None and used < actual * _TOLERATED:
            short.append(f"{burn.budget['parent_name']} {used:,.2f} of {actual:,.2f}")
    if short:
        warnings.warn(
            f"The entries add up to less than Asana reports for {len(short)} budget(s): "
            f"{'; '.join(short[:5])}{' ...' if len(short) > 5 else ''}. Read all entries from the "
            f"beginning: asana.time_tracking_entries.list(attributable_to=projects).",
            PartialResultWarning,
            stacklevel=3,
        )


def _combine_tables(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate the tables of budgets, with dtypes also if there are none."""
    kinds: dict[str, Any] = dict.fromkeys(_TEXTS, STR) | {"is_forecast": "boolean"}
    kinds |= dict.fromkeys(_NUMBERS, "Float64")
    kinds |= dict.fromkeys(("period", *_DATES), "datetime64[us]")
    typed = [
        pd.DataFrame({name: table[name].astype(kinds[name]) for name in _COLUMNS})
        for table in tables
    ]
    if not typed:
        return pd.DataFrame({name: pd.Series([], dtype=kinds[name]) for name in _COLUMNS})
    return pd.concat(typed, ignore_index=True)


def _measure_burn(budget: Mapping[Any, Any], rows: pd.DataFrame) -> _Burn:
    """Sum what a budget used on each day."""
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
    return _Burn(budget, by_day.sort_index(), factor)


def _get_budget_value(burn: _Burn, name: str) -> float | None:
    """Return one of the budget's own figures, in hours or money."""
    value = burn.budget.get(name)
    return None if pd.isna(value) else float(value) * burn.factor


def _get_total(burn: _Burn) -> float | None:
    is_off = burn.budget.get("total_enabled")
    return None if pd.notna(is_off) and not is_off else _get_budget_value(burn, "total_value")


def _build_burn_table(
    burn: _Burn, options: _BurnOptions, span: tuple[Any, Any] | None
) -> pd.DataFrame:
    """Build the rows of one budget, past periods and forecast."""
    past = _build_past_periods(burn, options)
    total, spent = _get_total(burn), float(past["used"].sum())
    is_whole = [period_end(period, options.every) <= options.as_of for period in past["period"]]
    # Without any entry the pace is unknown, not 0.
    known = list(past["used"][is_whole]) if len(burn.days) else []
    pace = estimate_pace([float(used) for used in known[-options.pace :]], band=options.band)
    dates = _find_exhaustion_days(burn, options, pace, total, spent)
    table = past
    if options.forecast and pace is not None:
        ahead = pd.DataFrame(
            _forecast_periods(options, pace, spent, dates[0]), columns=past.columns
        )
        table = pd.concat([past, ahead.astype(past.dtypes.to_dict())], ignore_index=True)
    planned = _get_budget_value(burn, "estimate_value")
    ends = [period_end(period, options.every) for period in table["period"]]
    plan = planned if planned is not None else total
    due: list[Any] = [_compute_due_part(plan, span, end) for end in ends]
    budget = burn.budget
    units = "hours" if budget["budget_type"] != "cost" else _find_currency(budget)
    texts = (budget["gid"], budget["parent_gid"], budget["parent_name"], budget["budget_type"])
    return table.assign(
        **dict(zip(_TEXTS, (*texts, units), strict=True)),
        total=total,
        left=None if total is None else total - table["used_total"],
        planned=planned,
        planned_to_date=pd.array(due, dtype="Float64"),
        actual=_get_budget_value(burn, "actual_value"),
        **dict(zip(_DATES, dates, strict=True)),
    )


def _find_currency(budget: Mapping[Any, Any]) -> Any:
    units = (budget.get(name) for name in ("total_units", "actual_units", "estimate_units"))
    return next((unit for unit in units if pd.notna(unit)), None)


def _build_past_periods(burn: _Burn, options: _BurnOptions) -> pd.DataFrame:
    days = burn.days.reset_index()
    first = days["day"].min() if len(days) else options.as_of
    nowhere = pd.DatetimeIndex([pd.NaT]).as_unit("us")
    periods = nowhere if pd.isna(first) else list_periods(first, options.as_of, options.every)
    sums = days.groupby(period_starts(days["day"], options.every))[
        ["used", "unpriced_hours"]
    ].sum()
    table = sums.reindex(periods, fill_value=0.0).rename_axis("period").reset_index()
    table["is_forecast"] = False
    for name in ("used_total", "used_low", "used_high"):
        table[name] = table["used"].cumsum()
    return table


def _forecast_periods(
    options: _BurnOptions, pace: Pace, spent: float, exhausted: pd.Timestamp | None
) -> Iterator[dict[str, Any]]:
    """Yield the periods to come; the first includes the rest of the current one."""
    end = options.as_of + _HORIZON
    end = end if exhausted is None else min(end, exhausted)
    start = period_end(period_start(options.as_of, options.every), options.every) + _DAY
    before = 0.0
    for period in list_periods(start, max(start, end), options.every):
        ahead = (period_end(period, options.every) - options.as_of) / _DAY
        expected, low, high = pace.predict_amount(ahead / mean_days(options.every))
        yield {
            "period": period,
            "is_forecast": True,
            "used": expected - before,
            "unpriced_hours": None,
            "used_total": spent + expected,
            # Below what is used already only if the expected amount is negative.
            "used_low": None if low is None else spent + max(low, min(expected, 0.0)),
            "used_high": None if high is None else spent + high,
        }
        before = expected


def _find_exhaustion_days(
    burn: _Burn, options: _BurnOptions, pace: Pace | None, total: float | None, spent: float
) -> tuple[Any, Any, Any]:
    """Find the day on which a budget is exhausted, the earliest and the latest."""
    if total is None:
        return None, None, None
    if spent >= total:
        reached = burn.days["used"].cumsum() >= total
        day = reached.idxmax() if reached.any() else options.as_of
        return day, day, day
    if pace is None:
        return None, None, None
    days = mean_days(options.every)
    expected, earliest, latest = (n and n * days for n in pace.predict_periods(total - spent))
    day = options.as_of
    return _shift_day(day, expected), _shift_day(day, earliest), _shift_day(day, latest)


def _shift_day(day: pd.Timestamp, days: float | None) -> pd.Timestamp | None:
    """Add days to a day; None beyond a hundred years."""
    if days is None or days > 36_525:
        return None
    return day + _DAY * int(-(-round(days, 6) // 1))


def _compute_due_part(
    plan: float | None, span: tuple[Any, Any] | None, end: pd.Timestamp
) -> float | None:
    """Compute the part of an evenly spent plan that is due by the end of a day."""
    if plan is None or span is None or any(pd.isna(day) for day in (*span, end)):
        return None
    start, due = span
    days = (due - start) / _DAY + 1
    return plan * min(max(((end - start) / _DAY + 1) / days, 0.0), 1.0) if days > 0 else None
