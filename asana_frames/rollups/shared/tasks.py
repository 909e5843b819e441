"""Tasks: each once, with the tasks, projects and sections above them, and their dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME, tuple_column
from asana_frames.frames.cells import read_cells
from asana_frames.frames.list_cells import read_lists
from asana_frames.rollups.shared.column_kinds import has_kind
from asana_frames.rollups.shared.dag import find_ancestors
from asana_frames.rollups.shared.gids import Positions, find_positions
from asana_frames.rollups.shared.inputs import (
    drop_duplicates,
    text_column,
)
from asana_frames.rollups.shared.moments import (
    NEVER,
    parse_moments,
    to_microseconds,
)
from asana_frames.rollups.shared.periods import check_days

Days = npt.NDArray[np.datetime64]
#: The columns of a task's first membership.
MEMBERSHIP = ("project_gid", "project_name", "section_gid", "section_name")
_NEEDED = ("gid", "parent_gid", *(f"memberships_{name}s" for name in MEMBERSHIP))


def unique_tasks(tasks: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return each task once, as it was read last, with only the columns that are needed.

    These are ``columns``, as far as they exist, and those that ``add_memberships`` reads. Rows
    without a gid all stay.
    """
    wanted = dict.fromkeys([*columns, *_NEEDED])
    return drop_duplicates(tasks[[name for name in wanted if name in tasks.columns]])


def add_memberships(rows: pd.DataFrame, at: Positions) -> pd.DataFrame:
    """Return some of the tasks with their assignee and their first project and section.

    Parameters
    ----------
    rows
        All tasks, each once, as ``unique_tasks`` returns them.
    at
        The positions of the wanted tasks, in the wanted order.

    Returns
    -------
    DataFrame
        The columns of ``rows``; ``person_gid`` and ``person_name`` (the assignee) where they are
        known; ``project_gid``, ``project_name``, ``section_gid``, ``section_name`` (str). A
        subtask in no project has those of the nearest task above it.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle.
    """
    part = rows.iloc[at].reset_index(drop=True)
    people = {f"person_{end}": f"assignee_{end}" for end in ("gid", "name")}
    known = {name: part[own] for name, own in people.items() if own in part.columns}
    return part.assign(**known, **first_memberships(rows, at))


def first_memberships(rows: pd.DataFrame, at: Positions) -> dict[str, pd.Series[Any]]:
    """Return the first project and section of some tasks, as ``add_memberships`` does.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle.
    """
    holder = _find_holders(rows, at)
    # Rows are read in the order in which they lie in memory, which is several times as fast.
    is_read = np.zeros(len(rows), dtype=bool)
    is_read[holder] = True
    read = np.flatnonzero(is_read)
    order = (np.cumsum(is_read) - 1).take(holder)
    return {name: _first_values(rows, f"memberships_{name}s", read, order) for name in MEMBERSHIP}


def all_memberships(rows: pd.DataFrame) -> tuple[Positions, dict[str, pd.Series[Any]]]:
    """Return each project and section of each task.

    Parameters
    ----------
    rows
        All tasks, each once, as ``unique_tasks`` returns them.

    Returns
    -------
    tuple
        The position of the task of each membership, in order; and ``project_gid``,
        ``project_name``, ``section_gid``, ``section_name`` (str) of each. A subtask in no project
        has those of the nearest task above it; a task without any has one, all of it missing.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle, or its projects and sections differ in number.
    """
    names = [f"memberships_{name}s" for name in MEMBERSHIP]
    known = [name for name in names if name in rows.columns]
    if not known:
        nothing = pd.Series(pd.NA, index=rows.index, dtype=STR)
        return np.arange(len(rows)), dict.fromkeys(MEMBERSHIP, nothing)
    holder = _find_holders(rows, np.arange(len(rows)))
    lists = {name: _factorize_tuples(rows, name, holder) for name in known}
    _check_alignment({name: _count_items(*coded) for name, coded in lists.items()})
    code, tuples = lists[known[0]]
    # A task without projects has a row of its own; so has the code -1, of a missing list.
    counts = np.array([*(max(1, len(items)) for items in tuples), 1])[code]
    position = np.repeat(np.arange(len(rows)), counts)
    step = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = {
        name: _nth_values(*lists[own], position, step) if own in lists else None
        for name, own in zip(MEMBERSHIP, names, strict=True)
    }
    missing = pd.Series(pd.NA, index=range(len(position)), dtype=STR)
    return position, {name: missing if c is None else c for name, c in columns.items()}


def inherit_memberships(rows: pd.DataFrame) -> pd.DataFrame:
    """Return tasks, each once, in which a subtask in no project has those of the task above it.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle.
    """
    names = [f"memberships_{name}s" for name in MEMBERSHIP]
    known = [name for name in names if name in rows.columns]
    if not known:
        return rows
    holder = _find_holders(rows, np.arange(len(rows)))
    return rows.assign(**{name: rows[name].array.take(holder) for name in known})


def _count_items(code: Positions, tuples: Iterable[Any]) -> npt.NDArray[np.int64]:
    return np.array([*map(len, tuples), 0])[code]


def _nth_values(
    code: Positions, tuples: Iterable[Any], position: Positions, step: Positions
) -> pd.Series[Any]:
    """Return for each position the item at a step of its tuple; of an empty one, missing."""
    padded = [items or (None,) for items in tuples]
    flat = pd.array([item for items in padded for item in items], dtype=STR)
    begin = np.cumsum([0, *map(len, padded)])[:-1]
    own = code.take(position)
    at = np.where(own < 0, -1, begin.take(own) + step if len(begin) else -1)
    return pd.Series(flat.take(at, allow_fill=True))


def _find_holders(rows: pd.DataFrame, at: Positions) -> Positions:
    """Return for some tasks the nearest task, itself or above it, that is in a project."""
    parent = text_column(rows, "parent_gid")
    below = np.flatnonzero((parent.notna() & rows["gid"].notna()).to_numpy())
    code, projects = _factorize_tuples(rows, "memberships_project_gids", below)
    is_empty = np.array([*(not tuples for tuples in projects), True])
    homeless = below[is_empty[code]]
    is_homeless = np.zeros(len(rows), dtype=bool)
    is_homeless[homeless] = True
    if not is_homeless[at].any():
        return at
    above = np.full(len(rows), -1)
    above[below] = find_positions(rows["gid"], parent.take(below))
    is_top = above < 0
    # A cycle is refused among these and the tasks above them, even if one of those has a project.
    is_near = is_homeless.copy()
    is_near[above[homeless[~is_top[homeless]]]] = True
    find_ancestors(above, is_top | ~is_near | ~is_near[above], rows["gid"])
    return find_ancestors(above, is_top | ~is_homeless, rows["gid"])[at]


def _first_values(
    rows: pd.DataFrame, name: str, read: Positions, order: Positions
) -> pd.Series[Any]:
    """Return the first item of the tuples that are read, in an order; of an empty one, missing."""
    code, tuples = _factorize_tuples(rows, name, read)
    firsts = pd.array([items[0] if items else None for items in tuples], dtype=STR)
    return pd.Series(firsts.take(code.take(order), allow_fill=True))


def _factorize_tuples(
    rows: pd.DataFrame, name: str, at: Positions
) -> tuple[Positions, Iterable[Any]]:
    """Return the code of each tuple of some rows, -1 for a missing one, and the tuples."""
    if name not in rows.columns:
        return np.full(len(at), -1), []
    cells = rows[name].to_numpy(dtype=object).take(at)
    if not set(map(type, cells)) <= {tuple}:
        # Of the whole column, whose rows a message numbers.
        cells = read_lists(rows[name]).to_numpy(dtype=object).take(at)
    return pd.factorize(cells)


def count_items(lists: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Return the number of items of each list, 0 for a missing one."""
    return np.asarray(lists.str.len().fillna(0), dtype=np.int64)


def check_aligned_memberships(tasks: pd.DataFrame, names: Iterable[str]) -> None:
    """Raise an error unless the lists of memberships of each task have one length.

    Raises
    ------
    InvalidArgument
        The message names the columns, and the fields to read.
    """
    _check_alignment({name: count_items(tasks[name]) for name in names if name in tasks})


def _check_alignment(counts: Mapping[str, npt.NDArray[np.int64]]) -> None:
    first, *others = counts
    for name in others:
        if (counts[name] != counts[first]).any():
            raise InvalidArgument(
                f"{name} and {first} have different lengths; read both with "
                f"fields=['memberships.project.name', 'memberships.section.name']."
            )


def find_unassigned(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which tasks have no assignee, neither a gid nor a name."""
    nobody = text_column(rows, "assignee_gid").isna() & text_column(rows, "assignee_name").isna()
    return nobody.to_numpy(dtype=bool)


def tell_apart(gids: tuple[Any, ...], names: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return gids, or where some are not known the aligned names in their place."""
    if None not in gids:
        return gids
    pairs = zip(gids, names, strict=True)
    return tuple(name if gid is None else gid for gid, name in pairs)


def parse_task_times(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of moments in UTC; without the column all are missing.

    Raises
    ------
    InvalidArgument
        The column holds anything else; one without any value may have any dtype.
    """
    if name not in tasks.columns:
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype=UTC_DATETIME)
    return parse_moments(tasks[name], what=what)


def parse_task_dates(tasks: pd.DataFrame, name: str, *, what: str) -> pd.Series[Any]:
    """Return a column of days, or of their text, as ``datetime64[us]``.

    Without the column all are missing.

    Raises
    ------
    InvalidArgument
        The column holds anything else; one without any value may have any dtype.
    """
    if name not in tasks.columns or tasks[name].isna().all():
        return pd.Series(pd.NaT, index=tasks.index, name=name, dtype="datetime64[us]")
    given = tasks[name]
    if not has_kind(given, "date"):
        given = read_cells(given, "date", what=what)
    check_days(given, what=what)
    days = given.to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=tasks.index, name=name)


def sort_order(rows: pd.DataFrame, moment: str, where: pd.Series[Any]) -> Positions:
    """Return the positions of rows for which ``where`` holds, by moment, then by gid."""
    at = np.flatnonzero(where.to_numpy())
    numbers = to_microseconds(rows[moment]).take(at)
    numbers[numbers == NEVER] = np.iinfo("int64").max
    order = np.argsort(numbers)
    numbers = numbers.take(order)
    # Text is compared only where moments are equal.
    is_next = np.zeros(len(numbers), dtype=bool)
    is_next[:-1] = numbers[1:] == numbers[:-1]
    is_tied = is_next | np.roll(is_next, 1)
    tied = at.take(order[is_tied])
    code, _ = pd.factorize(rows["gid"].take(tied), sort=True)
    rank = np.where(code < 0, len(tied), code)
    sorted_rows = at.take(order)
    sorted_rows[is_tied] = tied[np.lexsort((tied, rank, numbers[is_tied]))]
    return sorted_rows


class TaskTree:
    """The roots and memberships of tasks.

    Parameters
    ----------
    tasks
        ``gid`` and ``name``; ``parent_gid``, ``parent_name`` and the ``memberships_`` columns
        where there are any. A task that is there twice counts once, as it was read last.

    Attributes
    ----------
    tasks
        The tasks, each once.
    root_positions
        The position of each task's root among ``tasks``, as far up as these go.

    Raises
    ------
    InvalidArgument
        The parents of a task form a cycle.
    """

    def __init__(self, tasks: pd.DataFrame) -> None:
        self.tasks = tasks.drop_duplicates("gid", keep="last").reset_index(drop=True)
        parent = self.find(text_column(self.tasks, "parent_gid"))
        self.root_positions = find_ancestors(parent, parent < 0, self.tasks["gid"])

    def find(self, gids: pd.Series[Any]) -> Positions:
        """Return the position of each gid among the tasks, -1 where it is not there."""
        return find_positions(self.tasks["gid"], gids)

    def roots(self) -> pd.DataFrame:
        """Return the root of each task.

        Returns
        -------
        DataFrame
            ``root_task_gid`` and ``root_task_name`` (str), a row per task, in the order of
            ``tasks``. Above a task whose parent is not in the frame, that parent is the root,
            also if only its name is known.
        """
        top = self.tasks.iloc[self.root_positions].reset_index(drop=True)
        above = {end: text_column(top, f"parent_{end}") for end in ("gid", "name")}
        has_parent = above["gid"].notna() | above["name"].notna()
        return pd.DataFrame(
            {
                f"root_task_{end}": parent.where(has_parent, top[end]).astype(STR)
                for end, parent in above.items()
            }
        )

    def memberships(self) -> pd.DataFrame:
        """Return the projects and sections of each task.

        Returns
        -------
        DataFrame
            ``project_gids``, ``project_names``, ``section_gids``, ``section_names`` (tuples,
            aligned), a row per task. A subtask in no project has those of the nearest task above
            it.
        """
        gids = self._project_gids()
        own = pd.DataFrame({"project_gids": gids})
        for name in ("project_names", "section_gids", "section_names"):
            given = self.tasks.get(f"memberships_{name}")
            # Unread values are missing once for each project, so that the tuples stay aligned.
            own[name] = (
                gids.map(lambda items: (None,) * len(items))
                if given is None
                else read_lists(given)
            )
        holder = _find_holders(self.tasks, np.arange(len(self.tasks)))
        return own.iloc[holder].reset_index(drop=True)

    def _project_gids(self) -> pd.Series[Any]:
        name = "memberships_project_gids"
        if name not in self.tasks.columns:
            return tuple_column([()] * len(self.tasks))
        return read_lists(self.tasks[name])
