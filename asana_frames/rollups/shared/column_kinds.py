"""The kinds of the columns that rollups and charts read, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from asana_frames.catalog import columns_of, load
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.gid_columns import is_gid_column

_CELL_KINDS = frozenset({"boolean", "date", "datetime", "integer", "number"})
#: Kind -> columns that rollups compute, beside those of Asana's records.
_NAMES_BY_KIND = {
    "boolean": """
        billable conflict crosses_projects disagrees is_behind is_better is_blocked is_certain
        is_completed is_critical is_current is_forecast is_late is_over is_reopened is_repeated
        is_scope_added partial
    """,
    "date": """
        completed_on date day earliest_finish earliest_start end exhausted_earliest
        exhausted_latest exhausted_on finished_on latest_finish month period reached_on start
        today until week
    """,
    "datetime": """
        at blocked_at changed_at completed_until enter finished_at last_status_at leave
        observed_at read_at started_at unblocked_at
    """,
    "integer": """
        came_true chain committed created days_late days_left days_overdue days_planned
        days_slack days_slack_due days_slipped depth done done_late done_on_time
        due_date_changes filled forecasts history_periods horizon level limit moves not_due
        observations open open_dependencies open_late overdue periods projects reassignments
        reopenings rows scope scope_added scope_removed section_order slips tasks unassigned
        undated unknown_dependencies unsized unweighted
    """,
    "number": """
        actual ahead alert allocated amount approved_hours available billable_hours
        billable_utilisation computed cost coverage cumulative current days_active days_age
        days_blocked days_counted days_cycle days_in_section days_mean days_open days_p50
        days_p70 days_p85 days_p95 days_since_first_assignment days_since_modified
        days_since_status days_waiting days_working difference estimated expected
        expected_hours fees flow_efficiency forecast_at_end forecast_share free Fri hours ideal
        initial left load margin missing Mon never non_billable_hours on_time_rate open_hours
        out_of_office overtime owed pace pace_needed pending_hours planned planned_to_date
        previous probability progress progress_at_due ratio rejected_hours remaining reopening_rate
        revenue rounded_hours Sat share share_filled share_true Sun target Thu total tracked
        Tue unclassified_hours unestimated unpriced_hours used used_high used_low used_total
        utilisation value value_at_due Wed weight
    """,
}
_COMPUTED_KINDS = {name: kind for kind, names in _NAMES_BY_KIND.items() for name in names.split()}
#: The names of computed columns.
COMPUTED = frozenset(_COMPUTED_KINDS)
#: A column of a timesheet or of a wide table, or a comparison.
_NUMBERS = re.compile(
    r"\d{4}-\d{2}-\d{2}( \(part\))?|no date|"
    r"(\w+_)?(hours|amount)_(previous|change|last_year|cumulative|share|moving_average)"
)


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
    # Custom fields may be called in any way.
    if not isinstance(name, str) or name.startswith(PREFIX):
        return None
    if is_gid_column(name):
        return "gid"
    if name.endswith("_minutes"):
        return "minutes"
    if record is None and _NUMBERS.fullmatch(name):
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
    if kind == "datetime":
        # Moments without a zone are taken for UTC, as those of files.
        return isinstance(dtype, pd.DatetimeTZDtype)
    return dtype.kind in {"boolean": "b", "date": "M"}.get(kind, "iuf")
