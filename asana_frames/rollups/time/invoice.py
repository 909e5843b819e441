"""The lines of an invoice of tracked time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_number
from asana_frames.frames.arguments import check_frame
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.shared.spans import parse_span
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

_WHAT = "rollups.invoice"
#: The most decimals that amounts are rounded to, and from where on they are noise.
_EXACT, _NOISE = 9, 6


def invoice(
    entries: Any,
    rates: pd.DataFrame,
    by: str | Sequence[str] | None = ("project", "person"),
    every: Every | None = None,
    *,
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana",
    overlap: Overlap = "share",
    billable: Billable = "billable",
    approval: Approval | None = None,
    round_to: int | None = None,
    rounding: Rounding = "nearest",
    decimals: int | None = None,
    placeholders: Mapping[str, str] | None = None,
    rates_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Add up billable hours to the lines of an invoice, one for each group and rate.

    Parameters
    ----------
    entries, rates, every, start, end, attribution, overlap, placeholders, rates_by
        As in ``rollups.cost``.
    by
        Keys as in ``rollups.hours``, such as ``["client", "category"]``; None for a line per rate.
    billable
        ``"billable"`` entries alone; ``"any"`` counts all.
    approval
        ``"approved"`` leaves out what nobody has approved, ``"submitted"`` drafts and what was
        rejected. Without it they are billed as well.
    round_to, rounding
        Round the minutes of each entry as in ``rollups.cost``.
    decimals
        Round the amount of each line to so many decimals, half away from 0, as a printed invoice
        has it: the total is then the sum of the rounded lines. None keeps amounts as they are, so
        that their sum is that of ``rollups.cost`` with the same arguments.

    Returns
    -------
    DataFrame
        The keys, ``period`` where ``every`` is given, ``rate`` (money per hour),
        ``currency_code``, ``hours``, ``rounded_hours`` where ``round_to`` is given, and
        ``amount`` (Float64: rate times hours, or times rounded hours): one row per group, rate
        and currency. A rate that changed is two lines. Hours without a rate are lines without
        rate and amount: they are not on the bill, and want to be looked at before it is sent.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a rate has no currency, or rates contradict each other.

    Examples
    --------
    Ana worked 50 and 65 minutes; in quarters of an hour, rounded up, these are 1 and 1.25 hours:

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "11"],
    ...         "created_by_name": ["Ana", "Ana"],
    ...         "attributable_to_gid": ["31", "31"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03"]),
    ...         "duration_minutes": [50, 65],
    ...         "billable_status": ["billable", "billable"],
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
    >>> lines = invoice(entries, rates, "person", round_to=15, rounding="up", decimals=2)
    >>> lines[["person_name", "rate", "currency_code", "rounded_hours", "amount"]]
      person_name  rate currency_code  rounded_hours  amount
    0         Ana  80.0           EUR           2.25   180.0
    """
    if decimals is not None:
        check_number(decimals, name="decimals", like=2, is_whole=True, least=0)
    check_frame(entries, what=_WHAT, dask=True)
    pricing = Pricing(entries, rates, placeholders, rates_by, what=_WHAT)
    grouping = Grouping(
        entries,
        by,
        every,
        what=_WHAT,
        attribution=attribution,
        overlap=overlap,
        selection=Selection(start, end, billable, approval, round_to, rounding),
        columns=pricing.columns,
        taken=("rate", "currency_code", "hours", "rounded_hours", "amount"),
    )

    def measure(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
        found = pricing.find(rows)
        names = {"hours": "duration_minutes", "rounded_hours": "rounded_minutes"}
        minutes = {name: rows[column] for name, column in names.items() if column in rows}
        keys = {name: found[name] for name in ("rate", "currency_code")}
        return keys, minutes | {"amount": read_billed_minutes(rows) * found["rate"]}

    rounded = ["rounded_hours"] if round_to is not None else []
    lines = grouping.sum(measure, ["hours", *rounded, "amount"])
    # Whole minutes are added up, so that nothing is lost on the way.
    lines = lines.assign(**{name: lines[name] / 60 for name in ("hours", *rounded, "amount")})
    if decimals is not None:
        lines = lines.assign(amount=_round(lines["amount"], decimals))
    first, last, _ = parse_span(start, end)
    return write_about(lines, entries, every=every, start=first, end=last)


def _round(amounts: pd.Series[Any], decimals: int) -> pd.Series[Any]:
    """Round half away from 0; pandas rounds half to even."""
    given = amounts.to_numpy("float64", na_value=np.nan)
    steps = 10.0 ** min(decimals, _EXACT)
    # 1.005 is held as a little less, which is no reason to round it down.
    whole = np.floor((np.abs(given) * steps).round(_NOISE) + 0.5)
    return pd.Series(np.copysign(whole / steps, given), index=amounts.index).astype("Float64")
