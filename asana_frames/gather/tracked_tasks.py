"""Tasks with tracked time, and their parents."""

from __future__ import annotations

from functools import partial
from typing import get_args

import pandas as pd

from asana_frames._arguments import check_choice
from asana_frames.asana import Asana
from asana_frames.frames import concatenate
from asana_frames.gather.shared import add_attrs, add_fields, read_tolerantly, record_gather
from asana_frames.rollups.shared.inputs import read_frame
from asana_frames.types import Errors, Fields


def tracked_tasks(
    asana: Asana, entries: pd.DataFrame, *, fields: Fields = None, errors: Errors = "warn"
) -> pd.DataFrame:
    """Read the tasks of time tracking entries and all their ancestors.

    These are the tasks that ``rollups.entries`` and ``rollups.estimates`` need. Each is read by
    one request, usually far fewer than for all tasks of a large workspace.

    Parameters
    ----------
    asana
        The connection.
    entries
        Time tracking entries, as ``asana.time_tracking_entries.list(...)`` returns them: needs
        ``task_gid``.
    fields
        Asana paths, ``"all"`` or None for the default columns; ``parent`` is always read.
    errors
        ``"warn"`` records refused tasks, such as deleted ones; ``"raise"`` raises the error.

    Returns
    -------
    DataFrame
        One row per task with the columns of ``tasks.get``; first those of the entries, in their
        order, then their parents, level by level. Source: ``GET /tasks/{task_gid}``.

    Raises
    ------
    InvalidArgument
        ``task_gid`` is missing, or ``errors`` is another word.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> entries = asana.time_tracking_entries.list(
    ...     workspace="Acme", entered_on_start_date="2026-10-30"
    ... )
    >>> tasks = tracked_tasks(asana, entries)
    >>> entries["task_gid"].isin(tasks["gid"]).all()
    np.True_
    >>> tasks["parent_gid"].dropna().isin(tasks["gid"]).all()
    np.True_
    """
    entries = read_frame(
        entries, ["task_gid"], what="gather.tracked_tasks", record="time_tracking_entry"
    )
    check_choice(errors, get_args(Errors), name="errors")
    wanted, _ = add_fields(fields, "parent.gid")
    levels: list[pd.DataFrame] = []
    with record_gather(asana, "tracked_tasks", levels) as last:
        requested: set[str] = set()
        missing = entries["task_gid"].dropna().unique().tolist()
        while missing or not levels:
            read = partial(asana.tasks.get, missing, fields=wanted, errors=errors)
            levels.append(read_tolerantly(asana, read) if errors == "warn" else read())
            last.add_failures(asana.last)
            requested.update(missing)
            above = levels[-1]["parent_gid"].dropna().unique()
            missing = [gid for gid in above if gid not in requested]
    return add_attrs(concatenate(levels), last, record="task")
