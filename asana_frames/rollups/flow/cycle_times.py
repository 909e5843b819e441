"""How long tasks took from the start of work to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.rollups.flow.cycles import (
    COUNTS,
    TEXTS,
    Calendar,
    Cycles,
    are_in_sections,
    check_sections,
    count_days,
    find_cycles,
    sum_visits,
)
from asana_frames.rollups.flow.task_rows import measure_days
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.moments import local_days, parse_moment
from asana_frames.types import When


def cycle_times(
    tasks: pd.DataFrame,
    section_times: pd.DataFrame,
    *,
    started: str | Sequence[str] = "In progress",
    finished: str | Sequence[str] | None = None,
    active: str | Sequence[str] | None = None,
    sections: pd.DataFrame | None = None,
    count: Literal["elapsed", "both_ends"] = "elapsed",
    now: When | None = None,
    tz: str = "UTC",
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure how long each finished task took from the start of work to its end.

    Parameters
    ----------
    tasks
        The tasks to count; visits of others are left out.
    section_times
        The result of ``rollups.section_times``.
    started
        The section (name or gid) in which work begins, or several. A task is started when it first
        enters it or a later section of the same project.
    finished
        The section in which work ends, or several, for teams that do not complete tasks at once;
        by default, only completion ends it. Moves from one of them to another do not count.
    active
        The sections in which somebody works on a task, for the flow efficiency.
    sections
        The sections of the projects, as ``asana.sections.list(project=...)`` returns them, for
        their order and for those that no task entered; else the order is that of
        ``section_times(..., sections=)``, or the one in which most tasks went through them.
    count
        ``"elapsed"``: days of 24 hours, as in ``rollups.lead_times``. ``"both_ends"``: whole days,
        the first and the last included, as ActionableAgile counts.
    now
        The present if not given; what happened later does not count. Pass the ``now`` of
        ``section_times``.
    tz
        The time zone of the days, and of a ``now`` without a zone.
    workdays
        ``"Mon-Fri"``, ``"Sun-Thu"``, or with part days ``"Mon-Thu, Fri:0.5"``.
    holidays
        Days on which nobody works.

    Returns
    -------
    DataFrame
        One row per finished task and project, by ``finished_at``, then by gids: ``task_gid``,
        ``task_name``, ``assignee_gid``, ``assignee_name``, ``project_gid``, ``project_name``,
        ``section_gid``, ``section_name`` (str; the section in which it was finished);
        ``started_at``, ``finished_at`` (datetime64[us, UTC]); ``finished_on`` (datetime64[us], the
        day in ``tz``); ``days_cycle`` and ``days_working`` (Float64, as ``count`` says);
        ``days_active`` (Float64, of 24 hours, in ``active`` sections) and ``flow_efficiency``
        (Float64, their part of all time from start to end, both missing without ``active``);
        ``reopenings`` (Int64, after the start; missing with visits of ``ends="moved"``).

        A task is finished at its last completion, or when it last came to ``finished`` if that was
        earlier. It does not count as finished there if it was reopened in the project or moved to
        an earlier section of it since; one that left the project was finished there all the same.
        A task that is open now after a reopening has no completion. Tasks that were never started,
        because they were completed before, are left out, and so are projects without the section
        ``started``. Days are missing where the start is unknown.

    Raises
    ------
    InvalidArgument
        A column is missing, a section that is named is not known, or an argument cannot be read;
        the message says what to type. If ``started`` is in ``sections`` and no task was there, a
        warning says so.

    Examples
    --------
    Started on Monday at noon, in review from Wednesday noon, completed on Thursday noon:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"gid": ["5"], "name": ["Logo"]})
    >>> visits = pd.DataFrame(
    ...     {
    ...         "task_gid": "5",
    ...         "project_gid": "1",
    ...         "project_name": "Shop",
    ...         "section_gid": ["11", "12", "13"],
    ...         "section_name": ["To do", "In progress", "Review"],
    ...         "enter": pd.to_datetime(
    ...             ["2026-03-01T12:00Z", "2026-03-02T12:00Z", "2026-03-04T12:00Z"]
    ...         ),
    ...         "leave": pd.to_datetime(
    ...             ["2026-03-02T12:00Z", "2026-03-04T12:00Z", "2026-03-05T12:00Z"]
    ...         ),
    ...         "completed_at": pd.Timestamp("2026-03-05T12:00Z"),
    ...     }
    ... )
    >>> times = cycle_times(tasks, visits, active="In progress")
    >>> times[["finished_on", "days_cycle", "days_working", "days_active"]]
      finished_on  days_cycle  days_working  days_active
    0  2026-03-05         3.0           3.0          2.0
    >>> cycle_times(tasks, visits, count="both_ends")["days_cycle"]
    0    4.0
    Name: days_cycle, dtype: Float64
    """
    what = "rollups.cycle_times"
    check_choice(count, COUNTS, name="count")
    moment = parse_moment(now, tz)
    cycles = find_cycles(tasks, section_times, started, finished, sections, moment, what=what)
    given = _measure_activity(cycles, active, what=what)
    rows = cycles.started.assign(**given)
    rows = rows[rows["finished_at"].notna()].sort_values(
        ["finished_at", "task_gid", "project_gid"], ignore_index=True
    )
    calendar = Calendar(count, tz, workdays, holidays)
    days, worked = count_days(rows["started_at"], rows["finished_at"], calendar)
    table = pd.DataFrame(
        {
            **{name: rows[name] for name in (*TEXTS, "started_at", "finished_at")},
            "finished_on": local_days(rows["finished_at"], tz),
            "days_cycle": days,
            "days_working": worked,
            **{name: rows[name] for name in given},
        }
    )
    return write_about(table, tasks, now=moment, tz=tz)


def _measure_activity(
    cycles: Cycles,
    active: str | Sequence[str] | None,
    *,
    what: str,
) -> dict[str, pd.Series[Any]]:
    """Return active days, their part of all days, and the reopenings of tasks."""
    started, visits = cycles.started, cycles.visits
    unknown = pd.Series(pd.NA, index=started.index, dtype="Float64")
    days, efficiency = unknown, unknown
    if active is not None:
        check_sections(cycles.sections, active, name="active", what=what)
        where = are_in_sections(visits, active)
        elapsed = measure_days(started["started_at"], started["finished_at"])
        days = sum_visits(visits, where, started, started["finished_at"]).where(elapsed.notna())
        efficiency = (days / elapsed).where(elapsed > 0)
    return {
        "days_active": days,
        "flow_efficiency": efficiency,
        "reopenings": _count_reopenings(cycles),
    }


def _count_reopenings(cycles: Cycles) -> pd.Series[Any]:
    """Return how often tasks were reopened between their start and their end."""
    started, visits = cycles.started, cycles.visits
    index = range(len(started))
    if "is_reopened" not in visits.columns or not visits["is_reopened"].notna().any():
        return pd.Series(pd.NA, index=index, dtype="Int64")
    begin = started["started_at"].take(visits["pair"].to_numpy()).array
    end = started["finished_at"].take(visits["pair"].to_numpy()).array
    inside = is_true(visits["enter"] > begin) & ~is_true(visits["enter"] > end)
    rows = visits["pair"][is_true(visits["is_reopened"]) & inside]
    return rows.value_counts().reindex(index, fill_value=0).astype("Int64")
