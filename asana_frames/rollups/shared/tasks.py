"""Tasks as rollups of their flow read them: each once, with its first project, its days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.duplicates import drop_duplicates
from asana_frames.rollups.shared.gids import Index, places_in
from asana_frames.rollups.shared.homes import check_tuples, climb
from asana_frames.rollups.shared.inputs import text_column
from asana_frames.rollups.shared.moments import (
    NEVER,
    UTC,
    local_days,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.periods import check_days

Days = npt.NDArray[np.datetime64]
#: The places of a task's first membership.
PLACES = ("project_gid", "project_name", "section_gid", "section_name")
_HOMES = ("gid", "parent_gid", *(f"memberships_{place}s" for place in PLACES))


def unique_tasks(tasks: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return each task once, with what there is of the columns and what ``add_places`` needs.

    Of a task that is there twice the last row holds; rows without a gid all stay.
    """
    wanted = dict.fromkeys([*columns, *_HOMES])
    return drop_duplicates(tasks[[name for name in wanted if name in tasks.columns]])


def add_places(rows: pd.DataFrame, at: Index) -> pd.DataFrame:
    """Return some of the tasks with the project and section that each is in first.

    Parameters
    ----------
    rows
        All tasks, each once, as ``unique_tasks`` returns them.
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
    InvalidArgument
        Tasks are each other's parents in a circle.
    """
    part = rows.iloc[at].reset_index(drop=True)
    people = {f"person_{end}": f"assignee_{end}" for end in ("gid", "name")}
    known = {name: part[own] for name, own in people.items() if own in part.columns}
    return part.assign(**known, **first_places(rows, at))


def first_places(rows: pd.DataFrame, at: Index) -> dict[str, pd.Series[Any]]:
    """Return the project and section that each of some tasks is in first, as ``add_places`` does.

    Raises
    ------
    InvalidArgument
        Tasks are each other's parents in a circle.
    """
    holder = _holders(rows, at)
    # Looked at in the order in which they lie in memory, which is several times as fast.
    is_read = np.zeros(len(rows), dtype=bool)
    is_read[holder] = True
    read = np.flatnonzero(is_read)
    order = (np.cumsum(is_read) - 1).take(holder)
    return {place: _firsts(rows, f"memberships_{place}s", read, order) for place in PLACES}


def _holders(rows: pd.DataFrame, at: Index) -> Index:
    """Return the places of the tasks that are where some tasks are: themselves, or above them."""
    parent = text_column(rows, "parent_gid")
    below = np.flatnonzero((parent.notna() & rows["gid"].notna()).to_numpy())
    code, projects = _different(rows, "memberships_project_gids", below)
    is_none = np.array([*(not places for places in projects), True])
    lost = below[is_none[code]]
    is_lost = np.zeros(len(rows), dtype=bool)
    is_lost[lost] = True
    if not is_lost[at].any():
        return at
    above = np.full(len(rows), -1)
    above[below] = places_in(rows["gid"], parent.take(below))
    is_top = above < 0
    # A circle is refused of them and the tasks above them, also where one of those is housed.
    is_near = is_lost.copy()
    is_near[above[lost[~is_top[lost]]]] = True
    climb(above, is_top | ~is_near | ~is_near[above], rows["gid"])
    return climb(above, is_top | ~is_lost, rows["gid"])[at]


def _firsts(rows: pd.DataFrame, name: str, read: Index, order: Index) -> pd.Series[Any]:
    """Return the first of the tuples that are read, missing for an empty one, in an order."""
    code, different = _different(rows, name, read)
    firsts = pd.array([place[0] if place else None for place in different], dtype=STR)
    return pd.Series(firsts.take(code.take(order), allow_fill=True))


def _different(rows: pd.DataFrame, name: str, at: Index) -> tuple[Index, Iterable[Any]]:
    """Return which of the different tuples some of the rows hold, -1 for none, and those."""
    if name not in rows.columns:
        return np.full(len(at), -1), []
    check_tuples(rows[name].dtype, name)
    values = rows[name].to_numpy(dtype=object)
    # Many tasks share a few tuples: an object, known by its address, is looked at once.
    addresses = np.frombuffer(np.ascontiguousarray(values), dtype="intp").take(at)
    which, objects = pd.factorize(addresses)
    some = np.zeros(len(objects), dtype="intp")
    some[which] = at
    code, different = pd.factorize(values.take(some))
    return code.take(which), different


def parse_task_times(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of moments in UTC; one that is not there is missing throughout.

    Raises
    ------
    InvalidArgument
        It holds anything but moments; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns:
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype=UTC)
    return parse_moments(tasks[name], what=what)


def parse_task_dates(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of days as ``datetime64[us]``; one that is not there is missing throughout.

    Raises
    ------
    InvalidArgument
        It holds anything but days; one in which all is missing may be of any dtype.
    """
    if name not in tasks.columns or tasks[name].isna().all():
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype="datetime64[us]")
    check_days(tasks[name], what=what)
    days = tasks[name].to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=tasks.index, name=name)


def task_lifespans(tasks: pd.DataFrame, tz: str, *, what: str) -> pd.DataFrame:
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
    tasks = drop_duplicates(tasks[[name for name in columns if name in tasks.columns]])
    completed = local_days(parse_task_times(tasks, "completed_at", what=what), tz)
    created = local_days(parse_task_times(tasks, "created_at", what=what), tz)
    table = pd.DataFrame(
        {
            "created": np.fmin(created.to_numpy(), completed.to_numpy()),
            "completed": completed,
            "due": parse_task_dates(tasks, "due_on", what=what),
        }
    )
    return table[table["created"].notna()].reset_index(drop=True)


def sort_order(rows: pd.DataFrame, moment: str, where: pd.Series[Any]) -> Index:
    """Return the places of rows for which ``where`` holds, by moment, then by gid."""
    at = np.flatnonzero(where.to_numpy())
    numbers = to_microseconds(rows[moment]).take(at)
    numbers[numbers == NEVER] = np.iinfo("int64").max
    order = np.argsort(numbers)
    numbers = numbers.take(order)
    # Text is compared only where it decides.
    is_next = np.zeros(len(numbers), dtype=bool)
    is_next[:-1] = numbers[1:] == numbers[:-1]
    is_tied = is_next | np.roll(is_next, 1)
    tied = at.take(order[is_tied])
    place, _ = pd.factorize(rows["gid"].take(tied), sort=True)
    rank = np.where(place < 0, len(tied), place)
    placed = at.take(order)
    placed[is_tied] = tied[np.lexsort((tied, rank, numbers[is_tied]))]
    return placed
