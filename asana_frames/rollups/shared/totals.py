"""Sums by keys and period, of pandas and Dask frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import is_dask
from asana_frames.rollups.shared.periods import list_periods

Chunk = Callable[[pd.DataFrame], pd.DataFrame]
#: From here on floats leave out whole numbers.
_FIRST_ROUNDED = 2.0**53
#: The most rows of a filled table.
_MOST = 20_000_000


def aggregate(frame: Any, chunk: Chunk, values: Iterable[str]) -> pd.DataFrame:
    """Return ``chunk(frame)``; for a Dask frame, the sum of the chunks of its partitions.

    Parameters
    ----------
    frame
        A frame of pandas or Dask.
    chunk
        Sums a part of the frame: key columns, then ``values``, one row per group.
    values
        The names of the summed columns.
    """
    if not is_dask(frame):
        return chunk(frame)
    sums = list(values)

    def add_up(parts: pd.DataFrame) -> pd.DataFrame:
        keys = [name for name in parts.columns if name not in sums]
        return sum_by(parts[keys], {name: parts[name] for name in sums})

    # Dask takes columns and dtypes from an empty frame.
    meta = chunk(frame._meta)
    reduced = frame.reduction(chunk, aggregate=add_up, meta=meta)
    return pd.DataFrame(reduced.compute()).reset_index(drop=True)


def sum_by(keys: pd.DataFrame, values: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    """Return sums by all columns of ``keys``, sorted; a missing key is a group of its own.

    The sum of only missing values is missing.

    Raises
    ------
    InvalidArgument
        A key has the name of a summed column.
    """
    for name in keys.columns.intersection(list(values)):
        raise InvalidArgument(f"{name!r} is summed, so it cannot be a key in by=.")
    if keys.columns.empty:
        table = pd.DataFrame({name: value.astype("Float64") for name, value in values.items()})
        totals = table.sum(min_count=1).to_frame().T
        return totals.astype("Float64")
    # What the groupby holds is given back before the keys become columns.
    return _sum_by_index(keys, values).reset_index()


def _sum_by_index(keys: pd.DataFrame, values: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    columns = [keys[name] for name in keys.columns]
    grouped = columns[0].groupby(columns, dropna=False, observed=True)
    groups = grouped.size().index
    group = grouped.ngroup().to_numpy()
    sums = {name: _sum_groups(value, group, len(groups)) for name, value in values.items()}
    return pd.DataFrame(sums, index=groups)


def _sum_groups(
    values: pd.Series[Any], group: npt.NDArray[np.integer[Any]], count: int
) -> pd.arrays.FloatingArray:
    numbers = values.to_numpy("float64", na_value=0.0)
    # pandas carries along what each addition loses. Whole numbers lose nothing, and numpy adds up
    # several columns of them in less time than a groupby does one.
    if not (numbers == np.rint(numbers)).all() or np.abs(numbers).sum() >= _FIRST_ROUNDED:
        sums = pd.Series(values.array).astype("Float64").groupby(group).sum(min_count=1)
        return pd.arrays.FloatingArray(
            sums.to_numpy("float64", na_value=0.0), sums.isna().to_numpy()
        )
    known = values.notna().to_numpy()
    # Each group has a row, so that only missing values leave it without a sum.
    without = np.zeros(count, dtype=bool)
    if not known.all():
        without = np.bincount(group[known], minlength=count) == 0
    found = np.bincount(group, numbers, minlength=count).astype("float64")
    return pd.arrays.FloatingArray(found, without)


def fill_periods(
    totals: pd.DataFrame, period: str, every: str, values: Iterable[str]
) -> pd.DataFrame:
    """Add a row of 0 for each group and period that has no row.

    The periods run from the first to the last of ``totals``; rows without a period stay.

    Raises
    ------
    InvalidArgument
        The result would not fit in memory.
    """
    days = totals[period]
    if days.isna().all():
        return totals
    periods = list_periods(days.min(), days.max(), every)
    keys = [name for name in totals.columns if name not in (period, *values)]
    # Without keys there is one group, which pandas does not see.
    groups = totals[keys].drop_duplicates() if keys else pd.DataFrame(index=range(1))
    if len(groups) * len(periods) > _MOST:
        raise InvalidArgument(
            f"fill=True makes {len(groups) * len(periods):,} rows of {len(groups):,} groups in "
            f"{len(periods):,} periods. Use fewer keys, or a longer period."
        )
    grid = groups.merge(pd.DataFrame({period: periods}), how="cross")
    full = grid.merge(totals[~days.isna()], how="left", on=[*keys, period])
    full = pd.concat([full, totals[days.isna()]]) if days.isna().any() else full
    full = full.fillna(dict.fromkeys(values, 0.0))[list(totals.columns)]
    return full.sort_values([*keys, period], na_position="last", kind="stable", ignore_index=True)
