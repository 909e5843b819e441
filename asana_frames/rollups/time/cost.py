"""The cost of tracked time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.rollups.shared.inputs import Key, read_frame, resolve_keys
from asana_frames.rollups.shared.periods import Every, check_days, check_every, period_starts
from asana_frames.rollups.shared.totals import aggregate, sum_by
from asana_frames.rollups.time.rates import RATE_COLUMNS, RateBook, find_rate_columns

_WHAT = "rollups.cost"
_ENTRY_COLUMNS = ("gid", "entered_on")
_KEY_STEMS = ("person", "project", "task")


def cost(
    entries: Any,
    rates: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    every: Every | None = None,
    *,
    placeholders: Mapping[str, str] | None = None,
) -> Any:
    """Compute the cost of tracked time: hours times the rate that applies.

    The rate is that of the entry's project for its person, else that of the project for everybody
    (no ``resource_gid``), else the default of the person (no ``parent_gid``), else the default of
    all (neither). Asana's own rates are all of the first kind; add rows of your own for the
    others. Where rates have a ``start_date``, the one that began last applies, until its
    ``end_date`` where it has one. A rate is money per hour.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them, in pandas or Dask. All of them cost, billable or not;
        take ``entries[entries["billable_status"] == "billable"]`` for those that are.
    rates
        As ``asana.rates.list(parent=projects)`` returns them: ``parent_gid`` (project),
        ``resource_gid`` (user or placeholder), ``rate``, ``currency_code``; ``start_date`` and
        ``end_date`` (days, both included) where you add them.
    by
        None for a row per entry, else keys as in ``rollups.hours``.
    every
        A period as in ``rollups.hours``, with ``by``.
    placeholders
        Person (gid) -> placeholder (gid) whose rates apply where the person has none.

    Returns
    -------
    DataFrame
        Without ``by`` one row per entry, in the order given: ``gid``, ``entered_on``, the gid and
        name of person, project and task, ``hours``, ``rate_gid``, ``rate``, ``currency_code``,
        ``amount`` (Float64, hours times rate, not rounded) and ``rate_from`` (``project and
        person``, ``project``, ``person``, ``default``). An entry to which no rate applies is
        there with these missing. With ``by`` the keys, ``entered_on`` where ``every`` is given,
        ``currency_code``, ``hours``, ``amount``: one row per group and currency, so currencies
        never mix; what has no rate is a row of its own, without currency and amount. Sums over a
        Dask frame are computed; a row per entry stays a Dask frame.

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
    entries = read_frame(
        entries, ["duration_minutes", "entered_on"], what=_WHAT, record="time_tracking_entry"
    )
    check_days(entries["entered_on"], what=_WHAT)
    book = RateBook(rates, placeholders)
    key_columns = find_rate_columns(entries, what=_WHAT) | {"entered_on": "entered_on"}

    def price_entries(part: pd.DataFrame) -> pd.DataFrame:
        keys = pd.DataFrame({name: part[column] for name, column in key_columns.items()})
        found = book.find_rates(keys).set_axis(part.index)
        return found.assign(
            minutes=part["duration_minutes"].astype("Float64"),
            worth=part["duration_minutes"].astype("Float64") * found["rate"],
        )

    if by is None:
        if every is not None:
            raise InvalidArgument("every= needs keys; pass by='project', for example.")
        return _price_each_entry(entries, price_entries)
    keys = resolve_keys(entries, by, what=_WHAT)
    if every is not None:
        check_every(every)

    def chunk(part: pd.DataFrame) -> pd.DataFrame:
        found = price_entries(part)
        columns = {key.name: part[key.column] for key in keys}
        if every is not None:
            columns["entered_on"] = period_starts(part["entered_on"], every)
        columns["currency_code"] = found["currency_code"]
        return sum_by(pd.DataFrame(columns), {"hours": found["minutes"], "amount": found["worth"]})

    totals = aggregate(entries, chunk, ["hours", "amount"])
    return totals.assign(hours=totals["hours"] / 60, amount=totals["amount"] / 60)


def _price_each_entry(entries: Any, price_entries: Any) -> Any:
    """Return a row per entry, as a Dask frame if the entries are one."""
    columns = {name: name for name in _ENTRY_COLUMNS if name in entries.columns}
    for name in _KEY_STEMS:
        columns |= dict(_find_known_keys(entries, name))

    def row(part: pd.DataFrame) -> pd.DataFrame:
        found = price_entries(part)
        shown = pd.DataFrame({name: part[column] for name, column in columns.items()})
        shown["hours"] = found["minutes"] / 60
        shown[list(RATE_COLUMNS[:3])] = found[list(RATE_COLUMNS[:3])]
        shown["amount"] = found["worth"] / 60
        return shown.assign(rate_from=found["rate_from"])

    if is_dask(entries):
        return entries.map_partitions(row, meta=row(entries._meta))
    return row(entries).reset_index(drop=True)


def _find_known_keys(entries: Any, name: str) -> list[Key]:
    try:
        return resolve_keys(entries, name, what=_WHAT)
    except InvalidArgument:
        return []
