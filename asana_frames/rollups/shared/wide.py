"""Wide tables: a row per group, a column per period, and totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.periods import Every, list_periods
from asana_frames.rollups.shared.spans import Span

Cells: TypeAlias = npt.NDArray[np.float64]
#: What missing keys are called in wide tables.
NONE = "(none)"
#: The column and the row of totals.
TOTAL_COLUMN, TOTAL_ROW = "total", "Total"
#: What files and charts call the row of totals of ``rollups.portfolio``, which has no name.
ALL_PROJECTS = "All projects"
_UNDATED = "no date"
_PERIOD = "period"
#: Keys by which nothing is added up: each value has a row of totals.
_UNITS = ("currency_code",)
#: The most cells of a table.
_MOST = 20_000_000


def name_missing(table: pd.DataFrame, keys: Sequence[str], none: str | None) -> pd.DataFrame:
    """Return a table in which missing keys have a name, so that they are a group to everybody.

    Parameters
    ----------
    table
        Is not changed.
    keys
        The names of the columns. They become text, whether or not something is missing in them.
    none
        The name; None leaves missing what is missing.

    Raises
    ------
    InvalidArgument
        ``none`` is not text.
    """
    if none is None:
        return table
    if not isinstance(none, str) or not none:
        raise InvalidArgument(f"none= takes the name of missing keys, such as none={NONE!r}.")
    named = {}
    for name in keys:
        if (is_named := table[name].astype(object) == none).any() and table[name].isna().any():
            raise InvalidArgument(
                f"none={none!r} is the {name} of {int(is_named.sum())} row(s) already; use "
                f"another name of what is missing, such as none='(unknown)'."
            )
        column = table[name]
        text = column if isinstance(column.dtype, pd.StringDtype) else column.astype(object)
        named[name] = text.where(column.notna(), none).astype(STR)
    return table.assign(**named)


def widen(
    table: pd.DataFrame,
    keys: Sequence[str],
    value: str,
    every: Every | None,
    *,
    totals: bool | pd.DataFrame = False,
    none: str | None = None,
    span: Span | None = None,
) -> pd.DataFrame:
    """Return a table with a row per group and a column per period.

    Parameters
    ----------
    table
        The columns ``keys``, ``period`` and ``value``; a row per group and period.
    keys
        The names of the key columns. ``currency_code`` among them is no key of its own: amounts
        of several currencies have a row of totals each.
    value
        The name of the column whose numbers the cells have: what has no row is 0, what is missing
        is missing, and so are the sums of which it is a part.
    every
        The period.
    totals
        Add a column ``total`` and rows ``Total``. Or the sums by period and currency, if they are
        not those of the rows, because an entry counts in several of them.
    none
        What missing keys are called; ``"(none)"`` by default.
    span
        Columns run from its start to its end; without these, from the first to the last period of
        the table. A period that is cut by them, or is not over on the present day, is marked by
        ``(part)``.

    Raises
    ------
    InvalidArgument
        ``every`` is None, or the result would not fit in memory.
    """
    if every is None:
        raise InvalidArgument("wide=True needs periods; pass every='MS', for example.")
    span = Span() if span is None else span
    named = name_missing(table, keys, NONE if none is None else none)
    periods = list_columns(named[_PERIOD], every, span)
    groups, cells = spread(named, keys, value, periods)
    labels = [_label_period(period, every, span) for period in periods]
    wide = _join_cells(groups, cells, labels)
    if totals is False:
        return mark_wide(wide, keys)
    units = [name for name in keys if name in _UNITS]
    sums = named if totals is True else name_missing(totals, units, NONE if none is None else none)
    rows = _build_total_rows(sums, keys, units, value, periods, labels)
    wide[TOTAL_COLUMN] = _to_floats(cells.sum(axis=1))
    label, name = name_totals(groups, keys)
    if label is not None:
        rows[label] = pd.Series(name, rows.index, STR)
    return mark_wide(
        pd.concat([wide, rows], ignore_index=True), keys, total_rows=len(rows), total=(label, name)
    )


def name_totals(groups: pd.DataFrame, keys: Sequence[str]) -> tuple[str | None, str]:
    """Return the key that names rows of totals, and their name: no group is called so."""
    names = [name for name in keys if name not in _UNITS]
    # The first key that people read; None where all rows are totals already.
    label = next((name for name in names if not name.endswith("_gid")), next(iter(names), None))
    name = TOTAL_ROW
    while label is not None and groups[label].isin([name]).any():
        name = f"{name} of all"
    return label, name


def mark_wide(
    wide: pd.DataFrame,
    keys: Sequence[str],
    *,
    total_rows: int = 0,
    total: tuple[str | None, str] = (None, TOTAL_ROW),
) -> pd.DataFrame:
    """Say in the attrs what a workbook shows in another way, wherever a row is sorted to."""
    wide.attrs["wide"] = {"keys": len(keys), "total_rows": total_rows}
    if total_rows:
        wide.attrs["wide"]["total"] = list(total)
    return wide


def find_wide_totals(frame: pd.DataFrame) -> npt.NDArray[np.bool_] | None:
    """Return which rows of a wide table are totals; None for other frames."""
    attrs = frame.attrs.get("wide")
    if not isinstance(attrs, Mapping) or not isinstance(attrs.get("keys"), int):
        return None
    label, name = attrs.get("total", (None, TOTAL_ROW))
    if list(frame.columns).count(label) != 1:
        return np.zeros(len(frame), dtype=bool)
    found: npt.NDArray[np.bool_] = frame[label].isin([name]).to_numpy(dtype=bool)
    return found


def list_columns(days: pd.Series[Any], every: str, span: Span) -> pd.DatetimeIndex:
    """List the periods of a span and of all days; the last is missing where a day is."""
    bounds = [day for day in (span.start, span.end, days.min(), days.max()) if not pd.isna(day)]
    periods = list_periods(min(bounds), max(bounds), every).tolist() if bounds else []
    return pd.DatetimeIndex([*periods, *[pd.NaT] * int(days.isna().any())]).as_unit("us")


def spread(
    table: pd.DataFrame, keys: Sequence[str], value: str, periods: pd.DatetimeIndex
) -> tuple[pd.DataFrame, Cells]:
    """Return the groups of a table, in its order, and a row of numbers for each.

    Raises
    ------
    InvalidArgument
        The result would not fit in memory.
    """
    code = np.zeros(len(table), dtype="int64")
    groups = pd.DataFrame(index=pd.RangeIndex(min(len(table), 1)))
    if keys:
        grouped = table.groupby(list(keys), dropna=False, observed=True, sort=False)
        code = grouped.ngroup().to_numpy()
        groups = table[list(keys)].iloc[np.unique(code, return_index=True)[1]]
    if len(groups) * len(periods) > _MOST:
        raise InvalidArgument(
            f"{len(groups):,} groups in {len(periods):,} periods are too many to put side by "
            f"side. Use fewer keys, or a longer period."
        )
    cells = np.zeros((len(groups), len(periods)))
    at = periods.get_indexer(pd.DatetimeIndex(table[_PERIOD]))
    np.add.at(cells, (code, at), table[value].to_numpy(dtype="float64", na_value=np.nan))
    return groups.reset_index(drop=True), cells


def _label_period(period: pd.Timestamp, every: str, span: Span) -> str:
    if pd.isna(period):
        return _UNDATED
    # Of a period that is still to come, entries are not all known either.
    is_ahead = span.today is not None and period > span.today
    is_cut = is_ahead or span.cuts_start(period) or span.cuts_end(period, every)
    return f"{period:%Y-%m-%d}{' (part)' if is_cut else ''}"


def _join_cells(groups: pd.DataFrame, cells: Cells, labels: Sequence[str]) -> pd.DataFrame:
    for label in set(groups.columns).intersection([*labels, TOTAL_COLUMN]):
        raise InvalidArgument(f"{label!r} is a column of the wide table, so it cannot be a key.")
    columns = {label: _to_floats(cells[:, at]) for at, label in enumerate(labels)}
    return pd.concat([groups, pd.DataFrame(columns, index=groups.index)], axis="columns")


def _to_floats(cells: Cells) -> pd.Series[Any]:
    return pd.Series(cells).astype("Float64")


def _build_total_rows(
    sums: pd.DataFrame,
    keys: Sequence[str],
    units: Sequence[str],
    value: str,
    periods: pd.DatetimeIndex,
    labels: Sequence[str],
) -> pd.DataFrame:
    """Return a row of totals, or one per currency; none where all rows are totals already."""
    names = [name for name in keys if name not in units]
    groups, cells = spread(sums, units, value, periods)
    if not names:
        groups, cells = groups.head(0), cells[:0]
    elif not units and not len(groups):
        groups, cells = pd.DataFrame(index=range(1)), np.zeros((1, len(periods)))
    rows = pd.DataFrame({name: pd.Series(pd.NA, groups.index, STR) for name in keys})
    rows[list(units)] = groups[list(units)]
    rows = _join_cells(rows, cells, labels)
    rows[TOTAL_COLUMN] = _to_floats(cells.sum(axis=1))
    return rows
