"""Where tasks live: the root of each, and the projects and sections it is in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.gids import Index
from asana_frames.rollups.shared.inputs import text_column

#: Doublings after which a chain of parents that has not ended goes round in a circle.
_MOST = 40


class Homes:
    """The roots and projects of tasks, found once for all of them.

    Parameters
    ----------
    tasks
        ``gid`` and ``name``; ``parent_gid``, ``parent_name`` and the ``memberships_`` columns
        where there are any. A task that is there twice counts once.

    Raises
    ------
    InvalidArgument
        Tasks are each other's parents in a circle.
    """

    def __init__(self, tasks: pd.DataFrame) -> None:
        self.tasks = tasks.drop_duplicates("gid", keep="last").reset_index(drop=True)
        self._index = pd.Index(self.tasks["gid"])
        self._parent = self._at(text_column(self.tasks, "parent_gid"))
        self._root = climb(self._parent, self._parent < 0, self.tasks["gid"])

    def roots(self) -> pd.DataFrame:
        """Return the root of each task.

        Returns
        -------
        DataFrame
            ``root_task_gid`` and ``root_task_name`` (str), a row per task, in the order of
            ``tasks``. Above a task whose parent is not in the frame, that parent is the root.
        """
        top = self.tasks.iloc[self._root].reset_index(drop=True)
        found = {}
        for end, column in (("gid", "gid"), ("name", "name")):
            above = (
                text_column(self.tasks, f"parent_{end}").iloc[self._root].reset_index(drop=True)
            )
            found[f"root_task_{end}"] = above.where(above.notna(), top[column]).astype(STR)
        return pd.DataFrame(found)

    def places(self) -> pd.DataFrame:
        """Return the projects and sections of each task.

        Returns
        -------
        DataFrame
            ``project_gids``, ``project_names``, ``section_gids``, ``section_names`` (tuples,
            aligned), a row per task. A subtask that is in no project is where the nearest task
            above it is.
        """
        gids = self._tuples("memberships_project_gids")
        own = pd.DataFrame({"project_gids": gids})
        for name in ("project_names", "section_gids", "section_names"):
            given = self.tasks.get(f"memberships_{name}")
            # What was not read is missing once for each project, so that the tuples stay aligned.
            own[name] = gids.map(lambda places: (None,) * len(places)) if given is None else given
        is_housed = (own["project_gids"].str.len() > 0).to_numpy(dtype=bool)
        holder = climb(self._parent, (self._parent < 0) | is_housed, self.tasks["gid"])
        return own.iloc[holder].reset_index(drop=True)

    def root_rows(self) -> Index:
        """Return the row of each task's root, as far up as the frame goes."""
        return self._root

    def at(self, gids: pd.Series[Any]) -> Index:
        """Return the row of each task, -1 for one that is not there."""
        return self._at(gids)

    def _at(self, gids: pd.Series[Any]) -> Index:
        # A missing gid names no task, not even one whose own is missing.
        found = self._index.get_indexer(pd.Index(gids))
        return np.where(gids.isna(), -1, found)

    def _tuples(self, name: str) -> pd.Series[Any]:
        if name not in self.tasks.columns:
            return empty_tuples(len(self.tasks))
        given = self.tasks[name]
        check_tuples(given.dtype, name)
        return given.where(given.notna(), empty_tuples(len(given)))


def climb(parent: Index, ends: npt.NDArray[np.bool_], gids: pd.Series[Any]) -> Index:
    """Return for each task the first at or above it where ``ends`` holds.

    Parameters
    ----------
    parent
        The place of the task above each; it does not matter where ``ends`` holds.
    ends
        Where ways end: at the latest below what has no parent.
    gids
        Those of the tasks, for the message.

    Raises
    ------
    InvalidArgument
        Tasks are each other's parents in a circle.
    """
    below = np.flatnonzero(~ends)
    up = np.arange(len(ends))
    up[below] = parent[below]
    for _ in range(_MOST):
        further = up[up[below]]
        if (further == up[below]).all():
            break
        up[below] = further
    stuck = below[~ends[up[below]]]
    if len(stuck):
        gid = gids.iloc[stuck[0]]
        raise InvalidArgument(f"The task {gid} is its own parent, or the parent of its parents.")
    return up


def check_tuples(dtype: object, name: str) -> None:
    """Refuse a column of text where tuples are needed: of each text a letter would be taken.

    Raises
    ------
    InvalidArgument
        The message says what made text of the tuples.
    """
    if isinstance(dtype, pd.StringDtype):
        raise InvalidArgument(
            f"{name} holds text, not tuples. Dask makes text of them, unless one types "
            f"dask.config.set({{'dataframe.convert-string': False}}) before the frame is made."
        )


def empty_tuples(count: int) -> pd.Series[Any]:
    """Return a column of empty tuples."""
    values = np.empty(count, dtype=object)
    values[:] = [()] * count
    return pd.Series(values)
