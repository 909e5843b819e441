"""The projects report: progress, statuses, flow of tasks, forecasts, dependencies."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.frames import bridge
from asana_frames.frames.arrays import tuple_column
from asana_frames.gather.findings.findings import order_by_findings
from asana_frames.gather.findings.projects import (
    build_project_tiles,
    label_projects,
    list_project_findings,
)
from asana_frames.gather.portfolio_items import portfolio_items
from asana_frames.gather.shared import (
    LazyFrames,
    check_subject,
    describe_report,
    lazy_frame,
    list_tables,
    record_gather,
    unpack_single,
)
from asana_frames.gather.stories import stories as read_stories
from asana_frames.gather.subtasks import subtasks as read_subtasks
from asana_frames.rollups.shared.exclude import Exclude, drop_excluded
from asana_frames.rollups.shared.moments import parse_moment, resolve_today
from asana_frames.rollups.shared.tasks import inherit_memberships
from asana_frames.types import Ref, Refs, When


class ProjectsReport(NamedTuple):
    """The tables of a report of projects.

    Attributes
    ----------
    findings : DataFrame
        What is late, behind, off track or untidy: ``kind``, ``severity`` (``alert``, ``warning``,
        ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``, the most severe first;
        the rules are those of ``gather.findings.projects.list_project_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
    projects, tasks, statuses : DataFrame
        The projects, their tasks that count, and the status updates of projects and portfolios, as
        ``asana.projects``, ``asana.tasks.list`` and ``asana.status_updates.list`` return them.
    portfolio : DataFrame
        One row per project and portfolio, and a total, see ``rollups.portfolio``.
    forecast : DataFrame
        When each project is done, see ``rollups.forecast``.
    burnup : DataFrame
        Scope and done tasks by week, see ``rollups.burnup``.
    throughput : DataFrame
        Tasks completed by week, see ``rollups.throughput``.
    lead_times : DataFrame
        One row per completed task, see ``rollups.lead_times``.
    on_time : DataFrame
        Tasks done in time and late, by the month in which they were due, see ``rollups.on_time``.
    aging : DataFrame
        One row per open task, see ``rollups.aging``.
    load : DataFrame
        Open tasks by person and week, see ``rollups.load``.
    dependencies : DataFrame
        What each task waits for, see ``rollups.dependencies``.
    quality : DataFrame
        Tasks to tidy up, see ``rollups.quality``.
    section_times, cycle_times : DataFrame or None
        Visits of tasks to sections, and finished tasks with the days since work began, see the
        rollups of these names; None unless stories were asked for.
    as_of : date
        The day of the report.
    """

    findings: pd.DataFrame
    tiles: pd.DataFrame
    projects: pd.DataFrame
    tasks: pd.DataFrame
    statuses: pd.DataFrame
    portfolio: pd.DataFrame
    forecast: pd.DataFrame
    burnup: pd.DataFrame
    throughput: pd.DataFrame
    lead_times: pd.DataFrame
    on_time: pd.DataFrame
    aging: pd.DataFrame
    load: pd.DataFrame
    dependencies: pd.DataFrame
    quality: pd.DataFrame
    section_times: pd.DataFrame | None
    cycle_times: pd.DataFrame | None
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the projects for a summary.

        Those that findings name come first, then those with most overdue tasks.
        """
        rows = self.portfolio[self.portfolio["kind"] == "project"]
        rows = rows.sort_values("overdue", ascending=False, kind="stable", ignore_index=True)
        rows = order_by_findings(rows, label_projects(rows), self.findings)
        columns = ["project_gid", "project_name", "team_name", "progress", "expected", "open"]
        return {"Projects": rows[[*columns, "overdue", "due_on", "last_status"]]}

    def __repr__(self) -> str:
        return describe_report(self)


def projects_report(
    asana: Asana,
    workspace: Ref | None = None,
    *,
    team: Refs | None = None,
    portfolio: Refs | None = None,
    project: Refs | None = None,
    archived: bool = False,
    subtasks: bool = False,
    exclude: Exclude | None = None,
    stories: bool = False,
    dates: Any = None,
    now: When | None = None,
    tz: str = "UTC",
) -> ProjectsReport:
    """Report how projects are going: done, late, last status; flow and forecast of their tasks.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row: all of its projects.
    team, portfolio, project
        Instead of a workspace: the projects of teams, those below portfolios, which then have
        rows of their own, or some projects.
    archived
        Include the archived projects of the workspace or teams.
    subtasks
        Include the subtasks that are in no project themselves, which takes a request per task.
        Without them the totals are those of ``asana.projects.get_task_counts``.
    exclude
        Tasks to leave out everywhere, such as ``{"section": ["Cancelled"]}``.
    stories
        Read the stories of all tasks, a request each, for times in sections, cycle times, and
        what was where at an earlier ``now``.
    dates
        A day or several, for how likely it is that all is done by then.
    now
        The moment of the report; the present if not given. Nothing later is used.
    tz
        The time zone of the days.

    Returns
    -------
    ProjectsReport
        The frames ``findings``, ``tiles``, ``projects``, ``tasks``, ``statuses``, ``portfolio``,
        ``forecast``, ``burnup``, ``throughput``, ``lead_times``, ``on_time``, ``aging``, ``load``,
        ``dependencies``, ``quality``, ``section_times`` and ``cycle_times``; `ProjectsReport`
        lists their columns. Work begins in the section "In progress" of a project, or else in its
        second. Sources: ``GET /projects``, ``GET /projects/{project_gid}`` or ``GET
        /portfolios/{portfolio_gid}/items``, ``GET /tasks``, ``GET /status_updates``, and for
        stories ``GET /tasks/{task_gid}/stories`` and ``GET /projects/{project_gid}/sections``.

    Raises
    ------
    InvalidArgument
        None or several of ``workspace``, ``team``, ``portfolio`` and ``project`` are given.

    Examples
    --------
    >>> import asana_frames as af
    >>> report = projects_report(af.sandbox(), project="Website relaunch")
    >>> report.portfolio["tasks"].iloc[0] == len(report.tasks)
    np.True_
    """
    with record_gather(asana, "projects_report") as last:
        frames = ProjectFrames(
            asana,
            workspace,
            team=team,
            portfolio=portfolio,
            project=project,
            archived=archived,
            subtasks=subtasks,
            exclude=exclude,
            stories=stories,
            dates=dates,
            now=now,
            tz=tz,
            last=last,
        )
        names = [name for name in ProjectsReport._fields if stories or name not in _OF_STORIES]
        found: dict[str, Any] = dict.fromkeys(_OF_STORIES)
        report = ProjectsReport(**found | {name: getattr(frames, name) for name in names})
    last.rows = len(report.projects)
    return report


#: Frames that need stories.
_OF_STORIES = ("section_times", "cycle_times")


class ProjectFrames(LazyFrames):
    """The frames of `projects_report`, each read or computed when it is first used.

    Takes the parameters of `projects_report`, and the record of the call.
    """

    def __init__(
        self,
        asana: Asana,
        workspace: Ref | None = None,
        *,
        team: Refs | None = None,
        portfolio: Refs | None = None,
        project: Refs | None = None,
        archived: bool = False,
        subtasks: bool = False,
        exclude: Exclude | None = None,
        stories: bool = False,
        dates: Any = None,
        now: When | None = None,
        tz: str = "UTC",
        last: LastCall | None = None,
    ) -> None:
        super().__init__(asana, last)
        subject: dict[str, Any] = {"workspace": workspace, "team": team, "portfolio": portfolio}
        check_subject("projects_report", **subject, project=project)
        self._subject = {name: given for name, given in subject.items() if given is not None}
        self._project = project
        self._archived = None if archived else False
        self._subtasks, self._exclude, self._has_stories = subtasks, exclude, stories
        self._dates = dates
        #: One moment for all tables, and the time zone of their days.
        self.now, self.tz = parse_moment(now, tz), tz
        #: Its day.
        self.today = resolve_today(self.now, tz)
        self.as_of = self.today.date()

    @lazy_frame
    def projects(self) -> pd.DataFrame:
        """Read the projects."""
        if "portfolio" in self._subject:
            items = self._items
            is_project = items["resource_type"] == "project"
            found = items[is_project].drop_duplicates("gid", ignore_index=True)
            return pd.DataFrame(found)
        if self._project is not None:
            return self.add_failures(self._asana.projects.get(self._project_references))
        subject: dict[str, Any] = {**self._subject, "archived": self._archived}
        return self.add_failures(self._asana.projects.list(**subject))

    @lazy_frame
    def all_tasks(self) -> pd.DataFrame:
        """Read the tasks of the projects, those that are left out, too."""
        tasks = self.add_failures(self._asana.tasks.list(project=self._project_references))
        if self._subtasks:
            below = read_subtasks(self._asana, tasks)
            self.add_failures(below)
            own = below[[name for name in tasks.columns if name in below.columns]]
            tasks = pd.concat([tasks, own[~own["gid"].isin(tasks["gid"])]], ignore_index=True)
        return tasks

    @lazy_frame
    def past_tasks(self) -> pd.DataFrame:
        """Return all tasks as they were at the moment of the report, if stories are read.

        They tell who had a task then, where it was, and when it was due.
        """
        tasks: pd.DataFrame = self.all_tasks
        if not self._has_stories:
            return tasks
        then = rollups.as_of(tasks, self.all_stories, self.now)
        return keep_members(then, self.projects["gid"])

    @lazy_frame
    def known_tasks(self) -> pd.DataFrame:
        """Return the tasks that count, as they were at the moment of the report if it is known."""
        return leave_out(self.past_tasks, self._exclude)

    @lazy_frame
    def tasks(self) -> pd.DataFrame:
        """Return the tasks that count, as they were read."""
        tasks: pd.DataFrame = self.all_tasks
        counts = tasks["gid"].isin(self.known_tasks["gid"]).to_numpy(dtype=bool)
        return tasks if counts.all() else tasks[counts].reset_index(drop=True)

    @lazy_frame
    def statuses(self) -> pd.DataFrame:
        """Read the status updates of the projects, and of the portfolios asked for."""
        parents: Any = self._project_references
        if "portfolio" in self._subject:
            parents = self._items["gid"].unique().tolist()
        return self.add_failures(self._asana.status_updates.list(parent=parents))

    @lazy_frame
    def all_stories(self) -> pd.DataFrame:
        """Read the stories of all tasks."""
        return self.add_failures(read_stories(self._asana, self.all_tasks))

    @lazy_frame
    def stories(self) -> pd.DataFrame:
        """Return the stories of the tasks that count."""
        stories: pd.DataFrame = self.all_stories
        counts = stories["task_gid"].isin(self.tasks["gid"]).to_numpy(dtype=bool)
        return stories if counts.all() else stories[counts].reset_index(drop=True)

    @lazy_frame
    def sections(self) -> pd.DataFrame:
        """Read the sections of the projects."""
        return self.add_failures(self._asana.sections.list(project=self._project_references))

    @lazy_frame
    def edges(self) -> pd.DataFrame:
        """Read which task waits for which."""
        fields = ["dependencies"]
        listed = self._asana.tasks.list(project=self._project_references, fields=fields)
        return bridge(self.add_failures(listed), "dependencies")

    @lazy_frame
    def findings(self) -> pd.DataFrame:
        """List what is late, behind, off track or untidy."""
        tables = (self.portfolio, self.projects, self.forecast, self.dependencies)
        return list_project_findings(*tables, self.today, self.tz)

    @lazy_frame
    def tiles(self) -> pd.DataFrame:
        """Compute the main figures."""
        return build_project_tiles(self.portfolio, self.projects, self.today)

    @lazy_frame
    def portfolio(self) -> pd.DataFrame:
        """Compute progress, delay and last status of each project."""
        items = self._items if "portfolio" in self._subject else self.projects
        return rollups.portfolio(self.known_tasks, items, self.statuses, now=self.now, tz=self.tz)

    @lazy_frame
    def forecast(self) -> pd.DataFrame:
        """Forecast when each project is done."""
        # Tasks count in each of their projects, others than those of the report too.
        mine = keep_memberships(self.known_tasks, self.projects["gid"])
        return rollups.forecast(mine, "project", dates=self._dates, now=self.now, tz=self.tz)

    @lazy_frame
    def burnup(self) -> pd.DataFrame:
        """Count all and completed tasks by week."""
        return rollups.burnup(self.known_tasks, every="W", now=self.now, tz=self.tz)

    @lazy_frame
    def throughput(self) -> pd.DataFrame:
        """Count tasks completed by week."""
        return rollups.throughput(self.known_tasks, now=self.now, tz=self.tz)

    @lazy_frame
    def lead_times(self) -> pd.DataFrame:
        """Compute how long completed tasks took."""
        return rollups.lead_times(
            self.known_tasks, stories=self._assignments, now=self.now, tz=self.tz
        )

    @lazy_frame
    def on_time(self) -> pd.DataFrame:
        """Count tasks done in time and late, by month."""
        return rollups.on_time(self.known_tasks, every="MS", now=self.now, tz=self.tz)

    @lazy_frame
    def aging(self) -> pd.DataFrame:
        """Compute the age of open tasks."""
        return rollups.aging(self.known_tasks, now=self.now, tz=self.tz)

    @lazy_frame
    def load(self) -> pd.DataFrame:
        """Count open tasks by person and week."""
        return rollups.load(self.known_tasks, now=self.now)

    @lazy_frame
    def dependencies(self) -> pd.DataFrame:
        """Compute what each task waits for, and the critical path."""
        # A task that is left out may be one that others wait for.
        table = rollups.dependencies(self.past_tasks, self.edges, now=self.now, tz=self.tz)
        counts = table["task_gid"].isin(self.known_tasks["gid"]).to_numpy(dtype=bool)
        return table if counts.all() else table[counts].reset_index(drop=True)

    @lazy_frame
    def quality(self) -> pd.DataFrame:
        """List tasks to tidy up."""
        return rollups.quality(self.known_tasks, now=self.now, tz=self.tz)

    @lazy_frame
    def section_times(self) -> pd.DataFrame:
        """Compute how long tasks were in the sections of the projects."""
        visits = rollups.section_times(
            self.tasks, self.stories, sections=self.sections, now=self.now, tz=self.tz
        )
        # Tasks may have been in other projects too.
        is_mine = visits["project_gid"].isin(self.projects["gid"]).to_numpy(dtype=bool)
        return pd.DataFrame(visits[is_mine].reset_index(drop=True))

    @lazy_frame
    def cycle_times(self) -> pd.DataFrame:
        """Compute how long finished tasks took since work began."""
        return rollups.cycle_times(
            self.known_tasks,
            self.section_times,
            started=find_started(self.sections),
            sections=self.sections,
            now=self.now,
            tz=self.tz,
        )

    @property
    def _assignments(self) -> pd.DataFrame | None:
        """The stories, if they are read: they tell when tasks were first assigned."""
        return self.stories if self._has_stories else None

    @lazy_frame
    def _items(self) -> pd.DataFrame:
        """Read the portfolios and the projects below them."""
        given = self._subject["portfolio"]
        return self.add_failures(portfolio_items(self._asana, given, portfolios=True))

    @lazy_frame
    def _project_references(self) -> pd.DataFrame | str | list[str]:
        """Resolve the projects; where they were listed, return their frame."""
        if self._project is None:
            frame: pd.DataFrame = self.projects
            return frame
        return unpack_single(self._asana.references.gids(self._project, ["project"]))


def find_started(sections: pd.DataFrame) -> list[str]:
    """Return the gid of the section of each project in which work begins.

    It is "In progress" if there is one, else the second, which follows that of new tasks; of a
    single section, that one.

    Parameters
    ----------
    sections
        ``gid``, ``name`` and ``project_gid``, in the order of the projects.
    """
    found = []
    for _, own in sections.groupby("project_gid", sort=False):
        named = own[own["name"].str.casefold() == "in progress"]
        found.append(str((named if len(named) else own.head(2).tail(1))["gid"].iloc[0]))
    return found


def keep_members(tasks: pd.DataFrame, projects: pd.Series[Any]) -> pd.DataFrame:
    """Return the tasks that are in one of the projects, themselves or by a task above them."""
    wanted = set(projects)
    places = inherit_memberships(tasks)["memberships_project_gids"]
    is_in = np.array([not wanted.isdisjoint(gids) for gids in places], dtype=bool)
    kept: pd.DataFrame = tasks[is_in].reset_index(drop=True)
    return kept


def leave_out(tasks: pd.DataFrame, exclude: Exclude | None) -> pd.DataFrame:
    """Return tasks, each once, without excluded ones; subtasks of these keep their projects."""
    kept = drop_excluded(tasks, exclude, what="gather.projects_report")
    if len(kept) == len(tasks):
        return tasks
    names = [name for name in tasks.columns if str(name).startswith("memberships_")]
    whole = inherit_memberships(tasks).loc[kept.index]
    has_lost = kept["parent_gid"].notna() & ~kept["parent_gid"].isin(kept["gid"])
    lists = {
        name: tuple_column(
            [
                above if is_lost else own
                for above, own, is_lost in zip(whole[name], kept[name], has_lost, strict=True)
            ],
            kept.index,
        )
        for name in names
    }
    return kept.assign(**lists).reset_index(drop=True)


def keep_memberships(tasks: pd.DataFrame, projects: pd.Series[Any]) -> pd.DataFrame:
    """Return tasks without their memberships of other projects."""
    wanted = set(projects)
    names = [name for name in tasks.columns if str(name).startswith("memberships_")]
    keep = [[gid in wanted for gid in gids] for gids in tasks["memberships_project_gids"]]
    columns = {
        name: [
            tuple(item for item, is_kept in zip(items, flags, strict=True) if is_kept)
            for items, flags in zip(tasks[name], keep, strict=True)
        ]
        for name in names
    }
    lists = {name: tuple_column(values, tasks.index) for name, values in columns.items()}
    return tasks.assign(**lists)
