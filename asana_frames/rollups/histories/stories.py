"""Stories in time order, and what all rollups of stories share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import drop_duplicates, is_true
from asana_frames.rollups.shared.moments import Ints, parse_moments, to_microseconds

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
    order = find_time_order(dated["at"].to_numpy(), dated["gid"])
    place = dated["place"].to_numpy()[order]
    found = stories.take(place).assign(created_at=created.array.take(place))
    return found.reset_index(drop=True)


def find_time_order(at: Ints, gids: pd.Series[Any]) -> npt.NDArray[np.intp]:
    """Return the order of stories by time; those of one moment by gid."""
    order = np.argsort(at, kind="stable")
    is_next = np.zeros(len(at), dtype=bool)
    is_next[1:] = np.diff(at[order]) == 0
    slots = np.flatnonzero(is_next | np.append(is_next[1:], False))
    if not len(slots):
        return order
    tied = order[slots]
    texts = gids.take(tied).astype(STR)
    # Gids are numbers assigned in order, so the longer of two is the later one.
    names, _ = pd.factorize(texts, sort=True)
    lengths = texts.str.len().fillna(0).to_numpy(dtype="int64")
    order[slots] = tied[np.lexsort((names, lengths, at[tied]))]
    return order


def select_kinds(stories: pd.DataFrame, kinds: tuple[str, ...]) -> npt.NDArray[np.int8]:
    """Return for each story the position of its subtype among kinds, -1 for another one."""
    codes, found = pd.factorize(stories["resource_subtype"])
    known = [kinds.index(kind) if kind in kinds else -1 for kind in found]
    # The last position belongs to a missing subtype, whose code is -1.
    return np.array([*known, -1], dtype=np.int8)[codes]
