"""Tasks as far as they were known at a moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.exceptions import PastStateWarning, warn_caller
from asana_frames.rollups.histories.as_of import as_of
from asana_frames.rollups.shared.about import find_replayed
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import parse_moments

_MOMENTS = ("created_at", "completed_at", "modified_at")
#: Clocks differ and reads take time: so close to the present tasks are known as they were read.
_RECENT = pd.Timedelta(hours=1)
_Flags = npt.NDArray[np.bool_]


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
        it was read. What ``rollups.as_of`` returned for the moment stays as it is.
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
    is_then = find_replayed(tasks) == now.isoformat()
    if is_then or abs(pd.Timestamp.now("UTC") - now) < _RECENT:
        return tasks
    moments = {name: _read_later(tasks, name, now, what) for name in _MOMENTS}
    if stories is not None:
        told = read_frame(stories, ["created_at"], what=what, record="story")
        if _read_later(told, "created_at", now, what) is None and not any(
            is_later is not None for is_later in moments.values()
        ):
            return tasks
        return as_of(read_frame(tasks, [], what=what, record="task"), stories, now)
    if uses:
        _warn_of_changes(moments, now, what, uses)
    created, completed = (moments[name] for name in ("created_at", "completed_at"))
    if created is None and completed is None:
        return tasks
    known = tasks if created is None else tasks[~created]
    if completed is None:
        return known
    is_open = completed if created is None else completed[~created]
    columns = {"completed_at": pd.NaT, "completed": False}
    present = {name: value for name, value in columns.items() if name in known.columns}
    reopened = {name: known[name].mask(is_open, value) for name, value in present.items()}
    return pd.DataFrame(known.assign(**reopened))


def _read_later(tasks: pd.DataFrame, name: str, now: pd.Timestamp, what: str) -> _Flags | None:
    """Return which moments of a column are after another; None if none is."""
    if name not in tasks.columns:
        return None
    moments = parse_moments(tasks[name], what=what)
    # The latest is found in less time than all are compared.
    return is_true(moments > now) if moments.max() > now else None


def _warn_of_changes(
    moments: dict[str, _Flags | None], now: pd.Timestamp, what: str, uses: str
) -> None:
    """Warn if tasks that were there were modified later."""
    modified, created = moments["modified_at"], moments["created_at"]
    if modified is None:
        return
    count = int((modified if created is None else modified & ~created).sum())
    if count:
        warn_caller(
            f"{what}: {count:,} task(s) were modified after now={now:%Y-%m-%d %H:%M}; their "
            f"{uses} then are unknown, and as they were read here. For those of then pass "
            f"rollups.as_of(tasks, stories, now) in place of the tasks.",
            PastStateWarning,
        )
