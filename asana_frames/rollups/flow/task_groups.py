"""Tasks grouped by keys, and the columns of percentiles of their days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.rollups.shared.inputs import Key, read_key, resolve_keys


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
