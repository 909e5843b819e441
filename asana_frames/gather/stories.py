"""The stories of many tasks."""

from __future__ import annotations

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.calls.bodies import format_datetime
from asana_frames.gather.shared import add_attrs, add_fields, record_gather
from asana_frames.types import Errors, Fields, Refs, When


def stories(
    asana: Asana,
    tasks: Refs,
    since: When | None = None,
    *,
    fields: Fields = None,
    errors: Errors = "warn",
) -> pd.DataFrame:
    """Read the stories of tasks: comments and changes.

    All tasks are requested, even those not modified since then: moving a task between sections
    adds a story but does not change ``modified_at``.

    Parameters
    ----------
    asana
        The connection.
    tasks
        References to tasks.
    since
        Only stories created after this moment.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    errors
        ``"warn"`` records refused tasks, ``"raise"`` raises the error.

    Returns
    -------
    DataFrame
        One row per story with the columns of ``stories.list_for_task``, task by task in the
        order given, each in chronological order. Source:
        ``GET /tasks/{task_gid}/stories``.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox(now="2026-11-02")
    >>> found = stories(asana, asana.tasks.list(project="Office move").head(3), "2026-01-01")
    >>> (found["created_at"] > "2026-01-01").all()
    np.True_
    """
    wanted, added = add_fields(fields, "created_at")
    with record_gather(asana, "stories") as last:
        frame = asana.stories.list_for_task(
            tasks, created_after=since, fields=wanted, errors=errors
        )
        last.add_failures(asana.last)
    if since is not None:
        # Older servers ignore created_after.
        after = pd.Timestamp(format_datetime("datetime", since, "gather.stories(since=)"))
        limit = after.tz_localize("UTC") if after.tz is None else after.tz_convert("UTC")
        frame = frame[frame["created_at"] > limit].reset_index(drop=True)
    return add_attrs(frame.drop(columns=added), last, record="story")
