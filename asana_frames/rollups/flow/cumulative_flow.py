"""The number of tasks in each section of a project, period by period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import local_days, parse_moments
from asana_frames.rollups.shared.periods import Every, check_every, list_periods, period_starts

_DTYPES: dict[str, Any] = {
    "period": "datetime64[us]",
    "section_gid": STR,
    "section_name": STR,
    "tasks": "Int64",
}
#: Most projects that a message lists.
_SHOWN = 10


def cumulative_flow(
    section_times: pd.DataFrame,
    every: Every = "D",
    tz: str = "UTC",
    *,
    project: str | None = None,
) -> pd.DataFrame:
    """Count the tasks in each section of a project at the end of each period.

    Parameters
    ----------
    section_times
        The result of ``rollups.section_times``.
    every
        A period as in ``rollups.hours``.
    tz
        The time zone in which days begin.
    project
        The gid or name of the project; needed if there are visits to several.

    Returns
    -------
    DataFrame
        ``period`` (datetime64[us], its first day), ``section_gid``, ``section_name`` (str) and
        ``tasks`` (Int64): how many are there at the end of the period, or now in the last one,
        completed or not. One row per period and section, from the period of the first visit to the
        present, sorted by period and then by when a section was first entered. A visit without a
        beginning counts from the first period on.

    Raises
    ------
    InvalidArgument
        A column is missing, there are visits to several projects, or an argument is not valid.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame(
    ...     {
    ...         "project_gid": "1",
    ...         "project_name": "Shop",
    ...         "section_gid": ["11", "12"],
    ...         "section_name": ["To do", "Done"],
    ...         "enter": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-03T09:00Z"]),
    ...         "leave": pd.to_datetime(["2026-03-03T09:00Z", None]),
    ...         "hours": [24.0, 1.0],
    ...     }
    ... )
    >>> cumulative_flow(visits)
          period section_gid section_name  tasks
    0 2026-03-02          11        To do      1
    1 2026-03-02          12         Done      0
    2 2026-03-03          11        To do      0
    3 2026-03-03          12         Done      1
    """
    what = "rollups.cumulative_flow"
    columns = ["project_gid", "project_name", "section_gid", "section_name", "enter", "leave"]
    section_times = read_frame(section_times, [*columns, "hours"], what=what)
    check_every(every)
    moments = {name: parse_moments(section_times[name], what=what) for name in ("enter", "leave")}
    visits = _select_project(section_times.assign(**moments), project)
    visits = visits.sort_values(["enter", "section_gid"])
    enter = visits["enter"]
    if enter.isna().all():
        return pd.DataFrame(columns=list(_DTYPES)).astype(_DTYPES)
    # The hours of a current visit tell the present moment.
    present = enter + pd.to_timedelta(visits["hours"].astype("float64"), unit="h")
    present = present.dt.round("us").astype(UTC_DATETIME)
    ends = pd.concat([visits["leave"], present], ignore_index=True)
    first, last = local_days(pd.Series([enter.min(), ends.max()]), tz)
    periods = list_periods(first, last, every)
    sections = visits.drop_duplicates("section_gid")[["section_gid", "section_name"]]
    section = pd.Index(sections["section_gid"]).get_indexer(pd.Index(visits["section_gid"]))
    steps = np.zeros((len(periods) + 1, len(sections)), dtype="int64")
    # A visit that ended before the first known beginning counts in no period.
    leave = visits["leave"].clip(lower=enter.min())
    for at, step in ((enter.fillna(enter.min()), 1), (leave, -1)):
        period = periods.get_indexer(pd.DatetimeIndex(period_starts(local_days(at, tz), every)))
        # A missing end gets position -1: the extra last row.
        np.add.at(steps, (period, section), step)
    return pd.DataFrame(
        {
            "period": np.repeat(periods, len(sections)),
            "section_gid": np.tile(sections["section_gid"].to_numpy(object), len(periods)),
            "section_name": np.tile(sections["section_name"].to_numpy(object), len(periods)),
            "tasks": steps[:-1].cumsum(axis=0).ravel(),
        }
    ).astype(_DTYPES)


def _select_project(section_times: pd.DataFrame, project: str | None) -> pd.DataFrame:
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
            f"rollups.cumulative_flow counts the tasks of one project; give project= with the gid "
            f"of one of these: {_format_projects(places)}."
        )
    return section_times[is_true(section_times["project_gid"].isin(places["project_gid"]))]


def _format_projects(projects: pd.DataFrame) -> str:
    pairs = projects.astype(object).itertuples(index=False)
    texts = [f"{gid} ({name})" for gid, name in pairs]
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
