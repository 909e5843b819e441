"""People by days: the hours that each can work, and sums of them by period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame, is_dask
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame, text_column
from asana_frames.rollups.shared.periods import (
    check_days,
    period_end,
    period_start,
    period_starts,
)
from asana_frames.rollups.shared.spans import parse_span
from asana_frames.rollups.shared.workdays import (
    Floats,
    WorkingTime,
    expand_days,
    working_hours,
)
from asana_frames.rollups.time.attribution import Attribution
from asana_frames.rollups.time.entries import PERSON
from asana_frames.rollups.time.grouping import Grouping

#: Most cells of person by day that are held in memory.
_MAX_CELLS = 50_000_000


class PersonDays(NamedTuple):
    """People (rows) by days (columns) with the hours that each works, in hours."""

    #: ``person_gid``, ``person_name``, ``is_user``; one row per person.
    people: pd.DataFrame
    days: pd.DatetimeIndex
    #: Working hours less hours out of office.
    available: Floats
    out_of_office: Floats

    @property
    def gids(self) -> pd.Index[Any]:
        """The gids of the people."""
        gids: pd.Index[Any] = pd.Index(self.people["person_gid"])
        return gids

    def make_zeros(self) -> Floats:
        """Return a 0 for each person and day."""
        return np.zeros(self.available.shape)

    def sum_values(
        self, person_gid: pd.Series[Any], day: pd.Series[Any], values: pd.Series[Any]
    ) -> Floats:
        """Sum values by person and day; those of other people and days are left out."""
        person = self.gids.get_indexer(pd.Index(person_gid))
        at = self.days.get_indexer(pd.DatetimeIndex(day))
        inside = (person >= 0) & (at >= 0)
        sums = self.make_zeros()
        np.add.at(sums, (person[inside], at[inside]), values.to_numpy(dtype="float64")[inside])
        return sums

    def sum_periods(self, sums: Mapping[str, Floats], every: str) -> pd.DataFrame:
        """Sum days to periods: ``person_gid``, ``period`` and a column per name, by person."""
        period = period_starts(pd.Series(self.days), every)
        edges = np.flatnonzero(~period.duplicated().to_numpy())
        index = pd.MultiIndex.from_product(
            [self.gids, period.iloc[edges]], names=["person_gid", "period"]
        )
        added = {
            name: np.add.reduceat(cells, edges, axis=1).ravel() for name, cells in sums.items()
        }
        return pd.DataFrame(added, index=index).reset_index()


def read_loaded(
    frame: pd.DataFrame,
    columns: Iterable[str],
    *,
    what: str,
    record: str,
    kinds: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read a frame as ``read_frame`` does; one of Dask is refused.

    Raises
    ------
    InvalidArgument
        It is not a frame of pandas, or a column is missing or not understood.
    """
    if is_dask(frame):
        check_frame(frame, what=what)
    found: pd.DataFrame = read_frame(frame, columns, what=what, record=record, kinds=kinds)
    return found


def build_person_days(
    people: pd.DataFrame, days: pd.DatetimeIndex, work: WorkingTime, absences: pd.DataFrame
) -> PersonDays:
    """Build the working hours of people, day by day.

    Parameters
    ----------
    people
        What ``list_people`` returned.
    days
        Days without gaps.
    work
        When they work.
    absences
        What ``read_absences`` returned.

    Raises
    ------
    InvalidArgument
        There are too many people and days, or ``work`` is not valid.
    """
    if len(people) * len(days) > _MAX_CELLS:
        raise InvalidArgument(
            f"{len(people):,} people on {len(days):,} days are too many; limit the days with "
            f"start= and end=."
        )
    working = working_hours(people, days, work)
    row, person, day = expand_days(absences, days, pd.Index(people["person_gid"]))
    part = absences["hours"].to_numpy(dtype="float64", na_value=np.nan)[row]
    off = np.zeros(working.shape)
    np.add.at(off, (person, day), np.where(np.isnan(part), working[person, day], part))
    # Nobody is away longer than the working hours of the day.
    off = np.minimum(off, working)
    return PersonDays(people, days, working - off, off)


def list_people(users: pd.DataFrame | None, *others: pd.DataFrame) -> pd.DataFrame:
    """List the people in the order of results, users first, each by name.

    Parameters
    ----------
    users
        ``gid`` and ``name``.
    others
        Frames with ``person_gid`` and ``person_name``. The name of a user counts, else the last
        one that is known, of the first of these frames.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str), ``is_user`` (bool); one row per person, and one
        without a gid if some are missing.
    """
    mine = pd.DataFrame({name: pd.Series([], dtype=STR) for name in PERSON})
    if users is not None:
        users = users.drop_duplicates("gid", keep="last")
        mine = users[["gid", "name"]].set_axis([*PERSON], axis="columns").astype(STR)
    mine = mine.assign(is_user=True)
    rest = pd.concat([other[list(PERSON)][::-1] for other in others], ignore_index=True)
    rest = rest.assign(is_user=False).astype(dict.fromkeys(PERSON, STR))
    both = pd.concat([mine, rest], ignore_index=True)
    names = both.groupby("person_gid", dropna=False, sort=False)["person_name"].first()
    once = both.drop_duplicates("person_gid", ignore_index=True)
    once = once.assign(person_name=names.reset_index(drop=True).astype(STR))
    order = ["is_user", "person_name", "person_gid"]
    return once.sort_values(order, ascending=[False, True, True], kind="stable", ignore_index=True)


def read_absences(ooo: pd.DataFrame | None, *, what: str) -> pd.DataFrame:
    """Read days out of office: person, ``start_date``, ``end_date``, ``hours`` of each day.

    Raises
    ------
    InvalidArgument
        A column is missing or not understood.
    """
    if ooo is None:
        ooo = pd.DataFrame({"user_gid": pd.Series([], dtype=STR)})
        ooo[["start_date", "end_date"]] = pd.NaT
    needed = ["user_gid", "start_date", "end_date"]
    kinds = {"hours": "number"}
    ooo = read_loaded(ooo, needed, what=what, record="ooo_entry", kinds=kinds)
    named = {"person_gid": "user_gid", "person_name": "user_name"}
    rows = standardise_ranges(ooo, named, what=what)
    return rows if "hours" in rows else rows.assign(hours=np.nan)


def standardise_ranges(
    frame: pd.DataFrame, named: Mapping[str, str], *, what: str
) -> pd.DataFrame:
    """Drop duplicates of rows from ``start_date`` to ``end_date``, and name and cast columns.

    Parameters
    ----------
    frame
        The rows.
    named
        New column of text -> column of the frame.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A date is not a day.
    """
    rows = drop_duplicates(frame) if "gid" in frame else frame.reset_index(drop=True)
    rows = rows.assign(**{name: text_column(rows, column) for name, column in named.items()})
    for name in ("start_date", "end_date"):
        if not rows[name].isna().all():
            check_days(rows[name], what=what)
        rows[name] = rows[name].astype("datetime64[us]")
    return rows


def read_tracked_hours(
    entries: pd.DataFrame | None,
    keys: Sequence[str] = (),
    *,
    what: str,
    attribution: Attribution = "asana_or_first",
    taken: Iterable[str] = (),
) -> pd.DataFrame:
    """Sum the hours of entries by person, keys, day and approval status.

    Parameters
    ----------
    entries
        Time tracking entries, or None for none.
    keys
        Keys beside the person, as in ``rollups.hours``.
    what
        The name of the calling function, for messages.
    attribution
        As in ``rollups.hours``.
    taken
        Columns of the caller's result, whose names keys cannot have.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str), the columns of the keys, ``day``
        (datetime64[us]), ``approval_status`` (str, in lower case), ``hours`` (Float64).

    Raises
    ------
    InvalidArgument
        A column is missing or not understood.
    """
    if entries is None:
        entries = pd.DataFrame({name: pd.Series([], dtype=STR) for name in PERSON})
        entries["entered_on"] = pd.Series([], dtype="datetime64[us]")
        entries["duration_minutes"] = pd.Series([], dtype="Float64")
    grouping = Grouping(
        entries,
        ["person", *keys],
        "D",
        what=what,
        attribution=attribution,
        taken=("day", "approval_status", "hours", *taken),
    )
    rows = grouping.sum(
        lambda part: (
            {"approval_status": text_column(part, "approval_status").str.lower()},
            {"hours": part["duration_minutes"]},
        ),
        ["hours"],
    ).rename(columns={"period": "day"})
    rows["hours"] = rows["hours"].fillna(0).div(60)
    texts = {name: text_column(rows, name) for name in PERSON}
    return pd.DataFrame(texts | {name: rows[name] for name in rows if name not in texts})


def require_person_gids(entries: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return entries that tell people by gid; names alone are not enough to match them.

    Raises
    ------
    InvalidArgument
        They have no column of gids.
    """
    columns = [] if "person_gid" in getattr(entries, "columns", ()) else ["created_by_gid"]
    found: pd.DataFrame = read_frame(entries, columns, what=what, record="time_tracking_entry")
    return found


def find_days(seen: pd.Series[Any], start: Any, end: Any, every: str) -> pd.DatetimeIndex:
    """Find the days to report: from ``start`` to ``end``, else whole periods.

    Parameters
    ----------
    seen
        The days that occur in the data.
    start, end
        Arguments; None for the first and the last period that has a day.
    every
        The period.

    Raises
    ------
    InvalidArgument
        ``start`` or ``end`` is not a day, or ``start`` lies after ``end``.
    """
    first, last, _ = parse_span(start, end)
    seen = seen.dropna()
    if seen.empty and (first is None or last is None):
        return pd.DatetimeIndex([]).as_unit("us")
    first = period_start(seen.min(), every) if first is None else first
    last = period_end(period_start(seen.max(), every), every) if last is None else last
    return pd.date_range(first, last).as_unit("us")
