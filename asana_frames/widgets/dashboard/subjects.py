"""What a dashboard is about: a project or a goal, what is read of it, and its usual charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from asana_frames import charts, rollups
from asana_frames.asana import Asana
from asana_frames.exceptions import AsanaError
from asana_frames.widgets.dashboard.drawing import reading
from asana_frames.widgets.pickers.labels import counted

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


class _Read:
    """Frames of one object, each read when it is first used.

    Attributes
    ----------
    has_failed : bool
        Whether one of them could not be read; it is not asked for again.
    """

    def __init__(self, asana: Asana, gid: str) -> None:
        self._asana, self.gid = asana, gid
        self.has_failed = False
        self._known: dict[str, pd.DataFrame | Exception] = {}

    def _once(self, name: str, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        # Not cached_property: up to Python 3.11 it reads for one object of a class at a time.
        if name not in self._known:
            try:
                with reading():
                    self._known[name] = read()
            except (AsanaError, TimeoutError) as error:
                self._known[name] = error
                self.has_failed = True
        found = self._known[name]
        if isinstance(found, Exception):
            raise found
        return found


class Project(_Read):
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

    @property
    def tasks(self) -> pd.DataFrame:
        """The tasks of the project."""
        return self._once("tasks", lambda: self._asana.tasks.list(project=self.gid))

    @property
    def entries(self) -> pd.DataFrame:
        """The time tracked on tasks of the project."""
        entries = self._asana.time_tracking_entries
        return self._once("entries", lambda: entries.list(attributable_to=self.gid))

    @property
    def statuses(self) -> pd.DataFrame:
        """The status updates of the project."""
        return self._once("statuses", lambda: self._asana.status_updates.list(parent=self.gid))

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


class Goal(_Read):
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

    @property
    def relationships(self) -> pd.DataFrame:
        """What supports the goal, and what supports that."""
        return self._once("relationships", self._read_relationships)

    def _read_relationships(self) -> pd.DataFrame:
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

    @property
    def goals(self) -> pd.DataFrame:
        """The goal and the goals below it."""
        links = self.relationships
        below = links[links["supporting_resource_resource_type"] == "goal"]
        gids = dict.fromkeys([self.gid, *below["supporting_resource_gid"]])
        return self._once("goals", lambda: self._asana.goals.get(list(gids)))

    @property
    def updates(self) -> pd.DataFrame:
        """The status updates of the goals."""
        goals = self.goals
        return self._once("updates", lambda: self._asana.status_updates.list(parent=goals))

    @property
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
