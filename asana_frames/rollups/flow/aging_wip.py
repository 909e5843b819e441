"""How long tasks in progress have been so, against what the finished ones took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.rollups.flow.cycles import (
    COUNTS,
    TEXTS,
    Calendar,
    Cycles,
    count_days,
    find_cycles,
    nearest_rank,
)
from asana_frames.rollups.flow.service_levels import LEVELS
from asana_frames.rollups.flow.task_groups import name_percentiles
from asana_frames.rollups.flow.task_rows import measure_days
from asana_frames.rollups.shared.about import write_about
from asana_frames.rollups.shared.inputs import is_true
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.types import When


def aging_wip(
    tasks: pd.DataFrame,
    section_times: pd.DataFrame,
    *,
    started: str | Sequence[str] = "In progress",
    finished: str | Sequence[str] | None = None,
    sections: pd.DataFrame | None = None,
    count: Literal["elapsed", "both_ends"] = "elapsed",
    percentiles: Sequence[float] = LEVELS,
    now: When | None = None,
    tz: str = "UTC",
    workdays: str = "Mon-Fri",
    holidays: Iterable[Any] = (),
) -> pd.DataFrame:
    """Measure the age of each task in progress, beside the ages of finished tasks there.

    Parameters
    ----------
    tasks, section_times, started, finished, sections, count, tz, workdays, holidays
        As in ``rollups.cycle_times``.
    percentiles
        Parts of the finished tasks, from 0 to 1.
    now
        The moment at which ages are measured; the present if not given. Pass the ``now`` of
        ``section_times``.

    Returns
    -------
    DataFrame
        One row per task and project that was started, is not finished and still in the project,
        the oldest first: ``task_gid``, ``task_name``, ``assignee_gid``, ``assignee_name``,
        ``project_gid``, ``project_name``, ``section_gid``, ``section_name`` (str; the section in
        which it is); ``section_order`` (Int64, the place of the section in its project, from 1);
        ``started_at`` (datetime64[us, UTC]); ``days_age`` and ``days_working`` (Float64, from the
        start to ``now``, as ``count`` says); ``days_in_section`` (Float64, of 24 hours, since it
        last came there); and a column per percentile, named ``days_p85`` for 0.85 (Float64): the
        age within which 85 % of the finished tasks of the project that were in this section left
        it for the last time (nearest rank, missing if none was there).

    Raises
    ------
    InvalidArgument
        A column is missing, a section that is named is not known, or an argument cannot be read;
        the message says what to type.

    Examples
    --------
    One task was in progress for two days; another has been for three:

    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"gid": ["5", "6"], "name": ["Logo", "Icon"]})
    >>> visits = pd.DataFrame(
    ...     {
    ...         "task_gid": ["5", "6"],
    ...         "project_gid": "1",
    ...         "project_name": "Shop",
    ...         "section_gid": "12",
    ...         "section_name": "In progress",
    ...         "enter": pd.to_datetime(["2026-03-02T12:00Z", "2026-03-03T12:00Z"]),
    ...         "leave": pd.to_datetime(["2026-03-04T12:00Z", None]),
    ...         "completed_at": pd.to_datetime(["2026-03-04T12:00Z", None]),
    ...     }
    ... )
    >>> ages = aging_wip(tasks, visits, now="2026-03-06 12:00")
    >>> ages[["task_name", "section_name", "days_age", "days_p85"]]
      task_name section_name  days_age  days_p85
    0      Icon  In progress       3.0       2.0
    """
    what = "rollups.aging_wip"
    check_choice(count, COUNTS, name="count")
    names = name_percentiles(percentiles)
    moment = parse_moment(now, tz)
    cycles = find_cycles(tasks, section_times, started, finished, sections, moment, what=what)
    calendar = Calendar(count, tz, workdays, holidays)
    levels = _measure_levels(cycles, calendar, names)
    is_open = is_true(cycles.started["finished_at"].isna() & cycles.started["is_current"])
    rows = cycles.started.assign(_pair=range(len(cycles.started)))[is_open]
    rows = rows.sort_values(["started_at", "task_gid", "project_gid"], ignore_index=True)
    last = cycles.visits.drop_duplicates("pair", keep="last").set_index("pair")
    last = last.reindex(rows["_pair"]).reset_index(drop=True)
    here = pd.Series(moment, index=rows.index, dtype=rows["started_at"].dtype)
    age, worked = count_days(rows["started_at"], here, calendar)
    keys = pd.MultiIndex.from_arrays([rows["project_gid"], last["number"]])
    found = levels.reindex(keys).reset_index(drop=True)
    table = pd.DataFrame(
        {
            **{name: rows[name] for name in TEXTS},
            "section_order": (last["number"] + 1).astype("Int64"),
            "started_at": rows["started_at"],
            "days_age": age,
            "days_working": worked,
            "days_in_section": measure_days(last["enter"], here),
            **{name: found[name].astype("Float64") for name in names},
        }
    )
    return write_about(table, tasks, now=moment, tz=tz)


def _measure_levels(cycles: Cycles, calendar: Calendar, names: dict[str, float]) -> pd.DataFrame:
    """Return by project and section at which ages finished tasks left it for the last time."""
    finished = cycles.started["finished_at"]
    pair = cycles.visits["pair"].to_numpy()
    visits = cycles.visits.assign(
        _start=cycles.started["started_at"].take(pair).array,
        _end=finished.take(pair).array,
    )
    is_meant = is_true(visits["_end"].notna() & (visits["enter"] <= visits["_end"]))
    visits = visits[is_meant & is_true(visits["enter"] >= visits["_start"])]
    visits = visits.drop_duplicates(["pair", "number"], keep="last").reset_index(drop=True)
    leave = visits["leave"].where(is_true(visits["leave"] < visits["_end"]), visits["_end"])
    ages, _ = count_days(visits["_start"], leave, calendar)
    keys = [visits["project_gid"].to_numpy(object), visits["number"].to_numpy()]
    grouped = pd.Series(ages.to_numpy("float64", na_value=np.nan)).groupby(keys, dropna=False)
    return pd.DataFrame(
        {name: grouped.agg(nearest_rank, share) for name, share in names.items()}
    ).rename_axis(["project_gid", "number"])
