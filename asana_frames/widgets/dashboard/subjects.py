"""The subject of a dashboard, a project or a goal, in a period, and its default charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self

import pandas as pd

from asana_frames import charts, gather, rollups
from asana_frames.asana import Asana
from asana_frames.display.sentences import count_noun, format_day
from asana_frames.exceptions import AsanaError, PastStateWarning, ignore_warnings
from asana_frames.fetch import REFUSALS
from asana_frames.gather.goals_report import GoalFrames
from asana_frames.gather.hours_report import HoursReport
from asana_frames.gather.projects_report import ProjectFrames
from asana_frames.gather.shared import LazyFrames, lazy_frame
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.key_figures import TINY, TOLERATED_LAG
from asana_frames.rollups.shared.periods import Every
from asana_frames.rollups.shared.spans import parse_compared_spans
from asana_frames.types import When
from asana_frames.widgets.background import run_in_background
from asana_frames.widgets.dashboard.drawing import release_drawing_lock
from asana_frames.widgets.dashboard.page import CHART_HEIGHT, Entry, format_list, format_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: CSS pixels of one row of a chart with a row per object, and of the space around its rows.
_ROW, _AROUND, _MAX_HEIGHT = 30, 130, 1000
#: CSS pixels of a row of the list, and of what is around its rows.
_LIST_ROW, _LIST_AROUND = 31, 75
#: Up to so many days a chart has a bar or point per day, or per week; else per month.
_DAILY, _WEEKLY = 31, 190


class Period(NamedTuple):
    """The days that a dashboard shows, and what they are compared with."""

    start: date
    end: date
    compare: str | None = "previous"

    @property
    def every(self) -> Every:
        """The length of the bars of a chart."""
        days = (self.end - self.start).days + 1
        return "D" if days <= _DAILY else "W" if days <= _WEEKLY else "MS"

    def bounds(self) -> dict[str, date]:
        """Return the arguments ``start`` and ``end`` of rollups."""
        return {"start": self.start, "end": self.end}


class Subject(Protocol):
    """What a dashboard is about; each frame is read when it is first used."""

    period: Period
    #: The moment of all of its frames.
    now: pd.Timestamp
    #: Why a figure of the time before is missing.
    unknown_before: ClassVar[str]

    @property
    def row(self) -> pd.Series[Any]:
        """The project or goal itself."""

    @property
    def summary(self) -> pd.DataFrame:
        """Its key figures."""

    @property
    def tiles_day(self) -> str:
        """The day of key figures that are those of a day; empty if the period is not over."""

    @property
    def height(self) -> int:
        """CSS pixels of its charts."""

    def format_list(self) -> str:
        """Return the list of what needs attention as HTML."""

    def in_period(self, period: Period) -> Self:
        """Return the subject in another period."""

    def read_ahead(self) -> None:
        """Begin to read what the page needs, all of it at the same time."""

    def forget_failures(self) -> None:
        """Forget what failed, but for refusals, so that it is read again next time."""


#: Draws a subject on axes.
Draw = Callable[[Any, "Axes"], object]


class _ChartFrames(LazyFrames):
    """Frames that let other dashboards draw while they are read."""

    period: Period
    #: The present day.
    as_of: date
    #: What is computed for one period.
    _periodic: ClassVar[frozenset[str]]
    #: What is read by requests of their own.
    _ahead: ClassVar[tuple[str, ...]]

    def __init__(self, asana: Asana, period: Period, **subject: Any) -> None:
        super().__init__(asana, **subject)
        self.period = period
        self._results_in_period: dict[str, Any] = {}

    def name_day(self, day: date) -> str:
        """Return a day if the period ended before the present, which is another one then."""
        # The heading has the year of the present.
        text = format_day(day).removesuffix(f" {self.as_of.year}")
        return text if self.period.end < self.as_of else ""

    def title_list(self, title: str) -> str:
        """Return the title of a list of what is so at present; of a past period with the day."""
        return " on ".join(filter(None, [title, self.name_day(self.as_of)]))

    def compute_once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return the result of a name; others may draw while it is computed."""
        with release_drawing_lock():
            return super().compute_once(name, compute)

    def _select_results(self, name: str) -> dict[str, Any]:
        return self._results_in_period if name in self._periodic else self._results

    def in_period(self, period: Period) -> Self:
        """Return the same subject in another period; what is read of it, both have."""
        other = copy(self)
        other.period = period
        other._results_in_period = {}
        return other

    def forget_failures(self) -> None:
        """Forget what failed, but for refusals, so that it is read again next time."""
        for results in (self._results, self._results_in_period):
            for name, result in list(results.items()):
                if isinstance(result, Exception) and not isinstance(result, REFUSALS):
                    results.pop(name, None)

    def read_ahead(self) -> None:
        """Begin to read what the page needs, all of it at the same time."""
        for name in self._ahead:
            run_in_background(partial(self._try_to_read, name))

    def _try_to_read(self, name: str) -> None:
        # The part of the page that needs it tells why it could not be read.
        with suppress(Exception):
            getattr(self, name)


class Project(_ChartFrames, ProjectFrames):
    """A project in a period: the frames of `gather.projects_report`, and its hours.

    Attributes
    ----------
    period : Period
        ``start``, ``end`` and ``compare``.
    tasks : DataFrame
        Its tasks, subtasks left out (``GET /tasks``).
    entries : DataFrame
        The time tracked that is attributable to the project
        (``GET /time_tracking_entries?attributable_to=...``).
    statuses : DataFrame
        Its status updates (``GET /status_updates``).
    """

    unknown_before: ClassVar[str] = "nothing to compare"
    _periodic = frozenset({"burnup", "throughput", "hours", "lead_times", "summary"})
    _ahead = ("all_tasks", "_hours_report")

    def __init__(self, asana: Asana, gid: str, period: Period, now: When | None = None) -> None:
        super().__init__(asana, period, project=gid, now=now)
        self.gid = gid

    @property
    def row(self) -> pd.Series[Any]:
        """The project itself."""
        found: pd.Series[Any] = self.projects.iloc[0]
        return found

    @lazy_frame
    def _hours_report(self) -> HoursReport:
        # Its reads have a record of their own: others are made at the same time.
        return gather.hours_report(
            self._asana.in_background(), project=self.gid, by="person", every="MS", now=self.now
        )

    @property
    def entries(self) -> pd.DataFrame:
        """The time tracked that is attributable to the project."""
        report: HoursReport = self._hours_report
        return report.tracked

    @lazy_frame
    def hours(self) -> pd.DataFrame:
        """Add up the hours tracked in the period by person."""
        report: HoursReport = self._hours_report
        start, end, _ = self.period
        every = self.period.every
        return rollups.hours(report.entries, "person", every, start=start, end=end, now=self.now)

    @lazy_frame
    def burnup(self) -> pd.DataFrame:
        """Count all and completed tasks in the period."""
        every: Every = "W" if self.period.every == "MS" else "D"
        return rollups.burnup(self.tasks, every=every, **self._moments())

    @lazy_frame
    def throughput(self) -> pd.DataFrame:
        """Count the tasks completed in the period."""
        return rollups.throughput(self.tasks, every=self.period.every, **self._moments())

    @lazy_frame
    def lead_times(self) -> pd.DataFrame:
        """Compute how long the tasks took that were completed in the period."""
        first, last = (pd.Timestamp(day, tz=self.tz) for day in self.period[:2])
        done = self.tasks["completed_at"]
        within = (done >= first) & (done < last + pd.Timedelta(days=1))
        return rollups.lead_times(self.tasks[within.fillna(False)], now=self.now, tz=self.tz)

    @lazy_frame
    def summary(self) -> pd.DataFrame:
        """Compute the key figures; without hours where these cannot be read."""
        return rollups.project_summary(
            self.tasks,
            self.projects,
            self._find_entries(),
            compare=self.period.compare,
            **self._moments(),
        )

    @property
    def tiles_day(self) -> str:
        """The last day of the period, if it is over: tasks are counted as of then."""
        return self.name_day(self.period.end)

    @property
    def height(self) -> int:
        """CSS pixels of its charts."""
        return CHART_HEIGHT

    def format_list(self) -> str:
        """List the open tasks that are overdue, the latest first."""
        late = self.aging.dropna(subset=["days_overdue"])
        late = late.sort_values("days_overdue", ascending=False, kind="stable")
        links = self._find_links()
        entries = [
            Entry(row.task_name, links.get(row.task_gid), _describe_delay(row))
            for row in late.head(_count_rows(self)).itertuples()
        ]
        nothing = "No open task is overdue."
        title = self.title_list("Most overdue")
        return format_list(title, entries, more=len(late) - len(entries), nothing=nothing)

    def _find_entries(self) -> pd.DataFrame | None:
        try:
            return self.entries
        except (AsanaError, TimeoutError):
            # The chart of hours says why; the other figures do not need them.
            return None

    def _find_links(self) -> dict[str, str]:
        tasks = self.tasks
        if "permalink_url" not in tasks.columns:
            return {}
        return dict(zip(tasks["gid"], tasks["permalink_url"], strict=True))

    def _moments(self) -> dict[str, Any]:
        return {**self.period.bounds(), "now": self.now, "tz": self.tz}


class Goal(_ChartFrames, GoalFrames):
    """A goal and the goals below it in a period: the frames of `gather.goals_report`.

    Attributes
    ----------
    period : Period
        ``start``, ``end`` and ``compare``.
    goals : DataFrame
        The goal, then those that support it, those that support these ... (``GET /goals/{gid}``).
    relationships : DataFrame
        What supports each (``GET /goal_relationships``).
    updates : DataFrame
        Status updates of all of them (``GET /status_updates``).
    progress : DataFrame
        As `rollups.goal_progress` returns it.
    """

    # Asana keeps no history of values; stories tell some.
    unknown_before: ClassVar[str] = "no earlier value in Asana"
    _periodic = frozenset({"summary"})
    # The stories are read by what compares, or draws them.
    _ahead = ("updates", "counts")

    def __init__(self, asana: Asana, gid: str, period: Period, now: When | None = None) -> None:
        super().__init__(asana, period, goal=gid, now=now)
        self.gid = gid

    @property
    def row(self) -> pd.Series[Any]:
        """The goal itself."""
        found: pd.Series[Any] = self.goals[self.goals["gid"] == self.gid].iloc[0]
        return found

    @lazy_frame
    def summary(self) -> pd.DataFrame:
        """Compute the key figures."""
        return rollups.goal_summary(
            self.progress,
            self._compute_before(),
            self.updates,
            **self.period.bounds(),
            compare=self.period.compare,
            now=self.now,
            tz=self._tz,
        )

    @property
    def tiles_day(self) -> str:
        """The present day, if the period is over: Asana keeps no earlier values of goals."""
        return self.name_day(self.as_of)

    @property
    def height(self) -> int:
        """CSS pixels of its charts, which have a row per goal."""
        return min(max(_ROW * len(self.goals) + _AROUND, CHART_HEIGHT), _MAX_HEIGHT)

    def format_list(self) -> str:
        """List the goals that are behind, the furthest first."""
        # As the key figure counts them.
        behind = self.progress[is_true(self.progress["ahead"] < -TOLERATED_LAG - TINY)]
        behind = behind.sort_values("ahead", kind="stable")
        shown = ["name", "progress", "expected"]
        entries = [
            Entry(name, None, f"{format_percent(progress)} of {format_percent(expected)} expected")
            for name, progress, expected in behind[shown].head(_count_rows(self)).to_numpy()
        ]
        nothing = "No goal is behind."
        title = self.title_list("Furthest behind")
        return format_list(title, entries, more=len(behind) - len(entries), nothing=nothing)

    def _compute_before(self) -> pd.DataFrame | None:
        """Compute the progress at the end of the period before, as far as stories tell it."""
        days = self.period
        _, span = parse_compared_spans(days.start, days.end, days.compare, self.now, self._tz)
        if span is None or span.end is None:
            return None
        known = self._known(updates=True, stories=True)
        then = {"now": span.end.tz_localize(self._tz) + pd.Timedelta(days=1, seconds=-1)}
        then["read_at"] = self.now
        with ignore_warnings(PastStateWarning):
            return rollups.goal_progress(self.goals, self.relationships, **(known | then))


def _count_rows(subject: Subject) -> int:
    """Return how many rows a list may have, to be as high as a chart."""
    return (subject.height - _LIST_AROUND) // _LIST_ROW


def _describe_delay(row: Any) -> str:
    late = f"{count_noun(row.days_overdue, 'day')} late"
    return late if pd.isna(row.assignee_name) else f"{row.assignee_name}, {late}"


def _make_chart(chart: Callable[..., object], name: str) -> Draw:
    """Return a function that draws one table of a subject with a chart."""
    return lambda subject, ax: chart(getattr(subject, name), ax=ax)


PROJECT_CHARTS: Mapping[str, Draw] = {
    "Scope and done": _make_chart(charts.burnup, "burnup"),
    "Tasks completed": _make_chart(charts.throughput, "throughput"),
    "When it will be done": _make_chart(charts.forecast, "forecast"),
    "Open tasks by person": _make_chart(charts.load, "load"),
    "Hours by person": _make_chart(charts.hours, "hours"),
}
GOAL_CHARTS: Mapping[str, Draw] = {
    "Progress": _make_chart(charts.goal_progress, "progress"),
    "Periods": _make_chart(charts.goal_timeline, "progress"),
    "Over time": _make_chart(charts.goal_history, "history"),
}
