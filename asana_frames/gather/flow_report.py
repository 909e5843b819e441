"""The flow report: where the tasks of a project wait, and how long they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames import rollups
from asana_frames.asana import Asana
from asana_frames.calls.last_call import LastCall
from asana_frames.exceptions import InvalidArgument
from asana_frames.gather.findings.flow import FlowTables, build_flow_tiles, list_flow_findings
from asana_frames.gather.projects_report import ProjectFrames, find_started, keep_memberships
from asana_frames.gather.shared import describe_report, lazy_frame, list_tables, record_gather
from asana_frames.rollups.shared.exclude import Exclude
from asana_frames.rollups.shared.periods import Every, check_every
from asana_frames.types import Ref, When

Sections = str | Sequence[str]
#: What findings are made of -> the frame that it is, where the name is another.
_RENAMED = {"project": "projects", "tasks": "known_tasks"}


class FlowReport(NamedTuple):
    """The tables of a report of the flow of a project.

    Attributes
    ----------
    findings : DataFrame
        What is late, stuck or blocked, and the likely end: ``kind``, ``severity`` (``alert``,
        ``warning``, ``note``, ``good``), ``sentence``, ``count``, ``name``, ``gid``, the most
        severe first; the rules are those of ``gather.findings.flow.list_flow_findings``.
    tiles : DataFrame
        The main figures: ``label``, ``text``, ``value``, ``unit``, ``note``, ``severity``.
    tasks, stories, sections : DataFrame
        The tasks of the project, their stories and its sections, as Asana returns them.
    section_times : DataFrame
        One row per visit of a task to a section, see ``rollups.section_times``.
    cumulative_flow : DataFrame
        Tasks in each section by period, see ``rollups.cumulative_flow``.
    wip : DataFrame
        Open tasks in each section by period, beside its limit, see ``rollups.wip``.
    cycle_times : DataFrame
        Finished tasks and the days since work began, see ``rollups.cycle_times``.
    service_levels : DataFrame
        Within how many days most of them were finished, see ``rollups.service_levels``.
    aging_wip : DataFrame
        The age of started tasks, see ``rollups.aging_wip``.
    blocked_times : DataFrame
        How long tasks waited for others, see ``rollups.blocked_times``.
    reopenings : DataFrame
        Completions and reopenings by month, see ``rollups.reopenings``.
    change_counts : DataFrame
        Slips, reassignments and moves of each task, see ``rollups.change_counts``.
    on_time : DataFrame
        Tasks done in time and late, by the month in which they were due, see ``rollups.on_time``.
    burnup : DataFrame
        Scope and done by period, see ``rollups.burnup``: a task is in scope while it is in the
        project.
    forecast : DataFrame
        When all is done, see ``rollups.forecast``.
    as_of : date
        The day of the report.
    """

    findings: pd.DataFrame
    tiles: pd.DataFrame
    tasks: pd.DataFrame
    stories: pd.DataFrame
    sections: pd.DataFrame
    section_times: pd.DataFrame
    cumulative_flow: pd.DataFrame
    wip: pd.DataFrame
    cycle_times: pd.DataFrame
    service_levels: pd.DataFrame
    aging_wip: pd.DataFrame
    blocked_times: pd.DataFrame
    reopenings: pd.DataFrame
    change_counts: pd.DataFrame
    on_time: pd.DataFrame
    burnup: pd.DataFrame
    forecast: pd.DataFrame
    as_of: dt.date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""
        return list_tables(self)

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the started tasks for a summary, the oldest first."""
        columns = ["task_gid", "task_name", "assignee_name", "section_name", "days_age"]
        return {"In progress": self.aging_wip[[*columns, "days_p85"]]}

    def __repr__(self) -> str:
        return describe_report(self)


def flow_report(
    asana: Asana,
    project: Ref,
    *,
    started: Sections | None = None,
    finished: Sections | None = None,
    active: Sections | None = None,
    limits: Mapping[str, int] | None = None,
    every: Every = "W",
    subtasks: bool = False,
    exclude: Exclude | None = None,
    dates: Any = None,
    now: When | None = None,
    tz: str = "UTC",
) -> FlowReport:
    """Report how the tasks of a project flow through its sections.

    Parameters
    ----------
    asana
        The connection.
    project
        Name, gid, URL or row of the project.
    started
        The section (name or gid) in which work begins, or several; by default "In progress", or
        else the second section of the project.
    finished
        The section in which work ends, or several, if tasks are not completed at once.
    active
        The sections in which somebody works on a task, for the flow efficiency.
    limits
        Section -> the most open tasks that it should hold.
    every
        The period of the tables over time, as in ``rollups.hours``.
    subtasks, exclude, dates, now, tz
        As in ``gather.projects_report``.

    Returns
    -------
    FlowReport
        The frames ``findings``, ``tiles``, ``tasks``, ``stories``, ``sections``,
        ``section_times``, ``cumulative_flow``, ``wip``, ``cycle_times``, ``service_levels``,
        ``aging_wip``, ``blocked_times``, ``reopenings``, ``change_counts``, ``on_time``,
        ``burnup`` and ``forecast``; `FlowReport` lists their columns. Sources: ``GET /tasks``,
        ``GET /tasks/{task_gid}/stories``, a request per task, ``GET
        /projects/{project_gid}/sections``.

    Raises
    ------
    InvalidArgument
        There are several projects, or a section is not known.

    Examples
    --------
    >>> import asana_frames as af
    >>> report = flow_report(af.sandbox(), "Website relaunch", active="In progress")
    >>> report.service_levels.columns.tolist()[:2]
    ['tasks', 'days_p50']
    """
    with record_gather(asana, "flow_report") as last:
        frames = FlowFrames(
            asana,
            project,
            started=started,
            finished=finished,
            active=active,
            limits=limits,
            every=every,
            subtasks=subtasks,
            exclude=exclude,
            dates=dates,
            now=now,
            tz=tz,
            last=last,
        )
        report = FlowReport(*(getattr(frames, name) for name in FlowReport._fields))
    last.rows = len(report.tasks)
    return report


class FlowFrames(ProjectFrames):
    """The frames of `flow_report`, each read or computed when it is first used.

    Takes the parameters of `flow_report`, and the record of the call.
    """

    def __init__(
        self,
        asana: Asana,
        project: Ref,
        *,
        started: Sections | None = None,
        finished: Sections | None = None,
        active: Sections | None = None,
        limits: Mapping[str, int] | None = None,
        every: Every = "W",
        subtasks: bool = False,
        exclude: Exclude | None = None,
        dates: Any = None,
        now: When | None = None,
        tz: str = "UTC",
        last: LastCall | None = None,
    ) -> None:
        check_every(every)
        gids = asana.references.gids(project, ["project"])
        if len(gids) != 1:
            raise InvalidArgument(f"gather.flow_report() takes one project, not {len(gids)}.")
        super().__init__(
            asana,
            project=gids,
            subtasks=subtasks,
            exclude=exclude,
            stories=True,
            dates=dates,
            now=now,
            tz=tz,
            last=last,
        )
        self._gid, self._every, self._limits = gids[0], every, limits
        self._started, self._finished, self._active = started, finished, active

    @lazy_frame
    def findings(self) -> pd.DataFrame:
        """List what is late, stuck or blocked, and the likely end."""
        return list_flow_findings(self._tables)

    @lazy_frame
    def tiles(self) -> pd.DataFrame:
        """Compute the main figures."""
        return build_flow_tiles(self._tables)

    @lazy_frame
    def _tables(self) -> FlowTables:
        names = [name for name in FlowTables._fields if name not in _RENAMED]
        renamed = {name: getattr(self, own) for name, own in _RENAMED.items()}
        return FlowTables(**renamed, **{name: getattr(self, name) for name in names})

    @lazy_frame
    def cumulative_flow(self) -> pd.DataFrame:
        """Count the tasks in each section at the end of each period."""
        return rollups.cumulative_flow(
            self.section_times, self._every, now=self.now, tz=self.tz, project=self._gid
        )

    @lazy_frame
    def wip(self) -> pd.DataFrame:
        """Count the open tasks in each section at the end of each period."""
        return rollups.wip(
            self.section_times,
            self._every,
            limits=self._limits,
            now=self.now,
            tz=self.tz,
            project=self._gid,
        )

    @lazy_frame
    def cycle_times(self) -> pd.DataFrame:
        """Compute how long finished tasks took since work began."""
        return rollups.cycle_times(
            self.known_tasks, self.section_times, active=self._active, **self._find_bounds()
        )

    @lazy_frame
    def service_levels(self) -> pd.DataFrame:
        """Compute within how many days most tasks were finished."""
        return rollups.service_levels(self.cycle_times)

    @lazy_frame
    def aging_wip(self) -> pd.DataFrame:
        """Compute the age of started tasks."""
        return rollups.aging_wip(self.known_tasks, self.section_times, **self._find_bounds())

    @lazy_frame
    def blocked_times(self) -> pd.DataFrame:
        """Compute how long tasks waited for others."""
        return rollups.blocked_times(
            self.all_tasks,
            self.all_stories,
            self.edges,
            exclude=self._exclude,
            now=self.now,
            tz=self.tz,
        )

    @lazy_frame
    def reopenings(self) -> pd.DataFrame:
        """Count completions and reopenings by month."""
        return rollups.reopenings(self.tasks, self.stories, every="MS", now=self.now, tz=self.tz)

    @lazy_frame
    def change_counts(self) -> pd.DataFrame:
        """Count the changes of each task."""
        changes = rollups.changes(self.stories, self.tasks, now=self.now, tz=self.tz)
        names = self.tasks[["gid", "name"]].set_axis(["task_gid", "task_name"], axis="columns")
        counts = rollups.change_counts(changes, "task_gid")
        counts.insert(1, "task_name", counts[["task_gid"]].merge(names, how="left")["task_name"])
        return counts

    @lazy_frame
    def burnup(self) -> pd.DataFrame:
        """Count what was in the project, and what of it was done."""
        return rollups.burnup(
            self.tasks,
            every=self._every,
            stories=self.stories,
            project=self._gid,
            now=self.now,
            tz=self.tz,
        )

    @lazy_frame
    def forecast(self) -> pd.DataFrame:
        """Forecast when all is done."""
        mine = keep_memberships(self.known_tasks, pd.Series([self._gid]))
        return rollups.forecast(mine, dates=self._dates, now=self.now, tz=self.tz)

    def _find_bounds(self) -> dict[str, Any]:
        """Return the arguments that say where work begins and ends, and as of when."""
        started = find_started(self.sections) if self._started is None else self._started
        return {
            "started": started,
            "finished": self._finished,
            "sections": self.sections,
            "now": self.now,
            "tz": self.tz,
        }
