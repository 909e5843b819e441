"""Within how many days most tasks were finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.flow.close_times import name_percentiles
from asana_frames.rollups.flow.cycles import nearest_rank
from asana_frames.rollups.shared.inputs import (
    Key,
    read_frame,
    read_key,
    resolve_keys,
)

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
    cycle_times = read_frame(
        cycle_times, [days], what=what, source="rollups.cycle_times", kinds={days: "number"}
    )
    names = name_percentiles(percentiles)
    rows, keys = read_groups(cycle_times, by, ["tasks", *names], what=what)
    grouped = group_rows(rows.assign(_days=rows[days].astype("float64")), keys)["_days"]
    found = {"tasks": grouped.count()}
    found |= {name: grouped.agg(nearest_rank, share) for name, share in names.items()}
    return finish_groups(pd.DataFrame(found), keys, dict.fromkeys(names, "Float64"))


def read_groups(
    frame: pd.DataFrame, by: str | Sequence[str] | None, results: Sequence[str], *, what: str
) -> tuple[pd.DataFrame, list[Key]]:
    """Return rows numbered from 0, and the keys by which they are to be grouped.

    Raises
    ------
    InvalidArgument
        A key is missing, or is a column of the result.
    """
    rows = frame.reset_index(drop=True)
    keys = [] if by is None else resolve_keys(rows, by, what=what)
    rows = rows.assign(**{key.column: read_key(rows, key) for key in keys})
    for name in set(results).intersection(key.name for key in keys):
        raise InvalidArgument(f"{name!r} is a column of the result; use another key in by=.")
    return rows, keys


def group_rows(rows: pd.DataFrame, keys: Sequence[Key]) -> Any:
    """Group rows by keys, or all in one group."""
    groups = [rows[key.column] for key in keys] or np.zeros(len(rows))
    return rows.groupby(groups, dropna=False, observed=True)


def finish_groups(
    table: pd.DataFrame, keys: Sequence[Key], dtypes: dict[str, str]
) -> pd.DataFrame:
    """Return the table of groups with keys as columns; one row without keys, also of nothing."""
    if not keys:
        table = table.reindex([0.0]).fillna({"tasks": 0}).reset_index(drop=True)
    else:
        table = table.rename_axis([key.name for key in keys]).reset_index()
    return table.astype(dtypes | {"tasks": "Int64"})
