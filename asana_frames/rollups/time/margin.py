"""Revenue, cost and margin of tracked time and fixed fees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicate_gids, is_true, read_frame
from asana_frames.rollups.shared.layout import parse_layout
from asana_frames.rollups.shared.periods import Every, period_starts
from asana_frames.rollups.shared.totals import sum_by
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.exchange import ExchangeRates
from asana_frames.rollups.time.fees import PROJECT, split_fees, spread_fees
from asana_frames.rollups.time.grouping import Approval, Grouping, Overlap, Rounding, Selection
from asana_frames.rollups.time.pricing import Pricing, check_no_names, read_billed_minutes
from asana_frames.rollups.time.rates import find_rate_columns
from asana_frames.types import When

_WHAT = "rollups.margin"
_CODE = "currency_code"
#: What is added up, in the order of the result.
_VALUES = ("hours", "rounded_hours", "revenue", "fees", "cost", "unpriced_hours")
#: Hours that lack a rate or a cost, none of them negative.
_LACKING = "_lacking"


def margin(
    entries: Any,
    rates: pd.DataFrame,
    costs: pd.DataFrame,
    by: str | Sequence[str] | None = "project",
    every: Every | None = None,
    *,
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana",
    overlap: Overlap = "share",
    billable_only: bool = True,
    approval: Approval | None = None,
    round_to: int | None = None,
    rounding: Rounding = "nearest",
    fees: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
    currency: str | None = None,
    exchange_rates: pd.DataFrame | None = None,
    placeholders: Mapping[str, str] | None = None,
    rates_by: str | Sequence[str] | None = None,
    costs_by: str | Sequence[str] | None = None,
    compare: str | Sequence[str] | None = None,
    none: str | None = None,
    now: When | None = None,
) -> pd.DataFrame:
    """Compute revenue, cost and margin by columns and by period.

    Revenue is billable hours times the rate that applies, as in ``rollups.cost``, plus fixed
    fees; cost is all hours times what an hour costs. Asana holds one rate for each person and
    project: it is the one that bills, and the cost of an hour is a frame of yours.

    Parameters
    ----------
    entries
        Time tracking entries, as in ``rollups.cost``; needs ``billable_status`` too unless
        ``billable_only`` is False.
    rates
        What an hour is sold for, as in ``rollups.cost``.
    costs
        What an hour costs, in the form of ``rates``: without ``parent_gid`` a person costs the
        same in each project, with ``start_date`` the cost changes on that day.
    by, every, start, end, attribution, overlap, approval, placeholders
        As in ``rollups.cost``. ``placeholders`` matter for ``rates`` alone.
    billable_only
        Only entries that are ``billable`` bring revenue; all have a cost.
    round_to, rounding
        Round the minutes of each entry as in ``rollups.cost``; the revenue is then that of
        ``rounded_hours``, the cost stays that of ``hours``.
    fees
        Fixed fees: ``project_gid``, ``amount``, ``currency_code`` and, where it is known,
        ``date``. A fee counts on its date, else in equal parts on all days from ``start_on`` to
        ``due_on`` of its project. Finer keys share the part of a period by the hours of the
        project in it (also with ``overlap="count_in_each"``); without hours it is a row without
        these keys. Of a project that is paid by its fee alone set all rates to 0:
        ``rates.loc[rates["parent_gid"] == gid, "rate"] = 0.0``. (Another rate, for everybody,
        would not replace those of its people.)
    projects
        ``gid``, ``name``, ``start_on`` and ``due_on``, as ``asana.projects.list(...)`` returns
        them: for fees without a date, and for names of projects without hours.
    currency
        Convert all money to this currency.
    exchange_rates
        ``currency_code``, ``rate`` (``currency`` per unit of it) and ``start_date`` (missing for
        always): money is converted at the rate that began last on the day of the entry or fee.
    rates_by, costs_by
        As ``rates_by`` in ``rollups.cost``, of ``rates`` and of ``costs``.
    compare, none, now
        As in ``rollups.hours``; compared are the hours and the money (``margin_previous`` ...),
        each currency with itself.

    Returns
    -------
    DataFrame
        The keys, ``period`` where ``every`` is given, ``currency_code``; in Float64 ``hours``,
        ``rounded_hours`` where ``round_to`` is given, ``revenue``, ``fees`` (within the revenue),
        ``cost``, ``margin`` (revenue - cost), ``share`` (margin / revenue, missing where there is
        no revenue) and ``unpriced_hours``: hours without a cost, and hours that bring revenue and
        have no rate. Where a group has any, revenue and cost are those of its other hours, and
        margin and share are missing. One row per group and currency: without ``currency`` money
        is not converted, and hours without rate and cost have the currency of their group.

    Raises
    ------
    InvalidArgument
        A column or key is missing; rates contradict each other; a fee has no days; revenue and
        cost of a group are in several currencies, or an exchange rate is missing: the message
        says what to pass.

    Examples
    --------
    Ana sold 10 hours at 90, worked 12, and costs 50 an hour: 900 less 600.

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "11"],
    ...         "attributable_to_gid": ["31", "31"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03"]),
    ...         "duration_minutes": [600, 120],
    ...         "billable_status": ["billable", "nonBillable"],
    ...     }
    ... )
    >>> price = {"parent_gid": [None], "resource_gid": ["11"], "currency_code": ["EUR"]}
    >>> rates, costs = pd.DataFrame(price | {"rate": 90.0}), pd.DataFrame(price | {"rate": 50.0})
    >>> numbers = ["hours", "revenue", "fees", "cost", "margin", "share", "unpriced_hours"]
    >>> margin(entries, rates, costs)[numbers]
       hours  revenue  fees   cost  margin     share  unpriced_hours
    0   12.0    900.0   0.0  600.0   300.0  0.333333             0.0

    A fee of 300 on top:

    >>> fees = pd.DataFrame({"project_gid": ["31"], "amount": 300.0, "currency_code": "EUR"})
    >>> fees = fees.assign(date=pd.to_datetime(["2026-03-31"]))
    >>> margin(entries, rates, costs, fees=fees)[numbers]
       hours  revenue   fees   cost  margin  share  unpriced_hours
    0   12.0   1200.0  300.0  600.0   600.0    0.5             0.0
    """
    layout = parse_layout(
        every, compare=compare, wide=False, totals=False, none=none, start=start, end=end, now=now
    )
    check_flag(billable_only, name="billable_only")
    check_frame(entries, what=_WHAT, dask=True)
    sales = Pricing(entries, rates, placeholders, rates_by, what=_WHAT)
    purchases = _read_costs(entries, costs, costs_by)
    status = ["billable_status"] if billable_only else []
    grouping = Grouping(
        entries,
        by,
        every,
        what=_WHAT,
        attribution=attribution,
        overlap=overlap,
        selection=Selection(start, end, "any", approval, round_to, rounding),
        columns=[*sales.columns, *purchases.columns, *status],
        taken=(*_VALUES, _CODE, "amount", "margin", "share"),
    )
    exchange = _read_exchange(exchange_rates, currency)
    if projects is not None:
        projects = read_frame(projects, ["gid"], what=_WHAT, record="project")
    books = _Books(sales, purchases, exchange, billable_only)

    def add_up(grouping: Grouping) -> pd.DataFrame:
        paid = _read_fees(fees, projects, grouping, exchange)
        totals = _add_fees(_sum_entries(grouping, books, paid), paid, grouping, projects)
        table = _put_in_currencies(totals, currency)
        _check_currencies(table)
        return _add_margin(table)

    totals = add_up(grouping)
    table = layout.arrange(
        totals,
        values=[name for name in (*_VALUES, "margin") if name in totals],
        value="margin",
        by=by,
        again=lambda *others: add_up(grouping.regroup(*others)),
    )
    return layout.write_about(_add_share(table), entries)


def _add_share(table: pd.DataFrame) -> pd.DataFrame:
    share = table["margin"] / table["revenue"].where(table["revenue"] > 0)
    table.insert(list(table.columns).index("margin") + 1, "share", share)
    return table


def _read_exchange(
    exchange_rates: pd.DataFrame | None, currency: str | None
) -> ExchangeRates | None:
    if currency is not None:
        return ExchangeRates(exchange_rates, currency, what=_WHAT)
    if exchange_rates is not None:
        raise InvalidArgument(f"{_WHAT}: exchange_rates= needs currency=, such as currency='EUR'.")
    return None


class _Books(NamedTuple):
    """What hours bring and cost."""

    sales: Pricing
    purchases: Pricing
    exchange: ExchangeRates | None
    billable_only: bool

    def measure(self, rows: pd.DataFrame) -> tuple[pd.Series[Any], dict[str, pd.Series[Any]]]:
        """Return the currency of each row, minutes, and minutes times money per hour."""
        sold, bought = self.sales.find(rows), self.purchases.find(rows)
        if self.billable_only:
            is_sold = is_true(rows["billable_status"] == "billable")
        else:
            is_sold = np.ones(len(rows), dtype=bool)
        minutes = rows["duration_minutes"].astype("Float64").fillna(0.0)
        codes = sold[_CODE].where(is_sold), bought[_CODE]
        revenue = read_billed_minutes(rows) * sold["rate"].where(is_sold)
        cost = minutes * bought["rate"]
        if self.exchange is None:
            code = _join_currencies(*codes)
        else:
            revenue *= self.exchange.find(codes[0], rows["entered_on"])
            cost *= self.exchange.find(codes[1], rows["entered_on"])
            code = pd.Series(self.exchange.currency, index=rows.index, dtype=STR)
        lacks = (is_sold & sold["rate"].isna()) | bought["rate"].isna()
        lacking = minutes.where(lacks, 0.0)
        rounded = {"rounded_hours": rows["rounded_minutes"]} if "rounded_minutes" in rows else {}
        sums = {"hours": minutes, **rounded, "revenue": revenue, "cost": cost}
        return code, sums | {"unpriced_hours": lacking, _LACKING: lacking.abs()}


def _read_costs(
    entries: Any, costs: pd.DataFrame, costs_by: str | Sequence[str] | None
) -> Pricing:
    what = f"{_WHAT}: costs="
    check_frame(costs, what=what)
    empty = pd.Series(None, index=costs.index, dtype=STR)
    # An hour costs the same in each project unless the frame says otherwise.
    optional = ["parent_gid", *(["resource_gid"] if costs_by is not None else [])]
    return Pricing(
        entries,
        costs.assign(**{name: empty for name in optional if name not in costs}),
        None,
        costs_by,
        what=what,
        source=None,
    )


def _join_currencies(sold: pd.Series[Any], bought: pd.Series[Any]) -> pd.Series[Any]:
    """Return the one currency of each row."""
    differs = np.flatnonzero(is_true((sold != bought) & sold.notna() & bought.notna()))
    if len(differs):
        raise _refuse_currencies(sold.iloc[differs[0]], bought.iloc[differs[0]])
    return sold.fillna(bought).astype(STR)


def _refuse_currencies(sold: str, bought: str) -> InvalidArgument:
    return InvalidArgument(
        f"{_WHAT}: revenue in {sold} and cost in {bought} make no margin. Pass currency= and "
        f"exchange_rates= (columns currency_code, rate, start_date) to convert both."
    )


def _read_fees(
    fees: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    grouping: Grouping,
    exchange: ExchangeRates | None,
) -> pd.DataFrame:
    """Read the fees that count, by project, period and currency."""
    paid = spread_fees(fees, projects, what=_WHAT)
    check_no_names(
        paid["project_gid"],
        grouping.entries,
        "project",
        what=f"{_WHAT}: fees=",
        column="project_gid",
        frame="fees['project_gid']",
    )
    chosen = grouping.selection
    if chosen.start is not None:
        paid = paid[paid["day"] >= chosen.start]
    if chosen.end is not None:
        paid = paid[paid["day"] <= chosen.end]
    amount = paid["amount"]
    keys = {PROJECT: paid["project_gid"], _CODE: paid[_CODE]}
    if exchange is not None:
        amount = amount * exchange.find(paid[_CODE], paid["day"])
        keys[_CODE] = pd.Series(exchange.currency, index=paid.index, dtype=STR)
    if grouping.every is not None:
        keys["period"] = period_starts(paid["day"], grouping.every)
    return sum_by(pd.DataFrame(keys), {"amount": amount})


def _sum_entries(grouping: Grouping, books: _Books, paid: pd.DataFrame) -> pd.DataFrame:
    """Add up hours and money by the keys, the currency and the projects that have fees."""
    project = find_rate_columns(grouping.entries, what=_WHAT)["project_gid"]
    with_fees = paid[PROJECT].unique()

    def values(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
        code, sums = books.measure(rows)
        gids = rows[project].astype(STR)
        return {_CODE: code, PROJECT: gids.where(gids.isin(with_fees))}, sums

    is_rounded = grouping.selection.round_to is not None
    left_out = ("fees",) if is_rounded else ("fees", "rounded_hours")
    names = [name for name in (*_VALUES, _LACKING) if name not in left_out]
    totals = grouping.sum(values, names)
    # Whole minutes are added up, so that nothing is lost on the way.
    return totals.assign(**{name: totals[name] / 60 for name in names})


def _add_fees(
    totals: pd.DataFrame, paid: pd.DataFrame, grouping: Grouping, projects: pd.DataFrame | None
) -> pd.DataFrame:
    """Add the rows of fees, and sum them up by the keys, period and currency."""
    keys = [key.name for key in grouping.keys]
    ends = [name for name in keys if name in ("project_gid", "attributable_to_gid")]
    split = split_fees(paid, totals, keys, project_key=ends[0] if ends else None)
    amount = split.pop("amount")
    split = split.assign(revenue=amount, fees=amount)
    values = [name for name in (*_VALUES, _LACKING) if name in totals]
    if not split.empty:
        totals = pd.concat([totals, split], ignore_index=True)
        for gid in ends:
            totals = _name_projects(totals, gid, projects)
    groups = [*keys, *(["period"] if grouping.every else []), _CODE]
    fees = totals["fees"] if "fees" in totals else pd.Series(pd.NA, totals.index, "Float64")
    return sum_by(totals[groups], {name: totals[name] for name in values} | {"fees": fees})


def _name_projects(totals: pd.DataFrame, gid: str, projects: pd.DataFrame | None) -> pd.DataFrame:
    """Name the projects of fees without hours as their other rows do, else as ``projects``."""
    name = f"{gid.removesuffix('gid')}name"
    if name not in totals:
        return totals
    known = totals[[gid, name]].dropna().drop_duplicates(gid).set_index(gid)[name]
    if projects is not None and "name" in projects:
        listed = drop_duplicate_gids(projects).set_index("gid")["name"]
        known = pd.concat([known, listed[~listed.index.isin(known.index)]])
    names = totals[name].astype(STR)
    return totals.assign(**{name: names.fillna(totals[gid].map(known).astype(STR))})


def _put_in_currencies(totals: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """Give hours without money the currency of their group if it has one."""
    keys, values = _split_columns(totals)
    if currency is not None:
        code = pd.Series(currency, index=totals.index, dtype=STR)
    else:
        codes = totals[_CODE].groupby(_number_groups(totals, keys))
        known = codes.transform("first").where(codes.transform("nunique") == 1)
        code = totals[_CODE].fillna(known).astype(STR)
    return sum_by(totals[keys].assign(**{_CODE: code}), {name: totals[name] for name in values})


def _check_currencies(table: pd.DataFrame) -> None:
    """Refuse groups whose revenue is in a currency that their cost is not in, or the reverse."""
    group = _number_groups(table, _split_columns(table)[0])
    has = {side: table[side].notna() for side in ("revenue", "cost")}
    both = [flags.groupby(group).transform("any") for flags in has.values()]
    wrong = table[(has["revenue"] != has["cost"]) & both[0] & both[1]]
    if len(wrong):
        rows = table[group == group[wrong.index[0]]]
        sold, bought = (", ".join(rows.loc[flags, _CODE]) for flags in has.values())
        raise _refuse_currencies(sold, bought)


def _split_columns(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the keys, less the currency, and what was added up."""
    values = [name for name in (*_VALUES, _LACKING) if name in table]
    return [name for name in table.columns if name not in (*values, _CODE)], values


def _number_groups(table: pd.DataFrame, keys: Sequence[str]) -> pd.Series[Any]:
    """Return the number of each row's group, whatever its currency."""
    if not keys:
        return pd.Series(0, index=table.index)
    return table.groupby(list(keys), dropna=False, observed=True).ngroup()


def _add_margin(table: pd.DataFrame) -> pd.DataFrame:
    """Add the margin, which is missing where hours of the group lack a rate or a cost."""
    keys, values = _split_columns(table)
    is_whole = table[_LACKING].fillna(0).groupby(_number_groups(table, keys)).transform("sum") == 0
    sums = table[values].fillna(0.0)
    margin = (sums["revenue"] - sums["cost"]).where(is_whole)
    table = table.assign(**sums, margin=margin)
    shown = ["margin", "unpriced_hours"]
    return table[[*keys, _CODE, *(name for name in values if name in _VALUES[:-1]), *shown]]
