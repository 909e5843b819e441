"""Timesheets, which cover the days of a person, and the weeks in which these are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    is_true,
    text_column,
)
from asana_frames.rollups.shared.moments import local_days, parse_moments
from asana_frames.rollups.shared.periods import WEEKDAYS, period_starts
from asana_frames.rollups.shared.workdays import WorkingTime, expand_days
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.person_days import (
    build_person_days,
    read_absences,
    read_loaded,
    standardise_ranges,
)

#: The state or status of a week whose parts differ.
MIXED = "mixed"
#: A week of a person.
WEEK = (*PERSON, "period")
_NAMED = {
    "person_gid": "user_gid",
    "person_name": "user_name",
    "timesheet_gid": "gid",
    "approval_status": "approval_status",
}
_DATES = ("start_date", "end_date")
_COVERED: dict[str, Any] = {
    "person_gid": STR,
    "day": "datetime64[us]",
    "timesheet_gid": STR,
    "approval_status": STR,
}


def check_week(every: object) -> None:
    """Raise an error unless a period is a week.

    Raises
    ------
    InvalidArgument
        The message lists the valid weeks.
    """
    check_choice(every, ("W", *(f"W-{day}" for day in WEEKDAYS)), name="every")


def read_sheets(statuses: pd.DataFrame | None, *, what: str) -> pd.DataFrame:
    """Read timesheets, the newest last, with the status in lower case.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name``, ``timesheet_gid``, ``approval_status``, ``start_date``,
        ``end_date``.

    Raises
    ------
    InvalidArgument
        A column is missing or not understood.
    """
    needed = ["gid", "user_gid", "user_name", *_DATES, "approval_status"]
    if statuses is None:
        statuses = pd.DataFrame({name: pd.Series([], dtype=STR) for name in needed})
        statuses = statuses.astype(dict.fromkeys(_DATES, "datetime64[us]"))
    record = "timesheet_approval_status"
    frame = read_loaded(statuses, needed, what=what, record=record)
    rows = standardise_ranges(frame, _NAMED, what=what)
    for name in _DATES:
        rows[name] = period_starts(rows[name], "D")
    rows["approval_status"] = rows["approval_status"].str.lower()
    order = [*(["created_at"] if "created_at" in rows else []), "start_date"]
    rows = rows[is_true(rows["person_gid"].notna())]
    rows = rows.sort_values(order, kind="stable", na_position="first", ignore_index=True)
    return rows[[*_NAMED, *_DATES]]


def expand_sheets(sheets: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Expand timesheets to the days that they cover; of several on a day the newest counts.

    Parameters
    ----------
    sheets
        What ``read_sheets`` returned.
    days
        Days without gaps; all others are left out.

    Returns
    -------
    DataFrame
        ``person_gid``, ``day``, ``timesheet_gid``, ``approval_status``; one row per person and
        day.
    """
    row, _, day = expand_days(sheets, days, pd.Index(sheets["person_gid"].unique()))
    covered = sheets[["person_gid", "timesheet_gid", "approval_status"]].take(row)
    covered = covered.assign(day=days.take(day)).drop_duplicates(
        ["person_gid", "day"], keep="last"
    )
    return covered[list(_COVERED)].astype(_COVERED).reset_index(drop=True)


def mark_days(
    rows: pd.DataFrame, covered: pd.DataFrame, people: pd.DataFrame, every: str
) -> pd.DataFrame:
    """Give each day with entries its timesheet; weeks without entries have those of all days.

    Parameters
    ----------
    rows
        What ``read_tracked_hours`` returned, with ``period``.
    covered
        What ``expand_sheets`` returned.
    people
        What ``list_people`` returned.
    every
        The week.

    Returns
    -------
    DataFrame
        The columns of ``rows``, ``timesheet_gid`` and ``sheet_status``, which are missing on days
        without a timesheet.
    """
    covered = covered.rename(columns={"approval_status": "sheet_status"})
    marks = rows.merge(covered, how="left", on=["person_gid", "day"])
    rest = covered.assign(
        person_name=pd.Series(pd.NA, index=covered.index, dtype=STR),
        period=period_starts(covered["day"], every),
        hours=pd.Series(0.0, index=covered.index, dtype="Float64"),
    )
    rest = name_people(rest[~find_weeks(rest, marks)], people)
    both = pd.concat([marks, rest], ignore_index=True)
    return both.astype({"timesheet_gid": STR, "sheet_status": STR})


def find_weeks(rows: pd.DataFrame, others: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows are of a person and week of other rows."""
    week = ["person_gid", "period"]
    return pd.MultiIndex.from_frame(rows[week]).isin(pd.MultiIndex.from_frame(others[week]))


def sum_expected(
    people: pd.DataFrame,
    days: pd.DatetimeIndex,
    every: str,
    work: WorkingTime,
    *,
    ooo: pd.DataFrame | None,
    memberships: pd.DataFrame | None,
    today: pd.Timestamp,
    last_days: pd.Series[Any],
    what: str,
) -> pd.DataFrame:
    """Sum the hours that are expected of users, up to today and within their membership.

    Parameters
    ----------
    people
        What ``list_people`` returned.
    days
        Days without gaps.
    every, work, ooo, memberships
        As in ``rollups.approvals``.
    today
        The last day on which hours are expected.
    last_days
        The last day with an entry, by ``person_gid``.
    what
        The name of the calling function, for messages.

    Returns
    -------
    DataFrame
        ``person_gid``, ``period``, ``expected_hours`` (Float64).

    Raises
    ------
    InvalidArgument
        An argument is not valid.
    """
    absences = read_absences(ooo, what=what)
    first, last = _find_memberships(people, memberships, last_days, what=what)
    kinds: dict[str, Any] = {
        "person_gid": STR,
        "period": "datetime64[us]",
        "expected_hours": "Float64",
    }
    grid = build_person_days(people, days, work, absences)
    day = days.to_numpy()[None, :]
    is_expected = (day <= np.minimum(last, today.to_datetime64())[:, None]) & (
        day >= first[:, None]
    )
    sums = grid.sum_periods({"expected_hours": np.where(is_expected, grid.available, 0.0)}, every)
    is_user = sums["person_gid"].isin(people.loc[people["is_user"], "person_gid"])
    return sums[is_user].astype(kinds).reset_index(drop=True)


def _find_memberships(
    people: pd.DataFrame,
    memberships: pd.DataFrame | None,
    last_days: pd.Series[Any],
    *,
    what: str,
) -> tuple[Any, Any]:
    """Find the first and the last day of each person's membership, as far as it is known."""
    first = np.full(len(people), np.datetime64("1900-01-01", "us"))
    last = np.full(len(people), np.datetime64("2200-01-01", "us"))
    if memberships is None:
        return first, last
    needed = ["user_gid", "created_at"]
    rows = read_loaded(memberships, needed, what=what, record="workspace_membership")
    rows = drop_duplicates(rows) if "gid" in rows else rows
    rows = rows.set_axis(text_column(rows, "user_gid"), axis="index")
    gid = people["person_gid"]
    # Of several memberships the first begins, and the last that is active goes on.
    joined = local_days(parse_moments(rows["created_at"], what=what))
    joined = joined.groupby(level=0).min().reindex(gid)
    first = joined.fillna(pd.Timestamp(first[0])).to_numpy("datetime64[us]") if len(gid) else first
    if "is_active" in rows:
        # Asana does not tell when somebody left; the last entry is the last sign of them.
        is_gone = is_true(~rows["is_active"].astype("boolean"))
        gone = gid.isin(rows.index[is_gone]) & ~gid.isin(rows.index[~is_gone])
        # Not map, which makes numbers of no days at all.
        seen = last_days.reindex(gid).astype("datetime64[us]").fillna(pd.Timestamp("1900-01-01"))
        last = np.where(gone, seen.to_numpy("datetime64[us]"), last)
    return first, last


def add_expected(table: pd.DataFrame, expected: pd.DataFrame, hours: str) -> pd.DataFrame:
    """Add the columns ``expected_hours``, ``missing`` and ``overtime`` to the weeks of people.

    Parameters
    ----------
    table
        ``person_gid``, ``period`` and the column of hours.
    expected
        What ``sum_expected`` returned.
    hours
        The name of the column of hours up to the last day on which hours are expected.
    """
    table = table.merge(expected, how="left", on=["person_gid", "period"])
    table["expected_hours"] = table["expected_hours"].astype("Float64")
    return table.assign(
        missing=(table["expected_hours"] - table[hours]).clip(lower=0.0),
        overtime=(table[hours] - table["expected_hours"]).clip(lower=0.0),
    )


def merge_texts(texts: pd.Series[Any], rows: pd.DataFrame) -> pd.Series[Any]:
    """Return the text that all rows of a week share, ``mixed`` where they differ.

    Parameters
    ----------
    texts
        Texts; missing ones do not count.
    rows
        The columns of ``WEEK`` of each text.

    Returns
    -------
    Series
        By person and week; missing without any text.
    """
    weeks = texts.groupby([rows[name] for name in WEEK], dropna=False)
    return weeks.first().mask(weeks.nunique() > 1, MIXED).astype(STR)


def list_user_weeks(people: pd.DataFrame, days: pd.DatetimeIndex, every: str) -> pd.DataFrame:
    """List each week of each user: the columns of ``WEEK``."""
    users = people.loc[people["is_user"], list(PERSON)]
    weeks = period_starts(pd.Series(days), every).drop_duplicates()
    return users.merge(pd.DataFrame({"period": weeks.astype("datetime64[us]")}), how="cross")


def name_people(rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Give rows the names of people by gid; those without a gid keep theirs."""
    names = people.dropna(subset=["person_gid"]).set_index("person_gid")["person_name"]
    named = rows["person_gid"].map(names).astype(STR)
    return rows.assign(person_name=named.where(rows["person_gid"].notna(), rows["person_name"]))
