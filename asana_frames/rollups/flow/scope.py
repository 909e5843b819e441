"""When tasks came into the scope of a project and left it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.rollups.flow.counting import (
    CountedTasks,
    Grid,
    Selection,
    count_tasks,
    group_rows,
    names_places,
    read_known_tasks,
)
from asana_frames.rollups.histories.section_times import section_times
from asana_frames.rollups.shared.gids import Positions, find_positions
from asana_frames.rollups.shared.inputs import is_true, read_frame, text_column
from asana_frames.rollups.shared.moments import local_dates, parse_moments
from asana_frames.rollups.shared.periods import Days
from asana_frames.rollups.shared.tasks import all_memberships, parse_task_times
from asana_frames.rollups.shared.weights import read_weights

_NEEDED = ("created_at", "completed_at")
#: Most projects that a message lists.
_SHOWN = 10


class Scope(NamedTuple):
    """Times of tasks in a scope: a row each time that a task is in it."""

    #: ``created`` is the day on which the task came in, ``completed`` that on which it was done
    #: there.
    counted: CountedTasks
    #: The day on which it left; NaT for those still there.
    left: Days

    def add_up(self, grid: Grid) -> dict[str, npt.NDArray[Any]]:
        """Add up by group and period.

        ``scope``, ``done``, ``open`` and ``unweighted`` are as of its end; ``done_then``,
        ``scope_added`` and ``scope_removed`` happened in it.
        """
        group, entered, done = self.counted.group, self.counted.created, self.counted.completed
        values, without = self.counted.weights
        left_done = np.where(np.isnat(done), done, self.left)
        came, gone, finished = (
            grid.bin(group, days, values) for days in (entered, self.left, done)
        )
        scope = came.until - gone.until
        reached = finished.until - grid.bin(group, left_done, values).until
        missing = [grid.bin(group[without], days[without]) for days in (entered, self.left)]
        return {
            "scope": scope,
            "done": reached,
            "done_then": finished.within,
            "open": scope - reached,
            "scope_added": came.within,
            "scope_removed": gone.within,
            "unweighted": missing[0].until - missing[1].until,
        }


def read_scope(
    tasks: pd.DataFrame,
    selection: Selection,
    stories: pd.DataFrame | None,
    project: str | None,
) -> Scope:
    """Read when tasks were in scope.

    Parameters
    ----------
    tasks
        Tasks with ``gid``, ``created_at`` and ``completed_at``.
    selection
        The arguments that rollups of counts share.
    stories
        All stories of the tasks: a task is in scope while it is in its project. Without them it
        is in scope from its creation on.
    project
        The gid or name of the project; needed if there are stories of several and ``by`` has none.

    Raises
    ------
    InvalidArgument
        A column is missing, the project is not known, or an argument is not valid.
    """
    rows = read_known_tasks(tasks, _NEEDED, selection, stories)
    if stories is None:
        if project is not None:
            raise InvalidArgument(
                f"{selection.what}: project= needs stories=, which tell when tasks were in it; "
                f"pass the tasks of one project, or by='project'."
            )
        counted = count_tasks(rows, selection)
        return Scope(counted, np.full(len(counted.task), np.datetime64("NaT"), "datetime64[D]"))
    return _read_memberships(rows, selection, stories, project)


def _read_memberships(
    rows: pd.DataFrame, selection: Selection, stories: pd.DataFrame, project: str | None
) -> Scope:
    """Read from stories when tasks were in their projects."""
    stays = _find_stays(rows, stories, selection)
    stays = _select_project(stays, selection, project, _list_projects(rows, stories))
    # Nobody knows when a task came in that has neither a story of it nor a creation.
    stays = stays[is_true(stays["enter"].notna())].reset_index(drop=True)
    task = stays["task"].to_numpy()
    keyed = rows.take(task).reset_index(drop=True)
    keyed = keyed.assign(**{name: stays[name].array for name in ("project_gid", "project_name")})
    groups, group = group_rows(keyed, selection)
    completed = parse_task_times(keyed, "completed_at", what=selection.what)
    enter, leave = stays["enter"], stays["leave"]
    # One that was done before it came in was done as it came in.
    done = completed.where(is_true(completed.isna()) | is_true(completed > enter), enter)
    done = done.where(~is_true(done > leave))
    days = (local_dates(moments, selection.tz) for moments in (enter, done, leave))
    entered, finished, left = days
    weights = read_weights(keyed, selection.weight, what=selection.what)
    due = np.full(len(task), np.datetime64("NaT"), "datetime64[D]")
    return Scope(CountedTasks(groups, group, task, entered, finished, due, weights), left)


def _find_stays(rows: pd.DataFrame, stories: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Return when tasks were in projects.

    The columns are ``task`` (its position), ``project_gid``, ``project_name``, ``enter`` and
    ``leave``.
    """
    stories = read_frame(stories, ["created_at"], what=selection.what, record="story")
    at = parse_moments(stories["created_at"], what=selection.what)
    past = stories[~is_true(at > selection.now)]
    # Names of tasks do not matter here, and may not have been read.
    visits = section_times(rows.assign(name=rows["gid"]), past, now=selection.now, ends="moved")
    task = find_task_rows(rows, visits["task_gid"])
    visits = visits.assign(task=task)
    # The visits of a task to a project follow each other without gaps while it is there.
    same = ["task", "project_gid"]
    is_next = (visits[same] == visits[same].shift()).all(axis=1)
    is_next &= is_true(visits["enter"] == visits["leave"].shift())
    first = np.flatnonzero(~is_next)
    last = np.append(first[1:], len(visits)) - 1 if len(first) else first
    columns = ["task", "project_gid", "project_name", "enter"]
    begun = visits[columns].take(first).reset_index(drop=True)
    return begun.assign(leave=visits["leave"].array.take(last))


def find_task_rows(rows: pd.DataFrame, gids: pd.Series[Any]) -> Positions:
    """Return the position of the task of each gid, -1 for none; rows without a gid are none."""
    has_gid = np.flatnonzero(is_true(rows["gid"].notna()))
    at = find_positions(rows["gid"].take(has_gid).reset_index(drop=True), gids)
    # The last position is that of a gid that is not there.
    return np.append(has_gid, -1)[at]


def _list_projects(rows: pd.DataFrame, stories: pd.DataFrame) -> pd.DataFrame:
    """Return gids and names of all projects that tasks and stories tell of."""
    names = ("project_gid", "project_name")
    told = pd.DataFrame({name: text_column(stories, name) for name in names})
    _, places = all_memberships(rows)
    own = pd.DataFrame({name: places[name] for name in names})
    return pd.concat([told, own]).dropna(how="all").drop_duplicates("project_gid")


def _select_project(
    stays: pd.DataFrame, selection: Selection, project: str | None, projects: pd.DataFrame
) -> pd.DataFrame:
    """Return the times in one project, or of all if they are keys.

    Raises
    ------
    InvalidArgument
        There are several projects, or none or several match ``project``.
    """
    if project is None:
        count = stays["project_gid"].nunique(dropna=False)
        if count > 1 and not names_places(selection.by):
            raise InvalidArgument(
                f"{selection.what}: the stories tell of {count:,} projects. Pass project= "
                f"with the name or gid of one of them, or by='project'."
            )
        return stays
    check_text(project, name="project", like="Website relaunch")
    for name in ("project_gid", "project_name"):
        meant = projects.loc[is_true(projects[name] == project), "project_gid"]
        if len(meant) > 1:
            raise InvalidArgument(
                f"{selection.what}: {len(meant)} projects are called {project!r}; pass the gid, "
                f"{' or '.join(map(repr, meant))}."
            )
        if len(meant):
            # It may be that no task was in it yet.
            is_meant = is_true(stays["project_gid"] == meant.iloc[0])
            return stays[is_meant].reset_index(drop=True)
    if projects.empty or project.isdecimal():
        # A gid may be that of a project in which no task was yet.
        return stays.iloc[:0]
    names = projects["project_name"].dropna().drop_duplicates().tolist()
    raise InvalidArgument(
        f"{selection.what}: the stories do not know the project {project!r}."
        f"{suggest_names(project, names)} Use one of {', '.join(map(repr, names[:_SHOWN]))}."
    )
