"""The subject of a dashboard, a project or a goal, and its default charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from asana_frames import charts, gather
from asana_frames.asana import Asana
from asana_frames.gather.goals_report import GoalFrames
from asana_frames.gather.hours_report import HoursReport
from asana_frames.gather.projects_report import ProjectFrames
from asana_frames.gather.shared import LazyFrames, lazy_frame
from asana_frames.types import When
from asana_frames.widgets.dashboard.drawing import release_drawing_lock
from asana_frames.widgets.pickers.labels import format_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Height of a chart over time, in inches.
_HEIGHT = 4.5
#: Height of one row of a chart with a row per object, in inches.
_ROW = 0.36
#: Height of the space above and below these rows, in inches.
_AROUND = 1.6
#: Greatest height of a chart with rows, in inches.
_MAX_HEIGHT = 12.0


class Subject(Protocol):
    """What a chart is drawn from; each frame is read when it is first used."""

    has_failed: bool

    @property
    def summary(self) -> str:
        """A line of figures."""

    @property
    def height(self) -> float:
        """Inches of its charts."""


#: Draws a subject on axes.
Draw = Callable[[Any, "Axes"], object]


class _ChartFrames(LazyFrames):
    """Frames that let other dashboards draw while they are read."""

    def compute_once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return the result of a name; others may draw while it is computed."""
        with release_drawing_lock():
            return super().compute_once(name, compute)


class Project(_ChartFrames, ProjectFrames):
    """A project: the frames of `gather.projects_report`, and its hours.

    Attributes
    ----------
    tasks : DataFrame
        Its tasks, subtasks left out (``GET /tasks``).
    entries : DataFrame
        The time tracked on them (``GET /time_tracking_entries``).
    statuses : DataFrame
        Its status updates (``GET /status_updates``).
    """

    def __init__(self, asana: Asana, gid: str, now: When | None = None) -> None:
        super().__init__(asana, project=gid, now=now)
        self.gid = gid

    @lazy_frame
    def _hours_report(self) -> HoursReport:
        return gather.hours_report(self._asana, project=self.gid, by="person", every="MS")

    @property
    def entries(self) -> pd.DataFrame:
        """The time tracked on tasks of the project."""
        report: HoursReport = self._hours_report
        return report.tracked

    @property
    def hours(self) -> pd.DataFrame:
        """The hours tracked by person and month."""
        report: HoursReport = self._hours_report
        return report.hours

    @property
    def summary(self) -> str:
        """How many tasks there are, done, open and overdue."""
        done = int(self.tasks["completed"].fillna(False).sum())
        overdue = len(self.aging.query("days_overdue > 0"))
        tasks = format_count(len(self.tasks), "task")
        return f"{tasks}: {done:,} done, {len(self.tasks) - done:,} open, {overdue:,} overdue."

    @property
    def height(self) -> float:
        """Inches of its charts."""
        return _HEIGHT


class Goal(_ChartFrames, GoalFrames):
    """A goal and the goals below it: the frames of `gather.goals_report`.

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

    def __init__(self, asana: Asana, gid: str, now: When | None = None) -> None:
        super().__init__(asana, goal=gid, now=now)
        self.gid = gid

    @property
    def summary(self) -> str:
        """How far the goal is, and how far it should be by now."""
        row = self.progress[self.progress["gid"] == self.gid].iloc[0]
        has_progress, has_expected = pd.notna(row["progress"]), pd.notna(row["expected"])
        progress = f"{row['progress']:.0%}" if has_progress else "progress unknown"
        expected = f", {row['expected']:.0%} expected by now" if has_expected else ""
        return f"{progress}{expected}; {format_count(len(self.goals) - 1, 'goal')} below it."

    @property
    def height(self) -> float:
        """Inches of its charts, which have a row per goal."""
        return min(_ROW * len(self.goals) + _AROUND, _MAX_HEIGHT)


def _make_chart(chart: Callable[..., object], name: str) -> Draw:
    """Return a function that draws one table of a subject with a chart."""
    return lambda subject, ax: chart(getattr(subject, name), ax=ax)


PROJECT_CHARTS: Mapping[str, Draw] = {
    "Scope and done": _make_chart(charts.burnup, "burnup"),
    "Open tasks by age": _make_chart(charts.aging, "aging"),
    "How long tasks take": _make_chart(charts.lead_times, "lead_times"),
    "Open tasks by person": _make_chart(charts.load, "load"),
    "Hours by person": _make_chart(charts.hours, "hours"),
}
GOAL_CHARTS: Mapping[str, Draw] = {
    "Progress": _make_chart(charts.goal_progress, "progress"),
    "Periods": _make_chart(charts.goal_timeline, "progress"),
    "Over time": _make_chart(charts.goal_history, "history"),
}
