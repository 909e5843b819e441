"""The cost of tracked time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.rollups.shared.inputs import Key, resolve_keys
from asana_frames.rollups.shared.layout import parse_layout
from asana_frames.rollups.shared.periods import Every, period_starts
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.grouping import (
    Approval,
    Billable,
    Grouping,
    Overlap,
    Rounding,
    Selection,
)
from asana_frames.rollups.time.pricing import Pricing, read_billed_minutes
from asana_frames.rollups.time.rates import RATE_COLUMNS
from asana_frames.types import When

_WHAT = "rollups.cost"
_EACH = "entry"
_RESULT = ("currency_code", "hours", "rounded_hours", "amount")
_ENTRY_COLUMNS = ("gid", "entered_on")
_KEY_STEMS = ("person", "project", "task")


def cost(
    entries: Any,
    rates: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    every: Every | None = None,
    *,
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana",
    overlap: Overlap = "share",
    billable: Billable = "any",
    approval: Approval | None = None,
    round_to: int | None = None,
    rounding: Rounding = "nearest",
    placeholders: Mapping[str, str] | None = None,
    rates_by: str | Sequence[str] | None = None,
    compare: str | Sequence[str] | None = None,
    wide: bool = False,
    totals: bool = False,
    none: str | None = None,
    now: When | None = None,
) -> Any:
    """Compute the cost of tracked time: hours times the rate that applies.

    Whose cost it is, the rates say: Asana's are what a client pays. For what people cost, pass
    rates of your own; ``rollups.margin`` sets one against the other.

    The rate is that of the entry's project for its person, else that of the project for everybody
    (no ``resource_gid``), else the default of the person (no ``parent_gid``), else the default of
    all (neither). Asana's own rates are all of the first kind; add rows of your own for the
    others. Where rates have a ``start_date``, the one that began last applies; one with an
    ``end_date`` hides those that began before it until that day. A rate is money per hour.

    The cost of a project is that of its budget, ``rollups.budget_burn``, if ``billable`` is the
    budget's own ``actual_billable_status_filter``: both take the entries that are attributable
    to the project, at the same rates. (With ``end`` the entries without a day are left out here;
    with ``now`` a budget leaves out what was created later.)

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them, in pandas or Dask. Of repeated gids the last counts
        (Dask frames are taken to have none).
    rates
        As ``asana.rates.list(parent=projects)`` returns them: ``parent_gid`` (project),
        ``resource_gid`` (user or placeholder), ``rate``, ``currency_code``; ``start_date`` and
        ``end_date`` (days, both included) where you add them.
    by
        Keys as in ``rollups.hours``; None for one total; ``"entry"`` for a row per entry.
    every
        A period as in ``rollups.hours``; None for one total per group.
    start, end
        The first and the last day that count, both included; all days if not given, also the
        entries without a day.
    attribution
        To which project an entry counts, as in ``rollups.hours``, and whose rate applies. By
        ``"asana"`` the entries that are attributable to no project have the rates of their
        person, or none.
    overlap
        As in ``rollups.hours``.
    billable
        ``"billable"`` or ``"non_billable"`` entries alone; ``"any"`` counts all.
    approval
        ``"submitted"`` leaves out drafts and rejected entries, ``"approved"`` all that are not
        approved.
    round_to
        Round the minutes of each entry to a multiple of so many, such as 6 or 15; the amount is
        then that of ``rounded_hours``.
    rounding
        ``"nearest"`` (half goes up) or ``"up"``.
    placeholders
        Person (gid) -> placeholder (gid) whose rates apply where the person has none.
    rates_by
        Columns that ``rates`` and ``entries`` share, such as ``"category_name"`` or
        ``"person_role"`` of ``rollups.entries``: a rate that fills one of them, in place of
        ``resource_gid``, is for the entries with this value. A rate of project and person comes
        first, then of project and such a value, of the project, the person, the value, the
        default.
    compare, none, now
        As in ``rollups.hours``; compared are hours and amounts (``amount_previous`` ...), each
        currency with itself.
    wide, totals
        As in ``rollups.hours``: a table of amounts, with rows and totals for each currency, and
        rows without amounts for what has no rate (0 where there are no hours). That of the
        hours is ``rollups.hours(..., attribution="asana", wide=True)``.

    Returns
    -------
    DataFrame
        The keys, ``period`` where ``every`` is given, ``currency_code``, ``hours``,
        ``rounded_hours`` where ``round_to`` is given, ``amount`` (Float64, hours times rate, not
        rounded): one row per group and currency, so currencies never mix; what has no rate is a
        row of its own, without currency and amount. With ``by="entry"`` one row per entry, in the
        order given: ``gid``, ``entered_on``, the gid and name of person, project and task,
        ``hours`` (and ``rounded_hours``), ``rate_gid``, ``rate``, ``currency_code``, ``amount``
        and ``rate_from`` (``project and person``, ``project``, ``person``, ``default``); an entry
        to which no rate applies is there with these missing. Sums over a Dask frame are
        computed; a row per entry stays a Dask frame.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a rate has no currency, or rates contradict each other.

    Examples
    --------
    Two hours of Ana at 80 euros; Bo has no rate:

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2", "3"],
    ...         "created_by_gid": ["11", "11", "12"],
    ...         "created_by_name": ["Ana", "Ana", "Bo"],
    ...         "attributable_to_gid": ["31", "31", "31"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03", "2026-03-03"]),
    ...         "duration_minutes": [90, 30, 60],
    ...     }
    ... )
    >>> rates = pd.DataFrame(
    ...     {
    ...         "parent_gid": ["31"],
    ...         "resource_gid": ["11"],
    ...         "rate": [80.0],
    ...         "currency_code": ["EUR"],
    ...     }
    ... )
    >>> cost(entries, rates, by="created_by_name")
      created_by_name currency_code  hours  amount
    0             Ana           EUR    2.0   160.0
    1              Bo           NaN    1.0    <NA>
    """
    is_each = isinstance(by, str | list | tuple) and by in (_EACH, [_EACH], (_EACH,))
    if is_each:
        _check_has_no_layout(every, compare, wide, none)
    layout = parse_layout(
        every, compare=compare, wide=wide, totals=totals, none=none, start=start, end=end, now=now
    )
    pricing = Pricing(entries, rates, placeholders, rates_by, what=_WHAT)
    shown = _find_entry_columns(entries) if is_each else {}
    grouping = Grouping(
        entries,
        None if is_each else by,
        every,
        what=_WHAT,
        attribution=attribution,
        overlap=overlap,
        selection=Selection(start, end, billable, approval, round_to, rounding),
        columns=[*pricing.columns, *shown.values()],
        taken=_RESULT,
    )
    if is_each:
        return _price_each_entry(grouping, shown, pricing)

    values = ["hours", *(["rounded_hours"] if round_to is not None else []), "amount"]

    def add_up(grouping: Grouping) -> pd.DataFrame:
        table = grouping.sum(partial(_price, pricing), values)
        # Whole minutes are added up, so that nothing is lost on the way.
        return table.assign(**{name: table[name] / 60 for name in values})

    arranged = layout.arrange(
        add_up(grouping),
        values=values,
        value="amount",
        by=by,
        again=lambda *others: add_up(grouping.regroup(*others)),
    )
    return layout.write_about(arranged, entries)


def _price(
    pricing: Pricing, rows: pd.DataFrame
) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
    """Return the currency of rows, and the amounts that are added up."""
    found = pricing.find(rows)
    return {"currency_code": found["currency_code"]}, _measure(rows, found)


def _check_has_no_layout(*given: Any) -> None:
    """Raise an error if a row per entry is to be laid out by groups."""
    if any(given):
        raise InvalidArgument(
            "by='entry' is a row per entry; leave out every=, compare=, wide= and none=."
        )


def _measure(rows: pd.DataFrame, found: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return minutes, rounded minutes if there are any, and minutes times the rate per hour."""
    rounded = {"rounded_hours": rows["rounded_minutes"]} if "rounded_minutes" in rows else {}
    return {
        "hours": rows["duration_minutes"].astype("Float64"),
        **rounded,
        "amount": read_billed_minutes(rows) * found["rate"],
    }


def _find_entry_columns(entries: Any) -> dict[str, str]:
    """Find the columns that a row per entry has: its name -> that of the entries."""
    columns = {name: name for name in _ENTRY_COLUMNS if name in entries.columns}
    for name in _KEY_STEMS:
        columns |= dict(_find_known_keys(entries, name))
    return columns


def _price_each_entry(grouping: Grouping, columns: Mapping[str, str], pricing: Pricing) -> Any:
    """Return a row per entry, as a Dask frame if the entries are one; split ones are several."""

    def row(part: pd.DataFrame) -> pd.DataFrame:
        rows, parts = grouping.spread(part)
        found = pricing.find(rows)
        shown = pd.DataFrame({name: rows[column] for name, column in columns.items()})
        shown["entered_on"] = period_starts(rows["entered_on"], "D")
        share = 60 if parts is None else 60 * parts
        amounts = {name: value / share for name, value in _measure(rows, found).items()}
        amount = amounts.pop("amount")
        shown = shown.assign(**amounts)
        shown[list(RATE_COLUMNS[:3])] = found[list(RATE_COLUMNS[:3])]
        return shown.assign(amount=amount, rate_from=found["rate_from"])

    entries = grouping.entries
    if is_dask(entries):
        return entries.map_partitions(row, meta=row(entries._meta))
    return row(entries).reset_index(drop=True)


def _find_known_keys(entries: Any, name: str) -> list[Key]:
    try:
        return resolve_keys(entries, name, what=_WHAT)
    except InvalidArgument:
        return []
