"""Completion times in days, summarised."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asana_frames.rollups.flow.task_groups import (
    finish_groups,
    group_rows,
    name_percentiles,
    read_groups,
)
from asana_frames.rollups.shared.about import copy_about
from asana_frames.rollups.shared.inputs import read_frame


def close_times(
    lead_times: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    *,
    percentiles: Sequence[float] = (0.5, 0.85, 0.95),
) -> pd.DataFrame:
    """Summarise completion times in days: mean and percentiles.

    Parameters
    ----------
    lead_times
        The result of ``rollups.lead_times``: needs ``days_open`` and the columns of ``by``.
    by
        Keys: columns, or the beginning of a pair such as ``assignee``, ``project`` or
        ``section``; None for one row. A missing value is a group of its own.
    percentiles
        Parts of the tasks, from 0 to 1: 0.85 for the days within which 85 % of them are closed.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``tasks`` (Int64, those with a known time);
        ``days_mean`` (Float64, the mean) and a column per percentile, named
        ``days_p50`` for 0.5 (Float64; between two tasks, in proportion). Sorted by the keys.
        Without ``by`` there is always one row, even for no tasks.

    Raises
    ------
    InvalidArgument
        A column or key is missing, a key is a column of the result, or a percentile is not
        between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> close_times(pd.DataFrame({"days_open": [1.0, 2.0, 9.0]}))
       tasks  days_mean  days_p50  days_p85  days_p95
    0      3        4.0       2.0       6.9       8.3
    """
    table = read_frame(lead_times, ["days_open"], what="rollups.close_times")
    names = name_percentiles(percentiles)
    what = "rollups.close_times"
    rows, keys = read_groups(table, by, ["tasks", "days_mean", *names], what=what)
    days = group_rows(rows.assign(_days=rows["days_open"].astype("float64")), keys)["_days"]
    found = {"days_mean": days.mean()}
    found |= {name: days.quantile(part) for name, part in names.items()}
    counted = pd.DataFrame({"tasks": days.count(), **found})
    result = finish_groups(counted, keys, dict.fromkeys(found, "Float64"))
    return copy_about(result, lead_times)
