"""Dependencies that stories add and remove."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.histories.stories import STORY_COLUMNS, sort_stories
from asana_frames.rollups.shared.inputs import is_true, read_frame, text_column

#: The later task waits for the earlier one.
PAIR = ("task_gid", "dependency_gid")
#: Subtype -> whether the task of the story is the one that waits, and whether a dependency is
#: added. Asana writes a story on both tasks.
_SUBTYPES = {
    "dependency_added": (True, True),
    "dependency_removed": (True, False),
    "dependent_added": (False, True),
    "dependent_removed": (False, False),
}


def list_dependency_changes(stories: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """List when dependencies were added and removed.

    Parameters
    ----------
    stories
        Stories with ``dependency_gid``, and ``related_task_gid`` of those on the earlier task;
        without these columns nothing is found.
    what
        The name of the calling function, for messages.

    Returns
    -------
    DataFrame
        ``task_gid``, ``dependency_gid`` (str), ``at`` (datetime64[us, UTC]) and ``is_added``
        (bool), in time order. What both tasks tell is there twice.

    Raises
    ------
    InvalidArgument
        A column is missing, or its moments have no time zone.
    """
    stories = read_frame(stories, STORY_COLUMNS, what=what, record="story")
    subtype = stories["resource_subtype"].astype(STR)
    rows = sort_stories(stories[is_true(subtype.isin(list(_SUBTYPES)))], what=what)
    kinds = rows["resource_subtype"].astype(STR).map(_SUBTYPES)
    waits, is_added = (
        np.array([kind[at] for kind in kinds], dtype=bool) for at in range(len(PAIR))
    )
    own, dependency, dependent = (
        text_column(rows, name) for name in ("task_gid", "dependency_gid", "related_task_gid")
    )
    # Some name the other task in the one column, some in the other.
    other = (
        dependency.where(dependency.notna(), dependent),
        dependent.where(dependent.notna(), dependency),
    )
    found = pd.DataFrame(
        {
            "task_gid": own.where(waits, other[1]).astype(STR),
            "dependency_gid": other[0].where(waits, own).astype(STR),
            "at": rows["created_at"],
            "is_added": is_added,
        }
    )
    return found.dropna(subset=list(PAIR), ignore_index=True)


def select_edges_then(
    edges: pd.DataFrame, stories: pd.DataFrame, moment: pd.Timestamp, *, what: str
) -> pd.DataFrame:
    """Return the dependencies that there were at a moment.

    Parameters
    ----------
    edges
        ``task_gid`` and ``dependency_gid`` of those that there are now.
    stories
        All stories of the tasks. A dependency without a later story was there then as well.
    moment
        The moment, in UTC.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """
    changes = list_dependency_changes(stories, what=what)
    first = changes[is_true(changes["at"] > moment)].drop_duplicates([*PAIR])
    pairs = edges[[*PAIR]].astype(STR).dropna()
    marked = pairs.merge(first[[*PAIR, "is_added"]], how="left", on=[*PAIR])
    was_there = pairs[~is_true(marked["is_added"].notna())]
    gone = first.loc[~first["is_added"], [*PAIR]]
    return pd.concat([was_there, gone], ignore_index=True).drop_duplicates(ignore_index=True)
