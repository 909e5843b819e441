"""Completion times in days, summarised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import read_frame, resolve_keys


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
    lead_times = read_frame(lead_times, ["days_open"], what="rollups.close_times")
    names = name_percentiles(percentiles)
    rows = lead_times.reset_index(drop=True)
    keys = [] if by is None else resolve_keys(rows, by, what="rollups.close_times")
    columns = [key.name for key in keys]
    for name in {"tasks", "days_mean", *names}.intersection(columns):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    days = rows["days_open"].astype("Float64").astype("float64")
    groups = [rows[key.column] for key in keys] or np.zeros(len(rows))
    grouped = days.groupby(groups, dropna=False, observed=True)
    found = {"tasks": grouped.count(), "days_mean": grouped.mean()}
    found |= {name: grouped.quantile(part) for name, part in names.items()}
    table = pd.DataFrame(found)
    if not keys:
        table = table.reindex([0.0]).fillna({"tasks": 0}).reset_index(drop=True)
    else:
        table = table.rename_axis(columns).reset_index()
    return table.astype(dict.fromkeys(found, "Float64") | {"tasks": "Int64"})


def name_percentiles(percentiles: Sequence[float]) -> dict[str, float]:
    """Return the column name of each percentile.

    Raises
    ------
    InvalidArgument
        There are none, or one is not between 0 and 1.
    """
    parts: list[Any] = list(percentiles) if isinstance(percentiles, Iterable) else [percentiles]
    are_shares = [
        isinstance(part, int | float) and not isinstance(part, bool) and 0 <= part <= 1
        for part in parts
    ]
    if not parts or not all(are_shares):
        raise InvalidArgument(
            f"percentiles={percentiles!r} is not valid; use numbers from 0 to 1, such as "
            f"percentiles=(0.5, 0.85)."
        )
    return {f"days_p{round(100 * part, 6):g}": float(part) for part in parts}
