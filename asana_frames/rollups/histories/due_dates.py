"""Due dates of tasks that stories tell."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.frames.arrays import STR, UTC_DATETIME
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.shared.moments import local_days

_COLUMNS = tuple(f"{age}_dates_{name}" for age in ("old", "new") for name in ("due_on", "due_at"))


def read_due_days(stories: pd.DataFrame, age: str, tz: str) -> pd.Series[Any]:
    """Return the ``old`` or ``new`` due day of stories; of a due time, its day in a time zone."""
    on = stories[f"{age}_dates_due_on"].astype("datetime64[us]")
    at = local_days(stories[f"{age}_dates_due_at"].astype(UTC_DATETIME), tz)
    day: pd.Series[Any] = on.where(on.notna(), at)
    return day


def find_first_due_days(
    stories: pd.DataFrame, now: pd.Timestamp, tz: str, *, what: str
) -> pd.Series[Any]:
    """Return the first due day of each task that has a story of its due date.

    It is the old day of the first such story, or the new one where the task had none before.

    Parameters
    ----------
    stories
        All stories of the tasks.
    now
        Later stories are not known.
    tz
        The time zone of due times.
    what
        The name of the calling function, for messages.

    Returns
    -------
    Series
        The day (datetime64[us]), by gid of the task.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    stories = read_frame(stories, STORY_COLUMNS, what=what, record="story")
    is_due = is_true(stories["resource_subtype"] == "due_date_changed")
    known = [name for name in (*STORY_COLUMNS, *_COLUMNS) if name in stories.columns]
    rows = sort_stories(stories.loc[is_due, known], what=what)
    rows = rows.reindex(columns=[*STORY_COLUMNS, *_COLUMNS])
    rows = rows[~is_true(rows["created_at"] > now)].drop_duplicates("task_gid", ignore_index=True)
    old, new = (read_due_days(rows, age, tz) for age in ("old", "new"))
    return old.where(old.notna(), new).set_axis(pd.Index(rows["task_gid"].astype(STR)))
