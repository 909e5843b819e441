"""The number of tasks in each section of a project, period by period."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.histories.section_order import (
    find_sections,
    number_sections,
    read_visits,
)
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import local_days, parse_moment
from asana_frames.rollups.shared.periods import Every, check_every, list_periods, period_starts
from asana_frames.types import When

_DTYPES: dict[str, Any] = {
    "period": "datetime64[us]",
    "section_gid": STR,
    "section_name": STR,
    "is_completed": "boolean",
    "tasks": "Int64",
}
#: The name of the band of completed tasks.
COMPLETED = "completed"
#: Most projects that a message lists.
_SHOWN = 10


def cumulative_flow(
    section_times: pd.DataFrame,
    every: Every = "D",
    *,
    now: When | None = None,
    tz: str = "UTC",
    project: str | None = None,
) -> pd.DataFrame:
    """Count the tasks in each section of a project at the end of each period.

    Parameters
    ----------
    section_times
        The result of ``rollups.section_times``.
    every
        A period as in ``rollups.hours``.
    now
        The present if not given. The last period is that of ``now``, or of the ``now`` of
        ``section_times`` if that is earlier; what happened later does not count.
    tz
        The time zone in which days begin, and in which a ``now`` without a zone is read.
    project
        The gid or name of the project; needed if there are visits to several.

    Returns
    -------
    DataFrame
        ``period`` (datetime64[us], its first day), ``section_gid``, ``section_name`` (str),
        ``is_completed`` (boolean) and ``tasks`` (Int64): how many are there at the end of the
        period, or at ``now`` in the last one. One row per period and section, from the period of
        the first visit to that of ``now``, sorted by period and then by section: by
        ``section_order`` where ``section_times`` has it, else in the order in which most tasks
        went through them.

        The last row of each period counts the tasks that are in the project and completed:
        ``section_name`` is ``"completed"``, ``section_gid`` is missing and ``is_completed`` True.
        So the rows of a period add up to the tasks in the project. With visits of
        ``ends="moved"``, completed tasks count in their sections and there is no such row. A visit
        without a beginning counts from the first period on.

    Raises
    ------
    InvalidArgument
        A column is missing, there are visits to several projects, or an argument is not valid.

    Examples
    --------
    One task is moved from To do to Doing, and completed there:

    >>> import pandas as pd
    >>> visits = pd.DataFrame(
    ...     {
    ...         "project_gid": "1",
    ...         "project_name": "Shop",
    ...         "section_gid": ["11", "12"],
    ...         "section_name": ["To do", "Doing"],
    ...         "enter": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-03T09:00Z"]),
    ...         "leave": pd.to_datetime(["2026-03-03T09:00Z", "2026-03-04T09:00Z"]),
    ...         "hours": [24.0, 24.0],
    ...         "is_completed": [False, True],
    ...         "completed_until": pd.to_datetime([None, None], utc=True),
    ...     }
    ... )
    >>> cumulative_flow(visits, now="2026-03-04T12:00Z").drop(columns="section_gid")
          period section_name  is_completed  tasks
    0 2026-03-02        To do         False      1
    1 2026-03-02        Doing         False      0
    2 2026-03-02    completed          True      0
    3 2026-03-03        To do         False      0
    4 2026-03-03        Doing         False      1
    5 2026-03-03    completed          True      0
    6 2026-03-04        To do         False      0
    7 2026-03-04        Doing         False      0
    8 2026-03-04    completed          True      1
    """
    return count_visits(section_times, every, now, tz, project, what="rollups.cumulative_flow")


def count_visits(
    section_times: pd.DataFrame,
    every: Every,
    now: When | None,
    tz: str,
    project: str | None,
    *,
    what: str,
) -> pd.DataFrame:
    """Count tasks by period and section for ``rollups.cumulative_flow`` and ``rollups.wip``.

    Raises
    ------
    InvalidArgument
        As ``rollups.cumulative_flow``.
    """
    check_every(every)
    moment = parse_moment(now, tz)
    places = ["project_gid", "project_name"]
    mine = _select_project(read_frame(section_times, places, what=what), project, what)
    visits = read_visits(mine, ["hours"], moment, what=what)
    enter = visits["enter"]
    if enter.isna().all():
        empty = pd.DataFrame(columns=list(_DTYPES)).astype(_DTYPES)
        return _write_about(empty, section_times, mine, every=every, now=moment, tz=tz)
    first, last = local_days(pd.Series([enter.min(), _find_end(visits, moment)]), tz)
    periods = list_periods(first, last, every)
    sections = number_sections(visits)
    counts = _count_steps(visits, sections, periods, every, tz)
    has_band = counts.shape[1] > len(sections)
    names = [*sections["section_name"].to_numpy(object), *[COMPLETED] * has_band]
    gids = [*sections["section_gid"].to_numpy(object), *[None] * has_band]
    table = pd.DataFrame(
        {
            "period": np.repeat(periods, len(names)),
            "section_gid": np.tile(np.array(gids, dtype=object), len(periods)),
            "section_name": np.tile(np.array(names, dtype=object), len(periods)),
            "is_completed": np.tile(np.arange(len(names)) >= len(sections), len(periods)),
            "tasks": counts.ravel(),
        }
    ).astype(_DTYPES)
    return _write_about(table, section_times, mine, every=every, now=moment, tz=tz)


def _write_about(
    table: pd.DataFrame, source: pd.DataFrame, mine: pd.DataFrame, **given: Any
) -> pd.DataFrame:
    """Write what a table is about: the project that is counted, of what was read of more."""
    table = write_about(table, source, **given)
    names = mine["project_name"].dropna().unique()
    is_part = source["project_gid"].nunique(dropna=False) > 1
    if len(names) == 1 and (is_part or "subject" in table.attrs):
        table.attrs["subject"] = str(names[0])
    return table


def _count_steps(
    visits: pd.DataFrame, sections: pd.DataFrame, periods: pd.DatetimeIndex, every: str, tz: str
) -> npt.NDArray[np.int64]:
    """Return the tasks by period and section, completed ones in one more column, if known."""
    first = visits["enter"].min()
    has_band = "is_completed" in visits.columns and bool(visits["is_completed"].notna().any())
    bands = len(sections) + has_band
    steps = np.zeros((len(periods) + 1, bands), dtype="int64")

    def step(at: pd.Series[Any], band: npt.NDArray[np.intp], by: int) -> None:
        # A visit that ended before the first known beginning counts in no period.
        days = local_days(at.clip(lower=first), tz)
        # A missing end gets position -1: the extra last row.
        period = periods.get_indexer(pd.DatetimeIndex(period_starts(days, every)))
        np.add.at(steps, (period, band), by)

    section = find_sections(visits, sections)
    step(visits["enter"].fillna(first), section, 1)
    step(visits["leave"], section, -1)
    if has_band:
        done = visits[is_true(visits["is_completed"])]
        band = np.full(len(done), bands - 1)
        step(done["leave"], band, 1)
        step(done["completed_until"], band, -1)
    counts: npt.NDArray[np.int64] = steps[:-1].cumsum(axis=0)
    return counts


def _find_end(visits: pd.DataFrame, now: pd.Timestamp) -> pd.Timestamp:
    """Return up to when the visits are known: now, or until when a current one has lasted."""
    is_current = is_true(visits["leave"].isna() & visits["enter"].notna())
    hours = pd.to_timedelta(visits["hours"].astype("float64"), unit="h")
    known = (visits["enter"] + hours)[is_current].dt.round("us").astype(UTC_DATETIME)
    return min(now, known.max()) if known.notna().any() else now


def _select_project(section_times: pd.DataFrame, project: str | None, what: str) -> pd.DataFrame:
    """Return the visits of a project.

    Raises
    ------
    InvalidArgument
        There are several projects, or none matches ``project``.
    """
    places = section_times[["project_gid", "project_name"]].drop_duplicates("project_gid")
    if project is not None:
        check_text(project, name="project", like="Website relaunch")
        is_gid = places["project_gid"] == project
        is_meant = is_gid if is_gid.any() else places["project_name"] == project
        known, places = places, places[is_meant.to_numpy(dtype=bool, na_value=False)]
        if places.empty and not known.empty:
            raise InvalidArgument(
                f"project={project!r} is not one of the projects: {_format_projects(known)}."
            )
    if len(places) > 1:
        raise InvalidArgument(
            f"{what} counts the tasks of one project; give project= with the gid "
            f"of one of these: {_format_projects(places)}."
        )
    return section_times[is_true(section_times["project_gid"].isin(places["project_gid"]))]


def _format_projects(projects: pd.DataFrame) -> str:
    pairs = projects.astype(object).itertuples(index=False)
    texts = [f"{gid} ({name})" for gid, name in pairs]
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
