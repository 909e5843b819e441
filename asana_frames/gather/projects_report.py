"""The projects report: progress, statuses and flow of tasks."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.gather.shared import (
    LazyFrames,
    check_subject,
    describe_report,
    lazy_frame,
    record_gather,
    unpack_single,
)
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.types import Ref, Refs, When


class ProjectsReport(NamedTuple):
    """The tables of a report of projects.

    Attributes
    ----------
    projects, tasks, statuses : DataFrame
        The projects, their tasks (not the subtasks that are in no project themselves) and their
        status updates, as ``asana.projects``, ``asana.tasks.list`` and
        ``asana.status_updates.list`` return them.
    portfolio : DataFrame
        One row per project and the total: done, late, last status; see ``rollups.portfolio``.
    burnup : DataFrame
        Scope and done tasks by week, see ``rollups.burnup``.
    throughput : DataFrame
        Tasks completed by week, see ``rollups.throughput``.
    lead_times : DataFrame
        One row per completed task, see ``rollups.lead_times``.
    aging : DataFrame
        One row per open task, see ``rollups.aging``.
    load : DataFrame
        Open tasks by person and week, see ``rollups.load``.
    quality : DataFrame
        Tasks to tidy up, see ``rollups.quality``.
    """

    projects: pd.DataFrame
    tasks: pd.DataFrame
    statuses: pd.DataFrame
    portfolio: pd.DataFrame
    burnup: pd.DataFrame
    throughput: pd.DataFrame
    lead_times: pd.DataFrame
    aging: pd.DataFrame
    load: pd.DataFrame
    quality: pd.DataFrame

    def __repr__(self) -> str:
        return describe_report(self)


def projects_report(
    asana: Asana,
    workspace: Ref | None = None,
    *,
    project: Refs | None = None,
    archived: bool = False,
    now: When | None = None,
) -> ProjectsReport:
    """Report how projects are going: done, late, last status; flow of their tasks.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row: all of its projects.
    project
        Instead of a workspace: one project or several.
    archived
        Include the archived projects of the workspace.
    now
        Moment for which expected progress is computed; the present if not given.

    Returns
    -------
    ProjectsReport
        The frames ``projects``, ``tasks``, ``statuses``, ``portfolio``, ``burnup``,
        ``throughput``, ``lead_times``, ``aging``, ``load`` and ``quality``; `ProjectsReport`
        lists their columns. Sources: ``GET /projects`` or ``GET /projects/{project_gid}``,
        ``GET /tasks``, ``GET /status_updates``.

    Raises
    ------
    InvalidArgument
        Neither or both of ``workspace`` and ``project`` are given.

    Examples
    --------
    >>> import asana_frames as af
    >>> report = projects_report(af.sandbox(), project="Website relaunch")
    >>> report.portfolio["tasks"].tolist() == 2 * [len(report.tasks)]  # the project, the total
    True
    """
    with record_gather(asana, "projects_report") as last:
        frames = ProjectFrames(
            asana, workspace, project=project, archived=archived, now=now, last=last
        )
        report = ProjectsReport(*(getattr(frames, name) for name in ProjectsReport._fields))
    last.rows = len(report.projects)
    return report


class ProjectFrames(LazyFrames):
    """The frames of `projects_report`, each read or computed when it is first used.

    Takes the parameters of `projects_report`, and the record of the call.
    """

    def __init__(
        self,
        asana: Asana,
        workspace: Ref | None = None,
        *,
        project: Refs | None = None,
        archived: bool = False,
        now: When | None = None,
        last: LastCall | None = None,
    ) -> None:
        super().__init__(asana, last)
        check_subject("projects_report", workspace=workspace, project=project)
        self._workspace, self._project = workspace, project
        self._archived = None if archived else False
        #: One moment for all tables.
        self.now = parse_moment(now)

    @lazy_frame
    def projects(self) -> pd.DataFrame:
        """Read the projects."""
        if self._project is None:
            listed = self._asana.projects.list(workspace=self._workspace, archived=self._archived)
            return self.add_failures(listed)
        return self.add_failures(self._asana.projects.get(self._project_references))

    @lazy_frame
    def tasks(self) -> pd.DataFrame:
        """Read the tasks of the projects."""
        return self.add_failures(self._asana.tasks.list(project=self._project_references))

    @lazy_frame
    def statuses(self) -> pd.DataFrame:
        """Read the status updates of the projects."""
        return self.add_failures(self._asana.status_updates.list(parent=self._project_references))

    @lazy_frame
    def portfolio(self) -> pd.DataFrame:
        """Compute progress, delay and last status of each project."""
        return rollups.portfolio(self.tasks, self.projects, self.statuses, now=self.now)

    @lazy_frame
    def burnup(self) -> pd.DataFrame:
        """Count all and completed tasks by week."""
        return rollups.burnup(self.tasks, every="W", now=self.now)

    @lazy_frame
    def throughput(self) -> pd.DataFrame:
        """Count tasks completed by week."""
        return rollups.throughput(self.tasks, now=self.now)

    @lazy_frame
    def lead_times(self) -> pd.DataFrame:
        """Compute how long completed tasks took."""
        return rollups.lead_times(self.tasks)

    @lazy_frame
    def aging(self) -> pd.DataFrame:
        """Compute the age of open tasks."""
        return rollups.aging(self.tasks, now=self.now)

    @lazy_frame
    def load(self) -> pd.DataFrame:
        """Count open tasks by person and week."""
        return rollups.load(self.tasks, now=self.now)

    @lazy_frame
    def quality(self) -> pd.DataFrame:
        """List tasks to tidy up."""
        return rollups.quality(self.tasks, now=self.now)

    @lazy_frame
    def _project_references(self) -> pd.DataFrame | str | list[str]:
        """Resolve the projects; for a workspace, return the frame of all its projects."""
        if self._project is None:
            frame: pd.DataFrame = self.projects
            return frame
        return unpack_single(self._asana.references.gids(self._project, ["project"]))
