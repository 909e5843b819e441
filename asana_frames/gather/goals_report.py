"""The goals report: actual and expected progress, supporting work and history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.exceptions import InvalidArgument, PartialResultWarning, warn_caller
from asana_frames.fetch import REFUSALS
from asana_frames.gather.findings.findings import order_by_findings
from asana_frames.gather.findings.goals import build_goal_tiles, label_goals, list_goal_findings
from asana_frames.gather.shared import (
    LazyFrames,
    check_subject,
    describe_report,
    lazy_frame,
    list_tables,
    record_gather,
)
from asana_frames.rollups.shared.moments import parse_moment, resolve_today
from asana_frames.types import Ref, Refs, When

#: Maximum number of levels read below one goal.
_MAX_DEPTH = 10
_TIMELINE = ["gid", "name", "status", "start_on", "due_on", "expected", "progress", "ahead"]


class GoalsReport(NamedTuple):
    """The tables of a report of goals.

    Attributes
    ----------
    findings : DataFrame
        What is late, behind or off track: ``kind``, ``severity`` (``alert``, ``warning``,
        ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``, the most severe first;
        the rules are those of ``gather.findings.goals.list_goal_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
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
    scorecard : DataFrame
        One row per key result and objective, see ``rollups.scorecard``.
    forecast : DataFrame
        One row per goal: where it ends at the pace so far, see ``rollups.goal_forecast``.
    drivers : DataFrame
        One row per goal that is behind and what supports it, see ``rollups.goal_drivers``.
    as_of : date
        The day of the report.
    """

    findings: pd.DataFrame
    tiles: pd.DataFrame
    goals: pd.DataFrame
    relationships: pd.DataFrame
    updates: pd.DataFrame
    progress: pd.DataFrame
    tree: pd.DataFrame
    timeline: pd.DataFrame
    history: pd.DataFrame
    scorecard: pd.DataFrame
    forecast: pd.DataFrame
    drivers: pd.DataFrame
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the goals for a summary: those that findings name, then the furthest behind."""
        rows = self.progress.sort_values("ahead", kind="stable", ignore_index=True)
        rows = order_by_findings(rows, label_goals(rows), self.findings)
        columns = ["gid", "name", "owner_name", "status", "progress", "expected", "due_on"]
        return {"Goals": rows[columns]}

    def __repr__(self) -> str:
        return describe_report(self)


def goals_report(
    asana: Asana,
    workspace: Ref | None = None,
    *,
    goal: Ref | None = None,
    team: Refs | None = None,
    time_period: Refs | None = None,
    now: When | None = None,
    tz: str = "UTC",
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
    team
        Only goals of a team, or of several, as ``asana.goals.list`` takes them; a workspace is
        then not needed.
    time_period
        Only goals of a time period, or of several.
    now
        Moment for which expected progress is computed; the present if not given. Before the day
        of the report, values of goals are those that stories tell; see ``rollups.goal_progress``.
    tz
        The time zone in which moments are days.

    Returns
    -------
    GoalsReport
        The frames ``findings``, ``tiles``, ``goals``, ``relationships``, ``updates``,
        ``progress``, ``tree``, ``timeline``, ``history``, ``scorecard``, ``forecast`` and
        ``drivers``; `GoalsReport` lists their columns. Of goals of one team or period, those that
        others support may have a ``coverage`` below 1: what is not in the report is unknown.
        Sources: ``GET /goals`` or ``GET /goals/{goal_gid}``, ``GET /goal_relationships``, ``GET
        /projects/{project_gid}/task_counts`` and ``GET /tasks/{task_gid}`` for the work that
        supports the goals, ``GET /status_updates``, ``GET /goals/{goal_gid}/stories``.

    Raises
    ------
    InvalidArgument
        Neither a workspace nor a goal nor a team is given, or a goal and one of the others.

    Examples
    --------
    >>> import asana_frames as af
    >>> report = goals_report(af.sandbox(), goal="Grow revenue by 30 %")
    >>> report.progress["name"].tolist()[:1]
    ['Grow revenue by 30 %']
    """
    with record_gather(asana, "goals_report") as last:
        frames = GoalFrames(
            asana,
            workspace,
            goal=goal,
            team=team,
            time_period=time_period,
            now=now,
            tz=tz,
            last=last,
        )
        report = GoalsReport(*(getattr(frames, name) for name in GoalsReport._fields))
    last.rows = len(report.goals)
    return report


def _check_goals(workspace: object, goal: object, team: object, time_period: object) -> None:
    """Check that the goals of a report are told.

    Raises
    ------
    InvalidArgument
        Nothing tells them, or a goal and a filter are given.
    """
    check_subject("goals_report", workspace=workspace if team is None else team, goal=goal)
    if goal is not None and (team is not None or time_period is not None):
        raise InvalidArgument(
            "gather.goals_report(): team= and time_period= choose among the goals of a workspace. "
            "Leave them out beside goal=."
        )


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
        team: Refs | None = None,
        time_period: Refs | None = None,
        now: When | None = None,
        tz: str = "UTC",
        last: LastCall | None = None,
    ) -> None:
        super().__init__(asana, last)
        _check_goals(workspace, goal, team, time_period)
        self._workspace, self._goal = workspace, goal
        self._team, self._time_period = team, time_period
        #: One moment for all tables.
        self.now, self._tz = parse_moment(now, tz), tz
        #: Its day.
        self.today = resolve_today(self.now, tz)
        self.as_of = self.today.date()
        # A report of the present is not one of the past where it takes past midnight.
        self._read_at = self.now if now is None else None

    @lazy_frame
    def goals(self) -> pd.DataFrame:
        """Read the goals: those of the workspace, or the goal and then those below it."""
        if self._goal is None:
            listed = self._asana.goals.list(
                workspace=self._workspace, team=self._team, time_periods=self._time_period
            )
            return self.add_failures(listed)
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
            lambda: self._asana.tasks.get(gids, fields=["name", "completed", "completed_at"])
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
    def findings(self) -> pd.DataFrame:
        """List what is late, behind or off track."""
        return list_goal_findings(self.progress, self.forecast, self.today)

    @lazy_frame
    def tiles(self) -> pd.DataFrame:
        """Compute the main figures."""
        return build_goal_tiles(self.progress, self.today)

    @lazy_frame
    def progress(self) -> pd.DataFrame:
        """Compute actual and expected progress of the goals."""
        return rollups.goal_progress(self.goals, self.relationships, **self._known())

    @lazy_frame
    def tree(self) -> pd.DataFrame:
        """Arrange the goals as a tree."""
        return rollups.goal_tree(self.goals, self.relationships, **self._known())

    @lazy_frame
    def timeline(self) -> pd.DataFrame:
        """Return the progress of the goals, ordered by due day."""
        order = ["due_on", "start_on"]
        table: pd.DataFrame = self.progress[_TIMELINE]
        return table.sort_values(order, kind="stable", ignore_index=True)

    @lazy_frame
    def history(self) -> pd.DataFrame:
        """Compute the statuses and values of the goals over time."""
        return rollups.goal_history(self.goals, self.updates, self.stories, **self._moment())

    @lazy_frame
    def scorecard(self) -> pd.DataFrame:
        """List key results below their objectives."""
        return rollups.scorecard(self.goals, self.relationships, **self._known(updates=True))

    @lazy_frame
    def forecast(self) -> pd.DataFrame:
        """Forecast the goals at the pace since their start."""
        return rollups.goal_forecast(self.goals, self.relationships, **self._known(stories=True))

    @lazy_frame
    def drivers(self) -> pd.DataFrame:
        """List what the goals that are behind depend on."""
        return rollups.goal_drivers(self.goals, self.relationships, **self._known())

    def _moment(self) -> dict[str, Any]:
        """Return the arguments that say when the goals are looked at, and were read."""
        return {"now": self.now, "read_at": self._read_at, "tz": self._tz}

    def _known(self, *, updates: bool = False, stories: bool = False) -> dict[str, Any]:
        """Return the arguments of rollups: supporting work, and what tells earlier values.

        Status updates and stories take a request per goal; they are read where a rollup shows
        them, and for a report of the past.
        """
        today = resolve_today(None, self._tz)
        is_past = self._read_at is None and self.today < today
        return {
            "counts": self.counts,
            "tasks": self.tasks,
            "status_updates": self.updates if updates or is_past else None,
            "stories": self.stories if stories or is_past else None,
            **self._moment(),
        }

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
