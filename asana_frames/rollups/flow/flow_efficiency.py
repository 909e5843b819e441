"""How much of the time between start and end somebody worked on tasks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asana_frames.rollups.flow.task_groups import finish_groups, group_rows, read_groups
from asana_frames.rollups.flow.task_rows import measure_days
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.rollups.shared.moments import parse_moments

_RESULTS = ("days_active", "days_waiting", "flow_efficiency")


def flow_efficiency(
    cycle_times: pd.DataFrame, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return how much of the time between start and end tasks were in active sections.

    Parameters
    ----------
    cycle_times
        The result of ``rollups.cycle_times(..., active=...)``: needs ``started_at``,
        ``finished_at``, ``days_active`` and the columns of ``by``.
    by
        Keys: columns, or the beginning of a pair such as ``assignee`` or ``project``; None for one
        row. A missing value is a group of its own.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``tasks`` (Int64, those whose active days are known);
        ``days_active`` and ``days_waiting`` (Float64, days of 24 hours of all these tasks
        together, in active sections and outside); ``flow_efficiency`` (Float64, the part of the
        active days in both; missing if there are none). Sorted by the keys. Without ``by`` there
        is always one row, even for no tasks.

    Raises
    ------
    InvalidArgument
        A column or key is missing, or a key is a column of the result.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.DataFrame(
    ...     {
    ...         "started_at": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T09:00Z"]),
    ...         "finished_at": pd.to_datetime(["2026-03-04T09:00Z", "2026-03-10T09:00Z"]),
    ...         "days_active": [2.0, 0.5],
    ...     }
    ... )
    >>> flow_efficiency(times)
       tasks  days_active  days_waiting  flow_efficiency
    0      2          2.5           7.5             0.25
    """
    what = "rollups.flow_efficiency"
    moments = ["started_at", "finished_at"]
    rows = read_frame(
        cycle_times,
        [*moments, "days_active"],
        what=what,
        source="rollups.cycle_times",
        kinds={"days_active": "number"},
    )
    rows, keys = read_groups(rows, by, ["tasks", *_RESULTS], what=what)
    start, end = (parse_moments(rows[name], what=what) for name in moments)
    active = rows["days_active"].astype("Float64")
    elapsed = measure_days(start, end).where(active.notna())
    active = active.where(elapsed.notna())
    known = rows.assign(_active=active, _waiting=elapsed - active)
    grouped = group_rows(known, keys)
    table = pd.DataFrame(
        {
            "tasks": grouped["_active"].count(),
            "days_active": grouped["_active"].sum(),
            "days_waiting": grouped["_waiting"].sum(),
        }
    )
    total = table["days_active"] + table["days_waiting"]
    table = table.assign(flow_efficiency=(table["days_active"] / total).where(total > 0))
    found = finish_groups(table, keys, dict.fromkeys(_RESULTS, "Float64"))
    return copy_about(found.fillna({"days_active": 0.0, "days_waiting": 0.0}), cycle_times)
