"""The kinds of the columns that rollups and charts read, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from asana_frames.catalog import columns_of, load

_CELL_KINDS = frozenset({"boolean", "date", "datetime", "integer", "number"})
#: Kind -> columns that rollups compute, beside those of Asana's records.
_NAMES_BY_KIND = {
    "boolean": """
        billable conflict crosses_projects disagrees is_behind is_blocked is_certain is_critical
        is_current is_forecast is_repeated is_scope_added
    """,
    "date": """
        completed_on date day earliest_finish earliest_start exhausted_earliest exhausted_latest
        exhausted_on latest_finish month period week
    """,
    "datetime": "at changed_at enter last_status_at leave",
    "integer": """
        chain completed created days days_late days_overdue days_slipped depth done
        due_date_changes filled moves open open_dependencies overdue periods reassignments
        reopenings rows scope scope_added slack slip_days tasks trials unassigned
        unknown_dependencies unsized
    """,
    "number": """
        actual ahead allocated amount available avg_close_time_days computed cumulative current
        days_open days_since_first_assignment days_since_modified days_since_status difference
        estimated expected expected_share free hours initial left load out_of_office planned
        planned_to_date probability progress ratio share_done share_filled target total tracked
        unestimated unpriced_hours used used_high used_low used_total utilisation value weight
        working_days
    """,
}
_COMPUTED_KINDS = {name: kind for kind, names in _NAMES_BY_KIND.items() for name in names.split()}
#: The names of computed columns.
COMPUTED = frozenset(_COMPUTED_KINDS)
#: A column of a timesheet: the hours of a day.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def find_kind(name: object, record: str | None = None) -> str | None:
    """Return the kind of cells in a column, None for text, lists and unknown columns.

    Parameters
    ----------
    name
        The name of the column.
    record
        The type of record in the frame, such as ``"task"``; without it the frame comes from a
        rollup.

    Examples
    --------
    >>> find_kind("due_on"), find_kind("duration_minutes"), find_kind("parent_gid")
    ('date', 'minutes', 'gid')
    """
    if not isinstance(name, str):
        return None
    if name == "gid" or name.endswith("_gid"):
        return "gid"
    if name.endswith("_minutes"):
        return "minutes"
    if record is None and _DAY.fullmatch(name):
        return "number"
    return _list_kinds(record).get(name)


@cache
def _list_kinds(record: str | None) -> Mapping[str, str]:
    records = [record] if record else [known.name for known in load().records]
    columns = (column for known in records for column in columns_of(known, ("all",)))
    kinds = {
        column.name: column.kind
        for column in columns
        if column.kind in _CELL_KINDS and not column.depth
    }
    return kinds if record else kinds | _COMPUTED_KINDS


def has_kind(column: pd.Series[Any], kind: str) -> bool:
    """Return whether the dtype of a column says that its values are of a kind."""
    dtype = column.dtype
    if kind == "gid":
        held = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        return isinstance(held, pd.StringDtype)
    if isinstance(dtype, pd.ArrowDtype):
        return False
    return dtype.kind in {"boolean": "b", "date": "M", "datetime": "M"}.get(kind, "iuf")
