"""What a dashboard is about: a project or a goal, what is read of it, and its usual charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from asana_frames import charts, rollups
from asana_frames.asana import Asana
from asana_frames.widgets.labels import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches of a chart over time; of a row of a chart by rows, of what is around them, and at most.
_HEIGHT, _ROW, _AROUND, _TALLEST = 4.5, 0.36, 1.6, 12.0
#: Levels of goals below the one that is picked.
_DEEPEST = 10


class Subject(Protocol):
    """What a chart is drawn from; each frame is read when it is first used."""

    @property
    def summary(self) -> str:
        """A line of figures."""

    @property
    def height(self) -> float:
        """Inches of its charts."""


#: Draws what a subject tells on axes.
Draw = Callable[[Any, "Axes"], object]


class Project:
    """A project, as a dashboard sees it.

    Attributes
    ----------
    tasks : DataFrame
        Its tasks, subtasks left out (``GET /tasks``).
    entries : DataFrame
        The time tracked on them (``GET /time_tracking_entries``).
    statuses : DataFrame
        Its status updates (``GET /status_updates``).
    """

    def __init__(self, asana: Asana, gid: str) -> None:
        self._asana, self.gid = asana, gid

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """The tasks of the project."""
        return self._asana.tasks.list(project=self.gid)

    @cached_property
    def entries(self) -> pd.DataFrame:
        """The time tracked on tasks of the project."""
        return self._asana.time_tracking_entries.list(attributable_to=self.gid)

    @cached_property
    def statuses(self) -> pd.DataFrame:
        """The status updates of the project."""
        return self._asana.status_updates.list(parent=self.gid)

    @property
    def summary(self) -> str:
        """How many tasks there are, done, open and overdue."""
        done = int(self.tasks["completed"].fillna(False).sum())
        overdue = len(rollups.aging(self.tasks).query("days_overdue > 0"))
        left = len(self.tasks) - done
        return (
            f"{counted(done + left, 'task')}: {done:,} done, {left:,} open, {overdue:,} overdue."
        )

    @property
    def height(self) -> float:
        """Inches of its charts."""
        return _HEIGHT


class Goal:
    """A goal and the goals below it, as a dashboard sees them.

    Attributes
    ----------
    goals : DataFrame
        The goal, then those that support it, those that support these ... (``GET /goals/{gid}``).
    relationships : DataFrame
        What supports each (``GET /goal_relationships``).
    updates : DataFrame
        Status updates of all of them (``GET /status_updates``).
    progress : DataFrame
        As `rollups.goal_progress` returns it.
    """

    def __init__(self, asana: Asana, gid: str) -> None:
        self._asana, self.gid = asana, gid

    @cached_property
    def relationships(self) -> pd.DataFrame:
        """What supports the goal, and what supports that."""
        found: list[pd.DataFrame] = []
        asked: set[str] = set()
        level = [self.gid]
        while level and len(found) < _DEEPEST:
            links = self._asana.goal_relationships.list(supported_goal=level)
            found.append(links)
            asked.update(level)
            goals = links[links["supporting_resource_resource_type"] == "goal"]
            level = [gid for gid in goals["supporting_resource_gid"].unique() if gid not in asked]
        return pd.concat(found, ignore_index=True).drop_duplicates("gid", ignore_index=True)

    @cached_property
    def goals(self) -> pd.DataFrame:
        """The goal and the goals below it."""
        links = self.relationships
        below = links[links["supporting_resource_resource_type"] == "goal"]
        gids = dict.fromkeys([self.gid, *below["supporting_resource_gid"]])
        return self._asana.goals.get(list(gids))

    @cached_property
    def updates(self) -> pd.DataFrame:
        """The status updates of the goals."""
        return self._asana.status_updates.list(parent=self.goals)

    @cached_property
    def progress(self) -> pd.DataFrame:
        """How far the goals are, and how far they should be."""
        return rollups.goal_progress(self.goals, self.relationships)

    @property
    def summary(self) -> str:
        """How far the goal is, and how far it should be by now."""
        mine = self.progress[self.progress["gid"] == self.gid].iloc[0]
        told = "no progress is told" if pd.isna(mine["progress"]) else f"{mine['progress']:.0%}"
        due = "" if pd.isna(mine["expected"]) else f", {mine['expected']:.0%} expected by now"
        return f"{told}{due}; {counted(len(self.goals) - 1, 'goal')} below it."

    @property
    def height(self) -> float:
        """Inches of its charts, which have a row per goal."""
        return min(_ROW * len(self.goals) + _AROUND, _TALLEST)


def _burnup(project: Project, ax: Axes) -> object:
    return charts.burnup(rollups.burnup(project.tasks, every="W"), ax=ax)


def _lead_times(project: Project, ax: Axes) -> object:
    return charts.lead_times(rollups.lead_times(project.tasks), ax=ax)


def _aging(project: Project, ax: Axes) -> object:
    return charts.aging(rollups.aging(project.tasks), ax=ax)


def _load(project: Project, ax: Axes) -> object:
    return charts.load(rollups.load(project.tasks), ax=ax)


def _hours(project: Project, ax: Axes) -> object:
    hours = rollups.hours(project.entries, by="created_by", every="MS")
    return charts.hours(hours, ax=ax)


def _progress(goal: Goal, ax: Axes) -> object:
    return charts.goal_progress(goal.progress, ax=ax)


def _timeline(goal: Goal, ax: Axes) -> object:
    return charts.goal_timeline(goal.progress, ax=ax)


def _history(goal: Goal, ax: Axes) -> object:
    return charts.goal_history(rollups.goal_history(goal.goals, goal.updates), ax=ax)


PROJECT_CHARTS: Mapping[str, Draw] = {
    "Scope and done": _burnup,
    "Open tasks by age": _aging,
    "How long tasks take": _lead_times,
    "Open tasks by person": _load,
    "Hours by person": _hours,
}
GOAL_CHARTS: Mapping[str, Draw] = {
    "Progress": _progress,
    "Periods": _timeline,
    "Over time": _history,
}
