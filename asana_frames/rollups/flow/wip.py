"""Work in progress: the number of open tasks in each section over time, against limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asana_frames._arguments import check_mapping, check_number
from asana_frames.exceptions import (
    AsanaWarning,
    InvalidArgument,
    suggest_names,
    warn_caller,
)
from asana_frames.rollups.flow.cumulative_flow import count_visits
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.periods import Every
from asana_frames.types import When

_LIKE = '{"In progress": 5}'


def wip(
    section_times: pd.DataFrame,
    every: Every = "D",
    *,
    limits: Mapping[str, int] | None = None,
    now: When | None = None,
    tz: str = "UTC",
    project: str | None = None,
) -> pd.DataFrame:
    """Count the open tasks in each section at the end of each period, beside their limits.

    Parameters
    ----------
    section_times
        The result of ``rollups.section_times``, with visits that end with completion.
    every
        A period as in ``rollups.hours``.
    limits
        The most tasks that should be in a section: its name or gid -> number. Asana keeps no such
        limits.
    now
        The present if not given; the last period is as in ``rollups.cumulative_flow``.
    tz
        The time zone in which days begin, and in which a ``now`` without a zone is read.
    project
        The gid or name of the project; needed if there are visits to several.

    Returns
    -------
    DataFrame
        One row per period and section, sorted as in ``rollups.cumulative_flow``: ``period``
        (datetime64[us], its first day), ``section_gid``, ``section_name`` (str), ``tasks`` (Int64,
        open tasks at the end of the period, or at ``now`` in the last one), ``limit`` (Int64,
        missing for a section without one) and ``is_over`` (boolean: ``tasks`` is above ``limit``;
        missing without one).

    Raises
    ------
    InvalidArgument
        A column is missing, there are visits to several projects, a limit names another section or
        is not a whole number from 0 on, or another argument is not valid.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame(
    ...     {
    ...         "project_gid": "1",
    ...         "project_name": "Shop",
    ...         "section_gid": "12",
    ...         "section_name": "Doing",
    ...         "enter": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-03T09:00Z"]),
    ...         "leave": pd.to_datetime([None, None], utc=True),
    ...         "hours": [51.0, 27.0],
    ...         "is_completed": False,
    ...     }
    ... )
    >>> wip(visits, limits={"Doing": 1}, now="2026-03-04 12:00").drop(columns="section_gid")
          period section_name  tasks  limit  is_over
    0 2026-03-02        Doing      1      1    False
    1 2026-03-03        Doing      2      1     True
    2 2026-03-04        Doing      2      1     True
    """
    what = "rollups.wip"
    flow = count_visits(section_times, every, now, tz, project, what=what)
    ended = section_times.get("is_completed")
    if len(section_times) and (ended is None or ended.isna().all()):
        raise InvalidArgument(
            f"{what} counts open tasks, and these visits do not tell which were completed. Use "
            f"section_times(..., ends='completed')."
        )
    rows = flow[~is_true(flow["is_completed"])].reset_index(drop=True)
    limit = _read_limits(rows, {} if limits is None else limits)
    over = (rows["tasks"] > limit).astype("boolean")
    table = rows.drop(columns="is_completed").assign(limit=limit, is_over=over)
    return copy_about(table, flow)


def _read_limits(rows: pd.DataFrame, limits: Mapping[str, Any]) -> pd.Series[Any]:
    """Return the limit of each row's section, missing without one.

    Raises
    ------
    InvalidArgument
        A section seems to be misspelt, or a limit is not a whole number from 0 on.
    """
    check_mapping(limits, name="limits", like=_LIKE)
    found = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    for section, limit in limits.items():
        check_number(limit, name=f"limits[{section!r}]", like=5, is_whole=True, least=0)
        is_meant = is_true(rows["section_gid"] == section)
        if not is_meant.any():
            is_meant = is_true(rows["section_name"] == section)
        if len(rows) and not is_meant.any():
            known = list(dict.fromkeys(rows["section_name"].dropna()))
            hint = suggest_names(str(section), known)
            if hint:
                raise InvalidArgument(
                    f"limits= has no section {section!r}.{hint} Use {', '.join(map(repr, known))}."
                )
            # It may be there, and nobody has entered it yet.
            warn_caller(
                f"limits= has the section {section!r}, in which no task has been.", AsanaWarning
            )
        found = found.mask(is_meant, int(limit))
    return found
