"""Within how many days most tasks were finished."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.rollups.flow.cycles import nearest_rank
from asana_frames.rollups.flow.task_groups import (
    finish_groups,
    group_rows,
    name_percentiles,
    read_groups,
)
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import read_frame

#: The columns that may be summarised.
DAYS = ("days_cycle", "days_working")
LEVELS = (0.5, 0.7, 0.85, 0.95)


def service_levels(
    cycle_times: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    *,
    percentiles: Sequence[float] = LEVELS,
    days: str = "days_cycle",
) -> pd.DataFrame:
    """Return the days within which 50, 70, 85 and 95 % of the tasks were finished.

    Parameters
    ----------
    cycle_times
        The result of ``rollups.cycle_times``: needs the column of ``days`` and those of ``by``.
    by
        Keys: columns, or the beginning of a pair such as ``assignee`` or ``project``; None for one
        row. A missing value is a group of its own.
    percentiles
        Parts of the tasks, from 0 to 1.
    days
        The column to summarise: ``"days_cycle"`` or ``"days_working"``.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``tasks`` (Int64, those with known days); and a column per
        percentile, named ``days_p85`` for 0.85 (Float64): the fewest days of a task within which
        at least 85 % of the tasks were finished (nearest rank, so always the days of a task).
        Sorted by the keys. Without ``by`` there is always one row, even for no tasks.

    Raises
    ------
    InvalidArgument
        ``days`` is another column, a column or key is missing, a key is a column of the result, or
        a percentile is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> service_levels(pd.DataFrame({"days_cycle": [1.0, 2.0, 3.0, 9.0]}))
       tasks  days_p50  days_p70  days_p85  days_p95
    0      4       2.0       3.0       9.0       9.0
    """
    what = "rollups.service_levels"
    check_choice(days, DAYS, name="days")
    table = read_frame(
        cycle_times, [days], what=what, source="rollups.cycle_times", kinds={days: "number"}
    )
    names = name_percentiles(percentiles)
    rows, keys = read_groups(table, by, ["tasks", *names], what=what)
    grouped = group_rows(rows.assign(_days=rows[days].astype("float64")), keys)["_days"]
    found = {"tasks": grouped.count()}
    found |= {name: grouped.agg(nearest_rank, share) for name, share in names.items()}
    result = finish_groups(pd.DataFrame(found), keys, dict.fromkeys(names, "Float64"))
    return copy_about(result, cycle_times)
