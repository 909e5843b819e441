"""Which goals, projects and tasks support which goals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.frames.arrays import tuple_column
from asana_frames.rollups.shared.dag import Edges, find_levels, find_shortest_paths
from asana_frames.rollups.shared.inputs import drop_duplicates, read_frame

_COLUMNS = ("supported_goal_gid", "supporting_resource_gid", "contribution_weight")
#: ``resource_subtype`` of a relationship to a sub-goal.
_SUBGOAL = "subgoal"


class Link(NamedTuple):
    """A resource that supports a goal, and its weight."""

    gid: str
    weight: float
    kind: str
    name: Any


class Links:
    """The relationships of goals.

    Parameters
    ----------
    relationships
        As ``asana.goal_relationships.list(supported_goal=goals)`` returns them; None for none.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing.
    """

    def __init__(self, relationships: pd.DataFrame | None, *, what: str) -> None:
        #: Goal -> what supports it, in the order given.
        self.of: dict[str, list[Link]] = {}
        #: Goal -> the goals that it is a sub-goal of.
        self.above: dict[str, list[str]] = {}
        if relationships is None:
            return
        relationships = read_frame(
            relationships, [*_COLUMNS, "resource_subtype"], what=what, record="goal_relationship"
        )
        rows = drop_duplicates(relationships) if "gid" in relationships else relationships
        for goal, link in _iterate_links(rows):
            self.of.setdefault(goal, []).append(link)
            if link.kind == "goal":
                self.above.setdefault(link.gid, []).append(goal)

    def subgoals(self, goal: str) -> list[Link]:
        """List the sub-goals of a goal."""
        return [link for link in self.of.get(goal, ()) if link.kind == "goal"]


def _iterate_links(rows: pd.DataFrame) -> Iterator[tuple[str, Link]]:
    named = rows.drop_duplicates(["supported_goal_gid", "supporting_resource_gid"], keep="last")
    known = named.dropna(subset=["supported_goal_gid", "supporting_resource_gid"])
    kinds = known.get("supporting_resource_resource_type", pd.Series(None, index=known.index))
    names = known.get("supporting_resource_name", pd.Series(None, index=known.index))
    is_subgoal = known["resource_subtype"] == _SUBGOAL
    columns = (known[name] for name in _COLUMNS)
    for goal, gid, weight, kind, name, below in zip(
        *columns, kinds, names, is_subgoal, strict=True
    ):
        number = 0.0 if pd.isna(weight) else float(weight)
        what = "goal" if below else "work" if pd.isna(kind) else str(kind)
        yield goal, Link(gid, number, what, name)


def sort_bottom_up(goals: pd.DataFrame, links: Links) -> list[str]:
    """Sort goals, each after those of its sub-goals that are among them.

    Raises
    ------
    InvalidArgument
        Goals support each other in a cycle; the message names it.
    """
    gids = list(goals["gid"])
    labels = list(map(str, goals["name"]))
    level = find_levels(_build_edges(gids, links), labels, what="These goals support each other")
    return [gids[node] for node in np.argsort(-level, kind="stable")]


def _build_edges(gids: list[str], links: Links) -> Edges:
    """Build the edges from goals to their sub-goals, as positions in ``gids``."""
    place = {gid: number for number, gid in enumerate(gids)}
    steps = [
        (place[goal], place[link.gid])
        for goal in gids
        for link in links.subgoals(goal)
        if link.gid in place
    ]
    return Edges(*np.array(steps, dtype="int64").reshape(-1, 2).T)


def find_parents(goals: pd.DataFrame, links: Links) -> dict[str, pd.Series[Any]]:
    """Find parents, depth and path of each goal, in the order given.

    Parents that are not among the goals are left out, as nothing more is known of them.
    """
    gids, names = list(goals["gid"]), list(goals["name"])
    name_of = dict(zip(gids, names, strict=True))
    parents = [tuple(up for up in links.above.get(gid, ()) if up in name_of) for gid in gids]
    edges = _build_edges(gids, links)
    level = find_levels(edges, gids, what="These goals support each other")
    paths = find_shortest_paths(edges, level, key=_compare_by_length_and_order)
    return {
        "parent_gids": tuple_column(parents),
        "parent_names": tuple_column([tuple(name_of[up] for up in above) for above in parents]),
        "depth": pd.Series([len(path) - 1 for path in paths], dtype="Int64"),
        "path": tuple_column([tuple(names[node] for node in path) for path in paths]),
    }


def _compare_by_length_and_order(path: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return len(path), path
