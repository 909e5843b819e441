"""Tracked time as who, when and how long."""

from __future__ import annotations

import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import require_columns, resolve_keys
from asana_frames.rollups.shared.periods import check_days, period_starts

PERSON = ("person_gid", "person_name")


def read_person_days(entries: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return who tracked how many minutes on which day, a row per entry.

    Parameters
    ----------
    entries
        Time tracking entries, as Asana gives them or as ``rollups.entries`` does.
    what
        The function that asks, for messages.

    Returns
    -------
    DataFrame
        ``person_gid``, ``person_name`` (str), ``entered_on`` (datetime64[us]) and
        ``duration_minutes`` (Float64, 0 where missing), with the index of ``entries``.

    Raises
    ------
    InvalidArgument
        A column is missing, or ``entered_on`` holds no days.
    """
    needed = ["duration_minutes", "entered_on"]
    require_columns(entries, needed, what=what, record="time_tracking_entry")
    check_days(entries["entered_on"], what=what)
    keys = resolve_keys(entries, "person", what=what)
    rows = pd.DataFrame({key.name: entries[key.column].astype(STR) for key in keys})
    rows = rows.reindex(columns=[*PERSON]).astype(STR)
    rows["entered_on"] = period_starts(entries["entered_on"], "D")
    rows["duration_minutes"] = entries["duration_minutes"].astype("Float64").fillna(0)
    return rows
