"""Timesheets: hours per person and day of a week, and their approval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import parse_timestamp
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame, text_column
from asana_frames.rollups.shared.periods import (
    WEEKDAYS,
    check_days,
    list_periods,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.time.entries import PERSON, read_person_days

#: Approval status of a timesheet -> ``state`` in the result of approvals.
_STATES = {
    "draft": "not handed in",
    "submitted": "pending",
    "approved": "approved",
    "rejected": "rejected",
}


def timesheet(
    entries: pd.DataFrame,
    week: str | dt.date,
    tz: str | dt.tzinfo | None = None,
    *,
    every: str = "W-MON",
    statuses: pd.DataFrame | None = None,
    margins: bool = True,
) -> pd.DataFrame:
    """Sum the hours of each person on each day of a week.

    Parameters
    ----------
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them.
    week
        Any day of the week: ISO 8601 text, a date, or a moment.
    tz
        The time zone in which a moment that has a zone is a day. Entries are booked on days and
        are never shifted.
    every
        ``"W-MON"`` for weeks that begin on Monday, ``"W-SUN"`` on Sunday, or another weekday.
    statuses
        Timesheets, as ``asana.timesheet_approval_statuses.list(...)`` returns them; their status
        then counts, else that of the entries.
    margins
        Add a last row of totals, named ``Total``, without a ``person_gid``.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name``; a column of hours (Float64) for each of the seven days,
        named ``2026-03-02`` and so on; ``total`` (Float64); ``approval_status`` (str: draft,
        submitted, approved, rejected; ``mixed`` where entries differ). One row per person with
        an entry, by name.

    Raises
    ------
    InvalidArgument
        A column is missing, ``week`` is not a day, or ``every`` is not a week.

    Examples
    --------
    >>> import pandas as pd
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "11", "12"],
    ...         "created_by_name": ["Ana", "Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...         "duration_minutes": [60, 30, 90],
    ...         "approval_status": ["APPROVED", "DRAFT", "DRAFT"],
    ...     }
    ... )
    >>> columns = ["person_name", "2026-03-02", "2026-03-08", "total", "approval_status"]
    >>> timesheet(entries, "2026-03-04", margins=False)[columns]
      person_name  2026-03-02  2026-03-08  total approval_status
    0         Ana         1.0         0.5    1.5           mixed
    """
    what = "rollups.timesheet"
    rows = _read_entries(entries, what=what)
    first = _find_week_start(week, tz, every)
    days = pd.date_range(first, period_end(first, every)).as_unit("us")
    inside = rows[rows["entered_on"].between(days[0], days[-1])]
    keys = [inside[name] for name in (*PERSON, "entered_on")]
    minutes = inside["duration_minutes"].groupby(keys, dropna=False).sum()
    sheet = minutes.unstack("entered_on").reindex(columns=days).fillna(0) / 60
    sheet = sheet.astype("Float64").set_axis([f"{day:%Y-%m-%d}" for day in days], axis="columns")
    sheet.insert(len(days), "total", sheet.sum(axis="columns"))
    by_person = inside.groupby(list(PERSON), dropna=False)["approval_status"].agg(_merge_statuses)
    sheet["approval_status"] = by_person.astype(STR)
    sheet = sheet.reset_index().astype(dict.fromkeys(PERSON, STR))
    if statuses is not None:
        given = _read_timesheets(statuses, what=what)
        mine = given[given["start_date"].between(days[0], days[-1])]
        newest = mine.drop_duplicates("person_gid", keep="last").set_index("person_gid")
        status = sheet["person_gid"].map(newest["approval_status"]).astype(STR)
        sheet["approval_status"] = status.where(status.notna(), sheet["approval_status"])
    sheet = sheet.sort_values(["person_name", "person_gid"], kind="stable", ignore_index=True)
    return pd.concat([sheet, _build_total_row(sheet)], ignore_index=True) if margins else sheet


def _build_total_row(sheet: pd.DataFrame) -> pd.DataFrame:
    row = sheet.select_dtypes("Float64").sum().to_frame().T.astype("Float64")
    row["person_name"] = pd.Series(["Total"], dtype=STR)
    return row.reindex(columns=sheet.columns).astype(sheet.dtypes.to_dict())


def _merge_statuses(statuses: pd.Series[Any]) -> Any:
    """Return the status that all entries share, else ``mixed``."""
    found = statuses.dropna().unique()
    return found[0] if len(found) == 1 else "mixed" if len(found) else None


def _check_week(every: object) -> None:
    check_choice(every, ("W", *(f"W-{day}" for day in WEEKDAYS)), name="every")


def _find_week_start(week: object, tz: str | dt.tzinfo | None, every: str) -> pd.Timestamp:
    _check_week(every)
    moment = parse_timestamp(week, name="week")
    if moment.tzinfo is not None:
        if tz is None:
            raise InvalidArgument(
                f"week={week!r} is a moment; say in which time zone to find its day, for example "
                f"tz='Europe/Berlin', or pass a day."
            )
        moment = moment.tz_convert(tz).tz_localize(None)
    return period_start(moment.normalize(), every)


def _read_entries(entries: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Read person, day, minutes and lower-case approval status of entries."""
    rows = read_person_days(entries, what=what)
    # A person whose name changed is still one person.
    newest = rows.groupby("person_gid")["person_name"].transform("last")
    rows["person_name"] = rows["person_name"].where(rows["person_gid"].isna(), newest)
    return rows.assign(approval_status=text_column(entries, "approval_status").str.lower())


def _read_timesheets(statuses: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Read timesheets, the newest last, with columns renamed and statuses in lower case."""
    record = "timesheet_approval_status"
    statuses = read_frame(
        statuses,
        ["gid", "user_gid", "user_name", "start_date", "end_date", "approval_status"],
        what=what,
        record=record,
    )
    rows = drop_duplicates(statuses).rename(
        columns={"user_gid": PERSON[0], "user_name": PERSON[1]}
    )
    for column in ("start_date", "end_date"):
        check_days(rows[column], what=what)
        rows[column] = period_starts(rows[column], "D")
    rows = rows.astype(dict.fromkeys(("gid", *PERSON, "approval_status"), STR))
    rows["approval_status"] = rows["approval_status"].str.lower()
    order = ["start_date", *(["created_at"] if "created_at" in rows else [])]
    return rows.sort_values(order, kind="stable", ignore_index=True)


def approvals(
    statuses: pd.DataFrame,
    entries: pd.DataFrame,
    users: pd.DataFrame | None = None,
    *,
    every: str = "W-MON",
) -> pd.DataFrame:
    """List timesheets by person and week: not handed in, pending, rejected, approved.

    Parameters
    ----------
    statuses
        Timesheets, as ``asana.timesheet_approval_statuses.list(...)`` returns them: one per
        person and week.
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return them, of the same weeks.
    users
        Users, as ``asana.users.list(...)`` returns them; those who neither tracked time nor have
        a timesheet in a week are then listed as well, with 0 hours.
    every
        The first day of the week for those who have no timesheet: ``"W-MON"``, ``"W-SUN"`` or any
        other weekday. A timesheet has its own week.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str); ``week`` (datetime64[us], its first day); ``hours``
        (Float64, tracked in it); ``timesheet_gid``, ``approval_status`` (str, lower case; missing
        where there is no timesheet); ``state`` (str: ``not handed in``, also for a draft,
        ``pending``, ``rejected``, ``approved``); one row per person and week, by week and
        name. The sum of ``hours`` is that of the entries; those without a day are a week of their
        own (missing).

    Raises
    ------
    InvalidArgument
        A column is missing (the message says which ``fields=`` give it), or ``every`` is not a
        week.

    Examples
    --------
    >>> import pandas as pd
    >>> statuses = pd.DataFrame(
    ...     {
    ...         "gid": ["91"],
    ...         "user_gid": ["11"],
    ...         "user_name": ["Ana"],
    ...         "start_date": pd.to_datetime(["2026-03-02"]),
    ...         "end_date": pd.to_datetime(["2026-03-08"]),
    ...         "approval_status": ["SUBMITTED"],
    ...     }
    ... )
    >>> entries = pd.DataFrame(
    ...     {
    ...         "created_by_gid": ["11", "12"],
    ...         "created_by_name": ["Ana", "Bo"],
    ...         "entered_on": pd.to_datetime(["2026-03-02", "2026-03-03"]),
    ...         "duration_minutes": [60, 30],
    ...     }
    ... )
    >>> approvals(statuses, entries)[["person_name", "week", "hours", "state"]]
      person_name       week  hours          state
    0         Ana 2026-03-02    1.0        pending
    1          Bo 2026-03-02    0.5  not handed in
    """
    what = "rollups.approvals"
    _check_week(every)
    entries = read_frame(entries, [], what=what, record="time_tracking_entry")
    if "person_gid" not in entries:
        # Timesheets are matched by gid; names alone are not enough.
        entries = read_frame(entries, ["created_by_gid"], what=what, record="time_tracking_entry")
    rows = _read_entries(entries, what=what)
    sheets = _read_timesheets(statuses, what=what)
    rows = _match_timesheets(rows, sheets)
    rows["week"] = rows["week"].where(
        rows["week"].notna(), period_starts(rows["entered_on"], every)
    )
    sums = rows.groupby(["person_gid", "week"], dropna=False)["duration_minutes"].sum() / 60
    newest = sheets.drop_duplicates(["person_gid", "start_date"], keep="last")
    newest = newest.rename(columns={"start_date": "week", "gid": "timesheet_gid"})
    newest = newest[["person_gid", "week", "timesheet_gid", "approval_status"]]
    table = (
        sums.rename("hours").reset_index().merge(newest, how="outer", on=["person_gid", "week"])
    )
    if users is not None:
        users = read_frame(users, ["gid", "name"], what=what, record="user")
        table = _add_missing_people(table, users, every)
    names = pd.concat([rows[list(PERSON)], sheets[list(PERSON)], _get_user_names(users)])
    named = names.dropna().drop_duplicates("person_gid").set_index("person_gid")
    table["person_name"] = table["person_gid"].map(named["person_name"]).astype(STR)
    table["hours"] = table["hours"].astype("Float64").fillna(0)
    status = table["approval_status"]
    state = status.map(_STATES).astype(STR).where(status.notna(), _STATES["draft"])
    # A status unknown to this function stays as Asana has it.
    table["state"] = state.where(state.notna(), status)
    columns = [*PERSON, "week", "hours", "timesheet_gid", "approval_status", "state"]
    kinds: dict[str, Any] = {"person_gid": STR, "timesheet_gid": STR, "week": "datetime64[us]"}
    return (
        table[columns]
        .astype(kinds)
        .sort_values(["week", "person_name", "person_gid"], kind="stable", ignore_index=True)
    )


def _match_timesheets(rows: pd.DataFrame, sheets: pd.DataFrame) -> pd.DataFrame:
    """Add the first day of the timesheet that contains each entry; missing without one."""
    rows = rows.reset_index(drop=True)
    dated = rows[rows["entered_on"].notna() & rows["person_gid"].notna()]
    weeks = sheets[["person_gid", "start_date", "end_date"]].dropna()
    weeks = weeks.astype({"start_date": "datetime64[us]", "end_date": "datetime64[us]"})
    found = pd.merge_asof(
        dated.reset_index().sort_values("entered_on", kind="stable"),
        weeks.sort_values("start_date", kind="stable"),
        left_on="entered_on",
        right_on="start_date",
        by="person_gid",
    ).set_index("index")
    week = found["start_date"].where(found["entered_on"] <= found["end_date"])
    return rows.assign(week=week.reindex(rows.index).astype("datetime64[us]"))


def _add_missing_people(table: pd.DataFrame, users: pd.DataFrame, every: str) -> pd.DataFrame:
    """Add those who have neither hours nor a timesheet in a week."""
    weeks = table["week"].dropna()
    if weeks.empty:
        return table
    # A row counts for the week in which it begins, whatever its weekday.
    grid = pd.MultiIndex.from_product(
        [users["gid"], list_periods(weeks.min(), weeks.max(), every)]
    )
    there = pd.MultiIndex.from_arrays([table["person_gid"], period_starts(table["week"], every)])
    missing = grid.difference(there).to_frame(index=False, name=["person_gid", "week"])
    return pd.concat([table, missing], ignore_index=True)


def _get_user_names(users: pd.DataFrame | None) -> pd.DataFrame:
    if users is None:
        return pd.DataFrame({name: pd.Series([], dtype=STR) for name in PERSON})
    return users[["gid", "name"]].set_axis([*PERSON], axis="columns")
