"""Stories in time order, and what all rollups of stories share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asana_frames.rollups.shared.inputs import drop_duplicates, is_true
from asana_frames.rollups.shared.moments import parse_moments, to_microseconds

#: Columns that every rollup of stories needs.
STORY_COLUMNS = ("gid", "task_gid", "created_at", "resource_subtype")
#: The subtype of a story about a custom field is the kind of the field and this.
FIELD_CHANGED = "_custom_field_changed"


def sort_stories(stories: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Sort stories by time, each once; those of one moment by gid.

    Stories without a task or a moment are left out.

    Raises
    ------
    InvalidArgument
        The moments of ``created_at`` have no time zone.
    """
    created = parse_moments(stories["created_at"], what=what)
    known = np.flatnonzero(is_true(created.notna() & stories["task_gid"].notna()))
    keys = pd.DataFrame({"gid": stories["gid"], "at": to_microseconds(created)}).take(known)
    dated = drop_duplicates(keys.assign(place=known))
    is_tied = dated["at"].duplicated(keep=False)
    # Gids are numbers assigned in order, so the longer of two is the later one.
    tied = dated.loc[is_tied, ["gid"]].assign(length=lambda rows: rows["gid"].str.len())
    rank = np.zeros(len(dated), dtype="int64")
    rank[tied.sort_values(["length", "gid"], kind="stable").index] = np.arange(len(tied))
    place = dated["place"].to_numpy()[np.lexsort((rank, dated["at"]))]
    found = stories.take(place).assign(created_at=created.array.take(place))
    return found.reset_index(drop=True)
