"""Sums of tracked hours by keys and periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    Key,
    check_dask_lists,
    is_true,
    read_frame,
    read_list_columns,
    resolve_keys,
)
from asana_frames.rollups.shared.periods import Every, check_days, check_every, period_starts
from asana_frames.rollups.shared.totals import aggregate, fill_periods, sum_by

Attribution = Literal["attributed", "split", "first"]
#: Keys that depend on which of a task's projects an entry counts to.
_PLACES = ("project", "section", "team")


def hours(
    entries: Any,
    by: str | Sequence[str] = "person",
    every: Every | None = "W",
    *,
    attribution: Attribution = "attributed",
    fill: bool = False,
) -> pd.DataFrame:
    """Add up the hours of time tracking entries by columns and by period.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them, in pandas or Dask: needs ``duration_minutes``,
        ``entered_on`` and the columns of ``by``.
    by
        A key or several. A key is a column, or the beginning of a pair ``<key>_gid`` and
        ``<key>_name``: ``person``, ``project``, ``task`` and, after ``rollups.entries``,
        ``root_task``, ``section``, ``team``, ``category``. A missing value is a group of its own,
        so nothing is dropped.
    every
        ``"D"`` day; ``"W-<DAY>"``, such as ``"W-SUN"``, weeks starting on that day (unlike
        pandas, where it is the last day), ``"W"`` weeks from Monday; ``"MS"`` month, ``"QS"``
        quarter, ``"YS"`` year; or None for one total per group. ``entered_on`` is a calendar day
        and is never shifted by a time zone.
    attribution
        Where a task lives in several projects, to which its time counts: ``"attributed"``, the
        one that the entry is attributable to, else the task's first; ``"first"``, the task's
        first; ``"split"``, all of them in equal parts. Matters for keys of project, section and
        team; the last two ways need ``rollups.entries(entries, tasks)``.
    fill
        Give each group a row of 0 hours for every period between the first and the last in
        which it has no entry.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``entered_on`` (datetime64[us], the first day of the period) unless
        ``every`` is None; ``hours`` (Float64, minutes divided by 60). One row per group that has
        an entry, sorted. The sum of ``hours`` is the sum of the entries, whatever the keys.
        Entries without a day are a period of their own (missing); minutes of 0 and below count as
        they are.

    Raises
    ------
    InvalidArgument
        A column or key is missing, or ``every`` is not a valid period; the message says what
        to type.

    Examples
    --------
    Ana tracked 60 and 30 minutes in the week from 2 March, Bo 90 in the one after:

    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_name": ["Ana", "Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...         "duration_minutes": [60, 30, 90],
    ...     }
    ... )
    >>> hours(entries, by="created_by_name")
      created_by_name entered_on  hours
    0             Ana 2026-03-02    1.5
    1              Bo 2026-03-09    1.5
    """
    entries = read_frame(
        entries,
        ["duration_minutes", *(["entered_on"] if every is not None else [])],
        what="rollups.hours",
        record="time_tracking_entry",
    )
    keys = resolve_keys(entries, by, what="rollups.hours")
    if every is not None:
        check_every(every)
        check_days(entries["entered_on"], what="rollups.hours")
    if fill and every is None:
        raise InvalidArgument("fill=True needs periods; pass every='W', for example.")
    placed = _find_place_columns(entries, keys, attribution)

    def chunk(part: pd.DataFrame) -> pd.DataFrame:
        part, minutes = _attribute_entries(part, placed, attribution)
        columns = {key.name: part[key.column] for key in keys}
        if every is not None:
            columns["entered_on"] = period_starts(part["entered_on"], every)
        return sum_by(pd.DataFrame(columns), {"hours": minutes})

    totals = aggregate(entries, chunk, ["hours"])
    # Minutes are whole numbers until here, so that adding them up loses nothing.
    totals["hours"] = totals["hours"].fillna(0).div(60)
    if not fill or every is None:
        return totals
    return fill_periods(totals, "entered_on", every, ["hours"])


def _find_place_columns(entries: Any, keys: list[Key], attribution: str) -> list[str]:
    """Find the columns among the keys that depend on the attribution.

    Raises
    ------
    InvalidArgument
        The attribution is not valid, or the frame lacks the projects of the tasks.
    """
    check_choice(attribution, get_args(Attribution), name="attribution")
    wanted = [key.column for key in keys if key.column.split("_")[0] in _PLACES]
    wanted += [key.column for key in keys if key.column.startswith("attributable_to")]
    if attribution == "attributed" or not wanted:
        return []
    known = [f"{place}_{end}" for place in _PLACES for end in ("gid", "name")]
    for column in wanted:
        if column not in known or f"{column}s" not in entries.columns:
            raise InvalidArgument(
                f"attribution={attribution!r} does not work for {column}; use one of "
                f"{', '.join(known)}, as rollups.entries(entries, tasks, projects) returns them."
            )
        check_dask_lists(entries, f"{column}s")
    return wanted


def _attribute_entries(
    part: pd.DataFrame, placed: list[str], attribution: str
) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Attribute entries to projects, sections and teams; return them and their minutes."""
    if not placed:
        return part, part["duration_minutes"]
    lists = [f"{column}s" for column in placed]
    part = read_list_columns(part, ["project_gids", *lists])
    homes = part["project_gids"].str.len()
    several = is_true(homes > 1)
    minutes = part["duration_minutes"].astype("Float64")
    first = {column: part[f"{column}s"].str[0].astype(STR) for column in placed}
    has_home = is_true(homes > 0)
    shown = {name: part[name].where(~has_home, value) for name, value in first.items()}
    part = part.assign(**shown)
    if attribution == "first":
        return part, minutes
    shares = part[several].assign(duration_minutes=minutes[several] / homes[several])
    shares = shares.explode(lists)
    shares = shares.assign(**{column: shares[f"{column}s"].astype(STR) for column in placed})
    both = pd.concat([part[~several].assign(duration_minutes=minutes[~several]), shares])
    return both.reset_index(drop=True), both["duration_minutes"].reset_index(drop=True)
