"""Sums of tracked hours by keys and periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.layout import parse_layout
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.shared.totals import fill_periods
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.grouping import Billable, Grouping, Overlap, Selection
from asana_frames.types import When

_WHAT = "rollups.hours"


def hours(
    entries: Any,
    by: str | Sequence[str] | None = "person",
    every: Every | None = "W",
    *,
    start: Any = None,
    end: Any = None,
    attribution: Attribution = "asana_or_first",
    overlap: Overlap = "share",
    billable: Billable = "any",
    fill: bool = False,
    compare: str | Sequence[str] | None = None,
    wide: bool = False,
    totals: bool = False,
    none: str | None = None,
    now: When | None = None,
) -> pd.DataFrame:
    """Add up the hours of time tracking entries by columns and by period.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them, in pandas or Dask: needs ``duration_minutes``,
        ``entered_on`` and the columns of ``by``. Of repeated gids the last counts (Dask frames
        are taken to have none).
    by
        A key or several; None for one total per period. A key is a column, or the beginning of
        a pair ``<key>_gid`` and ``<key>_name``: ``person``, ``project``, ``task`` and, after
        ``rollups.entries``, ``root_task``, ``section``, ``team``, ``category``, ``person_team``,
        ``client``. A missing value is a group of its own, so nothing is dropped. A gid is one
        group also where its name has changed: the last name is shown.
    every
        ``"D"`` day; ``"W-<DAY>"``, such as ``"W-SUN"``, weeks that begin on that day, ``"W"``
        weeks from Monday; ``"4W"`` four weeks, counted from Monday 5 January 1970; ``"SMS-16"``
        half months, from the 1st and the 16th; ``"MS"`` month; ``"QS"`` quarter, ``"QS-<MONTH>"``
        quarters of which one begins in that month; ``"YS"`` year, ``"YS-<MONTH>"``, such as
        ``"YS-JUL"``, fiscal years from that month; or None for one total per group. A period is
        named by its first day. In pandas a week of this name ends on the day: ours is
        ``resample("W-SUN", closed="left", label="left")``; months, quarters and years are as
        pandas has them. ``entered_on`` is a calendar day and is never shifted by a time zone.
    start, end
        The first and the last day that count, both included; all days if not given, also the
        entries without a day.
    attribution
        To which project an entry counts: ``"asana"``, the one that it is attributable to, as in
        Asana's budgets and in ``rollups.cost`` (entries without one are a group of their own);
        ``"asana_or_first"``, else the first of its task; ``"first"``, the first of its task;
        ``"split"``, all of its task in equal parts. Matters for keys of project, section and
        team of ``rollups.entries(entries, tasks)``, which the last two ways need; entries as
        Asana gives them know the first one alone.
    overlap
        For keys of which an entry can have several, such as the teams of its person
        (``person_team``) or the clients of its project (``client``): ``"share"`` counts it to all
        of them in equal parts, ``"count_in_each"`` wholly to each, so that the sum of groups is
        more than the total.
    billable
        ``"billable"`` or ``"non_billable"`` entries alone, by their ``billable_status``;
        ``"any"`` counts all.
    fill
        Give each group a row of 0 hours for every period between the first and the last in
        which it has no entry.
    compare
        One or several of: ``"previous"``, ``hours_previous`` of the period before and
        ``hours_change`` from it (a period that ``end`` or the present day cuts is compared with
        as many days of the one before); ``"last_year"``, ``hours_last_year`` of the same period a
        year before (52 weeks, 13 times four weeks, 12 months back; of a day the same date);
        ``"cumulative"``, ``hours_cumulative`` of the group from ``start`` on; ``"share"``,
        ``hours_share`` of all groups in the period; ``"moving_average"``,
        ``hours_moving_average``, the mean of the last four periods with this one, 0 where the
        group has none (``"moving_average:8"`` of eight). They look at entries before ``start``,
        too; let it be the first day of a period, for one that it cuts is neither compared nor
        compared with. A group that is in the other period alone has a row of 0 hours. Missing is
        also what lies before the first entry. Entries of days after the present one count in
        their period.
    wide
        A column per period, named by its first day, such as ``2026-03-02``, instead of a row:
        one also for periods without entries. ``2026-03-02 (part)`` is cut by ``start`` or
        ``end``, or is not over on the present day; ``no date`` has the entries without a day.
    totals
        With ``wide``: a column ``total``, and a last row of all groups with ``Total`` in its first
        key with names.
    none
        The name of missing keys, such as ``"(none)"``, so that later steps of pandas do not leave
        them out: keys are text then. Wide tables have ``"(none)"`` without asking.
    now
        The present day; today by default.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``period`` (datetime64[us], its first day) unless ``every`` is
        None; ``hours`` (Float64, minutes divided by 60). One row per group that has an entry,
        sorted; people without one are listed by ``rollups.timesheet``, ``rollups.approvals`` and
        ``rollups.billable`` with ``users=``. The sum of ``hours`` is the sum of the entries that
        count, whatever the keys (but with ``overlap="count_in_each"``). Entries without a day are
        a period of their own (missing); minutes of 0 and below count as they are. With
        ``compare`` the columns named there (Float64); with ``wide`` the keys and a column per
        period (Float64). The ``attrs`` hold, where known, ``subject``, ``start``,
        ``end``, ``now`` and ``every`` as text.

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
      created_by_name     period  hours
    0             Ana 2026-03-02    1.5
    1              Bo 2026-03-09    1.5

    >>> hours(entries, by="created_by_name", wide=True, totals=True)
      created_by_name  2026-03-02  2026-03-09  total
    0             Ana         1.5         0.0    1.5
    1              Bo         0.0         1.5    1.5
    2           Total         1.5         1.5    3.0
    """
    layout = parse_layout(
        every, compare=compare, wide=wide, totals=totals, none=none, start=start, end=end, now=now
    )
    selection = Selection(start, end, billable)
    grouping = Grouping(
        entries,
        by,
        every,
        what=_WHAT,
        attribution=attribution,
        overlap=overlap,
        selection=selection,
        taken=("hours",),
    )
    check_flag(fill, name="fill")
    if fill and every is None:
        raise InvalidArgument("fill=True needs periods; pass every='W', for example.")

    def add_up(grouping: Grouping) -> pd.DataFrame:
        table = grouping.sum(lambda rows: ({}, {"hours": rows["duration_minutes"]}), ["hours"])
        # Minutes are whole numbers until here, so that adding them up loses nothing.
        return table.assign(hours=table["hours"].fillna(0).div(60))

    table = add_up(grouping)
    if fill and every:
        table = fill_periods(table, "period", every, ["hours"])
    arranged = layout.arrange(
        table,
        values=["hours"],
        value="hours",
        by=by,
        again=lambda *others: add_up(grouping.regroup(*others)),
    )
    return layout.write_about(arranged, entries)
