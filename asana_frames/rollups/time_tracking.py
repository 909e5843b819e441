"""Tracked time, added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from asana_frames.exceptions import InvalidRequest
from asana_frames.rollups.columns import need

Every = Literal["D", "W", "MS", "QS", "YS"]
#: Period of a total -> pandas period whose first day stands for it; weeks begin on Monday.
_PERIODS: dict[str, str] = {
    "D": "D",
    "W": "W-SUN",
    "MS": "M",
    "QS": "Q-DEC",
    "YS": "Y-DEC",
}


def hours(
    entries: pd.DataFrame, by: str | Sequence[str] = "created_by_name", every: Every | None = "W"
) -> pd.DataFrame:
    """Add up the hours of time tracking entries by columns and by period.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` returns them: needs
        ``duration_minutes``, ``entered_on`` and the columns of ``by``.
    by
        A column or several; people, projects (``attributable_to_name``), and so on. A missing
        value is a group of its own, so nothing is dropped.
    every
        ``"D"`` day, ``"W"`` week from Monday, ``"MS"`` month, ``"QS"`` quarter, ``"YS"`` year, or
        None for one total per group. ``entered_on`` is a calendar day and never shifted by a
        time zone.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``entered_on`` (datetime64[us], the first day of the period) unless
        ``every`` is None; ``hours`` (Float64, minutes divided by 60). One row per group that has
        an entry, sorted. The sum of ``hours`` is the sum of the entries. Entries without a day
        are a period of their own (missing).

    Raises
    ------
    InvalidRequest
        A column is missing, or ``every`` is no known period.

    Examples
    --------
    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_name": ["Ana", "Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...         "duration_minutes": [60, 30, 90],
    ...     }
    ... )
    >>> hours(entries)
      created_by_name entered_on  hours
    0             Ana 2026-03-02    1.5
    1              Bo 2026-03-09    1.5
    """
    keys = [by] if isinstance(by, str) else list(by)
    need(entries, [*keys, "duration_minutes", "entered_on"], what="rollups.hours")
    if every is not None and every not in _PERIODS:
        raise InvalidRequest(f"every= takes {', '.join(_PERIODS)} or None, not {every!r}.")
    groups: list[str | pd.Series] = list(keys)
    if every is not None:
        groups.append(first_day(entries["entered_on"], every))
    minutes = entries["duration_minutes"].astype("Float64")
    totals = (
        minutes.groupby(
            [entries[key] if isinstance(key, str) else key for key in groups],
            dropna=False,
            observed=True,
        )
        .sum()
        .div(60)
    )
    return totals.rename("hours").reset_index()


def first_day(days: pd.Series, every: str) -> pd.Series:
    """Return the first day of the period that each day lies in, as ``datetime64[us]``.

    Parameters
    ----------
    days
        Calendar days, naive.
    every
        One of the periods of ``hours``.
    """
    starts: pd.Series = days.dt.to_period(_PERIODS[every]).dt.start_time.astype("datetime64[us]")
    starts.name = days.name
    return starts
