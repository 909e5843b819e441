"""What budgets used day by day, their pace, and the days on which they are exhausted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.exceptions import InvalidArgument, PartialResultWarning
from asana_frames.frames.arguments import is_dask
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    read_frame,
    read_words,
    text_column,
)
from asana_frames.rollups.shared.moments import Ints, ends_of_days, parse_moments, resolve_today
from asana_frames.rollups.shared.periods import check_days, check_every, list_periods
from asana_frames.rollups.shared.workdays import Floats, workday_shares
from asana_frames.rollups.time.grouping import BILLABLE_STATUSES, Grouping
from asana_frames.rollups.time.pace import Pace, estimate_pace
from asana_frames.rollups.time.pricing import Pricing, read_billed_minutes
from asana_frames.rollups.time.rates import find_rate_columns
from asana_frames.types import When

_BUDGET_COLUMNS = ("gid", "parent_gid", "parent_name", "budget_type", "total_value")
_KINDS = ("time", "cost")
_FILTER = "actual_billable_status_filter"
_RECORD = "time_tracking_entry"
_DAY = pd.Timedelta(days=1)
#: How far a forecast looks, in days.
_HORIZON = 182
#: The latest day on which a budget may be exhausted, in days from now.
_FARTHEST = 36_525
#: A missing day, as a number of days: before all others.
_UNDATED = np.iinfo("int64").min
#: Warn if entries add up to less than this share of Asana's own figure.
_TOLERATED = 0.99
#: Sums of money are not exact; this part of a total is not told apart.
_EXACT = 1e-9

Days = npt.NDArray[np.datetime64]


class BudgetOptions(NamedTuple):
    """Arguments of the rollups of budgets that say how use is measured, unchecked."""

    every: str
    now: When | None
    tz: str
    pace: int
    band: float
    workdays: str
    holidays: Iterable[Any]

    def check(self) -> None:
        """Raise an error unless period, pace and band are valid.

        Raises
        ------
        InvalidArgument
            The message says what to type.
        """
        check_every(self.every)
        check_number(self.pace, name="pace", like=8, is_whole=True, least=1)
        check_number(self.band, name="band", like=0.8)
        if not 0 < self.band < 1:
            raise InvalidArgument(
                f"band={self.band!r} is not between 0 and 1; use band=0.8, for example."
            )


class Calendar:
    """The periods from a first day to the end of a forecast, and their working days.

    Parameters
    ----------
    first
        The first day; the present one if that is earlier.
    today
        The present day.
    every
        A period as in ``rollups.hours``.
    workdays, holidays
        As in ``rollups.capacity``.
    """

    def __init__(
        self,
        first: pd.Timestamp,
        today: pd.Timestamp,
        every: str,
        workdays: str,
        holidays: Iterable[Any],
    ) -> None:
        # Two years more, so that a period always follows the last one of a forecast.
        until = today + (_HORIZON + 2 * 366) * _DAY
        begins = _number_days(list_periods(min(first, today), until, every).to_numpy())
        self.today = int(np.datetime64(today, "D").astype("int64"))
        self.starts: Ints = begins[:-1]
        self.ends: Ints = begins[1:] - 1
        self.present = self.find_period(self.today)
        days = (
            np.arange(begins[0], self.today + _FARTHEST + 1)
            .astype("datetime64[D]")
            .astype("datetime64[us]")
        )
        shares = workday_shares(pd.DatetimeIndex(days), workdays, holidays)
        self._worked: Floats = np.concatenate([[0.0], shares.cumsum()])
        self.lengths: Floats = self._count_until(self.ends) - self._count_until(self.starts - 1)

    def find_period(self, day: int) -> int:
        """Return the number of the period of a day; the last one for later days."""
        return int(np.searchsorted(self.starts, day, side="right")) - 1

    def count_ahead(self, days: Any) -> Any:
        """Count the working days after today up to days, one or an array of them.

        Days that are too far off count as the last one that is not.
        """
        days = np.minimum(days, self.today + _FARTHEST)
        return self._count_until(days) - self._count_until(self.today)

    def find_day(self, workdays: float | None) -> int:
        """Return the day that ends so many working days after today; none if it is too far."""
        if workdays is None:
            return _UNDATED
        wanted = self._count_until(self.today) + workdays - 1e-6
        day = int(self.starts[0]) + int(np.searchsorted(self._worked, wanted)) - 1
        return max(day, self.today) if day <= self.today + _FARTHEST else _UNDATED

    def _count_until(self, days: Any) -> Any:
        return self._worked[days - self.starts[0] + 1]


class BudgetUse(NamedTuple):
    """What one budget used until today, in hours or money.

    ``days`` are sorted, each once, as numbers; use without a day is before all others. The dates
    of ``exhausted`` are the expected, the earliest and the latest day.
    """

    gid: Any
    project_gid: Any
    budget_type: Any
    units: Any
    total: float | None
    planned: float | None
    actual: float | None
    days: Ints
    used: Floats
    unpriced: Floats
    pace: Pace | None
    exhausted: tuple[int, int, int]

    @property
    def spent(self) -> float:
        """What is used altogether."""
        return float(self.used.sum())

    @property
    def unpriced_hours(self) -> float:
        """The hours without a price altogether, which are not in ``spent``."""
        return float(self.unpriced.sum())


class BudgetTable(NamedTuple):
    """Budgets with their use, and the calendar that it is measured by.

    ``heads`` has a row per budget: ``budget_gid``, ``project_gid``, ``project_name``,
    ``budget_type``, ``units``; ``total``, ``planned``, ``actual``; ``exhausted_on``,
    ``exhausted_earliest``, ``exhausted_latest``; ``start_on``, ``due_on``.
    """

    uses: Sequence[BudgetUse]
    heads: pd.DataFrame
    calendar: Calendar


def measure_budgets(
    budgets: pd.DataFrame,
    entries: Any,
    rates: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    placeholders: Mapping[str, str] | None,
    rates_by: str | Sequence[str] | None,
    options: BudgetOptions,
    *,
    what: str,
) -> BudgetTable:
    """Measure what budgets used until the present day, and at which pace they go on.

    Raises
    ------
    InvalidArgument
        A column is missing, an argument is not valid, a budget is of an unknown type or filter,
        or a budget of money comes without rates.
    """
    options.check()
    budgets = _read_budgets(budgets, what)
    if rates is None and (budgets["budget_type"] == "cost").any():
        raise InvalidArgument(
            f"{what} needs rates for budgets of money; pass "
            f"rates=asana.rates.list(parent=budgets['parent_gid'])."
        )
    if projects is not None:
        needed = ["gid", "start_on", "due_on"]
        projects = read_frame(projects, needed, what=what, record="project")
        for name in needed[1:]:
            check_days(projects[name], what=what)
    today = resolve_today(options.now, options.tz)
    known = _drop_later(entries, today, options.tz, what)
    pricing = None if rates is None else Pricing(known, rates, placeholders, rates_by, what=what)
    sums = _DailySums(_sum_entries(known, pricing, what))
    first = today if sums.first is None else sums.first
    calendar = Calendar(first, today, options.every, options.workdays, options.holidays)
    records = budgets.to_dict("records")
    uses = [_measure_use(record, sums, calendar, options) for record in records]
    return BudgetTable(uses, _build_heads(uses, budgets, projects), calendar)


def _read_budgets(budgets: pd.DataFrame, what: str) -> pd.DataFrame:
    """Read budgets, each once; Asana's default is to count billable time only."""
    needed = [*_BUDGET_COLUMNS, "actual_value"]
    budgets = drop_duplicates(read_frame(budgets, needed, what=what, record="budget"))
    kinds = read_words(budgets, "budget_type", _KINDS, what=what)
    if kinds.isna().any():
        raise InvalidArgument(
            f"{what}: budget_type is missing in {kinds.isna().sum()} budget(s); use 'time' or "
            f"'cost'."
        )
    filters = read_words(budgets, _FILTER, BILLABLE_STATUSES, what=what, any_case=True)
    return budgets.assign(**{_FILTER: filters.fillna("billable")})


def warn_if_unpriced(table: BudgetTable) -> None:
    """Warn about budgets of money with hours that have no rate.

    To be called by a public function: the warning points to its caller.

    Warns
    -----
    PartialResultWarning
        Some use of a budget is not known.
    """
    bare = [
        f"{name} {use.unpriced_hours:,.2f} h"
        for use, name in zip(table.uses, table.heads["project_name"], strict=True)
        if use.unpriced_hours > 0
    ]
    if bare:
        warnings.warn(
            f"{len(bare)} budget(s) have hours without a rate in their currency, which are not "
            f"in what is used: {'; '.join(bare[:5])}{' ...' if len(bare) > 5 else ''}. Add rows "
            f"to rates= for their projects or people.",
            PartialResultWarning,
            stacklevel=3,
        )


def warn_if_entries_missing(table: BudgetTable) -> None:
    """Warn about budgets of which Asana knows more use than the entries add up to.

    To be called by a public function: the warning points to its caller.

    Warns
    -----
    PartialResultWarning
        Some entries are not in the frame, or have no rate.
    """
    short = [
        f"{name} {use.spent:,.2f} of {use.actual:,.2f}"
        for use, name in zip(table.uses, table.heads["project_name"], strict=True)
        if use.actual is not None and use.spent < use.actual * _TOLERATED
    ]
    if short:
        warnings.warn(
            f"The entries add up to less than Asana reports for {len(short)} budget(s): "
            f"{'; '.join(short[:5])}{' ...' if len(short) > 5 else ''}. Read all entries from the "
            f"beginning: asana.time_tracking_entries.list(attributable_to=projects).",
            PartialResultWarning,
            stacklevel=3,
        )


def _drop_later(entries: Any, today: pd.Timestamp, tz: str, what: str) -> Any:
    """Drop entries that are of later days, or were made later; of repeated ones the last stays."""
    needed = ["duration_minutes", "entered_on", "billable_status"]
    entries = read_frame(entries, needed, what=what, record=_RECORD)
    check_days(entries["entered_on"], what=what)
    end = pd.Timestamp(ends_of_days(pd.DatetimeIndex([today]), tz)[0], tz="UTC")

    def drop(part: pd.DataFrame) -> pd.DataFrame:
        is_later = is_true(part["entered_on"] >= today + _DAY)
        if "created_at" in part:
            is_later = is_later | is_true(parse_moments(part["created_at"], what=what) >= end)
        return part[~is_later] if is_later.any() else part

    if is_dask(entries):
        return entries.map_partitions(drop, meta=entries._meta)
    return drop(drop_duplicates(entries) if "gid" in entries else entries)


def _sum_entries(entries: Any, pricing: Pricing | None, what: str) -> pd.DataFrame:
    """Add up minutes, and minutes times rate, by project, billable status, currency and day."""
    columns = find_rate_columns(entries, what=what)
    priced = [] if pricing is None else pricing.columns
    grouping = Grouping(
        entries,
        None,
        "D",
        what=what,
        attribution="asana",
        columns=[*columns.values(), "billable_status", *priced],
    )

    # There may be nearly as many groups as entries; as categories their text needs less memory.
    # Partitions of a Dask frame would each have categories of their own.
    text: Any = STR if is_dask(entries) else "category"

    def price(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
        minutes = read_billed_minutes(rows)
        keys = {
            "project_gid": rows[columns["project_gid"]].astype(STR).astype(text),
            "billable_status": rows["billable_status"].astype(STR).astype(text),
            "currency_code": pd.Series(pd.NA, index=rows.index, dtype=STR),
        }
        if pricing is None:
            return keys, {"minutes": minutes, "worth": minutes}
        found = pricing.find(rows)
        keys["currency_code"] = found["currency_code"].astype(text)
        return keys, {"minutes": minutes, "worth": minutes * found["rate"]}

    return grouping.sum(price, ["minutes", "worth"])


class _DailySums:
    """Sums of entries by project, billable status, currency and day, as arrays.

    Parameters
    ----------
    sums
        ``period`` (the day), ``project_gid``, ``billable_status``, ``currency_code``,
        ``minutes``, ``worth``; one row per group.
    """

    def __init__(self, sums: pd.DataFrame) -> None:
        self._rows = sums.groupby("project_gid", observed=True).indices
        self._counts = {
            name: np.ones(len(sums), dtype=bool)
            if statuses is None
            else is_true(sums["billable_status"].isin(statuses))
            for name, statuses in BILLABLE_STATUSES.items()
        }
        self._days = _number_days(sums["period"].to_numpy())
        self._currency = sums["currency_code"].astype(object).to_numpy()
        self._minutes = sums["minutes"].to_numpy(dtype="float64", na_value=0.0)
        self._worth = sums["worth"].to_numpy(dtype="float64", na_value=0.0)
        first = sums["period"].min()
        self.first = None if pd.isna(first) else pd.Timestamp(first)

    def add_up(
        self, project: Any, status: str, currency: Any, *, is_money: bool
    ) -> tuple[Ints, Floats, Floats, Any]:
        """Return days, use and minutes without a price of each, and the currency."""
        rows = self._rows.get(project, np.array([], dtype=int))
        rows = rows[self._counts[status][rows]]
        minutes, used = self._minutes[rows], self._minutes[rows]
        unpriced = np.zeros(len(rows))
        if is_money:
            currency = self._find_main_currency(rows) if pd.isna(currency) else currency
            is_priced = self._currency[rows] == currency
            is_priced &= np.array(currency is not None)
            used = np.where(is_priced, self._worth[rows], 0.0)
            unpriced = np.where(is_priced, 0.0, minutes)
        days, at = np.unique(self._days[rows], return_inverse=True)
        sums = (np.bincount(at, amounts, len(days)) for amounts in (used, unpriced))
        return days, *sums, currency

    def _find_main_currency(self, rows: Any) -> Any:
        """Return the currency of most minutes; None where nothing has a price."""
        known = pd.Series(self._minutes[rows]).groupby(self._currency[rows]).sum()
        return None if known.empty else known.idxmax()


def _measure_use(
    budget: Mapping[Any, Any], sums: _DailySums, calendar: Calendar, options: BudgetOptions
) -> BudgetUse:
    is_money = budget["budget_type"] == "cost"
    names = ("total_units", "actual_units", "estimate_units")
    known = (budget.get(name) for name in names)
    currency = next((unit for unit in known if pd.notna(unit)), None)
    days, used, unpriced, currency = sums.add_up(
        budget["parent_gid"], budget[_FILTER], currency, is_money=is_money
    )

    def read(name: str) -> float | None:
        value = budget.get(name)
        return None if pd.isna(value) else float(value) / (1 if is_money else 60)

    is_off = budget.get("total_enabled")
    has_total = pd.isna(is_off) or bool(is_off)
    use = BudgetUse(
        gid=budget["gid"],
        project_gid=budget["parent_gid"],
        budget_type=budget["budget_type"],
        units=currency if is_money else "hours",
        total=read("total_value") if has_total else None,
        planned=read("estimate_value"),
        actual=read("actual_value"),
        days=days,
        used=used / 60,
        unpriced=unpriced / 60,
        pace=None,
        exhausted=(_UNDATED, _UNDATED, _UNDATED),
    )
    use = use._replace(pace=_estimate_use_pace(use, calendar, options))
    return use._replace(exhausted=_find_exhaustion_days(use, calendar))


def sum_periods(use: BudgetUse, calendar: Calendar) -> tuple[int, Floats, Floats]:
    """Return the first period of a budget, and use and unpriced hours of all from it to now."""
    is_dated = use.days > _UNDATED
    days = use.days[is_dated]
    first = calendar.find_period(int(days[0])) if len(days) else calendar.present
    at = np.searchsorted(calendar.starts, days, side="right") - 1 - first
    count = calendar.present - first + 1
    sums = [np.bincount(at, part[is_dated], count) for part in (use.used, use.unpriced)]
    return first, sums[0].astype("float64"), sums[1].astype("float64")


def _estimate_use_pace(use: BudgetUse, calendar: Calendar, options: BudgetOptions) -> Pace | None:
    """Estimate the use of a working day; None where no whole period since the first is known."""
    if not (use.days > _UNDATED).any():
        return None
    first, used, _ = sum_periods(use, calendar)
    is_over = calendar.today >= calendar.ends[calendar.present]
    until = calendar.present + int(is_over)
    start = max(first, until - options.pace)
    return estimate_pace(
        used[start - first : until - first].tolist(),
        calendar.lengths[start:until].tolist(),
        band=options.band,
    )


def has_reached(amount: float, limit: float) -> bool:
    """Return whether an amount is at least a limit, as exactly as sums of money are."""
    return amount >= limit - _EXACT * abs(limit)


def _find_exhaustion_days(use: BudgetUse, calendar: Calendar) -> tuple[int, int, int]:
    """Find the day on which a budget is exhausted, the earliest and the latest."""
    if use.total is None:
        return _UNDATED, _UNDATED, _UNDATED
    if has_reached(use.spent, use.total):
        reached = use.used.cumsum() >= use.total - _EXACT * abs(use.total)
        # What has no day is before all others, so it is the next day that tells.
        later = use.days[reached & (use.days > _UNDATED)]
        day = int(later[0]) if len(later) else calendar.today
        return day, day, day
    if use.pace is None:
        return _UNDATED, _UNDATED, _UNDATED
    expected, early, late = use.pace.predict_periods(use.total - use.spent)
    return calendar.find_day(expected), calendar.find_day(early), calendar.find_day(late)


def list_forecast_periods(use: BudgetUse, calendar: Calendar) -> range:
    """Return the periods of a forecast, the rest of the present one first if it has working days.

    It runs until the budget is exhausted, for half a year at most.
    """
    rest = calendar.count_ahead(calendar.ends[calendar.present])
    first = calendar.present + int(rest <= 0)
    end = calendar.today + _HORIZON
    exhausted = use.exhausted[0]
    end = end if exhausted == _UNDATED else min(end, exhausted)
    return range(first, max(first, calendar.find_period(end)) + 1)


def _build_heads(
    uses: Sequence[BudgetUse], budgets: pd.DataFrame, projects: pd.DataFrame | None
) -> pd.DataFrame:
    gids = [use.project_gid for use in uses]
    columns: dict[str, Any] = {
        "budget_gid": pd.array([use.gid for use in uses], dtype=STR),
        "project_gid": pd.array(gids, dtype=STR),
        "project_name": pd.array(_find_names(gids, budgets, projects), dtype=STR),
        "budget_type": pd.array([use.budget_type for use in uses], dtype=STR),
        "units": pd.array([use.units for use in uses], dtype=STR),
    }
    for name in ("total", "planned", "actual"):
        columns[name] = pd.array([getattr(use, name) for use in uses], dtype="Float64")
    ends = ("exhausted_on", "exhausted_earliest", "exhausted_latest")
    for number, name in enumerate(ends):
        columns[name] = to_days([use.exhausted[number] for use in uses])
    for name in ("start_on", "due_on"):
        known = {} if projects is None else dict(zip(projects["gid"], projects[name], strict=True))
        found = pd.Series([known.get(gid) for gid in gids], dtype="datetime64[us]")
        columns[name] = found.dt.normalize()
    return pd.DataFrame(columns)


def _find_names(
    gids: Iterable[Any], budgets: pd.DataFrame, projects: pd.DataFrame | None
) -> list[Any]:
    """Find the newest name of each project."""
    names: dict[Any, Any] = {}
    for frame, gid, name in ((budgets, "parent_gid", "parent_name"), (projects, "gid", "name")):
        if frame is not None:
            known = zip(frame[gid], text_column(frame, name), strict=True)
            names |= {gid: name for gid, name in known if isinstance(name, str)}
    return [names.get(gid) for gid in gids]


def to_days(numbers: Sequence[int] | Ints) -> Days:
    """Return days of their numbers, as ``datetime64[us]``."""
    days: Days = np.asarray(numbers, dtype="int64").view("datetime64[D]")
    return days.astype("datetime64[us]")


def _number_days(days: Any) -> Ints:
    numbers: Ints = np.asarray(days).astype("datetime64[D]").astype("int64")
    return numbers
