"""Tasks as rollups of their flow read them: each once, with its first project, its days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.columns import text_of
from asana_frames.rollups.homes import Homes, Index, check_tuples
from asana_frames.rollups.moments import UTC, days_in, moments_of
from asana_frames.rollups.periods import check_days
from asana_frames.rollups.repeats import once

Days = npt.NDArray[np.datetime64]
#: The places of a task's first membership.
PLACES = ("project_gid", "project_name", "section_gid", "section_name")
_HOMES = ("gid", "parent_gid", *(f"memberships_{place}s" for place in PLACES))


def read_once(tasks: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return each task once, with what there is of the columns and what ``housed`` needs.

    Of a task that is there twice the last row holds; rows without a gid all stay.
    """
    wanted = dict.fromkeys([*columns, *_HOMES])
    return once(tasks[[name for name in wanted if name in tasks.columns]])


def housed(rows: pd.DataFrame, at: Index) -> pd.DataFrame:
    """Return some of the tasks with the project and section that each is in first.

    Parameters
    ----------
    rows
        All tasks, each once, as ``read_once`` returns them.
    at
        The places of those that are wanted, in the order that is wanted.

    Returns
    -------
    DataFrame
        The columns of ``rows``; ``person_gid`` and ``person_name`` (the assignee) where they are
        known; ``project_gid``, ``project_name``, ``section_gid``, ``section_name`` (str). A
        subtask in no project is where the nearest task above it is.

    Raises
    ------
    InvalidRequest
        Tasks are each other's parents in a circle.
    """
    part = rows.iloc[at].reset_index(drop=True)
    people = {f"person_{end}": f"assignee_{end}" for end in ("gid", "name")}
    known = {name: part[own] for name, own in people.items() if own in part.columns}
    places = {place: _firsts(part, f"memberships_{place}s") for place in PLACES}
    lost = _is_lost(part, places["project_gid"])
    if lost.any():
        homes = _homes(rows)
        above = homes.places().iloc[homes.at(part.loc[lost, "gid"])].set_axis(part.index[lost])
        places = {
            place: own.where(~lost, _firsts(above, f"{place}s").reindex(part.index))
            for place, own in places.items()
        }
    return part.assign(**known, **places)


def _is_lost(rows: pd.DataFrame, project: pd.Series[Any]) -> pd.Series[Any]:
    """Return which tasks are in no project, but may be where the one above them is."""
    return project.isna() & rows["gid"].notna() & text_of(rows, "parent_gid").notna()


def _homes(rows: pd.DataFrame) -> Homes:
    """Return the homes of the tasks that are lost: of them and of their parents only."""
    lost = _is_lost(rows, _firsts(rows, "memberships_project_gids"))
    # Numbered once, gids are compared as numbers: isin takes eight times as long.
    both = pd.concat([rows["gid"].astype(STR), text_of(rows, "parent_gid")[lost]])
    code, different = pd.factorize(both)
    is_parent = np.zeros(len(different), dtype=bool)
    is_parent[code[len(rows) :]] = True
    above = lost | (is_parent[code[: len(rows)]] & rows["gid"].notna())
    return Homes(rows.loc[above, [name for name in _HOMES if name in rows.columns]])


def _firsts(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return the first of each tuple, missing for an empty one."""
    if name not in rows.columns:
        return text_of(rows, name)
    check_tuples(rows[name].dtype, name)
    # Few tuples are those of many tasks: each different one is looked at once.
    code, different = pd.factorize(rows[name])
    firsts = pd.array([place[0] if place else None for place in different], dtype=STR)
    return pd.Series(firsts.take(code, allow_fill=True), index=rows.index)


def times_of(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of moments in UTC; one that is not there is missing throughout.

    Raises
    ------
    InvalidRequest
        It holds anything but moments; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns:
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype=UTC)
    return moments_of(tasks[name], what=what)


def dates_of(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of days as ``datetime64[us]``; one that is not there is missing throughout.

    Raises
    ------
    InvalidRequest
        It holds anything but days; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns or tasks[name].isna().all():
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype="datetime64[us]")
    check_days(tasks[name], what=what)
    days = tasks[name].to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=tasks.index, name=name)


def lives(tasks: pd.DataFrame, tz: str, *, what: str) -> pd.DataFrame:
    """Return the days on which tasks were created and completed and are due.

    Parameters
    ----------
    tasks
        Needs ``gid``, ``created_at`` and ``completed_at``.
    tz
        The time zone of the days.
    what
        The function that asks, for messages.

    Returns
    -------
    DataFrame
        ``created``, ``completed`` and ``due`` (datetime64[us]), one row per task. One that was
        completed before it was created, or whose creation is not known, was created when it was
        completed; one of which both are missing is left out.
    """
    columns = ["gid", "created_at", "completed_at", "due_on"]
    tasks = once(tasks[[name for name in columns if name in tasks.columns]])
    completed = days_in(times_of(tasks, "completed_at", what=what), tz)
    created = days_in(times_of(tasks, "created_at", what=what), tz)
    table = pd.DataFrame(
        {
            "created": np.fmin(created.to_numpy(), completed.to_numpy()),
            "completed": completed,
            "due": dates_of(tasks, "due_on", what=what),
        }
    )
    return table[table["created"].notna()].reset_index(drop=True)


def in_order(rows: pd.DataFrame, moment: str, where: pd.Series[Any]) -> Index:
    """Return the places of rows for which ``where`` holds, by moment, then by gid."""
    at = rows[moment].dt.tz_localize(None).to_numpy()
    # Text is compared only where it decides.
    tied = where & rows[moment].duplicated(keep=False)
    rank = np.zeros(len(rows))
    place, _ = pd.factorize(rows.loc[tied, "gid"], sort=True)
    rank[tied.to_numpy()] = np.where(place < 0, len(rows), place)
    order = np.lexsort((rank, at))
    return np.asarray(order[where.to_numpy()[order]], dtype="intp")
