"""The key figures of a project in a period, beside those of the period before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.rollups.flow.burnup import burnup
from asana_frames.rollups.flow.daily import daily
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.key_figures import KeyFigure, build_key_figures
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.rollups.shared.periods import elapsed_share
from asana_frames.rollups.shared.spans import Span, parse_compared_spans
from asana_frames.rollups.shared.tasks import parse_task_dates
from asana_frames.rollups.time.hours import hours
from asana_frames.types import When

_WHAT = "rollups.project_summary"


def project_summary(
    tasks: pd.DataFrame,
    projects: pd.DataFrame | None = None,
    entries: pd.DataFrame | None = None,
    *,
    start: Any = None,
    end: Any = None,
    compare: str | None = "previous",
    now: When | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """Summarise a project in key figures, each beside that of the period before.

    Parameters
    ----------
    tasks
        The tasks of the project, as ``asana.tasks.list(project=...)`` returns them: needs ``gid``,
        ``created_at``, ``completed_at`` and ``due_on``. All are counted, a gid once; one whose
        creation is unknown from its completion on.
    projects
        The project, as ``asana.projects.get(...)`` returns it, for the expected progress: needs
        ``start_on`` and ``due_on``. Of several, from the first start to the last due day.
    entries
        The time tracked on it, as ``asana.time_tracking_entries.list(...)`` or
        ``rollups.entries`` return it.
    start, end
        The first and the last day of the period; otherwise all days until today.
    compare
        ``"previous"`` compares with as many whole months before where the period is whole months,
        else with as many days before; ``"last_year"`` with the same dates a year before; None
        with nothing. Needs ``start`` and ``end``; without them, ``previous`` is missing. A period
        that is not over is compared with as many days of the other one.
    now
        The present moment, by default the real one: nothing later counts.
    tz
        The time zone of the days.

    Returns
    -------
    DataFrame
        A row per figure: ``figure`` (str: ``open``, tasks that are open at the end of the period;
        ``done``, completed in it; ``overdue``, open at its end and due before; ``hours``, tracked
        in it, with ``entries`` only; ``progress``, the share of all tasks that is done at its
        end), ``unit`` (str: ``tasks``, ``hours``, ``share``), ``value`` (Float64), ``target``
        (Float64: the expected progress, the share of the project's days that are over then),
        ``previous``, ``difference`` (Float64) and ``is_better`` (boolean: more is done, less is
        overdue; missing for figures of which neither is better, and where nothing changed). Due
        dates are those of the present.

    Raises
    ------
    InvalidArgument
        A column is missing, ``start`` is after ``end``, or an argument cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame(
    ...     {
    ...         "gid": ["1", "2"],
    ...         "created_at": pd.to_datetime(["2026-02-02T09:00Z", "2026-03-02T10:00Z"]),
    ...         "completed_at": pd.to_datetime(["2026-03-04T15:00Z", None]),
    ...         "due_on": pd.to_datetime(["2026-03-06", "2026-03-02"]),
    ...     }
    ... )
    >>> table = project_summary(tasks, start="2026-03-01", end="2026-03-31", now="2026-03-05")
    >>> table[["figure", "value", "previous", "difference", "is_better"]]
         figure  value  previous  difference  is_better
    0      open    1.0       1.0         0.0       <NA>
    1      done    1.0       0.0         1.0       True
    2   overdue    1.0       0.0         1.0      False
    3  progress    0.5       0.0         0.5       True
    """
    span, earlier = parse_compared_spans(start, end, compare, now, tz)
    moment = parse_moment(now, tz)
    needed = ["gid", "created_at", "completed_at", "due_on"]
    rows = read_frame(tasks, needed, what=_WHAT, record="task")
    here, then = (_count_tasks(rows, days, moment, tz) for days in (span, earlier))
    expected = None if projects is None else _find_expected(projects, span)
    figures = [
        KeyFigure("open", "tasks", here["open"], then["open"]),
        KeyFigure("done", "tasks", here["done"], then["done"], better=1),
        KeyFigure("overdue", "tasks", here["overdue"], then["overdue"], better=-1),
        KeyFigure("progress", "share", here["progress"], then["progress"], expected, 1),
    ]
    if entries is not None:
        tracked, before = (_sum_hours(entries, days, moment) for days in (span, earlier))
        figures.insert(-1, KeyFigure("hours", "hours", tracked, before))
    table = build_key_figures(figures)
    return write_about(table, tasks, start=span.start, end=span.last_day, now=moment, tz=tz)


def _count_tasks(
    tasks: pd.DataFrame, span: Span | None, now: pd.Timestamp, tz: str
) -> dict[str, float | None]:
    """Count tasks in a span, and at the end of its last day or at the present."""
    if span is None or span.today is None or span.last_day is None:
        return dict.fromkeys(("open", "done", "overdue", "progress"))
    last = span.last_day
    first = last if span.start is None else min(span.start, last)
    days = daily(tasks, start=first, end=last, now=now, tz=tz)
    scope = burnup(tasks, start=last, end=last, now=now, tz=tz)
    if days.empty or scope.empty:
        return {"open": 0.0, "done": 0.0, "overdue": 0.0, "progress": None}
    final, total = days.iloc[-1], scope.iloc[-1]
    is_ahead = span.start is not None and span.start > span.today
    done = total["done"] if span.start is None else days["done"].sum()
    return {
        "open": float(final["open"]),
        "done": 0.0 if is_ahead else float(done),
        "overdue": float(final["overdue"]),
        "progress": float(total["done"] / total["scope"]) if total["scope"] else None,
    }


def _sum_hours(entries: pd.DataFrame, span: Span | None, now: pd.Timestamp) -> float | None:
    """Sum the hours of a span until the present day."""
    if span is None:
        return None
    if span.start is not None and span.last_day is not None and span.start > span.last_day:
        return 0.0
    table = hours(entries, None, None, start=span.start, end=span.last_day, now=now)
    return float(table["hours"].sum())


def _find_expected(projects: pd.DataFrame, span: Span) -> float | None:
    """Return the share of the days of the projects that are over at the end of a span."""
    projects = read_frame(projects, ["start_on", "due_on"], what=_WHAT, record="project")
    first, last = (parse_task_dates(projects, name, what=_WHAT) for name in ("start_on", "due_on"))
    bounds = pd.DataFrame({"first": [first.min()], "last": [last.max()]})
    share = elapsed_share(bounds["first"], bounds["last"], span.last_day).iloc[0]
    return None if pd.isna(share) else float(share)
