"""The goals report: actual and expected progress, supporting work and history."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.exceptions import PartialResultWarning, warn_caller
from asana_frames.fetch import REFUSALS
from asana_frames.gather.shared import (
    LazyFrames,
    check_subject,
    describe_report,
    lazy_frame,
    record_gather,
)
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.types import Ref, When

#: Maximum number of levels read below one goal.
_MAX_DEPTH = 10
_TIMELINE = ["gid", "name", "status", "start_on", "due_on", "expected", "progress", "ahead"]


class GoalsReport(NamedTuple):
    """The tables of a report of goals.

    Attributes
    ----------
    goals : DataFrame
        One row per goal, as ``asana.goals`` returns it.
    relationships : DataFrame
        What supports each goal, as ``asana.goal_relationships.list`` returns it.
    updates : DataFrame
        The status updates of the goals, as ``asana.status_updates.list`` returns them.
    progress : DataFrame
        One row per goal: progress, expected progress and dates, see ``rollups.goal_progress``.
    tree : DataFrame
        One row per place of a goal, see ``rollups.goal_tree``.
    timeline : DataFrame
        ``gid``, ``name``, ``status``, ``start_on``, ``due_on``, ``expected``, ``progress`` and
        ``ahead`` of ``progress``, ordered by due day.
    history : DataFrame
        One row per event: statuses and values over time, see ``rollups.goal_history``.
    """

    goals: pd.DataFrame
    relationships: pd.DataFrame
    updates: pd.DataFrame
    progress: pd.DataFrame
    tree: pd.DataFrame
    timeline: pd.DataFrame
    history: pd.DataFrame

    def __repr__(self) -> str:
        return describe_report(self)


def goals_report(
    asana: Asana,
    workspace: Ref | None = None,
    *,
    goal: Ref | None = None,
    now: When | None = None,
) -> GoalsReport:
    """Report actual and expected progress of goals, and what supports them.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row: all of its goals.
    goal
        Instead of a workspace: this goal and the goals below it, up to ten levels.
    now
        Moment for which expected progress is computed; the present if not given.

    Returns
    -------
    GoalsReport
        The frames ``goals``, ``relationships``, ``updates``, ``progress``, ``tree``,
        ``timeline`` and ``history``; `GoalsReport` lists their columns. Sources: ``GET /goals``
        or ``GET /goals/{goal_gid}``, ``GET /goal_relationships``,
        ``GET /projects/{project_gid}/task_counts`` and ``GET /tasks/{task_gid}`` for the work
        that supports the goals, ``GET /status_updates``, ``GET /goals/{goal_gid}/stories``.

    Raises
    ------
    InvalidArgument
        Neither or both of ``workspace`` and ``goal`` are given.

    Examples
    --------
    >>> import asana_frames as af
    >>> report = goals_report(af.sandbox(), goal="Grow revenue by 30 %")
    >>> report.progress["name"].tolist()[:1]
    ['Grow revenue by 30 %']
    """
    with record_gather(asana, "goals_report") as last:
        frames = GoalFrames(asana, workspace, goal=goal, now=now, last=last)
        report = GoalsReport(*(getattr(frames, name) for name in GoalsReport._fields))
    last.rows = len(report.goals)
    return report


class GoalFrames(LazyFrames):
    """The frames of `goals_report`, each read or computed when it is first used.

    Takes the parameters of `goals_report`, and the record of the call.
    """

    def __init__(
        self,
        asana: Asana,
        workspace: Ref | None = None,
        *,
        goal: Ref | None = None,
        now: When | None = None,
        last: LastCall | None = None,
    ) -> None:
        super().__init__(asana, last)
        check_subject("goals_report", workspace=workspace, goal=goal)
        self._workspace, self._goal = workspace, goal
        #: One moment for all tables.
        self.now = parse_moment(now)

    @lazy_frame
    def goals(self) -> pd.DataFrame:
        """Read the goals: those of the workspace, or the goal and then those below it."""
        if self._goal is None:
            return self.add_failures(self._asana.goals.list(workspace=self._workspace))
        supporting = self.relationships
        below = supporting[supporting["supporting_resource_resource_type"] == "goal"]
        gids = dict.fromkeys([self._goal_gid, *below["supporting_resource_gid"]])
        return self.add_failures(self._asana.goals.get(list(gids)))

    @lazy_frame
    def relationships(self) -> pd.DataFrame:
        """Read what supports the goals."""
        list_links = self._asana.goal_relationships.list
        if self._goal is None:
            return self.add_failures(list_links(supported_goal=self.goals))
        levels: list[pd.DataFrame] = []
        seen: set[str] = set()
        level = [self._goal_gid]
        while level and len(levels) < _MAX_DEPTH:
            links = self.add_failures(list_links(supported_goal=level))
            levels.append(links)
            seen.update(level)
            goals = links[links["supporting_resource_resource_type"] == "goal"]
            level = [gid for gid in goals["supporting_resource_gid"].unique() if gid not in seen]
        return pd.concat(levels, ignore_index=True).drop_duplicates("gid", ignore_index=True)

    @lazy_frame
    def counts(self) -> pd.DataFrame | None:
        """Read the task counts of the supporting projects; None if all are refused."""
        gids = self._list_supporting_gids("project")
        return self._read_visible(lambda: self._asana.projects.get_task_counts(gids))

    @lazy_frame
    def tasks(self) -> pd.DataFrame | None:
        """Read the supporting tasks; None if all are refused."""
        gids = self._list_supporting_gids("task")
        return self._read_visible(
            lambda: self._asana.tasks.get(gids, fields=["name", "completed"])
        )

    @lazy_frame
    def updates(self) -> pd.DataFrame:
        """Read the status updates of the goals."""
        return self.add_failures(self._asana.status_updates.list(parent=self.goals))

    @lazy_frame
    def stories(self) -> pd.DataFrame:
        """Read the stories of the goals, which contain their metric values over time."""
        return self.add_failures(self._asana.stories.list_for_goal(self.goals))

    @lazy_frame
    def progress(self) -> pd.DataFrame:
        """Compute actual and expected progress of the goals."""
        return rollups.goal_progress(
            self.goals, self.relationships, self.now, counts=self.counts, tasks=self.tasks
        )

    @lazy_frame
    def tree(self) -> pd.DataFrame:
        """Arrange the goals as a tree."""
        return rollups.goal_tree(
            self.goals, self.relationships, self.now, counts=self.counts, tasks=self.tasks
        )

    @lazy_frame
    def timeline(self) -> pd.DataFrame:
        """Return the progress of the goals, ordered by due day."""
        order = ["due_on", "start_on"]
        table: pd.DataFrame = self.progress[_TIMELINE]
        return table.sort_values(order, kind="stable", ignore_index=True)

    @lazy_frame
    def history(self) -> pd.DataFrame:
        """Compute the statuses and values of the goals over time."""
        return rollups.goal_history(self.goals, self.updates, self.stories, self.now)

    @lazy_frame
    def _goal_gid(self) -> str:
        return self._asana.references.gids(self._goal, ["goal"])[0]

    def _list_supporting_gids(self, kind: str) -> list[str]:
        links = self.relationships
        is_kind = links["supporting_resource_resource_type"] == kind
        gids: list[str] = links.loc[is_kind, "supporting_resource_gid"].unique().tolist()
        return gids

    def _read_visible(self, read: Callable[[], pd.DataFrame]) -> pd.DataFrame | None:
        """Read supporting work; return None, with a warning, if all is refused."""
        try:
            return self.add_failures(read())
        except REFUSALS as error:
            warn_caller(str(error), PartialResultWarning)
            self._last.add_failures(self._asana.last)
            return None
