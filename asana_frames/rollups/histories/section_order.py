"""Visits as far as known at a moment, and the order of the sections of projects."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.shared.inputs import is_true, read_frame, text_column
from asana_frames.rollups.shared.moments import parse_moments, to_microseconds

#: What identifies and names a section.
SECTION = ["project_gid", "project_name", "section_gid", "section_name"]
#: Columns that are read where they exist.
_OPTIONAL = ("section_order", "is_completed", "completed_until", "is_reopened", "completed_at")
_MOMENTS = ("enter", "leave", "completed_until", "completed_at")
_NOT_LISTED = 1 << 40


def read_visits(
    section_times: pd.DataFrame, needed: list[str], now: pd.Timestamp, *, what: str
) -> pd.DataFrame:
    """Return visits with typed moments, as they were at a moment.

    Parameters
    ----------
    section_times
        The result of ``rollups.section_times``.
    needed
        Columns that are required beside those of sections and moments.
    now
        The moment in UTC; visits that began later are left out, and those that ended later go on.
    what
        The calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or does not hold what it should.
    """
    source = "rollups.section_times"
    given = section_times.columns if isinstance(section_times, pd.DataFrame) else ()
    columns = [*SECTION, "enter", "leave", *needed, *(name for name in _OPTIONAL if name in given)]
    visits = read_frame(section_times, columns, what=what, source=source)
    if "is_completed" in visits.columns and "completed_until" not in visits.columns:
        visits = visits.assign(completed_until=pd.Series(pd.NaT, visits.index, UTC_DATETIME))
    known = [name for name in _MOMENTS if name in visits.columns]
    visits = visits.assign(**{name: parse_moments(visits[name], what=what) for name in known})
    visits = _drop_repeated(visits[~is_true(visits["enter"] > now)]).reset_index(drop=True)
    was_later = is_true(visits["leave"] > now)
    later = {name: visits[name].mask(is_true(visits[name] > now)) for name in known}
    for name in ("is_completed", "is_current"):
        if name in visits.columns:
            later[name] = visits[name].mask(was_later, name == "is_current")
    return _restore_completion(visits.assign(**later))


def _drop_repeated(visits: pd.DataFrame) -> pd.DataFrame:
    """Return each visit once: those of frames that overlap are there twice."""
    keys = ["task_gid", "project_gid", "section_gid", "enter"]
    if not set(keys) <= set(visits.columns):
        return visits
    return visits[~visits.duplicated(keys, keep="last").to_numpy()]


def _restore_completion(visits: pd.DataFrame) -> pd.DataFrame:
    """Fill in when tasks were completed that were only reopened after the moment."""
    if not {"task_gid", "is_completed", "completed_until", "completed_at"} <= {*visits.columns}:
        return visits
    is_done = is_true(visits["is_completed"] & visits["completed_until"].isna())
    lost = visits[is_done & is_true(visits["completed_at"].isna())]
    last = lost.groupby("task_gid", observed=True)["leave"].max()
    found = last.reindex(visits["task_gid"]).set_axis(visits.index)
    return visits.assign(completed_at=visits["completed_at"].fillna(found))


def number_sections(visits: pd.DataFrame, listed: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the sections of visits, those of a project in the order in which tasks go through.

    Parameters
    ----------
    visits
        As ``read_visits`` returns them. Sections are sorted by ``section_order``, where it is
        known. Others follow: a section stands before another if more tasks were in it first than
        the other way round, of equal ones the one that was entered first.
    listed
        Sections as ``read_sections`` returns them, which have the first say on names and order;
        also those that nobody entered.

    Returns
    -------
    DataFrame
        ``project_gid``, ``project_name``, ``section_gid``, ``section_name`` and ``number`` (int64,
        from 0 in each project), each section once.
    """
    sections = visits.sort_values(["enter", "section_gid"], kind="stable")
    order = sections.get("section_order", pd.Series(pd.NA, index=sections.index, dtype="Int64"))
    sections = sections[SECTION].astype(STR).assign(section_order=order.astype("Int64"))
    if listed is not None:
        names = {"gid": "section_gid", "name": "section_name", "order": "section_order"}
        sections = pd.concat([listed.rename(columns=names)[[*sections.columns]], sections])
        sections = sections.astype({"section_order": "Int64"})
    sections = sections.drop_duplicates(["project_gid", "section_gid"]).reset_index(drop=True)
    order = sections["section_order"]
    wins = _count_wins(visits, sections) if order.isna().any() else np.zeros(len(sections))
    keys: dict[str, Any] = {
        "_order": order.fillna(_NOT_LISTED).astype("int64"),
        "_wins": np.where(order.isna(), -wins, 0),
    }
    found = sections[SECTION].assign(**keys)
    found = found.sort_values(["project_gid", *keys], kind="stable", ignore_index=True)
    number = found.groupby("project_gid", dropna=False, observed=True).cumcount()
    return found[SECTION].assign(number=number.astype("int64"))


def find_sections(visits: pd.DataFrame, sections: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the row of each visit's section among sections, each of which is there once."""
    keys = [
        pd.MultiIndex.from_arrays([text_column(frame, name).fillna("") for name in SECTION[::2]])
        for frame in (sections, visits)
    ]
    return keys[0].get_indexer(keys[1])


def _count_wins(visits: pd.DataFrame, sections: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return over how many other sections of its project each one wins: most were there first."""
    count = len(sections)
    if "task_gid" not in visits.columns or not count:
        return np.zeros(count)
    section = find_sections(visits, sections)
    task, _ = pd.factorize(visits["task_gid"])
    project, _ = pd.factorize(text_column(visits, "project_gid"))
    firsts = pd.DataFrame(
        {
            "task": task,
            "project": project,
            "section": section,
            "at": to_microseconds(visits["enter"]),
        }
    ).sort_values(["task", "project", "at"], kind="stable")
    firsts = firsts.drop_duplicates(["task", "project", "section"], ignore_index=True)
    code = firsts["section"].to_numpy()
    pair = pd.factorize(pd.MultiIndex.from_frame(firsts[["task", "project"]]))[0]
    balance: dict[int, int] = {}
    for lag in range(1, int(np.bincount(pair).max())):
        same = pair[lag:] == pair[:-lag]
        keys, times = np.unique(
            code[:-lag][same].astype("int64") * count + code[lag:][same], return_counts=True
        )
        for key, found in zip(keys.tolist(), times.tolist(), strict=True):
            balance[key] = balance.get(key, 0) + found
    wins = np.zeros(count)
    for key, found in balance.items():
        before, after = divmod(key, count)
        wins[before] += found > balance.get(after * count + before, 0)
    return wins
