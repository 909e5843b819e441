"""Moves of tasks into, within and out of projects, as stories tell them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.duplicates import drop_duplicates
from asana_frames.rollups.shared.homes import check_tuples
from asana_frames.rollups.shared.inputs import require_columns
from asana_frames.rollups.shared.moments import Ints, parse_moments, to_microseconds

ADDED, MOVED, REMOVED = SUBTYPES = ("added_to_project", "section_changed", "removed_from_project")
#: Instead of the number of a section: in the project, nobody says where; not in the project.
ANYWHERE, OUTSIDE = -1, -2
_SECTIONS = ("old_section_gid", "new_section_gid")
#: Numbers of things, and their names, row by row.
_Named = tuple[Ints, "pd.Series[Any]"]
_PLACES = ("memberships_project_gids", "memberships_section_gids")


class Places(NamedTuple):
    """Projects or sections, numbered in the order of their gids, with the names they have now."""

    gids: pd.Series[Any]
    names: pd.Series[Any]


class Moves(NamedTuple):
    """What stories tell of the places of tasks, in time order, and the places of today."""

    #: ``task`` (row of the tasks), ``project``, ``at`` (microseconds), and the section ``before``
    #: and ``after``, one row per story.
    told: pd.DataFrame
    #: ``task``, ``project`` and ``section``, one row per membership.
    members: pd.DataFrame
    projects: Places
    sections: Places


def in_time_order(stories: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return each story once, as they happened; those of one moment in the order of their gids.

    Stories without a task or a moment are left out.

    Raises
    ------
    InvalidArgument
        The moments of ``created_at`` have no time zone.
    """
    stories = stories.assign(created_at=parse_moments(stories["created_at"], what=what))
    known = stories["created_at"].notna() & stories["task_gid"].notna()
    dated = drop_duplicates(stories[known.to_numpy(dtype=bool)])
    is_tied = dated["created_at"].duplicated(keep=False)
    # Of two gids the longer one is the later: they are numbers that are given out in order.
    tied = dated.loc[is_tied, ["gid"]].assign(length=lambda rows: rows["gid"].str.len())
    rank = np.zeros(len(dated), dtype="int64")
    rank[tied.sort_values(["length", "gid"], kind="stable").index] = np.arange(len(tied))
    order = np.lexsort((rank, to_microseconds(dated["created_at"])))
    return dated.take(order).reset_index(drop=True)


def read_moves(stories: pd.DataFrame, tasks: pd.DataFrame, *, what: str) -> Moves:
    """Return the moves of tasks, and where they are now.

    Parameters
    ----------
    stories
        Moves whose project no story or membership tells are left out, as are those of tasks that
        are not in ``tasks``.
    tasks
        Each task once.
    what
        The function that asks, for the message.

    Raises
    ------
    InvalidArgument
        A column is missing, or projects and sections of memberships do not go together.
    """
    needed = ["gid", "task_gid", "created_at", "resource_subtype", "project_gid", *_SECTIONS]
    require_columns(stories, needed, what=what, record="story")
    require_columns(tasks, ["gid", *_PLACES], what=what, record="task")
    names = [column.replace("_gid", "_name") for column in ("project_gid", *_SECTIONS)]
    is_move = stories["resource_subtype"].isin(SUBTYPES).to_numpy(dtype=bool)
    moves = in_time_order(stories[is_move].reindex(columns=[*needed, *names]), what=what)
    moves = moves.astype(dict.fromkeys(["task_gid", "project_gid", *_SECTIONS, *names], STR))
    members = _members(tasks)

    (project, home), projects = _numbered(moves["project_gid"], members["project_gid"])
    (old, new, place), sections = _numbered(*(moves[c] for c in _SECTIONS), members["section_gid"])
    project = _with_projects(project, old, new, (place, home), len(sections))
    named = [(project, moves["project_name"])]
    project_names = _names_now(len(projects), named, (home, members["project_name"]))
    named = [(old, moves["old_section_name"]), (new, moves["new_section_name"])]
    section_names = _names_now(len(sections), named, (place, members["section_name"]))

    here = pd.DataFrame({"task": members["task"], "project": home, "section": place})
    here = here[here["project"] >= 0].drop_duplicates(["task", "project"], ignore_index=True)
    told = _told(moves, old, new).assign(
        task=pd.Index(tasks["gid"]).get_indexer(pd.Index(moves["task_gid"])), project=project
    )
    told = told[(told["task"] >= 0) & (told["project"] >= 0)].reset_index(drop=True)
    return Moves(told, here, Places(projects, project_names), Places(sections, section_names))


def _told(moves: pd.DataFrame, old: Ints, new: Ints) -> pd.DataFrame:
    """Return the moment of each story, and where the task was before and after it."""
    kind = moves["resource_subtype"]
    is_added, is_removed = (kind == ADDED).to_numpy(dtype=bool), (kind == REMOVED).to_numpy(bool)
    return pd.DataFrame(
        {
            "at": to_microseconds(moves["created_at"]),
            "before": np.where(is_added, OUTSIDE, np.where(is_removed, ANYWHERE, old)),
            "after": np.where(is_removed, OUTSIDE, np.where(is_added, ANYWHERE, new)),
        }
    )


def _members(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the memberships of tasks one below the other, by the row of the task.

    Raises
    ------
    InvalidArgument
        A task has more projects than sections of them, or fewer.
    """
    counts = _count(tasks[_PLACES[0]])
    columns = {}
    for name in ("project_gid", "section_gid", "project_name", "section_name"):
        column = f"memberships_{name}s"
        if column not in tasks:
            columns[name] = pd.Series(None, index=range(counts.sum()), dtype=STR)
            continue
        check_tuples(tasks[column].dtype, column)
        if (_count(tasks[column]) != counts).any():
            raise InvalidArgument(
                f"{column} and {_PLACES[0]} are of different length: type "
                f"fields=['memberships.project.name', 'memberships.section.name'] to read both."
            )
        flat = list(chain.from_iterable(tasks[column].dropna()))
        columns[name] = pd.Series(flat, dtype=STR)
    return pd.DataFrame(columns).assign(task=np.repeat(np.arange(len(tasks)), counts))


def _count(lists: pd.Series[Any]) -> Ints:
    return np.asarray(lists.str.len().fillna(0), dtype=np.int64)


def _numbered(*columns: pd.Series[Any]) -> tuple[list[Ints], pd.Series[Any]]:
    """Return the columns as numbers of gids, -1 for a missing one, and the gids in order."""
    codes, gids = pd.factorize(pd.concat(columns, ignore_index=True), sort=True)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    parts = np.split(codes.astype("int64"), ends)
    return parts, pd.Series(gids, dtype=STR)


def _with_projects(
    project: Ints, old: Ints, new: Ints, members: tuple[Ints, Ints], count: int
) -> Ints:
    """Return the project of each move, where it is missing that of its sections elsewhere."""
    # The last place is that of a missing section, whose number is -1.
    project_of: Ints = np.full(count + 1, -1, dtype="int64")
    for sections, owners in ((old, project), (new, project), members):
        project_of[sections[owners >= 0]] = owners[owners >= 0]
    while True:
        project_of[-1] = -1
        found = np.maximum(project_of[new], project_of[old])
        solved = (project < 0) & (found >= 0)
        if not solved.any():
            return project
        project = np.where(solved, found, project).astype("int64")
        # Both sections of a move are in one project: what was found tells more of the next.
        for sections in (old, new):
            project_of[sections[solved]] = found[solved]


def _names_now(count: int, told: Iterable[_Named], members: _Named) -> pd.Series[Any]:
    """Return a name for each number: that of memberships, else that of the last story."""
    now = _latest(count, [members])
    return now.where(now.notna(), _latest(count, told))


def _latest(count: int, columns: Iterable[_Named]) -> pd.Series[Any]:
    """Return a name for each number: that of the last row that has one in any of the columns."""
    names = pd.Series(None, index=range(count), dtype=STR)
    last = np.full(count, -1)
    for numbers, column in columns:
        rows = np.flatnonzero((numbers >= 0) & column.notna().to_numpy(dtype=bool))
        found = np.full(count, -1)
        found[numbers[rows]] = rows
        is_later = found > last
        names[is_later] = column.take(found[is_later]).to_numpy()
        last = np.maximum(last, found)
    return names
