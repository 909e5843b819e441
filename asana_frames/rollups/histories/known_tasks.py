"""Tasks as far as they were known at a moment."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.exceptions import PastStateWarning, warn_caller
from asana_frames.rollups.histories.as_of import as_of
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import parse_moments


def select_known(
    tasks: pd.DataFrame,
    now: pd.Timestamp,
    stories: pd.DataFrame | None = None,
    *,
    what: str,
    uses: str = "",
) -> pd.DataFrame:
    """Return tasks as they were known at a moment.

    Parameters
    ----------
    tasks
        Tasks as they were read.
    now
        The moment, in UTC.
    stories
        All stories of the tasks: all that ``rollups.as_of`` replays is as of the moment. Without
        them, tasks created later are left out, and those completed later are open; the rest is as
        it was read.
    what
        The name of the calling function, for messages.
    uses
        What the caller reads of tasks that may have changed since, such as ``"due dates"``; a
        warning says that it is not known. Empty for a caller that reads nothing of that kind.

    Raises
    ------
    InvalidArgument
        A column is missing, or holds something else.
    """
    if stories is not None:
        return as_of(read_frame(tasks, [], what=what, record="task"), stories, now)
    created, completed, modified = (
        _find_later(tasks, name, now, what)
        for name in ("created_at", "completed_at", "modified_at")
    )
    if uses and (modified & ~created).any():
        warn_caller(
            f"{what}: {int((modified & ~created).sum()):,} tasks were modified after now="
            f"{now:%Y-%m-%d %H:%M}; their {uses} then are unknown, and as they were read here. "
            f"Pass stories=gather.stories(asana, tasks) for those of then.",
            PastStateWarning,
        )
    if not (created.any() or completed.any()):
        return tasks
    known = tasks[~created]
    is_open = completed[~created]
    columns = {"completed_at": pd.NaT, "completed": False}
    present = {name: value for name, value in columns.items() if name in known.columns}
    reopened = {name: known[name].mask(is_open, value) for name, value in present.items()}
    return pd.DataFrame(known.assign(**reopened))


def _find_later(tasks: pd.DataFrame, name: str, now: pd.Timestamp, what: str) -> Any:
    """Return which moments of a column are after another; none without the column."""
    if name not in tasks.columns:
        return is_true(pd.Series(False, index=tasks.index))
    return is_true(parse_moments(tasks[name], what=what) > now)
