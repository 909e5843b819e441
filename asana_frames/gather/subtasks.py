"""Subtasks at any depth."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.frames import build_array, concatenate
from asana_frames.gather.shared import (
    add_attrs,
    add_fields,
    check_depth,
    read_tolerantly,
    record_gather,
)
from asana_frames.types import Fields, Refs


def subtasks(
    asana: Asana, tasks: Refs, depth: int | None = None, *, fields: Fields = None
) -> pd.DataFrame:
    """Read the subtasks of tasks at any depth, level by level.

    Tasks known to have no subtasks (``num_subtasks`` is 0) are not requested.

    Parameters
    ----------
    asana
        The connection.
    tasks
        References to tasks; a frame with ``num_subtasks`` saves requests.
    depth
        Number of levels to read; None for all (Asana allows five).
    fields
        Asana paths, ``"all"`` or None for the default columns.

    Returns
    -------
    DataFrame
        One row per subtask with the columns of ``tasks.list_subtasks``, then ``root_gid`` (str,
        the topmost of the tasks given that it is below), ``depth`` (Int64, 1 for a direct
        subtask of the root) and ``path`` (tuple of gids, from the root to the task itself).
        Source: ``GET /tasks/{task_gid}/subtasks``.

    Raises
    ------
    InvalidArgument
        ``depth`` is not an integer of at least 1.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> below = subtasks(asana, asana.tasks.list(project="Website relaunch"))
    >>> (below["path"].map(len) == below["depth"] + 1).all()
    np.True_
    """
    check_depth(depth)
    wanted, added = add_fields(fields, "num_subtasks", "parent.gid")
    levels: list[pd.DataFrame] = []
    with record_gather(asana, "subtasks", levels) as last:
        requested: set[str] = set()
        parents: Any = tasks
        while depth is None or len(levels) < depth:
            read = partial(asana.tasks.list_subtasks, parents, fields=wanted)
            level = read_tolerantly(asana, read) if levels else read()
            last.add_failures(asana.last)
            levels.append(level)
            requested.update(asana.references.gids(parents, ["task"]))
            parents = level[(level["num_subtasks"].fillna(1) != 0) & ~level["gid"].isin(requested)]
            if parents.empty:
                break
    below = concatenate(levels)
    parent_of = dict(zip(below["gid"], below["parent_gid"], strict=True))
    paths = [_trace_path(gid, parent_of) for gid in below["gid"]]
    frame = below.drop(columns=[name for name in added if name in below.columns]).assign(
        root_gid=build_array("text", [path[0] for path in paths]),
        depth=build_array("integer", [len(path) - 1 for path in paths]),
        path=build_array("tuple", paths),
    )
    return add_attrs(frame, last, record="task")


def _trace_path(gid: str, parent_of: dict[str, Any]) -> tuple[str, ...]:
    path = [gid]
    # A task that is moved during the read could become its own ancestor.
    while isinstance(parent := parent_of.get(path[-1]), str) and parent not in path:
        path.append(parent)
    return tuple(reversed(path))
