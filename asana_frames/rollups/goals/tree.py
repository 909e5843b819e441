"""Goals as a tree, with a row for each place of a goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.frames.arrays import STR
from asana_frames.rollups.goals.links import Link, Links
from asana_frames.rollups.goals.progress import compute_done_shares, goal_progress
from asana_frames.types import When

_OF_GOAL = ("progress", "expected", "ahead", "status", "owner_name", "time_period_display_name")
_DTYPES: dict[str, Any] = {
    "gid": STR,
    "name": STR,
    "kind": STR,
    "parent_gid": STR,
    "depth": "Int64",
    "path": object,
    "weight": "Float64",
    "is_repeated": "boolean",
}


class _Place(NamedTuple):
    """A goal or a supporting resource below a parent."""

    link: Link
    parent: str | None
    path: tuple[Any, ...]


def goal_tree(
    goals: pd.DataFrame,
    relationships: pd.DataFrame,
    now: When | None = None,
    *,
    counts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    tz: str = "UTC",
) -> pd.DataFrame:
    """List goals as a tree, each followed by what supports it.

    Parameters
    ----------
    goals, relationships, now, counts, tasks, tz
        As in ``rollups.goal_progress``.

    Returns
    -------
    DataFrame
        One row per place, parents before children, goals without a parent first and in the order
        given: ``gid``, ``name``, ``kind`` (str: ``goal``, or ``project``, ``portfolio``, ``task``
        for work that supports a goal); ``parent_gid`` (str, missing at the top); ``depth``
        (Int64, 0 at the top); ``path`` (tuple of names, its own last); ``weight`` (Float64, its
        ``contribution_weight`` there); ``is_repeated`` (boolean: the goal was there before, below
        another parent; what is below it is shown at the first place only); and as in
        ``rollups.goal_progress`` ``progress``, ``expected``, ``ahead``, ``status``,
        ``owner_name``, ``time_period_display_name``: missing for work, but for the ``progress``
        of projects in ``counts`` and of ``tasks``, which is their done share.

    Raises
    ------
    InvalidArgument
        Columns are missing, or goals support each other in a circle.

    Examples
    --------
    >>> import pandas as pd
    >>> goals = pd.DataFrame({"gid": ["1", "2"], "name": ["Grow", "Win 40 partners"]})
    >>> metric = {"initial": [None, 0.0], "current": [None, 10.0], "target": [None, 40.0]}
    >>> for name, values in metric.items():
    ...     goals[f"metric_{name}_number_value"] = pd.array(values, dtype="Float64")
    >>> relationships = pd.DataFrame(
    ...     {
    ...         "resource_subtype": ["subgoal"],
    ...         "supported_goal_gid": ["1"],
    ...         "supporting_resource_gid": ["2"],
    ...         "contribution_weight": [1.0],
    ...     }
    ... )
    >>> goal_tree(goals, relationships)[["name", "depth", "progress"]]
                  name  depth  progress
    0             Grow      0      0.25
    1  Win 40 partners      1      0.25
    """
    progress = goal_progress(goals, relationships, now, counts=counts, tasks=tasks, tz=tz)
    links = Links(relationships, what="rollups.goal_tree")
    places = list(_walk_places(progress, links))
    seen: set[str] = set()
    rows = []
    for place in places:
        link = place.link
        is_repeated = link.kind == "goal" and link.gid in seen
        seen.add(link.gid)
        rows.append(
            (
                link.gid,
                link.name,
                link.kind,
                place.parent,
                len(place.path) - 1,
                place.path,
                link.weight,
                is_repeated,
            )
        )
    table = pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)
    # A goal at the top has no weight.
    table["weight"] = table["weight"].where(table["parent_gid"].notna())
    known = progress.set_index("gid")
    for name in _OF_GOAL:
        dtype = progress[name].dtype
        table[name] = known[name].reindex(table["gid"]).reset_index(drop=True).astype(dtype)
    shares = compute_done_shares(counts, tasks)
    for kind in ("project", "task"):
        done = table["gid"].map(shares.get(f"{kind}s", {})).astype("Float64")
        table["progress"] = table["progress"].where(table["kind"] != kind, done)
    return table


def _walk_places(progress: pd.DataFrame, links: Links) -> Iterator[_Place]:
    """Yield places from the top down; children follow only the first place of a goal."""
    names = dict(zip(progress["gid"], progress["name"], strict=True))
    tops = [
        gid
        for gid, above in zip(progress["gid"], progress["parent_gids"], strict=True)
        if not above
    ]
    waiting = [_Place(Link(gid, 0.0, "goal", names[gid]), None, (names[gid],)) for gid in tops]
    waiting.reverse()
    opened: set[str] = set()
    while waiting:
        place = waiting.pop()
        yield place
        gid = place.link.gid
        if place.link.kind != "goal" or gid in opened:
            continue
        opened.add(gid)
        # Sub-goals before other work; the last one pushed is the first to come.
        below = sorted(links.of.get(gid, ()), key=lambda link: link.kind != "goal")
        for link in reversed(below):
            named = link._replace(name=names.get(link.gid, link.name))
            waiting.append(_Place(named, gid, (*place.path, named.name)))
